"""Pages of the resolver: all links of a code, a choice between some, and the page before a host that nobody has proven.

None of them needs a script. The page about an unproven host looks the link up again: no address ever tells it where to send people.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import orjson
from flask import Response, render_template, request
from sqlalchemy.engine import Connection

from app.api.door import Access, Door, runtime
from app.api.problem import language, problem
from app.errors import NotFound, Refusal
from app.identify import element_string, keys
from app.party import find as parties
from app.resolve import answer, find, linkset, negotiate, shown
from app.resolve.answer import CORS, LEAVING, NotRegistered, Plain, Question, Several, Whole
from app.resolve.links import with_query
from app.resolve.standing import Site, own_page
from app.resolve.targets import host_of
from app.verify.address import raw_path
from app.verify.pages import verdict_page
from app.web.pages import refusal_page
from app.words.translate import translator

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.datastructures import Headers

door = Door("resolve_pages", __name__, templates=True)

PREFIXES = tuple(f"/{ai}/" for ai in keys.QUALIFIERS)
"""What every path of a Digital Link begins with."""


def asked_path() -> str:
    """The path of this request as it was sent."""
    environ = request.environ
    return raw_path(environ.get("RAW_URI"), environ.get("PATH_INFO", ""))


def put_question(path: str) -> Question:
    """This request as a question to the resolver; path: as it was sent. Raises what the readers raise."""
    environ = request.environ
    accept, tongues = environ.get("HTTP_ACCEPT"), environ.get("HTTP_ACCEPT_LANGUAGE")
    return answer.question(path, environ.get("QUERY_STRING", ""), accept, tongues, site())


def site() -> Site:
    """This installation as the resolver sees it."""
    settings = runtime().settings
    return site_of(settings.public_url(), settings.language)


@lru_cache(maxsize=16)
def site_of(root: str, tongue: str) -> Site:
    """The installation at a public address whose own words are in a language."""
    return Site(root, host_of(root), translator(tongue)("resolve.own_page"))


class _AsWritten(Response):
    """An answer without a body whose headers leave as they are.

    The framework would write `[` of a visitor's query as `%5B` in Location (Resolver 1.2, 2.12), and takes a tenth of the request to do it.
    """

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:  # noqa: ARG002  # the framework's signature
        """The headers that are sent."""
        if self.status_code != 204:  # RFC 9110, 8.6
            self.headers["Content-Length"] = "0"
        return self.headers


def plain(found: Plain) -> Response:
    """An answer of the resolver without a body."""
    return _AsWritten(status=found.status, headers=found.headers)


def links_page(connection: Connection, put: Question, outcome: Several | Whole) -> str:
    """The page of all links, or of those to choose from, with the same as JSON-LD for whoever reads pages by program."""
    members = [outcome.registration] if isinstance(outcome, Several) else outcome.members
    hosts = {party: found | {put.site.host} for party, found in shown.hosts_of(members).items()}
    proven = {party: find.proven_hosts(connection, party, some, put.site.host) for party, some in hosts.items()}
    data = linkset.embedded(linkset.as_linked_data(linkset.document(members, put.site.root), put.site.root))
    page = "choices" if isinstance(outcome, Several) else "linkset"
    tongue = language()
    levels = shown.levels(members, proven, tongue, translator(tongue))
    code = element_string.human(put.asked.path)
    return render_template(f"resolve/{page}.html", levels=levels, code=code, data=data, alternate=_alternate(put))


def _alternate(put: Question) -> str:
    return f"{put.site.root}{put.asked.target}?linkType=linkset"


def refused(refusal: Refusal) -> Response:
    """A refusal as people or programs want it; for people, a key nobody registered is a verdict like any other."""
    page = negotiate.wants_page(negotiate.media(request.headers.get("Accept", "")))
    if page and isinstance(refusal, NotRegistered) and request.path.startswith(PREFIXES):
        found = verdict_page(counted=False)
        found.status_code = refusal.status
    elif page:
        found = Response(refusal_page(refusal, language()), refusal.status, content_type="text/html; charset=utf-8")
    else:
        body = problem(refusal, epcis=False, tongue=language())
        found = Response(orjson.dumps(body, default=str), refusal.status, content_type="application/problem+json")
    found.headers.update({"Content-Language": language(), "Cache-Control": "no-store"} | CORS)
    found.vary.update(("Accept", "Accept-Language"))
    if "retry_after" in refusal.params:
        found.headers["Retry-After"] = str(max(1, round(refusal.params["retry_after"])))
    return found


@door.route(LEAVING + "/<path:rest>", needs=Access.PUBLIC)
def leaving(rest: str) -> Response:  # noqa: ARG001  # the path is read as it was sent
    """Say that a host is not proven before a visitor goes there; where the link has changed meanwhile, ask the resolver again."""
    put = put_question(asked_path().removeprefix(LEAVING))
    with runtime().store.reading() as connection:
        outcome = answer.unproven(connection, put)
        if outcome is None:
            return plain(Plain(307, {"Location": with_query(put.site.root + put.asked.target, put.asked.query)}))
        owner = _owner(connection, outcome.party_id)
    page = render_template(
        "resolve/leaving.html",
        host=host_of(outcome.link.href), href=with_query(outcome.link.href, put.asked.query), title=outcome.link.title, owner=owner,
        own=own_page(put.site, put.asked.page).href, code=element_string.human(put.asked.path),
    )  # fmt: skip
    headers = {"X-Robots-Tag": "noindex, nofollow", "Content-Language": language(), "Referrer-Policy": "no-referrer"}
    return Response(page, headers=headers, content_type="text/html; charset=utf-8")


def _owner(connection: Connection, party_id: int) -> str:
    try:
        return str(parties.party(connection, party_id).name)
    except NotFound:  # an organisation that was removed after it had registered links
        return ""


door.blueprint.register_error_handler(Refusal, refused)
