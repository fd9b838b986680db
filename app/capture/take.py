"""Prepared events into the journal, each once, whatever others record at the same moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from app.capture import facets, find, keep, once, prepare, refusals, signing_keys
from app.capture.contexts import context_of
from app.capture.jobs import record
from app.capture.prepare import Prepared
from app.capture.receipt import PROCEED, ROLLBACK, EventReceipt, Receipt
from app.catalogue.master import documents as master
from app.errors import Finding, Refusal
from app.runtime import Runtime
from app.store.columns import from_micros
from app.store.keys import new_id
from app.store.work import AlreadyThere, Rows, Tx

_RACES = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A document as it was sent: whose, its bytes and their SHA-256, and how it is to be taken."""

    party_id: int
    raw: bytes = field(repr=False)
    digest: bytes
    content_type: str
    idempotency_key: str | None = None
    behaviour: str = ROLLBACK
    lenient: bool = False
    actor: str = ""


@dataclass(slots=True)
class Told:
    """What is told beside the events. seen: events of the document; failed: numbers of those that were left out."""

    seen: int
    errors: list[Finding] = field(default_factory=list)
    changes: Sequence[Finding] = ()
    failed: set[int] = field(default_factory=set)

    def leave_out(self, number: int, findings: Sequence[Finding]) -> None:
        """Note what is wrong with an event."""
        self.failed.add(number)
        self.errors += findings

    def ordered(self) -> list[Finding]:
        """Errors in the order of the document."""
        return sorted(self.errors, key=lambda item: item.event or 0)


class Appending(NamedTuple):
    """Rows of a document that only have to be inserted, and the receipt that holds once they are durable."""

    parts: list[Rows]
    receipt: Receipt


def invalid(findings: Sequence[Finding]) -> Refusal:
    """A document with these findings is not taken."""
    events = {item.event for item in findings if item.event is not None}
    return refusals.DocumentInvalid(findings=findings, count=len(findings), events=len(events))


def take(asked: Asked, document: Mapping[str, Any], prepared: list[Prepared], told: Told, on: Runtime) -> Receipt:
    """Record the events of a document that nobody has recorded yet.

    Raises EventChanged when one is recorded with other content, unless wrong events are to be left out; KeyReused, CaptureRaced.
    """
    fresh = prepared
    for _ in range(_RACES):
        try:
            # Most events are new, and the unique identity is the judge anyway: look only when it says that one is not.
            return _keep(asked, document, fresh, prepared, told, on)
        except AlreadyThere:
            earlier = once.check_key(asked.party_id, asked.idempotency_key, asked.digest, on=on)
            if earlier is not None and earlier.job:
                return record.receipt(earlier.number, asked.party_id, on=on)
            if earlier is not None and not prepared:  # master data alone
                return _of_document(earlier.number, asked, on)
            prepared = _known(asked, prepared, told, on)
            fresh = [made for made in prepared if made.known is None]
            if prepared and not fresh and not told.errors:
                return _repeat(asked, document, prepared, told, on)
    raise refusals.CaptureRaced(retry_after=1)


def _known(asked: Asked, prepared: list[Prepared], told: Told, on: Runtime) -> list[Prepared]:
    """The events, with what is recorded of them noted, without those that contradict it."""
    wrong = prepare.look_up(asked.party_id, prepared, on)
    if wrong and asked.behaviour == ROLLBACK:
        raise prepare.changed(wrong[0])
    for made in wrong:
        told.leave_out(made.number, [prepare.as_finding(prepare.changed(made), made.number)])
    return [made for made in prepared if made.number not in told.failed]


@dataclass(slots=True)
class _Work:
    """What is to be written of a document, and what its sender is told then."""

    document_id: int
    captured: datetime
    batch: keep.Batch
    versions: list[Any]
    job: dict[str, Any] | None
    errors: list[Finding]

    def only_rows(self, asked: Asked, seen: facets.Seen) -> bool:
        """Whether nothing is to be looked up in the transaction: then its rows may go together with those of others."""
        more = asked.idempotency_key or self.versions or self.job is not None or not self.batch.events
        return not more and seen.knows(keep.facets_of(self.batch))

    def receipt(self, asked: Asked, prepared: Sequence[Prepared], told: Told) -> Receipt:
        """What the sender is told."""
        events, numbers = keep.told(prepared, self.batch)
        how = (asked.behaviour, not self.errors, tuple(self.errors), tuple(told.changes))
        return Receipt(str(self.document_id), self.captured, events, numbers, *how)


