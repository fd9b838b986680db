"""Where everything stands on a label: module sizes, quiet zones, lines of text, in millimetres from the upper left corner.

What all labels of a batch share is a `Plate`, composed once; a label adds its QR and its serial line. Every output (PDF,
SVG, PNG) draws the same composition, a PNG with modules of whole dots.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from app.identify import element_string
from app.label.drawing import fonts
from app.label.drawing.design import Label, check_link, check_texts, readable_date, texts
from app.label.drawing.fonts import POINT, Weight
from app.label.drawing.layouts import LAYOUTS, Layout
from app.label.refusals import SymbolTooWide, TextTooLong
from app.label.symbols.linear import ean13
from app.label.symbols.qr import qr
from app.label.symbols.symbol import Symbol

QR_LEAST, QR_MOST = 0.396, 0.75
"""Module of the QR. GS1 asks for 0.396 to 0.990 mm at the till; phones gain nothing beyond 0.75 mm. Source: its symbol table 1."""

EAN_LEAST, EAN_ON_DEMAND, EAN_NOMINAL, EAN_MOST = 0.264, 0.249, 0.33, 0.375
"""Module of the EAN-13: 80 % of nominal is the least, except for thermal printing on demand, which may use the two dots
(0.25 mm) of its head. Source: GS1 General Specifications, symbol specification table 1 with its note on on-demand printing."""

_QR_SIZES = (0.75, 0.625, 0.508, 0.5, 25.4 / 60, 0.4, QR_LEAST)
_EAN_SIZES = (0.375, 25.4 / 75, EAN_NOMINAL, 0.3, EAN_LEAST, 0.254, 0.25)
"""For PDF and SVG, where the printer is not known: whole dots at 8 a millimetre or at 300 and 600 an inch, then the least."""

_SLACK = 0.05
"""Millimetres by which a quiet zone may fall short when an edge falls between two dots."""

_LEADING, _TIGHT = 1.2, 1.12
"""Distance of base lines in ems, and on labels as small as a thumb."""
_HRI_SIZE, _LEAST_SIZE = 6.0, 4.5
_SERIAL_LEAST = 4.0
_SERIAL_LETTER = 0.66
"""Ems kept free for each character of a serial: a random one is 0.57 wide on average and hardly ever wider than this."""
_UNDER = 0.84
"""Ems from the bars to the base line of the digits: their height and a module of air."""

_GUARD = 5
"""Modules by which guard bars stand below the others. Source: GS1 General Specifications, section 5.2."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; y is its base line, size in points."""

    x: float
    y: float
    text: str
    size: float
    weight: Weight = "Regular"


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A symbol with its place: x, y of its dark upper left corner, module and height in millimetres."""

    symbol: Symbol
    x: float
    y: float
    module: float
    height: float

    @property
    def width(self) -> float:
        """Width of the dark part."""
        return self.symbol.columns * self.module


@dataclass(frozen=True, slots=True)
class Plate:
    """What the labels of one batch share, with the gap that each fills.

    qr: x, y, module; serial: x, y, points of the serial's line and the width it may have, or None.
    """

    lines: tuple[Line, ...]
    bars: Placed | None
    qr: tuple[float, float, float]
    serial: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class Composition:
    """One label ready to be drawn."""

    plate: Plate
    qr: Placed
    serial: Line | None

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines of text."""
        return (*self.plate.lines, self.serial) if self.serial else self.plate.lines

    @property
    def symbols(self) -> tuple[Placed, ...]:
        """All symbols."""
        return (self.qr, self.plate.bars) if self.plate.bars else (self.qr,)


@dataclass(frozen=True, slots=True)
class _Block:
    """A text that may wrap: preferred and least size in points, most lines."""

    pointer: str
    text: str
    size: float
    least: float
    most: int
    weight: Weight = "Regular"
    gap: float = 0.12


def compose(label: Label, layout: Layout, dot: float | None = None) -> Composition:
    """Check a label and give everything on it a place.

    dot: millimetres of a dot of the print head, or None where it is not known. Raises what `design.check`, `barcode.qr` and
    `barcode.ean13` raise, SymbolTooWide, TextTooLong.
    """
    check_link(label)
    symbol = qr(label.digital_link)
    plate = _plate(replace(label, serial="", digital_link=""), len(label.serial), symbol.columns, layout, dot)
    x, y, module = plate.qr
    placed = Placed(symbol, x, y, module, module * symbol.columns)
    return Composition(plate, placed, _serial_line(plate, label, layout))


