"""Values in the form the CBV event hash compares them in: times, numbers, vocabulary URIs, GS1 identifiers.

Follows the reference implementation of July 2026, its quirks included, because the hash is an identifier shared with others;
what tamper evidence rests on is the evidence hash. Where it would fail or fill the memory we keep the text as it is.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache

from app.capture.hashes import event_hash_epc

_TIME = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d(?::?\d\d)?)", re.ASCII)
_NUMBER_LIKE = re.compile(r"[+\-._\d][\d._+\-eE]*")
_EXACT = Context(prec=28)  # digits the reference keeps of a fraction
_MOST_PLACES = 400  # beyond it a plain decimal could fill the memory: 1e-999999999
_VOCABULARIES = {
    "urn:epcglobal:cbv:bizstep:": "https://ref.gs1.org/cbv/BizStep-",
    "urn:epcglobal:cbv:disp:": "https://ref.gs1.org/cbv/Disp-",
    "urn:epcglobal:cbv:btt:": "https://ref.gs1.org/cbv/BTT-",
    "urn:epcglobal:cbv:sdt:": "https://ref.gs1.org/cbv/SDT-",
    "urn:epcglobal:cbv:er:": "https://ref.gs1.org/cbv/ER-",
}

_CANONICAL = event_hash_epc.CANONICAL
_URN = re.compile(r"(urn:epc:(?:id:sgtin|class:lgtin):[0-9]{6,12}\.[0-9]{1,7})\.([0-9A-Za-z_.\-]{1,20})").fullmatch
_PLAIN_LINK = re.compile(r"https://id\.gs1\.org/01/[0-9]{14}/21/[\"'\-.0-9;<=>A-Z_a-z]{1,20}").fullmatch
is_canonical = _PLAIN_LINK
"""Tells a link of the commonest kind that is in its canonical form already: a GTIN with a serial."""

_BRAND_LINK = re.compile(
    r"https?://[^/?#]+\.[^/?#]*/01/([0-9]{14})(?:/10/[0-9A-Z.\-]{1,20})?/21/([\"'\-.0-9;<=>A-Z_a-z]{1,20})(?:\?.*)?", re.DOTALL
).fullmatch
_NAMES = {
    "gtin": "01",
    "itip": "8006",
    "cpid": "8010",
    "gln": "414",
    "party": "417",
    "gsrnp": "8017",
    "gsrn": "8018",
    "gcn": "255",
    "sscc": "00",
    "gdti": "253",
    "ginc": "401",
    "gsin": "402",
    "grai": "8003",
    "giai": "8004",
    "cpv": "22",
    "lot": "10",
    "ser": "21",
}
_KEYS = ("00", "01", "253", "255", "401", "402", "414", "417", "8003", "8004", "8006", "8010", "8017", "8018")
_LINK = re.compile(rf"https?:[^?#]*/(?:{'|'.join((*_KEYS, *list(_NAMES)[:-3]))})/[0-9]{{4}}[^/]").match
_AT_HOME = re.compile(rf"https://id\.gs1\.org/(?:{'|'.join(_KEYS)})/[0-9]{{4}}[^/]").match
_SHORT_GTIN = re.compile(r"https://id\.gs1\.org/01/(?:([0-9]{14})|([0-9]{13})|([0-9]{12})|([0-9]{8}))").match
_C = r"[\"'\-.0-9;<=>?A-Z_a-z]"
_VARIANT_LAST = re.compile(rf"(https://id\.gs1\.org/(?:8006/[0-9]{{18}}|01/[0-9]{{14}}))/22/{_C}{{0,20}}").fullmatch
# The reference counts the twenty characters over all that follows the variant, slashes included: with a longer rest it gives up.
_VARIANT = re.compile(rf"(https://id\.gs1\.org/(?:8006/[0-9]{{18}}|01/[0-9]{{14}}))/22/(?=(?:{_C}|/){{0,20}}\Z){_C}*(/.*)").fullmatch
_LOT_AND_SERIAL = re.compile(rf"(https://id\.gs1\.org/(?:8006/[0-9]{{18}}|01/[0-9]{{14}}))/10/{_C}{{0,20}}(/21/{_C}{{0,20}})").fullmatch
_FINAL = re.compile(
    r"https://id\.gs1\.org/(?:"
    rf"01/[0-9]{{14}}(?:/(?:21|10)/{_C}{{0,20}}|/235/{_C}{{0,28}})?|00/[0-9]{{18}}|414/[0-9]{{13}}(?:/254/{_C}{{0,20}})?|417/[0-9]{{13}}"
    rf"|253/[0-9]{{13}}{_C}{{0,17}}|255/[0-9]{{13}}[0-9]{{0,12}}|401/{_C}{{0,30}}|402/[0-9]{{17}}|8003/[0-9]{{14}}{_C}{{0,16}}"
    rf"|8004/{_C}{{0,30}}|8006/[0-9]{{18}}(?:/(?:21|10)/{_C}{{0,20}})?|8010/[#\-/0-9A-Z]{{0,30}}(?:/8011/[0-9]{{0,12}})?"
    r"|8017/[0-9]{18}|8018/[0-9]{18})"
).fullmatch


def canonical(text: str) -> str:
    """Canonical form of a value without blanks at its ends, of a standard property or an extension; never raises."""
    if text.startswith("urn:epc:"):
        return epc(text)
    if "urn:epcglobal:cbv:" in text:
        for old, new in _VOCABULARIES.items():
            text = text.replace(old, new)
    if text.startswith("http"):
        return link(text) if "." in text else text
    if _NUMBER_LIKE.fullmatch(text):
        return number(text)
    return text


def number(text: str) -> str:
    """Plain decimal of a text that reads as a number: no leading or trailing zeros; any other text as it is."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite():
        return text
    whole = value.to_integral_value()
    if value == whole:
        return str(whole)
    if value.adjusted() < -_MOST_PLACES:
        return text
    return format(value.normalize(_EXACT), "f")


