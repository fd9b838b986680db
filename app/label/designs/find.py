"""Reads of the designs of an organisation's labels."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Row

from app.label.designs.refusals import NoSuchDesign
from app.label.model import LabelDesign

_BRIEF = tuple(column for column in LabelDesign.__table__.columns if column.name != "logo")


def designs(connection: Connection, party_id: int) -> list[Row[Any]]:
    """The designs in use by name, without their logos."""
    mine = (LabelDesign.party_id == party_id) & LabelDesign.removed_at.is_(None)
    return list(connection.execute(select(*_BRIEF).where(mine).order_by(LabelDesign.name, LabelDesign.design_id)))


def design(connection: Connection, party_id: int, design_id: int, *, removed: bool = False) -> Row[Any]:
    """One design with its logo; removed: also one that was removed, for jobs that were asked for with it. Raises NoSuchDesign."""
    mine = (LabelDesign.party_id == party_id) & (LabelDesign.design_id == design_id)
    row = connection.execute(select(LabelDesign.__table__).where(mine)).first()
    if row is None or (row.removed_at is not None and not removed):
        raise NoSuchDesign(design=str(design_id))
    return row


def count(connection: Connection, party_id: int) -> int:
    """How many designs an organisation has in use."""
    mine = (LabelDesign.party_id == party_id) & LabelDesign.removed_at.is_(None)
    return connection.execute(select(func.count()).select_from(LabelDesign).where(mine)).scalar_one()
