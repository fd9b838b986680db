"""Instants of events as microseconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture.times import micros
from app.store.columns import from_micros, to_micros

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), offsets)  # noqa: DTZ001  # the offset follows
def test_an_instant_is_read_as_python_writes_it(at: datetime, zone: timezone) -> None:
    aware = at.replace(tzinfo=zone)
    assert micros(aware.isoformat()) == to_micros(aware)


@pytest.mark.parametrize(("text", "same"), [
    ("2026-06-12T19:30:00+07:00", "2026-06-12T12:30:00Z"), ("2026-06-12t12:30:00z", "2026-06-12T12:30:00Z"),
    ("2026-06-12T12:30:00.5Z", "2026-06-12T12:30:00.500Z"),
    ("2026-06-12T12:30:00.123456789Z", "2026-06-12T12:30:00.123456Z"), ("2026-06-12T12:30:00-00:00", "2026-06-12T12:30:00Z"),
    ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z"),
])  # fmt: skip
def test_spellings_of_one_instant_are_one(text: str, same: str) -> None:
    assert micros(text) == micros(same)


def test_the_first_and_last_instants_of_the_calendar_are_read() -> None:
    assert micros("0001-01-01T00:00:00Z") == to_micros(datetime(1, 1, 1, tzinfo=UTC))
    assert from_micros(micros("9999-12-31T23:59:59.999999Z")).year == 9999
    assert micros("1970-01-01T00:00:00Z") == 0


@pytest.mark.parametrize("text", [
    "", "2026-06-12", "2026-06-12T19:30:00", "2026-06-12 19:30:00Z", "2026-06-12T19:30Z", "2026-06-12T24:00:00Z", "2026-06-12T19:60:00Z",
    "2026-13-01T00:00:00Z",
    "2026-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "2026-06-12T19:30:61Z", "2026-06-12T19:30:00+99:00", "2026-06-12T19:30:00+7:00",
    "٢٠٢٦-06-12T19:30:00Z",
    "2026-06-12T19:30:00.Z", " 2026-06-12T19:30:00Z", "2026-06-12T19:30:00Z\n",
])  # fmt: skip
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # of the calendar or of ours
        micros(text)
