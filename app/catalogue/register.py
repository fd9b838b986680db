"""Registering places, products with their photographs, and batches of them."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
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
    place = _text(values.get("place_uri"))
    with on.store.reading() as connection:
        number = find.own_product(connection, party_id, gtin).gtin
        if place and not connection.execute(select(Place.place_id).where(Place.party_id == party_id, Place.uri == place)).first():
            findings.append(Finding("catalogue.place-unknown", "/place_uri", place[:80]))
    _refuse(findings)
    quantity = str(values["quantity"]).replace(",", ".") if values.get("quantity") not in (None, "") else None
    row = {
        "party_id": party_id, "gtin": number, "lot": values["lot"], "produced_on": _text(values.get("produced_on")),
        "expires_on": _text(values.get("expires_on")), "place_uri": place, "quantity": quantity,
        "uom": values["uom"] if quantity else None, "note": _text(values.get("note")), "created_at": on.clock.now(),
    }  # fmt: skip

    def run(tx: Tx) -> str:
        same = (Lot.party_id == party_id) & (Lot.gtin == number) & (Lot.lot == values["lot"])
        if tx.execute(select(Lot.lot).where(same)).first():
            raise NumberTaken(pointer="/lot", given=values["lot"])
        tx.execute(insert(Lot).values(row))
        return str(values["lot"])

    return on.store.write(run)
