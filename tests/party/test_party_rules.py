"""What an organisation and a person must look like, at the shortest, the longest and one over."""

from __future__ import annotations

from typing import Any

import pytest

from app.party import rules

GOOD = {"name": "HTX Vải Hương Giang", "tax_code": "0123456789", "gln": "9521001000000", "prefix": "9521001", "province": "31"}
PERSON = {"person_name": "Hương", "email": "huong@vai.example", "password": "vải-chín đỏ 2026"}


def _codes(**changes: Any) -> list[tuple[str, str]]:
    return [(finding.code, finding.pointer) for finding in rules.check_organisation(GOOD | changes)]


def test_a_complete_organisation_has_no_findings() -> None:
    assert _codes() == []


def test_a_household_needs_no_more_than_a_name() -> None:
    assert rules.check_organisation({"name": "Hộ ông Bình", "kind": "household"}) == []


@pytest.mark.parametrize("tax_code", ["0123456789", "0123456789-001", "0123456789001", "031234567890"])
def test_a_tax_code_has_ten_twelve_or_thirteen_digits(tax_code: str) -> None:
    assert _codes(tax_code=tax_code) == []


@pytest.mark.parametrize("tax_code", ["012345678", "01234567890", "01234567890123", "01234 6789", "O123456789"])
def test_any_other_tax_code_is_found(tax_code: str) -> None:
    assert _codes(tax_code=tax_code) == [("party.tax-code", "/tax_code")]


def test_a_wrong_check_digit_of_the_gln_is_found() -> None:
    assert _codes(gln="9521001000001") == [("identify.wrong-check-digit", "/gln")]


@pytest.mark.parametrize("prefix", ["9521", "9521001", "952100100001"])
def test_a_company_prefix_has_four_to_twelve_digits(prefix: str) -> None:
    assert _codes(prefix=prefix) == []


@pytest.mark.parametrize("prefix", ["952", "9521001000012", "952A", "0000123", "2123456", "0212345", "0412345", 9521001])
def test_what_nobody_can_hold_is_no_company_prefix(prefix: object) -> None:
    assert _codes(prefix=prefix) == [("party.prefix", "/prefix")]


@pytest.mark.parametrize(("prefix", "fits"), [("9521001", True), ("952100100001", True), ("952100", False), ("9521", False)])
def test_a_prefix_that_an_organisation_declares_by_itself_has_seven_digits(prefix: str, fits: bool) -> None:
    assert [finding.code for finding in rules.check_declared(prefix)] == ([] if fits else ["party.prefix-short"])
    assert rules.check_declared(prefix, {prefix}) == []


@pytest.mark.parametrize("province", ["34", "99", "hn", ["31"], {"a": 1}, 31])
def test_a_province_is_one_of_thirty_four(province: object) -> None:
    assert _codes(province=province) == [("party.province", "/province")]


def test_there_are_thirty_four_provinces() -> None:
    assert len(rules.provinces()) == 34
    assert rules.provinces()["31"] == "Hải Phòng"


@pytest.mark.parametrize(
    ("website", "fits"),
    [
        ("https://vai.example", True),
        ("http://vai.example:8080/a", True),
        ("javascript:alert(1)", False),
        ("vai.example", False),
        ("https://user@vai.example", False),
    ],
)
def test_a_website_is_an_address_of_the_web(website: str, fits: bool) -> None:
    assert (_codes(website=website) == []) is fits


def test_a_name_may_have_two_hundred_characters_and_not_one_more() -> None:
    assert _codes(name="x" * 200) == []
    assert _codes(name="x" * 201) == [("party.field-too-long", "/name")]


def test_a_missing_a_wrong_and_an_invisible_text_are_told_apart() -> None:
    assert _codes(name="") == [("party.field-missing", "/name")]
    assert _codes(name=7) == [("party.field-not-text", "/name")]
    assert _codes(name="Vải\u0007") == [("party.field-control-character", "/name")]


@pytest.mark.parametrize("kind", ["operator", "national", "laboratory", "x", ["enterprise"]])
def test_nobody_registers_themselves_as_an_authority(kind: object) -> None:
    assert [finding.code for finding in rules.check_self_registered({"kind": kind})] == ["party.kind"]


@pytest.mark.parametrize("email", ["huong", "huong@vai", "huong@@vai.example", "a b@vai.example"])
def test_an_address_without_its_parts_is_no_email(email: str) -> None:
    assert [finding.code for finding in rules.check_person(PERSON | {"email": email})] == ["party.email"]


@pytest.mark.parametrize(("password", "fits"), [("a1b2c3d4e5", True), ("a1b2c3d4e", False), ("aaaaaaaaaaaa", False), ("MatKhau123", False)])
def test_a_password_is_long_enough_and_not_the_first_one_to_try(password: str, fits: bool) -> None:
    found = [finding.code for finding in rules.check_person(PERSON | {"password": password})]
    assert found == ([] if fits else ["party.password-weak"])
