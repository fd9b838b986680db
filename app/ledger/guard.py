"""A file outside the database that remembers the last checkpoint signed: a database restored from an old backup must not fork the log."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from app.ledger.refusals import GuardDamaged
from app.runtime import Runtime
from app.store.files import write_whole


class Guarded(NamedTuple):
    """Size and root of the last checkpoint that may have been seen by anybody."""

    size: int
    root: bytes


def _path(on: Runtime) -> Path:
    return on.settings.home / "log.guard"


@contextmanager
def held(on: Runtime) -> Iterator[None]:
    """One publisher at a time, among the threads and processes of this installation: the guard only ever grows."""
    with _path(on).with_suffix(".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go when the file closes
        yield


def read(on: Runtime) -> Guarded:
    """What the guard remembers; size 0 for an installation that has published nothing. Raises GuardDamaged."""
    path = _path(on)
    try:
        size, root = path.read_bytes().decode("ascii").split()
        return Guarded(int(size), bytes.fromhex(root))
    except FileNotFoundError:
        return Guarded(0, b"")
    except ValueError as error:
        raise GuardDamaged(path=str(path), retry_after=60) from error


def write(size: int, root: bytes, on: Runtime) -> None:
    """Remember a checkpoint durably; call it inside `held`."""
    write_whole(_path(on), f"{size} {root.hex()}\n".encode("ascii"))
