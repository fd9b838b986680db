"""Symbols of bars as modules, one row each, to the module those of the library `python-barcode`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from app.identify.gtin import gtin14
from app.label.drawing.design import has_ean13
from app.label.refusals import NoEan13
from app.label.symbols.symbol import Symbol

FNC1 = "\x1d"
"""How element strings write FNC1, and what readers send for it."""

_FNC1_OF_BARS = "\xf1"
"""How `python-barcode` writes FNC1."""


def gs1_128(elements: str) -> Symbol:
    """GS1-128 of an element string, one row; quiet zones of ten modules; reads as ]C1.

    elements: as `element_string.build` writes them, FNC1 only between elements. Source: GS1 General Specifications, section 5.4.
    """
    from barcode.codex import Gs1_128

    pattern = Gs1_128(elements.replace(FNC1, _FNC1_OF_BARS)).build()[0]
    row = np.array([[character == "1" for character in pattern]], dtype=np.uint8)
    return Symbol("GS1-128", elements, "]C1", row, (10, 10))


@lru_cache(maxsize=1024)
def ean13(gtin: str) -> Symbol:
    """EAN-13 of a trade item, 95 modules in one row, quiet zones 11 and 7 modules; reads as ]E0.

    gtin: any of the usual lengths, its check digit is checked. Raises NoEan13 when the number is a carton's (indicator
    1 to 9) or a GTIN-8, which has another symbol.
    """
    from barcode.ean import EuropeanArticleNumber13

    number = gtin14(gtin)
    if not has_ean13(number):
        raise NoEan13(gtin=gtin)
    pattern = EuropeanArticleNumber13(number[1:]).build()[0]
    row = np.array([[character == "1" for character in pattern]], dtype=np.uint8)
    return Symbol("EAN-13", number[1:], "]E0", row, (11, 7))
