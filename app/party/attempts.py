"""A pause after too many failed sign-ins, per account and per address; kept in memory, forgotten after fifteen minutes."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

from app.errors import TooMany

WINDOW = timedelta(minutes=15)
_MOST_NAMES = 10_000


class TooManyAttempts(TooMany):
    """Too many failed sign-ins; the pause is in `retry_after` (seconds)."""

    code = "party.too-many-attempts"


class Attempts:
    """Failures by name (an e-mail key, an address) in a sliding window."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._failures: dict[str, deque[datetime]] = {}

    def begin(self, names: tuple[str, ...], now: datetime) -> None:
        """Count an attempt before it is judged; raises TooManyAttempts where one of the names has reached the limit.

        Asking and counting are one step: forty guesses sent at once are forty guesses, not one.
        """
        with self._lock:
            for name in names:
                times = self._recent(name, now)
                if len(times) >= self._limit:
                    raise TooManyAttempts(retry_after=int((times[0] + WINDOW - now).total_seconds()) + 1)
            if len(self._failures) > _MOST_NAMES:
                for name in [name for name in self._failures if not self._recent(name, now)]:
                    del self._failures[name]
            for name in names:
                self._failures.setdefault(name, deque(maxlen=self._limit)).append(now)

    def succeeded(self, names: tuple[str, ...]) -> None:
        """Forget the failures of an account (the first name) that has shown its password, and the attempt just counted for the others."""
        with self._lock:
            self._failures.pop(names[0], None)
            for name in names[1:]:
                if self._failures.get(name):
                    self._failures[name].pop()

    def _recent(self, name: str, now: datetime) -> deque[datetime]:
        times = self._failures.get(name, deque())
        while times and times[0] + WINDOW < now:
            times.popleft()
        return times
