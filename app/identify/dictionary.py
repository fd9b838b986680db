"""The table of GS1 application identifiers, read from `schemas/gs1/ai.json` at first use."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

Alternative = tuple[str, ...]
"""AIs, or patterns with `n` for any digit, that must all be present."""


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a value. kind: N digits, X CSET 82, Y CSET 39, Z base64url; shortest and longest in characters; checks: linter names."""

    kind: str
    shortest: int
    longest: int
    optional: bool
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One application identifier.

    fixed: predefined length, no separator follows; attribute: may stand in the query of a Digital Link; key: alternatives of qualifiers
    when it is a Digital Link primary key, else None; requires: for each rule one alternative must be present; excludes: AIs or patterns.
    """

    ai: str
    title: str
    components: tuple[Component, ...]
    fixed: bool
    attribute: bool
    key: tuple[tuple[str, ...], ...] | None
    requires: tuple[tuple[Alternative, ...], ...]
    excludes: tuple[str, ...]
    shortest: int
    longest: int


@cache
def entries() -> dict[str, Entry]:
    """Every known AI, 541 of them in the release of 2026-01-27."""
    table: dict[str, Entry] = {}
    for row in json.loads((files("schemas") / "gs1" / "ai.json").read_text(encoding="utf-8"))["ais"]:
        first = str(row["ai"])
        for number in range(int(first), int(row.get("to", first)) + 1):
            ai = str(number).zfill(len(first))
            table[ai] = _entry(ai, row)
    return table


def entry(ai: str) -> Entry | None:
    """What is known of an AI, or None."""
    return entries().get(ai)


@cache
def codes(name: str) -> frozenset[str]:
    """A code list of `schemas/gs1/codes.json`: countries, countries2, currencies, packages, media."""
    lists = json.loads((files("schemas") / "gs1" / "codes.json").read_text(encoding="utf-8"))
    return frozenset(lists[name].split())


def _entry(ai: str, row: dict[str, Any]) -> Entry:
    components = tuple(
        Component(part["type"], part["min"], part["max"], optional=part.get("optional", False), checks=tuple(part.get("checks", ())))
        for part in row["components"]
    )
    return Entry(
        ai=ai,
        title=row["title"],
        components=components,
        fixed=row.get("fixed", False),
        attribute=row.get("attribute", False),
        key=tuple(map(tuple, row["key"])) if "key" in row else None,
        requires=tuple(tuple(map(tuple, rule)) for rule in row.get("requires", ())),
        excludes=tuple(row.get("excludes", ())),
        shortest=sum(part.shortest for part in components if not part.optional),
        longest=sum(part.longest for part in components),
    )
