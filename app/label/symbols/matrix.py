"""Squares of modules from the writer inside zxing-cpp: no library that is written in Python makes their FNC1.

The writer takes a wrong check digit and the month 13, so data are checked before they come here.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from app.identify import element_string
from app.label.refusals import MatrixTooLong
from app.label.symbols.linear import lines
from app.label.symbols.symbol import Carrier, Modules, Pairs, Symbol

LEVEL = "M"
"""Error correction of a GS1 QR, the same as that of Digital Links."""

MOST_MODULES = {"DataMatrix": 88, "QRCode": 97}
"""Larger squares stand on no layout here: 42 mm and more at the least module of the till."""


@lru_cache(maxsize=64)
def _cells(content: str, form: str, *, gs1: bool) -> bytes:
    zxing: Any
    import zxingcpp as zxing

    # Without `force_square` it may choose a rectangle that GS1 does not allow.
    options = {"force_square": True} if form == "DataMatrix" else {"ec_level": LEVEL}
    made = zxing.create_barcode(content, getattr(zxing.BarcodeFormat, form), gs1=gs1, **options)
    return (np.asarray(made.to_image(scale=1, add_quiet_zones=False)) < 128).astype(np.uint8).tobytes()


def _square(content: str, form: str, *, gs1: bool) -> Modules:
    try:
        cells = np.frombuffer(_cells(content, form, gs1=gs1), dtype=np.uint8)
    except ValueError as refusal:
        raise MatrixTooLong(length=len(content), symbol=form, modules=MOST_MODULES[form]) from refusal
    side = round(len(cells) ** 0.5)
    if side > MOST_MODULES[form]:
        raise MatrixTooLong(length=len(content), symbol=form, modules=MOST_MODULES[form])
    return cells.reshape(side, side)


def gs1_datamatrix(pairs: Sequence[tuple[str, str]]) -> Symbol:
    """Square GS1 DataMatrix (ECC 200) with a quiet zone of one module; reads as ]d2.

    Raises the refusals of `app.identify`, MatrixTooLong. Source: GS1 General Specifications, section 5.6.
    """
    held = tuple(pairs)
    elements = element_string.build(held)
    square = _square(element_string.bracketed(held), "DataMatrix", gs1=True)
    return Symbol("GS1 DataMatrix", elements, "]d2", square, (1, 1), Carrier.GS1_DATAMATRIX, held, lines(held))


def gs1_qr(pairs: Sequence[tuple[str, str]]) -> Symbol:
    """GS1 QR Code, level M, FNC1 in first position, quiet zone of four modules; reads as ]Q3.

    Raises the refusals of `app.identify`, MatrixTooLong. Source: GS1 General Specifications, section 5.7.
    """
    held = tuple(pairs)
    elements = element_string.build(held)
    square = _square(element_string.bracketed(held), "QRCode", gs1=True)
    return Symbol("GS1 QR", elements, "]Q3", square, (4, 4), Carrier.GS1_QR, held, lines(held))


def datamatrix(link: str, pairs: Pairs = ()) -> Symbol:
    """Square Data Matrix with a Digital Link, quiet zone of one module; reads as ]d1. Raises MatrixTooLong."""
    return Symbol("Data Matrix", link, "]d1", _square(link, "DataMatrix", gs1=False), (1, 1), Carrier.DM_DL, pairs, lines(pairs))
