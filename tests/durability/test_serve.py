"""`truyxuat serve` as a process: what it does before the first request, and what it says when it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.runtime import Runtime, make_runtime
from app.settings import Settings
from app.store import migrate
from app.store.engine import make_engines
from tests import ROOT
from tests.durability.server import Server, free_port, home_of

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def serve(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Start a server that is expected to refuse."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TRUYXUAT_")}
    environ |= {"TRUYXUAT_HOME": str(home), "TRUYXUAT_LANGUAGE": "en"} | settings
    command = [sys.executable, "-m", "app", "serve", "--port", str(free_port())]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_an_empty_home_becomes_an_installation(tmp_path: Path) -> None:
    home = home_of(tmp_path)
    server = Server(Settings(home=home, base_url="https://example.test"))
    server.start()
    try:
        assert server.get("/readyz")[0] == 200
    finally:
        server.kill()
    engines = make_engines(f"sqlite:///{home / 'truyxuat.db'}")
    assert migrate.differences(engines) == []
    engines.dispose()


def test_the_raw_target_reaches_the_product(tmp_path: Path) -> None:
    """%2F in an identifier is data: a server that decodes it first has lost it."""
    server = Server(Settings(home=home_of(tmp_path), base_url="https://example.test"))
    server.start()
    try:
        status, body = server.get("/api/verify?code=https%3A%2F%2Fid.gs1.org%2F01%2F09521001000017%2F21%2FA%252FB")
        assert status == 200, body
        assert server.get("/epcis/events/a%2Fb")[0] == 401
        assert server.get("/" + "x" * 20_000)[0] == 414
        assert server.get("/v/01/09521001000017/21/%00")[0] == 400
    finally:
        server.kill()


def test_a_database_of_a_newer_program_is_refused_in_words(tmp_path: Path) -> None:
    from tests.databases.test_migrations import next_revision

    home = home_of(tmp_path)
    on = make_runtime(Settings(home=home))
    migrate.upgrade(on.store.engines, further=next_revision(tmp_path / "later"))
    on.close()
    result = serve(home)
    assert result.returncode == 1
    assert "9001" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_old_postgresql_is_refused_with_the_command_that_helps(postgresql: Any, tmp_path: Path) -> None:
    url = postgresql.fresh()
    engines = make_engines(url)
    migrate.downgrade(engines, "base")
    engines.dispose()
    result = serve(home_of(tmp_path), TRUYXUAT_DATABASE_URL=url)
    assert result.returncode == 1
    assert "truyxuat migrate" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_database_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    result = serve(home_of(tmp_path), TRUYXUAT_DATABASE_URL=f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "does not answer" in result.stderr


@pytest.mark.parametrize(
    "settings", [{"TRUYXUAT_WORKERS": "2"}, {"TRUYXUAT_PRT": "80"}, {"TRUYXUAT_QUEUE_LENGTH": "0"}, {"TRUYXUAT_LANGUAGE": "xx"}]
)
def test_settings_that_are_wrong_are_refused_in_words(tmp_path: Path, settings: dict[str, str]) -> None:
    result = serve(home_of(tmp_path), **settings)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()


def test_the_asgi_door_opens_the_installation_and_closes_it(settings: Settings, on: Runtime) -> None:
    from app.api.asgi import Application

    on.close()
    application = Application(settings)
    application.start()
    application.stop()
    application.stop()
