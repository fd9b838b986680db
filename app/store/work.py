"""The one writer: callers hand it functions, it runs many in one transaction, commits once and answers all of them.

Life of a write: 1. the caller queues a function (a full queue refuses with Busy); 2. the writer thread begins (SQLite: BEGIN IMMEDIATE),
runs each waiting function in a savepoint of its own, so that one refusal undoes only itself; 3. one commit, synced to disk;
4. every caller gets its result. A crash before 3 leaves nothing and nobody was told otherwise; after 3 everything is there.
`commit` and `rollback` occur in this file only.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import Executable, Table, exc
from sqlalchemy.engine import Connection, CursorResult, RootTransaction

from app.errors import Conflict, Unavailable
from app.store.bulk import insert_rows
from app.store.engine import Engines, StoreUnreachable, assert_durable

T = TypeVar("T")
_log = logging.getLogger(__name__)

_BATCH = 200
"""Most functions in one commit: enough to share a disk sync among many callers, few enough to answer the first within 100 ms."""

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


class _Job:
    __slots__ = ("function", "future")

    def __init__(self, function: Callable[[Tx], Any]) -> None:
        self.function = function
        self.future: Future[Any] = Future()


class Store:
    """Writes go through one thread with group commit; reads run beside them on their own connections."""

    def __init__(self, engines: Engines, *, queue_length: int = 1000, allow_weak_durability: bool = False) -> None:
        self.engines = engines
        self._queue: queue.Queue[_Job | None] = queue.Queue(maxsize=queue_length)
        self._allow_weak = allow_weak_durability
        self._thread: threading.Thread | None = None
        self._start_lock = threading.Lock()
        self._closed = False

    def write(self, function: Callable[[Tx], T], *, timeout: float = 60.0) -> T:
        """Run a function in the writer's transaction and return its result once that is durable.

        The function may run more than once (after a deadlock) and must touch nothing but its `Tx`. What it raises reaches the caller
        and undoes its own changes only. Raises Busy, WriteTimeout (seconds), StoreUnreachable.
        """
        if threading.current_thread() is self._thread:
            message = "a write inside a write would wait for itself"
            raise RuntimeError(message)
        self._ensure_thread()
        job = _Job(function)
        try:
            self._queue.put_nowait(job)
        except queue.Full:
            raise Busy(retry_after=1) from None
        try:
            return cast("T", job.future.result(timeout))
        except FutureTimeout:
            raise WriteTimeout(retry_after=5, seconds=timeout) from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection with one consistent view; it cannot write."""
        try:
            connection = self.engines.reader.connect()
        except exc.DBAPIError as error:
            raise StoreUnreachable(retry_after=2, reason=type(error.orig).__name__) from error
        with connection:
            if not self.engines.sqlite:
                connection = connection.execution_options(postgresql_readonly=True)
            yield connection

    def waiting(self) -> int:
        """How many writes wait for the writer."""
        return self._queue.qsize()

    def close(self) -> None:
        """Finish what is queued, stop the writer and close every connection."""
        self._closed = True
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(timeout=30)
            self._thread = None
        self.engines.dispose()

    def _ensure_thread(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        with self._start_lock:
            if self._closed:
                raise StoreUnreachable(retry_after=2, reason="closed")
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        connection: Connection | None = None
        checked = self._allow_weak
        while True:
            batch, ending = self._take()
            if batch:
                try:
                    if connection is None or connection.closed or connection.invalidated:
                        connection = self.engines.writer.connect()
                    if not checked:
                        with connection.begin():
                            assert_durable(connection)
                        checked = True
                except Exception as error:  # noqa: BLE001  # every caller is told, the thread goes on
                    connection = None
                    _fail(batch, _translated(error))
                else:
                    self._commit(connection, batch)
            if ending:
                if connection is not None:
                    connection.close()
                return

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

    def _commit(self, connection: Connection, batch: list[_Job], attempt: int = 0) -> None:
        """One transaction for the batch; on a deadlock or a lost connection each function is tried again alone."""
        done: list[tuple[_Job, Any]] = []
        failed: list[tuple[_Job, BaseException]] = []
        tx = Tx(connection)
        transaction = None
        try:
            transaction = connection.begin()
            for job in batch:
                self._run_one(tx, job, done, failed, alone=len(batch) == 1)
            if done:
                transaction.commit()
            else:
                transaction.rollback()
        except Exception as error:  # noqa: BLE001  # nothing of the batch was kept; every caller is told or tried again
            self._undo(connection, transaction, error)
            if attempt < _RETRIES and _passing(error):
                for job in batch:
                    self._commit(connection, [job], attempt + 1)
                return
            _fail(batch, _translated(error))
            return
        for job, outcome in done:
            job.future.set_result(outcome)
        for job, reason in failed:
            job.future.set_exception(_translated(reason))
        for call in tx.after:
            try:
                call()
            except Exception:  # the write itself is durable and answered; a waker's failure is worth a line in the log
                _log.exception("after-commit call failed")

    @staticmethod
    def _undo(connection: Connection, transaction: RootTransaction | None, error: Exception) -> None:
        lost = isinstance(error, exc.DBAPIError) and error.connection_invalidated
        try:
            if transaction is not None and transaction.is_active and not lost:
                transaction.rollback()
        except exc.DBAPIError:
            lost = True
        if lost and not connection.invalidated:
            connection.invalidate()

    @staticmethod
    def _run_one(tx: Tx, job: _Job, done: list[tuple[_Job, Any]], failed: list[tuple[_Job, BaseException]], *, alone: bool) -> None:
        """Run one function; alone it needs no savepoint, because undoing it undoes the whole transaction."""
        before = len(tx.after)
        if not alone:
            tx.connection.exec_driver_sql("SAVEPOINT job")
        try:
            outcome = job.function(tx)
        except Exception as error:
            if isinstance(error, exc.DBAPIError) and (alone or _passing(error) or error.connection_invalidated):
                raise
            if not alone:
                tx.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
            del tx.after[before:]
            failed.append((job, error))
            return
        if not alone:
            tx.connection.exec_driver_sql("RELEASE SAVEPOINT job")
        done.append((job, outcome))


def _fail(batch: list[_Job], error: BaseException) -> None:
    for job in batch:
        job.future.set_exception(error)


def _passing(error: BaseException) -> bool:
    """Whether the same work may succeed when it is repeated: deadlock (40P01), serialisation failure (40001), a locked SQLite file."""
    if not isinstance(error, exc.DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state in {"40P01", "40001"} or "database is locked" in str(error.orig)


def _translated(error: BaseException) -> BaseException:
    """A library's exception never reaches a caller; a refusal passes as it is."""
    if isinstance(error, exc.IntegrityError) and (
        getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE constraint" in str(error.orig)
    ):
        return AlreadyThere()
    if isinstance(error, exc.OperationalError | exc.InterfaceError):
        return StoreUnreachable(retry_after=2, reason=str(error.orig).splitlines()[0][:200])
    return error
