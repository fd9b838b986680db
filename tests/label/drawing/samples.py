"""A label of every carrier, with as much on it as the carrier may hold on most layouts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from app.label.drawing.compose import compose, dot_of, fitting
from app.label.drawing.composition import Composition
from app.label.drawing.design import Label, LabelText, make_label
from app.label.drawing.layouts import LAYOUTS, Layout
from app.label.symbols.symbol import Carrier
from tests.label.samples import DAY, LYCHEE
from tests.label.symbols.samples import CARTON, GTIN, GTIN_8, SSCC

SERIAL = "7K3M9P2XQ4RT"
RESOLUTIONS = (203, 300, 600)


def sample(carrier: Carrier, text: LabelText = LYCHEE, serial: str = SERIAL, *, ean13: bool | None = None, position: str = "") -> Label:
    """Lychees in that carrier; bars of a GS1-128 hold no serial, because they would be too long for most paper."""
    gtin = {Carrier.EAN_8: GTIN_8, Carrier.ITF_14: CARTON}.get(carrier, GTIN)
    bars = carrier in (Carrier.SSCC, Carrier.GS1_128, Carrier.EAN_8, Carrier.EAN_13, Carrier.ITF_14)
    unit = SSCC if carrier is Carrier.SSCC else ""
    return make_label(
        text, gtin, lot="L2026A", serial="" if bars else serial, expiry=DAY, carrier=carrier, sscc=unit,
        quantity=48 if unit else None, ean13=ean13, position=position,
    )  # fmt: skip


def long(serial: str = SERIAL) -> Label:
    """A GS1-128 of 47 characters."""
    return make_label(LYCHEE, GTIN, lot="LO26A", serial=serial, expiry=date(2027, 1, 31), carrier=Carrier.GS1_128)


def composed() -> list[tuple[Carrier, Layout, int | None, Composition]]:
    """Every carrier on every layout at every resolution where it is not refused."""
    found = []
    for carrier in Carrier:
        label = sample(carrier)
        for dpi in (None, *RESOLUTIONS):
            dot = dot_of(dpi) if dpi else None
            found += [(carrier, LAYOUTS[name], dpi, compose(label, LAYOUTS[name], dot)) for name in fitting(label, dot)]
    return found


def quick(*papers: tuple[Layout, int], of: Iterable[tuple[Layout, int]]) -> list[Any]:
    """Papers and heads with which each carrier is tried in every run; the others of the matrix are slow together, and so marked."""
    return [each if each in papers else pytest.param(*each, marks=pytest.mark.slow) for each in of]
