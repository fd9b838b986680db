"""Column types: what goes in comes out, the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from app.party.model import CompanyPrefix
from app.runtime import Runtime
from app.store.columns import Document, Instant, from_micros, to_micros
from app.store.folding import fold

SQLITE = sqlite.dialect()


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.sampled_from([UTC, timezone(timedelta(hours=7))])))  # noqa: DTZ001  # made aware
def test_an_instant_survives_to_the_microsecond(at: datetime) -> None:
    assert from_micros(to_micros(at)) == at
    assert from_micros(to_micros(at)).tzinfo is UTC


def test_an_instant_before_1970_is_negative() -> None:
    assert to_micros(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1


def test_a_naive_instant_is_refused_by_the_column(on: Runtime) -> None:
    naive = {"prefix": "9521", "party_id": 1, "evidence": "declared", "created_at": datetime(2026, 1, 1)}  # noqa: DTZ001  # on purpose
    with pytest.raises(StatementError, match="naive"):
        on.store.write(lambda tx: tx.execute(insert(CompanyPrefix).values(naive)))


def test_an_instant_comes_back_aware_and_in_utc(on: Runtime) -> None:
    at = datetime(2026, 6, 12, 19, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=7)))
    on.store.write(lambda tx: tx.execute(insert(CompanyPrefix).values(prefix="9521", party_id=1, evidence="declared", created_at=at)))
    with on.store.reading() as connection:
        found = connection.execute(select(CompanyPrefix.created_at)).scalar_one()
    assert found == at
    assert found.tzinfo is UTC


def test_nothing_stays_nothing() -> None:
    assert Instant().process_bind_param(None, SQLITE) is None
    assert Instant().process_result_value(None, SQLITE) is None
    assert Document().process_bind_param(None, SQLITE) is None
    assert Document().process_result_value(None, SQLITE) is None


def test_a_small_document_is_one_text_whatever_the_order_of_its_keys() -> None:
    kind = Document()
    assert kind.process_bind_param({"b": 1, "a": "vải"}, SQLITE) == '{"a":"vải","b":1}'
    assert kind.process_result_value('{"a":"vải","b":1}', SQLITE) == {"a": "vải", "b": 1}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Chè Shan  Bình Lư", "che shan binh lu"),
        ("ĐÔNG TRIỀU", "dong trieu"),
        ("đường", "duong"),
        ("Ư ơ ẫ", "u o a"),
        ("VAI\tTHIEU\n", "vai thieu"),
        ("", ""),
        ("Straße", "strasse"),
    ],
)
def test_vietnamese_is_found_without_its_marks(text: str, key: str) -> None:
    assert fold(text) == key


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
