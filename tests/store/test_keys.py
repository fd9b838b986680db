"""Identifiers: ascending, never twice, and their time can be read back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store.keys import id_at, new_id, new_ids, time_of

instants = st.datetimes(datetime(2020, 1, 1), datetime(2089, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # made aware by the strategy


def test_identifiers_ascend_within_a_process() -> None:
    taken = [new_id() for _ in range(1000)]
    assert all(earlier < later for earlier, later in pairwise(taken))


def test_the_identifiers_of_one_call_are_neighbours() -> None:
    taken = new_ids(500)
    assert taken == list(range(taken[0], taken[0] + 500))
    assert new_id() > taken[-1]


def test_none_asked_for_none_given() -> None:
    assert new_ids(0) == []


def test_threads_never_get_the_same_identifier() -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = [number for numbers in pool.map(new_ids, [7] * 400) for number in numbers]
    assert len(set(taken)) == 2800


def test_an_identifier_fits_the_column_until_2089() -> None:
    assert 0 < new_id() < 2**63
    assert id_at(datetime(2089, 1, 1, tzinfo=UTC)) < 2**63


def test_an_identifier_tells_when_it_was_made() -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert before <= time_of(new_id()) <= datetime.now(UTC) + timedelta(seconds=1)


@given(instants)
def test_the_border_of_an_instant_is_that_instant_to_the_millisecond(at: datetime) -> None:
    assert time_of(id_at(at)) == at.replace(microsecond=at.microsecond // 1000 * 1000)


@given(instants, instants)
def test_borders_keep_the_order_of_instants(one: datetime, other: datetime) -> None:
    assert (id_at(one) <= id_at(other)) or one > other


def test_the_border_does_not_depend_on_the_offset() -> None:
    at = datetime(2026, 6, 1, tzinfo=timezone(timedelta(hours=7)))
    assert id_at(at) == id_at(at.astimezone(UTC))


def test_an_instant_without_offset_has_no_border() -> None:
    with pytest.raises(TypeError):
        id_at(datetime(2026, 6, 1))  # noqa: DTZ001  # naive on purpose
