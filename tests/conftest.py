"""What every test may ask for: an installation of its own on SQLite (or PostgreSQL), with a clock that stands still."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.clock import SetClock
from app.runtime import Runtime, make_runtime
from app.settings import Settings
from app.store import migrate
from app.store.engine import Engines, make_engines
from tests import thorough
from tests.outbound.peers import world

NOW = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)
"""The moment of every test, unless it moves the clock."""

DATABASE = os.environ.get("TRUYXUAT_TEST_DATABASE", "sqlite")

thorough.choose()

gc.disable()  # until all tests are collected: they stay, and every look for garbage among 10,000 of them finds none


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests of the embedded database out of a run on PostgreSQL: they ran in the SQLite part."""
    if DATABASE != "sqlite":
        left_out = [item for item in items if item.get_closest_marker("sqlite")]
        items[:] = [item for item in items if not item.get_closest_marker("sqlite")]
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    """Tell the collector of garbage that modules and collected tests stay: walking them again and again cost a tenth of the suite."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file; each test copies it (8 ms) instead of migrating (200 ms)."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    engines = make_engines(f"sqlite:///{path}")
    migrate.upgrade(engines)
    with engines.writer.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    engines.dispose()
    return path


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database of each test lies: always the same place, so that compiled statements may be kept with the engines."""
    return tmp_path_factory.mktemp("database") / "truyxuat.db"


@pytest.fixture(scope="session")
def sqlite_engines(sqlite_file: Path) -> Engines:
    """Engines that outlive the tests: to compile the statements of one test costs 20 ms. Closing a runtime closes their connections."""
    return make_engines(f"sqlite:///{sqlite_file}")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A throwaway PostgreSQL cluster of this test process, with a migrated template database."""
    from tests.postgresql import Cluster

    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty migrated database of the test's own."""
    if DATABASE == "postgresql":
        cluster = request.getfixturevalue("postgresql")
        url: str = cluster.fresh()
        yield url
        cluster.drop(url)
        return
    path = request.getfixturevalue("sqlite_file")
    for left in (path, *(path.with_name(f"{path.name}-{kind}") for kind in ("wal", "shm"))):
        left.unlink(missing_ok=True)
    shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
    yield f"sqlite:///{path}"


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands still at 20 June 2026, ten in the morning in Hải Phòng."""
    return SetClock(NOW)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of an installation in the test's own folder."""
    return Settings(home=tmp_path / "home", database_url=database_url, base_url="https://example.test")


@pytest.fixture
def on(settings: Settings, clock: SetClock, request: pytest.FixtureRequest) -> Iterator[Runtime]:
    """A runtime with a real database; passwords are hashed by the real argon2 with its cheapest parameters (0.1 ms and not 100)."""
    engines = request.getfixturevalue("sqlite_engines") if settings.is_sqlite() else None
    runtime = make_runtime(settings, clock, argon2_profile="CHEAPEST", engines=engines)
    runtime.outbound = world()  # no test asks servers of others: there is no name and no network until it makes some
    yield runtime
    runtime.close()


_application: Any = None


@pytest.fixture
def app(on: Runtime) -> Any:
    """The Flask application over that runtime; built once in each process (35 ms of work), bound to each test's own runtime."""
    global _application  # noqa: PLW0603  # one per process, made by the first test that asks
    from app.api.application import bind, make_application

    if _application is None:
        _application = make_application(runtime=on)
    bind(_application, on)
    return _application


@pytest.fixture
def client(app: Any) -> Any:
    """A client of the application; nobody is signed in."""
    return app.test_client()
