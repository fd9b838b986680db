"""What the threads beside the server have not done yet for labels: numbers to draw, files to draw, events for stamps to follow."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from app.label.model import LabelJob, LabelRun, StampFollower
from app.ledger import find as log_find


class Backlog(NamedTuple):
    """What waits. events: positions of the log; jobs, serials: numbers that were promised and are not drawn; runs: files."""

    events: int
    jobs: int
    serials: int
    runs: int


def backlog(connection: Connection) -> Backlog:
    """What waits now, of all organisations; each is a look at an index of what is left."""
    log = log_find.state(connection)
    followed = connection.execute(select(func.max(StampFollower.next_position))).scalar() or 0
    left = (LabelJob.drawn < LabelJob.count) & LabelJob.given.is_(False)
    jobs = connection.execute(select(func.count(), func.coalesce(func.sum(LabelJob.count - LabelJob.drawn), 0)).where(left)).one()
    runs = connection.execute(select(func.count()).select_from(LabelRun).where(LabelRun.state.in_(("waiting", "drawing")))).scalar_one()
    return Backlog(max(0, (log.size if log else 0) - followed), int(jobs[0]), int(jobs[1]), runs)
