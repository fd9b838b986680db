"""What the EPCIS 2.0 REST binding offers, in our own words: every path with its methods, headers and refusals, and which come later.

Facts: the OpenAPI file of the standard; where its table is beside the repository, `test_epcis_surface.py` compares this one with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

JSON, XML = "application/json", "application/xml"
PROBLEMS = ("application/problem+json", "application/problem+xml")

_EPCIS = ("GS1-EPCIS-Min", "GS1-EPCIS-Max")
_RANGE = (*_EPCIS, "GS1-CBV-Min", "GS1-CBV-Max")
_EXTENSIONS = ("GS1-Extensions",)
_FORMATS = ("GS1-EPC-Format", "GS1-CBV-XML-Format")
_SENDING = ("GS1-EPCIS-Version", "GS1-CBV-Version", "GS1-Extensions")
_TOLD = ("GS1-EPCIS-Version", "GS1-CBV-Version", "GS1-Extensions")
_PAGES = ("Link", "GS1-Next-Page-Token-Expires")
_DISCOVERY = (*_RANGE, *_TOLD, *_FORMATS, "GS1-Vendor-Version", "Allow")
_LIMITS = ("GS1-Capture-Error-Behaviour", "GS1-EPCIS-Capture-Limit", "GS1-EPCIS-Capture-File-Size-Limit")


class Offer(NamedTuple):
    """One operation: success, refusals, request headers, headers and media types of the answer, whether it is there already."""

    path: str
    method: str
    success: int
    refusals: tuple[int, ...]
    asked: tuple[str, ...]
    told: tuple[str, ...]
    kinds: tuple[str, ...]
    here: bool = True


def _options(path: str, *, place: bool = False, long: bool = False, capture: bool = False) -> Offer:
    refusals = (401, 403, *((404,) if place else ()), 406, *((414,) if long else ()), 500)
    return Offer(path, "OPTIONS", 204, refusals, _EXTENSIONS, (*_DISCOVERY, *(_LIMITS if capture else ())), ())


def _resource(kind: str, place: str) -> Iterator[Offer]:
    one = f"/{kind}/{{{place}}}"
    yield _options(f"/{kind}")
    yield Offer(f"/{kind}", "GET", 200, (401, 403, 406, 500), (*_RANGE, *_EXTENSIONS), (*_TOLD, *_PAGES), (JSON,))
    yield _options(one, place=True)
    yield Offer(one, "GET", 200, (400, 401, 403, 404, 406, 500), (*_RANGE, *_EXTENSIONS), _TOLD, (JSON,))
    yield _options(f"{one}/events", place=True, long=True)
    events = (*_RANGE, *_EXTENSIONS, *_FORMATS)
    yield Offer(f"{one}/events", "GET", 200, (400, 401, 403, 404, 406, 414, 500), events, (*_TOLD, *_PAGES), (JSON, XML))


def _queries() -> Iterator[Offer]:
    """Named queries and subscriptions: OPTIONS is answered, everything else comes with them."""
    one = "/queries/{queryName}"
    subscription = f"{one}/subscriptions/{{subscriptionID}}"
    yield _options("/queries")
    for path in (one, f"{one}/events", f"{one}/subscriptions", subscription):
        yield _options(path, place=True, long=path.endswith("events"))._replace(told=("Allow",))  # of a name that does not exist: 404
    for path, method, success in (
        ("/queries", "GET", 200), ("/queries", "POST", 201), (one, "GET", 200), (one, "DELETE", 204), (f"{one}/events", "GET", 200),
        (f"{one}/subscriptions", "GET", 200), (f"{one}/subscriptions", "POST", 201), (subscription, "GET", 200),
        (subscription, "DELETE", 204),
    ):  # fmt: skip
        yield Offer(path, method, success, (), (), (), (), here=False)


SURFACE: tuple[Offer, ...] = (
    _options(""),
    Offer("", "GET", 200, (401, 403, 406, 500), (*_RANGE, *_EXTENSIONS), (), (JSON, XML)),
    _options("/capture", capture=True),
    Offer(
        "/capture", "POST", 202, (400, 401, 403, 406, 413, 415, 500), (*_SENDING, "GS1-Capture-Error-Behaviour"), (*_TOLD, "Location"), ()
    ),
    Offer("/capture", "GET", 200, (401, 403, 406, 500), (*_EPCIS, *_EXTENSIONS), (*_TOLD, *_PAGES), (JSON,)),
    _options("/capture/{captureID}", place=True),
    Offer("/capture/{captureID}", "GET", 200, (401, 403, 404, 406, 500), (*_EPCIS, *_EXTENSIONS), _TOLD, (JSON, XML)),
    _options("/events", long=True),
    Offer("/events", "GET", 200, (401, 403, 406, 414, 500), (*_RANGE, *_EXTENSIONS, *_FORMATS), (*_TOLD, *_PAGES), (JSON, XML)),
    Offer("/events", "POST", 201, (400, 401, 403, 406, 409, 413, 415, 500), _SENDING, (*_TOLD, "Location"), (JSON,)),
    _options("/events/{eventID}", place=True),
    Offer("/events/{eventID}", "GET", 200, (401, 403, 404, 406, 500), (*_RANGE, *_EXTENSIONS, *_FORMATS), _TOLD, (JSON, XML)),
    *_resource("eventTypes", "eventType"),
    *_resource("epcs", "epc"),
    *_resource("bizSteps", "bizStep"),
    *_resource("bizLocations", "bizLocation"),
    *_resource("readPoints", "readPoint"),
    *_resource("dispositions", "disposition"),
    *_queries(),
    Offer("/nextPageToken/{token}", "DELETE", 204, (501,), (), (), ()),
)
"""Every operation of the standard."""

PROBLEM_TYPES = {
    "ValidationException": 400,
    "QueryParameterException": 400,
    "SecurityException": 401,
    "NoSuchNameException": 404,
    "NoSuchResourceException": 404,
    "NotAcceptableException": 406,
    "ResourceAlreadyExistsException": 409,
    "CaptureLimitExceededException": 413,
    "QueryTooComplexException": 413,
    "QueryTooLargeException": 413,
    "URITooLongException": 414,
    "UnsupportedMediaTypeException": 415,
    "ImplementationException": 500,
}
"""Problem types that this version answers with, each with its first status."""

PROBLEM_TYPES_LATER = {"QueryValidationException", "SubscriptionControlsException"}
"""They belong to bodies of named queries and subscriptions."""

MISSPELT = {"IUnsupportedMediaTypeException"}
"""In the standard's file beside the right spelling."""
