"""The first event of labelled goods: the serial numbers of stamps are on goods now (commissioning, ADD), and the stamps are active."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, timezone
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from app.capture import fate, find
from app.capture.accept import accept
from app.capture.contexts import CONTEXT
from app.capture.refusals import EventChanged
from app.catalogue import find as catalogue
from app.identify import digital_link
from app.label import find as labels
from app.label.stamps import shift
from app.label.stamps.refusals import NothingToMove, NothingToVoid, StillDrawing
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

_VIETNAM = timezone(timedelta(hours=7))


@dataclass(frozen=True, slots=True)
class Commissioned:
    """The event that says the goods were made: its capture job, its eventID, and whether it was recorded before this call."""

    capture_id: str
    event_id: str
    before: bool


MOST = 10_000
"""Most serial numbers in one event; more goods are recorded in several."""

_MADE = shift.ACTIVATED
_DONE = (shift.ACTIVATED, shift.SOLD, shift.VOID)


class _Goods(NamedTuple):
    """Stamps of one job on goods of one batch: (position, serial number) in order."""

    job: Any
    lot: Any
    stamps: list[tuple[int, str]]


def commission(job_id: int, *, by: Actor, on: Runtime) -> Commissioned:
    """Record that the goods of a label job were made: every stamp that is not void and was not recorded before.

    An ObjectEvent names up to 10,000 serial numbers with batch and expiry as instance master data (CBV 2.0); larger jobs make several. The
    eventID of the first comes from the job, so asking twice records once, and once more where it was declared wrong. The stamps are
    activated. Raises NoSuchJob, NothingToVoid when every label is void, NothingToMove when all are activated, StampsNotReady for blank
    stamps, StillDrawing.
    """
    party_id = permit(by, Permission.CAPTURE_EVENT_WRITE)
    event_id = uuid.uuid5(uuid.NAMESPACE_URL, f"truyxuat/label-job/{party_id}/{job_id}").urn
    wish = shift.Wish(_MADE, on.clock.now(), by.person_id)
    with on.store.reading() as connection:
        job = shift.check_serialised(labels.plain_job(connection, party_id, job_id))
        if job.drawn < job.count:
            raise StillDrawing(drawn=job.drawn, count=job.count)
        event_id = _not_declared_wrong(connection, party_id, event_id)
        earlier = find.events_by_uri(connection, party_id, event_id)
        recorded = _named(connection, job, find.sealed(earlier[0])["event"]) if earlier else []
    if recorded:  # the event is there; the stamps follow it, also those of a release that knew no states
        on.store.write(lambda tx: shift.shift(tx, party_id, job_id, shift.spans(recorded), replace(wish, patient=True)))
    with on.store.reading() as connection:
        goods = _goods(connection, job, [(1, job.drawn)], wish, again=True)
        void = 0 if goods else labels.job(connection, party_id, job_id).voided
    if earlier and not goods:
        return Commissioned(str(earlier[0].document_id), event_id, before=True)
    if not goods:
        raise NothingToVoid(gtin=job.gtin, count=0) if void == job.count else NothingToMove
    done = _record(goods, None if earlier else event_id, by=by, on=on)
    on.store.write(lambda tx: shift.shift(tx, party_id, job_id, _spans(goods), replace(wish, patient=True)))
    return done


def record_made(places: Mapping[int, Sequence[shift.Span]], wish: shift.Wish, *, by: Actor, on: Runtime) -> list[shift.Change]:
    """Record that goods with stamps at these positions of jobs were made, and activate the stamps; one change for each job.

    Only stamps that have a batch; their events name up to 10,000 each. A crash in between leaves events that the stamps follow later.
    Raises what `commission` and `shift.shift` raise, before anything is recorded.
    """
    party_id = permit(by, Permission.CAPTURE_EVENT_WRITE)
    with on.store.reading() as connection:
        jobs = {job_id: shift.check_serialised(labels.plain_job(connection, party_id, job_id)) for job_id in sorted(places)}
        found = {job_id: _goods(connection, job, places[job_id], wish) for job_id, job in jobs.items()}
    if not any(found.values()):
        raise NothingToMove
    for goods in found.values():
        if goods:
            _record(goods, None, by=by, on=on)
    patient = replace(wish, patient=True)
    return [_activated(party_id, job_id, goods, patient, on) for job_id, goods in found.items() if goods]


def _activated(party_id: int, job_id: int, goods: list[_Goods], wish: shift.Wish, on: Runtime) -> shift.Change:
    """The change of the stamps; theirs that the log made, when they followed the event before we came to it."""
    wanted = _spans(goods)
    change = on.store.write(lambda tx: shift.shift(tx, party_id, job_id, wanted, wish))
    if change is not None:
        return change
    with on.store.reading() as connection:
        return shift.latest(connection, party_id, job_id, wanted[0][0])


def _goods(connection: Connection, job: Any, wanted: Sequence[shift.Span], wish: shift.Wish, *, again: bool = False) -> list[_Goods]:
    """The stamps at these positions that can be activated, by batch; again: those that are already stand in nobody's way.

    Raises what stands in the way, and NoSuchLot.
    """
    runs, ready = shift.judged(connection, job, wanted, replace(wish, patient=again))
    if again:
        shift.refuse_others([run for run in runs if run.state not in _DONE and not shift.may(run.state, run.lot, wish)])
    found: dict[str, _Goods] = {}
    for run in ready:
        rows = labels.serials(connection, job.party_id, job.job_id, first=run.first, last=run.last)
        if run.lot not in found:
            found[run.lot] = _Goods(job, catalogue.lot(connection, job.party_id, job.gtin, run.lot), [])
        found[run.lot].stamps.extend((row.position, row.serial) for row in rows)
    return list(found.values())


def _spans(goods: Sequence[_Goods]) -> list[shift.Span]:
    return shift.spans(position for each in goods for position, _ in each.stamps)


def _named(connection: Connection, job: Any, event: Mapping[str, Any]) -> list[int]:
    """Positions of the stamps of a job that an event of ours names."""
    numbers = [digital_link.parse(uri).get("21") or "" for uri in event["epcList"]]
    return list(shift.places_of(connection, job.party_id, job.gtin, numbers, job_id=job.job_id).get(job.job_id, {}).values())


def _record(goods: Sequence[_Goods], event_id: str | None, *, by: Actor, on: Runtime) -> Commissioned:
    """The events of these goods; the answer is about the first. event_id: of the first, if it has one of its own."""
    done: list[Commissioned] = []
    for each in goods:
        for start in range(0, len(each.stamps), MOST):
            numbers = [serial for _, serial in each.stamps[start : start + MOST]]
            named = event_id if event_id is not None and not done else _event_id(each.job, numbers)
            with on.store.reading() as connection:
                named = _not_declared_wrong(connection, each.job.party_id, named)
            done.append(_accepted(_event(named, each.job.gtin, each.lot, numbers, on), by, on))
    return done[0]


def _event_id(job: Any, numbers: Sequence[str]) -> str:
    """The same for the same stamps of a job, so that recording them again after a crash records nothing twice."""
    told = hashlib.sha256("\n".join(numbers).encode()).hexdigest()
    return uuid.uuid5(uuid.NAMESPACE_URL, f"truyxuat/stamps/{job.party_id}/{job.job_id}/{told}").urn


def _not_declared_wrong(connection: Connection, party_id: int, event_id: str) -> str:
    """The eventID, or the next one that follows from it for what was recorded under it and then declared wrong."""
    while fate.declared_wrong(connection, party_id, [event_id]):
        event_id = uuid.uuid5(uuid.NAMESPACE_URL, event_id).urn
    return event_id


def _accepted(event: dict[str, Any], by: Actor, on: Runtime) -> Commissioned:
    event_id: str = event["eventID"]
    try:
        receipt = accept(json.dumps(event, ensure_ascii=False).encode(), by=by, on=on, bare=True)
    except EventChanged:  # recorded before, at its own time: pressed twice at one moment, or a crash before the stamps had followed
        with on.store.reading() as connection:
            (first, *_) = find.events_by_uri(connection, by.party, event_id)
        return Commissioned(str(first.document_id), event_id, before=True)
    return Commissioned(receipt.capture_id, event_id, before=receipt.events[0].known)


def _event(event_id: str, gtin: str, lot: Any, serials: list[str], on: Runtime) -> dict[str, Any]:
    """The event as a client would send it; local time, because that is what people who made the goods would write."""
    ilmd = {"cbvmda:lotNumber": lot.lot} | ({"cbvmda:itemExpirationDate": lot.expires_on} if lot.expires_on else {})
    where = {"readPoint": {"id": lot.place_uri}, "bizLocation": {"id": lot.place_uri}} if lot.place_uri else {}
    return {
        "@context": [CONTEXT],
        "type": "ObjectEvent",
        "eventID": event_id,
        "eventTime": on.clock.now().astimezone(_VIETNAM).isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+07:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": [digital_link.build((("01", gtin), ("21", serial))) for serial in serials],
        "ilmd": ilmd,
    } | where