def time(text: str) -> str:
    """UTC time with exactly three decimals, half up on the fourth; a text that is no date and time with offset as it is."""
    match = _TIME.fullmatch(text)
    if match is None:
        return text
    local, fraction, offset = match.groups()
    digits = (fraction or "").ljust(4, "0")
    millis = int(digits[:3]) + (digits[3] >= "5")
    try:
        moment = datetime.fromisoformat(local)
        if offset not in ("Z", "z"):
            moment -= _shift(offset)
        if millis == 1000:
            moment, millis = moment + timedelta(seconds=1), 0
    except (ValueError, OverflowError):
        return text
    return f"{moment.isoformat()}.{millis:03}Z"


@lru_cache(maxsize=256)
def _shift(offset: str) -> timedelta:
    """How far a local time is ahead of UTC. Raises ValueError for an offset of a day or more."""
    digits = offset[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:
        raise ValueError(offset)
    shift = timedelta(hours=hours, minutes=minutes)
    return -shift if offset[0] == "-" else shift


_heads: dict[str, str | None] = {}
_MOST_HEADS = 65_536


def epc(urn: str) -> str:
    """Canonical Digital Link of an EPC URN; a URN of no scheme with a GS1 key as it is."""
    match = _URN(urn)
    if match is None:
        return _rare_epc(urn)
    head, instance = match.groups()
    try:
        base = _heads[head]
    except KeyError:
        if len(_heads) >= _MOST_HEADS:
            _heads.clear()
        whole = event_hash_epc.link(head + ".1")
        base = _heads[head] = whole[:-1] if whole else None
    return urn if base is None else base + instance


@lru_cache(maxsize=16_384)
def _rare_epc(urn: str) -> str:
    return event_hash_epc.link(urn) or urn


def link(uri: str) -> str:
    """Canonical form of a GS1 Digital Link: no query, id.gs1.org, GTIN of 14 digits, the finest level; other URIs as they are."""
    if _PLAIN_LINK(uri):
        return uri
    match = _BRAND_LINK(uri)
    if match is None or "/00/" in uri:
        return _other_link(uri)
    return f"{_CANONICAL}/01/{match[1]}/21/{match[2]}"


@lru_cache(maxsize=16_384)
def _other_link(uri: str) -> str:
    if not _LINK(uri):
        return uri
    path = uri.partition("?")[0]
    for name, ai in _NAMES.items():
        path = path.replace(f"/{name}/", f"/{ai}/")
    if not _AT_HOME(path):
        start = next((path.find(f"/{key}/") for key in _KEYS if f"/{key}/" in path), 0)
        path = _CANONICAL + path[start:]
    short = _SHORT_GTIN(path)
    if short and not short[1]:
        path = path.replace("/01/", "/01/" + "0" * (1 if short[2] else 2 if short[3] else 6))
    for shorter in (_VARIANT_LAST, _VARIANT, _LOT_AND_SERIAL):
        match = shorter(path)
        if match:
            path = "".join(match.groups())
    return path if _FINAL(path) else uri
