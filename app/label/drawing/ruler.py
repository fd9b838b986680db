"""Rulers: the one in the margin of every sheet, and a page of its own to find the scale and the offset of a printer."""

from __future__ import annotations

from typing import Any

from app.label.drawing import fonts
from app.label.drawing.columns import Block, Box, stack
from app.label.drawing.fonts import POINT
from app.label.drawing.layouts import Layout

HUNDRED = 100.0
"""Millimetres of the ruler of a sheet."""

FULL_SIZE = "In ở tỷ lệ 100 % / print at 100 % / imprimer à 100 %"

_LEFT, _BASE = 20.0, 2.6
_CROSS = 3.0
_ARM = 2.0


def scale_ruler(canvas: Any, layout: Layout) -> None:
    """100 mm at the lower edge of a page with a mark every 10 mm: what measures less was scaled by the printer."""
    canvas.setFont(fonts.name("Regular"), 6 if layout.page else 4)
    if layout.page:
        _draw(canvas, _LEFT, _BASE, HUNDRED)
        canvas.drawString((_LEFT + HUNDRED + 2) / POINT, _BASE / POINT, f"100 mm. {FULL_SIZE}")
    else:
        _draw(canvas, layout.margin, 0.6, HUNDRED)
        canvas.drawString(layout.margin / POINT, 2.5 / POINT, f"100 mm. {FULL_SIZE}")


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
    length = HUNDRED if layout.page else min(HUNDRED, 10.0 * int((layout.width - 4) / 10))
    if layout.page:
        scale_ruler(canvas, layout)
    else:
        _draw(canvas, (layout.width - length) / 2, 7.0, length)
    room = Box(x + 7, y + 2, x + layout.width - 3, y + layout.height - (3 if layout.page else 9))
    for line in stack(_instructions(length, x + _CROSS, y + _CROSS), room, layout)[0]:
        canvas.setFont(fonts.name(line.weight), line.size)
        canvas.drawString(line.x / POINT, (height - line.y) / POINT, line.text)
    return document.finished()


def _cross(canvas: Any, x: float, y: float) -> None:
    canvas.line((x - _ARM) / POINT, y / POINT, (x + _ARM) / POINT, y / POINT)
    canvas.line(x / POINT, (y - _ARM) / POINT, x / POINT, (y + _ARM) / POINT)


def _instructions(length: float, across: float, down: float) -> list[Block]:
    right, low = f"{across:.2f}".rstrip("0").rstrip("."), f"{down:.2f}".rstrip("0").rstrip(".")
    comma = right.replace(".", ","), low.replace(".", ",")
    said = (
        f"{length:g} mm. {FULL_SIZE}",
        f"Mép giấy đến dấu cộng đầu: ngang {comma[0]} mm, dọc {comma[1]} mm. Nhập dx = {comma[0]} − ngang, dy = {comma[1]} − dọc.",
        f"Paper's edge to the first cross: {right} mm across, {low} mm down. Enter dx = {right} − across, dy = {low} − down.",
        f"Du bord du papier à la première croix : {comma[0]} mm, {comma[1]} mm. dx = {comma[0]} − mesuré, dy = {comma[1]} − mesuré.",
    )
    return [Block("/ruler", text, 9, 2.5, 4, "Regular" if number else "Bold", 0.3) for number, text in enumerate(said)]
