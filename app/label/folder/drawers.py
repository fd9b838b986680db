"""The parts of a job drawn one after another, or by several processes at once when there is enough to draw."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path

from app.errors import Unavailable
from app.label.folder.asked import Asked, Numbers
from app.label.folder.parts import Line, Part, draw
from app.label.folder.whole_file import whole_files

ALONE = 600
"""Labels that one process draws sooner than several begin: a process is ready after most of a second."""

_BUNDLE = 50
"""Files of one label that are drawn at a stroke."""


class DrawerLost(Unavailable):
    """A process that drew labels was ended from outside."""

    code = "label.drawer-lost"


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of some parts: how many labels they have, and what is told of them."""

    labels: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class _Job:
    """What every part of a job shares, sent to a process once."""

    asked: Asked
    numbers: Numbers
    missing: frozenset[str]
    folder: Path
    tell: bool

    def work(self, bundle: Sequence[Part]) -> Worked:
        lines: list[Line] = []
        with whole_files() as files:
            for part in bundle:
                keep = files if part.name in self.missing else None
                lines += draw(self.asked, self.numbers, part, self.folder, keep, tell=self.tell)
        return Worked(sum(part.stop - part.start for part in bundle), lines)


@dataclass(frozen=True, slots=True)
class Drawers:
    """How many processes may draw; 1 draws here."""

    processes: int

    def work(
        self, asked: Asked, numbers: Numbers, tasks: Sequence[Part], missing: set[str], folder: Path, *, tell: bool
    ) -> Iterator[Worked]:
        """Draw the parts, answers in their order. Raises what drawing refuses, DrawerLost; whoever stops listening ends the processes."""
        job = _Job(asked, numbers, frozenset(missing), folder, tell)
        size = _BUNDLE if asked.form in {"png", "svg"} else 1
        bundles = [tasks[start : start + size] for start in range(0, len(tasks), size)]
        labels = sum(part.stop - part.start for part in tasks)
        if self.processes == 1 or len(bundles) < 2 or labels <= ALONE:
            yield from map(job.work, bundles)
            return
        yield from _shared_out(job, bundles, min(self.processes, len(bundles)))


def usual() -> Drawers:
    """As many as this process may use cores."""
    return Drawers(len(os.sched_getaffinity(0)))


def _shared_out(job: _Job, bundles: Sequence[Sequence[Part]], processes: int) -> Iterator[Worked]:
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (job,))
    waiting: deque[Future[Worked]] = deque()
    rest = iter(bundles)
    try:
        for bundle in rest:
            waiting.append(pool.submit(_work, bundle))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise DrawerLost(retry_after=1) from error
    finally:
        _end(pool)


def _end(pool: ProcessPoolExecutor) -> None:
    """Begin nothing more; what is being drawn is finished, which takes a second or two."""
    pool.shutdown(wait=True, cancel_futures=True)


_jobs: list[_Job] = []
"""The job of a drawing process, which has one."""


def _begin(job: _Job) -> None:
    """Called in each drawing process: an interruption is for the process that was called, and none outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _jobs.append(job)


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _work(bundle: Sequence[Part]) -> Worked:
    return _jobs[0].work(bundle)
