"""The writer: many callers, one commit, and nobody is told anything that is not true."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import pytest
from sqlalchemy import exc, func, insert, select, text

from app.errors import Invalid
from app.ledger.model import LogQueue
from app.runtime import Runtime
from app.store.engine import StoreUnreachable, make_engines
from app.store.tables import table
from app.store.work import AlreadyThere, Busy, Rows, Store, Tx, WriteTimeout


class Refused(Invalid):
    """A refusal that only these tests make."""


def put(number: int, then: Exception | None = None) -> Callable[[Tx], int]:
    """A write of one row that returns its number, or raises afterwards."""

    def run(tx: Tx) -> int:
        tx.execute(insert(LogQueue).values(queue_id=number, subject=number, entry=b"entry"))
        if then is not None:
            raise then
        return number

    return run


def numbers(on: Runtime) -> list[int]:
    with on.store.reading() as connection:
        return [row.queue_id for row in connection.execute(select(LogQueue.queue_id).order_by(LogQueue.queue_id))]


class Gate:
    """Holds the writer inside one write, so that others have to wait behind it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entered, self._open = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=store.write, args=(self._hold,))

    def _hold(self, _tx: Tx) -> None:
        self._entered.set()
        self._open.wait(20)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._entered.wait(20)
        return self

    def open(self) -> None:
        self._open.set()

    def __exit__(self, *_: object) -> None:
        self.open()
        self._thread.join(20)


def commits(on: Runtime) -> list[int]:
    """A list that grows by one with every commit of the writer."""
    from sqlalchemy import event

    counted: list[int] = []
    event.listen(on.store.engines.writer, "commit", lambda _connection: counted.append(1))
    return counted


def wait_until_queued(store: Store, count: int) -> None:
    turn = threading.Event()
    for _ in range(2000):
        if store.waiting() >= count:
            return
        turn.wait(0.005)
    pytest.fail(f"{store.waiting()} of {count} writes were queued")


def test_a_write_returns_what_its_function_returned(on: Runtime) -> None:
    assert on.store.write(put(1)) == 1
    assert numbers(on) == [1]


def test_many_waiting_writes_share_one_commit(on: Runtime) -> None:
    on.store.write(put(999))
    counted = commits(on)
    with ThreadPoolExecutor(40) as pool, Gate(on.store) as gate:
        futures = [pool.submit(on.store.write, put(number)) for number in range(40)]
        wait_until_queued(on.store, 40)
        gate.open()
        assert [future.result() for future in futures] == list(range(40))
    assert numbers(on) == [*range(40), 999]
    assert len(counted) == 2  # that of the write at the gate, and one for all forty


def rows(*queue_ids: int) -> list[Rows]:
    """Rows of a write that only inserts, in two parts of one table."""
    return [Rows(table(LogQueue), ("queue_id", "subject", "entry"), [(number, 1, b"x")]) for number in queue_ids]


@pytest.mark.parametrize("callers", [1, 30])
def test_rows_of_many_callers_share_one_commit(on: Runtime, callers: int) -> None:
    on.store.write(put(999))
    counted = commits(on)
    with ThreadPoolExecutor(40) as pool, Gate(on.store) as gate:
        futures = [pool.submit(on.store.append, rows(number, 100 + number)) for number in range(callers)]
        other = pool.submit(on.store.write, put(500))
        wait_until_queued(on.store, callers + 1)
        gate.open()
        assert [future.result() for future in futures] == [None] * callers
        assert other.result() == 500
    assert numbers(on) == [*range(callers), *range(100, 100 + callers), 500, 999]
    assert len(counted) == 2


def test_of_rows_that_go_together_only_those_that_are_there_already_are_refused(on: Runtime) -> None:
    on.store.write(put(107))
    with ThreadPoolExecutor(20) as pool, Gate(on.store) as gate:
        futures = [pool.submit(on.store.append, rows(number, 100 + number)) for number in range(12)]
        futures.append(pool.submit(on.store.append, rows(3, 203)))
        wait_until_queued(on.store, 13)
        gate.open()
        outcomes = [type(future.exception()) for future in futures]
    assert outcomes[7] is AlreadyThere
    assert {outcomes[3], outcomes[12]} == {AlreadyThere, type(None)}
    assert outcomes.count(AlreadyThere) == 2
    kept = {*range(12), *range(100, 112)} - {7}
    assert set(numbers(on)) in ({*kept}, {*kept, 203} - {103})


def test_rows_alone_are_kept_whole_or_not_at_all(on: Runtime) -> None:
    on.store.append(rows(1, 2))
    with pytest.raises(AlreadyThere):
        on.store.append(rows(5, 2))
    assert numbers(on) == [1, 2]


def test_a_refusal_undoes_its_own_changes_only(on: Runtime) -> None:
    with ThreadPoolExecutor(30) as pool, Gate(on.store) as gate:
        futures = [pool.submit(on.store.write, put(number, Refused() if number % 3 == 0 else None)) for number in range(30)]
        wait_until_queued(on.store, 30)
        gate.open()
        outcomes = [type(future.exception()) for future in futures]
    assert outcomes == [Refused if number % 3 == 0 else type(None) for number in range(30)]
    assert numbers(on) == [number for number in range(30) if number % 3]


def test_a_refusal_alone_leaves_nothing(on: Runtime) -> None:
    with pytest.raises(Refused):
        on.store.write(put(1, Refused()))
    assert numbers(on) == []


