"""The thread beside the server: it keeps the log going every half second, and makes the partitions of coming months every hour."""

from __future__ import annotations

import logging
import threading
import time

from app.api.opening import make_months_ahead
from app.errors import Refusal
from app.ledger import sequencer
from app.runtime import Runtime

_HOUR = 3600.0

_log = logging.getLogger(__name__)


class Background:
    """Steady duties of one server process."""

    def __init__(self, on: Runtime) -> None:
        self._on = on
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the pass under way and end."""
        self._stop.set()
        self._thread.join(timeout=30)

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
