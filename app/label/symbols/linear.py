"""Symbols of bars as modules, one row each; the bars are those of the library `python-barcode`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from app.identify import element_string
from app.identify.gtin import gtin14
from app.label.refusals import Gs1128TooLong, NoEan8, NoEan13
from app.label.symbols.code_sets import FNC1, code_words
from app.label.symbols.symbol import Carrier, Modules, Pairs, Symbol

__all__ = ["FNC1", "MOST_CHARACTERS", "ean8", "ean13", "gs1_128", "has_ean8", "has_ean13", "itf14", "width_of_gs1_128"]

MOST_CHARACTERS = 48
"""Of a GS1-128, with AIs and the FNC1 between elements. Source: GS1 General Specifications, 5.4.4.3."""

_WORD = 11
"""Modules of a code word of Code 128; the stop has thirteen."""

_WIDE = {2: 5, 3: 8}
"""Modules of the wide bars of an ITF-14 by those of its narrow ones: 2.5 to 1, which GS1 asks for, and 2.67 to 1 for print heads with
dots so large that only an odd number of them is an X that has room; 2.25 to 3 are allowed. Source: GS1 General Specifications, 5.3.2.2."""


def gs1_128(elements: str, pairs: Pairs = (), carrier: Carrier = Carrier.GS1_128) -> Symbol:
    """GS1-128 of an element string, one row; quiet zones of ten modules; reads as ]C1.

    elements: as `element_string.build` writes them, FNC1 only between elements. Raises Gs1128TooLong above 48 characters.
    Source: GS1 General Specifications, section 5.4.
    """
    if len(elements) > MOST_CHARACTERS:
        raise Gs1128TooLong(length=len(elements), limit=MOST_CHARACTERS, fits=_that_fit(pairs))
    row = _row(_bars().pattern(elements))
    return Symbol("GS1-128", elements, "]C1", row, (10, 10), carrier, pairs, lines(pairs))


def lines(pairs: Pairs) -> tuple[str, ...]:
    """Human readable interpretation, one AI a line; the brackets are for people and never in the symbol."""
    return tuple(element_string.human((pair,)) for pair in pairs)


def width_of_gs1_128(elements: str) -> int:
    """Modules of a GS1-128 with both quiet zones: code words, check character, stop."""
    return _WORD * (len(code_words(elements)) + 1) + 13 + 20


def _that_fit(pairs: Pairs) -> str:
    """The AIs, from the first on, that one symbol holds; `-` where there are none."""
    kept: list[tuple[str, str]] = []
    for pair in pairs:
        if len(element_string.written((*kept, pair))) <= MOST_CHARACTERS:
            kept.append(pair)
    return " ".join(f"({ai})" for ai, _ in kept) or "-"


@lru_cache(maxsize=1)
def _bars() -> Any:
    """The library's GS1-128 with our choice of tables; check character, bars and stop are its own."""
    from barcode.codex import Gs1_128

    class Shortest(Gs1_128):  # type: ignore[misc]  # the library has no types
        """GS1-128 of code words that were already chosen."""

        def _build(self) -> list[int]:
            return list(code_words(self.code[1:].replace(self.FNC1_CHAR, FNC1)))

        @classmethod
        def pattern(cls, elements: str) -> str:
            """Ones and zeros of an element string."""
            return str(cls(elements.replace(FNC1, cls.FNC1_CHAR)).build()[0])

    return Shortest


def has_ean13(gtin: str) -> bool:
    """Whether a trade item has an EAN-13: a carton (indicator 1 to 9) and a GTIN-8 have other symbols."""
    number = gtin14(gtin)
    return number[0] == "0" and not number.startswith("000000")


def has_ean8(gtin: str) -> bool:
    """Whether a trade item has an EAN-8: only a GTIN-8 does, in whatever length it is written."""
    return gtin14(gtin).startswith("000000")


@lru_cache(maxsize=1024)
def ean13(gtin: str) -> Symbol:
    """EAN-13 of a trade item, 95 modules in one row, quiet zones 11 and 7 modules; reads as ]E0.

    gtin: any of the usual lengths, its check digit is checked; a GTIN-12 gets a leading zero. Raises NoEan13 when the number
    is a carton's (indicator 1 to 9) or a GTIN-8, which has another symbol.
    """
    from barcode.ean import EuropeanArticleNumber13

    number = gtin14(gtin)
    if not has_ean13(number):
        raise NoEan13(gtin=gtin, fits="ean-8, itf-14" if has_ean8(number) else "itf-14, gs1-128")
    row = _row(EuropeanArticleNumber13(number[1:]).build()[0])
    return Symbol("EAN-13", number[1:], "]E0", row, (11, 7), Carrier.EAN_13, (("01", number),), (number[1:],))


@lru_cache(maxsize=1024)
def ean8(gtin: str) -> Symbol:
    """EAN-8 of a GTIN-8, 67 modules in one row, quiet zones of 7 modules; reads as ]E4.

    Raises NoEan8 for a longer number. Source: GS1 General Specifications, section 5.2.
    """
    from barcode.ean import EuropeanArticleNumber8

    number = gtin14(gtin)
    if not has_ean8(number):
        raise NoEan8(gtin=gtin, fits="ean-13" if has_ean13(number) else "itf-14, gs1-128")
    row = _row(EuropeanArticleNumber8(number[6:]).build()[0])
    return Symbol("EAN-8", number[6:], "]E4", row, (7, 7), Carrier.EAN_8, (("01", number),), (number[6:],))


@lru_cache(maxsize=1024)
def itf14(gtin: str, narrow: int = 2) -> Symbol:
    """ITF-14 of a trade item that is not sold at a till; narrow: modules of one X, 2 with wide bars of 5 or 3 with 8; reads as ]I1.

    Quiet zones of 10 X; bearer bars of 2 X along the top and the bottom, which printing without plates needs, so that a scan
    that leaves the symbol at a slant is no shorter number. Source: GS1 General Specifications, section 5.3.
    """
    from barcode.itf import ITF

    number = gtin14(gtin)
    row = _row(ITF(number, narrow=narrow, wide=_WIDE[narrow]).build()[0])
    quiet = 10 * narrow
    pairs = (("01", number),)
    return Symbol("ITF-14", number, "]I1", row, (quiet, quiet), Carrier.ITF_14, pairs, (number,), narrow, 2 * narrow)


def _row(pattern: str) -> Modules:
    return (np.frombuffer(pattern.encode("ascii"), dtype=np.uint8) - ord("0")).reshape(1, -1)
