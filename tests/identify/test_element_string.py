from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusal
from app.identify import element_string, elements
from app.identify.element_string import FNC1
from app.identify.refusals import (
    ExclusiveAis,
    MissingAi,
    NoElements,
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
from tests.identify import strategies
from tests.identify.attempts import attempt

GTIN = "09521234543213"
PAIRS = (("01", GTIN), ("10", "A(1)"), ("17", "261122"), ("21", "S/1"))


@pytest.mark.parametrize(
    "text",
    [
        f"01{GTIN}10A(1){FNC1}1726112221S/1",
        f"{FNC1}01{GTIN}10A(1){FNC1}1726112221S/1{FNC1}",
        f"01{GTIN}{FNC1}10A(1){FNC1}17261122{FNC1}21S/1",
        f"]C101{GTIN}10A(1){FNC1}1726112221S/1",
        f"]d201{GTIN}10A(1){FNC1}1726112221S/1",
        f"]Q301{GTIN}10A(1){FNC1}1726112221S/1",
        f"]e001{GTIN}10A(1){FNC1}1726112221S/1",
        f"]J101{GTIN}10A(1){FNC1}1726112221S/1",
        f"01{GTIN}10A(1)|{FNC1}1726112221S/1",
        f"(01){GTIN}(10)A\\(1)(17)261122(21)S/1",
        f"(01){GTIN}|(10)A\\(1)(17)261122(21)S/1",
    ],
)
def test_the_same_elements_in_each_spelling(text: str) -> None:
    assert element_string.parse(text) == PAIRS


def test_elements_are_written_for_machines_and_for_people() -> None:
    assert element_string.build(PAIRS) == f"01{GTIN}10A(1){FNC1}1726112221S/1"
    assert element_string.human(PAIRS) == f"(01){GTIN} (10)A(1) (17)261122 (21)S/1"
    assert element_string.bracketed(PAIRS) == f"(01){GTIN}(10)A\\(1)(17)261122(21)S/1"


@pytest.mark.parametrize(
    ("text", "kind", "position"),
    [
        ("", NoElements, 0),
        ("]C1", NoElements, 3),
        ("(01)", NoElements, 4),
        ("(", NoElements, 0),
        (f"(01){GTIN}(10)", NoElements, 22),
        (f"(01){GTIN}(10)(21)A", WrongLength, 22),
        ("8912", UnknownAi, 0),
        (f"]C101{GTIN}2", UnknownAi, 19),
        (f"(01){GTIN}(BAD)1", UnknownAi, 19),
        ("0109521234543214", WrongCheckDigit, 15),
        (f"(01){GTIN[:-1]}4", WrongCheckDigit, 17),
        ("800319521234000051", WrongFormat, 4),
        ("010952123454321", WrongLength, 15),
        (f"01{GTIN}10{'A' * 21}", WrongLength, 38),
        ("01095212345432A3", WrongCharacter, 14),
        (f"(01){GTIN}(10)\\(\\(é", WrongCharacter, 26),
        (f"01{GTIN}17261322", WrongDate, 20),
        (f"01{GTIN}17261132", WrongDate, 22),
        (f"01{GTIN}422999", NotInList, 19),
        ("401952A", WrongCompanyPrefix, 6),
        ("80131987654Ad4X4bL5ttr2310c2X", WrongCheckPair, 27),
        ("99A" + FNC1 + "99B", Repeated, 0),
        ("99A" + FNC1 + "10B", MissingAi, 4),
        (f"99A{FNC1}01{GTIN}025", WrongLength, 23),
        (f"99A{FNC1}01{GTIN}375", ExclusiveAis, 4),
        (f"2539521234000051{FNC1}8030AB", SerialMissing, 16),
    ],
)
def test_a_wrong_element_string_is_refused_with_the_place(text: str, kind: type[Refusal], position: int) -> None:
    with pytest.raises(kind) as refused:
        element_string.parse(text)
    assert refused.value.params["position"] == position


def test_a_wrong_check_digit_inside_a_value_names_the_right_one() -> None:
    with pytest.raises(WrongCheckDigit) as refused:
        element_string.parse("800309521234000052SERIAL")
    assert (refused.value.params["expected"], refused.value.params["found"], refused.value.params["position"]) == ("1", "2", 17)


def test_unknown_ais_pass_only_in_brackets_and_on_request() -> None:
    assert element_string.parse("(89)x", unknown=True) == (("89", "x"),)
    for text, unknown in (("(89)x", False), ("89x", True), ("(8)x", True), ("(89999)x", True)):
        with pytest.raises(UnknownAi):
            element_string.parse(text, unknown=unknown)


@pytest.mark.parametrize(("ai", "most"), [("10", 20), ("21", 20), ("235", 28), ("99", 90), ("30", 8)])
def test_each_value_at_its_shortest_its_longest_and_one_over(ai: str, most: int) -> None:
    for length in (1, most):
        elements.check_value(elements.known(ai), "1" * length)
    for length in (0, most + 1):
        with pytest.raises(WrongLength):
            elements.check_value(elements.known(ai), "1" * length)


@given(strategies.element_lists)
def test_elements_that_were_built_are_read_back(pairs: list[tuple[str, str]]) -> None:
    try:
        built = element_string.build(pairs, associations=False)
    except (ExclusiveAis, SerialMissing):
        return
    assert list(element_string.parse(built, associations=False)) == pairs
    assert list(element_string.parse(element_string.bracketed(pairs), associations=False)) == pairs
    assert element_string.build(element_string.parse(built, associations=False), associations=False) == built


@given(st.data(), strategies.elements)
def test_a_value_with_one_character_changed_is_read_or_refused_in_its_place(data: st.DataObject, pair: tuple[str, str]) -> None:
    ai, value = pair
    place = data.draw(st.integers(0, len(value)))
    changed = value[:place] + data.draw(st.sampled_from("A0 é~")) + value[place + 1 :]
    found = attempt(lambda: element_string.parse(f"({ai}){changed.replace('(', chr(92) + '(')}", associations=False))
    if isinstance(found, Refusal):
        assert 0 <= found.params["position"] <= 2 * len(changed) + 6
    else:
        assert found == ((ai, changed),)


@given(st.text() | st.text(f"()\\|]CdQ{FNC1}0123456789A ") | st.text("0123456789A").map(lambda rest: f"01{GTIN}{rest}"))
def test_no_text_raises_anything_but_a_refusal_with_a_place(text: str) -> None:
    found = attempt(lambda: element_string.parse(text))
    if isinstance(found, Refusal):
        assert 0 <= found.params["position"] <= len(text)
    else:
        assert element_string.parse(element_string.build(found)) == found
