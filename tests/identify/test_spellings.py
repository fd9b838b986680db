from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusal
from app.identify import check_digit, compression, dictionary, digital_link, element_string, elements, spellings
from app.identify.element_string import FNC1
from app.identify.refusals import (
    ExclusiveAis,
    IllegalInUri,
    MissingAi,
    NoElements,
    NoKey,
    NoKeyInUri,
    NotADigitalLink,
    Repeated,
    TooMany,
    UnknownAi,
    WrongCharacter,
    WrongCheckDigit,
    WrongDate,
    WrongLength,
    WrongPath,
    WrongQuery,
)
from app.identify.spellings import Answer, Form, Options, read_as
from tests.identify import strategies
from tests.identify.attempts import attempt

GTIN = "09521234543213"
LINK = f"https://id.gs1.org/01/{GTIN}"
FORMS: tuple[Form, ...] = ("bracketed", "element", "scan", "uri")
LOOSE = Options(unknown_ais=True, requisites=False, short_gtin=True, unknown_attributes=True)
ITEM = (("01", GTIN), ("10", "A(1)"), ("17", "261122"), ("21", "S/1"))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("bracketed", f"(01){GTIN}(10)A\\(1)(17)261122(21)S/1"),
        ("element", f"^01{GTIN}10A(1)^1726112221S/1"),
        ("element", f"01{GTIN}^10A(1){FNC1}17261122^21S/1^"),
        ("scan", f"]d201{GTIN}10A(1){FNC1}1726112221S/1"),
    ],
)
def test_elements_in_any_form_are_spelt_in_every_form(form: Form, text: str) -> None:
    answer = read_as(text, form)
    assert answer.ais == ITEM
    assert answer.bracketed == f"(01){GTIN}(10)A\\(1)(17)261122(21)S/1"
    assert answer.element_string == f"^01{GTIN}10A(1)^1726112221S/1"
    assert answer.dl_uri == f"{LINK}/10/A%281%29/21/S%2F1?17=261122"
    assert answer.dl_error is None
    assert answer.carrier == ("DM" if form == "scan" else None)


def test_a_link_keeps_its_path_and_tells_what_it_does_not_understand() -> None:
    answer = read_as(f"https://a.example/x/01/{GTIN}/235/T?10=L&17=261122&linkType=gs1%3Apip&flag&", "uri")
    assert answer.ais == (("01", GTIN), ("235", "T"), ("10", "L"), ("17", "261122"))
    assert answer.dl_uri == f"{LINK}/235/T?17=261122&10=L"
    assert answer.foreign == ("linkType=gs1%3Apip", "flag", "")
    assert answer.bracketed == f"(01){GTIN}(235)T(10)L(17)261122"


def test_a_composite_part_stays_apart() -> None:
    for form, text in (("bracketed", f"(01){GTIN}(10)A|(99)B"), ("element", f"^01{GTIN}10A|^99B")):
        answer = read_as(text, form)  # type: ignore[arg-type]  # the two forms that can be divided
        assert (answer.bracketed, answer.element_string) == (f"(01){GTIN}(10)A|(99)B", f"^01{GTIN}10A|^99B")
        assert answer.dl_uri == f"{LINK}/10/A?99=B"


def test_plain_text_of_a_symbol_has_no_elements() -> None:
    assert read_as("]Q1\\^hello", "scan") == Answer((), "", None, None, None, "QR", (), "\\\\^hello")
    assert read_as("]E09521234543213", "scan").message == "9521234543213"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("(99)A", NoKey), (f"(01){GTIN}(8200)x", WrongQuery), (f"(253)9521234000051(01){GTIN}(8200)x", WrongQuery)],
)
def test_elements_that_no_link_can_carry_say_why(text: str, kind: type[Refusal]) -> None:
    answer = read_as(text, "bracketed")
    assert answer.dl_uri is None
    assert type(answer.dl_error) is kind


def test_an_ai_that_may_come_one_day_is_read_where_its_length_is_known() -> None:
    loose = Options(unknown_ais=True)
    assert read_as(f"^236AB^01{GTIN}", "element", loose).ais == (("236", "AB"), ("01", GTIN))
    assert read_as(f"(01){GTIN}(89)x", "bracketed", loose).dl_uri is None
    assert read_as(f"(01){GTIN}(89)x", "bracketed", LOOSE).dl_uri == f"{LINK}?89=x"
    assert read_as(f"{LINK}?89=x", "uri", LOOSE).ais == (("01", GTIN), ("89", "x"))