def _serial_line(plate: Plate, label: Label, layout: Layout) -> Line | None:
    if plate.serial is None:
        return None
    x, y, size, room = plate.serial
    text = element_string.human((("21", label.serial),))
    size = min(size, size * room / fonts.width(text, size))
    if size < _SERIAL_LEAST:
        raise TextTooLong(pointer="/serial", layout=layout.name, fits=_letters(text, room))
    return Line(x, y, text, size)


@lru_cache(maxsize=256)
def _plate(label: Label, serial: int, columns: int, layout: Layout, dot: float | None) -> Plate:
    check_texts(label)
    bars = ean13(label.gtin) if label.ean13 is not False else None
    module, width = _modules(columns, bars, layout, dot)
    quiet, margin = 4 * module, _margin(layout)
    x = max(quiet, margin)
    under = layout.height - (x + columns * module + quiet) - margin
    identifiers = [element_string.human((pair,)) for pair in label.pairs]
    below = under >= (len(identifiers) + bool(serial)) * _LEAST_SIZE * POINT * _LEADING
    y = x if below else max(x, (layout.height - columns * module) / 2)
    right = x + columns * module + quiet
    placed = _bars(bars, width, layout, margin) if bars else None
    floor = (placed.y - 0.6) if placed else layout.height - margin
    blocks = _blocks(label, layout)
    if below:
        lines = _stack(blocks, right + 0.3, margin, layout.width - margin, floor, layout)
        edge = min(right, placed.x - placed.symbol.quiet[0] * placed.module) if placed else right
        hri, gap = _identifiers(identifiers, serial=serial, box=(x, y + columns * module + quiet, edge - 0.8 - x, under), layout=layout)
    else:
        box = (right + 0.3, margin, layout.width - margin, floor)
        lines, hri, gap = _one_column(blocks, identifiers, serial=serial, box=box, layout=layout)
    digits = tuple(_digits(placed)) if placed else ()
    return Plate((*lines, *hri, *digits), placed, (x, y, module), gap)


def _margin(layout: Layout) -> float:
    """White edge for text: labels are cut and fed with a tolerance of about a millimetre."""
    return 1.3 if layout.terse else 2.0


def _modules(columns: int, bars: Symbol | None, layout: Layout, dot: float | None) -> tuple[float, float]:
    """Module of the QR and of the EAN-13 (0 without): the largest that fit side by side, a nominal EAN-13 first.

    Raises SymbolTooWide with the layouts that have room.
    """
    found = _fitting(columns, bars, layout, dot)
    if found:
        return found
    fits = [other.name for other in LAYOUTS.values() if _fitting(columns, bars, other, dot)]
    alone = _fitting(columns, None, layout, dot)
    least = _sizes(_QR_SIZES, QR_LEAST, QR_MOST, dot)[-1]
    needed = (columns + 8) * least
    if alone and bars:
        thin = _ean_sizes(layout, dot)
        needed += bars.wide * thin[-1] if thin else bars.wide * EAN_LEAST
        fits.append(f"{layout.name} - EAN-13")
    raise SymbolTooWide(
        symbol="QR + EAN-13" if alone else "QR",
        layout=layout.name,
        needed=round(needed, 1),
        available=layout.width if alone else layout.square,
        fits=", ".join(fits) or "-",
    )


def _fitting(columns: int, bars: Symbol | None, layout: Layout, dot: float | None) -> tuple[float, float] | None:
    squares = [size for size in _sizes(_QR_SIZES, QR_LEAST, QR_MOST, dot) if (columns + 8) * size <= layout.square]
    if not bars:
        return next(((square, 0.0) for square in squares), None)
    thins = _ean_sizes(layout, dot)
    nominal = [size for size in thins if size >= EAN_NOMINAL]
    for choice in (nominal, thins):
        for square in squares:
            for thin in choice:
                if _side_by_side(columns, square, bars, thin, _margin(layout)) <= layout.width + _SLACK:
                    return square, thin
    return None


