from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identify.fault import Fault
from app.identify.linters import LINTERS, lint_component

RIGHT = [
    ("couponcode", "012345612345611110123101101230123456"),
    ("couponcode", "0123456123456111101234200229"),
    ("couponcode", "01234561234561111012390001"),
    ("couponposoffer", "001234561234560123456"),
    ("cset39", "A#-/9"),
    ("cset64", "AB="),
    ("cset82", "!_z"),
    ("csetnumeric", "09"),
    ("csum", "9521234543213"),
    ("csumalpha", "1987654Ad4X4bL5ttr2310c2K"),
    ("gcppos1", "9521"),
    ("gcppos2", "A9521"),
    ("hasnondigit", "1A"),
    ("hh", "23"),
    ("hhmi", "2359"),
    ("hyphen", "-"),
    ("iban", "FR7630006000011234567890189"),
    ("importeridx", "_"),
    ("iso3166", "704"),
    ("iso3166999", "999"),
    ("iso3166alpha2", "VN"),
    ("iso4217", "704"),
    ("iso5218", "9"),
    ("latitude", "1800000000"),
    ("longitude", "3600000000"),
    ("mediatype", "80"),
    ("mi", "59"),
    ("nonzero", "001"),
    ("nozeroprefix", "10"),
    ("packagetype", "CT"),
    ("pcenc", "a%2Fb"),
    ("pieceoftotal", "0202"),
    ("posinseqslash", "2/10"),
    ("posinseqslash", "1" * 5_000 + "/" + "2" * 5_000),
    ("ss", "59"),
    ("winding", "9"),
    ("yesno", "1"),
    ("yymmd0", "240200"),
    ("yymmdd", "000229"),
    ("yyyymmd0", "20240200"),
    ("yyyymmdd", "20000229"),
    ("zero", "0"),
]
WRONG = [
    ("couponcode", "0123456123456111101233201310", Fault("coupon-invalid-exipiration-date", 22, 6)),
    ("couponcode", "01234561234561111012350", Fault("coupon-truncated-serial-number", 0, 23)),
    ("couponcode", "012345612345611110123101101230123456x", Fault("non-digit-character", 36, 1)),
    ("couponcode", "", Fault("coupon-missing-gcp-vli", 0, 0)),
    ("couponposoffer", "201234561234560123456", Fault("coupon-invalid-format-code", 0, 1)),
    ("cset39", "AB_C", Fault("invalid-cset39-character", 2, 1)),
    ("cset64", "123==", Fault("invalid-cset64-padding", 3, 2)),
    ("cset82", "AB C", Fault("invalid-cset82-character", 2, 1)),
    ("csetnumeric", "0a", Fault("non-digit-character", 1, 1)),
    ("csum", "9521234543214", Fault("incorrect-check-digit", 12, 1)),
    ("csum", "", Fault("too-short-for-check-digit", 0, 0)),
    ("csumalpha", "1987654Ad4X4bL5ttr2310c2X", Fault("incorrect-check-pair", 23, 2)),
    ("csumalpha", "2", Fault("too-short-for-check-pair", 0, 1)),
    ("gcppos1", "952", Fault("too-short-for-gcp", 0, 3)),
    ("gcppos1", "95A1", Fault("invalid-gcp-prefix", 2, 1)),
    ("gcppos2", "195A1", Fault("invalid-gcp-prefix", 3, 1)),
    ("gcppos2", "", Fault("too-short-for-gcp", 0, 0)),
    ("hasnondigit", "11", Fault("requires-non-digit-character", 0, 2)),
    ("hh", "24", Fault("illegal-hour", 0, 2)),
    ("hhmi", "2360", Fault("illegal-minute", 2, 2)),
    ("hhmi", "2400", Fault("illegal-hour", 0, 2)),
    ("hhmi", "111", Fault("hour-with-minute-too-short", 0, 3)),
    ("hyphen", "-X", Fault("not-hyphen", 0, 2)),
    ("iban", "FR7630006000011234567890180", Fault("incorrect-iban-checksum", 2, 2)),
    ("iban", "XX361234567890", Fault("illegal-iban-country-code", 0, 2)),
    ("iban", "FR76x0006000011234567890189", Fault("invalid-iban-character", 4, 1)),
    ("importeridx", "!", Fault("invalid-import-idx-character", 0, 1)),
    ("importeridx", "AA", Fault("importer-idx-must-be-one-character", 0, 2)),
    ("iso3166", "999", Fault("not-iso3166", 0, 3)),
    ("iso3166999", "998", Fault("not-iso3166-or-999", 0, 3)),
    ("iso3166alpha2", "ZZ", Fault("not-iso3166-alpha2", 0, 2)),
    ("iso4217", "000", Fault("not-iso4217", 0, 3)),
    ("iso5218", "3", Fault("invalid-biological-sex-code", 0, 1)),
    ("latitude", "1800000001", Fault("invalid-latitude", 0, 10)),
    ("longitude", "360000000", Fault("longitude-invalid-length", 0, 9)),
    ("mediatype", "11", Fault("invalid-media-type", 0, 2)),
    ("mi", "60", Fault("illegal-minute", 0, 2)),
    ("nonzero", "000", Fault("illegal-zero-value", 0, 3)),
    ("nozeroprefix", "0", Fault("illegal-zero-prefix", 0, 1)),
    ("packagetype", "0000", Fault("invalid-package-type", 0, 4)),
    ("pcenc", "ABC%gXYZ", Fault("invalid-percent-sequence", 3, 3)),
    ("pcenc", "ABC%4", Fault("invalid-percent-sequence", 3, 2)),
    ("pieceoftotal", "0302", Fault("piece-number-exceeds-total", 0, 4)),
    ("pieceoftotal", "0002", Fault("zero-piece-number", 0, 2)),
    ("pieceoftotal", "0200", Fault("zero-total-pieces", 2, 2)),
    ("pieceoftotal", "020", Fault("invalid-length-for-piece-of-total", 0, 3)),
    ("posinseqslash", "9/8", Fault("position-exceeds-end", 0, 3)),
    ("posinseqslash", "1/0", Fault("illegal-zero-prefix", 2, 1)),
    ("posinseqslash", "1//2", Fault("position-in-sequence-malformed", 0, 4)),
    ("ss", "111", Fault("second-too-long", 0, 3)),
    ("winding", "2", Fault("invalid-winding-direction", 0, 1)),
    ("yesno", "2", Fault("not-zero-or-one", 0, 1)),
    ("yymmd0", "240230", Fault("illegal-day", 4, 2)),
    ("yymmdd", "240200", Fault("illegal-day", 4, 2)),
    ("yymmdd", "241301", Fault("illegal-month", 2, 2)),
    ("yyyymmd0", "2024020", Fault("date-too-short", 0, 7)),
    ("yyyymmdd", "19000229", Fault("illegal-day", 6, 2)),
    ("zero", "01", Fault("not-zero", 0, 2)),
]


