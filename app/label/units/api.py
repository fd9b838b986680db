"""JSON doors of logistic units: SSCCs given out, their batches, and the logistic labels of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from app.api.door import Door, actor, runtime
from app.label.drawing.printer import head, millimetres
from app.label.stamps import find as stamps
from app.label.stamps import sscc
from app.label.units import find, labels
from app.label.units.give import give
from app.party.permissions import Permission, permit
from app.store.keys import parse_id
from app.web import files, forms

door = Door("units_api", __name__)

_BATCH = "/api/sscc-batches/<int(max=9223372036854775807):batch_id>"
_ZPL = "text/plain; charset=us-ascii"
_FIELDS: dict[str, type] = {
    "count": int, "prefix": str, "extension": int, "gtin": str, "lot": str, "quantity": int, "expiry": str, "shipTo": str,
}  # fmt: skip


# ------------------------------------------------------------------------------------------------ SSCCs


@door.route("/api/ssccs", needs=Permission.LABEL_JOB_READ, operation="listSsccs")
def list_ssccs() -> Response:
    """SSCCs that were given out, newest first; `?before=` continues with older ones."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        rows = stamps.ssccs(connection, party_id, stamps.PAGE + 1, request.args.get("before", ""))
    following = stamps.cursor(rows[stamps.PAGE - 1]) if len(rows) > stamps.PAGE else None
    return forms.json_answer({"ssccs": [_number(row) for row in rows[: stamps.PAGE]], "next": following})


def _number(row: Any) -> dict[str, Any]:
    held = {name: getattr(row, name) for name in ("sscc", "gtin", "lot", "quantity", "expiry")}
    state = {"createdAt": row.created_at, "voidedAt": row.voided_at, "voidReason": row.void_reason}
    return held | {"batch": str(row.batch_id), "shipTo": row.ship_to} | state


@door.route("/api/ssccs", needs=Permission.LABEL_SSCC_WRITE, operation="postSsccs", methods=("POST",))
def post_ssccs() -> Response:
    """Give out a batch: `{"count", "prefix", "extension", "gtin", "lot", "quantity", "expiry", "shipTo"}`; only the count is needed."""
    body = forms.json_fields(_FIELDS, needed=("count",))
    with forms.as_sent():
        given = give(body.pop("count"), **body, by=actor(), on=runtime())
    location = f"/api/sscc-batches/{given.batch_id}"
    return forms.json_answer({"batch": str(given.batch_id), "ssccs": given.ssccs}, 201, Location=location)


@door.route("/api/ssccs/<number>/void", needs=Permission.LABEL_SERIAL_VOID, operation="voidSscc", methods=("POST",))
def void_sscc(number: str) -> Response:
    """Void an SSCC: `{"reason"}`."""
    reason = forms.json_fields({"reason": str}, needed=("reason",))["reason"]
    sscc.void_sscc(number, reason, by=actor(), on=runtime())
    return Response(status=204)


# ------------------------------------------------------------------------------------------------ batches


def _said(batch: find.Batch) -> dict[str, Any]:
    held = {name: getattr(batch, name) for name in ("count", "gtin", "lot", "quantity", "expiry")}
    return {"batch": str(batch.batch_id)} | held | {"shipTo": batch.ship_to or None, "createdAt": batch.created_at}


@door.route("/api/sscc-batches", needs=Permission.LABEL_JOB_READ, operation="listSsccBatches")
def list_sscc_batches() -> Response:
    """SSCCs as they were given out together, newest first; `?before=` continues with older ones."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        rows = find.batches(connection, party_id, parse_id(request.args.get("before", "")), find.PAGE + 1)
    following = str(rows[find.PAGE - 1].batch_id) if len(rows) > find.PAGE else None
    return forms.json_answer({"batches": [_said(row) for row in rows[: find.PAGE]], "next": following})


@door.route(_BATCH, needs=Permission.LABEL_JOB_READ, operation="getSsccBatch")
def get_sscc_batch(batch_id: int) -> Response:
    """A batch with all its units in the order in which they are printed."""
    printed = labels.printing(batch_id, by=actor(), on=runtime())
    with runtime().store.reading() as connection:
        units = find.units(connection, actor().party, batch_id, 1, printed.batch.count)
    listed = [{"place": unit.place, "sscc": unit.sscc, "voidedAt": unit.voided_at, "voidReason": unit.void_reason} for unit in units]
    return forms.json_answer(_said(printed.batch) | {"shipFrom": printed.ship_from, "units": listed})


def wish(asked: Mapping[str, str], sscc: str = "") -> labels.Wish:
    """How a file is asked for in a query. Raises ResolutionUnknown, OffsetTooFar."""
    last, offset = asked.get("last", ""), millimetres(asked.get("dx", "0"), asked.get("dy", "0"))
    return labels.Wish(
        asked.get("layout", "") or labels.Wish().layout, head(asked.get("dpi", "")), *offset,
        forms.number(asked.get("first", "") or "1"), forms.number(last) if last else None, sscc,
    )  # fmt: skip


@door.route(f"{_BATCH}/labels.pdf", needs=Permission.LABEL_JOB_READ, operation="getUnitLabelsPdf")
def get_unit_labels_pdf(batch_id: int) -> Response:
    """Up to a thousand logistic labels as PDF; `?layout=&dpi=&dx=&dy=&first=&last=`."""
    return files.download(labels.pdf(batch_id, wish(request.args), by=actor(), on=runtime()), "application/pdf", f"units-{batch_id}.pdf")


@door.route(f"{_BATCH}/labels.zpl", needs=Permission.LABEL_JOB_READ, operation="getUnitLabelsZpl")
def get_unit_labels_zpl(batch_id: int) -> Response:
    """Up to a thousand logistic labels in ZPL II; `?layout=&dpi=&dx=&dy=&first=&last=`."""
    return files.download(labels.zpl(batch_id, wish(request.args), by=actor(), on=runtime()), _ZPL, f"units-{batch_id}.zpl")


@door.route(f"{_BATCH}/labels.csv", needs=Permission.LABEL_JOB_READ, operation="getUnitLabelsCsv")
def get_unit_labels_csv(batch_id: int) -> Response:
    """Numbers and symbol contents for a print house, up to a thousand units; `?first=&last=`."""
    content = labels.table(batch_id, wish(request.args), by=actor(), on=runtime())
    return files.download(content, "text/csv; charset=utf-8", f"units-{batch_id}.csv")


@door.route(f"{_BATCH}/labels/<number>.svg", needs=Permission.LABEL_JOB_READ, operation="getUnitLabelSvg")
def get_unit_label_svg(batch_id: int, number: str) -> Response:
    """The logistic label of one unit as SVG; `?layout=&dpi=`."""
    content = labels.svg(batch_id, wish(request.args, number), by=actor(), on=runtime())
    return files.download(content, "image/svg+xml", f"unit-{batch_id}.svg", show=True)


@door.route(f"{_BATCH}/labels/<number>.png", needs=Permission.LABEL_JOB_READ, operation="getUnitLabelPng")
def get_unit_label_png(batch_id: int, number: str) -> Response:
    """The logistic label of one unit as PNG; `?layout=&dpi=`."""
    content = labels.png(batch_id, wish(request.args, number), by=actor(), on=runtime())
    return files.download(content, "image/png", f"unit-{batch_id}.png", show=True)
