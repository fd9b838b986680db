"""Files of a job made in the background: asked for, stopped, gone on with, cleared.

Life of a run: 1. everything that can be refused is refused, one label is drawn and read back, the run waits; 2. some process holds it
for half a minute at a time and draws part after part, each kept with `done` in one transaction; 3. a process that dies lets go when its
time is up, and the next goes on with the part after the last that was kept; 4. files stay for a week, and can be made anew when wanted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from app.label import find as jobs
from app.label.drawing.layouts import layout as paper
from app.label.drawing.printer import HEADS, USUAL_HEAD, millimetres
from app.label.drawing.refusals import PlaceUnknown
from app.label.drawing.sheet import RESOLUTIONS, make_svg
from app.label.jobs import print_job
from app.label.model import LabelFile, LabelRun
from app.label.refusals import NothingToPrint, ResolutionUnknown
from app.label.runs import run_parts
from app.label.runs.find import run as find_run
from app.label.runs.refusals import FormUnknown, RunEnded, RunsWaiting, RunTooLarge, SpanWrong
from app.label.runs.run_parts import FORMS, How
from app.label.stamps.refusals import StillDrawing
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.keys import new_id
from app.store.work import Tx

WAITING, DRAWING, DONE, FAILED, STOPPED, CLEARED = "waiting", "drawing", "done", "failed", "stopped", "cleared"
OPEN = (WAITING, DRAWING)

MOST_LABELS = 100_000
"""Of one run: some minutes of work and up to 200 MB; a table for a print house may have a million rows."""

MOST_ROWS = 1_000_000
MOST_WAITING = 5
"""Runs of one organisation that are not done."""

KEPT_DAYS = 7


def start_run(  # noqa: PLR0913  # a printer has as many settings
    job_id: int,
    form: str,
    *,
    by: Actor,
    on: Runtime,
    layout: str = "",
    dpi: int | None = None,
    dx: str = "0",
    dy: str = "0",
    first_place: int = 0,
    first: int = 1,
    last: int | None = None,
) -> int:
    """Have all files of a job made, or those of its places `first` to `last`; returns the number of the run.

    dx, dy: calibration in millimetres as typed; first_place: places of the first sheet that are used already. Raises NoSuchJob,
    StillDrawing, FormUnknown, LayoutUnknown, ResolutionUnknown, OffsetTooFar, PlaceUnknown, SpanWrong, RunTooLarge, RunsWaiting,
    NothingToPrint, and what the first label raises when it is drawn.
    """
    party_id = permit(by, Permission.LABEL_JOB_WRITE)
    plan = print_job.plan(job_id, by=by, on=on)
    if plan.job.drawn < plan.job.count:
        raise StillDrawing(drawn=plan.job.drawn, count=plan.job.count)
    right, down = millimetres(dx, dy)
    dpi = USUAL_HEAD if dpi is None and form in HEADS else dpi
    layout = layout or plan.layout
    how = How(first, plan.job.count if last is None else last, dpi, right, down, first_place)
    _check(form, layout, how, plan.job.count)
    _try(plan, form, layout, how, on)
    parts = run_parts.spans(form, layout, how)
    run_id, now = new_id(), on.clock.now()

    def run(tx: Tx) -> int:
        _room(tx.connection, party_id)
        values = {"party_id": party_id, "run_id": run_id, "job_id": job_id, "form": form, "layout": layout, "asked": how.as_json()}
        sizes = {"labels": how.last - how.first + 1, "parts": len(parts), "done": 0}
        tx.execute(insert(LabelRun).values(**values, **sizes, state=WAITING, created_by=by.person_id, created_at=now))
        return run_id

    return on.store.write(run)


def _check(form: str, layout: str, how: How, count: int) -> None:
    if form not in FORMS:
        raise FormUnknown(pointer="/form", form=form[:20], known=", ".join(FORMS))
    on_paper = paper(layout)
    if how.dpi is not None and how.dpi not in RESOLUTIONS:
        raise ResolutionUnknown(pointer="/dpi", dpi=how.dpi, known=", ".join(map(str, RESOLUTIONS)))
    if not 0 <= how.first_place < on_paper.on_a_page:
        raise PlaceUnknown(pointer="/first_place", place=how.first_place, last=on_paper.on_a_page - 1)
    if not 1 <= how.first <= how.last <= count:
        raise SpanWrong(pointer="/first", first=how.first, last=how.last, count=count)
    most = MOST_ROWS if form == "csv" else MOST_LABELS
    if how.last - how.first + 1 > most:
        raise RunTooLarge(pointer="/last", count=how.last - how.first + 1, limit=most)


def _try(plan: print_job.Plan, form: str, layout: str, how: How, on: Runtime) -> None:
    """Draw one label: what does not fit is refused now and not in the middle of the night."""
    with on.store.reading() as connection:
        found = print_job.some(connection, plan.job)
    if found is None:
        raise NothingToPrint
    if form != "csv":
        make_svg(plan.label(found[1], found[0]), paper(layout), how.dpi)


def _room(connection: Connection, party_id: int) -> None:
    mine = (LabelRun.party_id == party_id) & LabelRun.state.in_(OPEN)
    if connection.execute(select(func.count()).select_from(LabelRun).where(mine)).scalar_one() >= MOST_WAITING:
        raise RunsWaiting(most=MOST_WAITING)


def stop_run(job_id: int, run_id: int, *, by: Actor, on: Runtime) -> None:
    """Draw no further part; those that are done stay. Raises NoSuchRun, RunEnded."""
    party_id = permit(by, Permission.LABEL_JOB_WRITE)

    def run(tx: Tx) -> None:
        row = find_run(tx.connection, party_id, job_id, run_id)
        if row.state not in OPEN:
            raise RunEnded(state=row.state)
        tx.execute(update(LabelRun).where(*_one(party_id, run_id)).values(state=STOPPED, held_until=None))

    on.store.write(run)


def go_on(job_id: int, run_id: int, *, by: Actor, on: Runtime) -> None:
    """Go on with a run that was stopped or failed, or make the files anew that were cleared. Raises NoSuchRun, RunEnded, RunsWaiting."""
    party_id = permit(by, Permission.LABEL_JOB_WRITE)

    def run(tx: Tx) -> None:
        row = find_run(tx.connection, party_id, job_id, run_id)
        if row.state not in (STOPPED, FAILED, CLEARED):
            raise RunEnded(state=row.state)
        _room(tx.connection, party_id)
        tx.execute(update(LabelRun).where(*_one(party_id, run_id)).values(state=WAITING, problem=None, held_until=None, finished_at=None))

    on.store.write(run)


def clear_run(job_id: int, run_id: int, *, by: Actor, on: Runtime) -> None:
    """Take the files of a run away; they can be made anew. Raises NoSuchRun, RunEnded while it goes on."""
    party_id = permit(by, Permission.LABEL_JOB_WRITE)

    def run(tx: Tx) -> None:
        row = find_run(tx.connection, party_id, job_id, run_id)
        if row.state in OPEN:
            raise RunEnded(state=row.state)
        cleared(tx, party_id, run_id)

    on.store.write(run)


def clear_old(*, on: Runtime) -> int:
    """Take away the files of runs that ended a week ago, one run in a transaction; returns of how many runs."""
    before = on.clock.now() - timedelta(days=KEPT_DAYS)
    with on.store.reading() as connection:
        old = _ended_before(connection, before)
    for row in old:
        on.store.write(lambda tx, row=row: cleared(tx, row.party_id, row.run_id))  # type: ignore[misc]  # bound now
    return len(old)


def _ended_before(connection: Connection, before: datetime) -> list[Any]:
    ended = LabelRun.state.in_((DONE, FAILED, STOPPED)) & (func.coalesce(LabelRun.finished_at, LabelRun.created_at) < before)
    return list(connection.execute(select(LabelRun.party_id, LabelRun.run_id).where(ended).limit(100)))


def cleared(tx: Tx, party_id: int, run_id: int) -> None:
    """Without files, within a transaction."""
    tx.execute(delete(LabelFile).where(LabelFile.party_id == party_id, LabelFile.run_id == run_id))
    tx.execute(update(LabelRun).where(*_one(party_id, run_id)).values(state=CLEARED, done=0, held_until=None))


def _one(party_id: int, run_id: int) -> tuple[Any, ...]:
    return LabelRun.party_id == party_id, LabelRun.run_id == run_id


def span_of(run: Any, number: int) -> tuple[int, int]:
    """First and last place of a part of a run, from 1."""
    return run_parts.spans(run.form, run.layout, run_parts.asked(run.asked))[number - 1]


def part_of(run: Any, number: int, *, on: Runtime) -> tuple[run_parts.RunPart, str]:
    """A part of a run, from 1, ready to be drawn, and the name of its file; run: a row of `label_run`."""
    how = run_parts.asked(run.asked)
    span = span_of(run, number)
    with on.store.reading() as connection:
        plan = print_job.plan_of(connection, jobs.plain_job(connection, run.party_id, run.job_id), on)
        found = print_job.numbered(connection, plan.job, *span)
    labels = tuple(plan.label(serial, place) for place, serial in found)
    places = tuple(place for place, _ in found)
    first_place = how.first_place if number == 1 else 0
    part = run_parts.RunPart(run.form, run.layout, how, labels, places, plan.job.per_roll, plan.goods.stem, first_place)
    return part, run_parts.file_name(plan.job.gtin, plan.job.lot, span, run.form)
