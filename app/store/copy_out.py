"""Backup and restore: a consistent copy while the server runs, with a manifest that says what it holds and how to check it.

A backup is a folder: `database.db` (SQLite online backup) or `database.sql` (pg_dump), `secrets/`, `log.guard`, `manifest.json` with the
SHA-256 of each file. It contains the private keys: keep it like them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from app import __version__
from app.errors import Conflict, Invalid, Unavailable
from app.runtime import Runtime
from app.store import migrate

Progress = Callable[[int, int], None]
"""Called with (pages done, pages in all)."""

_PAGES = 2000


class BackupExists(Conflict):
    """The target folder is there already; a backup never overwrites another."""

    code = "store.backup-exists"


class BackupDamaged(Invalid):
    """A file of the backup is missing or has other content than the manifest says."""

    code = "store.backup-damaged"


class RestoreOccupied(Conflict):
    """The installation to restore into is not empty."""

    code = "store.restore-occupied"


class ToolMissing(Unavailable):
    """A program of PostgreSQL's client package is not installed."""

    code = "store.tool-missing"


def backup(target: Path, *, on: Runtime, progress: Progress | None = None) -> dict[str, Any]:
    """Write a backup folder and return its manifest; raises BackupExists.

    It grows under another name and is renamed when whole, so that a folder with the right name is always complete.
    """
    if target.exists():
        raise BackupExists(path=str(target))
    draft = target.with_name(target.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    # Guard and secrets first: a log that goes on during the copy may be newer than the guard, never older.
    for name in ("log.guard", "secrets"):
        source = on.settings.home / name
        if source.is_dir():
            shutil.copytree(source, draft / name)
        elif source.is_file():
            shutil.copy2(source, draft / name)
    url = on.settings.url()
    if on.settings.is_sqlite():
        _copy_sqlite(str(make_url(url).database), draft / "database.db", progress)
    else:
        _run(["pg_dump", "--no-owner", "--file", str(draft / "database.sql"), _libpq(url)])
    manifest = {
        "program": __version__,
        "revision": migrate.current(on.store.engines),
        "made": on.clock.now().isoformat(),
        "files": {str(path.relative_to(draft)): _digest(path) for path in sorted(draft.rglob("*")) if path.is_file()},
    }
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    _sync(draft)
    draft.rename(target)
    return manifest


def check(source: Path) -> dict[str, Any]:
    """The manifest of a backup whose every file has the digest it says; raises BackupDamaged."""
    try:
        manifest: dict[str, Any] = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
        files = manifest["files"]
    except (OSError, ValueError, KeyError) as error:
        raise BackupDamaged(file="manifest.json") from error
    for name, digest in files.items():
        path = source / name
        if not path.is_file() or _digest(path) != digest:
            raise BackupDamaged(file=name)
    return manifest


def restore(source: Path, *, on: Runtime) -> dict[str, Any]:
    """Put a checked backup into an empty installation; raises BackupDamaged, RestoreOccupied."""
    manifest = check(source)
    home = on.settings.home
    if migrate.current(on.store.engines) is not None or (home / "secrets").exists():
        raise RestoreOccupied(path=str(home))
    on.store.engines.dispose()
    for name in ("log.guard", "secrets"):
        if (source / name).is_dir():
            shutil.copytree(source / name, home / name)
        elif (source / name).is_file():
            shutil.copy2(source / name, home / name)
    url = on.settings.url()
    if on.settings.is_sqlite():
        database = Path(str(make_url(url).database))
        for leftover in ("-wal", "-shm", ""):
            Path(f"{database}{leftover}").unlink(missing_ok=True)
        shutil.copy2(source / "database.db", database)
    else:
        _run(["psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction", "--file", str(source / "database.sql"), _libpq(url)])
    return manifest


def _copy_sqlite(source: str, target: Path, progress: Progress | None) -> None:
    def told(_status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    with sqlite3.connect(source) as reading, sqlite3.connect(target) as writing:
        reading.backup(writing, pages=_PAGES, progress=told)
    reading.close()
    writing.close()


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(command: list[str]) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise ToolMissing(program=command[0], retry_after=60)
    result = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603  # our own arguments
    if result.returncode != 0:
        raise BackupDamaged(file=result.stderr.strip().splitlines()[-1][:200] if result.stderr.strip() else command[0])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
