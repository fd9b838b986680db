"""Pages of the slice `catalogue`: places, products with their ten data items; those of batches lie in `lots`."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from sqlalchemy.engine import Connection, Row
from werkzeug.wrappers import Response

from app.api import parameters
from app.api.door import Door, actor, runtime
from app.api.problem import language
from app.catalogue import find, register, rules
from app.catalogue.master import find as master
from app.catalogue.master import take_over
from app.catalogue.master.rules import LONGEST_URI, element_key, shown
from app.catalogue.master.rules import short as short_name
from app.errors import Refusal
from app.identify import digital_link
from app.identify.item_key import item_key
from app.journey import walk
from app.journey.history import history
from app.party import find as party
from app.party.permissions import Permission
from app.party.rules import provinces
from app.resolve.link_state import link_state
from app.store.folding import fold
from app.web import forms
from app.web.show import t
from app.words.translate import translator

door = Door("catalogue_pages", __name__, templates=True)

PLACE = ("name", "kind", "gln", "province", "commune", "address")
PRODUCT = ("gtin", *rules.PRODUCT_FIELDS)
LOT = ("lot", "produced_on", "expires_on", "place_uri", "quantity", "uom", "note")
_MOST_PAGES = 10_000


def page_number() -> int:
    """The page of a list that was asked for, from 1."""
    return parameters.count("page", 1, _MOST_PAGES)


def wanted() -> str:
    """What was searched for."""
    return request.args.get("q", "")[:100]


def cut(rows: list[Row[Any]]) -> dict[str, Any]:
    """Rows of one page; a list is asked for one row more than it shows, to know whether there is another page."""
    return {"rows": rows[: find.PAGE], "page": page_number(), "more": len(rows) > find.PAGE, "search": wanted()}


@door.route("/console/places", needs=Permission.CATALOGUE_RECORD_READ)
def places() -> str:
    """The organisation's places."""
    with runtime().store.reading() as connection:
        rows = find.places(connection, actor().party, wanted(), page_number(), extra=1)
    return render_template("catalogue/places.html", provinces=provinces(), **cut(rows))


def _taken(connection: Connection) -> tuple[str, list[master.Version]]:
    """The element that `?from=` names, and what was said of it."""
    element = element_key(request.args.get("from", "").replace("\0", "")[:LONGEST_URI])
    known = master.at_instant(connection, actor().party, element, runtime().clock.now()) if element else []
    return (element if known else "", known)


def _place_choices() -> dict[str, Any]:
    return {
        "kinds": [(kind, t(f"catalogue.place_{kind}")) for kind in rules.PLACE_KINDS],
        "provinces": sorted(provinces().items(), key=lambda pair: fold(pair[1])),
    }


@door.route("/console/places/new", needs=Permission.CATALOGUE_PLACE_WRITE)
def place_form() -> str:
    """The form for a place; it begins in the organisation's own province. `?from=` takes a place over from master data."""
    with runtime().store.reading() as connection:
        home = party.party(connection, actor().party)
        taken = take_over.place_form(*_taken(connection))
    form = forms.Form(taken or {"province": home.province, "commune": home.commune})
    return render_template("catalogue/place_new.html", form=form, **_place_choices())


@door.route("/console/places", needs=Permission.CATALOGUE_PLACE_WRITE, methods=("POST",))
def place_send() -> Response:
    """Register a place."""
    values = forms.read(*PLACE)
    try:
        register.register_place(values, by=actor(), on=runtime())
    except Refusal as refusal:
        return forms.again("catalogue/place_new.html", values, refusal, "catalogue", **_place_choices())
    return redirect("/console/places?done=created", code=303)


@door.route("/console/products", needs=Permission.CATALOGUE_RECORD_READ)
def products() -> str:
    """The organisation's products."""
    with runtime().store.reading() as connection:
        rows = find.products(connection, actor().party, wanted(), page_number(), extra=1)
    return render_template("catalogue/products.html", **cut(rows))


def next_free(connection: Connection, party_id: int) -> str | None:
    """A GTIN-13 nobody has used that the organisation may: under its first prefix, or for internal use when it has none."""
    prefixes = [row.prefix for row in party.prefixes(connection, party_id)]
    prefix = prefixes[0] if prefixes else f"2{party_id % 1_000_000:06d}"
    found = rules.next_gtin(prefix, find.gtins_under(connection, prefix))
    return None if found is None else found[1:]


def _product_choices() -> dict[str, Any]:
    with runtime().store.reading() as connection:
        owned = party.prefixes(connection, actor().party)
        return {"free": next_free(connection, actor().party), "prefixes": [row.prefix for row in owned]}


@door.route("/console/products/new", needs=Permission.CATALOGUE_PRODUCT_WRITE)
def product_form() -> str:
    """The form for a product. `?from=` takes a product over from master data."""
    with runtime().store.reading() as connection:
        taken = take_over.product_form(*_taken(connection))
    return render_template("catalogue/product_new.html", form=forms.Form(taken), **_product_choices())


