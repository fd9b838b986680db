"""A small log with two enterprises, one of them with a hosted key, and the bundle of one box of mangoes in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app import signature
from app.capture import evidence
from app.capture.hashes import event_hash
from app.ledger import merkle, note
from app.signature import PrivateKey
from app.verify.bundle_format import Bundle, EventPiece, KeyPiece

ITEM = "https://id.gs1.org/01/09521234123453/21/A1"
GROWER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"grower").digest())
PACKER = ec.derive_private_key(int.from_bytes(hashlib.sha256(b"packer").digest()[:16], "big"), ec.SECP256R1())
LOG = note.Signer("log.example.vn/2026", Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"log").digest()))
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://ns.example.vn/epcis/"}]
CAPTURED = datetime(2026, 11, 22, 3, 4, 5, 678, tzinfo=UTC)


def mango(step: str, **fields: Any) -> dict[str, Any]:
    """An event of the box, unless the fields name something else."""
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-11-22T08:00:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "epcList": ["urn:epc:id:sgtin:9521234.012345.A1"],
        "action": "OBSERVE",
        "bizStep": step,
        "readPoint": {"id": "urn:epc:id:sgln:9521234.00001.0"},
        "ex:ghiChú": 'xoài cát Hòa Lộc "loại 1"',
        **fields,
    }


COMMISSIONED = mango("commissioning", action="ADD", ilmd={"cbvmda:lotNumber": "L7"})
OF_THE_LOT = mango("inspecting", epcList=[], quantityList=[{"epcClass": "urn:epc:class:lgtin:9521234.012345.L7", "quantity": 40}])
OF_THE_CLASS = mango("storing", epcList=["urn:epc:idpat:sgtin:9521234.012345.*"])
SHIPPED = mango(
    "shipping", disposition="in_transit", epcList=["https://xoai.example/01/09521234123453/10/L7/21/A1?17=270101", "urn:uuid:9"]
)
FOREIGN = mango("receiving", epcList=["urn:epc:id:sgtin:9521234.012345.B2"])


@dataclass(frozen=True)
class _Signed:
    sealed: evidence.Sealed
    cbv: str
    size: int
    position: int
    root: bytes
    path: tuple[bytes, ...]
    made: bytes
    key: PrivateKey

    @property
    def entry(self) -> bytes:
        return evidence.event_entry(
            evidence=self.sealed.evidence,
            cbv=self.cbv,
            alg=signature.algorithm_of(self.key),
            kid=evidence.kid_of(signature.spki_of(self.key)),
            size=self.size,
            index=self.position,
            root=self.root,
            signature=self.made,
        )


def signed(key: PrivateKey, *events: dict[str, Any] | bytes) -> list[_Signed]:
    """A document of events, sealed and signed; bytes stand for an envelope that some client made by itself."""
    sealer = evidence.Sealer(CONTEXT, "capture-1", CAPTURED)
    sealed = [
        evidence.Sealed(event, evidence.evidence_hash(event)) if isinstance(event, bytes) else sealer.seal(event, bytes([place] * 16))
        for place, event in enumerate(events)
    ]
    root, paths = evidence.document_tree([each.evidence for each in sealed])
    kid = evidence.kid_of(signature.spki_of(key))
    made = signature.sign(key, evidence.signing_message(kid, len(events), root))
    context = event_hash.context_of(CONTEXT)
    return [
        _Signed(
            sealed=each,
            cbv=event_hash.event_hash({} if isinstance(event, bytes) else event, context),
            size=len(events),
            position=place,
            root=root,
            path=tuple(path[at : at + 32] for at in range(0, len(path), 32)),
            made=made,
            key=key,
        )
        for place, (each, event, path) in enumerate(zip(sealed, events, paths, strict=True))
    ]


def key_entry(key: PrivateKey, party: str, *, hosted: bool) -> bytes:
    """Log entry of a signing key."""
    spki = signature.spki_of(key)
    return evidence.key_entry(kid=evidence.kid_of(spki), alg=signature.algorithm_of(key), spki=spki, party=party, hosted=hosted)


def bundle(item: str = ITEM, events: tuple[dict[str, Any] | bytes, ...] = (), *, late_key: bool = False) -> Bundle:
    """Bundle of an item: the grower's events in one document (commissioned and others), the packer's shipment in a second."""
    documents = signed(GROWER, *(events or (COMMISSIONED, OF_THE_LOT, OF_THE_CLASS))) + ([] if events else signed(PACKER, SHIPPED))
    keys: list[tuple[PrivateKey, str, bool]] = [(GROWER, "party-1", False), (PACKER, "party-2", True)]
    key_entries = [key_entry(key, party, hosted=hosted) for key, party, hosted in keys]
    event_entries = [each.entry for each in documents]
    noise = [b'{"t":"other %d"}' % number for number in range(5)]
    entries = [*noise, *event_entries, *key_entries] if late_key else [*key_entries, *noise, *event_entries]
    hashes = [merkle.leaf_hash(entry) for entry in entries]

    def proof(entry: bytes) -> tuple[bytes, ...]:
        return tuple(merkle.inclusion_path(entries.index(entry), hashes))

    return Bundle(
        item=item,
        made="2026-11-22T10:00:00Z",
        origin=LOG.name,
        vkey=LOG.verifier.vkey,
        checkpoint=note.sign_checkpoint(len(entries), merkle.root(hashes), LOG),
        keys=tuple(
            KeyPiece(
                kid=evidence.kid_of(signature.spki_of(key)),
                alg=signature.algorithm_of(key),
                spki=signature.spki_of(key),
                party={"id": party, "name": "Hợp tác xã Xoài Mẫu"},
                hosted=hosted,
                entry=entry,
                index=entries.index(entry),
                proof=proof(entry),
            )
            for (key, party, hosted), entry in zip(keys, key_entries, strict=True)
        ),
        events=tuple(
            EventPiece(
                envelope=each.sealed.envelope,
                cbv=each.cbv,
                kid=evidence.kid_of(signature.spki_of(each.key)),
                alg=signature.algorithm_of(each.key),
                signature=each.made,
                size=each.size,
                position=each.position,
                path=each.path,
                entry=each.entry,
                index=entries.index(each.entry),
                proof=proof(each.entry),
            )
            for each in documents
        ),
    )
