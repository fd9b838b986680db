"""The verb of capture: a document of events in, a receipt out, once the disk holds it.

Life of a document: 1. permission; 2. strict reading, shape, rules (`reading`, nothing is locked); 3. item keys, CBV hash, identity of each
event (`prepare`); 4. sealed envelopes, one signature over the Merkle root of the document's evidence hashes (`keep`); 5. one transaction:
document, events, identities, item rows, master data, log queue; 6. the receipt. Sent again it is recognised by eventID and content and
answered from the first time. Large documents take the same steps beside the request: `jobs`.
"""

from __future__ import annotations

import hashlib

from app.capture import once, prepare, reading
from app.capture.hashes.event_hash import context_of
from app.capture.jobs import record
from app.capture.reading import JSON_TYPES, XML, Checked, binding_of
from app.capture.receipt import PROCEED, ROLLBACK, EventReceipt, Receipt
from app.capture.take import Appending, Asked, Told, invalid, rows_of, take
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

__all__ = ["JSON_TYPES", "PROCEED", "ROLLBACK", "Appending", "Checked", "EventReceipt", "Receipt", "accept", "appending", "check"]


def accept(
    raw: bytes,
    *,
    by: Actor,
    on: Runtime,
    content_type: str = "application/json",
    bare: bool = False,
    idempotency_key: str | None = None,
    behaviour: str = ROLLBACK,
    lenient: bool = False,
) -> Receipt:
    """Capture an EPCIS document (or, with `bare`, one event) for the actor's organisation.

    behaviour: ROLLBACK takes all of it or nothing, PROCEED leaves wrong events out; lenient: repair known dialects, and list what was
    changed. Returns once everything is durable. Raises DocumentInvalid with findings, the refusals of `reading`, TooManyEvents, NoEvents,
    EventChanged when an eventID is known with other content, KeyReused.
    """
    party_id = permit(by, Permission.CAPTURE_EVENT_WRITE)
    sent = hashlib.sha256(raw).digest()
    asked = Asked(party_id, raw, sent, content_type, idempotency_key, ROLLBACK if bare else behaviour, lenient, by.name)
    earlier = once.check_key(party_id, idempotency_key, sent, on=on)
    if earlier is not None and earlier.job:
        return record.receipt(earlier.number, party_id, on=on)
    if asked.behaviour == PROCEED:
        from app.capture.proceed import accept_good

        return accept_good(asked, on=on)
    checked = check(raw, on=on, content_type=content_type, bare=bare, lenient=lenient)
    if checked.findings:
        raise invalid(checked.findings)
    context = context_of(checked.document.get("@context"), xml=binding_of(content_type) == XML)
    prepared = prepare.prepare_all(checked.events, checked.document, context, bare=bare, texts=checked.texts)
    return take(asked, checked.document, prepared, Told(len(checked.events), changes=checked.changes), on)


def check(
    raw: bytes, *, on: Runtime, content_type: str = "application/json", bare: bool = False, lenient: bool = False
) -> Checked:  # fmt: skip
    """Read and judge a document, or with `bare` one event, without keeping anything. Raises for what cannot be read at all.

    A good document is judged whole, which is fastest; the findings of a wrong one are those that a capture job would tell.
    """
    checked = reading.check(raw, on=on, content_type=content_type, bare=bare, lenient=lenient)
    if bare or not checked.findings:
        return checked
    from app.capture.proceed import explained

    return explained(checked, raw, content_type, on=on, lenient=lenient)


def appending(raw: bytes, *, by: Actor, on: Runtime, content_type: str = "application/json", bare: bool = False) -> Appending | None:
    """The rows of a document that any other way would be accepted and only have to be inserted; None for every other document.

    Nothing is written here. For a door that must not keep a thread waiting for the disk; whatever is not simple, it asks `accept`.
    Raises as `accept` does.
    """
    party_id = permit(by, Permission.CAPTURE_EVENT_WRITE)
    checked = reading.check(raw, on=on, content_type=content_type, bare=bare)
    if checked.findings or checked.changes or not checked.events:
        return None
    context = context_of(checked.document.get("@context"))
    prepared = prepare.prepare_all(checked.events, checked.document, context, bare=bare, texts=checked.texts)
    asked = Asked(party_id, raw, hashlib.sha256(raw).digest(), content_type, actor=by.name)
    return rows_of(asked, checked.document, prepared, Told(len(checked.events)), on)
