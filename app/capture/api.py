"""The capture half of the EPCIS 2.0 REST binding that exists today, and a dry run."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, request

from app.api import epcis, parameters
from app.api.door import Door, actor, runtime
from app.api.problem import UnreadableMediaType, language
from app.capture import draft, read, reading
from app.capture.accept import Receipt, accept, check
from app.capture.sheets import sheet
from app.capture.sheets.sheet_refusals import SheetEmpty
from app.ledger import wait
from app.party.permissions import Permission, permit
from app.words.refusals import describe_finding

door = Door("capture_api", __name__)

_VERSIONS = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    answer = Response(orjson.dumps(body), status, content_type="application/json")
    answer.headers.update(_VERSIONS | (headers or {}))
    return answer


def _read_body(*, bare: bool = False) -> bytes:
    """The body; one event without a document around it comes as JSON only (EPCIS 2.0 REST binding, POST /events)."""
    known = reading.JSON_TYPES if bare else reading.TYPES
    binding = reading.binding_of(request.mimetype)
    if binding is None or (bare and binding != reading.JSON):
        raise UnreadableMediaType(found=request.mimetype or "-", expected=", ".join(known))
    return request.get_data(cache=False)


def _wait_for_checkpoint(receipt: Receipt) -> dict[str, Any]:
    """The log proofs of the receipt's events (`?wait=checkpoint`); the events are durable, so a log that is late is no refusal."""
    waited = wait.for_proofs(receipt.row_ids, on=runtime())
    if waited.pending is not None:
        return {"log": None, "logPending": waited.pending}
    return {"log": [{"index": proof.index, "proof": proof.as_file()} for proof in waited.proofs]}


def _receipt(receipt: Receipt) -> dict[str, Any]:
    body = receipt.to_json() | {
        "running": False,
        "success": True,
        "captureErrorBehaviour": "rollback",
        "finishedAt": receipt.to_json()["createdAt"],
    }
    if request.args.get("wait") == "checkpoint":
        body |= _wait_for_checkpoint(receipt)
    return body


@door.route("/epcis/capture", needs=Permission.CAPTURE_EVENT_WRITE, operation="postCapture", methods=("POST",))
def post_capture() -> Response:
    """Capture a document: 202 once every event of it is durable."""
    receipt = accept(
        _read_body(), by=actor(), on=runtime(), content_type=request.mimetype, idempotency_key=request.headers.get("Idempotency-Key")
    )
    return _json(_receipt(receipt), 202, {"Location": f"/epcis/capture/{receipt.capture_id}"})


@door.route("/epcis/events", needs=Permission.CAPTURE_EVENT_WRITE, operation="postEvent", methods=("POST",))
def post_event() -> Response:
    """Capture one bare event: 201 with its address."""
    key = request.headers.get("Idempotency-Key")
    receipt = accept(_read_body(bare=True), by=actor(), on=runtime(), content_type=request.mimetype, bare=True, idempotency_key=key)
    return _json(_receipt(receipt), 201, {"Location": f"/epcis/events/{quote(receipt.events[0].event_id, safe='')}"})


@door.route("/epcis/capture", needs=Permission.CAPTURE_EVENT_READ, operation="listCaptureJobs")
def list_capture_jobs() -> Response:
    """The newest capture jobs of one's own organisation."""
    count = parameters.count("perPage", default=30, most=1000)  # EPCIS 2.0 REST binding: default 30
    jobs, next_before = read.jobs(by=actor(), on=runtime(), count=count, before=parameters.token("nextPageToken"))
    links = {"Link": f'</epcis/capture?perPage={count}&nextPageToken={next_before}>; rel="next"'} if next_before else {}
    return _json(jobs, headers=links)


@door.route("/epcis/capture/<capture_id>", needs=Permission.CAPTURE_EVENT_READ, operation="describeCaptureJob", methods=("OPTIONS",))
def describe_capture_job(capture_id: str) -> Response:
    """What may be asked of a capture job."""
    read.job(capture_id, by=actor(), on=runtime())
    return epcis.discovery("GET", xml=True)


@door.route("/epcis/capture/<capture_id>", needs=Permission.CAPTURE_EVENT_READ, operation="getCaptureJob")
def get_capture_job(capture_id: str) -> Response:
    """One capture job."""
    return _json(read.job(capture_id, by=actor(), on=runtime()))


@door.route("/api/capture/check", needs=Permission.CAPTURE_EVENT_WRITE, operation="checkCapture", methods=("POST",))
def check_capture() -> Response:
    """Judge a document without keeping anything."""
    permit(actor(), Permission.CAPTURE_EVENT_WRITE)
    bare, lenient = (request.args.get(name) == "true" for name in ("bare", "lenient"))
    checked = check(_read_body(bare=bare), on=runtime(), content_type=request.mimetype, bare=bare, lenient=lenient)
    findings = checked.findings
    told = [describe_finding(item, language()) for item in findings[:100]]
    body = {"valid": not findings, "events": len(checked.events), "findings": told, "findingsTotal": len(findings)}
    if checked.changes:
        body |= {"changes": [describe_finding(item, language()) for item in checked.changes[:100]], "changesTotal": len(checked.changes)}
    return _json(body)


@door.route("/api/capture/sheet", needs=Permission.CAPTURE_EVENT_WRITE, operation="postSheet", methods=("POST",))
def post_sheet() -> Response:
    """Capture a sheet of events, .xlsx or .csv, as a form field `file` or as the body; `?dryRun=true` keeps nothing."""
    permit(actor(), Permission.CAPTURE_EVENT_WRITE)
    raw, kind = _sheet_body()
    if request.args.get("dryRun", "false") == "true":
        judged = sheet.judge(raw, kind, by=actor(), on=runtime())
        told = [describe_finding(item, language()) for item in judged.findings[:100]]
        body = {"valid": not judged.findings, "events": len(judged.events), "known": judged.known, "findings": told}
        return _json(body | {"findingsTotal": len(judged.findings), "remarks": _remarks(judged)})
    receipt, judged = sheet.accept(raw, kind, by=actor(), on=runtime())
    return _json(_receipt(receipt) | {"remarks": _remarks(judged)}, 201, {"Location": f"/epcis/capture/{receipt.capture_id}"})


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
