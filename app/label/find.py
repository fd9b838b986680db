"""Reads of label jobs and their serial numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, literal_column, select
from sqlalchemy.engine import Connection, Row

from app.catalogue.model import Product
from app.errors import NotFound
from app.label.model import LabelJob, Serial

PAGE = 50
"""Jobs on one page of the list."""


class NoSuchJob(NotFound):
    """The organisation has no such label job."""

    code = "label.no-such-job"


class NoSuchSerial(NotFound):
    """The job has no such serial number."""

    code = "label.no-such-serial"


def jobs(connection: Connection, party_id: int, count: int = PAGE, before: int | None = None) -> list[Row[Any]]:
    """The newest jobs, newest first, each with `product_name` and `voided` (how many of its serial numbers are void)."""
    statement = (
        select(LabelJob.__table__, Product.name.label("product_name"), _voided())
        .outerjoin(Product, Product.gtin == LabelJob.gtin)
        .where(LabelJob.party_id == party_id)
        .order_by(LabelJob.job_id.desc())
        .limit(count)
    )
    if before is not None:
        statement = statement.where(LabelJob.job_id < before)
    return list(connection.execute(statement))


def job(connection: Connection, party_id: int, job_id: int) -> Row[Any]:
    """One job with `product_name` and `voided`; raises NoSuchJob."""
    statement = (
        select(LabelJob.__table__, Product.name.label("product_name"), _voided())
        .outerjoin(Product, Product.gtin == LabelJob.gtin)
        .where(LabelJob.party_id == party_id, LabelJob.job_id == job_id)
    )
    row = connection.execute(statement).first()
    if row is None:
        raise NoSuchJob(job=str(job_id))
    return row


def plain_job(connection: Connection, party_id: int, job_id: int) -> Row[Any]:
    """One job as it is kept, without counting anything; raises NoSuchJob."""
    mine = (LabelJob.party_id == party_id) & (LabelJob.job_id == job_id)
    row = connection.execute(select(LabelJob.__table__).where(mine)).first()
    if row is None:
        raise NoSuchJob(job=str(job_id))
    return row


def undrawn(connection: Connection, after: int = 0) -> list[Row[Any]]:
    """The oldest jobs of anybody whose serial numbers are not all drawn, and need no list from outside; after: the job to go on behind."""
    left = (LabelJob.drawn < LabelJob.count) & LabelJob.given.is_(False) & (LabelJob.job_id > after)
    return list(connection.execute(select(LabelJob.__table__).where(left).order_by(LabelJob.job_id).limit(PAGE)))


def serials(
    connection: Connection,
    party_id: int,
    job_id: int,
    count: int | None = None,
    page: int = 1,
    *,
    first: int | None = None,
    last: int | None = None,
) -> list[Row[Any]]:
    """The serial numbers of a job in the order they are printed in: a page of `count`, or the positions `first` to `last`, or all.

    Positions are dense from 1, so a page far inside a job of a million is found as fast as the first.
    """
    if count is not None:
        first = (max(1, page) - 1) * count + 1
        last = first + count - 1
    mine = (Serial.party_id == party_id) & (Serial.job_id == job_id)
    if first is not None:
        mine &= Serial.position >= first
    if last is not None:
        mine &= Serial.position <= last
    return list(connection.execute(select(Serial.__table__).where(mine).order_by(Serial.position)))


def serial(connection: Connection, party_id: int, job_id: int, number: str) -> Row[Any]:
    """One serial number of a job, found by its key, of which the GTIN is a part; raises NoSuchJob, NoSuchSerial."""
    gtin = plain_job(connection, party_id, job_id).gtin
    mine = (Serial.party_id == party_id) & (Serial.gtin == gtin) & (Serial.serial == number)
    row = connection.execute(select(Serial.__table__).where(mine)).first()
    if row is None or row.job_id != job_id:
        raise NoSuchSerial(serial=number[:40], job=str(job_id))
    return row


def usable(rows: Sequence[Row[Any]]) -> list[str]:
    """The serial numbers that may still be printed."""
    return [row.serial for row in rows if row.state != "void"]


def _voided() -> Any:
    """How many stamps of a job are void, from the index of those only; the state stands in the text, so that both planners see it fits."""
    void = (Serial.party_id == LabelJob.party_id) & (Serial.job_id == LabelJob.job_id) & (Serial.state == literal_column("'void'"))
    return select(func.count()).select_from(Serial).where(void).correlate(LabelJob).scalar_subquery().label("voided")


COUNTED = 1_000
"""Jobs whose labels are counted for an overview; beyond them it says "and more"."""


def label_count(connection: Connection, party_id: int) -> tuple[int, bool]:
    """How many labels the newest jobs of an organisation made, and whether there are older jobs beside them."""
    statement = select(LabelJob.count).where(LabelJob.party_id == party_id).order_by(LabelJob.job_id.desc()).limit(COUNTED + 1)
    counts = list(connection.execute(statement).scalars())
    return sum(counts[:COUNTED]), len(counts) > COUNTED
