"""The evidence hash: what is signed and logged of an event. Every byte that was accepted counts, and a salt keeps it unguessable.

The envelope E = {event, context, contextDigests, captureID, captureTime, salt} is stored as the canonical bytes that were hashed.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any, NamedTuple

from app.capture import canonical
from app.capture.contexts import context_of
from app.capture.statement import (
    document_tree,
    entries_of,
    event_entry,
    evidence_hash,
    from_base64url,
    key_entry,
    kid_of,
    signing_message,
    to_base64url,
)

__all__ = [
    "SALT_SIZE",
    "Sealed",
    "Sealer",
    "document_tree",
    "entries_of",
    "event_entry",
    "evidence_hash",
    "from_base64url",
    "key_entry",
    "kid_of",
    "new_salt",
    "new_salts",
    "seal_event",
    "signing_message",
    "to_base64url",
]

SALT_SIZE = 16
_SALT_CHARACTERS = 22  # in base64url without padding


class Sealed(NamedTuple):
    """An event ready to be signed and stored: its canonical envelope, and the 32-byte evidence hash over it."""

    envelope: bytes
    evidence: bytes


class Sealer:
    """Seals the events of one document: what they share is made once."""

    def __init__(self, context: Any, capture_id: str, capture_time: datetime) -> None:
        """context: the document's `@context` or None; capture_time: aware. Raises NotCanonical, ValueError for a naive time."""
        if capture_time.tzinfo is None:
            raise ValueError(capture_time)
        time = capture_time.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
        self._before = b'{"captureID":%b,"captureTime":"%b","context":%b,"contextDigests":%b,"event":' % (
            canonical.text(capture_id),
            time.encode(),
            canonical.jcs(context),
            canonical.jcs(context_of(context).digests),
        )

    def seal(self, event: Any, salt: bytes) -> Sealed:
        """Envelope and evidence hash of an event exactly as it was accepted. salt: 16 random bytes. Raises NotCanonical."""
        return self.seal_text(canonical.jcs(event), salt)

    def seal_text(self, text: bytes, salt: bytes) -> Sealed:
        """The same for an event whose canonical bytes are at hand."""
        if len(salt) != SALT_SIZE:
            raise ValueError(len(salt))
        envelope = b'%b%b,"salt":"%b"}' % (self._before, text, urlsafe_b64encode(salt)[:_SALT_CHARACTERS])
        return Sealed(envelope, evidence_hash(envelope))


def seal_event(event: Any, context: Any, capture_id: str, capture_time: datetime, salt: bytes) -> Sealed:
    """Envelope and evidence hash of one event; see Sealer for documents of many."""
    return Sealer(context, capture_id, capture_time).seal(event, salt)


def new_salt() -> bytes:
    """Fresh salt for one event."""
    return secrets.token_bytes(SALT_SIZE)


def new_salts(count: int) -> list[bytes]:
    """Fresh salts for the events of a document, drawn at once."""
    drawn = secrets.token_bytes(SALT_SIZE * count)
    return [drawn[at : at + SALT_SIZE] for at in range(0, len(drawn), SALT_SIZE)]
