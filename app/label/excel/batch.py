"""Many small jobs in one transaction, with the lots that are new: a job by itself costs two commits and a dozen questions.

A job is made exactly as `stamps.issue` makes it, which a test compares column by column; what cannot be made together is left to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from app.catalogue.lots.many import NewLot, register_missing
from app.label.excel.planned import Planned
from app.label.model import LabelJob, Serial
from app.label.stamps import ranges
from app.label.stamps.ranges import Source
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.columns import to_micros
from app.store.keys import new_id
from app.store.tables import table
from app.store.work import Tx

MOST = 200
"""Jobs of one transaction, and the labels they have together: tenths of a second of the writer's time."""
MOST_LABELS = 10_000

_COLUMNS = ("party_id", "gtin", "serial", "lot", "job_id", "state", "created_at", "position")


def is_small(row: Planned) -> bool:
    """Whether a row may be made together with others: it is new, and its serial numbers are few and nobody's choice."""
    return row.made is None and not row.wish.numbers and row.wish.count <= MOST_LABELS


def batches(rows: Sequence[Planned]) -> Iterator[list[Planned]]:
    """Rows in their order, together as far as they may be; a row that may not is alone."""
    batch: list[Planned] = []
    labels = 0
    for row in rows:
        if batch and (not is_small(row) or len(batch) == MOST or labels + row.wish.count > MOST_LABELS):
            yield batch
            batch, labels = [], 0
        if is_small(row):
            batch.append(row)
            labels += row.wish.count
        else:
            yield [row]
    if batch:
        yield batch


def issue_together(rows: Sequence[Planned], *, by: Actor, on: Runtime) -> dict[int, int]:
    """Jobs by row number of small rows that were judged a moment ago; all of them or none.

    Raises AlreadyThere where a serial number or the origin of a row exists, and what `ranges.count` raises.
    """
    party_id, now = permit(by, Permission.LABEL_JOB_WRITE), on.clock.now()
    with on.store.reading() as connection:
        gtins = {row.gtin for row in rows if row.serialised}
        sources = {gtin: ranges.source(connection, party_id, gtin, None, on=on) for gtin in gtins}
    jobs = [(row, _job(row, sources.get(row.gtin, ranges.LOOSE), by, now)) for row in rows]
    lots = [NewLot(row.gtin, row.wish.lot, row.days.produced, row.days.expiry) for row in rows if row.new_lot and row.days]

    def run(tx: Tx) -> None:
        register_missing(tx, party_id, lots, now)
        made, given = [], []
        for row, values in jobs:
            source = sources.get(row.gtin, ranges.LOOSE) if row.serialised else ranges.LOOSE
            first = None if source.range_id is None else ranges.count(tx, party_id, source.range_id, row.wish.count)
            made.append(values | {"range_first": first})
            given += _serials(values, source, first or 0) if row.serialised else []
        tx.execute(insert(LabelJob), made)
        given.sort()  # by product and serial number: neighbours in the index are written together
        tx.insert(table(Serial), _COLUMNS, given)

    on.store.write(run)
    return {row.wish.row: values["job_id"] for row, values in jobs}


def _job(row: Planned, source: Source, by: Actor, now: datetime) -> dict[str, Any]:
    wish, look = row.wish, row.look
    return {
        "job_id": new_id(), "party_id": by.party, "origin": row.origin, "gtin": row.gtin, "lot": wish.lot, "count": wish.count,
        "drawn": wish.count, "serialised": row.serialised, "range_id": source.range_id if row.serialised else None,
        "per_roll": wish.per_roll, "layout": look.layout or None, "design_id": look.design_id, "carrier": row.carrier,
        "note": wish.note or None, "created_at": now, "created_by": by.person_id,
    }  # fmt: skip


def _serials(job: dict[str, Any], source: Source, first: int) -> list[tuple[Any, ...]]:
    """Rows of `serial` of one job, in the order in which they are printed."""
    state, at = "printed" if job["lot"] else "blank", to_micros(job["created_at"])
    drawn = source.draw(first, job["count"])
    return [(job["party_id"], job["gtin"], serial, job["lot"], job["job_id"], state, at, place) for place, serial in enumerate(drawn, 1)]
