from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.label.refusals import DrawnWrong, NotReadable
from app.label.symbols import read_back
from app.label.symbols.carrier import Carrier, symbols
from app.label.symbols.linear import ean8, ean13
from app.label.symbols.qr import qr
from app.label.symbols.read_back import Stand, check_drawn
from app.label.symbols.symbol import Symbol, raster
from tests.label.symbols.samples import GTIN_8, USUAL
from tests.thorough import rounds

LINK = "https://id.gs1.org/01/09521234543213/21/A1"


def test_a_symbol_that_says_something_else_is_not_released() -> None:
    with pytest.raises(NotReadable) as refused:
        read_back.check_symbol(replace(qr(LINK), text=LINK + "2"))
    assert refused.value.params == {"symbol": "QR", "expected": LINK + "2", "found": LINK}


def test_a_symbol_with_another_identifier_is_not_released() -> None:
    with pytest.raises(NotReadable):
        read_back.check_symbol(replace(ean13("9521234543213"), identifier="]E4"))


def test_a_damaged_symbol_is_not_released() -> None:
    symbol = qr(LINK)
    modules = symbol.modules.copy()
    modules[8:, 8:] = 0
    with pytest.raises(NotReadable) as refused:
        read_back.check_symbol(replace(symbol, modules=modules))
    assert refused.value.params["found"] == ""


def test_a_picture_with_one_symbol_too_many_is_not_released() -> None:
    first, second = qr(LINK), qr(LINK + "B")
    picture = np.hstack([raster(first, 4), raster(second, 4)])
    read_back.check_picture(picture, (first, second))
    with pytest.raises(NotReadable):
        read_back.check_picture(picture, (first,))


def test_a_picture_with_the_same_symbol_twice_is_not_released() -> None:
    symbol = qr(LINK)
    with pytest.raises(NotReadable):
        read_back.check_picture(np.hstack([raster(symbol, 4), raster(symbol, 4)]), (symbol,))


def test_a_picture_that_lacks_a_symbol_is_not_released() -> None:
    with pytest.raises(NotReadable) as refused:
        read_back.check_picture(raster(qr(LINK), 4), (qr(LINK), ean13("9521234543213")))
    assert refused.value.params["symbol"] == "EAN-13"


def test_a_symbol_may_not_pass_as_another_kind_with_the_same_text() -> None:
    """The reader looks for the kind that was meant and for nothing else."""
    with pytest.raises(NotReadable) as refused:
        read_back.check_symbol(replace(ean8(GTIN_8), carrier=Carrier.EAN_13))
    assert refused.value.params["found"] == ""


def drawn(symbol: Symbol, dots: int, height: int = 40) -> tuple[NDArray[np.uint8], Stand]:
    """A paper with one symbol, and where it stands; height in dots."""
    left, right = (zone * dots for zone in symbol.quiet)
    above = 60 + symbol.bearer * dots
    cells = np.where(symbol.modules, 0, 255).astype(np.uint8).repeat(dots, axis=1)
    cells = np.repeat(cells, height if symbol.linear else dots, axis=0)
    paper = np.full((cells.shape[0] + 2 * above, cells.shape[1] + left + right + 20), 255, dtype=np.uint8)
    x = left + 10
    paper[above - symbol.bearer * dots : above, x : x + cells.shape[1]] = 0
    paper[above : above + cells.shape[0], x : x + cells.shape[1]] = cells
    paper[above + cells.shape[0] : above + cells.shape[0] + symbol.bearer * dots, x : x + cells.shape[1]] = 0
    return paper, Stand(symbol, x, above, dots, height if symbol.linear else 0)


@pytest.mark.parametrize("by", list(Carrier))
@pytest.mark.parametrize("dots", [1, 2, 5, 12])
def test_a_symbol_drawn_in_whole_dots_is_released(by: Carrier, dots: int) -> None:
    for symbol in symbols(by, USUAL[by]):
        paper, stand = drawn(symbol, dots)
        check_drawn(paper, [stand])
        check_drawn(paper < 128, [stand])


@settings(max_examples=rounds(30))
@given(st.sampled_from(list(Carrier)), st.integers(2, 6), st.data())
def test_one_wrong_dot_anywhere_in_a_symbol_or_its_quiet_zone_is_seen(by: Carrier, dots: int, data: st.DataObject) -> None:
    symbol = symbols(by, USUAL[by])[-1]
    paper, stand = drawn(symbol, dots)
    left, right = (zone * dots for zone in symbol.quiet)
    above = 0 if symbol.linear else left
    high = stand.height if symbol.linear else len(symbol.modules) * dots
    y = data.draw(st.integers(stand.y - above, stand.y + high + above - 1))
    x = data.draw(st.integers(stand.x - left, stand.x + symbol.columns * dots + right - 1))
    paper[y, x] = 255 - paper[y, x]
    with pytest.raises(DrawnWrong):
        check_drawn(paper, [stand])


@pytest.mark.parametrize(("shift", "part"), [((1, 0), "modules"), ((0, 1), "modules"), ((-4, -4), "quiet-zone")])
def test_a_symbol_that_stands_elsewhere_is_not_released(shift: tuple[int, int], part: str) -> None:
    paper, stand = drawn(symbols(Carrier.GS1_DATAMATRIX, USUAL[Carrier.GS1_DATAMATRIX])[0], 4)
    with pytest.raises(DrawnWrong) as refused:
        check_drawn(paper, [replace(stand, x=stand.x + shift[0], y=stand.y + shift[1])])
    assert refused.value.params["part"] == part


def test_a_quiet_zone_may_be_one_dot_short_at_the_edge_of_the_paper_and_no_more() -> None:
    symbol = qr(LINK)
    paper, stand = drawn(symbol, 4)
    for cut, fits in ((0, True), (1, True), (2, False)):
        begin = stand.x - 16 + cut
        narrow, moved = paper[:, begin:], replace(stand, x=stand.x - begin)
        if fits:
            check_drawn(narrow, [moved])
        else:
            with pytest.raises(DrawnWrong):
                check_drawn(narrow, [moved])


@pytest.mark.parametrize("beyond", [{"x": -1}, {"y": -1}, {"x": 5000}, {"height": 0}, {"height": 5000}])
def test_a_symbol_that_leaves_the_paper_is_not_released(beyond: dict[str, Any]) -> None:
    paper, stand = drawn(ean13("9521234543213"), 3)
    with pytest.raises(DrawnWrong):
        check_drawn(paper, [replace(stand, **beyond)])


def test_a_drawn_symbol_that_says_something_else_is_not_released() -> None:
    paper, stand = drawn(qr(LINK), 3)
    with pytest.raises(NotReadable):
        check_drawn(paper, [replace(stand, symbol=replace(stand.symbol, text=LINK + "2"))])


def test_letters_under_the_bars_do_not_soil_their_quiet_zones() -> None:
    paper, stand = drawn(ean13("9521234543213"), 3)
    paper[stand.y + stand.height + 3 :, :] = 0
    check_drawn(paper, [stand])


@pytest.mark.parametrize("row", [-1, -8, 0, 7])
def test_bearer_bars_that_are_thin_or_torn_are_not_released(row: int) -> None:
    paper, stand = drawn(symbols(Carrier.ITF_14, USUAL[Carrier.ITF_14])[0], 2)
    check_drawn(paper, [stand])
    paper[stand.y + row if row < 0 else stand.y + stand.height + row, stand.x + 5] = 255
    with pytest.raises(DrawnWrong) as refused:
        check_drawn(paper, [stand])
    assert refused.value.params["part"] == "bearer-bars"
