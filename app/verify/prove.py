"""Checking stored events for real: bytes, signature, log entry, inclusion in the newest signed checkpoint.

Nothing stored is believed because it is stored. The only thing trusted is the log's key of this installation; what somebody with the
database's password changes shows as a failed check. Each event costs a few hashes; a document's signature is checked once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from app import signature
from app.capture import find as capture
from app.capture import statement
from app.errors import Invalid
from app.journey.history import History, Papers
from app.journey.walk import Recorded
from app.ledger import find as ledger
from app.ledger import log_key, merkle, note, tile
from app.ledger.model import LogLeaf
from app.runtime import Runtime


class Result(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not_done"


class Flaw(StrEnum):
    """What does not agree, most basic first."""

    BYTES = "bytes"
    DOCUMENT = "document"
    SIGNATURE = "signature"
    KEY = "key"
    ENTRY = "entry"
    INCLUSION = "inclusion"
    CHECKPOINT = "checkpoint"


_OF_THE_LOG = {Flaw.KEY, Flaw.ENTRY, Flaw.INCLUSION, Flaw.CHECKPOINT}


@dataclass(frozen=True, slots=True)
class Leaf:
    """An entry of the log, where it stands, and the hashes that lead to the checkpoint's root."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class EventProof:
    """What was found about one event.

    signed: its bytes, its document's root and signature; logged: its entry, its key and the inclusion; leaf: there when it is logged.
    """

    signed: Result
    logged: Result
    flaw: Flaw | None = None
    leaf: Leaf | None = None
    position: int = 0

    @property
    def broken(self) -> bool:
        """Whether something does not agree."""
        return self.flaw is not None

    @property
    def of_the_log(self) -> bool:
        """Whether what does not agree is the log rather than the enterprise's signature."""
        return self.flaw in _OF_THE_LOG

    @property
    def proven(self) -> bool:
        """Whether everything was checked and agrees."""
        return self.signed is Result.PASSED and self.logged is Result.PASSED


@dataclass(frozen=True, slots=True)
class Proofs:
    """The proofs of a journey by row id, the checkpoint they lead to, and the log entries of the keys by (party, kid)."""

    events: Mapping[int, EventProof] = field(default_factory=dict)
    checkpoint: note.Checkpoint | None = None
    note_text: str = ""
    published_at: int = 0
    vkey: str = ""
    keys: Mapping[tuple[int, str], Leaf] = field(default_factory=dict)

    def count(self, which: str, result: Result) -> int:
        """How many events have a result; which: signed or logged."""
        return sum(1 for proof in self.events.values() if getattr(proof, which) is result)


_LEAVES = (
    select(LogLeaf.position, LogLeaf.subject, LogLeaf.entry)
    .where(LogLeaf.subject.in_(bindparam("subjects", expanding=True)))
    .order_by(LogLeaf.position)
)


def prove(connection: Connection, history: History, *, on: Runtime) -> Proofs:
    """Check every event of a journey, published or not; nothing is raised for what does not agree, it is told."""
    if not history.events:
        return Proofs()
    verifier = log_key.signer(on).verifier
    latest = ledger.latest_checkpoint(connection)
    checkpoint = None if latest is None else _opened(latest.note, verifier.vkey)
    leaves: dict[int, list[Any]] = {}
    subjects = {item.row.id for item in history.events} | {item.row.party_id for item in history.events}
    for row in connection.execute(_LEAVES, {"subjects": sorted(subjects)}):
        leaves.setdefault(row.subject, []).append(row)
    tree = None if checkpoint is None else _Tree(checkpoint, tile.Tree(checkpoint.size, ledger.tile_reader(connection)))
    keys = _keys(history.papers, leaves, tree)
    forged = latest is not None and checkpoint is None
    proofs = {item.row.id: _event(item, history.papers, leaves.get(item.row.id, ()), keys, tree, forged=forged) for item in history.events}
    return Proofs(
        proofs, checkpoint, "" if latest is None else latest.note, 0 if latest is None else latest.published_at, verifier.vkey, keys
    )


@lru_cache(maxsize=16)
def _opened(text: str, vkey: str) -> note.Checkpoint | None:
    """The checkpoint of a note this log signed, None for any other note."""
    try:
        return note.open_checkpoint(text, note.Verifier.parse(vkey))
    except Invalid:
        return None


class _Tree(NamedTuple):
    """A checkpoint, and the tree under it: tiles and inner hashes are read and made once for all events of a journey."""

    checkpoint: note.Checkpoint
    tree: tile.Tree


def _leaf(row: Any, tree: _Tree | None) -> Leaf | Flaw | None:
    """The leaf of a stored row, proven; None while no checkpoint covers it."""
    if tree is None or row.position >= tree.checkpoint.size:
        return None
    entry = bytes(row.entry)
    try:
        path = tree.tree.path(row.position)
        merkle.verify_inclusion(merkle.leaf_hash(entry), row.position, tree.checkpoint.size, path, tree.checkpoint.root)
    except Invalid:  # a tile too short, or hashes that lead elsewhere
        return Flaw.INCLUSION
    return Leaf(entry, row.position, tuple(path))


