"""Finding the events that concern an item: its own, its lot's, those of its containers while it was inside, and of what it was made from.

Level by level, a few beginnings of index ranges for each identifier: on a sharded database each question goes to one shard, and a flood
of events by one organisation costs no more than twenty. What an event says is taken from its sealed bytes; index rows only lead there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice, zip_longest
from typing import Any, Protocol, TypeVar

import orjson
from sqlalchemy import Select, bindparam, column, func, literal, select, values
from sqlalchemy.engine import Connection

from app.capture import find as capture
from app.capture import items, pack, times
from app.capture.model import EventItem
from app.catalogue.model import Product
from app.identify.item_key import ItemKey, item_key
from app.store.columns import Id, Words

MOST_EVENTS = 200
"""Events of one journey: more than anybody reads; the count of what is left out is told."""

DEEPEST = 10
"""Levels of containers and ingredients: a bottle in a case in a pallet in a container, made of four tiers of ingredients."""

MOST_FOREIGN = 60
"""Of these, events of others than the owner: anybody may record something about anybody's goods, and must not fill a page by it."""

MOST_FOREIGN_OF_LEVEL = 30
"""Of one level, so that a flood about the item itself leaves room for what its containers and ingredients went through."""

MOST_OF_ONE = 20
"""Index entries read of one other organisation about one identifier: more steps than any carrier takes with one pallet."""

MOST_FOREIGN_BYTES = 600_000
"""Unpacked bytes of others' events read at one level, the smallest first: one that names ten thousand serials has about 500,000."""

MOST_OTHERS = 40
"""Other organisations asked about one identifier, those registered first: a chain has a dozen, a flood of made-up names has more."""

MOST_SUBJECTS = 200
"""Identifiers followed at one level; a blend of more lots than this is told as incomplete."""

ITEM, LOT, CONTAINER, INPUT = "item", "lot", "container", "input"
"""What an event is about, seen from the item."""

_EVER = 2**62
_FOREVER = (-_EVER, _EVER)

Window = tuple[int, int]
"""From (inclusive) to (inclusive) in microseconds since 1970."""

_Name = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """An identifier followed, what it is to the item, and when it had to do with the item."""

    key: ItemKey
    relation: str
    windows: tuple[Window, ...] = (_FOREVER,)

    @property
    def name(self) -> _Name:
        """What stands in the index."""
        return self.key.issuer, self.key.class_key, self.key.instance

    def covers(self, at: int) -> bool:
        """Whether something at this instant concerned the item."""
        return any(low <= at <= high for low, high in self.windows)


@dataclass(slots=True)
class Recorded:
    """One stored event of a journey: its row, the exact bytes that are signed for, and what they say."""

    row: Any
    envelope: bytes
    sealed: dict[str, Any]
    relation: str
    subject: str
    role: int
    at: int

    @property
    def event(self) -> dict[str, Any]:
        """The event as it was accepted, by what the standard means with its fields."""
        return items.usual(self.sealed["event"])


@dataclass(slots=True)
class Walked:
    """The events found, in the order they happened; incomplete when a limit cut something off."""

    events: list[Recorded] = field(default_factory=list)
    incomplete: bool = False


_OF_ITEM = (
    EventItem.issuer == bindparam("issuer"),
    EventItem.class_key == bindparam("class_key"),
    EventItem.event_time >= bindparam("low"),
    EventItem.event_time <= bindparam("high"),
)
_ROWS = select(EventItem.instance, EventItem.event_time, EventItem.id, EventItem.role, EventItem.party_id)
_OWNERS = (
    _ROWS.where(*_OF_ITEM, EventItem.instance.in_(bindparam("instances", expanding=True)), EventItem.party_id == bindparam("party_id"))
    .order_by(EventItem.event_time, EventItem.id)
    .limit(bindparam("most"))
)
_OTHERS = (  # one beginning of one index range: as cheap in a flood as without
    _ROWS.where(*_OF_ITEM, EventItem.instance == bindparam("instance"), EventItem.party_id == bindparam("party_id"))
    .order_by(EventItem.event_time, EventItem.id)
    .limit(bindparam("most"))
)


