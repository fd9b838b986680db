"""What the PostgreSQL edition promises."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, event, insert, select, text

from app.capture.model import Event, EventItem
from app.ledger.model import LogQueue
from app.runtime import Runtime
from app.store import partitions
from app.store.engine import StoreUnreachable, WeakDurability, assert_durable, make_engines
from app.store.keys import id_at, new_id
from app.store.tables import table
from app.store.work import Store, Tx
from tests.store.test_work import numbers, put


def cut_connections(on: Runtime) -> None:
    """What a fail-over or a careless administrator does: every other connection to this database ends."""
    engine = create_engine(on.store.engines.writer.url)
    with engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        )
    engine.dispose()


def test_a_connection_lost_between_two_writes_heals_unseen(server: Runtime) -> None:
    server.store.write(put(1))
    cut_connections(server)
    assert server.store.write(put(2)) == 2
    assert numbers(server) == [1, 2]


def test_a_connection_lost_during_a_write_is_made_again_and_the_write_repeated(server: Runtime) -> None:
    runs: list[int] = []

    def run(tx: Tx) -> str:
        runs.append(1)
        if len(runs) == 1:
            cut_connections(server)
        put(5)(tx)
        return "kept"

    assert server.store.write(run) == "kept"
    assert len(runs) == 2
    assert numbers(server) == [5]


@pytest.mark.parametrize("rows", [2, 50])
def test_a_connection_lost_under_a_copy_heals_too(server: Runtime, rows: int) -> None:
    runs: list[int] = []

    def run(tx: Tx) -> None:
        runs.append(1)
        if len(runs) == 1:
            cut_connections(server)
        tx.insert(table(LogQueue), ("queue_id", "subject", "entry"), [(number, 1, b"x") for number in range(rows)])

    server.store.write(run)
    assert numbers(server) == list(range(rows))


def test_a_connection_lost_under_many_callers_serves_them_all_once(server: Runtime) -> None:
    server.store.write(put(999))
    cut = threading.Event()

    def one(number: int) -> int:
        def run(tx: Tx) -> int:
            if number == 20 and not cut.is_set():
                cut.set()
                cut_connections(server)
            return put(number)(tx)

        return server.store.write(run)

    with ThreadPoolExecutor(40) as pool:
        assert sorted(pool.map(one, range(40))) == list(range(40))
    assert numbers(server) == [*range(40), 999]


def test_a_connection_lost_during_the_commit_is_told_and_not_repeated(server: Runtime) -> None:
    """Whether it happened is not known: a repetition could keep it twice."""
    runs: list[int] = []
    server.store.write(put(1))
    event.listen(server.store.engines.writer, "commit", lambda _connection: cut_connections(server), once=True)

    def run(tx: Tx) -> None:
        runs.append(1)
        put(2)(tx)

    with pytest.raises(StoreUnreachable):
        server.store.write(run)
    assert len(runs) == 1
    assert server.store.write(put(3)) == 3


def test_a_reading_whose_connection_is_lost_is_refused_in_words_and_the_next_works(server: Runtime) -> None:
    def read() -> None:
        with server.store.reading() as connection:
            connection.execute(text("SELECT 1"))
            cut_connections(server)
            connection.execute(text("SELECT 1"))

    with pytest.raises(StoreUnreachable):
        read()
    assert numbers(server) == []


def test_a_server_that_is_not_there_is_unreachable(server: Runtime) -> None:
    url = server.store.engines.writer.url.set(database="no_such_database").render_as_string(hide_password=False)
    store = Store(make_engines(url))
    with pytest.raises(StoreUnreachable):
        store.write(put(1))
    with pytest.raises(StoreUnreachable), store.reading():
        pass
    store.close()


def test_two_writers_that_lock_each_other_both_finish(server: Runtime) -> None:
    """One of them meets a deadlock and is run again."""
    server.store.write(put(1))
    server.store.write(put(2))
    other = Store(make_engines(server.settings.url()))
    met = threading.Barrier(2)
    runs: list[int] = []

    def crossing(first: int, second: int) -> Any:
        own: list[int] = []

        def run(tx: Tx) -> None:
            own.append(1)
            runs.append(first)
            tx.execute(text("UPDATE log_queue SET subject = subject + 10 WHERE queue_id = :id"), {"id": first})
            if len(own) == 1:
                met.wait(20)
            tx.execute(text("UPDATE log_queue SET subject = subject + 10 WHERE queue_id = :id"), {"id": second})

        return run

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(server.store.write, crossing(1, 2)), pool.submit(other.write, crossing(2, 1))]:
            future.result(30)
    other.close()
    with server.store.reading() as connection:
        assert [row.subject for row in connection.execute(select(LogQueue.subject).order_by(LogQueue.queue_id))] == [21, 22]
    assert len(runs) >= 3  # the one that lost may lose once more against the winner


@pytest.mark.parametrize(("value", "durable"), [("on", True), ("local", True), ("remote_write", True), ("off", False)])
def test_a_commit_may_be_local_but_not_later(server: Runtime, value: str, durable: bool) -> None:
    with server.store.engines.writer.connect() as connection:
        connection.execute(text(f"SET synchronous_commit = {value}"))
        if durable:
            assert_durable(connection)
        else:
            with pytest.raises(WeakDurability):
                assert_durable(connection)
        connection.invalidate()


def where(on: Runtime, name: str) -> list[str]:
    """The partitions that hold rows of a table, row by row."""
    with on.store.reading() as connection:
        return [row[0] for row in connection.execute(text(f"SELECT tableoid::regclass::text FROM {name} ORDER BY id"))]  # noqa: S608  # our own name


def item(number: int) -> dict[str, Any]:
    return {"issuer": 9521001, "class_key": 1, "instance": "21:A", "event_time": 1, "id": number, "role": 1, "party_id": 1}


def test_a_row_of_today_lies_in_this_month(server: Runtime) -> None:
    server.store.write(lambda tx: tx.execute(insert(EventItem).values(item(new_id()))))
    assert where(server, "event_item") == [f"event_item_p_{datetime.now(UTC):%Y%m}"]


def test_this_month_and_those_ahead_have_partitions(server: Runtime) -> None:
    with server.store.reading() as connection:
        found = {
            row[0] for row in connection.execute(text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE '%\\_p\\_2%'"))
        }
    assert len(found) == len(partitions.TABLES) * (partitions.AHEAD + 1)
    assert f"event_p_{datetime.now(UTC):%Y%m}" in found


def test_a_stranger_lies_in_the_default_partition(server: Runtime) -> None:
    old = id_at(datetime(2021, 3, 1, tzinfo=UTC))
    server.store.write(lambda tx: tx.execute(insert(EventItem).values(item(old))))
    assert where(server, "event_item") == ["event_item_p_default"]


def test_months_are_made_once_and_over_the_end_of_a_year(server: Runtime) -> None:
    with server.store.engines.writer.begin() as connection:
        made = partitions.ensure(connection, datetime(2031, 11, 15, tzinfo=UTC), ahead=2)
        again = partitions.ensure(connection, datetime(2031, 11, 15, tzinfo=UTC), ahead=2)
    assert [name for name in made if name.startswith("event_p")] == ["event_p_203111", "event_p_203112", "event_p_203201"]
    assert again == []


def test_borders_of_months_leave_no_gap(server: Runtime) -> None:
    border = id_at(datetime(2031, 12, 1, tzinfo=UTC))
    with server.store.engines.writer.begin() as connection:
        partitions.ensure(connection, datetime(2031, 11, 15, tzinfo=UTC), ahead=1)
    server.store.write(lambda tx: tx.execute(insert(EventItem), [item(border - 1), item(border)]))
    assert where(server, "event_item") == ["event_item_p_203111", "event_item_p_203112"]


def test_a_month_that_began_in_the_default_partition_is_left_there(server: Runtime) -> None:
    server.store.write(lambda tx: tx.execute(insert(EventItem).values(item(id_at(datetime(2032, 5, 20, tzinfo=UTC))))))
    with server.store.engines.writer.begin() as connection:
        made = partitions.ensure(connection, datetime(2032, 5, 1, tzinfo=UTC), ahead=1)
    assert "event_item_p_203205" not in made
    assert {"event_p_203205", "event_item_p_203206"} <= set(made)


def test_one_event_cannot_be_kept_twice_in_a_month(server: Runtime) -> None:
    from app.store.work import AlreadyThere

    row = {column.name: "" for column in table(Event).columns} | {
        "party_id": 1, "id": new_id(), "document_id": 1, "position": 0, "event_time": 1, "is_declaration": False,
        "evidence": b"", "cbv_hash": b"", "path": b"", "envelope": b"",
    }  # fmt: skip
    server.store.write(lambda tx: tx.execute(insert(Event).values(row)))
    with pytest.raises(AlreadyThere):
        server.store.write(lambda tx: tx.execute(insert(Event).values(row)))