def _work(asked: Asked, document: Mapping[str, Any], fresh: Sequence[Prepared], told: Told, on: Runtime) -> _Work:
    """Seal and sign the fresh events of a document, with its master data, and its job where there is more to tell."""
    document_id, captured = new_id(), on.clock.record_time()
    tells = asked.behaviour == PROCEED or bool(told.errors) or bool(told.changes)
    key, job_id = (None, document_id) if tells else (asked.idempotency_key, None)
    sending = keep.Sending(asked.party_id, asked.raw, asked.digest, asked.content_type, document.get("@context"), key, job_id)
    batch = keep.make_batch(sending, signing_keys.signer_for(asked.party_id, on=on), fresh, document_id, captured)
    versions = master.prepare(
        document.get("epcisHeader"), asked.party_id, document_id, captured, context_of(document.get("@context")).namespaces
    )
    errors = told.ordered()
    job = None
    if tells:
        started = record.row(
            asked.party_id, document_id, captured, behaviour=asked.behaviour, lenient=asked.lenient, content_type=asked.content_type,
            digest=asked.digest, size=len(asked.raw), key=asked.idempotency_key, actor=asked.actor,
        )  # fmt: skip
        job = started | record.done(captured, told.seen, len(fresh), len(told.failed), errors, told.changes)
    return _Work(document_id, captured, batch, versions, job, errors)


def _keep(
    asked: Asked, document: Mapping[str, Any], fresh: Sequence[Prepared], prepared: Sequence[Prepared], told: Told, on: Runtime
) -> Receipt:  # fmt: skip
    """Commit the fresh events of a document, its master data, and its job where there is more to tell."""
    work, seen = _work(asked, document, fresh, told, on), facets.seen_in(on.store)

    def run(tx: Tx) -> None:
        if once.take_key(tx, asked.party_id, asked.idempotency_key, asked.digest) is not None:
            raise AlreadyThere
        if work.batch.events or work.versions or work.job is None:
            keep.insert_batch(tx, work.batch, seen)
        master.keep(tx, work.versions)
        if work.job is not None:
            record.add(tx, work.job)

    if work.only_rows(asked, seen):
        on.store.append(keep.parts_of(work.batch))
    else:
        on.store.write(run)
    return work.receipt(asked, prepared, told)


def rows_of(asked: Asked, document: Mapping[str, Any], prepared: Sequence[Prepared], told: Told, on: Runtime) -> Appending | None:
    """The same for a caller that hands rows to the store and waits by itself; None where more is to be done than to insert them.

    AlreadyThere from the store means that nothing was written, and `take` is to be asked.
    """
    work = _work(asked, document, prepared, told, on)
    if not work.only_rows(asked, facets.seen_in(on.store)):
        return None
    return Appending(keep.parts_of(work.batch), work.receipt(asked, prepared, told))


def _of_document(number: int, asked: Asked, on: Runtime) -> Receipt:
    """The answer to a document without events that was taken under the same key before."""
    with on.store.reading() as connection:
        first = find.document(connection, asked.party_id, number)
    return Receipt(str(number), from_micros(first.received_at), (), behaviour=asked.behaviour)


def _repeat(asked: Asked, document: Mapping[str, Any], prepared: Sequence[Prepared], told: Told, on: Runtime) -> Receipt:
    """The answer to a document of which every event is recorded: that of the first time.

    Where its events came in several documents, the newest of them is the one that completed it. Its master data may still be new.
    """
    row_ids = [made.known.id for made in prepared]
    with on.store.reading() as connection:
        rows = find.events_by_id(connection, asked.party_id, row_ids)
        first = find.document(connection, asked.party_id, max(row.document_id for row in rows.values()))
        events = tuple(
            EventReceipt(rows[number].event_uri, bytes(rows[number].evidence).hex(), find.cbv_uri(rows[number]), known=True)
            for number in row_ids
        )
    spaces = context_of(document.get("@context")).namespaces
    versions = master.prepare(document.get("epcisHeader"), asked.party_id, first.document_id, on.clock.record_time(), spaces)
    if versions:
        on.store.write(lambda tx: master.keep(tx, versions, repeated=True))
    at, job = from_micros(first.received_at), str(first.job_id or first.document_id)
    return Receipt(job, at, events, tuple(row_ids), asked.behaviour, changes=tuple(told.changes))
