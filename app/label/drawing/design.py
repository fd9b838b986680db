"""What stands on a label, before anything has a place.

A `Label` is one pack: the Digital Link of its QR, the same data for people, and the texts all packs of a product share.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from app.identify import digital_link, element_string
from app.identify.gtin import gtin14
from app.label.drawing import fonts
from app.label.drawing.layouts import LAYOUTS as LAYOUTS  # noqa: PLC0414  # layouts are found here as well
from app.label.drawing.layouts import ROLL_70X40 as ROLL_70X40  # noqa: PLC0414
from app.label.drawing.layouts import Layout as Layout  # noqa: PLC0414
from app.label.drawing.layouts import layout as layout  # noqa: PLC0414
from app.label.drawing.logo import Logo
from app.label.drawing.logo import logo as read_logo
from app.label.drawing.refusals import WishesWrong
from app.label.refusals import ExpiryWrong, LetterMissing, LinkDiffers, TextMissing
from app.label.symbols.linear import has_ean13
from app.label.symbols.symbol import Carrier, Pairs


@dataclass(frozen=True, slots=True)
class LabelText:
    """Texts that every label of a product carries.

    lines: the product in further languages, or advice such as how to store it; data_titles: whether the names of the application
    identifiers (GTIN, BATCH/LOT, …) stand before them.
    """

    product: str
    brand: str = ""
    producer: str = ""
    net_content: str = ""
    lines: tuple[str, ...] = ()
    logo: Logo | None = None
    data_titles: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """One label.

    gtin: 8 to 14 digits, "" for a logistic unit alone; lot, serial: as printed, "" for none; expiry: a day, or None; digital_link: the
    exact text of a QR or Data Matrix that holds a Digital Link; ean13: whether the symbol of the till stands beside a matrix symbol:
    None where the layout has room for its full height, True: refused where it has none; more: further AIs such as 3103; sscc and
    quantity: of a logistic unit and the trade items in it; position: a small text at the edge such as "R2 · 00537" on a roll.
    """

    text: LabelText
    gtin: str
    digital_link: str
    lot: str = ""
    serial: str = ""
    expiry: date | None = None
    ean13: bool | None = None
    carrier: Carrier = Carrier.QR_DL
    more: Pairs = ()
    sscc: str = ""
    quantity: int | None = None
    position: str = ""

    @property
    def pairs(self) -> Pairs:
        """Application identifiers and values in the order in which people read them."""
        content = (("02", "37") if self.quantity is not None else ("01", "37")) if self.sscc else ("01", "37")
        count = "" if self.quantity is None or not self.sscc else str(self.quantity)
        written = (
            ("00", self.sscc),
            (content[0], gtin14(self.gtin) if self.gtin else ""),
            ("10", self.lot),
            ("17", gs1_date(self.expiry)),
            ("21", self.serial),
            ("37", count),
            *self.more,
        )
        return tuple(pair for pair in written if pair[1])

    @property
    def hri(self) -> str:
        """Human readable interpretation, `(01)09521234543213 (10)…`. Source: GS1 General Specifications, section 4.14."""
        return element_string.human(self.pairs)


def make_label(  # noqa: PLR0913  # a label has as many parts
    text: LabelText,
    gtin: str,
    *,
    lot: str = "",
    serial: str = "",
    expiry: date | None = None,
    stem: str = "",
    carrier: Carrier = Carrier.QR_DL,
    more: Pairs = (),
    sscc: str = "",
    quantity: int | None = None,
    ean13: bool | None = None,
    position: str = "",
) -> Label:
    """A label with the Digital Link of its data: lot and serial in the path, everything else in the query.

    stem: the resolver's address without a trailing slash, "" for https://id.gs1.org. Raises the refusals of `app.identify`, ExpiryWrong.
    """
    _check_expiry(expiry)
    wanted = has_ean13(gtin) and ean13 if gtin and ean13 is not True else ean13
    label = Label(text, gtin, "", lot, serial, expiry, wanted, carrier, more, sscc, quantity, position)
    return replace(label, digital_link=digital_link.from_elements(label.pairs, stem or digital_link.CANONICAL_STEM))


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an enterprise wants on its labels, as a design keeps it; the logo (PNG or JPEG) is kept beside the JSON."""

    show_brand: bool = True
    show_producer: bool = True
    show_net_content: bool = True
    lines: tuple[str, ...] = ()
    data_titles: bool = False
    ean13: bool | None = None
    logo: bytes | None = None

    def as_json(self) -> str:
        """Everything but the logo, keys sorted."""
        said = {name: getattr(self, name) for name in _WISHES}
        return json.dumps(said | {"lines": list(self.lines)}, ensure_ascii=False, sort_keys=True)

    def text(self, product: str, *, brand: str = "", producer: str = "", net_content: str = "") -> LabelText:
        """The texts of a product as this design shows them; raises LogoUnreadable, LogoTooLarge."""
        shown = (brand if self.show_brand else "", producer if self.show_producer else "", net_content if self.show_net_content else "")
        return LabelText(product, *shown, self.lines, read_logo(self.logo) if self.logo else None, self.data_titles)


_WISHES = {
    "show_brand": (bool,),
    "show_producer": (bool,),
    "show_net_content": (bool,),
    "lines": (list,),
    "data_titles": (bool,),
    "ean13": (bool, type(None)),
}


def wishes(written: str, logo: bytes | None = None) -> Wishes:
    """Wishes from their JSON; a name that is missing keeps its usual value. Raises WishesWrong."""
    try:
        said = json.loads(written)
    except ValueError as error:
        raise WishesWrong(pointer="", field="-") from error
    for field, value in said.items() if isinstance(said, dict) else [("-", said)]:
        listed = value if isinstance(value, list) else []
        if type(value) not in _WISHES.get(field, ()) or not all(isinstance(line, str) for line in listed):
            raise WishesWrong(pointer=f"/{field}", field=field)
    lines = tuple(said.pop("lines", ()))
    return Wishes(**said, lines=lines, logo=logo)


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
    said = dict(label.pairs)
    link = digital_link.parse(label.digital_link)
    for ai in dict.fromkeys(("01", "10", "17", "21", *said)):
        found, expected = link.get(ai) or "", said.get(ai, "")
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
    yield "/position", fonts.composed(label.position)


def _check_expiry(expiry: object) -> None:
    """A day between 2000 and 2049: two digits of the year are read back within fifty years of today."""
    if expiry is None:
        return
    if not isinstance(expiry, date) or isinstance(expiry, datetime) or not 2000 <= expiry.year <= 2049:
        raise ExpiryWrong(pointer="/expiry", expiry=str(expiry))
