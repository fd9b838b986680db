"""Keys that sign for enterprises. Hosted keys are made and held here, sealed at rest: a visibly lower level than a key of one's own.

A private key is sealed under a key in the vault (`Vault.seal`), bound to its organisation and kid, so that no row can be moved to another
enterprise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import insert

from app.capture import evidence
from app.errors import Unavailable
from app.ledger import sequencer
from app.party import find
from app.party.model import SigningKey
from app.runtime import Runtime
from app.store.short_memory import ShortMemory
from app.store.work import Tx
from app.vault import Vault

ALGORITHM = "Ed25519"


class HostedKeyUnreadable(Unavailable):
    """A hosted key cannot be opened: the sealing key in the vault is another one than it was sealed with."""

    code = "capture.signing-key-unreadable"


@dataclass(frozen=True, slots=True)
class EventSigner:
    """Signs for one enterprise."""

    kid: str
    algorithm: str
    hosted: bool
    sign: Callable[[bytes], bytes]


_fresh: ShortMemory[tuple[Vault, int], EventSigner] = ShortMemory()


def _bound(party_id: int, kid: str) -> bytes:
    return f"truyxuat/hosted-key/v1\n{party_id}\n{kid}\n".encode()


def _sealed(vault: Vault, party_id: int, kid: str, private: Ed25519PrivateKey) -> bytes:
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return vault.seal(raw, _bound(party_id, kid))


@lru_cache(maxsize=4096)
def _opened(vault: Vault, party_id: int, kid: str, sealed: bytes) -> Ed25519PrivateKey:
    raw = vault.unseal(sealed, _bound(party_id, kid))
    if raw is None:
        raise HostedKeyUnreadable(kid=kid, retry_after=60)
    return Ed25519PrivateKey.from_private_bytes(raw)


def make_hosted_key(party_id: int, *, on: Runtime) -> None:
    """Make an organisation's hosted Ed25519 key and queue its `key-add` entry for the log; nothing happens when it has a key."""
    private = Ed25519PrivateKey.generate()
    spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    kid = evidence.kid_of(spki)
    sealed, now = _sealed(on.vault, party_id, kid, private), on.clock.now()
    entry = evidence.key_entry(kid=kid, alg=ALGORITHM, spki=spki, party=str(party_id), hosted=True)

    def run(tx: Tx) -> None:
        if find.signing_key(tx.connection, party_id) is not None:
            return
        tx.execute(
            insert(SigningKey).values(
                party_id=party_id, kid=kid, algorithm=ALGORITHM, spki=spki, hosted=True, sealed=sealed, created_at=now, retired_at=None
            )
        )
        sequencer.queue(tx, [(party_id, entry)])

    on.store.write(run)


def is_remembered(party_id: int, *, on: Runtime) -> bool:
    """Whether the signer of an enterprise is at hand without a question to the database."""
    return _fresh.get((on.vault, party_id)) is not None


def signer_for(party_id: int, *, on: Runtime) -> EventSigner:
    """The signer of an enterprise, made on first use; looked up again after a second, so that a retired key stops signing."""
    cached = _fresh.get((on.vault, party_id))
    if cached is not None:
        return cached
    for _ in range(2):
        with on.store.reading() as connection:
            row: Any = find.signing_key(connection, party_id)
        if row is not None:
            private = _opened(on.vault, party_id, row.kid, bytes(row.sealed))
            signer = EventSigner(row.kid, row.algorithm, row.hosted, private.sign)
            _fresh.put((on.vault, party_id), signer)
            return signer
        make_hosted_key(party_id, on=on)
    message = "a signing key that was just made cannot be read"
    raise RuntimeError(message)
