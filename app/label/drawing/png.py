"""Labels as dots of a print head: one bit each, every module whole dots, and read again from the finished dots.

Print heads know no grey, so letters and logos are made black and white here, and ZPL sends the same dots.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.label.drawing import fonts, png_file
from app.label.drawing.compose import RESOLUTIONS, compose, dot_of
from app.label.drawing.composition import GUARDS, Composition, Image, Line, Placed, Plate, Rule, ems
from app.label.drawing.design import Label
from app.label.drawing.drawn import Drawn
from app.label.drawing.layouts import ROLL_70X40, Layout
from app.label.drawing.place import placed_on
from app.label.refusals import ResolutionUnknown
from app.label.symbols import read_back
from app.label.symbols.read_back import Stand

Dots = NDArray[np.uint8]
"""(height, width), 1 is black."""

Part = tuple[int, int, Dots]
"""Left and top on the label, and dots."""

_FINER = 4
"""How many times finer letters are drawn before a dot is black or white."""

_HINTED = 26.0
"""Dots of an em below which the typeface's own instructions say which dots are black: they keep accents apart that shades would blur."""

_LARGE = 40.0
"""Dots of an em from which on letters stand on whole dots: half a dot is a hundredth of that, and each letter is drawn only once."""

_INK = 0.45
"""Part of a dot that a letter must cover to make it black: a little less than half, because thin strokes must not break."""


def make_png(label: Label, dpi: int, layout: Layout = ROLL_70X40) -> Drawn:
    """One label as a PNG of one bit for a print head of 203, 300 or 600 dots per inch; every module is whole dots.

    Raises what `compose` raises, ResolutionUnknown, DrawnWrong, NotReadable.
    """
    composition = compose(label, layout, dot_of(check_dpi(dpi)))
    _, own = _parts(composition, layout, dpi)
    packed = _laid(composition, layout, own, dpi)
    changed = [(top, top + len(dots)) for _, top, dots in own]
    content = png_file.file(packed, _bands(composition.plate, layout, dpi), changed, size(layout, dpi)[1], dpi)
    return Drawn(content, (placed_on(composition, layout, 0, 1, 0.0, 0.0),), composition.remarks)


def check_dpi(dpi: int) -> int:
    """The resolution, when print heads have it; raises ResolutionUnknown."""
    if dpi not in RESOLUTIONS:
        raise ResolutionUnknown(pointer="/dpi", dpi=dpi, known=", ".join(map(str, RESOLUTIONS)))
    return dpi


def picture(composition: Composition, layout: Layout, dpi: int) -> Dots:
    """All dots of a label; its symbols were read from them. Raises DrawnWrong, NotReadable."""
    plate, own = _parts(composition, layout, dpi)
    return np.unpackbits(_laid(composition, layout, own, dpi), axis=1, count=plate.shape[1])


def layers(composition: Composition, layout: Layout, dpi: int) -> tuple[Dots, tuple[Part, ...]]:
    """The dots that a batch shares (read-only, the same array for all its labels) and what this label adds to them.

    All symbols were read from the dots of both together. Raises DrawnWrong, NotReadable.
    """
    plate, own = _parts(composition, layout, dpi)
    _laid(composition, layout, own, dpi)
    return plate, own


def _parts(composition: Composition, layout: Layout, dpi: int) -> tuple[Dots, tuple[Part, ...]]:
    own = [symbol_dots(placed, dpi) for placed in composition.main] + [line_dots(line, dpi) for line in composition.filled]
    return plate_dots(composition.plate, layout, dpi), tuple(own)


def _laid(composition: Composition, layout: Layout, own: tuple[Part, ...], dpi: int) -> Dots:
    """The finished label, eight dots to a byte: packed, a label of 600 dots per inch is one megabyte and not eight."""
    packed = _packed(composition.plate, layout, dpi).copy()
    for left, top, dots in own:
        _lay(packed, left, top, dots)
    for placed in composition.main:
        _check(packed, placed, dpi)
    beside = composition.plate.beside
    if beside:
        area = _beside(composition.plate, layout, dpi)
        if (packed[area] != _packed(composition.plate, layout, dpi)[area]).any():
            _check(packed, beside, dpi)
    return packed


