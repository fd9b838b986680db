"""A job in the hands of one process: taken for a while, held on to, ended, and taken over when its keeper has died."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.engine import Connection

from app.capture.jobs import keeper as keepers
from app.capture.jobs import parts, record, submit
from app.capture.jobs.refusals import JobBroke
from app.capture.model import CaptureJob
from app.errors import Finding
from app.runtime import Runtime
from app.store.columns import to_micros
from app.store.work import Tx

LEASE = timedelta(seconds=60)
"""How long a process may be silent and still be believed alive."""

MOST_TRIES = 5
"""A document with which work broke off as often, no further than before, is given up."""

REST = timedelta(seconds=2)
"""Before work that broke off is begun again; longer each time."""

_PARTIES = 100


class Lost(Exception):  # noqa: N818  # not a fault: another process holds the job now, or it is done
    """The job is not ours any more; what the transaction did is undone."""


class Lease:
    """A job that this process holds. row: as it was when it was taken."""

    def __init__(self, on: Runtime, row: Any, keeper: str) -> None:
        self._on, self.row, self._keeper = on, row, keeper

    @property
    def mine(self) -> Any:
        """The row, as long as it is ours."""
        row = self.row
        one = (CaptureJob.party_id == row.party_id) & (CaptureJob.job_id == row.job_id)
        return one & (CaptureJob.keeper == self._keeper) & (CaptureJob.state == record.RUNNING)

    def note(self, tx: Tx, values: dict[str, Any]) -> None:
        """Write down what was done, in the transaction that did it; raises Lost when the job is not ours any more."""
        if tx.execute(update(CaptureJob).where(self.mine).values(values)).rowcount == 0:
            raise Lost

    def beat(self, values: dict[str, Any]) -> None:
        """Tell that this process lives, and how far it is; raises Lost. Who comes further than the one before is no try in vain."""
        until = to_micros(self._on.clock.now() + LEASE)
        further = {"tried": 1} if values["seen"] > self.row.seen else {}
        self._on.store.write(lambda tx: self.note(tx, values | {"kept_until": until} | further))

    def let_go(self) -> None:
        """Leave the job to whoever comes next, at once."""
        self._leave({"keeper": None, "kept_until": None, "state": record.WAITING, "tried": CaptureJob.tried - 1})

    def postpone(self) -> None:
        """Leave the job until this hold is over: the database is busy, and that is no fault of the document."""
        self._leave({"tried": CaptureJob.tried - 1})

    def break_off(self) -> None:
        """Leave the job to be begun again after a rest, because something broke that may be whole again then."""
        until = to_micros(self._on.clock.now() + REST * self.row.tried)
        self._leave({"keeper": None, "kept_until": until, "state": record.WAITING})

    def _leave(self, values: dict[str, Any]) -> None:
        self._on.store.write(lambda tx: tx.execute(update(CaptureJob).where(self.mine).values(values)).rowcount)

    def finish(self, tx: Tx, values: dict[str, Any]) -> None:
        """The end of the job, in the transaction that did the last of it; raises Lost. Bytes of which nothing was taken are dropped."""
        self.note(tx, values)
        if not values["kept"] and not values["success"]:
            parts.drop(tx, self.row.party_id, self.row.job_id)

    def fail(self, wrong: Sequence[Finding]) -> None:
        """End the job with what was wrong; what it recorded stays, and all that its row tells. Raises Lost."""

        def run(tx: Tx) -> None:
            row: Any = tx.execute(select(CaptureJob.__table__).where(self.mine)).first()
            if row is None:
                raise Lost
            errors = {"wrong": row.wrong + len(wrong), "errors": record.kept([*record.findings(row.errors), *wrong])}
            self.finish(tx, record.ended(self._on.clock.now()) | errors | {"success": False, "kept": row.kept})

        self._on.store.write(run)


def claim(on: Runtime, job_id: int | None = None) -> Lease | None:
    """The oldest job that nobody holds, taken for this process; None when there is none. job_id: this one and no other."""
    _sweep(on)
    _bury(on)
    now = to_micros(on.clock.now())
    while True:
        with on.store.reading() as connection:
            chosen = _free(connection, now, job_id)
        if chosen is None:
            return None
        keeper = keepers.name()
        until = to_micros(on.clock.now() + LEASE)
        row = on.store.write(lambda tx, chosen=chosen, keeper=keeper, until=until: _take(tx, chosen, now, keeper, until))  # type: ignore[misc]  # bound now
        if row is None:
            continue
        lease = Lease(on, row, keeper)
        if row.tried <= MOST_TRIES:
            return lease
        lease.fail([Finding(JobBroke.code)])


def _unheld(now: int) -> Any:
    free = or_(CaptureJob.kept_until.is_(None), CaptureJob.kept_until <= now)
    return record.IS_OPEN & CaptureJob.state.in_((record.WAITING, record.RUNNING)) & free


def _free(connection: Connection, now: int, job_id: int | None) -> Any:
    """The oldest job that nobody holds of some organisation, so that nobody waits for all of somebody else's."""
    oldest = select(CaptureJob.party_id, func.min(CaptureJob.job_id).label("job_id")).where(_unheld(now)).group_by(CaptureJob.party_id)
    if job_id is not None:
        oldest = oldest.where(CaptureJob.job_id == job_id)
    rows = list(connection.execute(oldest.limit(_PARTIES)))
    return secrets.choice(rows) if rows else None


def _take(tx: Tx, chosen: Any, now: int, keeper: str, until: int) -> Any:
    mine = (CaptureJob.party_id == chosen.party_id) & (CaptureJob.job_id == chosen.job_id)
    values = {"state": record.RUNNING, "keeper": keeper, "kept_until": until, "tried": CaptureJob.tried + 1}
    if tx.execute(update(CaptureJob).where(mine, _unheld(now)).values(values)).rowcount == 0:
        return None
    return tx.execute(select(CaptureJob.__table__).where(mine)).first()


def _bury(on: Runtime) -> None:
    """Let go of what processes of this machine held that have died: nobody need wait until their time is up."""
    with on.store.reading() as connection:
        running = select(CaptureJob.party_id, CaptureJob.job_id, CaptureJob.keeper).where(
            record.IS_OPEN, CaptureJob.state == record.RUNNING
        )
        dead = [row for row in connection.execute(running.where(CaptureJob.keeper.is_not(None))) if keepers.is_dead(row.keeper)]
    for row in dead:
        mine = (CaptureJob.party_id == row.party_id) & (CaptureJob.job_id == row.job_id) & (CaptureJob.keeper == row.keeper)
        on.store.write(lambda tx, mine=mine: tx.execute(update(CaptureJob).where(mine).values(kept_until=None)).rowcount)  # type: ignore[misc]  # bound now


def _sweep(on: Runtime) -> None:
    """Take away documents that did not arrive whole because the process that received them died."""
    now = to_micros(on.clock.now())
    late = record.IS_OPEN & (CaptureJob.state == record.ARRIVING) & (CaptureJob.kept_until < now)
    with on.store.reading() as connection:
        rows = list(connection.execute(select(CaptureJob.party_id, CaptureJob.job_id).where(late).limit(10)))
    for row in rows:
        submit.forget(row.party_id, row.job_id, on=on, silent_since=now)
