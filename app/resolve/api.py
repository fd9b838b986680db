"""The resolver: what is printed on goods leads to their verification page, with the serial that was asked for.

Parsed strictly: an address that is no Digital Link is 400, one nobody registered is 404, everything else is a redirect that passes the
whole query on. It asks one question of the database and is never counted as a look. Source: GS1-Conformant Resolver Standard 1.2.
"""

from __future__ import annotations

import orjson
from flask import Response, request

from app.api.door import Access, Door, runtime
from app.api.problem import wants_page
from app.errors import NotFound
from app.identify import digital_link, keys
from app.resolve import find
from app.verify.address import PAGE, raw_path
from app.verify.pages import verdict_page

door = Door("resolve_api", __name__)

_KEYS = ",".join(f"'{ai}'" for ai in keys.QUALIFIERS)
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Expose-Headers": "Location, Link",
}
_NOWHERE = "https://code.invalid"


class NotRegistered(NotFound):
    """The Digital Link is right, and nobody has registered its key here."""

    code = "resolve.not-registered"  # params: key (AI), value


@door.route(
    f"/<any({_KEYS}):key>/<path:rest>", needs=Access.PUBLIC, operation="describeDigitalLink", methods=("OPTIONS",)
)  # first: see below
def options(key: str, rest: str) -> Response:  # noqa: ARG001  # the same answer for every key
    """What may be asked of a Digital Link, also by pages of other sites."""
    return Response(status=204, headers=_CORS | {"Allow": "GET, HEAD, OPTIONS"})


@door.route(
    f"/<any({_KEYS}):key>/<path:rest>", needs=Access.PUBLIC, operation="resolveDigitalLink"
)  # the framework adds an OPTIONS of its own to it
def resolve(key: str, rest: str) -> Response:  # noqa: ARG001  # the path is read as it was sent: `%2F` in a value is data
    """Lead a Digital Link to the verification page of what it names. Raises what the strict reader raises, NotRegistered."""
    path = raw_path(request.environ.get("RAW_URI"), request.environ.get("PATH_INFO", "")).removesuffix("/")
    query = request.query_string.decode("latin-1")
    asked = digital_link.parse(_NOWHERE + path + (f"?{query}" if query else ""))
    with runtime().store.reading() as connection:
        registered = find.registered(connection, asked.path)
    if registered is not None:
        return Response(status=307, headers=_CORS | {"Location": PAGE + path + (f"?{query}" if query else ""), "Cache-Control": "no-cache"})
    if not wants_page():
        raise NotRegistered(key=asked.key, value=asked.value)
    answer = verdict_page(counted=False)
    answer.status_code = 404
    answer.headers.update(_CORS)
    return answer


@door.route("/.well-known/gs1resolver", needs=Access.PUBLIC, operation="describeResolver")
def describe_resolver() -> Response:
    """What this resolver can do (GS1-Conformant Resolver Standard 1.2, description file)."""
    body = {
        "name": "truyxuat",
        "resolverRoot": runtime().settings.public_url(),
        "supportedPrimaryKeys": list(keys.QUALIFIERS),
        "supportedLinkType": [{"namespace": "https://ref.gs1.org/voc/", "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
    }
    return Response(orjson.dumps(body), content_type="application/json", headers=_CORS)
