from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.label.refusals import NotReadable
from app.label.symbols import read_back
from app.label.symbols.linear import ean13
from app.label.symbols.qr import qr
from app.label.symbols.symbol import raster

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
