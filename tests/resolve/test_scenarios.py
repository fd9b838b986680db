"""Every rule of the resolver standard, as requests in a file: our own, and the shared ones where they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.runtime import Runtime
from app.settings import Settings
from tests import SHARED
from tests.resolve.scenarios import load, wrong

ROOT = "https://id.example.vn"
OURS = Path(__file__).with_name("scenarios.json")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """An installation under the address that the files name."""
    return Settings(home=tmp_path / "home", database_url=database_url, base_url=ROOT)


def _all_wrong(app: Any, on: Runtime, file: Path) -> tuple[int, list[str]]:
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["resolver_root"] == ROOT
    load(on, told["registrations"])
    return len(told["requests"]), [line for asked in told["requests"] for line in wrong(app, asked, ROOT)]


def test_every_request_of_ours_is_answered_as_the_standard_says(app: Any, on: Runtime) -> None:
    count, faults = _all_wrong(app, on, OURS)
    assert (count > 60, faults) == (True, [])


@pytest.mark.skipif(SHARED is None, reason="the shared scenarios lie beside the repository")
def test_every_shared_request_is_answered_as_the_standard_says(app: Any, on: Runtime) -> None:
    assert SHARED is not None
    count, faults = _all_wrong(app, on, SHARED / "gs1-vectors" / "resolver" / "resolver_scenarios.json")
    assert (count, faults) == (94, [])
