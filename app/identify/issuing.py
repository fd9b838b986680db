"""Who issued a number: the GS1 member organisation, or the special use, of the GS1 Prefix that a key begins with.

A prefix never says where goods come from: companies of any country make goods in any other. Words shown to people must keep to that.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from app.identify import company_prefix

Language = Literal["vi", "en", "fr"]


class Use(StrEnum):
    """What a GS1 Prefix is for."""

    MEMBER = "member"
    GLOBAL_OFFICE = "global-office"
    FUTURE = "future"
    EPC_MANAGER = "epc-manager"
    DEMONSTRATION = "demonstration"
    GTIN_8 = "gtin-8"
    RESTRICTED_COMPANY = "restricted-company"
    RESTRICTED_REGION = "restricted-region"
    RESERVED = "reserved"
    UNUSED = "unused"
    SERIALS = "serials"
    BOOKS = "books"
    MUSIC = "music"
    REFUND = "refund"
    COUPON_REGION = "coupon-region"
    COUPON = "coupon"
    UNASSIGNED = "unassigned"


RESTRICTED = frozenset((Use.RESTRICTED_COMPANY, Use.RESTRICTED_REGION))
"""Numbers that mean something inside one company or region only; no GTINs for open trade."""


class Words(NamedTuple):
    """One thing said in Vietnamese, English and French."""

    vi: str
    en: str
    fr: str

    def say(self, language: Language) -> str:
        """The words in one language."""
        return {"vi": self.vi, "en": self.en, "fr": self.fr}[language]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues numbers with a GS1 Prefix.

    prefix: the digits of the number that decided; first and last: the range that it lies in; organisation: its name, or "" where a use
    has none; territories: ISO 3166-1 alpha-2 codes (XK for Kosovo) of where the organisation sits, separated by spaces, or ""; territory:
    their names, or None; purpose: the use in words.
    """

    prefix: str
    first: str
    last: str
    use: Use
    organisation: str
    territories: str
    territory: Words | None
    purpose: Words


class _Range(NamedTuple):
    first: str
    last: str
    use: Use
    organisation: str
    territories: str
    territory: Words | None


class _Table:
    """Ranges by the number of digits of their bounds, longest first, and the words of the uses."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.purposes = {Use(use): Words(**words) for use, words in document["uses"].items()}
        self.prefixes = _by_length(document["prefixes"])
        self.gs1_8 = _by_length(document["gs1_8"])

    def find(self, digits: str, *, gtin8: bool) -> Issuer:
        """Who issues the numbers that begin with the digits; prefixes of GTIN-8 mean the same as others where they have no own meaning."""
        found = (_longest(self.gs1_8, digits) if gtin8 else None) or _longest(self.prefixes, digits)
        if found is None:
            prefix = digits[:3]
            found = _Range(prefix, prefix, Use.UNASSIGNED, "", "", None)
        return Issuer(digits[: len(found.first)], *found, self.purposes[found.use])


_Ranges = tuple[tuple[int, tuple[_Range, ...]], ...]


def _by_length(rows: list[dict[str, str]]) -> _Ranges:
    ranges = [_range(row) for row in rows]
    lengths = sorted({len(each.first) for each in ranges}, reverse=True)
    return tuple((length, tuple(each for each in ranges if len(each.first) == length)) for length in lengths)


def _range(row: dict[str, str]) -> _Range:
    territory = Words(row["vi"], row["en"], row["fr"]) if "en" in row else None
    return _Range(row["from"], row["to"], Use(row["use"]), row.get("organisation", ""), row.get("territories", ""), territory)


def _longest(ranges: _Ranges, digits: str) -> _Range | None:
    for length, of_length in ranges:
        beginning = digits[:length]
        for each in of_length:
            if each.first <= beginning <= each.last:
                return each
    return None


@cache
def _table() -> _Table:
    return _Table(json.loads((files("schemas") / "gs1" / "prefixes.json").read_text(encoding="utf-8")))


_DECIDING = 7  # digits of the longest GS1 Prefix


@lru_cache(maxsize=4096)
def _issuer(digits: str, *, gtin8: bool) -> Issuer:
    return _table().find(digits, gtin8=gtin8)


def issuer_of(ai: str, value: str) -> Issuer | None:
    """Who issued a key; None for an AI whose value does not begin with a company prefix.

    value: valid for the AI; a GTIN may have 8, 12, 13 or 14 digits. A number of no assigned range has an Issuer of use `unassigned`.
    Source: GS1 General Specifications 1.4.2 (GS1 Prefix) and 1.4.3 (GS1-8 Prefix).
    """
    start = company_prefix.begins_at(ai)
    if start is None:
        return None
    if company_prefix.is_gtin(ai):
        value = value.zfill(14)
        if company_prefix.has_gtin8(ai, value):
            return _issuer(value[6:9], gtin8=True)
    return _issuer(value[start : start + _DECIDING], gtin8=False)
