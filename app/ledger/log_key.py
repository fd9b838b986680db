"""The log's signing key: a file of its own, read only when a checkpoint is signed."""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.ledger.note import Signer
from app.runtime import Runtime
from app.vault import Vault

FILE = "log.key"


@lru_cache(maxsize=8)
def _signer(vault: Vault, origin: str) -> Signer:
    return Signer(origin, Ed25519PrivateKey.from_private_bytes(vault.load(FILE)))


def signer(on: Runtime) -> Signer:
    """The signer of this installation's log; its key (32 bytes, Ed25519 seed, RFC 8032) is made on first use."""
    return _signer(on.vault, on.settings.origin())
