"""Checks of AIs and their values, the same for element strings, Digital Links and bracketed text; driven by the table alone.

What is wrong first is named first: lengths while a text is taken apart, then the content of values in the order of the text, then AIs
that do not go together, in the order of their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from app.errors import Invalid
from app.identify import ai_rule, check_digit
from app.identify.ai_rule import RULES, Rule
from app.identify.dictionary import Component, Entry
from app.identify.fault import Fault
from app.identify.linters import CHARACTERS, LINTERS
from app.identify.refusals import (
    ExclusiveAis,
    MissingAi,
    NotInList,
    Repeated,
    SerialMissing,
    UnknownAi,
    WrongCharacter,
    WrongCheckDigit,
    WrongCheckPair,
    WrongCompanyPrefix,
    WrongDate,
    WrongFormat,
    WrongLength,
)

Pair = tuple[str, str]

_CHECKS = {**CHARACTERS, **LINTERS}
_SERIALISED = {"253": 13, "255": 13, "8003": 14}
"""Keys whose serial is the part after so many digits; a digital signature needs it."""

_SIGNATURE = "8030"
_CHARACTER_RULES = frozenset(("non-digit-character", "invalid-cset82-character", "invalid-cset39-character", "invalid-cset64-character"))
_DATE_RULES = frozenset(("illegal-month", "illegal-day", "illegal-hour", "illegal-minute", "illegal-second"))
_PREFIX_RULES = frozenset(("too-short-for-gcp", "invalid-gcp-prefix"))
_PAIR_RULES = frozenset(("incorrect-check-pair", "too-short-for-check-pair"))
_LIST_RULES = frozenset(
    (
        "not-iso3166",
        "not-iso3166-or-999",
        "not-iso3166-alpha2",
        "not-iso4217",
        "invalid-biological-sex-code",
        "invalid-media-type",
        "invalid-package-type",
        "invalid-winding-direction",
        "not-zero-or-one",
        "illegal-iban-country-code",
    )
)
_KINDS: dict[str, type[Invalid]] = {
    **dict.fromkeys(_CHARACTER_RULES, WrongCharacter),
    **dict.fromkeys(_DATE_RULES, WrongDate),
    **dict.fromkeys(_PREFIX_RULES, WrongCompanyPrefix),
    **dict.fromkeys(_PAIR_RULES, WrongCheckPair),
    **dict.fromkeys(_LIST_RULES, NotInList),
}
TOO_SHORT = "too-short"
TOO_LONG = "too-long"
_FNC1_AS_DATA = "^"
_Located = tuple[Fault, int, int]
"""A fault counted in the value, and where its component begins and ends."""


def fault_of(entry: Entry, value: str) -> Fault | None:
    """The first fault of a value, or None. Each component takes its length; an optional one is skipped when nothing is left."""
    located = _located_fault(entry, value)
    return None if located is None else located[0]


def check_value(entry: Entry, value: str) -> None:
    """Refuse a value that its AI does not allow; `position` counts from the beginning of the value."""
    located = _located_fault(entry, value)
    if located is not None:
        raise _refusal(entry, value, located)


def content_refusal(entry: Entry, value: str) -> Invalid | None:
    """Why a value is wrong, `position` counted in the value; None when it is right."""
    located = _located_fault(entry, value)
    return None if located is None else _refusal(entry, value, located)


def length_refusal(rule: Rule, value: str) -> Invalid | None:
    """Why a value cannot be that of its AI whatever it says: too short, too long, or with the sign that stands for FNC1."""
    if len(value) < rule.shortest:
        return _wrong_length(rule.entry, value, Fault(TOO_SHORT, len(value), 0))
    if len(value) > rule.longest:
        return _wrong_length(rule.entry, value, Fault(TOO_LONG, rule.longest, len(value) - rule.longest))
    place = value.find(_FNC1_AS_DATA)
    if place < 0:
        return None
    return WrongCharacter(ai=rule.ai, found=_FNC1_AS_DATA, position=place, length=1, rule="fnc1-as-data")


def check(pairs: Sequence[Pair], *, associations: bool = True, unknown: bool = False) -> None:
    """Refuse AIs that are unknown, values that are wrong, and AIs that do not go together.

    associations: also that required AIs are present; unknown: let AIs that are not in the table pass with up to 90 characters.
    """
    for ai, value in pairs:
        rule = rule_of(ai, unknown=unknown)
        if not rule.accepts(value):
            refusal = length_refusal(rule, value) or content_refusal(rule.entry, value)
            if refusal is not None:
                raise refusal
    check_together(pairs, associations=associations)


def known(ai: str, *, unknown: bool = False) -> Entry:
    """The table's entry of an AI. Raises UnknownAi; with `unknown`, an entry also for what could be an AI one day."""
    return rule_of(ai, unknown=unknown).entry


