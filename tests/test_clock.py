"""Time: aware, and never going back where the record depends on it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from app.clock import Clock, SetClock

AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)


def test_the_clock_is_aware_and_in_utc() -> None:
    assert Clock().now().tzinfo is UTC


def test_the_record_does_not_go_back_with_the_clock() -> None:
    clock = SetClock(AT)
    assert clock.record_time() == AT
    clock.set(AT - timedelta(hours=1))
    assert clock.now() == AT - timedelta(hours=1)
    assert clock.record_time() == AT
    clock.advance(timedelta(hours=2))
    assert clock.record_time() == AT + timedelta(hours=1)


def test_the_record_of_many_threads_does_not_go_back() -> None:
    clock = Clock()
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: [clock.record_time() for _ in range(500)], range(4)))
    assert all(earlier <= later for run in runs for earlier, later in pairwise(run))


def test_a_set_clock_stands_still_until_it_is_moved() -> None:
    clock = SetClock(AT.astimezone(timezone(timedelta(hours=7))))
    assert clock.now() == clock.now() == AT
    assert clock.now().tzinfo is UTC


def test_a_clock_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        SetClock(datetime(2026, 6, 20))  # noqa: DTZ001  # naive on purpose
