"""The one writer: callers hand it functions, it runs many in one transaction, commits once and answers all of them.

Life of a write: 1. the caller queues a function (a full queue refuses with Busy); 2. the writer thread begins (SQLite: BEGIN IMMEDIATE),
runs each waiting function in a savepoint of its own, so that one refusal undoes only itself; 3. one commit, synced to disk;
4. every caller gets its result. A crash before 3 leaves nothing and nobody was told otherwise; after 3 everything is there.
`commit` and `rollback` occur in this file only.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import Executable, Table, exc
from sqlalchemy.engine import Connection, CursorResult, RootTransaction

from app.errors import Conflict, Unavailable
from app.store.bulk import as_core, insert_rows
from app.store.engine import Engines, StoreUnreachable, answering, assert_durable, unreachable
from app.store.quick import QuickReader

T = TypeVar("T")
_log = logging.getLogger(__name__)

_BATCH = 200
"""Most functions in one commit: enough to share a disk sync among many callers, few enough to answer the first within 100 ms."""

_WORTH_JOINING = 2

_RETRIES = 5
"""A function that meets a deadlock or a serialisation failure of PostgreSQL is run again, alone, this often."""


class Busy(Unavailable):
    """More writes are waiting than the queue holds."""

    code = "store.busy"


class WriteTimeout(Unavailable):
    """The write was not finished in time; whether it will be is not known: repeat it with the same identifiers."""

    code = "store.write-timeout"


class AlreadyThere(Conflict):
    """A row with the same key exists; the verb should have looked first, the constraint looked last."""

    code = "store.already-there"


class Tx:
    """What a write function may use; it never commits."""

    __slots__ = ("after", "connection")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.after: list[Callable[[], None]] = []

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run one statement."""
        return cast("CursorResult[Any]", self.connection.execute(statement, parameters))

    def insert(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows of driver-ready values (int, str, bytes, bool, None) the fastest way the database has."""
        insert_rows(self.connection, table, columns, rows)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call something small and harmless once the transaction is durable, for example to wake a worker."""
        self.after.append(call)


class Rows(NamedTuple):
    """Rows to be inserted into one table: driver-ready values in the order of the columns."""

    table: Table
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]


class _Job:
    __slots__ = ("function", "future", "parts")

    def __init__(self, function: Callable[[Tx], Any], parts: Sequence[Rows] | None = None) -> None:
        self.function = function
        self.parts = parts
        self.future: Future[Any] = Future()


def _inserting(parts: Sequence[Rows]) -> Callable[[Tx], None]:
    def run(tx: Tx) -> None:
        for part in parts:
            tx.insert(*part)

    return run


