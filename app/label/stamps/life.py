"""The life of stamps: blank, printed, assigned to a batch, activated on goods, sold, or void; and one step back.

Stamps are moved by position ("roll 2, 37 to 41"), by serial number, or by what a scanner read. A step that some of the stamps cannot
take moves none of them and says which; void stamps between the others stay void and are counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.engine import Connection

from app.catalogue import find as catalogue
from app.identify.read import identify
from app.label import find
from app.label.model import Serial, StampChange
from app.label.stamps import shift
from app.label.stamps.activate import record_made
from app.label.stamps.refusals import (
    AlreadyUndone,
    CodeOfNoStamp,
    MoveTooLarge,
    NoSuchStampChange,
    NothingToMove,
    NothingToVoid,
    ReasonMissing,
    RecordedForGood,
    StampsMovedOn,
    UnknownStamps,
)
from app.label.stamps.shift import ACTIVATED, ASSIGNED, BLANK, FOLLOWED, PRINTED, UNDO, VOID, Change, Run, Wish
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.keys import new_id
from app.store.work import Tx

MOST = 100_000
"""Most stamps in one move: some seconds of the writer's time. A larger delivery is moved roll by roll."""

MOST_LISTED = 10_000
"""Most serial numbers, or scanned codes, in one move."""

PORTION = 20_000
"""Stamps in one transaction where a wish has no limit: some tenths of a second, then everybody else gets a turn."""

LONGEST_NOTE = 200
_TOLD = 5

Places = dict[int, list[shift.Span]]


def move(  # noqa: PLR0913  # the step and everything that belongs to one
    job_id: int,
    to: str,
    first: int,
    last: int,
    *,
    lot: str | None = None,
    cause: str | None = None,
    note: str | None = None,
    by: Actor,
    on: Runtime,
) -> Change:
    """Move the stamps of a job at positions `first` to `last`.

    to: printed, assigned (with a registered `lot`), activated (records that the goods were made), sold, void (with `cause` spoiled, lost,
    stolen or other). Raises NoSuchJob, NoSuchPosition, StampsNotReady with the positions that stand in the way, NothingToMove, StepUnknown,
    LotMissing, CauseUnknown, MoveTooLarge, NoSuchLot, and when activating what recording an event raises.
    """
    party_id, wish = _wish(to, lot, cause, note, by=by, on=on)
    with on.store.reading() as connection:
        job = find.plain_job(connection, party_id, job_id)
        if wish.lot is not None:
            catalogue.lot(connection, party_id, job.gtin, wish.lot)
    return _moved({job_id: [(first, last)]}, wish, party_id, by, on)[0]


def move_listed(
    gtin: str,
    numbers: Sequence[str],
    to: str,
    *,
    lot: str | None = None,
    cause: str | None = None,
    note: str | None = None,
    by: Actor,
    on: Runtime,
) -> list[Change]:
    """Move the stamps with these serial numbers of a product, all or none; one change for each job they came from.

    Raises UnknownStamps for numbers that were never given out, and what `move` raises.
    """
    party_id, wish = _wish(to, lot, cause, note, by=by, on=on)
    if len(numbers) > MOST_LISTED:
        raise MoveTooLarge(count=len(numbers), limit=MOST_LISTED)
    with on.store.reading() as connection:
        product = catalogue.own_product(connection, party_id, gtin)
        if wish.lot is not None:
            catalogue.lot(connection, party_id, product.gtin, wish.lot)
        places = shift.places_of(connection, party_id, product.gtin, numbers)
    known = {number for positions in places.values() for number in positions}
    strangers = [number for number in dict.fromkeys(numbers) if number not in known]
    if strangers:
        raise UnknownStamps(pointer="/serials", serials=", ".join(number[:40] for number in strangers[:_TOLD]), count=len(strangers))
    return _moved({job: shift.spans(positions) for job, positions in places.items()}, wish, party_id, by, on)


def move_scanned(
    codes: Sequence[str],
    to: str,
    *,
    lot: str | None = None,
    cause: str | None = None,
    note: str | None = None,
    by: Actor,
    on: Runtime,
) -> list[Change]:
    """Move the stamps that a scanner read, in whatever spelling, all of one product. Raises CodeOfNoStamp, what `move_listed` raises."""
    numbers: dict[str, list[str]] = {}
    for place, code in enumerate(codes[: MOST_LISTED + 1]):
        gtin, serial = stamp_of(code, place)
        numbers.setdefault(gtin, []).append(serial)
    if len(numbers) != 1:
        raise CodeOfNoStamp(pointer="/codes", code=", ".join(list(numbers)[:_TOLD]) or "-")
    ((gtin, serials),) = numbers.items()
    try:
        return move_listed(gtin, serials, to, lot=lot, cause=cause, note=note, by=by, on=on)
    except UnknownStamps as refusal:
        refusal.pointer = "/codes"
        raise


