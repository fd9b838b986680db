"""The words of pages and commands, and every place of the source that asks for them."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache

from tests import ROOT
from tests.architecture import source

LANGUAGES = ("vi", "en", "fr")
_ASKED = re.compile(r"""\bt\(\s*(?P<quote>["'])(?P<key>[^"']+)(?P=quote)\s*(?P<more>~)?""")
_QUOTED = re.compile(r"""["']([a-z][a-z0-9_]*\.[^"'\s]+)["']""")


@cache
def words(language: str) -> dict[str, str]:
    """Every sentence of a language by `slice.key`."""
    found = {}
    for file in sorted((ROOT / "app" / "words" / language).glob("*.toml")):
        found |= {f"{file.stem}.{key}": sentence for key, sentence in tomllib.loads(file.read_text(encoding="utf-8")).items()}
    return found


def _templates() -> Iterator[tuple[str, str]]:
    yield from (
        (str(path), text) for path, text in source.text_files() if path.parts[0] == "app" and path.suffix in {".html", ".txt", ".xml"}
    )


def _pattern(node: ast.expr) -> str:
    """A regular expression for the keys an expression may give."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_pattern(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _pattern(node.left) + _pattern(node.right)
    if isinstance(node, ast.IfExp):
        return f"(?:{_pattern(node.body)}|{_pattern(node.orelse)})"
    return ".+"


@cache
def asked() -> dict[str, str]:
    """Patterns of the keys that `t(...)` is called with, each with one place; `.+` stands for what is known only when it runs."""
    found: dict[str, str] = {}
    for path in source.modules("app"):
        for node in source.nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t" and node.args:
                found.setdefault(_pattern(node.args[0]), f"{path}:{node.lineno}")
    for place, text in _templates():
        for match in _ASKED.finditer(text):
            found.setdefault(re.escape(match["key"]) + (".+" if match["more"] else ""), place)
    return found


@cache
def quoted() -> frozenset[str]:
    """Every text of the source that looks like a key, wherever it stands: a key may travel through a table or a value class."""
    in_python = {
        node.value
        for path in source.modules("app")
        for node in source.nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value
    }
    return frozenset(in_python | {key for _, text in _templates() for key in _QUOTED.findall(text)})
