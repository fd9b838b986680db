"""Reads of recall notices."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection, Row

from app.recall.model import RecallNotice
from app.recall.refusals import NoSuchNotice

WHOLE_PRODUCT = ""
"""The lot of a notice that concerns every lot of a product."""

_IN_FORCE = (
    select(RecallNotice.__table__)
    .where(
        RecallNotice.party_id == bindparam("party_id"),
        RecallNotice.gtin == bindparam("gtin"),
        RecallNotice.lot.in_(bindparam("lots", expanding=True)),
        RecallNotice.withdrawn_at.is_(None),
    )
    .order_by(RecallNotice.lot.desc(), RecallNotice.notice_id.desc())
    .limit(1)
)


def in_force(connection: Connection, party_id: int, gtin: str, *lots: str | None) -> Row[Any] | None:
    """The notice that concerns these lots of a product now: one on a lot before one on the whole product, the newest first.

    party_id: whose product it is; lots: none, or every lot a code may mean (registered and printed).
    """
    wanted = sorted({WHOLE_PRODUCT, *(lot for lot in lots if lot)})
    return connection.execute(_IN_FORCE, {"party_id": party_id, "gtin": gtin, "lots": wanted}).first()


def notices(connection: Connection, party_id: int, count: int = 200) -> list[Row[Any]]:
    """The notices of an organisation, newest first."""
    statement = select(RecallNotice.__table__).where(RecallNotice.party_id == party_id).order_by(RecallNotice.notice_id.desc()).limit(count)
    return list(connection.execute(statement))


def notice(connection: Connection, party_id: int, notice_id: int) -> Row[Any]:
    """One notice of an organisation; raises NoSuchNotice."""
    statement = select(RecallNotice.__table__).where(RecallNotice.party_id == party_id, RecallNotice.notice_id == notice_id)
    row = connection.execute(statement).first()
    if row is None:
        raise NoSuchNotice(notice=str(notice_id))
    return row
