"""Labels to the file that a printer takes: how the printer is set, one door to all forms of files, and how many labels a file holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.label.drawing.design import Label
from app.label.drawing.drawn import Drawn
from app.label.drawing.layouts import Layout
from app.label.drawing.limits import FURTHEST
from app.label.drawing.pdf import make_pdf
from app.label.drawing.png import make_png
from app.label.drawing.sheet import RESOLUTIONS
from app.label.drawing.svg import make_svg
from app.label.drawing.zpl import make_zpl
from app.label.refusals import OffsetTooFar, ResolutionUnknown

PART = 1_000
"""Most labels in one PDF or ZPL file: about two seconds of work."""

USUAL_HEAD = 300
"""Dots per inch of a print head when nobody says."""

HEADS = frozenset({"zpl", "png"})
"""Forms that are made of a print head's dots."""

_LONGEST_NUMBER = 12


@dataclass(frozen=True, slots=True)
class Printer:
    """How a printer is set. dpi: None where no print head is known; dx, dy: millimetres; first_place: used places of the first sheet."""

    dpi: int | None = None
    dx: float = 0.0
    dy: float = 0.0
    first_place: int = 0


def draw(form: str, labels: Sequence[Label], on_paper: Layout, printer: Printer) -> Drawn:
    """The file of some labels, every symbol read back; of PNG and SVG the first label. form: pdf, zpl, png, svg.

    Raises what drawing refuses.
    """
    if form == "png":
        return make_png(labels[0], printer.dpi or USUAL_HEAD, on_paper)
    if form == "svg":
        return make_svg(labels[0], on_paper, printer.dpi)
    if form == "zpl":
        return make_zpl(labels, on_paper, printer.dpi or USUAL_HEAD, dx_mm=printer.dx, dy_mm=printer.dy)
    return make_pdf(labels, on_paper, dpi=printer.dpi, dx_mm=printer.dx, dy_mm=printer.dy, first_place=printer.first_place)


def spans(first: int, last: int, *, most: int = PART, on_a_page: int = 1, used: int = 0) -> list[tuple[int, int]]:
    """First and last label of every file; sheets are filled before another file begins, and `used` places of the first are not free."""
    most = max(1, most // on_a_page) * on_a_page
    found, start, stop = [], first, first + most - used
    while start <= last:
        found.append((start, min(stop - 1, last)))
        start, stop = stop, stop + most
    return found


def millimetres(dx: str, dy: str) -> tuple[float, float]:
    """The calibration offset as typed, with a decimal point or comma; raises OffsetTooFar for what is no number or too far."""
    try:
        right, down = (float(text[:_LONGEST_NUMBER].replace(",", ".") or 0) for text in (dx, dy))
    except ValueError as error:
        raise _too_far(dx, dy) from error
    if not (abs(right) <= FURTHEST and abs(down) <= FURTHEST):  # also refuses nan
        raise _too_far(dx, dy)
    return right, down


def _too_far(dx: str, dy: str) -> OffsetTooFar:
    return OffsetTooFar(pointer="/dx", dx=dx[:_LONGEST_NUMBER], dy=dy[:_LONGEST_NUMBER], limit=FURTHEST)


def head(text: str) -> int | None:
    """The dots per inch of a print head as typed, None when nobody said; raises ResolutionUnknown."""
    known = {str(dpi): dpi for dpi in RESOLUTIONS}
    if text and text not in known:
        raise ResolutionUnknown(pointer="/dpi", dpi=text[:20], known=", ".join(known))
    return known.get(text)
