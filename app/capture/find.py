"""Reads of captured documents and events."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection, Row

from app.capture import pack
from app.capture.model import CaptureDocument, Event, EventIdentity
from app.capture.refusals import NoSuchCapture

_IDENTITIES = (
    select(EventIdentity.__table__, Event.evidence)
    .join(Event, (Event.party_id == EventIdentity.party_id) & (Event.id == EventIdentity.id))
    .where(EventIdentity.party_id == bindparam("party_id"), EventIdentity.event_key.in_(bindparam("keys", expanding=True)))
)
_SOME = 500
"""Keys asked for in one statement: SQLite's limit of variables is far above, its planner is happiest here."""

Identity = tuple[bytes, bytes]


def identity(event_uri: str, besides: bytes) -> Identity:
    """(event_key, variant) of an event: see `EventIdentity`; besides: what tells apart events of one eventID, b"" for nothing."""
    key = hashlib.sha256(event_uri.encode()).digest()[:16]
    return key, hashlib.sha256(besides).digest()[:8] if besides else b""


def identities(connection: Connection, party_id: int, wanted: Sequence[Identity]) -> dict[Identity, Row[Any]]:
    """What is recorded under these identities."""
    found: dict[Identity, Row[Any]] = {}
    for start in range(0, len(wanted), _SOME):
        keys = [key for key, _ in wanted[start : start + _SOME]]
        for row in connection.execute(_IDENTITIES, {"party_id": party_id, "keys": keys}):
            found[bytes(row.event_key), bytes(row.variant)] = row
    return found


def document(connection: Connection, party_id: int, document_id: int) -> Row[Any]:
    """A captured document; raises NoSuchCapture."""
    statement = select(CaptureDocument.__table__).where(CaptureDocument.party_id == party_id, CaptureDocument.document_id == document_id)
    row = connection.execute(statement).first()
    if row is None:
        raise NoSuchCapture(job=str(document_id))
    return row


def documents(connection: Connection, party_id: int, count: int, before: int | None = None) -> list[Row[Any]]:
    """The newest documents of an organisation, newest first, without their content."""
    columns = (CaptureDocument.document_id, CaptureDocument.received_at, CaptureDocument.event_count, CaptureDocument.content_type)
    statement = select(*columns).where(CaptureDocument.party_id == party_id).order_by(CaptureDocument.document_id.desc()).limit(count)
    if before is not None:
        statement = statement.where(CaptureDocument.document_id < before)
    return list(connection.execute(statement))


COUNTED = 1_000
"""Documents whose events are counted for an overview; beyond them it says "and more"."""


def event_count(connection: Connection, party_id: int) -> tuple[int, bool]:
    """How many events the newest documents of an organisation hold, and whether there are older documents beside them."""
    statement = (
        select(CaptureDocument.event_count)
        .where(CaptureDocument.party_id == party_id)
        .order_by(CaptureDocument.document_id.desc())
        .limit(COUNTED + 1)
    )
    counts = list(connection.execute(statement).scalars())
    return sum(counts[:COUNTED]), len(counts) > COUNTED


def cbv_uri(row: Row[Any]) -> str:
    """The CBV event hash of a stored event as its ni URI (CBV 2.0, section 8.9.2)."""
    return f"ni:///sha-256;{bytes(row.cbv_hash).hex()}?ver=CBV2.0"


def events_of_document(connection: Connection, party_id: int, document_id: int) -> list[Row[Any]]:
    """The events of a document in their order; they were numbered together, so their ids are neighbours after the document's."""
    statement = (
        select(Event.__table__)
        .where(Event.party_id == party_id, Event.id > document_id, Event.document_id == document_id)
        .order_by(Event.id)
    )
    found: list[Row[Any]] = []
    wanted = document(connection, party_id, document_id).event_count
    found.extend(connection.execute(statement.limit(wanted)))
    return found


def events_by_id(connection: Connection, party_id: int, row_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Events by their row id."""
    statement = select(Event.__table__).where(Event.party_id == party_id, Event.id.in_(list(row_ids)))
    return {row.id: row for row in connection.execute(statement)}


def events_by_uri(connection: Connection, party_id: int, event_uri: str, count: int = 30) -> list[Row[Any]]:
    """An event and its error declarations, in the order they were recorded."""
    ids = select(EventIdentity.id).where(EventIdentity.party_id == party_id, EventIdentity.event_key == identity(event_uri, b"")[0])
    numbers = [row.id for row in connection.execute(ids.order_by(EventIdentity.id).limit(count))]
    rows = events_by_id(connection, party_id, numbers)
    return [rows[number] for number in sorted(numbers)]


def envelope(row: Row[Any]) -> bytes:
    """The JCS bytes an event's evidence hash covers."""
    return pack.unpack_envelope(bytes(row.envelope))


def sealed(row: Row[Any]) -> dict[str, Any]:
    """The sealed envelope of an event, parsed: event as accepted, context, captureID, captureTime, salt."""
    found: dict[str, Any] = json.loads(envelope(row))
    return found
