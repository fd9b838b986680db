"""Secrets: made once, whole, readable by nobody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.vault import SecretExposed, Vault


def test_a_secret_is_made_once_and_stays(tmp_path: Path) -> None:
    first = Vault(tmp_path / "secrets").load("a.key")
    assert len(first) == 32
    assert Vault(tmp_path / "secrets").load("a.key") == first


def test_two_secrets_differ(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "secrets")
    assert vault.load("a.key") != vault.load("b.key")


def test_a_secret_may_be_of_any_making(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "secrets")
    assert vault.load("a.pem", lambda: b"made") == b"made"
    assert vault.load("a.pem", lambda: b"made again") == b"made"


def test_only_the_owner_may_read_and_nobody_write(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "secrets")
    vault.load("a.key")
    assert vault.path("a.key").stat().st_mode & 0o777 == 0o400
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o420, 0o402, 0o410, 0o401, 0o644])
def test_a_secret_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    vault = Vault(tmp_path / "secrets")
    vault.load("a.key")
    vault.path("a.key").chmod(mode)
    with pytest.raises(SecretExposed):
        vault.load("a.key")
    vault.path("a.key").chmod(0o600)
    assert vault.load("a.key")


def test_those_who_start_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: Vault(tmp_path / "secrets").load("a.key"), range(64)))
    assert len(found) == 1
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["a.key"]
