from __future__ import annotations

from itertools import groupby

import pytest

from app.identify.refusals import WrongCheckDigit
from app.label.symbols.linear import ean8, gs1_128, has_ean8, has_ean13, itf14
from app.label.symbols.symbol import Carrier, raster
from tests.label.symbols.samples import CARTON, GTIN, GTIN_8


def widths(gtin: str) -> list[tuple[int, int]]:
    """Bars and spaces of an ITF-14: whether dark, and modules."""
    return [(value, len(list(same))) for value, same in groupby(itf14(gtin).modules[0].tolist())]


def test_the_bars_of_an_itf_14_are_two_modules_or_five() -> None:
    elements = widths(CARTON)
    assert {modules for _, modules in elements} == {2, 5}
    assert len(elements) == 4 + 7 * 10 + 3
    assert (elements[:4], elements[-3:]) == ([(1, 2), (0, 2), (1, 2), (0, 2)], [(1, 5), (0, 2), (1, 2)])


def test_an_itf_14_is_120_and_a_half_x_wide_with_quiet_zones_of_ten() -> None:
    symbol = itf14(CARTON)
    assert (symbol.columns / symbol.units, symbol.quiet[0] / symbol.units, symbol.quiet[1] / symbol.units) == (120.5, 10, 10)


def test_an_itf_14_has_bearer_bars_of_twice_x_along_top_and_bottom() -> None:
    symbol = itf14(CARTON)
    assert symbol.bearer / symbol.units == 2
    picture = raster(symbol, 1, 30)
    dark = (picture == 0)[:, 20:-20]
    assert dark[1:5].all()
    assert dark[-5:-1].all()
    assert not dark[5:-5].all(axis=1).any()


def test_an_ean_8_has_67_modules_with_guards_and_its_quiet_zones() -> None:
    symbol = ean8(GTIN_8)
    row = symbol.modules[0].tolist()
    assert (len(row), symbol.quiet, symbol.wide, symbol.carrier) == (67, (7, 7), 81, Carrier.EAN_8)
    assert (row[:3], row[31:36], row[-3:]) == ([1, 0, 1], [0, 1, 0, 1, 0], [1, 0, 1])


@pytest.mark.parametrize(
    ("gtin", "thirteen", "eight"),
    [(GTIN, True, False), (GTIN[1:], True, False), (CARTON, False, False), (GTIN_8, False, True), (GTIN_8.zfill(14), False, True)],
)
def test_a_number_has_an_ean_13_or_an_ean_8_or_neither(gtin: str, thirteen: bool, eight: bool) -> None:  # parameters
    assert (has_ean13(gtin), has_ean8(gtin)) == (thirteen, eight)


@pytest.mark.parametrize("make", [ean8, itf14])
def test_bars_of_a_wrong_check_digit_are_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(WrongCheckDigit):
        make("95212341")


def test_bars_without_their_elements_named_have_no_lines_for_people() -> None:
    assert gs1_128("00" + "095212340000000013").human == ()
