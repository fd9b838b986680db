"""Which items an event names and in which part: the rows a journey is found by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from app.identify.item_key import ItemKey, index_key, item_key

EPC, PARENT, CHILD, INPUT, OUTPUT = 1, 2, 3, 4, 5
"""Parts an item can take in an event; the numbers stand in the database and never change."""

_LISTS = (("epcList", EPC), ("childEPCs", CHILD), ("inputEPCList", INPUT), ("outputEPCList", OUTPUT))
_QUANTITIES = (("quantityList", EPC), ("childQuantityList", CHILD), ("inputQuantityList", INPUT), ("outputQuantityList", OUTPUT))


_OF_TEXTS = frozenset(field for field, _ in _LISTS)
_OF_ELEMENTS = frozenset(field for field, _ in _QUANTITIES)
_PLACES = frozenset(("readPoint", "bizLocation"))
_TEXTS = frozenset(("action", "bizStep", "disposition", "parentID", "transformationID"))
_OTHERS = frozenset(("bizTransactionList", "destinationList", "ilmd", "persistentDisposition", "sensorElementList", "sourceList"))
"""Fields whose meaning nobody asks for in an event of an extension type."""


def usual(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event by what the standard means with its fields: the event itself; of an extension type what is as it would be elsewhere.

    An extension type may mean something else by our names: what it says there names no item, place, step or state of ours.
    """
    if ":" not in event["type"]:
        return cast("dict[str, Any]", event)
    return {field: value for field, value in event.items() if _is_usual(field, value)}


def _is_usual(field: str, value: Any) -> bool:
    if field in _OF_TEXTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if field in _OF_ELEMENTS:
        return isinstance(value, list) and all(isinstance(each, dict) and isinstance(each.get("epcClass"), str) for each in value)
    if field in _PLACES:
        return isinstance(value, dict) and isinstance(value.get("id"), str)
    return isinstance(value, str) if field in _TEXTS else field not in _OTHERS


def named(event: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """(identifier as written, part) of every instance and class an event names."""
    event = usual(event)
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
    event = usual(event)
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
