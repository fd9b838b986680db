"""Identifiers that EPCIS 1.2 does not know: GS1 Digital Links for which no EPC URN was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.capture.binding.xml_out_tables import EPC_LISTS, PLACES, QUANTITY_LISTS, TYPED_LISTS
from app.capture.binding.xml_out_values import At
from app.identify.item_key import CANONICAL, item_key


def links(event: Mapping[str, Any], at: At) -> Iterator[tuple[At, str]]:
    """Each GS1 Digital Link in a standard field of an event, with its place; one of another domain too."""
    for place, uri in _identifiers(event, at):
        if isinstance(uri, str) and uri[:4].lower() == "http" and item_key(uri).text.startswith(CANONICAL):
            yield place, uri


def _identifiers(event: Mapping[str, Any], at: At) -> Iterator[tuple[At, Any]]:
    for key, value in event.items():
        if key in ("parentID", "transformationID"):
            yield (at, key), value
        elif key in PLACES:
            yield ((at, key), "id"), value.get("id")
        elif key in EPC_LISTS:
            yield from (((((at, key), index)), each) for index, each in enumerate(value))
        elif key in QUANTITY_LISTS:
            yield from (((((at, key), index), "epcClass"), each.get("epcClass")) for index, each in enumerate(value))
        elif key in TYPED_LISTS:
            name = TYPED_LISTS[key]
            yield from (((((at, key), index), name), each.get(name)) for index, each in enumerate(value))
