"""Installations on one named database, for what only that one can do: `embedded` on SQLite, `server` on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.clock import SetClock
from app.runtime import Runtime, make_runtime
from app.settings import Settings


@pytest.fixture
def embedded(sqlite_template: Path, tmp_path: Path, clock: SetClock) -> Iterator[Runtime]:
    """A runtime on a migrated SQLite file, whichever database the other tests run on."""
    home = tmp_path / "embedded"
    home.mkdir()
    shutil.copyfile(sqlite_template, home / "truyxuat.db")
    runtime = make_runtime(Settings(home=home, base_url="https://example.test"), clock)
    yield runtime
    runtime.close()


@pytest.fixture
def server(postgresql: Any, tmp_path: Path, clock: SetClock) -> Iterator[Runtime]:
    """A runtime on a migrated PostgreSQL database of its own."""
    runtime = make_runtime(Settings(home=tmp_path / "server", database_url=postgresql.fresh(), base_url="https://example.test"), clock)
    yield runtime
    runtime.close()
