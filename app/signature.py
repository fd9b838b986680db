"""Signature keys: their short names, their public form, and checking what they signed; Ed25519 and ES256.

The algorithm always comes from the registered key, never from the message. Pure: standard library and `cryptography`.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from app.errors import Invalid

ED25519 = "Ed25519"
ES256 = "ES256"
ALGORITHMS = (ED25519, ES256)
SIGNATURE_SIZE = 64
_MAX_SPKI = 256
_FIELD = 2**255 - 19
# y coordinates of the eight points whose order divides 8. A key on one of them accepts signatures nobody made
# (RFC 8032 section 5.1 curve; the test recomputes them from the curve equation).
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
    }
)

PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey
PublicKey = Ed25519PublicKey | ec.EllipticCurvePublicKey


class AlgorithmUnknown(Invalid):
    """Only Ed25519 and ES256 are read. params: found."""

    code = "signature.algorithm-unknown"


class KeyUnreadable(Invalid):
    """The bytes are not a public key (SPKI, DER) of the named algorithm. params: algorithm."""

    code = "signature.key-unreadable"


class WeakKey(Invalid):
    """An Ed25519 key of small order or in a non-canonical form, under which forged signatures pass."""

    code = "signature.weak-key"


class SignatureWrong(Invalid):
    """The signature was not made by this key over these bytes. params: kid."""

    code = "signature.wrong"


def kid_of(spki: bytes) -> str:
    """Short name of a signing key: the first 8 bytes of SHA-256 over its SPKI DER form, 16 lowercase hex digits."""
    return sha256(spki).hexdigest()[:16]


def refuse_weak(public: bytes) -> None:
    """Refuse the Ed25519 public keys (32 bytes) under which forged signatures verify.

    Those are the points of small order and every encoding with y >= 2**255 - 19. Raises WeakKey, KeyUnreadable.
    """
    if len(public) != 32:  # size of an Ed25519 key, RFC 8032
        raise KeyUnreadable(algorithm=ED25519)
    y = int.from_bytes(public, "little") & (1 << 255) - 1
    if y >= _FIELD or y in _SMALL_ORDER_Y:
        raise WeakKey


def spki_of(key: PrivateKey | PublicKey) -> bytes:
    """SubjectPublicKeyInfo (DER) of a key: 44 bytes for Ed25519, 91 for ES256."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey | ec.EllipticCurvePrivateKey) else key
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def algorithm_of(key: PrivateKey | PublicKey) -> str:
    """Name of the algorithm a key signs with."""
    return ED25519 if isinstance(key, Ed25519PrivateKey | Ed25519PublicKey) else ES256


@lru_cache(maxsize=1024)
def public_key(algorithm: str, spki: bytes) -> PublicKey:
    """Public key of an algorithm from its SPKI DER form, which must be the canonical one.

    Raises AlgorithmUnknown, KeyUnreadable, WeakKey.
    """
    if algorithm not in ALGORITHMS:
        raise AlgorithmUnknown(found=algorithm)
    if len(spki) > _MAX_SPKI:
        raise KeyUnreadable(algorithm=algorithm)
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyUnreadable(algorithm=algorithm) from error
    if algorithm == ED25519 and isinstance(key, Ed25519PublicKey):
        refuse_weak(key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    elif not (algorithm == ES256 and isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)):
        raise KeyUnreadable(algorithm=algorithm)
    if spki_of(key) != spki:
        raise KeyUnreadable(algorithm=algorithm)
    return key


def verify(algorithm: str, spki: bytes, message: bytes, signature: bytes) -> None:
    """Check a 64-byte signature (Ed25519, or r || s of ES256) of a registered key over a message.

    Returns nothing; raises SignatureWrong, or what `public_key` raises.
    """
    key = public_key(algorithm, spki)
    if len(signature) != SIGNATURE_SIZE:
        raise SignatureWrong(kid=kid_of(spki))
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, message)
        else:
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except InvalidSignature as error:
        raise SignatureWrong(kid=kid_of(spki)) from error


def sign(key: PrivateKey, message: bytes) -> bytes:
    """64-byte signature over a message: Ed25519, or r || s of ES256."""
    if isinstance(key, Ed25519PrivateKey):
        return key.sign(message)
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
