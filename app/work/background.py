"""The thread that keeps the log going beside the server: it wakes after each capture and at the latest every half second."""

from __future__ import annotations

import logging
import threading

from app.errors import Refusal
from app.ledger import sequencer
from app.runtime import Runtime

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
        pause = self._on.settings.checkpoint_seconds
        while not self._stop.wait(pause):
            try:
                while sequencer.integrate(on=self._on) and not self._stop.is_set():
                    pass
            except Refusal as refusal:
                _log.warning("the log waits: %s", refusal)
            except Exception:  # noqa: BLE001  # one bad pass must not stop the log for good; readiness turns red by the checkpoint's age
                _log.exception("the sequencer failed")
