"""Keeping designs of labels: made, changed, copied, removed, and the removal taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from app.label.designs import find, rules
from app.label.designs.logo import MEDIA_TYPE, reencode
from app.label.designs.refusals import DesignsFull, NameTaken
from app.label.model import LabelDesign
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.keys import new_id
from app.store.work import Tx

MOST = 50
"""Designs in use: as many as people still find their way among."""


def make(values: Mapping[str, Any], logo: bytes | None = None, *, by: Actor, on: Runtime) -> int:
    """Keep a new design and return its number; logo: a file as it was uploaded.

    Raises DesignWrong, NameTaken, DesignsFull, the refusals of a logo.
    """
    party_id = permit(by, Permission.LABEL_DESIGN_WRITE)
    row = _row(rules.draft(values, reencode(logo) if logo else None))
    design_id, now = new_id(), on.clock.now()

    def run(tx: Tx) -> int:
        _room(tx.connection, party_id, row["name"])
        tx.execute(insert(LabelDesign).values(party_id=party_id, design_id=design_id, created_at=now, changed_at=now, **row))
        return design_id

    return on.store.write(run)


def change(design_id: int, values: Mapping[str, Any], *, by: Actor, on: Runtime) -> None:
    """Change everything of a design but its logo. Raises NoSuchDesign, DesignWrong, NameTaken."""
    party_id = permit(by, Permission.LABEL_DESIGN_WRITE)
    row = _row(rules.draft(values))
    row = {name: row[name] for name in ("name", "layout", "carrier", "texts")}
    now = on.clock.now()

    def run(tx: Tx) -> None:
        find.design(tx.connection, party_id, design_id)
        _free(tx.connection, party_id, row["name"], design_id)
        tx.execute(update(LabelDesign).where(*_one(party_id, design_id)).values(changed_at=now, **row))

    on.store.write(run)


def set_logo(design_id: int, raw: bytes | None, *, by: Actor, on: Runtime) -> None:
    """Keep an uploaded file as the logo of a design, or with None take the logo away. Raises NoSuchDesign, those of a logo."""
    party_id = permit(by, Permission.LABEL_DESIGN_WRITE)
    kept = None if raw is None else reencode(raw)
    values = {"logo": kept, "logo_type": MEDIA_TYPE if kept else None, "changed_at": on.clock.now()}

    def run(tx: Tx) -> None:
        find.design(tx.connection, party_id, design_id)
        tx.execute(update(LabelDesign).where(*_one(party_id, design_id)).values(values))

    on.store.write(run)


def copy(design_id: int, *, by: Actor, on: Runtime) -> int:
    """Keep a second design that differs by its name alone; returns its number. Raises NoSuchDesign, DesignsFull."""
    party_id = permit(by, Permission.LABEL_DESIGN_WRITE)
    fresh, now = new_id(), on.clock.now()

    def run(tx: Tx) -> int:
        row = find.design(tx.connection, party_id, design_id)._asdict()
        row["name"] = rules.next_name(row["name"], (each.name for each in find.designs(tx.connection, party_id)))
        _room(tx.connection, party_id, row["name"])
        tx.execute(insert(LabelDesign).values(row | {"design_id": fresh, "created_at": now, "changed_at": now}))
        return fresh

    return on.store.write(run)


def remove(design_id: int, *, by: Actor, on: Runtime) -> None:
    """Take a design out of use; jobs that were asked for with it keep it, and `restore` brings it back. Raises NoSuchDesign."""
    party_id = permit(by, Permission.LABEL_DESIGN_WRITE)
    now = on.clock.now()

    def run(tx: Tx) -> None:
        find.design(tx.connection, party_id, design_id)
        tx.execute(update(LabelDesign).where(*_one(party_id, design_id)).values(removed_at=now))

    on.store.write(run)


def restore(design_id: int, *, by: Actor, on: Runtime) -> None:
    """Take a removal back; one that is in use stays as it is. Raises NoSuchDesign, NameTaken, DesignsFull."""
    party_id = permit(by, Permission.LABEL_DESIGN_WRITE)

    def run(tx: Tx) -> None:
        row = find.design(tx.connection, party_id, design_id, removed=True)
        if row.removed_at is not None:
            _room(tx.connection, party_id, row.name)
            tx.execute(update(LabelDesign).where(*_one(party_id, design_id)).values(removed_at=None))

    on.store.write(run)


def _row(made: rules.Draft) -> dict[str, Any]:
    logo = made.wishes.logo
    said = {"name": made.name, "layout": made.layout, "carrier": str(made.carrier), "texts": made.wishes.as_json()}
    return said | {"logo": logo, "logo_type": MEDIA_TYPE if logo else None}


def _one(party_id: int, design_id: int) -> tuple[Any, ...]:
    return LabelDesign.party_id == party_id, LabelDesign.design_id == design_id


def _room(connection: Connection, party_id: int, name: str) -> None:
    if find.count(connection, party_id) >= MOST:
        raise DesignsFull(most=MOST)
    _free(connection, party_id, name)


def _free(connection: Connection, party_id: int, name: str, but: int | None = None) -> None:
    mine = (LabelDesign.party_id == party_id) & (LabelDesign.name == name) & LabelDesign.removed_at.is_(None)
    holder = connection.execute(select(LabelDesign.design_id).where(mine)).scalar()
    if holder not in (None, but):
        raise NameTaken(pointer="/name", name=name)
