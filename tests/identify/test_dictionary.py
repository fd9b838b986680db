from __future__ import annotations

import pytest

from app.identify import dictionary, keys
from app.identify.linters import CHARACTERS, LINTERS


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
            assert dictionary.present(pattern, dictionary.entries()), pattern


def test_only_the_last_component_has_a_variable_length() -> None:
    for entry in dictionary.entries().values():
        assert all(part.shortest == part.longest for part in entry.components[:-1]), entry.ai
        assert not entry.fixed or entry.shortest == entry.longest


@pytest.mark.parametrize(
    ("pattern", "ais", "found"),
    [("35nn", ("01", "3502"), "3502"), ("310n", ("3110", "310"), None), ("01", ("02", "01"), "01"), ("01", ("02",), None)],
)
def test_patterns_stand_for_ais_of_their_length(pattern: str, ais: tuple[str, ...], found: str | None) -> None:
    assert dictionary.present(pattern, ais) == found


def test_viet_nam_and_its_money_are_in_the_code_lists() -> None:
    assert "704" in dictionary.codes("countries")
    assert "VN" in dictionary.codes("countries2")
    assert "704" in dictionary.codes("currencies")
