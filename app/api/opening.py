"""What must be true before the first request is answered: the right tables, room for this month, a database that keeps its word."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from app.runtime import Runtime, make_runtime
from app.settings import load
from app.store import migrate, partitions
from app.store.work import Tx


def open_installation(on: Runtime) -> Path | None:
    """Migrate the embedded database, refuse a PostgreSQL one that needs it; the copy that was made of an old file, None without.

    Raises MigrationNeeded, NewerThanProgram, WeakDurability, StoreUnreachable.
    """
    copy = None
    if on.settings.is_sqlite():
        copy = migrate.upgrade_embedded(on.store.engines)
    else:
        migrate.require_current(on.store.engines)
    on.store.write(make_months_ahead)  # also the first question whether the database keeps what it acknowledges
    return copy


def local_installation() -> Runtime:
    """The installation of this machine, opened: what commands that work without a server use."""
    on = make_runtime(load())
    open_installation(on)
    return on


def make_months_ahead(tx: Tx) -> None:
    """Make the monthly partitions that are missing; nothing on SQLite."""
    partitions.ensure(tx.connection, datetime.now(UTC))
