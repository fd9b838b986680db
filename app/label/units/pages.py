"""Pages of logistic units: give out a batch of SSCCs, print its logistic labels, record what is packed, void."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.api import parameters
from app.api.door import Door, actor, runtime
from app.api.problem import language
from app.catalogue import find as catalogue
from app.errors import Invalid, Refusal
from app.identify.read import identify
from app.label.designs.pages import data_uri, layout_words
from app.label.drawing.sheet import FURTHEST, RESOLUTIONS
from app.label.jobs.offsets import COOKIE, DAYS, remembered, with_offset
from app.label.numbering.pages import whole
from app.label.stamps import sscc
from app.label.units import find, labels
from app.label.units.api import wish
from app.label.units.give import LINES, give
from app.party.permissions import Permission, permit
from app.web import files, forms
from app.web.show import t
from app.words.refusals import describe_finding

door = Door("units_pages", "app.label", templates=True)

_BATCH = "/console/ssccs/<int(max=9223372036854775807):batch_id>"
_ASKED = ("goods", "quantity", "count", "ship_to", "prefix", "extension")
_MOST_CHOICES = 500
_LONGEST_CODE = 200
_KINDS: dict[str, tuple[Callable[..., bytes], str]] = {
    "pdf": (labels.pdf, "application/pdf"),
    "zpl": (labels.zpl, "text/plain; charset=us-ascii"),
    "csv": (labels.table, "text/csv; charset=utf-8"),
    "svg": (labels.svg, "image/svg+xml"),
    "png": (labels.png, "image/png"),
}
_ONE = ("svg", "png")


# ------------------------------------------------------------------------------------------------ all batches


@door.route("/console/ssccs", needs=Permission.LABEL_JOB_READ)
def ssccs() -> BaseResponse | str:
    """Batches of SSCCs, newest first, and the form for a new one; a link may choose the goods, `?code=` leads to the batch of a number."""
    code = request.args.get("code", "").replace("\0", "").strip()[:_LONGEST_CODE]
    if code:
        party_id, number = permit(actor(), Permission.LABEL_JOB_READ), _sscc_in(code)
        with runtime().store.reading() as connection:
            batch_id = find.batch_of(connection, party_id, number)
        if batch_id is not None:
            return redirect(f"/console/ssccs/{batch_id}?sscc={number}#units", code=303)
    gtin, lot = request.args.get("gtin", "")[:14], request.args.get("lot", "")[:20]
    start = {"goods": f"{gtin.zfill(14)}/{lot}" if gtin else "", "extension": "0", "count": "1", "code": code}
    return render_template("units/batches.html", **_batches(forms.Form(start)))


def _sscc_in(code: str) -> str:
    """The SSCC that was scanned or typed, in any spelling, else the text as it is."""
    try:
        return dict(identify(code).path).get("00", code)
    except Invalid:
        return "".join(code.split())


def _batches(form: forms.Form) -> dict[str, Any]:
    """What the page of all batches shows."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    before = parameters.token("before")
    with runtime().store.reading() as connection:
        rows = find.batches(connection, party_id, before, find.PAGE + 1)
        known = sscc.prefixes(connection, party_id)
        left = {prefix: sscc.left(connection, prefix) for prefix in known}
        products: list[Any] = list(catalogue.products(connection, party_id, count=_MOST_CHOICES))
        lots: list[Any] = list(catalogue.lots(connection, party_id, count=_MOST_CHOICES))
    goods = [(f"{row.gtin}/{row.lot}", f"{row.product_name} · {row.lot}") for row in lots]
    goods += [(f"{row.gtin}/", f"{row.name} · {t('units.no_lot')}") for row in products if row.status == "active"]
    following = rows[find.PAGE - 1].batch_id if len(rows) > find.PAGE else None
    capacity = {prefix: sscc.capacity(prefix) for prefix in known}
    shown = {"rows": rows[: find.PAGE], "following": following, "names": {row.gtin: row.name for row in products}, "goods": goods}
    counted = {"prefixes": known, "left": left, "capacity": capacity, "most": sscc.MOST, "lines": LINES}
    return {"form": form, "may_give": actor().may(Permission.LABEL_SSCC_WRITE)} | shown | counted


