"""Documents that come again: the Idempotency-Key of a sender, for what was done at once and for what runs on."""

from __future__ import annotations

from typing import Any, NamedTuple

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


class Earlier(NamedTuple):
    """What an Idempotency-Key stands for already. job: whether it is a row of `capture_job`, and not a document without one."""

    number: int
    job: bool


def check_key(party_id: int, key: str | None, sent: bytes, *, on: Runtime) -> Earlier | None:
    """The job or the document that a key stands for already.

    sent: SHA-256 of the body. Raises KeyReused when the key stands for another body, KeyTooLong.
    """
    if not key:
        return None
    if len(key) > LONGEST_KEY:
        raise refusals.KeyTooLong(length=len(key), limit=LONGEST_KEY)
    with on.store.reading() as connection:
        return _judge(connection, party_id, key, sent)


def take_key(tx: Tx, party_id: int, key: str | None, sent: bytes) -> Earlier | None:
    """The same within the transaction that takes the key, so that of two equal requests at one moment one comes second."""
    if not key:
        return None
    if tx.connection.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock, hashtext(:key))"), {"lock": _LOCK, "key": f"{party_id} {key}"})
    return _judge(tx.connection, party_id, key, sent)


def _judge(connection: Connection, party_id: int, key: str, sent: bytes) -> Earlier | None:
    for kind, number in ((CaptureJob, CaptureJob.job_id), (CaptureDocument, CaptureDocument.document_id)):
        row = _row(connection, kind, number, party_id, key)
        if row is not None:
            if bytes(row.content_sha256 or b"") != sent:
                raise refusals.KeyReused(key=key[:80])
            return Earlier(row[0], kind is CaptureJob)
    return None


def _row(connection: Connection, kind: Any, number: Any, party_id: int, key: str) -> Row[Any] | None:
    statement = select(number, kind.content_sha256).where(kind.party_id == party_id, kind.idempotency_key == key)
    return connection.execute(statement).first()
