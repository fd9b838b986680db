"""Labels wider than high, for packs: a matrix symbol at the left with text beside it, or bars with text above or beside them."""

from __future__ import annotations

from collections.abc import Sequence

from app.label.drawing import hri
from app.label.drawing.columns import LEAST_SIZE, Block, Box, foot, head, stack
from app.label.drawing.composition import Gap, Image, Line, Outline, Plate, Slot, ems
from app.label.drawing.hri import Item
from app.label.drawing.layouts import Layout
from app.label.drawing.wanted import Wanted, at_the_foot, below_guards, extent, picture, reach
from app.label.refusals import TextTooLong

_AIR = 0.8
"""Millimetres between a symbol with its quiet zone and text."""

_NEAR = 0.02
_NARROW = 8.0
"""Millimetres below which no text is tried beside bars."""


def scale_of(layout: Layout) -> float:
    """How much larger than on a roll of 50 x 25 mm texts are wished."""
    return 1.0 if layout.terse else min(2.2, layout.height / 29)


def matrix(wanted: Wanted) -> Plate | None:
    """A square at the left, its human readable interpretation below or at the foot of the texts; an EAN-13 at the lower right.

    None where the symbols have no room; raises TextTooLong where only the texts have none.
    """
    layout, outline, box = wanted.layout, wanted.outlines[0], wanted.box
    side, quiet = outline.columns * wanted.module, outline.quiet[0] * wanted.module
    x = wanted.snapped(max(quiet, layout.margin))
    free, ean = max(quiet, _AIR), at_the_foot(wanted, right=True)
    right, bottom = x + side + free, box.bottom + layout.margin
    if side + 2 * quiet > min(layout.square, bottom) + _NEAR or (ean and not _apart(x + side, quiet, ean.x, reach(ean)[0])):
        return None
    if ean and reach(ean)[2] < box.top + 4:
        return None
    listed = wanted.items(outline)
    under = Box(x, x + side + free, (min(right, reach(ean)[0]) if ean else right) - _AIR, box.bottom)
    widest = max(item.ems for item in listed)
    below = under.height >= len(listed) * hri.LEADING * ems(LEAST_SIZE) and under.width >= ems(LEAST_SIZE) * widest
    y = wanted.snapped(x if below else max(quiet, (bottom - side) / 2))
    if y + side + quiet > bottom + _NEAR:
        y = wanted.snapped(bottom - quiet - side - (wanted.dot or 0) / 2)
    column = Box(right + 0.3, box.top, box.right, reach(ean)[2] if ean else box.bottom)
    images, column_text = _logo(wanted, column)
    if below:
        lines, scale, _ = stack(_blocks(wanted), column_text, layout)
        fixed, gaps = hri.column(listed, under, layout)
    else:
        lines, fixed, gaps, scale = _one_column(wanted, listed, column_text)
    digits = tuple(hri.digits(ean.symbol.text, Slot(ean.x, ean.y, ean.module, ean.height))) if ean else ()
    slots = (Slot(x, y, wanted.module, side),)
    return Plate(slots, (*lines, *fixed, *digits), (*gaps, *wanted.edge()), ean, images, (), scale)


def _apart(end: float, quiet: float, bars: float, zone: float) -> bool:
    """Whether each of two neighbours is outside the other's quiet zone; what is free for one is free for the other too."""
    return end + quiet <= bars + _NEAR and end <= zone + _NEAR


def _blocks(wanted: Wanted) -> list[Block]:
    scale = scale_of(wanted.layout)
    return [*head(wanted.label, wanted.layout, scale), *foot(wanted.label, wanted.layout, scale)]


def _logo(wanted: Wanted, column: Box) -> tuple[tuple[Image, ...], Box]:
    """The logo above the texts, and what remains of the column."""
    if wanted.logo is None:
        return (), column
    image = picture(wanted.logo, column, 0.14 * wanted.layout.height)
    return (image,), Box(column.left, column.top + image.height + 0.7, column.right, column.bottom)


