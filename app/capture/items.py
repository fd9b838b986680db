"""Which items an event names and in which part: the rows a journey is found by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.identify.item_key import ItemKey, index_key, item_key

EPC, PARENT, CHILD, INPUT, OUTPUT = 1, 2, 3, 4, 5
"""Parts an item can take in an event; the numbers stand in the database and never change."""

_LISTS = (("epcList", EPC), ("childEPCs", CHILD), ("inputEPCList", INPUT), ("outputEPCList", OUTPUT))
_QUANTITIES = (("quantityList", EPC), ("childQuantityList", CHILD), ("inputQuantityList", INPUT), ("outputQuantityList", OUTPUT))


def named(event: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """(identifier as written, part) of every instance and class an event names."""
    parent = event.get("parentID")
    if parent is not None:
        yield parent, PARENT
    for field, role in _LISTS:
        for uri in event.get(field) or ():
            yield uri, role
    for field, role in _QUANTITIES:
        for element in event.get(field) or ():
            yield element["epcClass"], role


def rows(event: Mapping[str, Any]) -> set[tuple[int, int, str, int]]:
    """(issuer, class key, instance, part) of every item an event names, each once: what index rows are made of."""
    found = {(*index_key(uri), role) for field, role in _LISTS if field in event for uri in event[field]}
    for field, role in _QUANTITIES:
        if field in event:
            found.update([(*index_key(element["epcClass"]), role) for element in event[field]])
    if event.get("parentID") is not None:
        found.add((*index_key(event["parentID"]), PARENT))
    return found


def keys(event: Mapping[str, Any]) -> set[tuple[ItemKey, int]]:
    """(item key, part), each once however often and however spelled the event names it."""
    return {(item_key(uri), role) for uri, role in named(event)}
