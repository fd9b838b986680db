"""EPC URNs in the form the CBV event hash compares them in: the canonical Digital Link.

The reference translates by the look of a URN alone. `identify` knows more (piece 5 of 3 is no ITIP) and learns more with time, but a hash
that was given out once stays: so this translation is its own, and never changes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.identify import check_digit

CANONICAL = "https://id.gs1.org"
_SERIAL = r"(?:%(?:2[125-9A-Fa-f]|3[0-9A-Fa-f]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9Aa])|[!')(*+,.0-9:;=A-Za-z_-])"
_PART = r"(?:%(?:2[3dfDF]|3[0-9]|4[1-9A-Fa-f]|5[0-9Aa])|[0-9A-Z-])"
_SHORTEST, _LONGEST = 6, 12
_TEXT = 30
_TO_ESCAPE = {ord(character): f"%{ord(character):02X}" for character in "!()*+,:"}


class _Scheme(NamedTuple):
    """How a URN of digits becomes a link: its key, digits of prefix and reference together, what follows them, and where that goes.

    longest: digits of the company prefix, 11 where the reference asks for one dot more than a prefix of 12 is followed by; indicator: the
    reference's first digit stands before the prefix.
    """

    ai: str
    digits: int
    tail: str = ""
    link: str = ""
    longest: int = 12
    leading: str = ""
    indicator: bool = False


def _serial(longest: int) -> str:
    return rf"\.({_SERIAL}{{1,{longest}}})"


_DIGITS = {
    "id:sgtin": _Scheme("01", 13, _serial(20), "/21/{}", indicator=True),
    "id:upui": _Scheme("01", 13, _serial(28), "/235/{}", indicator=True),
    "id:itip": _Scheme("8006", 13, rf"\.([0-9]{{2}})\.([0-9]{{2}}){_serial(20)}", "{}{}/21/{}", indicator=True),
    "id:sscc": _Scheme("00", 17, indicator=True),
    "id:sgln": _Scheme("414", 12, _serial(20), "/254/{}"),
    "id:pgln": _Scheme("417", 12),
    "id:grai": _Scheme("8003", 12, _serial(16), "{}", longest=11, leading="0"),
    "id:gdti": _Scheme("253", 12, rf"{_SERIAL}({_SERIAL}{{0,19}})", "{}"),
    "id:sgcn": _Scheme("255", 12, r"\.([0-9]{1,12})", "{}"),
    "id:gsrn": _Scheme("8018", 17),
    "id:gsrnp": _Scheme("8017", 17),
    "id:gsin": _Scheme("402", 16),
    "class:lgtin": _Scheme("01", 13, _serial(20), "/10/{}", indicator=True),
    "idpat:sgtin": _Scheme("01", 13, r"\.\*", indicator=True),
    "idpat:upui": _Scheme("01", 13, r"\.\*", indicator=True),
    "idpat:itip": _Scheme("8006", 13, r"\.([0-9]{2})\.([0-9]{2})\.\*", "{}{}", indicator=True),
    "idpat:grai": _Scheme("8003", 12, r"\.\*", longest=11, leading="0"),
    "idpat:gdti": _Scheme("253", 12, r"\.\*", longest=11),
    "idpat:sgcn": _Scheme("255", 12, r"\.\*", longest=11),
}
_FREE = {
    "id:giai": ("8004", _SERIAL, "", ""),
    "id:ginc": ("401", _SERIAL, "", ""),
    "id:cpi": ("8010", _PART, r"\.([0-9]{1,12})", "/8011/{}"),
    "idpat:cpi": ("8010", _PART, r"\.\*", ""),
}
"""Schemes whose reference is text, 30 characters together with the prefix: key, one character, what follows, where that goes."""


def _of_digits(scheme: _Scheme) -> re.Pattern[str]:
    heads = [rf"[0-9]{{{length}}}\.[0-9]{{{scheme.digits - length}}}" for length in range(_SHORTEST, scheme.longest + 1)]
    return re.compile(rf"({'|'.join(heads)}){scheme.tail}")


def _of_text(character: str, tail: str) -> re.Pattern[str]:
    heads = [rf"[0-9]{{{length}}}\.{character}{{1,{_TEXT - length}}}" for length in range(_SHORTEST, _LONGEST + 1)]
    return re.compile(rf"({'|'.join(heads)}){tail}")


_DIGIT_READERS = {name: _of_digits(scheme).fullmatch for name, scheme in _DIGITS.items()}
_TEXT_READERS = {name: _of_text(character, tail).fullmatch for name, (_, character, tail, _) in _FREE.items()}


def link(urn: str) -> str | None:
    """Canonical Digital Link of an EPC URN; None for a URN without a GS1 key, or that does not look like its scheme."""
    kind, _, rest = urn.removeprefix("urn:epc:").partition(":")
    name, colon, text = rest.partition(":")
    if not colon or not urn.startswith("urn:epc:"):
        return None
    name = f"{kind}:{name}"
    if name in _DIGITS:
        return _link_of_digits(name, text)
    read = _TEXT_READERS.get(name)
    match = read(text) if read else None
    if match is None:
        return None
    ai, _, _, after = _FREE[name]
    prefix, _, reference = match[1].partition(".")
    return f"{CANONICAL}/{ai}/{prefix}{reference.translate(_TO_ESCAPE)}{after.format(*match.groups()[1:])}"


def _link_of_digits(name: str, text: str) -> str | None:
    match = _DIGIT_READERS[name](text)
    if match is None:
        return None
    scheme = _DIGITS[name]
    prefix, _, reference = match[1].partition(".")
    body = reference[:1] + prefix + reference[1:] if scheme.indicator else scheme.leading + prefix + reference
    rest = [part.translate(_TO_ESCAPE) for part in match.groups()[1:]]
    after = "" if name == "id:sgln" and rest == ["0"] else scheme.link.format(*rest)
    return f"{CANONICAL}/{scheme.ai}/{body}{check_digit.digit(body)}{after}"
