"""Registering places, products with their photographs, and batches of them."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from app.catalogue import find, picture, rules
from app.catalogue.model import Lot, Place, Product
from app.errors import Conflict, Finding, Invalid
from app.identify.gtin import gtin14
from app.party import find as party
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.folding import fold
from app.store.keys import new_id
from app.store.work import Tx

_GLN_STEM = "https://id.gs1.org/414/"
_STATES = ("active", "retired")


class RecordInvalid(Invalid):
    """The data of a place, product or batch are wrong; the findings say where."""

    code = "catalogue.record-invalid"


class NumberTaken(Conflict):
    """The GTIN, the GLN or the batch number is registered already; GTINs are never reused."""

    code = "catalogue.already-registered"


class ExpiryPrinted(Conflict):
    """The expiry of a batch was to change although labels that say the old one are in use; asked again, it may."""

    code = "catalogue.expiry-printed"  # params: lot, labels (how many), printed (the old day)


@dataclass(frozen=True, slots=True)
class PlaceMade:
    """A fresh place: its number and the URI that events name it by."""

    place_id: int
    uri: str


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise RecordInvalid(findings=findings, count=len(findings))


def _text(value: Any) -> str | None:
    """A text as it is kept: NFC, trimmed, None when empty."""
    return unicodedata.normalize("NFC", value).strip() or None if isinstance(value, str) else None


def _number_findings(connection: Connection, party_id: int, pointer: str, key: str, digits: str) -> list[Finding]:
    prefixes = [row.prefix for row in party.prefixes(connection, party_id)]
    holder = party.holder_of(connection, digits)
    found = rules.number_finding(pointer, key, digits, prefixes, holder, party_id)
    return [found] if found else []


def register_place(values: Mapping[str, Any], *, by: Actor, on: Runtime) -> PlaceMade:
    """Register a place of one's own organisation.

    values: name, kind, gln, province, commune, address. Its URI is the canonical Digital Link of the GLN; without a GLN it gets a random
    `urn:uuid:` of its own. Raises RecordInvalid with findings, NumberTaken.
    """
    party_id = permit(by, Permission.CATALOGUE_PLACE_WRITE)
    _refuse(rules.check_place(values))
    gln = _text(values.get("gln"))
    if gln:
        with on.store.reading() as connection:
            if party.party(connection, party_id).gln != gln:  # the organisation's own GLN may have been issued singly
                _refuse(_number_findings(connection, party_id, "/gln", gln, gln))
    made = PlaceMade(new_id(), _GLN_STEM + gln if gln else f"urn:uuid:{uuid.uuid4()}")
    row: dict[str, Any] = {name: _text(values.get(name)) for name in ("name", "kind", "province", "commune", "address")}
    row |= {"party_id": party_id, "place_id": made.place_id, "uri": made.uri, "gln": gln}
    row |= {"name_key": fold(values["name"]), "created_at": on.clock.now()}

    def run(tx: Tx) -> PlaceMade:
        if gln and tx.execute(select(Place.place_id).where(Place.uri == made.uri)).first():
            raise NumberTaken(pointer="/gln", given=gln)
        tx.execute(insert(Place).values(row))
        return made

    return on.store.write(run)


def _product_row(values: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {name: _text(values.get(name)) for name in rules.PRODUCT_FIELDS}
    return row | {"name_key": fold(values["name"])}


def register_product(values: Mapping[str, Any], *, by: Actor, on: Runtime) -> str:
    """Register a product of one's own organisation; returns its 14-digit GTIN.

    values: gtin (8, 12, 13 or 14 digits), name, brand, model, description, net_content, shelf_life, standards, origin, warnings.
    Raises RecordInvalid with findings, NumberTaken.
    """
    party_id = permit(by, Permission.CATALOGUE_PRODUCT_WRITE)
    _refuse(rules.check_product(values))
    gtin = gtin14(values["gtin"])
    if not rules.is_gtin_8(gtin):
        with on.store.reading() as connection:
            _refuse(_number_findings(connection, party_id, "/gtin", values["gtin"], rules.issuer_digits(gtin)))
    row = _product_row(values) | {"gtin": gtin, "party_id": party_id, "status": _STATES[0], "created_at": on.clock.now()}

    def run(tx: Tx) -> str:
        if tx.execute(select(Product.gtin).where(Product.gtin == gtin)).first():
            raise NumberTaken(pointer="/gtin", given=values["gtin"])
        tx.execute(insert(Product).values(row))
        return gtin

    return on.store.write(run)


def update_product(gtin: str, values: Mapping[str, Any], *, by: Actor, on: Runtime) -> None:
    """Change the data of a product of one's own organisation; its GTIN stays. Raises NoSuchProduct, RecordInvalid with findings."""
    party_id = permit(by, Permission.CATALOGUE_PRODUCT_WRITE)
    with on.store.reading() as connection:
        number = find.own_product(connection, party_id, gtin).gtin
    findings = rules.check_product(values, new=False)
    status = values.get("status") or _STATES[0]
    if status not in _STATES:
        findings.append(Finding("catalogue.product-state", "/status", str(status)[:20], {"states": ", ".join(_STATES)}))
    _refuse(findings)
    row = _product_row(values) | {"status": status}
    _change(number, party_id, row, on=on)


