"""What a person asks for at the command line, read and checked: dates as people write them, further identifiers, the labels that follow.

All of it can be written down, so that an interrupted job is taken up by the same words and no others.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from app.errors import Invalid
from app.identify import digital_link, element_string, elements
from app.identify.gtin import gtin14
from app.label.drawing.design import Label, LabelText, make_label
from app.label.drawing.layouts import Layout, layout
from app.label.drawing.logo import logo
from app.label.drawing.printer import Printer
from app.label.refusals import ExpiryWrong
from app.label.rolls import roll_text
from app.label.symbols.carrier import Carrier

FORMS = ("png", "svg", "pdf", "zpl", "csv")

_DATES = (
    (re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII), 0),
    (re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})", re.ASCII), 0),
    (re.compile(r"(?P<year>\d{2})(?P<month>\d{2})(?P<day>\d{2})", re.ASCII), 2000),
)
_OWN = {"00": "--sscc", "01": "--gtin", "02": "--gtin", "10": "--lot", "17": "--expiry", "21": "--serials", "37": "--quantity"}


class SaidTwice(Invalid):
    """An application identifier is given among the further ones although it has an option of its own."""

    code = "label.said-twice"  # params: ai, option


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for labels, all but the numbers of the single labels.

    gtin: 14 digits; expiry: a day or None; sheet: name of a layout; dpi: None where no print head is known; logo: bytes of a picture;
    dx, dy: millimetres; first_place: from 0; per_roll: labels on a roll, or None; party: name of the organisation that gives out the
    serial numbers, "" for loose labels; ean13: whether the symbol of the till stands beside the carrier.
    """

    gtin: str
    carrier: Carrier
    form: str
    count: int
    sheet: str
    lot: str = ""
    expiry: date | None = None
    dpi: int | None = None
    product: str = ""
    brand: str = ""
    producer: str = ""
    net_content: str = ""
    lines: tuple[str, ...] = ()
    logo: bytes = b""
    stem: str = ""
    more: tuple[tuple[str, str], ...] = ()
    quantity: int | None = None
    dx: float = 0.0
    dy: float = 0.0
    first_place: int = 0
    per_roll: int | None = None
    party: str = ""
    serialised: bool = False
    ean13: bool = False

    def layout(self) -> Layout:
        """The paper; raises LayoutUnknown."""
        return layout(self.sheet)

    def text(self) -> LabelText:
        """The texts all labels share, the GTIN in place of a name that nobody gave; raises LogoUnreadable, LogoTooLarge."""
        picture = logo(self.logo) if self.logo else None
        return LabelText(self.product or f"GTIN {self.gtin}", self.brand, self.producer, self.net_content, self.lines, picture)

    def label(self, text: LabelText, serial: str, sscc: str, position: str = "") -> Label:
        """One label; text: what `text` gave, made once for all. Raises what `make_label` raises."""
        return make_label(
            text, self.gtin, lot=self.lot, serial=serial, expiry=self.expiry, stem=self.stem, carrier=self.carrier, more=self.more,
            sscc=sscc, quantity=self.quantity, ean13=self.ean13, position=position,
        )  # fmt: skip

    def labels(self, numbers: Numbers, start: int, stop: int) -> list[Label]:
        """Labels from `start` up to `stop`, counted from 0."""
        text = self.text()
        rolls = self.per_roll
        return [self.label(text, numbers.serial(index), numbers.sscc(index), roll_text(index + 1, rolls)) for index in range(start, stop)]

    def printer(self, start: int = 0) -> Printer:
        """How the printer is set for a file that begins with the label `start`, from 0: only the first sheet has used places."""
        return Printer(self.dpi, self.dx, self.dy, 0 if start else self.first_place)

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON values."""
        said = asdict(self)
        said["expiry"] = self.expiry.isoformat() if self.expiry else None
        said["logo"] = b64encode(self.logo).decode("ascii")
        return said | {"lines": list(self.lines), "more": [list(pair) for pair in self.more]}


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of single labels: none where all are alike, one for each label, or one SSCC for all."""

    serials: Sequence[str] = ()
    ssccs: Sequence[str] = ()

    def serial(self, index: int) -> str:
        """Serial number of a label counted from 0, "" where there are none."""
        return self.serials[index] if self.serials else ""

    def sscc(self, index: int) -> str:
        """SSCC of a label counted from 0, "" where there are none."""
        return self.ssccs[index % len(self.ssccs)] if self.ssccs else ""


def from_json(said: dict[str, Any]) -> Asked:
    """The request that `to_json` wrote; raises ValueError, TypeError or KeyError for anything else."""
    if set(said) != {item.name for item in fields(Asked)}:
        message = "other fields than those of a request for labels"
        raise ValueError(message)
    day = said["expiry"]
    return Asked(**said | {
        "carrier": Carrier(said["carrier"]),
        "expiry": date.fromisoformat(day) if day else None,
        "lines": tuple(said["lines"]),
        "logo": b64decode(said["logo"], validate=True),
        "more": tuple((str(ai), str(value)) for ai, value in said["more"]),
    })  # fmt: skip


def read_expiry(text: str) -> date | None:
    """A day as people write it: 2026-12-31, 31/12/2026, or 261231 as in a symbol; nothing for an empty text. Raises ExpiryWrong."""
    if not text:
        return None
    for form, century in _DATES:
        found = form.fullmatch(text.strip())
        if found:
            try:
                return date(int(found["year"]) + century, int(found["month"]), int(found["day"]))
            except ValueError as error:
                raise ExpiryWrong(pointer="/expiry", expiry=text[:40]) from error
    raise ExpiryWrong(pointer="/expiry", expiry=text[:40])


def read_further(text: str) -> tuple[tuple[str, str], ...]:
    """Further identifiers in brackets, `(3103)000500(15)270101`; raises the refusals of `app.identify`, SaidTwice."""
    if not text:
        return ()
    pairs = element_string.read_bracketed(text, associations=False).pairs
    for ai, _ in pairs:
        if ai in _OWN:
            raise SaidTwice(pointer="/more", ai=ai, option=_OWN[ai])
    return pairs


def check(asked: Asked, numbers: Numbers) -> None:
    """Refuse wrong identifiers before anything is drawn, whatever the carrier holds of them. Raises the refusals of `app.identify`."""
    gtin14(asked.gtin)
    for serial in dict.fromkeys((numbers.serial(0), max(numbers.serials, key=len, default=""))):
        label = asked.label(LabelText(""), serial, numbers.sscc(0))
        elements.check(label.pairs)
        digital_link.parse(label.digital_link)
