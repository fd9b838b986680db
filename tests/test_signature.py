"""Signing keys: what they sign verifies, anything altered does not, and keys that forge are refused."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app import signature

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ED = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ES = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
ED_PREFIX = bytes.fromhex("302a300506032b6570032100")


def add(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    """Sum of two points of the twisted Edwards curve of RFC 8032, section 5.1.4, in plain integers."""
    (x1, y1), (x2, y2) = first, second
    t = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P


def small_points() -> set[tuple[int, int]]:
    """All points whose order divides 8: any curve point times the large prime order, repeated until eight are found."""
    order = 2**252 + 27742317777372353535851937790883648493
    found = {(0, 1)}
    for y in range(2, 60):
        square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        x = pow(square, (P + 3) // 8, P)
        x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
        if x * x % P == square:
            found.add(times(order, (x, y)))
    return found


def times(count: int, point: tuple[int, int]) -> tuple[int, int]:
    """A point added to itself `count` times."""
    total = (0, 1)
    while count:
        if count & 1:
            total = add(total, point)
        point, count = add(point, point), count >> 1
    return total


def encoded(point: tuple[int, int]) -> bytes:
    """32-byte form of a point: y, with the parity of x in the top bit."""
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


@pytest.mark.parametrize("key", [ED, ES], ids=["Ed25519", "ES256"])
def test_what_a_key_signs_verifies_and_nothing_else_does(key: signature.PrivateKey) -> None:
    algorithm, spki, message = signature.algorithm_of(key), signature.spki_of(key), b"952 apples"
    made = signature.sign(key, message)
    assert len(made) == 64
    signature.verify(algorithm, spki, message, made)
    for wrong in (b"953 apples", b""):
        with pytest.raises(signature.SignatureWrong):
            signature.verify(algorithm, spki, wrong, made)
    for position in range(64):
        for bit in range(8):
            altered = made[:position] + bytes([made[position] ^ 1 << bit]) + made[position + 1 :]
            with pytest.raises(signature.SignatureWrong):
                signature.verify(algorithm, spki, message, altered)
    for altered in (made[:63], made + b"\0", b"", bytes(64)):
        with pytest.raises(signature.SignatureWrong):
            signature.verify(algorithm, spki, message, altered)


def test_a_key_is_named_by_its_public_form() -> None:
    spki = signature.spki_of(ED)
    assert signature.kid_of(spki) == hashlib.sha256(spki).digest()[:8].hex()
    assert spki == signature.spki_of(ED.public_key())
    assert len(signature.kid_of(spki)) == 16


def test_all_eight_small_order_keys_are_refused() -> None:
    points = small_points()
    assert len(points) == 8
    for point in points:
        with pytest.raises(signature.WeakKey):
            signature.refuse_weak(encoded(point))
        with pytest.raises(signature.WeakKey):
            signature.public_key("Ed25519", ED_PREFIX + encoded(point))


def test_keys_in_a_second_spelling_are_refused() -> None:
    for y in range(P, 2**255):
        for sign in (0, 1):
            with pytest.raises(signature.WeakKey):
                signature.refuse_weak((y | sign << 255).to_bytes(32, "little"))


def test_ordinary_keys_are_not_refused() -> None:
    for number in range(50):
        key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"%d" % number).digest())
        signature.refuse_weak(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def test_the_identity_key_would_accept_a_signature_nobody_made() -> None:
    """Why they are refused: the library underneath takes a forged signature for the identity key."""
    identity = Ed25519PublicKey.from_public_bytes((1).to_bytes(32, "little"))
    identity.verify((1).to_bytes(32, "little") + bytes(32), b"anything at all")


@pytest.mark.parametrize(
    ("algorithm", "spki"),
    [
        ("ES256", signature.spki_of(ED)),
        ("Ed25519", signature.spki_of(ES)),
        ("Ed25519", b""),
        ("Ed25519", signature.spki_of(ED)[:-1]),
        ("Ed25519", signature.spki_of(ED) + b"\0"),
        ("ES256", bytes(300)),
        ("ES256", ec.derive_private_key(5, ec.SECP384R1()).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
        ("ES256", base64.b64encode(signature.spki_of(ES))),
    ],
)
def test_bytes_that_are_no_key_of_the_algorithm_are_refused(algorithm: str, spki: bytes) -> None:
    with pytest.raises(signature.KeyUnreadable):
        signature.public_key(algorithm, spki)


def test_an_rsa_key_is_refused() -> None:
    key = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505  # only its kind matters
    with pytest.raises(signature.KeyUnreadable):
        signature.public_key("ES256", key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


@pytest.mark.parametrize("name", ["", "none", "ed25519", "RS256"])
def test_an_unknown_algorithm_is_refused(name: str) -> None:
    with pytest.raises(signature.AlgorithmUnknown):
        signature.public_key(name, signature.spki_of(ED))