def _change(gtin: str, party_id: int, row: Mapping[str, Any], *, on: Runtime) -> None:
    statement = update(Product).where(Product.gtin == gtin, Product.party_id == party_id).values(row)

    def run(tx: Tx) -> None:
        tx.execute(statement)

    on.store.write(run)


def set_image(gtin: str, raw: bytes, *, by: Actor, on: Runtime) -> int:
    """Keep a photograph of a product: decoded, made smaller and written anew; returns the bytes kept.

    raw: a JPEG, PNG or WebP file. Raises NoSuchProduct, NotAPhotograph, PhotographTooLarge.
    """
    party_id = permit(by, Permission.CATALOGUE_PRODUCT_WRITE)
    with on.store.reading() as connection:
        number = find.own_product(connection, party_id, gtin).gtin
    kept = picture.reencode(raw, on.settings.max_image_bytes)
    row = {"image": kept, "image_type": picture.MEDIA_TYPE}
    _change(number, party_id, row, on=on)
    return len(kept)


def register_lot(gtin: str, values: Mapping[str, Any], *, by: Actor, on: Runtime) -> str:
    """Register a batch of a product of one's own organisation; returns its number.

    values: lot (AI 10), produced_on and expires_on (ISO days), place_uri (a place of one's own), quantity with uom, note.
    Raises NoSuchProduct, RecordInvalid with findings, NumberTaken.
    """
    party_id = permit(by, Permission.CATALOGUE_LOT_WRITE)
    findings = rules.check_lot(values)
    with on.store.reading() as connection:
        number = find.own_product(connection, party_id, gtin).gtin
        findings += _place_findings(connection, party_id, values)
    _refuse(findings)
    row = _lot_row(values) | {"party_id": party_id, "gtin": number, "lot": values["lot"], "created_at": on.clock.now()}

    def run(tx: Tx) -> str:
        same = (Lot.party_id == party_id) & (Lot.gtin == number) & (Lot.lot == values["lot"])
        if tx.execute(select(Lot.lot).where(same)).first():
            raise NumberTaken(pointer="/lot", given=values["lot"])
        tx.execute(insert(Lot).values(row))
        return str(values["lot"])

    return on.store.write(run)


def _place_findings(connection: Connection, party_id: int, values: Mapping[str, Any]) -> list[Finding]:
    place = _text(values.get("place_uri"))
    if not place or connection.execute(select(Place.place_id).where(Place.party_id == party_id, Place.uri == place)).first():
        return []
    return [Finding("catalogue.place-unknown", "/place_uri", place[:80])]


def _lot_row(values: Mapping[str, Any]) -> dict[str, Any]:
    """What may change of a batch: everything but its product and its number."""
    quantity = str(values["quantity"]).replace(",", ".") if values.get("quantity") not in (None, "") else None
    told = {name: _text(values.get(name)) for name in ("produced_on", "expires_on", "place_uri", "note")}
    return told | {"quantity": quantity, "uom": values["uom"] if quantity else None}


Labelled = Callable[[Connection, int, str, str], int]
"""How many labels in use carry a batch: of an organisation, a GTIN and a batch number; labels are known by a slice above this one."""


def update_lot(gtin: str, lot: str, values: Mapping[str, Any], *, labelled: Labelled, sure: bool, by: Actor, on: Runtime) -> None:
    """Change the data of a batch of one's own organisation; its product and its number stay, because labels and events name them.

    values: as of `register_lot`, without the number; absent ones become empty. sure: an expiry may change although labels with the old one
    are printed. Raises NoSuchLot, RecordInvalid with findings, ExpiryPrinted.
    """
    party_id = permit(by, Permission.CATALOGUE_LOT_WRITE)
    findings = rules.check_lot({**values, "lot": lot})
    with on.store.reading() as connection:
        number = find.lot(connection, party_id, gtin, lot).gtin
        findings += _place_findings(connection, party_id, values)
    _refuse(findings)
    row = _lot_row(values)

    def run(tx: Tx) -> None:
        before = find.lot(tx.connection, party_id, number, lot)
        if before.expires_on and row["expires_on"] != before.expires_on and not sure:
            labels = labelled(tx.connection, party_id, number, lot)
            if labels:
                raise ExpiryPrinted(pointer="/expires_on", lot=lot, labels=labels, printed=before.expires_on)
        tx.execute(update(Lot).where(Lot.party_id == party_id, Lot.gtin == number, Lot.lot == lot).values(row))

    on.store.write(run)
