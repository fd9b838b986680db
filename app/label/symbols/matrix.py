"""Data Matrix as modules, from the writer inside zxing-cpp: no library that is written in Python makes its FNC1."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from app.identify import element_string
from app.label.symbols.symbol import Symbol

Pairs = Sequence[tuple[str, str]]
"""Application identifiers and values in the order in which they stand in the symbol."""


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
