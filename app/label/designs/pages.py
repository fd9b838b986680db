"""Pages of label designs: look at a real label while choosing, keep, copy, remove, take back."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.api.door import Door, actor, runtime
from app.api.problem import language
from app.catalogue import find as catalogue
from app.errors import Refusal
from app.label.designs import find, keep, rules
from app.label.designs.logo import reencode
from app.label.designs.preview import Measured, Preview, preview
from app.label.drawing.layouts import LAYOUTS
from app.label.drawing.refusals import LogoUnreadable
from app.party.permissions import Permission
from app.web import forms, headers
from app.web.show import t
from app.words.refusals import describe_finding

door = Door("designs_pages", "app.label", templates=True)

_LIST = "/console/labels/designs"
_ONE = "/console/labels/designs/<int(max=9223372036854775807):design_id>"
_SAMPLES = 100
"""Batches that a design can be looked at with; the newest are what people have in hand."""


def layout_words(name: str) -> str:
    """A layout as people know it."""
    return t("designs.layout_" + name.replace("-", "_"))


def carrier_words(name: str) -> str:
    """A carrier as people know it."""
    return t("designs.carrier_" + name.replace("-", "_"))


def layout_choices() -> list[tuple[str, str]]:
    """Layouts of goods' labels by name; logistic labels have their own page."""
    return [(name, layout_words(name)) for name, layout in LAYOUTS.items() if not layout.logistic]


def carrier_choices() -> list[tuple[str, str]]:
    """Carriers of goods' labels by name."""
    return [(str(carrier), carrier_words(str(carrier))) for carrier in rules.CARRIERS]


@door.route(_LIST, needs=Permission.LABEL_JOB_READ)
def label_designs() -> str:
    """The designs of the organisation."""
    with runtime().store.reading() as connection:
        rows = find.designs(connection, actor().party)
    shown = [(row, layout_words(row.layout), carrier_words(row.carrier)) for row in rows]
    return render_template("designs/list.html", rows=shown, may_write=actor().may(Permission.LABEL_DESIGN_WRITE))


@door.route(f"{_LIST}/new", needs=Permission.LABEL_DESIGN_WRITE)
def label_design_form() -> str:
    """The form for a design, with the label it would make as it stands."""
    usual: dict[str, str] = dict.fromkeys(("show_brand", "show_producer", "show_net_content", "data_titles"), "yes")
    first = {"name": "", "layout": "roll-70x40", "carrier": "qr-dl", "lines": "", "ean13": "where-it-fits", "sample": ""}
    return _page(forms.Form(usual | first | {"data_titles": ""}), None, None)


@door.route(_LIST, needs=Permission.LABEL_DESIGN_WRITE, methods=("POST",))
def label_design_send() -> BaseResponse:
    """Keep a new design, or with `act=preview` show the label it would make."""
    return _sent(None)


@door.route(_ONE, needs=Permission.LABEL_JOB_READ)
def label_design(design_id: int) -> str:
    """One design: its label and, for whoever may, its form."""
    with runtime().store.reading() as connection:
        row = find.design(connection, actor().party, design_id)
    return _page(forms.Form(_as_form(rules.as_values(rules.of_row(row)))), row, row.logo)


@door.route(_ONE, needs=Permission.LABEL_DESIGN_WRITE, methods=("POST",))
def label_design_change(design_id: int) -> BaseResponse:
    """Change a design, or with `act=preview` show the label it would make."""
    return _sent(design_id)


@door.route(f"{_LIST}/preview", needs=Permission.LABEL_DESIGN_WRITE, methods=("POST",))
def label_design_preview() -> Response:
    """The part of the page that shows the label, for the script that draws it again while somebody chooses."""
    values, (gtin, lot) = _read(), _sample()
    try:
        kept = _kept_logo(request.args.get("design", ""))
        shown = preview(rules.draft(_as_values(values) | {"name": values["name"] or "-"}, _logo(kept)), gtin, lot, by=actor(), on=runtime())
    except Refusal as refusal:
        return Response(render_template("designs/preview.html", shown=None, form=forms.refused({}, refusal)), content_type="text/html")
    return Response(render_template("designs/preview.html", shown=shown, form=forms.Form(), **_told(shown)), content_type="text/html")


@door.route(f"{_ONE}/copy", needs=Permission.LABEL_DESIGN_WRITE, methods=("POST",))
def label_design_copy(design_id: int) -> BaseResponse:
    """Begin a second design with what a first says."""
    return redirect(f"{_LIST}/{keep.copy(design_id, by=actor(), on=runtime())}?done=copied", code=303)


@door.route(f"{_ONE}/remove", needs=Permission.LABEL_DESIGN_WRITE, methods=("POST",))
def label_design_remove(design_id: int) -> BaseResponse:
    """Take a design out of use; the list offers to take that back."""
    keep.remove(design_id, by=actor(), on=runtime())
    return redirect(f"{_LIST}?removed={design_id}", code=303)


@door.route(f"{_ONE}/restore", needs=Permission.LABEL_DESIGN_WRITE, methods=("POST",))
def label_design_restore(design_id: int) -> BaseResponse:
    """Take a removal back."""
    keep.restore(design_id, by=actor(), on=runtime())
    return redirect(f"{_LIST}?done=restored", code=303)


