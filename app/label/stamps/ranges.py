"""Ranges of serial numbers of a product: how they are drawn and how many may ever be.

Whoever makes up a serial number must almost never meet one that exists: of all texts of a range's length at most one in 10,000 may be
given out (EU Regulation 2016/161, article 4). A ceiling beyond that is refused; all ranges of one product and length count together.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.engine import Connection

from app.catalogue import find as catalogue
from app.catalogue.model import Product
from app.label.model import SerialRange
from app.label.refusals import SerialRange as LengthWrong
from app.label.stamps import permuted, serials
from app.label.stamps.refusals import (
    CountWrong,
    NoSuchRange,
    RangeClosed,
    RangeExhausted,
    RangeKeyMissing,
    RangeRefused,
    RangeSchemeUnknown,
)
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.keys import new_id
from app.store.work import Tx
from app.vault import SEALING_KEY

RANDOM, PERMUTED = "random", "permuted"
SCHEMES = (RANDOM, PERMUTED)

MOST = 1_000_000_000
"""Ceiling of a range for which none was said."""

GUESS_LIMIT = 1e-4
"""The largest chance that one guess hits. Source: Commission Delegated Regulation (EU) 2016/161, article 4 (b)."""

LONGEST_NOTE = 200


def ceiling(length: int) -> int:
    """How many serial numbers of a length may exist for one product."""
    return int(32**length) // round(1 / GUESS_LIMIT)


def open_range(
    gtin: str,
    *,
    scheme: str = RANDOM,
    length: int = serials.SHORTEST,
    most: int | None = None,
    note: str | None = None,
    by: Actor,
    on: Runtime,
) -> int:
    """Open a range of a product; jobs of the product draw from the one that was opened last. Returns its number.

    most: how many it may ever give, a billion unless said. Raises RangeSchemeUnknown, SerialRange (length), CountWrong, RangeRefused when
    all ranges of that length together could be guessed, NoSuchProduct.
    """
    party_id = permit(by, Permission.LABEL_RANGE_WRITE)
    if scheme not in SCHEMES:
        raise RangeSchemeUnknown(pointer="/scheme", scheme=scheme[:20])
    if not serials.SHORTEST <= length <= serials.LONGEST:
        raise LengthWrong(pointer="/length", count=0, length=length, lowest=serials.SHORTEST, highest=serials.LONGEST)
    wanted = MOST if most is None else most
    if wanted < 1:
        raise CountWrong(pointer="/most", count=wanted, most=ceiling(length))
    range_id, now = new_id(), on.clock.now()
    with on.store.reading() as connection:
        code = catalogue.own_product(connection, party_id, gtin).gtin
    sealed = on.vault.seal(secrets.token_bytes(permuted.KEY_BYTES), _bound(party_id, range_id)) if scheme == PERMUTED else None
    values = {"party_id": party_id, "range_id": range_id, "gtin": code, "scheme": scheme, "length": length, "most": wanted, "issued": 0}
    values |= {"key_sealed": sealed, "note": (note or "")[:LONGEST_NOTE] or None, "created_by": by.person_id, "created_at": now}

    def run(tx: Tx) -> None:
        tx.execute(select(Product.gtin).where(Product.gtin == code).with_for_update())  # two at once must not both find room
        taken = _promised(tx.connection, party_id, code, length)
        if taken + wanted > ceiling(length):
            raise RangeRefused(pointer="/most", most=wanted, limit=max(0, ceiling(length) - taken), length=length)
        tx.execute(insert(SerialRange).values(values))

    on.store.write(run)
    return range_id


def close_range(range_id: int, *, by: Actor, on: Runtime) -> None:
    """Give nothing more from a range; what it gave stays. Raises NoSuchRange, RangeClosed."""
    party_id = permit(by, Permission.LABEL_RANGE_WRITE)
    now = on.clock.now()

    def run(tx: Tx) -> None:
        row = _range(tx.connection, party_id, range_id)
        open_ = (SerialRange.party_id == party_id) & (SerialRange.range_id == range_id) & SerialRange.closed_at.is_(None)
        if tx.execute(update(SerialRange).where(open_).values(closed_at=now)).rowcount == 0:
            raise RangeClosed(range=str(row.range_id))

    on.store.write(run)


def close_permuted(tx: Tx, at: datetime, note: str) -> int:
    """Close every open permuted range, because a restored backup may count less than was given out: going on would give it again.

    A range opened afterwards has another key, and so other serial numbers. note: put before the range's own. Returns how many.
    """
    told = func.substr(literal(note) + func.coalesce(" · " + SerialRange.note, ""), 1, LONGEST_NOTE)
    open_ = (SerialRange.scheme == PERMUTED) & SerialRange.closed_at.is_(None)
    return int(tx.execute(update(SerialRange).where(open_).values(closed_at=at, note=told)).rowcount)


def guess_probabilities(connection: Connection, party_id: int) -> dict[tuple[str, int], float]:
    """Chance that one made-up text is a serial number that the ranges of a product gave out, by GTIN and length."""
    goods = (SerialRange.gtin, SerialRange.length)
    issued = select(*goods, func.sum(SerialRange.issued).label("issued")).where(SerialRange.party_id == party_id).group_by(*goods)
    return {(row.gtin, row.length): serials.guess_probability(int(row.issued), row.length) for row in connection.execute(issued)}


def _promised(connection: Connection, party_id: int, gtin: str, length: int) -> int:
    """How many serial numbers of a length the ranges of a product may have given in the end: a closed one, what it gave."""
    mine = (SerialRange.party_id == party_id) & (SerialRange.gtin == gtin) & (SerialRange.length == length)
    rows = connection.execute(select(SerialRange.most, SerialRange.issued, SerialRange.closed_at).where(mine))
    return sum(row.issued if row.closed_at is not None or row.most is None else row.most for row in rows)


def _range(connection: Connection, party_id: int, range_id: int) -> Any:
    mine = (SerialRange.party_id == party_id) & (SerialRange.range_id == range_id)
    row = connection.execute(select(SerialRange.__table__).where(mine)).first()
    if row is None:
        raise NoSuchRange(range=str(range_id))
    return row


# ------------------------------------------------------------------------------------------------ drawing from a range


class Source(NamedTuple):
    """Where the serial numbers of a job come from; range_id None: loose random ones of a product without a range."""

    range_id: int | None
    scheme: str
    length: int
    key: bytes

    def draw(self, first: int, count: int) -> list[str]:
        """`count` serial numbers; first: the count of a permuted range to begin with."""
        if self.scheme == PERMUTED:
            return permuted.permuted_serials(self.key, self.length, first, count)
        return serials.random_serials(count, length=self.length)


LOOSE = Source(None, RANDOM, serials.SHORTEST, b"")


def source(connection: Connection, party_id: int, gtin: str, range_id: int | None, *, on: Runtime) -> Source:
    """The range that was asked for, else the product's open range that was opened last, else loose random serial numbers.

    Raises NoSuchRange (also of another product), RangeKeyMissing.
    """
    if range_id is not None:
        row = _range(connection, party_id, range_id)
        if row.gtin != gtin:
            raise NoSuchRange(range=str(range_id))
    else:
        open_ = (SerialRange.party_id == party_id) & (SerialRange.gtin == gtin) & SerialRange.closed_at.is_(None)
        row = connection.execute(select(SerialRange.__table__).where(open_).order_by(SerialRange.range_id.desc()).limit(1)).first()
    if row is None:
        return LOOSE
    return Source(row.range_id, row.scheme, row.length, _key(row, on))


def _key(row: Any, on: Runtime) -> bytes:
    if row.key_sealed is None:
        return b""
    key = on.vault.unseal(bytes(row.key_sealed), _bound(row.party_id, row.range_id))
    if key is None:  # a new one would permute otherwise, and meet what was given out before
        raise RangeKeyMissing(name=SEALING_KEY, retry_after=60)
    return key


def _bound(party_id: int, range_id: int) -> bytes:
    return f"truyxuat/serial-range/v1\n{party_id}\n{range_id}\n".encode()


def count(tx: Tx, party_id: int, range_id: int, wanted: int) -> int:
    """Count `wanted` serial numbers off a range in one statement; returns the first count. Raises RangeExhausted, RangeClosed."""
    mine = (SerialRange.party_id == party_id) & (SerialRange.range_id == range_id)
    room = SerialRange.closed_at.is_(None) & (SerialRange.issued + wanted <= func.coalesce(SerialRange.most, MOST))
    counted = update(SerialRange).where(mine, room).values(issued=SerialRange.issued + wanted).returning(SerialRange.issued)
    row = tx.execute(counted).first()
    if row is not None:
        return int(row.issued) - wanted
    found = _range(tx.connection, party_id, range_id)
    if found.closed_at is not None:
        raise RangeClosed(range=str(range_id))
    raise RangeExhausted(pointer="/count", asked=wanted, left=(found.most or MOST) - found.issued)
