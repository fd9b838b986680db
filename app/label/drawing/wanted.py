"""What an arrangement is asked for, and the parts that all arrangements share: the EAN-13 at the foot, the logo, the dots of a head."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.label.drawing import hri
from app.label.drawing.columns import Box
from app.label.drawing.composition import GUARD, Gap, Image, Outline, Placed, Slot
from app.label.drawing.design import Label
from app.label.drawing.hri import Item
from app.label.drawing.layouts import Layout
from app.label.drawing.logo import Logo
from app.label.symbols.specification import Specification
from app.label.symbols.symbol import Carrier, Symbol

STRIP = 1.3
"""Millimetres at the lower edge that the position on a roll takes."""

_POSITION_SIZE = 4.0
_AIR = 0.6
_TIGHT = 3.0
"""Margin of a large label on which room is short; its width keeps the quiet zones in any case."""

_NEAR = 1e-6


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label without what differs within its batch, and the choices of one attempt.

    serial: characters of the serial number; position: whether the label says its place on the roll; specification: the row of the
    main symbol; x: its X in mm; beside, beside_x: an EAN-13 and its X; dot: of the print head in mm, or None; turned: bars are tried
    along the height of the label; tight: air that only looks well is given up.
    """

    label: Label
    layout: Layout
    outlines: tuple[Outline, ...]
    specification: Specification
    x: float
    dot: float | None
    serial: int = 0
    position: bool = False
    beside: Symbol | None = None
    beside_x: float = 0.0
    beside_height: float = 0.0
    titles: bool = False
    logo: Logo | None = None
    turned: bool = False
    tight: bool = False

    @property
    def module(self) -> float:
        """Millimetres of a module of the main symbol."""
        return self.x / self.specification.units

    @property
    def box(self) -> Box:
        """The label within its margins, without the strip of the position."""
        layout = self.layout
        margin = min(layout.margin, _TIGHT) if self.tight else layout.margin
        return Box(margin, margin, layout.width - margin, layout.height - (STRIP if self.position else 0) - margin)

    def snapped(self, place: float) -> float:
        """The place on the nearest dot of the print head."""
        return round(place / self.dot) * self.dot if self.dot else place

    def tall(self, height: float) -> float:
        """A height that is not less, in whole dots."""
        return math.ceil(height / self.dot - _NEAR) * self.dot if self.dot else height

    @property
    def bars(self) -> float:
        """Least height of the bars of a main symbol."""
        return self.tall(self.specification.height_at(max(self.x, self.specification.least)))

    def items(self, outline: Outline) -> list[Item]:
        """The human readable interpretation of a symbol; data that bars of a trade item do not hold stay without AI."""
        return hri.items(outline, self.serial, titles=self.titles)

    def edge(self) -> tuple[Gap, ...]:
        """The position on the roll, in the lower right corner."""
        if not self.position:
            return ()
        layout = self.layout
        room = layout.width - 2 * layout.margin
        return (Gap("position", layout.width - layout.margin, layout.height - 0.7, _POSITION_SIZE, room, align="right"),)

    def unsaid(self) -> bool:
        """Whether there is a serial number that the main symbols do not hold."""
        return self.serial > 0 and not any("21" in outline.ais for outline in self.outlines)


def at_the_foot(wanted: Wanted, *, right: bool) -> Placed | None:
    """The EAN-13 beside a matrix symbol, at full height in the lower right corner or, on tall labels, in the lower left."""
    symbol, module = wanted.beside, wanted.beside_x
    if symbol is None:
        return None
    box = wanted.box
    outline = outline_of(symbol, "")
    left, after = (quiet * module for quiet in symbol.quiet)
    before = max(left, box.left + 7.5 * module)  # the first digit stands before the bars
    x = wanted.layout.width - max(after, wanted.layout.margin) - symbol.columns * module if right else before
    y = box.bottom - wanted.beside_height - hri.hanging(outline, module)
    return Placed(symbol, wanted.snapped(x), wanted.snapped(y), module, wanted.beside_height)


def reach(placed: Placed) -> tuple[float, float, float]:
    """Left and right end of the quiet zones of bars, and where text above them must end."""
    left, right = (quiet * placed.module for quiet in placed.symbol.quiet)
    return placed.x - left, placed.right + right, placed.top - _AIR


def picture(logo: Logo, box: Box, height: float, *, right: bool = False) -> Image:
    """A logo at the top of a box, at most `height` high and six tenths of the box wide, its shape kept."""
    scale = min(height / logo.height, 0.6 * box.width / logo.width)
    width = logo.width * scale
    return Image(logo, box.right - width if right else box.left, box.top, width, logo.height * scale)


def outline_of(symbol: Symbol, varying: str) -> Outline:
    """The outline of a symbol; varying: a serial number or SSCC that differs from label to label."""
    human = symbol.human
    if symbol.carrier in (Carrier.EAN_13, Carrier.EAN_8, Carrier.ITF_14):
        ais: tuple[str, ...] = ("01",)
    else:
        ais = tuple(ai for ai, _ in symbol.pairs)
        human = tuple("" if ai in ("21", "00") and varying else text for ai, text in zip(ais, human, strict=True))
    rows, columns = symbol.modules.shape
    return Outline(symbol.carrier, columns, rows, symbol.quiet, symbol.units, symbol.bearer, ais, human)


def below_guards(outline: Outline) -> bool:
    """Whether a symbol of bars has digits between its guards, which need no lines of their own."""
    return outline.carrier in (Carrier.EAN_13, Carrier.EAN_8)


def extent(slot: Slot, outline: Outline) -> float:
    """Lower end of the dark part of bars."""
    return slot.y + slot.height + slot.module * (GUARD if below_guards(outline) else outline.bearer)
