"""What a logistic unit says about itself, shared out over the GS1-128 symbols of its label."""

from __future__ import annotations

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
    """Remembered, because the labels of a delivery differ in their SSCC only."""
    search = _Search(pairs, widest)
    search.place(0)
    order = {pair: number for number, pair in enumerate(pairs)}
    parts = [tuple(sorted(part, key=order.__getitem__)) for part in search.best]
    return tuple(sorted(parts, key=lambda part: order[part[0]]))


class _Search:
    """Branch and bound: the widest elements first, each into the first symbol with room, then into the others."""

    def __init__(self, pairs: Pairs, widest: int) -> None:
        self._pairs = sorted(pairs, key=lambda pair: -len(pair[0]) - len(pair[1]))
        self._widest = widest
        self._trials = _TRIALS
        self._parts: list[list[tuple[str, str]]] = []
        self._order = {pair: number for number, pair in enumerate(pairs)}
        self.best: list[Pairs] = [(pair,) for pair in pairs]

    def place(self, index: int) -> None:
        """Try every place for the elements from `index` on."""
        if len(self._parts) >= len(self.best) or self._trials <= 0:
            return
        if index == len(self._pairs):
            self.best = [tuple(part) for part in self._parts]
            return
        self._trials -= 1
        pair = self._pairs[index]
        for part in self._parts:
            if self._fits([*part, pair]):
                part.append(pair)
                self.place(index + 1)
                part.pop()
        self._parts.append([pair])
        self.place(index + 1)
        self._parts.pop()

    def _fits(self, part: list[tuple[str, str]]) -> bool:
        text = element_string.written(sorted(part, key=self._order.__getitem__))
        return len(text) <= MOST_CHARACTERS and width_of_gs1_128(text) <= self._widest
