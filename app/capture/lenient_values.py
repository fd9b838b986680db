"""Single values of other dialects of EPCIS in the spelling of the standard, where only one can be meant; None where none or several can.

Nothing here is a rule: what is right already is never looked at, and what stays wrong is refused with its finding.
"""

from __future__ import annotations

import math
import re
from enum import Enum, auto
from unicodedata import normalize
from urllib.parse import quote

from app.capture.vocabulary import vocabularies, word
from app.errors import Refusal
from app.identify import digital_link
from app.identify.read import identify

_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]+))? ?(\S+)?")
_RIGHT_TIME = re.compile(r"[0-9-]{10}[Tt][0-9:]{8}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})")
_OFFSET = re.compile(r"([+\-\u2212])([0-9]{1,2})(?::?([0-9]{2}))?")
_RIGHT_OFFSET = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_UTC = frozenset(("Z", "UTC", "GMT"))
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_MOST_SAFE = 2**53 - 1
_LONGEST_NUMBER = 40
_UNIT = re.compile(r"[A-Z0-9]{2,3}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_WEB = re.compile(r"https?://\S", re.IGNORECASE)
_IN_URI = "-._~:/?#[]@!$&'()*+,;=%"
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SCANNED = ("(", "]", "\x1d", "^", "\u241d")
_GAPS = re.compile(r"[\s_-]+")
_FORBIDDEN_WORD = re.compile(r"urn:epcglobal:cbv:|https?://ns\.gs1\.org/cbv/|https?://(?:www\.)?gs1\.org/voc/")
_SSCC, _GLN = 18, 13
_GTINS = frozenset((8, 12, 13, 14))


class Named(Enum):
    """What an identifier names: digits alone say it in such a field only."""

    ITEM = auto()
    CLASS = auto()
    PLACE = auto()
    PARTY = auto()
    OTHER = auto()


def is_time(text: str) -> bool:
    """Whether a text has the form of an instant with its offset."""
    return _RIGHT_TIME.fullmatch(text) is not None


def time(text: str, offset: str | None) -> str | None:
    """An instant as RFC 3339 has it. offset: of the event, for a time that says none."""
    match = _TIME.fullmatch(text.strip())
    if match is None or is_time(text):
        return None
    day, clock, fraction, said = match.groups()
    zone = offset if said is None else "Z" if said.upper() in _UTC else time_zone(said)
    return None if zone is None else f"{day}T{clock}{'.' + fraction if fraction else ''}{zone}"


def offset_of(time_text: str) -> str | None:
    """The offset that a time says, as eventTimeZoneOffset."""
    match = _TIME.fullmatch(time_text.strip())
    return None if match is None or match[4] is None else time_zone(match[4])


def time_zone(text: str) -> str | None:
    """An offset as eventTimeZoneOffset has it: +07:00 for +7, +07, +0700; the names of places say none that holds all year."""
    trimmed = text.strip()
    if trimmed.upper() in _UTC:
        return "+00:00"
    match = _OFFSET.fullmatch(trimmed)
    if match is None:
        return None
    made = f"{'+' if match[1] == '+' else '-'}{match[2]:0>2}:{match[3] or '00'}"
    return made if _RIGHT_OFFSET.fullmatch(made) else None


def number(text: str) -> int | float | None:
    """A number that was sent as text, in the spelling that JSON has for numbers: a comma may be decimal or not."""
    trimmed = text.strip()
    if len(trimmed) > _LONGEST_NUMBER or not _NUMBER.fullmatch(trimmed):
        return None
    if trimmed.lstrip("-").isdigit():
        return int(trimmed) if abs(int(trimmed)) <= _MOST_SAFE else None
    made = float(trimmed)
    return made if math.isfinite(made) else None


def truth(text: str) -> bool | None:
    """A truth value that was sent as text."""
    return {"true": True, "false": False}.get(text.strip().lower())


def unit(text: str) -> str | None:
    """A unit of measure in capitals."""
    made = text.strip().upper()
    return made if _UNIT.fullmatch(made) else None


def term(vocabulary: str, text: str) -> str | None:
    """The bare word of a vocabulary: out of a URN or an old web URI, or spelled with other capitals or gaps."""
    trimmed = text.strip()
    known = vocabularies()[vocabulary].words
    if _FORBIDDEN_WORD.match(trimmed):
        found = word(vocabulary, trimmed)
        return found if found in known else None
    if ":" in trimmed:
        return None
    return {_plain(each): each for each in known}.get(_plain(trimmed))


def one_of(words: tuple[str, ...], text: str) -> str | None:
    """A word of a short list, spelled with other capitals, as a CURIE, or as a web URI."""
    local = re.split(r"[:/#]", text.strip())[-1] if re.match(r"epcis:|https?://(?:ref|ns)\.gs1\.org/epcis/", text.strip()) else text
    return {_plain(each): each for each in words}.get(_plain(local))


def _plain(text: str) -> str:
    return _GAPS.sub("_", text.strip()).lower()


def identifier(text: str, named: Named) -> str | None:
    """An identifier as a URI: without spaces around it, escaped, or out of what a scanner reads, a GTIN, an SSCC, a GLN or a UUID."""
    trimmed = text.strip()
    made = _uri(trimmed, named)
    return made if made is not None and made != text and _URI.fullmatch(made) else None


def _uri(text: str, named: Named) -> str | None:
    if _WEB.match(text):
        return quote(normalize("NFC", text), safe=_IN_URI)
    if _SCHEME.match(text):
        return text
    if _UUID.fullmatch(text):
        return f"urn:uuid:{text.lower()}"
    if text.startswith(_SCANNED):
        return _canonical(text)
    return _from_digits(text, named) if text.isascii() and text.isdigit() else None


def _from_digits(text: str, named: Named) -> str | None:
    """A number alone, where the field says which key it is."""
    if named in {Named.PLACE, Named.PARTY}:
        return _built("414" if named is Named.PLACE else "417", text) if len(text) == _GLN else None
    readable = named is Named.CLASS and len(text) in _GTINS
    return _canonical(text) if readable or (named is Named.ITEM and len(text) == _SSCC) else None


def _canonical(text: str) -> str | None:
    try:
        return identify(text).canonical
    except Refusal:  # no key, or a wrong one: the finding at its place says so
        return None


def _built(ai: str, value: str) -> str | None:
    try:
        return digital_link.build(((ai, value),))
    except Refusal:  # the check digit is wrong
        return None
