from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusal
from app.identify import dictionary, digital_link, escape, keys
from app.identify.digital_link import DigitalLink, Reading
from app.identify.refusals import (
    ExclusiveAis,
    IllegalInUri,
    MissingAi,
    NoKey,
    NoKeyInUri,
    NotADigitalLink,
    Repeated,
    UnknownAi,
    WrongCharacter,
    WrongCheckDigit,
    WrongDate,
    WrongLength,
    WrongPath,
    WrongQuery,
)
from tests.identify import strategies
from tests.identify.attempts import attempt

GTIN = "09521234543213"
BASE = f"https://id.gs1.org/01/{GTIN}"


def test_a_link_is_taken_apart() -> None:
    link = digital_link.parse(f"https://brand.example.vn:8443/a/b/01/{GTIN}/10/L%2F1/21/S?17=261122&linkType=gs1%3Apip&flag#x")
    assert link == DigitalLink(
        domain="brand.example.vn:8443",
        stem="https://brand.example.vn:8443/a/b",
        path=(("01", GTIN), ("10", "L/1"), ("21", "S")),
        attributes=(("17", "261122"),),
        foreign=(("linkType", "gs1:pip"), ("flag", "")),
    )
    assert (link.key, link.value, link.get("10"), link.get("17"), link.get("99")) == ("01", GTIN, "L/1", "261122", None)
    assert digital_link.canonical(link) == f"{BASE}/10/L%2F1/21/S?17=261122"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        (f"HTTP://a/01/{GTIN}", (("01", GTIN),)),
        (f"https://[2001:db8::1]/01/{GTIN}", (("01", GTIN),)),
        (f"https://a/00/faux/01/{GTIN}", (("01", GTIN),)),
        ("https://a/01/09521234543213/00/395212341111111118", (("00", "395212341111111118"),)),
        (f"https://a/01/{GTIN}/21/00", (("01", GTIN), ("21", "00"))),
        (f"https://a/01/{GTIN}/21/A+B", (("01", GTIN), ("21", "A+B"))),
        (f"https://a/01/{GTIN}/21/%2f", (("01", GTIN), ("21", "/"))),
        (f"https://a/01/{GTIN}?", (("01", GTIN),)),
    ],
)
def test_any_domain_and_stem_and_the_rightmost_key(uri: str, path: tuple[tuple[str, str], ...]) -> None:
    assert digital_link.parse(uri).path == path


@pytest.mark.parametrize(
    ("uri", "kind", "position"),
    [
        ("", NotADigitalLink, 0),
        ("ftp://a/01/09521234543213", NotADigitalLink, 0),
        ("HtTp://a/01/09521234543213", NotADigitalLink, 0),
        ("https://a", NoKeyInUri, 9),
        ("https:///01/09521234543213", IllegalInUri, 8),
        ("https://a$b/01/09521234543213", IllegalInUri, 9),
        ("https://a/01/09521234543213/21/é", IllegalInUri, 31),
        ("https://a/01/09521234543213/21/A B", IllegalInUri, 32),
        ("https://a/01/09521234543213/21/A%00", IllegalInUri, 32),
        ("https://a/01/09521234543213/21/A%1f", WrongCharacter, 32),
        ("https://a/01/09521234543213?99=%7F", WrongCharacter, 31),
        ("https://a/gtin/09521234543213", NoKeyInUri, 9),
        ("https://a/01/09521234543213/", NoKeyInUri, 9),
        ("https://a/01/09521234543213/21/A/10/B", WrongPath, 10),
        ("https://a/01/09521234543213/10/B/235/C", WrongPath, 10),
        ("https://a/01/09521234543213/21/A/21/B", WrongPath, 10),
        ("https://a/01/09521234543214", WrongCheckDigit, 26),
        ("https://a/01/9521234543213", WrongLength, 26),
        ("https://a/01/09521234543213/21/%2F%20", WrongCharacter, 34),
        ("https://a/01/09521234543213?x=1&999=2", UnknownAi, 32),
        ("https://a/01/09521234543213?10=A", WrongQuery, 28),
        ("https://a/01/09521234543213?7040=1ABC", WrongQuery, 28),
        ("https://a/01/09521234543213?17=261122&17=261122", Repeated, 38),
        ("https://a/01/09521234543213?01=09521234543213", Repeated, 28),
        ("https://a/01/09521234543213?3922=100", MissingAi, 33),
        ("https://a/01/09521234543213?37=5", ExclusiveAis, 13),
        ("https://a/8006/095212345432130102/22/V", MissingAi, 37),
        ("https://a/01/09521234543213?98=a;b&17=269999", WrongDate, 40),
    ],
)
def test_a_wrong_link_is_refused_with_the_place_in_the_uri(uri: str, kind: type[Refusal], position: int) -> None:
    with pytest.raises(kind) as refused:
        digital_link.parse(uri)
    assert refused.value.params["position"] == position


