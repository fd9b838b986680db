"""Serial numbers that nobody can guess."""

from __future__ import annotations

import secrets

from app.label.refusals import SerialRange

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""32 characters without look-alikes (no I, L, O, U) that need no escaping in a Digital Link: 5 bits each."""

SHORTEST = 12
"""60 random bits; below that, a maker with millions of packs comes near the limit of one lucky guess in 10,000."""

LONGEST = 20
"""What the application identifier (21) can hold. Source: GS1 General Specifications, section 3, AI (21)."""

MOST = 1_000_000
"""Serials in one call: they are held in memory until they are stored."""


def random_serials(count: int, *, length: int = SHORTEST) -> list[str]:
    """Random serials, each different from the others of this call.

    count: 1 to 1,000,000; length: 12 to 20 characters of 5 random bits each, from the operating system's generator.
    Whether a serial was issued before is for the table of serials to say: with 60 bits it practically never was.
    Raises SerialRange.
    """
    if not (1 <= count <= MOST and SHORTEST <= length <= LONGEST):
        raise SerialRange(count=count, length=length, lowest=SHORTEST, highest=LONGEST)
    drawn: dict[str, None] = {}
    while len(drawn) < count:
        for serial in _draw(count - len(drawn), length):
            drawn[serial] = None
    return list(drawn)


def guess_probability(issued: int, length: int = SHORTEST) -> float:
    """Chance that one random guess hits an issued serial; EU Regulation 2016/161, article 4, asks for less than 1 in 10,000.

    issued: how many serials of this length exist for one product.
    """
    return issued / float(len(ALPHABET) ** length)


def _draw(count: int, length: int) -> list[str]:
    """One read of the generator for all: a call for each character is sixty times slower."""
    noise = secrets.token_bytes(count * length)  # 256 is 8 x 32, so the low five bits of a byte are even
    letters = "".join([ALPHABET[byte & 31] for byte in noise])
    return [letters[start : start + length] for start in range(0, count * length, length)]