def _parties_of(issuer: int, class_key: int, instances: Sequence[str]) -> Select[Any]:
    """Which organisations recorded anything about each instance: a jump through the index from one to the next, never a scan.

    Those registered first come first: their numbers are smaller.
    """
    wanted = values(column("instance", Words), name="wanted").data([(instance,) for instance in instances]).cte("wanted")

    def following(instance: Any, after: Any) -> Any:
        same = (EventItem.issuer == issuer) & (EventItem.class_key == class_key) & (EventItem.instance == instance)
        return select(func.min(EventItem.party_id)).where(same, EventItem.party_id > after).scalar_subquery()

    first = select(wanted.c.instance, following(wanted.c.instance, literal(-_EVER, Id)).label("party_id"), literal(1).label("place"))
    there = first.cte("there", recursive=True)
    more = select(there.c.instance, following(there.c.instance, there.c.party_id), there.c.place + 1)
    found = there.union_all(more.where(there.c.party_id.is_not(None), there.c.place <= MOST_OTHERS))
    return select(found.c.instance, found.c.party_id).where(found.c.party_id.is_not(None)).order_by(found.c.party_id)


def walk(
    connection: Connection, start: Iterable[tuple[ItemKey, str]], *, owner: int = 0, most: int = MOST_EVENTS, deepest: int = DEEPEST
) -> Walked:
    """The events about these identifiers and everything they lead to.

    start: pairs of key and relation (ITEM, LOT); owner: whose events come first where a limit cuts; of all
    others together at most MOST_FOREIGN, shared out fairly.
    """
    found: dict[int, Recorded] = {}
    walked = Walked()
    level = {subject.name: subject for subject in (Subject(key, relation) for key, relation in start)}
    seen = set(level)
    for _ in range(deepest):
        if not level:
            break
        fresh = _events_of(connection, level, owner, found, most, walked)
        following: dict[_Name, Subject] = {}
        for subject in _led_to(fresh, _makers(connection, fresh)):
            if subject.name not in seen:
                following[subject.name] = _joined(following.get(subject.name), subject)
        if len(following) > MOST_SUBJECTS:
            walked.incomplete = True
            following = dict(list(following.items())[:MOST_SUBJECTS])
        seen |= set(following)
        level = following
    walked.incomplete = walked.incomplete or bool(level)
    walked.events = sorted(found.values(), key=lambda item: (item.at, item.row.id))
    return walked


def _joined(known: Subject | None, more: Subject) -> Subject:
    return more if known is None else Subject(more.key, more.relation, (*known.windows, *more.windows))


def _events_of(
    connection: Connection, level: Mapping[_Name, Subject], owner: int, found: dict[int, Recorded], most: int, walked: Walked
) -> list[tuple[Subject, Recorded]]:
    """The events of one level that concern the item, also those found before in another part; adds the new ones to `found`."""
    references = _references(connection, level, owner, most, walked)
    wanted: dict[int, set[int]] = {}
    for _, row in references:
        wanted.setdefault(row.party_id, set()).add(row.id)
    rows: dict[int, Any] = {}
    for party_id, ids in wanted.items():
        rows |= capture.events_by_id(connection, party_id, sorted(ids))
    walked.incomplete = _leave_out_heavy(rows, owner) or walked.incomplete
    read: list[tuple[Subject, Recorded]] = []
    for subject, reference in references:
        row = rows.get(reference.id)
        recorded = None if row is None else _recorded(row, subject, reference.role)
        if recorded is not None:
            read.append((subject, recorded))
    concerning = list(_while_inside(read))
    others = sum(1 for each in found.values() if each.row.party_id != owner)
    for _, recorded in concerning:
        if recorded.row.id not in found:
            foreign = recorded.row.party_id != owner
            if len(found) >= most or (foreign and others >= MOST_FOREIGN):
                walked.incomplete = True
                continue
            others += foreign
        known = found.get(recorded.row.id)
        if known is None or (recorded.relation == ITEM and known.relation != ITEM):
            found[recorded.row.id] = recorded  # an event that names the item and its batch is one about the item
    return concerning


