"""Each application identifier prepared for reading many texts: its length, a quick test of values, and which AIs it needs or excludes.

The quick test says yes only to right values, never to all of them: what it does not know is looked at by `elements.fault_of`, which is
exact and knows the place of the fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import product

from app.identify import check_digit, dictionary
from app.identify.dictionary import Alternative, Component, Entry

_Need = tuple[frozenset[str], tuple[tuple[frozenset[str], ...], ...]]
"""One rule of required AIs: those of which one is enough, and the combinations of which one must be complete."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One AI. size: characters of the AI; accepts: truthy for a value that is surely right; needs, excluded: other AIs."""

    ai: str
    size: int
    fixed: bool
    shortest: int
    longest: int
    attribute: bool
    accepts: Callable[[str], object]
    needs: tuple[_Need, ...]
    excluded: frozenset[str]
    entry: Entry


class _Rules(dict[str, "Rule | None"]):
    """Rules by AI, made when they are first asked for; None for an AI that is not in the table."""

    def __missing__(self, ai: str) -> Rule | None:
        entry = dictionary.entry(ai)
        if entry is None:
            return None
        rule = self[ai] = _rule(entry)
        return rule


RULES = _Rules()


@cache
def sizes() -> dict[str, int]:
    """How long AIs are by their first two digits. Source: GS1 General Specifications, 3.1."""
    return {ai[:2]: len(ai) for ai in dictionary.entries()}


def unknown_at(text: str, place: int) -> Rule | None:
    """An AI that is not in the table and begins at a place: only where its first two digits say how long it is."""
    size = sizes().get(text[place : place + 2])
    return None if size is None else unknown(text[place : place + size])


@cache
def _unknown(ai: str, *, sized: bool) -> Rule:
    longest = _PREDEFINED.get(ai[:2]) if sized else None
    most = longest or _LONGEST - (0 if sized else len(ai))
    component = Component("X", longest or 1, most, optional=False, checks=())
    return _rule(
        Entry(
            ai, "", (component,), fixed=longest is not None, attribute=True, key=None, requires=(), excludes=(),
            shortest=component.shortest, longest=longest or _LONGEST,
        )
    )  # fmt: skip


def unknown(ai: str) -> Rule | None:
    """A rule for an AI of two to four digits that is not in the table and is not the beginning of one that is.

    Its value has 1 to 90 characters, or the predefined length of its first two digits; without a known length the AI counts among the 90.
    """
    if not (ai.isascii() and ai.isdigit()) or not 2 <= len(ai) <= 4:  # lengths of AIs
        return None
    size = sizes().get(ai[:2])
    if size is not None and (size != len(ai) or size == 2):  # every AI of two digits is in the table
        return None
    return _unknown(ai, sized=size is not None)


_LONGEST = 90
_PREDEFINED = {**dict.fromkeys(("31", "32", "33", "34", "35", "36"), 6), "41": 13}
"""Characters of values without separator by the first two digits, of AIs longer than two. Source: GS1 General Specifications, 7.8.5."""

_SETS = {"N": "0-9", "X": "!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z", "Y": "#\\-/0-9A-Z", "Z": "\\-0-9A-Z_a-z"}
_DAY = "(?:(?:0[1-9]|1[0-2])(?:{}|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31)"  # not 29 February
_HOUR, _SIXTY = "(?:[01][0-9]|2[0-3])", "[0-5][0-9]"
_SHAPES = {
    "yymmdd": "[0-9]{2}" + _DAY.format("0[1-9]"),
    "yymmd0": "[0-9]{2}" + _DAY.format("0[0-9]"),
    "yyyymmdd": "[0-9]{4}" + _DAY.format("0[1-9]"),
    "hhmi": _HOUR + _SIXTY,
    "hh": _HOUR,
    "mi": _SIXTY,
    "ss": _SIXTY,
    "yesno": "[01]",
    "zero": "0",
}
_PREFIX_AT = {"gcppos1": 0, "gcppos2": 1}
_PREFIX = 4


def _rule(entry: Entry) -> Rule:
    ai = entry.ai
    needs = tuple(_need(tuple(alternatives), ai) for alternatives in entry.requires)
    excluded = frozenset().union(*map(expanded, entry.excludes)) - {ai}
    return Rule(
        ai, len(ai), entry.fixed, entry.shortest, entry.longest, entry.attribute, _quick_test(entry.components), needs, excluded, entry
    )


@cache
def _need(alternatives: tuple[Alternative, ...], ai: str) -> _Need:
    enough = [expanded(alternative[0]) for alternative in alternatives if len(alternative) == 1]
    together = tuple(tuple(expanded(pattern) - {ai} for pattern in alternative) for alternative in alternatives if len(alternative) > 1)
    return frozenset().union(*enough) - {ai}, together


@cache
def expanded(pattern: str) -> frozenset[str]:
    """The AIs that a pattern such as `310n` stands for, known or not."""
    head = pattern.rstrip("n")
    return frozenset(head + "".join(tail) for tail in product("0123456789", repeat=len(pattern) - len(head)))


def _never(_value: str) -> object:
    return None


@cache
def _quick_test(components: tuple[Component, ...]) -> Callable[[str], object]:
    """A test that holds for most right values and for no wrong one."""
    shapes = []
    summed: list[tuple[int, int]] = []
    place = 0
    for component in components:
        shape = _shape(component)
        if shape is None:
            return _never
        shapes.append(f"(?:{shape})?" if component.optional else shape)
        if "csum" in component.checks:
            summed.append((place, place + component.longest))
        place += component.longest
    fits = re.compile("".join(shapes)).fullmatch
    if not summed:
        return fits
    if summed == [(0, place)]:
        return lambda value: fits(value) is not None and check_digit.is_right(value)
    return lambda value: fits(value) is not None and all(check_digit.is_right(value[start:end]) for start, end in summed)


def _shape(component: Component) -> str | None:
    """A regular expression for one component; None where its checks need more than that."""
    others = [check for check in component.checks if check != "csum"]
    if any(check not in _SHAPES and check not in _PREFIX_AT for check in others) or len(others) > 1:
        return None
    least, most, characters = component.shortest, component.longest, _SETS[component.kind]
    if not others:
        return f"[{characters}]{{{least},{most}}}"
    if others[0] in _SHAPES:
        return _SHAPES[others[0]]
    before = _PREFIX_AT[others[0]]
    rest = f"[{characters}]{{{max(0, least - before - _PREFIX)},{most - before - _PREFIX}}}"
    return f"[{characters}]{{{before}}}[0-9]{{{_PREFIX}}}{rest}"
