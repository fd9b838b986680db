from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identify import check_digit, gln, gtin, sscc
from app.identify.refusals import NotDigits, WrongCheckDigit, WrongLength
from tests.identify import strategies


@pytest.mark.parametrize(
    ("body", "digit"), [("952123454321", "3"), ("0952123454321", "3"), ("34012345111111111", "1"), ("0", "0"), ("7", "9")]
)
def test_the_check_digit_is_that_of_the_general_specifications(body: str, digit: str) -> None:
    assert check_digit.digit(body) == digit


@given(st.one_of(strategies.gtins, strategies.glns, strategies.ssccs), st.data())
def test_any_single_wrong_digit_is_refused(key: str, data: st.DataObject) -> None:
    check_digit.check(key)
    place = data.draw(st.integers(0, len(key) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != key[place]]))
    with pytest.raises(WrongCheckDigit) as refused:
        check_digit.check(key[:place] + wrong + key[place + 1 :], "key")
    assert refused.value.params["position"] == len(key) - 1


def test_a_wrong_check_digit_names_the_right_one() -> None:
    with pytest.raises(WrongCheckDigit) as refused:
        check_digit.check("9521234543214", "GTIN")
    assert refused.value.params == {"key": "GTIN", "expected": "3", "found": "4", "position": 12, "length": 1}


@pytest.mark.parametrize(("text", "position"), [("952123454321A", 12), ("९521234543213", 0), ("95 1234543213", 2)])
def test_what_is_no_ascii_digit_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(NotDigits) as refused:
        check_digit.check(text)
    assert refused.value.params["position"] == position


@pytest.mark.parametrize("text", ["", "1"])
def test_a_check_digit_needs_a_digit_before_it(text: str) -> None:
    with pytest.raises(WrongLength):
        check_digit.check(text)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("95212340", "00000095212340"),
        ("952123456786", "00952123456786"),
        ("9521234543213", "09521234543213"),
        ("19521234543210", "19521234543210"),
    ],
)
def test_gtins_of_every_length_have_one_form_of_14_digits(short: str, long: str) -> None:
    assert gtin.gtin14(short) == long


@pytest.mark.parametrize("length", [0, 7, 9, 10, 11, 15])
def test_a_gtin_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(WrongLength):
        gtin.gtin14("0" * length)


def test_gln_and_sscc_have_one_length_each() -> None:
    assert gln.check_gln("9521234543213") == "9521234543213"
    assert sscc.check_sscc("340123451111111111") == "340123451111111111"
    for refuse, text in ((gln.check_gln, "09521234543213"), (gln.check_gln, "952123454321"), (sscc.check_sscc, "34012345111111111")):
        with pytest.raises(WrongLength):
            refuse(text)
