"""The evidence of an item as one file that anybody checks without this service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.capture import find as capture
from app.errors import NotFound
from app.identify import digital_link
from app.identify.read import Identified
from app.journey.walk import ITEM, LOT, Recorded
from app.ledger.merkle import HASH_SIZE
from app.runtime import Runtime
from app.verify.answer import Verdict
from app.verify.bundle_format import Bundle, EventPiece, KeyPiece, make_bundle
from app.verify.check import check
from app.verify.prove import EventProof, Leaf


class NoEvidence(NotFound):
    """No published event that names this item is signed and in the log."""

    code = "verify.no-evidence"


def evidence_of(identified: Identified, *, on: Runtime) -> bytes:
    """The bundle file of an item: its published, proven events and those of its batch. Raises NoEvidence, BundleTooLarge."""
    return bundle_of(check(identified, on=on), on=on)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """An event that may be handed out, with all that proves it: document, key, log entry, name of its enterprise."""

    item: Recorded
    proof: EventProof
    leaf: Leaf
    document: Any
    key: Any
    who: str


def has_evidence(verdict: Verdict) -> bool:
    """Whether there is something to put into a bundle."""
    return next(_chosen(verdict), None) is not None


def bundle_of(verdict: Verdict, *, on: Runtime) -> bytes:
    """The bundle file of a verdict that was just made; see `evidence_of`."""
    chosen = list(_chosen(verdict))
    if verdict.identified is None or not chosen:
        raise NoEvidence(item="" if verdict.identified is None else verdict.identified.canonical)
    proofs = verdict.proofs
    keys = {each.key.kid: _key(each, proofs.keys[each.item.row.party_id, each.key.kid]) for each in chosen}
    made = on.clock.now().isoformat(timespec="seconds").replace("+00:00", "Z")
    origin = proofs.vkey.split("+", 1)[0]
    pieces = tuple(_piece(each) for each in chosen)
    return make_bundle(Bundle(_item(verdict), made, origin, proofs.vkey, proofs.note_text, tuple(keys.values()), pieces))


def _chosen(verdict: Verdict) -> Iterator[_Chosen]:
    """Events about the item or its batch that are published, signed and logged."""
    names = {step.number: step.who for step in verdict.history.steps}
    papers = verdict.history.papers
    for item in verdict.history.events:
        proof, key = verdict.proofs.events[item.row.id], papers.key_of(item)
        if item.row.id in names and item.relation in {ITEM, LOT} and proof.proven and proof.leaf is not None and key is not None:
            document = papers.documents[item.row.party_id, item.row.document_id]
            yield _Chosen(item, proof, proof.leaf, document, key, names[item.row.id])


def _item(verdict: Verdict) -> str:
    """The item's Digital Link with its registered batch, which is what makes events of the batch events about the item."""
    path = () if verdict.identified is None else verdict.identified.path
    if verdict.lot is not None and "21" in dict(path):
        path = (path[0], ("10", verdict.lot.lot), ("21", dict(path)["21"]))
    return digital_link.build(path)


def _key(each: _Chosen, leaf: Leaf) -> KeyPiece:
    party = {"id": str(each.item.row.party_id), "name": each.who}
    key = each.key
    return KeyPiece(key.kid, key.algorithm, bytes(key.spki), party, bool(key.hosted), leaf.entry, leaf.index, leaf.path)


def _piece(each: _Chosen) -> EventPiece:
    path = bytes(each.item.row.path)
    return EventPiece(
        envelope=each.item.envelope,
        cbv=capture.cbv_uri(each.item.row),
        kid=each.document.kid,
        alg=each.key.algorithm,
        signature=bytes(each.document.signature),
        size=each.document.event_count,
        position=each.proof.position,
        path=tuple(path[start : start + HASH_SIZE] for start in range(0, len(path), HASH_SIZE)),
        entry=each.leaf.entry,
        index=each.leaf.index,
        proof=each.leaf.path,
    )
