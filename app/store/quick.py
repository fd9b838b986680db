"""Reads through the driver alone, for the one question that is asked more often than all others: where does this printed code lead.

The statements are those of SQLAlchemy, compiled once; what is left out is its machinery of results, transactions and pooling, which costs
ten times the look-up itself (measured: 170 of 190 µs). Each thread has a connection of its own, which cannot write.
"""

from __future__ import annotations

import threading
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Engine, Select, exc

_MOST_ON_A_SERVER = 4
"""Connections to a database server beside those of the pool: it has few to give. The embedded one has as many as there are threads."""

_SMALL_CACHE = "PRAGMA cache_size=-2000"
"""2 MB for each connection: look-ups by key live from the file's pages in memory, which all connections share."""

_MOST_STATEMENTS = 64
"""Statements kept compiled. A caller that makes a new one for each question does not belong here."""


class NotQuick(Exception):  # noqa: N818  # not a fault: the caller takes the usual way
    """The question cannot be asked this way: the database does not answer, or the statement grows with its values."""


class _Compiled:
    """One statement as the driver takes it. processors: by column, for types that are kept in another form."""

    def __init__(self, statement: Select[Any], engine: Engine) -> None:
        make: Any = type(engine.dialect)
        dialect = make(paramstyle="named" if engine.dialect.name == "sqlite" else "pyformat")
        compiled = statement.compile(dialect=dialect)
        binds = compiled.binds.values()
        if any(bind.expanding or bind.type.dialect_impl(dialect).bind_processor(dialect) for bind in binds):
            raise NotQuick
        self.statement = statement  # held, so that its identity stays its own
        self.text = str(compiled)
        self.fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        columns = list(statement.selected_columns)
        self.row: Any = namedtuple("_Row", [column.key for column in columns])  # type: ignore[misc]  # noqa: PYI024  # made for a statement
        processors = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self.processors: list[tuple[int, Callable[[Any], Any]]] = [(place, each) for place, each in enumerate(processors) if each]

    def make(self, values: tuple[Any, ...]) -> Any:
        """A row whose values can be asked for by the names of the columns."""
        if self.processors:
            changed = list(values)
            for place, processor in self.processors:
                changed[place] = processor(changed[place])
            return self.row._make(changed)
        return self.row._make(values)


class Rows:
    """The answer to one statement, already read to its end."""

    def __init__(self, rows: list[Any]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        """Row by row."""
        return iter(self._rows)

    def first(self) -> Any:
        """The first row, or None."""
        return self._rows[0] if self._rows else None


class QuickConnection:
    """What reads need of a connection: `execute` and `scalars`. Each statement sees the database as it is then."""

    def __init__(self, engine: Engine, known: dict[int, _Compiled]) -> None:
        held = engine.raw_connection()
        raw: Any = held.driver_connection
        held.detach()  # never goes back to the pool: it lives as long as its thread
        if engine.dialect.name == "sqlite":
            raw.execute(_SMALL_CACHE)
        else:
            raw.autocommit = True
        self._engine, self._known, self._raw = engine, known, raw
        self._cursor = raw.cursor()

    def execute(self, statement: Select[Any], values: Mapping[str, Any] | None = None) -> Rows:
        """Ask. Raises NotQuick, and the driver's own errors."""
        compiled = self._known.get(id(statement))
        if compiled is None:
            if len(self._known) >= _MOST_STATEMENTS:
                raise NotQuick
            compiled = self._known[id(statement)] = _Compiled(statement, self._engine)
        self._cursor.execute(compiled.text, {**compiled.fixed, **(values or {})})
        return Rows([compiled.make(row) for row in self._cursor.fetchall()])

    def scalars(self, statement: Select[Any], values: Mapping[str, Any] | None = None) -> list[Any]:
        """The first column of every row. Raises as `execute`."""
        return [row[0] for row in self.execute(statement, values)]

    def close(self) -> None:
        """Give the connection back to the database."""
        self._raw.close()


class QuickReader:
    """Quick connections, one for each thread that asks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._most = None if engine.dialect.name == "sqlite" else _MOST_ON_A_SERVER
        self._known: dict[int, _Compiled] = {}
        self._threads = threading.local()
        self._lock = threading.Lock()
        self._open: list[QuickConnection] = []

    def ask(self, question: Callable[[Any], Any]) -> Any:
        """What a function of a connection answers. Raises NotQuick where the usual way must be taken, and what the function raises."""
        connection = getattr(self._threads, "connection", None)
        try:
            if connection is None:
                connection = self._threads.connection = self._connect()
            return question(connection)
        except (exc.SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as error:
            self._drop(connection)  # the usual way tells what is wrong, and the next question begins with a fresh connection
            raise NotQuick from error

    def _connect(self) -> QuickConnection:
        with self._lock:
            if self._most is not None and len(self._open) >= self._most:
                raise NotQuick
            connection = QuickConnection(self._engine, self._known)
            self._open.append(connection)
            return connection

    def _drop(self, connection: QuickConnection | None) -> None:
        self._threads.connection = None
        with self._lock:
            if connection in self._open:
                self._open.remove(connection)
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Close what every thread has opened; who asks afterwards is sent the usual way, or opens anew."""
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()
