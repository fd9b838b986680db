"""The stand-alone verifier: proves an item's evidence from a bundle file, with no server, no database and no network.

For each event: its bytes hash to the evidence hash in its log entry, lead to the document root that the enterprise's key signed, and the
entry is in the log whose signed checkpoint the bundle holds; the key is in the same log, before the event. What the bundle says beyond
that (names of parties, the time it was made) is nobody's signature and no part of the answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app import signature
from app.capture import statement
from app.capture.items import usual
from app.capture.vocabulary import word
from app.errors import Invalid
from app.identify import digital_link
from app.identify.item_key import ItemKey, item_key
from app.ledger import merkle, note
from app.verify.bundle_format import Bundle, EventPiece, KeyPiece, parse_bundle, strict_json
from app.verify.refusals import (
    BundleEmpty,
    BundleMalformed,
    CheckpointWrong,
    EntryWrong,
    EventTwice,
    HashWrong,
    KeyMissing,
    KeyNotLogged,
    KeyTooLate,
    KeyWrong,
    NotIncluded,
    NotProven,
    OtherItem,
    OtherLog,
    PathWrong,
    SignatureBad,
    UnexpectedItem,
)

__all__ = ["NotProven", "Proven", "ProvenEvent", "verify_bundle"]

ITEM, LOT, CLASS = "item", "lot", "class"
LOG_NOT_TRUSTED = "log-not-trusted"
HOSTED_KEYS = "hosted-keys"
ITEM_NOT_NAMED = "item-not-named"
_CBV = re.compile(r"ni:///[a-z0-9-]{1,20};[0-9a-f]{64,128}\?ver=CBV[0-9.]{1,8}", re.ASCII)
_ENVELOPE = {"captureID", "captureTime", "context", "contextDigests", "event", "salt"}
_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


@dataclass(frozen=True, slots=True)
class ProvenEvent:
    """An event that stands in the log as it was signed.

    about: whether it names the item itself, its lot or its class; party: identifier in the key's log entry; hosted: the service keeps
    the key for the enterprise, a lower level of proof; index: place in the log; evidence: hex.
    """

    kind: str
    time: str
    step: str | None
    disposition: str | None
    place: str | None
    about: str
    captured: str
    kid: str
    alg: str
    party: str
    hosted: bool
    index: int
    evidence: str
    cbv: str


@dataclass(frozen=True, slots=True)
class Proven:
    """What a bundle proves: the events in log order, and the log they are in.

    trusted_log: the log's key is the one the caller trusts; without it the bundle only agrees with itself. notes: LOG_NOT_TRUSTED,
    HOSTED_KEYS, ITEM_NOT_NAMED (events of its lot or class only).
    """

    item: str
    events: tuple[ProvenEvent, ...]
    origin: str
    size: int
    root: str
    trusted_log: bool
    notes: tuple[str, ...]


def verify_bundle(raw: bytes, *, log_vkey: str | None = None, expect_item: str | None = None) -> Proven:
    """What a bundle file proves. log_vkey: key of the log that is trusted; expect_item: any spelling of the item's identifier.

    Raises NotProven, whose code says what failed and whose params name the event by its 1-based number.
    """
    bundle = parse_bundle(raw)
    if log_vkey is not None and log_vkey.strip() != bundle.vkey:
        raise OtherLog(expected=log_vkey.strip()[:200], found=bundle.vkey[:200])
    item = item_key(bundle.item)
    if expect_item is not None and item_key(expect_item).text != item.text:
        raise UnexpectedItem(expected=expect_item[:200], found=bundle.item[:200])
    checkpoint = _checkpoint(bundle)
    keys = _keys(bundle, checkpoint)
    documents = [_event(piece, number, keys, checkpoint) for number, piece in enumerate(bundle.events, start=1)]
    _each_once(bundle)
    abouts = _abouts(bundle.item, item, documents)
    events = [
        _proven(piece, envelope, about, keys[piece.kid]) for piece, envelope, about in zip(bundle.events, documents, abouts, strict=True)
    ]
    events.sort(key=lambda event: event.index)
    trusted = log_vkey is not None
    notes = {
        LOG_NOT_TRUSTED: not trusted,
        HOSTED_KEYS: any(event.hosted for event in events),
        ITEM_NOT_NAMED: ITEM not in abouts,
    }
    return Proven(
        item=item.text,
        events=tuple(events),
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        trusted_log=trusted,
        notes=tuple(name for name, applies in notes.items() if applies),
    )


# ------------------------------------------------------------------------------------------------ the log and the keys


def _checkpoint(bundle: Bundle) -> note.Checkpoint:
    try:
        verifier = note.Verifier.parse(bundle.vkey)
        checkpoint = note.open_checkpoint(bundle.checkpoint, verifier)
    except Invalid as error:
        raise CheckpointWrong(reason=error.code) from error
    if checkpoint.origin != bundle.origin:
        raise CheckpointWrong(reason="ledger.origin-wrong")
    return checkpoint


def _keys(bundle: Bundle, checkpoint: note.Checkpoint) -> dict[str, KeyPiece]:
    """Keys of the bundle by their short name, each proven to be in the log as it stands here."""
    found: dict[str, KeyPiece] = {}
    for place, key in enumerate(bundle.keys):
        pointer = f"/keys/{place}"
        party = key.party.get("id")
        made = statement.key_entry(kid=key.kid, alg=key.alg, spki=key.spki, party=party or "", hosted=key.hosted)
        if not party or made != key.entry or key.kid in found or statement.kid_of(key.spki) != key.kid:
            raise KeyWrong(pointer=pointer, kid=key.kid[:40], reason="verify.bundle-entry")
        try:
            signature.public_key(key.alg, key.spki)
        except Invalid as error:
            raise KeyWrong(pointer=pointer, kid=key.kid, reason=error.code) from error
        try:
            merkle.verify_inclusion(merkle.leaf_hash(key.entry), key.index, checkpoint.size, key.proof, checkpoint.root)
        except merkle.ProofWrong as error:
            raise KeyNotLogged(pointer=pointer, kid=key.kid, reason=error.code) from error
        found[key.kid] = key
    return found


# ------------------------------------------------------------------------------------------------ one event


def _event(piece: EventPiece, number: int, keys: Mapping[str, KeyPiece], checkpoint: note.Checkpoint) -> dict[str, Any]:
    """Envelope of an event, after all that proves it."""
    pointer = f"/events/{number - 1}"
    evidence = statement.evidence_hash(piece.envelope)
    logged = _logged(piece.entry)
    if logged.get("ev") != evidence.hex():
        raise HashWrong(pointer=pointer, event=number, expected=str(logged.get("ev"))[:64], found=evidence.hex())
    try:
        root = merkle.root_of_inclusion(merkle.leaf_hash(evidence), piece.position, piece.size, piece.path)
    except merkle.ProofWrong as error:
        raise PathWrong(pointer=pointer, event=number, reason=error.code) from error
    if logged.get("root") != root.hex():
        raise PathWrong(pointer=pointer, event=number, reason="ledger.root-mismatch")
    key = keys.get(piece.kid)
    if key is None:
        raise KeyMissing(pointer=pointer, event=number, kid=piece.kid[:40])
    _check_entry(piece, evidence, root, number, logged)
    try:
        if key.alg != piece.alg:
            raise signature.AlgorithmUnknown(found=piece.alg)
        signature.verify(key.alg, key.spki, statement.signing_message(piece.kid, piece.size, root), piece.signature)
    except Invalid as error:
        raise SignatureBad(pointer=pointer, event=number, kid=piece.kid) from error
    try:
        merkle.verify_inclusion(merkle.leaf_hash(piece.entry), piece.index, checkpoint.size, piece.proof, checkpoint.root)
    except merkle.ProofWrong as error:
        raise NotIncluded(pointer=pointer, event=number, index=piece.index, size=checkpoint.size, reason=error.code) from error
    if key.index >= piece.index:
        raise KeyTooLate(pointer=pointer, event=number, kid=piece.kid)
    return _envelope(piece, pointer)


def _logged(entry: bytes) -> dict[str, Any]:
    """Log entry as an object; empty when it is none, which then agrees with nothing."""
    try:
        value = json.loads(entry)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _check_entry(piece: EventPiece, evidence: bytes, root: bytes, number: int, logged: Mapping[str, Any]) -> None:
    """Refuse an entry that is not, byte for byte, the one this event makes."""
    if not _CBV.fullmatch(piece.cbv):
        raise EntryWrong(pointer=f"/events/{number - 1}/cbv", event=number, field="cbv")
    if piece.alg not in signature.ALGORITHMS:
        raise EntryWrong(pointer=f"/events/{number - 1}/alg", event=number, field="alg")
    made = statement.event_entry(
        evidence=evidence,
        cbv=piece.cbv,
        alg=piece.alg,
        kid=piece.kid,
        size=piece.size,
        index=piece.position,
        root=root,
        signature=piece.signature,
    )
    if made != piece.entry:
        mine = {"cbv": piece.cbv, "alg": piece.alg, "kid": piece.kid, "n": piece.size, "i": piece.position}
        field = next((name for name, value in mine.items() if logged.get(name) != value), "sig")
        raise EntryWrong(pointer=f"/events/{number - 1}/entry", event=number, field=field)


def _envelope(piece: EventPiece, pointer: str) -> dict[str, Any]:
    """Envelope of a proven event, whose bytes its enterprise signed: what does not read is refused all the same."""
    pointer += "/envelope"
    value = strict_json(piece.envelope.decode(), pointer)
    if not isinstance(value, dict) or value.keys() != _ENVELOPE or not isinstance(value["event"], dict):
        raise BundleMalformed(pointer=pointer, reason="envelope")
    return value


def _each_once(bundle: Bundle) -> None:
    seen: set[int] = set()
    for number, piece in enumerate(bundle.events, start=1):
        if piece.index in seen:
            raise EventTwice(pointer=f"/events/{number - 1}", event=number, index=piece.index)
        seen.add(piece.index)


# ------------------------------------------------------------------------------------------------ what it is about


def _abouts(uri: str, item: ItemKey, documents: list[dict[str, Any]]) -> list[str]:
    """For each event: whether it names the item, its lot, or its class. Raises OtherItem, BundleEmpty."""
    events = [_usual(document["event"]) for document in documents]
    named = [_named(event) for event in events]
    lots = _lot_of_uri(uri)
    for event, keys in zip(events, named, strict=True):
        if _same(item, keys):
            lots |= _lots_of_ilmd(event)
    lots_of_class = {(item.class_key, f"10:{lot}") for lot in lots}
    found: list[str] = []
    for number, keys in enumerate(named, start=1):
        if _same(item, keys):
            found.append(ITEM)
        elif any((key.class_key, key.instance) in lots_of_class for key in keys):
            found.append(LOT)
        elif any((key.class_key, key.instance) == (item.class_key, "") for key in keys):
            found.append(CLASS)
        else:
            raise OtherItem(pointer=f"/events/{number - 1}", event=number, item=item.text[:200])
    if not found:
        raise BundleEmpty(item=item.text[:200])
    return found


def _same(item: ItemKey, keys: list[ItemKey]) -> bool:
    return any(key.text == item.text for key in keys)


def _usual(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """An event by what the standard means with its fields, as the journey reads it."""
    return usual(event) if isinstance(event.get("type"), str) else event


def _named(event: Mapping[str, Any]) -> list[ItemKey]:
    """Keys of all instances and classes an event names."""
    return [item_key(uri) for uri in _identifiers(event) if isinstance(uri, str)]


def _identifiers(event: Mapping[str, Any]) -> Iterator[Any]:
    yield event.get("parentID")
    for name in _LISTS:
        yield from _list(event.get(name))
    for name in _QUANTITIES:
        for element in _list(event.get(name)):
            yield element.get("epcClass") if isinstance(element, dict) else None


def _lot_of_uri(uri: str) -> set[str]:
    """Lot in the item's own URI, which its key leaves out beside a serial."""
    try:
        lot = digital_link.parse(uri).get("10")
    except Invalid:
        return set()
    return set() if lot is None else {lot}


