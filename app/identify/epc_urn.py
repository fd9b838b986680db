"""EPC URNs (`urn:epc:id:`, `urn:epc:class:`, `urn:epc:idpat:`) as canonical GS1 Digital Link URIs.

Source: EPC Tag Data Standard, pure identity URIs; CBV 2.0 event hash, canonical identifiers.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.identify import check_digit
from app.identify.refusals import NotAnEpcUrn

CANONICAL = "https://id.gs1.org"


class Parts(NamedTuple):
    """An EPC URN taken apart.

    ai, value: key and its class part with check digit; instance_ai: AI of what makes it one instance, `ai` again when it is appended
    to the value (GRAI, GDTI, GCN), "" for a class; value and instance: still escaped as in the URN.
    """

    ai: str
    value: str
    instance_ai: str = ""
    instance: str = ""


class _Digits(NamedTuple):
    """A scheme whose company prefix and reference are `digits` digits together; longest: characters of the instance."""

    ai: str
    digits: int
    instance_ai: str = ""
    longest: int = 0
    leading: str = ""
    indicator: bool = False  # the first digit of the reference stands before the company prefix in the key


_DIGITS = {
    "id:sgtin": _Digits("01", 13, "21", 20, indicator=True),
    "id:upui": _Digits("01", 13, "235", 28, indicator=True),
    "class:lgtin": _Digits("01", 13, "10", 20, indicator=True),
    "id:sscc": _Digits("00", 17, indicator=True),
    "id:sgln": _Digits("414", 12, "254", 20),
    "id:pgln": _Digits("417", 12),
    "id:grai": _Digits("8003", 12, "8003", 16, leading="0"),
    "id:gdti": _Digits("253", 12, "253", 17),
    "id:sgcn": _Digits("255", 12, "255", 12),
    "id:gsrn": _Digits("8018", 17),
    "id:gsrnp": _Digits("8017", 17),
    "id:gsin": _Digits("402", 16),
    "idpat:sgtin": _Digits("01", 13, indicator=True),
    "idpat:upui": _Digits("01", 13, indicator=True),
    "idpat:grai": _Digits("8003", 12, leading="0"),
    "idpat:gdti": _Digits("253", 12),
    "idpat:sgcn": _Digits("255", 12),
}
_TEXT = {"id:giai": "8004", "id:ginc": "401"}
_OTHER = ("id:itip", "idpat:itip", "id:cpi", "idpat:cpi")

_HEAD = re.compile(r"urn:epc:([a-z]+:[a-z]+):")
_URN = re.compile(r"urn:epc:([a-z]+:[a-z]+):([0-9]{6,12})\.(.*)", re.DOTALL)
_ITIP = re.compile(r"([0-9]{1,7})\.([0-9]{2})\.([0-9]{2})\.(.+)", re.DOTALL)
_CPI = re.compile(r"((?:[0-9A-Z-]|%2[3Ff])+)\.(\*|[1-9][0-9]{0,11})")
_ESCAPED = r"%(?:2[125-9A-Fa-f]|3[0-9A-Fa-f]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9Aa])"
_SERIAL = re.compile(rf"(?:[!'()*+,\-.0-9:;=A-Z_a-z]|{_ESCAPED})+")
_DIGITS_ONLY = re.compile(r"[0-9]+")
_TO_ESCAPE = {ord(character): f"%{ord(character):02X}" for character in "!()*+,:"}
_LONGEST_TEXT = 30


def to_canonical(urn: str) -> str:
    """The canonical Digital Link URI of an EPC URN, as the CBV 2.0 event hash wants it.

    Check digit added, `! ( ) * + , :` escaped, other characters and escapes as they are, an SGLN extension of 0 dropped.
    Raises NotAnEpcUrn, also for schemes without a GS1 key (gid, usdod, adi, bic, imovn).
    """
    parts = take_apart(urn)
    if parts is None:
        raise NotAnEpcUrn(position=_wrong_at(urn))
    base = f"{CANONICAL}/{parts.ai}/{parts.value.translate(_TO_ESCAPE)}"
    if not parts.instance_ai:
        return base
    instance = parts.instance.translate(_TO_ESCAPE)
    return base + instance if parts.instance_ai == parts.ai else f"{base}/{parts.instance_ai}/{instance}"


def take_apart(urn: str) -> Parts | None:
    """The key and the instance of an EPC URN; None when it is of no scheme with a GS1 key, or its parts do not fit the scheme."""
    match = _URN.fullmatch(urn)
    if match is None:
        return None
    scheme, prefix, rest = match.groups()
    rule = _DIGITS.get(scheme)
    if rule is not None:
        return _of_digits(rule, prefix, rest, pattern=scheme.startswith("idpat:"))
    if scheme in _TEXT:
        fits = _SERIAL.fullmatch(rest) and len(prefix) + characters(rest) <= _LONGEST_TEXT
        return Parts(_TEXT[scheme], prefix + rest) if fits else None
    if scheme in ("id:itip", "idpat:itip"):
        return _itip(prefix, rest, pattern=scheme == "idpat:itip")
    if scheme in ("id:cpi", "idpat:cpi"):
        return _cpi(prefix, rest, pattern=scheme == "idpat:cpi")
    return None


def characters(escaped: str) -> int:
    """How many characters a well-formed escaped text stands for."""
    return len(escaped) - 2 * escaped.count("%")


def _of_digits(rule: _Digits, prefix: str, rest: str, *, pattern: bool) -> Parts | None:
    reference, dot, instance = rest.partition(".")
    if len(prefix) + len(reference) != rule.digits or (reference and not (reference.isascii() and reference.isdigit())):
        return None
    body = reference[0] + prefix + reference[1:] if rule.indicator else rule.leading + prefix + reference
    value = body + check_digit.digit(body)
    if pattern:
        return Parts(rule.ai, value) if instance == "*" else None
    if not rule.instance_ai:
        return None if dot and reference else Parts(rule.ai, value)
    if rule.ai == "414" and instance == "0":
        return Parts(rule.ai, value)
    alphabet = _DIGITS_ONLY if rule.ai == "255" else _SERIAL
    if not alphabet.fullmatch(instance) or characters(instance) > rule.longest:
        return None
    return Parts(rule.ai, value, rule.instance_ai, instance)


def _itip(prefix: str, rest: str, *, pattern: bool) -> Parts | None:
    match = _ITIP.fullmatch(rest)
    if match is None:
        return None
    reference, piece, total, serial = match.groups()
    if len(prefix) + len(reference) != _DIGITS["id:sgtin"].digits or not "00" < piece <= total:
        return None
    body = reference[0] + prefix + reference[1:]
    value = body + check_digit.digit(body) + piece + total
    if pattern:
        return Parts("8006", value) if serial == "*" else None
    if not _SERIAL.fullmatch(serial) or characters(serial) > _DIGITS["id:sgtin"].longest:
        return None
    return Parts("8006", value, "21", serial)


def _cpi(prefix: str, rest: str, *, pattern: bool) -> Parts | None:
    match = _CPI.fullmatch(rest)
    if match is None:
        return None
    reference, serial = match.groups()
    if len(prefix) + characters(reference) > _LONGEST_TEXT or (serial == "*") is not pattern:
        return None
    return Parts("8010", prefix + reference) if pattern else Parts("8010", prefix + reference, "8011", serial)


def _wrong_at(urn: str) -> int:
    """The first place where a URN leaves its scheme: the scheme itself, the company prefix, the reference, or a character after it."""
    head = _HEAD.match(urn)
    if head is None:
        return 0
    if head[1] not in _DIGITS and head[1] not in _TEXT and head[1] not in _OTHER:
        return head.start(1)
    whole = _URN.fullmatch(urn)
    if whole is None:
        return head.end()
    reference, dot, _ = whole[3].partition(".")
    start = whole.start(3)
    rule = _DIGITS.get(head[1])
    if rule is None or len(whole[2]) + len(reference) != rule.digits or not dot:
        return start
    digits = _DIGITS_ONLY.match(urn, start)
    if reference and (digits is None or digits.end() < start + len(reference)):
        return digits.end() if digits else start
    start += len(reference) + 1
    good = _SERIAL.match(urn, start)
    return good.end() if good and rule.instance_ai else start
