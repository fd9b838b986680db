"""Pages of batches: the list, one batch with its labels, events and recall, and the forms to add, copy and change one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import redirect, render_template, request
from sqlalchemy.engine import Connection, Row
from werkzeug.wrappers import Response

from app.api.door import Door, actor, runtime
from app.capture import history
from app.catalogue import find, register, rules
from app.catalogue.api import LOT_SENT
from app.catalogue.pages import LOT, cut, lot_path, page_number, wanted
from app.errors import Refusal
from app.label.stamps import tally
from app.party.permissions import Permission
from app.recall import find as recalls
from app.web import forms, show
from app.web.show import lot_page, t

door = Door("lot_pages", "app.catalogue", templates=True)

_LOT = "/console/lots/<gtin>/<value:lot>"
_EDIT = "/console/lots/edit/<gtin>/<value:lot>"  # no GTIN is called "edit", while a batch may well be
_MOST_CHOICES = 500
_EVENTS = 5
"""Newest events on the page of a batch; the others are one link away."""
_JOBS = 10
"""Newest label jobs on the page of a batch."""
_COPIED = ("place_uri", "quantity", "uom", "note")


@door.route("/console/lots", needs=Permission.CATALOGUE_RECORD_READ)
def lots() -> str:
    """The organisation's batches, newest first; `?q=` searches, `?gtin=` keeps to one product."""
    gtin = asked_gtin()
    with runtime().store.reading() as connection:
        rows = find.lots(connection, actor().party, gtin or None, wanted(), page_number(), extra=1)
        owned = find.products(connection, actor().party, count=_MOST_CHOICES)
        names = {uri: row.name for uri, row in find.place_by_uri(connection, [row.place_uri for row in rows if row.place_uri]).items()}
    links = {(row.gtin, row.lot): lot_path(row.gtin, row.lot) for row in rows}
    products = [(row.gtin, row.name) for row in owned]
    shown = {"links": links, "names": names, "products": products, "gtin": gtin, "today": _today()}
    return render_template("catalogue/lots.html", **shown, **cut(rows))


def asked_gtin() -> str:
    """The product that `?gtin=` names as 14 digits, "" for none and for what is no number."""
    given = request.args.get("gtin", "")
    return given.zfill(14) if given.isascii() and given.isdecimal() and len(given) <= 14 else ""


def _today() -> str:
    """Today in Viet Nam, ISO: what an expiry date is compared with."""
    day, month, year = show.instant(runtime().clock.now()).split(" ")[0].split("/")
    return f"{year}-{month}-{day}"


def _choices(*, retired: str = "") -> dict[str, Any]:
    """What the forms offer; retired: a place that is chosen already."""
    with runtime().store.reading() as connection:
        owned = find.products(connection, actor().party, count=_MOST_CHOICES)
        around = find.places(connection, actor().party, count=_MOST_CHOICES)
    places = [(row.uri, row.name) for row in around]
    if retired and retired not in dict(places):
        places.append((retired, retired))
    return {
        "products": [(row.gtin, f"{row.name} ({row.gtin.lstrip('0')})") for row in owned if row.status == "active"],
        "places": places,
        "units": [(unit, t(f"catalogue.unit_{unit}")) for unit in rules.UNITS],
    }


@door.route("/console/lots/new", needs=Permission.CATALOGUE_LOT_WRITE)
def lot_form() -> str:
    """The form for a batch; what there is only one of is chosen already. `?gtin=&like=` copies another batch but its number."""
    choices = _choices()
    gtin, like = asked_gtin(), request.args.get("like", "").replace("\0", "")[:20]
    values = {"gtin": gtin, "produced_on": _today(), "uom": "KGM"}
    for name, options in (("gtin", choices["products"]), ("place_uri", choices["places"])):
        if len(options) == 1:
            values[name] = options[0][0]
    if like:
        with runtime().store.reading() as connection:
            values |= _copy(find.lot(connection, actor().party, gtin, like))
    return render_template("catalogue/lot_new.html", form=forms.Form(values), like=like, **choices)


def _copy(row: Row[Any]) -> dict[str, str]:
    """A batch like another one, made today: it keeps as many days as the other one did."""
    copied = {name: getattr(row, name) or "" for name in _COPIED} | {"produced_on": _today()}
    if row.produced_on and row.expires_on:
        kept = date.fromisoformat(row.expires_on) - date.fromisoformat(row.produced_on)
        copied["expires_on"] = (date.fromisoformat(_today()) + kept).isoformat()
    return copied