def stamp_of(code: str, place: int = 0) -> tuple[str, str]:
    """GTIN and serial number of a scanned code; place: which of several, from 0. Raises CodeOfNoStamp, and what reading a code raises."""
    values = dict(identify(code).path)
    if "01" not in values or "21" not in values:
        raise CodeOfNoStamp(pointer=f"/codes/{place}", code=code[:80])
    return values["01"], values["21"]


def printed(job_id: int, first: int = 1, last: int | None = None, *, by: Actor, on: Runtime) -> int:
    """Mark the blank stamps among these positions as printed, because their files were released; returns how many that were.

    Called by every verb that releases files, whichever door asked. Asked again it only reads. Who may not make labels may look at their
    files, and nothing is marked. Raises NoSuchJob.
    """
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        job = find.plain_job(connection, party_id, job_id)
        end = job.drawn if last is None else min(last, job.drawn)
        if job.lot or not job.serialised or not by.may(Permission.LABEL_JOB_WRITE):
            return 0
        ends = _ends_of_blank(connection, job, first, end)
    return 0 if ends is None else _in_portions(job, [ends], Wish(PRINTED, on.clock.now(), by.person_id, patient=True), on)


def _ends_of_blank(connection: Connection, job: Any, first: int, last: int) -> shift.Span | None:
    """The first and the last blank stamp between two positions; answered from the index of positions alone."""
    blank = and_(Serial.party_id == job.party_id, Serial.job_id == job.job_id, Serial.position.between(first, last), Serial.state == BLANK)
    ends: Any = connection.execute(select(func.min(Serial.position), func.max(Serial.position)).where(blank)).one()
    return None if ends[0] is None else (ends[0], ends[1])


def void_of_job(job_id: int, numbers: Sequence[str] | None, reason: str, *, by: Actor, on: Runtime, cause: str = "other") -> int:
    """Void some serial numbers of a job, or with None all of them, however many; returns how many were voided.

    A scan of a void stamp is suspicious from then on. In portions, because nothing can stand in the way of a void stamp: a crash leaves
    those that are done, and asked again the others follow. Raises NoSuchJob, NotSerialised, ReasonMissing, CauseUnknown, NothingToVoid,
    MoveTooLarge for a list of more than 10,000; NoSuchSerial when a number is not of this job: then none is voided.
    """
    party_id, wish = _wish(VOID, None, cause, reason, by=by, on=on)
    if wish.note is None:
        raise ReasonMissing(pointer="/reason")
    if numbers is not None and len(numbers) > MOST_LISTED:
        raise MoveTooLarge(count=len(numbers), limit=MOST_LISTED)
    with on.store.reading() as connection:
        job = shift.check_serialised(find.plain_job(connection, party_id, job_id))
        wanted = [(1, job.drawn)] if numbers is None else _listed(connection, job, numbers)
    voided = _in_portions(job, wanted, replace(wish, patient=True), on)
    if voided == 0:
        raise NothingToVoid(gtin=job.gtin, count=0 if numbers is None else len(numbers))
    return voided


def _listed(connection: Connection, job: Any, numbers: Sequence[str]) -> list[shift.Span]:
    """Where serial numbers of a job stand. Raises NoSuchSerial for the first that is not of this job."""
    positions = shift.places_of(connection, job.party_id, job.gtin, numbers, job_id=job.job_id).get(job.job_id, {})
    stranger = next((number for number in numbers if number not in positions), None)
    if stranger is not None:
        raise find.NoSuchSerial(serial=stranger[:40], job=str(job.job_id))
    return shift.spans(positions)


def _in_portions(job: Any, wanted: Sequence[shift.Span], wish: Wish, on: Runtime) -> int:
    """Move patiently, `PORTION` positions in a transaction, each a change of its own: other writers have their turn between them."""
    moved = 0
    for portion in _portions(wanted):
        change = on.store.write(lambda tx, portion=portion: shift.shift(tx, job.party_id, job.job_id, portion, wish))  # type: ignore[misc]  # bound now
        moved += 0 if change is None else change.stamps
    return moved


