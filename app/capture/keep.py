"""Events into the journal: sealed, signed together, and all their rows ready before the writer's lock is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from app.capture import evidence, facets, items, pack, spelling, times
from app.capture.canonical import jcs
from app.capture.model import CaptureDocument, Event, EventIdentity, EventItem
from app.capture.prepare import Prepared
from app.capture.receipt import EventReceipt
from app.capture.signing_keys import EventSigner
from app.ledger import sequencer
from app.store.columns import to_micros
from app.store.keys import new_ids
from app.store.tables import table
from app.store.work import Rows, Tx

_HASH_HEX = slice(len("ni:///sha-256;"), len("ni:///sha-256;") + 64)


@dataclass(frozen=True, slots=True)
class Sending:
    """What arrived: whose, the bytes and their SHA-256, their type, the document's context, and the sender's Idempotency-Key.

    raw: empty for a portion of a job, whose bytes are kept elsewhere; job_id: the job that tells more than the document's own row.
    """

    party_id: int
    raw: bytes
    digest: bytes
    content_type: str
    context: Any
    idempotency_key: str | None = None
    job_id: int | None = None


class Batch(NamedTuple):
    """Events signed together, as rows in the order of their tables' columns; plain values, so that it can wait in a file."""

    document: tuple[Any, ...]
    events: list[tuple[Any, ...]]
    identities: list[tuple[Any, ...]]
    items: list[tuple[Any, ...]]
    queued: list[tuple[int, bytes]]
    evidence: list[bytes]

    @property
    def row_ids(self) -> list[int]:
        """The row of each event."""
        return [row[1] for row in self.events]


def make_batch(sending: Sending, signer: EventSigner, fresh: Sequence[Prepared], document_id: int, captured: datetime) -> Batch:
    """Seal and sign events that nobody has recorded; none make a document without a signature, of master data alone."""
    if not fresh:
        return Batch(_document_row(sending, document_id, captured, 0, (None, None, None)), [], [], [], [], [])
    row_ids = new_ids(len(fresh))
    sealer = evidence.Sealer(sending.context, str(sending.job_id or document_id), captured)
    sealed = [sealer.seal_text(made.text, salt) for made, salt in zip(fresh, evidence.new_salts(len(fresh)), strict=True)]
    root, paths = evidence.document_tree([item.evidence for item in sealed])
    signature = signer.sign(evidence.signing_message(signer.kid, len(fresh), root))
    entry = evidence.entries_of(alg=signer.algorithm, kid=signer.kid, size=len(fresh), root=root, signature=signature)
    document = _document_row(sending, document_id, captured, len(fresh), (signer.kid, root, signature))
    events, identities, item_rows, queued = [], [], [], []
    for place, (made, seal, row_id, path) in enumerate(zip(fresh, sealed, row_ids, paths, strict=True)):
        event_time = times.micros(made.event["eventTime"])
        events.append((sending.party_id, row_id, document_id, *_event_columns(made, place, event_time, seal, path)))
        identities.append((sending.party_id, *made.identity, made.content, row_id))
        where = (sending.party_id, event_time, row_id)
        item_rows += [(issuer, class_key, instance, *where, role) for issuer, class_key, instance, role in items.rows(made.event)]
        queued.append((row_id, entry(seal.evidence, made.cbv, place)))
    return Batch(document, events, identities, item_rows, queued, [seal.evidence for seal in sealed])


def insert_batch(tx: Tx, batch: Batch, seen: facets.Seen) -> None:
    """All rows of a batch. Raises AlreadyThere when one of its events was recorded meanwhile."""
    for part in parts_of(batch):
        tx.insert(*part)
    seen.add(tx, facets_of(batch))


def parts_of(batch: Batch) -> list[Rows]:
    """The rows of a batch by table, the identities first, because they judge; without its facets."""
    return [
        Rows(_IDENTITY, _IDENTITY_COLUMNS, batch.identities),
        Rows(_DOCUMENT, _DOCUMENT_COLUMNS, [batch.document]),
        Rows(_EVENT, _EVENT_COLUMNS, batch.events),
        Rows(_ITEM, _ITEM_COLUMNS, batch.items),
        sequencer.queued(batch.queued),
    ]


def facets_of(batch: Batch) -> set[facets.Facet]:
    """What questions can be asked by since these events: the same values as in their columns."""
    party_id = batch.document[0]
    found = {(party_id, field, row[place]) for row in batch.events for field, place in _FACETS}
    found |= {(party_id, "issuer", str(issuer)) for issuer in {row[0] for row in batch.items}}
    return {facet for facet in found if facet[2] is not None}


def told(prepared: Sequence[Prepared], batch: Batch) -> tuple[tuple[EventReceipt, ...], tuple[int, ...]]:
    """(receipts, rows) of events in their order: those of the batch, and those that were known."""
    made = {(row[1], row[2]): (row[4], seal) for row, seal in zip(batch.identities, batch.evidence, strict=True)}
    receipts, numbers = [], []
    for each in prepared:
        if each.known is None:
            number, proof = made[each.identity]
        else:
            number, proof = each.known.id, bytes(each.known.evidence)
        receipts.append(EventReceipt(each.event_uri, proof.hex(), each.cbv, known=each.known is not None))
        numbers.append(number)
    return tuple(receipts), tuple(numbers)


_DOCUMENT, _EVENT, _IDENTITY, _ITEM = table(CaptureDocument), table(Event), table(EventIdentity), table(EventItem)
_DOCUMENT_COLUMNS = tuple(column.name for column in _DOCUMENT.columns)
_EVENT_COLUMNS = tuple(column.name for column in _EVENT.columns)
_IDENTITY_COLUMNS = tuple(column.name for column in _IDENTITY.columns)
_ITEM_COLUMNS = tuple(column.name for column in _ITEM.columns)
_FACETS = tuple(
    (field, _EVENT_COLUMNS.index(column))
    for field, column in (
        ("eventType", "kind"),
        ("bizStep", "biz_step"),
        ("disposition", "disposition"),
        ("readPoint", "read_point"),
        ("bizLocation", "biz_location"),
    )
)


def _document_row(sending: Sending, document_id: int, captured: datetime, count: int, signed: tuple[Any, ...]) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    context = None if sending.context is None else jcs(sending.context).decode()
    content = pack.pack_document(sending.raw) if sending.raw else b""
    who = (sending.party_id, document_id, to_micros(captured), sending.content_type, sending.digest)
    return (*who, content, context, count, *signed, sending.idempotency_key, sending.job_id)


def _event_columns(made: Prepared, place: int, event_time: int, seal: evidence.Sealed, path: bytes) -> tuple[Any, ...]:
    """The columns of an event after party, id and document, in the order of the table; place: its leaf in the document's signed tree."""
    event = items.usual(made.event)
    what = (place, made.event_uri, event["type"], event.get("action"), _word(event, "bizStep"), _word(event, "disposition"))
    where = (_place(event.get("readPoint")), _place(event.get("bizLocation")))
    when = (event_time, event["eventTimeZoneOffset"], "errorDeclaration" in event)
    return (*what, *where, *when, seal.evidence, bytes.fromhex(made.cbv[_HASH_HEX]), path, pack.pack_envelope(seal.envelope))


def _word(event: Mapping[str, Any], field: str) -> str | None:
    said = event.get(field)
    return None if said is None else spelling.word(field, said)


def _place(said: Mapping[str, Any] | None) -> str | None:
    return spelling.place(said["id"]) if said else None
