"""Human readable interpretation: application identifiers in brackets, digits under bars, data titles.

Source: GS1 General Specifications, section 4.14: the brackets are never in the symbol, the data of one AI stay on one line, days
stay as they are encoded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.identify import dictionary
from app.label.drawing import fonts
from app.label.drawing.columns import LEAST_SIZE, Box, letters
from app.label.drawing.composition import GUARD, Field, Gap, Line, Outline, Slot, ems
from app.label.drawing.layouts import Layout
from app.label.refusals import TextTooLong
from app.label.symbols.symbol import Carrier

_SIZES = ((50.0, 6.0), (100.0, 8.4), (1e9, 10.5))
"""Points on labels below a height in millimetres: in proportion to the symbol, and read from further away on a carton."""

SERIAL_LETTER = 0.66
"""Ems kept free for each character of a serial: a random one is 0.57 wide on average and hardly ever wider than this."""

UNDER = 0.84
"""Ems from the bars to the base line of the digits: their height and a module of air."""

RISE = 0.9
"""Ems from the edge of a quiet zone to the base line below it: a bracket rises 0.80, and a dot of a coarse head lies between."""

LEADING, TIGHT = 1.2, 1.12

_VARIABLE: dict[str, Field] = {"21": "serial", "00": "sscc"}

Set = tuple[tuple[Line, ...], tuple[Gap, ...]]
"""Lines that all labels of a batch share, and those that each fills."""


@dataclass(frozen=True, slots=True)
class Item:
    """An AI as people read it; field: what follows `text` on each label, letters: for how many characters room is kept."""

    text: str
    field: Field | None = None
    letters: int = 0

    @property
    def ems(self) -> float:
        """Width in ems."""
        each = fonts.width("0", 1) / ems(1) if self.field == "sscc" else SERIAL_LETTER
        return fonts.width(self.text, 1) / ems(1) + self.letters * each


def size_on(layout: Layout) -> float:
    """Points that are tried first."""
    return next(size for height, size in _SIZES if layout.height < height)


def items(outline: Outline, serial: int, *, titles: bool) -> list[Item]:
    """The AIs of a symbol in its order; serial: characters of the serial number; titles: with the names of GS1 before them."""
    found = []
    for ai, human in zip(outline.ais, outline.human, strict=True):
        title = f"{title_of(ai)} " if titles else ""
        if human:
            found.append(Item(title + human))
        else:
            found.append(Item(f"{title}({ai})", _VARIABLE[ai], serial if ai == "21" else 18))
    return found


def title_of(ai: str) -> str:
    """Data title of the GS1 dictionary, such as BATCH/LOT."""
    known = dictionary.entry(ai)
    return known.title if known else ""


def column(listed: Sequence[Item], box: Box, layout: Layout) -> Set:
    """One AI a line in a box, from its top; raises TextTooLong."""
    if not listed:
        return (), ()
    most = size_on(layout)
    widest = max(listed, key=lambda item: item.ems)
    size = math.floor(10 * min(most, box.height / (len(listed) * LEADING * fonts.POINT), box.width / ems(widest.ems))) / 10
    if size < LEAST_SIZE:
        raise too_wide(widest, box.width, layout)
    step = LEADING * ems(size)
    return written([[item] for item in listed], box.left, box.top + RISE * ems(size), size, step, box.width)


def rows(listed: Sequence[Item], room: float, size: float) -> list[list[Item]]:
    """AIs in lines of at most `room` millimetres, as many to a line as fit, a space of half an em between them."""
    found: list[list[Item]] = []
    for item in listed:
        taken = sum(each.ems + 0.5 for each in found[-1]) if found else 0.0
        if found and ems(size) * (taken + item.ems) <= room:
            found[-1].append(item)
        else:
            found.append([item])
    return found


def written(lines: Sequence[Sequence[Item]], x: float, y: float, size: float, step: float, room: float) -> Set:
    """Rows of AIs from the base line y on, flush left."""
    fixed, gaps = list[Line](), list[Gap]()
    for number, row in enumerate(lines):
        at = x
        for item in row:
            base = y + number * step
            if item.field:
                kept = max(ems(size) * item.ems, room - (at - x)) if item is row[-1] else ems(size) * item.ems
                gaps.append(Gap(item.field, at, base, size, kept, item.text))
            else:
                fixed.append(Line(at, base, item.text, size))
            at += ems(size) * (item.ems + 0.5)
    return tuple(fixed), tuple(gaps)


def centred(listed: Sequence[Item], slot: Slot, outline: Outline, box: Box, size: float, least: float) -> tuple[Set, float] | None:
    """AIs below bars, in as few lines as fit the box, centred below the bars where there is room: lines and their height.

    Tries `size`, then smaller ones down to `least`; None where one AI alone is wider than the box.
    """
    tried = size
    while ems(tried) * max(item.ems for item in listed) > box.width:
        tried -= 0.1
        if tried < least - 1e-9:
            return None
    lines = rows(listed, min(box.width, max(outline.columns * slot.module, 0.7 * box.width)), tried)
    fixed, gaps = list[Line](), list[Gap]()
    middle = slot.x + outline.columns * slot.module / 2
    for number, row in enumerate(lines):
        wide = ems(tried) * (sum(item.ems for item in row) + 0.5 * (len(row) - 1))
        left = min(max(middle - wide / 2, box.left), box.right - wide)
        here = written([row], left, box.top + UNDER * ems(tried) + number * LEADING * ems(tried), tried, 0, wide)
        fixed += here[0]
        gaps += here[1]
    return (tuple(fixed), tuple(gaps)), ems(tried) * (UNDER + LEADING * (len(lines) - 1) + 0.22)


def too_wide(item: Item, room: float, layout: Layout) -> TextTooLong:
    """What cannot be shown even at the least size."""
    text = item.text + "0" * item.letters
    return TextTooLong(pointer="/serial" if item.field == "serial" else "/lot", layout=layout.name, fits=letters(text, room))


def digit_size(module: float) -> float:
    """Points of the digits below an EAN, seven modules for each."""
    return 9.2 * module / fonts.POINT


def hanging(outline: Outline, module: float) -> float:
    """Millimetres below the bars that the digits or the guards of an EAN take."""
    if outline.carrier in (Carrier.EAN_13, Carrier.EAN_8):
        return max(UNDER * ems(digit_size(module)), GUARD * module)
    return outline.bearer * module


def digits(text: str, slot: Slot) -> Iterator[Line]:
    """The digits of an EAN-13 (the first in the quiet zone, six under each half) or an EAN-8 (four under each half)."""
    size = digit_size(slot.module)
    base = slot.y + slot.height + UNDER * ems(size)
    first, half = (1, 6) if len(text) == 13 else (0, 4)
    for index, digit in enumerate(text):
        place = index - first
        middle = -5.5 if place < 0 else 3 + 7 * place + 3.5 + (5 if place >= half else 0)
        yield Line(slot.x + middle * slot.module - fonts.width(digit, size) / 2, base, digit, size)
