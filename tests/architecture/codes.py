"""The codes that refusals and findings carry, read from the source: where each is defined and with which parameters it is used."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.architecture import source

CODE = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*")
ALWAYS = {"pointer", "value"}
"""Parameters that `app/words/refusals.py` fills for every sentence."""


@dataclass(slots=True)
class Use:
    """One place that makes a refusal or a finding; `given` is None where the parameters are not written out."""

    code: str
    place: str
    given: set[str] | None


@dataclass(slots=True)
class Codes:
    """Codes of refusal classes by class name, and every use of a code."""

    classes: dict[str, str] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)

    def all(self) -> set[str]:
        """Every code of the source."""
        return set(self.classes.values()) | {use.code for use in self.uses if use.code}


def placeholders(sentence: str) -> set[str]:
    """Names of the parameters that a sentence tells; `{nth}` is how people count the `position`."""
    names = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
    return names - {"nth"} | {"position"} if "nth" in names else names


def _code_of_class(node: ast.ClassDef) -> str | None:
    for statement in node.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and target.id == "code" and isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return None


def _finding(call: ast.Call, place: str) -> Iterator[Use]:
    """A use for each code the call may carry; the code is empty where it cannot be read."""
    words = {word.arg: word.value for word in call.keywords}
    first = call.args[0] if call.args else words.get("code")
    params = call.args[3] if len(call.args) > 3 else words.get("params")
    given: set[str] | None = set()
    if isinstance(params, ast.Dict) and None not in params.keys:
        given = {key.value for key in params.keys if isinstance(key, ast.Constant)}
    elif params is not None:
        given = None
    choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
    for choice in choices:
        if isinstance(choice, ast.Constant) and isinstance(choice.value, str):
            yield Use(choice.value, place, given)
        elif not (isinstance(choice, ast.Attribute) and choice.attr == "code"):  # a refusal turned into a finding keeps its code
            yield Use("", place, given)


def _refusal(call: ast.Call, code: str, place: str) -> Use:
    names = {word.arg for word in call.keywords}
    return Use(code, place, None if None in names else {name for name in names if name})


@cache
def codes() -> Codes:
    """Every code of `app` and `scanner`."""
    found = Codes()
    nodes: list[tuple[Path, ast.AST]] = [(path, node) for path in source.modules() for node in source.nodes(path)]
    own_init = set()
    # Another class may bear the same name: only modules that import the one of app.errors make findings with codes.
    knowing = {path for path in source.modules() if "app.errors.Finding" in {name for name, _ in source.imports(path)}}
    for _, node in nodes:
        if isinstance(node, ast.ClassDef) and (code := _code_of_class(node)):
            found.classes[node.name] = code
            if any(isinstance(part, ast.FunctionDef) and part.name == "__init__" for part in node.body):
                own_init.add(node.name)
    for path, node in nodes:
        place = f"{path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == "Finding" and path in knowing:
                found.uses.extend(_finding(node, place))
            elif name in found.classes:
                use = _refusal(node, found.classes[name], place)
                found.uses.append(Use(use.code, place, None) if name in own_init else use)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id in found.classes:
            found.uses.append(Use(found.classes[node.exc.id], place, set()))
    return found
