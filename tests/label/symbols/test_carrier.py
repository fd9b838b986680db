from __future__ import annotations

from itertools import permutations
from typing import Any

import barcode.codex
import barcode.ean
import barcode.itf
import numpy as np
import pytest
import qrcode.util
import zxingcpp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.errors import Refusal
from app.identify import digital_link, element_string
from app.identify.refusals import MissingAi, NotDigits, WrongCharacter, WrongCheckDigit, WrongDate, WrongLength
from app.label.refusals import (
    CarrierNeedsKey,
    CarrierUnknown,
    Gs1128TooLong,
    LinkUnprintable,
    MatrixTooLong,
    NoEan8,
    NoEan13,
)
from app.label.symbols import read_back
from app.label.symbols.carrier import Carrier, Pairs, carried, carrier, in_order, symbols
from app.label.symbols.symbol import Symbol, raster
from tests.label.symbols.readers import by_zbar, everything
from tests.label.symbols.samples import CARTON, GTIN, GTIN_8, IDENTIFIERS, SSCC, USUAL, elements, gtins, with_check_digit
from tests.thorough import rounds

LINKS = (Carrier.QR_DL, Carrier.DM_DL)
SQUARES_OF_ELEMENTS = (Carrier.GS1_DATAMATRIX, Carrier.GS1_QR)
ALL = tuple(Carrier)


def reads(symbol: Symbol, dots: int, height: int = 30) -> None:
    """Both readers find this symbol and nothing else."""
    picture = raster(symbol, dots, height)
    assert everything(picture) == [(symbol.text, symbol.identifier)]
    if dots > 1:  # zbar wants two dots of a module
        assert by_zbar(picture, symbol) in (None, {symbol.text})
    read_back.check_symbol(symbol)


@pytest.mark.parametrize("by", ALL)
@pytest.mark.parametrize("dots", [1, 2, 3, 4, 5, 6])
def test_every_carrier_reads_back_with_its_identifier_at_every_resolution(by: Carrier, dots: int) -> None:
    for symbol in symbols(by, USUAL[by]):
        reads(symbol, dots)
        assert (symbol.identifier, symbol.carrier) == (IDENTIFIERS[by], by)


@settings(max_examples=rounds(30))
@given(elements(), st.sampled_from(LINKS), st.integers(1, 6))
def test_any_data_read_back_from_a_digital_link(pairs: Pairs, by: Carrier, dots: int) -> None:
    (symbol,) = symbols(by, pairs, "https://truy.example/goods")
    reads(symbol, dots)
    link = digital_link.parse(symbol.text)
    assert link.stem == "https://truy.example/goods"
    assert sorted((*link.path, *link.attributes)) == sorted(pairs) == sorted(symbol.pairs)


@settings(max_examples=rounds(30))
@given(elements(), st.sampled_from(SQUARES_OF_ELEMENTS), st.integers(1, 6))
def test_any_data_read_back_from_a_square_of_elements(pairs: Pairs, by: Carrier, dots: int) -> None:
    (symbol,) = symbols(by, pairs)
    reads(symbol, dots)
    assert element_string.parse(symbol.text) == symbol.pairs
    assert sorted(symbol.pairs) == sorted(pairs)


@settings(max_examples=rounds(40))
@given(elements(longest=6), st.integers(1, 6))
def test_any_data_of_48_characters_read_back_from_a_gs1_128(pairs: Pairs, dots: int) -> None:
    assume(len(element_string.written(in_order(pairs))) <= 48)
    (symbol,) = symbols(Carrier.GS1_128, pairs)
    reads(symbol, dots)
    assert element_string.parse(symbol.text) == symbol.pairs


@settings(max_examples=rounds(25))
@given(gtins(), st.integers(1, 6))
def test_any_gtin_13_reads_back_from_an_ean_13(gtin: str, dots: int) -> None:
    (symbol,) = symbols(Carrier.EAN_13, (("01", gtin[1:]),))
    reads(symbol, dots)
    assert symbol.text == gtin[1:]


@settings(max_examples=rounds(25))
@given(gtins(carton=True), st.integers(1, 6))
def test_any_carton_reads_back_from_an_itf_14(gtin: str, dots: int) -> None:
    (symbol,) = symbols(Carrier.ITF_14, (("01", gtin),))
    reads(symbol, dots)
    assert symbol.text == gtin


@settings(max_examples=rounds(25))
@given(st.integers(0, 9999).map("952{:04}".format).map(with_check_digit), st.integers(2, 6))
def test_any_gtin_8_reads_back_from_an_ean_8(gtin: str, dots: int) -> None:
    (symbol,) = symbols(Carrier.EAN_8, (("01", gtin),))
    reads(symbol, dots)
    assert symbol.text == gtin