def rule_of(ai: str, *, unknown: bool = False) -> Rule:
    """The rule of an AI. Raises UnknownAi; with `unknown`, a rule also for what could be an AI one day."""
    rule = RULES[ai] or (ai_rule.unknown(ai) if unknown else None)
    if rule is None:
        raise UnknownAi(ai=ai, found=ai, position=0, length=len(ai))
    return rule


def check_together(pairs: Sequence[Pair], *, associations: bool = True) -> None:
    """Refuse one AI with two values, AIs that exclude each other, AIs whose companions are missing, and a signature without serial."""
    if _go_together(tuple([ai for ai, _ in pairs]), associations):
        return
    values = dict(pairs)
    ordered = sorted(values)
    for ai in ordered:
        _check_exclusions(ai, ordered)
    if associations:
        for ai in ordered:
            _check_requirements(ai, values)
    _check_repeats(pairs)
    if _SIGNATURE in values:
        for ai, length in _SERIALISED.items():
            if ai in values and len(values[ai]) <= length:
                raise SerialMissing(ai=ai, position=len(values[ai]), length=0)


@lru_cache(maxsize=4096)
def _go_together(ais: tuple[str, ...], associations: bool) -> bool:  # noqa: FBT001  # a cache looks keywords up more slowly
    """Whether AIs surely go together whatever their values are; remembered, because texts of one maker have the same AIs."""
    present = frozenset(ais)
    if len(present) < len(ais) or _SIGNATURE in present:
        return False
    rules = [rule for rule in map(RULES.__getitem__, ais) if rule is not None]
    if any(not rule.excluded.isdisjoint(present) for rule in rules):
        return False
    return not associations or all(_missing(rule, present) is None for rule in rules)


def _missing(rule: Rule, ais: Iterable[str]) -> int | None:
    """Which of the requirements of an AI is not met, as an index; None when all are."""
    for place, (enough, together) in enumerate(rule.needs):
        if enough.isdisjoint(ais) and not any(all(not part.isdisjoint(ais) for part in group) for group in together):
            return place
    return None


def _check_exclusions(ai: str, ordered: list[str]) -> None:
    rule = RULES[ai]
    if rule is None:
        return
    other = next((other for other in ordered if other in rule.excluded), None)
    if other is not None:
        raise ExclusiveAis(ai=ai, other=other, position=0, length=0)


def _check_requirements(ai: str, values: dict[str, str]) -> None:
    rule = RULES[ai]
    place = None if rule is None else _missing(rule, values)
    if rule is not None and place is not None:
        needed = ", ".join("+".join(alternative) for alternative in rule.entry.requires[place])
        raise MissingAi(ai=ai, needed=needed, position=0, length=0)


def _check_repeats(pairs: Sequence[Pair]) -> None:
    values: dict[str, str] = {}
    for ai, value in sorted(pairs, key=lambda pair: pair[0]):
        if values.setdefault(ai, value) != value:
            raise Repeated(ai=ai, position=0, length=0)


def _located_fault(entry: Entry, value: str) -> _Located | None:
    place = 0
    for component in entry.components:
        part = value[place : place + component.longest]
        if not part and component.optional:
            continue
        fault = _fault_of_part(component, part)
        if fault is not None:
            return fault if place == 0 else fault.moved(place), place, place + len(part)
        place += len(part)
    if place < len(value):
        return Fault(TOO_LONG, place, len(value) - place), place, len(value)
    return None


def _fault_of_part(component: Component, part: str) -> Fault | None:
    if len(part) < component.shortest:
        return Fault(TOO_SHORT, len(part), 0)
    fault = _CHECKS[component.kind](part)
    if fault is not None:
        return fault
    for name in component.checks:
        fault = _CHECKS[name](part)
        if fault is not None:
            return fault
    return None


def _wrong_length(entry: Entry, value: str, fault: Fault) -> Invalid:
    expected = str(entry.longest) if entry.shortest == entry.longest else f"{entry.shortest}-{entry.longest}"
    return WrongLength(key=_name(entry), expected=expected, found=len(value), position=fault.position, length=fault.length, ai=entry.ai)


def _refusal(entry: Entry, value: str, located: _Located) -> Invalid:
    """A fault in the words of the catalogue; `markup` is the AI and the component with the wrong characters between bars."""
    fault, start, end = located
    if fault.rule in (TOO_SHORT, TOO_LONG):
        return _wrong_length(entry, value, fault)
    past = fault.position + fault.length
    found = value[fault.position : past]
    markup = f"({entry.ai}){value[: fault.position]}|{found}|{value[past:end]}"
    if fault.rule == "incorrect-check-digit":
        expected = check_digit.digit(value[start : fault.position])
        return WrongCheckDigit(
            key=_name(entry), expected=expected, found=found, position=fault.position, length=1, ai=entry.ai, markup=markup, rule=fault.rule
        )
    kind = _KINDS.get(fault.rule, WrongFormat)
    return kind(ai=entry.ai, found=found, position=fault.position, length=fault.length, rule=fault.rule, markup=markup)


def _name(entry: Entry) -> str:
    return f"{entry.title} ({entry.ai})".strip()
