"""The organisation's own events, newest first, and one of them with everything that proves it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection, Row

from app.capture import declared, find, items
from app.capture.model import Event, EventItem
from app.capture.refusals import NoSuchEvent
from app.capture.spelling import json_words
from app.catalogue import find as catalogue
from app.catalogue.master import find as master
from app.errors import Invalid
from app.identify import digital_link
from app.identify.item_key import ItemKey, item_key
from app.identify.read import identify
from app.ledger import find as ledger
from app.party import find as parties
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.columns import to_micros

PAGE = 50

_LOTS = 20
_INSTANCES = ("10", "21", "254")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S")
_LISTED = (
    Event.id, Event.event_uri, Event.kind, Event.action, Event.biz_step, Event.disposition, Event.read_point, Event.event_time,
    Event.event_offset, Event.is_declaration, Event.envelope,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """An identifier of an event as people know it: its key, product, lot and serial, and where its verdict is shown."""

    uri: str
    kind: str = ""
    value: str = ""
    product: str = ""
    lot: str = ""
    serial: str = ""
    path: str = ""
    quantity: float | None = None
    uom: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """An event in a list; `more`: how many of its goods are not in `goods`."""

    row: Row[Any]
    goods: tuple[Named, ...]
    more: int
    place: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One event in full. goods: (part, named things) in the order of the event; proof: None until a checkpoint covers it.

    standing: what was declared about it, what it declares, what it corrects.
    """

    row: Row[Any]
    sealed: dict[str, Any] = field(repr=False)
    goods: tuple[tuple[str, tuple[Named, ...]], ...]
    places: dict[str, str]
    key: Row[Any] | None
    proof: ledger.Proof | None
    capture_id: str
    standing: declared.Told = field(default_factory=declared.Told)


PARTS = (
    ("what", "epcList", "quantityList"),
    ("parent", "parentID", ""),
    ("children", "childEPCs", "childQuantityList"),
    ("inputs", "inputEPCList", "inputQuantityList"),
    ("outputs", "outputEPCList", "outputQuantityList"),
)
"""Parts of goods in an event: name, list of instances, list of quantities."""


def recent(*, by: Actor, on: Runtime, product: str = "", lot: str = "", before: int | None = None) -> tuple[list[Listed], int | None]:
    """A page of events, newest first, and where the next page begins.

    product: GTIN, SSCC or anything a scanner reads, or part of a product's name; lot: a lot or serial number, as it is printed.
    """
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    statement = select(*_LISTED).where(Event.party_id == party_id).order_by(Event.id.desc()).limit(PAGE + 1)
    if before is not None:
        statement = statement.where(Event.id < before)
    with on.store.reading() as connection:
        if product or lot:
            keys = _keys(connection, party_id, product, lot)
            if not keys:
                return [], None
            named = or_(*(_about(key) for key in keys))
            statement = statement.where(Event.id.in_(select(EventItem.id).where(EventItem.party_id == party_id, named)))
        rows: list[Row[Any]] = list(connection.execute(statement))
        names = _Names(connection, party_id, on.clock.now())
        listed = [_listed(row, names) for row in rows[:PAGE]]
    return listed, rows[PAGE - 1].id if len(rows) > PAGE else None


def one(row_id: int, *, by: Actor, on: Runtime) -> Shown:
    """An event of the organisation by its row; raises NoSuchEvent."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    with on.store.reading() as connection:
        row = find.events_by_id(connection, party_id, [row_id]).get(row_id)
        if row is None:
            raise NoSuchEvent(event_id=str(row_id))
        sealed = find.sealed(row)
        said = items.usual(sealed["event"])
        names = _Names(connection, party_id, on.clock.now())
        kid = find.document(connection, party_id, row.document_id).kid
        return Shown(
            row, sealed, _goods(said, names), names.places(_place_uris(said), row.event_time),
            parties.signing_keys(connection, [kid]).get(kid), ledger.proofs(connection, [row_id]).get(row_id), str(row.document_id),
            declared.of_event(connection, party_id, row),
        )  # fmt: skip


def of_documents(documents: Sequence[int], *, by: Actor, on: Runtime) -> list[Listed]:
    """The first events of documents in their order; raises NoSuchCapture."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    listed: list[Listed] = []
    with on.store.reading() as connection:
        names = _Names(connection, party_id, on.clock.now())
        for number in documents:
            rows = find.events_of_document(connection, party_id, number)
            listed += [_listed(row, names) for row in rows[: PAGE - len(listed)]]
            if len(listed) >= PAGE:
                break
    return listed


def preview(events: Sequence[dict[str, Any]], *, by: Actor, on: Runtime) -> list[tuple[dict[str, Any], tuple[Named, ...], str]]:
    """(event, its goods, name of its place) of events that are not recorded yet, for a dry run."""
    party_id = permit(by, Permission.CAPTURE_EVENT_WRITE)
    with on.store.reading() as connection:
        names = _Names(connection, party_id, on.clock.now())
        return [(json_words(event), _all_goods(event, names), names.place(_read_point(event))) for event in events]


def _about(key: ItemKey) -> Any:
    same = (EventItem.issuer == key.issuer) & (EventItem.class_key == key.class_key)
    return same & (EventItem.instance == key.instance) if key.instance else same


def _keys(connection: Connection, party_id: int, product: str, lot: str) -> list[ItemKey]:
    """The items a search means; a class stands for everything of it."""
    classes = _classes(connection, party_id, product, lot)
    if not lot:
        return classes
    return [key._replace(instance=f"{ai}:{lot}") for key in classes for ai in _INSTANCES]


