"""Revisions that are out in the world are never written again: who has them would miss what was added."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from app.store import migrate

RELEASED = {
    "0001": "4f422cd9a1407b6cbedcea201e8637c6c7948a9d9394ac5680de03c001f9f7d8",
    "0002": "6a363aea9f02afbc907d2a7036a2c5f45c0611b7720336b6905396c2cc3dbbe2",
    "0003": "2da392c47c85c6596e122f253d376233044039ee1c8fa7c8321cee347d813d16",
    "0004": "89ec08db50881294dd19c6339163750ca48e098c3fefbd96d5875e15a4d2672c",
}
"""By revision, SHA-256 of its file. A new revision adds a line; a line never changes."""


def test_every_revision_is_known_and_as_it_was_released() -> None:
    folder = Path(migrate.__file__).parent / "migrations" / "versions"
    files = {file.name[:4]: sha256(file.read_bytes()).hexdigest() for file in folder.glob("[0-9]*.py")}
    assert files == RELEASED
