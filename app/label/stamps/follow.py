"""The states of stamps follow the log: whoever records by event that goods were made or sold need not say it again for their stamps.

The log gives every event a dense position, so nothing is missed: a pass reads the positions after the last one that was handled, whatever
was committed late. Only events of the organisation that gave the stamps out count. An event that names stamps moves them from every state
but void; other events (destroyed, decommissioned) are seen in the journey and leave the state as it is. An event that gives a stamp without
a batch one that is registered assigns it. An event declared wrong moves nothing, and what it has moved goes back (`taken_back`). Two
processes may pass at once: the position is moved in the transaction that moves the stamps, and the later one begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, insert, or_, select, update
from sqlalchemy.engine import Connection

from app.capture import fate, items
from app.capture import find as captured
from app.capture.model import Event
from app.catalogue.model import Lot
from app.errors import Refusal
from app.identify.read import identify
from app.label.model import LabelJob, StampFollower
from app.label.stamps import shift, taken_back
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

_SALE, _SOLD = taken_back.SALE, taken_back.RETAIL_SOLD
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
        or_(
            Event.is_declaration.is_(True),
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

_LOTS = select(Lot.lot).where(
    Lot.party_id == bindparam("party_id"), Lot.gtin == bindparam("gtin"), Lot.lot.in_(bindparam("lots", expanding=True))
)


class Named(NamedTuple):
    """A stamp of an organisation as an event names it: the state that it says, and the batch ("" where it says none, or several)."""

    party_id: int
    gtin: str
    serial: str
    state: str
    lot: str


class Move(NamedTuple):
    """Where stamps of a job go; lot: the batch of those that have none yet, or ""."""

    state: str
    party_id: int
    job_id: int
    lot: str
    positions: list[int]


def follow(on: Runtime) -> int:
    """One pass: move the stamps that the next events of the log name; returns how many positions were handled, 0 at the end of the log."""
    with on.store.reading() as connection:
        start = int(connection.execute(_NEXT).scalar() or 0)
        leaves = list(connection.execute(_LEAVES, {"start": start, "count": BATCH}))
        if not leaves:
            return 0
        following = leaves[-1].position + 1
        named, declared = _named(connection, [row.subject for row in leaves])
        moves, back = _moves(connection, named), _moves(connection, _unsaid(connection, declared))
    for move in moves:
        for lot in dict.fromkeys((move.lot or None, None)):  # with their batch those that may have it, then all the others
            _move(move, Wish(move.state, on.clock.now(), lot=lot, kind=FOLLOWED, patient=True), on)
    for move in reversed(back):  # what was sold before what was made
        _take_back(move, on)
    try:
        return len(leaves) if on.store.write(lambda tx: _advance(tx, start, following)) else 1
    except AlreadyThere:  # the first pass of two processes at once
        return 1


def _move(move: Move, wish: Wish, on: Runtime) -> None:
    for wanted in _portions(move):
        on.store.write(lambda tx, wanted=wanted: shift.shift(tx, move.party_id, move.job_id, wanted, wish))  # type: ignore[misc]  # bound now


def _take_back(move: Move, on: Runtime) -> None:
    now = on.clock.now()
    for wanted in _portions(move):
        on.store.write(lambda tx, wanted=wanted: taken_back.take_back(tx, move.party_id, move.job_id, wanted, move.state, now))  # type: ignore[misc]  # bound now


def _portions(move: Move) -> list[list[shift.Span]]:
    return [shift.spans(move.positions[start : start + MOST]) for start in range(0, len(move.positions), MOST)]


def _advance(tx: Tx, start: int, following: int) -> bool:
    """Move the position on; False when another process did so before."""
    mine = (StampFollower.name == NAME) & (StampFollower.next_position == start)
    if tx.execute(update(StampFollower).where(mine).values(next_position=following)).rowcount:
        return True
    if tx.execute(_NEXT).first() is not None:
        return False
    tx.execute(insert(StampFollower).values(name=NAME, next_position=following))
    return True


def _moves(connection: Connection, named: Iterable[Named]) -> list[Move]:
    """Where named stamps stand, by job: first what was made, then what was sold."""
    wanted: dict[tuple[str, int, str, str], list[str]] = {}
    for each in named:
        wanted.setdefault((each.state, each.party_id, each.gtin, each.lot), []).append(each.serial)
    registered = _registered(connection, wanted)
    found = []
    for (state, party_id, gtin, lot), serials in sorted(wanted.items()):  # "activated" stands before "sold"
        known = lot if (party_id, gtin, lot) in registered else ""
        for job_id, positions in sorted(shift.places_of(connection, party_id, gtin, serials).items()):
            found.append(Move(state, party_id, job_id, known, sorted(positions.values())))
    return found


def _registered(connection: Connection, wanted: Iterable[tuple[str, int, str, str]]) -> set[tuple[int, str, str]]:
    """The batches among these that are registered."""
    lots: dict[tuple[int, str], set[str]] = {}
    for _, party_id, gtin, lot in wanted:
        if lot:
            lots.setdefault((party_id, gtin), set()).add(lot)
    found = set()
    for (party_id, gtin), names in lots.items():
        listed = sorted(names)
        for start in range(0, len(listed), _PARTIES_AT_ONCE):
            asked = {"party_id": party_id, "gtin": gtin, "lots": listed[start : start + _PARTIES_AT_ONCE]}
            found |= {(party_id, gtin, lot) for lot in connection.execute(_LOTS, asked).scalars()}
    return found


def _named(connection: Connection, subjects: Sequence[int]) -> tuple[list[Named], list[Named]]:
    """The trade items with serial numbers that events of label makers say are made or sold; then those of events declared wrong."""
    rows = list(_rows(connection, subjects))
    uris: dict[int, set[str]] = {}
    for row in rows:
        uris.setdefault(row.party_id, set()).add(row.event_uri)
    wrong = {(party_id, uri) for party_id, names in uris.items() for uri in fate.declared_wrong(connection, party_id, names)}
    named = [each for row in rows if (row.party_id, row.event_uri) not in wrong for each in _of_event(row)]
    declared = dict.fromkeys((row.party_id, row.event_uri) for row in rows if row.is_declaration)
    events = [row for party_id, uri in declared for row in captured.events_by_uri(connection, party_id, uri)]
    return named, [each for row in events if not row.is_declaration for each in _of_event(row)]


def _unsaid(connection: Connection, declared: Sequence[Named]) -> list[Named]:
    """Those of the stamps that no other event says the same of."""
    wanted: dict[tuple[int, str, str], list[str]] = {}
    for each in declared:
        wanted.setdefault((each.party_id, each.gtin, each.state), []).append(each.serial)
    said = {key: taken_back.still_said(connection, *key, serials) for key, serials in wanted.items()}
    return [each for each in declared if each.serial not in said[each.party_id, each.gtin, each.state]]


def _rows(connection: Connection, subjects: Sequence[int]) -> Iterator[Any]:
    parties = list(connection.execute(_PARTIES).scalars())
    wanted = set(subjects)
    for lowest, highest in _stretches(subjects):
        for start in range(0, len(parties), _PARTIES_AT_ONCE):
            asked = {"parties": parties[start : start + _PARTIES_AT_ONCE], "lowest": lowest, "highest": highest}
            yield from (row for row in connection.execute(_EVENTS, asked) if row.id in wanted)


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
    event = items.usual(captured.sealed(row)["event"])
    sold = row.biz_step == _SALE or row.disposition == _SOLD
    made = row.kind == "TransformationEvent" or (row.kind == "ObjectEvent" and row.action == "ADD")
    lots = fate.master_lots(event)
    for gtin, serial, beside, role in _serials(event):
        if made and role in taken_back.MADE_ROLES:
            told = set(lots) | ({beside} if beside else set())
            yield Named(row.party_id, gtin, serial, ACTIVATED, told.pop() if len(told) == 1 else "")
        if sold and role in taken_back.SOLD_ROLES:
            yield Named(row.party_id, gtin, serial, SOLD, "")


def _serials(event: Mapping[str, Any]) -> Iterator[tuple[str, str, str, int]]:
    """GTIN, serial number, batch beside it and part in the event of its trade items, however they are spelled."""
    for uri, role in items.named(event):
        if role not in taken_back.SOLD_ROLES:
            continue
        try:
            values = dict(identify(uri).path)
        except Refusal:  # an identifier of somebody else's making is welcome in an event, and names no stamp
            continue
        if "01" in values and "21" in values:
            yield values["01"], values["21"], values.get("10", ""), role
