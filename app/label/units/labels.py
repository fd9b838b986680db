"""The logistic labels of a batch, and the files of up to a thousand of them, made anew from the numbers whenever they are asked for.

The upper block says where a unit comes from, where it goes and what it holds, the middle the data, the foot the bars with the SSCC
lowest. Source: GS1 General Specifications, section 6.6 (free format, human readable and symbol segments).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.engine import Connection

from app.catalogue import find as catalogue
from app.errors import Refusal
from app.label.drawing.design import Label, LabelText, make_label
from app.label.drawing.drawn import Drawn
from app.label.drawing.layouts import LOGISTIC_A5, LOGISTIC_A6, ROLL_100X150, Layout, layout
from app.label.drawing.printer import HEADS, USUAL_HEAD, Printer, draw
from app.label.drawing.sheet import make_svg
from app.label.jobs import print_house
from app.label.refusals import ExpiryWrong, NothingToPrint, TextTooLong
from app.label.symbols.carrier import Carrier
from app.label.units import find
from app.label.units.find import Batch, Unit
from app.label.units.refusals import GoodsTooLong, LotTooLong, SenderTooLong, ShipToTooLong, TooManyUnits, UnitVoid
from app.party import find as parties
from app.party.permissions import Actor, Permission, permit
from app.party.rules import provinces
from app.runtime import Runtime

MOST = 1_000
"""Units in one file: some seconds of work."""

PAPERS = {paper.name: paper for paper in (LOGISTIC_A6, LOGISTIC_A5, ROLL_100X150)}
"""Papers of logistic labels, the usual first."""

ROOMIEST = LOGISTIC_A5.name

_FROM, _TO, _UNIT = "TỪ / FROM: ", "ĐẾN / TO: ", "ĐƠN VỊ VẬN CHUYỂN / LOGISTIC UNIT"
"""In Vietnamese and English like the titles of the data: a label travels further than its reader's language."""

_TOO_LONG: dict[str, tuple[type[Refusal], str]] = {
    "/text/producer": (SenderTooLong, ""),
    "/text/product": (ShipToTooLong, "/ship_to"),
    "/text/net_content": (GoodsTooLong, "/goods"),
    "/lot": (LotTooLong, "/goods"),
}


@dataclass(frozen=True, slots=True)
class Print:
    """What all labels of a batch share. product: name of the goods, "" when the organisation has not registered them; expiry: a day."""

    batch: Batch
    text: LabelText
    product: str
    expiry: date | None
    stem: str

    def label(self, sscc: str) -> Label:
        """The label of one unit; raises what `make_label` raises."""
        batch = self.batch
        return make_label(
            self.text, batch.gtin or "", lot=batch.lot or "", expiry=self.expiry, stem=self.stem, carrier=Carrier.SSCC, sscc=sscc,
            quantity=batch.quantity,
        )  # fmt: skip

    @property
    def ship_from(self) -> str:
        """The sender, as the label names it."""
        return self.text.producer.removeprefix(_FROM)


def printing(batch_id: int, *, by: Actor, on: Runtime) -> Print:
    """A batch with what its labels say. Raises NoSuchUnits."""
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        return print_of(connection, party_id, find.batch(connection, party_id, batch_id), on)


def print_of(connection: Connection, party_id: int, batch: Batch, on: Runtime) -> Print:
    """The same for a batch at hand, also for one that is not given out yet."""
    sender: Any = parties.party(connection, party_id)
    known = None if batch.gtin is None else catalogue.product(connection, batch.gtin)
    name = known.name if known is not None and known.party_id == party_id else ""
    place = (sender.name, sender.address, sender.commune, provinces().get(sender.province or "", ""))
    coming, goods = _FROM + ", ".join(part for part in place if part), name or (f"GTIN {batch.gtin}" if batch.gtin else _UNIT)
    # The second text of the upper block, not a further line: those are left out where room is scarce, a destination never is.
    going = _TO + ", ".join(line.rstrip(",") for line in batch.ship_to.split("\n"))
    text = LabelText(going, producer=coming, net_content=goods) if batch.ship_to else LabelText(goods, producer=coming)
    return Print(batch, text, name, expiry_of(batch.expiry), on.settings.public_url())


def expiry_of(yymmdd: str | None) -> date | None:
    """The day of an AI (17); day 00 is the last of its month. Source: GS1 General Specifications, section 3.4.7. Raises ExpiryWrong."""
    if not yymmdd:
        return None
    try:
        year, month, day = 2000 + int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:6])
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError as error:
        raise ExpiryWrong(pointer="/expiry", expiry=yymmdd[:40]) from error


