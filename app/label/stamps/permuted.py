"""Serial numbers that count and do not look it: a counter through a keyed permutation of all texts of one length.

An alternating Feistel network of ten rounds, as in NIST SP 800-38G (FF1), over 5 bits a character; each round adds AES-128 of the other
half (and of the number of the round) to one half. Whoever lacks the key sees 12 to 20 random characters; no two counts give one text.
AES is used as the round function because it takes ten thousand blocks in one call: a million serial numbers cost a second.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from app.label.stamps.serials import ALPHABET, LONGEST, SHORTEST

_BITS = 5
_ROUNDS = 10
_BLOCK = 2  # an AES block is two words of 64 bits
KEY_BYTES = 16

_LETTERS = np.frombuffer(ALPHABET.encode(), np.uint8)
_Words = NDArray[np.uint64]


def permuted_serials(key: bytes, length: int, first: int, count: int) -> list[str]:
    """The serial numbers of the counts `first` to `first + count - 1`.

    key: 16 bytes; length: 12 to 20 characters; counts from 0 below 2**60. Another key, another order.
    """
    if not (SHORTEST <= length <= LONGEST and first >= 0 and first + count <= 1 << (_BITS * SHORTEST)):
        message = f"no serial numbers of {length} characters at {first}"
        raise ValueError(message)
    left_bits, right_bits = _halves(length)
    counts = np.arange(first, first + count, dtype=np.uint64)
    right = counts & _mask(right_bits)
    left = counts >> np.uint64(right_bits)  # a count has 60 bits, so it never reaches beyond the left half of the longest
    for turn in range(_ROUNDS):
        if turn % 2:
            right = right ^ (_round(key, length, turn, left) & _mask(right_bits))
        else:
            left = left ^ (_round(key, length, turn, right) & _mask(left_bits))
    return _written(left, right, length)


def count_of(key: bytes, serial: str) -> int:
    """The count that a serial number came from: the permutation run backwards. Raises ValueError for what is no such text."""
    length = len(serial)
    left_bits, right_bits = _halves(length)
    digits = [ALPHABET.index(letter) for letter in serial]
    cut = length // 2
    left, right = (np.array([_number(part)], dtype=np.uint64) for part in (digits[:cut], digits[cut:]))
    for turn in reversed(range(_ROUNDS)):
        if turn % 2:
            right = right ^ (_round(key, length, turn, left) & _mask(right_bits))
        else:
            left = left ^ (_round(key, length, turn, right) & _mask(left_bits))
    return (int(left[0]) << right_bits) | int(right[0])


def _halves(length: int) -> tuple[int, int]:
    """Bits of the left and of the right half; whole characters, so that each half is written by itself."""
    return _BITS * (length // 2), _BITS * (length - length // 2)


@cache
def _mask(bits: int) -> np.uint64:
    return np.uint64((1 << bits) - 1)


def _round(key: bytes, length: int, turn: int, half: _Words) -> _Words:
    """AES of (length and turn, half) for each half, the first 64 bits of it."""
    blocks = np.empty((len(half), _BLOCK), dtype=">u8")
    blocks[:, 0] = (length << 8) | turn
    blocks[:, 1] = half
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305  # each block is one call of a function, not a text
    mixed = cipher.update(blocks.tobytes()) + cipher.finalize()
    return np.frombuffer(mixed, dtype=">u8").reshape(-1, _BLOCK)[:, 0].astype(np.uint64)


def _written(left: _Words, right: _Words, length: int) -> list[str]:
    cut = length // 2
    letters = np.empty((len(left), length), dtype=np.uint8)
    for half, start, end in ((left, 0, cut), (right, cut, length)):
        for place in range(start, end):
            letters[:, place] = _LETTERS[(half >> np.uint64(_BITS * (end - 1 - place))) & np.uint64(31)]
    text = letters.tobytes().decode()
    return [text[start : start + length] for start in range(0, len(text), length)]


def _number(digits: list[int]) -> int:
    value = 0
    for digit in digits:
        value = (value << _BITS) | digit
    return value
