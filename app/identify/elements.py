"""Checks of AIs and their values, the same for element strings, Digital Links and bracketed text; driven by the table alone."""

from __future__ import annotations

from collections.abc import Sequence

from app.errors import Invalid
from app.identify import check_digit, dictionary
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


def fault_of(entry: Entry, value: str) -> Fault | None:
    """The first fault of a value, or None. Each component takes its length; an optional one is skipped when nothing is left."""
    place = 0
    for component in entry.components:
        part = value[place : place + component.longest]
        if not part and component.optional:
            continue
        fault = _fault_of_part(component, part)
        if fault is not None:
            return fault if place == 0 else fault.moved(place)
        place += len(part)
    if place < len(value):
        return Fault(TOO_LONG, place, len(value) - place)
    return None


def check_value(entry: Entry, value: str) -> None:
    """Refuse a value that its AI does not allow; `position` counts from the beginning of the value."""
    fault = fault_of(entry, value)
    if fault is not None:
        raise refusal(entry, value, fault)


def refusal(entry: Entry, value: str, fault: Fault) -> Invalid:
    """A fault in the words of the catalogue."""
    name = f"{entry.title} ({entry.ai})".strip()
    found = value[fault.position : fault.position + fault.length]
    if fault.rule in (TOO_SHORT, TOO_LONG):
        expected = str(entry.longest) if entry.shortest == entry.longest else f"{entry.shortest}-{entry.longest}"
        return WrongLength(key=name, expected=expected, found=len(value), position=fault.position, length=fault.length, ai=entry.ai)
    if fault.rule == "incorrect-check-digit":
        start = _start_of_component(entry, fault.position)
        expected = check_digit.digit(value[start : fault.position])
        return WrongCheckDigit(key=name, expected=expected, found=found, position=fault.position, length=1, ai=entry.ai)
    kind = _KINDS.get(fault.rule, WrongFormat)
    return kind(ai=entry.ai, found=found, position=fault.position, length=fault.length, rule=fault.rule)


def check(pairs: Sequence[Pair], *, associations: bool = True, unknown: bool = False) -> None:
    """Refuse AIs that are unknown, values that are wrong, and AIs that do not go together.

    associations: also that required AIs are present; unknown: let AIs that are not in the table pass with up to 90 characters.
    """
    for ai, value in pairs:
        check_value(known(ai, unknown=unknown), value)
    check_together(pairs, associations=associations)


def known(ai: str, *, unknown: bool = False) -> Entry:
    """The table's entry of an AI. Raises UnknownAi; with `unknown`, an entry that allows anything for 2 to 4 digits."""
    entry = dictionary.entry(ai)
    if entry is not None:
        return entry
    if unknown and 2 <= len(ai) <= 4 and ai.isascii() and ai.isdigit():  # lengths of AIs
        return dictionary.unknown(ai)
    raise UnknownAi(found=ai, position=0)


def check_together(pairs: Sequence[Pair], *, associations: bool = True) -> None:
    """Refuse one AI with two values, AIs that exclude each other, AIs whose companions are missing, and a signature without serial."""
    values: dict[str, str] = {}
    for ai, value in pairs:
        if values.setdefault(ai, value) != value:
            raise Repeated(ai=ai, position=0)
    for ai in values:
        entry = dictionary.entry(ai)
        if entry is None:
            continue
        _check_exclusions(entry, values)
        if associations:
            _check_requirements(entry, values)
    if "8030" in values:
        for ai, length in _SERIALISED.items():
            if ai in values and len(values[ai]) <= length:
                raise SerialMissing(ai=ai, position=len(values[ai]))


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


def _start_of_component(entry: Entry, position: int) -> int:
    start = 0
    for component in entry.components:
        if position < start + component.longest:
            return start
        start += component.longest
    return start


def _check_exclusions(entry: Entry, values: dict[str, str]) -> None:
    for pattern in entry.excludes:
        other = dictionary.present(pattern, [ai for ai in values if ai != entry.ai])
        if other is not None:
            raise ExclusiveAis(ai=entry.ai, other=other, position=0)


def _check_requirements(entry: Entry, values: dict[str, str]) -> None:
    for rule in entry.requires:
        if not any(all(dictionary.present(pattern, values) for pattern in alternative) for alternative in rule):
            needed = ", ".join("+".join(alternative) for alternative in rule)
            raise MissingAi(ai=entry.ai, needed=needed, position=0)