@lru_cache(maxsize=4)
def _beside(plate: Plate, layout: Layout, dpi: int) -> tuple[slice, slice]:
    """Where a symbol that all labels of a batch share stands with its quiet zones; it was read once."""
    return _check(_packed(plate, layout, dpi), plate.beside, dpi) if plate.beside else (slice(0), slice(0))


def _check(packed: Dots, placed: Placed, dpi: int) -> tuple[slice, slice]:
    """Read one symbol; the rows and bytes in which it stands with its quiet zones."""
    at = stand(placed, dpi)
    left, right = (zone * at.dots for zone in placed.symbol.quiet)
    above = placed.symbol.bearer * at.dots if placed.symbol.linear else left
    high = at.height if placed.symbol.linear else len(placed.symbol.modules) * at.dots
    wide = placed.symbol.columns * at.dots
    zone = (at.x - left, at.y - above, at.x + wide + right, at.y + high + above)
    if placed.turned:
        zone = (at.x - above, at.y - right, at.x + high + above, at.y + wide + left)
    rows, columns = slice(max(0, zone[1]), min(zone[3], packed.shape[0])), slice(max(0, zone[0]) // 8, -(-zone[2] // 8))
    count = min(zone[2], 8 * packed.shape[1]) - 8 * columns.start
    cut = np.unpackbits(packed[rows, columns], axis=1, count=count).view(np.bool_)
    x, y = at.x - 8 * columns.start, at.y - rows.start
    if placed.turned:
        cut, x, y = np.rot90(cut, -1), rows.stop - at.y - wide, x
    read_back.check_drawn(cut, (Stand(placed.symbol, x, y, at.dots, at.height),))
    return rows, columns


def stand(placed: Placed, dpi: int) -> Stand:
    """Where a symbol stands in the dots of its label."""
    dots = dpi / 25.4
    module = round(placed.module * dots)
    return Stand(placed.symbol, round(placed.x * dots), round(placed.y * dots), module, round(placed.height * dots))


def size(layout: Layout, dpi: int) -> tuple[int, int]:
    """Height and width of a label in dots."""
    return round(layout.height * dpi / 25.4), round(layout.width * dpi / 25.4)


def symbol_dots(placed: Placed, dpi: int) -> Part:
    """Left, top and dots of a symbol with its bearers and hanging guards, as it stands on the label."""
    at = stand(placed, dpi)
    if not placed.symbol.linear:
        return at.x, at.y, placed.symbol.modules.repeat(at.dots, axis=0).repeat(at.dots, axis=1)
    above, black = _upright(placed, at, dpi)
    return (at.x - above, at.y, np.rot90(black)) if placed.turned else (at.x, at.y - above, black)


def _upright(placed: Placed, at: Stand, dpi: int) -> tuple[int, Dots]:
    """Dots of upright bars, and how many rows of them are a bearer above."""
    above = placed.symbol.bearer * at.dots
    below = round(placed.below * dpi / 25.4)
    row = placed.symbol.modules.repeat(at.dots, axis=1)
    black = np.zeros((above + at.height + below, row.shape[1]), dtype=np.uint8)
    black[above : above + at.height] = row
    if placed.symbol.bearer:
        black[:above] = black[above + at.height :] = 1
    for begin, end in GUARDS.get(placed.symbol.carrier, ()):
        hanging = slice(begin * at.dots, end * at.dots)
        black[above + at.height :, hanging] = row[:, hanging]
    return above, black


def line_dots(line: Line, dpi: int) -> Part:
    """Left, top and dots of a line of text; small letters stand at quarters of a dot, the base line on a whole dot."""
    if line.turned:
        left, top, black = line_dots(replace(line, x=-line.y, y=line.x, turned=False), dpi)
        return top, -left - black.shape[1], np.rot90(black)
    dots = dpi / 25.4
    em = ems(line.size) * dots
    rise, fall = int(1.1 * em) + 1, int(0.4 * em) + 1
    left, base = math.floor(line.x * dots) - 1, round(line.y * dots)
    black = np.zeros((rise + fall, int(fonts.width(line.text, line.size, line.weight) * dots) + int(em) + 4), dtype=np.uint8)
    at = line.x * dots - left
    for letter in line.text:
        if letter != " ":
            whole, part = divmod(round(at * _FINER), _FINER) if _HINTED <= em < _LARGE else (round(at), 0)
            drawn = _letter(letter, em, line.weight, part)
            black[:, whole - 1 : whole - 1 + drawn.shape[1]] |= drawn
        at += fonts.width(letter, line.size, line.weight) * dots
    return left, base - rise, black


@lru_cache(maxsize=4096)
def _letter(letter: str, em: float, weight: fonts.Weight, part: int) -> Dots:
    """Dots of a letter that begins `part` quarters of a dot after the second column; as high as its line."""
    from PIL import Image as Pillow
    from PIL import ImageDraw

    rise, fall, wide = int(1.1 * em) + 1, int(0.4 * em) + 1, int(em) + 3
    if em < _HINTED:
        small = Pillow.new("L", (wide, rise + fall), 0)
        pen = ImageDraw.Draw(small)
        pen.fontmode = "1"
        pen.text((1, rise), letter, fill=1, font=fonts.for_picture(em, weight), anchor="ls")
        return np.asarray(small)
    paper = Pillow.new("L", (wide * _FINER, (rise + fall) * _FINER), 0)
    face = fonts.for_picture(em * _FINER, weight)
    ImageDraw.Draw(paper).text((_FINER + part, rise * _FINER), letter, fill=255, font=face, anchor="ls")
    return (np.asarray(paper.reduce(_FINER)) >= 255 * _INK).astype(np.uint8)


@lru_cache(maxsize=16)
def image_dots(image: Image, dpi: int) -> Part:
    """Left, top and dots of a logo, its shades scattered as dots of ink."""
    from PIL import Image as Pillow

    dots = dpi / 25.4
    wide, high = max(1, round(image.width * dots)), max(1, round(image.height * dots))
    logo = Pillow.frombytes("RGB", (image.logo.width, image.logo.height), image.logo.rgb).convert("L")
    black = np.asarray(logo.resize((wide, high), Pillow.Resampling.LANCZOS).convert("1", dither=Pillow.Dither.FLOYDSTEINBERG))
    return round(image.x * dots), round(image.y * dots), (~black).astype(np.uint8)


def rule_dots(rule: Rule, dpi: int) -> Part:
    """Left, top and dots of a rule, at least one dot thick."""
    dots = dpi / 25.4
    shape = max(1, round(rule.height * dots)), max(1, round(rule.width * dots))
    return round(rule.x * dots), round(rule.y * dots), np.ones(shape, dtype=np.uint8)


def _lay(packed: Dots, left: int, top: int, dots: Dots) -> None:
    """Blacken dots of a packed picture in place; what lies beyond it is left out."""
    dots = dots[max(0, -top) : packed.shape[0] - top, max(0, -left) : 8 * packed.shape[1] - left]
    top, left = max(0, top), max(0, left)
    byte, shift = divmod(left, 8)
    width = -(-(shift + dots.shape[1]) // 8)
    aligned = np.zeros((dots.shape[0], 8 * width), dtype=np.uint8)
    aligned[:, shift : shift + dots.shape[1]] = dots
    packed[top : top + len(dots), byte : byte + width] |= np.packbits(aligned, axis=1)


@lru_cache(maxsize=4)
def plate_dots(plate: Plate, layout: Layout, dpi: int) -> Dots:
    """What a batch shares; drawing it takes thirty times as long as adding a symbol and a serial."""
    high, wide = size(layout, dpi)
    packed = np.zeros((high, -(-wide // 8)), dtype=np.uint8)
    parts = [rule_dots(rule, dpi) for rule in plate.rules]
    parts += [image_dots(image, dpi) for image in plate.images]
    parts += [line_dots(line, dpi) for line in plate.lines]
    if plate.beside:
        parts.append(symbol_dots(plate.beside, dpi))
    for left, top, dots in parts:
        _lay(packed, left, top, dots)
    black = np.unpackbits(packed, axis=1, count=wide)
    black.setflags(write=False)
    return black


@lru_cache(maxsize=4)
def _packed(plate: Plate, layout: Layout, dpi: int) -> Dots:
    return np.packbits(plate_dots(plate, layout, dpi), axis=1)


@lru_cache(maxsize=4)
def _bands(plate: Plate, layout: Layout, dpi: int) -> png_file.Bands:
    return png_file.bands(_packed(plate, layout, dpi))