@door.route("/console/products", needs=Permission.CATALOGUE_PRODUCT_WRITE, methods=("POST",))
def product_send() -> Response:
    """Register a product."""
    values = forms.read(*PRODUCT)
    values["gtin"] = "".join(values["gtin"].split())  # people copy the spaces that stand under a barcode
    try:
        gtin = register.register_product(values, by=actor(), on=runtime())
    except Refusal as refusal:
        return forms.again("catalogue/product_new.html", values, refusal, "catalogue", **_product_choices())
    return redirect(f"/console/products/{gtin}?done=created", code=303)


def stages_of(connection: Connection, party_id: int, gtin: str, lot: str) -> list[rules.Stage]:
    """What is recorded of the stages of a batch, its ingredients' included."""
    key = item_key(digital_link.build((("01", gtin), ("10", lot))))
    found = history(connection, [(key, walk.LOT)], owner=party_id, reader=party_id)
    return [rules.Stage(step.subject, step.place.uri if step.place else None, step.local) for step in found.steps]


def ten_items(connection: Connection, product: Row[Any], lot: Row[Any] | None) -> list[tuple[str, bool, str]]:
    """The ten data items of a product of the actor's organisation, seen with one batch or without."""
    stages = stages_of(connection, product.party_id, product.gtin, lot.lot) if lot is not None else []
    return rules.ten_items(product, lot, party.party(connection, product.party_id), stages)


@door.route("/console/products/<gtin>", needs=Permission.CATALOGUE_RECORD_READ)
def product(gtin: str) -> str:
    """One product: its data, photograph, ten data items with the newest (or the chosen) batch, and its batches."""
    return _product_page(gtin, forms.Form())


def _product_page(gtin: str, form: forms.Form) -> str:
    with runtime().store.reading() as connection:
        found = find.own_product(connection, actor().party, gtin)
        rows = find.lots(connection, actor().party, found.gtin)
        chosen = next((row for row in rows if row.lot == request.args.get("lot")), rows[0] if rows else None)
        items = ten_items(connection, found, chosen)
        answers = link_state(connection, actor().party, found.gtin)
        said = master.at_instant(connection, actor().party, product_uri(found.gtin), runtime().clock.now())
    links = {row.lot: lot_path(row.gtin, row.lot) for row in rows}
    may = {"write": actor().may(Permission.CATALOGUE_PRODUCT_WRITE), "lot": actor().may(Permission.CATALOGUE_LOT_WRITE)}
    page: dict[str, Any] = {"product": found, "lots": rows, "chosen": chosen, "items": items, "links": links, "answers": answers}
    page |= {"said": said, "element": product_uri(found.gtin), "attribute_label": attribute_label, "attribute_text": shown}
    return render_template("catalogue/product.html", may=may, form=form, **page)


def product_uri(gtin: str) -> str:
    """The canonical identifier of a product, as master data know it."""
    return digital_link.build((("01", gtin),))


def attribute_label(name: str) -> str:
    """What people call an attribute of master data; one without words of ours is shown as it is."""
    return t(f"master.attribute_{name}") if translator(language()).has(f"master.attribute_{name}") else name


def vocabulary_name(uri: str) -> str:
    """What people call a vocabulary."""
    name = short_name(uri)
    return t(f"master.vocabulary_{name}") if translator(language()).has(f"master.vocabulary_{name}") else uri


def lot_path(gtin: str, lot: str) -> str:
    """Where the public page of a batch is, without the prefix: `/01/…/10/…`."""
    return digital_link.build((("01", gtin), ("10", lot))).removeprefix(digital_link.CANONICAL_STEM)


@door.route("/console/products/<gtin>/edit", needs=Permission.CATALOGUE_PRODUCT_WRITE)
def product_edit(gtin: str) -> str:
    """The form to change a product."""
    with runtime().store.reading() as connection:
        found = find.own_product(connection, actor().party, gtin)
    values = {name: getattr(found, name) for name in (*PRODUCT, "status")}
    return render_template("catalogue/product_edit.html", form=forms.Form(values), gtin=found.gtin)


@door.route("/console/products/<gtin>", needs=Permission.CATALOGUE_PRODUCT_WRITE, methods=("POST",))
def product_change(gtin: str) -> Response:
    """Change a product's data."""
    values = forms.read(*rules.PRODUCT_FIELDS, "status")
    try:
        register.update_product(gtin, values, by=actor(), on=runtime())
    except register.RecordInvalid as refusal:
        return forms.again("catalogue/product_edit.html", values, refusal, "catalogue", gtin=gtin)
    return redirect(f"/console/products/{gtin}?done=saved", code=303)


@door.route("/console/products/<gtin>/image", needs=Permission.CATALOGUE_PRODUCT_WRITE, methods=("POST",))
def product_image(gtin: str) -> Response:
    """Keep an uploaded photograph of a product."""
    sent = request.files.get("image")
    try:
        register.set_image(gtin, sent.read() if sent else b"", by=actor(), on=runtime())
    except find.NoSuchProduct:
        raise
    except Refusal as refusal:
        page = _product_page(gtin, forms.refused({"image": ""}, refusal))
        return Response(page, refusal.status, content_type="text/html; charset=utf-8")
    return redirect(f"/console/products/{gtin}?done=image", code=303)