def _leave_out_heavy(rows: dict[int, Any], owner: int) -> bool:
    """Take the largest events of others away until the rest is quickly read; whether any had to go."""
    sizes = sorted((pack.envelope_size(bytes(row.envelope)), row.id) for row in rows.values() if row.party_id != owner)
    totals = accumulate(size for size, _ in sizes)
    heavy = [number for (_, number), total in zip(sizes, totals, strict=True) if total > MOST_FOREIGN_BYTES]
    for number in heavy:
        del rows[number]
    return bool(heavy)


def _references(connection: Connection, level: Mapping[_Name, Subject], owner: int, most: int, walked: Walked) -> list[tuple[Subject, Any]]:
    """Which events name the subjects of a level: the owner's, then a fair share of everybody else's."""
    classes: dict[tuple[int, int], list[Subject]] = {}
    for (issuer, class_key, _), subject in level.items():
        classes.setdefault((issuer, class_key), []).append(subject)
    owned: list[tuple[Subject, Any]] = []
    foreign: list[tuple[Subject, Any]] = []
    for (issuer, class_key), subjects in classes.items():
        asked = {"issuer": issuer, "class_key": class_key, "party_id": owner, "most": most + 1}
        instances = [subject.key.instance for subject in subjects]
        low, high = (
            min(low for subject in subjects for low, _ in subject.windows),
            max(high for each in subjects for _, high in each.windows),
        )
        rows = list(connection.execute(_OWNERS, asked | {"instances": instances, "low": low, "high": high}))
        walked.incomplete = walked.incomplete or len(rows) > most
        owned += [(level[issuer, class_key, row.instance], row) for row in rows]
        for instance, party_id in connection.execute(_parties_of(issuer, class_key, instances)):
            if party_id != owner:
                foreign += _others(connection, level[issuer, class_key, instance], party_id, walked)
    chosen = {row.id for row in share([row for _, row in foreign], MOST_FOREIGN_OF_LEVEL)}
    walked.incomplete = walked.incomplete or any(row.id not in chosen for _, row in foreign)
    return owned + [(subject, row) for subject, row in foreign if row.id in chosen]


def _others(connection: Connection, subject: Subject, party_id: int, walked: Walked) -> list[tuple[Subject, Any]]:
    """The first events of one organisation that name a subject."""
    low, high = _hull(subject.windows)
    asked = {"issuer": subject.key.issuer, "class_key": subject.key.class_key, "instance": subject.key.instance, "party_id": party_id}
    rows = list(connection.execute(_OTHERS, asked | {"low": low, "high": high, "most": MOST_OF_ONE + 1}))
    walked.incomplete = walked.incomplete or len(rows) > MOST_OF_ONE
    return [(subject, row) for row in rows[:MOST_OF_ONE]]


def _hull(windows: Iterable[Window]) -> Window:
    """From the first beginning to the last end."""
    listed = list(windows)
    return min(low for low, _ in listed), max(high for _, high in listed)


class _OfParty(Protocol):
    """Anything an organisation recorded."""

    @property
    def party_id(self) -> int: ...


_Row = TypeVar("_Row", bound=_OfParty)


def share(rows: Sequence[_Row], most: int) -> list[_Row]:
    """At most so many rows, taken from each organisation in turn, so that who records much cannot push out who records little."""
    if len(rows) <= most:
        return list(rows)
    queues: dict[int, list[_Row]] = {}
    for row in rows:
        queues.setdefault(row.party_id, []).append(row)
    turns = (row for turn in zip_longest(*queues.values()) for row in turn if row is not None)
    return list(islice(turns, most))


def _recorded(row: Any, subject: Subject, role: int) -> Recorded | None:
    """A stored event read from its sealed bytes; None when it does not name the subject in that part, or not in that time."""
    envelope = capture.envelope(row)
    sealed: dict[str, Any] = orjson.loads(envelope)
    event = sealed["event"]
    at = times.micros(event["eventTime"])
    if not subject.covers(at) or not _names(event, subject.key, role):
        return None
    return Recorded(row, envelope, sealed, subject.relation, subject.key.text, role, at)


