"""What a decoded symbol says in GS1's language, where it speaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.errors import Invalid
from scanner.reading import CODE_128, DATA_MATRIX, EAN_8, EAN_13, ITF_14, QR, UPC_E

if TYPE_CHECKING:
    from app.identify.read import Identified
    from scanner.reading import Reading

_ELEMENT_STRINGS = frozenset({"]C1", "]d2", "]Q3", "]e0", "]J1"})
"""AIM identifiers of symbols whose data are GS1 element strings. Source: GS1 General Specifications, section 7.8.2."""
_TRADE_ITEMS = frozenset({EAN_13, EAN_8, UPC_E, ITF_14})
_FNC1 = "\x1d"


def meaning(reading: Reading) -> Identified | None:
    """What app.identify makes of a reading, None when its data are not GS1's or break GS1's rules.

    Plain Code 128, Data Matrix and QR are GS1 only as a Digital Link. A decoder that cannot tell Code 128 from GS1-128 is taken to
    have read GS1-128 when the text begins with a trade item or a logistic unit: any digits would parse as some element string.
    """
    text = _in_gs1(reading)
    if text is None:
        return None
    from app.identify.read import identify

    try:
        identified = identify(text)
    except Invalid:  # a GTIN of another issuer's private range, a link that is no Digital Link, a wrong check digit: no meaning
        return None
    return identified if identified.path else None


def _in_gs1(reading: Reading) -> str | None:
    """The text to identify, or None when the symbol does not claim to be GS1's."""
    if reading.symbology in _TRADE_ITEMS or reading.identifier in _ELEMENT_STRINGS:
        return reading.text.removeprefix(_FNC1)
    if reading.symbology in {QR, DATA_MATRIX} and reading.text.lower().startswith(("https://", "http://")):
        return reading.text
    if reading.symbology == CODE_128 and reading.identifier is None and reading.text.lstrip(_FNC1).startswith(("00", "01")):
        return reading.text.removeprefix(_FNC1)
    return None


def gs1(reading: Reading) -> dict[str, Any] | None:
    """The meaning as JSON values: kind, path and attributes as [AI, value] pairs, canonical URI; None without one."""
    identified = meaning(reading)
    if identified is None:
        return None
    return {
        "kind": identified.kind,
        "path": [list(pair) for pair in identified.path],
        "attributes": [list(pair) for pair in identified.attributes],
        "canonical": identified.canonical,
    }
