"""Custody of a large document: its bytes are kept before anything is promised, and judged afterwards.

Life of a job: 1. `arriving`: portion after portion is kept; a server that dies here leaves a row that nobody was told of, swept later;
2. `waiting`: one transaction says that all of it is here, and the sender gets the number; 3. `running`: some process holds it
(`work`); 4. `done`: recorded, or refused with reasons.
"""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from typing import Any, BinaryIO

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection

from app.capture import once, reading
from app.capture.jobs import parts, record
from app.capture.jobs.refusals import ArrivedTooSlowly, DocumentTooLarge, JobsWaiting
from app.capture.model import CaptureJob
from app.capture.receipt import ROLLBACK
from app.capture.take import invalid
from app.errors import Refusal
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.columns import to_micros
from app.store.keys import new_id
from app.store.work import AlreadyThere, Tx

MOST_OPEN = 50
"""Documents of one organisation that are not done."""

ARRIVES = timedelta(minutes=10)
"""After which a document of which no portion came is given up: the process that received it has died."""

BELL = threading.Event()
"""Rung when a document waits, so that the worker of this process need not be asked every moment."""

_AT_ONCE = 4
"""Portions in one transaction."""


def submit(  # what a sender may say about one document
    source: BinaryIO,
    *,
    by: Actor,
    on: Runtime,
    content_type: str = "application/json",
    behaviour: str = ROLLBACK,
    lenient: bool = False,
    idempotency_key: str | None = None,
) -> int:
    """Keep a document to be worked on beside the request; returns the number of its job. source: at its beginning, seekable.

    Raises what is wrong around the events, DocumentTooLarge, TooManyEvents, NoEvents, KeyReused, JobsWaiting, ArrivedTooSlowly.
    """
    party_id = permit(by, Permission.CAPTURE_EVENT_WRITE)
    digest, size = _measure(source, on.settings.max_document_bytes)
    earlier = once.check_key(party_id, idempotency_key, digest, on=on)
    if earlier is not None:
        return earlier.number
    total = _look(source, content_type, on, lenient=lenient)
    job_id, now = new_id(), on.clock.now()
    row = record.row(
        party_id, job_id, now, behaviour=behaviour, lenient=lenient, content_type=content_type, digest=digest, size=size, key=None,
        actor=by.name,
    )  # fmt: skip
    begun = row | {"state": record.ARRIVING, "total": total, "kept_until": to_micros(now + ARRIVES)}

    def begin(tx: Tx) -> None:
        _room(tx.connection, party_id)
        record.add(tx, begun)

    on.store.write(begin)
    try:
        count = _keep(source, party_id, job_id, on)
        return on.store.write(lambda tx: _end(tx, party_id, job_id, count, idempotency_key, digest))
    except AlreadyThere:
        forget(party_id, job_id, on=on)
        again = once.check_key(party_id, idempotency_key, digest, on=on)
        if again is None:
            raise
        return again.number
    except Refusal:
        forget(party_id, job_id, on=on)
        raise


def forget(party_id: int, job_id: int, *, on: Runtime, silent_since: int | None = None) -> None:
    """Take away a document that did not arrive whole; nobody was told of it. silent_since: unless something of it came later."""
    mine = _arriving(party_id, job_id)
    if silent_since is not None:
        mine &= CaptureJob.kept_until < silent_since

    def run(tx: Tx) -> None:
        if tx.execute(delete(CaptureJob).where(mine)).rowcount:
            parts.drop(tx, party_id, job_id)

    on.store.write(run)


def _arriving(party_id: int, job_id: int) -> Any:
    return (CaptureJob.party_id == party_id) & (CaptureJob.job_id == job_id) & (CaptureJob.state == record.ARRIVING)


def _note(tx: Tx, party_id: int, job_id: int, values: dict[str, Any]) -> None:
    """Write down how far the arriving document is, in the transaction that brought it there; raises ArrivedTooSlowly when it is gone."""
    if tx.execute(update(CaptureJob).where(_arriving(party_id, job_id)).values(values)).rowcount == 0:
        raise ArrivedTooSlowly(retry_after=5)


def _measure(source: BinaryIO, most: int) -> tuple[bytes, int]:
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while piece := source.read(1 << 20):
        digest.update(piece)
        size += len(piece)
        if size > most:
            raise DocumentTooLarge(limit=most)
    source.seek(0)
    return digest.digest(), size


def _look(source: BinaryIO, content_type: str, on: Runtime, *, lenient: bool) -> int | None:
    """Refuse at once what is wrong around the events; returns how many there are, None where only reading all of it would tell."""
    stream = reading.stream(source, content_type, lenient=lenient)
    total = stream.total
    if total is None:
        for _ in stream:
            break
    findings = [*stream.findings, *reading.check_head(stream, xml=reading.binding_of(content_type) == reading.XML)]
    if findings:
        raise invalid(findings)
    if total is not None:
        reading.refuse_count(total, stream.head, on)
    source.seek(0)
    return total


def _room(connection: Connection, party_id: int) -> None:
    mine = (CaptureJob.party_id == party_id) & record.IS_OPEN
    if connection.execute(select(func.count()).select_from(CaptureJob).where(mine)).scalar_one() >= MOST_OPEN:
        raise JobsWaiting(most=MOST_OPEN, retry_after=30)


def _keep(source: BinaryIO, party_id: int, job_id: int, on: Runtime) -> int:
    """Keep the bytes; returns how many portions they are."""
    count, held = 0, list[bytes]()

    def flush() -> None:
        nonlocal count, held
        portions, first, until = held, count + 1, to_micros(on.clock.now() + ARRIVES)

        def run(tx: Tx) -> None:
            _note(tx, party_id, job_id, {"kept_until": until})
            parts.add(tx, party_id, job_id, first, portions)

        on.store.write(run)
        count, held = count + len(portions), []

    for portion in parts.cut(source):
        held.append(portion)
        if len(held) == _AT_ONCE:
            flush()
    if held:
        flush()
    return count


def _end(tx: Tx, party_id: int, job_id: int, count: int, key: str | None, digest: bytes) -> int:
    """All of it is here. Raises AlreadyThere when an equal request came first."""
    if once.take_key(tx, party_id, key, digest) is not None:
        raise AlreadyThere
    _note(tx, party_id, job_id, {"state": record.WAITING, "parts": count, "idempotency_key": key, "kept_until": None})
    tx.after_commit(BELL.set)
    return job_id
