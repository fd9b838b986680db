"""What stands on a label and on which paper, before anything has a place.

A `Label` is one pack: the Digital Link of its QR, the same data for people, and the texts all packs of a product share.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from app.identify import digital_link, element_string
from app.identify.gtin import gtin14
from app.label.drawing import fonts
from app.label.refusals import ExpiryWrong, LayoutUnknown, LetterMissing, LinkDiffers, TextMissing


@dataclass(frozen=True, slots=True)
class LabelText:
    """Texts that every label of a product carries.

    lines: the product in further languages, or advice such as how to store it.
    """

    product: str
    brand: str = ""
    producer: str = ""
    net_content: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """One label.

    gtin: 8 to 14 digits; lot, serial: as printed, "" for none; expiry: a day, or None; digital_link: the exact text of the
    QR; ean13: whether the symbol of the till is printed too.
    """

    text: LabelText
    gtin: str
    digital_link: str
    lot: str = ""
    serial: str = ""
    expiry: date | None = None
    ean13: bool = True

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Application identifiers and values in the order in which people read them."""
        written = (("01", gtin14(self.gtin)), ("10", self.lot), ("17", gs1_date(self.expiry)), ("21", self.serial))
        return tuple(pair for pair in written if pair[1])

    @property
    def hri(self) -> str:
        """Human readable interpretation, `(01)09521234543213 (10)…`. Source: GS1 General Specifications, section 4.14."""
        return element_string.human(self.pairs)


def make_label(text: LabelText, gtin: str, *, lot: str = "", serial: str = "", expiry: date | None = None, stem: str = "") -> Label:
    """A label with the Digital Link of its data: lot and serial in the path, expiry in the query; EAN-13 where the GTIN has one.

    stem: the resolver's address without a trailing slash, "" for https://id.gs1.org. Raises the refusals of `app.identify`, ExpiryWrong.
    """
    _check_expiry(expiry)
    path = (("01", gtin14(gtin)), *((ai, value) for ai, value in (("10", lot), ("21", serial)) if value))
    attributes = (("17", gs1_date(expiry)),) if expiry else ()
    link = digital_link.build(path, attributes, stem or digital_link.CANONICAL_STEM)
    return Label(text, gtin, link, lot, serial, expiry, has_ean13(gtin))


def has_ean13(gtin: str) -> bool:
    """Whether a trade item has an EAN-13: a carton (indicator 1 to 9) and a GTIN-8 have other symbols."""
    number = gtin14(gtin)
    return number[0] == "0" and not number.startswith("000000")


@dataclass(frozen=True, slots=True)
class Layout:
    """Paper: labels of one size in a grid on a page, lengths in millimetres.

    left, top: corner of the first label; across, down: from one label to the next; on_demand: a roll for thermal printers;
    qr_room: the largest square for the QR with its quiet zone; bars: height of the EAN-13; terse: too small for the brand
    and the further lines, which are left out by design.
    """

    name: str
    width: float
    height: float
    qr_room: float
    bars: float
    columns: int = 1
    rows: int = 1
    page: tuple[float, float] | None = None
    left: float = 0.0
    top: float = 0.0
    across: float = 0.0
    down: float = 0.0
    on_demand: bool = False
    terse: bool = False

    @property
    def paper(self) -> tuple[float, float]:
        """Width and height of a page; a roll has one label on each."""
        return self.page or (self.width, self.height)

    @property
    def on_a_page(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    def corners(self) -> Iterator[tuple[float, float]]:
        """Upper left corners on a page, line by line, measured from the upper left corner of the paper."""
        for row in range(self.rows):
            for column in range(self.columns):
                yield self.left + column * self.across, self.top + row * self.down


A4 = (210.0, 297.0)

ROLL_50X25 = Layout("roll-50x25", 50, 25, qr_room=25, bars=5, on_demand=True, terse=True)
ROLL_70X40 = Layout("roll-70x40", 70, 40, qr_room=29, bars=10, on_demand=True)
A4_3X8 = Layout(
    "a4-3x8", 63.5, 33.9, qr_room=24.2, bars=8, columns=3, rows=8, page=A4, left=7.2, top=12.9, across=66.04, down=33.9
)  # the common sheet of 24
A4_2X5 = Layout(
    "a4-2x5", 99.1, 57, qr_room=36, bars=14, columns=2, rows=5, page=A4, left=4.65, top=6, across=101.6, down=57
)  # the common sheet of 10

LAYOUTS = {layout.name: layout for layout in (ROLL_50X25, ROLL_70X40, A4_3X8, A4_2X5)}


def layout(name: str) -> Layout:
    """The layout of that name; raises LayoutUnknown."""
    if name not in LAYOUTS:
        raise LayoutUnknown(layout=name, known=", ".join(LAYOUTS))
    return LAYOUTS[name]


def gs1_date(day: date | None) -> str:
    """YYMMDD, or nothing. Source: GS1 General Specifications, section 3, AI (17); the century follows section 7.12."""
    return f"{day:%y%m%d}" if day else ""


def readable_date(day: date) -> str:
    """As people in Viet Nam and France write a day: 31/12/2026."""
    return f"{day:%d/%m/%Y}"


def check(label: Label) -> None:
    """Refuse a label whose parts disagree, before anything is drawn.

    Raises the refusals of `app.identify` (check digit, Digital Link), TextMissing, LetterMissing, ExpiryWrong, LinkDiffers.
    """
    check_texts(label)
    check_link(label)


def check_link(label: Label) -> None:
    """Refuse a label that says something else to people than to phones; raises ExpiryWrong, LinkDiffers, refusals of `app.identify`."""
    _check_expiry(label.expiry)
    gtin = gtin14(label.gtin)
    link = digital_link.parse(label.digital_link)
    for ai, expected in (("01", gtin), ("10", label.lot), ("17", gs1_date(label.expiry)), ("21", label.serial)):
        found = link.get(ai) or ""
        if found != expected:
            raise LinkDiffers(pointer="/digital_link", ai=ai, found=found, expected=expected)


def check_texts(label: Label) -> None:
    """Refuse texts that are empty or that the typeface cannot draw; raises TextMissing, LetterMissing."""
    for pointer, text in texts(label):
        if pointer == "/text/product" and not text:
            raise TextMissing(pointer=pointer)
        letter = fonts.face().missing(text)
        if letter:
            raise LetterMissing(pointer=pointer, letter=f"{letter} (U+{ord(letter):04X})")


def texts(label: Label) -> Iterator[tuple[str, str]]:
    """Pointer and composed text of everything a person reads."""
    shared = label.text
    yield "/text/product", fonts.composed(shared.product)
    yield "/text/brand", fonts.composed(shared.brand)
    yield "/text/producer", fonts.composed(shared.producer)
    yield "/text/net_content", fonts.composed(shared.net_content)
    for index, line in enumerate(shared.lines):
        yield f"/text/lines/{index}", fonts.composed(line)
    yield "/lot", label.lot
    yield "/serial", label.serial


def _check_expiry(expiry: object) -> None:
    """A day between 2000 and 2049: two digits of the year are read back within fifty years of today."""
    if expiry is None:
        return
    if not isinstance(expiry, date) or isinstance(expiry, datetime) or not 2000 <= expiry.year <= 2049:
        raise ExpiryWrong(pointer="/expiry", expiry=str(expiry))
