"""Whatever people type, paste or scan, understood as one GS1 key with its qualifiers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from app.errors import Invalid
from app.identify import (
    check_digit,
    compression,
    digital_link,
    element_string,
    epc_binary,
    epc_urn,
    gtin,
    keys,
    packed,
    scan_data,
    sscc,
)
from app.identify.escape import escape_path
from app.identify.item_key import old_path
from app.identify.places import counted_from
from app.identify.refusals import NoKey, NoKeyInUri, NotRecognised
from app.identify.spellings import DEFAULT, Options

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


class Spelling(StrEnum):
    """The ways in which an identifier may be written."""

    LINK = "link"
    COMPRESSED = "compressed"
    EPC_BINARY = "epc_binary"
    URN = "urn"
    SCAN = "scan"
    BRACKETED = "bracketed"
    ELEMENTS = "elements"
    DIGITS = "digits"


SPACES = " \t\r\n\u00a0\u2009\u202f"  # not U+001D, which Python too counts as white space: it is FNC1
_FNC1_WRITTEN = str.maketrans("^\u241d", "\x1d\x1d")  # what keyboards and logs show in its place; in no value either is allowed
BESIDE_BRACKETS = re.compile(
    rf"[{SPACES}]+(?=\()|(?<=[0-9]\))[{SPACES}]+(?=[^(\s])"
)  # beside brackets only: inside a value a space is a mistake
BETWEEN_DIGITS = re.compile(rf"(?<=[0-9])[{SPACES}.\-\u2010-\u2015]+(?=[0-9])")
_SEPARATED_DIGITS = re.compile(rf"[0-9]+(?:[{SPACES}.\-\u2010-\u2015]+[0-9]+)*")
_LEGACY = digital_link.Reading(short_gtin=True)
_MATRIX = ("]Q1", "]d1", "]J0")  # QR Code, Data Matrix and DotCode that hold plain text
_GTINS = (8, 12, 13, 14)
_SSCC = 18
_ELEMENT_STRING = re.compile(r"[0-9]{2,4}\S")
_BEGINNINGS = {
    "]": Spelling.SCAN,
    "(": Spelling.BRACKETED,
    "^": Spelling.ELEMENTS,
    "\x1d": Spelling.ELEMENTS,
    "\u241d": Spelling.ELEMENTS,
}
_SCHEMES = {"http": Spelling.LINK, "urn:": Spelling.URN}
_SHORTEST_ELEMENTS = 16  # 01 and a GTIN


def identify(text: str, options: Options = DEFAULT) -> Identified:
    """The key that a text names, in any spelling that a scanner, a label or a person gives it.

    Digital Link (any domain, GTIN of 8 to 14 digits, also compressed or with an EPC binary string), EPC URN, EPC binary string, element
    string with or without symbology identifier (FNC1, `^` or U+241D), AIs in brackets with or without spaces, plain GTIN-8, -12, -13,
    -14 or SSCC with spaces or hyphens. Thirteen digits are a GTIN. Raises kinds of Invalid whose `position` counts from the beginning
    of `text`.
    """
    trimmed = text.strip(SPACES)
    if not trimmed:
        raise NotRecognised(position=0)
    reader, dropped = _READERS[beginning(trimmed)]
    kept, places = (trimmed, None) if dropped is None else without(trimmed, dropped)
    try:
        return reader(kept, options)
    except Invalid as refusal:
        position = refusal.params.get("position")
        if isinstance(position, int):
            start = len(text) - len(text.lstrip(SPACES))
            place = position if places is None else places[position] if 0 <= position < len(places) else len(trimmed)
            refusal.params["position"] = start + max(0, min(place, len(trimmed)))
        raise


def spelling_of(text: str) -> Spelling:
    """How a text that `identify` takes is written. Raises NotRecognised."""
    trimmed = text.strip(SPACES)
    if not trimmed:
        raise NotRecognised(position=0)
    found = beginning(trimmed)
    if found is Spelling.DIGITS and len(kept(trimmed)) not in (*_GTINS, _SSCC):
        return Spelling.ELEMENTS
    return _inside_link(trimmed) if found is Spelling.LINK else found


def kept(text: str) -> str:
    """A text without the spaces around it, and without the decoration that its spelling allows."""
    trimmed = text.strip(SPACES)
    _, dropped = _READERS[beginning(trimmed)]
    return trimmed if dropped is None else dropped.sub("", trimmed)


def beginning(text: str) -> Spelling:
    """How a text is written, by its beginning; a web address counts as a Digital Link."""
    begun = _BEGINNINGS.get(text[0])
    if begun is not None:
        return begun
    if _SEPARATED_DIGITS.fullmatch(text):
        return Spelling.DIGITS
    if _ELEMENT_STRING.match(text):
        return Spelling.ELEMENTS
    if packed.EPC_BINARY.fullmatch(text):
        return Spelling.EPC_BINARY
    scheme = _SCHEMES.get(text[:4].lower())
    if scheme is None:
        raise NotRecognised(position=0)
    return scheme


def _inside_link(uri: str) -> Spelling:
    """Whether a web address holds its identifier plainly, compressed or as an EPC binary string."""
    try:
        digital_link.parse(uri, _LEGACY)
    except NoKeyInUri:
        segment = packed.last_segment(uri)[1]
        if packed.EPC_BINARY.fullmatch(segment):
            return Spelling.EPC_BINARY
        return Spelling.COMPRESSED if compression.looks_compressed(segment) else Spelling.LINK
    except Invalid:
        return Spelling.LINK
    return Spelling.LINK


def without(text: str, dropped: re.Pattern[str]) -> tuple[str, list[int]]:
    """A text without its decoration, and where each remaining character stood."""
    places: list[int] = []
    end = 0
    for match in dropped.finditer(text):
        places.extend(range(end, match.start()))
        end = match.end()
    places.extend(range(end, len(text)))
    return dropped.sub("", text), places


def _link(uri: str, options: Options) -> Identified:
    how = _LEGACY if options is DEFAULT else _lenient(options)
    try:
        link = digital_link.parse(uri, how)
    except NoKeyInUri:
        unpacked = packed.unpack(uri, how)
        if unpacked is None:
            path = old_path(uri)
            if path is None:
                raise
            return named((("01", gtin.gtin14(path[0][1])) if path[0][0] == "01" else path[0], *path[1:]), ())
        link = unpacked
    return named(link.path, link.attributes)


def _lenient(options: Options) -> digital_link.Reading:
    unknown = options.unknown_ais and options.unknown_attributes
    return digital_link.Reading(short_gtin=True, associations=options.requisites, unknown=unknown)


def read_epc_link(uri: str) -> Identified:
    """What a web address that ends in an EPC binary string names, with the AIs of its query. Raises kinds of Invalid."""
    link = packed.unpack_epc(uri, _LEGACY)
    return named(link.path, link.attributes)


def read_epc_binary(segment: str, options: Options = DEFAULT) -> Identified:  # noqa: ARG001  # no AI can be missing or unknown there
    """The key of an EPC binary string, `eh…` or `ex…`. Raises kinds of Invalid."""
    found = epc_binary.parse(segment)
    return named(found.path, found.attributes)


def read_urn(text: str, options: Options = DEFAULT) -> Identified:  # noqa: ARG001  # as above
    """The key of an EPC URN. Raises NotAnEpcUrn."""
    start = len("urn:epc:")  # the case of a URN's namespace says nothing (RFC 8141, 3.1)
    link = digital_link.parse(epc_urn.to_canonical(text[:start].lower() + text[start:]), _LEGACY)
    return named(link.path, link.attributes)


def with_fnc1(text: str) -> str:
    """What a scanner sent, where FNC1 may be written `^` or U+241D: in an element string neither can be data."""
    return text.translate(_FNC1_WRITTEN) if text[:3] in element_string.SYMBOLOGIES else text


def _scan(text: str, options: Options) -> Identified:
    if text[:3] in _MATRIX and text[3:7].lower() == "http":
        with counted_from(3):
            return _link(text[3:], options)
    scan = scan_data.parse(with_fnc1(text))
    if scan.gtin is not None:
        return named((("01", scan.gtin),), scan.pairs)
    return _from_pairs(scan.pairs)


def _elements(text: str, options: Options = DEFAULT) -> Identified:
    written = text.translate(_FNC1_WRITTEN)
    return _from_pairs(element_string.parse(written, associations=options.requisites, unknown=options.unknown_ais))


def _digits(text: str, options: Options = DEFAULT) -> Identified:
    if len(text) in _GTINS:
        return named((("01", gtin.gtin14(text)),), ())
    if len(text) == _SSCC:
        return named((("00", sscc.check_sscc(text)),), ())
    if len(text) >= _SHORTEST_ELEMENTS:
        return _elements(text, options)
    check_digit.of_length(text, _GTINS, "GTIN")
    raise NotRecognised(position=0)


_READERS: dict[Spelling, tuple[Callable[[str, Options], Identified], re.Pattern[str] | None]] = {
    Spelling.LINK: (_link, None),
    Spelling.EPC_BINARY: (read_epc_binary, None),
    Spelling.URN: (read_urn, None),
    Spelling.SCAN: (_scan, None),
    Spelling.BRACKETED: (_elements, BESIDE_BRACKETS),
    Spelling.ELEMENTS: (_elements, None),
    Spelling.DIGITS: (_digits, BETWEEN_DIGITS),
}
"""Who reads a spelling, and what is only decoration in it."""


def _from_pairs(pairs: tuple[Pair, ...]) -> Identified:
    key = next((pair for pair in pairs if pair[0] in keys.QUALIFIERS), None)
    if key is None:
        raise NoKey(position=0)
    path = tuple(digital_link.longest_path(key, dict(reversed(pairs))))
    return named(path, tuple(dict.fromkeys(pair for pair in pairs if pair not in path)))


def named(path: tuple[Pair, ...], attributes: tuple[Pair, ...]) -> Identified:
    """What AIs name. path: a permitted sequence of AIs with values that were checked where they were read."""
    segments = [f"/{ai}/{escape_path(value)}" for ai, value in path]
    return Identified(keys.NAMES[path[0][0]], path, attributes, digital_link.CANONICAL_STEM + "".join(segments))
