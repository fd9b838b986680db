"""Pages of recalls: the list, declaring one in two steps, taking one back."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.api.door import Door, actor, runtime
from app.catalogue import find as catalogue
from app.errors import Refusal
from app.party.permissions import Permission
from app.recall import declare, read
from app.recall.api import number_of
from app.web import forms

door = Door("recall_pages", __name__, templates=True)

_FIELDS = ("gtin", "lot", "reason", "advice")
_MOST_PRODUCTS = 500


def _products() -> list[Any]:
    with runtime().store.reading() as connection:
        return catalogue.products(connection, actor().party, count=_MOST_PRODUCTS)


@door.route("/console/recalls", needs=Permission.RECALL_NOTICE_READ)
def list_notices() -> str:
    """The recalls of one's own organisation, newest first."""
    names = {row.gtin: row.name for row in _products()}
    notices = read.notices(by=actor(), on=runtime())
    may = actor().may(Permission.RECALL_NOTICE_WRITE)
    return render_template("recall/list.html", notices=notices, names=names, may=may, done=request.args.get("done", ""))


@door.route("/console/recalls/new", needs=Permission.RECALL_NOTICE_WRITE)
def new_notice() -> str:
    """The form of a recall; product and batch may come filled in from their own pages."""
    given = {name: request.args.get(name, "")[:100] for name in ("gtin", "lot")}
    return render_template("recall/new.html", form=forms.Form(given), products=_products())


@door.route("/console/recalls", needs=Permission.RECALL_NOTICE_WRITE, methods=("POST",))
def declare_notice() -> BaseResponse | str:
    """Review what was written; declare it when the review was confirmed."""
    given = forms.read(*_FIELDS, "step")
    values = {name: given[name] for name in _FIELDS}
    try:
        if given["step"] == "change":
            return render_template("recall/new.html", form=forms.Form(values), products=_products())
        if given["step"] == "confirmed":
            declare.declare(values, by=actor(), on=runtime())
            return redirect("/console/recalls?done=declared", code=303)
        wanted = declare.check(values, by=actor(), on=runtime())
    except Refusal as refusal:
        return forms.again("recall/new.html", values, refusal, products=_products())
    return render_template("recall/confirm.html", wanted=wanted)


@door.route("/console/recalls/<notice>", needs=Permission.RECALL_NOTICE_READ)
def show_notice(notice: str) -> str:
    """One recall, with the form that takes it back."""
    return render_template("recall/notice.html", form=forms.Form(), **_notice(notice))


@door.route("/console/recalls/<notice>/withdraw", needs=Permission.RECALL_NOTICE_WRITE, methods=("POST",))
def withdraw_notice(notice: str) -> BaseResponse:
    """Take a recall back."""
    values = forms.read("reason")
    found = _notice(notice)
    try:
        declare.withdraw(number_of(notice), values["reason"], by=actor(), on=runtime())
    except Refusal as refusal:
        return forms.again("recall/notice.html", values, refusal, **found)
    return redirect("/console/recalls?done=withdrawn", code=303)


def _notice(notice: str) -> dict[str, Any]:
    found = read.notice(number_of(notice), by=actor(), on=runtime())
    with runtime().store.reading() as connection:
        product = catalogue.product(connection, found["gtin"])
    name = found["gtin"] if product is None else product.name
    return {"notice": found, "name": name, "may": actor().may(Permission.RECALL_NOTICE_WRITE)}
