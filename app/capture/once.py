"""Documents that come again: the Idempotency-Key of a sender, for what was done at once and for what runs on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.engine import Connection, Row

from app.capture import refusals
from app.capture.model import CaptureDocument, CaptureJob
from app.runtime import Runtime
from app.store.work import Tx

LONGEST_KEY = 255
"""Characters of an Idempotency-Key; the usual ones are UUIDs."""

_LOCK = 7_274_893
"""First key of the PostgreSQL advisory lock under which one Idempotency-Key is taken; the second is of the key itself."""


def check_key(party_id: int, key: str | None, sent: bytes, *, on: Runtime) -> int | None:
    """The job that a key stands for already, None for none or for a document, which finds its events recorded like any repetition.

    sent: SHA-256 of the body. Raises KeyReused when the key stands for another body, KeyTooLong.
    """
    if not key:
        return None
    if len(key) > LONGEST_KEY:
        raise refusals.KeyTooLong(length=len(key), limit=LONGEST_KEY)
    with on.store.reading() as connection:
        return _judge(connection, party_id, key, sent)


def take_key(tx: Tx, party_id: int, key: str | None, sent: bytes) -> int | None:
    """The same within the transaction that takes the key, so that of two equal requests at one moment one comes second."""
    if not key:
        return None
    if tx.connection.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock, hashtext(:key))"), {"lock": _LOCK, "key": f"{party_id} {key}"})
    return _judge(tx.connection, party_id, key, sent)


def _judge(connection: Connection, party_id: int, key: str, sent: bytes) -> int | None:
    row = _row(connection, CaptureJob, CaptureJob.job_id, party_id, key)
    job_id = row[0] if row is not None else None
    row = row or _row(connection, CaptureDocument, CaptureDocument.document_id, party_id, key)
    if row is not None and bytes(row.content_sha256 or b"") != sent:
        raise refusals.KeyReused(key=key[:80])
    return job_id


def _row(connection: Connection, kind: Any, number: Any, party_id: int, key: str) -> Row[Any] | None:
    statement = select(number, kind.content_sha256).where(kind.party_id == party_id, kind.idempotency_key == key)
    return connection.execute(statement).first()
