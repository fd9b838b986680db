"""Whose a key is: the organisation that registered the product or place, or the one that holds the company prefix it begins with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.catalogue.model import Place, Product
from app.identify import key_values
from app.identify.digital_link import CANONICAL_STEM
from app.party import find as parties
from app.party.model import Party
from app.resolve.find import PLACES
from app.resolve.kept import portions

_SOME = 500

Key = tuple[str, str]
"""AI and value of a primary key."""


def owners(connection: Connection, keys: Collection[Key]) -> dict[Key, int]:
    """The organisation of each key, without those that nobody here has."""
    found = dict(_by_prefix(connection, keys))
    found.update(_places(connection, [key for key in keys if key[0] in PLACES]))
    found.update(_products(connection, [key for key in keys if key[0] == "01"]))
    return found


def _by_prefix(connection: Connection, keys: Collection[Key]) -> Iterator[tuple[Key, int]]:
    digits = {key: key_values.from_prefix(*key) for key in keys}
    holders: Mapping[str, int] = parties.holders_of(connection, set(digits.values()))
    return ((key, holders[text]) for key, text in digits.items() if text in holders)


def _products(connection: Connection, keys: list[Key]) -> Iterator[tuple[Key, int]]:
    for some in portions(sorted({value for _, value in keys}), _SOME):
        for row in connection.execute(select(Product.gtin, Product.party_id).where(Product.gtin.in_(some))):
            yield ("01", row.gtin), row.party_id


def _places(connection: Connection, keys: list[Key]) -> Iterator[tuple[Key, int]]:
    stem = f"{CANONICAL_STEM}/414/"
    for some in portions(keys, _SOME):
        glns = sorted({value for _, value in some})
        held = {row.gln: row.party_id for row in connection.execute(select(Party.gln, Party.party_id).where(Party.gln.in_(glns)))}
        uris = [stem + gln for gln in glns]
        for row in connection.execute(select(Place.uri, Place.party_id).where(Place.uri.in_(uris))):
            held[row.uri.removeprefix(stem)] = row.party_id
        yield from ((key, held[key[1]]) for key in some if key[1] in held)
