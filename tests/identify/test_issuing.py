from __future__ import annotations

import json
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identify import dictionary, issuing
from app.identify.issuing import Issuer, Use
from tests.identify import strategies

TABLE = json.loads((files("schemas") / "gs1" / "prefixes.json").read_text(encoding="utf-8"))
LAST = "999999999999"


def issuer(ai: str, value: str) -> Issuer:
    found = issuing.issuer_of(ai, value)
    assert found is not None
    return found


def by_prefix(digits: str) -> Issuer:
    return issuer("414", (digits + LAST)[:13])


@pytest.mark.parametrize(
    ("digits", "organisation", "english"),
    [
        ("893", "GS1 Viet Nam", "Viet Nam"),
        ("884", "GS1 Cambodia", "Cambodia"),
        ("887", "GS1 Laos", "Laos"),
        ("300", "GS1 France", "France"),
        ("379", "GS1 France", "France"),
        ("440", "GS1 Germany", "Germany"),
        ("00001", "GS1 US", "United States"),
        ("0001", "GS1 US", "United States"),
        ("001", "GS1 US", "United States"),
        ("019", "GS1 US", "United States"),
        ("139", "GS1 US", "United States"),
        ("545", "GS1 Belgium & Luxembourg", "Belgium and Luxembourg"),
        ("680", "GS1 China", "China"),
        ("699", "GS1 China", "China"),
        ("471", "GS1 Chinese Taipei", "Chinese Taipei"),
    ],
)
def test_a_member_organisation_is_named_with_its_country(digits: str, organisation: str, english: str) -> None:
    found = by_prefix(digits)
    assert (found.use, found.organisation) == (Use.MEMBER, organisation)
    assert found.territory is not None
    assert found.territory.en == english


@pytest.mark.parametrize(
    ("digits", "use"),
    [
        ("0000000", Use.RESTRICTED_COMPANY),
        ("0000001", Use.UNUSED),
        ("000009", Use.UNUSED),
        ("020", Use.RESTRICTED_REGION),
        ("029", Use.RESTRICTED_REGION),
        ("040", Use.RESTRICTED_COMPANY),
        ("049", Use.RESTRICTED_COMPANY),
        ("050", Use.RESERVED),
        ("200", Use.RESTRICTED_REGION),
        ("299", Use.RESTRICTED_REGION),
        ("140", Use.UNASSIGNED),
        ("612", Use.UNASSIGNED),
        ("623", Use.FUTURE),
        ("894", Use.FUTURE),
        ("950", Use.GLOBAL_OFFICE),
        ("951", Use.EPC_MANAGER),
        ("952", Use.DEMONSTRATION),
        ("953", Use.UNASSIGNED),
        ("9624", Use.GTIN_8),
        ("9629", Use.GTIN_8),
        ("969", Use.GTIN_8),
        ("977", Use.SERIALS),
        ("978", Use.BOOKS),
        ("9790", Use.MUSIC),
        ("9791", Use.BOOKS),
        ("980", Use.REFUND),
        ("981", Use.COUPON_REGION),
        ("983", Use.COUPON_REGION),
        ("984", Use.UNASSIGNED),
        ("990", Use.COUPON),
        ("999", Use.COUPON),
    ],
)
def test_special_prefixes_say_what_they_are_for(digits: str, use: Use) -> None:
    assert by_prefix(digits).use is use


def test_a_prefix_of_no_one_is_unassigned_and_not_an_error() -> None:
    found = by_prefix("140")
    assert (found.prefix, found.organisation, found.territory) == ("140", "", None)
    assert found.purpose.vi == "chưa cấp cho tổ chức nào"


def test_the_longest_prefix_decides() -> None:
    assert (by_prefix("9625").organisation, by_prefix("9624").organisation) == ("GS1 Poland", "GS1 UK")
    assert by_prefix("9625").prefix == "9625"


