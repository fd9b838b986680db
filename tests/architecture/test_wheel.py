"""The wheel alone, far from the checkout, is a product: it starts, checks itself and seeds the demo world."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests import ROOT
from tests.architecture import source
from tests.architecture.project import pinned

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as the build backend makes it; hatchling is in the lock, so nothing is downloaded."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("truyxuat-*.whl")
    return made


def _lend(site: Path) -> None:
    """Make exactly the packages of run.txt importable in an empty venv: links to the files of this one, distribution by distribution.

    Installing them again would need the network. A link to the whole folder would hide a dependency that only the tests declare.
    """
    here = Path(sysconfig.get_path("purelib"))
    for name in pinned("run.txt"):
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:  # for another platform
            continue
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(here / top)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `bin` of a fresh venv with the wheel and the packages of run.txt."""
    venv = tmp_path_factory.mktemp("empty") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (site,) = venv.glob("lib/python*/site-packages")
    _lend(site)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", venv / "bin" / "python"]
    pip += ["install", "--no-compile", "--no-index", wheel]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr  # with dependencies: pip refuses when the lock lacks one that the wheel declares
    return venv / "bin"


def _run(installed: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command away from the checkout, with a home of its own and nothing of this process's environment but PATH."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "TRUYXUAT_HOME": str(home), "LANG": "C.UTF-8"}
    return subprocess.run([installed / "truyxuat", *words], cwd=home, env=environ, capture_output=True, text=True, check=False)


def test_the_wheel_carries_every_file_of_its_packages(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("truyxuat-")}
    assert packed == {str(path) for path in source.files() if path.parts[0] in {"app", "scanner", "schemas"}}


def test_the_installed_packages_are_those_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    program = "import app, scanner, schemas; print(app.__file__, scanner.__file__, schemas.__file__, sep='\\n')"
    done = subprocess.run([installed / "python", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert [Path(line).parent.parent.name for line in done.stdout.splitlines()] == ["site-packages"] * 3
    assert all(Path(line).is_relative_to(installed.parent) for line in done.stdout.splitlines())


def test_doctor_runs_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = _run(installed, tmp_path, "doctor")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_demo_world_is_seeded_away_from_the_checkout_and_only_once(installed: Path, tmp_path: Path) -> None:
    first = _run(installed, tmp_path, "demo", "--once")
    assert first.returncode == 0, first.stdout + first.stderr
    again = _run(installed, tmp_path, "demo", "--json")
    assert again.returncode == 0, again.stdout + again.stderr
    told = json.loads(again.stdout)
    assert {"base_url", "sign_ins", "api_keys", "scan_links"} <= set(told)
    assert told["scan_links"]
