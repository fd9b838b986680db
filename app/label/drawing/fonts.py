"""The label typeface: widths, outlines and the characters it can draw.

Roboto Condensed, because a label is narrow and people write company names in full; it has every Vietnamese letter, and
digits of one width. The files lie in `assets/` with their licence and recipe.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from struct import unpack_from
from typing import Any, Literal

Weight = Literal["Regular", "Bold"]

POINT = 25.4 / 72
"""Millimetres in a point."""

_Contour = list[tuple[float, float, bool]]


class Face:
    """One TrueType file, read once: character map, advances and quadratic outlines.

    units: font units in an em. Source of the table layouts: the OpenType specification 1.9, `cmap`, `hmtx`, `loca`, `glyf`.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self._tables = {
            raw[at : at + 4].decode("ascii"): unpack_from(">II", raw, at + 8)
            for at in range(12, 12 + 16 * unpack_from(">H", raw, 4)[0], 16)
        }
        head, self._glyf = self._tables["head"][0], self._tables["glyf"][0]
        self.units: int = unpack_from(">H", raw, head + 18)[0]
        self._glyphs: int = unpack_from(">H", raw, self._tables["maxp"][0] + 4)[0]
        self._advances = self._read_advances()
        self._places = self._read_places(long=unpack_from(">h", raw, head + 50)[0] == 1)
        self._characters = self._read_characters()

    def missing(self, text: str) -> str:
        """The first character of the text that the face cannot draw, or nothing."""
        return next((letter for letter in text if ord(letter) not in self._characters), "")

    def width(self, text: str) -> float:
        """Advance of a line in ems; labels are set without kerning, so that every output breaks lines alike."""
        characters, advances = self._characters, self._advances
        return sum([advances[characters[ord(letter)]] for letter in text]) / self.units

    def outline(self, letter: str) -> str:
        """SVG path of a character in font units, y upwards; empty for a space."""
        return "".join(_drawn(contour) for contour in self._contours(self._characters[ord(letter)]))

    def _read_advances(self) -> list[int]:
        count = unpack_from(">H", self.raw, self._tables["hhea"][0] + 34)[0]
        start = self._tables["hmtx"][0]
        advances = [unpack_from(">H", self.raw, start + 4 * glyph)[0] for glyph in range(count)]
        return advances + [advances[-1]] * (self._glyphs - count)

    def _read_places(self, *, long: bool) -> list[int]:
        start, count = self._tables["loca"][0], self._glyphs + 1
        if long:
            return list(unpack_from(f">{count}I", self.raw, start))
        return [2 * place for place in unpack_from(f">{count}H", self.raw, start)]

    def _read_characters(self) -> dict[int, int]:
        """Format 4 of the character map: segments of the basic plane."""
        start = self._tables["cmap"][0]
        for at in range(start + 4, start + 4 + 8 * unpack_from(">H", self.raw, start + 2)[0], 8):
            table = start + unpack_from(">I", self.raw, at + 4)[0]
            if unpack_from(">H", self.raw, table)[0] == 4:
                return self._segments(table)
        message = "the label typeface has no character map of format 4"
        raise ValueError(message)

    def _segments(self, table: int) -> dict[int, int]:
        raw, count = self.raw, unpack_from(">H", self.raw, table + 6)[0] // 2
        ends = unpack_from(f">{count}H", raw, table + 14)
        begins, deltas, offsets = (unpack_from(f">{count}H", raw, table + 16 + 2 * count * part) for part in (1, 2, 3))
        found: dict[int, int] = {}
        for index in range(count):
            for code in range(begins[index], min(ends[index], 0xFFFE) + 1):
                glyph = code
                if offsets[index]:
                    place = table + 16 + 6 * count + 2 * index + offsets[index] + 2 * (code - begins[index])
                    glyph = unpack_from(">H", raw, place)[0]
                found[code] = (glyph + deltas[index]) & 0xFFFF
        return found

    def _contours(self, glyph: int) -> list[_Contour]:
        if self._places[glyph] == self._places[glyph + 1]:
            return []
        at = self._glyf + self._places[glyph]
        count = unpack_from(">h", self.raw, at)[0]
        return self._simple(at + 10, count) if count >= 0 else self._composed(at + 10)

    def _simple(self, at: int, count: int) -> list[_Contour]:
        raw = self.raw
        ends = unpack_from(f">{count}H", raw, at)
        at += 2 * count
        at += 2 + unpack_from(">H", raw, at)[0]
        flags: list[int] = []
        while len(flags) <= ends[-1]:
            flag, times = raw[at], 1
            at += 1
            if flag & 8:
                times += raw[at]
                at += 1
            flags += [flag] * times
        xs, at = self._coordinates(at, flags, 2, 16)
        ys, at = self._coordinates(at, flags, 4, 32)
        points = [(x, y, bool(flag & 1)) for x, y, flag in zip(xs, ys, flags, strict=True)]
        return [points[begin:end] for begin, end in zip((0, *(end + 1 for end in ends)), (end + 1 for end in ends), strict=False)]

    def _coordinates(self, at: int, flags: list[int], short: int, same: int) -> tuple[list[float], int]:
        value, values = 0, list[float]()
        for flag in flags:
            if flag & short:
                value += self.raw[at] if flag & same else -self.raw[at]
                at += 1
            elif not flag & same:
                value += unpack_from(">h", self.raw, at)[0]
                at += 2
            values.append(value)
        return values, at

    def _composed(self, at: int) -> list[_Contour]:
        """Letters with accents: other glyphs, moved (the subset has none that is turned or scaled)."""
        found: list[_Contour] = []
        more = True
        while more:
            flags, glyph = unpack_from(">HH", self.raw, at)
            dx, dy = unpack_from(">hh" if flags & 1 else ">bb", self.raw, at + 4)
            if flags & 0xC8 or not flags & 2:
                message = f"component {glyph} of the label typeface is placed in a way that is not drawn"
                raise ValueError(message)
            at += 8 if flags & 1 else 6
            found += [[(x + dx, y + dy, on) for x, y, on in contour] for contour in self._contours(glyph)]
            more = bool(flags & 32)
        return found


