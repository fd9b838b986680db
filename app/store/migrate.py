"""Migrations: one Alembic tree for both databases, run from code so that no working directory matters."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeDecorator

from app.errors import Invalid, Unavailable
from app.store import partitions
from app.store.engine import Engines, answering
from app.store.files import sync
from app.store.tables import all_tables

_LOCK = 7_274_891
"""Key of the PostgreSQL advisory lock that keeps two migrations apart."""


class MigrationNeeded(Unavailable):
    """The database is older than the program."""

    code = "store.migration-needed"


class NewerThanProgram(Unavailable):
    """The database was migrated by a newer program."""

    code = "store.newer-than-program"


class NoSuchRevision(Invalid):
    """No migration has this number."""

    code = "store.no-such-revision"


def _config(connection: Connection | None = None, further: Path | None = None) -> Config:
    """further: a folder of revisions beside our own."""
    config = Config()
    with as_file(files("app.store") / "migrations") as folder:
        config.set_main_option("script_location", str(folder))
        if further is not None:
            config.set_main_option("path_separator", "newline")
            config.set_main_option("version_locations", f"{folder / 'versions'}\n{further}")
    config.attributes["connection"] = connection
    return config


def _with(engines: Engines, run: Callable[[Config], Any], further: Path | None = None) -> Any:
    """Run an Alembic command.

    On PostgreSQL under an advisory lock held by a connection of its own, so that two servers starting together do not both migrate.
    """
    if engines.sqlite:
        with answering(), engines.writer.connect() as connection:
            return run(_config(connection, further))
    with answering(), engines.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
        guard.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        try:
            with engines.writer.connect() as connection:
                return run(_config(connection, further))
        finally:
            guard.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})


@lru_cache(maxsize=2)
def _known(further: Path | None = None) -> tuple[str, ...]:
    """Every revision of this program, newest first; read from the files once."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config(further=further)).walk_revisions())


def head(further: Path | None = None) -> str:
    """The revision this program expects."""
    return _known(further)[0]


def current(engines: Engines) -> str | None:
    """The revision of the database, None for an empty one. Raises StoreUnreachable."""
    with answering(), engines.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _refuse_unknown(engines: Engines, further: Path | None) -> str | None:
    found = current(engines)
    if found is not None and found not in _known(further):
        raise NewerThanProgram(retry_after=60, found=found, wanted=head(further))
    return found


def upgrade(engines: Engines, revision: str = "head", *, further: Path | None = None) -> None:
    """Bring the database up to a revision; repeated calls change nothing. Also makes the coming monthly partitions.

    Raises NewerThanProgram, NoSuchRevision, StoreUnreachable.
    """
    _refuse_unknown(engines, further)
    if revision != "head" and revision not in _known(further):
        raise NoSuchRevision(revision=revision[:40])
    _with(engines, lambda config: command.upgrade(config, revision), further)
    if not engines.sqlite:
        with engines.writer.begin() as connection:
            partitions.ensure(connection, datetime.now(UTC))


def upgrade_embedded(engines: Engines, *, further: Path | None = None) -> Path | None:
    """Bring the SQLite file up to date; an older one is copied beside it first, as `<file>.before-<revision>`, and the copy is returned.

    Raises NewerThanProgram, StoreUnreachable.
    """
    found = _refuse_unknown(engines, further)
    if found == head(further):
        return None
    copy = None if found is None else _copy_aside(Path(str(engines.writer.url.database)), found)
    upgrade(engines, further=further)
    return copy


def _copy_aside(database: Path, revision: str) -> Path:
    """A whole copy of a database file; it grows under another name, so that one with the right name is complete."""
    copy = database.with_name(f"{database.name}.before-{revision}")
    draft = copy.with_name(copy.name + ".part")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
    sync(draft)
    draft.replace(copy)
    sync(copy.parent)
    return copy


def downgrade(engines: Engines, revision: str) -> None:
    """Take the database back to a revision ("base" for empty). Raises NewerThanProgram, NoSuchRevision."""
    _refuse_unknown(engines, None)
    try:
        _with(engines, lambda config: command.downgrade(config, revision))
    except CommandError as error:
        raise NoSuchRevision(revision=revision[:40]) from error


def require_current(engines: Engines) -> None:
    """Raise MigrationNeeded or NewerThanProgram unless the database has exactly the tables this program was written for."""
    found, wanted = _refuse_unknown(engines, None), head()
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
