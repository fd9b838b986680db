"""The capture half of the EPCIS 2.0 REST binding that exists today, and a dry run."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote, unquote

import orjson
from flask import Response, request

from app.api.door import Door, actor, runtime
from app.api.problem import UnreadableMediaType, language
from app.capture import find, read
from app.capture.accept import JSON_TYPES, Receipt, accept, check
from app.ledger import find as log_find
from app.ledger import sequencer
from app.party.permissions import Permission, permit
from app.words.refusals import describe_finding

door = Door("capture_api", __name__)

_VERSIONS = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}
_WAIT_SECONDS = 10.0


def _json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    answer = Response(orjson.dumps(body), status, content_type="application/json")
    answer.headers.update(_VERSIONS | (headers or {}))
    return answer


def _read_body() -> bytes:
    if request.mimetype not in JSON_TYPES:
        raise UnreadableMediaType(found=request.mimetype or "-", expected=", ".join(JSON_TYPES))
    return request.get_data(cache=False)


def _wait_for_checkpoint(receipt: Receipt) -> list[dict[str, Any]]:
    """The log proofs of the receipt's events, once a checkpoint covers them (`?wait=checkpoint`)."""
    on, deadline = runtime(), time.monotonic() + _WAIT_SECONDS
    while True:
        with on.store.reading() as connection:
            proofs = log_find.proofs(connection, receipt.row_ids)
        if len(proofs) == len(receipt.row_ids) or time.monotonic() > deadline:
            return [{"index": proofs[number].index, "proof": proofs[number].as_file()} for number in receipt.row_ids if number in proofs]
        sequencer.integrate(on=on)


def _receipt(receipt: Receipt) -> dict[str, Any]:
    body = receipt.to_json() | {"running": False, "success": True, "captureErrorBehaviour": "rollback", "finishedAt": receipt.to_json()["createdAt"]}
    if request.args.get("wait") == "checkpoint":
        body["log"] = _wait_for_checkpoint(receipt)
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
    receipt = accept(_read_body(), by=actor(), on=runtime(), content_type=request.mimetype, bare=True)
    return _json(_receipt(receipt), 201, {"Location": f"/epcis/events/{quote(receipt.events[0].event_id, safe='')}"})


@door.route("/epcis/capture", needs=Permission.CAPTURE_EVENT_READ, operation="listCaptureJobs")
def list_capture_jobs() -> Response:
    """The newest capture jobs of one's own organisation."""
    jobs, next_before = read.jobs(by=actor(), on=runtime(), count=_per_page(), before=_token())
    links = {"Link": f'</epcis/capture?perPage={_per_page()}&nextPageToken={next_before}>; rel="next"'} if next_before else {}
    return _json(jobs, headers=links)


@door.route("/epcis/capture/<capture_id>", needs=Permission.CAPTURE_EVENT_READ, operation="getCaptureJob")
def get_capture_job(capture_id: str) -> Response:
    """One capture job."""
    return _json(read.job(capture_id, by=actor(), on=runtime()))


@door.route("/epcis/events/<path:event_id>", needs=Permission.CAPTURE_EVENT_READ, operation="getEvent")
def get_event(event_id: str) -> Response:
    """An event with its error declarations, as an EPCISQueryDocument."""
    raw = request.environ.get("RAW_URI")
    if raw:
        event_id = unquote(raw.split("?", 1)[0].split("/epcis/events/", 1)[-1])
    return _json(read.event_document(event_id, by=actor(), on=runtime()))


@door.route("/api/capture/check", needs=Permission.CAPTURE_EVENT_WRITE, operation="checkCapture", methods=("POST",))
def check_capture() -> Response:
    """Judge a document without keeping anything."""
    permit(actor(), Permission.CAPTURE_EVENT_WRITE)
    _, events, findings = check(_read_body(), on=runtime(), bare=request.args.get("bare") == "true")
    told = [describe_finding(item, language()) for item in findings[:100]]
    return _json({"valid": not findings, "events": len(events), "findings": told, "findingsTotal": len(findings)})


def _per_page() -> int:
    given = request.args.get("perPage", "30")
    return max(1, min(int(given) if given.isdecimal() and len(given) < 6 else 30, 1000))  # noqa: PLR2004  # EPCIS 2.0: default 30, an upper bound


def _token() -> int | None:
    given = request.args.get("nextPageToken", "")
    return int(given) if given.isdecimal() and len(given) < 20 else None  # noqa: PLR2004  # a 63-bit number has at most 19 digits
