"""Labels for thermal printers that speak ZPL II: each label one format, complete in itself, everything on it a graphic.

No field of text or bar code is left to the printer: what it prints are the dots that were read back here, Vietnamese letters included,
and no text of a label is ever part of a command. `app/decisions/0010-zpl-as-graphics.md` says what that costs.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.errors import Finding
from app.label.drawing.compose import compose, dot_of
from app.label.drawing.composition import Composition, Plate
from app.label.drawing.design import Label
from app.label.drawing.drawn import Drawn, Place, remarked
from app.label.drawing.graphic_field import box, field
from app.label.drawing.layouts import Layout
from app.label.drawing.place import placed_on
from app.label.drawing.png import Dots, check_dpi, layers, size, symbol_dots
from app.label.drawing.sheet import FURTHEST, MOST_LABELS, Progress
from app.label.refusals import NothingToPrint, OffsetTooFar, TooManyLabels

_Shift = tuple[int, int]


def make_zpl(
    labels: Sequence[Label], layout: Layout, dpi: int, *, dx_mm: float = 0.0, dy_mm: float = 0.0, progress: Progress | None = None
) -> Drawn:
    """ZPL II for a head of 203 (8 dots a millimetre), 300 or 600 dots an inch: one format for each label, in their order.

    dx_mm, dy_mm: calibration, right and down by up to 10 mm, with `^LH`; what it would push off the paper to the left or the top is
    refused. The dots are those of the PNG; a head of 203.2 prints them one thousandth smaller. Media, darkness, speed and copies stay as
    the printer has them (one copy without `^PQ`). Raises what `compose` raises, NothingToPrint, TooManyLabels, ResolutionUnknown,
    OffsetTooFar, DrawnWrong, NotReadable.
    """
    if not labels:
        raise NothingToPrint
    if len(labels) > MOST_LABELS:
        raise TooManyLabels(count=len(labels), limit=MOST_LABELS)
    if not (abs(dx_mm) <= FURTHEST and abs(dy_mm) <= FURTHEST):
        raise OffsetTooFar(dx=dx_mm, dy=dy_mm, limit=FURTHEST)
    dot = dot_of(check_dpi(dpi))
    shift = round(dx_mm / dot), round(dy_mm / dot)
    writer = _Writer(layout, dpi, shift)
    written: list[str] = []
    places: list[Place] = []
    remarks: tuple[Finding, ...] = ()
    for index, label in enumerate(labels):
        composition = compose(label, layout, dot)
        written.append(writer.label(composition))
        places.append(placed_on(composition, layout, index, index + 1, shift[0] * dot, shift[1] * dot))
        remarks = remarked(remarks, composition.remarks)
        if progress:
            progress(index + 1, len(labels))
    return Drawn("".join(written).encode("ascii"), tuple(places), remarks)


class _Writer:
    """Formats of one file; what the labels of a batch share is compressed once."""

    def __init__(self, layout: Layout, dpi: int, shift: _Shift) -> None:
        right, down = max(0, shift[0]), max(0, shift[1])
        high, wide = size(layout, dpi)
        self._layout, self._dpi = layout, dpi
        self._head = f"^XA^CI28^PW{wide + right}^LL{high + down}^LH{right},{down}\n"
        self._back = min(0, shift[0]), min(0, shift[1])
        self._shared: tuple[Plate, str] | None = None

    def label(self, composition: Composition) -> str:
        """One format: what a batch shares, then what is this label's own; all its symbols were read from these dots."""
        plate, own = layers(composition, self._layout, self._dpi)
        if self._shared is None or self._shared[0] is not composition.plate:
            self._shared = composition.plate, self._compressed(plate, composition.plate)
        parts = "".join([self._field(dots, left, top) for left, top, dots in own])
        return f"{self._head}{self._shared[1]}{parts}^XZ\n"

    def _compressed(self, dots: Dots, plate: Plate) -> str:
        """A symbol of the shared part by itself: rows without text beside them repeat, and a repeated row is one character."""
        if plate.beside is None:
            return self._field(dots, 0, 0)
        left, top, symbol = symbol_dots(plate.beside, self._dpi)
        rest = dots.copy()
        rest[top : top + symbol.shape[0], left : left + symbol.shape[1]] &= 1 - symbol
        return self._field(symbol, left, top) + self._field(rest, 0, 0)

    def _field(self, dots: Dots, x: int, y: int) -> str:
        x, y = x + self._back[0], y + self._back[1]
        found = box(dots) if x < 0 or y < 0 else None
        if found is None:
            return field(dots, x, y)
        left, top, right, bottom = found
        if x + left < 0 or y + top < 0:
            dot = dot_of(self._dpi)
            raise OffsetTooFar(dx=round(self._back[0] * dot, 2), dy=round(self._back[1] * dot, 2), limit=FURTHEST)
        return field(dots[top:bottom, left:right], x + left, y + top)
