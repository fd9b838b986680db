"""The secret of the day behind visitors' tokens: random, in one small file, gone when the next day's takes its place.

It is derived from nothing and lies outside the folder that backups copy, so that after its day nobody can compute a token again, the
operator no more than anybody else.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from datetime import date, timedelta
from pathlib import Path

from app.store.files import sync
from app.vault import SecretNotWritten

NAME = "scan-day.key"
_BYTES = 32
_AHEAD = timedelta(days=1)
"""How far another process's clock may be ahead at midnight; a secret of a later day than that came from a clock set wrong."""


def of_day(home: Path, today: date) -> bytes:
    """The 32 bytes of today, made by the first process that asks; the day before's are overwritten.

    Raises SecretNotWritten when there is no room for the file, or no right to write it.
    """
    path = home / NAME
    found = _read(path, today)
    if found is not None:
        return found
    try:
        with path.with_suffix(".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # let go when the file closes
            return _read(path, today) or _replace(path, today)
    except OSError as error:
        raise SecretNotWritten(path=str(path), reason=error.strerror or "", retry_after=60) from error


def _read(path: Path, today: date) -> bytes | None:
    """What the file holds for today; None when it is of another day, missing or damaged."""
    try:
        day, value = path.read_text(encoding="ascii").split()
        found, made = bytes.fromhex(value), date.fromisoformat(day)
    except (FileNotFoundError, ValueError):
        return None
    return found if today <= made <= today + _AHEAD and len(found) == _BYTES else None


def _replace(path: Path, today: date) -> bytes:
    """A new secret in the place of the old one: whoever reads sees one or the other, whole."""
    made, draft = secrets.token_bytes(_BYTES), path.with_suffix(".new")
    draft.unlink(missing_ok=True)  # of a process that was killed here; there is one at a time
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{today.isoformat()} {made.hex()}\n")
    draft.replace(path)
    sync(path.parent)
    return made
