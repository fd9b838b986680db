"""One check of links at a time: the server's night and the operator's command may run side by side, in two processes or ten."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Connection

from app.errors import Unavailable
from app.runtime import Runtime

_LOCK = 0x7472_7578_0C4E
"""Key of the PostgreSQL advisory lock of whoever checks: several server processes share one night's work."""


class CheckUnderWay(Unavailable):
    """Somebody else, the server or a command, is checking the links of this installation."""

    code = "resolve.check-under-way"  # params: retry_after


@contextmanager
def alone(on: Runtime) -> Iterator[bool]:
    """Whether this caller is the one that checks, for as long as the block runs; whoever dies lets go."""
    if on.store.engines.sqlite:
        with _locked_file(Path(f"{on.store.engines.writer.url.database}.checking")) as mine:
            yield mine
        return
    with on.store.engines.reader.connect() as plain:
        connection = plain.execution_options(
            isolation_level="AUTOCOMMIT"
        )  # a lock of the connection: no transaction stays open for minutes
        with _locked_row(connection) as mine:
            yield mine


@contextmanager
def _locked_file(path: Path) -> Iterator[bool]:
    """A lock beside the database file, which all who use the database share."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True  # let go when the file closes


@contextmanager
def _locked_row(connection: Connection) -> Iterator[bool]:
    held = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}).scalar_one())
    try:
        yield held
    finally:
        if held:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
