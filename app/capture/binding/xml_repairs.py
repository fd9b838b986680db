"""Repairs of values in events of XML that is read leniently: what JSON gets from `app.capture.lenient`, where no meaning is in doubt."""

from __future__ import annotations

import re
from typing import Any

from app.capture import lenient_values
from app.capture.binding.xml_parse import Node
from app.capture.binding.xml_reading import Out, State, shown
from app.errors import Finding

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}").fullmatch


def repaired(state: State, node: Node, event: Out) -> None:
    """Make URNs of bare UUIDs, and give times without offset that of the event. node: of the event, where each repair is told."""
    offset = event.get("eventTimeZoneOffset")
    declaration = event.get("errorDeclaration", {})
    for holder, key in ((event, "eventTime"), (event, "recordTime"), (declaration, "declarationTime")):
        value = holder.get(key)
        if isinstance(value, str):
            _respell(state, node, holder, key, lenient_values.time(value, offset))
    if "eventID" in event:
        _respell(state, node, event, "eventID", _urn(event["eventID"]))
    for index, value in enumerate(declaration.get("correctiveEventIDs", ())):
        _respell(state, node, declaration["correctiveEventIDs"], index, _urn(value))


def _urn(text: str) -> str | None:
    return f"urn:uuid:{text.lower()}" if _UUID(text) else None


def _respell(state: State, node: Node, holder: Any, key: str | int, made: str | None) -> None:
    """Put another value in its place and tell it; none when it is right, or not known."""
    if made is None or made == holder[key]:
        return
    params = {"field": key if isinstance(key, str) else "correctiveEventID", "now": shown(made)}
    state.change(Finding("lenient.respelled", "", shown(holder[key]), params), node)
    holder[key] = made
