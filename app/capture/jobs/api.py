"""Capture over the EPCIS 2.0 REST binding: documents of every binding in, and the jobs that tell what became of them."""

from __future__ import annotations

import io
from functools import cache
from typing import IO, Any

from flask import Response, request

from app.api import epcis, parameters
from app.api.door import Door, actor, runtime
from app.api.epcis import JSON, XML, Incoming
from app.api.problem import UnreadableMediaType, language
from app.capture import reading
from app.capture.accept import Receipt, accept
from app.capture.binding import xml_out
from app.capture.jobs import read, submit
from app.capture.jobs.read import Job
from app.capture.jobs.refusals import DocumentTooLarge
from app.capture.jobs.unpacking import spooled, unpack
from app.errors import Finding, Refusal, children
from app.ledger import wait
from app.party.permissions import Permission, permit
from app.words.refusals import describe_finding

door = Door("capture_jobs_api", __name__)

MOST_TOLD = 1_000
"""Errors and changes in one answer; their number is always given."""

_PIECE = 262_144


@door.route("/epcis/capture", needs=Permission.CAPTURE_EVENT_WRITE, operation="postCapture", methods=("POST",))
def post_capture() -> Response:
    """Capture a document: 202 once every event of it is durable, or, for a large one, once all of its bytes are."""
    permit(actor(), Permission.CAPTURE_EVENT_WRITE)
    asked = epcis.incoming()
    key = request.headers.get("Idempotency-Key")
    with body(runtime().settings.max_document_bytes) as arrived:
        size = arrived.seek(0, io.SEEK_END)
        arrived.seek(0)
        if asked.respond_async or size > runtime().settings.capture_at_once_bytes:
            return _in_custody(arrived, asked, key)
        raw = arrived.read()
    receipt = accept(
        raw, by=actor(), on=runtime(), content_type=request.mimetype, idempotency_key=key, behaviour=asked.behaviour, lenient=asked.lenient
    )
    return epcis.answer(told(receipt), 202, headers(asked) | {"Location": f"/epcis/capture/{receipt.capture_id}"})


def _in_custody(arrived: IO[bytes], asked: Incoming, key: str | None) -> Response:
    number = submit.submit(
        arrived, by=actor(), on=runtime(), content_type=request.mimetype, behaviour=asked.behaviour, lenient=asked.lenient,  # type: ignore[arg-type]  # a spooled file is a binary file
        idempotency_key=key,
    )  # fmt: skip
    job = read.job(str(number), by=actor(), on=runtime())
    return epcis.answer(job_body(job, language()), 202, headers(asked) | {"Location": f"/epcis/capture/{number}"})


def headers(asked: Incoming) -> dict[str, str]:
    """What is said of honoured preferences (RFC 7240)."""
    return {"Preference-Applied": asked.applied, "Vary": "Prefer"} if asked.applied else {}


def body(most: int, *, bare: bool = False) -> IO[bytes]:
    """The body as a file at its beginning, unpacked when it was compressed; to be closed. most: bytes of it, packed or not.

    bare: one event without a document around it, which comes as JSON only (EPCIS 2.0 REST binding, POST /events). Raises
    UnreadableMediaType, DocumentTooLarge, CodingUnknown, BodyBroken, TooDense.
    """
    kinds = reading.JSON_TYPES if bare else reading.TYPES
    binding = reading.binding_of(request.mimetype)
    if binding is None or (bare and binding != reading.JSON):
        raise UnreadableMediaType(found=request.mimetype or "-", expected=", ".join(kinds))
    request.max_content_length = most
    if (request.content_length or 0) > most:
        raise DocumentTooLarge(limit=most)
    arrived = _arrived(runtime().settings.capture_at_once_bytes)
    coding = request.headers.get("Content-Encoding", "").strip()
    if coding.lower() in {"", "identity"}:
        return arrived
    with arrived:
        return unpack(arrived, coding, most)  # type: ignore[arg-type]  # a spooled file is a binary file


def _arrived(small: int) -> IO[bytes]:
    """The body as it was sent: in memory when its length is said and small, otherwise in a file."""
    held = request.environ.get("truyxuat.body")
    if held is not None:
        found: IO[bytes] = held
        return found
    if request.content_length is not None and request.content_length <= small:
        return io.BytesIO(request.get_data(cache=False))
    made = spooled()
    while piece := request.stream.read(_PIECE):
        made.write(piece)
    made.seek(0)
    return made


