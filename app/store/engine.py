"""One engine that writes and one that reads, on the same database: the reader cannot write, whatever its caller tries."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, exc, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.pool import QueuePool

from app.errors import Unavailable


class WeakDurability(Unavailable):
    """The database would acknowledge events that a power cut can take back."""

    code = "store.weak-durability"


class StoreUnreachable(Unavailable):
    """The database does not answer."""

    code = "store.unreachable"


_CONNECT_SECONDS = 10
"""A server that does not answer for so long counts as unreachable; without a limit a caller would wait for minutes."""

# Mapped pages count as memory of the process, once for each connection: the second of two documents of 50 MB peaked at 259 MB with 256 MB
# mapped, at 217 with 32.
_PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "cache_size=-32000", "temp_store=MEMORY",
    "mmap_size=33554432", "journal_size_limit=67108864",
)  # fmt: skip
_SQLITE_TROUBLE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_FULL", "SQLITE_NOTADB", "SQLITE_CORRUPT")
_POSTGRESQL_TROUBLE = ("08", "53", "57", "58")
"""Classes of SQLSTATE: connection, resources, operator intervention, system error (PostgreSQL manual, appendix A)."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The pair of engines of one installation."""

    writer: Engine
    reader: Engine

    @property
    def sqlite(self) -> bool:
        """Whether both lead to the embedded database."""
        return self.writer.dialect.name == "sqlite"

    def dispose(self) -> None:
        """Close every connection."""
        self.writer.dispose()
        self.reader.dispose()


def make_engines(url: str) -> Engines:
    """Engines for an SQLAlchemy URL; nothing is opened yet."""
    if make_url(url).get_backend_name() == "sqlite":
        return Engines(_sqlite(url, "IMMEDIATE"), _sqlite(url, "DEFERRED", read_only=True))
    writer = _postgresql(url, pool_size=4, max_overflow=4)
    # REPEATABLE READ: a proof reads checkpoint and tiles in several statements, and they must be of one moment.
    one_view = {"isolation_level": "REPEATABLE READ", "execution_options": {"postgresql_readonly": True}}
    reader = _postgresql(url, pool_size=16, max_overflow=16, **one_view)
    return Engines(writer, reader)


def _postgresql(url: str, **options: Any) -> Engine:
    given = make_url(url).query
    arguments = {} if "connect_timeout" in given else {"connect_timeout": _CONNECT_SECONDS}
    return create_engine(url, pool_pre_ping=True, connect_args=arguments, **options)


def _sqlite(url: str, begin: str, *, read_only: bool = False) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=16 if read_only else 2,
        max_overflow=32,
        connect_args={"check_same_thread": False, "timeout": 10, "cached_statements": 256},
    )

    @event.listens_for(engine, "connect")
    def _connect(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # BEGIN is ours to emit: the driver's implicit one reads a stale head (WAL snapshot) before it locks
        # WAL + FULL loses nothing on power loss; NORMAL lost acknowledged commits in 11 of 40 measured cuts.
        for line in _PRAGMAS:
            raw.execute(f"PRAGMA {line}")
        if read_only:
            raw.execute("PRAGMA query_only=ON")
        else:
            raw.execute("PRAGMA mmap_size=0")  # its reads are pages it is about to change; mapped, they counted 60 MB in one large document

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE for the writer: a deferred transaction that upgrades fails at once with "database is locked".
        connection.exec_driver_sql(f"BEGIN {begin}")

    return engine


def assert_durable(connection: Connection) -> None:
    """Raise WeakDurability when an acknowledged commit could be lost on power failure.

    Source: measured power cuts; SQLite WAL needs synchronous=FULL (2), PostgreSQL needs fsync and synchronous_commit=on.
    """
    if connection.dialect.name == "sqlite":
        level = connection.execute(text("PRAGMA synchronous")).scalar_one()
        if int(level) < 2:  # 2 is FULL in SQLite's numbering
            raise WeakDurability(setting="synchronous", found=level, wanted="FULL")
        return
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        found = connection.execute(text(f"SHOW {name}")).scalar_one()
        if found in {"off", "local"} and not (name == "synchronous_commit" and found == "local"):
            raise WeakDurability(setting=name, found=found, wanted="on")


def unreachable(error: BaseException) -> StoreUnreachable | None:
    """The refusal for a database that is away, locked, full or broken; None for a fault of the statement itself."""
    if not isinstance(error, exc.DBAPIError):
        return None
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        away = str(getattr(cause, "sqlite_errorname", "")).startswith(_SQLITE_TROUBLE)
    else:
        state = getattr(cause, "sqlstate", None)
        refused = state is None and isinstance(error, exc.OperationalError)  # no state: the server was never reached
        away = error.connection_invalidated or refused or str(state)[:2] in _POSTGRESQL_TROUBLE
    if not away:
        return None
    return StoreUnreachable(retry_after=2, reason=(str(cause).strip().splitlines() or [type(cause).__name__])[0][:200])


@contextmanager
def answering() -> Iterator[None]:
    """Turn a library's error about a database that is away into StoreUnreachable; every other error passes."""
    try:
        yield
    except exc.DBAPIError as error:
        refusal = unreachable(error)
        if refusal is None:
            raise
        raise refusal from error
