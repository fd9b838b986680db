"""GS1 keys and the qualifiers that may follow them in a Digital Link path, small enough to load without the table of all AIs.

A test compares this with the `key` entries of `schemas/gs1/ai.json`.
"""

from __future__ import annotations

from itertools import combinations

QUALIFIERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "00": ((),),
    "01": (("22", "10", "21"), ("235",)),
    "253": ((),),
    "255": ((),),
    "401": ((),),
    "402": ((),),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8003": ((),),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": ((),),
    "8017": (("8019",),),
    "8018": (("8019",),),
}
"""Primary key AI to the alternatives of its qualifiers; each qualifier is optional, their order is binding."""

NAMES: dict[str, str] = {
    "00": "SSCC",
    "01": "GTIN",
    "253": "GDTI",
    "255": "GCN",
    "401": "GINC",
    "402": "GSIN",
    "414": "GLN",
    "415": "GLN",
    "417": "GLN",
    "8003": "GRAI",
    "8004": "GIAI",
    "8006": "ITIP",
    "8010": "CPID",
    "8013": "GMN",
    "8017": "GSRN",
    "8018": "GSRN",
}
"""What people call the key of an AI."""


def _sequences() -> frozenset[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for key, alternatives in QUALIFIERS.items():
        for allowed in alternatives:
            for count in range(len(allowed) + 1):
                found.update((key, *chosen) for chosen in combinations(allowed, count))
    return frozenset(found)


SEQUENCES: frozenset[tuple[str, ...]] = _sequences()
"""Every permitted sequence of AIs in a Digital Link path, key first."""
