"""The third opinion: OpenCV's detectors of EAN-13, UPC-A and QR, and the arithmetic behind `scanner.prepare`.

Its barcode detector invents EAN codes in Code 128 and in stripes, so it may only confirm. Its QR detector raises on GS1 QR codes
and returns bytes as Latin-1.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from scanner.reading import EAN_8, EAN_13, QR, Availability, Corners, Reading, valid_check_digit
from scanner.refusals import DecoderMissing

if TYPE_CHECKING:
    from scanner.frames import Array

NAME = "opencv"
REMEDY = "apt-get install libgl1 libglib2.0-0 && pip install opencv-python"

_NAMES = {"EAN_13": EAN_13, "UPC_A": EAN_13, "EAN_8": EAN_8}
_IDENTIFIERS = {EAN_13: "]E0", EAN_8: "]E4"}
_SMALLEST = 16
"""Pixels a side under which the detectors fail inside their own pyramids."""


def library() -> Any:  # the module cv2, which ships no complete annotations
    """OpenCV itself, loaded now if it was not yet; also for prepared copies and cameras. Raises DecoderMissing."""
    try:
        import cv2
    except (ImportError, OSError) as error:  # without libGL the import itself fails
        raise DecoderMissing(NAME, REMEDY) from error
    return cv2


def available() -> Availability:
    """Whether OpenCV can be loaded here."""
    try:
        cv2 = library()
    except DecoderMissing as missing:
        return Availability(NAME, "", ok=False, remedy=missing.remedy)
    return Availability(NAME, str(cv2.__version__), ok=True, remedy="")


def decode(image: Array, *, short: bool = False) -> list[Reading]:
    """The EAN-13, UPC-A and QR codes that OpenCV finds in one grey picture of shape (height, width)."""
    return [*decode_linear(image, short=short), *decode_qr(image)]


def decode_linear(image: Array, *, short: bool = False) -> list[Reading]:
    """EAN-13 and UPC-A, and EAN-8 if asked for, with a valid check digit."""
    cv2 = library()
    if min(image.shape) < _SMALLEST:
        return []
    began = time.perf_counter()
    try:
        _, texts, kinds, places = cv2.barcode.BarcodeDetector().detectAndDecodeWithType(image)
    except cv2.error:  # an assertion inside the detector means that it has no answer
        return []
    ms = (time.perf_counter() - began) * 1000
    readings: list[Reading] = []
    for text, kind, place in zip(texts or (), kinds or (), () if places is None else places, strict=False):
        symbology = _NAMES.get(kind)
        if symbology is None or not valid_check_digit(text) or (symbology == EAN_8 and not short):
            continue
        whole = text.rjust(13, "0") if symbology == EAN_13 else text
        readings.append(Reading(whole, whole.encode(), symbology, _IDENTIFIERS[symbology], _corners(place, 1), NAME, ms))
    return readings


def decode_qr(image: Array) -> list[Reading]:
    """QR codes whose text is ASCII; a GS1 QR code, on which the detector raises, is no answer."""
    cv2 = library()
    if min(image.shape) < _SMALLEST:
        return []
    began = time.perf_counter()
    try:
        _, texts, places, _ = cv2.QRCodeDetector().detectAndDecodeMulti(image)
    except cv2.error:  # "mode 5 … not implemented" for FNC1, and assertions on degenerate outlines
        return []
    ms = (time.perf_counter() - began) * 1000
    return [
        Reading(text, text.encode(), QR, None, _corners(place, 0), NAME, ms)
        for text, place in zip(texts or (), () if places is None else places, strict=False)
        if text and text.isascii()
    ]


def _corners(place: Any, first: int) -> Corners:
    """Four corners beginning at the top left: the barcode detector begins at the bottom left, the QR detector does not."""
    points = [(round(float(x)), round(float(y))) for x, y in place]
    turned = points[first:] + points[:first]
    return (turned[0], turned[1], turned[2], turned[3])