def _side_by_side(columns: int, square: float, bars: Symbol, thin: float, margin: float) -> float:
    """Width of both symbols; what is free for one may be free for the other too."""
    left, right = bars.quiet
    return max(4 * square, margin) + columns * square + max(4 * square, left * thin) + bars.columns * thin + max(right * thin, margin)


def _ean_sizes(layout: Layout, dot: float | None) -> list[float]:
    return _sizes(_EAN_SIZES, EAN_ON_DEMAND if layout.on_demand else EAN_LEAST, EAN_MOST, dot)


def _sizes(listed: Iterable[float], least: float, most: float, dot: float | None) -> list[float]:
    """Modules between the bounds, largest first: the listed ones, or multiples of a dot."""
    if dot is None:
        return [size for size in listed if least <= size <= most]
    return [count * dot for count in range(int(most / dot + 0.01), 0, -1) if count * dot >= least]


def _bars(symbol: Symbol, module: float, layout: Layout, margin: float) -> Placed:
    """The EAN-13 in the lower right corner, its digits below."""
    x = layout.width - max(symbol.quiet[1] * module, margin) - symbol.columns * module
    digits = _digit_size(module) * POINT
    y = layout.height - margin - _tall(layout) - max(_UNDER * digits, _GUARD * module)
    return Placed(symbol, x, y, module, _tall(layout))


def _tall(layout: Layout) -> float:
    return {25: 5.0, 40: 10.0, 33.9: 8.0}.get(layout.height, 14.0)


def _digit_size(module: float) -> float:
    """Points of the digits below an EAN-13, seven modules for each."""
    return 9.2 * module / POINT


def _digits(bars: Placed) -> Iterator[Line]:
    """The 13 digits: the first in the quiet zone, six under each half."""
    size = _digit_size(bars.module)
    base = bars.y + bars.height + _UNDER * size * POINT
    for index, digit in enumerate(bars.symbol.text):
        middle = -5.5 if index == 0 else 3 + 7 * (index - 1) + 3.5 + (5 if index > 6 else 0)
        yield Line(bars.x + middle * bars.module - fonts.width(digit, size) / 2, base, digit, size)


def _blocks(label: Label, layout: Layout) -> list[_Block]:
    """Texts from top to bottom. Small layouts go without the brand and the further lines."""
    said = dict(texts(label))
    scale = 1.0 if layout.terse else min(2.2, layout.height / 29)
    named = [] if layout.terse else [_Block("/text/brand", said["/text/brand"].upper(), 5.5 * scale, 4.5, 1, gap=0.0)]
    named.append(_Block("/text/product", said["/text/product"], 7.5 * scale, 5.5, 3, "Bold"))
    if not layout.terse:
        further = [(pointer, text) for pointer, text in said.items() if pointer.startswith("/text/lines/")]
        named += [_Block(pointer, text, 5.5 * scale, _LEAST_SIZE, 2) for pointer, text in further]
    named.append(_Block("/text/net_content", said["/text/net_content"], 5.5 * scale, _LEAST_SIZE, 2))
    titles = ("Lô", "HSD") if layout.terse else ("Lô/LOT", "HSD/EXP")
    dated = [f"{titles[0]} {label.lot}"] if label.lot else []
    dated += [f"{titles[1]} {readable_date(label.expiry)}"] if label.expiry else []
    named.append(_Block("/lot", "  ".join(dated), 6 * scale, 5, 2, "Bold"))
    named.append(_Block("/text/producer", said["/text/producer"], 5 * scale, _LEAST_SIZE, 3))
    return [block for block in named if block.text]


def _stack(blocks: list[_Block], left: float, top: float, right: float, floor: float, layout: Layout) -> tuple[Line, ...]:
    """Set the blocks as large as the room allows, one below the other; raises TextTooLong for what never fits."""
    for step in range(13):
        found = _set(blocks, 1 - step * 0.05, left, top, right, _TIGHT if layout.terse else _LEADING)
        if found and found[1] <= floor:
            return found[0]
    longest = next((block for block in blocks if not _alone(block, right - left)), max(blocks, key=_length))
    fits = _letters(longest.text, (right - left) * longest.most, longest.least)
    raise TextTooLong(pointer=longest.pointer, layout=layout.name, fits=fits)


def _length(block: _Block) -> float:
    return fonts.width(block.text, block.least, block.weight)


