"""The doctor: one line per thing an installation needs, whether it is well, and what to do when it is not."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app import __version__
from app.errors import Refusal
from app.label.stamps import sscc
from app.label.stamps.backlog import backlog
from app.ledger import find as log_find
from app.ledger import guard
from app.resolve import due_links
from app.runtime import Runtime, make_runtime
from app.settings import Settings
from app.store import migrate
from app.store.engine import assert_durable

_OLDEST = (3, 11)
_FREE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Symptom:
    """One line: `state` is ok, warning (works, but look) or bad (will not work)."""

    name: str
    state: str
    found: str
    remedy: str = ""


def examine(settings: Settings) -> list[Symptom]:
    """Everything the doctor looks at, in the order a newcomer needs it; never raises."""
    findings: list[Symptom] = []
    for check in (_python, _packages, _decoders, _home, _database):
        try:
            findings.extend(check(settings))
        except (Refusal, OSError, ImportError, ValueError) as error:
            findings.append(Symptom(check.__name__.strip("_"), "bad", str(error)[:200], "truyxuat migrate"))
    return findings


def _python(_settings: Settings) -> Iterator[Symptom]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info[:2] >= _OLDEST
    yield Symptom("python", "ok" if good else "bad", version, "" if good else "Python 3.11 or newer")
    yield Symptom("truyxuat", "ok", __version__)


def _packages(_settings: Settings) -> Iterator[Symptom]:
    owners = importlib.metadata.packages_distributions()
    for package in ("app", "scanner", "schemas"):
        others = sorted(set(owners.get(package, [])) - {"truyxuat"})
        if others:
            yield Symptom(f"package {package}", "bad", ", ".join(others), f"pip uninstall {' '.join(others)}")
    for name in ("flask", "sqlalchemy", "granian", "orjson", "jsonschema-rs", "cryptography", "reportlab", "qrcode", "python-barcode"):
        try:
            yield Symptom(name, "ok", importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Symptom(name, "bad", "missing", f"pip install {name}")


def _decoders(_settings: Settings) -> Iterator[Symptom]:
    from scanner import opencv, zbar, zxing

    for decoder in (zxing, zbar, opencv):
        found: Any = decoder.available()
        # zxing-cpp alone can scan; the others are second opinions without which a plain EAN-13 is not believed.
        state = "ok" if found.ok else ("bad" if decoder is zxing else "warning")
        yield Symptom(f"decoder {found.name}", state, found.version or "missing", "" if found.ok else found.remedy)


def _home(settings: Settings) -> Iterator[Symptom]:
    settings.home.mkdir(parents=True, exist_ok=True)
    writable = os.access(settings.home, os.W_OK)
    yield Symptom("home", "ok" if writable else "bad", str(settings.home), "" if writable else f"chown $USER {settings.home}")
    free = shutil.disk_usage(settings.home).free
    yield Symptom(
        "disk", "ok" if free > _FREE_BYTES else "warning", f"{free // 1_000_000:,} MB free", "" if free > _FREE_BYTES else "free some space"
    )
    secrets = settings.home / "secrets"
    if secrets.is_dir():
        exposed = [path.name for path in secrets.iterdir() if path.stat().st_mode & 0o077]
        yield Symptom("secrets", "bad" if exposed else "ok", ", ".join(exposed) or "0400", f"chmod 0400 {secrets}/*" if exposed else "")


def _database(settings: Settings) -> Iterator[Symptom]:
    on = make_runtime(settings)
    try:
        yield from _tables(on)
    finally:
        on.close()


def _tables(on: Runtime) -> Iterator[Symptom]:
    with on.store.reading() as connection:
        engine = connection.dialect.name
        version = connection.execute(text("SELECT sqlite_version()" if engine == "sqlite" else "SHOW server_version")).scalar_one()
    yield Symptom("database", "ok", f"{engine} {version}")
    found, wanted = migrate.current(on.store.engines), migrate.head()
    if found is None:
        yield Symptom("tables", "warning", "empty", "truyxuat migrate (serve and demo do it for SQLite)")
        return
    yield Symptom("tables", "ok" if found == wanted else "bad", found, "" if found == wanted else "truyxuat migrate")
    with on.store.engines.writer.connect() as connection:
        assert_durable(connection)
    yield Symptom("durability", "ok", "a commit survives a power cut")
    yield from _links(on)
    yield from _labels(on)
    yield from _counters(on)
    with on.store.reading() as connection:
        state, latest = log_find.state(connection), log_find.latest_checkpoint(connection)
    if state is None:
        yield Symptom("log", "ok", "empty")
        return
    seen = guard.read(on)
    if seen.size > state.size:
        told = f"{state.size} entries, but {seen.size} were published: the database is an old copy"
        yield Symptom("log", "bad", told, "truyxuat backup --restore FOLDER (a newer one)")
        return
    behind = state.size - (latest.size if latest else 0)
    yield Symptom(
        "log",
        "ok" if behind == 0 else "warning",
        f"{state.size} entries, {behind} without checkpoint",
        "" if behind == 0 else "truyxuat serve",
    )


def _counters(on: Runtime) -> Iterator[Symptom]:
    """Whether SSCCs can be given out; a line for each counter that a restored backup holds."""
    with on.store.reading() as connection:
        held = sscc.held(connection)
    for prefix, extension, reference in held:
        told = f"held since a backup was restored; it knew {reference} as the next serial reference"
        yield Symptom(f"sscc {prefix} {extension}", "warning", told, f"truyxuat party sscc {prefix} {extension} --next N")


def _labels(on: Runtime) -> Iterator[Symptom]:
    """Whether the threads beside the server keep up with labels."""
    with on.store.reading() as connection:
        left = backlog(connection)
    told = (
        f"{left.serials} serial numbers of {left.jobs} jobs and {left.runs} files to draw, {left.events} log entries not followed by stamps"
    )
    yield Symptom("labels", "warning" if any(left) else "ok", told, "truyxuat serve" if any(left) else "")


def _links(on: Runtime) -> Iterator[Symptom]:
    """Whether the nights suffice for the links of all products."""
    if on.settings.link_check_hour < 0:
        return
    with on.store.reading() as connection:
        left, every = due_links.left_over(connection, on.clock.now()), due_links.products(connection)
    told = f"{every} products, {left} not tried for two nights"
    yield Symptom("links", "warning" if left else "ok", told, "truyxuat resolve check" if left else "")
