"""Check it yourself: the evidence that the page hands out proves the item on a computer without network, database and server."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import ROOT
from tests.web.server import environ
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser

_ALONE = """
import sys
def refuse(event, arguments):
    if event.startswith(("socket.", "sqlite3.")):
        raise SystemExit(f"reached for {event}")
sys.addaudithook(refuse)
from app.__main__ import main
main(sys.argv[1:])
"""
"""Runs the command in a process that ends as soon as anything makes a socket or opens a database."""


def _verify(bundle: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", _ALONE, "verify-bundle", str(bundle), "--json", *words]
    home = bundle.parent / "no-such-home"
    return subprocess.run(line, cwd=ROOT, env=environ(home), capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module", params=["verified", "recalled"])
def bundle(request: pytest.FixtureRequest, stay: Callable[..., Visitor], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The evidence of an item as the browser downloads it without scripts, and the command that the page shows beside it."""
    visitor = stay(width=360, language="en", scripts=False)
    visitor.open(visitor.server.page(request.param))
    with visitor.page.expect_download() as coming:
        visitor.page.get_by_role("link", name="Download the evidence").click()
    file = tmp_path_factory.mktemp("bundle") / coming.value.suggested_filename
    coming.value.save_as(file)
    return file, visitor.page.locator("pre").inner_text()


def _key(command: str) -> str:
    """The key of the log in the command that the page shows."""
    return command.partition('--log-key "')[2].partition('"')[0]


def test_a_downloaded_bundle_proves_its_item_without_network_or_database(bundle: tuple[Path, str]) -> None:
    file, command = bundle
    answer = _verify(file, "--log-key", _key(command))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    told = json.loads(answer.stdout)
    assert told["proven"]
    assert told["trustedLog"]
    assert told["item"].rpartition("/")[2] in file.name
    assert {event["about"] for event in told["events"]} >= {"item"}


def test_a_bundle_of_another_log_is_not_believed(bundle: tuple[Path, str]) -> None:
    file, command = bundle
    name, _, rest = _key(command).partition("+")
    answer = _verify(file, "--log-key", f"elsewhere.example/log+{rest}")
    assert name
    assert answer.returncode == 1, answer.stdout + answer.stderr


@pytest.mark.parametrize("share", [0.1, 0.35, 0.6, 0.85])
def test_a_bundle_with_one_changed_byte_proves_nothing(bundle: tuple[Path, str], tmp_path: Path, share: float) -> None:
    file, command = bundle
    content = bytearray(file.read_bytes())
    content[int(len(content) * share)] ^= 1
    changed = tmp_path / file.name
    changed.write_bytes(content)
    answer = _verify(changed, "--log-key", _key(command))
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr
