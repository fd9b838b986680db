"""How many stamps stand in which state: of a job, of a batch, of an organisation's jobs together; reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.engine import Connection, Row

from app.catalogue.model import Product
from app.label.model import LabelJob, Serial, StampChange

STATES = ("blank", "printed", "assigned", "activated", "sold", "void")
"""The life of a stamp in its order; void is where any of them may end."""

PAGE = 20
"""Jobs on one page: each of them is counted, and one may have a million stamps."""

MOST_JOBS = 200
"""Jobs that are looked through for the stamps of one batch."""

Counts = dict[str, int]


def _counts(rows: Sequence[Any]) -> Counts:
    found = dict.fromkeys(STATES, 0)
    for row in rows:
        found[row.state] = found.get(row.state, 0) + row.stamps
    return found


def of_jobs(connection: Connection, party_id: int, job_ids: Sequence[int]) -> dict[int, Counts]:
    """Stamps in each state, job by job; answered from the index of positions alone."""
    statement = (
        select(Serial.job_id, Serial.state, func.count().label("stamps"))
        .where(Serial.party_id == party_id, Serial.job_id.in_(list(job_ids)))
        .group_by(Serial.job_id, Serial.state)
    )
    rows = list(connection.execute(statement))
    return {job_id: _counts([row for row in rows if row.job_id == job_id]) for job_id in job_ids}


def jobs_of_lot(connection: Connection, party_id: int, gtin: str, lot: str) -> list[Row[Any]]:
    """The jobs whose labels carry a batch or whose blank stamps were assigned to it, newest first, at most `MOST_JOBS`."""
    assigned = select(StampChange.job_id).where(StampChange.party_id == party_id, StampChange.lot == lot)
    own = LabelJob.lot == lot
    statement = (
        select(LabelJob.__table__)
        .where(LabelJob.party_id == party_id, LabelJob.gtin == gtin)
        .where(or_(own, and_(LabelJob.lot == "", LabelJob.job_id.in_(assigned))))
        .order_by(LabelJob.job_id.desc())
        .limit(MOST_JOBS)
    )
    return list(connection.execute(statement))


def of_lot(connection: Connection, party_id: int, jobs: Sequence[Any], lot: str) -> Counts:
    """Stamps of a batch in each state, of the jobs that `jobs_of_lot` found.

    A job for the batch is counted whole; of blank stamps only the positions between the first and the last that were assigned to it.
    """
    found = _counts([])
    for counts in of_jobs(connection, party_id, [job.job_id for job in jobs if job.lot == lot]).values():
        found = {state: found[state] + counts[state] for state in found}
    for job_id, first, last in _assigned(connection, party_id, [job.job_id for job in jobs if job.lot != lot], lot):
        mine = (Serial.party_id == party_id) & (Serial.job_id == job_id) & Serial.position.between(first, last) & (Serial.lot == lot)
        rows = connection.execute(select(Serial.state, func.count().label("stamps")).where(mine).group_by(Serial.state))
        counts = _counts(list(rows))
        found = {state: found[state] + counts[state] for state in found}
    return found


def _assigned(connection: Connection, party_id: int, job_ids: Sequence[int], lot: str) -> list[Any]:
    """Between which positions of each job stamps were ever assigned to a batch."""
    mine = and_(StampChange.party_id == party_id, StampChange.job_id.in_(list(job_ids)), StampChange.lot == lot)
    ends = (func.min(StampChange.first), func.max(StampChange.last))
    return list(connection.execute(select(StampChange.job_id, *ends).where(mine).group_by(StampChange.job_id)))


def labelled(connection: Connection, party_id: int, gtin: str, lot: str) -> int:
    """How many labels that are not void carry a batch and its expiry; stamps that were blank when printed carry neither."""
    jobs: list[Any] = [job for job in jobs_of_lot(connection, party_id, gtin, lot) if job.lot == lot]
    counted = of_jobs(connection, party_id, [job.job_id for job in jobs if job.serialised])
    alike = sum(job.count for job in jobs if not job.serialised)
    return int(alike) + sum(sum(counts.values()) - counts["void"] for counts in counted.values())


def jobs(connection: Connection, party_id: int, *, gtin: str = "", state: str = "", page: int = 1) -> list[Row[Any]]:
    """Jobs whose labels have serial numbers, newest first, each with `product_name`; one more than `PAGE`.

    gtin: only of this product; state: only jobs that have a stamp in this state.
    """
    statement: Select[Any] = (
        select(LabelJob.__table__, Product.name.label("product_name"))
        .outerjoin(Product, Product.gtin == LabelJob.gtin)
        .where(LabelJob.party_id == party_id, LabelJob.serialised.is_(True))
        .order_by(LabelJob.job_id.desc())
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    )
    if gtin:
        statement = statement.where(LabelJob.gtin == gtin)
    if state:
        has = select(Serial.serial).where(Serial.party_id == party_id, Serial.job_id == LabelJob.job_id, Serial.state == state)
        statement = statement.where(has.exists())
    return list(connection.execute(statement))
