"""JSON door of sheets of label jobs: what a file would make, and making it."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.api import parameters
from app.api.door import Door, actor, runtime
from app.api.problem import MOST_FINDINGS, UnreadableMediaType, language
from app.capture.sheets.sheet import TYPES
from app.errors import Finding
from app.label.excel.judge import judge
from app.label.excel.make import make
from app.label.excel.planned import Judged, Planned
from app.party.permissions import Permission
from app.web.forms import json_answer
from app.words.refusals import describe_finding

door = Door("excel_api", __name__)


@door.route("/api/labels/excel", needs=Permission.LABEL_JOB_WRITE, operation="postLabelSheet", methods=("POST",))
def post_label_sheet() -> Response:
    """Make the jobs of a sheet: all or none, with ?skip=wrong those of its good rows; ?check=only says what would be made.

    Sent again, whole or corrected, it makes only what is missing.
    """
    kind = TYPES.get(request.mimetype)
    if kind is None:
        raise UnreadableMediaType(found=request.mimetype[:80], expected=", ".join(TYPES))
    raw = request.get_data()
    if _given("check", "only"):
        return json_answer(_said(judge(raw, kind, by=actor(), on=runtime()), {}, [], checked=True))
    done = make(raw, kind, skip_wrong=_given("skip", "wrong"), by=actor(), on=runtime())
    return json_answer(_said(done.judged, done.jobs, done.failed, checked=False), 201 if done.jobs else 200)


def _given(name: str, only: str) -> bool:
    """Whether a parameter that has one value is there. Raises ParameterInvalid for another value."""
    text = request.args.get(name, "")
    if text not in {"", only}:
        raise parameters.ParameterInvalid(pointer=f"?{name}", name=name, given=text[:40], expected=only)
    return bool(text)


def _said(judged: Judged, jobs: dict[int, int], failed: list[Finding], *, checked: bool) -> dict[str, Any]:
    wrong = [*judged.findings, *failed]
    return {
        "checkedOnly": checked,
        "made": len(jobs),
        "before": judged.count("made"),
        "wrong": judged.wrong_rows + len(failed),
        "labels": judged.labels("new") if checked else sum(row.wish.count for row in judged.rows if row.wish.row in jobs),
        "rows": [_row(row, jobs, {finding.pointer for finding in failed}) for row in judged.rows],
        "findings": [describe_finding(finding, language()) for finding in wrong[:MOST_FINDINGS]],
        "findingsTotal": len(wrong),
        "remarks": [describe_finding(remark, language()) for remark in judged.remarks],
    }


def _row(row: Planned, jobs: dict[int, int], failed: set[str]) -> dict[str, Any]:
    """What a row makes; job is null while there is none."""
    wish = row.wish
    job = jobs.get(wish.row) or (row.made.job_id if row.made else None)
    state = "made" if wish.row in jobs else "wrong" if f"row={wish.row}" in failed else {"made": "before"}.get(row.state, row.state)
    return {
        "row": wish.row, "state": state, "job": str(job) if job is not None else None, "gtin": row.gtin or None, "lot": wish.lot or None,
        "newLot": row.new_lot, "expiry": (row.days.expiry or None) if row.days else None, "count": wish.count, "serialised": row.serialised,
        "perRoll": wish.per_roll, "layout": row.look.layout or None, "design": str(row.look.design_id) if row.look.design_id else None,
        "carrier": row.carrier or None, "note": wish.note or None,
    }  # fmt: skip
