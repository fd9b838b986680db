"""Finished files of a run handed out: one part, or all as one archive. Blank stamps in them are printed from then on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.label.jobs.print_job import released
from app.label.runs import archive, find, runs
from app.label.runs.refusals import NoSuchRunFile
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime


def one(job_id: int, run_id: int, part: int, *, by: Actor, on: Runtime, only_head: bool = False) -> Any:
    """A part, from 1, as a row of `label_file`; only_head: its bytes do not go out. Raises NoSuchRun, NoSuchRunFile."""
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        run = find.run(connection, party_id, job_id, run_id)
        row = find.file(connection, party_id, run_id, part)
    released(job_id, *runs.span_of(run, part), by=by, on=on, only_head=only_head)
    return row


def whole(job_id: int, run_id: int, *, by: Actor, on: Runtime, only_head: bool = False) -> tuple[str, Iterator[bytes]]:
    """Name and bytes of the archive of every part, once all are there. Raises NoSuchRun, NoSuchRunFile."""
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        run = find.run(connection, party_id, job_id, run_id)
    if run.state != runs.DONE:
        raise NoSuchRunFile(days=runs.KEPT_DAYS)
    released(job_id, runs.span_of(run, 1)[0], runs.span_of(run, run.parts)[1], by=by, on=on, only_head=only_head)
    return f"labels-{job_id}-{run.form}.zip", archive.stream(party_id, run_id, run.parts, on=on)
