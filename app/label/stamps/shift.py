"""Moving stamps of one job from state to state inside a transaction, with the way back kept beside it.

The row of the job is locked first, so two moves of one job follow each other. What stands in the way is found before anything is changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from app.errors import Finding
from app.label.find import NoSuchJob
from app.label.model import LabelJob, Serial, StampChange
from app.label.stamps.refusals import (
    CauseUnknown,
    LotMissing,
    MoveTooLarge,
    NoSuchPosition,
    NotSerialised,
    StampsNotReady,
    StepUnknown,
)
from app.store.keys import new_id
from app.store.work import Tx

BLANK, PRINTED, ASSIGNED, ACTIVATED, SOLD, VOID = "blank", "printed", "assigned", "activated", "sold", "void"
STATES = (BLANK, PRINTED, ASSIGNED, ACTIVATED, SOLD, VOID)
CAUSES = ("spoiled", "lost", "stolen", "other")

MOST_RUNS = 20_000
"""Runs of neighbouring stamps in one change: what its way back must remember."""

_SPANS = 100
_NUMBERS = 500
_TOLD = 10

Span = tuple[int, int]


class Run(NamedTuple):
    """Neighbouring stamps that are alike; change_id: the change that brought them there, or None."""

    first: int
    last: int
    state: str
    lot: str
    change_id: int | None

    @property
    def stamps(self) -> int:
        """How many."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Wish:
    """Where stamps shall go and why.

    state: printed, assigned, activated, sold, void; lot: of an assignment; cause: of a void; person_id: who, None for the log.
    kind: what is written in the history, the state unless said. patient: stamps that cannot go are left out, and are no reason to refuse.
    """

    state: str
    at: datetime
    person_id: int | None = None
    lot: str | None = None
    cause: str | None = None
    note: str | None = None
    kind: str = ""
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A move that was recorded. stamps: how many moved; left_out: stamps between that are void and stay so."""

    change_id: int
    job_id: int
    kind: str
    first: int
    last: int
    stamps: int
    left_out: int = 0
    lot: str | None = None
    cause: str | None = None
    note: str | None = None


def check(wish: Wish) -> None:
    """Raise StepUnknown, LotMissing, CauseUnknown for a wish that names no step of a stamp's life."""
    if wish.state not in STATES or wish.state == BLANK:
        raise StepUnknown(pointer="/to", state=wish.state[:20])
    if wish.state == ASSIGNED and not wish.lot:
        raise LotMissing(pointer="/lot")
    if wish.state == VOID and wish.cause not in CAUSES:
        raise CauseUnknown(pointer="/cause", cause=(wish.cause or "")[:20])


def shift(tx: Tx, party_id: int, job_id: int, wanted: Sequence[Span], wish: Wish) -> Change | None:
    """Move the stamps of a job at these positions; None when all of them are void, or there is nothing to move for the patient.

    Raises NoSuchJob, NotSerialised, NoSuchPosition, StampsNotReady (whose findings name the positions), MoveTooLarge for too many runs.
    """
    check(wish)
    job = hold(tx, party_id, job_id)
    runs, ready = judged(tx.connection, job, wanted, wish)
    if not ready:
        return None
    change = Change(
        new_id(), job_id, wish.kind or wish.state, min(first for first, _ in wanted), max(last for _, last in wanted),
        sum(run.stamps for run in ready), sum(run.stamps for run in runs if run.state == VOID), wish.lot, wish.cause, wish.note,
    )  # fmt: skip
    record(tx, party_id, change, wish, ready)
    _change(tx, party_id, change, wish, [(run.first, run.last) for run in ready])
    return change


def judged(connection: Connection, job: Any, wanted: Sequence[Span], wish: Wish) -> tuple[list[Run], list[Run]]:
    """All runs of stamps at these positions, and those that can go; raises what `shift` raises for those that cannot."""
    _check_positions(job, wanted)
    runs = list(alike(connection, job.party_id, job.job_id, wanted))
    if len(runs) > MOST_RUNS:
        raise MoveTooLarge(count=len(runs), limit=MOST_RUNS)
    ready = [run for run in runs if may(run.state, run.lot, wish)]
    if not wish.patient:
        refuse_others([run for run in runs if run.state != VOID and not may(run.state, run.lot, wish)])
    return runs, ready


