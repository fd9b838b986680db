"""The threads beside the server.

One keeps the log going every half second and makes the partitions of coming months every hour. The other does a minute's share of the
night's work, which waits for servers of others and must never hold the log up.
"""

from __future__ import annotations

import logging
import threading
import time

from app.api.opening import make_months_ahead
from app.errors import Refusal
from app.ledger import sequencer
from app.resolve.nightly import Night
from app.runtime import Runtime

_HOUR = 3600.0
_MINUTE = 60.0

_log = logging.getLogger(__name__)


class Background:
    """Steady duties of one server process."""

    def __init__(self, on: Runtime) -> None:
        self._on = on
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._night = threading.Thread(target=self._run_night, name="night", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()
        if self._on.settings.link_check_hour >= 0:
            self._night.start()

    def stop(self) -> None:
        """Finish the pass under way and end; a request to another server under way ends within its own deadline of seconds."""
        self._stop.set()
        self._thread.join(timeout=30)
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
