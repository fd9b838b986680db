"""Reads of stamps: rolls and spoilage, their history, ranges, SSCCs, and the life of one serial number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Text, and_, case, cast, func, literal, literal_column, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.orm import aliased

from app.label import find
from app.label.find import NoSuchSerial
from app.label.model import LabelJob, Serial, SerialRange, Sscc, StampChange
from app.label.stamps.shift import CAUSES, FOR_GOOD, STATES, UNDO
from app.label.stamps.sscc import of_party
from app.store.columns import from_micros, to_micros
from app.store.keys import parse_id
from app.store.tables import table

PAGE = 50
"""Rolls, changes or SSCCs on one page."""

_IS_VOID = Serial.state == literal_column("'void'")
"""In the words of the index of void stamps, so that both planners use it."""


@dataclass(frozen=True, slots=True)
class Roll:
    """A roll of a job, from 1, at positions `first` to `last`; the whole job counts as one roll where it was not divided.

    counts: stamps in each state; causes: void stamps by cause (spoiled, lost, stolen, other).
    """

    number: int
    first: int
    last: int
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    causes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CAUSES, 0))


@dataclass(frozen=True, slots=True)
class Spoilage:
    """Stamps of a product and batch ("" for none yet) that were given out, and how many of them are void for which cause."""

    gtin: str
    lot: str
    stamps: int
    causes: dict[str, int]

    @property
    def void(self) -> int:
        """All that are void."""
        return sum(self.causes.values())

    @property
    def rate(self) -> float:
        """The share that is void, 0 to 1."""
        return self.void / self.stamps if self.stamps else 0.0


def rolls(connection: Connection, party_id: int, job_id: int, page: int = 1) -> list[Roll]:
    """A page of the rolls of a job, each with its stamps by state; only those of the page are counted. Raises NoSuchJob."""
    job: Any = find.plain_job(connection, party_id, job_id)
    size = job.per_roll or max(1, job.count)
    start = (max(1, page) - 1) * PAGE
    numbers = range(start, min(start + PAGE, -(-job.count // size)))
    found = {number: Roll(number + 1, number * size + 1, min((number + 1) * size, job.count)) for number in numbers}
    if found and job.serialised:
        _count(connection, job, size, found)
    return list(found.values())


def totals(connection: Connection, party_id: int, job_id: int) -> Roll:
    """The stamps of a whole job by state. Raises NoSuchJob."""
    job: Any = find.plain_job(connection, party_id, job_id)
    whole = Roll(1, 1, job.count)
    if job.serialised:
        _count(connection, job, max(1, job.count), {0: whole})
    return whole


def roll_count(job: Any) -> int:
    """How many rolls a job has."""
    return -(-int(job.count) // int(job.per_roll or max(1, job.count)))


def _count(connection: Connection, job: Any, size: int, found: dict[int, Roll]) -> None:
    """Fill rolls that follow each other: states from the index of positions alone, causes from the few stamps that are void."""
    first, last = min(roll.first for roll in found.values()), max(roll.last for roll in found.values())
    mine = and_(Serial.party_id == job.party_id, Serial.job_id == job.job_id)
    there = Serial.position.between(first, last)
    number = ((Serial.position - 1) // size).label("number")
    counted = select(number, Serial.state, func.count().label("stamps")).where(mine, there).group_by(number, Serial.state)
    for row in connection.execute(counted):
        found[row.number].counts[row.state] += row.stamps
    cause = _cause().label("cause")
    void = select(number, cause, func.count().label("stamps")).outerjoin_from(Serial, StampChange, _CHANGE).where(mine, there, _IS_VOID)
    for row in connection.execute(void.group_by(number, cause)):
        found[row.number].causes[row.cause] += row.stamps


_CHANGE = (StampChange.party_id == Serial.party_id) & (StampChange.change_id == Serial.change_id)


def _cause() -> Any:
    """Why a stamp is void; one that was voided before causes were asked for is "other"."""
    return case((StampChange.cause.in_(CAUSES), StampChange.cause), else_="other")


def spoilage(connection: Connection, party_id: int, gtin: str | None = None, lot: str | None = None) -> list[Spoilage]:
    """Void stamps by product, batch and cause, and how many stamps there were; only products and batches with void stamps.

    Stamps of a batch: those of its jobs, and blank ones that were assigned to it, whose number is taken off those without a batch.
    """
    void: dict[tuple[str, str], dict[str, int]] = {}
    cause = _cause().label("cause")
    statement = select(Serial.gtin, Serial.lot, cause, func.count().label("stamps")).outerjoin_from(Serial, StampChange, _CHANGE)
    statement = statement.where(Serial.party_id == party_id, _IS_VOID, *_only(Serial, gtin, lot))
    # Job by job, which is the order of the index of void stamps: without it SQLite reads every serial number of the organisation.
    for row in connection.execute(statement.group_by(Serial.job_id, Serial.gtin, Serial.lot, cause)):
        void.setdefault((row.gtin, row.lot), dict.fromkeys(CAUSES, 0))[row.cause] += row.stamps
    given = _given(connection, party_id, gtin)
    return [Spoilage(*goods, given.get(goods, 0), causes) for goods, causes in sorted(void.items())]


def _given(connection: Connection, party_id: int, gtin: str | None) -> dict[tuple[str, str], int]:
    """Serial numbers given out by product and batch, from the jobs and the assignments: no stamp is looked at."""
    drawn = select(LabelJob.gtin, LabelJob.lot, func.sum(LabelJob.drawn).label("stamps"))
    drawn = drawn.where(LabelJob.party_id == party_id, LabelJob.serialised.is_(True), *_only(LabelJob, gtin, None))
    given = {(row.gtin, row.lot): int(row.stamps) for row in connection.execute(drawn.group_by(LabelJob.gtin, LabelJob.lot))}
    of_job = (LabelJob.party_id == StampChange.party_id) & (LabelJob.job_id == StampChange.job_id)
    assigned = select(LabelJob.gtin, StampChange.lot, func.sum(StampChange.stamps).label("stamps")).join_from(StampChange, LabelJob, of_job)
    assigned = assigned.where(
        StampChange.party_id == party_id, StampChange.kind == "assigned", StampChange.undone_by.is_(None), LabelJob.lot == "",
        *_only(LabelJob, gtin, None),
    )  # fmt: skip
    for row in connection.execute(assigned.group_by(LabelJob.gtin, StampChange.lot)):
        given[row.gtin, row.lot] = given.get((row.gtin, row.lot), 0) + int(row.stamps)
        given[row.gtin, ""] = given.get((row.gtin, ""), 0) - int(row.stamps)
    return given


def _only(model: Any, gtin: str | None, lot: str | None) -> Iterable[Any]:
    if gtin is not None:
        yield model.gtin == gtin
    if lot is not None:
        yield model.lot == lot


# ------------------------------------------------------------------------------------------------ history


_TOLD = [column for column in table(StampChange).columns if column.name != "before"]
"""What lists tell of a change. The way back is left where it is: of a change of many runs it has a megabyte."""


def changes(
    connection: Connection,
    party_id: int,
    job_id: int,
    before: int | None = None,
    count: int = PAGE,
    *,
    first: int = 1,
    last: int | None = None,
) -> list[Row[Any]]:
    """The changes of the stamps of a job, or of those that asked for a position from `first` to `last`; newest first."""
    mine = and_(StampChange.party_id == party_id, StampChange.job_id == job_id, StampChange.last >= first)
    if last is not None:
        mine = and_(mine, StampChange.first <= last)
    if before is not None:
        mine = and_(mine, StampChange.change_id < before)
    return list(connection.execute(select(*_TOLD).where(mine).order_by(StampChange.change_id.desc()).limit(count)))


@dataclass(frozen=True, slots=True)
class Life:
    """One stamp: its row in `serial`, its job, what happened to it, oldest first, and the state it was in before the last of that."""

    stamp: Any
    job: Any
    changes: Sequence[Any]
    was: str | None = None


def life_of(connection: Connection, party_id: int, gtin: str, serial: str) -> Life:
    """The life of a stamp of an organisation; raises NoSuchSerial.

    Changes are found by the positions they asked for, and those of a list that only passed by are left out.
    """
    mine = and_(Serial.party_id == party_id, Serial.gtin == gtin.zfill(14), Serial.serial == serial)
    stamp: Any = connection.execute(select(Serial.__table__).where(mine)).first()
    if stamp is None:
        raise NoSuchSerial(serial=serial[:40], job="-")
    asked = and_(
        StampChange.party_id == party_id, StampChange.job_id == stamp.job_id,
        StampChange.first <= stamp.position, StampChange.last >= stamp.position,
    )  # fmt: skip
    rows = list(connection.execute(select(*_TOLD).where(asked).order_by(StampChange.change_id)))
    touched = list(_touching(connection, rows, stamp.position))
    was = _state_before(connection, party_id, stamp.change_id, stamp.position)
    return Life(stamp, find.plain_job(connection, party_id, stamp.job_id), touched, was)


def _touching(connection: Connection, rows: Sequence[Any], position: int) -> Iterable[Any]:
    """Changes that moved the stamp at a position, and the steps back from these; only one that left stamps out is looked into."""
    undone: set[int] = set()
    for row in rows:
        if row.kind == UNDO:
            moved = row.change_id in undone
        else:
            whole = row.stamps == row.last - row.first + 1
            moved = whole or _state_before(connection, row.party_id, row.change_id, position) is not None
        if not moved:
            continue
        if row.undone_by is not None:
            undone.add(row.undone_by)
        yield row


def _state_before(connection: Connection, party_id: int, change_id: int | None, position: int) -> str | None:
    """The state that the stamp at a position was in before a change, None when that did not move it."""
    mine = and_(StampChange.party_id == party_id, StampChange.change_id == change_id)
    before = connection.execute(select(StampChange.before).where(mine)).scalar()
    runs: list[list[Any]] = json.loads(before) if before else []
    return next((state for first, last, state, *_ in runs if first <= position <= last), None)


def undoable(connection: Connection, rows: Sequence[Any]) -> set[int]:
    """Which of these changes of one job can still be taken back: nothing happened to their stamps since. rows: as of `changes`.

    A change remembers after which change each of its stamps came, as the last number of every run; so one question tells for all of them.
    """
    possible = [row.change_id for row in rows if row.undone_by is None and row.kind not in FOR_GOOD]
    if not possible:
        return set()
    later = aliased(StampChange)
    after = literal("%,") + cast(StampChange.change_id, Text) + literal("]%")
    took = select(later.change_id).where(
        later.party_id == StampChange.party_id, later.job_id == StampChange.job_id, later.change_id > StampChange.change_id,
        later.first <= StampChange.last, later.last >= StampChange.first, later.undone_by.is_(None), later.before.like(after),
    )  # fmt: skip
    mine = and_(StampChange.party_id == rows[0].party_id, StampChange.change_id.in_(possible))
    return set(connection.execute(select(StampChange.change_id).where(mine, ~took.exists())).scalars())


# ------------------------------------------------------------------------------------------------ ranges and SSCCs


def ranges(connection: Connection, party_id: int, gtin: str | None = None) -> list[Row[Any]]:
    """Serial ranges of an organisation, or of one product, newest first."""
    statement = select(SerialRange.__table__).where(SerialRange.party_id == party_id, *_only(SerialRange, gtin, None))
    return list(connection.execute(statement.order_by(SerialRange.range_id.desc())))


def ssccs(connection: Connection, party_id: int, count: int = PAGE, before: str = "") -> list[Row[Any]]:
    """SSCCs that an organisation gave out, newest first and by number; before: `cursor` of the last one of the page before."""
    statement = select(Sscc.__table__).where(of_party(connection, party_id))
    at, _, number = before.partition("-")
    micros = parse_id(at)
    if micros is not None and number:
        then = from_micros(micros)
        statement = statement.where((Sscc.created_at < then) | ((Sscc.created_at == then) & (Sscc.sscc > number)))
    return list(connection.execute(statement.order_by(Sscc.created_at.desc(), Sscc.sscc).limit(count)))


def cursor(row: Any) -> str:
    """Where the page after this SSCC begins."""
    return f"{to_micros(row.created_at)}-{row.sscc}"


def sscc(connection: Connection, number: str) -> Row[Any] | None:
    """An SSCC that was given out here, whosever it is, or None. number: 18 digits."""
    return connection.execute(select(Sscc.__table__).where(Sscc.issuer == int(number[1:8]), Sscc.sscc == number)).first()
