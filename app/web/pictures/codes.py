"""What a code is made of: GTIN-13, Digital Link, element string, logistic label, each with its real symbol.

The numbers are of the demonstration prefix 952 and belong to nobody.
"""

from __future__ import annotations

from app.identify import element_string as elements
from app.identify.check_digit import digit
from app.label.symbols.carrier import Carrier, symbols
from app.label.symbols.linear import FNC1, ean13, gs1_128
from app.label.symbols.matrix import gs1_datamatrix
from app.label.symbols.qr import qr
from app.label.symbols.symbol import Symbol
from app.web.pictures.drawing import BLUE, EDGE, GREEN, GREY, INK, LARGE, LINE, MUTED, NORMAL, ROOM, ROSE, SMALL, SUN, WIDTH, Drawing
from app.words.translate import Translator

PREFIX, ITEM = "9521001", "00001"
GTIN = PREFIX + ITEM + digit(PREFIX + ITEM)
LOT, SERIAL, EXPIRY = "TH260612A", "K7M2Q9XD4RTB", "260615"
STEM = "https://trace.example.vn"
LINK = f"{STEM}/01/0{GTIN}/10/{LOT}/21/{SERIAL}?17={EXPIRY}"
PAIRS = (("01", f"0{GTIN}"), ("17", EXPIRY), ("10", LOT), ("21", SERIAL))
SSCC = "3" + PREFIX + "000000001" + digit("3" + PREFIX + "000000001")
CONTENT = (("02", "0" + "952100100002" + digit("952100100002")), ("10", "H2606121"), ("37", "480"))

A5 = (148.0, 210.0)
_A5_SCALE = (WIDTH - 60) / A5[0]
"""Units for a millimetre of the logistic label."""

_BAR_X, _BAR_HEIGHT = 0.5, 31.75
"""X and height of its bars, millimetres."""


def gtin(t: Translator) -> str:
    """A GTIN-13 under its bars, cut into company prefix, item reference and check digit."""
    drawing = Drawing()
    symbol = ean13(GTIN)
    module = 2.7
    left = (WIDTH - symbol.wide * module) / 2
    drawing.symbol(symbol, left, 14, module, height=110)
    top, cell = 134.0, 24.0
    x = (WIDTH - cell * len(GTIN) - 16) / 2
    for letter, piece, tint in (("A", PREFIX, GREEN), ("B", ITEM, BLUE), ("C", GTIN[-1], SUN)):
        wide = cell * len(piece)
        drawing.box(x, top, wide, 34, fill=tint.pale, stroke=tint.strong)
        for place, character in enumerate(piece):
            drawing.text(x + cell * (place + 0.5), top + 24, character, 20, bold=True, mono=True, colour=tint.strong, anchor="middle")
        drawing.mark(x + wide / 2, top + 52, letter, tint)
        x += wide + 8
    below = drawing.parts(
        top + 76,
        [
            (PREFIX, t("pictures.gtin_prefix"), t("pictures.gtin_prefix_text")),
            (ITEM, t("pictures.gtin_item"), t("pictures.gtin_item_text")),
            (GTIN[-1], t("pictures.gtin_check"), t("pictures.gtin_check_text")),
        ],
        (GREEN, BLUE, SUN),
    )
    drawing.paragraph(EDGE, below, t("pictures.gtin_fourteen", gtin=f"0{GTIN}"), ROOM, SMALL, colour=MUTED)
    return drawing.svg(t("pictures.gtin_title"), t("pictures.gtin_desc", prefix=PREFIX, item=ITEM, check=GTIN[-1]))


def digital_link(t: Translator) -> str:
    """A Digital Link in its QR code, cut into domain, key, qualifiers and query."""
    drawing = Drawing()
    symbol = qr(LINK)
    module = 4.4
    _, high = drawing.symbol(symbol, (WIDTH - symbol.wide * module) / 2, 6, module)
    drawing.parts(
        high + 12,
        [
            (STEM, t("pictures.dl_domain"), t("pictures.dl_domain_text")),
            (f"/01/0{GTIN}", t("pictures.dl_product"), t("pictures.dl_product_text")),
            (f"/10/{LOT}", t("pictures.dl_lot"), t("pictures.dl_lot_text")),
            (f"/21/{SERIAL}", t("pictures.dl_serial"), t("pictures.dl_serial_text")),
            (f"?17={EXPIRY}", t("pictures.dl_query"), t("pictures.dl_query_text")),
        ],
        (GREY, GREEN, BLUE, SUN, ROSE),
    )
    return drawing.svg(t("pictures.dl_title"), t("pictures.dl_desc", link=LINK))