def test_a_fault_in_one_function_does_not_reach_its_neighbours(on: Runtime) -> None:
    with ThreadPoolExecutor(3) as pool, Gate(on.store) as gate:
        good, bad, after = (
            pool.submit(on.store.write, put(number, then)) for number, then in ((1, None), (2, ZeroDivisionError()), (3, None))
        )
        wait_until_queued(on.store, 3)
        gate.open()
        assert isinstance(bad.exception(), ZeroDivisionError)
        assert (good.result(), after.result()) == (1, 3)
    assert numbers(on) == [1, 3]


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("neighbours", [0, 5])
def test_a_row_that_is_there_already_is_a_conflict_and_spoils_nothing(on: Runtime, bulk: bool, neighbours: int) -> None:
    on.store.write(put(7))

    def again(tx: Tx) -> None:
        if bulk:
            tx.insert(table(LogQueue), ("queue_id", "subject", "entry"), [(number, 1, b"x") for number in range(100, 110)] + [(7, 1, b"x")])
        else:
            tx.execute(insert(LogQueue).values(queue_id=7, subject=1, entry=b"x"))

    with ThreadPoolExecutor(8) as pool, Gate(on.store) as gate:
        others = [pool.submit(on.store.write, put(20 + number)) for number in range(neighbours)]
        future = pool.submit(on.store.write, again)
        wait_until_queued(on.store, neighbours + 1)
        gate.open()
        assert isinstance(future.exception(), AlreadyThere)
        assert [other.result() for other in others] == [20 + number for number in range(neighbours)]
    assert numbers(on) == [7, *(20 + number for number in range(neighbours))]


def test_a_full_queue_refuses_and_keeps_nothing_of_what_it_refused(on: Runtime) -> None:
    store = Store(on.store.engines, queue_length=2)
    with ThreadPoolExecutor(2) as pool, Gate(store) as gate:
        waiting = [pool.submit(store.write, put(number)) for number in range(2)]
        wait_until_queued(store, 2)
        with pytest.raises(Busy) as refusal:
            store.write(put(99))
        gate.open()
        assert [future.result() for future in waiting] == [0, 1]
    assert refusal.value.status == 503
    assert refusal.value.params["retry_after"] == 1
    assert numbers(on) == [0, 1]


def test_a_write_that_takes_too_long_says_that_nothing_is_known(on: Runtime) -> None:
    with Gate(on.store) as gate:
        with pytest.raises(WriteTimeout):
            on.store.write(put(5), timeout=0.05)
        gate.open()
    on.store.write(put(6))
    assert numbers(on) == [5, 6]  # it happened after all: the caller was told to ask


def test_a_write_inside_a_write_is_refused_at_once(on: Runtime) -> None:
    with pytest.raises(RuntimeError, match="inside a write"):
        on.store.write(lambda _tx: on.store.write(put(1)))
    assert numbers(on) == []


def test_what_waits_for_the_commit_is_called_after_it_and_not_for_a_refusal(on: Runtime) -> None:
    called: list[list[int]] = []

    def keep(tx: Tx) -> None:
        put(1)(tx)
        tx.after_commit(lambda: called.append(numbers(on)))

    def refuse(tx: Tx) -> None:
        tx.after_commit(lambda: called.append([-1]))
        raise Refused

    on.store.write(keep)
    with pytest.raises(Refused):
        on.store.write(refuse)
    on.store.write(put(2))
    assert called == [[1]]


def test_a_waker_that_fails_does_not_fail_the_write(on: Runtime, caplog: pytest.LogCaptureFixture) -> None:
    def run(tx: Tx) -> str:
        tx.after_commit(lambda: 1 / 0)  # type: ignore[arg-type,return-value]  # a careless waker
        return "kept"

    assert on.store.write(run) == "kept"
    assert on.store.write(lambda _tx: "still here") == "still here"
    assert "after-commit call failed" in caplog.text


def test_reading_cannot_write(on: Runtime) -> None:
    with on.store.reading() as connection, pytest.raises(exc.DBAPIError):
        connection.execute(insert(LogQueue).values(queue_id=1, subject=1, entry=b"x"))
    assert numbers(on) == []


def test_a_reading_sees_one_moment_however_much_is_written_beside_it(on: Runtime) -> None:
    on.store.write(put(1))
    count = select(func.count()).select_from(LogQueue)
    with on.store.reading() as connection:
        before = connection.execute(count).scalar_one()
        on.store.write(put(2))
        assert connection.execute(count).scalar_one() == before
    assert numbers(on) == [1, 2]


def test_a_fault_of_a_statement_is_not_called_an_unreachable_database(on: Runtime) -> None:
    with pytest.raises(exc.DBAPIError), on.store.reading() as connection:
        connection.execute(text("SELECT * FROM no_such_table"))


def test_a_closed_store_refuses_and_answers_what_was_queued_before(on: Runtime, database_url: str) -> None:
    store = Store(make_engines(database_url))
    with ThreadPoolExecutor(2) as pool, Gate(store) as gate:
        queued = pool.submit(store.write, put(1))
        wait_until_queued(store, 1)
        closing = pool.submit(store.close)
        gate.open()
        assert queued.result() == 1
        closing.result()
    with pytest.raises(StoreUnreachable):
        store.write(put(2))
    assert numbers(on) == [1]


def test_closing_twice_is_harmless(database_url: str) -> None:
    store = Store(make_engines(database_url))
    store.write(lambda _tx: None)
    store.close()
    store.close()


def test_the_writer_survives_an_exception_that_cannot_even_be_looked_at(on: Runtime) -> None:
    class Broken(Refused):
        """Raises when isinstance() asks what it is."""

        @property
        def __class__(self) -> type:  # type: ignore[override]  # isinstance() reads it
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # whatever it is, the caller is told and does not wait
        on.store.write(put(1, Broken()))
    assert on.store.write(put(2)) == 2
    assert numbers(on) == [2]
