"""What values the GS1 keys and their qualifiers may have, and which part of a value is its class: the small table behind item keys.

The full table of AIs (`dictionary.py`) says the same and more; it is not read here because indexing an event must start cheaply.
"""

from __future__ import annotations

import re

from app.identify import check_digit, check_pair

_X = r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"
_Y = r"[#\-/0-9A-Z]"

_KEYS = {
    "00": re.compile(r"([0-9]{18})()"),
    "01": re.compile(r"([0-9]{8}|[0-9]{12,14})()"),
    "253": re.compile(rf"([0-9]{{13}})({_X}{{0,17}})"),
    "255": re.compile(r"([0-9]{13})([0-9]{0,12})"),
    "401": re.compile(rf"([0-9]{{4}}{_X}{{0,26}})()"),
    "402": re.compile(r"([0-9]{17})()"),
    "414": re.compile(r"([0-9]{13})()"),
    "415": re.compile(r"([0-9]{13})()"),
    "417": re.compile(r"([0-9]{13})()"),
    "8003": re.compile(rf"(0[0-9]{{13}})({_X}{{0,16}})"),
    "8004": re.compile(rf"([0-9]{{4}}{_X}{{0,26}})()"),
    "8006": re.compile(r"([0-9]{14}(?!00)[0-9]{2}[0-9]{2})()"),
    "8010": re.compile(rf"([0-9]{{4}}{_Y}{{0,26}})()"),
    "8013": re.compile(rf"([0-9]{{4}}{_X}{{1,21}})()"),
    "8017": re.compile(r"([0-9]{18})()"),
    "8018": re.compile(r"([0-9]{18})()"),
}
_QUALIFIERS = {
    "10": re.compile(rf"{_X}{{1,20}}"),
    "21": re.compile(rf"{_X}{{1,20}}"),
    "22": re.compile(rf"{_X}{{1,20}}"),
    "235": re.compile(rf"{_X}{{1,28}}"),
    "254": re.compile(rf"{_X}{{1,20}}"),
    "7040": re.compile(rf"[0-9]{_X}{{2}}[0-9A-Z_a-z\-]"),
    "8011": re.compile(r"[1-9][0-9]{0,11}"),
    "8019": re.compile(r"[0-9]{1,10}"),
    "8020": re.compile(rf"{_X}{{1,25}}"),
}
_UNCHECKED = frozenset(("401", "8004", "8010"))
_GTIN = 14
_ISSUER_DIGITS = 7
_AFTER_FIRST = frozenset(("00", "01", "8003", "8006"))


def split_key(ai: str, value: str) -> tuple[str, str] | None:
    """The class part and the instance part of a key's value, GTIN padded to 14 digits; None when the value is wrong for the key."""
    match = _KEYS[ai].fullmatch(value)
    if match is None:
        return None
    kind, instance = match.groups()
    if ai == "8006":
        return (kind, instance) if check_digit.is_right(kind[:_GTIN]) and kind[14:16] <= kind[16:] else None
    if ai == "8013":
        return (kind, instance) if kind[-2:] == check_pair.pair(kind[:-2]) else None
    if ai not in _UNCHECKED and not check_digit.is_right(kind):
        return None
    return (kind.zfill(_GTIN), instance) if ai == "01" else (kind, instance)


def fits(ai: str, value: str) -> bool:
    """Whether a value may stand for a qualifier of a key."""
    return _QUALIFIERS[ai].fullmatch(value) is not None


def issuer(ai: str, value: str) -> int:
    """Who gave the number: its first seven digits where the company prefix begins, fewer when letters follow sooner."""
    digits = from_prefix(ai, value)[:_ISSUER_DIGITS]
    if not digits.isdigit():
        digits = digits[: next(place for place, character in enumerate(digits) if not character.isdigit())]
    return int(digits)


def from_prefix(ai: str, value: str) -> str:
    """A key's value from its company prefix on: without indicator, extension digit or leading zero."""
    return value[1:] if ai in _AFTER_FIRST else value
