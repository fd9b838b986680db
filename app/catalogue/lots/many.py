"""Registering many batches at once, inside somebody else's transaction: a sheet of label jobs brings new batches with its labels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, select, tuple_

from app.catalogue.model import Lot
from app.store.work import Tx


class NewLot(NamedTuple):
    """A batch of a product of one's own; days as ISO texts, "" for none. `rules.check_lot` found nothing wrong with it."""

    gtin: str
    lot: str
    produced_on: str
    expires_on: str


def register_missing(tx: Tx, party_id: int, lots: Iterable[NewLot], at: datetime) -> None:
    """Register those of some hundred batches that nobody registered meanwhile."""
    wanted = {(each.gtin, each.lot): each for each in lots}
    if not wanted:
        return
    mine = (Lot.party_id == party_id) & tuple_(Lot.gtin, Lot.lot).in_(list(wanted))
    there = {(row.gtin, row.lot) for row in tx.execute(select(Lot.gtin, Lot.lot).where(mine))}
    rows = [
        {"party_id": party_id, "gtin": each.gtin, "lot": each.lot, "produced_on": each.produced_on or None,
         "expires_on": each.expires_on or None, "created_at": at}
        for key, each in wanted.items()
        if key not in there
    ]  # fmt: skip
    if rows:
        tx.execute(insert(Lot), rows)
