"""Reads for whole sheets: what many rows name, asked for at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select, tuple_
from sqlalchemy.engine import Connection

from app.catalogue.model import Lot, Product
from app.label.model import LabelJob, Serial, SerialRange

_SOME = 400
"""Values in one question: below what any database takes as parameters."""


class Item(NamedTuple):
    """A product as labels need it."""

    gtin: str
    name: str
    name_key: str
    brand: str
    net_content: str


class Days(NamedTuple):
    """Days of a registered lot, "" for none."""

    produced: str
    expiry: str


class Made(NamedTuple):
    """A job that exists, and how many of its labels have a serial number already."""

    job_id: int
    labels: int
    drawn: int
    serialised: bool

    @property
    def whole(self) -> bool:
        """Whether nothing of it is left to draw."""
        return not self.serialised or self.drawn >= self.labels


class Source(NamedTuple):
    """Where serial numbers are drawn from: how long they are, and how many are left, None for as many as anybody asks."""

    length: int
    left: int | None


def _portions(values: Iterable[Any]) -> Iterator[Sequence[Any]]:
    listed = sorted(set(values))
    for start in range(0, len(listed), _SOME):
        yield listed[start : start + _SOME]


def products(
    connection: Connection, party_id: int, gtins: Collection[str], names: Collection[str]
) -> tuple[dict[str, Item], dict[str, list[Item]]]:
    """Products of an organisation by GTIN-14, and by folded name, of which there may be several."""
    columns = (Product.gtin, Product.name, Product.name_key, Product.brand, Product.net_content)
    by_gtin: dict[str, Item] = {}
    by_name: dict[str, list[Item]] = {}
    for column, values in ((Product.gtin, gtins), (Product.name_key, names)):
        for some in _portions(values):
            for row in connection.execute(select(*columns).where(Product.party_id == party_id, column.in_(some)).order_by(Product.gtin)):
                item = Item(row.gtin, row.name, row.name_key, row.brand or "", row.net_content or "")
                if column is Product.gtin:
                    by_gtin[item.gtin] = item
                else:
                    by_name.setdefault(item.name_key, []).append(item)
    return by_gtin, by_name


def lots(connection: Connection, party_id: int, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Days]:
    """Registered lots by (GTIN-14, lot)."""
    found = {}
    for some in _portions(wanted):
        statement = select(Lot.gtin, Lot.lot, Lot.produced_on, Lot.expires_on)
        for row in connection.execute(statement.where(Lot.party_id == party_id, tuple_(Lot.gtin, Lot.lot).in_(some))):
            found[row.gtin, row.lot] = Days(row.produced_on or "", row.expires_on or "")
    return found


def jobs(connection: Connection, party_id: int, origins: Iterable[str]) -> dict[str, Made]:
    """Jobs that were made from rows of sheets, by their origin."""
    found = {}
    for some in _portions(origins):
        statement = select(LabelJob.origin, LabelJob.job_id, LabelJob.count.label("labels"), LabelJob.drawn, LabelJob.serialised)
        for row in connection.execute(statement.where(LabelJob.party_id == party_id, LabelJob.origin.in_(some))):
            found[row.origin] = Made(row.job_id, row.labels, row.drawn, bool(row.serialised))
    return found


def ranges(connection: Connection, party_id: int, gtins: Iterable[str]) -> dict[str, Source]:
    """The range that each product's serial numbers come from, of those that have one: the open one that was opened last."""
    found = {}
    for some in _portions(gtins):
        mine = (SerialRange.party_id == party_id) & SerialRange.gtin.in_(some) & SerialRange.closed_at.is_(None)
        for row in connection.execute(select(SerialRange.__table__).where(mine).order_by(SerialRange.range_id)):
            found[row.gtin] = Source(row.length, None if row.most is None else row.most - row.issued)
    return found


def taken(connection: Connection, party_id: int, gtin: str, numbers: Collection[str]) -> set[str]:
    """Those of many serial numbers of a product that were given out before."""
    found: set[str] = set()
    for some in _portions(numbers):
        statement = select(Serial.serial).where(Serial.party_id == party_id, Serial.gtin == gtin, Serial.serial.in_(some))
        found.update(connection.scalars(statement))
    return found
