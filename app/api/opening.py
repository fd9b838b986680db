"""What must be true before the first request is answered: the right tables, room for this month, a database that keeps its word."""

from __future__ import annotations

import fcntl
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from app.errors import Unavailable
from app.identify.prefix_list import known
from app.ledger import find, guard
from app.ledger.refusals import LogRolledBack
from app.runtime import Runtime, make_runtime
from app.settings import load
from app.store import migrate, partitions
from app.store.work import Tx


class HomeInUse(Unavailable):
    """Another server process serves this installation; SQLite has one."""

    code = "serve.home-in-use"


class PortTaken(Unavailable):
    """Something else listens on the port already."""

    code = "serve.port-taken"


def open_installation(on: Runtime) -> Path | None:
    """Migrate the embedded database, refuse a PostgreSQL one that needs it; the copy that was made of an old file, None without.

    Raises MigrationNeeded, NewerThanProgram, WeakDurability, StoreUnreachable, and what is wrong with the list of prefixes.
    """
    known(on.settings.prefix_list)  # a wrong list is told now and not to the first visitor
    copy = None
    if on.settings.is_sqlite():
        copy = migrate.upgrade_embedded(on.store.engines)
    else:
        migrate.require_current(on.store.engines)
    _same_log(on)
    on.store.write(make_months_ahead)  # also the first question whether the database keeps what it acknowledges
    return copy


def _same_log(on: Runtime) -> None:
    """Refuse a database that knows less of the log than was published: it is an old copy, or a new file where one was lost."""
    seen = guard.read(on)
    with on.store.reading() as connection:
        state = find.state(connection)
    size = 0 if state is None else state.size
    if seen.size > size:
        raise LogRolledBack(published=seen.size, found=size, retry_after=60)


def only_one(on: Runtime) -> TextIO | None:
    """Hold the embedded installation for this server process; raises HomeInUse while another serves it. Nothing on PostgreSQL.

    The lock belongs to the process that writes, so it ends with it, however that ends.
    """
    if not on.settings.is_sqlite():
        return None
    file = (on.settings.home / "serve.lock").open("w", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise HomeInUse(home=str(on.settings.home), retry_after=60) from error
    return file


def local_installation() -> Runtime:
    """The installation of this machine, opened: what commands that work without a server use."""
    on = make_runtime(load())
    open_installation(on)
    return on


def make_months_ahead(tx: Tx) -> None:
    """Make the monthly partitions that are missing; nothing on SQLite."""
    partitions.ensure(tx.connection, datetime.now(UTC))
