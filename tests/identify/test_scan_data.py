from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid, Refusal
from app.identify import scan_data
from app.identify.element_string import FNC1
from app.identify.refusals import (
    NoElements,
    NoKeyInUri,
    NotDigits,
    SymbologyUnknown,
    UnknownAi,
    WrongCharacter,
    WrongCheckDigit,
    WrongLength,
)
from app.identify.scan_data import Scan
from tests.identify import strategies
from tests.identify.attempts import attempt

GTIN = "09521234543213"
EAN13 = GTIN[1:]


@pytest.mark.parametrize(
    ("carrier", "message", "sent", "pairs", "gtin"),
    [
        ("QR", f"^01{GTIN}10A^99B", f"]Q301{GTIN}10A{FNC1}99B", (("01", GTIN), ("10", "A"), ("99", "B")), None),
        ("DM", f"^01{GTIN}", f"]d201{GTIN}", (("01", GTIN),), None),
        ("DotCode", f"^01{GTIN}", f"]J101{GTIN}", (("01", GTIN),), None),
        ("DataBarExpanded", f"^01{GTIN}", f"]e001{GTIN}", (("01", GTIN),), None),
        ("GS1_128_CCA", f"^01{GTIN}", f"]C101{GTIN}", (("01", GTIN),), None),
        ("QR", "hello", "]Q1hello", (), None),
        ("QR", "\\^hello", "]Q1^hello", (), None),
        ("DM", "\\\\^hello", "]d1\\^hello", (), None),
        ("QR", f"https://a.example/01/{GTIN}/21/S", f"]Q1https://a.example/01/{GTIN}/21/S", (("01", GTIN), ("21", "S")), None),
        ("EAN13", EAN13, f"]E0{EAN13}", (), GTIN),
        ("EAN8", "95212340", "]E495212340", (), "00000095212340"),
        ("EAN13", f"{EAN13}|^99A^98B", f"]E0{EAN13}|]e099A{FNC1}98B", (("99", "A"), ("98", "B")), GTIN),
    ],
)
def test_a_symbol_is_sent_as_its_message_says(
    carrier: str, message: str, sent: str, pairs: tuple[tuple[str, str], ...], gtin: str | None
) -> None:
    assert scan_data.build(message, carrier) == sent
    assert scan_data.parse(sent) == Scan(carrier, pairs, gtin, message)


@pytest.mark.parametrize(
    ("message", "carrier", "sent"),
    [
        (f"^01{GTIN}10A|^99B", "GS1_128_CCC", f"]e001{GTIN}10A{FNC1}99B"),
        (f"^01{GTIN}", "EAN13", f"]E0{EAN13}"),
        ("^0100952123456786", "UPCA", "]E00952123456786"),
        ("952123456786", "UPCA", "]E00952123456786"),
        ("^0100000095212340", "EAN8", "]E495212340"),
        (f"^01{GTIN}^99A^", "QR", f"]Q301{GTIN}{FNC1}99A{FNC1}"),
        (f"^01{GTIN}|^99B", "DataBarOmni", f"]e001{GTIN}99B"),
        (f"{GTIN}|^99B", "DataBarStacked", f"]e001{GTIN}99B"),
        ("19521234543210", "DataBarLimited", "]e00119521234543210"),
        ("A|^99B", "DM", "]d1A|^99B"),
    ],
)
def test_composite_and_retail_symbols_are_sent_as_readers_do(message: str, carrier: str, sent: str) -> None:
    assert scan_data.build(message, carrier) == sent


def test_a_retail_number_may_be_written_without_its_check_digit() -> None:
    assert scan_data.build(EAN13[:-1], "EAN13", add_check_digit=True) == f"]E0{EAN13}"


@pytest.mark.parametrize(
    ("data", "kind", "position"),
    [
        ("", SymbologyUnknown, 0),
        ("]XX1", SymbologyUnknown, 0),
        ("]d2", NoElements, 3),
        (f"]E0{EAN13[:-1]}", WrongLength, 15),
        (f"]E0{EAN13[:-1]}4", WrongCheckDigit, 15),
        ("]E49521234A", Refusal, 10),
        (f"]Q1https://a.example/01/{GTIN[:-1]}4", WrongCheckDigit, 37),
        (f"]E0{EAN13}|]e099", WrongLength, 22),
        (f"]E0{EAN13}|]e0", NoElements, 20),
        (f"]E0{EAN13}|]e", NotDigits, 16),
        ("]Q1https://a.example/shop", NoKeyInUri, 20),
        (f"]C1{FNC1}01{GTIN}", UnknownAi, 3),
        (f"]C101{GTIN}10A^99B", WrongCharacter, 22),
        (f"]d201{GTIN}|{FNC1}99B", UnknownAi, 19),
    ],
)
def test_a_wrong_transmission_is_refused_with_the_place(data: str, kind: type[Refusal], position: int) -> None:
    with pytest.raises(kind) as refused:
        scan_data.parse(data)
    assert refused.value.params["position"] == position


@pytest.mark.parametrize(
    ("message", "carrier"),
    [
        ("", "NONE"),
        ("plain", "GS1_128_CCA"),
        ("^0119521234543210", "EAN13"),
        (f"^01{GTIN}", "EAN8"),
        (EAN13[:-1], "EAN13"),
        ("^01", "QR"),
        (f"^01{GTIN}10A", "DataBarOmni"),
        (f"^01{GTIN}|^99B", "QR"),
        ("29521234543217", "DataBarLimited"),
        ("A|B", "QR"),
        (f"{EAN13}|99B", "EAN13"),
        ("https://a.example/shop", "QR"),
    ],
)
def test_what_a_symbol_cannot_hold_is_refused(message: str, carrier: str) -> None:
    with pytest.raises(Refusal):
        scan_data.build(message, carrier)


def test_a_data_bar_may_be_written_without_its_check_digit() -> None:
    assert scan_data.build(GTIN[:-1], "DataBarOmni", add_check_digit=True) == f"]e001{GTIN}"


@given(strategies.text(40), st.sampled_from(["QR", "DM", "DotCode"]))
def test_plain_text_goes_through_a_symbol_unchanged(message: str, carrier: str) -> None:
    assert scan_data.parse(scan_data.build(message, carrier)).message == message


@given(st.text() | st.text(f"]CdQeEJI0123|{FNC1}A").map(lambda rest: "]" + rest))
def test_no_transmission_raises_anything_but_a_refusal_with_a_place(data: str) -> None:
    found = attempt(lambda: scan_data.parse(data))
    assert isinstance(found, Scan) or 0 <= found.params["position"] <= len(data)


def test_an_itf_14_is_a_gtin() -> None:
    assert scan_data.parse("]I109521234543213") == scan_data.Scan("ITF14", (("01", "09521234543213"),), None, "09521234543213")


@pytest.mark.parametrize(
    ("data", "code", "position"),
    [
        ("]I109521234543214", "identify.wrong-check-digit", 16),
        ("]I19521234543213", "identify.wrong-length", 16),
        ("]I1095212345432130", "identify.wrong-length", 17),
        ("]I1A9521234543213", "identify.not-digits", 3),
        ("]I1", "identify.wrong-length", 3),
    ],
)
def test_a_wrong_itf_14_is_refused_with_its_place(data: str, code: str, position: int) -> None:
    with pytest.raises(Invalid) as refused:
        scan_data.parse(data)
    assert (refused.value.code, refused.value.params["position"]) == (code, position)
