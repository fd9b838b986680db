"""What a barcode scanner transmits: an AIM symbology identifier and the data, and the message that a symbol must hold to be read so.

In messages `^` stands for FNC1 and `|` precedes the composite part; a plain message that begins with `^` has a backslash before it.
Source: GS1 General Specifications, symbology identifiers; ISO/IEC 15424.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.identify import check_digit, digital_link, element_string
from app.identify.ai_rule import RULES
from app.identify.digital_link import DigitalLink
from app.identify.element_string import FNC1
from app.identify.places import counted_from
from app.identify.refusals import NoElements, NotADigitalLink, SymbologyUnknown, WrongCharacter, WrongFormat

Pair = tuple[str, str]

_ELEMENTS = {"]C1": "GS1_128_CCA", "]d2": "DM", "]Q3": "QR", "]e0": "DataBarExpanded", "]J1": "DotCode"}
_PLAIN = {"]d1": "DM", "]Q1": "QR", "]J0": "DotCode"}
_RETAIL = {"]E0": ("EAN13", 13), "]E4": ("EAN8", 8)}
_CASE = "]I1"
_MATRIX = {"QR": ("]Q1", "]Q3"), "DM": ("]d1", "]d2"), "DotCode": ("]J0", "]J1")}
_LINEAR = {"DataBarExpanded": "]e0", "GS1_128_CCA": "]C1", "GS1_128_CCC": "]C1"}
_GTIN_ONLY = frozenset(("DataBarOmni", "DataBarTruncated", "DataBarStacked", "DataBarStackedOmni", "DataBarLimited"))
_RETAIL_WRITTEN = {"EAN13": ("]E0", 13), "UPCA": ("]E0", 12), "UPCE": ("]E0", 12), "EAN8": ("]E4", 8)}
_ESCAPED_FNC1 = re.compile(r"\\*\^")
_COMPOSITE = "|"
_COMPOSITE_BEGINS = "|]e0"
_GTIN = 14
_LIMITED = "19999999999999"  # the largest number of a DataBar Limited symbol


@dataclass(frozen=True, slots=True)
class Scan:
    """One transmission understood.

    carrier: name of the symbology; pairs: AIs and values, of the composite part where the carrier is a retail barcode;
    gtin: 14 digits, of a retail barcode only (an ITF-14 has its number among the pairs); message: what the symbol holds.
    """

    carrier: str
    pairs: tuple[Pair, ...]
    gtin: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Transmission:
    """A scan with the Digital Link that a plain symbol held, if it was one."""

    scan: Scan
    link: DigitalLink | None


def parse(data: str) -> Scan:
    """What a scanner sent, with its symbology identifier; a Digital Link in a plain symbol gives its AIs, other text gives none.

    Raises SymbologyUnknown and what element strings and Digital Links raise; `position` counts from the beginning of `data`.
    """
    return read(data).scan


def read(data: str, *, associations: bool = True, unknown: bool = False, how: digital_link.Reading = digital_link.STRICT) -> Transmission:
    """As `parse`, with how strictly AIs are read; a web address in a plain symbol must be a Digital Link."""
    identifier, text = data[:3], data[3:]
    if identifier in _ELEMENTS:
        pairs = _elements(data, 3, associations=associations, unknown=unknown)
        return Transmission(Scan(_ELEMENTS[identifier], pairs, None, "^" + text.replace(FNC1, "^")), None)
    if identifier in _PLAIN:
        escaped = "\\" + text if _ESCAPED_FNC1.match(text) else text
        with counted_from(3):
            link = _linked(text, how)
        pairs = () if link is None else link.path + link.attributes
        return Transmission(Scan(_PLAIN[identifier], pairs, None, escaped), link)
    if identifier in _RETAIL:
        return Transmission(_retail(data, *_RETAIL[identifier], associations=associations, unknown=unknown), None)
    if identifier == _CASE:
        with counted_from(3):
            check_digit.of_length(text, (_GTIN,), "ITF-14")
            check_digit.check(text, "ITF-14")
        return Transmission(Scan("ITF14", (("01", text),), None, text), None)
    raise SymbologyUnknown(found=identifier, position=0, length=len(identifier))


def build(message: str, carrier: str, *, add_check_digit: bool = False) -> str:
    """What a scanner will send for a symbol of `carrier` that holds `message`; every value is checked.

    carrier: QR, DM, DotCode, a DataBar, GS1_128_CCA or _CCC, EAN13, EAN8, UPCA, UPCE; add_check_digit: the number of a DataBar or a retail
    symbol lacks it. A matrix symbol has no composite part: elements after `|` are refused there, never left out.
    """
    primary, sign, composite = message.partition(_COMPOSITE)
    _check_message(message, primary, composite if sign else None)
    if carrier in _MATRIX:
        plain, structured = _MATRIX[carrier]
        if message.startswith("^"):
            if sign:
                raise WrongFormat(ai="", found=_COMPOSITE, position=len(primary), length=1, rule="no-composite-part")
            return structured + _sent(message)
        return plain + (message[1:] if _ESCAPED_FNC1.match(message) else message)
    if carrier in _LINEAR:
        if not message.startswith("^"):
            raise NoElements(position=0, length=0)
        return ("]e0" if sign else _LINEAR[carrier]) + _joined(primary, composite if sign else None)
    if carrier in _GTIN_ONLY:
        number = _primary(primary.removeprefix("^01"), carrier, _GTIN, add_check_digit=add_check_digit)
        if carrier == "DataBarLimited" and number > _LIMITED:
            raise WrongFormat(ai="01", found=number[0], position=0, length=1, rule="number-too-large")
        return "]e001" + number + _sent(composite)
    if carrier in _RETAIL_WRITTEN:
        identifier, digits = _RETAIL_WRITTEN[carrier]
        number = primary.removeprefix("^01" + "0" * (_GTIN - digits))
        number = _primary(number, carrier, digits, add_check_digit=add_check_digit)
        sent = number.zfill(13) if identifier == "]E0" else number
        return identifier + sent + (_COMPOSITE_BEGINS + _sent(composite) if sign else "")
    raise SymbologyUnknown(found=carrier, position=0, length=0)


def carrier_of_plain(identifier: str) -> str | None:
    """The symbology that an identifier names when its symbol holds plain text, or None."""
    return _PLAIN.get(identifier)


def _linked(text: str, how: digital_link.Reading) -> DigitalLink | None:
    """The Digital Link of a plain symbol; None of a text that is no web address, which is a plain symbol's right."""
    try:
        return digital_link.parse(text, how)
    except NotADigitalLink:
        return None