class Store:
    """Writes go through one thread with group commit; reads run beside them on their own connections."""

    def __init__(self, engines: Engines, *, queue_length: int = 1000, allow_weak_durability: bool = False) -> None:
        self.engines = engines
        self._queue: queue.Queue[_Job | None] = queue.Queue(maxsize=queue_length)
        self._allow_weak = allow_weak_durability
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._file: tuple[int, int] | None = None
        self._connection: Connection | None = None
        self._durable: Any = None
        self.quick = QuickReader(engines.reader)
        """Look-ups by key without a transaction, for questions that must be answered very fast."""

    def write(self, function: Callable[[Tx], T], *, timeout: float = 60.0) -> T:
        """Run a function in the writer's transaction and return its result once that is durable.

        The function may run more than once (after a deadlock or a lost connection) and must touch nothing but its `Tx`. What it raises
        reaches the caller and undoes its own changes only. Raises Busy, WriteTimeout (seconds), StoreUnreachable.
        """
        return cast("T", self._answer_of(_Job(function), timeout))

    def append(self, parts: Sequence[Rows], *, timeout: float = 60.0) -> None:
        """Insert rows into several tables and return once they are durable, all or none; otherwise as `write`.

        The rows of many callers go to the database together, one statement for each table: on SQLite a tenth of the calls, on PostgreSQL
        one COPY instead of many round trips. Only when one of them meets a constraint does each caller's part stand alone.
        """
        self._answer_of(_Job(_inserting(parts), parts), timeout)

    def append_soon(self, parts: Sequence[Rows]) -> Future[Any]:
        """The same without waiting: the future has its result once the rows are durable, or what `append` would raise. Raises Busy."""
        job = _Job(_inserting(parts), parts)
        self._put(job)
        return job.future

    def _put(self, job: _Job) -> None:
        with self._lock:  # a job queued while the store closes would never be answered
            self._ensure_thread()
            try:
                self._queue.put_nowait(job)
            except queue.Full:
                raise Busy(retry_after=1) from None

    def _answer_of(self, job: _Job, timeout: float) -> Any:
        if threading.current_thread() is self._thread:
            message = "a write inside a write would wait for itself"
            raise RuntimeError(message)
        self._put(job)
        try:
            return job.future.result(timeout)
        except FutureTimeout:
            raise WriteTimeout(retry_after=5, seconds=timeout) from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection with one consistent view; it cannot write. Raises StoreUnreachable, Busy when every connection is taken."""
        try:
            with answering(), self.engines.reader.connect() as connection:
                yield connection
        except exc.TimeoutError as error:
            raise Busy(retry_after=1) from error

    def waiting(self) -> int:
        """How many writes wait for the writer."""
        return self._queue.qsize()

    def close(self) -> None:
        """Finish what is queued, stop the writer and close every connection."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
            if thread is not None and thread.is_alive():
                self._queue.put(None)
        if thread is not None:
            thread.join(timeout=30)
        self.quick.close()
        self.engines.dispose()

    def _ensure_thread(self) -> None:
        if self._closed:
            raise StoreUnreachable(retry_after=2, reason="closed")
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        ending = False
        while not ending:
            batch, ending = self._take()
            try:
                self._commit(batch)
            except Exception as error:  # noqa: BLE001  # a fault of ours in here must not leave callers waiting, nor end the thread
                _log.exception("the writer failed")
                _fail(batch, error)
        if self._connection is not None:
            self._connection.close()

    def _take(self) -> tuple[list[_Job], bool]:
        first = self._queue.get()
        if first is None:
            return [], True
        batch = [first]
        while len(batch) < _BATCH:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return batch, True
            batch.append(job)
        return batch, False

    def _connected(self) -> Connection:
        """The writer's connection; a lost one is made again, and every new one is asked whether it keeps what it acknowledges."""
        if self._connection is None:
            self._connection = self.engines.writer.connect()
            self._file = self._file or self._on_disk()
        if self._file != self._on_disk():
            raise StoreUnreachable(retry_after=60, reason="the database file was removed or replaced under the running server")
        raw = self._connection.connection.driver_connection
        if raw is not self._durable and not self._allow_weak:
            with self._connection.begin():
                assert_durable(self._connection)
            self._durable = raw
        return self._connection

    def _on_disk(self) -> tuple[int, int] | None:
        """Device and inode of the embedded database, None for another: what is written to a removed file is acknowledged and lost."""
        path = self.engines.writer.url.database if self.engines.sqlite else None
        if not path:
            return None
        try:
            found = os.stat(path)  # noqa: PTH116  # two microseconds, for every commit
        except FileNotFoundError:
            return (0, 0)
        return found.st_dev, found.st_ino

    def _commit(self, batch: list[_Job], attempt: int = 0) -> None:
        """One transaction for the batch; after a deadlock, or a connection lost before the commit, each function is tried again alone."""
        done: list[tuple[_Job, Any]] = []
        failed: list[tuple[_Job, BaseException]] = []
        transaction, committing = None, False
        if not batch:
            return
        try:
            tx = Tx(self._connected())
            transaction = tx.connection.begin()
            for job in self._append_together(tx, batch, done):
                self._run_one(tx, job, done, failed, alone=len(batch) == 1)
            if done:
                committing = True
                transaction.commit()
            else:
                transaction.rollback()
        except Exception as error:  # noqa: BLE001  # nothing of the batch was kept; every caller is told or tried again
            self._undo(transaction)
            # A connection lost during the commit itself leaves open whether it happened: the caller must ask, we must not repeat.
            if attempt < _RETRIES and (_passing(error) or (_lost(error) and not committing)):
                for job in batch:
                    self._commit([job], attempt + 1)
                return
            _fail(batch, _translated(error))
            return
        for job, outcome in done:
            job.future.set_result(outcome)
        for job, reason in failed:
            job.future.set_exception(_translated(reason))
        _wake(tx.after)

    def _undo(self, transaction: RootTransaction | None) -> None:
        """Leave the transaction; a connection on which even that fails is thrown away."""
        connection = self._connection
        if connection is None:
            return
        try:
            if transaction is not None:
                transaction.rollback()
            elif connection.in_transaction():
                connection.rollback()
        except exc.SQLAlchemyError:
            connection.invalidate()
            connection.close()
            self._connection = None

    @staticmethod
    def _append_together(tx: Tx, batch: list[_Job], done: list[tuple[_Job, Any]]) -> list[_Job]:
        """Insert the rows of all jobs that only insert, table by table; returns the jobs that remain to be run one by one."""
        appends = [job for job in batch if job.parts is not None]
        if len(appends) < _WORTH_JOINING:
            return batch
        joined: dict[tuple[Table, tuple[str, ...]], list[Sequence[Any]]] = {}
        for job in appends:
            for table, columns, rows in job.parts or ():
                joined.setdefault((table, columns), []).extend(rows)
        _raw(tx.connection, "SAVEPOINT job")
        try:
            for (table, columns), rows in joined.items():
                tx.insert(table, columns, rows)
        except exc.DBAPIError as error:
            if _passing(error) or error.connection_invalidated:
                raise
            _raw(tx.connection, "ROLLBACK TO SAVEPOINT job")  # one of them is refused: each is tried alone, and only that one is told
            return batch
        _raw(tx.connection, "RELEASE SAVEPOINT job")
        done += [(job, None) for job in appends]
        return [job for job in batch if job.parts is None]

    @staticmethod
    def _run_one(tx: Tx, job: _Job, done: list[tuple[_Job, Any]], failed: list[tuple[_Job, BaseException]], *, alone: bool) -> None:
        """Run one function; alone it needs no savepoint, because undoing it undoes the whole transaction."""
        before = len(tx.after)
        if not alone:
            _raw(tx.connection, "SAVEPOINT job")
        try:
            outcome = job.function(tx)
        except Exception as error:
            if isinstance(error, exc.DBAPIError) and (alone or _passing(error) or error.connection_invalidated):
                raise
            if not alone:
                _raw(tx.connection, "ROLLBACK TO SAVEPOINT job")
            del tx.after[before:]
            failed.append((job, error))
            return
        if not alone:
            _raw(tx.connection, "RELEASE SAVEPOINT job")
        done.append((job, outcome))


