"""What a logistic unit says about itself, shared out over the GS1-128 symbols of its label."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from app.identify import element_string
from app.label.symbols.linear import MOST_CHARACTERS, width_of_gs1_128
from app.label.symbols.symbol import Pairs

_SSCC, _TRADE_ITEM, _CONTENT, _COUNT = "00", "01", "02", "37"

_TRIALS = 2000
"""Arrangements looked at; the first is already a good one, and ten AIs in three symbols need about a thousand."""


def on_a_logistic_unit(pairs: Pairs) -> Pairs:
    """The same data with the GTIN of the goods as content (02) where their number (37) is told.

    (02) and (37) stand for the goods in a unit that is no trade item itself; without a number, (01) says that the unit itself
    is a trade item, and stays. Source: GS1 General Specifications, 3.3.3 (content) and 3.9.6 (count), read in quotation.
    """
    if _COUNT not in dict(pairs):
        return pairs
    return tuple((_CONTENT if ai == _TRADE_ITEM else ai, value) for ai, value in pairs)


def shared_out(pairs: Pairs, widest: int) -> tuple[Pairs, ...]:
    """The elements of each symbol from top to bottom, in as few symbols as hold them; the SSCC alone in the last, the lowest.

    pairs: in GS1 order, with (00); widest: modules with quiet zones. An element that is too wide by itself gets a symbol of its
    own: its drawing is refused where the millimetres are known. Source: GS1 General Specifications, 6.6.
    """
    others = tuple(pair for pair in pairs if pair[0] != _SSCC)
    lowest = tuple(pair for pair in pairs if pair[0] == _SSCC)
    return (*_divided(others, widest), lowest)


@lru_cache(maxsize=256)
def _divided(pairs: Pairs, widest: int) -> tuple[Pairs, ...]:
    """Remembered, because the labels of a delivery differ in their SSCC only; goods and their number stay together where they can."""
    bound = tuple(pair for pair in pairs if pair[0] in (_CONTENT, _COUNT))
    found = free = _Search([(pair,) for pair in pairs], pairs, widest)
    if len(bound) == 2:
        together = _Search([bound, *((pair,) for pair in pairs if pair not in bound)], pairs, widest)
        fit = all(together.width(part) <= widest for part in together.best)
        found = together if fit and len(together.best) <= len(free.best) else free
    order = {pair: number for number, pair in enumerate(pairs)}
    parts = [tuple(sorted(part, key=order.__getitem__)) for part in found.best]
    return tuple(sorted(parts, key=lambda part: order[part[0]]))


class _Search:
    """Branch and bound: the widest elements first, each into the first symbol with room, then into the others.

    The fewest symbols win, among these those whose widest is the least wide: bars may then be wider.
    """

    def __init__(self, units: Sequence[Pairs], pairs: Pairs, widest: int) -> None:
        self._units = sorted(units, key=lambda unit: -sum(len(ai) + len(value) for ai, value in unit))
        self._widest = widest
        self._trials = _TRIALS
        self._parts: list[Pairs] = []
        self._widths: list[float] = []
        self._order = {pair: number for number, pair in enumerate(pairs)}
        self.best: list[Pairs] = list(units)
        self._least = (len(units) + 1, 0.0)
        self._place(0)

    def _place(self, index: int) -> None:
        """Try every place for the elements from `index` on; symbols only grow in number and in width."""
        reached = len(self._parts), max(self._widths, default=0.0)
        if reached >= self._least or self._trials <= 0:
            return
        if index == len(self._units):
            self.best, self._least = list(self._parts), reached
            return
        self._trials -= 1
        unit = self._units[index]
        for number, (part, wide) in enumerate(zip(self._parts, self._widths, strict=True)):
            wider = self.width((*part, *unit))
            if wider <= self._widest:
                self._parts[number], self._widths[number] = (*part, *unit), wider
                self._place(index + 1)
                self._parts[number], self._widths[number] = part, wide
        self._parts.append(unit)
        self._widths.append(self.width(unit))
        self._place(index + 1)
        self._parts.pop()
        self._widths.pop()

    def width(self, part: Sequence[tuple[str, str]]) -> float:
        """Modules with quiet zones of one symbol with these elements, infinite where they are too many characters."""
        text = element_string.written(sorted(part, key=self._order.__getitem__))
        return width_of_gs1_128(text) if len(text) <= MOST_CHARACTERS else math.inf
