"""Tables of captured documents and events.

Distribution (when sharded): documents, events and identities by `party_id` of the capturing enterprise; `event_item` by `issuer`, so
that one item's history is one index range on one shard. On PostgreSQL `event` and `event_item` are range-partitioned by `id`, whose upper
bits are the record time, one partition a month.
"""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import Bytes, Flag, Id, Small, Words
from app.store.tables import Base

_OF_JOB = "job_id IS NOT NULL"


class CaptureDocument(Base):
    """Events that were signed together, and, of a document taken at once, its bytes (zstd): it is its own EPCIS capture job.

    content: empty for a portion of a job, whose bytes are in `capture_part`; job_id: the job of a portion, and of a document taken at once
    that has more to tell than this row (`CaptureJob` under the same number).
    """

    __tablename__ = "capture_document"
    __table_args__ = (
        Index("uq_capture_document_idempotency", "party_id", "idempotency_key", unique=True),
        Index("ix_capture_document_events", "party_id", "document_id", "event_count"),  # counted without touching the documents
        Index("ix_capture_document_job", "party_id", "job_id", sqlite_where=text(_OF_JOB), postgresql_where=text(_OF_JOB)),
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
    job_id: Mapped[int | None] = mapped_column(Id)


class CaptureJob(Base):
    """A document that is worked on beside the request, or of which more is told than that all of it was taken (EPCIS 2.0, CaptureJob).

    state: arriving, waiting, running, done; behaviour: rollback or proceed; seen: events read so far, kept: events recorded, failed:
    events refused; errors: the first of `wrong`, as {code, event, pointer, value, params}; changes: alike the first of `changed`, what the
    lenient reader changed and what is worth a remark; parts: portions of the bytes in `capture_part`; keeper, kept_until: who works on it
    and until when it may be thought alive (microseconds), or from when an arriving document is given up; tried: how often it was begun.
    """

    __tablename__ = "capture_job"
    __table_args__ = (
        Index("ix_capture_job_open", "job_id", sqlite_where=text("state <> 'done'"), postgresql_where=text("state <> 'done'")),
        Index("uq_capture_job_idempotency", "party_id", "idempotency_key", unique=True),
    )

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(Id, primary_key=True)
    created_at: Mapped[int] = mapped_column(Id)
    finished_at: Mapped[int | None] = mapped_column(Id)
    state: Mapped[str] = mapped_column(Words)
    success: Mapped[bool] = mapped_column(Flag)
    behaviour: Mapped[str] = mapped_column(Words)
    lenient: Mapped[bool] = mapped_column(Flag)
    content_type: Mapped[str] = mapped_column(Words)
    content_sha256: Mapped[bytes | None] = mapped_column(Bytes)
    size: Mapped[int] = mapped_column(Id)
    parts: Mapped[int] = mapped_column(Id)
    idempotency_key: Mapped[str | None] = mapped_column(Words)
    total: Mapped[int | None] = mapped_column(Id)
    seen: Mapped[int] = mapped_column(Id)
    kept: Mapped[int] = mapped_column(Id)
    failed: Mapped[int] = mapped_column(Id)
    wrong: Mapped[int] = mapped_column(Id)
    errors: Mapped[str | None] = mapped_column(Words)
    changed: Mapped[int] = mapped_column(Id)
    changes: Mapped[str | None] = mapped_column(Words)
    keeper: Mapped[str | None] = mapped_column(Words)
    kept_until: Mapped[int | None] = mapped_column(Id)
    tried: Mapped[int] = mapped_column(Id)
    actor: Mapped[str | None] = mapped_column(Words)


class CapturePart(Base):
    """A portion of a large document as it was sent, zstd, numbered from 1."""

    __tablename__ = "capture_part"

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    job_id: Mapped[int] = mapped_column(Id, primary_key=True)
    part: Mapped[int] = mapped_column(Id, primary_key=True)
    content: Mapped[bytes] = mapped_column(Bytes)


class EventFacet(Base):
    """A value that an organisation's events have in a field that questions are asked by: what the top-level resources of EPCIS list.

    field: eventType, bizStep, disposition, readPoint, bizLocation, issuer; value: in the canonical spelling.
    """

    __tablename__ = "event_facet"

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    field: Mapped[str] = mapped_column(Words, primary_key=True)
    value: Mapped[str] = mapped_column(Words, primary_key=True)


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
    hashes. kind, biz_step, disposition, read_point and biz_location are in the canonical spelling, the envelope keeps the sender's.
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
