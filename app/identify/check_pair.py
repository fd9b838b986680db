"""The pair of check characters of a Global Model Number (8013) and of a MUDI (8014)."""

from __future__ import annotations

CSET82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""The 82 characters of AIs of type X, in the order that gives each its value. Source: GS1 General Specifications, figure 7.11-1."""

_VALUES = {character: value for value, character in enumerate(CSET82)}
_PRIMES = 97  # as many as the longest text that any AI could carry; 23 are needed for a GMN
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_MODULUS = 1021


def _primes(count: int) -> tuple[int, ...]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return tuple(found)


_WEIGHTS = _primes(_PRIMES)
LONGEST_BODY = _PRIMES


def pair(body: str) -> str:
    """The two check characters for the text before them; primes as weights from the right, modulo 1021, written in base 32.

    body: at most 97 characters of CSET82. Source: GS1 General Specifications 7.9.5.
    """
    total = sum(_VALUES[character] * weight for character, weight in zip(reversed(body), _WEIGHTS, strict=False)) % _MODULUS
    return _ALPHABET[total >> 5] + _ALPHABET[total & 31]