@pytest.mark.parametrize(
    ("ai", "value"),
    [
        ("00", "395212345678901231"),
        ("01", "39521234543214"),
        ("02", "09521234543213"),
        ("8003", "09521234543213"),
        ("8006", "195212345432100101"),
        ("414", "9521234543213"),
        ("253", "9521234543213"),
        ("8004", "9521234A"),
        ("8013", "9521234A"),
        ("8018", "952123456789012345"),
        ("402", "95212345678901230"),
    ],
)
def test_the_prefix_begins_after_indicator_extension_or_leading_zero(ai: str, value: str) -> None:
    assert issuer(ai, value).prefix == "952"


@pytest.mark.parametrize("value", ["614141000012", "0614141000012", "00614141000012", "10614141000019"])
def test_a_upc_prefix_has_an_implied_zero(value: str) -> None:
    assert (issuer("01", value).prefix, issuer("01", value).organisation) == ("061", "GS1 US")


@pytest.mark.parametrize(
    ("value", "prefix", "use"),
    [
        ("95200002", "952", Use.DEMONSTRATION),
        ("00000095200002", "952", Use.DEMONSTRATION),
        ("10000095200009", "952", Use.DEMONSTRATION),
        ("00000001234565", "012", Use.RESTRICTED_COMPANY),
        ("00000020000004", "200", Use.RESTRICTED_COMPANY),
        ("00000029900000", "299", Use.RESTRICTED_COMPANY),
        ("00000030000001", "300", Use.MEMBER),
        ("00000097700007", "977", Use.RESERVED),
        ("00000014000004", "140", Use.UNASSIGNED),
    ],
)
def test_a_gtin_8_has_a_prefix_of_its_own_kind(value: str, prefix: str, use: Use) -> None:
    assert (issuer("01", value).prefix, issuer("01", value).use) == (prefix, use)


def test_five_zeros_make_a_gtin_8_only_in_a_gtin() -> None:
    assert issuer("414", "0000095200002").use is Use.UNUSED


@pytest.mark.parametrize("ai", ["10", "21", "17", "3103", "8008", "9", ""])
def test_other_values_have_no_issuer(ai: str) -> None:
    assert issuing.issuer_of(ai, "952123") is None


KEYS = sorted(ai for ai in dictionary.entries() if issuing.issuer_of(ai, "95212345432130") is not None)


@given(st.sampled_from(KEYS).flatmap(lambda ai: st.tuples(st.just(ai), strategies.values(dictionary.entries()[ai]))))
def test_every_key_has_an_issuer_whose_range_holds_its_prefix(pair: tuple[str, str]) -> None:
    found = issuer(*pair)
    assert found.first <= found.prefix <= found.last
    assert found.prefix in pair[1]
    assert (found.territory is None) == (not found.territories)


def test_every_use_has_words_in_three_languages_and_none_speaks_of_origin() -> None:
    assert set(TABLE["uses"]) == {str(use) for use in Use}
    words = [text for use in TABLE["uses"].values() for text in use.values()]
    assert len(words) == 3 * len(Use)
    assert all(text.strip() for text in words)
    assert not [text for text in words for claim in ("origin", "xuất xứ", "origine", "made in") if claim in text.lower()]


def test_words_are_said_in_the_language_asked_for() -> None:
    territory = by_prefix("893").territory
    assert territory is not None
    assert [territory.say(language) for language in ("vi", "en", "fr")] == ["Việt Nam", "Viet Nam", "Viêt Nam"]


def test_ranges_of_one_length_do_not_overlap() -> None:
    for rows in (TABLE["prefixes"], TABLE["gs1_8"]):
        bounds = sorted((len(row["from"]), row["from"], row["to"]) for row in rows)
        assert all(len(first) == len(last) and first <= last for _, first, last in bounds)
        assert all(one[0] != two[0] or one[2] < two[1] for one, two in pairwise(bounds))


def test_members_have_an_organisation_and_a_country_in_three_languages() -> None:
    for row in TABLE["prefixes"]:
        if row["use"] == "member":
            assert row["organisation"].startswith("GS1 ")
            assert all(row[language].strip() for language in ("vi", "en", "fr"))
            assert set(row["territories"].split()) <= dictionary.codes("countries2") | {"XK"}
