"""Backup and restore: a consistent copy while the server runs, with a manifest that says what it holds and how to check it.

A backup is a folder: `database.db` (SQLite online backup) or `database.sql` (pg_dump), `secrets/`, `log.guard`, `manifest.json` with the
SHA-256 of each file. It contains the private keys: keep it like them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from app import __version__
from app.errors import Conflict, Invalid, Unavailable
from app.runtime import Runtime
from app.store import migrate
from app.store.files import sync

Progress = Callable[[int, int], None]
"""Called with (pages done, pages in all)."""

_PAGES = 2000
GUARD, SECRETS = "log.guard", "secrets"
DATABASE = {True: "database.db", False: "database.sql"}
"""Name of the database's file in a backup, by whether it is SQLite."""


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


class ToolFailed(Unavailable):
    """A program of PostgreSQL's client package could not do its work."""

    code = "store.tool-failed"


class NothingThere(Conflict):
    """There is no database to back up: a backup of nothing would look like safety."""

    code = "store.empty"


def backup(target: Path, *, on: Runtime, progress: Progress | None = None) -> dict[str, Any]:
    """Write a backup folder and return its manifest; raises BackupExists, NothingThere, ToolMissing, ToolFailed.

    It grows under another name and is renamed when whole, so that a folder with the right name is always complete.
    """
    if target.exists():
        raise BackupExists(path=str(target))
    revision = migrate.current(on.store.engines)
    if revision is None:
        raise NothingThere
    draft = target.with_name(target.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    home, url = on.settings.home, on.settings.url()
    # The guard first: a log that goes on during the copy may be newer than the guard, never older.
    if (home / GUARD).is_file():
        shutil.copy2(home / GUARD, draft / GUARD)
    if on.settings.is_sqlite():
        _copy_sqlite(str(make_url(url).database), draft / DATABASE[True], progress)
    else:
        _run(["pg_dump", "--no-owner", "--file", str(draft / DATABASE[False])], url)
    # Secrets last: they are made once and never change, so this copy opens whatever the database holds.
    if (home / SECRETS).is_dir():
        shutil.copytree(home / SECRETS, draft / SECRETS)
    manifest = {
        "program": __version__,
        "revision": revision,
        "made": on.clock.now().isoformat(),
        "files": {str(path.relative_to(draft)): _digest(path) for path in sorted(draft.rglob("*")) if path.is_file()},
    }
    (draft / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    for path in [*draft.rglob("*"), draft]:
        sync(path)
    draft.rename(target)
    sync(target.parent)
    return manifest


def check(source: Path) -> dict[str, Any]:
    """The manifest of a backup whose every file has the digest it says; raises BackupDamaged."""
    try:
        manifest: dict[str, Any] = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
        files = dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupDamaged(file="manifest.json") from error
    for name, digest in files.items():
        path = source / name
        if not path.is_file() or _digest(path) != digest:
            raise BackupDamaged(file=name)
    if not any(name in files for name in DATABASE.values()):
        raise BackupDamaged(file=" / ".join(DATABASE.values()))
    return manifest


def restore(source: Path, *, on: Runtime, then: Callable[[dict[str, Any]], object] | None = None) -> dict[str, Any]:
    """Put a checked backup into an empty installation; raises BackupDamaged, RestoreOccupied, ToolMissing, ToolFailed.

    then: called with the manifest once the database is there, brought to this program's version, and before the secrets are: what must
    be marked is marked before anything can be given out.
    """
    manifest = check(source)
    home, url, wanted = on.settings.home, on.settings.url(), DATABASE[on.settings.is_sqlite()]
    if wanted not in manifest["files"]:
        raise BackupDamaged(file=wanted)
    if migrate.current(on.store.engines) is not None or (home / SECRETS).exists():
        raise RestoreOccupied(path=str(home))
    on.store.engines.dispose()
    if on.settings.is_sqlite():
        database = Path(str(make_url(url).database))
        for leftover in ("-wal", "-shm", ""):
            Path(f"{database}{leftover}").unlink(missing_ok=True)
        shutil.copyfile(source / wanted, database)
        sync(database)
    else:
        # An emptied database keeps Alembic's table without a row, and the backup brings its own.
        empty = ("--command", "DROP TABLE IF EXISTS alembic_version")
        _run(["psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--single-transaction", *empty, "--file", str(source / wanted)], url)
    if then is not None:
        migrate.upgrade(on.store.engines)  # an older backup has no place for the marks
        then(manifest)
    (home / SECRETS).mkdir(mode=0o700)
    for name in manifest["files"]:
        if Path(name).parent.name == SECRETS:
            shutil.copy2(source / name, home / name)
            sync(home / name)
    # A guard that is here already remembers what this machine has published: an older one must not make it forget.
    if (source / GUARD).is_file() and _guarded(source / GUARD) >= _guarded(home / GUARD):
        shutil.copy2(source / GUARD, home / GUARD)
        sync(home / GUARD)
    sync(home)
    return manifest


def _guarded(path: Path) -> int:
    """The size of the log a guard file remembers; none: nothing."""
    try:
        return int(path.read_text(encoding="ascii").split()[0])
    except FileNotFoundError:
        return -1
    except (ValueError, IndexError) as error:
        raise BackupDamaged(file=str(path)) from error


def _copy_sqlite(source: str, target: Path, progress: Progress | None) -> None:
    """Copy one moment of a database that is being written to."""

    def told(_status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    with closing(sqlite3.connect(source, isolation_level=None)) as reading, closing(sqlite3.connect(target)) as writing:
        # A read transaction of our own holds that moment; without it every commit of the server would start the copy again.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(writing, pages=_PAGES, progress=told)


def _run(command: list[str], url: str) -> None:
    """Run a client program of PostgreSQL on a database; the password goes through a file, because arguments can be read by everybody."""
    program = shutil.which(command[0])
    if program is None:
        raise ToolMissing(program=command[0], retry_after=60)
    address = make_url(url).set(drivername="postgresql")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as passwords:
        if address.password:
            escaped = str(address.password).replace("\\", "\\\\").replace(":", "\\:")
            passwords.write(f"*:*:*:*:{escaped}\n")
            passwords.flush()
            address = address.set(password=None).update_query_dict({"passfile": passwords.name})
        plain = address.render_as_string(hide_password=False)
        result = subprocess.run([program, *command[1:], plain], capture_output=True, text=True, check=False)  # noqa: S603  # our own arguments
    if result.returncode != 0:
        said = result.stderr.strip().splitlines() or ["-"]
        reason = next((line for line in said if "error:" in line.lower()), said[-1])  # what follows is a hint
        raise ToolFailed(program=command[0], reason=reason[:200], retry_after=60)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
