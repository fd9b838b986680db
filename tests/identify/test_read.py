from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusal
from app.identify import compression, element_string
from app.identify.epc_refusals import EpcTruncated, EpcWithoutKey
from app.identify.item_key import item_key
from app.identify.read import Identified, Spelling, identify, spelling_of
from app.identify.refusals import (
    ExclusiveAis,
    NoKey,
    NoKeyInUri,
    NotAnEpcUrn,
    NotDigits,
    NotRecognised,
    SymbologyUnknown,
    WrongCharacter,
    WrongCheckDigit,
    WrongDate,
    WrongLength,
)
from app.identify.spellings import Options
from tests.identify import strategies
from tests.identify.attempts import attempt

GTIN = "09521234543213"
SSCC = "395212341111111118"
TAG = "eh3036452148350c4000003039"
TAGGED = f"https://id.gs1.org/01/{GTIN}/21/12345"


@pytest.mark.parametrize(
    "text",
    [
        "9521234543213",
        GTIN,
        " 9521234543213\n",
        "952 1234 54321 3",
        "952-1234-54321-3",
        f"(01){GTIN}",
        f"(01) {GTIN}",
        f"01{GTIN}",
        f"^01{GTIN}",
        f"]C101{GTIN}",
        "]E09521234543213",
        f"]I1{GTIN}",
        f"]Q1https://brand.example/01/{GTIN}",
        f"https://brand.example/x/01/{GTIN}?linkType=all",
        "https://brand.example/x/01/9521234543213",
        "urn:epc:idpat:sgtin:9521234.054321.*",
    ],
)
def test_a_product_is_known_by_every_spelling(text: str) -> None:
    assert identify(text) == Identified("GTIN", (("01", GTIN),), (), f"https://id.gs1.org/01/{GTIN}")


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN} (10)L (21)S (17)261122",
        f"(21)S(17)261122(10)L(01){GTIN}",
        f"01{GTIN}10L^21S^17261122",
        f"01{GTIN}10L\u241d21S\u241d17261122",
        f"]d201{GTIN}10L\x1d21S\x1d17261122",
        f"https://brand.example/01/{GTIN}/10/L/21/S?17=261122",
    ],
)
def test_an_item_is_known_with_lot_serial_and_attributes(text: str) -> None:
    assert identify(text) == Identified(
        "GTIN", (("01", GTIN), ("10", "L"), ("21", "S")), (("17", "261122"),), f"https://id.gs1.org/01/{GTIN}/10/L/21/S"
    )


@pytest.mark.parametrize(
    ("text", "kind", "canonical"),
    [
        (SSCC, "SSCC", f"https://id.gs1.org/00/{SSCC}"),
        ("3 9521234 111111111 8", "SSCC", f"https://id.gs1.org/00/{SSCC}"),
        (f"(00){SSCC}", "SSCC", f"https://id.gs1.org/00/{SSCC}"),
        ("95212340", "GTIN", "https://id.gs1.org/01/00000095212340"),
        ("952123456786", "GTIN", "https://id.gs1.org/01/00952123456786"),
        ("(414)9521234000051(254)gate 1".replace(" ", "-"), "GLN", "https://id.gs1.org/414/9521234000051/254/gate-1"),
        ("urn:epc:id:sgln:9521234.00005.0", "GLN", "https://id.gs1.org/414/9521234000051"),
        ("urn:epc:id:giai:9521234.A%2F1", "GIAI", "https://id.gs1.org/8004/9521234A%2F1"),
        ("(8003)09521234000051CRATE", "GRAI", "https://id.gs1.org/8003/09521234000051CRATE"),
        (TAG, "GTIN", TAGGED),
        (f" {TAG}\n", "GTIN", TAGGED),
        (f"https://brand.example/a/{TAG}?linkType=all#x", "GTIN", TAGGED),
        (f"]Q1https://brand.example/{TAG}", "GTIN", TAGGED),
        ("urn:epc:tag:sgtin-96:1.9521234.054321.12345", "GTIN", TAGGED),
        (compression.compress(f"https://brand.example/x/01/{GTIN}/21/12345"), "GTIN", TAGGED),
        (compression.compress(f"https://brand.example/x/01/{GTIN}/21/12345", partial=True), "GTIN", TAGGED),
        ("]d1" + compression.compress(f"https://brand.example/01/{GTIN}/21/12345"), "GTIN", TAGGED),
    ],
)
def test_other_keys_are_known_too(text: str, kind: str, canonical: str) -> None:
    found = identify(text)
    assert (found.kind, found.canonical) == (kind, canonical)