def _drawn(contour: _Contour) -> str:
    """A closed contour; between two control points in a row lies an implied point on the curve."""
    points: _Contour = []
    for index, point in enumerate(contour):
        before = contour[index - 1]
        if not point[2] and not before[2]:
            points.append(((point[0] + before[0]) / 2, (point[1] + before[1]) / 2, True))
        points.append(point)
    first = next(index for index, point in enumerate(points) if point[2])
    points = points[first:] + points[:first]
    path = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for index, (x, y, on) in enumerate(points):
        after = points[(index + 1) % len(points)]
        if not on:
            path.append(f"Q{x:g} {y:g} {after[0]:g} {after[1]:g}")
        elif index and points[index - 1][2]:
            path.append(f"L{x:g} {y:g}")
    return "".join(path) + "Z"


@lru_cache(maxsize=2)
def face(weight: Weight = "Regular") -> Face:
    """The typeface in one weight."""
    return Face((files("app.label.drawing") / "assets" / f"RobotoCondensed-{weight}.ttf").read_bytes())


def composed(text: str) -> str:
    """The text as the typeface wants it: accents composed with their letters (NFC), spaces collapsed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def width(text: str, size: float, weight: Weight = "Regular") -> float:
    """Width in millimetres of a line set at `size` points; every character must be in the face."""
    return face(weight).width(text) * size * POINT


@lru_cache(maxsize=64)
def for_picture(pixels: float, weight: Weight = "Regular") -> Any:
    """The face for Pillow, `pixels` to the em."""
    from PIL import ImageFont

    return ImageFont.truetype(BytesIO(face(weight).raw), pixels, layout_engine=ImageFont.Layout.BASIC)


def register() -> None:
    """Make the faces known to reportlab under `name(weight)`; a document embeds only the characters it uses."""
    from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    known = set(getRegisteredFontNames())
    for weight in ("Regular", "Bold"):
        if name(weight) not in known:
            registerFont(TTFont(name(weight), BytesIO(face(weight).raw)))


def name(weight: Weight) -> str:
    """Name of a weight inside a PDF."""
    return f"LabelCondensed-{weight}"
