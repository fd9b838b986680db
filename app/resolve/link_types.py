"""The link types of the GS1 Web Vocabulary: names, which are out of use, and short titles for people in three languages.

Source of names and states: GS1 Web Vocabulary 1.16; the titles are ours (`schemas/gs1/link_types.json`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from app.resolve.links import VOC


def _read() -> Mapping[str, Mapping[str, str]]:
    return json.loads((files("schemas") / "gs1" / "link_types.json").read_text(encoding="utf-8"))["types"]  # type: ignore[no-any-return]  # our own file


_TABLE = _read()

TYPES: Mapping[str, str] = MappingProxyType({name: row["status"] for name, row in _TABLE.items()})
"""Name without namespace, such as `pip`, to its state: `stable` or `deprecated`."""

DEPRECATED = frozenset(name for name, state in TYPES.items() if state == "deprecated")
"""Names that are still understood and should not be used for new links."""

_DESCRIPTIVE = {"01": "pip", "414": "locationInfo", "417": "registryEntry"}


def descriptive(ai: str) -> str:
    """The link type that says what a page about a key is, for keys of this AI; its full URI."""
    return VOC + _DESCRIPTIVE.get(ai, "traceability")


def title(rel: str, language: str) -> str:
    """What people read for a link type; language: vi, en or fr. A type of another vocabulary shows its own name."""
    row = _TABLE.get(rel.removeprefix(VOC)) if rel.startswith(VOC) else None
    return rel.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1] if row is None else row[language]