@door.route("/console/ssccs", needs=Permission.LABEL_SSCC_WRITE, methods=("POST",))
def sscc_give() -> BaseResponse:
    """Give out a batch and go to its labels."""
    values = forms.read(*_ASKED)
    gtin, _, lot = values["goods"].partition("/")
    try:
        _check_goods(gtin, lot)
        given = give(
            whole(values["count"]), prefix=values["prefix"] or None, gtin=gtin or None, lot=lot or None, ship_to=values["ship_to"],
            extension=whole(values["extension"]) if values["extension"].isdecimal() else -1,
            quantity=whole(values["quantity"]) if values["quantity"] else None, by=actor(), on=runtime(),
        )  # fmt: skip
    except Refusal as refusal:
        if refusal.pointer in {"/gtin", "/lot", "/expiry"}:
            refusal.pointer = "/goods"
        scene = _batches(forms.Form())
        scene.pop("form")
        return forms.again("units/batches.html", values, refusal, "units", **scene)
    return redirect(f"/console/ssccs/{given.batch_id}?done=given", code=303)


def _check_goods(gtin: str, lot: str) -> None:
    """Whoever chooses from a list chooses goods of the organisation. Raises NoSuchProduct, NoSuchLot, beside the field."""
    if not (gtin or lot):
        return
    try:
        with runtime().store.reading() as connection:
            product = catalogue.own_product(connection, actor().party, gtin)
            if lot:
                catalogue.lot(connection, actor().party, product.gtin, lot)
    except (catalogue.NoSuchProduct, catalogue.NoSuchLot) as refusal:
        refusal.pointer = "/goods"
        raise


# ------------------------------------------------------------------------------------------------ one batch


@door.route(_BATCH, needs=Permission.LABEL_JOB_READ)
def sscc_batch(batch_id: int) -> str:
    """One batch: a look at its label, its files, its numbers."""
    return _batch_page(batch_id, forms.Form())


def _batch_page(batch_id: int, form: forms.Form) -> str:
    """The page of a batch with the print form as it was typed."""
    printed = labels.printing(batch_id, by=actor(), on=runtime())
    party_id, batch = actor().party, printed.batch
    start = min(parameters.count("from", 1, 10**6), batch.count)
    asked, one = form.value("layout") or request.args.get("layout", ""), request.args.get("sscc", "")[:18]
    with runtime().store.reading() as connection:
        usable, left = find.usable(connection, party_id, batch_id)
        units = [find.unit(connection, party_id, batch_id, one)] if one else _page_of(connection, party_id, batch, start)
    label = printed.label(usable) if usable else None
    fits = labels.fitting(label) if label else []
    layout = asked if asked in labels.PAPERS else next(iter(fits), labels.Wish().layout)
    offset = remembered(request.cookies.get(COOKIE, "")).get(layout, ("0", "0"))
    typed = {"layout": layout, "dx": offset[0], "dy": offset[1], "dpi": "", "first": "1", "last": str(min(batch.count, labels.MOST))}
    typed |= {name: request.args[name][:20] for name in ("dpi", "dx", "dy", "first", "last") if request.args.get(name)}
    form = forms.Form(typed | {name: value for name, value in form.values.items() if value}, form.problems)
    shown = _look(batch_id, usable, layout) | {"start": start, "one": one, "size": find.PAGE, "units": units, "left": left}
    return render_template("units/batch.html", form=form, printed=printed, batch=batch, layout=layout, fits=fits, **shown, **_may())


def _page_of(connection: Any, party_id: int, batch: find.Batch, start: int) -> list[find.Unit]:
    return find.units(connection, party_id, batch.batch_id, start, start + find.PAGE - 1)