def test_a_gtin_12_reads_back_from_an_ean_13_with_a_leading_zero() -> None:
    (symbol,) = symbols(Carrier.EAN_13, (("01", "012345678905"),))
    assert (symbol.text, symbol.human) == ("0012345678905", ("0012345678905",))
    reads(symbol, 3)


def test_a_gtin_12_that_a_reader_calls_upc_a_is_the_same_bars() -> None:
    """Readers that look for UPC-A answer twelve digits to them; ours looks for EAN-13 and gets thirteen."""
    (symbol,) = symbols(Carrier.EAN_13, (("01", "012345678905"),))
    answers = read_back.read(raster(symbol, 3, 20), straight=True, formats="UPCA")
    assert [text.zfill(13) for text, _ in answers] == [symbol.text]


@pytest.mark.parametrize("by", ALL)
def test_brackets_are_for_people_and_never_in_the_symbol(by: Carrier) -> None:
    for symbol in symbols(by, USUAL[by]):
        assert symbol.human
        assert "(" not in symbol.text


def test_people_read_one_identifier_in_a_line_and_bare_digits_under_an_ean() -> None:
    (bars,) = symbols(Carrier.GS1_128, USUAL[Carrier.GS1_128])
    assert bars.human == ("(01)09521234543213", "(17)260731", "(3103)000500", "(10)L2026A")
    assert [symbols(by, USUAL[by])[0].human for by in (Carrier.EAN_13, Carrier.EAN_8, Carrier.ITF_14)] == [
        (GTIN[1:],),
        (GTIN_8,),
        (CARTON,),
    ]


@pytest.mark.parametrize("by", [Carrier.QR_DL, Carrier.GS1_DATAMATRIX, Carrier.GS1_128, Carrier.GS1_QR, Carrier.DM_DL])
def test_a_symbol_is_the_same_in_whatever_order_its_data_come(by: Carrier) -> None:
    usual = USUAL[by]
    first = symbols(by, usual)[0]
    for order in permutations(usual):
        again = symbols(by, order)[0]
        assert (again.text, again.human, again.pairs) == (first.text, first.human, first.pairs)
        assert np.array_equal(again.modules, first.modules)


def test_values_of_predefined_length_come_first_so_that_one_separator_is_enough() -> None:
    pairs = (("21", "A1"), ("10", "L1"), ("3103", "000500"), ("15", "260701"), ("17", "260731"), ("01", GTIN))
    assert [ai for ai, _ in in_order(pairs)] == ["01", "17", "15", "3103", "10", "21"]
    assert symbols(Carrier.GS1_DATAMATRIX, pairs)[0].text.count("\x1d") == 1


def test_an_element_given_twice_stands_once() -> None:
    assert carried(Carrier.GS1_QR, (("01", GTIN), ("01", GTIN[1:]))) == (("01", GTIN),)


@pytest.mark.parametrize("by", [Carrier.EAN_13, Carrier.ITF_14])
def test_bars_of_a_trade_item_hold_the_gtin_alone(by: Carrier) -> None:
    assert carried(by, (("10", "L1"), ("01", GTIN[1:]))) == (("01", GTIN),)


@pytest.mark.parametrize("text", ["A(10)B", "(", ")(", "A\\(1)"])
def test_a_lot_with_brackets_is_not_taken_apart(text: str) -> None:
    lot = text.replace("\\", "")
    for by in (Carrier.GS1_128, *SQUARES_OF_ELEMENTS):
        (symbol,) = symbols(by, (("01", GTIN), ("10", lot)))
        assert symbol.text == f"01{GTIN}10{lot}"
        reads(symbol, 3)


