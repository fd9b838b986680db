"""The repository as the architecture tests see it: its files, their syntax trees and the codes in them.

Files are found by walking the tree and not with git: the tests hold in an unpacked archive too, and see a file before it is committed.
"""

from __future__ import annotations

import ast
import gc
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests import ROOT

SOURCE = ("app", "scanner")
FOLDERS = (*SOURCE, "schemas", "tests", "deploy", ".ci")
TEXT = {"", ".cfg", ".conf", ".css", ".csv", ".html", ".ini", ".js", ".json", ".jsonld", ".lock", ".md", ".mako", ".py", ".rst", ".service"}
TEXT |= {".sh", ".sql", ".svg", ".timer", ".toml", ".txt", ".xml", ".xsd", ".yaml", ".yml"}
NOT_OURS = {"__pycache__", "screenshots", "node_modules"}
DOORS = {"api", "commands", "jobs", "pages"}
DOOR_PACKAGES = {"api", "web", "cli", "work", "watch"}


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository that people wrote, relative to its root, sorted."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        found += [path for path in (ROOT / folder).rglob("*") if path.is_file() and not NOT_OURS & set(path.parts)]
    return tuple(sorted(path.relative_to(ROOT) for path in found))


def text_files() -> Iterator[tuple[Path, str]]:
    """Every text file with its text."""
    for path in files():
        if path.suffix in TEXT:
            yield path, text(path)


def modules(*folders: str) -> list[Path]:
    """Every Python file below the folders, migrations left out: they are a history, not a design."""
    chosen = folders or SOURCE
    return [path for path in files() if path.suffix == ".py" and path.parts[0] in chosen and "migrations" not in path.parts]


@cache
def text(path: Path) -> str:
    """The text of a file."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    collecting = gc.isenabled()
    gc.disable()  # a tree is kept and holds no garbage: looking for some while it grows takes three times as long as parsing
    try:
        return ast.parse(text(path), filename=str(path))
    finally:
        if collecting:
            gc.enable()


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of that tree: to walk all trees takes half as long as to parse them, and a dozen tests do."""
    return tuple(ast.walk(tree(path)))


def is_door(path: Path) -> bool:
    """Whether a module of `app` is a door: it may know the web framework, the command line and the environment."""
    inside = path.parts[1:]
    return path.stem in DOORS or inside[0] in DOOR_PACKAGES or path.name in {"__main__.py", "wsgi.py"}


def imports(path: Path, *, top_level: bool = False) -> Iterator[tuple[str, int]]:
    """Every module a file imports while running, with the line, `if TYPE_CHECKING` left out; top_level: only what its own import runs."""
    yield from _imports(tree(path), top_level=top_level)


def _imports(node: ast.AST, *, top_level: bool) -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, child.lineno) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from ((f"{child.module}.{alias.name}", child.lineno) for alias in child.names)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        elif not (top_level and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)):
            yield from _imports(child, top_level=top_level)


@cache
def error_catalogue() -> dict[str, dict[str, str]]:
    """The catalogue of codes, `schemas/errors.toml`."""
    return tomllib.loads((ROOT / "schemas" / "errors.toml").read_text(encoding="utf-8"))
