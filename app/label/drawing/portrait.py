"""Tall labels, for cartons and sacks: what the product is on top, its symbol with the data in the middle, bars at the foot."""

from __future__ import annotations

from dataclasses import replace

from app.label.drawing import hri
from app.label.drawing.columns import LEAST_SIZE, Box, foot, head, stack
from app.label.drawing.composition import Gap, Image, Line, Outline, Plate, Rule, Slot, ems
from app.label.drawing.hri import Item
from app.label.drawing.wanted import STRIP, Wanted, at_the_foot, below_guards, extent, picture

_GAP = 2.5
_THIN = 0.25
_DATA = 0.3
"""Part of the height that lot, day, producer and application identifiers take at the right of a square; a little less above bars."""

_HIGHEST = 31.75
"""Millimetres of bars up to which they grow with their label: what distribution asks for."""

_LADDER = 0.22
"""Part of the width that is the least height of bars on tall labels: there is room, and a hand scanner finds high bars sooner."""

_NEAR = 0.02


def _scale(wanted: Wanted) -> float:
    return min(4.5, wanted.layout.width / 30)


def matrix(wanted: Wanted) -> Plate | None:
    """Texts, a rule, the square with its data at the right, a rule, the EAN-13. None where the symbols have no room."""
    layout, outline, box = wanted.layout, wanted.outlines[0], wanted.box
    side, quiet = outline.columns * wanted.module, outline.quiet[0] * wanted.module
    if side + 2 * quiet > layout.square + _NEAR:
        return None
    ean = at_the_foot(wanted, right=False)
    x = wanted.snapped(max(quiet, box.left))
    end = (ean.top - _GAP - 0.5) if ean else box.bottom
    zone = max(side, (_DATA - 0.04 if ean else _DATA) * layout.height)
    y = wanted.snapped(end - max(quiet, _GAP if ean else 0) - zone)
    upper = y - max(quiet, _GAP)
    if upper < box.top + 15:
        return None
    images, lines, scale = _heading(wanted, Box(box.left, box.top, box.right, upper - 1))
    data = Box(x + side + max(quiet, _GAP) + 0.5, y, box.right, y + zone)
    batch = foot(wanted.label, layout, 0.8 * _scale(wanted))
    listed = wanted.items(outline)
    told = hri.LEADING * ems(hri.size_on(layout)) * len(listed)
    dated, _, lower = stack(batch, Box(data.left, data.top, data.right, data.bottom - told - 1), layout)
    fixed, gaps = hri.column(listed, Box(data.left, max(lower + 1, data.bottom - told), data.right, data.bottom), layout)
    rules = [_rule(box, upper - 0.5)] + ([_rule(box, ean.top - _GAP)] if ean else [])
    digits = tuple(hri.digits(ean.symbol.text, Slot(ean.x, ean.y, ean.module, ean.height))) if ean else ()
    gaps = (*gaps, *wanted.edge())
    slots = (Slot(x, y, wanted.module, side),)
    return Plate(slots, (*lines, *dated, *fixed, *digits), gaps, ean, images, tuple(rules), scale)


def bars(wanted: Wanted) -> Plate | None:
    """Texts, a rule, lot and producer, a rule, the bars with their human readable interpretation in the middle of the foot."""
    layout, outline, box = wanted.layout, wanted.outlines[0], wanted.box
    wide, (left, right) = outline.columns * wanted.module, (quiet * wanted.module for quiet in outline.quiet)
    if max(left, right) * 2 + wide > layout.width + _NEAR and left + wide + right > layout.width + _NEAR:
        return None
    x = wanted.snapped((layout.width - wide + left - right) / 2)
    high = max(wanted.bars, wanted.tall(min(_HIGHEST, _LADDER * layout.width)))
    slot, fixed, gaps = standing(wanted, outline, Slot(x, box.bottom, wanted.module, high), wanted.items(outline), hri.size_on(layout))
    upper = slot.y - outline.bearer * wanted.module - _GAP
    batch = foot(wanted.label, layout, 0.8 * _scale(wanted))
    told = hri.LEADING * ems(hri.size_on(layout)) if wanted.unsaid() else 0.0
    if upper < box.top + 25:
        return None
    dated, _, lower = stack(batch, Box(box.left, 0, box.right, 0.3 * (upper - box.top)), layout)
    top = upper - lower - told - 1
    dated = tuple(Line(line.x, line.y + top, line.text, line.size, line.weight) for line in dated)
    images, lines, scale = _heading(wanted, Box(box.left, box.top, box.right, top - 2))
    if wanted.unsaid():
        gaps = (*gaps, Gap("serial", box.left, upper - 1.2, hri.size_on(layout), box.width, "SN "))
    rules = (_rule(box, top - 1), _rule(box, upper))
    return Plate((slot,), (*lines, *dated, *fixed), (*gaps, *wanted.edge()), None, images, rules, scale)


