"""Many rows at once: the driver's executemany on SQLite, binary COPY on PostgreSQL; both inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, SmallInteger, Table, exc
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeDecorator

_TOGETHER = 80
"""Rows in one statement on SQLite: a sixth less time than one by one, and Python's lock is given away once instead of 80 times."""

_FEW = 3
"""Up to this many rows a plain INSERT costs PostgreSQL less than starting a COPY."""


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert driver-ready rows; values are int, str, bytes, bool or None in the order of `columns`.

    Core's insert costs 77 microseconds an event where this costs 40 (SQLite) and 7 (PostgreSQL, COPY BINARY).
    Raises SQLAlchemy's errors, as every other statement does: a caller must not have to know which driver it was.
    """
    rows = list(rows)
    if not rows:
        return
    raw = connection.connection.driver_connection
    if raw is None:
        message = "the connection is closed"
        raise RuntimeError(message)
    try:
        _send(connection, raw, table, tuple(columns), rows)
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_core(connection, f"INSERT INTO {table.name}", error) from error


def _send(connection: Connection, raw: Any, table: Table, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    if connection.dialect.name == "sqlite":
        done = 0
        if len(rows) >= _TOGETHER:
            together = _insert_together(table, columns)
            for done in range(_TOGETHER, len(rows) + 1, _TOGETHER):
                raw.execute(together, [*chain.from_iterable(rows[done - _TOGETHER : done])])
        raw.executemany(_insert(table, columns, "?"), rows[done:])
        return
    with raw.cursor() as cursor:
        if len(rows) <= _FEW:
            for row in rows:
                cursor.execute(_insert(table, columns, "%s"), row)
            return
        with cursor.copy(f"COPY {table.name} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(_types(table, columns))
            for row in rows:
                copy.write_row(row)


def as_core(connection: Connection, statement: str, error: Exception) -> BaseException:
    """An error of the driver as SQLAlchemy's, with a lost connection marked and put away."""
    dialect = connection.dialect
    driver: Any = connection.connection.driver_connection
    lost = dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]  # what the driver raises is what the dialect looks at
    if lost:
        connection.invalidate(error)
    return exc.DBAPIError.instance(statement, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect)


@lru_cache(maxsize=256)
def _insert(table: Table, columns: tuple[str, ...], mark: str) -> str:
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"  # noqa: S608  # names are ours


@lru_cache(maxsize=256)
def _insert_together(table: Table, columns: tuple[str, ...]) -> str:
    """Insert _TOGETHER rows; with the widest table of ours that is a tenth of the parameters that SQLite takes."""
    one = _insert(table, columns, "?")
    values = one[one.index(" VALUES ") + len(" VALUES ") :]
    return one + f", {values}" * (_TOGETHER - 1)


@lru_cache(maxsize=256)
def _types(table: Table, columns: tuple[str, ...]) -> list[str]:
    return [_type(table.c[name].type) for name in columns]


def _type(kind: Any) -> str:
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance if hasattr(kind, "impl_instance") else kind.impl
    for python, name in ((BigInteger, "int8"), (SmallInteger, "int2"), (Integer, "int4"), (LargeBinary, "bytea"), (Boolean, "bool")):
        if isinstance(kind, python):
            return name
    return "text"
