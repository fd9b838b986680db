"""What an enterprise signs about its events, and what the log records of it; pure, so that the stand-alone verifier reads the same.

A signature covers a document: the Merkle root over the evidence hashes of its events, in order. An event carries its index and its
path to that root. Log entries are canonical JSON without business data.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from hashlib import sha256

from app.signature import kid_of

__all__ = [
    "document_tree", "entries_of", "event_entry", "evidence_hash", "from_base64url", "key_entry", "kid_of",
    "signing_message", "to_base64url",
]  # fmt: skip

EVIDENCE_DOMAIN = b"truyxuat/event/v1\n"
SIGNING_DOMAIN = b"truyxuat/sig/events/v1\n"


def evidence_hash(envelope: bytes) -> bytes:
    """Evidence hash of an event: 32 bytes over the domain line and the event's canonical envelope."""
    return sha256(EVIDENCE_DOMAIN + envelope).digest()


def signing_message(kid: str, size: int, root: bytes) -> bytes:
    """Bytes that the key `kid` signs for a document of `size` events with this Merkle root (32 bytes)."""
    return SIGNING_DOMAIN + f"{kid}\n{size}\n{root.hex()}\n".encode("ascii")


def document_tree(evidence_hashes: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """Root over the evidence hashes of a document, and each event's path to it as adjoined 32-byte hashes.

    n - 1 node hashes in all. The tree is RFC 6962's with the evidence hashes as entries; a document has at least one event.
    """
    level = [sha256(b"\x00" + value).digest() for value in evidence_hashes]
    levels = []
    while len(level) > 1:
        levels.append(level)
        level = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)] + (
            level[-1:] if len(level) & 1 else []
        )
    paths = [b""]
    for below in reversed(levels):  # from the root down: a node's path is its sibling and the path of its parent
        made = [below[node ^ 1] + paths[node >> 1] for node in range(len(below) & ~1)]
        paths = made + paths[-1:] if len(below) & 1 else made  # a node without sibling is its own parent
    return level[0], paths


def event_entry(*, evidence: bytes, cbv: str, alg: str, kid: str, size: int, index: int, root: bytes, signature: bytes) -> bytes:
    """Log entry of an event, canonical JSON: its hashes and the signature of its document."""
    return entries_of(alg=alg, kid=kid, size=size, root=root, signature=signature)(evidence, cbv, index)


def entries_of(*, alg: str, kid: str, size: int, root: bytes, signature: bytes) -> Callable[[bytes, str, int], bytes]:
    """Maker of the log entries of one document: evidence hash, CBV hash and index of an event to its entry."""
    before, after = f'{{"alg":"{alg}","cbv":"', f',"kid":"{kid}","n":{size},"root":"{root.hex()}","sig":"{to_base64url(signature)}",'
    after += '"t":"event","v":1}'

    def make(evidence: bytes, cbv: str, index: int) -> bytes:
        return f'{before}{cbv}","ev":"{evidence.hex()}","i":{index}{after}'.encode("ascii")

    return make


def key_entry(*, kid: str, alg: str, spki: bytes, party: str, hosted: bool) -> bytes:
    """Log entry of a signing key, canonical JSON. party: an identifier without a name; hosted: the key is kept by this service."""
    return (
        f'{{"alg":"{alg}","hosted":{"true" if hosted else "false"},"kid":"{kid}","party":{json.dumps(party, ensure_ascii=False)},'
        f'"spki":"{to_base64url(spki)}","t":"key-add","v":1}}'
    ).encode()


def to_base64url(value: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Bytes of base64url without padding, in its one canonical spelling. Raises ValueError."""
    try:
        value = base64.b64decode(text.translate(_URL_SAFE) + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(text[:80]) from error
    if to_base64url(value) != text:
        raise ValueError(text[:80])
    return value


_URL_SAFE = str.maketrans("-_", "+/")