def _names(event: Mapping[str, Any], key: ItemKey, role: int) -> bool:
    """Whether an event names an identifier in a part, whatever the index says of it.

    A document may name ten thousand serials: only those that contain the wanted one, or an escape, are understood.
    """
    value = key.instance.partition(":")[2]
    named = (uri for uri, part in items.named(event) if part == role and (not value or value in uri or "%" in uri))
    return any(item_key(uri)[:3] == key[:3] for uri in named)


def _while_inside(read: Sequence[tuple[Subject, Recorded]]) -> Iterator[tuple[Subject, Recorded]]:
    """Of a container's events, those between packing and unpacking the item; of everything else, all."""
    emptied: dict[_Name, list[int]] = {}
    for subject, recorded in read:
        if subject.relation == CONTAINER and _empties(recorded):
            emptied.setdefault(subject.name, []).append(recorded.at)
    for subject, recorded in read:
        if subject.relation != CONTAINER:
            yield subject, recorded
            continue
        if recorded.role == items.PARENT and not _empties(recorded):
            continue  # something else was packed beside the item
        ends = emptied.get(subject.name, [])
        if any(low <= recorded.at <= min([high, *(end for end in ends if end >= low)]) for low, high in subject.windows):
            yield subject, recorded


def _empties(recorded: Recorded) -> bool:
    """Whether an event takes everything out of a container without naming it (EPCIS 2.0, 7.4.3: DELETE without children)."""
    event = recorded.event
    return (
        recorded.role == items.PARENT
        and event.get("action") == "DELETE"
        and not event.get("childEPCs")
        and not event.get("childQuantityList")
    )


_TRADE_ITEM = "https://id.gs1.org/01/"


def _gtin(subject: Subject) -> str | None:
    """The GTIN a subject's canonical URI begins with, None for what is no trade item."""
    start = len(_TRADE_ITEM)
    return subject.key.text[start : start + 14] if subject.key.text.startswith(_TRADE_ITEM) else None


def _makers(connection: Connection, events: Iterable[tuple[Subject, Recorded]]) -> dict[str, int]:
    """Whose the products are that somebody says were made from others, by GTIN."""
    gtins = {gtin for subject, recorded in events if recorded.role == items.OUTPUT and (gtin := _gtin(subject)) is not None}
    if not gtins:
        return {}
    statement = select(Product.gtin, Product.party_id).where(Product.gtin.in_(sorted(gtins)))
    return {row.gtin: row.party_id for row in connection.execute(statement)}


def _led_to(events: Iterable[tuple[Subject, Recorded]], makers: Mapping[str, int]) -> Iterator[Subject]:
    """Containers the subjects were put into, and what they were made from.

    What a registered product was made from only its owner can tell: a stranger's word must not hang goods of theirs on its journey.
    """
    listed = list(events)
    for subject, recorded in listed:
        event = recorded.event
        packed = recorded.role == items.CHILD and event["type"] == "AggregationEvent" and event.get("action") != "DELETE"
        if packed and event.get("parentID"):
            relation = INPUT if subject.relation == INPUT else CONTAINER
            low, high = recorded.at, _taken_out(subject, recorded, listed)
            high = min(high, max(end for start, end in subject.windows if start <= recorded.at <= end))
            yield Subject(item_key(event["parentID"]), relation, ((low, high),))
        elif recorded.role == items.OUTPUT and makers.get(_gtin(subject) or "", recorded.row.party_id) == recorded.row.party_id:
            for uri, role in items.named(event):
                if role == items.INPUT:
                    yield Subject(item_key(uri), INPUT, ((-_EVER, recorded.at),))


def _taken_out(subject: Subject, packed: Recorded, events: Iterable[tuple[Subject, Recorded]]) -> int:
    """When the subject was taken out of the container it was packed into; for ever when it was not."""
    parent = item_key(packed.event["parentID"])[:3]
    ends = [
        recorded.at
        for other, recorded in events
        if other.name == subject.name
        and recorded.role == items.CHILD
        and recorded.at >= packed.at
        and recorded.event.get("action") == "DELETE"
        and recorded.event.get("parentID")
        and item_key(recorded.event["parentID"])[:3] == parent
    ]
    return min(ends, default=_EVER)
