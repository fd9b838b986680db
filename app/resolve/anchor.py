"""The place of a key in the table of link sets, and which places a request asks for; pure.

Source: GS1-Conformant Resolver Standard 1.2, section 2.5.9: what holds for a request is every registration of its key whose qualifiers
are all in the request.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import NamedTuple

from app.identify import key_values
from app.identify.digital_link import CANONICAL_STEM
from app.identify.escape import escape_path
from app.identify.item_key import class_key

Pair = tuple[str, str]
Path = tuple[Pair, ...]


class Place(NamedTuple):
    """Where a link set is kept. anchor: the canonical path, `/01/09521001000017/10/A1`; qualifiers: the end of it, "" for the key alone."""

    issuer: int
    class_key: int
    qualifiers: str
    anchor: str


def written(path: Iterable[Pair]) -> str:
    """AIs and values as a path, escaped as in the canonical URI."""
    return "".join(f"/{ai}/{escape_path(value)}" for ai, value in path)


def place_of(path: Path) -> Place:
    """The place of a key with its qualifiers; the path was read by `digital_link`, so nothing is checked again."""
    (ai, value), *more = path
    key = written(path[:1])
    qualifiers = written(more)
    return Place(key_values.issuer(ai, value), class_key(CANONICAL_STEM + key), qualifiers, key + qualifiers)


def places(path: Path) -> list[tuple[Path, Place]]:
    """Every level that a request asks for with its place, most granular first; they differ in their qualifiers only."""
    (ai, value), *_ = path
    texts = [written((pair,)) for pair in path]
    issuer, hashed = key_values.issuer(ai, value), class_key(CANONICAL_STEM + texts[0])
    found = []
    for chosen in _ORDERS[len(path) - 1]:
        end = "".join([texts[place] for place in chosen])
        found.append(((path[0], *[path[place] for place in chosen]), Place(issuer, hashed, end, texts[0] + end)))
    return found


def levels(path: Path) -> list[Path]:
    """The request itself and every level above it, most granular first: a serial outranks a lot, a lot a variant (22)."""
    return [(path[0], *[path[place] for place in chosen]) for chosen in _ORDERS[len(path) - 1]]


def _orders(count: int) -> list[tuple[int, ...]]:
    """Which qualifiers, counted from 1, each level of a path with that many keeps: the last one that is kept outranks all before it."""
    places_ = range(1, count + 1)
    chosen = [some for length in range(count, -1, -1) for some in combinations(places_, length)]
    return sorted(chosen, key=lambda some: [place in some for place in reversed(places_)], reverse=True)


_ORDERS = [_orders(count) for count in range(4)]
"""By the number of qualifiers, of which no key has more than three."""
