"""The declarative base of every table, with a name for every constraint so that both databases can alter it."""

from __future__ import annotations

from typing import cast

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Base of all tables; slices declare theirs in `model.py`."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


def all_tables() -> MetaData:
    """The metadata with the tables of every slice loaded."""
    import app.capture.model
    import app.catalogue.model
    import app.journey.model
    import app.label.model
    import app.ledger.model
    import app.party.model
    import app.recall.model
    import app.resolve.model
    import app.verify.model  # noqa: F401  # the imports declare the tables

    return Base.metadata


def table(model: type[Base]) -> Table:
    """The Core table of a model, for what is inserted in bulk."""
    return cast("Table", model.__table__)
