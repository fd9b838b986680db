"""Migrations: one Alembic tree for both databases, run from code so that no working directory matters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeDecorator

from app.errors import Unavailable
from app.store import partitions
from app.store.engine import Engines
from app.store.tables import all_tables

_LOCK = 7_274_891
"""Key of the PostgreSQL advisory lock that keeps two migrations apart."""


class MigrationNeeded(Unavailable):
    """The database is older or newer than the program."""

    code = "store.migration-needed"


def _config(connection: Connection) -> Config:
    config = Config()
    with as_file(files("app.store") / "migrations") as folder:
        config.set_main_option("script_location", str(folder))
    config.attributes["connection"] = connection
    return config


def _with(engines: Engines, run: Callable[[Config], Any]) -> Any:
    """Run an Alembic command; on PostgreSQL under an advisory lock held by a connection of its own, so that two servers starting together do not both migrate."""
    if engines.sqlite:
        with engines.writer.connect() as connection:
            return run(_config(connection))
    with engines.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
        guard.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        try:
            with engines.writer.connect() as connection:
                return run(_config(connection))
        finally:
            guard.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})


def head() -> str:
    """The revision this program expects."""
    with as_file(files("app.store") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        found = ScriptDirectory.from_config(config).get_current_head()
    if found is None:
        message = "no migrations are installed"
        raise RuntimeError(message)
    return found


def current(engines: Engines) -> str | None:
    """The revision of the database, None for an empty one."""
    with engines.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engines: Engines, revision: str = "head") -> None:
    """Bring the database up to a revision; repeated calls change nothing. Also makes the coming monthly partitions."""
    _with(engines, lambda config: command.upgrade(config, revision))
    if not engines.sqlite:
        with engines.writer.begin() as connection:
            partitions.ensure(connection, datetime.now(UTC))


def downgrade(engines: Engines, revision: str) -> None:
    """Take the database back to a revision ("base" for empty)."""
    _with(engines, lambda config: command.downgrade(config, revision))


def require_current(engines: Engines) -> None:
    """Raise MigrationNeeded unless the database has exactly the tables this program was written for."""
    found, wanted = current(engines), head()
    if found != wanted:
        raise MigrationNeeded(retry_after=60, found=found or "-", wanted=wanted)


def differences(engines: Engines) -> list[Any]:
    """What autogenerate would still change: empty when migrations and models agree."""

    def ours(_object: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:  # noqa: FBT001  # Alembic calls it so
        return not (kind == "table" and reflected and name is not None and "_p_" in name)

    def same_type(_context: Any, _inspected: Any, _column: Any, inspected_type: Any, wanted: Any) -> bool | None:
        if isinstance(wanted, TypeDecorator):
            return not isinstance(inspected_type, type(wanted.impl_instance))
        return None

    with engines.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": same_type})
        return list(compare_metadata(context, all_tables()))
