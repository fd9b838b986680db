"""A finished label as others see it: read by zxing-cpp, which drew none of its dots, and measured in millimetres."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import zxingcpp
from numpy.typing import NDArray

TOLERANCE = 0.3
"""Millimetres by which a symbol may stand elsewhere than it was told."""

Picture = NDArray[np.uint8]


def answers(picture: Picture, *, turned: bool = False) -> list[tuple[str, str]]:
    """Text and symbology identifier of every symbol in a grey picture, sorted; turned: it may stand on its side."""
    found = zxingcpp.read_barcodes(picture, try_invert=False, try_rotate=turned, text_mode=zxingcpp.TextMode.Plain)
    return sorted((each.text, each.symbology_identifier) for each in found)


def cut(picture: Picture, place: dict[str, float], dots: float, margin: float = 0.0) -> Picture:
    """The part of a picture that a place in millimetres names; dots: of a millimetre."""
    left, top = max(0, round((place["x"] - margin) * dots)), max(0, round((place["y"] - margin) * dots))
    right, bottom = round((place["x"] + place["width"] + margin) * dots), round((place["y"] + place["height"] + margin) * dots)
    return picture[top:bottom, left:right]


def error(picture: Picture, place: dict[str, float], dots: float) -> float:
    """How far, in millimetres, the ink of a symbol begins or ends elsewhere than told.

    Beside it nothing may stand; above and below may be text, so there only what is missing counts.
    """
    ink = cut(picture, place, dots) < 128
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return float("inf")
    middle = place | {"y": place["y"] + 0.25 * place["height"], "height": 0.5 * place["height"]}
    around = cut(picture, middle, dots, TOLERANCE) < 128
    beside = around[:, :1].any() or around[:, -1:].any()
    high, wide = ink.shape
    off = max(rows[0], columns[0], high - 1 - rows[-1], wide - 1 - columns[-1]) / dots
    return float(off) + 2 * TOLERANCE * bool(beside)


def upright(picture: Picture, symbol: dict[str, Any], dots: float) -> tuple[Picture, dict[str, Any]]:
    """A symbol that stands on its side, and its picture, turned by a quarter to the right; another one as it is."""
    if not symbol.get("turned"):
        return picture, symbol
    x = picture.shape[0] / dots - symbol["y"] - symbol["height"]
    return np.rot90(picture, -1), symbol | {"x": x, "y": symbol["x"], "width": symbol["height"], "height": symbol["width"]}


def held(symbols: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What the symbols of a label must answer, sorted."""
    return sorted((symbol["content"], symbol["symbology_identifier"]) for symbol in symbols)


_PATH = re.compile(
    r'<path transform="translate\(([-\d.]+) ([-\d.]+)\) scale\(([\d.]+)\)" d="((?:M[-\d.]+ [-\d.]+h[-\d.]+v[-\d.]+h[-\d.]+z)+)"/>'
)
_RECTANGLE = re.compile(r"M([-\d.]+) ([-\d.]+)h([-\d.]+)v([-\d.]+)")


def of_svg(text: str, width: float, height: float, dots: float) -> Picture:
    """The symbols of an SVG label as a picture; letters are left out."""
    picture = np.full((round(height * dots), round(width * dots)), 255, dtype=np.uint8)
    for x, y, module, path in _PATH.findall(text):
        for corner in _RECTANGLE.findall(path):
            column, row, wide, high = (float(value) * float(module) for value in corner)
            left, top = (float(x) + column) * dots, (float(y) + row) * dots
            picture[round(top) : round(top + high * dots), round(left) : round(left + wide * dots)] = 0
    return picture
