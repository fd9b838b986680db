"""GS1-128 and GS1 DataMatrix as modules: the symbols of cartons, pallets and small packs, with FNC1 where GS1 wants it.

The bars of GS1-128 are those of `python-barcode`; GS1 DataMatrix comes from the writer inside zxing-cpp, because no library that is
written in Python makes its FNC1.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from app.identify import element_string
from app.label.barcode import Symbol

FNC1 = "\x1d"
"""How element strings write FNC1, and what readers send for it."""

_FNC1_OF_BARS = "\xf1"
"""How `python-barcode` writes FNC1."""

Pairs = Sequence[tuple[str, str]]
"""Application identifiers and values in the order in which they stand in the symbol."""


def gs1_128(elements: str) -> Symbol:
    """GS1-128 of an element string, one row; quiet zones of ten modules; reads as ]C1.

    elements: as `element_string.build` writes them, FNC1 only between elements. Source: GS1 General Specifications, section 5.4.
    """
    from barcode.codex import Gs1_128

    pattern = Gs1_128(elements.replace(FNC1, _FNC1_OF_BARS)).build()[0]
    row = np.array([[character == "1" for character in pattern]], dtype=np.uint8)
    return Symbol("GS1-128", elements, "]C1", row, (10, 10))


@lru_cache(maxsize=64)
def _matrix(bracketed: str) -> bytes:
    zxing: Any
    import zxingcpp as zxing

    # Without `force_square` it may choose a rectangle that GS1 does not allow.
    made = zxing.create_barcode(bracketed, zxing.BarcodeFormat.DataMatrix, gs1=True, force_square=True)
    return (np.asarray(made.to_image(scale=1, add_quiet_zones=False)) < 128).astype(np.uint8).tobytes()


def gs1_datamatrix(pairs: Pairs) -> Symbol:
    """Square GS1 DataMatrix (ECC 200) with a quiet zone of one module; reads as ]d2.

    Raises the refusals of `app.identify`: the writer itself takes a wrong check digit and the month 13.
    """
    elements = element_string.build(pairs)
    cells = np.frombuffer(_matrix("".join(f"({ai}){value}" for ai, value in pairs)), dtype=np.uint8)
    side = round(len(cells) ** 0.5)
    return Symbol("GS1 DataMatrix", elements, "]d2", cells.reshape(side, side), (1, 1))
