"""Signed notes and checkpoints: the text a log signs to state its size and root.

Source: C2SP signed-note, tlog-checkpoint (July 2026). Signatures of unknown keys, such as witnesses, are kept and ignored.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app import signature
from app.errors import Invalid
from app.ledger.merkle import HASH_SIZE, HashLength

ED25519_TYPE = b"\x01"
MAX_NOTE = 256 * 1024
MAX_SIGNATURES = 100
MAX_TREE_SIZE = 2**63 - 1
_DASH = "\u2014 "
_KEY_ID_SIZE = 4
_HEAD_LINES = 3


class NoteMalformed(Invalid):
    """The text is not a signed note. params: line (1-based; 0 for the whole)."""

    code = "ledger.note-malformed"


class NoteUnsigned(Invalid):
    """No signature on the note is by the key that is trusted. params: name."""

    code = "ledger.note-unsigned"


class NoteForged(Invalid):
    """A signature on the note names a trusted key and was not made by it. params: name."""

    code = "ledger.note-forged"


class VkeyMalformed(Invalid):
    """The text is not a verifier key `name+id+key`. params: found."""

    code = "ledger.vkey-malformed"


class CheckpointMalformed(Invalid):
    """The note's text is not a checkpoint. params: line (1-based)."""

    code = "ledger.checkpoint-malformed"


class OriginWrong(Invalid):
    """The checkpoint is of another log. params: expected, found."""

    code = "ledger.origin-wrong"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: key name, 4-byte key id, and the signature bytes, whose form depends on the key."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text ending in a newline, and its signature lines in order."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)


class Verifier:
    """A trusted Ed25519 note key: a name and 32 public bytes."""

    def __init__(self, name: str, public: bytes) -> None:
        """Refuses names with spaces or plus signs (VkeyMalformed) and keys of small order (WeakKey)."""
        if not _good_name(name):
            raise VkeyMalformed(found=name[:80])
        signature.refuse_weak(public)
        self.name = name
        self.public = public
        self.key_id = sha256(name.encode() + b"\n" + ED25519_TYPE + public).digest()[:_KEY_ID_SIZE]
        self._key = Ed25519PublicKey.from_public_bytes(public)

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Verifier from `name+hex id+base64(type, key)`. Raises VkeyMalformed, WeakKey."""
        parts = vkey.split("+", 2)  # the base64 part may hold more plus signs
        if len(parts) != 3:  # name, id, key
            raise VkeyMalformed(found=vkey[:80])
        try:
            key = from_base64(parts[2])
        except ValueError as error:
            raise VkeyMalformed(found=vkey[:80]) from error
        if len(key) != 1 + HASH_SIZE or key[:1] != ED25519_TYPE:
            raise VkeyMalformed(found=vkey[:80])
        verifier = cls(parts[0], key[1:])
        if verifier.key_id.hex() != parts[1]:
            raise VkeyMalformed(found=vkey[:80])
        return verifier

    @property
    def vkey(self) -> str:
        """Text form to publish: `name+hex id+base64(type, key)`."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(ED25519_TYPE + self.public)}"

    def verify(self, text: str, value: bytes) -> None:
        """Check a signature over a note's text. Raises NoteForged."""
        try:
            self._key.verify(value, text.encode())
        except InvalidSignature as error:
            raise NoteForged(name=self.name) from error


