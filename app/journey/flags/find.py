"""Reads of flags: of events, of an item, of an organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, tuple_
from sqlalchemy.engine import Connection

from app.capture.model import Event
from app.errors import Finding
from app.identify.item_key import ItemKey
from app.journey.model import EventFlag

PAGE = 50
MOST_OF_EVENT = 100
"""Flags told of one event: one that names ten thousand things may surprise ten thousand times."""

MOST_COUNTED = 10_000
"""Flags of one code that are counted: nobody works through more of them one by one."""

_SOME = 200
_COLUMNS = (EventFlag.party_id, EventFlag.event_id, EventFlag.code, EventFlag.item, EventFlag.other_event, EventFlag.found_at)
_OF_EVENTS = (
    select(*_COLUMNS)
    .where(EventFlag.party_id == bindparam("party_id"), EventFlag.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(EventFlag.event_id, EventFlag.code, EventFlag.item)
    .limit(bindparam("most"))
)
_COUNTS = (
    select(EventFlag.event_id, func.count().label("flags"))
    .where(EventFlag.party_id == bindparam("party_id"), EventFlag.event_id.in_(bindparam("ids", expanding=True)))
    .group_by(EventFlag.event_id)
)
_URIS = select(Event.id, Event.event_uri).where(Event.party_id == bindparam("party_id"), Event.id.in_(bindparam("ids", expanding=True)))


_FINDINGS = {
    each.code: each
    for each in (
        Finding("life.before-commissioning", params={"item": ""}),
        Finding("life.no-beginning", params={"item": ""}),
        Finding("life.commissioned-twice", params={"item": ""}),
        Finding("life.after-end", params={"item": ""}),
        Finding("life.consumed-twice", params={"item": ""}),
        Finding("life.after-consumed", params={"item": ""}),
        Finding("life.packed-twice", params={"item": ""}),
        Finding("life.not-inside", params={"item": ""}),
        Finding("life.moved-alone", params={"item": ""}),
    )
}


@dataclass(frozen=True, slots=True)
class Flag:
    """A surprise at one of an organisation's events.

    event_uri: its eventID; item: the identifier as the event names it; other: number of the event it does not agree with, 0 for none;
    other_uri: that event's eventID, "" where another organisation recorded it; found_at: microseconds since 1970.
    """

    event_id: int
    event_uri: str
    code: str
    item: str
    other: int
    other_uri: str
    found_at: int

    @property
    def finding(self) -> Finding:
        """As it is put into words."""
        return replace(_FINDINGS[self.code], value=self.item, params={"item": self.item})


Place = tuple[int, str, int, int, str]
"""Where a page of flags ends: number of the event, code, and the key of the item."""
_PLACE = (EventFlag.event_id, EventFlag.code, EventFlag.issuer, EventFlag.class_key, EventFlag.instance)


class Page(NamedTuple):
    """Some flags, newest event first, and where the next page begins: None at the end."""

    flags: list[Flag]
    following: Place | None


def of_events(connection: Connection, party_id: int, event_ids: Iterable[int]) -> dict[int, list[Flag]]:
    """Flags by event; of each at most MOST_OF_EVENT. Events without any are left out."""
    ids, rows = sorted(set(event_ids)), []
    for start in range(0, len(ids), _SOME):
        some = ids[start : start + _SOME]
        found = list(connection.execute(_OF_EVENTS, {"party_id": party_id, "ids": some, "most": _SOME * MOST_OF_EVENT}))
        rows += found
        if len(found) == _SOME * MOST_OF_EVENT:  # one event with very many: the others are asked one by one
            rows = rows[: -len(found)]
            for event_id in some:
                rows += connection.execute(_OF_EVENTS, {"party_id": party_id, "ids": [event_id], "most": MOST_OF_EVENT})
    by_event: dict[int, list[Flag]] = {}
    for flag in _told(connection, party_id, rows):
        listed = by_event.setdefault(flag.event_id, [])
        if len(listed) < MOST_OF_EVENT:
            listed.append(flag)
    return by_event


def counts(connection: Connection, party_id: int, event_ids: Iterable[int]) -> dict[int, int]:
    """How many flags events have; those without any are left out. For a page of events."""
    rows = connection.execute(_COUNTS, {"party_id": party_id, "ids": sorted(set(event_ids))})
    return {row.event_id: int(row.flags) for row in rows}


def of_item(connection: Connection, party_id: int, key: ItemKey, most: int = PAGE) -> list[Flag]:
    """Flags of an item at an organisation's events, in the order these were recorded."""
    statement = select(*_COLUMNS).where(
        EventFlag.issuer == key.issuer,
        EventFlag.class_key == key.class_key,
        EventFlag.instance == key.instance,
        EventFlag.party_id == party_id,
    )
    return _told(connection, party_id, list(connection.execute(statement.order_by(EventFlag.event_id, EventFlag.code).limit(most))))


def newest(connection: Connection, party_id: int, *, code: str = "", before: Place | None = None, count: int = PAGE) -> Page:
    """An organisation's flags, newest event first. before: where a page ended, as it was told.

    In the order of the primary key, which a page is read from without looking at the others.
    """
    statement = select(*_COLUMNS, *_PLACE[2:]).where(EventFlag.party_id == party_id)
    if code:
        statement = statement.where(EventFlag.code == code)
    if before is not None:
        statement = statement.where(tuple_(*_PLACE) < before)
    rows = list(connection.execute(statement.order_by(*(column.desc() for column in _PLACE)).limit(count + 1)))
    last = rows[count - 1] if len(rows) > count else None
    return Page(_told(connection, party_id, rows[:count]), None if last is None else tuple(getattr(last, each.key) for each in _PLACE))


def tally(connection: Connection, party_id: int) -> dict[str, int]:
    """How many flags of each code an organisation has; more than MOST_COUNTED count as that many, so that counting costs little."""
    found = {}
    for code in _FINDINGS:
        some = select(EventFlag.event_id).where(EventFlag.party_id == party_id, EventFlag.code == code).limit(MOST_COUNTED)
        count = connection.execute(select(func.count()).select_from(some.subquery())).scalar()
        if count:
            found[code] = int(count)
    return found


def _told(connection: Connection, party_id: int, rows: list[Any]) -> list[Flag]:
    wanted = sorted({number for row in rows for number in (row.event_id, row.other_event) if number is not None})
    uris: dict[int, str] = {}
    for start in range(0, len(wanted), _SOME):
        asked = {"party_id": party_id, "ids": wanted[start : start + _SOME]}
        uris |= {row.id: row.event_uri for row in connection.execute(_URIS, asked)}
    return [
        Flag(row.event_id, uris[row.event_id], row.code, row.item, row.other_event or 0, uris.get(row.other_event, ""), row.found_at)
        for row in rows
    ]


def tally_of_all(connection: Connection) -> dict[str, int]:
    """How many flags of each code there are in this installation."""
    statement = select(EventFlag.code, func.count().label("flags")).group_by(EventFlag.code)
    return {row.code: int(row.flags) for row in connection.execute(statement)}
