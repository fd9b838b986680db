"""The threads beside the server.

One keeps the log going every half second and makes the partitions of coming months every hour. Another does a minute's share of the
night's work, which waits for servers of others and must never hold the log up. Two look after
labels every second: serial numbers still to be given out and stamps that events tell of, and at what of an item's events does not fit
together, while none come in; and files to be drawn, which a process beside
the server does, part by part.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from app.api.opening import make_months_ahead
from app.capture.jobs import work
from app.capture.jobs.submit import BELL
from app.errors import Refusal
from app.journey.flags.follow import follow_when_calm
from app.label.runs.drawing_room import DrawingRoom
from app.label.runs.runs import clear_old
from app.label.runs.worker import Interrupted, Worker
from app.label.stamps.follow import follow
from app.label.stamps.issue import draw_more
from app.ledger import sequencer
from app.resolve.nightly import Night
from app.runtime import Runtime

_HOUR = 3600.0
_MINUTE = 60.0
_SECOND = 1.0

_log = logging.getLogger(__name__)


class Duty:
    """Work that is done piece by piece, a piece each turn. step: does one and returns how much it was, 0 when nothing is left."""

    def __init__(self, name: str, step: Callable[[], int]) -> None:
        self._name, self._step, self._rests_until = name, step, 0.0

    def turn(self, now: float) -> bool:
        """One piece; whether there was one. After a failure, or when nothing is left, it rests for a second. now: in seconds."""
        if now < self._rests_until:
            return False
        self._rests_until = now + _SECOND
        try:
            done = self._step()
        except Refusal as refusal:
            _log.warning("%s wait: %s", self._name, refusal)
        except Exception:  # noqa: BLE001  # one bad piece must not stop the next, nor the other duties
            _log.exception("looking after %s failed", self._name)
        else:
            self._rests_until = 0.0 if done else self._rests_until
            return done > 0
        return False


def take_turns(duties: Iterable[Duty], now: float) -> bool:
    """One piece of each duty, so that none waits for the end of another; whether any had one."""
    worked = [duty.turn(now) for duty in duties]
    return any(worked)


class Background:
    """Steady duties of one server process."""

    def __init__(self, on: Runtime) -> None:
        self._on = on
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._night = threading.Thread(target=self._run_night, name="night", daemon=True)
        self._labels = threading.Thread(target=self._run_labels, name="labels", daemon=True)
        self._drawing = threading.Thread(target=self._run_drawing, name="drawing", daemon=True)
        self._capture = threading.Thread(target=self._run_capture, name="capture", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()
        self._labels.start()
        self._drawing.start()
        self._capture.start()
        if self._on.settings.link_check_hour >= 0:
            self._night.start()

    def stop(self) -> None:
        """Finish the pass under way and end; a request to another server under way ends within its own deadline of seconds."""
        self._stop.set()
        self._thread.join(timeout=30)
        self._labels.join(timeout=30)
        self._drawing.join(timeout=30)
        BELL.set()  # it may be waiting for work
        self._capture.join(timeout=30)
        if self._night.is_alive():
            self._night.join(timeout=10)

    def _run(self) -> None:
        pause, due = self._on.settings.checkpoint_seconds, time.monotonic() + _HOUR
        while not self._stop.wait(pause):
            try:
                if time.monotonic() > due:
                    due = time.monotonic() + _HOUR
                    self._on.store.write(make_months_ahead)
                while sequencer.integrate(on=self._on) and not self._stop.is_set():
                    pass
            except Refusal as refusal:
                _log.warning("the log waits: %s", refusal)
            except Exception:  # noqa: BLE001  # one bad pass must not stop the log for good; readiness turns red by the checkpoint's age
                _log.exception("the sequencer failed")

    def _run_night(self) -> None:
        night = Night(self._on, self._stop)
        pause = _MINUTE
        while not self._stop.wait(pause):
            begun = time.monotonic()
            try:
                night.minute()
            except Refusal as refusal:
                _log.warning("the night's work waits: %s", refusal)
            except Exception:  # noqa: BLE001  # tomorrow is another night
                _log.exception("the night's work failed")
            pause = max(1.0, _MINUTE - (time.monotonic() - begun))

    def _run_labels(self) -> None:
        duties = (
            Duty("serial numbers", lambda: draw_more(on=self._on)),
            Duty("stamps", lambda: follow(self._on)),
            Duty("flags", lambda: follow_when_calm(self._on)),
        )
        pause = _SECOND
        while not self._stop.wait(pause):
            pause = _SECOND * (not take_turns(duties, time.monotonic()))

    def _run_drawing(self) -> None:
        room = DrawingRoom(self._stop)
        worker, due, idle = Worker(self._on, room.drawing), time.monotonic() + _MINUTE, 0.0
        while not self._stop.wait(_SECOND):
            try:
                idle += _SECOND
                while worker.step() and not self._stop.is_set():
                    idle = 0.0
                if idle > _MINUTE:
                    room.close()  # a process that has nothing to draw gives its memory back
                if time.monotonic() > due:
                    due = time.monotonic() + _HOUR
                    clear_old(on=self._on)
            except Interrupted:
                break
            except Refusal as refusal:
                _log.warning("label files wait: %s", refusal)
            except Exception:  # noqa: BLE001  # one bad pass must not stop the next
                _log.exception("drawing label files failed")
        room.close()

    def _run_capture(self) -> None:
        while not self._stop.is_set():
            try:
                while work.step(self._on, self._stop):
                    pass
            except work.Interrupted:
                break
            except Refusal as refusal:
                _log.warning("documents wait: %s", refusal)
            except Exception:  # noqa: BLE001  # one bad pass must not stop the next
                _log.exception("working on documents failed")
            BELL.wait(_SECOND)
            BELL.clear()
