"""The doors of the resolver: what is printed on goods leads to where its owner said, or to the verification page of what it names.

Parsed strictly: an address that is no Digital Link is 400, one nobody registered is 404, and neither is ever a 200. Nothing here counts as
a look at an item. Source: GS1-Conformant Resolver Standard 1.2.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import orjson
from flask import Response, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter

from app.api.door import Access, Door, runtime
from app.api.problem import language
from app.errors import Refusal
from app.identify import keys
from app.resolve import answer, linkset, negotiate
from app.resolve.answer import CORS, METHODS, Leads, Outcome, Question, Several, Whole
from app.resolve.asked import LOOKS_BINARY, is_compressed
from app.resolve.pages import asked_path, links_page, plain, put_question, refused, site
from app.settings import Settings
from app.store.quick import NotQuick

door = Door("resolve_api", __name__)

_DIGITAL_LINK = "/<ai:key>/<rest:rest>"


class _Number(BaseConverter):
    """A first segment that looks like an AI; no page of ours begins like that, so what is no key of a Digital Link is told as such."""

    regex = "[0-9]{2,4}"


class _Rest(BaseConverter):
    """Everything behind the first segment, also what no path should hold: what is wrong with it is told by the reader of Digital Links."""

    regex = r"[\s\S]*?"
    part_isolating = False


class _Short(BaseConverter):
    """A single segment that is meant for the resolver: an EPC binary string, or an AI without its value."""

    regex = f"{LOOKS_BINARY.pattern}|{_Number.regex}"
    part_isolating = True  # one segment, although the expression names the slash that it excludes


_OURS = re.compile(rf"/(?:{_Number.regex}(?:/|$)|(?:{LOOKS_BINARY.pattern})/?$)")
"""Paths that are answered here, also where the framework refused them before."""


def _add_converters(state: BlueprintSetupState) -> None:
    state.app.url_map.converters |= {"ai": _Number, "rest": _Rest, "short": _Short}


door.blueprint.record_once(_add_converters)  # before the routes that name them


@door.route(_DIGITAL_LINK, needs=Access.PUBLIC, operation="describeDigitalLink", methods=("OPTIONS",))  # before the framework's own OPTIONS
def options(key: str, rest: str) -> Response:  # noqa: ARG001  # the same answer for every key
    """What may be asked of a Digital Link, also by pages of other sites."""
    return plain(answer.options(asked_path(), site().root))


@door.route(_DIGITAL_LINK, needs=Access.PUBLIC, operation="resolveDigitalLink")
def resolve(key: str, rest: str) -> Response:  # noqa: ARG001  # the path is read as it was sent: `%2F` in a value is data
    """Lead a Digital Link to where its owner said. Raises what the strict reader raises, NotRegistered, NoSuchLink."""
    return _resolved()


@door.route("/<short:segment>", needs=Access.PUBLIC, operation="describeCompressedLink", methods=("OPTIONS",))
def options_of_compressed(segment: str) -> Response:  # noqa: ARG001  # as above
    """What may be asked of a compressed link."""
    return plain(answer.options(asked_path(), site().root))


@door.route("/<short:segment>", needs=Access.PUBLIC, operation="resolveCompressedLink")
def resolve_compressed(segment: str) -> Response:  # noqa: ARG001  # as above
    """Lead an EPC binary string to where its uncompressed link leads."""
    return _resolved()


def _resolved() -> Response:
    put = put_question(asked_path())
    outcome = _decided(put)
    if isinstance(outcome, Leads):
        return plain(answer.redirect(put, outcome))
    form = negotiate.form(put.wished.media)
    body = _page(put, outcome) if form == negotiate.HTML else _document(put, outcome, form)
    headers = CORS | {"Link": answer.link_header(put, context=True), "Vary": answer.VARY, "Cache-Control": "no-cache"}
    kind = "text/html; charset=utf-8" if form == negotiate.HTML else form
    more = {"Content-Language": language()} if form == negotiate.HTML else {}
    return Response(body, 300 if isinstance(outcome, Several) else 200, headers | more, content_type=kind)


def _decided(put: Question) -> Outcome:
    store = runtime().store
    try:
        found: Outcome = store.quick.ask(lambda connection: answer.decide(connection, put))
    except NotQuick:
        with store.reading() as connection:
            found = answer.decide(connection, put)
    return found


def _page(put: Question, outcome: Several | Whole) -> str:
    with runtime().store.reading() as connection:
        return links_page(connection, put, outcome)


def _document(put: Question, outcome: Several | Whole, form: str) -> bytes:
    members = [outcome.registration] if isinstance(outcome, Several) else outcome.members
    found = linkset.document(members, put.site.root)
    return linkset.encoded(linkset.as_linked_data(found, put.site.root) if form == negotiate.JSON_LD else found)


door.blueprint.register_error_handler(Refusal, refused)


@door.blueprint.before_app_request
def resolve_older_form() -> Response | None:
    """Answer a single segment that no page has when it is a link in the older compressed form; so it can never stand in a page's way."""
    if request.routing_exception is None or not isinstance(request.routing_exception, NotFound) or request.method not in METHODS:
        return None
    path = asked_path()
    if path.removesuffix("/").count("/") != 1 or not is_compressed(path.strip("/")):
        return None
    if request.method == "OPTIONS":
        return plain(answer.options(path, site().root))
    try:
        return _resolved()
    except Refusal as refusal:
        return refused(refusal)


@door.blueprint.after_app_request
def _open_to_others(response: Response) -> Response:
    """Pages of other sites may also read that a method or a target was refused before the resolver was asked."""
    if response.status_code >= 400 and _OURS.match(request.path):
        response.headers.update(CORS)
    return response


@door.route("/.well-known/gs1resolver", needs=Access.PUBLIC, operation="describeResolver")
def describe_resolver() -> Response:
    """What this resolver can do (GS1-Conformant Resolver Standard 1.2, description file)."""
    return Response(orjson.dumps(_description(runtime().settings)), content_type="application/json", headers=CORS)


def _description(settings: Settings) -> dict[str, Any]:
    root = settings.public_url()
    return {
        "name": "truyxuat",
        "resolverRoot": root,
        "supportedPrimaryKeys": list(keys.QUALIFIERS),
        "supportedLinkType": [{"namespace": "https://ref.gs1.org/voc/", "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "extensionProfile": root + "/handbook/resolver",
        "jsonLdContextLocation": root + linkset.CONTEXT_PATH,
    }


@door.route(linkset.CONTEXT_PATH, needs=Access.PUBLIC, operation="getLinksetContext")
def linkset_context() -> Response:
    """The JSON-LD context of our link sets."""
    body = (files("schemas") / "gs1" / "linkset_context.jsonld").read_bytes()
    return Response(body, content_type="application/ld+json", headers=CORS | {"Cache-Control": "public, max-age=86400"})
