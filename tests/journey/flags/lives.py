"""Events of one bottle, its case and its pallet, hour by hour; the letter of a test is the hour."""

from __future__ import annotations

from typing import Any

from app.capture import items, times
from app.identify.item_key import ItemKey, item_key
from app.journey.flags.read import said
from app.journey.flags.rules import Container, Flag, Happening, History, judge

GTIN = "09521002000016"
BOTTLE = f"https://id.gs1.org/01/{GTIN}/21/K7M2Q9"
OTHER = f"https://id.gs1.org/01/{GTIN}/21/B2"
LOT = f"https://id.gs1.org/01/{GTIN}/10/VT0612"
CASE, CASE_2, PALLET = (f"https://id.gs1.org/00/0952100200000000{number}" for number in ("09", "16", "23"))
OURS, THEIRS = 1, 2


def at(hour: float) -> str:
    """An instant of the day of these lives; hours may be more than 24."""
    day, rest = divmod(int(hour * 60), 24 * 60)
    return f"2026-06-{1 + day:02d}T{rest // 60:02d}:{rest % 60:02d}:00Z"


def event(kind: str, hour: float, **fields: Any) -> dict[str, Any]:
    return {"type": f"{kind}Event", "eventTime": at(hour), "eventTimeZoneOffset": "+00:00"} | fields


def made(hour: float, *epcs: str, **fields: Any) -> dict[str, Any]:
    return event("Object", hour, **{"action": "ADD", "bizStep": "commissioning", "epcList": list(epcs or (BOTTLE,))} | fields)


def seen(hour: float, step: str = "shipping", *epcs: str, **fields: Any) -> dict[str, Any]:
    return event("Object", hour, **{"action": "OBSERVE", "bizStep": step, "epcList": list(epcs or (BOTTLE,))} | fields)


def packed(hour: float, parent: str = CASE, *children: str, action: str = "ADD", **fields: Any) -> dict[str, Any]:
    step = "packing" if action == "ADD" else "unpacking"
    return event(
        "Aggregation", hour, **{"action": action, "bizStep": step, "parentID": parent, "childEPCs": list(children or (BOTTLE,))} | fields
    )


def unpacked(hour: float, parent: str = CASE, *children: str) -> dict[str, Any]:
    return packed(hour, parent, *children, action="DELETE")


def emptied(hour: float, parent: str = CASE) -> dict[str, Any]:
    return event("Aggregation", hour, action="DELETE", bizStep="unpacking", parentID=parent)


def retired(hour: float, *epcs: str, step: str = "decommissioning") -> dict[str, Any]:
    return event("Object", hour, action="DELETE", bizStep=step, epcList=list(epcs or (BOTTLE,)))


def turned(hour: float, into: str = OTHER, *inputs: str, **fields: Any) -> dict[str, Any]:
    return event("Transformation", hour, **{"inputEPCList": list(inputs or (BOTTLE,)), "outputEPCList": [into]} | fields)


def batch(hour: float, action: str = "OBSERVE", step: str = "shipping") -> dict[str, Any]:
    return event("Object", hour, action=action, bizStep=step, quantityList=[{"epcClass": LOT, "quantity": 5}])


def flags_of(item: str, *events: dict[str, Any], parties: dict[int, int] | None = None) -> list[tuple[int, str, int | None]]:
    """(event, code, other event) of an item's flags; events are numbered from 1 as they are given. parties: who recorded, by number."""
    return [(flag.event_id, flag.code, flag.other) for flag in judged(item, *events, parties=parties)]


def judged(item: str, *events: dict[str, Any], parties: dict[int, int] | None = None) -> list[Flag]:
    told = [said((parties or {}).get(number, OURS), number, times.micros(each["eventTime"]), each) for number, each in enumerate(events, 1)]
    happenings = _happenings(item_key(item), events, told)
    containers = {each.said.parent: _container(each.said.parent, events, told) for each in happenings if each.packed}
    return judge(History(item_key(item), happenings, containers))


def _happenings(key: ItemKey, events: tuple[dict[str, Any], ...], told: list[Any]) -> list[Happening]:
    found = []
    for each, what in zip(events, told, strict=True):
        roles = frozenset(role for named, role in items.keys(each) if named[:3] == key[:3])
        if roles:
            found.append(Happening(what, roles))
    return found


def _container(parent: str, events: tuple[dict[str, Any], ...], told: list[Any]) -> Container:
    naming = _happenings(item_key(parent), events, told)
    return Container(frozenset(each.said.number for each in naming), tuple(each.said for each in naming if each.said.emptied))
