"""What XML can say and the JSON Schema has no place for: named in our namespace in JSON, and given its own name back.

Persistent dispositions in three of the event types, sensor reports without type, and names that are bare or no URI. The JSON that says
it so is valid by the schema, and whoever does not know our namespace finds an extension.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from app.capture import shape
from app.capture.binding.namespaces import OURS
from app.capture.explain_shape import EVENT_TYPES
from app.errors import Finding

PREFIX = "truyxuat"
CONTEXT = {PREFIX: OURS}
UNTYPED = f"{PREFIX}:untyped"
"""Type of a sensor report that has none; JSON demands one."""

_MARK = f"{PREFIX}:"
_DISPOSITIONS = "persistentDisposition"
_IN_NAMES = ":/?#@!$&'()*+,;=-._~%"
_ESCAPES = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")
_STANDARD: dict[str, tuple[str, ...]] = {"errorDeclaration": ("errorDeclaration",), "ilmd": ()}
"""Objects of an event with names of their own, and whose fields are the standard's there."""

Event = dict[str, Any]
_Rename = Callable[[str, frozenset[str], str], str]


# ------------------------------------------------------------------------------------------------ into JSON


def for_json(event: Event, pointer: str = "", number: int | None = None) -> tuple[Event, list[Finding]]:
    """The event as the JSON Schema takes it, and what got another name; the same object when nothing did.

    event: with bare words; pointer, number: of the event in its document.
    """
    if shape.is_well(event):
        return event, []
    told: list[Finding] = []

    def rename(key: str, known: frozenset[str], place: str) -> str:
        name = key if key in known else _named(key)
        if name != key:
            told.append(Finding("binding.named-for-json", f"{pointer}{place}/{name}", None, {"field": key, "name": name}, number))
        return name

    def typed(report: Mapping[str, Any], place: str) -> Mapping[str, Any]:
        if "type" in report:
            return report
        told.append(Finding("binding.typed-for-json", f"{pointer}{place}/type", UNTYPED, {"type": UNTYPED}, number))
        return {"type": UNTYPED, **report}

    return _walked(event, rename, typed), told


def document_for_json(document: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """The document around its events likewise; no event is looked at."""
    known = frozenset(shape.fields(document["type"]))
    names = {key: key if key in known else _named(key) for key in document}
    told = [Finding("binding.named-for-json", f"/{name}", None, {"field": key, "name": name}) for key, name in names.items() if key != name]
    return ({names[key]: value for key, value in document.items()}, told) if told else (document, told)


def with_context(document: dict[str, Any]) -> dict[str, Any]:
    """The document with our prefix in its context."""
    context = document.get("@context")
    parts = [*(context if isinstance(context, list) else [context])]
    if any(isinstance(part, dict) and part.get(PREFIX) == OURS for part in parts):
        return document
    last = parts[-1]
    parts = [*parts[:-1], {**last, **CONTEXT}] if isinstance(last, dict) else [*parts, CONTEXT]
    return {**document, "@context": parts}


def _named(key: str) -> str:
    """A name that is a URI: ours for one without a namespace, letters beyond ASCII as percent escapes."""
    name = key if ":" in key else _MARK + key
    return quote(name, safe=_IN_NAMES)


# ------------------------------------------------------------------------------------------------ and back


def from_json(event: Event, *, own_fields: bool = False) -> Event:
    """The event with the names that XML had; the same object when it has none of ours.

    own_fields: also fields of the event itself that had no namespace, which XML 2.0 knows by our name only.
    """
    if not _has_ours(event):
        return event

    def rename(key: str, _known: frozenset[str], place: str) -> str:
        if key == _MARK + _DISPOSITIONS and not place:
            return _DISPOSITIONS
        bare = key[len(_MARK) :] if key.startswith(_MARK) and (place or own_fields) else key
        return _ESCAPES.sub(_letters, bare) if "%" in bare else bare

    def untyped(report: Mapping[str, Any], _place: str) -> Mapping[str, Any]:
        return {key: value for key, value in report.items() if key != "type"} if report.get("type") == UNTYPED else report

    return _walked(event, rename, untyped)


def _has_ours(event: Event) -> bool:
    """Whether a name of ours, or one with percent escapes, stands where this module writes them."""
    for key, value in event.items():
        if ":" in key and (key.startswith(_MARK) or "%" in key):
            return True
        if key in _STANDARD and isinstance(value, dict) and any(":" in name for name in value):
            return True
        if key == "sensorElementList":
            return True
    return False


def _letters(found: re.Match[str]) -> str:
    try:
        return bytes.fromhex(found.group().replace("%", "")).decode()
    except UnicodeDecodeError:
        return found.group()


# ------------------------------------------------------------------------------------------------ both ways


def _walked(event: Event, rename: _Rename, report: Callable[[Mapping[str, Any], str], Mapping[str, Any]]) -> Event:
    """The event with its names, and those of its objects that the schema judges, renamed. Events of other types keep theirs."""
    kind = event.get("type")
    usual = isinstance(kind, str) and kind in EVENT_TYPES
    known = frozenset(shape.fields(kind)) if usual and isinstance(kind, str) else frozenset(event)
    found: Event = {}
    for key, value in event.items():
        name = rename(key, known, "")
        if key in _STANDARD and isinstance(value, dict):
            found[name] = _renamed(value, rename, *_STANDARD[key], place=f"/{name}")
        elif key == "sensorElementList" and usual and isinstance(value, list):
            found[name] = [_sensor(each, rename, report, f"/{name}/{index}") for index, each in enumerate(value)]
        else:
            found[name] = value
    return found


def _sensor(element: Any, rename: _Rename, report: Callable[[Mapping[str, Any], str], Mapping[str, Any]], place: str) -> Any:
    if not isinstance(element, dict):
        return element
    found = _renamed(element, rename, "sensorElement", place=place)
    if isinstance(found.get("sensorMetadata"), dict):
        found["sensorMetadata"] = _renamed(found["sensorMetadata"], rename, "sensorMetadata", place=f"{place}/sensorMetadata")
    if isinstance(found.get("sensorReport"), list):
        reports = enumerate(found["sensorReport"])
        found["sensorReport"] = [_report(each, rename, report, f"{place}/sensorReport/{index}") for index, each in reports]
    return found


def _report(value: Any, rename: _Rename, report: Callable[[Mapping[str, Any], str], Mapping[str, Any]], place: str) -> Any:
    return _renamed(report(value, place), rename, "sensorReport", place=place) if isinstance(value, dict) else value


def _renamed(value: Mapping[str, Any], rename: _Rename, *kinds: str, place: str) -> dict[str, Any]:
    known = frozenset(name for kind in kinds for name in shape.fields(kind))
    return {rename(key, known, place): inner for key, inner in value.items()}
