"""What an organisation, a person or a password must look like; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib.resources import files
from json import loads
from typing import Any

from app.errors import Finding, Refusal
from app.identify.gln import check_gln

TAX_CODE = re.compile(r"[0-9]{10}(-?[0-9]{3})?|[0-9]{12}")
"""10 digits for an enterprise, 13 for a dependent unit, 12 for a household (personal identification number)."""

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,24}")
_PREFIX = re.compile(r"(?!0000|02|04|2)[0-9]{4,12}")
"""4 to 12 digits (12: a number issued singly); never of GTIN-8s or of restricted circulation, which belong to nobody."""

_WEBSITE = re.compile(r"https?://[^\s/:@]+\.[^\s/:@]+(?::\d+)?(?:/\S*)?", re.IGNORECASE)
SHORTEST_DECLARED = 7
"""Digits of the shortest prefix that an organisation may declare by itself: a shorter one would claim the goods of thousands."""

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
_COMMON = {"1234567890", "password12", "matkhau123", "qwertyuiop", "0123456789", "11111111111"}

SELF_REGISTERED = ("enterprise", "household")
"""Kinds of organisation that anybody may register; the others are vouched for by the operator."""

KINDS = ("enterprise", "household", "carrier", "laboratory", "certification_body", "province", "national", "operator")


@lru_cache(maxsize=1)
def provinces() -> dict[str, str]:
    """The 34 provinces and cities by code since 1 July 2025, name in Vietnamese (schemas/vocabulary/provinces.json)."""
    table = loads((files("schemas") / "vocabulary" / "provinces.json").read_text(encoding="utf-8"))
    return {row["code"]: row["name"] for row in table["provinces"]}


def is_province(code: Any) -> bool:
    """Whether a value is the code of a province or city."""
    return isinstance(code, str) and code in provinces()


def text_findings(values: Mapping[str, Any], limits: Mapping[str, tuple[int, bool]]) -> list[Finding]:
    """Findings about text fields: missing, too long, control characters, not NFC.

    limits: field -> (most characters, required). Pointers are `/field`.
    """
    found: list[Finding] = []
    for name, (most, required) in limits.items():
        value = values.get(name)
        if value is None or value == "":
            if required:
                found.append(Finding("party.field-missing", f"/{name}", None, {"field": name}))
            continue
        if not isinstance(value, str):
            found.append(Finding("party.field-not-text", f"/{name}", str(value)[:80], {"field": name}))
        elif len(value) > most:
            params = {"field": name, "limit": most, "length": len(value)}
            found.append(Finding("party.field-too-long", f"/{name}", value[:40], params))
        elif any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t\r" for char in value):
            found.append(Finding("party.field-control-character", f"/{name}", repr(value[:40]), {"field": name}))
    return found


_ORGANISATION = {
    "name": (200, True), "tax_code": (20, False), "gln": (13, False), "address": (300, False), "commune": (80, False), "phone": (30, False),
    "website": (200, False),
}  # fmt: skip


def check_organisation(values: Mapping[str, Any]) -> list[Finding]:
    """Findings about an organisation's own data."""
    found = text_findings(values, _ORGANISATION)
    if found:
        return found
    tax = values.get("tax_code")
    if tax and not TAX_CODE.fullmatch(tax):
        found.append(Finding("party.tax-code", "/tax_code", tax))
    if values.get("gln"):
        found += _key_finding("/gln", values["gln"])
    province = values.get("province")
    if province and not is_province(province):
        found.append(Finding("party.province", "/province", str(province)[:20]))
    prefix = values.get("prefix")
    if prefix:
        found += check_prefix(prefix)
    website = values.get("website")
    if website and not _WEBSITE.fullmatch(website):
        found.append(Finding("party.website", "/website", website[:80]))
    kind = values.get("kind") or "enterprise"
    if kind not in KINDS:
        found.append(Finding("party.kind", "/kind", str(kind)[:20], {"kinds": ", ".join(KINDS)}))
    return found


def _key_finding(pointer: str, gln: str) -> list[Finding]:
    try:
        check_gln(gln)
    except Refusal as refusal:
        return [Finding(refusal.code, pointer, gln, refusal.params)]
    return []


def check_self_registered(values: Mapping[str, Any]) -> list[Finding]:
    """Findings about the kind of an organisation that registers itself: nobody becomes an authority by filling in a form."""
    kind = values.get("kind") or SELF_REGISTERED[0]
    if kind in SELF_REGISTERED:
        return []
    return [Finding("party.kind", "/kind", str(kind)[:20], {"kinds": ", ".join(SELF_REGISTERED)})]


def check_prefix(prefix: Any) -> list[Finding]:
    """Findings about the form of a company prefix."""
    if isinstance(prefix, str) and _PREFIX.fullmatch(prefix):
        return []
    return [Finding("party.prefix", "/prefix", str(prefix)[:20])]


def check_declared(prefix: Any, held: Collection[str] = ()) -> list[Finding]:
    """Findings about a prefix that an organisation declares by itself, of the form of one; held: those it has already."""
    if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix) or len(prefix) >= SHORTEST_DECLARED or prefix in held:
        return []
    return [Finding("party.prefix-short", "/prefix", prefix, {"shortest": SHORTEST_DECLARED})]


def check_person(values: Mapping[str, Any]) -> list[Finding]:
    """Findings about a new account: name, e-mail, password."""
    found = text_findings(values, {"person_name": (120, True), "email": (254, True), "password": (LONGEST_PASSWORD, True)})
    if found:
        return found
    if not _EMAIL.fullmatch(values["email"]):
        found.append(Finding("party.email", "/email", values["email"][:80]))
    password = values["password"]
    if len(password) < SHORTEST_PASSWORD or password.casefold() in _COMMON or len(set(password)) < 4:  # "aaaa…"
        found.append(Finding("party.password-weak", "/password", None, {"shortest": SHORTEST_PASSWORD}))
    return found
