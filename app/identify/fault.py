"""What a check of one component of a value answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Fault(NamedTuple):
    """What is wrong: the rule's name, and which characters, counted from 0 in the text that was checked."""

    rule: str
    position: int
    length: int

    def moved(self, offset: int) -> Fault:
        """The same fault in a text that has `offset` more characters before."""
        return Fault(self.rule, self.position + offset, self.length)


Check = Callable[[str], Fault | None]
"""A check of one component; None means that nothing is wrong."""


def whole(rule: str, text: str) -> Fault:
    """A fault of the text as a whole."""
    return Fault(rule, 0, len(text))


def first_outside(text: str, alphabet: frozenset[str], rule: str) -> Fault | None:
    """The first character that is not of the alphabet."""
    if alphabet.issuperset(text):
        return None
    return Fault(rule, next(place for place, character in enumerate(text) if character not in alphabet), 1)


DIGITS = frozenset("0123456789")


def not_digit(text: str) -> Fault | None:
    """The first character that is not an ASCII digit."""
    if text.isascii() and text.isdigit():
        return None
    return first_outside(text, DIGITS, "non-digit-character")
