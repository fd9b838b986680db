"""The pair of check characters of a Global Model Number (8013) and of a MUDI (8014)."""

from __future__ import annotations

CSET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""The 82 characters of AIs of type X, in the order that gives each its value. Source: GS1 General Specifications, figure 7.11-1."""

_VALUES = {character: value for value, character in enumerate(CSET82)}
_WEIGHTS = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_MODULUS = 1021
LONGEST_BODY = len(_WEIGHTS)


def pair(body: str) -> str:
    """The two check characters for the text before them; primes as weights from the right, modulo 1021, written in base 32.

    body: 1 to 23 characters of CSET82. Source: GS1 General Specifications 7.9.5.
    """
    total = sum(_VALUES[character] * weight for character, weight in zip(reversed(body), _WEIGHTS, strict=False)) % _MODULUS
    return _ALPHABET[total >> 5] + _ALPHABET[total & 31]