def may(state: str, lot: str, wish: Wish) -> bool:
    """Whether a stamp in this state and of this batch ("" for none) can go there.

    What the log says of goods is followed from every state but void: an event that names a stamp was recorded, whatever was clicked here.
    """
    if state == VOID:
        return False
    if wish.kind == FOLLOWED:
        from_here = {BLANK, PRINTED, ASSIGNED} if wish.state == ACTIVATED else {BLANK, PRINTED, ASSIGNED, ACTIVATED}
        return state in from_here and (wish.lot is None or lot in {"", wish.lot})
    if wish.state == PRINTED:
        return state == BLANK
    if wish.state == ASSIGNED:
        return state == PRINTED and lot in {"", wish.lot}
    if wish.state == ACTIVATED:
        return state == ASSIGNED or (state == PRINTED and lot != "")
    return state == ACTIVATED if wish.state == SOLD else True


FOLLOWED = "followed"
"""Kind of a change that an event of the log made."""

UNDO = "undo"
"""Kind of a step back."""

FOR_GOOD = (ACTIVATED, FOLLOWED, UNDO)
"""Kinds of changes that are never taken back."""


def hold(tx: Tx, party_id: int, job_id: int) -> Any:
    """The row of a job, locked until the transaction ends (SQLite's writer is alone anyway). Raises NoSuchJob, NotSerialised."""
    mine = (LabelJob.party_id == party_id) & (LabelJob.job_id == job_id)
    row = tx.execute(select(LabelJob.__table__).where(mine).with_for_update()).first()
    if row is None:
        raise NoSuchJob(job=str(job_id))
    return check_serialised(row)


def check_serialised(job: Any) -> Any:
    """The row of a job whose stamps have a life of their own; raises NotSerialised."""
    if not job.serialised:
        raise NotSerialised
    return job


def latest(connection: Connection, party_id: int, job_id: int, position: int) -> Change:
    """The change that last moved the stamp at a position, which has moved before."""
    there = and_(Serial.party_id == party_id, Serial.job_id == job_id, Serial.position == position)
    moved = select(Serial.change_id).where(there).scalar_subquery()
    mine = and_(StampChange.party_id == party_id, StampChange.change_id == moved)
    row = connection.execute(select(StampChange.__table__).where(mine)).one()
    return Change(row.change_id, job_id, row.kind, row.first, row.last, row.stamps, 0, row.lot, row.cause, row.note)


def spans(positions: Mapping[str, int] | Iterable[int]) -> list[Span]:
    """Positions as runs of neighbours, in order."""
    found: list[Span] = []
    for position in sorted(positions.values() if isinstance(positions, Mapping) else positions):
        if found and position <= found[-1][1] + 1:
            found[-1] = (found[-1][0], position)
        else:
            found.append((position, position))
    return found


def places_of(
    connection: Connection, party_id: int, gtin: str, numbers: Sequence[str], *, job_id: int | None = None
) -> dict[int, dict[str, int]]:
    """Where serial numbers of a product stand: {job: {serial number: position}}; those never given out are left out."""
    found: dict[int, dict[str, int]] = {}
    for start in range(0, len(numbers), _NUMBERS):
        mine = (Serial.party_id == party_id) & (Serial.gtin == gtin) & Serial.serial.in_(list(numbers[start : start + _NUMBERS]))
        if job_id is not None:
            mine &= Serial.job_id == job_id
        for row in connection.execute(select(Serial.job_id, Serial.serial, Serial.position).where(mine)):
            found.setdefault(row.job_id, {})[row.serial] = row.position
    return found


