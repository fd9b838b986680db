"""Many rows at once are the rows that one at a time would have been."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, delete, insert, select

from app.capture.model import CaptureDocument, Event, EventItem
from app.runtime import Runtime
from app.store.tables import table
from app.store.work import Tx
from tests.thorough import ONE_FIXTURE, rounds

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
blobs = st.binary(max_size=40)
big = st.integers(-(2**63), 2**63 - 1)


def row_of(kind: Table) -> st.SearchStrategy[tuple[Any, ...]]:
    """Rows with every value the columns can hold; keys are made unique by the test."""
    made: list[st.SearchStrategy[Any]] = []
    for column in kind.columns:
        python = column.type.python_type
        value: st.SearchStrategy[Any] = {bool: st.booleans(), str: texts, bytes: blobs, int: big}[python]
        if str(column.type) == "SMALLINT":
            value = st.integers(-(2**15), 2**15 - 1)
        made.append(st.one_of(st.none(), value) if column.nullable else value)
    return st.tuples(*made)


def kept(on: Runtime, kind: Table) -> list[tuple[Any, ...]]:
    with on.store.reading() as connection:
        rows = [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in connection.execute(select(kind))
        ]
    return sorted(rows, key=repr)


@pytest.mark.parametrize("kind", [table(CaptureDocument), table(Event), table(EventItem)], ids=lambda kind: kind.name)
@settings(max_examples=rounds(8), suppress_health_check=ONE_FIXTURE)
@given(data=st.data(), count=st.sampled_from([1, 3, 4, 9]))
def test_bulk_rows_equal_those_of_the_core(on: Runtime, kind: Table, data: st.DataObject, count: int) -> None:
    keys = [column.name for column in kind.primary_key.columns]
    names = [column.name for column in kind.columns]
    drawn = data.draw(
        st.lists(row_of(kind), min_size=count, max_size=count, unique_by=lambda row: tuple(row[names.index(key)] for key in keys))
    )
    if kind.name == "capture_document":  # one Idempotency-Key is used once
        drawn = [(*row[:-1], None) for row in drawn]

    def by_core(tx: Tx) -> None:
        tx.execute(delete(kind))
        tx.execute(insert(kind), [dict(zip(names, row, strict=True)) for row in drawn])

    def in_bulk(tx: Tx) -> None:
        tx.execute(delete(kind))
        tx.insert(kind, names, drawn)

    on.store.write(by_core)
    expected = kept(on, kind)
    on.store.write(in_bulk)
    assert kept(on, kind) == expected
    assert len(expected) == count


def test_no_rows_need_no_statement(on: Runtime) -> None:
    on.store.write(lambda tx: tx.insert(table(Event), ("party_id", "id"), []))
    assert kept(on, table(Event)) == []


@pytest.mark.parametrize("count", [1, 50])
def test_a_missing_value_is_told_as_the_core_would_tell_it(on: Runtime, count: int) -> None:
    from sqlalchemy.exc import IntegrityError

    rows = [(1, number, None) for number in range(count)]
    with pytest.raises(IntegrityError):
        on.store.write(lambda tx: tx.insert(table(EventItem), ("issuer", "class_key", "instance"), rows))
