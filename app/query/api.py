"""The reading half of the EPCIS 2.0 REST binding under /epcis: events, the top-level resources, and what OPTIONS tells of every path.

Values in paths are URIs, percent-encoded into one segment; one that nobody encoded is read too where it can only mean one thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from app.api import epcis, segments
from app.api.door import Access, Door, actor, runtime
from app.api.epcis import JSON, XML, Wanted
from app.capture.binding import xml_out
from app.capture.contexts import CONTEXT
from app.party.permissions import Permission
from app.query import events, resources, tokens
from app.query.document import Look
from app.query.events import Asked, Page
from app.query.filters import Pairs
from app.query.refusals import NoSuchQuery, QueryParameterWrong
from app.store.keys import parse_id

door = Door("query_api", __name__)

_READ = Permission.CAPTURE_EVENT_READ

USUAL_PAGE, LARGEST_PAGE = 30, 1_000
"""Entries on a page when nothing is asked (EPCIS 2.0), and at most: `perPage` is a wish, more pages exist when Link says so."""


def _per_page() -> int:
    given = request.args.get("perPage")
    if given is None:
        return USUAL_PAGE
    number = parse_id(given)
    if not number:
        raise QueryParameterWrong(pointer="?perPage", name="perPage", given=given[:40], expected=f"1 … {LARGEST_PAGE}")
    return min(number, LARGEST_PAGE)


def _next(token: str | None, wanted: Wanted) -> dict[str, str]:
    """Link and the time until which its token is promised; nothing on the last page."""
    if token is None:
        return {}
    query = {"perPage": str(_per_page()), "nextPageToken": token}
    if wanted.hash_profile:
        query[epcis.HASH_PARAMETER] = wanted.hash_profile
    expires = (runtime().clock.now() + tokens.LIFE).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"Link": f'<{segments.raw_path()}?{urlencode(query)}>; rel="next"', "GS1-Next-Page-Token-Expires": expires}


def _look(wanted: Wanted) -> Look:
    return Look(wanted.binding, wanted.epcs, wanted.words, wanted.hash_profile)


def _document(page: Page, wanted: Wanted) -> Response:
    body: Any = page.document
    if wanted.binding != "json":
        body = xml_out.write_xml(page.document, wanted.binding.removeprefix("xml-"))
    return epcis.answer(body, headers=_next(page.token, wanted), media_type=wanted.media_type, extensions=page.namespaces)


def _events(kind: str = "", value: str = "") -> Response:
    """A page of events, of those of a top-level resource or of all."""
    wanted = epcis.wanted(JSON, XML)
    pairs: Pairs = tuple((name, text) for name, text in request.args.items(multi=True) if name not in epcis.NOT_FILTERS)
    asked = Asked(pairs, kind, value, request.args.get("nextPageToken"), _per_page())
    return _document(events.page(asked, _look(wanted), by=actor(), on=runtime()), wanted)


def _collection(members: list[str], wanted: Wanted, token: str | None = None) -> Response:
    body = {"@context": CONTEXT, "type": "Collection", "member": members}
    return epcis.answer(body, headers=_next(token, wanted), media_type=wanted.media_type)


# ------------------------------------------------------------------------------------------------------ the top, and events


@door.route("/epcis", needs=Access.SIGNED_IN, operation="describeTop", methods=("OPTIONS",))
def describe_top() -> Response:
    """What this EPCIS interface can do."""
    return epcis.discovery("GET", xml=True)


@door.route("/epcis", needs=Access.SIGNED_IN, operation="listTop")
def list_top() -> Response:
    """The nine resources at the top."""
    wanted = epcis.wanted(JSON, XML)
    if wanted.binding == "json":
        return _collection(list(resources.TOP), wanted)
    members = "".join(f"<member>{name}</member>" for name in resources.TOP)  # the standard has no schema for this one
    text = f'<epcis:Collection xmlns:epcis="urn:epcglobal:epcis:xsd:2">{members}</epcis:Collection>'
    return epcis.answer(text.encode(), media_type=wanted.media_type)


@door.route("/epcis/capture", needs=Access.SIGNED_IN, operation="describeCapture", methods=("OPTIONS",))
def describe_capture() -> Response:
    """What may be captured, and how much of it at once."""
    settings = runtime().settings
    limits = {
        "GS1-Capture-Error-Behaviour": "all",  # rollback and proceed, as the sender wishes
        "GS1-EPCIS-Capture-Limit": str(settings.max_events),
        "GS1-EPCIS-Capture-File-Size-Limit": str(settings.max_document_bytes),
    }
    return epcis.discovery("GET", "POST", headers=limits, xml=True)


@door.route("/epcis/events", needs=Access.SIGNED_IN, operation="describeEvents", methods=("OPTIONS",))
def describe_events() -> Response:
    """What may be asked of events."""
    return epcis.discovery("GET", "POST", xml=True)


@door.route("/epcis/events", needs=_READ, operation="listEvents")
def list_events() -> Response:
    """Events of one's own organisation, those recorded last first."""
    return _events()