# ------------------------------------------------------------------------------------------------ files


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is printed.

    dx, dy: millimetres of calibration; last: None for up to a thousand from the first; sscc: one unit instead of a span, "" for none.
    """

    layout: str = LOGISTIC_A6.name
    dpi: int | None = None
    dx: float = 0.0
    dy: float = 0.0
    first: int = 1
    last: int | None = None
    sscc: str = ""


def pdf(batch_id: int, wish: Wish, *, by: Actor, on: Runtime) -> bytes:
    """Labels of a batch as PDF, a page each. Raises NoSuchUnits, UnitsSpanWrong, TooManyUnits, what does not fit; all was read back."""
    return _file("pdf", batch_id, wish, by=by, on=on).content


def zpl(batch_id: int, wish: Wish, *, by: Actor, on: Runtime) -> bytes:
    """Labels of a batch in ZPL II for a print head; raises as `pdf` does."""
    return _file("zpl", batch_id, wish, by=by, on=on).content


def look(batch_id: int, wish: Wish, *, by: Actor, on: Runtime) -> Drawn:
    """One label as SVG, with what is smaller on this paper than wished; raises UnitVoid and as `pdf` does."""
    return _file("svg", batch_id, wish, by=by, on=on)


def svg(batch_id: int, wish: Wish, *, by: Actor, on: Runtime) -> bytes:
    """One label as SVG; raises as `look` does."""
    return look(batch_id, wish, by=by, on=on).content


def png(batch_id: int, wish: Wish, *, by: Actor, on: Runtime) -> bytes:
    """One label as PNG for a print head; raises UnitVoid and as `pdf` does."""
    return _file("png", batch_id, wish, by=by, on=on).content


def table(batch_id: int, wish: Wish, *, by: Actor, on: Runtime) -> bytes:
    """A row for each unit that may be printed, as print houses know it from other labels; raises as `pdf` does."""
    printed, units = _span(batch_id, wish, by=by, on=on)
    labels = [printed.label(unit.sscc) for unit in units]
    return print_house.heading() + print_house.rows(labels, [unit.place for unit in units], None, printed.stem)


def _file(form: str, batch_id: int, wish: Wish, *, by: Actor, on: Runtime) -> Drawn:
    """The file; a text without room is refused with the papers that have it."""
    on_paper, chosen = layout(wish.layout), _chosen(batch_id, wish, by=by, on=on)
    try:
        return draw(form, chosen, on_paper, Printer(wish.dpi, wish.dx, wish.dy))
    except TextTooLong as refusal:
        dpi = wish.dpi or (USUAL_HEAD if form in HEADS else None)
        raise told(refusal, chosen[0], fitting(chosen[0], dpi)) from refusal


def _chosen(batch_id: int, wish: Wish, *, by: Actor, on: Runtime) -> list[Label]:
    printed, units = _span(batch_id, wish, by=by, on=on)
    return [printed.label(unit.sscc) for unit in units]


def _span(batch_id: int, wish: Wish, *, by: Actor, on: Runtime) -> tuple[Print, Sequence[Unit]]:
    """The units asked for without the void ones. Raises UnitVoid for one that was named, NothingToPrint."""
    printed = printing(batch_id, by=by, on=on)
    with on.store.reading() as connection:
        if wish.sscc:
            one = find.unit(connection, by.party, batch_id, wish.sscc)
            if one.voided_at is not None:
                raise UnitVoid(sscc=one.sscc, reason=one.void_reason or "-")
            return printed, [one]
        first, last = find.span(printed.batch, wish.first, wish.last, MOST)
        if last - first >= MOST:
            raise TooManyUnits(pointer="/last", count=last - first + 1, limit=MOST, first=first, last=first + MOST - 1)
        found = [unit for unit in find.units(connection, by.party, batch_id, first, last) if unit.voided_at is None]
    if not found:
        raise NothingToPrint
    return printed, found


def fitting(label: Label, dpi: int | None = None) -> list[str]:
    """Names of the papers on which a logistic label can be drawn."""
    return [name for name, paper in PAPERS.items() if _fits(label, paper, dpi)]


def _fits(label: Label, paper: Layout, dpi: int | None) -> bool:
    try:
        make_svg(label, paper, dpi)
    except Refusal:
        return False
    return True


def told(refusal: Refusal, label: Label, papers: Sequence[str]) -> Refusal:
    """A text without room, named as people know it; other refusals as they are."""
    if not isinstance(refusal, TextTooLong) or refusal.pointer not in _TOO_LONG:
        return refusal
    kind, pointer = _TOO_LONG[refusal.pointer]
    if kind is ShipToTooLong and not label.text.product.startswith(_TO):
        kind, pointer = _TOO_LONG["/text/net_content"]  # nobody is named, so the goods stand there
    return kind(pointer=pointer, fits=refusal.params.get("fits", 0), papers=", ".join(papers) or "-")
