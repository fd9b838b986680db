"""Giving out a batch of SSCCs whose labels can be printed: a label is drawn and read back before any number is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.catalogue import find as catalogue
from app.errors import Refusal
from app.identify import check_digit
from app.label.drawing.sheet import make_svg
from app.label.stamps import sscc
from app.label.units import labels
from app.label.units.find import Batch
from app.label.units.refusals import QuantityAlone, QuantityWrong, ShipToLines
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.keys import new_id

MOST_ITEMS = 99_999_999
"""Trade items that the eight digits of AI (37) count."""

LINES, LETTERS = 4, 80
"""Of a destination, as it is typed; whether all of it has room is found out by drawing."""


@dataclass(frozen=True, slots=True)
class Given:
    """A fresh batch with its numbers in ascending order."""

    batch_id: int
    ssccs: list[str]


def give(  # noqa: PLR0913  # a unit, what it holds and where it goes
    count: int,
    *,
    prefix: str | None = None,
    extension: int = 0,
    gtin: str | None = None,
    lot: str | None = None,
    quantity: int | None = None,
    expiry: str | None = None,
    ship_to: str | None = None,
    by: Actor,
    on: Runtime,
) -> Given:
    """Give out SSCCs for units that hold the same: `quantity` items of the product and lot, or with None each unit is the product itself.

    expiry: YYMMDD, None for that of the lot; ship_to: up to four lines. Raises what `give_ssccs` raises, QuantityAlone, QuantityWrong,
    ShipToLines, and what stops a logistic label from being drawn on every paper.
    """
    party_id = permit(by, Permission.LABEL_SSCC_WRITE)
    if gtin is None and (quantity is not None or lot is not None or expiry is not None):
        raise QuantityAlone(pointer="/gtin")
    if quantity is not None and not 1 <= quantity <= MOST_ITEMS:
        raise QuantityWrong(pointer="/quantity", quantity=str(quantity)[:20], most=MOST_ITEMS)
    going = destination(ship_to or "")
    held: dict[str, Any] = dict(zip(("gtin", "lot", "quantity", "expiry"), sscc.contents(gtin, lot, quantity, expiry), strict=True))
    if gtin is not None:
        held["expiry"] = expiry or _expiry(party_id, held["gtin"], lot, on)
    _try(party_id, Batch(0, count, _sample(prefix, extension), **held, ship_to=going, created_at=on.clock.now()), on)
    batch_id = new_id()
    where: dict[str, Any] = {"prefix": prefix, "extension": extension, "ship_to": going or None, "batch_id": batch_id}
    return Given(batch_id, sscc.give_ssccs(count, **where, **held, by=by, on=on))


def destination(text: str) -> str:
    """Where units go, line by line without what is empty; raises ShipToLines."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    lines = [line for line in lines if line]
    if len(lines) > LINES or any(len(line) > LETTERS for line in lines):
        raise ShipToLines(pointer="/ship_to", lines=LINES, letters=LETTERS)
    return "\n".join(lines)


def _expiry(party_id: int, gtin: str, lot: str | None, on: Runtime) -> str | None:
    """The expiry that the register knows of a lot, as YYMMDD."""
    if lot is None:
        return None
    with on.store.reading() as connection:
        try:
            found = catalogue.lot(connection, party_id, gtin, lot).expires_on
        except catalogue.NoSuchLot:
            return None  # goods of somebody else are packed too
    return found.replace("-", "")[2:] if found else None


def _sample(prefix: str | None, extension: int) -> str:
    """A number as long as those to come; wrong wishes are told by whoever gives the numbers."""
    told = prefix if prefix is not None and prefix.isascii() and prefix.isdecimal() else ""
    body = f"{extension if extension in sscc.EXTENSIONS else 0}{told[:16]}".ljust(17, "0")
    return body + check_digit.digit(body)


def _try(party_id: int, batch: Batch, on: Runtime) -> None:
    """Draw a label into the air, on any paper; raises what the roomiest paper refuses."""
    with on.store.reading() as connection:
        printed = labels.print_of(connection, party_id, batch, on)
    refused: Refusal | None = None
    label = printed.label(batch.first)
    for name, paper in labels.PAPERS.items():
        try:
            make_svg(label, paper)
        except Refusal as refusal:
            refused = refusal if refused is None or name == labels.ROOMIEST else refused
        else:
            return
    if refused is not None:
        raise labels.told(refused, label, [])
