"""How small a symbol may be: QR codes and EAN-13 with their quiet zones, drawn to one scale beside a ruler.

Source of the figures: GS1 UK's guidance for QR codes powered by GS1 (X-dimension 0.396 to 0.990 mm at a till, four modules of quiet zone);
EAN-13 0.330 mm at 100 %, 80 to 200 %, quiet zones 11 and 7 modules: GS1 General Specifications, as commonly told, not read by us.
"""

from __future__ import annotations

from app.label.symbols.linear import ean13
from app.label.symbols.qr import qr
from app.web.pictures.codes import GTIN, LINK, SERIAL, STEM
from app.web.pictures.drawing import EDGE, LINE, MUTED, NORMAL, ROOM, SMALL, WIDTH, Drawing, number
from app.words.translate import Translator

X_LEAST, X_MOST = 0.396, 0.990
"""X-dimension of a QR code at a till, millimetres."""

EAN_X = 0.330
EAN_PERCENTS = (80, 100, 200)
LINKS = (f"{STEM}/01/0{GTIN}", f"{STEM}/01/0{GTIN}/21/{SERIAL}", LINK)
"""A product, an item, and all that a label of this program carries."""

_SCALE = 4.0
"""Units for a millimetre."""

_QUIET = "#fff0c8"


def side(link: str, x: float = X_LEAST) -> float:
    """Side of the QR code of a link with its quiet zone, millimetres."""
    return qr(link).wide * x


def ean_width(percent: float) -> float:
    """Width of an EAN-13 with its quiet zones, millimetres."""
    return ean13(GTIN).wide * EAN_X * percent / 100


def sizes(t: Translator) -> str:
    """The picture."""
    drawing = Drawing()
    language = t.language
    at = drawing.paragraph(EDGE, 12, t("pictures.sizes_quiet"), ROOM, SMALL, colour=MUTED)
    at = _ruler(drawing, at + 6, t) + 12
    names = (t("pictures.sizes_product"), t("pictures.sizes_item"), t("pictures.sizes_all"))
    for link, name in zip(LINKS, names, strict=True):
        symbol = qr(link)
        wide, high = drawing.symbol(symbol, EDGE, at, X_LEAST * _SCALE, quiet=_QUIET)
        x = EDGE + wide + 14
        below = drawing.paragraph(x, at + 4, name, WIDTH - x - EDGE, NORMAL, bold=True)
        told = t("pictures.sizes_qr", modules=symbol.columns, side=number(side(link), language), x=number(X_LEAST, language, 3))
        below = drawing.paragraph(x, below, told, WIDTH - x - EDGE, SMALL)
        at = max(at + high, below) + 12
    wide, high = drawing.symbol(qr(LINKS[0]), EDGE, at, X_MOST * _SCALE, quiet=_QUIET)
    x = EDGE + wide + 14
    below = drawing.paragraph(x, at + 4, t("pictures.sizes_largest"), WIDTH - x - EDGE, NORMAL, bold=True)
    told = t("pictures.sizes_qr", modules=29, side=number(side(LINKS[0], X_MOST), language), x=number(X_MOST, language, 3))
    drawing.paragraph(x, below, told, WIDTH - x - EDGE, SMALL)
    at += high + 18
    for percent in EAN_PERCENTS:
        told = t("pictures.sizes_ean", percent=percent, width=number(ean_width(percent), language))
        at = drawing.paragraph(EDGE, at, told, ROOM, SMALL, bold=percent == 100)
        drawing.symbol(ean13(GTIN), EDGE, at + 2, EAN_X * percent / 100 * _SCALE, height=44 * percent / 100, quiet=_QUIET)
        at += 44 * percent / 100 + 14
    _ruler(drawing, at, t)
    values = [number(side(link), language) for link in LINKS]
    ean = [number(ean_width(percent), language) for percent in EAN_PERCENTS]
    return drawing.svg(
        t("pictures.sizes_title"),
        t("pictures.sizes_desc", a=values[0], b=values[1], c=values[2], most=number(side(LINKS[0], X_MOST), language), ean="; ".join(ean)),
    )


def _ruler(drawing: Drawing, top: float, t: Translator) -> float:
    """80 millimetres in whole ones; returns its lower edge."""
    drawing.line(EDGE, top, EDGE + 80 * _SCALE, top, colour=LINE)
    for millimetre in range(81):
        x = EDGE + millimetre * _SCALE
        tall = 12 if millimetre % 10 == 0 else 8 if millimetre % 5 == 0 else 5
        drawing.line(x, top, x, top + tall, colour=LINE, thick=1)
        if millimetre % 20 == 0:
            word = t("pictures.sizes_millimetres", count=millimetre) if millimetre == 80 else str(millimetre)
            drawing.text(min(x, WIDTH - EDGE - 14), top + 26, word, SMALL, colour=MUTED, anchor="middle" if millimetre else "start")
    return top + 30
