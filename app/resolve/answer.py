"""What a resolver answers, before anything is known of the web framework: where to send the visitor, several choices, or the link set.

Order of the default link: the link set of exactly the path asked for; our verification page of that path when the key is in our
catalogue; the most granular link set above; else nothing. Source: GS1-Conformant Resolver Standard 1.2, sections 2.5.8, 2.5.9, 2.6, 2.9,
2.12.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy.engine import Connection

from app.errors import Invalid, NotFound
from app.identify import element_string
from app.resolve import asked as asking
from app.resolve import find, linkset, negotiate, standing
from app.resolve.anchor import Path
from app.resolve.asked import Asked, in_header
from app.resolve.find import Registered
from app.resolve.links import DEFAULT, VOC, Link, Registration, with_query
from app.resolve.negotiate import Wishes
from app.resolve.standing import Site
from app.resolve.targets import host_of

LEAVING = "/leaving"
"""Prefix of the page between us and a host that its owner has not proven; the rest is what was asked for."""

METHODS = ("GET", "HEAD", "OPTIONS")
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Expose-Headers": "Location, Link",
}
VARY = "Accept, Accept-Language"


class NotRegistered(NotFound):
    """The Digital Link is right, and nobody has registered its key here."""

    code = "resolve.not-registered"  # params: key (AI), value


class NoSuchLink(NotFound):
    """The key is registered, and has no link of the type that was asked for."""

    code = "resolve.no-such-link"  # params: type, code


class Leads(NamedTuple):
    """Send the visitor on. link: where to, without the query of the request; proven: whether its host is its owner's."""

    link: Link
    proven: bool
    party_id: int


class Several(NamedTuple):
    """Several links are equally right. registration: the level that has them, with these links only."""

    registration: Registration


class Whole(NamedTuple):
    """The link set. members: most granular first."""

    members: list[Registration]


Outcome = Leads | Several | Whole


class Plain(NamedTuple):
    """An answer without a body."""

    status: int
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One request with all that decides its answer."""

    asked: Asked
    wished: Wishes
    site: Site


def question(path: str, query: str, accept: str | None, accept_language: str | None, site: Site) -> Question:
    """A request as it was sent. Raises what the readers of Digital Links and of EPC binary strings raise."""
    asked = asking.read(path, query, site.root)
    return Question(asked, negotiate.wishes(accept, accept_language, asked.contexts), site)


def decide(connection: Connection, put: Question) -> Outcome:
    """What to answer. Raises NotRegistered, NoSuchLink."""
    kind = put.asked.link_type
    if put.asked.whole or (kind is None and negotiate.names_linkset(put.wished.media)):
        return Whole(_levels(connection, put))
    if kind is None or kind == DEFAULT:
        leads = _default(connection, put)
        data = kind is None and negotiate.prefers_data(put.wished.media)
        return Whole(_levels(connection, put)) if data and leads.link.rel == DEFAULT else leads
    levels = _levels(connection, put)
    of_type = standing.of_type(levels, kind)
    if of_type is None:
        raise NoSuchLink(type=kind.replace(VOC, "gs1:")[:200], code=element_string.human(put.asked.path))
    if negotiate.names_linkset(put.wished.media):
        return Whole(levels)
    level, links = of_type
    left = negotiate.best(links, put.wished)
    if len(left) > 1:
        return Several(replace(level, default=None, links=tuple(left)))
    return Leads(left[0], _is_proven(connection, level, left[0], put.site), level.party_id)


def unproven(connection: Connection, put: Question) -> Leads | None:
    """The link to a host that its owner has not proven, where that is the answer now. Raises NotRegistered, NoSuchLink."""
    outcome = decide(connection, put)
    return outcome if isinstance(outcome, Leads) and not outcome.proven else None


def _levels(connection: Connection, put: Question) -> list[Registration]:
    """Everything that holds for the path, most granular first. Raises NotRegistered."""
    path = put.asked.path
    rows = find.registrations(connection, path, put.site.host)
    known = _known(connection, path, rows)
    if known is not None:
        return standing.members(rows, known.name, path, put.asked.page, put.site)
    if not rows:
        raise NotRegistered(key=put.asked.path[0][0], value=put.asked.path[0][1])
    return rows


def _known(connection: Connection, path: Path, rows: list[Registration]) -> Registered | None:
    """What our catalogue says of a key, unless somebody else keeps its links: then a registration on somebody's word changes nothing."""
    known = find.registered(connection, path)
    return known if known is not None and all(row.party_id == known.party_id for row in rows) else None


