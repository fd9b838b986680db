"""The file `*.bundle`: all that is needed to check an item's evidence with no server; written from fetched pieces, read strictly.

JSON, at most 5 MB. Reading proves nothing: `app.verify.offline` does. Hashes are standard base64; signatures, keys and entries base64url.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.capture.statement import from_base64url, to_base64url
from app.ledger.merkle import HASH_SIZE
from app.ledger.note import MAX_TREE_SIZE, from_base64, to_base64
from app.verify.refusals import BundleDuplicateKey, BundleMalformed, BundleTooLarge

FORMAT = "truyxuat/bundle/v1"
MAX_BUNDLE = 5 * 1024 * 1024
_MAX_PATH = 63
_MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class KeyPiece:
    """A signing key and its place in the log.

    spki: DER; party: names as published, with the `id` of the log entry; entry: log entry; index, proof: its inclusion.
    """

    kid: str
    alg: str
    spki: bytes
    party: Mapping[str, str]
    hosted: bool
    entry: bytes
    index: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class EventPiece:
    """An event, its document's signature and its place in the log.

    envelope: canonical bytes that were hashed; size, position, path: its place in its document; entry, index, proof: in the log.
    """

    envelope: bytes
    cbv: str
    kid: str
    alg: str
    signature: bytes
    size: int
    position: int
    path: tuple[bytes, ...]
    entry: bytes
    index: int
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """An item's evidence as a file holds it, unproven. made: when the file was written; checkpoint: a signed note."""

    item: str
    made: str
    origin: str
    vkey: str
    checkpoint: str
    keys: tuple[KeyPiece, ...]
    events: tuple[EventPiece, ...]


def make_bundle(bundle: Bundle) -> bytes:
    """File of a bundle. Raises BundleTooLarge."""
    made = json.dumps(
        {
            "format": FORMAT,
            "item": bundle.item,
            "made": bundle.made,
            "log": {"origin": bundle.origin, "vkey": bundle.vkey},
            "checkpoint": bundle.checkpoint,
            "keys": [_key_out(key) for key in bundle.keys],
            "events": [_event_out(event) for event in bundle.events],
        },
        ensure_ascii=False,
        indent=1,
    ).encode()
    _check_size(made)
    return made


def parse_bundle(raw: bytes) -> Bundle:
    """Parts of a bundle file. Raises BundleTooLarge, BundleMalformed with the pointer, BundleDuplicateKey."""
    _check_size(raw)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise BundleMalformed(reason="UTF-8") from error
    top = _Part(strict_json(text), "")
    top.only("format", "item", "made", "log", "checkpoint", "keys", "events")
    if top.text("format") != FORMAT:
        raise BundleMalformed(pointer="/format", reason=top.text("format")[:40])
    log = top.part("log")
    log.only("origin", "vkey")
    return Bundle(
        item=top.text("item"),
        made=top.text("made"),
        origin=log.text("origin"),
        vkey=log.text("vkey"),
        checkpoint=top.text("checkpoint"),
        keys=tuple(_key_in(part) for part in top.parts("keys")),
        events=tuple(_event_in(part) for part in top.parts("events")),
    )


