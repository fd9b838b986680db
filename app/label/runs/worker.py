"""Whoever draws the runs of an installation, part by part, one process at a time; what was kept stays when it dies.

Organisations take turns part by part: somebody with a dozen labels does not wait for somebody with a hundred thousand.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.engine import Connection

from app.errors import Refusal, Unavailable
from app.label.model import LabelFile, LabelRun
from app.label.runs import find, runs
from app.label.runs.refusals import Broke, StoreFull
from app.label.runs.run_parts import FORMS, RunPart, draw
from app.runtime import Runtime
from app.store.work import Tx

LEASE = timedelta(seconds=30)
"""How long a process may be silent and still be believed alive."""

KEPT_BYTES = 500_000_000
"""Of one organisation at a time; the files of its oldest runs go first."""

Beat = Callable[[], None]
"""Called now and then while a part is drawn, so that the process is known to live."""

_log = logging.getLogger(__name__)


class Interrupted(Exception):  # noqa: N818  # not a fault: the server ends, and the part will be drawn by the next
    """The drawing of a part was broken off."""


def here(part: RunPart, beat: Beat) -> bytes:
    """Draw in this process."""
    beat()
    return draw(part)


class Worker:
    """One process that draws; `step` draws one part."""

    def __init__(self, on: Runtime, drawing: Callable[[RunPart, Beat], bytes] = here) -> None:
        self._on, self._drawing = on, drawing
        self._turns: dict[int, int] = {}
        self._turn = 0

    def step(self) -> bool:
        """Draw the next part of whose turn it is; whether there was anything to do. Raises Interrupted."""
        run = self._claimed()
        if run is None:
            return False
        held = _Held(self._on, run)
        try:
            part, name = runs.part_of(run, run.done + 1, on=self._on)
            content = self._drawing(part, held.beat)
            self._on.store.write(lambda tx: held.keep(tx, part, name, content))
        except Interrupted:
            held.let_go()
            raise
        except Unavailable as refusal:  # the database is busy or away: the part is drawn again when the time of this hold is up
            _log.warning("run %d waits: %s", run.run_id, refusal)
            return False
        except Refusal as refusal:
            held.fail(refusal)
        except Exception:  # noqa: BLE001  # one run that breaks must not stop the others; its page tells
            _log.exception("run %d broke", run.run_id)
            held.fail(Broke())
        return True

    def _claimed(self) -> Any | None:
        """A run that nobody draws, held for this process; None when there is none, or another process draws."""
        now = self._on.clock.now()
        with self._on.store.reading() as connection:
            waiting = _waiting(connection, now)
        if not waiting:
            return None
        chosen = min(waiting, key=lambda row: self._turns.get(row.party_id, 0))
        self._turn += 1
        self._turns[chosen.party_id] = self._turn
        until = now + LEASE
        return self._on.store.write(lambda tx: _claim(tx, chosen.party_id, chosen.run_id, now, until))


def _waiting(connection: Connection, now: datetime) -> list[Any]:
    """The oldest open run of each organisation; none while a process that lives draws one."""
    mine = LabelRun.state.in_(runs.OPEN)
    oldest = select(LabelRun.party_id, func.min(LabelRun.run_id).label("run_id"), func.max(LabelRun.held_until).label("held"))
    rows = list(connection.execute(oldest.where(mine).group_by(LabelRun.party_id)))
    return [] if any(row.held is not None and row.held > now for row in rows) else rows


def _claim(tx: Tx, party_id: int, run_id: int, now: datetime, until: datetime) -> Any | None:
    free = or_(LabelRun.held_until.is_(None), LabelRun.held_until <= now)
    mine = (LabelRun.party_id == party_id) & (LabelRun.run_id == run_id)
    taken = update(LabelRun).where(mine, free, LabelRun.state.in_(runs.OPEN)).values(state=runs.DRAWING, held_until=until)
    if tx.execute(taken).rowcount == 0:
        return None
    return tx.execute(select(LabelRun.__table__).where(mine)).first()


class _Held:
    """A run in the hands of this process: `held_until` is both the time it may be believed and the mark by which it knows its own."""

    def __init__(self, on: Runtime, run: Any) -> None:
        self._on, self._run, self._until = on, run, run.held_until

    @property
    def _mine(self) -> Any:
        run = self._run
        one = (LabelRun.party_id == run.party_id) & (LabelRun.run_id == run.run_id)
        return one & (LabelRun.held_until == self._until) & (LabelRun.state == runs.DRAWING)

    def beat(self) -> None:
        """Hold on for another while, when a third of the time is gone."""
        now = self._on.clock.now()
        if self._until - now > LEASE * 2 / 3:
            return
        later = now + LEASE
        if self._on.store.write(lambda tx: tx.execute(update(LabelRun).where(self._mine).values(held_until=later)).rowcount):
            self._until = later

    def let_go(self) -> None:
        """Leave the part to whoever comes next, at once."""
        self._on.store.write(lambda tx: tx.execute(update(LabelRun).where(self._mine).values(held_until=None)).rowcount)

    def keep(self, tx: Tx, part: RunPart, name: str, content: bytes) -> None:
        """The bytes of a part and the count of parts, together; nothing when the run was stopped, or taken over, meanwhile."""
        run, done, now = self._run, self._run.done + 1, self._on.clock.now()
        if len(content) * (run.parts - run.done) > KEPT_BYTES:  # told with the first part, not after an hour of drawing
            raise StoreFull(limit=KEPT_BYTES // 1_000_000)
        last = done >= run.parts
        values: dict[str, Any] = {"done": done, "held_until": None, "state": runs.DONE if last else runs.DRAWING}
        values |= {"finished_at": now if last else None}
        if tx.execute(update(LabelRun).where(self._mine, LabelRun.done == run.done).values(values)).rowcount == 0:
            return
        file = {"party_id": run.party_id, "run_id": run.run_id, "part": done, "name": name, "media_type": FORMS[run.form][1]}
        tx.execute(insert(LabelFile).values(**file, labels=len(part.labels), content=content, made_at=now))
        _make_room(tx, run.party_id, run.run_id)

    def fail(self, refusal: Refusal) -> None:
        """End the run with what was wrong, to be told in the reader's language."""
        params = {name: value for name, value in refusal.params.items() if isinstance(value, str | int | float)}
        problem = json.dumps({"code": refusal.code, "pointer": refusal.pointer, "params": params}, ensure_ascii=False)
        values = {"state": runs.FAILED, "problem": problem, "held_until": None, "finished_at": self._on.clock.now()}
        self._on.store.write(lambda tx: tx.execute(update(LabelRun).where(self._mine).values(values)).rowcount)


def _make_room(tx: Tx, party_id: int, run_id: int) -> None:
    """Clear the files of the oldest ended runs until the organisation keeps no more than it may; raises StoreFull when none is left."""
    while find.kept_bytes(tx.connection, party_id) > KEPT_BYTES:
        ended = LabelRun.state.in_((runs.DONE, runs.FAILED, runs.STOPPED)) & (LabelRun.done > 0) & (LabelRun.run_id != run_id)
        oldest = tx.execute(select(func.min(LabelRun.run_id)).where(LabelRun.party_id == party_id, ended)).scalar()
        if oldest is None:
            raise StoreFull(limit=KEPT_BYTES // 1_000_000)
        runs.cleared(tx, party_id, oldest)
