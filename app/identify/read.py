"""Whatever people type, paste or scan, understood as one GS1 key with its qualifiers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import Invalid
from app.identify import check_digit, digital_link, element_string, epc_urn, gtin, keys, scan_data, sscc
from app.identify.places import counted_from
from app.identify.refusals import NoKey, NotRecognised

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Identified:
    """One thing named.

    kind: GTIN, SSCC, GLN and so on; path: AI and value, the key first; attributes: the other AIs; canonical: the canonical Digital Link
    of the path, without attributes.
    """

    kind: str
    path: tuple[Pair, ...]
    attributes: tuple[Pair, ...]
    canonical: str


_SPACES = " \t\r\n\u00a0\u2009\u202f"  # not U+001D, which Python too counts as white space: it is FNC1
_FNC1_WRITTEN = str.maketrans("^\u241d", "\x1d\x1d")  # what keyboards and logs show in its place; in no value either is allowed
_BEFORE_BRACKET = re.compile(
    rf"[{_SPACES}]+(?=\()|(?<=[0-9]\))[{_SPACES}]+(?=[^(\s])"
)  # beside brackets only: inside a value a space is a mistake
_BETWEEN_DIGITS = re.compile(rf"(?<=[0-9])[{_SPACES}.\-\u2010-\u2015]+(?=[0-9])")
_SEPARATED_DIGITS = re.compile(rf"[0-9]+(?:[{_SPACES}.\-\u2010-\u2015]+[0-9]+)*")
_NOTHING = re.compile(r"(?!)")
_LEGACY = digital_link.Reading(short_gtin=True)
_GTINS = (8, 12, 13, 14)
_SSCC = 18
_ELEMENT_STRING = re.compile(r"[0-9]{2,4}\S")
_SHORTEST_ELEMENTS = 16  # 01 and a GTIN


def identify(text: str) -> Identified:
    """The key that a text names, in any spelling that a scanner, a label or a person gives it.

    Digital Link (any domain, GTIN of 8 to 14 digits), EPC URN, element string with or without symbology identifier (FNC1, `^` or U+241D),
    AIs in brackets with or without spaces, plain GTIN-8, -12, -13, -14 or SSCC with spaces or hyphens. Thirteen digits are a GTIN.
    Raises kinds of Invalid whose `position` counts from the beginning of `text`.
    """
    start = len(text) - len(text.lstrip(_SPACES))
    trimmed = text.strip(_SPACES)
    if not trimmed:
        raise NotRecognised(position=0)
    reader, dropped = _reader_of(trimmed)
    kept, places = _without(trimmed, dropped)
    try:
        return reader(kept)
    except Invalid as refusal:
        position = refusal.params.get("position")
        if isinstance(position, int):
            refusal.params["position"] = start + (places[position] if 0 <= position < len(places) else len(trimmed))
        raise


def _reader_of(text: str) -> tuple[Callable[[str], Identified], re.Pattern[str]]:
    """Who reads such a text, and what is only decoration in it."""
    if text[:4].lower() == "http":
        return _link, _NOTHING
    if text[:4].lower() == "urn:":
        return _urn, _NOTHING
    if text.startswith("]"):
        return _scan, _NOTHING
    if text.startswith("("):
        return _elements, _BEFORE_BRACKET
    if _SEPARATED_DIGITS.fullmatch(text):
        return _digits, _BETWEEN_DIGITS
    if _ELEMENT_STRING.match(text) or text[0] in "^\x1d\u241d":
        return _elements, _NOTHING
    raise NotRecognised(position=0)


def _without(text: str, dropped: re.Pattern[str]) -> tuple[str, list[int]]:
    """A text without its decoration, and where each remaining character stood."""
    places: list[int] = []
    end = 0
    for match in dropped.finditer(text):
        places.extend(range(end, match.start()))
        end = match.end()
    places.extend(range(end, len(text)))
    return dropped.sub("", text), places


def _link(text: str) -> Identified:
    link = digital_link.parse(text, _LEGACY)
    return _named(link.path, link.attributes)


def _urn(text: str) -> Identified:
    link = digital_link.parse(epc_urn.to_canonical(text), _LEGACY)
    return _named(link.path, link.attributes)


def _scan(text: str) -> Identified:
    if text.startswith("]I1"):
        with counted_from(3):
            return _named((("01", gtin.gtin14(text[3:])),), ())
    scan = scan_data.parse(text.translate(_FNC1_WRITTEN) if text[:3] in element_string.SYMBOLOGIES else text)
    if scan.gtin is not None:
        return _named((("01", scan.gtin),), scan.pairs)
    return _from_pairs(scan.pairs)


def _elements(text: str) -> Identified:
    return _from_pairs(element_string.parse(text.translate(_FNC1_WRITTEN)))


def _digits(text: str) -> Identified:
    if len(text) in _GTINS:
        return _named((("01", gtin.gtin14(text)),), ())
    if len(text) == _SSCC:
        return _named((("00", sscc.check_sscc(text)),), ())
    if len(text) >= _SHORTEST_ELEMENTS:
        return _elements(text)
    check_digit.of_length(text, _GTINS, "GTIN")
    raise NotRecognised(position=0)


def _from_pairs(pairs: tuple[Pair, ...]) -> Identified:
    key = next((pair for pair in pairs if pair[0] in keys.QUALIFIERS), None)
    if key is None:
        raise NoKey(position=0)
    path = tuple(digital_link.longest_path(key, dict(reversed(pairs))))
    return _named(path, tuple(dict.fromkeys(pair for pair in pairs if pair not in path)))


def _named(path: tuple[Pair, ...], attributes: tuple[Pair, ...]) -> Identified:
    how = digital_link.Reading(associations=False)  # they were looked at where the text was read, with the attributes
    return Identified(keys.NAMES[path[0][0]], path, attributes, digital_link.build(path, stem=digital_link.CANONICAL_STEM, how=how))