@pytest.mark.parametrize(("name", "text"), RIGHT)
def test_what_is_right_has_no_fault(name: str, text: str) -> None:
    assert LINTERS[name](text) is None


@pytest.mark.parametrize(("name", "text", "fault"), WRONG)
def test_what_is_wrong_has_its_first_fault_in_its_place(name: str, text: str, fault: Fault) -> None:
    assert LINTERS[name](text) == fault


def test_each_linter_is_shown_right_and_wrong() -> None:
    assert {name for name, _ in RIGHT} == LINTERS.keys() == {name for name, _, _ in WRONG}


@given(st.sampled_from(sorted(LINTERS)), st.text() | st.text("0123456789-/%A="))
def test_any_text_has_a_fault_inside_it_or_none(name: str, text: str) -> None:
    fault = LINTERS[name](text)
    if fault is not None:
        assert 0 <= fault.position <= fault.position + fault.length <= len(text)


def test_a_look_up_of_company_prefixes_can_be_plugged_in() -> None:
    def allotted(text: str) -> bool | None:
        return None if text.startswith("0") else text.startswith("952")

    assert lint_component("gcppos1", "1234567") is None
    assert lint_component("gcppos1", "9521234", allotted) is None
    assert lint_component("gcppos1", "1234567", allotted) == Fault("invalid-gcp-prefix", 0, 7)
    assert lint_component("gcppos2", "A1234567", allotted) == Fault("invalid-gcp-prefix", 1, 7)
    assert lint_component("gcppos2", "A0234567", allotted) == Fault("gcp-datasource-offline", 1, 7)
    assert lint_component("gcppos1", "12A4", allotted) == Fault("invalid-gcp-prefix", 2, 1)
    assert lint_component("csum", "9521234543213", allotted) is None


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("gcppos2", "9", Fault("too-short-for-gcp", 0, 1)),
        ("pieceoftotal", "1A1", Fault("non-digit-character", 1, 1)),
        ("hhmi", "40M0", Fault("illegal-hour", 0, 2)),
    ],
)
def test_what_is_wrong_first_in_a_component_is_told(name: str, text: str, fault: Fault) -> None:
    assert LINTERS[name](text) == fault