def _classes(connection: Connection, party_id: int, product: str, lot: str) -> list[ItemKey]:
    if not product:
        gtins = {row.gtin for row in catalogue.lots(connection, party_id, search=lot, count=_LOTS)}
        gtins |= {row.gtin for row in catalogue.products(connection, party_id, count=_LOTS)}
        return [_of_gtin(gtin) for gtin in sorted(gtins)]
    try:
        return [item_key(identify(product).canonical)]
    except Invalid:
        if _URI.match(product):
            return [item_key(product)]
        return [_of_gtin(row.gtin) for row in catalogue.products(connection, party_id, search=product, count=_LOTS)]


def _of_gtin(gtin: str) -> ItemKey:
    return item_key(digital_link.build((("01", gtin),)))


class _Names:
    """Names of products and places, each looked up once: as they are registered, else as the organisation's master data call them."""

    def __init__(self, connection: Connection, party_id: int, now: datetime) -> None:
        self._connection = connection
        self._party_id = party_id
        self._now = to_micros(now)
        self._products: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self._said: dict[str, master.Names] = {}

    def product(self, gtin: str) -> str:
        """The name of a product, "" when it may not be told."""
        if gtin not in self._products:
            row = catalogue.product(self._connection, gtin)
            self._products[gtin] = row.name if row is not None else self._said_of_product(gtin)
        return self._products[gtin]

    def _said_of_product(self, gtin: str) -> str:
        uri = digital_link.build((("01", gtin),))
        said = self._of_master([uri])[uri].of(uri, self._now)
        return said.name if said else ""

    def place(self, uri: str, at: int | None = None) -> str:
        """The name of a place at an instant (now without it), or the end of its identifier."""
        return self.places([uri], at)[uri] if uri else ""

    def places(self, uris: Sequence[str], at: int | None = None) -> dict[str, str]:
        """Names at an instant by identifier, in the spelling given and in the canonical one."""
        keys = {uri: item_key(uri).text for uri in uris}
        missing = sorted({each for uri, key in keys.items() if key not in self._places for each in (uri, key)})
        if missing:
            found = catalogue.place_by_uri(self._connection, missing)
            rows = {key: found.get(key) or found.get(uri) for uri, key in keys.items() if key not in self._places}
            self._places |= {key: row.name if row is not None else "" for key, row in rows.items()}
        said = self._of_master([key for key in keys.values() if not self._places[key]])
        told = {key: self._places[key] or _named(said[key], key, self._now if at is None else at) for key in keys.values()}
        return told | {uri: told[key] for uri, key in keys.items()}

    def _of_master(self, keys: Sequence[str]) -> dict[str, master.Names]:
        """What the organisation's master data say of these."""
        missing = [key for key in keys if key not in self._said]
        if missing:
            found = master.names(self._connection, self._party_id, missing)
            self._said |= dict.fromkeys(missing, found)
        return self._said

    def item(self, uri: str, quantity: float | None = None, uom: str = "") -> Named:
        """An identifier as people know it; what is no GS1 key stands as it is."""
        try:
            found = identify(uri)
        except Invalid:  # of somebody's own making: its history is the list of its events
            return Named(uri, path=f"/console/events?product={quote(uri, safe='')}", quantity=quantity, uom=uom)
        parts = dict(found.path)
        value = found.path[0][1]
        product = self.product(value) if found.kind == "GTIN" else ""
        path = "/v" + found.canonical.removeprefix(digital_link.CANONICAL_STEM)
        return Named(uri, found.kind, value, product, parts.get("10", ""), parts.get("21", ""), path, quantity, uom)


def _named(said: master.Names, key: str, at: int) -> str:
    """What a place was called at an instant, or the end of its identifier."""
    told = said.of(key, at)
    return told.name if told else key.rpartition("/")[2]


def _of_part(event: dict[str, Any], names: _Names, instances: str, quantities: str) -> tuple[Named, ...]:
    uris = event.get(instances) or ()
    things = [names.item(uri) for uri in ([uris] if isinstance(uris, str) else uris)]
    things += [names.item(each["epcClass"], each.get("quantity"), each.get("uom", "")) for each in event.get(quantities) or ()]
    return tuple(things)


def _goods(event: dict[str, Any], names: _Names) -> tuple[tuple[str, tuple[Named, ...]], ...]:
    parts = ((name, _of_part(event, names, instances, quantities)) for name, instances, quantities in PARTS)
    return tuple(part for part in parts if part[1])


def _all_goods(event: dict[str, Any], names: _Names, most: int = 3) -> tuple[Named, ...]:
    """The first goods of an event."""
    return tuple(thing for _, things in _goods(event, names) for thing in things[:most])[:most]


def _count(event: dict[str, Any]) -> int:
    counted = (event.get(name) or () for _, *lists in PARTS for name in lists if name)
    return sum(1 if isinstance(found, str) else len(found) for found in counted)


def _listed(row: Row[Any], names: _Names) -> Listed:
    event = items.usual(find.sealed(row)["event"])
    goods = _all_goods(event, names)
    return Listed(row, goods, _count(event) - len(goods), names.place(row.read_point or "", row.event_time))


def _read_point(event: dict[str, Any]) -> str:
    place = event.get("readPoint") or event.get("bizLocation") or {}
    return str(place.get("id", "")) if isinstance(place, dict) else ""


def _place_uris(event: dict[str, Any]) -> list[str]:
    """Identifiers of places in an event: where, from where, to where."""
    found = [event.get(name, {}).get("id") for name in ("readPoint", "bizLocation")]
    found += [each.get("source") for each in event.get("sourceList") or ()]
    found += [each.get("destination") for each in event.get("destinationList") or ()]
    return list(dict.fromkeys(uri for uri in found if uri))
