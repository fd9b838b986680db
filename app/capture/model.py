"""Tables of captured documents and events.

Distribution (when sharded): documents, events and identities by `party_id` of the capturing enterprise; `event_item` by `issuer`, so
that one item's history is one index range on one shard. On PostgreSQL `event` and `event_item` are range-partitioned by `id`, whose upper
bits are the record time, one partition a month.
"""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import Bytes, Flag, Id, Small, Words
from app.store.tables import Base


class CaptureDocument(Base):
    """What one capture call sent, byte for byte (zstd), and what became of it; also the EPCIS capture job."""

    __tablename__ = "capture_document"
    __table_args__ = (
        Index("uq_capture_document_idempotency", "party_id", "idempotency_key", unique=True),
        Index("ix_capture_document_events", "party_id", "document_id", "event_count"),  # counted without touching the documents
    )

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    document_id: Mapped[int] = mapped_column(Id, primary_key=True)
    received_at: Mapped[int] = mapped_column(Id)
    content_type: Mapped[str] = mapped_column(Words)
    content_sha256: Mapped[bytes] = mapped_column(Bytes)
    content: Mapped[bytes] = mapped_column(Bytes)
    context: Mapped[str | None] = mapped_column(Words)
    event_count: Mapped[int] = mapped_column(Id)
    kid: Mapped[str | None] = mapped_column(Words)
    root: Mapped[bytes | None] = mapped_column(Bytes)
    signature: Mapped[bytes | None] = mapped_column(Bytes)
    idempotency_key: Mapped[str | None] = mapped_column(Words)


class CaptureDraft(Base):
    """An upload that was judged and waits for its sender to confirm it: any server process can answer the next page. Swept after a day."""

    __tablename__ = "capture_draft"
    __table_args__ = (Index("ix_capture_draft_created_at", "created_at"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    draft_id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(Words)
    name: Mapped[str] = mapped_column(Words)
    content: Mapped[bytes] = mapped_column(Bytes)
    created_at: Mapped[int] = mapped_column(Id)


class Event(Base):
    """One accepted event: its sealed envelope verbatim, and the columns questions are asked by. Never updated, never deleted.

    event_time and record time in microseconds since 1970 (record time in the envelope, order in `id`); envelope: zstd of the JCS bytes that
    the evidence hash covers; position and path: leaf and RFC 6962 audit path in the document's signed tree, 32-byte
    hashes.
    """

    __tablename__ = "event"
    __table_args__ = ({"postgresql_partition_by": "RANGE (id)"},)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    document_id: Mapped[int] = mapped_column(Id)
    position: Mapped[int] = mapped_column(Id)
    event_uri: Mapped[str] = mapped_column(Words)
    kind: Mapped[str] = mapped_column(Words)
    action: Mapped[str | None] = mapped_column(Words)
    biz_step: Mapped[str | None] = mapped_column(Words)
    disposition: Mapped[str | None] = mapped_column(Words)
    read_point: Mapped[str | None] = mapped_column(Words)
    biz_location: Mapped[str | None] = mapped_column(Words)
    event_time: Mapped[int] = mapped_column(Id)
    event_offset: Mapped[str] = mapped_column(Words)
    is_declaration: Mapped[bool] = mapped_column(Flag)
    evidence: Mapped[bytes] = mapped_column(Bytes)
    cbv_hash: Mapped[bytes] = mapped_column(Bytes)
    path: Mapped[bytes] = mapped_column(Bytes)
    envelope: Mapped[bytes] = mapped_column(Bytes)


class EventIdentity(Base):
    """Which eventID an enterprise has used for which content: the guard behind "once" and behind 409.

    event_key: first 16 bytes of SHA-256 over the eventID (the CBV hash where the sender gave none); variant: empty for an eventID that was
    given, 8 bytes of SHA-256 over the declaration time for an error declaration (it repeats the eventID), over `content` and that time
    where the eventID is absent or a CBV hash (hashes of different events can be equal); content: 16 bytes of SHA-256 over the JCS as sent.
    """

    __tablename__ = "event_identity"

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_key: Mapped[bytes] = mapped_column(Bytes, primary_key=True)
    variant: Mapped[bytes] = mapped_column(Bytes, primary_key=True)
    content: Mapped[bytes] = mapped_column(Bytes)
    id: Mapped[int] = mapped_column(Id)


class EventItem(Base):
    """Which item takes which part in which event; one row per identifier an event names.

    role: 1 epc, 2 parent, 3 child, 4 input, 5 output; class-level identifiers (lots, classes) use the same roles.
    The organisation stands before the time: what a stranger records about an item never lies between its owner's events.
    """

    __tablename__ = "event_item"
    __table_args__ = ({"postgresql_partition_by": "RANGE (id)", "sqlite_with_rowid": False},)

    issuer: Mapped[int] = mapped_column(Id, primary_key=True)
    class_key: Mapped[int] = mapped_column(Id, primary_key=True)
    instance: Mapped[str] = mapped_column(Words, primary_key=True)
    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_time: Mapped[int] = mapped_column(Id, primary_key=True)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    role: Mapped[int] = mapped_column(Small, primary_key=True)
