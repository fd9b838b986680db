"""JSON doors of label jobs: ask for labels, fetch their files, void them."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request

from app.api.door import Door, actor, runtime
from app.errors import Invalid
from app.label import find
from app.label.drawing import design
from app.label.drawing.ruler import make_ruler
from app.label.drawing.sheet import RESOLUTIONS
from app.label.jobs import print_job
from app.label.jobs.ask import ask
from app.label.refusals import ResolutionUnknown
from app.label.stamps import life
from app.label.stamps.activate import commission
from app.label.stamps.issue import SHOWN
from app.party.permissions import Permission, permit
from app.store.keys import parse_id
from app.web import forms

door = Door("label_api", __name__)

_JOB = "/api/labels/<int(max=9223372036854775807):job_id>"
_LAYOUT = design.ROLL_70X40.name


class FieldWrong(Invalid):
    """A field of the request is missing or of another type."""

    code = "label.field-wrong"


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    answer = Response(orjson.dumps(body), status, content_type="application/json")
    answer.headers.update(headers or {})
    return answer


def download(content: bytes | str, content_type: str, name: str, *, show: bool = False) -> Response:
    """A file to keep, or with `show` one that a page may hold."""
    answer = Response(content, content_type=content_type)
    answer.headers["Content-Disposition"] = f'{"inline" if show else "attachment"}; filename="{name}"'
    return answer


def _said(row: Any) -> dict[str, Any]:
    """A job without its serial numbers."""
    at = row.created_at.isoformat().replace("+00:00", "Z")
    said = {
        name: getattr(row, name)
        for name in ("gtin", "lot", "count", "voided", "serialised", "drawn", "per_roll", "carrier", "layout", "note")
    }
    design = None if row.design_id is None else str(row.design_id)
    return {"job": str(row.job_id), "parts": -(-row.count // print_job.PART), "createdAt": at, "design": design} | said


def _field(body: dict[str, Any], name: str, kind: type) -> Any:
    value = body.get(name)
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        raise FieldWrong(pointer=f"/{name}", field=name, expected={str: "text", int: "number", list: "list"}.get(kind, kind.__name__))
    return value


_FIELDS = ("gtin", "lot", "count", "serialised", "per_roll", "carrier", "layout", "design", "range", "note")
_MORE: dict[str, type] = {"serialised": bool, "per_roll": int, "carrier": str, "layout": str, "note": str}


@door.route("/api/labels", needs=Permission.LABEL_JOB_WRITE, operation="postLabelJob", methods=("POST",))
def post_label_job() -> Response:
    """Give out serial numbers for a lot, or with lot "" blank stamps: `{"gtin", "lot", "count"}` and how they shall look."""
    body = {name: value for name, value in forms.json_object(*_FIELDS).items() if value is not None}
    gtin, lot, count = _field(body, "gtin", str), _field(body, "lot", str), _field(body, "count", int)
    more = {name: _field(body, name, kind) for name, kind in _MORE.items() if name in body}
    numbers = {name: _number_of(body, name) for name in ("design", "range") if name in body}
    made = ask(gtin, lot, count, by=actor(), on=runtime(), design_id=numbers.get("design"), range_id=numbers.get("range"), **more)
    return _json(_whole(made.job_id), 201, {"Location": f"/api/labels/{made.job_id}"})


def _number_of(body: dict[str, Any], name: str) -> int:
    """A 63-bit number as text."""
    found = parse_id(_field(body, name, str))
    if found is None:
        raise FieldWrong(pointer=f"/{name}", field=name, expected="number as text")
    return found


@door.route(f"{_JOB}/commission", needs=Permission.CAPTURE_EVENT_WRITE, operation="commissionLabels", methods=("POST",))
def commission_labels(job_id: int) -> Response:
    """Record that the goods with these labels were made; a second call answers as the first."""
    done = commission(job_id, by=actor(), on=runtime())
    body = {"captureID": done.capture_id, "eventID": done.event_id}
    return _json(body, 200 if done.before else 201, {"Location": f"/epcis/capture/{done.capture_id}"})


@door.route("/api/labels", needs=Permission.LABEL_JOB_READ, operation="listLabelJobs")
def list_label_jobs() -> Response:
    """The newest jobs; `?before=` continues with older ones."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    given = request.args.get("before", "")
    before = int(given) if given.isdecimal() and len(given) < 19 else None
    with runtime().store.reading() as connection:
        rows = find.jobs(connection, party_id, find.PAGE + 1, before)
    following = str(rows[find.PAGE - 1].job_id) if len(rows) > find.PAGE else None
    return _json({"jobs": [_said(row) for row in rows[: find.PAGE]], "next": following})


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
    return _json(_whole(job_id, max(1, number(request.args.get("first", "1")))))


