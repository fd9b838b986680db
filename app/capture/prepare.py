"""Events on their way into the journal: everything about them that can be computed before the writer's lock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.capture import find, refusals, shape, spelling
from app.capture.canonical import jcs
from app.capture.hashes.event_hash import Context, event_hash
from app.errors import Finding, Refusal
from app.runtime import Runtime


@dataclass(slots=True)
class Prepared:
    """An event with its identity.

    text: its canonical bytes as it was sent; content: what "the same event" means, in every spelling; known: the row that records it
    already.
    """

    event: dict[str, Any]
    text: bytes
    position: int
    pointer: str
    event_uri: str
    identity: tuple[bytes, bytes]
    content: bytes
    cbv: str
    known: Any = None

    @property
    def number(self) -> int:
        """Its place in the document, from 1."""
        return self.position + 1

    def same_as(self, content: bytes) -> bool:
        """Whether recorded content is that of this event; rows of the first release were told by the spelling that was sent."""
        return content == self.content or content == _digest_of_before(self.event, self.text)


def prepare(event: dict[str, Any], position: int, pointer: str, context: Context, text: bytes | None = None) -> Prepared:
    """One event of good shape. position: from 0; pointer: where it stands in the document as it was sent; text: `jcs(event)` if at hand."""
    text = jcs(event) if text is None else text
    content = spelling.content_digest(event, text, context)
    cbv = event_hash(event, context)
    given = event.get("eventID")
    # CBV hashes of different events can be equal by design, and older tools compute others: one as eventID names content, not identity.
    hashed = not given or given.startswith(spelling.CBV_HASH)
    key = find.identity(given or cbv, content + _declared(event) if hashed else _declared(event))
    return Prepared(event, text, position, pointer, given or cbv, key, content, cbv)


def prepare_all(
    events: Sequence[dict[str, Any]], document: Any, context: Context, *, bare: bool, texts: Sequence[bytes] = ()
) -> list[Prepared]:
    """The events of a document, each once; texts: their canonical bytes where the caller has them. Raises EventIdTwice."""
    found: list[Prepared] = []
    seen: dict[tuple[bytes, bytes], bytes] = {}
    before = shape.pointer_before(document)
    for place, event in enumerate(events):
        made = prepare(event, place, "" if bare else f"{before}{place}", context, texts[place] if texts else None)
        earlier = seen.setdefault(made.identity, made.content)
        if earlier is made.content:
            found.append(made)
        elif earlier != made.content:
            raise twice(made)
    return found


def twice(made: Prepared) -> Refusal:
    """One document holds this eventID twice with different content."""
    return refusals.EventIdTwice(pointer=f"{made.pointer}/eventID", event_id=made.event_uri, number=made.number)


def changed(made: Prepared) -> Refusal:
    """This eventID is recorded with other content."""
    return refusals.EventChanged(pointer=f"{made.pointer}/eventID", event_id=made.event_uri, number=made.number)


def as_finding(refusal: Refusal, number: int) -> Finding:
    """A refusal of one event as one of the findings of its document."""
    return Finding(refusal.code, refusal.pointer, refusal.params.get("event_id"), refusal.params, number)


def look_up(party_id: int, prepared: Sequence[Prepared], on: Runtime) -> list[Prepared]:
    """Note which events are recorded already; returns those whose eventID is recorded with other content."""
    with on.store.reading() as connection:
        rows = find.identities(connection, party_id, [made.identity for made in prepared])
    wrong = []
    for made in prepared:
        made.known = rows.get(made.identity)
        if made.known is not None and not made.same_as(bytes(made.known.content)):
            wrong.append(made)
    return wrong


def _digest_of_before(event: Mapping[str, Any], text: bytes) -> bytes:
    """The digest that the first release kept: over the event as it was sent, without the @context that a bare event came in."""
    framed = jcs({name: value for name, value in event.items() if name != "@context"}) if "@context" in event else text
    return hashlib.sha256(framed).digest()[:16]


def _declared(event: Mapping[str, Any]) -> bytes:
    """The declaration time of an error declaration, which repeats the eventID of the event it declares wrong; else empty."""
    declaration = event.get("errorDeclaration")
    return declaration["declarationTime"].encode() if declaration else b""
