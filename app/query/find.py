"""Reads that answer questions about events, each bounded: what no index answers is walked portion by portion, newest first.

An answer goes on behind a key (`Found.rest`) when there may be more; a walk that has looked at enough rows stops there too, with a page
that is not full, so that no request takes long whatever it asks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.engine import Connection

from app.capture import find
from app.capture.model import CaptureDocument, Event, EventFacet, EventIdentity, EventItem
from app.identify.item_key import ItemKey
from app.query.filters import Filters
from app.query.tokens import Place

PORTION = 5_000
"""Rows of events that one statement of a walk looks at."""

PORTIONS = 20
"""Portions that one request walks: 100,000 events."""

ROWS_OF_ITEM = 1_000
"""Rows of an item's index range that one statement looks at; `PORTIONS` of them in one request."""

MOST_DECLARATIONS = 1_000
"""Events that one eventID may lead to: itself and its error declarations."""

_SLACK = 3_600_000_000
"""Microseconds by which record times and numbers of documents may be out of step: clocks of several processes, portions of long jobs."""

FACETS = {
    "kind": "eventType",
    "biz_step": "bizStep",
    "disposition": "disposition",
    "read_point": "readPoint",
    "biz_location": "bizLocation",
}
"""Columns of `event` whose values `event_facet` knows."""


@dataclass(frozen=True, slots=True)
class Found:
    """Row ids of events in the order of the answer, and the key behind which it goes on, None at its end."""

    ids: list[int]
    rest: Place | None


def page(
    connection: Connection, party_id: int, filters: Filters, items: Sequence[ItemKey] | None, count: int, place: tuple[int, ...] | None
) -> Found:
    """A page of at most `count` events; items: those of which one must be named, None for no such condition."""
    known = _known_only(connection, party_id, filters)
    if known is None:
        return Found([], None)
    if known.event_ids is not None:
        return _by_event_id(connection, party_id, known, count, place)
    if items is not None:
        return _of_items(connection, party_id, known, items, count, place)
    return _newest(connection, party_id, known, count, place)


def _known_only(connection: Connection, party_id: int, filters: Filters) -> Filters | None:
    """The filters without values that no event has; None when nothing can be found at all."""
    columns = []
    for column, values in filters.columns:
        field = FACETS.get(column)
        kept = values if field is None else tuple(value for value in values if has_facet(connection, party_id, field, value))
        if not kept:
            return None
        columns.append((column, kept))
    return Filters(tuple(columns), filters.event_time, filters.record_time, filters.event_ids, filters.epcs)


def has_facet(connection: Connection, party_id: int, field: str, value: str) -> bool:
    """Whether some event of the organisation has this value."""
    statement = select(EventFacet.value).where(EventFacet.party_id == party_id, EventFacet.field == field, EventFacet.value == value)
    return connection.execute(statement).first() is not None


def facets(connection: Connection, party_id: int, field: str, count: int, after: str | None = None) -> list[str]:
    """The values that the organisation's events have in a field, in the order of the database."""
    statement = select(EventFacet.value).where(EventFacet.party_id == party_id, EventFacet.field == field)
    if after is not None:
        statement = statement.where(EventFacet.value > after)
    return list(connection.execute(statement.order_by(EventFacet.value).limit(count)).scalars())


def _matching(party_id: int, filters: Filters) -> Select[Any]:
    """The ids of events that have what the filters ask of columns and record time."""
    statement = select(Event.id).where(Event.party_id == party_id)
    for column, values in filters.columns:
        statement = statement.where(getattr(Event, column).in_(values))
    for limits, instant in ((filters.event_time, Event.event_time), (filters.record_time, CaptureDocument.received_at)):
        start, end = limits
        if start is not None:
            statement = statement.where(instant >= start)
        if end is not None:
            statement = statement.where(instant < end)
    if filters.record_time != (None, None):
        same = (CaptureDocument.party_id == Event.party_id) & (CaptureDocument.document_id == Event.document_id)
        statement = statement.join(CaptureDocument, same)
    return statement


# --------------------------------------------------------------------------------------------------------- newest first


def _newest(connection: Connection, party_id: int, filters: Filters, count: int, place: tuple[int, ...] | None) -> Found:
    """Events by the order they were recorded in, the last first."""
    before, last = _ends(connection, party_id, filters)
    if place is not None:
        before = min(place[0], before) if before is not None else place[0]
    found: list[int] = []
    everything = filters == Filters()
    for _ in range(PORTIONS):
        first = None if everything else _portion(connection, party_id, before, last)
        matching = _matching(party_id, filters).order_by(Event.id.desc()).limit(count + 1 - len(found))
        if before is not None:
            matching = matching.where(Event.id < before)
        if first is not None or last is not None:
            matching = matching.where(Event.id >= max(first or 0, last or 0))
        found += connection.execute(matching).scalars()
        if len(found) > count:
            return Found(found[:count], (found[count - 1],))
        if first is None:
            return Found(found, None)
        before = first
    return Found(found, None if before is None else (before,))


