"""The verb of capture: a document of events in, a receipt out, once the disk holds it.

Life of a document: 1. permission; 2. strict reading, shape, rules (nothing is locked); 3. item keys, CBV hash, sealed envelope of each
event; 4. one signature over the Merkle root of the document's evidence hashes; 5. one transaction: document, events, identities, item
rows, log queue; 6. the receipt. Sent again it is recognised by eventID and content and answered from the first time.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.capture import evidence, find, items, pack, read_document, refusals, rules, shape, signing_keys, times
from app.capture.canonical import jcs
from app.capture.hashes.event_hash import Context, context_of, event_hash
from app.capture.model import CaptureDocument, Event, EventIdentity, EventItem
from app.capture.signing_keys import EventSigner
from app.errors import Finding
from app.ledger import sequencer
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.columns import from_micros, to_micros
from app.store.keys import new_id, new_ids
from app.store.tables import table
from app.store.work import AlreadyThere, Tx

JSON_TYPES = ("application/json", "application/ld+json")
_HASH_HEX = slice(len("ni:///sha-256;"), len("ni:///sha-256;") + 64)
_RACES = 3
LONGEST_KEY = 255
"""Characters of an Idempotency-Key; the usual ones are UUIDs."""


@dataclass(frozen=True, slots=True)
class EventReceipt:
    """What became of one event: its eventID (the CBV hash where the sender gave none), both hashes, and whether it was known already."""

    event_id: str
    evidence: str
    cbv_hash: str
    known: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a document: durable when this is returned; row_ids: the rows of its events, in the order of `events`."""

    capture_id: str
    captured_at: datetime
    events: tuple[EventReceipt, ...]
    row_ids: tuple[int, ...] = field(repr=False, default=())

    def to_json(self) -> dict[str, Any]:
        """As the capture job of the receipt."""
        return {
            "captureID": self.capture_id,
            "createdAt": self.captured_at.isoformat().replace("+00:00", "Z"),
            "events": [
                {"eventID": item.event_id, "evidence": item.evidence, "cbvHash": item.cbv_hash, "known": item.known} for item in self.events
            ],
        }


@dataclass(frozen=True, slots=True)
class _Sending:
    """What arrived: whose, the bytes and their SHA-256, their type, the document's context, and the sender's Idempotency-Key."""

    party_id: int
    raw: bytes
    digest: bytes
    content_type: str
    context: Any
    idempotency_key: str | None


@dataclass(slots=True)
class _Draft:
    """An event on its way: everything that can be computed before the writer's lock."""

    event: Mapping[str, Any]
    position: int
    pointer: str
    event_uri: str
    identity: tuple[bytes, bytes]
    content: bytes
    cbv: str
    known: Any = None


def check(raw: bytes, *, on: Runtime, bare: bool = False) -> tuple[Any, list[dict[str, Any]], list[Finding]]:
    """Read and judge a document without keeping anything: (document, its events, findings). Raises for what cannot be read at all."""
    document = read_document.loads(raw)
    findings = shape.check_event(document) if bare else shape.check_document(document)
    if findings:
        return document, [], findings
    events = [document] if bare else shape.events_of(document)
    if not events:
        raise refusals.NoEvents(pointer="/epcisBody/eventList")
    if len(events) > on.settings.max_events:
        raise refusals.TooManyEvents(limit=on.settings.max_events, found=len(events))
    now = on.clock.now()
    for number, event in enumerate(events):
        found = rules.check_event(event, "" if bare else shape.event_pointer(document, number), now)
        findings += [Finding(item.code, item.pointer, item.value, item.params, number + 1) for item in found]
    return document, events, findings


