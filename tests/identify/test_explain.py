"""What a text says by itself, as facts and in the words of three languages."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid, Refusal
from app.identify import check_digit, check_pair, company_prefix, tell
from app.identify.explain import Explanation, ai_of, explain, place_of, read_epc
from app.identify.issuing import Use
from app.identify.read import Spelling
from app.identify.refusals import WrongCheckDigit, WrongLength
from app.identify.spellings import Options
from app.words.translate import translator
from tests.identify import strategies
from tests.identify.attempts import attempt

TODAY = date(2026, 6, 20)
GTIN = "09521234543213"
TAG = "eh3036452148350c4000003039"


def keyed(ai: str, body: str) -> str:
    return f"({ai}){body}{check_digit.digit(body)}"


def explained(text: str, **more: Any) -> Explanation:
    return explain(text, today=TODAY, **more)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"(01){GTIN}", "product"),
        (f"(01){GTIN}(22)V1", "variant"),
        (f"(01){GTIN}(22)V1(10)L", "batch"),
        (f"(01){GTIN}(10)L", "batch"),
        (f"(01){GTIN}(10)L(21)S", "item"),
        (f"(01){GTIN}(235)T", "item"),
        ("(00)395212341111111118", "unit"),
        ("(414)9521234000051", "place"),
        ("(414)9521234000051(254)G1", "place_inside"),
        ("(417)9521234000051", "party"),
        ("(8003)09521234000051", "asset_type"),
        ("(8003)09521234000051CRATE", "asset"),
        ("(8004)9521234A1", "own_asset"),
        ("(253)9521234000051", "document_type"),
        ("(253)9521234000051D7", "document"),
        ("(255)9521234000051", "coupon_type"),
        ("(255)95212340000517", "coupon"),
        (f"(8006){GTIN}0102", "piece"),
        (f"(8006){GTIN}0102(21)S", "piece_item"),
        ("(8010)9521234-1", "component_type"),
        ("(8010)9521234-1(8011)7", "component"),
        ("(401)9521234AB", "consignment"),
        ("(8017)952123400000000000", "provider"),
        ("(8018)952123400000000000(8019)1", "recipient"),
    ],
)
def test_it_says_what_the_number_names(text: str, names: str) -> None:
    found = explained(text)
    assert found.names == names
    for language in ("vi", "en", "fr"):
        assert tell.names(found, translator(language)) != f"identify.names_{names}"


@pytest.mark.parametrize(
    ("text", "spelling", "words"),
    [
        (f"(01){GTIN}", Spelling.BRACKETED, "AIs in brackets"),
        (f"01{GTIN}", Spelling.ELEMENTS, "GS1 element string"),
        ("9521234543213", Spelling.DIGITS, "plain digits"),
        (f"]C101{GTIN}", Spelling.SCAN, "what a scanner sent, GS1-128"),
        (f"]Q301{GTIN}", Spelling.SCAN, "what a scanner sent, QR Code"),
        ("]E09521234543213", Spelling.SCAN, "what a scanner sent, EAN-13"),
        (f"]I1{GTIN}", Spelling.SCAN, "what a scanner sent, ITF-14"),
        (f"]Q1https://brand.example/01/{GTIN}", Spelling.SCAN, "what a scanner sent, QR Code"),
        (f"https://brand.example:8443/x/01/{GTIN}", Spelling.LINK, "GS1 Digital Link, a web address at brand.example:8443"),
        ("urn:epc:id:sgtin:9521234.054321.12345", Spelling.URN, "EPC URN"),
        (TAG, Spelling.EPC_BINARY, "EPC binary string, SGTIN-96"),
        (f"https://brand.example/{TAG}", Spelling.EPC_BINARY, "EPC binary string, SGTIN-96"),
    ],
)
def test_it_says_how_the_text_is_written(text: str, spelling: Spelling, words: str) -> None:
    found = explained(text)
    assert found.spelling is spelling
    assert tell.written(found, translator("en")) == words


def test_a_compressed_link_is_what_it_stands_for() -> None:
    from app.identify import compression

    link = f"https://brand.example/01/{GTIN}/21/S1"
    found = explained(compression.compress(link))
    assert found.spelling is Spelling.COMPRESSED
    assert found.answer.dl_uri == f"https://id.gs1.org/01/{GTIN}/21/S1"


def test_the_epc_urn_needs_to_know_the_company_prefix() -> None:
    assert explained(f"(01){GTIN}(21)S").epc_urn is None
    assert explained("urn:epc:id:sgtin:9521234.054321.S").epc_urn == "urn:epc:id:sgtin:9521234.054321.S"
    assert explained(TAG).epc_urn == "urn:epc:id:sgtin:9521234.054321.12345"
    told = explained(f"(01){GTIN}(21)S", length_of=lambda ai, value: 9 if (ai, value) == ("01", GTIN) else None)
    assert told.epc_urn == "urn:epc:id:sgtin:952123454.0321.S"


def test_a_key_is_taken_apart_where_its_company_prefix_is_known() -> None:
    assert explained(f"(01){GTIN}").parts is None
    for text in (TAG, "urn:epc:id:sgtin:9521234.054321.S"):
        assert explained(text).parts == company_prefix.Parts("0", "9521234", "54321", "3", "", "")
    found = explained("(8006)095212345432130102", length_of=lambda *_: 7)
    assert [text for _, text in tell.parts(found, translator("en"))] == ["0", "9521234", "54321", "3", "0102"]
    assert explained("(8004)9521A", length_of=lambda *_: 7).parts is None
    assert tell.parts(explained("(99)A"), translator("en")) == []


@pytest.mark.parametrize(
    ("text", "names"), [("(99)abc", "No GS1 key: these AIs name nothing"), ("]Q1TEXT", "Plain text: it holds no application identifier")]
)
def test_what_has_no_key_is_explained_too(text: str, names: str) -> None:
    found = explained(text)
    assert (found.identified, found.answer.dl_uri, tell.names(found, translator("en"))) == (None, None, names)
    assert tell.as_json(found, translator("en"))["canonical"] is None


def test_the_path_is_the_one_that_the_link_has() -> None:
    found = explained(f"https://a.example/01/{GTIN}/235/T?10=L")
    assert found.identified is not None
    assert found.identified.path == (("01", GTIN), ("235", "T"))
    assert found.names == "item"


def test_a_short_gtin_in_a_link_passes_for_people_who_are_told() -> None:
    link = "https://a.example/01/9521234543213"
    found = explained(link)
    assert found.short_gtin
    assert tell.flags(found, translator("en"))[0].startswith("This web address carries a GTIN of less than 14 digits.")
    assert not explained(link, options=Options(short_gtin=True)).short_gtin
    with pytest.raises(WrongLength):
        explained(link, lenient=False)
    with pytest.raises(WrongCheckDigit):
        explained("https://a.example/01/9521234543214")
    with pytest.raises(WrongLength):
        explained("https://a.example/01/95212345432")


def test_a_key_without_an_epc_has_none() -> None:
    body = "9521A"
    model = f"(8013){body}{check_pair.pair(body)}"
    assert explained(model, length_of=lambda *_: 6).names == "model"
    assert explained(model, length_of=lambda *_: 6).epc_urn is None
    assert explained(f"(01){GTIN}", length_of=lambda *_: 4).epc_urn is None


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_who_issued_the_number_is_never_called_an_origin(language: str) -> None:
    t = translator(language)
    told = tell.issued(explained(keyed("414", "300000000000")), t)
    assert "GS1 " in told[0]
    assert told[-1] == t("identify.issued_not_origin")


def test_a_number_for_examples_is_flagged() -> None:
    found = explained(f"(01){GTIN}")
    assert found.demonstration
    assert not found.restricted
    assert tell.flags(found, translator("en")) == ["Demonstration number: for examples only, never on goods in trade."]


def test_a_number_inside_a_company_is_flagged() -> None:
    found = explained("(01)00200000000004")
    assert found.issuer is not None
    assert found.restricted
    assert "one company or region" in tell.flags(found, translator("en"))[0]


def test_a_prefix_of_nobody_is_flagged() -> None:
    found = explained(keyed("414", "145000000000"))
    assert found.issuer is not None
    assert found.issuer.use is Use.UNASSIGNED
    assert "145" in tell.flags(found, translator("en"))[0]


@pytest.mark.parametrize(
    ("pair", "vi", "en", "fr"),
    [
        ("(17)271122", "ngày 22 tháng 11 năm 2027", "22 November 2027", "22 novembre 2027"),
        ("(17)271100", "cuối tháng 11 năm 2027 (ngày 30)", "end of November 2027 (day 30)", "fin novembre 2027 (jour 30)"),
        ("(11)260501", "ngày 1 tháng 5 năm 2026", "1 May 2026", "1er mai 2026"),
        ("(7003)2711221430", "ngày 22 tháng 11 năm 2027, lúc 14:30", "22 November 2027, 14:30", "22 novembre 2027, 14:30"),
        ("(3103)001250", "1,250\u00a0kg", "1.250\u00a0kg", "1,250\u00a0kg"),
        ("(3100)123456", "123.456\u00a0kg", "123,456\u00a0kg", "123\u202f456\u00a0kg"),
        ("(3932)7041250000", "12.500,00 VND", "12,500.00 VND", "12\u202f500,00 VND"),
        ("(3922)1250", "12,50, tiền nội địa", "12.50, local currency", "12,50, monnaie locale"),
        ("(422)704", "VN", "VN", "VN"),
        ("(423)704276", "VN, DE", "VN, DE", "VN, DE"),
    ],
)
def test_values_are_told_in_words(pair: str, vi: str, en: str, fr: str) -> None:
    found = explained(f"(01){GTIN}{pair}", form="bracketed", options=Options(requisites=False))
    element = found.elements[-1]
    assert [tell.value(element.typed, translator(language)) for language in ("vi", "en", "fr")] == [vi, en, fr]


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_every_ai_has_a_meaning_in_every_language(language: str) -> None:
    from app.identify import dictionary

    t = translator(language)
    unsaid = [ai for ai, entry in dictionary.entries().items() if tell.meaning(ai, t) in ("", entry.title, t("identify.unknown_ai"))]
    assert unsaid == []
    assert tell.meaning("3340", t) != tell.meaning("3140", t)
    assert tell.meaning("89", t) == t("identify.unknown_ai")


def test_elements_without_a_key_are_explained_when_they_are_asked_for() -> None:
    found = explained("(10)L", form="bracketed", options=Options(requisites=False))
    assert (found.identified, found.names, found.issuer, found.answer.dl_uri) == (None, None, None, None)
    assert tell.issued(found, translator("en")) == ["Without a GS1 key nothing tells who issued a number."]


def test_other_parameters_of_an_address_are_kept_apart() -> None:
    for form in ("uri", "auto"):
        found = explained(f"https://brand.example/01/{GTIN}?linkType=gs1:pip&17=271122", form=form)
        assert found.foreign == ("linkType=gs1:pip",)
        assert found.domain == "brand.example"


@pytest.mark.parametrize(
    ("text", "position"), [("ehZZ", 2), ("https://a.example/ehZZ", 20), ("ex+!", 2), ("hello", 0), ("urn:epc:id:gid:1.2.3", 8)]
)
def test_what_is_no_epc_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(Invalid) as refused:
        read_epc(text)
    assert refused.value.params["position"] == position


def test_a_refusal_names_its_ai_and_its_place() -> None:
    with pytest.raises(Invalid) as wrong:
        explained(f"(01){GTIN}(17)271399")
    assert (ai_of(wrong.value), *place_of(wrong.value)) == ("17", 24, 2)
    with pytest.raises(Invalid) as unknown:
        explained(f"(01){GTIN}(89)X")
    assert ai_of(unknown.value) == "89"


@given(strategies.element_lists)
def test_whatever_is_valid_can_be_explained_in_every_language(pairs: list[tuple[str, str]]) -> None:
    from app.identify import element_string

    text = element_string.bracketed(pairs)
    found = attempt(lambda: explained(text, form="bracketed", options=Options(requisites=False)))
    if isinstance(found, Refusal):  # two that exclude each other
        return
    for language in ("vi", "en", "fr"):
        told = tell.as_json(found, translator(language))
        assert "{" not in told["issued"]
        assert json.loads(json.dumps(told))["ais"] == [list(pair) for pair in pairs]


@given(st.text() | st.text("()0123456789 -^]CdQEI\x1dA%/ehx:.", max_size=40))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    found = attempt(lambda: explained(text))
    if isinstance(found, Refusal):
        assert 0 <= found.params["position"] <= len(text)
    elif found.identified is None:
        assert found.names is None
    else:
        assert sorted(found.answer.ais) == sorted(found.identified.path + found.identified.attributes)
