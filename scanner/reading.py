"""The value a decoder returns: one symbol found in one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

QR = "QR Code"
DATA_MATRIX = "Data Matrix"
CODE_128 = "Code 128"
EAN_13 = "EAN-13"
EAN_8 = "EAN-8"
UPC_E = "UPC-E"
ITF_14 = "ITF-14"
DATABAR = "DataBar"
DATABAR_EXPANDED = "DataBar Expanded"

STRONG = frozenset({QR, DATA_MATRIX, CODE_128, DATABAR, DATABAR_EXPANDED})
"""Symbologies with their own error detection beyond one check digit: a single decoder is believed.

Measured: no misread by zxing-cpp in 981 photographs and 300 frames, while EAN/UPC and ITF were misread in 0.4 to 4 % of pictures,
with a valid check digit.
"""

SHORT = frozenset({EAN_8, UPC_E})
"""Retail symbols of eight digits, off unless asked for: decoders invent them in Code 128, text and stripes."""

Corner = tuple[int, int]
Corners = tuple[Corner, Corner, Corner, Corner]


@dataclass(frozen=True, slots=True)
class Reading:
    """One symbol read from one picture.

    text: the decoded text; GS1 element strings keep FNC1 as U+001D and carry no brackets; EAN-13, UPC-A and UPC-E have 13 digits.
    raw: the bytes of the symbol before any character set was applied, where the decoder tells them.
    symbology: one of the names above; identifier: AIM symbology identifier such as `]Q1`, None where the decoder cannot tell.
    corners: top left, top right, bottom right, bottom left of the symbol as printed, (x, y) in pixels of the upright picture;
    zbar, which does not say how a symbol is turned, begins at the corner nearest the picture's top left.
    decoder: the engines that gave this text, joined by "+"; ms: milliseconds from the beginning of the picture to this reading.
    """

    text: str
    raw: bytes
    symbology: str
    identifier: str | None
    corners: Corners
    decoder: str
    ms: float

    @property
    def key(self) -> tuple[str, str]:
        """What makes two readings the same code: symbology and text, wherever they stand in the picture."""
        return (self.symbology, self.text)

    def to_json(self) -> dict[str, Any]:
        """The reading as JSON values, for people and programs."""
        return {
            "text": self.text,
            "symbology": self.symbology,
            "identifier": self.identifier,
            "corners": [list(corner) for corner in self.corners],
            "decoder": self.decoder,
            "ms": round(self.ms, 1),
        }


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether one decoder can be used on this machine: a row of the doctor's table.

    version: of the library when ok, else ""; remedy: the line that repairs it when not ok, else "".
    """

    name: str
    version: str
    ok: bool
    remedy: str


def valid_check_digit(digits: str) -> bool:
    """Whether the last digit is the GS1 check digit of those before it.

    Source: GS1 General Specifications, section 7.9.1. Kept here so that a decoder needs nothing but itself.
    """
    if not (digits.isascii() and digits.isdigit() and len(digits) > 1):
        return False
    body = [int(digit) for digit in reversed(digits[:-1])]
    total = sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body))
    return (10 - total % 10) % 10 == int(digits[-1])


def widen_upc_e(digits: str) -> str:
    """The 13 digits that the eight of a UPC-E symbol stand for, check digit included.

    Source: GS1 General Specifications, section 5.2.2.4 (zero suppression).
    """
    number, body, check = digits[0], digits[1:7], digits[7]
    last = body[5]
    if last in "012":
        whole = body[:2] + last + "0000" + body[2:5]
    elif last == "3":
        whole = body[:3] + "00000" + body[3:5]
    elif last == "4":
        whole = body[:4] + "00000" + body[4]
    else:
        whole = body[:5] + "0000" + last
    return "0" + number + whole + check


def box(x: float, y: float, width: float, height: float) -> Corners:
    """Corners of an upright rectangle, for decoders that know no more."""
    left, top, right, bottom = round(x), round(y), round(x + width), round(y + height)
    return ((left, top), (right, top), (right, bottom), (left, bottom))