def _wake(calls: list[Callable[[], None]]) -> None:
    for call in calls:
        try:
            call()
        except Exception:  # noqa: BLE001  # the write itself is durable and answered; a waker's failure is worth a line in the log
            _log.exception("after-commit call failed")


def _raw(connection: Connection, statement: str) -> None:
    """A savepoint straight through the driver: two for each waiting write, and SQLAlchemy's bookkeeping costs 50 microseconds each."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(statement)
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_core(connection, statement, error) from error


def _fail(batch: list[_Job], error: BaseException) -> None:
    for job in batch:
        if not job.future.done():
            job.future.set_exception(error)


def _lost(error: BaseException) -> bool:
    """Whether the connection went away under the transaction."""
    return isinstance(error, exc.DBAPIError) and error.connection_invalidated


def _passing(error: BaseException) -> bool:
    """Whether the same work may succeed when it is repeated: deadlock (40P01), serialisation failure (40001).

    Not a locked SQLite file: it was waited for (busy_timeout), and waiting again for each of 200 callers would take an hour.
    """
    return isinstance(error, exc.DBAPIError) and getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}


def _translated(error: BaseException) -> BaseException:
    """A library's exception never reaches a caller; a refusal passes as it is."""
    if isinstance(error, exc.IntegrityError) and (
        getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE constraint" in str(error.orig)
    ):
        return AlreadyThere()
    return unreachable(error) or error
