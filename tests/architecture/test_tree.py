"""The tree can be read without a guide: names say what is inside, files and functions stay small."""

from __future__ import annotations

import ast
import statistics
import sys
from pathlib import Path

from tests import ROOT
from tests.architecture import source

BANNED = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers", "service", "services"}
TOP = {"pyproject.toml", "README.md", "LICENSE", ".gitignore", ".gitattributes", ".ci", "app", "scanner", "schemas", "tests", "deploy"}
MADE = {
    ".git",
    ".venv",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".import_linter_cache",
    "__pycache__",
    "dist",
    "build",
}
LONGEST_FILE = 500
PAGES = {".py", ".html", ".css", ".js"}


def test_nothing_but_the_agreed_names_lies_at_the_top() -> None:
    found = {path.name for path in ROOT.iterdir()} - MADE
    assert found - TOP == set()


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    vague = [path for path in source.files() if BANNED & {part.removesuffix(path.suffix) for part in path.parts}]
    assert vague == []


def test_no_module_has_the_name_of_a_standard_library_module() -> None:
    # `app/inspect/` would break every dataclass as soon as Python starts inside `app/`. A leading underscore is Python's own.
    standard = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    clashes = [path for path in source.modules(*source.SOURCE, "schemas", "tests") if standard & set(path.with_suffix("").parts)]
    assert clashes == []


def test_every_folder_with_python_in_it_is_a_package() -> None:
    folders = {path.parent for path in source.modules(*source.SOURCE, "schemas", "tests")}
    assert [folder for folder in sorted(folders) if not (ROOT / folder / "__init__.py").is_file()] == []


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    written = [path for path in source.files() if path.suffix in PAGES and "vendor" not in path.parts]
    long = {str(path): lines for path in written if (lines := (ROOT / path).read_text(encoding="utf-8").count("\n")) > LONGEST_FILE}
    assert long == {}


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring and its decorators."""
    last = function.end_lineno or function.lineno
    documented = ast.get_docstring(function) is not None
    docstring = (function.body[0].end_lineno or 0) - function.body[0].lineno + 1 if documented else 0
    return last - function.lineno + 1 - docstring


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in source.nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_half_of_the_functions_fit_ten_lines_and_nine_of_ten_fit_forty() -> None:
    lengths = sorted(_length(function) for path in source.modules() for function in _functions(path))
    assert statistics.median(lengths) <= 10
    assert lengths[int(len(lengths) * 0.9)] <= 40


def test_every_test_says_what_it_expects_in_a_sentence() -> None:
    tests = [
        (path, function.name) for path in source.modules("tests") for function in _functions(path) if function.name.startswith("test_")
    ]
    short = [f"{path}: {name}" for path, name in tests if len(name.removeprefix("test_").split("_")) < 3]
    assert short == []
