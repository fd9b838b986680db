"""What was read within the last second, for questions every request asks; never longer, because other processes change the answers."""

from __future__ import annotations

import time
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

SECONDS = 1.0
_MOST = 10_000


class ShortMemory(Generic[K, V]):
    """A bounded dictionary whose entries are believed for a second.

    Single operations on a dict are atomic in CPython, and a lost entry only costs a question to the database: no lock.
    """

    def __init__(self) -> None:
        self._entries: dict[K, tuple[float, V]] = {}

    def get(self, key: K) -> V | None:
        """The value put there within the last second."""
        found = self._entries.get(key)
        return found[1] if found is not None and found[0] > time.monotonic() else None

    def put(self, key: K, value: V) -> None:
        """Remember a value for a second."""
        if len(self._entries) >= _MOST:
            self._entries.clear()
        self._entries[key] = (time.monotonic() + SECONDS, value)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