def strict_json(text: str, pointer: str = "") -> Any:
    """JSON value of a text: no key twice, no NaN, bounded depth. Raises BundleMalformed, BundleDuplicateKey."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BundleMalformed(pointer=pointer, reason="JSON") from error
    if _deeper_than(value, _MAX_DEPTH):
        raise BundleMalformed(pointer=pointer, reason="JSON")
    return value


class _Part:
    """A JSON object of the file, and its pointer; reads members of a known type."""

    def __init__(self, value: Any, pointer: str) -> None:
        if not isinstance(value, dict):
            raise BundleMalformed(pointer=pointer, reason="object")
        self._value: dict[str, Any] = value
        self._pointer = pointer

    def only(self, *names: str) -> None:
        """Refuse an object with other members than these, all of them."""
        for name in sorted(self._value.keys() ^ set(names)):
            raise BundleMalformed(pointer=f"{self._pointer}/{name[:40]}", reason=name[:40])

    def text(self, name: str) -> str:
        """Text of a member."""
        value = self._value[name]
        if not isinstance(value, str):
            raise self._wrong(name)
        return value

    def number(self, name: str) -> int:
        """Number of leaves or a position, 0 to 2**63 - 1."""
        value = self._value[name]
        if type(value) is not int or not 0 <= value <= MAX_TREE_SIZE:
            raise self._wrong(name)
        return value

    def flag(self, name: str) -> bool:
        """True or false of a member."""
        value = self._value[name]
        if not isinstance(value, bool):
            raise self._wrong(name)
        return value

    def part(self, name: str) -> _Part:
        """Member that is itself an object."""
        return _Part(self._value[name], f"{self._pointer}/{name}")

    def parts(self, name: str) -> list[_Part]:
        """Member that is a list of objects."""
        return [_Part(value, f"{self._pointer}/{name}/{place}") for place, value in enumerate(self._items(name))]

    def texts(self) -> dict[str, str]:
        """The object itself, all of whose members are texts."""
        return {name: self.text(name) for name in self._value}

    def coded(self, name: str, decode: Callable[[str], bytes]) -> bytes:
        """Bytes of a member in base64 or base64url."""
        try:
            return decode(self.text(name))
        except ValueError as error:
            raise self._wrong(name) from error

    def utf8(self, name: str) -> bytes:
        """Bytes of a text."""
        return self.coded(name, str.encode)

    def hashes(self, name: str) -> tuple[bytes, ...]:
        """Path of a Merkle proof."""
        items = self._items(name)
        try:
            found = tuple(from_base64(value) for value in items if isinstance(value, str))
        except ValueError as error:
            raise self._wrong(name) from error
        if len(found) != len(items) or len(found) > _MAX_PATH or any(len(value) != HASH_SIZE for value in found):
            raise self._wrong(name)
        return found

    def _items(self, name: str) -> list[Any]:
        value = self._value[name]
        if not isinstance(value, list):
            raise self._wrong(name)
        return value

    def _wrong(self, name: str) -> BundleMalformed:
        return BundleMalformed(pointer=f"{self._pointer}/{name[:40]}", reason=name[:40])


def _key_out(key: KeyPiece) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "alg": key.alg,
        "spki": to_base64url(key.spki),
        "party": dict(key.party),
        "hosted": key.hosted,
        "entry": to_base64url(key.entry),
        "index": key.index,
        "proof": _hashes_out(key.proof),
    }


def _key_in(part: _Part) -> KeyPiece:
    part.only("kid", "alg", "spki", "party", "hosted", "entry", "index", "proof")
    return KeyPiece(
        kid=part.text("kid"),
        alg=part.text("alg"),
        spki=part.coded("spki", from_base64url),
        party=part.part("party").texts(),
        hosted=part.flag("hosted"),
        entry=part.coded("entry", from_base64url),
        index=part.number("index"),
        proof=part.hashes("proof"),
    )


def _event_out(event: EventPiece) -> dict[str, Any]:
    return {
        "envelope": event.envelope.decode(),
        "cbv": event.cbv,
        "kid": event.kid,
        "alg": event.alg,
        "sig": to_base64url(event.signature),
        "n": event.size,
        "i": event.position,
        "path": _hashes_out(event.path),
        "entry": to_base64url(event.entry),
        "index": event.index,
        "proof": _hashes_out(event.proof),
    }


def _event_in(part: _Part) -> EventPiece:
    part.only("envelope", "cbv", "kid", "alg", "sig", "n", "i", "path", "entry", "index", "proof")
    return EventPiece(
        envelope=part.utf8("envelope"),
        cbv=part.text("cbv"),
        kid=part.text("kid"),
        alg=part.text("alg"),
        signature=part.coded("sig", from_base64url),
        size=part.number("n"),
        position=part.number("i"),
        path=part.hashes("path"),
        entry=part.coded("entry", from_base64url),
        index=part.number("index"),
        proof=part.hashes("proof"),
    )


def _hashes_out(path: Sequence[bytes]) -> list[str]:
    return [to_base64(value) for value in path]


def _check_size(raw: bytes) -> None:
    if len(raw) > MAX_BUNDLE:
        raise BundleTooLarge(limit=MAX_BUNDLE, found=len(raw))


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BundleDuplicateKey(key=key[:80])
        found[key] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())]
        if not level:
            return False
    return True