def _one_column(wanted: Wanted, listed: Sequence[Item], box: Box) -> tuple[tuple[Line, ...], tuple[Line, ...], tuple[Gap, ...], float]:
    """Texts and, below them, AIs two to a line where they fit: for labels as high as their symbol."""
    widest = max(listed, key=lambda item: item.ems)
    if ems(LEAST_SIZE) * widest.ems > box.width:
        raise hri.too_wide(widest, box.width, wanted.layout)
    rows = hri.rows(listed, box.width, LEAST_SIZE)
    step = hri.TIGHT * ems(LEAST_SIZE)
    top = box.bottom - len(rows) * step
    lines, scale, _ = stack(_blocks(wanted), Box(box.left, box.top, box.right, top), wanted.layout)
    fixed, gaps = hri.written(rows, box.left, top + 0.9 * ems(LEAST_SIZE), LEAST_SIZE, step, box.width)
    return lines, fixed, gaps, scale


def bars(wanted: Wanted) -> Plate | None:
    """Bars along the lower edge with the texts above them, or at the right with the texts at their left."""
    found = _foot_bars(wanted)
    if found is None:
        return None
    slot, fixed, gaps, top = found
    box, outline = wanted.box, wanted.outlines[0]
    left = slot.x - outline.quiet[0] * slot.module
    last = hri.TIGHT * ems(LEAST_SIZE) if wanted.unsaid() else 0
    above = Box(box.left, box.top, box.right, top - 0.4 - last)
    aside = Box(box.left, box.top, left - 0.3, box.bottom - last)
    larger, smaller = sorted((above, aside), key=lambda each: -each.height * each.width)
    try:
        room, (images, lines, scale) = larger, _texts(wanted, larger)
    except TextTooLong:
        if smaller.width < _NARROW or smaller.height < _NARROW:
            raise
        room, (images, lines, scale) = smaller, _texts(wanted, smaller)
    serial: tuple[Gap, ...] = ()
    if wanted.unsaid():
        serial = (Gap("serial", room.left, room.bottom + 0.9 * ems(LEAST_SIZE), LEAST_SIZE, room.width, "SN "),)
    return Plate((slot,), (*lines, *fixed), (*gaps, *serial, *wanted.edge()), None, images, (), scale)


def _texts(wanted: Wanted, room: Box) -> tuple[tuple[Image, ...], tuple[Line, ...], float]:
    """Logo and texts in a box."""
    images, below = _logo(wanted, room)
    lines, scale, _ = stack(_blocks(wanted), below, wanted.layout)
    return images, lines, scale


def _foot_bars(wanted: Wanted) -> tuple[Slot, tuple[Line, ...], tuple[Gap, ...], float] | None:
    """The bars with what stands below them, and the height at which texts must end; None where they have no room."""
    layout, outline, box = wanted.layout, wanted.outlines[0], wanted.box
    module = wanted.module
    wide = outline.columns * module
    left, right = (quiet * module for quiet in outline.quiet)
    before, after = max(left, layout.margin), max(right, layout.margin)
    if before + wide + after > layout.width + _NEAR and left + wide + right > layout.width + _NEAR:
        return None
    # Narrow bars stand at the right, so that texts find a column at their left; wide ones in the middle.
    narrow = layout.width - left - wide - right >= 17
    x = layout.width - after - wide if narrow else (layout.width - wide + left - right) / 2
    fixed, gaps, below = _below(wanted, outline, Slot(x, 0, module, 0))
    height = wanted.bars
    y = wanted.snapped(box.bottom - below - height)
    slot = Slot(wanted.snapped(x), y, module, height)
    if y - outline.bearer * module < box.top - 0.5:
        return None
    if below_guards(outline):
        digits = tuple(hri.digits(outline.human[0], slot))
        return slot, digits, (), y
    base = extent(slot, outline)
    fixed = tuple(Line(line.x, line.y + base, line.text, line.size) for line in fixed)
    gaps = tuple(Gap(gap.field, gap.x, gap.y + base, gap.size, gap.room, gap.before) for gap in gaps)
    return slot, fixed, gaps, y - outline.bearer * module


def _below(wanted: Wanted, outline: Outline, slot: Slot) -> tuple[tuple[Line, ...], tuple[Gap, ...], float]:
    """Lines below bars, as if these ended at 0, and the height of everything below the bars."""
    if below_guards(outline):
        return (), (), hri.hanging(outline, wanted.module)
    box = wanted.box
    size = hri.size_on(wanted.layout)
    under = Box(box.left, 0.3 + (0.7 if outline.bearer else 0), box.right, box.bottom)
    listed = wanted.items(outline)
    found = hri.centred(listed, slot, outline, under, size, LEAST_SIZE)
    if found is None:
        raise hri.too_wide(max(listed, key=lambda item: item.ems), box.width, wanted.layout)
    return *found[0], outline.bearer * wanted.module + under.top + found[1]
