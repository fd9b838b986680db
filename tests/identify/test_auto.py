"""Texts whose form nobody told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusal
from app.identify import compression, element_string
from app.identify.auto import read_auto
from app.identify.refusals import (
    MissingAi,
    NoElements,
    NoKeyInUri,
    NotRecognised,
    UnknownAi,
    WrongCharacter,
    WrongCheckDigit,
    WrongLength,
)
from app.identify.spellings import Answer, Form, Options, read_as
from tests.identify import strategies
from tests.identify.attempts import attempt, comparable

GTIN = "09521234543213"
KEY = ("01", GTIN)
TAG = "eh3036452148350c4000003039"
TAGGED = f"https://id.gs1.org/01/{GTIN}/21/12345"
LOOSE = Options(requisites=False, unknown_ais=True, unknown_attributes=True)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("(99)abc", "bracketed"),
        (f"(10)L(01){GTIN}|(17)271122", "bracketed"),
        ("^99abc^98def", "element"),
        (f"^10L^01{GTIN}|^99A", "element"),
        ("\x1d99abc", "element"),
        ("99abc", "element"),
        ("]C199abc", "scan"),
        ("]Q1TEXT", "scan"),
        ("]Q1^TEXT", "scan"),
        (f"]Q1https://a.example/01/{GTIN}?x=1", "scan"),
        (f"]I1{GTIN}", "scan"),
        (f"https://a.example/01/{GTIN}/235/T?10=L&linkType=all", "uri"),
        (f"HTTPS://a.example/01/{GTIN}", "uri"),
        (f"https://a.example/{TAG}", "uri"),
    ],
)
def test_a_text_is_read_as_if_its_form_had_been_told(text: str, form: Form) -> None:
    for options in (Options(), LOOSE):
        assert comparable(read_auto(text, options)) == comparable(read_as(text, form, options))


@given(strategies.element_lists, st.sampled_from(["bracketed", "element"]), st.booleans())
def test_whatever_can_be_written_means_the_same_untold(pairs: list[tuple[str, str]], form: Form, requisites: bool) -> None:
    options = Options(requisites=requisites)
    text = element_string.bracketed(pairs) if form == "bracketed" else "^" + element_string.written(pairs, "^")
    told = attempt(lambda: read_as(text, form, options))
    assert comparable(attempt(lambda: read_auto(text, options))) == comparable(told)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("9521234543213", f"https://id.gs1.org/01/{GTIN}"),
        ("952-1234-54321-3", f"https://id.gs1.org/01/{GTIN}"),
        (" 952 1234 54321 3 ", f"https://id.gs1.org/01/{GTIN}"),
        ("95212340", "https://id.gs1.org/01/00000095212340"),
        ("395212341111111118", "https://id.gs1.org/00/395212341111111118"),
        (f"01 {GTIN[:7]} {GTIN[7:]}", f"https://id.gs1.org/01/{GTIN}"),
        (f"01{GTIN}17271122", f"https://id.gs1.org/01/{GTIN}?17=271122"),
        ("urn:epc:id:sgtin:9521234.054321.12345", TAGGED),
        (TAG, TAGGED),
        (f"https://a.example/{TAG}", TAGGED),
        (f"]Q1https://a.example/{TAG}", TAGGED),
        (compression.compress("https://a.example" + TAGGED.removeprefix("https://id.gs1.org")), TAGGED),
        (f"(01) {GTIN} (21) 12345", TAGGED),
        (f"(01){GTIN} (21)12345", TAGGED),
        (f"(01) {GTIN}", f"https://id.gs1.org/01/{GTIN}"),
        (f"  (01){GTIN}\n", f"https://id.gs1.org/01/{GTIN}"),
        (f"\t01{GTIN}", f"https://id.gs1.org/01/{GTIN}"),
        (f"01{GTIN}10L\u241d17271122", f"https://id.gs1.org/01/{GTIN}/10/L?17=271122"),
        (f"]C101{GTIN}10L\u241d17271122", f"https://id.gs1.org/01/{GTIN}/10/L?17=271122"),
        ("]E09521234543213", f"https://id.gs1.org/01/{GTIN}"),
        ("]E495212340", "https://id.gs1.org/01/00000095212340"),
    ],
)
def test_what_no_single_form_covers_is_read_too(text: str, link: str) -> None:
    assert read_auto(text).dl_uri == link
    assert read_auto(text, lenient=True).dl_uri == link


def test_the_composite_part_of_a_retail_barcode_follows_its_number() -> None:
    found = read_auto("]E09521234543213|]e099A\x1d98B")
    assert found.ais == (KEY, ("99", "A"), ("98", "B"))
    assert (found.bracketed, found.carrier) == (f"(01){GTIN}|(99)A(98)B", "EAN13")
    assert read_as("]E09521234543213|]e099A\x1d98B", "scan").ais == (("99", "A"), ("98", "B"))


@pytest.mark.parametrize(
    "text", ["(10) LOT", "(10)LOT ", "(10) LOT ", f"01{GTIN}10LOT ", f"(01){GTIN}(10) OT", f"https://a.example/01/{GTIN}/10/L "]
)
def test_one_space_beside_an_open_value_is_a_mistake_to_programs_and_decoration_to_people(text: str) -> None:
    options = Options(requisites=False)
    spaces = len(text) - len(text.replace(" ", ""))
    strict = attempt(lambda: read_auto(text, options))
    assert isinstance(strict, Refusal) is (spaces == 1)
    assert isinstance(read_auto(text, options, lenient=True), Answer)


def test_a_caret_in_scan_data_is_fnc1_to_people_only() -> None:
    text = f"]C101{GTIN}10L^17271122"
    with pytest.raises(WrongCharacter):
        read_auto(text)
    assert read_auto(text, lenient=True).ais == (KEY, ("10", "L"), ("17", "271122"))


@pytest.mark.parametrize(
    ("text", "kind", "position"),
    [
        ("", NotRecognised, 0),
        ("  ", NotRecognised, 0),
        ("hello", NotRecognised, 0),
        ("12345", WrongLength, 5),
        ("  952-1234-54321-4", WrongCheckDigit, 17),
        ("01 0952123 4543214", WrongCheckDigit, 17),
        ("(01) 09521234543214", WrongCheckDigit, 18),
        (f"  (01) {GTIN} (10) A B", WrongCharacter, 28),
        (f" 01{GTIN}10A\xe9 ", WrongCharacter, 20),
        ("(01)", NoElements, 4),
        ("^(01)", UnknownAi, 1),
        (f"(01){GTIN}(250)X", MissingAi, 18),
        ("https://a.example/01/9521234543213", WrongLength, 34),
        ("https://a.example/b/example", NoKeyInUri, 17),
        ("]Q1https://a.example/b/example", NoKeyInUri, 20),
        (" https://a.example/01/09521234543214", WrongCheckDigit, 35),
    ],
)
def test_what_is_wrong_is_refused_with_its_place_as_it_was_typed(text: str, kind: type[Refusal], position: int) -> None:
    with pytest.raises(kind) as refused:
        read_auto(text, lenient=True)
    assert refused.value.params["position"] == position


@given(st.text() | st.text("()0123456789 -^]CdQEI\x1d\u241dA%/ehx:.", max_size=40), st.booleans())
def test_no_text_does_more_than_be_refused_with_a_place(text: str, lenient: bool) -> None:
    found = attempt(lambda: read_auto(text, LOOSE, lenient=lenient))
    if isinstance(found, Refusal):
        assert 0 <= found.params["position"] <= len(text)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["( " * 300_000, "(10) A" * 100_000, "1 " * 300_000, "]C1" + " " * 600_000, "(01)" + " " * 600_000 + "1"])
def test_a_very_long_text_is_answered_soon(text: str) -> None:
    for lenient in (False, True):
        with pytest.raises(Refusal):
            read_auto(text, lenient=lenient)
