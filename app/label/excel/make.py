"""Making the jobs of a sheet, a portion at a time; a row that was made before is never made again.

Life of an import: 1. the whole sheet is judged, and with "all or nothing" nothing begins while one row is wrong; 2. lots that are new are
registered; 3. each row becomes a job, with the digest of its meaning as origin; 4. what is left is told. A crash leaves the jobs that were
made, the next call with the same sheet makes the others, and finishes a job whose serial numbers were not all drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from app.catalogue import register
from app.errors import Finding, Refusal, Unavailable
from app.label.excel.judge import judge
from app.label.excel.planned import Judged, Planned
from app.label.excel.refusals import JobSheetWrong
from app.label.stamps import issue
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

PORTION = 2_000
"""Rows made by one press of a button, some seconds of work."""

PORTION_LABELS = 100_000
"""Labels after which a portion ends, because each has a serial number to be drawn and kept."""

_AT_ONCE = 8
"""Jobs begun side by side: their transactions share one synced commit, which is most of what a small job costs."""

T = TypeVar("T")


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
    failed = _register(portion, by=by, on=on)
    lost = {(row.gtin, row.wish.lot) for row in portion if row.wish.row in failed}
    jobs: dict[int, int] = {}
    ready = [row for row in portion if (row.gtin, row.wish.lot) not in lost]
    for row, made in zip(ready, _side_by_side(lambda row: _job(row, by=by, on=on), ready), strict=True):
        if isinstance(made, Refusal):
            failed[row.wish.row] = made
        else:
            jobs[row.wish.row] = made
    told = [Finding(refusal.code, f"row={number}", None, refusal.params) for number, refusal in sorted(failed.items())]
    return Done(judged, jobs, told, len(open_) - len(portion))


def _portion(rows: Iterable[Planned], most: int) -> Iterator[Planned]:
    """The first rows, until they are many or make many labels; one at least."""
    labels = 0
    for place, row in enumerate(rows):
        labels += row.wish.count
        if place and (place >= most or labels > PORTION_LABELS):
            return
        yield row


def _side_by_side(work: Callable[[Planned], T], rows: list[Planned]) -> Iterator[T | Refusal]:
    """Results in the order of rows, refusals among them; what may be better in a moment (Unavailable) is raised and ends the portion."""

    def tried(row: Planned) -> T | Refusal:
        try:
            return work(row)
        except Unavailable:
            raise
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="label-sheet") as pool:
        yield from pool.map(tried, rows)


def _register(rows: list[Planned], *, by: Actor, on: Runtime) -> dict[int, Refusal]:
    """Register the lots that are new, each once; refusals by the row that named the lot first."""
    first: dict[tuple[str, str], Planned] = {}
    for row in rows:
        if row.new_lot and row.made is None:
            first.setdefault((row.gtin, row.wish.lot), row)

    def one(row: Planned) -> None:
        days = {"produced_on": row.days.produced, "expires_on": row.days.expiry} if row.days else {}
        try:
            register.register_lot(row.gtin, {"lot": row.wish.lot, **days}, by=by, on=on)
        except register.NumberTaken:
            return  # registered since the dry run, by somebody else or by this sheet sent twice at once

    new = list(first.values())
    results = zip(new, _side_by_side(one, new), strict=True)
    return {row.wish.row: result for row, result in results if isinstance(result, Refusal)}


def _job(row: Planned, *, by: Actor, on: Runtime) -> int:
    """The job of a row, new or finished."""
    wish = row.wish
    numbers = wish.numbers or None
    if row.made is not None:
        return issue.resume(row.made.job_id, by=by, on=on, numbers=numbers).job_id
    made = issue.issue(
        row.gtin, wish.lot, wish.count, by=by, on=on, serialised=row.serialised, numbers=numbers, per_roll=wish.per_roll,
        carrier=row.carrier, layout=row.look.layout or None, design_id=row.look.design_id, note=wish.note or None, origin=row.origin,
    )  # fmt: skip
    return made.job_id
