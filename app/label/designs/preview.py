"""A design looked at before anybody prints: one real label, its measures on each kind of printer, and what does not fit."""

from __future__ import annotations

from dataclasses import dataclass

from app.catalogue import find as catalogue
from app.errors import Finding, Refusal
from app.label.designs.goods import Goods, example, goods
from app.label.designs.rules import Draft
from app.label.drawing.design import Label
from app.label.drawing.drawn import PlacedOnPage
from app.label.drawing.layouts import LAYOUTS, Layout
from app.label.drawing.sheet import RESOLUTIONS, make_svg
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

SERIAL = "000000000000"
"""Shown where a serial number will stand: as long as those that are given out."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How one kind of printer draws it; dpi: None for PDF, whose printer is not known; wrong: why it cannot.

    remarks: what is otherwise than wished; of a print head only what the PDF does not share.
    """

    dpi: int | None
    symbols: tuple[PlacedOnPage, ...] = ()
    wrong: Refusal | None = None
    remarks: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A label as SVG, or why there is none; measured: PDF first, then print heads; made_up: no product is registered yet."""

    layout: Layout
    svg: str
    wrong: Refusal | None
    measured: tuple[Measured, ...]
    made_up: bool


def preview(made: Draft, gtin: str = "", lot: str = "", *, by: Actor, on: Runtime) -> Preview:
    """What a design looks like with goods of the organisation; gtin "": its newest batch. Raises NoSuchProduct, NoSuchLot."""
    party_id = permit(by, Permission.LABEL_JOB_READ)
    stem = on.settings.public_url()
    with on.store.reading() as connection:
        chosen = None if gtin else next(iter(catalogue.lots(connection, party_id, count=1)), None)
        if chosen is not None:
            gtin, lot = chosen.gtin, chosen.lot
        shown = goods(connection, party_id, gtin, lot, stem) if gtin else example(connection, party_id, stem)
    return draw(made, shown, made_up=not gtin)


def draw(made: Draft, shown: Goods, *, made_up: bool = False, serial: str = SERIAL) -> Preview:
    """One label in a design on every kind of printer; what is refused is told, not raised."""
    layout = LAYOUTS[made.layout]
    try:
        label = shown.label(shown.text(made.wishes), made.wishes, made.carrier, serial)
        drawn = make_svg(label, layout)
    except Refusal as refusal:
        return Preview(layout, "", refusal, (), made_up)
    usual = Measured(None, drawn.places[0].symbols, remarks=drawn.remarks)
    heads = tuple(_measured(label, layout, dpi, usual) for dpi in RESOLUTIONS)
    return Preview(layout, drawn.content.decode(), None, (usual, *heads), made_up)


def _measured(label: Label, layout: Layout, dpi: int, usual: Measured) -> Measured:
    """One print head beside the PDF: a symbol or a logo for which its dots leave no room must not be gone in silence."""
    try:
        drawn = make_svg(label, layout, dpi)
    except Refusal as refusal:
        return Measured(dpi, wrong=refusal)
    symbols = drawn.places[0].symbols
    there = {symbol.carrier for symbol in symbols}
    gone = [
        Finding("label.symbol-left-out", params={"symbol": symbol.carrier.value, "dpi": dpi})
        for symbol in usual.symbols
        if symbol.carrier not in there
    ]
    return Measured(dpi, symbols, remarks=(*gone, *(remark for remark in drawn.remarks if remark not in usual.remarks)))