@door.route("/epcis/events/<path:event_id>", needs=_READ, operation="describeEvent", methods=("OPTIONS",))
def describe_event(event_id: str) -> Response:
    """What may be asked of one event."""
    events.require_event(segments.value_after("/epcis/events/") or event_id, by=actor(), on=runtime())
    return epcis.discovery("GET", xml=True)


@door.route("/epcis/events/<path:event_id>", needs=_READ, operation="getEvent")
def get_event(event_id: str) -> Response:
    """An event with its error declarations, as an EPCISQueryDocument of one page."""
    wanted = epcis.wanted(JSON, XML)
    event_id = segments.value_after("/epcis/events/") or event_id
    return _document(events.one(event_id, _look(wanted), by=actor(), on=runtime()), wanted)


# ------------------------------------------------------------------------------------------------- the six lists of values


@dataclass(frozen=True, slots=True)
class _Resource:
    """The three paths of a top-level resource; kind: the path, place: the name in its rule, name: its singular in operations."""

    kind: str
    place: str
    name: str

    @property
    def prefix(self) -> str:
        """What stands before a value."""
        return f"/epcis/{self.kind}/"

    def _below(self) -> str | None:
        """The value whose events are meant, None where only a value stands in the path: an encoded URI may end in /events too."""
        return segments.value_after(self.prefix, "events")

    def describe_all(self) -> Response:
        """OPTIONS of the list."""
        return epcis.discovery("GET")

    def list_all(self) -> Response:
        """A page of the values."""
        wanted = epcis.wanted(JSON)
        epcis.no_filters()
        token = request.args.get("nextPageToken")
        found, rest = resources.members(self.kind, _per_page(), token, wanted.epcs, by=actor(), on=runtime())
        return _collection(found, wanted, rest)

    def describe(self, **values: str) -> Response:
        """OPTIONS of a value or of its events."""
        below = self._below()
        value = below or segments.value_after(self.prefix) or values[self.place]
        resources.check(self.kind, value, by=actor(), on=runtime())
        return epcis.discovery("GET", xml=below is not None)

    def get(self, **values: str) -> Response:
        """What lies below a value, or its events."""
        below = self._below()
        if below is not None:
            return _events(self.kind, below)
        wanted = epcis.wanted(JSON)
        value = segments.value_after(self.prefix) or values[self.place]
        resources.check(self.kind, value, by=actor(), on=runtime())
        return _collection(["events"], wanted)


def _add_resource(kind: str, place: str, name: str) -> None:
    resource = _Resource(kind, place, name)
    one = f"/epcis/{kind}/<path:{place}>"
    _add(f"/epcis/{kind}", f"describe{name}s", resource.describe_all, "OPTIONS", Access.SIGNED_IN)
    _add(f"/epcis/{kind}", f"list{name}s", resource.list_all)
    for rule, suffix in ((f"{one}/events", "Events"), (one, "")):
        _add(rule, f"describe{name}{suffix}", resource.describe, "OPTIONS")
        _add(rule, f"{'list' if suffix else 'get'}{name}{suffix}", resource.get)


def _add(rule: str, operation: str, answer: Callable[..., Response], method: str = "GET", needs: Permission | Access = _READ) -> None:
    def view(**values: str) -> Response:
        return answer(**values)

    view.__name__ = operation
    door.route(rule, needs=needs, operation=operation, methods=(method,))(view)


_add_resource("eventTypes", "event_type", "EventType")
_add_resource("epcs", "epc", "Epc")
_add_resource("bizSteps", "biz_step", "BizStep")
_add_resource("bizLocations", "biz_location", "BizLocation")
_add_resource("readPoints", "read_point", "ReadPoint")
_add_resource("dispositions", "disposition", "Disposition")


# -------------------------------------------------------------------------------- what the next version answers, and tokens


@door.route("/epcis/queries", needs=Access.SIGNED_IN, operation="describeQueries", methods=("OPTIONS",))
def describe_queries() -> Response:
    """Named queries: none can be made yet."""
    return epcis.discovery()


def _add_query(rule: str, operation: str) -> None:
    """A path below a named query, of which there is none."""

    def describe(**values: str) -> Response:
        raise NoSuchQuery(name=values["query_name"][:80])

    _add(rule, operation, describe, "OPTIONS")


_add_query("/epcis/queries/<query_name>", "describeQuery")
_add_query("/epcis/queries/<query_name>/events", "describeQueryEvents")
_add_query("/epcis/queries/<query_name>/subscriptions", "describeSubscriptions")
_add_query("/epcis/queries/<query_name>/subscriptions/<subscription_id>", "describeSubscription")


@door.route("/epcis/nextPageToken/<token>", needs=_READ, operation="describePageToken", methods=("OPTIONS",))
def describe_page_token(token: str) -> Response:
    """What may be done with a token."""
    resources.release(token, by=actor(), on=runtime())
    return epcis.discovery("DELETE")


@door.route("/epcis/nextPageToken/<token>", needs=_READ, operation="releasePageToken", methods=("DELETE",))
def release_page_token(token: str) -> Response:
    """Forget a token; nothing is kept for one."""
    resources.release(token, by=actor(), on=runtime())
    return Response(status=204)