def _default(connection: Connection, put: Question) -> Leads:
    """The default link, by language where its owner gave several. Raises NotRegistered."""
    path = put.asked.path
    rows = find.registrations(connection, path, put.site.host, links=False)
    exact = rows[0] if rows and rows[0].path == path else None
    if exact is not None and exact.default is not None:
        return _of_level(connection, put, exact, exact.default)
    if _known(connection, path, rows) is not None:
        own = standing.own_page(put.site, put.asked.page)
        return (
            Leads(own, proven=True, party_id=find.OPERATOR)
            if exact is None
            else _of_level(connection, put, replace(exact, proven=True), own)
        )
    for row in rows:
        if row.default is not None:
            return _of_level(connection, put, row, row.default)
    raise NotRegistered(key=path[0][0], value=path[0][1])


def _of_level(connection: Connection, put: Question, row: Registration, default: Link) -> Leads:
    if not row.several_defaults or not (put.wished.languages or put.wished.media or put.wished.contexts):
        return Leads(default, row.proven, row.party_id)
    level = next((each for each in find.registrations(connection, row.path, put.site.host) if each.path == row.path), None)
    better = None if level is None else negotiate.decided(standing.several_defaults(level), put.wished)
    if better is None:  # also when the level was withdrawn between the two questions
        return Leads(default, row.proven, row.party_id)
    return Leads(better, _is_proven(connection, row, better, put.site), row.party_id)


def _is_proven(connection: Connection, level: Registration, link: Link, site: Site) -> bool:
    host = host_of(link.href)
    return host == site.host or host in find.proven_hosts(connection, level.party_id, {host}, site.host)


def location(put: Question, leads: Leads) -> str:
    """Where to send the visitor: the target with the whole query of the request, or our page about a host that nobody has proven."""
    if leads.proven:
        return with_query(leads.link.href, put.asked.query)
    return with_query(put.site.root + LEAVING + put.asked.target, put.asked.query)


def redirect(put: Question, leads: Leads) -> Plain:
    """The redirect itself."""
    headers = {"Location": location(put, leads), "Link": link_header(put), "Vary": VARY, "Cache-Control": "no-cache"}
    return Plain(307, CORS | headers)


def link_header(put: Question, *, context: bool = False) -> str:
    """Value of the Link header: the link set, the uncompressed link of a compressed one, and the JSON-LD context beside a link set."""
    root, asked = put.site.root, put.asked
    links = [f'<{root}{asked.target}?linkType=linkset>; rel="linkset"; type="application/linkset+json"']
    if asked.same_as is not None:
        links.append(f'<{root}{asked.same_as}>; rel="owl:sameAs"')
    if context:
        links.append(f'<{root}{linkset.CONTEXT_PATH}>; rel="{linkset.CONTEXT_REL}"; type="application/ld+json"')
    return ", ".join(links)


def options(path: str, root: str) -> Plain:
    """What may be asked of a Digital Link, whatever stands in its path; also for pages of other sites."""
    link = f'<{root}{in_header(path.removesuffix("/"))}?linkType=linkset>; rel="linkset"; type="application/linkset+json"'
    more = {"Allow": ", ".join(METHODS), "Access-Control-Allow-Headers": "*", "Access-Control-Max-Age": "86400", "Link": link}
    return Plain(204, CORS | more)


def redirect_for(
    connection: Connection, path: str, query: str, accept: str | None, accept_language: str | None, site: Site
) -> Plain | None:
    """The redirect of a GET request where that is the whole answer, else None: then the doors answer it.

    path, query: as they were sent. It is what the doors themselves send, so a faster way in front of them cannot answer otherwise.
    """
    try:
        put = question(path, query, accept, accept_language, site)
        outcome = decide(connection, put)
    except (Invalid, NotFound):
        return None
    return redirect(put, outcome) if isinstance(outcome, Leads) else None
