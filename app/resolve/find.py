"""What is registered here: link sets by key, and the one judgement about a key that the resolver and the verdict share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.engine import Connection

from app.capture.model import EventItem
from app.catalogue.model import Place, Product
from app.identify import digital_link, key_values
from app.identify.item_key import ItemKey, item_key
from app.label.stamps import find as stamps
from app.party import find as parties
from app.party.model import Party
from app.resolve.anchor import Path, places
from app.resolve.links import DEFAULT, Link, Registration, link_of
from app.resolve.model import LinkHost, LinkSet
from app.resolve.targets import Target, target

PLACES = frozenset({"414", "415", "417"})
"""Keys that are GLNs: of a place, of whom to pay, of a party."""

_PRODUCT = select(Product.party_id, Product.name).where(Product.gtin == bindparam("gtin"))
_PLACE = (
    select(Place.party_id, Place.name, Place.uri)
    .where(or_(Place.uri == bindparam("whole"), Place.uri == bindparam("part")))
    .order_by(Place.uri.desc())
)
_PARTY = select(Party.party_id, Party.name).where(Party.gln == bindparam("gln"))
_NAMED = (
    select(EventItem.id)
    .where(
        EventItem.issuer == bindparam("issuer"),
        EventItem.class_key == bindparam("class_key"),
        EventItem.instance == bindparam("instance"),
        EventItem.party_id == bindparam("party_id"),
    )
    .limit(1)
)


OPERATOR = 0
"""`party_id` of links that the operator of the installation registered; what the operator links to needs no proof."""


@cache
def _link_sets(levels: int, *, links: bool) -> Select[Any]:
    """Rows of one key at that many levels, with whether the owner proved the host of the default; links: with all links."""
    columns: list[Any] = [
        LinkSet.qualifiers, LinkSet.anchor, LinkSet.party_id, LinkSet.description, LinkSet.default_href, LinkSet.default_title,
        LinkSet.default_host, LinkSet.several_defaults, LinkHost.proven_by,
    ]  # fmt: skip
    wanted = [LinkSet.qualifiers == bindparam(f"q{number}") for number in range(levels)]
    host = and_(LinkHost.party_id == LinkSet.party_id, LinkHost.host == LinkSet.default_host)
    return (
        select(*columns, *([LinkSet.links] if links else []))
        .outerjoin(LinkHost, host)
        .where(LinkSet.issuer == bindparam("issuer"), LinkSet.class_key == bindparam("class_key"), or_(*wanted))
    )


def registrations(connection: Connection, path: Path, own_host: str, *, links: bool = True) -> list[Registration]:
    """Every registration that holds for a path, most granular first, in one range read.

    own_host: host of the public address, which needs no proof; links: False reads the default links only, which is all that most requests
    need. Links whose address may not be sent to a browser are left out.
    """
    wanted = places(path)
    first = wanted[0][1]
    values: dict[str, Any] = {"issuer": first.issuer, "class_key": first.class_key}
    values |= {f"q{number}": place.qualifiers for number, (_, place) in enumerate(wanted)}
    rows = {row.anchor: row for row in connection.execute(_link_sets(len(wanted), links=links), values)}
    if not rows:
        return []
    return [_registration(rows[place.anchor], level, own_host, links=links) for level, place in wanted if place.anchor in rows]


def _registration(row: Any, path: Path, own_host: str, *, links: bool) -> Registration:
    default = None if row.default_href is None else _usable(Link(DEFAULT, row.default_href, row.default_title or ""))
    proven = row.proven_by is not None or row.party_id == OPERATOR or row.default_host == own_host
    kept = tuple(link for each in row.links if (link := _usable(link_of(each)))) if links else ()
    return Registration(path, row.description, default, kept, row.party_id, proven, row.several_defaults)


def _usable(link: Link) -> Link | None:
    """A link in the form that may stand in a header, None where its address cannot: what is in the table is not trusted for that."""
    found = target(link.href)
    if not isinstance(found, Target):
        return None
    return link if found.href == link.href else Link(link.rel, found.href, link.title, link.type, link.hreflang, link.context)


_PROVEN = select(LinkHost.host).where(
    LinkHost.party_id == bindparam("party_id"), LinkHost.host.in_(bindparam("hosts", expanding=True)), LinkHost.proven_by.is_not(None)
)


def proven_hosts(connection: Connection, party_id: int, hosts: Collection[str], own_host: str) -> set[str]:
    """Those of the hosts that an owner of links has proven to be theirs; our own host, and all of the operator's, need no proof."""
    if party_id == OPERATOR:
        return set(hosts)
    found = set(connection.scalars(_PROVEN, {"party_id": party_id, "hosts": sorted(hosts)})) if hosts else set()
    return found | ({own_host} & set(hosts))


@dataclass(frozen=True, slots=True)
class Registered:
    """Whose it is, and the name it was registered under; None for a thing that events name."""

    party_id: int
    name: str | None = None


def registered(connection: Connection, path: Sequence[tuple[str, str]]) -> Registered | None:
    """Who registered the key of a path (application identifiers and values, primary key first), or None when nobody did.

    A product; a place or organisation with that GLN; anything else when the holder of its company prefix recorded an event that names it,
    or when it is an SSCC that was given out here.
    """
    (ai, value), *_ = path
    if ai == "01":
        row = connection.execute(_PRODUCT, {"gtin": value}).first()
        return None if row is None else Registered(row.party_id, row.name)
    key = item_key(digital_link.build(tuple(path)))
    if ai in PLACES:
        uris = {"whole": f"{digital_link.CANONICAL_STEM}/414/{value}", "part": key.text}  # the place itself, or a part with an extension
        found = connection.execute(_PLACE, uris).first() or connection.execute(_PARTY, {"gln": value}).first()
        return None if found is None else Registered(found.party_id, found.name)
    return _named(connection, key, parties.holder_of(connection, key_values.from_prefix(ai, value))) or _given(connection, ai, value)


def _given(connection: Connection, ai: str, value: str) -> Registered | None:
    """Of a logistic unit that no event names yet: who was given its number here."""
    row = stamps.sscc(connection, value) if ai == "00" else None
    return None if row is None else Registered(row.party_id)


def _named(connection: Connection, key: ItemKey, holder: int | None) -> Registered | None:
    """Of a thing: whether the holder of its prefix recorded anything about it."""
    if holder is None:
        return None
    asked = {"issuer": key.issuer, "class_key": key.class_key, "instance": key.instance, "party_id": holder}
    return None if connection.execute(_NAMED, asked).first() is None else Registered(holder)
