"""Stamps of events that were declared wrong go back to what they were before, unless another event says the same or they moved since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.engine import Connection

from app.capture import fate, items
from app.capture.model import Event, EventItem
from app.identify.item_key import key_of_path
from app.label.model import Serial, StampChange
from app.label.stamps import shift
from app.label.stamps.shift import ACTIVATED, FOLLOWED, SOLD, Change, Run, Span, Wish
from app.store.keys import new_id
from app.store.work import Tx

SALE, RETAIL_SOLD = "retail_selling", "retail_sold"
MADE_ROLES = (items.EPC, items.OUTPUT)
SOLD_ROLES = (items.EPC, items.CHILD, items.OUTPUT)

_MADE = or_(
    and_(EventItem.role == items.EPC, Event.kind == "ObjectEvent", Event.action == "ADD"),
    and_(EventItem.role == items.OUTPUT, Event.kind == "TransformationEvent"),
)
_SOLD = and_(EventItem.role.in_(SOLD_ROLES), or_(Event.biz_step == SALE, Event.disposition == RETAIL_SOLD))
_SAYING = (
    select(EventItem.instance, Event.event_uri)
    .join(Event, and_(Event.party_id == EventItem.party_id, Event.id == EventItem.id))
    .where(
        EventItem.issuer == bindparam("issuer"),
        EventItem.class_key == bindparam("class_key"),
        EventItem.instance.in_(bindparam("instances", expanding=True)),
        EventItem.party_id == bindparam("party_id"),
        Event.is_declaration.is_(False),
    )
)
_SAYS = {ACTIVATED: _SAYING.where(_MADE), SOLD: _SAYING.where(_SOLD)}
_SOME = 500


def still_said(connection: Connection, party_id: int, gtin: str, state: str, serials: Iterable[str]) -> set[str]:
    """Those serial numbers of a product that an event of its owner, not declared wrong, says are made (activated) or sold."""
    keys = {key.instance: (key, serial) for serial in serials if (key := key_of_path((("01", gtin), ("21", serial)))) is not None}
    instances, said = sorted(keys), list[Any]()
    for start in range(0, len(instances), _SOME):
        some = instances[start : start + _SOME]
        key, _ = keys[some[0]]  # one product: the same issuer and class for all
        asked = {"issuer": key.issuer, "class_key": key.class_key, "instances": some, "party_id": party_id}
        said += connection.execute(_SAYS[state], asked)
    wrong = fate.declared_wrong(connection, party_id, {row.event_uri for row in said})
    return {keys[row.instance][1] for row in said if row.event_uri not in wrong}


@dataclass(slots=True)
class _Back:
    """Stamps that go back to one state and batch: as they are now, and what they were, with the change that had brought them there."""

    now: list[Run] = field(default_factory=list)
    before: list[Run] = field(default_factory=list)


def take_back(tx: Tx, party_id: int, job_id: int, wanted: Sequence[Span], state: str, at: datetime) -> int:
    """Put the stamps at these positions back that an event brought to this state and nothing moved since; returns how many those are."""
    shift.hold(tx, party_id, job_id)
    groups: dict[tuple[str, str], _Back] = {}
    for run in list(shift.alike(tx.connection, party_id, job_id, wanted)):
        if run.state == state and run.change_id is not None:
            for was in _before(tx.connection, party_id, run, state):
                group = groups.setdefault((was.state, was.lot), _Back())
                group.now.append(run._replace(first=was.first, last=was.last))
                group.before.append(was)
    return sum(_put_back(tx, party_id, job_id, group, at) for group in groups.values())


def _before(connection: Connection, party_id: int, run: Run, state: str) -> Iterator[Run]:
    """What the stamps of a run were before the log, or recording that they were made, brought them to this state."""
    mine = and_(StampChange.party_id == party_id, StampChange.change_id == run.change_id)
    change = connection.execute(select(StampChange.kind, StampChange.state, StampChange.before).where(mine)).one()
    if change.state != state or change.kind not in {FOLLOWED, ACTIVATED}:
        return
    for values in json.loads(change.before or "[]"):
        was = Run(*values)
        first, last = max(was.first, run.first), min(was.last, run.last)
        if first <= last:
            yield was._replace(first=first, last=last)


def _put_back(tx: Tx, party_id: int, job_id: int, group: _Back, at: datetime) -> int:
    stamps = sum(run.stamps for run in group.before)
    was = group.before[0]
    first, last = min(run.first for run in group.before), max(run.last for run in group.before)
    change = Change(new_id(), job_id, FOLLOWED, first, last, stamps, lot=was.lot or None)
    shift.record(tx, party_id, change, Wish(was.state, at, lot=was.lot or None, kind=FOLLOWED), group.now)
    for run in group.before:
        there = and_(Serial.party_id == party_id, Serial.job_id == job_id, shift.within([(run.first, run.last)]))
        tx.execute(update(Serial).where(there).values(state=run.state, lot=run.lot, change_id=run.change_id))
    return stamps
