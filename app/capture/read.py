"""Reading back what one's own organisation has captured."""

from __future__ import annotations

from typing import Any

from app.capture import find
from app.capture.refusals import NoSuchCapture, NoSuchEvent
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.columns import from_micros
from app.store.keys import parse_id

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def _job(row: Any) -> dict[str, Any]:
    at = from_micros(row.received_at).isoformat().replace("+00:00", "Z")
    return {
        "captureID": str(row.document_id),
        "createdAt": at,
        "finishedAt": at,
        "running": False,
        "success": True,
        "captureErrorBehaviour": "rollback",
        "errors": [],
    }


def jobs(*, by: Actor, on: Runtime, count: int = 30, before: int | None = None) -> tuple[list[dict[str, Any]], int | None]:
    """The newest capture jobs and, when there are older ones, the token that continues with them."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    with on.store.reading() as connection:
        rows = find.documents(connection, party_id, count + 1, before)
    more = len(rows) > count
    return [_job(row) for row in rows[:count]], rows[count - 1].document_id if more else None


def job(capture_id: str, *, by: Actor, on: Runtime) -> dict[str, Any]:
    """One capture job (EPCIS 2.0 REST binding, CaptureJob); raises NoSuchCapture."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    number = parse_id(capture_id)
    if number is None:
        raise NoSuchCapture(job=capture_id[:40])
    with on.store.reading() as connection:
        return _job(find.document(connection, party_id, number))


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
