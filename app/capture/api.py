"""Single events over the EPCIS 2.0 REST binding, sheets, and a dry run; documents are in `jobs/api.py`."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, request

from app.api import epcis
from app.api.door import Door, actor, runtime
from app.api.problem import UnreadableMediaType, language
from app.capture import draft
from app.capture.accept import accept, check
from app.capture.jobs.api import body, headers, told
from app.capture.sheets import sheet
from app.capture.sheets.sheet_refusals import SheetEmpty
from app.party.permissions import Permission, permit
from app.words.refusals import describe_finding

door = Door("capture_api", __name__)


def _json(answer: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    made = Response(orjson.dumps(answer), status, content_type="application/json")
    made.headers.update(headers or {})
    return made


@door.route("/epcis/events", needs=Permission.CAPTURE_EVENT_WRITE, operation="postEvent", methods=("POST",))
def post_event() -> Response:
    """Capture one bare event: 201 with its address."""
    permit(actor(), Permission.CAPTURE_EVENT_WRITE)
    asked = epcis.incoming()
    with body(runtime().settings.max_body_bytes, bare=True) as arrived:
        raw = arrived.read()
    receipt = accept(
        raw, by=actor(), on=runtime(), content_type=request.mimetype, bare=True, lenient=asked.lenient,
        idempotency_key=request.headers.get("Idempotency-Key"),
    )  # fmt: skip
    place = {"Location": f"/epcis/events/{quote(receipt.events[0].event_id, safe='')}"}
    return epcis.answer(told(receipt), 201, headers(asked) | place)


@door.route("/api/capture/check", needs=Permission.CAPTURE_EVENT_WRITE, operation="checkCapture", methods=("POST",))
def check_capture() -> Response:
    """Judge a document without keeping anything."""
    permit(actor(), Permission.CAPTURE_EVENT_WRITE)
    bare, lenient = (request.args.get(name) == "true" for name in ("bare", "lenient"))
    with body(runtime().settings.max_body_bytes, bare=bare) as arrived:
        raw = arrived.read()
    checked = check(raw, on=runtime(), content_type=request.mimetype, bare=bare, lenient=lenient)
    findings = checked.findings
    listed = [describe_finding(item, language()) for item in findings[:100]]
    answer: dict[str, Any] = {"valid": not findings, "events": len(checked.events), "findings": listed, "findingsTotal": len(findings)}
    if checked.changes:
        answer |= {"changes": [describe_finding(item, language()) for item in checked.changes[:100]], "changesTotal": len(checked.changes)}
    return _json(answer)


@door.route("/api/capture/sheet", needs=Permission.CAPTURE_EVENT_WRITE, operation="postSheet", methods=("POST",))
def post_sheet() -> Response:
    """Capture a sheet of events, .xlsx or .csv, as a form field `file` or as the body; `?dryRun=true` keeps nothing."""
    permit(actor(), Permission.CAPTURE_EVENT_WRITE)
    raw, kind = _sheet_body()
    if request.args.get("dryRun", "false") == "true":
        judged = sheet.judge(raw, kind, by=actor(), on=runtime())
        listed = [describe_finding(item, language()) for item in judged.findings[:100]]
        answer = {"valid": not judged.findings, "events": len(judged.events), "known": judged.known, "findings": listed}
        return _json(answer | {"findingsTotal": len(judged.findings), "remarks": _remarks(judged)})
    receipt, judged = sheet.accept(raw, kind, by=actor(), on=runtime())
    return _json(told(receipt) | {"remarks": _remarks(judged)}, 201, {"Location": f"/epcis/capture/{receipt.capture_id}"})


def _sheet_body() -> tuple[bytes, str]:
    """(bytes, kind) of the sheet that was sent. Raises UnreadableMediaType, FileKindUnknown, SheetEmpty."""
    if request.mimetype == "multipart/form-data":
        sent = request.files.get("file")
        if sent is None:
            raise SheetEmpty(pointer="/file")
        kind = draft.kind_of(sent.filename or "", "" if sent.filename else sent.mimetype)
        raw = sent.read()
    else:
        kind, raw = sheet.TYPES.get(request.mimetype, draft.JSON), request.get_data(cache=False)
    if kind == draft.JSON:
        raise UnreadableMediaType(found=request.mimetype or "-", expected=", ".join(sheet.TYPES))
    return raw, kind


def _remarks(judged: sheet.JudgedSheet) -> list[dict[str, Any]]:
    return [describe_finding(item, language()) for item in judged.remarks]