def _sent(design_id: int | None) -> BaseResponse:
    """A form that was sent: kept, or shown again with the label it would make."""
    on, by, values, row, logo = runtime(), actor(), _read(), None, None
    if design_id is not None:
        with on.store.reading() as connection:
            row = find.design(connection, by.party, design_id)
    try:
        logo = _logo(row.logo if row else None)
        made = rules.draft(_as_values(values), logo)
        if request.form.get("act") == "preview":
            return Response(_page(forms.Form(values), row, logo), content_type="text/html; charset=utf-8")
        design_id = _keep(design_id, made, logo, row)
    except Refusal as refusal:
        page = _page(forms.refused(values | {"logo": ""}, refusal, "designs"), row, logo)
        return Response(page, refusal.status, content_type="text/html; charset=utf-8")
    return redirect(f"{_LIST}/{design_id}?done=saved", code=303)


def _keep(design_id: int | None, made: rules.Draft, logo: bytes | None, row: Any) -> int:
    on, by, values = runtime(), actor(), rules.as_values(made)
    if design_id is None:
        return keep.make(values, logo, by=by, on=on)
    keep.change(design_id, values, by=by, on=on)
    if logo != row.logo:
        keep.set_logo(design_id, logo, by=by, on=on)
    return design_id


def _read() -> dict[str, str]:
    return forms.read("name", "layout", "carrier", "lines", "ean13", "sample", "logo_gone", *rules.FLAGS)


def _as_values(values: dict[str, str]) -> dict[str, Any]:
    """What a form says as a program would send it."""
    lines = [line.strip() for line in values["lines"].split("\n") if line.strip()]
    flags = {name: values[name] == "yes" for name in rules.FLAGS}
    return {name: values[name] for name in ("name", "layout", "carrier")} | {"ean13": values["ean13"], "lines": lines} | flags


def _as_form(said: dict[str, Any]) -> dict[str, str]:
    """What a program would send as a form holds it."""
    flags = {name: "yes" if said[name] else "" for name in rules.FLAGS}
    return {name: said[name] for name in ("name", "layout", "carrier", "ean13")} | {"lines": "\n".join(said["lines"]), "sample": ""} | flags


def _logo(before: bytes | None) -> bytes | None:
    """The logo that the form means: a fresh file, none, the one of the last look (a browser does not send a file twice), or as before."""
    sent = request.files.get("logo")
    raw = sent.read() if sent else b""
    if raw:
        return reencode(raw)
    if request.form.get("logo_gone") == "yes":
        return None
    looked_at = request.form.get("logo_kept", "")
    if not looked_at:
        return before
    try:
        return reencode(base64.b64decode(looked_at, validate=True))
    except binascii.Error as error:
        raise LogoUnreadable(pointer="/logo", known="PNG, JPEG") from error


def _kept_logo(design: str) -> bytes | None:
    if not design.isdecimal() or len(design) > 18:
        return None
    with runtime().store.reading() as connection:
        kept: bytes | None = find.design(connection, actor().party, int(design)).logo
        return kept


def _sample() -> tuple[str, str]:
    """The batch that somebody wants to look at, empty for the newest."""
    gtin, _, lot = request.form.get("sample", request.args.get("sample", ""))[:60].partition("/")
    return gtin, lot


def _told(shown: Preview | None) -> dict[str, Any]:
    """What a preview shows beside the label, in words."""
    if shown is None:
        return {"picture": "", "why": None, "measured": []}
    why = forms.refused({}, shown.wrong).problems if shown.wrong else []
    return {"picture": data_uri(shown.svg, "image/svg+xml") if shown.svg else "", "why": why, "measured": measures(shown)}


def measures(shown: Preview) -> list[tuple[Measured, list[forms.Problem], list[dict[str, Any]]]]:
    """Each kind of printer with why it cannot draw the label, and what it draws otherwise than wished, in words."""
    return [
        (one, forms.refused({}, one.wrong).problems if one.wrong else [], [describe_finding(each, language()) for each in one.remarks])
        for one in shown.measured
    ]


def data_uri(content: str | bytes, media_type: str) -> str:
    """A picture inside its page."""
    raw = content.encode() if isinstance(content, str) else content
    return f"data:{media_type};base64,{base64.b64encode(raw).decode()}"


def _page(form: forms.Form, row: Any, logo: bytes | None) -> str:
    """The form with the label it would make; a form with mistakes shows no label, because there is none."""
    headers.allow_scripts()
    shown, (gtin, lot) = None, _sample()
    if not form.problems:
        values = {name: form.value(name) for name in ("name", "layout", "carrier", "lines", "ean13", *rules.FLAGS)}
        shown = preview(rules.draft(_as_values(values) | {"name": values["name"] or "-"}, logo), gtin, lot, by=actor(), on=runtime())
    with runtime().store.reading() as connection:
        lots = catalogue.lots(connection, actor().party, count=_SAMPLES)
    kept = row.logo if row else None
    return render_template(
        "designs/design.html",
        form=form,
        design=row,
        shown=shown,
        logo=data_uri(logo, "image/png") if logo else "",
        logo_kept=base64.b64encode(logo).decode() if logo and logo != kept else "",
        layouts=layout_choices(),
        carriers=carrier_choices(),
        samples=[(f"{each.gtin}/{each.lot}", f"{each.product_name} · {each.lot}") for each in lots],
        flags=rules.FLAGS,
        ways=[(name, t("designs.ean13_" + name.replace("-", "_"))) for name in rules.EAN_13],
        limits={"name": rules.LONGEST_NAME, "line": rules.LONGEST_LINE, "lines": rules.MOST_LINES},
        may_write=actor().may(Permission.LABEL_DESIGN_WRITE),
        **_told(shown),
    )
