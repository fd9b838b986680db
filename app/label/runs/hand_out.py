"""Finished files of a run handed out: one part, or all as one archive. Blank stamps in them are printed from then on.

A file is older than what happened to its stamps: one that still has stamps made void since is kept back, so that they are not printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from app.label import find as jobs
from app.label.jobs.print_job import released
from app.label.model import Serial
from app.label.runs import archive, find, runs
from app.label.runs.refusals import FileEmpty, FileOutdated, NoSuchRunFile
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime


def one(job_id: int, run_id: int, part: int, *, by: Actor, on: Runtime, only_head: bool = False) -> Any:
    """A part, from 1, as a row of `label_file`; only_head: its bytes do not go out.

    Raises NoSuchRun, NoSuchRunFile, FileOutdated, FileEmpty.
    """
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        run = find.run(connection, party_id, job_id, run_id)
        row = find.file(connection, party_id, run_id, part)
        if row.labels == 0:
            raise FileEmpty
        _check_current(connection, run, [row])
    released(job_id, *runs.span_of(run, part), by=by, on=on, only_head=only_head)
    return row


def whole(job_id: int, run_id: int, *, by: Actor, on: Runtime, only_head: bool = False) -> tuple[str, Iterator[bytes]]:
    """Name and bytes of the archive of every part, once all are there. Raises NoSuchRun, NoSuchRunFile, FileOutdated, FileEmpty."""
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        run = find.run(connection, party_id, job_id, run_id)
        if run.state != runs.DONE:
            raise NoSuchRunFile(days=runs.KEPT_DAYS)
        made = find.files(connection, party_id, run_id)
        if not any(row.labels for row in made):
            raise FileEmpty
        _check_current(connection, run, made)
    released(job_id, runs.span_of(run, 1)[0], runs.span_of(run, run.parts)[1], by=by, on=on, only_head=only_head)
    return f"labels-{job_id}-{run.form}.zip", archive.stream(party_id, run_id, run.parts, on=on)


def _check_current(connection: Connection, run: Any, made: Sequence[Any]) -> None:
    """Raises FileOutdated when a stamp in these files was made void after its file was drawn, or while it was."""
    if not jobs.plain_job(connection, run.party_id, run.job_id).serialised:
        return
    void = (Serial.party_id == run.party_id) & (Serial.job_id == run.job_id) & (Serial.state == "void")
    gone = 0
    for row in made:
        first, last = runs.span_of(run, row.part)
        there = select(func.count().label("every"), func.count().filter(Serial.voided_at > row.made_at).label("since"))
        found = connection.execute(there.select_from(Serial).where(void, Serial.position.between(first, last))).one()
        gone += max(found.since, found.every - (last - first + 1 - row.labels))
    if gone:
        raise FileOutdated(count=gone)