def element_string(t: Translator) -> str:
    """An element string in a GS1 DataMatrix and a GS1-128, with FNC1 between a value of open length and the next AI."""
    drawing = Drawing()
    matrix = gs1_datamatrix(PAIRS)
    drawing.text(EDGE, 26, "GS1 DataMatrix", NORMAL, bold=True)
    wide, high = drawing.symbol(matrix, EDGE, 34, 4.4)
    drawing.paragraph(EDGE + wide + 14, 40, t("pictures.es_same"), ROOM - wide - 14, SMALL, colour=MUTED)
    bars = gs1_128(elements.build(PAIRS[:1] + PAIRS[2:3]))
    top = high + 64
    drawing.text(EDGE, top, "GS1-128", NORMAL, bold=True)
    module = 1.27
    drawing.symbol(bars, (WIDTH - bars.wide * module) / 2, top + 8, module, height=56)
    drawing.text(WIDTH / 2, top + 80, elements.human(PAIRS[:1] + PAIRS[2:3]), SMALL, mono=True, anchor="middle")
    below = drawing.parts(
        top + 96,
        [
            ("]d2   ]C1", t("pictures.es_identifier"), t("pictures.es_identifier_text")),
            (f"01 0{GTIN}", t("pictures.es_fixed"), t("pictures.es_fixed_gtin")),
            (f"17 {EXPIRY}", t("pictures.es_fixed"), t("pictures.es_fixed_date")),
            (f"10 {LOT} FNC1", t("pictures.es_open"), t("pictures.es_open_text")),
            (f"21 {SERIAL}", t("pictures.es_last"), t("pictures.es_last_text")),
        ],
        (GREY, GREEN, ROSE, BLUE, SUN),
    )
    at = drawing.paragraph(EDGE, below, t("pictures.es_human"), ROOM, NORMAL, bold=True)
    at = drawing.paragraph(EDGE, at + 2, elements.human(PAIRS).replace("(10)", " (10)").replace("(21)", " (21)"), ROOM, SMALL, mono=True)
    drawing.paragraph(EDGE, at + 2, t("pictures.es_human_text"), ROOM, SMALL, colour=MUTED)
    sent = matrix.text.replace(FNC1, " FNC1 ")
    return drawing.svg(t("pictures.es_title"), t("pictures.es_desc", sent=sent, human=elements.human(PAIRS)))


def logistic_label(t: Translator) -> str:
    """A label for a pallet, A5 to scale: free text, data for people, and GS1-128 symbols with the SSCC lowest."""
    drawing = Drawing()
    left, right = 30.0, WIDTH - 30
    foot = 14 + A5[1] * _A5_SCALE
    drawing.box(left, 14, right - left, foot - 14, stroke=INK, round_by=2)
    drawing.text(left + 18, 37, t("pictures.logistic_sender"), LARGE, bold=True)
    drawing.text(left + 18, 55, t("pictures.logistic_to"), SMALL)
    drawing.line(left, 66, right, 66, colour=LINE)
    y = 84.0
    for title, value in (("SSCC", SSCC), ("CONTENT", CONTENT[0][1]), ("BATCH/LOT", CONTENT[1][1]), ("COUNT", CONTENT[2][1])):
        drawing.text(left + 18, y, title, SMALL, colour=MUTED)
        drawing.text(left + 110, y, value, 15, mono=True, bold=True)
        y += 20
    drawing.line(left, y - 11, right, y - 11, colour=LINE)
    marks = [(40.0, GREY), (114.0, GREEN)]
    stacked = logistic_symbols()
    for symbol in stacked:
        _bars(drawing, symbol, y - 4)
        if symbol in (stacked[0], stacked[-1]):
            marks.append((y + 28, SUN if symbol is stacked[-1] else BLUE))
        y += _BAR_HEIGHT * _A5_SCALE + 20
    for number, (height, tint) in enumerate(marks):
        drawing.mark(left, height, "ABCD"[number], tint)
    drawing.parts(
        foot + 16,
        [
            ("", t("pictures.logistic_free"), t("pictures.logistic_free_text")),
            ("", t("pictures.logistic_data"), t("pictures.logistic_data_text")),
            ("", t("pictures.logistic_more"), t("pictures.logistic_more_text")),
            ("", t("pictures.logistic_sscc"), t("pictures.logistic_sscc_text")),
        ],
        (GREY, GREEN, BLUE, SUN),
    )
    return drawing.svg(t("pictures.logistic_title"), t("pictures.logistic_desc", sscc=SSCC, content=elements.human(CONTENT)))


def logistic_symbols() -> tuple[Symbol, ...]:
    """The symbols of the label in the picture, as the program shares out its data on this paper."""
    return symbols(Carrier.SSCC, (("00", SSCC), *CONTENT), widest=int(A5[0] / _BAR_X))


def _bars(drawing: Drawing, symbol: Symbol, top: float) -> None:
    """A GS1-128 in the middle of the label with what people read below it."""
    module = _BAR_X * _A5_SCALE
    drawing.symbol(symbol, round((WIDTH - symbol.wide * module) / 2, 3), top, module, height=round(_BAR_HEIGHT * _A5_SCALE, 2))
    lowest = symbol.pairs[0][0] == "00"
    drawing.text(WIDTH / 2, top + _BAR_HEIGHT * _A5_SCALE + 13, " ".join(symbol.human), 12, mono=True, bold=lowest, anchor="middle")