def _look(batch_id: int, usable: str | None, layout: str) -> dict[str, Any]:
    """The first label as a picture with remarks, or why there is none on this paper."""
    picture, why, remarks = "", list[forms.Problem](), list[dict[str, Any]]()
    if usable:
        try:
            drawn = labels.look(batch_id, labels.Wish(layout, sscc=usable), by=actor(), on=runtime())
        except Refusal as refusal:
            why = forms.refused({}, refusal).problems
        else:
            picture = data_uri(drawn.content, "image/svg+xml")
            remarks = [describe_finding(remark, language()) for remark in drawn.remarks]
    return {"usable": usable, "picture": picture, "why": why, "remarks": remarks, "on_paper": labels.PAPERS[layout]}


def _may() -> dict[str, Any]:
    papers = [(name, layout_words(name)) for name in labels.PAPERS]
    offered = {"papers": papers, "resolutions": list(RESOLUTIONS), "furthest": FURTHEST, "most": labels.MOST}
    return offered | {"may_void": actor().may(Permission.LABEL_SERIAL_VOID), "may_record": actor().may(Permission.CAPTURE_EVENT_WRITE)}


@door.route(f"{_BATCH}/file", needs=Permission.LABEL_JOB_READ)
def sscc_file(batch_id: int) -> BaseResponse:
    """A file of a batch, for people: what cannot be made is told beside the form. `?what=pdf|zpl|csv|svg|png`."""
    asked = request.args
    what = asked.get("what", "pdf")
    make, media_type = _KINDS.get(what, _KINDS["pdf"])
    ending = what if what in _KINDS else "pdf"
    try:
        how = wish(asked, asked.get("sscc", "")[:18])
        content = make(batch_id, _with_one(batch_id, how) if ending in _ONE else how, by=actor(), on=runtime())
    except Refusal as refusal:
        values = {name: asked.get(name, "")[:20] for name in ("layout", "dpi", "dx", "dy", "first", "last")}
        page = _batch_page(batch_id, forms.refused(values, refusal, "units"))
        return Response(page, refusal.status, content_type="text/html; charset=utf-8")
    answer = files.download(content, media_type, f"sscc-{how.sscc or batch_id}.{ending}")
    return _remembering(answer, how) if ending in {"pdf", "zpl"} and not how.sscc else answer


def _with_one(batch_id: int, how: labels.Wish) -> labels.Wish:
    """A picture is of one unit: the one that is named, else the first that may be printed."""
    if how.sscc:
        return how
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        find.batch(connection, party_id, batch_id)
        usable, _ = find.usable(connection, party_id, batch_id)
    return labels.Wish(how.layout, how.dpi, how.dx, how.dy, sscc=usable or "")


def _remembering(answer: Response, how: labels.Wish) -> Response:
    """Keep the calibration of a paper in this browser."""
    kept = with_offset(request.cookies.get(COOKIE, ""), how.layout, how.dx, how.dy)
    secure = runtime().settings.secure_cookies
    answer.set_cookie(COOKIE, kept, max_age=DAYS * 86_400, path="/console/ssccs", secure=secure, httponly=True, samesite="Lax")
    return answer


@door.route("/console/ssccs/<code>/void", needs=Permission.LABEL_SERIAL_VOID, methods=("POST",))
def sscc_void(code: str) -> BaseResponse:
    """Void an SSCC."""
    values, party_id = forms.read("reason"), permit(actor(), Permission.LABEL_SERIAL_VOID)
    with runtime().store.reading() as connection:
        batch_id = find.batch_of(connection, party_id, code)
    try:
        sscc.void_sscc(code, values["reason"], by=actor(), on=runtime())
    except Refusal as refusal:
        if batch_id is None:
            raise
        page = _batch_page(batch_id, forms.Form({}, forms.refused({}, refusal).problems))
        return Response(page, refusal.status, content_type="text/html; charset=utf-8")
    return redirect(f"/console/ssccs/{batch_id}?done=voided", code=303)