def turned(wanted: Wanted) -> Plate | None:
    """Bars that are too long for the width stand along the right edge and are read upwards; texts at their left.

    They are composed upright on a label of the other shape, then turned. Raises TextTooLong.
    """
    layout, outline = wanted.layout, wanted.outlines[0]
    wide, (left, right) = outline.columns * wanted.module, (quiet * wanted.module for quiet in outline.quiet)
    long = layout.height - (2 * STRIP if wanted.position else 0)
    if left + wide + right > long + _NEAR:
        return None
    aside = replace(wanted, layout=replace(layout, width=layout.height, height=layout.width), position=False)
    high = max(wanted.bars, wanted.tall(_LADDER * layout.width))
    place = Slot((layout.height - wide + left - right) / 2, aside.box.bottom, wanted.module, high)
    slot, fixed, gaps = standing(aside, outline, place, wanted.items(outline), hri.size_on(layout))
    end = slot.y - outline.bearer * wanted.module - _GAP
    if end < 0.4 * layout.width:
        return None
    slot = Slot(slot.y, wanted.snapped(layout.height - slot.x - wide), slot.module, slot.height, turned=True)
    fixed = tuple(replace(line, x=line.y, y=layout.height - line.x, turned=True) for line in fixed)
    gaps = tuple(replace(gap, x=gap.y, y=layout.height - gap.x, turned=True) for gap in gaps)
    box = Box(wanted.box.left, wanted.box.top, end, wanted.box.bottom)
    told = hri.LEADING * ems(hri.size_on(layout)) if wanted.unsaid() else 0.0
    batch = foot(wanted.label, layout, 0.8 * _scale(wanted))
    dated, _, lower = stack(batch, Box(box.left, 0, box.right, 0.5 * box.height), layout)
    top = box.bottom - told - lower
    dated = tuple(replace(line, y=line.y + top) for line in dated)
    images, lines, scale = _heading(wanted, Box(box.left, box.top, box.right, top - 3))
    if wanted.unsaid():
        gaps = (*gaps, Gap("serial", box.left, box.bottom - 1.2, hri.size_on(layout), box.width, "SN "))
    rules = (_rule(box, top - 1.5),)
    return Plate((slot,), (*lines, *dated, *fixed), (*gaps, *wanted.edge()), None, images, rules, scale)


def standing(
    wanted: Wanted, outline: Outline, slot: Slot, listed: list[Item], size: float
) -> tuple[Slot, tuple[Line, ...], tuple[Gap, ...]]:
    """Bars whose human readable interpretation ends at slot.y: their slot and these lines. Raises TextTooLong."""
    box, module = wanted.box, slot.module
    floor = slot.y
    if below_guards(outline):
        y = wanted.snapped(floor - hri.hanging(outline, module) - slot.height - (wanted.dot or 0) / 2)
        slot = Slot(slot.x, y, module, slot.height)
        return slot, tuple(hri.digits(outline.human[0], slot)), ()
    air = 0.6 if wanted.tight else 1.1
    found = hri.centred(listed, slot, outline, Box(box.left, air, box.right, box.bottom), size, LEAST_SIZE)
    if found is None:
        raise hri.too_wide(max(listed, key=lambda item: item.ems), box.width, wanted.layout)
    (fixed, gaps), high = found
    y = wanted.snapped(floor - high - air - outline.bearer * module - slot.height - (wanted.dot or 0) / 2)
    slot = Slot(slot.x, y, module, slot.height)
    base = extent(slot, outline)
    fixed = tuple(Line(line.x, line.y + base, line.text, line.size) for line in fixed)
    gaps = tuple(Gap(gap.field, gap.x, gap.y + base, gap.size, gap.room, gap.before) for gap in gaps)
    return slot, fixed, gaps


def _heading(wanted: Wanted, box: Box) -> tuple[tuple[Image, ...], tuple[Line, ...], float]:
    """The logo, and what the product is."""
    images: tuple[Image, ...] = ()
    if wanted.logo:
        images = (picture(wanted.logo, box, min(18.0, 0.3 * box.height)),)
        box = Box(box.left, box.top + images[0].height + 2, box.right, box.bottom)
    lines, scale, _ = stack(head(wanted.label, wanted.layout, _scale(wanted)), box, wanted.layout)
    return images, lines, scale


def _rule(box: Box, y: float) -> Rule:
    return Rule(box.left, y - _THIN / 2, box.width, _THIN)
