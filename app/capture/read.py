"""Reading back what one's own organisation has captured."""

from __future__ import annotations

from typing import Any

from app.capture import find
from app.capture.refusals import NoSuchEvent
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def event_document(event_id: str, *, by: Actor, on: Runtime) -> dict[str, Any]:
    """An event and its error declarations as an EPCISQueryDocument; raises NoSuchEvent."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    with on.store.reading() as connection:
        rows = find.events_by_uri(connection, party_id, event_id)
        documents = [find.sealed(row) for row in rows]
    if not rows:
        raise NoSuchEvent(event_id=event_id[:200])
    events = [
        sealed["event"] | {"eventID": row.event_uri, "recordTime": sealed["captureTime"]}
        for row, sealed in zip(rows, documents, strict=True)
    ]
    return {
        "@context": merged_context([sealed.get("context") for sealed in documents]),
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": on.clock.now().isoformat().replace("+00:00", "Z"),
        "epcisBody": {"queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": events}}},
    }


def merged_context(contexts: list[Any]) -> list[Any]:
    """One @context for events of several documents: the standard's first, then every other once, in order."""
    merged: list[Any] = [CONTEXT]
    for context in contexts:
        for part in context if isinstance(context, list) else [context]:
            if part and part not in merged:
                merged.append(part)
    return merged