def number(text: str) -> int:
    """A small number of a query string, 0 for anything else: what is asked for then does not exist."""
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def head(text: str) -> int | None:
    """The dots per inch of a print head as asked for, None when nobody said; raises ResolutionUnknown."""
    if text and number(text) not in RESOLUTIONS:
        raise ResolutionUnknown(pointer="/dpi", dpi=text[:20], known=", ".join(map(str, RESOLUTIONS)))
    return number(text) if text else None


@door.route("/api/labels/ruler.pdf", needs=Permission.LABEL_JOB_READ, operation="getLabelRuler")
def get_label_ruler() -> Response:
    """A page to measure how true a printer is, for a layout; `?layout=`."""
    return download(make_ruler(design.layout(request.args.get("layout", _LAYOUT))), "application/pdf", "ruler.pdf")


@door.route(f"{_JOB}/sheet.pdf", needs=Permission.LABEL_JOB_READ, operation="getLabelSheet")
def get_label_sheet(job_id: int) -> Response:
    """A part of a thousand labels as PDF; `?layout=&dx=&dy=&part=&dpi=&first_place=`."""
    asked = request.args
    part, layout, dpi = number(asked.get("part", "1")), asked.get("layout", _LAYOUT), head(asked.get("dpi", ""))
    content = print_job.pdf(
        job_id, layout, asked.get("dx", "0"), asked.get("dy", "0"), part, dpi=dpi, first_place=number(asked.get("first_place", "0")),
        by=actor(), on=runtime(),
    )  # fmt: skip
    return download(content, "application/pdf", f"labels-{job_id}-{part}.pdf")


@door.route(f"{_JOB}/sheet.zpl", needs=Permission.LABEL_JOB_READ, operation="getLabelZpl")
def get_label_zpl(job_id: int) -> Response:
    """A part of a thousand labels in ZPL II; `?layout=&dx=&dy=&part=&dpi=`."""
    asked = request.args
    part, layout, dpi = number(asked.get("part", "1")), asked.get("layout", _LAYOUT), head(asked.get("dpi", "")) or print_job.USUAL_HEAD
    content = print_job.zpl(job_id, layout, dpi, asked.get("dx", "0"), asked.get("dy", "0"), part, by=actor(), on=runtime())
    return download(content, "text/plain; charset=us-ascii", f"labels-{job_id}-{part}.zpl")


@door.route(f"{_JOB}/labels/<serial>.svg", needs=Permission.LABEL_JOB_READ, operation="getLabelSvg")
def get_label_svg(job_id: int, serial: str) -> Response:
    """One label as SVG; `?layout=`."""
    content = print_job.svg(job_id, serial, request.args.get("layout", _LAYOUT), by=actor(), on=runtime())
    return download(content, "image/svg+xml", f"label-{job_id}.svg", show=True)


@door.route(f"{_JOB}/labels/<serial>.png", needs=Permission.LABEL_JOB_READ, operation="getLabelPng")
def get_label_png(job_id: int, serial: str) -> Response:
    """One label as PNG for a print head of 203, 300 or 600 dots per inch; `?layout=&dpi=`."""
    asked = request.args
    dpi = head(asked.get("dpi", "")) or print_job.USUAL_HEAD
    content = print_job.png(job_id, serial, asked.get("layout", _LAYOUT), dpi, by=actor(), on=runtime())
    return download(content, "image/png", f"label-{job_id}-{dpi}dpi.png", show=True)


@door.route(f"{_JOB}/serials.csv", needs=Permission.LABEL_JOB_READ, operation="getLabelSerials")
def get_label_serials(job_id: int) -> Response:
    """Serial numbers and links for a print house."""
    return download(print_job.serials_csv(job_id, by=actor(), on=runtime()), "text/csv; charset=utf-8", f"serials-{job_id}.csv")


@door.route(f"{_JOB}/void", needs=Permission.LABEL_SERIAL_VOID, operation="voidLabels", methods=("POST",))
def void_labels(job_id: int) -> Response:
    """Void labels: `{"serials": […], "reason"}`, or `{"all": true, "reason"}`."""
    body = forms.json_object("serials", "all", "reason")
    reason = _field(body, "reason", str)
    numbers = None if body.get("all") is True else _field(body, "serials", list)
    if numbers is not None and not all(isinstance(each, str) for each in numbers):
        raise FieldWrong(pointer="/serials", field="serials", expected="list of text")
    return _json({"voided": life.void_of_job(job_id, numbers, reason, by=actor(), on=runtime())})
