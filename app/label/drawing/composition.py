"""What a composed label consists of: text, symbols, pictures and rules, in millimetres from its upper left corner.

What all labels of a batch share is a `Plate`; a label adds its own symbols and the lines that its serial number, SSCC or
position fills. Every output (PDF, SVG, PNG, ZPL) draws the same composition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.errors import Finding
from app.label.drawing.fonts import POINT, Weight
from app.label.drawing.logo import Logo
from app.label.symbols.symbol import Carrier, Symbol, runs

GUARD = 5
"""Modules by which guard bars stand below the others. Source: GS1 General Specifications, section 5.2."""

GUARDS = {Carrier.EAN_13: ((0, 3), (45, 50), (92, 95)), Carrier.EAN_8: ((0, 3), (31, 36), (64, 67))}
"""Columns of the guard bars: from, to."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text from x on; y is its base line, size in points; turned: it runs upwards from x, y, its base line at the right."""

    x: float
    y: float
    text: str
    size: float
    weight: Weight = "Regular"
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A filled rectangle that parts two blocks."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Image:
    """A logo in its box."""

    logo: Logo
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Outline:
    """A symbol without its content: what a plate must know of the symbols of all its labels.

    human: its human readable interpretation in lines, "" for a line that the label fills; ais: the AI of each line.
    """

    carrier: Carrier
    columns: int
    rows: int
    quiet: tuple[int, int]
    units: int
    bearer: int
    ais: tuple[str, ...]
    human: tuple[str, ...]

    @property
    def linear(self) -> bool:
        """Whether it is made of bars."""
        return self.rows == 1

    @property
    def wide(self) -> int:
        """Modules with both quiet zones."""
        return self.columns + sum(self.quiet)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a symbol stands: x, y of its upper left cell or bar, module and height of the bars (below a bearer, above guards).

    turned: by a quarter to the left, so that bars lie like the rungs of a ladder and are read upwards.
    """

    x: float
    y: float
    module: float
    height: float
    turned: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A symbol with its place: x, y of the upper left corner of its cells or bars on the label, module and height in millimetres.

    turned: see `Slot`; the height of the bars then runs from left to right. Edges are those of the dark part as it stands on the label.
    """

    symbol: Symbol
    x: float
    y: float
    module: float
    height: float
    turned: bool = False

    @property
    def length(self) -> float:
        """From the first bar or column to the last."""
        return self.symbol.columns * self.module

    @property
    def above(self) -> float:
        """What a bearer takes above the bars."""
        return self.symbol.bearer * self.module

    @property
    def below(self) -> float:
        """What a bearer or hanging guards take below the bars."""
        return self.module * (self.symbol.bearer or (GUARD if self.symbol.carrier in GUARDS else 0))

    @property
    def left(self) -> float:
        """Left edge."""
        return self.x - self.above if self.turned else self.x

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.y if self.turned else self.y - self.above

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + (self.height + self.below if self.turned else self.length)

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.y + (self.length if self.turned else self.height + self.below)


Field = Literal["serial", "sscc", "position"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A line that each label fills with one of its fields; room: millimetres it may have; align: where x stands in the line."""

    field: Field
    x: float
    y: float
    size: float
    room: float
    before: str = ""
    after: str = ""
    weight: Weight = "Regular"
    align: Literal["left", "centre", "right"] = "left"
    turned: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """What the labels of one batch share, with places for what differs: one slot for each main symbol, gaps for lines.

    remarks: what could not be done as it was wished, with codes of the catalogue of refusals.
    """

    slots: tuple[Slot, ...]
    lines: tuple[Line, ...] = ()
    gaps: tuple[Gap, ...] = ()
    beside: Placed | None = None
    images: tuple[Image, ...] = ()
    rules: tuple[Rule, ...] = ()
    scale: float = 1.0
    remarks: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """One label ready to be drawn; main: its own symbols; filled: the gaps of the plate with the data of this label."""

    plate: Plate
    main: tuple[Placed, ...]
    filled: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines of text."""
        return (*self.plate.lines, *self.filled)

    @property
    def symbols(self) -> tuple[Placed, ...]:
        """All symbols."""
        return (*self.main, self.plate.beside) if self.plate.beside else self.main

    @property
    def images(self) -> tuple[Image, ...]:
        """All pictures."""
        return self.plate.images

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules."""
        return self.plate.rules

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """What could not be done as it was wished: nothing is left out in silence."""
        return self.plate.remarks


def guarded(carrier: Carrier, column: int) -> int:
    """How many modules a bar of an EAN that begins at this column stands below the others."""
    return GUARD if any(begin <= column < end for begin, end in GUARDS.get(carrier, ())) else 0


def rectangles(placed: Placed) -> Iterator[tuple[float, float, float, float]]:
    """Everything dark of a symbol as left, top, width and height in modules from its corner x, y; bearers begin before it."""
    if not placed.turned:
        return _upright(placed)
    return ((y, placed.symbol.columns - x - wide, high, wide) for x, y, wide, high in _upright(placed))


def _upright(placed: Placed) -> Iterator[tuple[float, float, float, float]]:
    symbol = placed.symbol
    if not symbol.linear:
        yield from ((x, y, wide, 1) for x, y, wide in runs(symbol))
        return
    high = round(placed.height / placed.module, 3)
    if symbol.bearer:
        yield 0, -symbol.bearer, symbol.columns, symbol.bearer
        yield 0, high, symbol.columns, symbol.bearer
    yield from ((x, 0, wide, high + guarded(symbol.carrier, x)) for x, _, wide in runs(symbol))


def ems(size: float) -> float:
    """Millimetres of an em of a size in points."""
    return size * POINT
