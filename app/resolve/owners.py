"""Whose a key is: the organisation that registered the product or place, or the one that holds the company prefix it begins with.

How that is known decides what it is good for. A declared prefix, and a product registered under it, are an organisation's own word: enough
for keys of which nobody else has said where they lead, not for those whose links the operator of the installation keeps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Executable, select, text
from sqlalchemy.engine import Connection

from app.catalogue.model import Place, Product
from app.identify import key_values
from app.identify.digital_link import CANONICAL_STEM
from app.party import find as parties
from app.party.find import Holder
from app.party.model import Party
from app.resolve.anchor import place_of
from app.resolve.find import OPERATOR, PLACES
from app.resolve.kept import portions

_SOME = 500

Key = tuple[str, str]
"""AI and value of a primary key."""


class Owner(NamedTuple):
    """The organisation of a key. verified: its company prefix was; recorded: the product or place stands in its catalogue."""

    party_id: int
    verified: bool = False
    recorded: bool = False


def owners(connection: Connection, keys: Collection[Key]) -> dict[Key, Owner]:
    """The organisation of each key, without those that nobody here has."""
    holders = dict(_by_prefix(connection, keys))
    found = {key: Owner(holder.party_id, holder.verified) for key, holder in holders.items()}
    numbered = [key for key in keys if key[0] in PLACES]
    named = (
        *((key, party_id, False) for key, party_id in _parties(connection, numbered)),
        *((key, party_id, True) for key, party_id in _places(connection, numbered)),
        *((key, party_id, True) for key, party_id in _products(connection, [key for key in keys if key[0] == "01"])),
    )
    for key, party_id, recorded in named:
        found[key] = Owner(party_id, holders.get(key) == Holder(party_id, verified=True), recorded)
    return found


def _by_prefix(connection: Connection, keys: Collection[Key]) -> Iterator[tuple[Key, Holder]]:
    digits = {key: key_values.from_prefix(*key) for key in keys}
    holders: Mapping[str, Holder] = parties.holders_of(connection, set(digits.values()))
    return ((key, holders[text]) for key, text in digits.items() if text in holders)


def _products(connection: Connection, keys: list[Key]) -> Iterator[tuple[Key, int]]:
    for some in portions(sorted({value for _, value in keys}), _SOME):
        for row in connection.execute(select(Product.gtin, Product.party_id).where(Product.gtin.in_(some))):
            yield ("01", row.gtin), row.party_id


def _parties(connection: Connection, keys: list[Key]) -> Iterator[tuple[Key, int]]:
    """Organisations by the GLN they gave of themselves."""
    for some in portions(keys, _SOME):
        glns = sorted({value for _, value in some})
        held = {row.gln: row.party_id for row in connection.execute(select(Party.gln, Party.party_id).where(Party.gln.in_(glns)))}
        yield from ((key, held[key[1]]) for key in some if key[1] in held)


def _places(connection: Connection, keys: list[Key]) -> Iterator[tuple[Key, int]]:
    stem = f"{CANONICAL_STEM}/414/"
    for some in portions(keys, _SOME):
        uris = sorted({stem + value for _, value in some})
        rows = connection.execute(select(Place.uri, Place.party_id).where(Place.uri.in_(uris)))
        held = {row.uri.removeprefix(stem): row.party_id for row in rows}
        yield from ((key, held[key[1]]) for key in some if key[1] in held)


def kept_by_operator(connection: Connection, keys: Collection[Key]) -> set[Key]:
    """Those of the keys of which the operator keeps links, at whatever level."""
    found: set[Key] = set()
    for some in portions(sorted(keys), _SOME):
        asked = [place_of((key,)) for key in some]
        size = 1 if len(some) == 1 else _SOME
        padded = [*asked, *[asked[0]] * (size - len(some))]
        values: dict[str, int | str] = {"operator": OPERATOR}
        for number, place in enumerate(padded):
            values |= {f"i{number}": place.issuer, f"k{number}": place.class_key, f"a{number}": place.anchor}
        anchors = set(connection.scalars(_keeping(size), values))
        found.update(key for key, place in zip(some, asked, strict=True) if place.anchor in anchors)
    return found


@lru_cache(maxsize=2)
def _keeping(size: int) -> Executable:
    """Anchors of that many keys below which the operator has a row: one range of the primary key for each, read up to its first such row.

    Anchors are compared too: a hash collision must not refuse anybody a key.
    """
    asked = ", ".join(f"(:i{number}, :k{number}, :a{number})" for number in range(size))
    return text(
        f"WITH asked (i, k, a) AS (VALUES {asked}) SELECT asked.a FROM asked WHERE (SELECT 1 FROM link_set s "  # noqa: S608  # numbers only
        "WHERE s.issuer = asked.i AND s.class_key = asked.k AND s.party_id = :operator "
        "AND substr(s.anchor, 1, length(asked.a)) = asked.a LIMIT 1) = 1"
    )