def _portions(wanted: Iterable[shift.Span]) -> Iterator[list[shift.Span]]:
    """Spans cut and gathered so that each portion has at most `PORTION` positions."""
    portion: list[shift.Span] = []
    room = PORTION
    for first, last in wanted:
        start = first
        while start <= last:
            end = min(last, start + room - 1)
            portion.append((start, end))
            room -= end - start + 1
            start = end + 1
            if room == 0:
                yield portion
                portion, room = [], PORTION
    if portion:
        yield portion


def _wish(to: str, lot: str | None, cause: str | None, note: str | None, *, by: Actor, on: Runtime) -> tuple[int, Wish]:
    """Whose stamps, and the wish, permitted and possible in itself."""
    party_id = permit(by, Permission.LABEL_SERIAL_VOID if to == VOID else Permission.LABEL_STAMP_WRITE)
    told = (note or "").strip()[:LONGEST_NOTE] or None
    wish = Wish(to, on.clock.now(), by.person_id, lot if to == ASSIGNED else None, cause if to == VOID else None, told)
    shift.check(wish)
    if to == ACTIVATED:
        permit(by, Permission.CAPTURE_EVENT_WRITE)
    return party_id, wish


def _moved(places: Places, wish: Wish, party_id: int, by: Actor, on: Runtime) -> list[Change]:
    """All of them in one transaction; goods that are activated are recorded as made first, because only what is recorded is active."""
    count = sum(last - first + 1 for wanted in places.values() for first, last in wanted)
    if count > MOST:
        raise MoveTooLarge(count=count, limit=MOST)
    if wish.state == ACTIVATED:
        return record_made(places, wish, by=by, on=on)

    def run(tx: Tx) -> list[Change]:
        found = [shift.shift(tx, party_id, job_id, places[job_id], wish) for job_id in sorted(places)]
        changes = [change for change in found if change is not None]
        if not changes:
            raise NothingToMove
        return changes

    return on.store.write(run)


# ------------------------------------------------------------------------------------------------ one step back


def undo(change_id: int, *, by: Actor, on: Runtime) -> Change:
    """Take back the latest change of some stamps: each is what it was before. Kept in the history as a change of its own.

    Raises NoSuchStampChange, AlreadyUndone, RecordedForGood (an event of the log says it), StampsMovedOn when some of them moved on.
    """
    party_id = permit(by, Permission.LABEL_STAMP_WRITE)
    with on.store.reading() as connection:
        row = _recorded(connection, party_id, change_id)
    permit(by, Permission.LABEL_SERIAL_VOID if row.state == VOID else Permission.LABEL_STAMP_WRITE)
    if row.kind in {ACTIVATED, FOLLOWED}:
        raise RecordedForGood
    now, person_id = on.clock.now(), by.person_id
    return on.store.write(lambda tx: _undone(tx, party_id, change_id, Wish(row.state, now, person_id)))


def _recorded(connection: Connection, party_id: int, change_id: int) -> Any:
    mine = (StampChange.party_id == party_id) & (StampChange.change_id == change_id)
    row = connection.execute(select(StampChange.__table__).where(mine)).first()
    if row is None or row.kind == UNDO:
        raise NoSuchStampChange(change=str(change_id))
    return row


def _undone(tx: Tx, party_id: int, change_id: int, wish: Wish) -> Change:
    row = _recorded(tx.connection, party_id, change_id)
    shift.hold(tx, party_id, row.job_id)
    undo_id = new_id()
    mine = (StampChange.party_id == party_id) & (StampChange.change_id == change_id) & StampChange.undone_by.is_(None)
    if tx.execute(update(StampChange).where(mine).values(undone_by=undo_id)).rowcount == 0:
        raise AlreadyUndone
    runs = [Run(*each) for each in json.loads(row.before or "[]")]
    back = sum(_put_back(tx, party_id, row.job_id, change_id, run) for run in runs)
    if back != row.stamps:
        raise StampsMovedOn(stamps=row.stamps - back)
    change = Change(undo_id, row.job_id, UNDO, row.first, row.last, row.stamps, 0, row.lot, row.cause, row.note)
    shift.record(tx, party_id, change, wish, None)
    return change


def _put_back(tx: Tx, party_id: int, job_id: int, change_id: int, run: Run) -> int:
    """The stamps of a run as they were, those that this change was the last of; how many they are."""
    there = and_(Serial.party_id == party_id, Serial.job_id == job_id, shift.within([(run.first, run.last)]))
    values = {"state": run.state, "lot": run.lot, "change_id": run.change_id, "voided_at": None, "void_reason": None}
    return tx.execute(update(Serial).where(there, Serial.change_id == change_id).values(values)).rowcount
