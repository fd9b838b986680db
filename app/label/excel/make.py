"""Making the jobs of a sheet, a portion at a time; a row that was made before is never made again.

Life of an import: 1. the whole sheet is judged, and with "all or nothing" nothing begins while one row is wrong; 2. each row becomes a
job with the digest of its meaning as origin, and its lot is registered in the same transaction where it is new; 3. what is left is told.
A crash leaves the jobs that were made, the next call with the same sheet makes the others, and finishes a job whose serial numbers were
not all drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.catalogue.lots.many import NewLot, register_missing
from app.errors import Conflict, Finding, Refusal, Unavailable
from app.label.excel.batch import batches, is_small, issue_together
from app.label.excel.judge import judge
from app.label.excel.planned import Judged, Planned
from app.label.excel.refusals import JobSheetWrong
from app.label.stamps import issue
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

PORTION = 2_500
"""Rows made by one press of a button, some seconds of work."""

PORTION_LABELS = 100_000
"""Labels after which a portion ends, because each has a serial number to be drawn and kept."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an import came to.

    judged: the sheet as it was found; jobs: of rows made now, by row; failed: rows whose refusal the dry run could not foresee; left: how
    many rows wait for the next portion.
    """

    judged: Judged
    jobs: dict[int, int]
    failed: list[Finding]
    left: int


def make(raw: bytes, kind: str, *, skip_wrong: bool, by: Actor, on: Runtime, most: int | None = None) -> Done:
    """Make the jobs of a sheet; skip_wrong: those of its good rows, else of all or none; most: rows of a portion, None for everything.

    Raises what `judge` raises, and JobSheetWrong with the findings.
    """
    permit(by, Permission.LABEL_JOB_WRITE)
    judged = judge(raw, kind, by=by, on=on)
    if judged.findings and not skip_wrong:
        raise JobSheetWrong(findings=judged.findings, count=len(judged.findings), rows=judged.wrong_rows)
    open_ = [row for row in judged.rows if row.state in {"new", "begun"}]
    portion = open_ if most is None else list(_portion(open_, most))
    if any(row.new_lot for row in portion):
        permit(by, Permission.CATALOGUE_LOT_WRITE)
    jobs: dict[int, int] = {}
    failed: list[Finding] = []
    for batch in batches(portion):
        made, refused = _made(batch, by=by, on=on)
        jobs |= made
        failed += refused
    return Done(judged, jobs, failed, len(open_) - len(portion))


def _portion(rows: Iterable[Planned], most: int) -> Iterator[Planned]:
    """The first rows, until they are many or make many labels; one at least."""
    labels = 0
    for place, row in enumerate(rows):
        labels += row.wish.count
        if place and (place >= most or labels > PORTION_LABELS):
            return
        yield row


def _made(batch: list[Planned], *, by: Actor, on: Runtime) -> tuple[dict[int, int], list[Finding]]:
    """Jobs by row, and rows that were refused: together where that is possible, else one by one.

    What may be better in a moment (Unavailable) is raised: the same sheet sent again goes on from there.
    """
    if is_small(batch[0]):
        try:
            return issue_together(batch, by=by, on=on), []
        except Conflict:
            pass  # a row was made meanwhile, a serial number or a range has no room: each row by itself tells which
    jobs: dict[int, int] = {}
    failed: list[Finding] = []
    for row in batch:
        try:
            jobs[row.wish.row] = _alone(row, by=by, on=on)
        except Unavailable:
            raise
        except Refusal as refusal:
            failed.append(Finding(refusal.code, f"row={row.wish.row}", None, refusal.params))
    return jobs, failed


def _alone(row: Planned, *, by: Actor, on: Runtime) -> int:
    """The job of a row, new or finished, and its lot."""
    wish = row.wish
    numbers = wish.numbers or None
    if row.made is not None:
        return issue.resume(row.made.job_id, by=by, on=on, numbers=numbers).job_id
    if row.new_lot and row.days is not None:
        lot = NewLot(row.gtin, wish.lot, row.days.produced, row.days.expiry)
        on.store.write(lambda tx: register_missing(tx, by.party, [lot], on.clock.now()))
    made = issue.issue(
        row.gtin, wish.lot, wish.count, by=by, on=on, serialised=row.serialised, numbers=numbers, per_roll=wish.per_roll,
        carrier=row.carrier, layout=row.look.layout or None, design_id=row.look.design_id, note=wish.note or None, origin=row.origin,
    )  # fmt: skip
    return made.job_id
