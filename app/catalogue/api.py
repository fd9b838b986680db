"""JSON doors of the slice `catalogue`."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.engine import Row
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response

from app.api.door import Access, Door, actor, runtime
from app.api.problem import UnreadableMediaType
from app.catalogue import find, register
from app.catalogue.pages import LOT, PLACE, PRODUCT, page_number, ten_items, wanted
from app.errors import Invalid
from app.label.stamps import tally
from app.party.permissions import Permission
from app.web.forms import json_answer, json_object
from app.web.show import t

door = Door("catalogue_api", __name__)

LOT_SENT = LOT[1:]
"""What may change of a batch; its number may not."""

_NOT_SHOWN = {"name_key", "party_id", "has_image", "image_type"}
_PHOTOGRAPHS = ("image/jpeg", "image/png", "image/webp", "application/octet-stream")


class _Value(BaseConverter):
    """The value of an application identifier as the end of an address, whatever it holds but U+0000: a slash in a batch number is data."""

    regex = r"[^\0]+?"
    part_isolating = False


def _add_converter(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["value"] = _Value


door.blueprint.record_once(_add_converter)  # before the routes that name it, here and in the doors that follow


class NotYesOrNo(Invalid):
    """A field that is true or false was sent as something else."""

    code = "catalogue.not-yes-or-no"  # params: field


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._asdict().items() if name not in _NOT_SHOWN}


def _product(row: Row[Any]) -> dict[str, Any]:
    return _shown(row) | {"image": f"/api/products/{row.gtin}/image" if row.has_image else None}


def _place(row: Row[Any]) -> dict[str, Any]:
    return _shown(row) | {"place_id": str(row.place_id)}


def _list(name: str, rows: list[dict[str, Any]]) -> Response:
    """A page of a list; one row more was asked for than is shown, to know whether there is another page."""
    return json_answer({name: rows[: find.PAGE], "page": page_number(), "more": len(rows) > find.PAGE})


@door.route("/api/places", needs=Permission.CATALOGUE_RECORD_READ, operation="listPlaces")
def places() -> Response:
    """Places of one's own organisation; ?q= searches, ?page= counts from 1."""
    with runtime().store.reading() as connection:
        rows = find.places(connection, actor().party, wanted(), page_number(), extra=1)
    return _list("places", [_place(row) for row in rows])


@door.route("/api/places", needs=Permission.CATALOGUE_PLACE_WRITE, operation="createPlace", methods=("POST",))
def make_place() -> Response:
    """Register a place."""
    made = register.register_place(json_object(*PLACE), by=actor(), on=runtime())
    return json_answer({"place_id": str(made.place_id), "uri": made.uri}, 201)


@door.route("/api/products", needs=Permission.CATALOGUE_RECORD_READ, operation="listProducts")
def products() -> Response:
    """Products of one's own organisation; ?q= searches, ?page= counts from 1."""
    with runtime().store.reading() as connection:
        rows = find.products(connection, actor().party, wanted(), page_number(), extra=1)
    return _list("products", [_product(row) for row in rows])


@door.route("/api/products", needs=Permission.CATALOGUE_PRODUCT_WRITE, operation="createProduct", methods=("POST",))
def make_product() -> Response:
    """Register a product."""
    gtin = register.register_product(json_object(*PRODUCT), by=actor(), on=runtime())
    return json_answer({"gtin": gtin}, 201, Location=f"/api/products/{gtin}")


@door.route("/api/products/<gtin>", needs=Permission.CATALOGUE_RECORD_READ, operation="getProduct")
def product(gtin: str) -> Response:
    """A product of one's own organisation with its ten data items; ?lot= looks at them with one batch, else with the newest."""
    return json_answer(_told(gtin))


def _told(gtin: str) -> dict[str, Any]:
    with runtime().store.reading() as connection:
        row = find.own_product(connection, actor().party, gtin)
        wish, newest = request.args.get("lot"), find.lots(connection, actor().party, row.gtin, count=1)
        chosen = [find.lot(connection, actor().party, row.gtin, wish)] if wish else newest
        items = ten_items(connection, row, chosen[0] if chosen else None)
    return _product(row) | {
        "ten_items": [{"item": key, "present": present, "why": _why(key, present=present)} for key, present, _ in items]
    }


def _why(key: str, *, present: bool) -> str:
    return t(f"catalogue.has_{key}") if present else t(f"catalogue.lacks_{key}")


@door.route("/api/products/<gtin>", needs=Permission.CATALOGUE_PRODUCT_WRITE, operation="putProduct", methods=("PUT",))
def change_product(gtin: str) -> Response:
    """Replace the data of a product; its GTIN stays."""
    register.update_product(gtin, json_object(*PRODUCT[1:], "status"), by=actor(), on=runtime())
    return json_answer(_told(gtin))


