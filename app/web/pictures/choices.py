"""Which symbol for which purpose: a table of real symbols with who reads them and what they hold."""

from __future__ import annotations

from app.identify import element_string as elements
from app.label.symbols.linear import ean13, gs1_128
from app.label.symbols.matrix import gs1_datamatrix
from app.label.symbols.qr import qr
from app.label.symbols.symbol import Symbol
from app.web.pictures.codes import GTIN, LINK, PAIRS, SSCC
from app.web.pictures.drawing import BLUE, EDGE, GREEN, ROOM, SMALL, SUN, WIDTH, Drawing, Tint
from app.words.translate import Translator

_ROOM_OF_SYMBOL = 112.0


def carriers(t: Translator) -> str:
    """The picture."""
    drawing = Drawing()
    bars = gs1_128(elements.build((("00", SSCC),)))
    rows: list[tuple[Symbol, Tint, str, str, str]] = [
        (qr(LINK), GREEN, t("pictures.carriers_phone"), t("pictures.carriers_qr"), t("pictures.carriers_qr_text")),
        (ean13(GTIN), GREEN, t("pictures.carriers_till"), t("pictures.carriers_ean"), t("pictures.carriers_ean_text")),
        (gs1_datamatrix(PAIRS), BLUE, t("pictures.carriers_small"), t("pictures.carriers_matrix"), t("pictures.carriers_matrix_text")),
        (bars, SUN, t("pictures.carriers_pallet"), t("pictures.carriers_128"), t("pictures.carriers_128_text")),
    ]  # fmt: skip
    top = 14.0
    for symbol, tint, purpose, name, text in rows:
        top = _row(drawing, top, symbol, tint, (purpose, name, text)) + 12
    wanted = [f"{purpose}: {name}. {text}" for _, _, purpose, name, text in rows]
    return drawing.svg(t("pictures.carriers_title"), " ".join(wanted))


def _row(drawing: Drawing, top: float, symbol: Symbol, tint: Tint, words: tuple[str, str, str]) -> float:
    """One purpose: a band that names it, its symbol on the left and words on the right; returns the lower edge."""
    purpose, name, text = words
    band = drawing.paragraph(EDGE + 10, top + 5, purpose, ROOM - 20, 15, bold=True, colour=tint.strong)
    drawing.box(EDGE, band + 3, ROOM, 2, fill=tint.strong, round_by=1)
    linear = len(symbol.modules) == 1
    module = _ROOM_OF_SYMBOL / symbol.wide * (1 if linear or symbol.columns > 30 else 0.8)
    _, high = drawing.symbol(symbol, EDGE, band + 10, round(module, 3), height=64 if linear else 0)
    x = EDGE + _ROOM_OF_SYMBOL + 12
    below = drawing.paragraph(x, band + 10, name, WIDTH - x - EDGE, 14, bold=True)
    below = drawing.paragraph(x, below, text, WIDTH - x - EDGE, SMALL)
    return max(below, band + 10 + high)
