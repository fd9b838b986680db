"""JSON doors of label jobs: ask for labels, fetch their files, void them."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.api.door import Door, actor, runtime
from app.label import find
from app.label.drawing import design
from app.label.drawing.printer import PART, USUAL_HEAD, Printer, head, millimetres
from app.label.drawing.ruler import make_ruler
from app.label.jobs import print_job
from app.label.jobs.ask import ask
from app.label.stamps import life
from app.label.stamps.activate import commission
from app.label.stamps.issue import SHOWN
from app.party.permissions import Permission, permit
from app.web import files, forms

door = Door("label_api", __name__)

_JOB = "/api/labels/<int(max=9223372036854775807):job_id>"
_LAYOUT = design.ROLL_70X40.name


def _said(row: Any) -> dict[str, Any]:
    """A job without its serial numbers."""
    said = {name: getattr(row, name) for name in ("gtin", "lot", "count", "voided", "serialised", "drawn", "carrier", "layout", "note")}
    design = None if row.design_id is None else str(row.design_id)
    return {
        "job": str(row.job_id),
        "parts": -(-row.count // PART),
        "createdAt": row.created_at,
        "design": design,
        "perRoll": row.per_roll,
    } | said


_FIELDS: dict[str, type] = {
    "gtin": str, "lot": str, "count": int, "serialised": bool, "perRoll": int, "carrier": str, "layout": str, "design": forms.Id,
    "range": forms.Id, "note": str,
}  # fmt: skip
_VOID: dict[str, type] = {"serials": list, "all": bool, "reason": str}


@door.route("/api/labels", needs=Permission.LABEL_JOB_WRITE, operation="postLabelJob", methods=("POST",))
def post_label_job() -> Response:
    """Give out serial numbers for a lot, or with lot "" blank stamps: `{"gtin", "lot", "count"}` and how they shall look."""
    body = forms.json_fields(_FIELDS, needed=("gtin", "lot", "count"))
    numbers = {"design_id": body.pop("design", None), "range_id": body.pop("range", None)}
    with forms.as_sent():
        made = ask(**body, **numbers, by=actor(), on=runtime())
    return forms.json_answer(_whole(made.job_id), 201, Location=f"/api/labels/{made.job_id}")


@door.route(f"{_JOB}/commission", needs=Permission.CAPTURE_EVENT_WRITE, operation="commissionLabels", methods=("POST",))
def commission_labels(job_id: int) -> Response:
    """Record that the goods with these labels were made; a second call answers as the first."""
    done = commission(job_id, by=actor(), on=runtime())
    body = {"captureID": done.capture_id, "eventID": done.event_id}
    return forms.json_answer(body, 200 if done.before else 201, Location=f"/epcis/capture/{done.capture_id}")


@door.route("/api/labels", needs=Permission.LABEL_JOB_READ, operation="listLabelJobs")
def list_label_jobs() -> Response:
    """The newest jobs; `?before=` continues with older ones."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    given = request.args.get("before", "")
    before = int(given) if given.isdecimal() and len(given) < 19 else None
    with runtime().store.reading() as connection:
        rows = find.jobs(connection, party_id, find.PAGE + 1, before)
    following = str(rows[find.PAGE - 1].job_id) if len(rows) > find.PAGE else None
    return forms.json_answer({"jobs": [_said(row) for row in rows[: find.PAGE]], "next": following})


def _whole(job_id: int, first: int = 1) -> dict[str, Any]:
    """A job with serial numbers, their links and states, ten thousand at a time; `next` is where the others begin."""
    plan = print_job.plan(job_id, by=actor(), on=runtime())
    last = first + SHOWN - 1
    with runtime().store.reading() as connection:
        rows = find.serials(connection, plan.job.party_id, job_id, first=first, last=last) if plan.job.serialised else []
    serials = [{"serial": row.serial, "state": row.state, "link": plan.label(row.serial).digital_link} for row in rows]
    following = last + 1 if plan.job.serialised and plan.job.count > last else None
    return _said(plan.job) | {"serials": serials, "next": following}


