"""A few threads that work a list off, until it is done, somebody says stop, or the time is up."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Stopped(Exception):  # noqa: N818  # not an error: the process ends
    """The work is to end now."""


def work_off(
    items: Sequence[T], do: Callable[[T], None], *, threads: int, stop: threading.Event, seconds: float = float("inf"), name: str = "crew"
) -> int:
    """Do each of the items; returns how many were done. A fault in one ends the work and is the caller's.

    seconds: after so long nothing new is begun; what is under way is finished. A `do` that raises Stopped counts as not done.
    """
    crew = _Crew(items, do, stop, time.monotonic() + seconds)
    workers = [threading.Thread(target=crew.work, name=name, daemon=True) for _ in range(min(threads, len(items)))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if crew.fault is not None:
        raise crew.fault
    return crew.done


class _Crew(Generic[T]):
    """What the threads share."""

    def __init__(self, items: Sequence[T], do: Callable[[T], None], stop: threading.Event, until: float) -> None:
        self._do, self._stop, self._until = do, stop, until
        self._waiting: queue.SimpleQueue[T] = queue.SimpleQueue()
        for item in items:
            self._waiting.put(item)
        self._lock = threading.Lock()
        self.done = 0
        self.fault: Exception | None = None

    def work(self) -> None:
        """Take items until there are none."""
        while not self._stop.is_set() and self.fault is None and time.monotonic() < self._until:
            try:
                self._do(self._waiting.get_nowait())
            except (queue.Empty, Stopped):
                return
            except Exception as error:  # noqa: BLE001  # raised again by work_off, in the thread that asked
                self.fault = error
                return
            with self._lock:
                self.done += 1
