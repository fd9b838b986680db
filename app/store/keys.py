"""Time-ordered 64-bit identifiers made by the application: no sequence of one database, no round trip, insertion stays local."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime, timedelta

EPOCH_MS = 1_577_836_800_000
"""2020-01-01T00:00:00Z in milliseconds; 41 bits of milliseconds last until 2089."""

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LOW_BITS = 22
_LARGEST = 2**63 - 1
_MOST_DIGITS = 19
_LOW_MASK = (1 << _LOW_BITS) - 1


class _Sequence:
    """Milliseconds in the upper 41 bits; below them a counter that starts at random so that processes rarely meet.

    Within a millisecond the counter goes on: the random start of its first identifier serves them all, and is a system call.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def take(self, count: int) -> list[int]:
        with self._lock:
            now = time.time_ns() // 1_000_000 - EPOCH_MS
            later = now > self._last >> _LOW_BITS
            first = (now << _LOW_BITS) | secrets.randbits(_LOW_BITS - 2) if later else self._last + 1
            self._last = first + count - 1
            return list(range(first, first + count))


_sequence = _Sequence()


def new_id() -> int:
    """A fresh positive 63-bit identifier, greater than every earlier one of this process."""
    return _sequence.take(1)[0]


def new_ids(count: int) -> list[int]:
    """Fresh identifiers in ascending order, consecutive so that the rows of one document are neighbours."""
    return _sequence.take(count)


def parse_id(text: str) -> int | None:
    """The identifier that a text from outside names, None for what is none: a number a database column holds, in plain digits."""
    if not (text.isascii() and text.isdecimal()) or len(text) > _MOST_DIGITS:
        return None
    number = int(text)
    return number if number <= _LARGEST else None


def id_at(at: datetime) -> int:
    """The smallest identifier that could have been made at an aware instant: the border of monthly partitions."""
    # Whole numbers only: timestamp() * 1000 in binary64 falls one millisecond short for one instant in five.
    return ((at - _UNIX_EPOCH) // _MILLISECOND - EPOCH_MS) << _LOW_BITS


def time_of(identifier: int) -> datetime:
    """When an identifier was made, to the millisecond."""
    return _UNIX_EPOCH + ((identifier >> _LOW_BITS) + EPOCH_MS) * _MILLISECOND