@door.route(_JOB, needs=Permission.LABEL_JOB_READ, operation="getLabelJob")
def get_label_job(job_id: int) -> Response:
    """One job with its serial numbers; `?first=` continues."""
    return forms.json_answer(_whole(job_id, max(1, forms.whole(request.args.get("first", ""), "first", 1))))


@door.route("/api/labels/ruler.pdf", needs=Permission.LABEL_JOB_READ, operation="getLabelRuler")
def get_label_ruler() -> Response:
    """A page to measure how true a printer is, for a layout; `?layout=`."""
    return files.download(make_ruler(design.layout(request.args.get("layout", _LAYOUT))), "application/pdf", "ruler.pdf")


@door.route(f"{_JOB}/sheet.pdf", needs=Permission.LABEL_JOB_READ, operation="getLabelSheet")
def get_label_sheet(job_id: int) -> Response:
    """A part of a thousand labels as PDF; `?layout=&dx=&dy=&part=&dpi=&firstPlace=`."""
    return _sheet(job_id, "pdf", "application/pdf")


@door.route(f"{_JOB}/sheet.zpl", needs=Permission.LABEL_JOB_READ, operation="getLabelZpl")
def get_label_zpl(job_id: int) -> Response:
    """A part of a thousand labels in ZPL II; `?layout=&dx=&dy=&part=&dpi=`."""
    return _sheet(job_id, "zpl", "text/plain; charset=us-ascii")


def _sheet(job_id: int, form: str, media_type: str) -> Response:
    asked = request.args
    right, down = millimetres(asked.get("dx", "0"), asked.get("dy", "0"))
    printer = Printer(head(asked.get("dpi", "")), right, down, forms.whole(asked.get("firstPlace", ""), "firstPlace", 0))
    part, only_head = forms.number(asked.get("part", "1")), files.only_head()
    with forms.as_sent():
        content = print_job.sheet(job_id, form, asked.get("layout", _LAYOUT), printer, part, by=actor(), on=runtime(), only_head=only_head)
    return files.download(content, media_type, f"labels-{job_id}-{part}.{form}")


@door.route(f"{_JOB}/labels/<serial>.svg", needs=Permission.LABEL_JOB_READ, operation="getLabelSvg")
def get_label_svg(job_id: int, serial: str) -> Response:
    """One label as SVG; `?layout=`."""
    content = print_job.picture(job_id, "svg", serial, request.args.get("layout", _LAYOUT), by=actor(), on=runtime())
    return files.download(content, "image/svg+xml", f"label-{job_id}.svg", show=True)


@door.route(f"{_JOB}/labels/<serial>.png", needs=Permission.LABEL_JOB_READ, operation="getLabelPng")
def get_label_png(job_id: int, serial: str) -> Response:
    """One label as PNG for a print head of 203, 300 or 600 dots per inch; `?layout=&dpi=`."""
    asked = request.args
    dpi = head(asked.get("dpi", "")) or USUAL_HEAD
    content = print_job.picture(job_id, "png", serial, asked.get("layout", _LAYOUT), dpi, by=actor(), on=runtime())
    return files.download(content, "image/png", f"label-{job_id}-{dpi}dpi.png", show=True)


@door.route(f"{_JOB}/serials.csv", needs=Permission.LABEL_JOB_READ, operation="getLabelSerials")
def get_label_serials(job_id: int) -> Response:
    """The table of a print house, up to ten thousand labels; a run of the form csv makes larger ones."""
    content = print_job.table(job_id, by=actor(), on=runtime(), only_head=files.only_head())
    return files.download(content, "text/csv; charset=utf-8", f"serials-{job_id}.csv")


@door.route(f"{_JOB}/void", needs=Permission.LABEL_SERIAL_VOID, operation="voidLabels", methods=("POST",))
def void_labels(job_id: int) -> Response:
    """Void labels: `{"serials": […], "reason"}`, or `{"all": true, "reason"}`."""
    body = forms.json_fields(_VOID, needed=("reason",))
    if not body.get("all") and "serials" not in body:
        raise forms.missing(_VOID, "serials")
    numbers = None if body.get("all") else body["serials"]
    return forms.json_answer({"voided": life.void_of_job(job_id, numbers, body["reason"], by=actor(), on=runtime())})
