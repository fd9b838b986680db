"""Signed notes and checkpoints read what others wrote, and refuse whatever was altered."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app import signature
from app.errors import Refusal
from app.ledger import merkle, note

# The example of C2SP signed-note, section "Verifier keys".
PUBLISHED_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
PUBLISHED_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
ROOT = merkle.leaf_hash(b"mango")


def signer(name: str = "log.example.vn/2026", seed: int = 1) -> note.Signer:
    """A log key of our own."""
    return note.Signer(name, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"%d" % seed).digest()))


def test_the_published_note_verifies_under_the_published_key() -> None:
    verifier = note.Verifier.parse(PUBLISHED_VKEY)
    opened = note.verify(PUBLISHED_NOTE, [verifier])
    assert opened.text == "This is an example message.\n"
    assert verifier.vkey == PUBLISHED_VKEY
    assert str(opened) == PUBLISHED_NOTE


def test_a_published_note_with_changed_text_is_refused() -> None:
    with pytest.raises(note.NoteForged):
        note.verify(PUBLISHED_NOTE.replace("example message", "exemple message"), [note.Verifier.parse(PUBLISHED_VKEY)])


@given(st.integers(0, note.MAX_TREE_SIZE), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_reads_back(size: int, root: bytes) -> None:
    made = note.sign_checkpoint(size, root, signer())
    assert note.open_checkpoint(made, signer().verifier) == note.Checkpoint("log.example.vn/2026", size, root)


def test_the_bytes_of_a_checkpoint_are_those_of_the_specification() -> None:
    made = note.sign_checkpoint(7, ROOT, signer())
    public = signer().verifier.public
    key_id = hashlib.sha256(b"log.example.vn/2026\n\x01" + public).digest()[:4]
    head, signed = made.split("\n\n")
    assert head == f"log.example.vn/2026\n7\n{base64.b64encode(ROOT).decode()}"
    assert signed.startswith("— log.example.vn/2026 ")
    value = base64.b64decode(signed.split(" ")[2])
    assert (value[:4], len(value)) == (key_id, 68)


def test_every_single_bit_changed_in_a_checkpoint_is_refused() -> None:
    made = note.sign_checkpoint(1234, ROOT, signer()).encode()
    for position in range(len(made)):
        for bit in range(8):
            altered = made[:position] + bytes([made[position] ^ 1 << bit]) + made[position + 1 :]
            try:
                text = altered.decode()
            except UnicodeDecodeError:
                continue
            with pytest.raises(Refusal):
                note.open_checkpoint(text, signer().verifier)


def test_signatures_of_unknown_keys_are_kept_and_ignored() -> None:
    made = note.sign_checkpoint(3, ROOT, signer())
    witness = note.Signature("witness.example", b"\x01\x02\x03\x04", bytes(72)).line()
    other_key_same_name = signer(seed=2).sign(note.parse(made).text).signatures[0].line()
    opened = note.verify(made + witness + other_key_same_name, [signer().verifier])
    assert len(opened.signatures) == 3
    assert str(opened) == made + witness + other_key_same_name


def test_a_note_without_a_trusted_signature_is_refused() -> None:
    made = note.sign_checkpoint(3, ROOT, signer(seed=2))
    with pytest.raises(note.NoteUnsigned) as caught:
        note.open_checkpoint(made, signer().verifier)
    assert caught.value.params == {"name": "log.example.vn/2026"}


def test_a_wrong_signature_beside_a_good_one_of_the_same_key_is_refused() -> None:
    made = note.sign_checkpoint(3, ROOT, signer())
    wrong = note.Signature(signer().name, signer().verifier.key_id, bytes(64)).line()
    with pytest.raises(note.NoteForged):
        note.verify(made + wrong, [signer().verifier])


def test_a_checkpoint_of_another_log_under_the_same_key_is_refused() -> None:
    key = signer()
    text = note.Checkpoint("other.example.vn", 3, ROOT).text()
    with pytest.raises(note.OriginWrong):
        note.open_checkpoint(str(key.sign(text)), key.verifier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "no blank line\n",
        "text\n\n",
        "text\n\n— name\n",
        "text\n\n— name not_base64!\n",
        "text\n\n— name AAAAAA==\n",
        "text\n\n- name AAAAAAAA\n",
        "text\n\n— na+me AAAAAAAA\n",
        "text\n\n— na\u00a0me AAAAAAAA\n",
        "text\n\n—  AAAAAAAA\n",
        "te\txt\n\n— name AAAAAAAA\n",
        "te\rxt\n\n— name AAAAAAAA\n",
        "te\ud800xt\n\n— name AAAAAAAA\n",
        "text\n\n— name AAAAAAAA",
        "text\n\n" + "— name AAAAAAAA\n" * 101,
        "text\n" * 60_000 + "\n— name AAAAAAAA\n",
    ],
)
def test_a_text_that_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(note.NoteMalformed):
        note.parse(text)


def test_sixteen_signatures_and_blank_lines_in_the_text_are_read() -> None:
    parsed = note.parse("one\n\n\ntwo\n\n" + "— name AAAAAAAA\n" * 16)
    assert (parsed.text, len(parsed.signatures)) == ("one\n\n\ntwo\n", 16)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("origin\n7\n", 1),
        ("\n7\n" + "A" * 43 + "=\n", 1),
        ("o\n07\n" + "A" * 43 + "=\n", 2),
        ("o\n-7\n" + "A" * 43 + "=\n", 2),
        ("o\n+7\n" + "A" * 43 + "=\n", 2),
        ("o\n\u0667\n" + "A" * 43 + "=\n", 2),
        ("o\n\n" + "A" * 43 + "=\n", 2),
        (f"o\n{2**63}\n" + "A" * 43 + "=\n", 2),
        ("o\n7\n" + "A" * 43 + "\n", 3),
        ("o\n7\n" + "A" * 42 + "B=\n", 3),
        ("o\n7\nAAAA\n", 3),
        ("o\n7\n" + "A" * 43 + "=\n\n", 4),
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(note.CheckpointMalformed) as caught:
        note.parse_checkpoint(text)
    assert caught.value.params == {"line": line}


def test_extension_lines_are_kept() -> None:
    text = note.Checkpoint("o", 0, merkle.EMPTY_ROOT, ("one", "two")).text()
    assert note.parse_checkpoint(text).extensions == ("one", "two")


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        "name+00000000+AAAA",
        PUBLISHED_VKEY.replace("530d903a", "530D903A"),
        PUBLISHED_VKEY.replace("530d903a", "530d903b"),
        PUBLISHED_VKEY.replace("foo", "fop"),
        PUBLISHED_VKEY.replace("example", "exam ple"),
        PUBLISHED_VKEY.replace("+Aek", "+Auk"),
        PUBLISHED_VKEY + "=",
    ],
)
def test_a_text_that_is_no_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(note.VkeyMalformed):
        note.Verifier.parse(vkey)


def test_a_small_order_log_key_is_refused() -> None:
    with pytest.raises(signature.WeakKey):
        note.Verifier("log.example.vn", (1).to_bytes(32, "little"))


def test_a_root_of_another_length_is_not_signed() -> None:
    with pytest.raises(merkle.HashLength):
        note.sign_checkpoint(1, b"short", signer())


def test_a_text_that_would_break_the_note_is_not_signed() -> None:
    with pytest.raises(note.NoteMalformed):
        signer().sign("no newline at the end")
