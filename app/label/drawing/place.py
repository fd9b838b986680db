"""Where labels and symbols stand on a page, from their composition."""

from __future__ import annotations

from app.label.drawing.composition import Composition
from app.label.drawing.drawn import Place, PlacedOnPage
from app.label.drawing.layouts import Layout


def placed_on(composition: Composition, layout: Layout, index: int, page: int, x: float, y: float) -> Place:
    """The place of a label whose upper left corner is at x, y (mm) of a page; the symbols with bearers and hanging guards."""
    symbols = [
        PlacedOnPage(
            carrier=placed.symbol.carrier,
            content=placed.symbol.text,
            identifier=placed.symbol.identifier,
            x=x + placed.left,
            y=y + placed.top,
            width=placed.right - placed.left,
            height=placed.bottom - placed.top,
            module=placed.module * placed.symbol.units,
            quiet=(placed.symbol.quiet[0] // placed.symbol.units, placed.symbol.quiet[1] // placed.symbol.units),
            turned=placed.turned,
        )
        for placed in composition.symbols
    ]
    return Place(index, page, x, y, layout.width, layout.height, tuple(symbols))