def test_a_reader_may_take_short_gtins_semicolons_and_unknown_ais() -> None:
    uri = "https://a/01/9521234543213?17=261122;99=x&89=y"
    link = digital_link.parse(uri, Reading(short_gtin=True, semicolons=True, unknown=True))
    assert link.path == (("01", GTIN),)
    assert link.attributes == (("17", "261122"), ("99", "x"), ("89", "y"))
    with pytest.raises(WrongCheckDigit) as refused:
        digital_link.parse("https://a/01/9521234543214", Reading(short_gtin=True))
    assert refused.value.params["position"] == 25


def test_companions_are_looked_for_unless_the_reader_says_otherwise() -> None:
    uri = f"{BASE}?3922=100"
    assert digital_link.parse(uri, Reading(associations=False)).get("3922") == "100"


@pytest.mark.parametrize(
    ("pairs", "uri"),
    [
        ((("21", "S"), ("01", GTIN), ("10", "L")), f"{BASE}/10/L/21/S"),
        ((("01", GTIN), ("99", "a b+c"), ("17", "261122")), None),
        ((("01", GTIN), ("99", "a+c"), ("17", "261122")), f"{BASE}?17=261122&99=a%2Bc"),
        ((("01", GTIN), ("10", "L"), ("10", "L")), f"{BASE}/10/L"),
        ((("01", "9521234543213"),), BASE),
        ((("00", "395212341111111118"), ("01", GTIN)), f"https://id.gs1.org/00/395212341111111118?01={GTIN}"),
        ((("01", GTIN), ("235", "X"), ("10", "L")), None),
        ((("01", GTIN), ("8200", "x")), None),
    ],
)
def test_elements_in_any_order_make_one_link(pairs: tuple[tuple[str, str], ...], uri: str | None) -> None:
    if uri is None:
        with pytest.raises(Refusal):
            digital_link.from_elements(pairs)
    else:
        assert digital_link.from_elements(pairs) == uri


def test_elements_without_a_key_make_no_link() -> None:
    with pytest.raises(NoKey):
        digital_link.from_elements((("99", "x"),))


def test_a_link_is_not_built_from_wrong_data() -> None:
    for path in ((), (("21", "S"),), (("01", GTIN), ("21", "S"), ("10", "L")), (("01", GTIN[:-1] + "4"),), (("01", GTIN), ("21", "S S"))):
        with pytest.raises(Refusal):
            digital_link.build(path)


def test_a_stem_may_end_in_a_slash() -> None:
    assert digital_link.build((("01", GTIN),), stem="https://a.example/x/") == f"https://a.example/x/01/{GTIN}"


@st.composite
def links(draw: st.DrawFn) -> tuple[list[tuple[str, str]], list[tuple[str, str]], str]:
    sequence = draw(
        st.sampled_from(sorted(sequence for sequence in keys.SEQUENCES if sequence[:2] != ("8006", "22") and sequence != ("415",)))
    )
    entries = dictionary.entries()
    path = [(ai, draw(strategies.values(entries[ai]))) for ai in sequence]
    attributes = draw(
        st.lists(
            strategies.text(30).map(lambda value: ("90", value)) | strategies.text(90).map(lambda value: ("99", value)),
            unique_by=lambda pair: pair[0],
        )
    )
    stem = draw(st.sampled_from(["https://id.gs1.org", "http://a.example:80/x", "HTTPS://B.EXAMPLE/00/y"]))
    return path, attributes, stem


@given(links())
def test_a_link_that_was_built_is_read_back(made: tuple[list[tuple[str, str]], list[tuple[str, str]], str]) -> None:
    path, attributes, stem = made
    uri = digital_link.build(path, attributes, stem)
    link = digital_link.parse(uri)
    assert (list(link.path), list(link.attributes), link.stem, link.foreign) == (path, attributes, stem, ())
    assert digital_link.build(link.path, link.attributes, link.stem) == uri


@given(
    st.text()
    | st.text("htps:/.%012345ABF?&=#;[]@ \x00é").map(lambda rest: "https://a" + rest)
    | st.text("0123456789/%AF?=&").map(lambda rest: f"{BASE}/{rest}")
)
def test_no_text_raises_anything_but_a_refusal_with_a_place(text: str) -> None:
    found = attempt(lambda: digital_link.parse(text, Reading(short_gtin=True, semicolons=True)))
    if isinstance(found, Refusal):
        assert -1 <= found.params["position"] <= len(text)
    else:
        assert digital_link.parse(digital_link.canonical(found)).path == found.path


@given(st.text(st.characters(max_codepoint=255)))
def test_what_was_escaped_is_unescaped(value: str) -> None:
    assert escape.unescape_path(escape.escape_path(value)) == value
    assert escape.unescape_query(escape.escape_query(value)) == value


@given(st.text("%2Fa+\xe9"), st.integers(0, 20))
def test_the_place_of_a_character_in_escaped_text(text: str, position: int) -> None:
    value = escape.unescape_path(text)
    place = escape.raw_offset(text, min(position, len(value)))
    assert escape.unescape_path(text[:place]) == value[: min(position, len(value))]
