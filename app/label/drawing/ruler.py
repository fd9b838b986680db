"""Rulers: the one in the margin of every sheet, and a page of its own to find the scale and the offset of a printer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.label.drawing import fonts
from app.label.drawing.fonts import POINT
from app.label.drawing.layouts import Layout

HUNDRED = 100.0
"""Millimetres of the ruler of a sheet."""

FULL_SIZE = "In ở tỷ lệ 100 % / print at 100 % / imprimer à 100 %"

_LEFT, _BASE = 20.0, 2.6
_CROSS = 3.0
_MEASURE = (
    "Đo hai dấu cộng: lệch phải là dx dương, lệch xuống là dy dương.",
    "Measure both crosses: shifted right is +dx, shifted down is +dy; enter the opposite.",
    "Mesurez les deux croix : décalage à droite = dx, vers le bas = dy ; saisissez l'opposé.",
)


def scale_ruler(canvas: Any, layout: Layout) -> None:
    """100 mm at the lower edge of a page with a mark every 10 mm: what measures less was scaled by the printer."""
    wide = layout.paper[0]
    left = _LEFT if wide > HUNDRED + 2 * _LEFT else (wide - HUNDRED) / 2
    base = _BASE if layout.page else 0.6
    _draw(canvas, left, base, HUNDRED)
    canvas.setFont(fonts.name("Regular"), 6 if layout.page else 4)
    if layout.page:
        canvas.drawString((left + HUNDRED + 2) / POINT, base / POINT, f"100 mm. {FULL_SIZE}")
    else:
        canvas.drawString((left + 2) / POINT, (base + 0.5) / POINT, f"100 mm. {FULL_SIZE}")


def _draw(canvas: Any, left: float, base: float, length: float) -> None:
    """A horizontal ruler, its lower line at `base` above the lower edge of the page; all in millimetres."""
    canvas.setLineWidth(0.4)
    canvas.line(left / POINT, base / POINT, (left + length) / POINT, base / POINT)
    for mark in range(int(length / 10) + 1):
        high = 1.6 if mark % 5 == 0 else 0.9
        at = (left + 10 * mark) / POINT
        canvas.line(at, base / POINT, at, (base + high) / POINT)


def make_ruler(layout: Layout) -> bytes:
    """A PDF page in the size of the layout: frames of the labels, a ruler, two crosses at known places, and what to do.

    The crosses stand 3 mm from the upper left and the lower right corner of the first label, so that a shift and a wrong scale can
    be told apart.
    """
    from app.label.drawing.pdf import Document

    document = Document(layout, "ruler")
    canvas = document.canvas
    height = layout.paper[1]
    canvas.setLineWidth(0.3)
    for x, y in layout.corners():
        canvas.rect(x / POINT, (height - y - layout.height) / POINT, layout.width / POINT, layout.height / POINT)
    x, y = next(layout.corners())
    for at, down in ((x + _CROSS, y + _CROSS), (x + layout.width - _CROSS, y + layout.height - _CROSS)):
        _cross(canvas, at, height - down)
    length = min(HUNDRED, 10.0 * int((layout.width - 6) / 10)) if not layout.page else HUNDRED
    left = x + (layout.width - length) / 2 if not layout.page else _LEFT
    _draw(canvas, left, height - y - layout.height / 2 if not layout.page else _BASE, length)
    size = max(3.2, min(9.0, layout.width / 12))
    for number, text in enumerate(_instructions(length)):
        fitted = min(size, size * (layout.width - 8) / fonts.width(text, size))
        canvas.setFont(fonts.name("Regular"), fitted)
        lower = y + _CROSS + 3 + (number + 1) * 1.25 * size * POINT
        canvas.drawString((x + 4) / POINT, (height - lower) / POINT, text)
    return document.finished()


def _cross(canvas: Any, x: float, y: float) -> None:
    canvas.line((x - 2) / POINT, y / POINT, (x + 2) / POINT, y / POINT)
    canvas.line(x / POINT, (y - 2) / POINT, x / POINT, (y + 2) / POINT)


def _instructions(length: float) -> Iterator[str]:
    yield f"{FULL_SIZE} — {length:g} mm"
    yield f"+ = {_CROSS:g} mm / {_CROSS:g} mm"
    yield from _MEASURE
