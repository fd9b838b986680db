"""One label of each kind that a sheet asks for, composed before any is made: what does not fit is told in the dry run.

A kind is a product with its design, a layout, a carrier, lengths and the sorts of characters: the symbol of another lot of that kind has
the same size. The widest lot of a kind stands for all; where it does not fit, each is tried by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.errors import Finding, Refusal
from app.label.designs.goods import Goods
from app.label.drawing import fonts
from app.label.drawing.compose import compose
from app.label.drawing.design import Label, LabelText, Wishes
from app.label.drawing.layouts import LAYOUTS
from app.label.excel.find import Item
from app.label.excel.planned import Planned
from app.label.symbols.carrier import Carrier

SAMPLE_SERIAL = "W7M2Q9XK4TNB8HRD3FVA"
"""Of the alphabet of serial numbers, with wide letters among them; its beginning stands for numbers that are yet to be drawn."""

_Kind = tuple[Any, ...]


def undrawable(rows: Sequence[Planned], producer: str, stem: str) -> dict[int, Finding]:
    """Rows whose labels cannot be drawn, by number, with the reason; producer: name on the labels; stem: of their Digital Links."""
    kinds: dict[_Kind, list[Planned]] = {}
    for row in rows:
        kinds.setdefault(_kind(row), []).append(row)
    texts: dict[_Kind, LabelText] = {}
    found: dict[int, Finding] = {}
    for alike in kinds.values():
        widest = max(alike, key=lambda row: fonts.width(row.wish.lot, 1.0))
        reason = _reason(widest, producer, stem, texts)
        if reason is None:
            continue
        tried: dict[str, Finding | None] = {widest.wish.lot: reason}
        for row in alike:
            if row.wish.lot not in tried:
                tried[row.wish.lot] = _reason(row, producer, stem, texts)
            wrong = tried[row.wish.lot]
            if wrong is not None:
                found[row.wish.row] = wrong
    return found


def _kind(row: Planned) -> _Kind:
    return (
        row.gtin, row.look.design_id, row.look.layout, row.carrier, _sorts(row.wish.lot), _sorts(_serial(row)),
        row.days.expiry[:4] if row.days else "",  # the year alone can be one that no label carries
    )  # fmt: skip


def _sorts(text: str) -> str:
    """A text by the sorts of its characters, which decide how many modules they take: 0 digits, A capitals, a small letters, others."""
    return "".join("0" if char.isdecimal() else "A" if char.isupper() else "a" if char.islower() else char for char in text)


def _serial(row: Planned) -> str:
    """The serial number of the sample: the longest that is given, or one as long as those that are drawn."""
    if not row.serialised:
        return ""
    return max(row.wish.numbers, key=len) if row.wish.numbers else SAMPLE_SERIAL[: row.length]


def _reason(row: Planned, producer: str, stem: str, texts: dict[_Kind, LabelText]) -> Finding | None:
    """Why a sample of a row's labels cannot be drawn; on no layout when the row leaves that to whoever prints."""
    try:
        label = _label(row, producer, stem, texts)
        if row.look.layout:
            compose(label, LAYOUTS[row.look.layout])
            return None
    except Refusal as refusal:
        return Finding(refusal.code, refusal.pointer, None, refusal.params)
    wrong: Finding | None = None
    for layout in LAYOUTS.values():
        try:
            compose(label, layout)
        except Refusal as refusal:
            wrong = wrong or Finding(refusal.code, refusal.pointer, None, refusal.params)
        else:
            return None
    return wrong


def _label(row: Planned, producer: str, stem: str, texts: dict[_Kind, LabelText]) -> Label:
    wishes = row.look.draft.wishes if row.look.draft else Wishes()
    item = row.goods or Item("", "", "", "", "")
    expiry = date.fromisoformat(row.days.expiry) if row.days and row.days.expiry else None
    goods = Goods(item.gtin, row.wish.lot, expiry, item.name, item.brand, producer, item.net_content, stem)
    key = (item.gtin, row.look.design_id)
    if key not in texts:
        texts[key] = goods.text(wishes)
    return goods.label(texts[key], wishes, Carrier(row.carrier), _serial(row))
