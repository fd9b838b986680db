"""A file outside the database that remembers the last checkpoint signed: a database restored from an old backup must not fork the log."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from app.runtime import Runtime


class Guarded(NamedTuple):
    """Size and root of the last checkpoint that may have been seen by anybody."""

    size: int
    root: bytes


def _path(on: Runtime) -> Path:
    return on.settings.home / "log.guard"


def read(on: Runtime) -> Guarded:
    """What the guard remembers; size 0 for an installation that has published nothing."""
    try:
        size, root = _path(on).read_text(encoding="ascii").split()
    except FileNotFoundError:
        return Guarded(0, b"")
    return Guarded(int(size), bytes.fromhex(root))


def write(size: int, root: bytes, on: Runtime) -> None:
    """Remember a checkpoint durably: new file, fsync, rename, fsync of the folder."""
    path = _path(on)
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="ascii") as file:
        file.write(f"{size} {root.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
