"""What is registered here: the one judgement that the resolver and the verdict share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from app.capture.model import EventItem
from app.catalogue.model import Place, Product
from app.identify import digital_link, key_values
from app.identify.item_key import ItemKey, item_key
from app.party import find as parties
from app.party.model import Party

PLACES = frozenset({"414", "415", "417"})
"""Keys that are GLNs: of a place, of whom to pay, of a party."""

_PRODUCT = select(Product.party_id, Product.name).where(Product.gtin == bindparam("gtin"))
_PLACE = select(Place.party_id, Place.name, Place.uri).where(Place.uri.in_(bindparam("uris", expanding=True))).order_by(Place.uri.desc())
_PARTY = select(Party.party_id, Party.name).where(Party.gln == bindparam("gln"))
_NAMED = (
    select(EventItem.id)
    .where(
        EventItem.issuer == bindparam("issuer"),
        EventItem.class_key == bindparam("class_key"),
        EventItem.instance == bindparam("instance"),
        EventItem.party_id == bindparam("party_id"),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Registered:
    """Whose it is, and the name it was registered under; None for a thing that events name."""

    party_id: int
    name: str | None = None


def registered(connection: Connection, path: Sequence[tuple[str, str]]) -> Registered | None:
    """Who registered the key of a path (application identifiers and values, primary key first), or None when nobody did.

    A product; a place or organisation with that GLN; anything else when the holder of its company prefix recorded an event that names it.
    """
    (ai, value), *_ = path
    if ai == "01":
        row = connection.execute(_PRODUCT, {"gtin": value}).first()
        return None if row is None else Registered(row.party_id, row.name)
    key = item_key(digital_link.build(tuple(path)))
    if ai in PLACES:
        uris = [f"{digital_link.CANONICAL_STEM}/414/{value}", key.text]  # the place itself, or a part of it with an extension
        found = connection.execute(_PLACE, {"uris": uris}).first() or connection.execute(_PARTY, {"gln": value}).first()
        return None if found is None else Registered(found.party_id, found.name)
    return _named(connection, key, parties.holder_of(connection, key_values.from_prefix(ai, value)))


def _named(connection: Connection, key: ItemKey, holder: int | None) -> Registered | None:
    """Of a thing: whether the holder of its prefix recorded anything about it."""
    if holder is None:
        return None
    asked = {"issuer": key.issuer, "class_key": key.class_key, "instance": key.instance, "party_id": holder}
    return None if connection.execute(_NAMED, asked).first() is None else Registered(holder)
