"""Reads of batches of SSCCs: what was given out together, and the single units with their places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from app.label.model import Sscc
from app.label.stamps.sscc import of_party
from app.label.units.refusals import NoSuchUnits, UnitsSpanWrong

PAGE = 50
"""Batches, or units, on one page."""


@dataclass(frozen=True, slots=True)
class Batch:
    """SSCCs that were given out together. first: the lowest of them; expiry: YYMMDD or None; ship_to: lines of text, "" for none."""

    batch_id: int
    count: int
    first: str
    gtin: str | None
    lot: str | None
    quantity: int | None
    expiry: str | None
    ship_to: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Unit:
    """One logistic unit at its place in the batch, from 1 in the order of the numbers."""

    place: int
    sscc: str
    voided_at: datetime | None
    void_reason: str | None


def batches(connection: Connection, party_id: int, before: int | None = None, count: int = PAGE) -> list[Batch]:
    """The batches of an organisation, newest first; before: the batch that the page before ended with."""
    statement = select(Sscc.batch_id, func.count().label("count"), func.min(Sscc.sscc).label("first")).where(of_party(connection, party_id))
    if before is not None:
        statement = statement.where(Sscc.batch_id < before)
    rows = list(connection.execute(statement.group_by(Sscc.batch_id).order_by(Sscc.batch_id.desc()).limit(count)))
    return _whole(connection, party_id, rows)


def batch(connection: Connection, party_id: int, batch_id: int) -> Batch:
    """A batch of an organisation; raises NoSuchUnits."""
    statement = select(Sscc.batch_id, func.count().label("count"), func.min(Sscc.sscc).label("first"))
    rows = list(connection.execute(statement.where(of_party(connection, party_id), Sscc.batch_id == batch_id).group_by(Sscc.batch_id)))
    if not rows:
        raise NoSuchUnits
    return _whole(connection, party_id, rows)[0]


def _whole(connection: Connection, party_id: int, rows: Sequence[Any]) -> list[Batch]:
    """Batches with what all their units share, which the row of the first unit tells."""
    listed = [row.batch_id for row in rows], [row.first for row in rows]
    first = select(Sscc.__table__).where(of_party(connection, party_id), Sscc.batch_id.in_(listed[0]), Sscc.sscc.in_(listed[1]))
    told = {row.batch_id: row for row in connection.execute(first)}
    return [
        Batch(row.batch_id, row.count, row.first, one.gtin, one.lot, one.quantity, one.expiry, one.ship_to or "", one.created_at)
        for row in rows
        for one in (told[row.batch_id],)
    ]


def units(connection: Connection, party_id: int, batch_id: int, first: int, last: int) -> list[Unit]:
    """The units at the places `first` to `last`, void ones too."""
    mine = select(Sscc.sscc, Sscc.voided_at, Sscc.void_reason).where(of_party(connection, party_id), Sscc.batch_id == batch_id)
    rows = connection.execute(mine.order_by(Sscc.sscc).offset(first - 1).limit(last - first + 1))
    return [Unit(place, row.sscc, row.voided_at, row.void_reason) for place, row in enumerate(rows, first)]


def unit(connection: Connection, party_id: int, batch_id: int, sscc: str) -> Unit:
    """One unit of a batch by its number; raises NoSuchUnits."""
    mine = of_party(connection, party_id) & (Sscc.batch_id == batch_id)
    row = connection.execute(select(Sscc.sscc, Sscc.voided_at, Sscc.void_reason).where(mine, Sscc.sscc == sscc)).first()
    if row is None:
        raise NoSuchUnits
    before = connection.execute(select(func.count()).select_from(Sscc).where(mine, Sscc.sscc < sscc)).scalar_one()
    return Unit(before + 1, row.sscc, row.voided_at, row.void_reason)


def usable(connection: Connection, party_id: int, batch_id: int) -> tuple[str | None, int]:
    """The lowest SSCC of a batch that may be printed, or None, and how many of them there are."""
    mine = of_party(connection, party_id) & (Sscc.batch_id == batch_id) & Sscc.voided_at.is_(None)
    row = connection.execute(select(func.min(Sscc.sscc), func.count()).where(mine)).one()
    return row[0], row[1]


def batch_of(connection: Connection, party_id: int, sscc: str) -> int | None:
    """The batch that an SSCC of an organisation belongs to, None for a number that it did not give out."""
    if not (sscc.isascii() and sscc.isdecimal() and len(sscc) == 18):
        return None
    mine = (Sscc.issuer == int(sscc[1:8])) & (Sscc.sscc == sscc) & (Sscc.party_id == party_id)
    return connection.execute(select(Sscc.batch_id).where(mine)).scalar()


def span(batch: Batch, first: int, last: int | None, most: int) -> tuple[int, int]:
    """The places asked for, up to `most` from the first when the last is open; raises UnitsSpanWrong."""
    end = min(batch.count, first + most - 1) if last is None else last
    if not 1 <= first <= end <= batch.count:
        raise UnitsSpanWrong(pointer="/first", first=first, last=end, count=batch.count)
    return first, end
