"""The first decoder: zxing-cpp, self-contained, the only one that tells GS1 symbols from their plain relatives."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from scanner.reading import (
    CODE_128,
    DATA_MATRIX,
    DATABAR,
    DATABAR_EXPANDED,
    EAN_8,
    EAN_13,
    ITF_14,
    QR,
    UPC_E,
    Availability,
    Reading,
    valid_check_digit,
)
from scanner.refusals import DecoderMissing

if TYPE_CHECKING:
    from scanner.frames import Array
    from scanner.reading import Corners

NAME = "zxing"
REMEDY = "pip install zxing-cpp"

# PDF417 and Aztec stay off: GS1 does not use them on goods, and fuzzers found heap overreads in both (2023, 2026).
_FORMATS = ("QRCode", "DataMatrix", "Code128", "EAN13", "ITF14", "DataBar")
_SHORT_FORMATS = ("EAN8", "UPCE")

# Micro QR arrives under the QR family although it was not asked for; it is no GS1 carrier, so it is absent here and left out.
_NAMES = {
    "QRCode": QR,
    "QRCodeModel1": QR,
    "QRCodeModel2": QR,
    "DataMatrix": DATA_MATRIX,
    "Code128": CODE_128,
    "EAN13": EAN_13,
    "UPCA": EAN_13,
    "EAN8": EAN_8,
    "UPCE": UPC_E,
    "ITF": ITF_14,
    "ITF14": ITF_14,
    "DataBar": DATABAR,
    "DataBarOmni": DATABAR,
    "DataBarStk": DATABAR,
    "DataBarStkOmni": DATABAR,
    "DataBarLtd": DATABAR,
    "DataBarExp": DATABAR_EXPANDED,
    "DataBarExpStk": DATABAR_EXPANDED,
}


def _library() -> Any:  # the module zxingcpp, a compiled extension
    try:
        import zxingcpp
    except ImportError as error:
        raise DecoderMissing(NAME, REMEDY) from error
    return zxingcpp


def available() -> Availability:
    """Whether zxing-cpp can be loaded here."""
    from importlib import metadata

    try:
        _library()
    except DecoderMissing as missing:
        return Availability(NAME, "", ok=False, remedy=missing.remedy)
    return Availability(NAME, metadata.version("zxing-cpp"), ok=True, remedy="")


def decode(image: Array, *, short: bool = False, thorough: bool = True) -> list[Reading]:
    """Every symbol that zxing-cpp finds in one grey picture of shape (height, width), in the order it found them.

    short: also EAN-8 and UPC-E; thorough: also turned, light on dark and on smaller copies of the picture (four times the work).
    ITF is returned only as ITF-14 with a valid check digit: shorter reads are mostly parts of a longer symbol.
    """
    library = _library()
    began = time.perf_counter()
    wanted = [getattr(library.BarcodeFormat, name) for name in (*_FORMATS, *(_SHORT_FORMATS if short else ()))]
    found = library.read_barcodes(
        image,
        formats=wanted,
        text_mode=library.TextMode.Plain,
        try_rotate=thorough,
        try_downscale=thorough,
        try_invert=thorough,
    )
    ms = (time.perf_counter() - began) * 1000
    readings = [_reading(symbol, ms, short=short) for symbol in found if symbol.valid]
    return [reading for reading in readings if reading is not None]


def _reading(symbol: Any, ms: float, *, short: bool) -> Reading | None:
    """The value of one symbol, or None for a kind that was not asked for."""
    symbology = _NAMES.get(symbol.format.name)
    if symbology is None or (symbology in {EAN_8, UPC_E} and not short):
        return None
    text: str = symbol.text
    if symbology == ITF_14 and not (len(text) == 14 and valid_check_digit(text)):  # a GTIN-14
        return None
    return Reading(
        text=text,
        raw=bytes(symbol.bytes),
        symbology=symbology,
        identifier=symbol.symbology_identifier or None,
        corners=_corners(symbol.position),
        decoder=NAME,
        ms=ms,
    )


def _corners(position: Any) -> Corners:
    places = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    first, second, third, fourth = ((int(place.x), int(place.y)) for place in places)
    return (first, second, third, fourth)
