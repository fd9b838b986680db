from __future__ import annotations

import numpy as np
import pytest
import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.identify import digital_link
from app.identify.refusals import WrongCheckDigit
from app.label.refusals import LinkUnprintable, NoEan13
from app.label.symbols import read_back
from app.label.symbols.linear import ean13
from app.label.symbols.qr import penalties, qr
from app.label.symbols.symbol import raster, runs
from tests.thorough import rounds

SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


def by_the_library(text: str) -> NDArray[np.uint8]:
    code = qrcode.QRCode(error_correction=0)
    code.add_data(text)
    code.make()
    return np.array(code.modules, dtype=np.uint8)


@pytest.mark.parametrize("length", [1, 20, 60, 84, 85, 120, 213, 300, 600])
def test_a_qr_is_the_library_s_own_to_the_module(length: int) -> None:
    text = ("https://id.gs1.org/01/09521234543213/21/" + "aB3~" * 200)[:length]
    assert np.array_equal(qr(text).modules, by_the_library(text))


@settings(max_examples=rounds(15))
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=120))
def test_any_printable_text_gives_the_library_s_modules(text: str) -> None:
    assert np.array_equal(qr(text).modules, by_the_library(text))


@given(st.text(SET_82, min_size=1, max_size=20), st.text(SET_82, max_size=20))
def test_any_serial_and_lot_read_back_from_a_digital_link(serial: str, lot: str) -> None:
    path = [("01", "09521234543213")] + ([("10", lot)] if lot else []) + [("21", serial)]
    link = digital_link.build(tuple(path))
    assert read_back.read(raster(qr(link), 3), straight=True) == [(link, "]Q1")]
    assert digital_link.parse(link).get("21") == serial


def test_a_link_with_raw_vietnamese_letters_or_spaces_is_refused() -> None:
    for link in ("https://vải.example/01/09521234543213", "https://a.example/01/ 09521234543213", "https://a.example/\x1d"):
        with pytest.raises(LinkUnprintable):
            qr(link)


def test_a_link_one_letter_over_the_largest_version_is_refused() -> None:
    longest = 666  # version 20, level M, one segment of bytes
    assert qr("a" * longest).columns == 97
    with pytest.raises(LinkUnprintable) as refused:
        qr("a" * (longest + 1))
    assert refused.value.params["length"] == longest + 1


def test_the_chosen_mask_has_the_lowest_penalty_by_hand_count() -> None:
    checkered = np.indices((21, 21)).sum(axis=0) % 2
    white = np.zeros((21, 21), dtype=np.uint8)
    found = penalties(np.stack([checkered.astype(np.uint8), white]))
    runs_of_white, blocks, balance = 2 * 21 * (21 - 2), 3 * 20 * 20, 10 * 10
    assert found.tolist() == [0, runs_of_white + blocks + balance]


@pytest.mark.parametrize(
    ("gtin", "digits"), [("9521234543213", "9521234543213"), ("09521234543213", "9521234543213"), ("012345678905", "0012345678905")]
)
def test_an_ean13_reads_back_as_thirteen_digits(gtin: str, digits: str) -> None:
    assert read_back.read(raster(ean13(gtin), 3, 20), straight=True) == [(digits, "]E0")]


def test_an_ean13_has_95_modules_with_guards_and_its_quiet_zones() -> None:
    symbol = ean13("9521234543213")
    row = symbol.modules[0].tolist()
    assert (len(row), symbol.quiet, symbol.wide) == (95, (11, 7), 113)
    assert (row[:3], row[45:50], row[-3:]) == ([1, 0, 1], [0, 1, 0, 1, 0], [1, 0, 1])


def test_a_wrong_check_digit_is_refused_before_drawing() -> None:
    with pytest.raises(WrongCheckDigit):
        ean13("9521234543214")


@pytest.mark.parametrize("gtin", ["19521234543210", "95212340"])
def test_a_carton_and_a_gtin8_have_no_ean13(gtin: str) -> None:
    with pytest.raises(NoEan13) as refused:
        ean13(gtin)
    assert refused.value.params["gtin"] == gtin


def test_runs_cover_exactly_the_dark_modules() -> None:
    symbol = qr("https://id.gs1.org/01/09521234543213")
    drawn = np.zeros_like(symbol.modules)
    for column, row, width in runs(symbol):
        drawn[row, column : column + width] += 1
    assert np.array_equal(drawn, symbol.modules)


def test_the_quiet_zone_of_a_qr_is_four_modules_on_all_sides() -> None:
    picture = raster(qr("https://id.gs1.org/01/09521234543213"), 2)
    dark = np.argwhere(picture == 0)
    assert dark.min(axis=0).tolist() == [8, 8]
    assert (np.array(picture.shape) - 1 - dark.max(axis=0)).tolist() == [8, 8]