WRONG: list[tuple[Pairs, type[Refusal]]] = [
    ((("01", "09521234543214"),), WrongCheckDigit),
    ((("01", "0952123454321"),), WrongCheckDigit),
    ((("01", "952123454321X"),), NotDigits),
    ((("01", GTIN), ("17", "261399")), WrongDate),
    ((("01", GTIN), ("17", "260230")), WrongDate),
    ((("01", GTIN), ("10", "L" * 21)), WrongLength),
    ((("01", GTIN), ("10", "Vải")), WrongCharacter),
    ((("01", GTIN), ("10", "A\x1d21B")), WrongCharacter),
    ((("01", GTIN), ("21", "A B")), WrongCharacter),
    ((("01", GTIN), ("37", "48")), Refusal),
    ((("01", GTIN), ("98765", "1")), Refusal),
]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the libraries that draw were asked for; they answer with a failure of the test."""
    asked: list[str] = []

    def ask(*_: Any, **__: Any) -> Any:
        asked.append("drawn")
        pytest.fail("a library was asked to draw what must be refused")

    monkeypatch.setattr(zxingcpp, "create_barcode", ask)
    monkeypatch.setattr(qrcode.util, "optimal_data_chunks", ask)
    monkeypatch.setattr(barcode.codex.Code128, "build", ask)
    monkeypatch.setattr(barcode.ean.EuropeanArticleNumber13, "build", ask)
    monkeypatch.setattr(barcode.ean.EuropeanArticleNumber8, "build", ask)
    monkeypatch.setattr(barcode.itf.ITF, "build", ask)
    return asked


@pytest.mark.parametrize("by", [one for one in ALL if one is not Carrier.SSCC])
@pytest.mark.parametrize(("pairs", "refusal"), WRONG)
def test_wrong_data_are_refused_before_any_library_draws(by: Carrier, pairs: Pairs, refusal: type[Refusal], drawn: list[str]) -> None:
    with pytest.raises(refusal):
        symbols(by, pairs)
    assert drawn == []


@pytest.mark.parametrize(
    "pairs",
    [(("00", "095212340000000014"),), (("00", SSCC), ("02", GTIN)), (("00", SSCC), ("01", GTIN), ("37", "48"), ("17", "261399"))],
)
def test_a_logistic_label_with_wrong_data_is_refused_before_any_library_draws(pairs: Pairs, drawn: list[str]) -> None:
    with pytest.raises(Refusal):
        symbols(Carrier.SSCC, pairs)
    assert drawn == []


def test_content_without_its_count_is_refused() -> None:
    with pytest.raises(MissingAi):
        symbols(Carrier.SSCC, (("00", SSCC), ("02", GTIN)))


def test_an_unknown_carrier_is_refused_with_those_that_are_known() -> None:
    assert [carrier(one.value) for one in ALL] == list(ALL)
    with pytest.raises(CarrierUnknown) as refused:
        carrier("pdf417")
    assert refused.value.params["known"].split(", ") == [one.value for one in ALL]


@pytest.mark.parametrize(("gtin", "fits"), [(CARTON, "itf-14, gs1-128"), (GTIN_8, "ean-8, itf-14")], ids=["carton", "gtin-8"])
def test_a_number_without_ean_13_is_refused_with_the_carriers_that_hold_it(gtin: str, fits: str, drawn: list[str]) -> None:
    with pytest.raises(NoEan13) as refused:
        symbols(Carrier.EAN_13, (("01", gtin),))
    assert refused.value.params["fits"] == fits
    assert drawn == []


@pytest.mark.parametrize(("gtin", "fits"), [(GTIN, "ean-13"), (CARTON, "itf-14, gs1-128")], ids=["gtin-13", "carton"])
def test_a_number_without_ean_8_is_refused_with_the_carriers_that_hold_it(gtin: str, fits: str, drawn: list[str]) -> None:
    with pytest.raises(NoEan8) as refused:
        symbols(Carrier.EAN_8, (("01", gtin),))
    assert refused.value.params["fits"] == fits
    assert drawn == []


@pytest.mark.parametrize(("by", "needed"), [(Carrier.EAN_13, "01"), (Carrier.EAN_8, "01"), (Carrier.ITF_14, "01"), (Carrier.SSCC, "00")])
def test_bars_without_their_key_are_refused(by: Carrier, needed: str) -> None:
    with pytest.raises(CarrierNeedsKey) as refused:
        symbols(by, (("414", with_check_digit("952123450000")),))
    assert refused.value.params == {"carrier": by.value, "ai": needed}


def test_a_gs1_128_holds_48_characters_and_not_one_more(drawn: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = (("01", GTIN), ("17", "260731"), ("10", "L" * 20))
    with pytest.raises(Gs1128TooLong) as refused:
        symbols(Carrier.GS1_128, (*pairs, ("21", "ABC")))
    assert refused.value.params == {"length": 52, "limit": 48, "fits": "(01) (17) (10)"}
    with pytest.raises(Gs1128TooLong) as refused:
        symbols(Carrier.GS1_128, (("01", GTIN), ("8200", "https://truy.example/" + "g" * 40)))
    assert refused.value.params["fits"] == "(01)"
    assert drawn == []
    monkeypatch.undo()
    (full,) = symbols(Carrier.GS1_128, (*pairs[:2], ("10", "L" * 10), ("21", "A" * 9)))
    assert len(full.text) == 48
    reads(full, 2)


def test_a_link_too_long_for_a_square_is_refused() -> None:
    stem = "https://truy.example/" + "goods/" * 120
    with pytest.raises(LinkUnprintable):
        symbols(Carrier.QR_DL, (("01", GTIN),), stem)
    for long in (stem, "https://truy.example/" + "goods/" * 1000):
        with pytest.raises(MatrixTooLong) as refused:
            symbols(Carrier.DM_DL, (("01", GTIN),), long)
        assert refused.value.params["modules"] == 88