def _check_positions(job: Any, wanted: Sequence[Span]) -> None:
    for first, last in wanted:
        if not 1 <= first <= last <= job.drawn:
            raise NoSuchPosition(pointer="/first", first=first, last=last, count=job.drawn)


def within(wanted: Sequence[Span]) -> Any:
    """The condition that a stamp stands in one of the spans."""
    return or_(*(and_(Serial.position >= first, Serial.position <= last) for first, last in wanted))


def alike(connection: Connection, party_id: int, job_id: int, wanted: Sequence[Span]) -> Iterable[Run]:
    """The stamps of these positions as runs of neighbours that are alike: a million stamps are one row, if nothing happened to them."""
    same_in = (Serial.state, Serial.lot, Serial.change_id)
    for start in range(0, len(wanted), _SPANS):
        mine = and_(Serial.party_id == party_id, Serial.job_id == job_id, within(wanted[start : start + _SPANS]))
        place = func.row_number().over(partition_by=same_in, order_by=Serial.position)
        islands = select(Serial.position, *same_in, (Serial.position - place).label("island")).where(mine).subquery()
        same = (islands.c.state, islands.c.lot, islands.c.change_id, islands.c.island)
        first = func.min(islands.c.position).label("first")
        statement = select(first, func.max(islands.c.position).label("last"), *same[:3]).group_by(*same).order_by(first)
        yield from (Run(*row) for row in connection.execute(statement))


def refuse_others(others: Sequence[Run]) -> None:
    """Raise StampsNotReady for stamps that stand in the way; nothing for none."""
    if not others:
        return
    findings = [_finding(run) for run in others[:_TOLD]]
    stamps = sum(run.stamps for run in others)
    told = ", ".join(shown(run) for run in others[:_TOLD]) + (", …" if len(others) > _TOLD else "")
    raise StampsNotReady(findings=findings, stamps=stamps, positions=told)


def shown(run: Run) -> str:
    """Positions as people write them: "12" or "12-14"."""
    return str(run.first) if run.first == run.last else f"{run.first}-{run.last}"


def _finding(run: Run) -> Finding:
    pointer, told = f"/positions/{shown(run)}", {"positions": shown(run), "lot": run.lot or "-"}
    if run.state == BLANK:
        return Finding("label.stamps-are-blank", pointer=pointer, params=told)
    if run.state == PRINTED:
        return Finding("label.stamps-are-printed", pointer=pointer, params=told)
    if run.state == ASSIGNED:
        return Finding("label.stamps-are-assigned", pointer=pointer, params=told)
    if run.state == ACTIVATED:
        return Finding("label.stamps-are-activated", pointer=pointer, params=told)
    return Finding("label.stamps-are-sold", pointer=pointer, params=told)


def record(tx: Tx, party_id: int, change: Change, wish: Wish, moved: Sequence[Run] | None) -> None:
    """Keep a change; moved: the stamps as they were, None for a step back."""
    before = None if moved is None else json.dumps([list(run) for run in moved], separators=(",", ":"), ensure_ascii=False)
    values = {
        "party_id": party_id,
        "change_id": change.change_id,
        "job_id": change.job_id,
        "kind": change.kind,
        "first": change.first,
        "last": change.last,
        "stamps": change.stamps,
        "state": wish.state,
        "lot": wish.lot,
        "cause": wish.cause,
        "note": wish.note,
        "before": before,
        "changed_by": wish.person_id,
        "changed_at": wish.at,
    }
    tx.execute(insert(StampChange).values(values))


def _change(tx: Tx, party_id: int, change: Change, wish: Wish, moved: Sequence[Span]) -> None:
    values: dict[str, Any] = {"state": wish.state, "change_id": change.change_id}
    if wish.lot is not None:
        values["lot"] = wish.lot
    if wish.state == VOID:
        values |= {"voided_at": wish.at, "void_reason": wish.note}
    for start in range(0, len(moved), _SPANS):
        mine = and_(Serial.party_id == party_id, Serial.job_id == change.job_id, within(moved[start : start + _SPANS]))
        tx.execute(update(Serial).where(mine).values(values))