def accept(
    raw: bytes, *, by: Actor, on: Runtime, content_type: str = "application/json", bare: bool = False, idempotency_key: str | None = None
) -> Receipt:
    """Capture an EPCIS document (or, with `bare`, one event) for the actor's organisation.

    Returns once everything is durable. Raises DocumentInvalid with findings, the refusals of `read_document`, TooManyEvents, NoEvents,
    EventChanged when an eventID is known with other content, KeyReused.
    """
    party_id = permit(by, Permission.CAPTURE_EVENT_WRITE)
    sent = hashlib.sha256(raw).digest()
    if idempotency_key:
        _check_key(party_id, idempotency_key, sent, on)
    document, events, findings = check(raw, on=on, bare=bare)
    if findings:
        raise refusals.DocumentInvalid(
            findings=findings, count=len(findings), events=len({item.event for item in findings if item.event is not None})
        )
    context = document.get("@context")
    sending = _Sending(party_id, raw, sent, content_type, context, idempotency_key)
    drafts = _drafts(events, document, context_of(context), bare=bare)
    fresh = drafts
    for _ in range(_RACES):
        try:
            # Most events are new, and the unique identity is the judge anyway: look only when it says that one is not.
            return _keep(sending, signing_keys.signer_for(party_id, on=on), fresh, drafts, on)
        except AlreadyThere:
            if idempotency_key:
                _check_key(party_id, idempotency_key, sent, on)
            fresh = _fresh(party_id, drafts, on)
            if not fresh:
                return _repeat(drafts, on)
    raise refusals.CaptureRaced(retry_after=1)


def _check_key(party_id: int, key: str, sent: bytes, on: Runtime) -> None:
    """Raise KeyReused when an Idempotency-Key stands for another body; the same body finds its events recorded, like any repetition."""
    if len(key) > LONGEST_KEY:
        raise refusals.KeyTooLong(length=len(key), limit=LONGEST_KEY)
    with on.store.reading() as connection:
        row = find.by_idempotency_key(connection, party_id, key)
    if row is not None and bytes(row.content_sha256) != sent:
        raise refusals.KeyReused(key=key[:80])


def _drafts(events: Sequence[dict[str, Any]], document: Any, context: Context, *, bare: bool) -> list[_Draft]:
    drafts: list[_Draft] = []
    seen: dict[tuple[bytes, bytes], bytes] = {}
    for number, event in enumerate(events):
        # The @context of a bare event is the frame it came in: inside a document the same event has none.
        content = hashlib.sha256(jcs({name: value for name, value in event.items() if name != "@context"} if bare else event)).digest()[:16]
        cbv = event_hash(event, context)
        given = event.get("eventID")
        # CBV hashes of different events can be equal by design, and older tools compute others: one as eventID names content, not identity.
        hashed = not given or given.startswith("ni:///sha-256;")
        key = find.identity(given or cbv, content + _declared(event) if hashed else _declared(event))
        pointer = "" if bare else shape.event_pointer(document, number)
        earlier = seen.setdefault(key, content)
        if earlier != content:
            raise refusals.EventIdTwice(pointer=f"{pointer}/eventID", event_id=given, number=number + 1)
        if earlier is content:
            drafts.append(_Draft(event, number, pointer, given or cbv, key, content, cbv))
    return drafts


def _declared(event: Mapping[str, Any]) -> bytes:
    """The declaration time of an error declaration, which repeats the eventID of the event it declares wrong; else empty."""
    declaration = event.get("errorDeclaration")
    return declaration["declarationTime"].encode() if declaration else b""


def _fresh(party_id: int, drafts: list[_Draft], on: Runtime) -> list[_Draft]:
    """The events nobody has recorded yet; raises EventChanged for one whose eventID is known with other content."""
    with on.store.reading() as connection:
        rows = find.identities(connection, party_id, [draft.identity for draft in drafts])
    for draft in drafts:
        draft.known = rows.get(draft.identity)
        if draft.known is not None and bytes(draft.known.content) != draft.content:
            raise refusals.EventChanged(pointer=f"{draft.pointer}/eventID", event_id=draft.event_uri, number=draft.position + 1)
    return [draft for draft in drafts if draft.known is None]


def _repeat(drafts: list[_Draft], on: Runtime) -> Receipt:
    """The answer to a document of which every event is recorded: that of the first time.

    Where its events came in several documents, the newest of them is the one that completed it.
    """
    party_id, row_ids = drafts[0].known.party_id, [draft.known.id for draft in drafts]
    with on.store.reading() as connection:
        rows = find.events_by_id(connection, party_id, row_ids)
        first = find.document(connection, party_id, max(row.document_id for row in rows.values()))
        told = tuple(
            EventReceipt(rows[number].event_uri, bytes(rows[number].evidence).hex(), find.cbv_uri(rows[number]), known=True)
            for number in row_ids
        )
    return Receipt(str(first.document_id), from_micros(first.received_at), told, tuple(row_ids))


