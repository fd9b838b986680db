"""The two commands of a newcomer, the locks they install and the settings they may choose."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from dataclasses import MISSING, Field, fields
from pathlib import Path

import pytest

from app.settings import Settings
from tests import ROOT
from tests.architecture import source
from tests.architecture.project import declared, name_of, pinned

DEV = ROOT / "deploy" / "dev.py"


def test_the_set_up_script_needs_nothing_but_the_standard_library() -> None:
    foreign = [name for name, _ in source.imports(Path("deploy/dev.py")) if name.split(".")[0] not in sys.stdlib_module_names]
    assert foreign == []


def test_the_set_up_script_fits_two_hundred_lines() -> None:
    assert len(DEV.read_text(encoding="utf-8").splitlines()) <= 200


def test_the_set_up_script_explains_its_commands_from_any_folder(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, DEV, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert {"run", "test", "check", "doctor", "bench"} <= set(re.findall(r"\w+", done.stdout))


def test_an_unknown_command_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, DEV, "instal"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "invalid choice" in done.stderr


def test_integration_runs_exactly_what_a_person_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec python3 deploy/dev.py test")


def test_every_system_package_says_when_it_is_needed() -> None:
    lines = (ROOT / "deploy" / "system-packages.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split("#")[0].split() for line in lines if line.split("#")[0].strip()]
    assert rows
    assert [row for row in rows if len(row) != 2 or row[1] not in {"run", "test"}] == []


@pytest.mark.parametrize(
    ("lock", "wanted"), [("run.txt", ("dependencies", "postgres", "build")), ("test.txt", ("dependencies", "postgres", "build", "test"))]
)
def test_a_lock_holds_everything_that_is_declared(lock: str, wanted: tuple[str, ...]) -> None:
    names = {name_of(line) for part in wanted for line in declared(part)}
    assert sorted(names - set(pinned(lock))) == []


def test_the_tests_run_with_the_versions_that_are_shipped() -> None:
    assert {name: versions for name, versions in pinned("run.txt").items() if pinned("test.txt").get(name) != versions} == {}


@pytest.mark.parametrize("lock", ["run.txt", "test.txt"])
def test_a_lock_pins_bytes_and_names_no_place_to_get_them(lock: str) -> None:
    text = (ROOT / "deploy" / "requirements" / lock).read_text(encoding="utf-8")
    entries = re.split(r"^(?=\S+==)", text, flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_every_setting_says_what_it_is_for() -> None:
    assert [field.name for field in fields(Settings) if len(field.metadata.get("about", "")) < 10] == []


def _row(setting: Field[object]) -> str:
    """The row of a setting in the table of deploy/README.md."""
    shown = f"`{setting.default}`" if setting.default not in {MISSING, ""} else "empty"
    if isinstance(setting.default, bool):
        shown = shown.lower()
    if setting.name == "home":
        shown = "`~/.local/share/truyxuat`"  # XDG_DATA_HOME may lead elsewhere
    return f"| `TRUYXUAT_{setting.name.upper()}` | {shown} | {setting.metadata['about']} |"


def test_the_table_of_settings_is_the_one_the_program_reads() -> None:
    written = [line for line in (ROOT / "deploy" / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `TRUYXUAT_")]
    assert written[1:] == [_row(setting) for setting in fields(Settings)]  # the first row names the file itself


def test_every_command_of_the_deployment_guide_exists() -> None:
    guides = [path for path in source.files() if path.parts[0] == "deploy" and path.suffix in {".md", ".service"}]
    used = {word for path in guides for word in re.findall(r"(?:bin/|`)truyxuat ([a-z][a-z-]+)", (ROOT / path).read_text(encoding="utf-8"))}
    done = subprocess.run(
        [sys.executable, "-m", "app", "--help"], cwd=ROOT, capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert used
    assert used - set(re.findall(r"^\s+([a-z][a-z-]+)", done.stdout, flags=re.MULTILINE)) == set()