@door.route("/api/products/<gtin>/image", needs=Permission.CATALOGUE_PRODUCT_WRITE, operation="putProductImage", methods=("PUT",))
def change_image(gtin: str) -> Response:
    """Keep a photograph: the body is a JPEG, PNG or WebP file."""
    if request.mimetype not in _PHOTOGRAPHS:
        raise UnreadableMediaType(found=request.mimetype[:80], expected=", ".join(_PHOTOGRAPHS[:3]))
    kept = register.set_image(gtin, request.get_data(), by=actor(), on=runtime())
    return json_answer({"bytes": kept, "image": f"/api/products/{gtin.zfill(14)}/image"})


@door.route("/api/products/<gtin>/image", needs=Access.PUBLIC, operation="getProductImage")
def image(gtin: str) -> Response:
    """The photograph of a product, for everybody when its organisation publishes."""
    with runtime().store.reading() as connection:
        content, media_type = find.image(connection, gtin, actor().party_id)
    answer = Response(content, 200, content_type=media_type)
    answer.headers["Cache-Control"] = f"{'public' if actor().anonymous else 'private'}, max-age=300"
    answer.set_etag(hashlib.sha256(content).hexdigest()[:32])
    return answer.make_conditional(request.environ)


@door.route("/api/products/<gtin>/lots", needs=Permission.CATALOGUE_RECORD_READ, operation="listLots")
def lots(gtin: str) -> Response:
    """Batches of a product, newest first; ?q= searches, ?page= counts from 1."""
    with runtime().store.reading() as connection:
        number = find.own_product(connection, actor().party, gtin).gtin
        rows = find.lots(connection, actor().party, number, wanted(), page_number(), extra=1)
    return _list("lots", [_shown(row) for row in rows])


@door.route("/api/products/<gtin>/lots", needs=Permission.CATALOGUE_LOT_WRITE, operation="createLot", methods=("POST",))
def make_lot(gtin: str) -> Response:
    """Register a batch of a product."""
    lot = register.register_lot(gtin, json_object(*LOT), by=actor(), on=runtime())
    return json_answer({"gtin": gtin.zfill(14), "lot": lot}, 201)


def _lot(gtin: str, lot: str) -> dict[str, Any]:
    """A batch with its product's name and how many of its stamps stand in which state."""
    with runtime().store.reading() as connection:
        row = find.lot(connection, actor().party, gtin, lot)
        name = find.own_product(connection, actor().party, gtin).name
        reads = actor().may(Permission.LABEL_JOB_READ)
        jobs = tally.jobs_of_lot(connection, row.party_id, row.gtin, row.lot) if reads else []
        stamps = tally.of_lot(connection, row.party_id, jobs, row.lot) if reads else None
    return _shown(row) | {"product_name": name, "stamps": stamps}


@door.route("/api/products/<gtin>/lots/<value:lot>", needs=Permission.CATALOGUE_RECORD_READ, operation="getLot")
def one_lot(gtin: str, lot: str) -> Response:
    """A batch of a product."""
    return json_answer(_lot(gtin, lot))


@door.route("/api/products/<gtin>/lots/<value:lot>", needs=Permission.CATALOGUE_LOT_WRITE, operation="putLot", methods=("PUT",))
def replace_lot(gtin: str, lot: str) -> Response:
    """Replace the data of a batch; its number stays. `despite_labels` allows another expiry than printed labels say."""
    return _change_lot(gtin, lot, {})


@door.route("/api/products/<gtin>/lots/<value:lot>", needs=Permission.CATALOGUE_LOT_WRITE, operation="patchLot", methods=("PATCH",))
def change_lot(gtin: str, lot: str) -> Response:
    """Change the named data of a batch; what is not named stays, null empties. `despite_labels` as of PUT."""
    with runtime().store.reading() as connection:
        row = find.lot(connection, actor().party, gtin, lot)
    return _change_lot(gtin, row.lot, {name: getattr(row, name) for name in LOT_SENT})


def _change_lot(gtin: str, lot: str, before: dict[str, Any]) -> Response:
    sent = json_object(*LOT_SENT, "despite_labels")
    sure = sent.pop("despite_labels", False)
    if not isinstance(sure, bool):
        raise NotYesOrNo(pointer="/despite_labels", field="despite_labels")
    register.update_lot(gtin, lot, before | sent, labelled=tally.labelled, sure=sure, by=actor(), on=runtime())
    return json_answer(_lot(gtin, lot))
