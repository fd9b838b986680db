"""What a barcode scanner transmits: an AIM symbology identifier and the data, and the message that a symbol must hold to be read so.

In messages `^` stands for FNC1 and `|` precedes the composite part; a plain message that begins with `^` has a backslash before it.
Source: GS1 General Specifications, symbology identifiers; ISO/IEC 15424.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.identify import check_digit, digital_link, element_string, elements
from app.identify.element_string import FNC1
from app.identify.places import counted_from
from app.identify.refusals import NoElements, NoKeyInUri, NotADigitalLink, SymbologyUnknown

Pair = tuple[str, str]

_ELEMENTS = {"]C1": "GS1_128_CCA", "]d2": "DM", "]Q3": "QR", "]e0": "DataBarExpanded", "]J1": "DotCode"}
_PLAIN = {"]d1": "DM", "]Q1": "QR", "]J0": "DotCode"}
_RETAIL = {"]E0": ("EAN13", 13), "]E4": ("EAN8", 8)}
_MATRIX = {"QR": ("]Q1", "]Q3"), "DM": ("]d1", "]d2"), "DotCode": ("]J0", "]J1")}
_LINEAR = {
    **dict.fromkeys(
        ("DataBarOmni", "DataBarTruncated", "DataBarStacked", "DataBarStackedOmni", "DataBarLimited", "DataBarExpanded"), "]e0"
    ),
    **dict.fromkeys(("GS1_128_CCA", "GS1_128_CCC"), "]C1"),
}
_RETAIL_WRITTEN = {"EAN13": ("]E0", 13), "UPCA": ("]E0", 12), "UPCE": ("]E0", 12), "EAN8": ("]E4", 8)}
_ESCAPED_FNC1 = re.compile(r"\\*\^")
_COMPOSITE = "|"
_COMPOSITE_BEGINS = "|]e0"
_GTIN = 14


@dataclass(frozen=True, slots=True)
class Scan:
    """One transmission understood.

    carrier: name of the symbology; pairs: AIs and values, of the composite part where the carrier is a retail barcode;
    gtin: 14 digits, of a retail barcode only; message: what the symbol holds.
    """

    carrier: str
    pairs: tuple[Pair, ...]
    gtin: str | None
    message: str


def parse(data: str) -> Scan:
    """What a scanner sent, with its symbology identifier; a Digital Link in a plain symbol gives its AIs, other text gives none.

    Raises SymbologyUnknown and what element strings and Digital Links raise; `position` counts from the beginning of `data`.
    """
    identifier, text = data[:3], data[3:]
    if identifier in _ELEMENTS:
        pairs = element_string.parse(data)
        return Scan(_ELEMENTS[identifier], pairs, None, "^" + text.removeprefix(FNC1).replace(FNC1, "^"))
    if identifier in _PLAIN:
        escaped = "\\" + text if _ESCAPED_FNC1.match(text) else text
        with counted_from(3):
            return Scan(_PLAIN[identifier], _linked(text), None, escaped)
    if identifier in _RETAIL:
        return _retail(data, *_RETAIL[identifier])
    raise SymbologyUnknown(found=identifier, position=0)


def build(message: str, carrier: str, *, add_check_digit: bool = False) -> str:
    """What a scanner will send for a symbol of `carrier` that holds `message`; every value is checked.

    carrier: QR, DM, DotCode, a DataBar, GS1_128_CCA or _CCC, EAN13, EAN8, UPCA, UPCE; add_check_digit: the retail number lacks it.
    """
    if carrier in _MATRIX:
        plain, structured = _MATRIX[carrier]
        if message.startswith("^"):
            return structured + _elements(message)
        return plain + (message[1:] if _ESCAPED_FNC1.match(message) else message)
    if carrier in _LINEAR:
        if not message.startswith("^"):
            raise NoElements(position=0)
        return ("]e0" if _COMPOSITE in message else _LINEAR[carrier]) + _elements(message)
    if carrier in _RETAIL_WRITTEN:
        return _written(message, carrier, add_check_digit=add_check_digit)
    raise SymbologyUnknown(found=carrier, position=0)


def _linked(text: str) -> tuple[Pair, ...]:
    """The AIs of a Digital Link; none of a text that is no web address or whose path names no key, which is a plain symbol's right."""
    try:
        link = digital_link.parse(text)
    except (NotADigitalLink, NoKeyInUri):
        return ()
    return link.path + link.attributes


def _retail(data: str, carrier: str, digits: int) -> Scan:
    primary, composite, rest = data[3:].partition(_COMPOSITE_BEGINS)
    with counted_from(3):
        check_digit.of_length(primary, (digits,), carrier)
        check_digit.check(primary, carrier)
    with counted_from(3 + digits + len(composite)):
        pairs = element_string.parse(rest) if composite else ()
    message = primary + (f"|^{rest.replace(FNC1, '^')}" if composite else "")
    return Scan(carrier, pairs, primary.zfill(_GTIN), message)


def _elements(message: str) -> str:
    """A checked message as transmitted: the composite part follows the linear one, after FNC1 where a value has variable length."""
    return element_string.build(element_string.parse(message.replace("^", FNC1)))


def _written(message: str, carrier: str, *, add_check_digit: bool) -> str:
    identifier, digits = _RETAIL_WRITTEN[carrier]
    primary, composite, rest = message.partition(_COMPOSITE)
    if primary.startswith("^01"):
        gtin = primary[3:]
        elements.check_value(elements.known("01"), gtin)
        check_digit.of_length(gtin[: _GTIN - digits].lstrip("0") + gtin[_GTIN - digits :], (digits,), carrier)
        primary = gtin[_GTIN - digits :]
    elif add_check_digit:
        primary += check_digit.digit(primary)
    check_digit.of_length(primary, (digits,), carrier)
    check_digit.check(primary, carrier)
    sent = primary.zfill(13) if identifier == "]E0" else primary
    return identifier + sent + (_COMPOSITE_BEGINS + _elements(rest) if composite else "")
