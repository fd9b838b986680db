"""How the compressed Digital Link of versions 1.1 and 1.2 lays out AIs and values in bits.

Source: GS1 Digital Link 1.1, compression: the tables of AI lengths (P), of formats (F) and of sequences that share one code; GS1's
toolkit for the widths that its own links have. The formats follow from the table of AIs: mandatory digits side by side are one field,
optional digits side by side are one field of variable length, text side by side is one field.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import groupby
from typing import NamedTuple

from app.identify import dictionary
from app.identify.dictionary import Component

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""Each character is six bits."""

HEX = "0123456789ABCDEF"


class Field(NamedTuple):
    """One part of a value. digits: a number, else text in an encoding of its own; fixed: always `longest` characters."""

    digits: bool
    fixed: bool
    longest: int


_NARROW = {"8007": (Field(digits=False, fixed=False, longest=24),)}
"""An IBAN has a length field of five bits: the format is older than IBANs of 34 characters."""


def _codes() -> dict[str, tuple[str, ...]]:
    """Codes in the order in which an encoder prefers them when they save the same; the AIs of a sequence stand in sorted order."""
    beside_gtin = {"0A": "22", "0B": "10", "0C": "21", "0D": "17", "0E": "7003", "0F": "30"}
    beside_gtin |= {"1A": "10 17 21", "1B": "15", "1C": "11", "1D": "16", "1E": "91", "1F": "10 15"}
    beside_gtin |= {f"2{HEX[10 + decimals]}": f"310{decimals}" for decimals in range(6)}
    beside_gtin |= {f"3{HEX[10 + decimals]}": f"320{decimals}" for decimals in range(6)}
    codes = {code: ("01", *others.split()) for code, others in beside_gtin.items()}
    codes |= {"9A": ("8010", "8011"), "9B": ("8017", "8019"), "9C": ("8018", "8019"), "9D": ("254", "414")}
    codes |= {f"A{decimals}": ("01", f"392{decimals}") for decimals in range(10)}
    codes |= {f"C{decimals}": ("255", f"390{decimals}") for decimals in range(10)}
    codes |= {f"C{HEX[10 + decimals]}": ("255", f"394{decimals}") for decimals in range(4)}
    return codes


SEQUENCES = _codes()
"""A code of two hexadecimal digits, at least one of them a letter, to the AIs whose values follow."""


@cache
def ai_lengths() -> dict[str, int]:
    """The first two digits of an AI to how many digits it has."""
    return {ai[:2]: len(ai) for ai in dictionary.entries()}


@cache
def fields(ai: str) -> tuple[Field, ...]:
    """The fields of a known AI's value, in order."""
    components = dictionary.entries()[ai].components
    return _NARROW.get(ai) or tuple(_field(list(side_by_side)) for _, side_by_side in groupby(components, _sort_of_field))


def bits_of_digits(count: int) -> int:
    """Bits of a number of `count` digits; the summand is the standard's, it costs one bit more for 0 and 59 digits."""
    return math.ceil(count * math.log(10) / math.log(2) + 0.01)


def bits_of_length(longest: int) -> int:
    """Bits of the length of a field of up to `longest` characters."""
    return longest.bit_length()


def _sort_of_field(component: Component) -> tuple[bool, bool]:
    digits = component.kind == "N"
    return digits, digits and (component.optional or component.shortest != component.longest)


def _field(parts: list[Component]) -> Field:
    fixed = all(part.shortest == part.longest and not part.optional for part in parts)
    return Field(parts[0].kind == "N", fixed, sum(part.longest for part in parts))