@pytest.mark.parametrize(
    ("text", "kind", "position"),
    [
        ("", NotRecognised, 0),
        ("   ", NotRecognised, 0),
        ("hello", NotRecognised, 0),
        ("12345", WrongLength, 5),
        ("9521234543214", WrongCheckDigit, 12),
        ("  952-1234-54321-4", WrongCheckDigit, 17),
        ("(01) 09521234543214", WrongCheckDigit, 18),
        (f" (01){GTIN} (10)A B", WrongCharacter, 25),
        (f"]I1{GTIN[:-1]}4", WrongCheckDigit, 16),
        ("]I1A9521234543213", NotDigits, 3),
        ("]A01234", SymbologyUnknown, 0),
        ("(90)x", NoKey, 0),
        (" urn:uuid:1", NotAnEpcUrn, 1),
        (" https://a/01/09521234543214", WrongCheckDigit, 27),
        ("example", NotRecognised, 0),
        ("eh2f320434147455900000162e", EpcWithoutKey, 2),
        (f"https://a/{TAG[:-6]}", EpcTruncated, 10 + len(TAG) - 6),
        ("https://a/b/example", NoKeyInUri, 9),
        (f"https://a/{TAG}?17=271399", WrongDate, 10 + len(TAG) + 6),
        (f"https://a/{TAG}?37=5", ExclusiveAis, 10),
        ("]Q1https://a/example", NoKeyInUri, 12),
        ("http://", NoKeyInUri, 7),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place_as_it_was_typed(text: str, kind: type[Refusal], position: int) -> None:
    with pytest.raises(kind) as refused:
        identify(text)
    assert refused.value.params["position"] == position


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["1 " * 300_000 + "1", "0" * 599_999, "(99)A" * 100_000, "https://a" + "/b" * 300_000, f"01{GTIN}" * 30_000 + "x"]
)
def test_a_very_long_text_is_answered_soon(text: str) -> None:
    with pytest.raises(Refusal):
        identify(text)
    assert item_key(text).instance == ""


@given(strategies.gtins, strategies.serials, strategies.serials)
def test_what_was_identified_is_one_item_however_it_is_written(gtin: str, lot: str, serial: str) -> None:
    pairs = (("01", gtin), ("10", lot), ("21", serial))
    found = identify(element_string.bracketed(pairs))
    assert found == identify(element_string.build(pairs)) == identify(found.canonical)
    assert item_key(found.canonical).instance == f"21:{serial}"


@given(st.text() | st.text("()0123456789 -^]CdQEI\x1dA%/").map(lambda rest: rest) | st.text("0123456789-. ").map(lambda rest: "01" + rest))
def test_no_text_raises_anything_but_a_refusal_with_a_place(text: str) -> None:
    found = attempt(lambda: identify(text))
    if isinstance(found, Refusal):
        assert 0 <= found.params["position"] <= len(text)
    else:
        assert identify(found.canonical).path == found.path


def test_options_let_pass_what_is_refused_without_them() -> None:
    with pytest.raises(Refusal):
        identify(f"(01){GTIN}(250)X")
    lenient = Options(requisites=False, unknown_ais=True)
    assert identify(f"(01){GTIN}(250)X", lenient).attributes == (("250", "X"),)
    assert identify(f"(01){GTIN}(89)X", lenient).attributes == (("89", "X"),)
    assert identify(f"https://a.example/01/{GTIN}?250=X", lenient).attributes == (("250", "X"),)


def test_an_epc_binary_string_may_be_followed_by_attributes() -> None:
    found = identify(f"https://brand.example/{TAG}?17=271122&linkType=all")
    assert (found.canonical, found.attributes) == (TAGGED, (("17", "271122"),))


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        (f"https://a.example/01/{GTIN}", Spelling.LINK),
        ("https://a.example/01/1", Spelling.LINK),
        (f"https://a.example/{TAG}", Spelling.EPC_BINARY),
        (compression.compress(f"https://a.example/01/{GTIN}/21/1"), Spelling.COMPRESSED),
        (f" ]C101{GTIN}", Spelling.SCAN),
        (f"01{GTIN}", Spelling.ELEMENTS),
        (f"^01{GTIN}", Spelling.ELEMENTS),
        (SSCC, Spelling.DIGITS),
    ],
)
def test_a_text_is_known_by_its_beginning(text: str, spelling: Spelling) -> None:
    assert spelling_of(text) is spelling


@pytest.mark.parametrize("text", ["", "  ", "hello", "exam-ple"])
def test_what_has_no_spelling_is_refused(text: str) -> None:
    with pytest.raises(NotRecognised):
        spelling_of(text)