def _alone(block: _Block, room: float) -> bool:
    """Whether a block could be set at its least size if it were the only one."""
    return 0 < len(wrap(block.text, block.least, block.weight, room)) <= block.most


def _set(
    blocks: list[_Block], scale: float, left: float, top: float, right: float, leading: float
) -> tuple[tuple[Line, ...], float] | None:
    """Lines and the lower edge of the last, or None when a block has too many lines at this scale."""
    lines: list[Line] = []
    y = top
    for block in blocks:
        size = max(block.least, block.size * scale)
        wrapped = wrap(block.text, size, block.weight, right - left)
        if len(wrapped) > block.most or not wrapped:
            return None
        for text in wrapped:
            lines.append(Line(left, y + 0.95 * size * POINT, text, size, block.weight))
            y += leading * size * POINT
        y += block.gap
    return tuple(lines), y


def wrap(text: str, size: float, weight: Weight, room: float) -> list[str]:
    """The text in lines of at most `room` millimetres; nothing when one word alone is wider."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and fonts.width(longer, size, weight) <= room:
            lines[-1] = longer
        elif fonts.width(word, size, weight) <= room:
            lines.append(word)
        else:
            return []
    return lines


_Hri = tuple[tuple[Line, ...], tuple[float, float, float, float] | None]


def _identifiers(identifiers: list[str], *, serial: int, box: tuple[float, float, float, float], layout: Layout) -> _Hri:
    """The lines of application identifiers in a box (x, y, width, height), the serial's last; raises TextTooLong."""
    x, y, room, height = box
    count = len(identifiers) + bool(serial)
    size = min(_HRI_SIZE if layout.height < 50 else 1.4 * _HRI_SIZE, height / (count * _LEADING * POINT))
    widest = max(identifiers, key=lambda text: fonts.width(text, 1))
    size = math.floor(10 * min(size, room / fonts.width(widest, 1))) / 10
    if size < _LEAST_SIZE:
        raise TextTooLong(pointer="/lot", layout=layout.name, fits=_letters(widest, room))
    step = _LEADING * size * POINT
    lines = tuple(Line(x, y + index * step + 0.8 * size * POINT, text, size) for index, text in enumerate(identifiers))
    return lines, (x, y + len(identifiers) * step + 0.8 * size * POINT, size, room) if serial else None


def _one_column(
    blocks: list[_Block], identifiers: list[str], *, serial: int, box: tuple[float, float, float, float], layout: Layout
) -> tuple[tuple[Line, ...], tuple[Line, ...], tuple[float, float, float, float] | None]:
    """Texts and, below them, application identifiers two to a line where they fit: for labels as high as their QR."""
    left, top, right, floor = box
    size, room = _LEAST_SIZE, right - left
    rows: list[list[str]] = []
    for text in [*identifiers, _serial_room(serial)] if serial else identifiers:
        if rows and fonts.width(" ".join([*rows[-1], text]), size) <= room:
            rows[-1].append(text)
        else:
            rows.append([text])
    step = _TIGHT * size * POINT
    lines = _stack(blocks, left, top, right, floor - len(rows) * step, layout)
    first = floor - len(rows) * step + 0.9 * size * POINT
    gap = None
    if serial:
        before = "".join(f"{text} " for text in rows[-1][:-1])
        start = left + fonts.width(before, size)
        gap = (start, first + (len(rows) - 1) * step, size, right - start)
        rows[-1].pop()
    shown = [Line(left, first + index * step, " ".join(row), size) for index, row in enumerate(rows) if row]
    for line in shown:
        if fonts.width(line.text, size) > room:
            raise TextTooLong(pointer="/lot", layout=layout.name, fits=_letters(line.text, room))
    return lines, tuple(shown), gap


def _serial_room(length: int) -> str:
    """Digits as wide as a serial of that length will hardly ever be."""
    return "(21)" + "0" * math.ceil(length * _SERIAL_LETTER / fonts.width("0", 1) * POINT)


def _letters(text: str, room: float, size: float = _LEAST_SIZE) -> int:
    """About how many characters of such a text fit."""
    return int(room / (fonts.width(text, size) / len(text)))


def guarded(column: int) -> int:
    """How many modules a bar of an EAN-13 that begins at this column stands below the others."""
    return _GUARD if column < 3 or 45 <= column < 50 or column >= 92 else 0
