"""GS1 keys inside events: a key with the wrong number of digits or the wrong check digit names nothing, or somebody else's goods.

Only what is unmistakably a GS1 key is judged: Digital Links on id.gs1.org and EPC URNs. A link on any other domain may use
the same path for something else, and identifiers outside GS1 are welcome as they are.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.identify import check_digit

# Bounded, because what was found right is remembered; a key that is cut off has too many digits either way.
_LINK = re.compile(rb'"https?://id\.gs1\.org/(00|01|25[35]|402|41[47]|80(?:03|1[78]))/([^/?#"]{0,64})')
_URN = re.compile(rb'"urn:epc:(?:id|class):([a-z]{1,12}):([0-9]{0,20})(?:\.([0-9]{0,20})(?=[."]))?')


class Wrong(NamedTuple):
    """What is wrong with a key. expected: the check digit, or the digits there must be; found: what stands there."""

    name: str
    expected: str
    found: str
    check_digit: bool


class _Key(NamedTuple):
    """A key that begins with digits whose last is a check digit; tail: characters, one of them at least, may follow the digits."""

    name: str
    lengths: tuple[int, ...]
    tail: bool = False


# GS1 General Specifications 3.2 to 3.9, GS1 Digital Link: keys whose digits end in a check digit.
_KEYS = {
    b"00": _Key("SSCC", (18,)),
    b"01": _Key("GTIN", (14, 13, 12, 8)),
    b"253": _Key("GDTI", (13,), tail=True),
    b"255": _Key("GCN", (13,), tail=True),
    b"402": _Key("GSIN", (17,)),
    b"414": _Key("GLN", (13,)),
    b"417": _Key("GLN", (13,)),
    b"8003": _Key("GRAI", (14,), tail=True),
    b"8017": _Key("GSRN", (18,)),
    b"8018": _Key("GSRN", (18,)),
}

# EPC Tag Data Standard 6.3: digits of company prefix and reference together, without a check digit.
_DIGITS = {
    b"sgtin": 13, b"upui": 13, b"lgtin": 13, b"itip": 13, b"sscc": 17, b"sgln": 12, b"pgln": 12, b"grai": 12, b"gdti": 12, b"sgcn": 12,
    b"gsrn": 17, b"gsrnp": 17, b"gsin": 16,
}  # fmt: skip


_MOST = 65_536
_right: set[tuple[bytes, ...]] = set()  # keys found right: a shipment names the same few classes and places again and again


def wrong_in(text: bytes) -> bool:
    """Whether some string of a JSON text begins as a GS1 key and is a wrong one; quick, for whole events."""
    found = set(_LINK.findall(text))
    if b"urn:epc:" in text:
        found.update(_URN.findall(text))
    if found <= _right:
        return False
    if any((_link(*parts) if len(parts) == 2 else _urn(*parts)) for parts in found - _right):
        return True
    if len(_right) > _MOST:
        _right.clear()
    _right.update(found)
    return False


def wrong(identifier: str) -> Wrong | None:
    """What is wrong with an identifier, or None; what is no GS1 key is right."""
    text = b'"%b"' % identifier.encode("utf-8", "replace")
    if found := _LINK.match(text):
        return _link(found[1], found[2])
    if found := _URN.match(text):
        return _urn(found[1], found[2], found[3] or b"")
    return None


def _link(ai: bytes, value: bytes) -> Wrong | None:
    """What is wrong with the primary key of a Digital Link."""
    key = _KEYS[ai]
    digits = value[: key.lengths[0]] if key.tail else value
    if len(digits) not in key.lengths or not digits.isdigit():
        return Wrong(key.name, " / ".join(map(str, key.lengths)), value[:40].decode("utf-8", "replace"), check_digit=False)
    if ends_in_check_digit(digits):
        return None
    return Wrong(key.name, check_digit.digit(digits[:-1].decode()), chr(digits[-1]), check_digit=True)


def ends_in_check_digit(digits: bytes) -> bool:
    """Whether ASCII digits end in their check digit: `check_digit.is_right` for bytes, three times as fast."""
    odd, even = digits[-1::-2], digits[-2::-2]
    return (sum(odd) - 48 * len(odd) + 3 * (sum(even) - 48 * len(even))) % 10 == 0


def _urn(scheme: bytes, prefix: bytes, reference: bytes) -> Wrong | None:
    """What is wrong with the numbers of an EPC URN; they carry no check digit."""
    expected = _DIGITS.get(scheme)
    if expected is None or (6 <= len(prefix) <= 12 and len(prefix) + len(reference) == expected):
        return None
    found = b".".join((prefix, reference))[:40].decode()
    return Wrong(scheme.decode().upper(), str(expected), found, check_digit=False)
