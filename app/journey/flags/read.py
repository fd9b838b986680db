"""The histories that flags are judged by: which events name an item, what they say, and which of them stand.

Bounded: of one item the first MOST_EVENTS index entries are read, organisations that were registered early first, and of a container as
many: what a flood of events by strangers adds stands behind. An event is unpacked once in a pass, however many items it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from app.capture import fate, items, spelling
from app.capture import find as captured
from app.capture.fate import End
from app.capture.model import Event, EventItem
from app.identify.item_key import CANONICAL, ItemKey, item_key
from app.journey.flags.rules import Container, Happening, History, Said

MOST_EVENTS = 1_000
"""Index entries of one item: a crate that is used three times a week for two years."""

MOST_CHILDREN = 20_000
"""Things that are judged again because their container is said to be emptied: more than any container holds at once."""

MOST_AT_ONCE = 20_000
"""Index entries of one question; items that together have more are asked for one by one."""

_SOME = 200
"""Items or events in one statement."""

Name = tuple[int, int, str]
"""What stands in the index: issuer, class, instance."""

_OF_CLASS = (
    select(EventItem.instance, EventItem.party_id, EventItem.id, EventItem.role)
    .where(
        EventItem.issuer == bindparam("issuer"),
        EventItem.class_key == bindparam("class_key"),
        EventItem.instance.in_(bindparam("instances", expanding=True)),
    )
    .order_by(EventItem.instance, EventItem.party_id, EventItem.event_time, EventItem.id)
    .limit(bindparam("most"))
)
_EVENTS = select(Event.party_id, Event.id, Event.event_uri, Event.event_time, Event.is_declaration, Event.envelope).where(
    Event.party_id == bindparam("party_id"), Event.id.in_(bindparam("ids", expanding=True))
)


def name(key: ItemKey) -> Name:
    """What stands in the index for an item."""
    return key.issuer, key.class_key, key.instance


def said(party_id: int, event_id: int, at: int, event: Mapping[str, Any]) -> Said:
    """What an event says, as far as it is judged. event: as it was accepted; at: microseconds since 1970."""
    event = items.usual(event)
    parent = event.get("parentID")
    step = event.get("bizStep")
    childless = not event.get("childEPCs") and not event.get("childQuantityList")
    counted = (element["epcClass"] for field in _QUANTITIES for element in event.get(field) or ())
    return Said(
        party_id,
        event_id,
        at,
        event["type"],
        event.get("action") or "",
        spelling.word("bizStep", step) if step else "",
        item_key(parent).text if parent else "",
        event["type"] == "AggregationEvent" and event.get("action") == "DELETE" and childless,
        event.get("transformationID") or "",
        fate.end(event, items.CHILD) is End.DESTROYED,
        frozenset(uri for uri in counted if not uri.startswith(("urn:epc:", CANONICAL))),
    )


_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


class Reader:
    """Reads histories over one connection; what it read of an event it does not read again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._said: dict[tuple[int, int], Said | None] = {}
        self._containers: dict[str, Container] = {}

    def histories(self, keys: Sequence[ItemKey]) -> Iterator[History]:
        """The history of each item."""
        rows = self._references(keys)
        self._read({(row.party_id, row.id) for found in rows.values() for row in found})
        for key in keys:
            happenings = self._happenings(rows.get(name(key), ()))
            parents = {each.said.parent for each in happenings if each.packed}
            yield History(key, happenings, {parent: self._container(parent) for parent in parents})

    def packed_into(self, key: ItemKey) -> list[ItemKey]:
        """Everything that was ever packed into a container, at most MOST_CHILDREN things."""
        numbers = {(row.party_id, row.id) for row in self._references([key]).get(name(key), ()) if row.role == items.PARENT}
        found: dict[Name, ItemKey] = {}
        for row in self._rows(numbers):
            event = captured.sealed(row)["event"]
            found |= {name(child): child for child, role in items.keys(event) if role == items.CHILD}
            if len(found) >= MOST_CHILDREN:
                break
        return list(found.values())[:MOST_CHILDREN]

    def _happenings(self, rows: Iterable[Any]) -> list[Happening]:
        roles: dict[tuple[int, int], set[int]] = {}
        for row in rows:
            roles.setdefault((row.party_id, row.id), set()).add(row.role)
        return [Happening(told, frozenset(roles[number])) for number in roles if (told := self._said.get(number)) is not None]

    def _container(self, text: str) -> Container:
        if text not in self._containers:
            key = item_key(text)
            rows = self._references([key]).get(name(key), ())
            emptying = {(row.party_id, row.id) for row in rows if row.role == items.PARENT}
            self._read(emptying)
            told = (self._said[number] for number in sorted(emptying))
            emptied = tuple(each for each in told if each is not None and each.emptied)
            self._containers[text] = Container(frozenset((row.party_id, row.id) for row in rows), emptied)
        return self._containers[text]

    def _references(self, keys: Iterable[ItemKey]) -> dict[Name, list[Any]]:
        """Index entries by item."""
        classes: dict[tuple[int, int], list[str]] = {}
        for key in keys:
            classes.setdefault((key.issuer, key.class_key), []).append(key.instance)
        found: dict[Name, list[Any]] = {}
        for (issuer, class_key), instances in classes.items():
            for start in range(0, len(instances), _SOME):
                for row in self._of_class(issuer, class_key, instances[start : start + _SOME]):
                    found.setdefault((issuer, class_key, row.instance), []).append(row)
        return {item: rows[:MOST_EVENTS] for item, rows in found.items()}

    def _of_class(self, issuer: int, class_key: int, instances: Sequence[str]) -> Iterator[Any]:
        asked = {"issuer": issuer, "class_key": class_key}
        rows = list(self._connection.execute(_OF_CLASS, asked | {"instances": list(instances), "most": MOST_AT_ONCE}))
        if len(rows) < MOST_AT_ONCE or len(instances) == 1:
            yield from rows
            return
        for instance in instances:
            yield from self._connection.execute(_OF_CLASS, asked | {"instances": [instance], "most": MOST_EVENTS})

    def _read(self, numbers: set[tuple[int, int]]) -> None:
        """Learn what events say; None for what does not count: an error declaration, and what was declared wrong."""
        missing = numbers - self._said.keys()
        standing: dict[int, dict[str, list[tuple[int, int]]]] = {}
        for row in self._rows(missing):
            number = (row.party_id, row.id)
            if row.is_declaration:
                self._said[number] = None
                continue
            self._said[number] = said(row.party_id, row.id, row.event_time, captured.sealed(row)["event"])
            standing.setdefault(row.party_id, {}).setdefault(row.event_uri, []).append(number)
        for party_id, uris in standing.items():
            for uri in fate.declared_wrong(self._connection, party_id, uris):
                self._said |= dict.fromkeys(uris[uri])

    def _rows(self, numbers: Iterable[tuple[int, int]]) -> Iterator[Any]:
        parties: dict[int, list[int]] = {}
        for party_id, event_id in numbers:
            parties.setdefault(party_id, []).append(event_id)
        for party_id, ids in parties.items():
            ids.sort()
            for start in range(0, len(ids), _SOME):
                yield from self._connection.execute(_EVENTS, {"party_id": party_id, "ids": ids[start : start + _SOME]})
