"""From application identifiers to the symbols of a carrier: what it holds, in which order, checked before anything is drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from app.identify import digital_link, element_string, elements
from app.identify.ai_rule import RULES
from app.identify.gtin import gtin14
from app.label.refusals import CarrierNeedsKey, CarrierUnknown
from app.label.symbols.linear import ean8, ean13, gs1_128, itf14
from app.label.symbols.logistic import on_a_logistic_unit, shared_out
from app.label.symbols.matrix import datamatrix, gs1_datamatrix, gs1_qr
from app.label.symbols.qr import qr
from app.label.symbols.specification import LONGEST, specification
from app.label.symbols.symbol import Carrier, Pairs, Symbol

__all__ = ["Carrier", "Content", "Pairs", "carried", "carrier", "contents", "in_order", "symbols"]

_FIRST = ("00", "01", "02", "8006", "8004", "8003", "253", "255", "401", "402", "410", "414", "17", "15", "16")
"""What stands first in a symbol: keys, then the dates that a reader looks for; everything else follows by its number."""

_TRADE_ITEM: dict[Carrier, Callable[[str], Symbol]] = {Carrier.EAN_13: ean13, Carrier.EAN_8: ean8, Carrier.ITF_14: itf14}
"""Carriers that hold a GTIN and nothing else."""


WIDEST = math.floor(LONGEST / specification(Carrier.SSCC).least)
"""Modules with quiet zones of a GS1-128 that is as long as it may be at the least X of a logistic label."""


def carrier(name: str) -> Carrier:
    """The carrier of that name; raises CarrierUnknown."""
    if name not in Carrier.__members__.values():
        raise CarrierUnknown(carrier=name, known=", ".join(Carrier))
    return Carrier(name)


def in_order(pairs: Pairs) -> Pairs:
    """AIs as they stand in a symbol, whatever their order was: those of predefined length first, so that few FNC1 are needed.

    The same AI with the same value counts once. Source: GS1 General Specifications, 7.8.6.
    """

    def place(pair: tuple[str, str]) -> tuple[bool, int, str]:
        rule = RULES[pair[0]]
        variable = rule is None or not rule.fixed
        return variable, _FIRST.index(pair[0]) if pair[0] in _FIRST else len(_FIRST), pair[0]

    return tuple(sorted(dict.fromkeys(pairs), key=place))


def _with_gtin14(pairs: Pairs) -> Pairs:
    return tuple((ai, gtin14(value) if ai in ("01", "02") else value) for ai, value in pairs)


def carried(by: Carrier, pairs: Pairs) -> Pairs:
    """What the symbols of a carrier hold of these data, in GS1 order: for bars of trade items the GTIN alone, else everything.

    pairs: a GTIN may be written with 8 to 14 digits. Raises CarrierNeedsKey and the refusals of GTINs in `app.identify`.
    """
    held = in_order(_with_gtin14(pairs))
    needed = "00" if by is Carrier.SSCC else "01" if by in _TRADE_ITEM else ""
    if needed and needed not in dict(held):
        raise CarrierNeedsKey(carrier=by.value, ai=needed)
    if by in _TRADE_ITEM:
        return tuple(pair for pair in held if pair[0] == needed)
    return in_order(on_a_logistic_unit(held)) if by is Carrier.SSCC else held


class Content(NamedTuple):
    """What a reader answers for a symbol: its text, and the symbology identifier before it."""

    text: str
    identifier: str


_IDENTIFIERS = {
    Carrier.QR_DL: "]Q1", Carrier.DM_DL: "]d1", Carrier.SSCC: "]C1", Carrier.GS1_128: "]C1", Carrier.GS1_DATAMATRIX: "]d2",
    Carrier.GS1_QR: "]Q3",
}  # fmt: skip


def contents(by: Carrier, pairs: Pairs, stem: str = "") -> tuple[Content, ...]:
    """What the symbols of a carrier would say, from top to bottom, for whoever draws them himself: no module is made.

    Refuses what `symbols` refuses, but data that are too long for a symbol.
    """
    if by in _TRADE_ITEM:
        return tuple(Content(symbol.text, symbol.identifier) for symbol in symbols(by, pairs))  # the bars of a GTIN are made once
    held = carried(by, pairs)
    elements.check(held)
    if by in (Carrier.QR_DL, Carrier.DM_DL):
        return (Content(digital_link.from_elements(held, stem or digital_link.CANONICAL_STEM), _IDENTIFIERS[by]),)
    parts = shared_out(held, WIDEST) if by is Carrier.SSCC else (held,)
    return tuple(Content(element_string.written(part), _IDENTIFIERS[by]) for part in parts)


def symbols(by: Carrier, pairs: Pairs, stem: str = "", *, widest: int | None = None) -> tuple[Symbol, ...]:
    """The symbols of a carrier, from top to bottom: one, or several for a logistic label, whose last is the SSCC.

    stem: address of the resolver in a Digital Link, "" for https://id.gs1.org; widest: modules with quiet zones that a logistic
    label has room for. Everything is checked first: raises the refusals of `app.identify`, CarrierNeedsKey, NoEan13, NoEan8,
    Gs1128TooLong, MatrixTooLong, LinkUnprintable.
    """
    held = carried(by, pairs)
    if by in _TRADE_ITEM:
        elements.check(_with_gtin14(pairs))
        return (_TRADE_ITEM[by](held[0][1]),)
    elements.check(held)
    if by is Carrier.SSCC:
        return tuple(gs1_128(element_string.written(part), part, Carrier.SSCC) for part in shared_out(held, widest or WIDEST))
    if by in (Carrier.QR_DL, Carrier.DM_DL):
        link = digital_link.from_elements(held, stem or digital_link.CANONICAL_STEM)
        return ((qr if by is Carrier.QR_DL else datamatrix)(link, held),)
    if by is Carrier.GS1_128:
        return (gs1_128(element_string.written(held), held),)
    return ((gs1_datamatrix if by is Carrier.GS1_DATAMATRIX else gs1_qr)(held),)
