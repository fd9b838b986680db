"""The `.tlog-proof` file: index, inclusion path and checkpoint of one entry, for checking with no network.

Source: C2SP tlog-proof@v1 (July 2026). The entry itself travels beside the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import Invalid
from app.ledger import merkle, note

FORMAT = "c2sp.org/tlog-proof@v1"
MAX_PATH = 63
_MAX_EXTRA = 64 * 1024


class ProofFileMalformed(Invalid):
    """The text is not a `.tlog-proof` file. params: line (1-based)."""

    code = "ledger.proof-file-malformed"


@dataclass(frozen=True, slots=True)
class ProofFile:
    """Index of an entry, hashes from its sibling upward, the signed checkpoint as text, and unauthenticated extra bytes."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None


def make(index: int, path: Sequence[bytes], checkpoint: str, extra: bytes | None = None) -> str:
    """Text of a proof file. The checkpoint goes in verbatim."""
    lines = [FORMAT]
    if extra is not None:
        lines.append(f"extra {note.to_base64(extra)}")
    lines.append(f"index {index}")
    lines += [note.to_base64(value) for value in path]
    return "\n".join(lines) + "\n\n" + checkpoint


def parse(text: str) -> ProofFile:
    """Parts of a proof file, proving nothing. Raises ProofFileMalformed with the line."""
    if len(text) > note.MAX_NOTE + _MAX_EXTRA:
        raise ProofFileMalformed(line=1)
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != FORMAT or not blank or not checkpoint:
        raise ProofFileMalformed(line=1)
    at, extra = 1, None
    if len(lines) > at and lines[at].startswith("extra "):
        extra = _decoded(lines[at].removeprefix("extra "), at + 1)
        at += 1
    number = lines[at].removeprefix("index ") if len(lines) > at and lines[at].startswith("index ") else ""
    if not note.is_decimal(number) or int(number) > note.MAX_TREE_SIZE:
        raise ProofFileMalformed(line=at + 1)
    path = tuple(_decoded(line, place) for place, line in enumerate(lines[at + 1 :], start=at + 2))
    if len(path) > MAX_PATH or any(len(value) != merkle.HASH_SIZE for value in path):
        raise ProofFileMalformed(line=at + 2)
    return ProofFile(int(number), path, checkpoint, extra)


def verify(text: str, entry: bytes, verifier: note.Verifier) -> note.Checkpoint:
    """Checkpoint of the log that this file proves to contain the entry.

    Raises ProofFileMalformed, what `note.open_checkpoint` raises, or ProofWrong.
    """
    proof = parse(text)
    checkpoint = note.open_checkpoint(proof.checkpoint, verifier)
    merkle.verify_inclusion(merkle.leaf_hash(entry), proof.index, checkpoint.size, proof.path, checkpoint.root)
    return checkpoint


def _decoded(text: str, line: int) -> bytes:
    """Bytes of a base64 line. Raises ProofFileMalformed."""
    try:
        return note.from_base64(text)
    except ValueError as error:
        raise ProofFileMalformed(line=line) from error