def _lots_of_ilmd(event: Mapping[str, Any]) -> set[str]:
    """Lots that a signed event says the item belongs to (CBV master data lotNumber)."""
    ilmd = event.get("ilmd")
    found = [value for key, value in ilmd.items() if key.rpartition(":")[2] == "lotNumber"] if isinstance(ilmd, dict) else []
    return {value for value in found if isinstance(value, str)}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _proven(piece: EventPiece, envelope: Mapping[str, Any], about: str, key: KeyPiece) -> ProvenEvent:
    event = envelope["event"]
    return ProvenEvent(
        kind=_text(event.get("type")) or "",
        time=_text(event.get("eventTime")) or "",
        step=_word("bizStep", event),
        disposition=_word("disposition", event),
        place=_place(event.get("readPoint")) or _place(event.get("bizLocation")),
        about=about,
        captured=_text(envelope["captureTime"]) or "",
        kid=piece.kid,
        alg=piece.alg,
        party=key.party["id"],
        hosted=key.hosted,
        index=piece.index,
        evidence=statement.evidence_hash(piece.envelope).hex(),
        cbv=piece.cbv,
    )


def _word(field: str, event: Mapping[str, Any]) -> str | None:
    """The bare word of a field, however the sender spelled it."""
    text = _text(event.get(field))
    return None if text is None else word(field, text)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _place(value: Any) -> str | None:
    return _text(value.get("id")) if isinstance(value, dict) else None