def _keep(sending: _Sending, signer: EventSigner, fresh: list[_Draft], drafts: list[_Draft], on: Runtime) -> Receipt:
    """Seal, sign and commit the fresh events of a document."""
    document_id, row_ids, captured = new_id(), new_ids(len(fresh)), on.clock.record_time()
    sealer = evidence.Sealer(sending.context, str(document_id), captured)
    sealed = [sealer.seal(draft.event, evidence.new_salt()) for draft in fresh]
    root, paths = evidence.document_tree([item.evidence for item in sealed])
    signature = signer.sign(evidence.signing_message(signer.kid, len(fresh), root))
    entry = functools.partial(evidence.event_entry, alg=signer.algorithm, kid=signer.kid, size=len(fresh), root=root, signature=signature)
    document = _document_row(sending, document_id, captured, len(fresh), (signer.kid, root, signature))
    events, identities, item_rows, queued = [], [], [], []
    for place, (draft, seal, row_id, path) in enumerate(zip(fresh, sealed, row_ids, paths, strict=True)):
        event_time = times.micros(draft.event["eventTime"])
        events.append((sending.party_id, row_id, document_id, *_event_columns(draft, place, event_time, seal, path)))
        identities.append((sending.party_id, *draft.identity, draft.content, row_id))
        item_rows += [(*key[:3], sending.party_id, event_time, row_id, role) for key, role in items.keys(draft.event)]
        queued.append((row_id, entry(evidence=seal.evidence, cbv=draft.cbv, index=place)))

    def run(tx: Tx) -> None:
        tx.insert(_IDENTITY, _IDENTITY_COLUMNS, identities)
        tx.insert(_DOCUMENT, _DOCUMENT_COLUMNS, [document])
        tx.insert(_EVENT, _EVENT_COLUMNS, events)
        tx.insert(_ITEM, _ITEM_COLUMNS, item_rows)
        sequencer.queue(tx, queued)

    on.store.write(run)
    made = {draft.position: (seal, row_id) for draft, seal, row_id in zip(fresh, sealed, row_ids, strict=True)}
    told = tuple(_told(draft, made[draft.position][0] if draft.position in made else None) for draft in drafts)
    numbers = tuple(made[draft.position][1] if draft.position in made else draft.known.id for draft in drafts)
    return Receipt(str(document_id), captured, told, numbers)


def _document_row(sending: _Sending, document_id: int, captured: datetime, count: int, signed: tuple[str, bytes, bytes]) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    context = None if sending.context is None else jcs(sending.context).decode()
    content = pack.pack_document(sending.raw)
    received = to_micros(captured)
    who = (sending.party_id, document_id, received, sending.content_type, sending.digest)
    return (*who, content, context, count, *signed, sending.idempotency_key, None)


def _told(draft: _Draft, seal: evidence.Sealed | None) -> EventReceipt:
    if seal is None:
        return EventReceipt(draft.event_uri, bytes(draft.known.evidence).hex(), draft.cbv, known=True)
    return EventReceipt(draft.event_uri, seal.evidence.hex(), draft.cbv, known=False)


_DOCUMENT, _EVENT, _IDENTITY, _ITEM = table(CaptureDocument), table(Event), table(EventIdentity), table(EventItem)
_DOCUMENT_COLUMNS = tuple(column.name for column in _DOCUMENT.columns)
_EVENT_COLUMNS = tuple(column.name for column in _EVENT.columns)
_IDENTITY_COLUMNS = tuple(column.name for column in _IDENTITY.columns)
_ITEM_COLUMNS = tuple(column.name for column in _ITEM.columns)


def _event_columns(draft: _Draft, place: int, event_time: int, seal: evidence.Sealed, path: bytes) -> tuple[Any, ...]:
    """The columns of an event after party, id and document, in the order of the table; place: its leaf in the document's signed tree."""
    event = draft.event
    read_point, biz_location = event.get("readPoint"), event.get("bizLocation")
    what = (place, draft.event_uri, event["type"], event.get("action"), event.get("bizStep"), event.get("disposition"))
    where = (read_point["id"] if read_point else None, biz_location["id"] if biz_location else None)
    when = (event_time, event["eventTimeZoneOffset"], "errorDeclaration" in event)
    return (*what, *where, *when, seal.evidence, bytes.fromhex(draft.cbv[_HASH_HEX]), path, pack.pack_envelope(seal.envelope))
