"""Pages of master data: the list, one element with its history, and the form that says something new of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request
from sqlalchemy.engine import Connection
from werkzeug.wrappers import Response

from app.api.door import Door, actor, runtime
from app.catalogue import find as catalogue
from app.catalogue.master import find, put, rules, take_over
from app.catalogue.master.api import asked_instant
from app.catalogue.master.free_lines import from_form, to_form
from app.catalogue.pages import attribute_label, page_number, vocabulary_name, wanted
from app.errors import Invalid, Refusal
from app.identify.gln import check_gln
from app.identify.gtin import gtin14
from app.party.permissions import Permission
from app.store.columns import to_micros
from app.web import forms
from app.web.show import day, instant

door = Door("master_pages", "app.catalogue", templates=True)

_LIST = "/console/master-data"
TABS = (*rules.KINDS, rules.OTHER)
CHOICES = {
    "products": ("EPCClass", "EPCInstance"),
    "places": ("BusinessLocation", "ReadPoint", "Location"),
    "parties": ("Party",),
    rules.OTHER: (),
}
"""Standard vocabularies that the form offers by kind; the first is the usual one. Others are typed."""
_MOST_CHILDREN = 200
_DAY = slice(10)


def page_of(element: str, vocabulary: str = "", **more: str) -> str:
    """The address of an element's page."""
    return f"{_LIST}/element?" + urlencode({"id": element} | ({"vocabulary": vocabulary} if vocabulary else {}) | more)


def _argument(name: str) -> str:
    return request.args.get(name, "").replace("\0", "").strip()[: rules.LONGEST_URI]


def _kind() -> str:
    asked = request.args.get("kind", "")
    return asked if asked in TABS else ""


_SHOWN = {
    "attribute_label": attribute_label,
    "vocabulary_name": vocabulary_name,
    "master_page": page_of,
    "value_text": rules.shown,
    "day_of": day,
}


@door.route(_LIST, needs=Permission.CATALOGUE_RECORD_READ)
def listed() -> str:
    """Everything that is said today; `?kind=` keeps to one kind, `?q=` searches."""
    now, party_id = runtime().clock.now(), actor().party
    wish = find.Wish(kind=_kind(), search=wanted().replace("\0", ""))
    with runtime().store.reading() as connection:
        rows = find.elements(connection, party_id, wish, at=now, page=page_number(), extra=1)
        counts = find.counts(connection, party_id, now)
    shown = {"rows": rows[: catalogue.PAGE], "more": len(rows) > catalogue.PAGE, "page": page_number(), "search": wish.search}
    return render_template("catalogue/master_list.html", kind=wish.kind, tabs=TABS, counts=counts, **shown, **_SHOWN)


@door.route(f"{_LIST}/element", needs=Permission.CATALOGUE_RECORD_READ)
def element() -> str | Response:
    """One element: what is said of it at a day, what changed when, what the catalogue knows. `?id=`, `?vocabulary=`, `?on=` a day."""
    party_id, key = actor().party, rules.element_key(_argument("id"))
    if not key:
        return redirect(_LIST, code=303)
    at, problem = _day_asked()
    with runtime().store.reading() as connection:
        known = find.versions(connection, party_id, key)
        record = take_over.registered(connection, party_id, key)
        if not known and record is None:
            raise find.NoSuchElement(element=key[:80])
        chosen = _chosen(known, _argument("vocabulary"))
        history = [version for version in known if version.vocabulary == chosen]
        counting = next((version for version in history if version.valid_from <= at), None)
        children = _children(connection, party_id, counting, at)
    vocabularies = sorted({version.vocabulary for version in known}, key=lambda uri: uri != chosen)
    shown = {"history": history, "counting": counting, "vocabularies": vocabularies, "children": children, "record": record}
    newest = next(iter(history), None)
    heading = (counting.name if counting else "") or (newest.name if newest else "") or (record[1] if record else "") or key
    asked = request.args.get("on", "") if not problem else ""
    return render_template(
        "catalogue/master_element.html", key=key, vocabulary=chosen, heading=heading, day=asked, today=today(), problem=problem,
        kind=rules.kind(chosen, key), may=_may(chosen, key), takes=_takes(key, record), **shown, **_SHOWN,
    )  # fmt: skip


def _day_asked() -> tuple[datetime, bool]:
    """The instant whose version is shown, and whether what was asked for is no day."""
    try:
        return asked_instant("on"), False
    except put.NotADay:
        return runtime().clock.now(), True


def _chosen(known: list[find.Version], asked: str) -> str:
    """The vocabulary whose history is shown: the one that was asked for, else the one that says most."""
    there = [version.vocabulary for version in known]
    wish = rules.vocabulary(asked)
    return wish if wish in there or not there else min(there, key=find.rank)


def _children(connection: Connection, party_id: int, version: find.Version | None, at: datetime) -> list[tuple[str, str]]:
    """Identifier and name of what lies inside an element."""
    inside = list(version.children[:_MOST_CHILDREN]) if version else []
    names = find.names(connection, party_id, inside)
    told = [(child, names.of(child, to_micros(at))) for child in inside]
    return [(child, said.name if said else "") for child, said in told]


def _may(vocabulary: str, key: str) -> bool:
    return actor().may(put.permission(vocabulary, key))


