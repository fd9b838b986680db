"""Flags follow the log: whatever was recorded, in whatever order, each item that is named is judged again over all that is known of it.

The log gives every event a dense position, so nothing is missed: a pass reads the positions after the last one that was handled. An item is
judged by a view that holds everything committed until then; what is committed later has a later position and brings the item back. What is
kept is only the difference to the flags there are, in the transaction that finds the position where the pass began; the last one moves it.
Two processes may pass at once, and a pass may be broken off: the later one finds the position moved and keeps nothing.

It costs the recording of events nothing: `follow_when_calm` rests while events come in, and when the oldest of them has waited for
PATIENCE it does one pass a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import and_, bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from app.capture import find as captured
from app.capture import items
from app.capture.model import Event
from app.identify.item_key import ItemKey, item_key
from app.journey.flags.read import Name, Reader, name
from app.journey.flags.rules import Flag, judge
from app.journey.model import EventFlag, FlagFollower
from app.ledger import sequencer
from app.ledger.model import LogLeaf, LogQueue
from app.party.model import SigningKey
from app.runtime import Runtime
from app.store.columns import to_micros
from app.store.keys import time_of
from app.store.tables import table
from app.store.work import AlreadyThere, Tx

BATCH = 200
"""Positions of the log in one pass."""

MOST_ITEMS = 2_000
"""Items of one pass: with more of them it takes fewer positions, at least one."""

MOST_ROWS = 5_000
"""Flags kept in one transaction."""

CALM = timedelta(seconds=1)
PATIENCE = timedelta(seconds=30)

NAME = "flags"

_SOME = 200
_COLUMNS = ("party_id", "event_id", "code", "issuer", "class_key", "instance", "item", "other_event", "found_at")
_NEXT = select(FlagFollower.next_position).where(FlagFollower.name == NAME)
_LEAVES = (
    select(LogLeaf.position, LogLeaf.subject, LogLeaf.entry)
    .where(LogLeaf.position >= bindparam("start"))
    .order_by(LogLeaf.position)
    .limit(bindparam("count"))
)
_NEWEST = select(LogLeaf.subject).order_by(LogLeaf.position.desc()).limit(1)
_SIGNERS = select(SigningKey.party_id).where(SigningKey.kid.in_(bindparam("kids", expanding=True))).distinct()
_EVENTS = select(Event.__table__).where(
    Event.party_id.in_(bindparam("parties", expanding=True)), Event.id.in_(bindparam("ids", expanding=True))
)
_FLAGS = select(EventFlag.__table__).where(
    EventFlag.issuer == bindparam("issuer"),
    EventFlag.class_key == bindparam("class_key"),
    EventFlag.instance.in_(bindparam("instances", expanding=True)),
)
_KEY = tuple(column.name for column in table(EventFlag).primary_key)
_DELETE = delete(EventFlag).where(and_(*(getattr(EventFlag, column) == bindparam(f"old_{column}") for column in _KEY)))


class Changes(NamedTuple):
    """What differs from the flags there are: rows to take away, by key, and rows to add."""

    away: list[tuple[Any, ...]]
    more: list[tuple[Any, ...]]


def follow(on: Runtime) -> int:
    """One pass: judge the items that the next events of the log name; returns how many positions were handled, 0 at the end of the log."""
    with on.store.reading() as connection:
        start = int(connection.execute(_NEXT).scalar() or 0)
        leaves = list(connection.execute(_LEAVES, {"start": start, "count": BATCH}))
        if not leaves:
            return 0
        handled, keys = _items(connection, leaves)
        changes = _changes(connection, keys, to_micros(on.clock.now()))
    try:
        kept = all(on.store.write(lambda tx, part=part: _keep(tx, start, *part)) for part in _portions(changes, start + handled))  # type: ignore[misc]  # bound now
    except AlreadyThere:  # the first pass of two processes at once
        return 1
    return handled if kept else 1


def follow_when_calm(on: Runtime) -> int:
    """A pass while no events come in; 0 to be asked again a second later."""
    with on.store.reading() as connection:
        start = int(connection.execute(_NEXT).scalar() or 0)
        oldest = connection.execute(_LEAVES, {"start": start, "count": 1}).first()
        if oldest is None:
            return 0
        hot = is_hot(connection, on.clock.now())
    if not hot:
        return follow(on)
    if on.clock.now() - time_of(oldest.subject) > PATIENCE:
        follow(on)
    return 0


def is_hot(connection: Connection, now: datetime) -> bool:
    """Whether events came in during the last second."""
    newest = [connection.execute(select(func.max(LogQueue.queue_id))).scalar(), connection.execute(_NEWEST).scalar()]
    return any(number is not None and now - time_of(number) < CALM for number in newest)


def catch_up(on: Runtime) -> None:
    """Bring what is recorded into the log, and the flags to its end: for a command that tells them at once."""
    while sequencer.integrate(on=on):
        pass
    while follow(on):
        pass


def begin_anew(on: Runtime) -> int:
    """Let the follower judge every event again, from the first on; returns how many positions there are."""
    on.store.write(lambda tx: tx.execute(update(FlagFollower).where(FlagFollower.name == NAME).values(next_position=0)).rowcount)
    with on.store.reading() as connection:
        return waiting(connection)


def waiting(connection: Connection) -> int:
    """How many positions of the log are not judged yet."""
    last = connection.execute(select(func.max(LogLeaf.position))).scalar()
    return 0 if last is None else int(last) + 1 - int(connection.execute(_NEXT).scalar() or 0)


def _items(connection: Connection, leaves: Sequence[Any]) -> tuple[int, list[ItemKey]]:
    """How many of these positions the pass takes, and the items whose flags they may change."""
    events = _events(connection, leaves)
    reader = Reader(connection)
    found: dict[Name, ItemKey] = {}
    for place, leaf in enumerate(leaves):
        for row in events.get(leaf.subject, ()):
            found |= {name(key): key for key in _touched(connection, reader, row)}
        if len(found) >= MOST_ITEMS:
            return place + 1, list(found.values())
    return len(leaves), list(found.values())


def _events(connection: Connection, leaves: Sequence[Any]) -> dict[int, list[Any]]:
    """The events that entries of the log are about, by number. An entry names the key that signed; who has it is who recorded."""
    said = [(leaf.subject, orjson.loads(leaf.entry)) for leaf in leaves]
    ids = sorted({subject for subject, entry in said if entry["t"] == "event"})
    kids = sorted({entry["kid"] for _, entry in said if entry["t"] == "event"})
    parties = [
        party
        for start in range(0, len(kids), _SOME)
        for party in connection.execute(_SIGNERS, {"kids": kids[start : start + _SOME]}).scalars()
    ]
    found: dict[int, list[Any]] = {}
    for start in range(0, len(parties), _SOME):
        for row in connection.execute(_EVENTS, {"parties": parties[start : start + _SOME], "ids": ids}):
            found.setdefault(row.id, []).append(row)
    return found


def _touched(connection: Connection, reader: Reader, row: Any) -> Iterator[ItemKey]:
    """Items whose flags an event may change: those it names, those of the event it declares wrong, and what a container held."""
    rows = [row]
    if row.is_declaration:
        rows += captured.events_by_uri(connection, row.party_id, row.event_uri)
    for each in rows:
        event = captured.sealed(each)["event"]
        keys = items.keys(event)
        yield from (key for key, _ in keys)
        if event["type"] == "AggregationEvent" and event.get("action") == "DELETE" and not any(role == items.CHILD for _, role in keys):
            for key, role in keys:
                if role == items.PARENT:
                    yield from reader.packed_into(key)


def _changes(connection: Connection, keys: Sequence[ItemKey], now: int) -> Changes:
    reader, changes = Reader(connection), Changes([], [])
    for start in range(0, len(keys), _SOME):
        some = keys[start : start + _SOME]
        there = _there(connection, some)
        for history in reader.histories(some):
            _compare(there.get(name(history.key), {}), judge(history), history.key, now, changes)
    return changes._replace(more=[(*row[:6], spelled, *row[7:]) for row, spelled in _spelled(connection, changes.more)])


def _there(connection: Connection, keys: Sequence[ItemKey]) -> dict[Name, dict[Flag, Any]]:
    """The flags there are, by item."""
    classes: dict[tuple[int, int], list[str]] = {}
    for key in keys:
        classes.setdefault((key.issuer, key.class_key), []).append(key.instance)
    found: dict[Name, dict[Flag, Any]] = {}
    for (issuer, class_key), instances in classes.items():
        for row in connection.execute(_FLAGS, {"issuer": issuer, "class_key": class_key, "instances": instances}):
            flag = Flag(row.party_id, row.event_id, row.code, row.other_event)
            found.setdefault((issuer, class_key, row.instance), {})[flag] = row
    return found


def _compare(there: dict[Flag, Any], flags: Sequence[Flag], key: ItemKey, now: int, changes: Changes) -> None:
    wanted = set(flags)
    changes.away.extend(tuple(getattr(row, column) for column in _KEY) for flag, row in there.items() if flag not in wanted)
    changes.more.extend(
        (flag.party_id, flag.event_id, flag.code, *name(key), key.text, flag.other, now) for flag in flags if flag not in there
    )


def _spelled(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """New flags with the identifier as the event names it; each event is read once."""
    by_event: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    for row in rows:
        by_event.setdefault(row[:2], []).append(row)
    for (party_id, event_id), flags in by_event.items():
        event = captured.sealed(captured.events_by_id(connection, party_id, [event_id])[event_id])["event"]
        wanted = {row[3:6] for row in flags}
        spellings = {found: uri for uri, _ in items.named(event) if (found := name(item_key(uri))) in wanted}
        yield from ((row, spellings.get(row[3:6], row[6])) for row in flags)


def _portions(changes: Changes, following: int) -> Iterator[tuple[Changes, int | None]]:
    """What is kept in one transaction each; the position moves with the last."""
    away, more = changes
    while len(away) + len(more) > MOST_ROWS:
        part = Changes(away[:MOST_ROWS], more[: MOST_ROWS - len(away[:MOST_ROWS])])
        away, more = away[len(part.away) :], more[len(part.more) :]
        yield part, None
    yield Changes(away, more), following


def _keep(tx: Tx, start: int, changes: Changes, following: int | None) -> bool:
    """Keep a portion; False, and nothing kept, when another process moved the position."""
    here = (FlagFollower.name == NAME) & (FlagFollower.next_position == start)
    if not tx.execute(update(FlagFollower).where(here).values(next_position=start if following is None else following)).rowcount:
        if start or tx.execute(_NEXT).first() is not None:
            return False
        tx.execute(insert(FlagFollower).values(name=NAME, next_position=following or 0))
    if changes.away:
        tx.execute(_DELETE, [{f"old_{column}": value for column, value in zip(_KEY, row, strict=True)} for row in changes.away])
    tx.insert(table(EventFlag), _COLUMNS, changes.more)
    return True
