"""Labels as files: PDF sheets and rolls, one SVG, one PNG, and a page to adjust a printer.

The same labels give the same bytes. Nothing leaves here that `read_back` has not read.
"""

from __future__ import annotations

from app.label.drawing.compose import RESOLUTIONS, fitting
from app.label.drawing.drawn import Drawn, Place, PlacedOnPage
from app.label.drawing.limits import FURTHEST, MOST_LABELS, Progress
from app.label.drawing.pdf import make_pdf
from app.label.drawing.png import make_png
from app.label.drawing.ruler import make_ruler
from app.label.drawing.svg import make_svg

__all__ = [
    "FURTHEST",
    "MOST_LABELS",
    "RESOLUTIONS",
    "Drawn",
    "Place",
    "PlacedOnPage",
    "Progress",
    "fitting",
    "make_pdf",
    "make_png",
    "make_ruler",
    "make_svg",
]
