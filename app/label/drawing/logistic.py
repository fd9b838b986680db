"""The logistic label: who and what on top, data under their titles in the middle, bars at the foot with the SSCC lowest.

Source: GS1 General Specifications, section 6.6: content of the middle block at least 7 mm high, titles in English and a second
language, human readable interpretation at least 3 mm high, bars upright and at least 31.75 mm high.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from app.errors import Finding
from app.identify import dictionary
from app.label.drawing import fonts, portrait
from app.label.drawing.columns import KEPT, Block, Box, letters, stack
from app.label.drawing.composition import Gap, Image, Line, Plate, Rule, Slot
from app.label.drawing.design import Label, readable_date
from app.label.drawing.remarks import left_out
from app.label.drawing.wanted import Wanted, picture
from app.label.refusals import TextTooLong

_CAPITAL = 0.711
"""Ems of the height of capitals and digits of the typeface."""

CONTENT_HEIGHT, HRI_HEIGHT, TITLE_HEIGHT = 7.0, 3.0, 2.0
"""Millimetres of capitals."""

_TITLE_SIZE, _CONTENT_SIZE, _HRI_SIZE = (height / _CAPITAL / fonts.POINT for height in (TITLE_HEIGHT, CONTENT_HEIGHT, HRI_HEIGHT))
_ROW = TITLE_HEIGHT + CONTENT_HEIGHT + 2.8
_BESIDE = 5.0
_GAP = 2.0
_THIN = 0.35

_VIETNAMESE = {
    "00": "MÃ ĐƠN VỊ VẬN CHUYỂN",
    "01": "SẢN PHẨM",
    "02": "HÀNG BÊN TRONG",
    "10": "SỐ LÔ",
    "11": "NGÀY SẢN XUẤT",
    "13": "NGÀY ĐÓNG GÓI",
    "15": "DÙNG TỐT NHẤT TRƯỚC",
    "16": "BÁN TRƯỚC",
    "17": "HẠN DÙNG",
    "21": "SỐ SÊ-RI",
    "37": "SỐ LƯỢNG",
    "310": "KHỐI LƯỢNG TỊNH",
    "330": "KHỐI LƯỢNG CẢ BÌ",
    "400": "ĐƠN HÀNG",
    "410": "GIAO ĐẾN",
}
_DAYS = ("11", "12", "13", "15", "16", "17")
_MEASURES = range(3100, 3700)


_Datum = tuple[str, str, str]
"""AI, title and content for people."""


def plate(wanted: Wanted) -> Plate | None:
    """All blocks of a logistic label; None where the bars have no room. Raises TextTooLong."""
    if any(outline.wide * wanted.module > wanted.layout.width + 0.02 for outline in wanted.outlines):
        return None
    data = list(_data(wanted))
    refused: TextTooLong | None = None
    for attempt, large, lines in _attempts(wanted, data):
        try:
            found = _arranged(attempt, data[:large], data[large:], lines)
        except TextTooLong as reason:
            refused = refused or reason
            continue
        if found:
            return found
    if refused:
        raise refused.with_traceback(None)
    return None


def _attempts(wanted: Wanted, data: Sequence[_Datum]) -> Iterator[tuple[Wanted, int, int]]:
    """How many of the data stand large in the middle and how many further lines of text are shown: first everything.

    Only data that bars hold may be small, and further lines are left out only where that makes room for such bars.
    """
    lines = len(wanted.label.text.lines)
    yield wanted, len(data), lines
    tight = replace(wanted, tight=True)
    yield tight, len(data), lines
    held = {ai for outline in wanted.outlines for ai in outline.ais}
    for shown in range(lines, -1, -1):
        for large in range(len(data) - 1, 0, -1):
            if held.issuperset(ai for ai, _, _ in data[large:]):
                yield tight, large, shown


def _arranged(wanted: Wanted, large: Sequence[_Datum], small: Sequence[_Datum], shown: int) -> Plate | None:
    """The whole label; small: data of which only bars and free text have room; shown: further lines in the free text."""
    layout, box = wanted.layout, wanted.box
    slots, below, filled, upper = _foot(wanted)
    if upper < box.top:
        return None
    lines, gaps, top = _middle(wanted, Box(box.left, box.top, box.right, upper - _GAP), large)
    if top < box.top + 6:
        return None
    heading = Box(box.left, box.top, box.right, top - _GAP)
    images: tuple[Image, ...] = ()
    if wanted.logo:
        images = (picture(wanted.logo, heading, min(15.0, heading.height), right=True),)
        heading = Box(heading.left, heading.top, images[0].x - 2, heading.bottom)
    blocks, remarks = _who(wanted.label, layout.width, shown), list[Finding]()
    if small:
        told = "  ".join(f"{_english(ai)}{KEPT}{content}" for ai, _, content in small)
        blocks.insert(1, Block("/lot", told, 7 * min(1.9, layout.width / 70), 6, 2))
        remarks.append(
            Finding("label.data-in-small-text", params={"ais": " ".join(f"({ai})" for ai, _, _ in small), "layout": layout.name})
        )
    hidden = list(enumerate(wanted.label.text.lines))[shown:]
    remarks += [left_out(f"/text/lines/{index}", fonts.composed(line), layout.name) for index, line in hidden]
    said, scale, _ = stack(blocks, heading, layout)
    rules = tuple(Rule(box.left, y - _GAP / 2 - _THIN / 2, box.width, _THIN) for y in (top, upper))
    gaps = (*gaps, *filled, *wanted.edge())
    return Plate(tuple(slots), (*said, *lines, *below), gaps, None, images, rules, scale, tuple(remarks))


def _foot(wanted: Wanted) -> tuple[list[Slot], list[Line], list[Gap], float]:
    """The symbols from the lowest up, each with its human readable interpretation below it; where the block begins."""
    slots, lines, gaps = list[Slot](), list[Line](), list[Gap]()
    floor = wanted.box.bottom
    for outline in reversed(wanted.outlines):
        left = outline.quiet[0] * wanted.module
        x = wanted.snapped(max(left, (wanted.layout.width - outline.columns * wanted.module) / 2))
        slot = Slot(x, floor, wanted.module, wanted.bars)
        slot, fixed, filled = portrait.standing(wanted, outline, slot, wanted.items(outline), _HRI_SIZE)
        slots.insert(0, slot)
        lines += fixed
        gaps += filled
        floor = slot.y - (1.2 if wanted.tight else 1.8)
    return slots, lines, gaps, slots[0].y


def _who(label: Label, width: float, shown: int) -> list[Block]:
    """Free text: the sender first, then the goods."""
    text, scale = label.text, min(1.9, width / 70)
    said = [
        Block("/text/producer", fonts.composed(text.producer), 7 * scale, 6, 3, "Bold"),
        Block("/text/product", fonts.composed(text.product), 6.5 * scale, 6, 3),
        Block("/text/net_content", fonts.composed(text.net_content), 5.5 * scale, 5),
    ]
    said += [Block(f"/text/lines/{index}", fonts.composed(line), 5.5 * scale, 5) for index, line in enumerate(text.lines[:shown])]
    return [block for block in said if block.text]


def _middle(wanted: Wanted, box: Box, data: Sequence[_Datum]) -> tuple[tuple[Line, ...], tuple[Gap, ...], float]:
    """Titles and data from the lower edge of the box up, beside one another where they fit: lines, gaps, upper edge."""
    rows: list[list[tuple[str, str, str]]] = []
    used = 0.0
    for ai, title, content in data:
        wide = max(fonts.width(title, _TITLE_SIZE), fonts.width(content, _CONTENT_SIZE))
        if wide > box.width:
            pointer = "/serial" if ai == "21" else "/lot"
            raise TextTooLong(pointer=pointer, layout=wanted.layout.name, fits=letters(content, box.width, _CONTENT_SIZE))
        if rows and used + _BESIDE + wide <= box.width:
            rows[-1].append((ai, title, content))
            used += _BESIDE + wide
        else:
            rows.append([(ai, title, content)])
            used = wide
    lines, gaps = list[Line](), list[Gap]()
    top = box.bottom - len(rows) * _ROW
    for number, row in enumerate(rows):
        x, y = box.left, top + number * _ROW
        for ai, title, content in row:
            lines.append(Line(x, y + TITLE_HEIGHT + 0.6, title, _TITLE_SIZE))
            base = y + TITLE_HEIGHT + 1.7 + CONTENT_HEIGHT
            wide = max(fonts.width(title, _TITLE_SIZE), fonts.width(content, _CONTENT_SIZE))
            if ai in ("00", "21"):
                gaps.append(Gap("sscc" if ai == "00" else "serial", x, base, _CONTENT_SIZE, wide))
            else:
                lines.append(Line(x, base, content, _CONTENT_SIZE))
            x += wide + _BESIDE
    return tuple(lines), tuple(gaps), top


def _data(wanted: Wanted) -> Iterator[_Datum]:
    """AI, title in two languages and content for people, the SSCC first; what differs from label to label as wide as it may get."""
    label = wanted.label
    yield "00", _title("00"), "0" * 18
    pairs = replace(label, sscc="0" * 18).pairs[1:]
    for ai, value in sorted(pairs, key=lambda pair: pair[0] not in ("01", "02", "37")):
        yield ai, _title(ai), _readable(ai, value, label.expiry)
    if wanted.serial:
        yield "21", _title("21"), "0" * round(wanted.serial * 1.35)


def _title(ai: str) -> str:
    """The GS1 data title in English, then in Vietnamese."""
    english = _english(ai)
    second = _VIETNAMESE.get(ai) or _VIETNAMESE.get(ai[:3] if len(ai) == 4 else "")
    return f"{english} / {second}" if second else english


def _english(ai: str) -> str:
    known = dictionary.entry(ai)
    return known.title if known else f"({ai})"


def _readable(ai: str, value: str, expiry: date | None) -> str:
    """The content for people: days as 31/12/2026, measures with their decimal point."""
    if ai == "17" and expiry:
        return readable_date(expiry)
    if ai in _DAYS and value.isdigit() and len(value) == 6:
        return f"{value[4:]}/{value[2:4]}/20{value[:2]}"
    if len(ai) == 4 and ai.isdigit() and int(ai) in _MEASURES and value.isdigit():
        places = int(ai[3])
        return f"{int(value) / 10**places:.{places}f}".replace(".", ",")
    return value