@pytest.mark.parametrize(
    ("form", "text", "options", "kind", "ai", "position", "length"),
    [
        ("bracketed", "", Options(), NoElements, None, 0, 0),
        ("bracketed", f"01{GTIN}", Options(), NoElements, None, 0, 0),
        ("bracketed", f"(01){GTIN}|", Options(), NoElements, None, 19, 0),
        ("bracketed", f"(01){GTIN}(10)A^B", Options(), WrongCharacter, "10", 23, 1),
        ("bracketed", "(01)09521234543214(10)", Options(), NoElements, None, 22, 0),
        ("bracketed", f"(10){'A' * 21}(01)09521234543214", Options(), WrongLength, "10", 24, 1),
        ("bracketed", "(01)09521234543214(10)\\(é", Options(), WrongCheckDigit, "01", 17, 1),
        ("bracketed", f"(01){GTIN}(10)\\(\\(é", Options(), WrongCharacter, "10", 26, 1),
        ("bracketed", "(399)1", LOOSE, UnknownAi, "399", 1, 3),
        ("bracketed", "(419)123456789012", LOOSE, WrongLength, "419", 17, 0),
        ("bracketed", f"(89){'A' * 89}", LOOSE, WrongLength, "89", 92, 1),
        ("bracketed", f"(37)5(02){GTIN}(01){GTIN}", Options(), ExclusiveAis, "01", 23, 0),
        ("bracketed", "(99)A(17)261122(10)B", Options(), MissingAi, "10", 15, 0),
        ("bracketed", "(99)A(98)B(99)C", Options(), Repeated, "99", 0, 0),
        ("element", f"^01{GTIN}|99B", Options(), NoElements, None, 18, 0),
        ("element", f"^01{GTIN}^^10A", Options(), UnknownAi, "", 18, 0),
        ("element", "^99A\\(B", Options(), WrongCharacter, "99", 4, 1),
        ("element", "^89A", LOOSE, UnknownAi, "89A", 1, 3),
        ("element", "^99A" * 65, Options(), TooMany, None, 257, 3),
        ("scan", f"]C101{GTIN}|^99B", Options(), WrongCharacter, "", 20, 1),
        ("scan", f"]Q1https://a/01/{GTIN}?999=1", Options(), UnknownAi, "999", 31, 3),
        ("uri", "hello", Options(), NotADigitalLink, None, 0, 0),
        ("uri", f"https://a_b/01/{GTIN}", Options(), IllegalInUri, None, 9, 1),
        ("uri", f"https://a/01/{GTIN}/21/A#ü", Options(), IllegalInUri, None, 33, 1),
        ("uri", f"https://a/01/{GTIN}/x/y", Options(), NoKeyInUri, None, 9, 22),
        ("uri", f"https://a/01/{GTIN}/10/", Options(), WrongLength, "10", 31, 0),
        ("uri", f"https://a/01/{GTIN}?99=A%00", Options(), IllegalInUri, "99", 32, 3),
        ("uri", f"https://a/01/{GTIN}?=1", Options(), UnknownAi, "", 28, 0),
        ("uri", f"https://a/01/{GTIN}/21/A/10/B?999=1", Options(), UnknownAi, "999", 38, 3),
        ("uri", f"https://a/01/{GTIN}/21/A/10/B?17=261322", Options(), WrongPath, "01", 10, 2),
        ("uri", f"https://a/01/{GTIN}?21=A&99=1&99=1", Options(), Repeated, "99", 38, 2),
        ("uri", f"https://a/01/{GTIN}?89=A", Options(unknown_ais=True), WrongQuery, "89", 28, 2),
        ("uri", "https://a/01/95%3212340?99=%5E", LOOSE, WrongCharacter, "99", 27, 3),
        ("uri", "https://a/01/95%3212341", LOOSE, WrongCheckDigit, "01", 22, 1),
        ("uri", LINK + "?" + "&" * 9_000, Options(), TooMany, None, 8191, 846),
        ("uri", LINK + "?" + "x&" * 64, Options(), TooMany, None, 163, 1),
    ],
)
def test_what_is_wrong_first_is_named_with_its_ai_and_its_place(
    form: Form, text: str, options: Options, kind: type[Refusal], ai: str | None, position: int, length: int
) -> None:
    with pytest.raises(kind) as refused:
        read_as(text, form, options)
    told = refused.value.params
    assert (told.get("ai"), told["position"], told["length"]) == (ai, position, length)


