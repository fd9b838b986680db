"""Which products' links are to be tried: never tried ones first, then those that failed once, then those tried longest ago.

No question sorts all products. Never tried ones are found along the primary key, a few thousand at a time from where the last search ended;
the others along the index of `LinkCheck.checked_at`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.engine import Connection

from app.catalogue.model import Product
from app.resolve.model import LinkCheck

STALE = timedelta(hours=20)
"""A link is due again when it was not tried for so long: once a night, whenever the night's work began."""

AGAIN = timedelta(minutes=15)
"""After a first failure a link is tried once more after so long; only then it counts as dead."""

LEFT_OVER = timedelta(hours=44)
"""A link not tried for so long was left over by a whole night."""

_BATCH = 5_000
_A_MINUTE = 4
"""Batches of products that one minute of the night looks through."""

_SAME = and_(LinkCheck.party_id == Product.party_id, LinkCheck.gtin == Product.gtin)
_STILL_THEIRS = exists().where(_SAME).correlate(LinkCheck)
"""A product that went to somebody else leaves its old row behind."""


@dataclass(frozen=True, slots=True)
class Due:
    """A product whose link is to be tried."""

    party_id: int
    gtin: str


class Rounds:
    """Where the search for products that were never tried stands; round after round through all products.

    batches: of products that one search looks through at most; size: of each.
    """

    def __init__(self, batches: int = _A_MINUTE, size: int = _BATCH) -> None:
        self._after, self._batches, self._size = "", batches, size

    def next(self, connection: Connection, now: datetime, count: int) -> list[Due]:
        """At most `count` products that are due."""
        found = self._never(connection, count)
        for wanted in (_suspected(now), LinkCheck.checked_at <= now - STALE):
            found += _tried(connection, wanted, count - len(found))
        return found

    def _never(self, connection: Connection, count: int) -> list[Due]:
        found: list[Due] = []
        place, first = self._after, None
        for _ in range(self._batches if count else 0):
            rows = connection.execute(_PAGE.where(Product.gtin > place).limit(self._size)).all()
            for row in rows:
                if row.tried is None:
                    found.append(Due(row.party_id, row.gtin))
                    first = place if first is None else first  # from here again: nobody knows yet whether it will be tried
                place = row.gtin
                if len(found) == count:
                    break
            if len(rows) < self._size or len(found) == count:
                place = place if len(found) == count else ""
                break
        self._after = place if first is None else first
        return found


_PAGE = select(Product.gtin, Product.party_id, LinkCheck.gtin.label("tried")).outerjoin(LinkCheck, _SAME).order_by(Product.gtin)


def _suspected(now: datetime) -> ColumnElement[bool]:
    """Failed once, a while ago."""
    return and_(LinkCheck.checked_at > now - STALE, LinkCheck.checked_at <= now - AGAIN, LinkCheck.failed_since == LinkCheck.checked_at)


def _tried(connection: Connection, wanted: ColumnElement[bool], count: int) -> list[Due]:
    """The longest ago first.

    Whose the product is now is compared here: with both columns in the join PostgreSQL expects next to no rows, and sorts all.
    """
    owner = Product.party_id.label("owner")
    statement = select(LinkCheck.party_id, LinkCheck.gtin, owner).join(Product, Product.gtin == LinkCheck.gtin).where(wanted)
    statement = statement.order_by(LinkCheck.checked_at, LinkCheck.gtin)
    found: list[Due] = []
    looked, more = 0, count > 0
    while more and len(found) < count:
        rows = connection.execute(statement.limit(count).offset(looked)).all()
        found += [Due(row.party_id, row.gtin) for row in rows if row.owner == row.party_id]
        looked, more = looked + len(rows), len(rows) == count
    return found[:count]


def due(connection: Connection, now: datetime, count: int) -> list[Due]:
    """Products whose link was not tried for a night, or failed once a while ago; never tried first, then the longest ago."""
    return Rounds(2**31).next(connection, now, count)


def due_count(connection: Connection, now: datetime) -> int:
    """How many links are due; looks at every product once, so it is asked now and then and not every minute."""
    return _count(connection, _never_tried()) + _count(connection, _rows(or_(LinkCheck.checked_at <= now - STALE, _suspected(now))))


def left_over(connection: Connection, now: datetime) -> int:
    """How many links no night came to for nearly two days: more are registered than a night can try, or nothing tries them."""
    before = now - LEFT_OVER
    new = _never_tried().where(Product.created_at <= before)
    return _count(connection, new) + _count(connection, _rows(LinkCheck.checked_at <= before))


def products(connection: Connection) -> int:
    """How many products there are."""
    return _count(connection, select(Product.gtin))


def _never_tried() -> Select[str]:
    return select(Product.gtin).where(~exists().where(_SAME).correlate(Product))


def _rows(wanted: ColumnElement[bool]) -> Select[str]:
    return select(LinkCheck.gtin).where(wanted, _STILL_THEIRS)


def _count(connection: Connection, rows: Select[str]) -> int:
    return int(connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one())


def chosen(connection: Connection, gtins: Sequence[str] = (), party_id: int | None = None) -> list[Due]:
    """The products with these GTINs (14 digits), or of an organisation, or all; never tried first."""
    statement = select(Product.party_id, Product.gtin).outerjoin(LinkCheck, _SAME)
    statement = statement.order_by(LinkCheck.checked_at.asc().nulls_first(), Product.gtin)
    if gtins:
        statement = statement.where(Product.gtin.in_(list(gtins)))
    if party_id is not None:
        statement = statement.where(Product.party_id == party_id)
    return [Due(row.party_id, row.gtin) for row in connection.execute(statement)]
