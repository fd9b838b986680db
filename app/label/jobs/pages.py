"""Pages of label jobs: choose a lot, print, download, void."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.api.door import Door, actor, runtime
from app.capture.commission import commission
from app.catalogue import find as catalogue
from app.errors import Refusal
from app.label import find
from app.label.drawing import design
from app.label.drawing.sheet import FURTHEST, RESOLUTIONS
from app.label.jobs import print_job
from app.label.jobs.api import download, number
from app.label.stamps import issue
from app.party.permissions import Permission, permit
from app.web import forms

door = Door("label_pages", "app.label", templates=True)

_JOB = "/console/labels/<int(max=9223372036854775807):job_id>"
_SERIALS = 100
"""Serial numbers on one page."""

_LOTS = 500


def _layouts() -> list[str]:
    return list(design.LAYOUTS)


def _list_page(form: forms.Form) -> dict[str, Any]:
    """What the list shows: lots to choose from, jobs, where the next page begins."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    given = request.args.get("before", "")
    before = int(given) if given.isdecimal() and len(given) < 19 else None
    with runtime().store.reading() as connection:
        lots = catalogue.lots(connection, party_id, count=_LOTS)
        rows = find.jobs(connection, party_id, find.PAGE + 1, before)
    following = rows[find.PAGE - 1].job_id if len(rows) > find.PAGE else None
    shown = {"jobs": rows[: find.PAGE], "following": following, "before": before, "most": issue.MOST}
    local = None if runtime().settings.base_url else runtime().settings.public_url()
    return {"form": form, "lots": lots, "layouts": _layouts(), "local_address": local} | shown


@door.route("/console/labels", needs=Permission.LABEL_JOB_READ)
def labels() -> str:
    """Ask for labels, and the jobs there are; a link may choose the lot."""
    gtin, lot = request.args.get("gtin", "")[:14], request.args.get("lot", "")[:20]
    chosen = f"{gtin.zfill(14)}/{lot}" if gtin and lot else ""
    return render_template("label/labels.html", **_list_page(forms.Form({"lot": chosen, "count": "24"})))


@door.route("/console/labels", needs=Permission.LABEL_JOB_WRITE, methods=("POST",))
def labels_make() -> BaseResponse:
    """Give out serial numbers and go to their job."""
    values = forms.read("lot", "count", "layout")
    gtin, _, lot = values["lot"].partition("/")
    try:
        made = issue.issue(gtin, lot, number(values["count"]), by=actor(), on=runtime())
    except Refusal as refusal:
        page = _list_page(forms.Form(values))
        page.pop("form")
        return forms.again("label/labels.html", values, refusal, **page)
    layout = values["layout"] if values["layout"] in design.LAYOUTS else _layouts()[0]
    return redirect(f"/console/labels/{made.job_id}?layout={layout}", code=303)


@door.route(_JOB, needs=Permission.LABEL_JOB_READ)
def label_job(job_id: int) -> str:
    """One job: preview, files, serial numbers, voiding."""
    return render_template("label/job.html", **_job_page(job_id, forms.Form({"dx": "0", "dy": "0"})))


def _job_page(job_id: int, form: forms.Form) -> dict[str, Any]:
    plan = print_job.plan(job_id, by=actor(), on=runtime())
    page = max(1, number(request.args.get("page", "1")))
    with runtime().store.reading() as connection:
        rows = find.serials(connection, plan.job.party_id, job_id, _SERIALS + 1, page)
    layout = request.args.get("layout", "")
    return {
        "form": form,
        "plan": plan,
        "job": plan.job,
        "serials": rows[:_SERIALS],
        "page": page,
        "more": len(rows) > _SERIALS,
        "layouts": _layouts(),
        "layout": layout if layout in design.LAYOUTS else _layouts()[1],
        "resolutions": list(RESOLUTIONS),
        "furthest": FURTHEST,
        "per_part": print_job.PART,
        "reachable_void": actor().may(Permission.LABEL_SERIAL_VOID),
        "reachable_record": actor().may(Permission.CAPTURE_EVENT_WRITE),
        "local_address": None if runtime().settings.base_url else runtime().settings.public_url(),
    }


@door.route(f"{_JOB}/file", needs=Permission.LABEL_JOB_READ)
def label_file(job_id: int) -> Response:
    """A file of a job, for people: what cannot be made is told on a page. `?what=pdf|svg|png|csv`."""
    asked = request.args
    what, layout, serial = asked.get("what", "pdf"), asked.get("layout", _layouts()[1]), asked.get("serial", "")
    by, on = actor(), runtime()
    if what == "csv":
        return download(print_job.serials_csv(job_id, by=by, on=on), "text/csv; charset=utf-8", f"serials-{job_id}.csv")
    if what == "svg":
        return download(print_job.svg(job_id, serial, layout, by=by, on=on), "image/svg+xml", f"label-{job_id}.svg")
    if what == "png":
        dpi = number(asked.get("dpi", "300"))
        return download(print_job.png(job_id, serial, layout, dpi, by=by, on=on), "image/png", f"label-{job_id}-{dpi}dpi.png")
    part = number(asked.get("part", "1"))
    content = print_job.pdf(job_id, layout, asked.get("dx", "0"), asked.get("dy", "0"), part, by=by, on=on)
    return download(content, "application/pdf", f"labels-{job_id}-{part}.pdf")


@door.route(f"{_JOB}/made", needs=Permission.CAPTURE_EVENT_WRITE, methods=("POST",))
def label_made(job_id: int) -> BaseResponse:
    """Record that the goods with these labels were made, once."""
    done = commission(job_id, by=actor(), on=runtime())
    return redirect(f"/console/labels/{job_id}?made={'before' if done.before else 'now'}", code=303)


@door.route(f"{_JOB}/void", needs=Permission.LABEL_SERIAL_VOID, methods=("POST",))
def label_void(job_id: int) -> BaseResponse | str:
    """Void labels of a job: first asks again, then does it."""
    values = forms.read("reason", "which", "confirmed")
    numbers = None if values["which"] == "all" else list(dict.fromkeys(request.form.getlist("serial")))
    try:
        if not values["reason"]:
            raise issue.ReasonMissing(pointer="/reason")
        if values["confirmed"] == "yes":
            voided = issue.void_of_job(job_id, numbers, values["reason"], by=actor(), on=runtime())
            return redirect(f"/console/labels/{job_id}?voided={voided}", code=303)
        if numbers == []:
            raise issue.NothingToVoid(gtin="-", count=0)
    except Refusal as refusal:
        page = _job_page(job_id, forms.Form(values))
        page.pop("form")
        return forms.again("label/job.html", values, refusal, **page)
    plan = print_job.plan(job_id, by=actor(), on=runtime())
    return render_template("label/void.html", job=plan.job, numbers=numbers, count=len(plan.serials), reason=values["reason"])
