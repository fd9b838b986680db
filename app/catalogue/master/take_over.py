"""From master data to the catalogue: what is known of a place or product only from documents fills the form that registers it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.catalogue.master import find, rules
from app.catalogue.model import Place, Product

_GLN = re.compile(r"https://id\.gs1\.org/414/([0-9]{13})")
_GTIN = re.compile(r"https://id\.gs1\.org/01/([0-9]{14})")


def gln_of(element: str) -> str:
    """The GLN of a place that may be registered under it, "" for a part of a place or an identifier of another kind."""
    match = _GLN.fullmatch(element)
    return match[1] if match else ""


def gtin_of(element: str) -> str:
    """The GTIN-14 of an element that is a product, not one of its items, "" for anything else."""
    match = _GTIN.fullmatch(element)
    return match[1] if match else ""


def registered(connection: Connection, party_id: int, element: str) -> tuple[str, str] | None:
    """(kind, name) of the organisation's own record of an element in the catalogue, None when there is none."""
    gtin = gtin_of(element)
    if gtin:
        name = connection.execute(select(Product.name).where(Product.gtin == gtin, Product.party_id == party_id)).scalar()
        return None if name is None else ("products", name)
    name = connection.execute(select(Place.name).where(Place.uri == element, Place.party_id == party_id)).scalar()
    return None if name is None else ("places", name)


def attributes_of(said: Sequence[find.Version]) -> list[rules.Attribute]:
    """The attributes of all vocabularies that speak of one element, one after the other."""
    return [attribute for version in said for attribute in version.attributes]


def place_form(element: str, said: Sequence[find.Version]) -> dict[str, str]:
    """A form to register a place as documents describe it."""
    attributes = attributes_of(said)
    streets = [rules.value_of(attributes, f"streetAddress{number}") for number in ("One", "Two", "Three")]
    found = {
        "name": rules.named(attributes)[:200],
        "gln": gln_of(element),
        "address": ", ".join(street for street in streets if street)[:300],
        "commune": rules.value_of(attributes, "city")[:80],
        "province": rules.province_code(rules.value_of(attributes, "state")),
    }
    return {name: text for name, text in found.items() if text}


def product_form(element: str, said: Sequence[find.Version]) -> dict[str, str]:
    """A form to register a product as documents describe it."""
    attributes = attributes_of(said)
    found = {
        "gtin": gtin_of(element),
        "name": rules.named(attributes)[:200],
        "brand": rules.value_of(attributes, "brandName")[:120],
        "net_content": rules.value_of(attributes, "netContentDescription")[:80],
        "description": rules.value_of(attributes, "tradeItemDescription", "functionalName")[:2000],
        "origin": rules.value_of(attributes, "countryOfOrigin")[:200],
    }
    return {name: text for name, text in found.items() if text}
