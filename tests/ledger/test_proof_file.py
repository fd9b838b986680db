"""Proof files verify for the entry they were made for, and for nothing else."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusal
from app.ledger import merkle, note, proof_file

ENTRIES = [b"entry %d" % number for number in range(11)]
HASHES = [merkle.leaf_hash(entry) for entry in ENTRIES]
SIGNER = note.Signer("log.example.vn", Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"log").digest()))
CHECKPOINT = note.sign_checkpoint(len(ENTRIES), merkle.root(HASHES), SIGNER)


def made(index: int = 6, extra: bytes | None = None) -> str:
    """Proof file of one entry of our small log."""
    return proof_file.make(index, merkle.inclusion_path(index, HASHES), CHECKPOINT, extra)


def test_every_entry_is_proven() -> None:
    for index, entry in enumerate(ENTRIES):
        assert proof_file.verify(made(index), entry, SIGNER.verifier).size == 11


def test_the_file_has_the_lines_of_the_specification() -> None:
    lines = made(extra=b"more").split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra bW9yZQ==", "index 6"]
    assert lines[3 : 3 + 4] == [note.to_base64(value) for value in merkle.inclusion_path(6, HASHES)]
    assert "\n".join(lines[7:]) == "\n" + CHECKPOINT


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.none() | st.binary(max_size=50))
def test_a_proof_file_reads_back(index: int, path: list[bytes], extra: bytes | None) -> None:
    text = proof_file.make(index, path, CHECKPOINT, extra)
    assert proof_file.parse(text) == proof_file.ProofFile(index, tuple(path), CHECKPOINT, extra)


def test_every_single_bit_changed_in_the_file_is_refused() -> None:
    good = made().encode()
    for position in range(len(good)):
        for bit in range(8):
            altered = good[:position] + bytes([good[position] ^ 1 << bit]) + good[position + 1 :]
            try:
                text = altered.decode()
            except UnicodeDecodeError:
                continue
            with pytest.raises(Refusal):
                proof_file.verify(text, ENTRIES[6], SIGNER.verifier)


def test_every_single_bit_changed_in_the_entry_is_refused() -> None:
    for position in range(len(ENTRIES[6]) * 8):
        altered = (int.from_bytes(ENTRIES[6], "big") ^ 1 << position).to_bytes(len(ENTRIES[6]), "big")
        with pytest.raises(merkle.RootMismatch):
            proof_file.verify(made(), altered, SIGNER.verifier)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("c2sp.org/tlog-proof@v2\nindex 0\n\n" + CHECKPOINT, 1),
        (proof_file.FORMAT + "\nindex 0\n", 1),
        (proof_file.FORMAT + "\n\n" + CHECKPOINT, 2),
        (proof_file.FORMAT + "\nindex 01\n\n" + CHECKPOINT, 2),
        (proof_file.FORMAT + "\nindex -1\n\n" + CHECKPOINT, 2),
        (proof_file.FORMAT + f"\nindex {2**63}\n\n" + CHECKPOINT, 2),
        (proof_file.FORMAT + "\nextra ???\nindex 0\n\n" + CHECKPOINT, 2),
        (proof_file.FORMAT + "\nextra AAAA\n\n" + CHECKPOINT, 3),
        (proof_file.FORMAT + "\nindex 0\nAAAA\n\n" + CHECKPOINT, 3),
        (proof_file.FORMAT + "\nindex 0\n%\n\n" + CHECKPOINT, 3),
        (proof_file.make(0, [bytes(32)] * 64, CHECKPOINT), 3),
        ("x" * 400_000, 1),
    ],
)
def test_a_text_that_is_no_proof_file_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(proof_file.ProofFileMalformed) as caught:
        proof_file.parse(text)
    assert caught.value.params == {"line": line}