def _keys(papers: Papers, leaves: Mapping[int, Sequence[Any]], tree: _Tree | None) -> dict[tuple[int, str], Leaf]:
    """The log entries that announce the keys of a journey: a key nobody could see is not believed."""
    found: dict[tuple[int, str], Leaf] = {}
    for (party_id, kid), key in papers.keys.items():
        spki = bytes(key.spki)
        entry = statement.key_entry(kid=kid, alg=key.algorithm, spki=spki, party=str(party_id), hosted=bool(key.hosted))
        announced = next((row for row in leaves.get(party_id, ()) if bytes(row.entry) == entry), None)
        leaf = None if announced is None or statement.kid_of(spki) != kid else _leaf(announced, tree)
        if isinstance(leaf, Leaf):
            found[party_id, kid] = leaf
    return found


def _event(
    item: Recorded, papers: Papers, rows: Sequence[Any], keys: Mapping[tuple[int, str], Leaf], tree: _Tree | None, *, forged: bool
) -> EventProof:
    evidence = statement.evidence_hash(item.envelope)
    document, key = papers.documents.get((item.row.party_id, item.row.document_id)), papers.key_of(item)
    if evidence != bytes(item.row.evidence):
        return EventProof(Result.FAILED, Result.NOT_DONE, Flaw.BYTES)
    if document is None or key is None or document.root is None or document.signature is None:
        return EventProof(Result.FAILED, Result.NOT_DONE, Flaw.DOCUMENT)
    if forged:
        return EventProof(Result.NOT_DONE, Result.FAILED, Flaw.CHECKPOINT)
    if not rows:
        return EventProof(Result.NOT_DONE, Result.NOT_DONE)  # durable and queued; its place in the document stands in its log entry
    # Two processes may, once in a long while, give the same number: the entry that names this evidence is the one meant.
    named = evidence.hex().encode()
    row = next((row for row in rows if named in bytes(row.entry)), rows[0])
    position = _position(bytes(row.entry))
    flaw = _signature_flaw(item, evidence, document, key, position)
    if flaw is not None:
        return EventProof(Result.FAILED, Result.NOT_DONE, flaw)
    entry = statement.event_entry(
        evidence=evidence, cbv=capture.cbv_uri(item.row), alg=key.algorithm, kid=document.kid, size=document.event_count, index=position,
        root=bytes(document.root), signature=bytes(document.signature),
    )  # fmt: skip
    return _logged(row, entry, keys.get((item.row.party_id, document.kid)), tree, position)


def _logged(row: Any, entry: bytes, key: Leaf | None, tree: _Tree | None, position: int) -> EventProof:
    """Of an event that is signed: whether the log says the same of it, under its checkpoint, after its key."""
    if entry != bytes(row.entry):
        return EventProof(Result.PASSED, Result.FAILED, Flaw.ENTRY)
    leaf = _leaf(row, tree)
    if leaf is None:
        return EventProof(Result.PASSED, Result.NOT_DONE, position=position)
    if isinstance(leaf, Flaw):
        return EventProof(Result.PASSED, Result.FAILED, leaf)
    if key is None or key.index >= leaf.index:
        return EventProof(Result.PASSED, Result.FAILED, Flaw.KEY)
    return EventProof(Result.PASSED, Result.PASSED, None, leaf, position)


def _position(entry: bytes) -> int:
    """An event's place in its document as its log entry says; -1 for an entry that is none."""
    try:
        position = json.loads(entry)["i"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return -1
    return position if type(position) is int else -1


def _signature_flaw(item: Recorded, evidence: bytes, document: Any, key: Any, position: int) -> Flaw | None:
    """Whether the event leads to its document's root, and the root was signed by the enterprise's key."""
    path = bytes(item.row.path)
    hashes = [path[start : start + merkle.HASH_SIZE] for start in range(0, len(path), merkle.HASH_SIZE)]
    try:
        root = merkle.root_of_inclusion(merkle.leaf_hash(evidence), position, document.event_count, hashes)
    except merkle.ProofWrong:
        return Flaw.DOCUMENT
    if root != bytes(document.root):
        return Flaw.DOCUMENT
    message = statement.signing_message(document.kid, document.event_count, root)
    return None if _signed(key.algorithm, bytes(key.spki), message, bytes(document.signature)) else Flaw.SIGNATURE


@lru_cache(maxsize=4096)
def _signed(algorithm: str, spki: bytes, message: bytes, value: bytes) -> bool:
    """Whether a signature is right. Remembered by all it depends on, so that nothing stored can change the answer."""
    try:
        signature.verify(algorithm, spki, message, value)
    except Invalid:
        return False
    return True