def _portion(connection: Connection, party_id: int, before: int | None, last: int | None) -> int | None:
    """The smallest number of the next portion below `before`, None when everything that is left fits into one."""
    statement = select(Event.id).where(Event.party_id == party_id).order_by(Event.id.desc()).offset(PORTION - 1).limit(1)
    if before is not None:
        statement = statement.where(Event.id < before)
    if last is not None:
        statement = statement.where(Event.id >= last)
    number: int | None = connection.execute(statement).scalar()
    return number


def _ends(connection: Connection, party_id: int, filters: Filters) -> tuple[int | None, int | None]:
    """(number below which, number from which) events of the wanted record times lie, found by halving; None for no limit."""
    start, end = filters.record_time
    before = None if end is None else _document_from(connection, party_id, end + _SLACK)
    last = None if start is None else _document_from(connection, party_id, start - _SLACK)
    if start is not None and last is None:  # everything is older
        last = 2**63 - 1
    return before, last


def _document_from(connection: Connection, party_id: int, received: int) -> int | None:
    """The number of the first document that was recorded at this time or later, None where there is none."""
    ends = select(func.min(CaptureDocument.document_id), func.max(CaptureDocument.document_id))
    low, high = (number or 0 for number in connection.execute(ends.where(CaptureDocument.party_id == party_id)).one())
    answer: int | None = None
    while low <= high:
        middle = (low + high) // 2
        statement = select(CaptureDocument.document_id, CaptureDocument.received_at).where(
            CaptureDocument.party_id == party_id, CaptureDocument.document_id >= middle
        )
        row = connection.execute(statement.order_by(CaptureDocument.document_id).limit(1)).first()
        if row is None:
            return None
        if row.received_at >= received:
            answer, high = row.document_id, middle - 1
        else:
            low = row.document_id + 1
    return answer


# -------------------------------------------------------------------------------------------------------- by their eventID


def _by_event_id(connection: Connection, party_id: int, filters: Filters, count: int, place: tuple[int, ...] | None) -> Found:
    keys = [find.identity(uri, b"")[0] for uri in filters.event_ids or ()]
    identities = select(EventIdentity.id).where(EventIdentity.party_id == party_id, EventIdentity.event_key.in_(keys))
    statement = _matching(party_id, filters).where(Event.id.in_(identities))
    if place is not None:
        statement = statement.where(Event.id < place[0])
    ids = list(connection.execute(statement.order_by(Event.id.desc()).limit(count + 1)).scalars())
    return Found(ids[:count], (ids[count - 1],) if len(ids) > count else None)


def declarations(connection: Connection, party_id: int, event_uri: str) -> list[Any]:
    """An event and its error declarations in the order they were recorded; one more than `MOST_DECLARATIONS` where there are too many."""
    return find.events_by_uri(connection, party_id, event_uri, MOST_DECLARATIONS + 1)


def content_types(connection: Connection, party_id: int, documents: Collection[int]) -> dict[int, str]:
    """The media types of documents as they were sent."""
    statement = select(CaptureDocument.document_id, CaptureDocument.content_type).where(CaptureDocument.party_id == party_id)
    return {row.document_id: row.content_type for row in connection.execute(statement.where(CaptureDocument.document_id.in_(documents)))}


# ------------------------------------------------------------------------------------------------------ by the items named


def _of_items(
    connection: Connection, party_id: int, filters: Filters, items: Sequence[ItemKey], count: int, place: tuple[int, ...] | None
) -> Found:
    """Events that name one of the items, the latest event time first: one range of the index for each item."""
    at = None if place is None else (place[0], place[1])
    found: list[tuple[int, int]] = []
    plain = not filters.columns and filters.record_time == (None, None)
    for _ in range(PORTIONS):
        rows, more = _latest(connection, party_id, filters, items, at)
        kept = rows if plain or not rows else _kept(connection, party_id, filters, rows)
        found += kept
        if len(found) > count:
            return Found([number for _, number in found[:count]], found[count - 1])
        if not more:
            return Found([number for _, number in found], None)
        at = rows[-1]
    return Found([number for _, number in found], at)


def _latest(
    connection: Connection, party_id: int, filters: Filters, items: Sequence[ItemKey], at: tuple[int, int] | None
) -> tuple[list[tuple[int, int]], bool]:
    """(event time, row id) of the next rows of all items together, each event once, and whether there may be more."""
    rows: set[tuple[int, int]] = set()
    lowest: list[tuple[int, int]] = []
    for key in items:
        found = [(row.event_time, row.id) for row in connection.execute(_range(party_id, filters, key, at))]
        rows.update(found)
        if len(found) == ROWS_OF_ITEM:
            lowest.append(found[-1])
    border = max(lowest, default=None)  # below it the range of an item may have rows that were not read
    ordered = sorted((row for row in rows if border is None or row >= border), reverse=True)
    return ordered, border is not None