class Signer:
    """A log's own note key: signs texts under a name."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        """name: the log's origin; see Verifier for what is refused."""
        self._key = key
        self.verifier = Verifier(name, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    @property
    def name(self) -> str:
        """Name that stands in the signature line."""
        return self.verifier.name

    def sign(self, text: str) -> Note:
        """Note of a text with this key's signature. Raises NoteMalformed for a text no note can hold."""
        _check_text(text)
        return Note(text, (Signature(self.name, self.verifier.key_id, self._key.sign(text.encode())),))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log states about itself: origin, number of leaves, 32-byte root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The note text that is signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n" + "".join(line + "\n" for line in self.extensions)


def parse(note: str) -> Note:
    """Text and signatures of a note, verifying nothing. Raises NoteMalformed."""
    if len(note) > MAX_NOTE:
        raise NoteMalformed(line=0)
    end = note.rfind("\n\n")
    if end < 0 or not note.endswith("\n"):
        raise NoteMalformed(line=0)
    text, lines = note[: end + 1], note[end + 2 : -1].split("\n")
    _check_text(text)
    if len(lines) > MAX_SIGNATURES:
        raise NoteMalformed(line=0)
    first = text.count("\n") + 2
    return Note(text, tuple(_signature(line, first + position) for position, line in enumerate(lines)))


def verify(note: str, verifiers: Iterable[Verifier]) -> Note:
    """Note of which at least one trusted key made a signature, and no trusted key's signature is wrong.

    Raises NoteMalformed, NoteUnsigned, NoteForged.
    """
    parsed = parse(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    good = 0
    for found in parsed.signatures:
        verifier = known.get((found.name, found.key_id))
        if verifier is not None:
            verifier.verify(parsed.text, found.value)
            good += 1
    if not good:
        raise NoteUnsigned(name=", ".join(name for name, _ in known))
    return parsed


def parse_checkpoint(text: str) -> Checkpoint:
    """Checkpoint from the text of a note. Raises CheckpointMalformed with the line."""
    lines = text.split("\n")
    if len(lines) <= _HEAD_LINES or lines.pop() or not lines[0]:
        raise CheckpointMalformed(line=1)
    origin, size, root_text, *extensions = lines
    if not is_decimal(size) or int(size) > MAX_TREE_SIZE:
        raise CheckpointMalformed(line=2)
    try:
        root = from_base64(root_text)
    except ValueError as error:
        raise CheckpointMalformed(line=3) from error
    if len(root) != HASH_SIZE:
        raise CheckpointMalformed(line=3)
    for number, line in enumerate(extensions, start=4):
        if not line:
            raise CheckpointMalformed(line=number)
    return Checkpoint(origin, int(size), root, tuple(extensions))


def sign_checkpoint(size: int, root: bytes, signer: Signer) -> str:
    """Signed checkpoint of a log whose origin is the signer's name. Raises HashLength."""
    if len(root) != HASH_SIZE:
        raise HashLength(found=len(root))
    return str(signer.sign(Checkpoint(signer.name, size, root).text()))


def open_checkpoint(note: str, verifier: Verifier) -> Checkpoint:
    """Checkpoint that this log signed. Raises what `verify` and `parse_checkpoint` raise, and OriginWrong."""
    checkpoint = parse_checkpoint(verify(note, (verifier,)).text)
    if checkpoint.origin != verifier.name:
        raise OriginWrong(expected=verifier.name, found=checkpoint.origin[:80])
    return checkpoint


def to_base64(value: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(value).decode()


def from_base64(text: str) -> bytes:
    """Bytes of standard base64 with padding, in its one canonical spelling. Raises ValueError."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(text[:80]) from error
    if to_base64(value) != text:
        raise ValueError(text[:80])
    return value


def is_decimal(text: str) -> bool:
    """Whether a text is a number in ASCII digits without leading zeros, at most 20 digits."""
    return text.isascii() and text.isdigit() and (text[0] != "0" or text == "0") and len(text) <= 20  # 2**64 has 20


def _good_name(name: str) -> bool:
    """Whether a key name is not empty and holds no space, plus sign or control character."""
    return bool(name) and "+" not in name and not any(letter.isspace() or letter < " " for letter in name)


def _signature(line: str, number: int) -> Signature:
    """Signature of one line. Raises NoteMalformed with the line's number."""
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _good_name(name):
        raise NoteMalformed(line=number)
    try:
        value = from_base64(encoded)
    except ValueError as error:
        raise NoteMalformed(line=number) from error
    if len(value) <= _KEY_ID_SIZE:
        raise NoteMalformed(line=number)
    return Signature(name, value[:_KEY_ID_SIZE], value[_KEY_ID_SIZE:])


def _check_text(text: str) -> None:
    """Refuse a text without final newline, with control characters, or that is not Unicode."""
    if not text.endswith("\n") or text == "\n":
        raise NoteMalformed(line=0)
    for number, line in enumerate(text.split("\n"), start=1):
        if any(letter < " " or "\ud800" <= letter <= "\udfff" for letter in line):
            raise NoteMalformed(line=number)
