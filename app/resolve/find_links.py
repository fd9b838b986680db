"""Reads of what is registered: lists for those who manage links, and the history of one key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection, Row

from app.catalogue.model import Product
from app.party.model import Person
from app.resolve import kept
from app.resolve.anchor import Path, place_of
from app.resolve.links import Registration
from app.resolve.model import LinkChange, LinkSet
from app.store.folding import fold

PAGE = 50
_MOST_PRODUCTS = 200
"""Products that a search by name looks for links of."""


def own(connection: Connection, party_id: int | None, path: Path) -> Registration | None:
    """What an organisation registered for a key, None when it did not; party_id None: whoever did."""
    place = place_of(path)
    row = kept.rows_at(connection, [place]).get(place.anchor)
    return None if row is None or party_id not in {None, row.party_id} else kept.registration_of(row)


def of_party(connection: Connection, party_id: int | None, search: str = "", after: str = "", count: int = PAGE) -> list[Registration]:
    """Link sets of an organisation in the order of their anchors, from the one after `after`; party_id None: of everybody.

    search: part of the code, of the description, or of the name of a product in any case and without accents.
    """
    statement = select(LinkSet.__table__).where(LinkSet.anchor > after).order_by(LinkSet.anchor).limit(count)
    if party_id is not None:
        statement = statement.where(LinkSet.party_id == party_id)
    text = search.strip()
    if text:
        statement = statement.where(or_(*_matches(connection, party_id, text)))
    return [kept.registration_of(row) for row in connection.execute(statement)]


def owners_of_links(connection: Connection) -> list[int]:
    """Who has link sets, 0 for the operator: a list over everybody goes one by one, because that is how the index lies."""
    return list(connection.scalars(select(LinkSet.party_id).distinct().order_by(LinkSet.party_id)))


def _matches(connection: Connection, party_id: int | None, text: str) -> list[Any]:
    by_code = LinkSet.anchor.contains(text.replace(" ", ""), autoescape=True)
    by_words = LinkSet.description_key.contains(fold(text), autoescape=True)
    named = select(Product.gtin).where(Product.name_key.contains(fold(text), autoescape=True)).limit(_MOST_PRODUCTS)
    if party_id is not None:
        named = named.where(Product.party_id == party_id)
    by_name = [LinkSet.anchor.startswith(f"/01/{row.gtin}", autoescape=True) for row in connection.execute(named)]
    return [by_code, by_words, *by_name]


def levels_of(connection: Connection, party_id: int, path: Path) -> list[Registration]:
    """Registrations of a key at all its levels, the key first, at most a page."""
    place = place_of(path[:1])
    statement = (
        select(LinkSet.__table__)
        .where(LinkSet.issuer == place.issuer, LinkSet.class_key == place.class_key, LinkSet.party_id == party_id)
        .where(or_(LinkSet.anchor == place.anchor, LinkSet.anchor.startswith(place.anchor + "/", autoescape=True)))
        .order_by(LinkSet.qualifiers)
        .limit(PAGE)
    )
    return [kept.registration_of(row) for row in connection.execute(statement)]


def change(connection: Connection, change_id: int, party_id: int | None) -> Row[Any] | None:
    """A change of links by its number, None when the organisation made none such; party_id None: whoever did."""
    statement = select(LinkChange.__table__).where(LinkChange.change_id == change_id)
    if party_id is not None:
        statement = statement.where(LinkChange.party_id == party_id)
    return connection.execute(statement).first()


def history(connection: Connection, party_id: int, path: Path, before: int | None = None, count: int = PAGE) -> list[Row[Any]]:
    """Changes of one key, newest first, each with `person` (a name, None for a program); before: only those older than this number."""
    statement = (
        select(LinkChange.__table__, Person.name.label("person"))
        .outerjoin(Person, Person.person_id == LinkChange.changed_by)
        .where(LinkChange.party_id == party_id, LinkChange.anchor == place_of(path).anchor)
        .order_by(LinkChange.change_id.desc())
        .limit(count)
    )
    if before is not None:
        statement = statement.where(LinkChange.change_id < before)
    return list(connection.execute(statement))
