"""Finding one stamp from whatever people type or scan: a Digital Link, an element string, or the serial number alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.engine import Connection

from app.catalogue import find as catalogue
from app.errors import Invalid
from app.identify.read import Identified, identify
from app.label.model import Serial
from app.label.stamps.serials import ALPHABET

LONGEST = 2_000
"""Characters of a code that are read; a Digital Link with everything is a few hundred."""

_LONGEST_SERIAL = 20
_PRODUCTS = 500
_SHORTEST_BEGINNING = 3
_SUGGESTED = 10
_MISREAD = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Found:
    """What a code led to.

    stamps: rows of `serial` (several when products share a number); kind: of the key that was understood, "" for bare text; gtin: the
    product it names; suggested: stamps whose number begins as what was typed.
    """

    stamps: tuple[Any, ...] = ()
    kind: str = ""
    gtin: str = ""
    value: str = ""
    suggested: tuple[Any, ...] = ()


def look_up(connection: Connection, party_id: int, text: str, gtin: str = "") -> Found:
    """The stamp of an organisation that a text names; gtin: the product that a serial number alone belongs to, "" for any."""
    text = text.strip()[:LONGEST]
    named = _identified(text)
    if named is not None:
        values = dict(named.path)
        product, serial = values.get("01", ""), values.get("21", "")
        if product and serial:
            return Found(_stamps(connection, party_id, [product], [serial]), named.kind, product, serial)
    gtins = [gtin] if gtin else [row.gtin for row in catalogue.products(connection, party_id, count=_PRODUCTS)]
    stamps = _stamps(connection, party_id, gtins, spellings(text))
    if stamps or named is not None:
        told = ("", "", text) if named is None else (named.kind, dict(named.path).get("01", ""), named.path[0][1])
        return Found(stamps, *told)
    return Found((), "", "", text, _beginning(connection, party_id, gtins, text.upper()))


def _identified(text: str) -> Identified | None:
    try:
        return identify(text)
    except Invalid:
        return None  # a serial number alone is no key, and is looked for as it stands


def spellings(text: str) -> list[str]:
    """A serial number as typed, in capitals, and with the letters that our alphabet leaves out read as what they look like."""
    if not 1 <= len(text) <= _LONGEST_SERIAL:
        return []
    loud = text.upper()
    ours = loud.replace(" ", "").replace("-", "").translate(_MISREAD)
    known = [ours] if set(ours) <= set(ALPHABET) else []
    return list(dict.fromkeys([text, loud, *known]))


def _stamps(connection: Connection, party_id: int, gtins: Sequence[str], serials: Sequence[str]) -> tuple[Any, ...]:
    mine = and_(Serial.party_id == party_id, Serial.gtin.in_(list(gtins)), Serial.serial.in_(list(serials)))
    return tuple(connection.execute(select(Serial.__table__).where(mine).order_by(Serial.gtin, Serial.serial).limit(_SUGGESTED)))


def _beginning(connection: Connection, party_id: int, gtins: Sequence[str], text: str) -> tuple[Any, ...]:
    """Stamps whose number begins so; asked as a range of the primary key, product by product."""
    if not _SHORTEST_BEGINNING <= len(text) <= _LONGEST_SERIAL or not text.isascii():
        return ()
    found: list[Any] = []
    for gtin in gtins:
        between = Serial.serial.between(text, text.ljust(_LONGEST_SERIAL, "Z"))  # right in any collation: capitals and digits only
        mine = and_(Serial.party_id == party_id, Serial.gtin == gtin, between, Serial.serial.startswith(text, autoescape=True))
        found += connection.execute(select(Serial.__table__).where(mine).order_by(Serial.serial).limit(_SUGGESTED - len(found)))
        if len(found) >= _SUGGESTED:
            break
    return tuple(found)
