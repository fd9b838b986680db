"""The dots of a thermal printer: bars of whole dots beside bars that a printer had to round."""

from __future__ import annotations

from itertools import pairwise

from app.web.pictures.drawing import BLUE, EDGE, GREEN, INK, LINE, MUTED, NORMAL, PAPER, ROOM, ROSE, SMALL, Drawing, Tint, number
from app.words.translate import Translator

DOT = 0.125
"""Millimetres from dot to dot of a head with 203 dots an inch."""

WHOLE, BROKEN = 0.5, 0.42
"""An X of four dots, and one that is none."""

MODULES = 14
_SCALE = 46.0
"""Units for a millimetre."""

_HIGH = 46.0


def edges(x: float) -> list[int]:
    """Where the bars of one module each begin and end, in dots: a head can begin a bar only at a dot."""
    return [round(place * x / DOT) for place in range(MODULES + 1)]


def dots(t: Translator) -> str:
    """Two rows of bars over the grid of the head."""
    drawing = Drawing()
    at = drawing.paragraph(EDGE, 12, t("pictures.dots_told"), ROOM, SMALL, colour=MUTED) + 6
    for x, word, tint in ((WHOLE, "pictures.dots_whole", GREEN), (BROKEN, "pictures.dots_broken", ROSE)):
        at = drawing.paragraph(EDGE, at, t(word, x=number(x, t.language, 3)), ROOM, NORMAL, bold=True, colour=tint.strong) + 4
        at = _bars(drawing, at, x, tint) + 10
    drawing.box(EDGE, at + 1, 4 * DOT * _SCALE, 8, fill=BLUE.strong, round_by=0)
    drawing.paragraph(EDGE + 4 * DOT * _SCALE + 8, at - 5, t("pictures.dots_four", x=number(4 * DOT, t.language, 3)), ROOM - 40, SMALL)
    widths = ", ".join(str(after - before) for before, after in pairwise(edges(BROKEN)))
    return drawing.svg(t("pictures.dots_title"), t("pictures.dots_desc", widths=widths))


def _bars(drawing: Drawing, top: float, x: float, tint: Tint) -> float:
    """Bars and spaces of one module in turn, and under each how many dots it got; returns the lower edge."""
    drawing.box(EDGE, top, ROOM, _HIGH, fill=PAPER, stroke=LINE, round_by=0)
    shown = [(before, after) for before, after in pairwise(edges(x)) if after * DOT * _SCALE <= ROOM]
    for place, (before, after) in enumerate(shown):
        left, right = (EDGE + edge * DOT * _SCALE for edge in (before, after))
        if place % 2 == 0:
            drawing.box(left, top, round(right - left, 3), _HIGH, fill=INK, round_by=0)
        drawing.text((left + right) / 2, top + _HIGH + 16, str(after - before), SMALL, colour=tint.strong, bold=True, anchor="middle")
    for dot in range(int(ROOM / (DOT * _SCALE)) + 1):
        edge = EDGE + dot * DOT * _SCALE
        drawing.line(edge, top + _HIGH - 5, edge, top + _HIGH, colour=LINE, thick=0.7)
    return top + _HIGH + 20
