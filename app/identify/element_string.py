"""GS1 element strings: AIs and values one after another, as scanned (FNC1 = U+001D) or as people write them, in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.errors import Invalid
from app.identify import ai_rule, elements
from app.identify.ai_rule import RULES, Rule
from app.identify.places import counted_from
from app.identify.refusals import ExclusiveAis, MissingAi, NoElements, Repeated, SerialMissing, TooMany, UnknownAi

Pair = tuple[str, str]

FNC1 = "\x1d"
SYMBOLOGIES = ("]C1", "]d2", "]Q3", "]e0", "]J1")
"""Symbology identifiers of carriers that hold element strings: GS1-128, GS1 DataMatrix, GS1 QR Code, GS1 DataBar, GS1 DotCode."""
MOST_CHARACTERS = 8191
MOST_ELEMENTS = 64
"""More than any data carrier holds; what is longer is refused before it is read."""

_BRACKETED = re.compile(r"\(([^)]*)\)((?:\\\(|[^(\\]|\\(?!\())*)")
_COMPOSITE = "|"
_Found = tuple[str, str, int, int, Rule, str]
"""AI, value, where the element begins and where its value begins in the text, rule, value as written."""


@dataclass(frozen=True, slots=True)
class Elements:
    """Elements that were read. linear: how many stand before the composite part; None when there is none."""

    pairs: tuple[Pair, ...]
    linear: int | None


def parse(text: str, *, associations: bool = True, unknown: bool = False) -> tuple[Pair, ...]:
    r"""AIs and values of an element string, every value checked.

    text: with or without symbology identifier or leading FNC1, or bracketed as `(01)…(10)…` with `\(` for a bracket inside a value;
    `|` before the composite part. associations: also check that required AIs are there; unknown: AIs need not be known where their
    length is. Raises kinds of Invalid whose `position` counts from the beginning of `text`.
    """
    if text.startswith("("):
        return read_bracketed(text, associations=associations, unknown=unknown).pairs
    start = 3 if text[:3] in SYMBOLOGIES else 0
    if text.startswith(FNC1, start):
        start += 1
    return read_raw(text, start, associations=associations, unknown=unknown).pairs


def read_raw(text: str, start: int = 0, *, associations: bool = True, unknown: bool = False, composite: bool = True) -> Elements:
    """The elements from `start` on, after the first FNC1; composite: a `|` divides it, and FNC1 follows that."""
    _check_size(text)
    found: list[_Found] = []
    cut = text.find(_COMPOSITE, start) if composite else -1
    if cut < 0:
        _read_part(text, start, len(text), found, unknown=unknown)
        return _together(found, None, associations=associations)
    _read_part(text, start, cut, found, unknown=unknown)
    linear = len(found)
    if not text.startswith(FNC1, cut + 1):
        raise NoElements(position=cut + 1, length=0)
    _read_part(text, cut + 2, len(text), found, unknown=unknown)
    return _together(found, linear, associations=associations)


def read_bracketed(text: str, *, associations: bool = True, unknown: bool = False) -> Elements:
    """The elements of a text with AIs in brackets; `|` divides it where there is a composite part."""
    _check_size(text)
    found: list[_Found] = []
    cut = text.find(_COMPOSITE)
    _read_brackets(text, 0, len(text) if cut < 0 else cut, found, unknown=unknown)
    if cut < 0:
        return _together(found, None, associations=associations)
    linear = len(found)
    _read_brackets(text, cut + 1, len(text), found, unknown=unknown)
    return _together(found, linear, associations=associations)


def build(pairs: Iterable[Pair], *, associations: bool = True) -> str:
    """The element string of AIs and values, checked; FNC1 after every value of variable length but the last. No symbology identifier."""
    listed = list(pairs)
    if not listed:
        raise NoElements(position=0, length=0)
    elements.check(listed, associations=associations)
    return written(listed)


def written(pairs: Iterable[Pair], separator: str = FNC1) -> str:
    """Elements that were already checked, one after another; the separator stands after values of variable length but the last."""
    parts: list[str] = []
    ends = ""
    for ai, value in pairs:
        rule = RULES[ai] or ai_rule.unknown(ai)
        parts += (ends, ai, value)
        ends = "" if rule is not None and rule.fixed else separator
    return "".join(parts)


def bracketed(pairs: Iterable[Pair]) -> str:
    r"""AIs in brackets without spaces, which `parse` reads back; a bracket that opens inside a value is written `\(`."""
    return "".join([f"({ai}){value}" if "(" not in value else f"({ai}){value.replace('(', chr(92) + '(')}" for ai, value in pairs])


def human(pairs: Iterable[Pair]) -> str:
    """The human readable interpretation, to be printed under a symbol: `(01)09521234543213 (10)ABC`."""
    return " ".join(f"({ai}){value}" for ai, value in pairs)


def _check_size(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise TooMany(most=MOST_CHARACTERS, position=MOST_CHARACTERS, length=len(text) - MOST_CHARACTERS)


def _read_part(text: str, start: int, end: int, found: list[_Found], *, unknown: bool) -> None:
    """Take the elements between two places; each value is checked as it is taken, since its length says where the next one begins."""
    if start >= end:
        raise NoElements(position=start, length=0)
    sizes = ai_rule.sizes()
    place = start
    while place < end:
        size = sizes.get(text[place : place + 2])
        rule = RULES[text[place : place + size]] if size is not None else None
        if rule is None:
            rule = _unknown_at(text, place, end, unknown=unknown)
        value_at = place + rule.size
        stop = text.find(FNC1, value_at, end)
        if stop < 0:
            stop = end
        if rule.fixed and value_at + rule.longest < stop:
            stop = value_at + rule.longest
        value = text[value_at:stop]
        if not rule.accepts(value):
            _check_content(rule, value, "", value_at)  # no brackets are escaped here
        if len(found) >= MOST_ELEMENTS:
            raise TooMany(most=MOST_ELEMENTS, position=place, length=end - place)
        found.append((rule.ai, value, place, value_at, rule, value))
        place = stop + 1 if stop < end and text[stop] == FNC1 else stop


def _unknown_at(text: str, place: int, end: int, *, unknown: bool) -> Rule:
    rule = ai_rule.unknown_at(text[:end], place) if unknown else None
    if rule is None:
        shown = text[place : min(place + 4, end)].partition(FNC1)[0]
        raise UnknownAi(ai=shown, found=shown, position=place, length=len(shown))
    return rule


def _read_brackets(text: str, start: int, end: int, found: list[_Found], *, unknown: bool) -> None:
    if start >= end:
        raise NoElements(position=start, length=0)
    first = len(found)
    place = start
    looked_at = True
    while place < end:
        match = _BRACKETED.match(text, place, end)
        if match is None:
            raise NoElements(position=place, length=0)
        ai, raw = match.groups()
        value_at = place + len(ai) + 2
        rule = RULES[ai]
        if rule is None:
            with counted_from(place + 1):
                rule = elements.rule_of(ai, unknown=unknown)
        if not raw and match.end() == end:
            raise NoElements(position=value_at, length=0)
        value = raw.replace("\\(", "(") if "\\" in raw else raw
        if not rule.accepts(value):
            _refuse(elements.length_refusal(rule, value), raw, value_at)
            looked_at = False
        if len(found) >= MOST_ELEMENTS:
            raise TooMany(most=MOST_ELEMENTS, position=place, length=end - place)
        found.append((ai, value, place, value_at, rule, raw))
        place = match.end()
    if not looked_at:
        for _, value, _, value_at, rule, raw in found[first:]:
            _check_content(rule, value, raw, value_at)


def _check_content(rule: Rule, value: str, raw: str, value_at: int) -> None:
    _refuse(elements.content_refusal(rule.entry, value), raw, value_at)


def _refuse(refusal: Invalid | None, raw: str, value_at: int) -> None:
    """Raise a refusal of a value with its place in the whole text."""
    if refusal is None:
        return
    start = refusal.params["position"]
    past = start + refusal.params["length"]
    refusal.params["position"] = value_at + start + _escapes_before(raw, start)
    refusal.params["length"] = value_at + past + _escapes_before(raw, past) - refusal.params["position"]
    raise refusal


def _together(found: list[_Found], linear: int | None, *, associations: bool) -> Elements:
    if linear is not None and len(found) >= MOST_ELEMENTS:  # the division counts as one
        raise TooMany(most=MOST_ELEMENTS, position=found[-1][2], length=0)
    pairs = tuple([(one[0], one[1]) for one in found])
    try:
        elements.check_together(pairs, associations=associations)
    except (Repeated, ExclusiveAis, MissingAi, SerialMissing) as refusal:
        _, _, place, value_at, _, raw = next(one for one in found if one[0] == refusal.params["ai"])
        refusal.params["position"] = value_at + len(raw) if isinstance(refusal, SerialMissing) else place
        raise
    return Elements(pairs, linear)


def _escapes_before(written_value: str, position: int) -> int:
    place = count = 0
    if "\\(" not in written_value:
        return 0
    for _ in range(position):
        step = 2 if written_value.startswith("\\(", place) else 1
        count += step - 1
        place += step
    return count