@door.route("/console/lots", needs=Permission.CATALOGUE_LOT_WRITE, methods=("POST",))
def lot_send() -> Response:
    """Register a batch."""
    values = forms.read("gtin", *LOT)
    try:
        lot = register.register_lot(values["gtin"], values, by=actor(), on=runtime())
    except Refusal as refusal:
        if isinstance(refusal, find.NoSuchProduct):
            refusal.pointer = "/gtin"
        return forms.again("catalogue/lot_new.html", values, refusal, "catalogue", like="", **_choices())
    return redirect(f"{lot_page(values['gtin'].zfill(14), lot)}?done=created", code=303)


@door.route(_LOT, needs=Permission.CATALOGUE_RECORD_READ)
def lot_view(gtin: str, lot: str) -> str:
    """One batch: its facts, labels and stamps, events, recall, and what can be done with it."""
    by = actor()
    with runtime().store.reading() as connection:
        row = find.lot(connection, by.party, gtin, lot)
        product = find.own_product(connection, by.party, row.gtin)
        place = find.place_by_uri(connection, [row.place_uri]).get(row.place_uri) if row.place_uri else None
        reads = by.may(Permission.RECALL_NOTICE_READ)
        recall = recalls.in_force(connection, by.party, row.gtin, lot) if reads else None
        stamps = _stamps(connection, row) if by.may(Permission.LABEL_JOB_READ) else None
    events = _events(row) if by.may(Permission.CAPTURE_EVENT_READ) else None
    known = {"product": product, "place": place, "recall": recall, "knows_recalls": reads, "stamps": stamps, "events": events}
    public = lot_path(row.gtin, lot)
    return render_template("catalogue/lot.html", lot=row, public=public, today=_today(), may=_may(), **known)


def _may() -> dict[str, bool]:
    by = actor()
    return {
        "write": by.may(Permission.CATALOGUE_LOT_WRITE),
        "label": by.may(Permission.LABEL_JOB_WRITE),
        "record": by.may(Permission.CAPTURE_EVENT_WRITE),
        "recall": by.may(Permission.RECALL_NOTICE_WRITE),
    }


def _stamps(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    """Labels and stamps of a batch: how many in which state, and the jobs they came from."""
    jobs = tally.jobs_of_lot(connection, row.party_id, row.gtin, row.lot)
    shown = jobs[:_JOBS]
    return {
        "counts": tally.of_lot(connection, row.party_id, jobs, row.lot),
        "alike": sum(job.count for job in jobs if not job.serialised),
        "jobs": shown,
        "of_jobs": tally.of_jobs(connection, row.party_id, [job.job_id for job in shown]),
        "more": len(jobs) - len(shown),
    }


def _events(row: Row[Any]) -> dict[str, Any]:
    """The newest events that name a batch, and whether there are others."""
    listed, following = history.recent(by=actor(), on=runtime(), product=row.gtin, lot=row.lot)
    return {"listed": listed[:_EVENTS], "count": len(listed), "more": following is not None}


@door.route(_EDIT, needs=Permission.CATALOGUE_LOT_WRITE)
def lot_edit(gtin: str, lot: str) -> str:
    """The form to change a batch."""
    with runtime().store.reading() as connection:
        row = find.lot(connection, actor().party, gtin, lot)
    values = {name: getattr(row, name) for name in LOT}
    return render_template("catalogue/lot_edit.html", form=forms.Form(values), **_edited(row.gtin, row.lot, values))


def _edited(gtin: str, lot: str, values: Mapping[str, Any], printed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the form shows beside its fields; printed: what printed labels say, when that is the question."""
    return {"gtin": gtin, "lot": lot, "printed": printed, **_choices(retired=values["place_uri"] or "")}


@door.route(_EDIT, needs=Permission.CATALOGUE_LOT_WRITE, methods=("POST",))
def lot_change(gtin: str, lot: str) -> Response:
    """Change a batch; a new expiry is asked for again when printed labels say the old one."""
    values = forms.read(*LOT_SENT, "sure")
    sure = values["sure"] == "yes"
    try:
        register.update_lot(gtin, lot, values, labelled=tally.labelled, sure=sure, by=actor(), on=runtime())
    except (register.RecordInvalid, register.ExpiryPrinted) as refusal:
        asked = refusal.params if isinstance(refusal, register.ExpiryPrinted) else None
        context = _edited(gtin.zfill(14), lot, values, asked)
        return forms.again("catalogue/lot_edit.html", values, refusal, "catalogue", **context)
    return redirect(f"{lot_page(gtin.zfill(14), lot)}?done=saved", code=303)
