from __future__ import annotations

import pytest
from hypothesis import given

from app.identify import ai_rule, dictionary, elements, keys
from app.identify.linters import CHARACTERS, LINTERS
from tests.identify import strategies


def test_the_small_table_of_keys_agrees_with_the_dictionary() -> None:
    known = {ai: entry.key for ai, entry in dictionary.entries().items() if entry.key is not None}
    assert {ai: alternatives or ((),) for ai, alternatives in known.items()} == keys.QUALIFIERS
    assert keys.NAMES.keys() == keys.QUALIFIERS.keys()


def test_the_dictionary_knows_541_ais_and_none_begins_another() -> None:
    known = dictionary.entries()
    assert len(known) == 541
    assert not [ai for ai in known for length in range(2, len(ai)) if ai[:length] in known]


def test_every_check_of_the_dictionary_exists() -> None:
    named = {check for entry in dictionary.entries().values() for part in entry.components for check in part.checks}
    assert named <= LINTERS.keys()
    assert {part.kind for entry in dictionary.entries().values() for part in entry.components} <= CHARACTERS.keys()


def test_every_ai_that_a_rule_names_is_known() -> None:
    for entry in dictionary.entries().values():
        for pattern in (*entry.excludes, *(ai for rule in entry.requires for alternative in rule for ai in alternative)):
            assert not ai_rule.expanded(pattern).isdisjoint(dictionary.entries()), pattern


def test_only_the_last_component_has_a_variable_length() -> None:
    for entry in dictionary.entries().values():
        assert all(part.shortest == part.longest for part in entry.components[:-1]), entry.ai
        assert not entry.fixed or entry.shortest == entry.longest


@pytest.mark.parametrize(("pattern", "count", "some"), [("35nn", 100, "3502"), ("310n", 10, "3109"), ("01", 1, "01")], ids=str)
def test_patterns_stand_for_ais_of_their_length(pattern: str, count: int, some: str) -> None:
    assert len(ai_rule.expanded(pattern)) == count
    assert some in ai_rule.expanded(pattern)


@pytest.mark.parametrize(
    ("ai", "longest", "fixed"),
    [("89", 88, False), ("0510", 86, False), ("236", 90, False), ("419", 13, True), ("3109", 6, True), ("3999", 90, False)],
)
def test_an_ai_that_may_come_one_day_has_the_length_of_its_family(ai: str, longest: int, *, fixed: bool) -> None:
    rule = ai_rule.unknown(ai)
    assert rule is not None
    assert rule.fixed is fixed
    assert rule.accepts("A" * longest)
    assert not rule.accepts("A" * (longest + 1))
    assert bool(rule.accepts("A" * (longest - 1))) is not fixed


@pytest.mark.parametrize("ai", ["", "1", "12345", "80", "800", "011", "399", "4199", "2A", "٣٤"])
def test_what_can_never_be_an_ai_has_no_rule(ai: str) -> None:
    assert ai_rule.unknown(ai) is None


@given(strategies.elements)
def test_the_quick_test_of_values_says_nothing_that_the_exact_one_denies(pair: tuple[str, str]) -> None:
    rule = elements.rule_of(pair[0])
    for value in (pair[1], pair[1][:-1], pair[1] + "0", pair[1].replace("0", "9"), pair[1][::-1]):
        if rule.accepts(value):
            assert elements.fault_of(rule.entry, value) is None


def test_viet_nam_and_its_money_are_in_the_code_lists() -> None:
    assert "704" in dictionary.codes("countries")
    assert "VN" in dictionary.codes("countries2")
    assert "704" in dictionary.codes("currencies")
