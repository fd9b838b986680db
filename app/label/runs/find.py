"""Reads of the runs of label jobs and of their files."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Row

from app.label import find as jobs
from app.label.model import LabelFile, LabelRun
from app.label.runs.refusals import NoSuchRun, NoSuchRunFile

SHOWN = 20
"""Runs on the page of a job; older ones have lost their files long ago."""


def check_job(connection: Connection, party_id: int, job_id: int) -> None:
    """Refuse a job that the organisation has not; raises NoSuchJob."""
    jobs.plain_job(connection, party_id, job_id)


def runs(connection: Connection, party_id: int, job_id: int) -> list[Row[Any]]:
    """The newest runs of a job, newest first."""
    mine = (LabelRun.party_id == party_id) & (LabelRun.job_id == job_id)
    return list(connection.execute(select(LabelRun.__table__).where(mine).order_by(LabelRun.run_id.desc()).limit(SHOWN)))


def run(connection: Connection, party_id: int, job_id: int, run_id: int) -> Row[Any]:
    """One run of a job; raises NoSuchRun."""
    mine = (LabelRun.party_id == party_id) & (LabelRun.run_id == run_id) & (LabelRun.job_id == job_id)
    row = connection.execute(select(LabelRun.__table__).where(mine)).first()
    if row is None:
        raise NoSuchRun(run=str(run_id))
    return row


def files(connection: Connection, party_id: int, run_id: int) -> list[Row[Any]]:
    """The finished files of a run in their order, with `size` in bytes and without their content."""
    columns = (LabelFile.part, LabelFile.name, LabelFile.media_type, LabelFile.labels, LabelFile.made_at)
    mine = (LabelFile.party_id == party_id) & (LabelFile.run_id == run_id)
    size = func.length(LabelFile.content).label("size")
    return list(connection.execute(select(*columns, size).where(mine).order_by(LabelFile.part)))


def file(connection: Connection, party_id: int, run_id: int, part: int) -> Row[Any]:
    """A finished file with its content; raises NoSuchRunFile."""
    mine = (LabelFile.party_id == party_id) & (LabelFile.run_id == run_id) & (LabelFile.part == part)
    row = connection.execute(select(LabelFile.__table__).where(mine)).first()
    if row is None:
        raise NoSuchRunFile(days=7)
    return row


def kept_bytes(connection: Connection, party_id: int) -> int:
    """How many bytes the files of an organisation take."""
    return int(
        connection.execute(
            select(func.coalesce(func.sum(func.length(LabelFile.content)), 0)).where(LabelFile.party_id == party_id)
        ).scalar_one()
    )


def before(connection: Connection, run: Row[Any]) -> int:
    """How many open runs of all organisations are older; they take turns, so it is an upper bound of a wait."""
    older = LabelRun.state.in_(("waiting", "drawing")) & (LabelRun.run_id < run.run_id)
    return int(connection.execute(select(func.count()).select_from(LabelRun).where(older)).scalar_one())
