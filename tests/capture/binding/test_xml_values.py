"""Simple values of XML Schema: the verdict of libxml2 on made texts, but for what the standard says otherwise."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from app.capture.binding import xml_values as values

CHECKS = {
    "anyURI": values.any_uri,
    "decimal": values.decimal,
    "double": values.double,
    "integer": values.integer,
    "int": values.small_integer,
    "dateTime": values.date_time,
    "hexBinary": values.hexadecimal,
    "boolean": values.truth,
}


@cache
def _schema(name: str) -> etree.XMLSchema:
    text = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="xs:{name}"/></xs:schema>'
    return etree.XMLSchema(etree.fromstring(text))


def by_libxml2(name: str, text: str) -> bool:
    """Whether libxml2 takes a text as value of this type."""
    node = etree.Element("a")
    node.text = text
    return bool(_schema(name).validate(node))


def _pieces(*pieces: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=7).map("".join).filter(lambda text: text == text.strip())


URIS = _pieces(*"a:/?#[]%@é 1\\-_|^{<", "//", "%20", ".", "urn:", "http://", "::1")
NUMBERS = _pieces("1", "0", ".", "-", "+", "E", "e", "INF", "NaN", "99999")
TIMES = st.builds(
    "{}-{:02}-{:02}T{:02}:{}:{}{}{}".format,
    st.sampled_from(["2020", "2021", "0000", "1900", "2000", "12020", "-2020", "02020"]),
    st.integers(0, 13),
    st.integers(0, 32),
    st.integers(0, 25),
    st.sampled_from(["00", "59", "60"]),
    st.sampled_from(["00", "59", "60"]),
    st.sampled_from(["", ".0", ".", ".123"]),
    st.sampled_from(["", "Z", "+07:00", "-14:00", "+14:01", "+15:00", "z", "+00:60"]),
)


@given(URIS)
@example("http://a:99999999999")
@example("//")
@example("")
def test_an_any_uri_is_what_libxml2_takes(text: str) -> None:
    assert values.any_uri(text) == by_libxml2("anyURI", text)


@given(NUMBERS, st.sampled_from(["decimal", "integer", "int"]))
@example("2147483648", "int")
@example("-2147483648", "int")
def test_a_number_is_what_libxml2_takes(text: str, name: str) -> None:
    assert CHECKS[name](text) == by_libxml2(name, text)


@given(NUMBERS)
def test_a_double_is_what_libxml2_takes_if_its_exponent_has_digits(text: str) -> None:
    without_digits = text.lower().endswith("e") or (len(text) > 1 and text[-2] in "eE" and text[-1] in "+-")
    assert values.double(text) == (by_libxml2("double", text) and not without_digits)


@given(TIMES)
@example("2020-01-01T24:00:00")
@example("2019-02-29T00:00:00Z")
def test_a_time_is_what_libxml2_takes(text: str) -> None:
    assert values.date_time(text) == by_libxml2("dateTime", text)
    if values.stamp(text):
        assert values.date_time(text)


@given(_pieces("0", "a", "F", "g", "true", "1", "TRUE"), st.sampled_from(["hexBinary", "boolean"]))
def test_hexadecimal_and_truth_are_what_libxml2_takes(text: str, name: str) -> None:
    assert CHECKS[name](text) == by_libxml2(name, text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2026-06-20T10:00:00+07:00", True),
        ("2026-06-20T10:00:00.123456789Z", True),
        ("2026-06-20T10:00:00-14:00", True),
        ("2026-06-20T10:00:00", False),
        ("2026-06-20T24:00:00Z", False),
        ("2026-06-31T10:00:00Z", False),
        ("2024-02-29T10:00:00Z", True),
        ("2026-02-29T10:00:00Z", False),
        ("0000-01-01T10:00:00Z", False),
        ("12026-06-20T10:00:00Z", False),
        ("2026-06-20T10:00:00+14:01", False),
    ],
)
def test_a_stamp_of_2_0_is_a_day_of_the_calendar_with_an_offset(text: str, is_one: bool) -> None:
    assert values.stamp(text) is is_one


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_number_is_kept_exactly_or_said_to_be_rounded(value: Decimal) -> None:
    text = format(value, "f") if abs(value.adjusted()) < 60 else str(value)
    if not values.double(text):
        return
    number = values.number_of(text)
    if number is None:
        assert abs(value) > 2**53 - 1
    else:
        assert values.is_rounded(text, number) == (len(text) > 15 and isinstance(number, float) and Decimal(repr(number)) != value)
        if not values.is_rounded(text, number):
            assert Decimal(repr(number)) == value


@pytest.mark.parametrize("text", ["NaN", "INF", "-INF", "1e400", "9007199254740992", "-9007199254740992", "9" * 5000])
def test_a_number_that_json_has_none_for_has_none(text: str) -> None:
    assert values.number_of(text) is None