def _elements(data: str, start: int, *, associations: bool, unknown: bool) -> tuple[Pair, ...]:
    """The elements after a symbology identifier, which stands for the first FNC1; `^` would be taken for FNC1 and is in no value."""
    caret = data.find("^", start)
    if caret >= 0:
        raise WrongCharacter(ai="", found="^", position=caret, length=1, rule="fnc1-as-data")
    return element_string.read_raw(data, start, associations=associations, unknown=unknown, composite=False).pairs


def _retail(data: str, carrier: str, digits: int, *, associations: bool, unknown: bool) -> Scan:
    end = 3 + digits
    rest = data[end:]
    primary = data[3:end] if rest.startswith(_COMPOSITE_BEGINS) else data[3:]
    with counted_from(3):
        check_digit.of_length(primary, (digits,), carrier)
        check_digit.check(primary, carrier)
    begins = end + len(_COMPOSITE_BEGINS)
    pairs = _elements(data, begins, associations=associations, unknown=unknown) if rest else ()
    message = primary + (f"|^{data[begins:].replace(FNC1, '^')}" if rest else "")
    return Scan(carrier, pairs, primary.zfill(_GTIN), message)


def _check_message(message: str, primary: str, composite: str | None) -> None:
    """Refuse a message whose elements are wrong, or that is a web address and no Digital Link."""
    try:
        digital_link.parse(message)
    except NotADigitalLink:
        pass
    else:
        return
    if message.startswith("^"):
        element_string.read_raw(message.replace("^", FNC1), 1)
    elif composite is not None:
        with counted_from(len(primary) + 1):
            if not composite.startswith("^"):
                raise NoElements(position=0, length=0)
            element_string.read_raw(composite.replace("^", FNC1), 1, composite=False)


def _sent(message: str) -> str:
    """A message as transmitted: the first FNC1 is told by the symbology identifier or by what stands before."""
    return message.removeprefix("^").replace("^", FNC1)


def _joined(primary: str, composite: str | None) -> str:
    """Linear and composite part as transmitted, FNC1 between them where the last value before has variable length."""
    if composite is None:
        return _sent(primary)
    rule = RULES[element_string.read_raw(primary.replace("^", FNC1), 1, associations=False).pairs[-1][0]]
    return _sent(primary) + ("" if rule is not None and rule.fixed else FNC1) + _sent(composite)


def _primary(number: str, carrier: str, digits: int, *, add_check_digit: bool) -> str:
    """The number of a symbol with its check digit, which is made or checked."""
    check_digit.of_length(number, (digits - add_check_digit,), carrier)
    if add_check_digit:
        return number + check_digit.digit(number)
    check_digit.check(number, carrier)
    return number
