"""What products, places and lots must look like, whose numbers they may carry, and how complete a product's data are; pure.

Whose number may be registered (app/decisions/0007-whose-numbers.md): one that begins with a company prefix of the organisation. An
organisation without any prefix, as most household producers are, may use numbers for restricted circulation (GS1 prefixes 02, 04 and 2:
unique within this installation only) and the demonstration prefix 952. A GTIN-8 is issued one by one, so no prefix can show whose it is: it
is taken on its owner's word. A number under a prefix that another organisation has registered is refused to everybody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from app.errors import Finding, Refusal
from app.identify import check_digit
from app.identify.escape import DOTS
from app.identify.gln import check_gln
from app.identify.gtin import gtin14
from app.identify.linters import cset82
from app.party.rules import is_province, text_findings

PRODUCT_FIELDS = {
    "name": (200, True), "brand": (120, False), "model": (120, False), "description": (2000, False), "net_content": (80, False),
    "shelf_life": (120, False), "standards": (500, False), "origin": (200, False), "warnings": (1000, False),
}  # fmt: skip
"""Field of a product by most characters and whether it must be there."""

PLACE_FIELDS = {"name": (200, True), "commune": (80, False), "address": (300, False)}
LOT_FIELDS = {"note": (500, False), "place_uri": (300, False)}

PLACE_KINDS = (
    "orchard", "garden", "farm", "pond", "vessel", "collection", "yard", "treatment", "packhouse", "factory", "warehouse", "depot", "port",
    "shop", "laboratory", "office", "other",
)  # fmt: skip

UNITS = ("KGM", "GRM", "TNE", "LTR", "MLT", "H87", "MTR", "MTK")
"""Units offered on pages, UN/ECE Recommendation 20: kg, g, t, l, ml, piece, m, m²; programs may send any code of its form."""

LONGEST_LOT = 20
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)  # Python also reads 20260612 and 2026-W24-5
_UNIT = re.compile(r"[A-Z0-9]{2,3}")
_QUANTITY = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,6})?")
_DEMONSTRATION = "952"
_RESTRICTED = ("02", "04", "2")
_GTIN_8 = "000000"


def issuer_digits(gtin: str) -> str:
    """The part of a 14-digit GTIN that begins with the company prefix: what follows the indicator."""
    return gtin[1:]


def number_finding(pointer: str, key: str, digits: str, prefixes: Sequence[str], holder: int | None, party_id: int) -> Finding | None:
    """What is wrong with an organisation using a number, None when it may.

    key: as people know it; digits: the part that begins with the company prefix; prefixes: the organisation's own; holder: whose registered
    prefix the digits begin with, the longest wins.
    """
    if holder == party_id:
        return None
    if holder is not None:
        return Finding("catalogue.number-of-another", pointer, key, {"key": key})
    if prefixes:
        return Finding("catalogue.number-not-yours", pointer, key, {"key": key, "prefixes": ", ".join(prefixes)})
    if digits.startswith((_DEMONSTRATION, *_RESTRICTED)):
        return None
    return Finding("catalogue.number-needs-prefix", pointer, key, {"key": key})


def is_gtin_8(gtin: str) -> bool:
    """Whether a 14-digit GTIN was issued as a GTIN-8."""
    return gtin.startswith(_GTIN_8)


def next_gtin(prefix: str, used: Sequence[str]) -> str | None:
    """The lowest free GTIN-13 under a company prefix (4 to 11 digits) as 14 digits, None when all are used; used: 14 digits each."""
    width = 12 - len(prefix)
    if width < 1:
        return None
    taken = {int(gtin[1 + len(prefix) : 13]) for gtin in used}
    free = next((reference for reference in range(1, 10**width) if reference not in taken), None)
    if free is None:
        return None
    body = f"0{prefix}{free:0{width}d}"
    return body + check_digit.digit(body)


def _key(check: Callable[[str], str], text: Any, pointer: str) -> Finding | None:
    """The finding of a GS1 key that is malformed, None for a good one."""
    if not isinstance(text, str) or not text:
        return Finding("party.field-missing", pointer, None, {"field": pointer[1:]})
    try:
        check(text)
    except Refusal as refusal:
        return Finding(refusal.code, pointer, text[:40], refusal.params)
    return None


def check_product(values: Mapping[str, Any], *, new: bool = True) -> list[Finding]:
    """Findings about a product's data; `new` also asks for a GTIN of 8, 12, 13 or 14 digits with its check digit."""
    gtin = _key(gtin14, values.get("gtin"), "/gtin") if new else None
    return ([gtin] if gtin else []) + text_findings(values, PRODUCT_FIELDS)


