"""What pyproject.toml and the locks say."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

from tests import ROOT

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


@cache
def project() -> dict[str, Any]:
    """The table `project` of pyproject.toml."""
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"])


def declared(name: str) -> list[str]:
    """Requirements as written: `dependencies`, or those of an extra."""
    found: list[str] = project()["dependencies"] if name == "dependencies" else project()["optional-dependencies"][name]
    return found


def name_of(requirement: str) -> str:
    """The normalised name of a distribution in a requirement."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def pinned(lock: str) -> dict[str, set[str]]:
    """Names of a lock with their versions; more than one where the version depends on Python."""
    found: dict[str, set[str]] = {}
    for name, version in _PIN.findall((ROOT / "deploy" / "requirements" / lock).read_text(encoding="utf-8")):
        found.setdefault(name, set()).add(version)
    return found
