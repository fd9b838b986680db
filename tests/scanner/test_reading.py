from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.reading import Reading, box, valid_check_digit, widen_upc_e


def _with_check_digit(body: str) -> str:
    return next(body + digit for digit in "0123456789" if valid_check_digit(body + digit))


@given(st.text("0123456789", min_size=1, max_size=17))
def test_exactly_one_check_digit_is_valid(body: str) -> None:
    assert sum(valid_check_digit(body + digit) for digit in "0123456789") == 1


def test_check_digits_of_printed_examples_are_valid() -> None:
    assert valid_check_digit("9521234567899")
    assert valid_check_digit("036000291452")
    assert not valid_check_digit("9521234567898")


def test_letters_foreign_digits_and_single_digits_have_no_check_digit() -> None:
    assert not valid_check_digit("")
    assert not valid_check_digit("0")
    assert not valid_check_digit("952123456789X")
    assert not valid_check_digit("٩٥٢١٢٣٤٥٦٧٨٩٩")


def test_upc_e_widens_to_the_number_printed_under_the_long_symbol() -> None:
    assert widen_upc_e("01234505") == "0012000003455"
    assert widen_upc_e("01234531") == "0012300000451"
    assert widen_upc_e("01234543") == "0012340000053"
    assert widen_upc_e("01234565") == "0012345000065"


@given(st.text("0123456789", min_size=6, max_size=6))
def test_every_upc_e_body_widens_to_thirteen_digits_with_its_own_check_digit(body: str) -> None:
    wide = widen_upc_e("0" + body + "0")[:12]
    check = _with_check_digit(wide)[-1]
    assert valid_check_digit(widen_upc_e("0" + body + check))


def test_a_reading_is_json_without_its_raw_bytes() -> None:
    reading = Reading("A\x1dB", b"A\x1dB", "Data Matrix", "]d2", box(1, 2, 3, 4), "zxing", 1.26)
    assert reading.to_json() == {
        "text": "A\x1dB",
        "symbology": "Data Matrix",
        "identifier": "]d2",
        "corners": [[1, 2], [4, 2], [4, 6], [1, 6]],
        "decoder": "zxing",
        "ms": 1.3,
    }
