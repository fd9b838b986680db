"""The second opinion on linear codes: zbar through pyzbar, which needs the system library libzbar.

zbar does not tell GS1 symbols from plain ones, guesses character sets in QR codes, and reads no Data Matrix.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from scanner.reading import (
    CODE_128,
    DATABAR,
    DATABAR_EXPANDED,
    EAN_8,
    EAN_13,
    ITF_14,
    QR,
    UPC_E,
    Availability,
    Reading,
    box,
    valid_check_digit,
    widen_upc_e,
)
from scanner.refusals import DecoderMissing

if TYPE_CHECKING:
    from scanner.frames import Array

NAME = "zbar"
REMEDY = "apt-get install libzbar0 && pip install pyzbar"

_FORMATS = ("QRCODE", "CODE128", "EAN13", "UPCA", "I25", "DATABAR", "DATABAR_EXP")
_SHORT_FORMATS = ("EAN8", "UPCE")
_NAMES = {
    "QRCODE": QR,
    "CODE128": CODE_128,
    "EAN13": EAN_13,
    "UPCA": EAN_13,
    "EAN8": EAN_8,
    "UPCE": UPC_E,
    "I25": ITF_14,
    "DATABAR": DATABAR,
    "DATABAR_EXP": DATABAR_EXPANDED,
}
# Only where the symbology alone decides it. For QR and Code 128 the mode matters, which zbar does not report.
_IDENTIFIERS = {EAN_13: "]E0", UPC_E: "]E0", EAN_8: "]E4", ITF_14: "]I1", DATABAR: "]e0", DATABAR_EXPANDED: "]e0"}


def _library() -> Any:  # the module pyzbar.pyzbar, which is not annotated
    try:
        from pyzbar import pyzbar
    except (ImportError, OSError) as error:  # OSError: the library is there for another machine or is broken
        raise DecoderMissing(NAME, REMEDY) from error
    return pyzbar


def available() -> Availability:
    """Whether pyzbar and libzbar can be loaded here."""
    from importlib import metadata

    try:
        _library()
    except DecoderMissing as missing:
        return Availability(NAME, "", ok=False, remedy=missing.remedy)
    return Availability(NAME, metadata.version("pyzbar"), ok=True, remedy="")


def decode(image: Array, *, short: bool = False) -> list[Reading]:
    """Every symbol that zbar finds in one grey picture of shape (height, width).

    QR codes count only when their text is ASCII, as every GS1 Digital Link is: elsewhere zbar guesses Big5 or Shift JIS.
    """
    library = _library()
    began = time.perf_counter()
    wanted = [library.ZBarSymbol[name] for name in (*_FORMATS, *(_SHORT_FORMATS if short else ()))]
    height, width = image.shape
    found = library.decode((image.tobytes(), width, height), symbols=wanted)
    ms = (time.perf_counter() - began) * 1000
    readings = [_reading(symbol, ms) for symbol in found]
    return [reading for reading in readings if reading is not None]


def _reading(symbol: Any, ms: float) -> Reading | None:
    """The value of one symbol, or None where what zbar says cannot be relied on."""
    symbology = _NAMES.get(symbol.type)
    text = symbol.data.decode("utf-8", "replace")
    if symbology is None or not text or (symbology == QR and not text.isascii()):
        return None
    if symbology == EAN_13:
        text = text.rjust(13, "0")
    if symbology == UPC_E:
        text = widen_upc_e(text) if len(text) == 8 else text  # as printed under the bars
    if symbology == ITF_14 and not (len(text) == 14 and valid_check_digit(text)):  # a GTIN-14
        return None
    corners = [(int(point.x), int(point.y)) for point in symbol.polygon]
    if len(corners) == 4:  # QR codes; a linear code gives the hull of its scan lines
        # zbar lists a hull that begins anywhere and runs anticlockwise on the screen; made to begin near the top left.
        corners.reverse()
        first = min(range(4), key=lambda place: sum(corners[place]))
        turned = corners[first:] + corners[:first]
        shape = (turned[0], turned[1], turned[2], turned[3])
    else:
        shape = box(*symbol.rect)
    return Reading(
        text=text,
        raw=symbol.data,
        symbology=symbology,
        identifier=_IDENTIFIERS.get(symbology),
        corners=shape,
        decoder=NAME,
        ms=ms,
    )
