"""Who may import whom; what stays out of a process that does not need it; who may end a transaction."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests import ROOT
from tests.architecture import source
from tests.architecture.project import declared, name_of

NATIVE = {"cv2", "pyzbar", "zxingcpp"}
FOR_DOORS_ONLY = {"click", "flask", "granian", "jinja2", "rich", "werkzeug"}
PURE_FOR_THE_SCANNER = ("app.identify", "app.errors", "app.verify.offline")


def loaded_after(program: str) -> set[str]:
    """Top-level modules in a fresh interpreter after a program of one line."""
    shown = "import sys; sys.stdout.write('\\n' + ' '.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", f"{program}\n{shown}"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_the_import_contracts_are_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_identifiers_need_nothing_but_the_standard_library() -> None:
    foreign = [
        f"{path}:{line} {name}"
        for path in source.modules("app")
        if path.parts[1] == "identify" and not source.is_door(path)
        for name, line in source.imports(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(("app.identify", "app.errors"))
    ]
    assert foreign == []


def test_the_scanner_imports_identifiers_and_the_offline_verifier_only() -> None:
    foreign = [
        f"{path}:{line} {name}"
        for path in source.modules("scanner")
        for name, line in source.imports(path)
        if name.split(".")[0] == "app" and not name.startswith(PURE_FOR_THE_SCANNER)
    ]
    assert foreign == []


def test_the_web_and_the_command_line_are_known_to_doors_only() -> None:
    below = [path for path in source.modules("app") if not source.is_door(path) and path != Path("app/__init__.py")]
    wrong = [f"{path}:{line} {name}" for path in below for name, line in source.imports(path) if name.split(".")[0] in FOR_DOORS_ONLY]
    assert wrong == []


def test_decoders_are_imported_when_they_are_first_used() -> None:
    early = [
        f"{path}:{line} {name}"
        for path in source.modules()
        for name, line in source.imports(path, top_level=True)
        if name.split(".")[0] in NATIVE
    ]
    assert early == []


def test_the_environment_is_read_by_the_settings_and_the_command_only() -> None:
    allowed = {Path("app/settings.py"), Path("app/__main__.py")}
    readers = [
        f"{path}:{node.lineno}"
        for path in source.modules()
        if path not in allowed and path.parts[1] != "cli"
        for node in source.nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and ast.unparse(node.value) == "os"
    ]
    assert readers == []


def test_only_the_writer_ends_a_transaction() -> None:
    enders = {
        str(path)
        for path in source.modules()
        for node in source.nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"commit", "rollback"}
    }
    assert enders <= {"app/store/work.py"}


def test_every_library_that_is_imported_is_declared() -> None:
    of_import = packages_distributions()
    named = {name_of(line) for line in (*declared("dependencies"), *declared("postgres"))}
    foreign = [
        (f"{path}:{line}", name.split(".")[0])
        for path in source.modules()
        for name, line in source.imports(path)
        if name.split(".")[0] not in {*sys.stdlib_module_names, "app", "scanner", "schemas"}
    ]
    assert [item for item in foreign if not {name_of(owner) for owner in of_import.get(item[1], [])} & named] == []


@pytest.mark.parametrize(
    ("program", "unwanted"),
    [
        ("import app", {"flask", "sqlalchemy", "alembic", "click"}),
        ("import app.__main__", {"flask", "sqlalchemy", "alembic", "cv2"}),
        ("import scanner", NATIVE | {"flask", "sqlalchemy"}),
        ("import app.verify.offline", {"flask", "sqlalchemy", "orjson", "alembic", "cv2", "click"}),
    ],
)
def test_a_light_part_stays_light(program: str, unwanted: set[str]) -> None:
    assert loaded_after(program) & unwanted == set()


def test_help_loads_neither_web_nor_database_nor_decoder() -> None:
    program = (
        "import contextlib, sys\nfrom app.__main__ import main\nsys.argv[1:] = ['--help']\nwith contextlib.suppress(SystemExit): main()"
    )
    assert loaded_after(program) & (NATIVE | {"flask", "sqlalchemy", "alembic", "numpy", "reportlab"}) == set()