def told(receipt: Receipt) -> dict[str, Any]:
    """A receipt as the job that is done already, with its events; one of a job that is not, as that job."""
    if receipt.running:
        return job_body(read.job(receipt.capture_id, by=actor(), on=runtime()), language())
    answer = receipt.to_job()
    if receipt.errors:
        errors = [error(item, language()) for item in receipt.errors[:MOST_TOLD]]
        answer |= {"errors": errors, "errorsTotal": max(receipt.wrong, len(receipt.errors))}
    if receipt.changes:
        changes = [describe_finding(item, language()) for item in receipt.changes[:MOST_TOLD]]
        answer |= {"changes": changes, "changesTotal": max(receipt.changed, len(receipt.changes))}
    if request.args.get("wait") == "checkpoint":
        answer |= _wait_for_checkpoint(receipt)
    return answer


def _wait_for_checkpoint(receipt: Receipt) -> dict[str, Any]:
    """The log proofs of the receipt's events (`?wait=checkpoint`); the events are durable, so a log that is late is no refusal."""
    waited = wait.for_proofs(receipt.row_ids, on=runtime())
    if waited.pending is not None:
        return {"log": None, "logPending": waited.pending}
    return {"log": [{"index": proof.index, "proof": proof.as_file()} for proof in waited.proofs]}


@door.route("/epcis/capture", needs=Permission.CAPTURE_EVENT_READ, operation="listCaptureJobs")
def list_capture_jobs() -> Response:
    """The newest capture jobs of one's own organisation."""
    epcis.wanted(JSON)
    epcis.no_filters()
    count = parameters.count("perPage", default=30, most=1000)  # EPCIS 2.0 REST binding: default 30
    jobs, following = read.jobs(by=actor(), on=runtime(), count=count, before=parameters.token("nextPageToken"))
    links = {"Link": f'</epcis/capture?perPage={count}&nextPageToken={following}>; rel="next"'} if following else {}
    return epcis.answer([job_body(job, language(), most=10) for job in jobs], headers=links)


@door.route("/epcis/capture/<capture_id>", needs=Permission.CAPTURE_EVENT_READ, operation="describeCaptureJob", methods=("OPTIONS",))
def describe_capture_job(capture_id: str) -> Response:
    """What may be asked of a capture job."""
    read.job(capture_id, by=actor(), on=runtime())
    return epcis.discovery("GET", xml=True)


@door.route("/epcis/capture/<capture_id>", needs=Permission.CAPTURE_EVENT_READ, operation="getCaptureJob")
def get_capture_job(capture_id: str) -> Response:
    """One capture job: how far it is, or what became of the document."""
    wanted = epcis.wanted(JSON, XML)
    made = job_body(read.job(capture_id, by=actor(), on=runtime()), language())
    if wanted.binding == "json":
        return epcis.answer(made, media_type=wanted.media_type)
    return epcis.answer(xml_out.write_capture_job(made), media_type=wanted.media_type)


def job_body(job: Job, tongue: str, most: int = MOST_TOLD) -> dict[str, Any]:
    """A job as CaptureJob of EPCIS 2.0, with members of ours: progress, and what was changed."""
    made: dict[str, Any] = {"captureID": str(job.number), "createdAt": _time(job.created_at)}
    if job.finished_at is not None:
        made["finishedAt"] = _time(job.finished_at)
    made |= {"running": job.running, "success": job.success, "captureErrorBehaviour": job.behaviour}
    made["errors"] = [error(item, tongue) for item in job.errors[:most]]
    made["progress"] = {"total": job.total, "seen": job.seen, "recorded": job.kept, "refused": job.failed}
    if job.wrong:
        made["errorsTotal"] = job.wrong
    if job.changed:
        made |= {"changes": [describe_finding(item, tongue) for item in job.changes[:most]], "changesTotal": job.changed}
    return made


def _time(at: Any) -> str:
    return str(at.isoformat().replace("+00:00", "Z"))


def error(item: Finding, tongue: str) -> dict[str, Any]:
    """What is wrong with an event as a problem (RFC 9457), with the type that EPCIS gives it."""
    words = describe_finding(item, tongue)
    kind = _kinds().get(item.code, Refusal)
    made = {"type": f"epcisException:{kind.epcis}", "title": kind.epcis, "status": kind.status, "detail": words.pop("message")}
    return made | words


@cache
def _kinds() -> dict[str, type[Refusal]]:
    """The refusal behind a code; findings that are no refusals are of the kind that says the document is invalid."""
    return {kind.code: kind for kind in children()}
