"""Problem documents (RFC 9457) at the door: one shape for the whole product, EPCIS's own types where the standard names one."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from app.api import negotiation, problem_xml
from app.errors import Invalid, MediaTypeUnknown, MethodUnknown, NotFound, Refusal, TargetTooLong, TooLarge, Unavailable
from app.words.refusals import describe, describe_finding, event_of
from app.words.translate import choose_language

_log = logging.getLogger(__name__)

LONGEST_TARGET = 16_384
"""Characters of the longest path with query that is read."""

MOST_FINDINGS = 100
"""Findings listed in one answer; their total is always given."""


class NoSuchPage(NotFound):
    """No route leads there."""

    code = "api.no-such-resource"


class NoSuchMethod(MethodUnknown):
    """The resource does not answer this method."""

    code = "api.no-such-method"


class BodyTooLarge(TooLarge):
    """The request body is longer than the limit."""

    code = "api.body-too-large"


class BadRequest(Invalid):
    """The request could not be read at all."""

    code = "api.bad-request"


class UnreadableMediaType(MediaTypeUnknown):
    """The body's content type is none of those this resource reads."""

    code = "api.media-type"


class TargetLong(TargetTooLong):
    """The request target is too long."""

    code = "api.target-too-long"


class NotYet(Unavailable):
    """An operation of the standard that this version does not have: named queries and their subscriptions."""

    status = 501
    code = "epcis.not-yet"


class ServerFault(Unavailable):
    """A fault of ours; it is logged with the number shown."""

    status = 500
    code = "api.fault"


def language() -> str:
    """The language of the answer to this request."""
    from flask import current_app

    chosen = getattr(g, "language", None)
    if chosen is None:
        default = current_app.extensions["truyxuat"].settings.language
        caller = getattr(g, "actor", None)
        wish = request.args.get("lang") or (caller.language if caller is not None else None)
        chosen = g.language = choose_language(wish, request.headers.get("Accept-Language"), default)
    return str(chosen)


def problem(refusal: Refusal, *, epcis: bool, tongue: str) -> dict[str, Any]:
    """The JSON of a refusal: type, title, status, detail, code, pointer, remedy, findings."""
    detail, remedy = describe(refusal, tongue)
    body: dict[str, Any] = {
        "type": f"epcisException:{refusal.epcis}" if epcis else f"/handbook/errors#{refusal.code}",
        "title": refusal.epcis if epcis else detail,
        "status": refusal.status,
        "detail": detail,
        "code": refusal.code,
        "remedy": remedy,
    }
    if refusal.pointer:
        body["pointer"] = refusal.pointer
        event = event_of(refusal.pointer)
        if event is not None:
            body["event"] = event
    if refusal.params:
        body["params"] = {name: value for name, value in refusal.params.items() if isinstance(value, str | int | float | bool)}
    if refusal.findings:
        body["findings"] = [describe_finding(finding, tongue) for finding in refusal.findings[:MOST_FINDINGS]]
        body["findingsTotal"] = len(refusal.findings)
    return body


def _headers(refusal: Refusal) -> dict[str, str]:
    headers = {"Content-Language": language(), "Cache-Control": "no-store"}
    if "retry_after" in refusal.params:
        headers["Retry-After"] = str(max(1, round(refusal.params["retry_after"])))
    if refusal.status == 401 and not wants_page():  # RFC 9110, 15.5.2
        headers["WWW-Authenticate"] = 'Bearer realm="truyxuat"'
    if refusal.status == 413 and _under_epcis():  # EPCIS 2.0 REST binding, 413 of the capture interface
        from flask import current_app

        settings = current_app.extensions["truyxuat"].settings
        headers["GS1-EPCIS-Capture-Limit"] = str(settings.max_events)
        headers["GS1-EPCIS-Capture-File-Size-Limit"] = str(settings.max_document_bytes)
    return headers


def _under_epcis() -> bool:
    return request.path == "/epcis" or request.path.startswith("/epcis/")


def wants_page() -> bool:
    """Whether the caller is a person with a browser rather than a program."""
    if request.path.startswith(("/api/", "/epcis", "/log/")):
        return False
    kinds = ["application/json", "application/problem+json", "text/html"]
    return request.accept_mimetypes.best_match(kinds, "text/html") == "text/html"


def wants_xml() -> bool:
    """Whether a program that is refused under /epcis reads XML: by Accept, and where that leaves it open by what it sent."""
    if not _under_epcis():
        return False
    json, xml = ("application/problem+json", *negotiation.JSON), ("application/problem+xml", *negotiation.XML)
    offered = xml + json if request.mimetype in negotiation.XML else json + xml
    return negotiation.media_type(request.headers.get("Accept"), offered) in xml


def respond(refusal: Refusal) -> Response:
    """The answer to a refusal: a page for people, a problem document for programs."""
    if wants_page():
        from app.web.pages import refusal_page

        answer = Response(refusal_page(refusal, language()), refusal.status, content_type="text/html; charset=utf-8")
    else:
        body = problem(refusal, epcis=_under_epcis(), tongue=language())
        if wants_xml():
            answer = Response(problem_xml.write(body), refusal.status, content_type="application/problem+xml; charset=utf-8")
        else:
            answer = Response(orjson.dumps(body, default=str), refusal.status, content_type="application/problem+json")
    answer.headers.update(_headers(refusal))
    return answer


def _translate(error: HTTPException) -> Refusal:
    """Werkzeug's exceptions as refusals of ours."""
    status = error.code or 500
    if status == 404:  # HTTP status
        return NoSuchPage(path=request.path[:200])
    if status == 405 and request.path.startswith("/epcis/queries"):  # the standard has it, we do not have it yet: RFC 9110, 15.6.2
        return NotYet(method=request.method)
    if status == 405:  # HTTP status
        return NoSuchMethod(method=request.method, allowed=", ".join(sorted(getattr(error, "valid_methods", None) or [])))
    if status == 413:  # HTTP status
        from flask import current_app

        return BodyTooLarge(limit=current_app.extensions["truyxuat"].settings.max_body_bytes)
    if status == 415:  # HTTP status
        return UnreadableMediaType(found=request.content_type or "", expected="application/json")
    return BadRequest(reason=error.name)


def _refuse_target() -> None:
    """Refuse a request target that is too long, or that names U+0000: no database, label or file name can hold it."""
    target = request.environ.get("RAW_URI", request.path) + request.environ.get("QUERY_STRING", "")
    if len(target) > LONGEST_TARGET:
        raise TargetLong(limit=LONGEST_TARGET)
    if "%00" in target or "\0" in target:
        raise BadRequest(reason="U+0000")


def install(app: Flask) -> None:
    """Register the handlers: every exception becomes a problem document or a page, none loses its caller."""
    app.before_request(_refuse_target)

    def on_refusal(refusal: Refusal) -> Response:
        return respond(refusal)

    def on_http(error: HTTPException) -> Any:
        if error.response is not None or (error.code or 500) < 400:  # redirects made by routing
            return error
        answer = respond(_translate(error))
        if error.code == 405 and getattr(error, "valid_methods", None):  # RFC 9110, 15.5.6 wants Allow
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]  # MethodNotAllowed has it
        return answer

    def on_fault(error: Exception) -> Response:
        from app.store.keys import new_id

        number = f"{new_id():x}"
        _log.error("fault %s at %s %s", number, request.method, request.path, exc_info=error)
        return respond(ServerFault(number=number))

    app.register_error_handler(Refusal, on_refusal)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(Exception, on_fault)