def check_place(values: Mapping[str, Any]) -> list[Finding]:
    """Findings about a place: name, kind, province, GLN when it has one."""
    found = text_findings(values, PLACE_FIELDS)
    gln = _key(check_gln, values["gln"], "/gln") if values.get("gln") else None
    if gln:
        found.append(gln)
    if values.get("kind") not in PLACE_KINDS:
        found.append(Finding("catalogue.place-kind", "/kind", str(values.get("kind"))[:40], {"kinds": ", ".join(PLACE_KINDS)}))
    province = values.get("province")
    if province and not is_province(province):
        found.append(Finding("party.province", "/province", str(province)[:20]))
    return found


def check_lot(values: Mapping[str, Any]) -> list[Finding]:
    """Findings about a batch: number (AI 10: 1 to 20 characters of set 82), days, quantity with its unit."""
    return _lot_number(values.get("lot")) + text_findings(values, LOT_FIELDS) + _days(values) + _quantity(values)


def _lot_number(lot: Any) -> list[Finding]:
    if not isinstance(lot, str) or not lot:
        return [Finding("party.field-missing", "/lot", None, {"field": "lot"})]
    if len(lot) > LONGEST_LOT:
        return [Finding("catalogue.lot-too-long", "/lot", lot[:40], {"limit": LONGEST_LOT, "length": len(lot)})]
    fault = cset82(lot)
    if lot in DOTS:
        return [Finding("identify.dots-alone", "/lot", lot, {"given": lot})]
    if fault is not None:
        return [Finding("catalogue.lot-character", "/lot", lot, {"found": lot[fault.position], "place": fault.position + 1})]
    return []


def _days(values: Mapping[str, Any]) -> list[Finding]:
    days: dict[str, date] = {}
    found = []
    for name in ("produced_on", "expires_on"):
        text = values.get(name)
        if not text:
            continue
        try:
            days[name] = date.fromisoformat(text if isinstance(text, str) and _DAY.fullmatch(text) else "-")
        except ValueError:
            found.append(Finding("catalogue.not-a-day", f"/{name}", str(text)[:40], {"field": name}))
    if len(days) == 2 and days["expires_on"] < days["produced_on"]:
        made, ends = values["produced_on"], values["expires_on"]
        found.append(Finding("catalogue.expires-before-made", "/expires_on", ends, {"produced": made, "expires": ends}))
    return found


def _quantity(values: Mapping[str, Any]) -> list[Finding]:
    quantity, unit = values.get("quantity"), values.get("uom")
    if quantity in (None, ""):
        return []
    if not _QUANTITY.fullmatch(str(quantity)) or not Decimal(str(quantity).replace(",", ".")):
        return [Finding("catalogue.quantity", "/quantity", str(quantity)[:40])]
    if not (isinstance(unit, str) and _UNIT.fullmatch(unit)):
        return [Finding("catalogue.unit", "/uom", None if unit is None else str(unit)[:20], {"units": ", ".join(UNITS)})]
    return []


class Stage(NamedTuple):
    """What is known of one event in the life of a product: code of the product, URI of the place, time."""

    item: str | None
    place: str | None
    time: str | None


ITEMS = ("name", "image", "producer", "address", "stages", "time", "code", "brand", "shelf_life", "standards")
"""The ten data items of Circular 02/2024/TT-BKHCN in their order."""


def _of(source: Any, name: str) -> Any:
    if source is None:
        return None
    return source.get(name) if isinstance(source, Mapping) else getattr(source, name, None)


def ten_items(product: Any, lot: Any, party: Any, stages: Sequence[Stage]) -> list[tuple[str, bool, str]]:
    """The ten data items of a product as (key, present, why): `why` is a key of words, what is known or what to do about it.

    product, lot, party: rows or mappings, lot None for a product seen without one batch; stages: events known of it. Items 8 and 9 count
    when they are filled in, also with "none": silence does not tell whether there is a brand or a shelf life.
    Source: Circular 02/2024/TT-BKHCN as reported.
    """
    known = {
        "name": bool(_of(product, "name")),
        "image": bool(_of(product, "has_image") or _of(product, "image")),
        "producer": bool(_of(party, "name")),
        "address": bool(_of(party, "address") or (_of(party, "commune") and _of(party, "province"))),
        "stages": bool(stages) and all(stage.item and stage.place and stage.time for stage in stages),
        "time": bool(_of(lot, "produced_on")),
        "code": bool(_of(product, "gtin")),
        "brand": bool(_of(product, "brand") or _of(product, "model")),
        "shelf_life": bool(_of(product, "shelf_life") or _of(lot, "expires_on")),
        "standards": bool(_of(product, "standards")),
    }
    return [(key, known[key], f"catalogue.{'has' if known[key] else 'lacks'}_{key}") for key in ITEMS]