def test_a_wrong_character_is_marked_in_its_component() -> None:
    with pytest.raises(Refusal) as refused:
        read_as("(8003)19521234000051ABC", "bracketed")
    assert refused.value.params["markup"] == "(8003)|1|"


@given(strategies.element_lists, st.sampled_from(FORMS[:2]))
def test_what_was_spelt_is_read_back(pairs: list[tuple[str, str]], form: Form) -> None:
    spelt = spellings.spell(pairs, options=LOOSE)
    found = attempt(lambda: read_as(spelt.bracketed if form == "bracketed" else spelt.element_string, form, LOOSE))
    if isinstance(found, Refusal):
        assert isinstance(attempt(lambda: elements.check_together(pairs, associations=False)), Refusal)
        return
    assert found.ais == tuple(pairs)
    assert (found.bracketed, found.element_string) == (spelt.bracketed, spelt.element_string)
    if found.dl_uri is not None:
        again = attempt(lambda: read_as(str(found.dl_uri), "uri", LOOSE))
        assert isinstance(again, Answer)
        assert sorted(again.ais) == sorted(pairs)
        assert again.dl_uri == found.dl_uri


@given(st.text() | st.text(f"()\\|^]CdQEJ{FNC1}0123456789A/?&=%+;:htps.") | st.text("0123456789A&=/%").map(lambda rest: f"{LINK}{rest}"))
def test_no_text_in_any_form_raises_anything_but_a_refusal_with_a_place(text: str) -> None:
    for form in FORMS:
        for options in (Options(), LOOSE):
            found = attempt(lambda form=form, options=options: read_as(text, form, options))  # type: ignore[misc]  # defaults bind
            if isinstance(found, Refusal):
                assert 0 <= found.params["position"] <= len(text)
                assert 0 <= found.params["length"] <= len(text) - found.params["position"]


KEYS = sorted(ai for ai, entry in dictionary.entries().items() if entry.key is not None and "csum" in entry.components[-1].checks[:1])


@given(st.data(), st.sampled_from(KEYS), st.sampled_from(string.digits))
def test_any_wrong_digit_of_a_key_with_check_digit_is_refused(data: st.DataObject, ai: str, other: str) -> None:
    value = data.draw(strategies.values(dictionary.entries()[ai]))
    place = data.draw(st.integers(0, len(value) - 1))
    changed = value[:place] + other + value[place + 1 :]
    found = attempt(lambda: read_as(f"({ai}){changed}", "bracketed", Options(requisites=False)))
    assert isinstance(found, Answer) is (changed == value)


@given(strategies.digits(13))
def test_the_fast_check_digit_is_the_sum_by_hand(body: str) -> None:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    expected = str(-total % 10)
    assert check_digit.digit(body) == expected
    assert [digit for digit in string.digits if check_digit.is_right(body + digit)] == [expected]


@given(strategies.gtins, strategies.serials, strategies.serials)
def test_building_after_reading_is_the_identity(gtin: str, lot: str, serial: str) -> None:
    pairs = (("01", gtin), ("10", lot), ("21", serial))
    raw = element_string.build(pairs)
    assert element_string.build(element_string.parse(raw)) == raw
    uri = digital_link.build(pairs)
    assert digital_link.canonical(digital_link.parse(uri)) == uri


@pytest.mark.parametrize("before", ["", "]Q1"])
def test_an_identifier_may_be_packed_in_the_last_segment_of_a_link(before: str) -> None:
    form: Form = "scan" if before else "uri"
    link = f"https://id.gs1.org/01/{GTIN}/21/12345?17=271122"
    for packed in (
        compression.compress(link.replace("id.gs1.org", "a.example/x")),
        "https://a.example/eh3036452148350c4000003039?17=271122",
    ):
        answer = read_as(before + packed + ("&" if "?" in packed else "?") + "linkType=all", form)
        assert answer.ais == (("01", GTIN), ("21", "12345"), ("17", "271122"))
        assert (answer.dl_uri, answer.foreign) == (link, ("linkType=all",))
        assert answer.carrier == ("QR" if before else None)


def test_what_is_wrong_in_a_packed_link_has_its_place() -> None:
    with pytest.raises(WrongDate) as refused:
        read_as("]Q1https://a.example/eh3036452148350c4000003039?17=271399", "scan")
    assert refused.value.params["position"] == 53
