"""The states of stamps follow the log: whoever records by event that goods were made or sold need not say it again for their stamps.

The log gives every event a dense position, so nothing is missed: a pass reads the positions after the last one that was handled, whatever
was committed late. Only events of the organisation that gave the stamps out count. An event that names stamps moves them from every state
but void; other events (destroyed, decommissioned) are seen in the journey and leave the state as it is. Two processes may pass at once:
the position is moved in the transaction that moves the stamps, and the later one begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, insert, or_, select, update
from sqlalchemy.engine import Connection

from app.capture import find as captured
from app.capture import items
from app.capture.model import Event
from app.errors import Refusal
from app.identify.read import identify
from app.label.model import LabelJob, StampFollower
from app.label.stamps import shift
from app.label.stamps.shift import ACTIVATED, FOLLOWED, SOLD, Wish
from app.ledger.model import LogLeaf
from app.runtime import Runtime
from app.store.keys import id_at
from app.store.work import AlreadyThere, Tx

BATCH = 500
"""Positions of the log in one pass."""

MOST = 10_000
"""Stamps in one transaction; a pass with more of them uses several, and the position moves after the last."""

NAME = "states"

_SALE, _SOLD = "retail_selling", "retail_sold"
_NEXT = select(StampFollower.next_position).where(StampFollower.name == NAME)
_LEAVES = (
    select(LogLeaf.position, LogLeaf.subject)
    .where(LogLeaf.position >= bindparam("start"))
    .order_by(LogLeaf.position)
    .limit(bindparam("count"))
)
_PARTIES = select(LabelJob.party_id).distinct()
_EVENTS = (
    select(Event.__table__)
    .where(
        Event.party_id.in_(bindparam("parties", expanding=True)),
        Event.id.between(bindparam("lowest"), bindparam("highest")),
        Event.is_declaration.is_(False),
        or_(
            and_(Event.kind == "ObjectEvent", Event.action == "ADD"),
            Event.kind == "TransformationEvent",
            Event.biz_step == _SALE,
            Event.disposition == _SOLD,
        ),
    )
    .order_by(Event.id)
)
_PARTIES_AT_ONCE = 500
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_APART = id_at(_SOME_DAY + timedelta(minutes=1)) - id_at(_SOME_DAY)
"""Row ids that are more than a minute apart are looked for apart."""

Named = tuple[int, str, str, str]
"""Organisation, GTIN, serial number, and the state that an event says."""


def follow(on: Runtime) -> int:
    """One pass: move the stamps that the next events of the log name; returns how many positions were handled, 0 at the end of the log."""
    with on.store.reading() as connection:
        start = int(connection.execute(_NEXT).scalar() or 0)
        leaves = list(connection.execute(_LEAVES, {"start": start, "count": BATCH}))
        if not leaves:
            return 0
        following = leaves[-1].position + 1
        moves = _moves(connection, [row.subject for row in leaves])
    wishes = {state: Wish(state, on.clock.now(), kind=FOLLOWED, patient=True) for state in (ACTIVATED, SOLD)}
    for state, party_id, job_id, positions in moves:
        for place in range(0, len(positions), MOST):
            _move(party_id, job_id, shift.spans(positions[place : place + MOST]), wishes[state], on)
    try:
        return len(leaves) if on.store.write(lambda tx: _advance(tx, start, following)) else 1
    except AlreadyThere:  # the first pass of two processes at once
        return 1


def _move(party_id: int, job_id: int, wanted: Sequence[shift.Span], wish: Wish, on: Runtime) -> None:
    on.store.write(lambda tx: shift.shift(tx, party_id, job_id, wanted, wish))


def _advance(tx: Tx, start: int, following: int) -> bool:
    """Move the position on; False when another process did so before."""
    mine = (StampFollower.name == NAME) & (StampFollower.next_position == start)
    if tx.execute(update(StampFollower).where(mine).values(next_position=following)).rowcount:
        return True
    if tx.execute(_NEXT).first() is not None:
        return False
    tx.execute(insert(StampFollower).values(name=NAME, next_position=following))
    return True


def _moves(connection: Connection, subjects: Sequence[int]) -> list[tuple[str, int, int, list[int]]]:
    """(state, organisation, job, positions) that the events of these subjects ask for: first what was made, then what was sold."""
    wanted: dict[tuple[str, int, str], list[str]] = {}
    for party_id, gtin, serial, state in _named(connection, subjects):
        wanted.setdefault((state, party_id, gtin), []).append(serial)
    found = []
    for (state, party_id, gtin), serials in sorted(wanted.items()):  # "activated" stands before "sold"
        for job_id, positions in sorted(shift.places_of(connection, party_id, gtin, serials).items()):
            found.append((state, party_id, job_id, sorted(positions.values())))
    return found


def _named(connection: Connection, subjects: Sequence[int]) -> Iterator[Named]:
    """The trade items with serial numbers that events of label makers say are made or sold."""
    parties = list(connection.execute(_PARTIES).scalars())
    wanted = set(subjects)
    for lowest, highest in _stretches(subjects):
        for start in range(0, len(parties), _PARTIES_AT_ONCE):
            asked = {"parties": parties[start : start + _PARTIES_AT_ONCE], "lowest": lowest, "highest": highest}
            for row in connection.execute(_EVENTS, asked):
                if row.id in wanted:
                    yield from _of_event(row)


def _stretches(subjects: Sequence[int]) -> list[tuple[int, int]]:
    """Subjects as stretches of time: events of one pass lie together, and a key entry, whose subject is an old organisation, apart."""
    found: list[tuple[int, int]] = []
    for subject in sorted(subjects):
        if found and subject - found[-1][1] < _APART:
            found[-1] = (found[-1][0], subject)
        else:
            found.append((subject, subject))
    return found


def _of_event(row: Any) -> Iterator[Named]:
    event = captured.sealed(row)["event"]
    sold = row.biz_step == _SALE or row.disposition == _SOLD
    made = row.kind == "TransformationEvent" or (row.kind == "ObjectEvent" and row.action == "ADD")
    for gtin, serial in _serials(event, _SOLD_ROLES if sold else _MADE_ROLES):
        if made:
            yield row.party_id, gtin, serial, ACTIVATED
        if sold:
            yield row.party_id, gtin, serial, SOLD


_MADE_ROLES = (items.EPC, items.OUTPUT)
_SOLD_ROLES = (items.EPC, items.CHILD, items.OUTPUT)


def _serials(event: Mapping[str, Any], roles: Iterable[int]) -> Iterator[tuple[str, str]]:
    """GTIN and serial number of the trade items that take one of these parts in an event, however they are spelled."""
    for uri, role in items.named(event):
        if role not in roles:
            continue
        try:
            values = dict(identify(uri).path)
        except Refusal:  # an identifier of somebody else's making is welcome in an event, and names no stamp
            continue
        if "01" in values and "21" in values:
            yield values["01"], values["21"]