def _takes(key: str, record: tuple[str, str] | None) -> str:
    """Where the form lies that takes an element over into the catalogue, "" for what is there or has no GLN or GTIN of its own."""
    if record is None and take_over.gtin_of(key) and actor().may(Permission.CATALOGUE_PRODUCT_WRITE):
        return "/console/products/new?" + urlencode({"from": key})
    if record is None and take_over.gln_of(key) and actor().may(Permission.CATALOGUE_PLACE_WRITE):
        return "/console/places/new?" + urlencode({"from": key})
    return ""


@door.route(f"{_LIST}/new", needs=Permission.CATALOGUE_PLACE_WRITE)
def form() -> str:
    """The form for a version: of a new element of `?kind=`, or of the one that `?id=&vocabulary=` names, filled with what is said of it."""
    party_id, key, vocabulary = actor().party, _argument("id"), rules.vocabulary(_argument("vocabulary"))
    if not key:
        return _form_page(forms.Form({"vocabulary": next(iter(CHOICES[_kind() or "places"]), "")}), _kind() or "places")
    kind = rules.kind(vocabulary, rules.element_key(key))
    before = _before(party_id, key, vocabulary)
    values: dict[str, str] = {"id": before.as_sent if before else key, "vocabulary": rules.short(vocabulary)}
    values |= to_form(before.attributes if before else (), rules.FIELDS[kind])
    values["children"] = "\n".join(before.children) if before else ""
    return _form_page(forms.Form(values), kind, known=True)


def _before(party_id: int, key: str, vocabulary: str) -> find.Version | None:
    with runtime().store.reading() as connection:
        return next(iter(find.at_instant(connection, party_id, key, runtime().clock.now(), vocabulary or "-")), None)


def _form_page(filled: forms.Form, kind: str, *, known: bool = False) -> str:
    return render_template("catalogue/master_form.html", form=filled, **_offered(kind, known=known))


def _offered(kind: str, *, known: bool) -> dict[str, Any]:
    choices = [(name, vocabulary_name(rules.START + name)) for name in CHOICES[kind]]
    return {"kind": kind, "tabs": TABS, "fields": rules.FIELDS[kind], "choices": choices, "known": known, "today": today()} | _SHOWN


@door.route(_LIST, needs=Permission.CATALOGUE_PLACE_WRITE, methods=("POST",))
def send() -> Response:
    """Keep a version."""
    fields = sorted({name for names in rules.FIELDS.values() for name in names})
    values = forms.read("kind", "known", "id", "vocabulary", "valid_from", "children", "more", *fields)
    kind = values["kind"] if values["kind"] in TABS else "places"
    try:
        made = _keep(values, kind)
    except Refusal as refusal:
        _fields_of(refusal)
        return forms.again("catalogue/master_form.html", values, refusal, "master", **_offered(kind, known=values["known"] == "yes"))
    return redirect(page_of(made.element, made.vocabulary, done="saved" if made.changed else "same"), code=303)


def _keep(values: Mapping[str, str], kind: str) -> put.Put:
    element, vocabulary = _identifier(values["id"], kind), rules.vocabulary(values["vocabulary"])
    before = _before(actor().party, element, vocabulary) if values["known"] == "yes" else None
    attributes, found = from_form(values, rules.FIELDS[kind], before.attributes if before else ())
    if found:
        raise put.MasterDataInvalid(findings=found, count=len(found))
    said = {"attributes": attributes, "children": values["children"].split(), "valid_from": values["valid_from"]}
    return put.put(vocabulary, element, said, by=actor(), on=runtime())


_BY_DIGITS = {"products": ("01", gtin14), "places": ("414", check_gln), "parties": ("417", check_gln)}


def _identifier(text: str, kind: str) -> str:
    """The URI that somebody means: digits are a GTIN or GLN, anything else is a URI already. Raises what is wrong with the digits."""
    digits = "".join(text.split())
    if kind not in _BY_DIGITS or not (digits.isascii() and digits.isdecimal()):
        return text
    ai, check = _BY_DIGITS[kind]
    try:
        return f"{rules.STEM}{ai}/{check(digits)}"
    except Invalid as refusal:
        refusal.pointer = "/id"
        raise


def _fields_of(refusal: Refusal) -> None:
    """Name fields of the form where the verb names parts of what it received."""
    names = {"/attributes": "/more", "/validFrom": "/valid_from"}
    for whole, ours in names.items():
        if refusal.pointer.startswith(whole):
            refusal.pointer = ours
    named = (next((ours for whole, ours in names.items() if each.pointer.startswith(whole)), each.pointer) for each in refusal.findings)
    refusal.findings = tuple(replace(each, pointer=pointer) for each, pointer in zip(refusal.findings, named, strict=True))


@door.route(f"{_LIST}/remove", needs=Permission.CATALOGUE_PLACE_WRITE, methods=("POST",))
def remove() -> Response:
    """Say that an element is no longer from today on."""
    values = forms.read("id", "vocabulary")
    made = put.remove(values["vocabulary"], values["id"], by=actor(), on=runtime())
    return redirect(page_of(made.element, made.vocabulary, done="removed"), code=303)


def today() -> str:
    """Today in Viet Nam, ISO."""
    shown = instant(runtime().clock.now())[_DAY].split("/")
    return "-".join(reversed(shown))
