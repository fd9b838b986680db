"""GS1 element strings: AIs and values one after another, as scanned (FNC1 = U+001D) or as people write them, in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.identify import dictionary, elements
from app.identify.refusals import ExclusiveAis, MissingAi, NoElements, Repeated, SerialMissing, UnknownAi

Pair = tuple[str, str]

FNC1 = "\x1d"
SYMBOLOGIES = ("]C1", "]d2", "]Q3", "]e0", "]J1")
"""Symbology identifiers of carriers that hold element strings: GS1-128, GS1 DataMatrix, GS1 QR Code, GS1 DataBar, GS1 DotCode."""

_BRACKETED = re.compile(r"\(([^()]*)\)((?:\\\(|[^(\\]|\\(?!\())+)")
_COMPOSITE = "|"
_LOOK_AHEAD = 1_000  # how far a value that is too long is measured; looking on to the end each time would make long texts quadratic
_TOGETHER = (Repeated, ExclusiveAis, MissingAi, SerialMissing)


def parse(text: str, *, associations: bool = True, unknown: bool = False) -> tuple[Pair, ...]:
    r"""AIs and values of an element string, every value checked.

    text: with or without symbology identifier or leading FNC1, or bracketed as `(01)…(10)…` with `\(` for a bracket inside a value;
    `|` before the composite part. associations: also check that required AIs are there; unknown: bracketed AIs need not be known.
    Raises kinds of Invalid whose `position` counts from the beginning of `text`.
    """
    if text.startswith("("):
        found = _bracketed(text, unknown=unknown)
    else:
        start = 3 if text[:3] in SYMBOLOGIES else 0
        found = _raw(text, start)
    pairs = tuple((ai, value) for ai, value, _ in found)
    try:
        elements.check_together(pairs, associations=associations)
    except _TOGETHER as refusal:
        place = next((place for ai, _, place in found if ai == refusal.params["ai"]), 0)
        refusal.params["position"] += place
        raise
    return pairs


def build(pairs: Iterable[Pair], *, associations: bool = True) -> str:
    """The element string of AIs and values, checked; FNC1 after every value of variable length but the last. No symbology identifier."""
    listed = list(pairs)
    if not listed:
        raise NoElements(position=0)
    elements.check(listed, associations=associations)
    parts = []
    for ai, value in listed:
        parts.append(ai + value)
        if not elements.known(ai).fixed:
            parts.append(FNC1)
    return "".join(parts).removesuffix(FNC1)


def bracketed(pairs: Iterable[Pair]) -> str:
    r"""AIs in brackets without spaces, which `parse` reads back; a bracket that opens inside a value is written `\(`."""
    return "".join(f"({ai}){value.replace('(', chr(92) + '(')}" for ai, value in pairs)


def human(pairs: Iterable[Pair]) -> str:
    """The human readable interpretation, to be printed under a symbol: `(01)09521234543213 (10)ABC`."""
    return " ".join(f"({ai}){value}" for ai, value in pairs)


def _raw(text: str, start: int) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = []
    place = start
    while place < len(text):
        if text[place] == FNC1 and (place == start or text[place - 1] == _COMPOSITE):
            place += 1
            continue
        place = _one(text, place, found)
    if not found:
        raise NoElements(position=len(text))
    return found


def _one(text: str, place: int, found: list[tuple[str, str, int]]) -> int:
    """Take one AI and its value; answers where the next one begins."""
    entry = dictionary.entry_at(text, place)
    if entry is None:
        raise UnknownAi(found=text[place : place + 4].partition(FNC1)[0], position=place)
    value_at = place + len(entry.ai)
    end = _end_of_value(text, value_at, value_at + entry.longest + _LOOK_AHEAD)
    if entry.fixed:
        end = min(end, value_at + entry.longest)
    value = text[value_at:end]
    _check_at(entry, value, value_at)
    found.append((entry.ai, value, place))
    return end + 1 if text[end : end + 1] in (FNC1, _COMPOSITE) else end


def _end_of_value(text: str, start: int, most: int) -> int:
    ends = [place for place in (text.find(FNC1, start, most), text.find(_COMPOSITE, start, most)) if place >= 0]
    return min(ends, default=min(most, len(text)))


def _bracketed(text: str, *, unknown: bool) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = []
    place = 0
    while place < len(text):
        match = _BRACKETED.match(text, place)
        if match is None:
            raise NoElements(position=place)
        ai, written = match.groups()
        place = match.end()
        if written.endswith(_COMPOSITE) and place < len(text):
            written = written[: -len(_COMPOSITE)]
        try:
            entry = elements.known(ai, unknown=unknown)
        except UnknownAi as refusal:
            refusal.params["position"] = match.start(1)
            raise
        _check_at(entry, written.replace("\\(", "("), match.start(2), written)
        found.append((ai, written.replace("\\(", "("), match.start()))
    if not found:
        raise NoElements(position=0)
    return found


def _check_at(entry: dictionary.Entry, value: str, start: int, written: str | None = None) -> None:
    r"""Check a value and say where in the whole text it is wrong; written: the value before `\(` was resolved."""
    fault = elements.fault_of(entry, value)
    if fault is None:
        return
    refusal = elements.refusal(entry, value, fault)
    escapes = 0 if written is None else _escapes_before(written, fault.position)
    refusal.params["position"] = start + fault.position + escapes
    raise refusal


def _escapes_before(written: str, position: int) -> int:
    place = count = 0
    for _ in range(position):
        step = 2 if written.startswith("\\(", place) else 1
        count += step - 1
        place += step
    return count