def _range(party_id: int, filters: Filters, key: ItemKey, at: tuple[int, int] | None) -> Select[int, int]:
    start, end = filters.event_time
    statement = (
        select(EventItem.event_time, EventItem.id)
        .where(EventItem.issuer == key.issuer, EventItem.class_key == key.class_key, EventItem.instance == key.instance)
        .where(EventItem.party_id == party_id)
        .order_by(EventItem.event_time.desc(), EventItem.id.desc())
        .limit(ROWS_OF_ITEM)
    )
    if start is not None:
        statement = statement.where(EventItem.event_time >= start)
    if end is not None:
        statement = statement.where(EventItem.event_time < end)
    if at is not None:
        statement = statement.where(tuple_(EventItem.event_time, EventItem.id) < tuple_(*at))
    return statement


def _kept(connection: Connection, party_id: int, filters: Filters, rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those rows whose events have what the filters ask for."""
    ids: set[int] = set()
    for start in range(0, len(rows), 500):
        numbers = [number for _, number in rows[start : start + 500]]
        ids.update(connection.execute(_matching(party_id, filters).where(Event.id.in_(numbers))).scalars())
    return [row for row in rows if row[1] in ids]


# ----------------------------------------------------------------------------------------------------------- items themselves


def names_item(connection: Connection, party_id: int, key: ItemKey) -> bool:
    """Whether some event of the organisation names this item or class."""
    statement = select(EventItem.id).where(
        EventItem.issuer == key.issuer,
        EventItem.class_key == key.class_key,
        EventItem.instance == key.instance,
        EventItem.party_id == party_id,
    )
    return connection.execute(statement.limit(1)).first() is not None


ItemPlace = tuple[int, int, str]
"""Issuer, class key and instance of an item."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item by its key, and an event of the organisation that names it."""

    issuer: int
    class_key: int
    instance: str
    event: int


def items(connection: Connection, party_id: int, count: int, place: ItemPlace | None) -> tuple[list[Item], ItemPlace | None]:
    """Items that events of the organisation name, in the order of their keys, and the key to go on behind."""
    found: list[Item] = []
    looked = 0
    for issuer, after in _issuers(connection, party_id, place):
        at = after
        while True:
            part, at = _items_of(connection, party_id, issuer, at)
            found += part
            looked += 1
            if len(found) > count:
                last = found[count - 1]
                return found[:count], (last.issuer, last.class_key, last.instance)
            if at is None:
                break
            if looked >= PORTIONS:
                return found, (issuer, *at)
    return found, None


def _issuers(connection: Connection, party_id: int, place: ItemPlace | None) -> Iterator[tuple[int, tuple[int, str] | None]]:
    """The issuers of the organisation's items in order, each with the key behind which to begin."""
    statement = select(EventFacet.value).where(EventFacet.party_id == party_id, EventFacet.field == "issuer")
    for issuer in sorted(int(value) for value in connection.execute(statement).scalars()):
        if place is None or issuer > place[0]:
            yield issuer, None
        elif issuer == place[0]:
            yield issuer, (place[1], place[2])


def _items_of(
    connection: Connection, party_id: int, issuer: int, after: tuple[int, str] | None
) -> tuple[list[Item], tuple[int, str] | None]:
    """The organisation's items among the next rows of an issuer, and the key to go on behind, None at the issuer's end.

    Rows of strangers about the same issuer's items lie between; the item that a portion ends in is asked for by itself.
    """
    item = (EventItem.class_key, EventItem.instance)
    statement = select(*item, EventItem.party_id, EventItem.id).where(EventItem.issuer == issuer)
    if after is not None:
        statement = statement.where(tuple_(*item) > tuple_(*after))
    rows = list(connection.execute(statement.order_by(*item, EventItem.party_id).limit(ROWS_OF_ITEM)))
    ours: dict[tuple[int, str], int] = {}
    for row in rows:
        if row.party_id == party_id:
            ours.setdefault((row.class_key, row.instance), row.id)
    if len(rows) < ROWS_OF_ITEM:
        return [Item(issuer, *key, number) for key, number in ours.items()], None
    last = (rows[-1].class_key, rows[-1].instance)
    if last not in ours:
        probe = select(EventItem.id).where(EventItem.issuer == issuer, EventItem.class_key == last[0], EventItem.instance == last[1])
        number = connection.execute(probe.where(EventItem.party_id == party_id).limit(1)).scalar()
        if number is not None:
            ours[last] = number
    return [Item(issuer, *key, number) for key, number in ours.items()], last
