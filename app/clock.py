"""The product's only source of time: aware UTC instants, settable in tests."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """Reads the system's clock; `record_time` never goes back within one process."""

    def __init__(self) -> None:
        self._last = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The current instant, aware, UTC, microseconds."""
        return datetime.now(UTC)

    def record_time(self) -> datetime:
        """An instant not before any given out earlier, for recordTime: a clock set back must not reorder the record."""
        with self._lock:  # two requests at once: the later answer must not be the earlier instant
            self._last = max(self.now(), self._last)
            return self._last


class SetClock(Clock):
    """A clock that stands still until it is moved: for tests and for seeding the demo world."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        if at.tzinfo is None:
            message = "a clock needs an aware instant"
            raise ValueError(message)
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._at

    def set(self, at: datetime) -> None:
        """Move the clock to an aware instant, forward or back."""
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the clock forward by a duration."""
        self._at += by
