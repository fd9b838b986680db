"""Events of one's own organisation, page by page, as EPCIS asks for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from sqlalchemy.engine import Connection, Row

from app.capture import find as captured
from app.capture import prefix_lengths
from app.capture.items import named, usual
from app.capture.reading import XML, binding_of
from app.capture.refusals import NoSuchEvent
from app.capture.spelling import EpcFormat
from app.identify.item_key import ItemKey, item_key
from app.party.permissions import Actor, Permission, permit
from app.query import filters, find, resources, tokens
from app.query.document import KEPT_PROFILE, Look, query_document
from app.query.filters import Filters, Pairs
from app.query.refusals import ResultTooLarge
from app.query.tokens import Token
from app.runtime import Runtime

_INSTANCES = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
"""Fields that name single things; what `MATCH_anyEPC` looks at, with parentID."""

_LARGEST_PAGE = 1_000_000
"""Bytes of compressed envelopes on a page: events of thousands of items fill it sooner than their number does."""

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer. namespaces: by prefix, as in the document's `@context`; token: leads to the next page, None at the end."""

    document: dict[str, Any]
    namespaces: dict[str, str]
    token: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for events. pairs: its filters as given; kind, value: the top-level resource whose events are meant, "" for all."""

    pairs: Pairs = ()
    kind: str = ""
    value: str = ""
    token: str | None = None
    count: int = 30

    @property
    def resource(self) -> str:
        """What a token of this question is good for."""
        return f"{self.kind}/{self.value}/events" if self.kind else "events"


def page(asked: Asked, look: Look, *, by: Actor, on: Runtime) -> Page:
    """A page of events that match. Raises what reading filters raises, TokenWrong, NoSuchResource."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    pairs, place = tokens.continued(asked.token, party_id, asked.resource, asked.pairs)
    wanted = filters.read(pairs)
    at = tokens.numbers(place, 2 if _by_item(asked, wanted) else 1)
    with on.store.reading() as connection:
        within = resources.require(connection, party_id, asked.kind, asked.value) if asked.kind else resources.Within()
        if within.column is not None:
            wanted = replace(wanted, columns=(*wanted.columns, within.column))
        items = wanted.epcs if within.item is None else (within.item,)
        found = find.page(connection, party_id, wanted, items, asked.count, at)
        rows, rest = _read(connection, party_id, found, by_item=_by_item(asked, wanted))
        item = None if wanted.event_ids is None else within.item  # found by its index otherwise
        rows = [pair for pair in rows if _has(pair[1]["event"], item, wanted.epcs)]
        document, namespaces = query_document(rows, _informed(connection, party_id, look, rows, on), on.clock.now())
    return Page(document, namespaces, None if rest is None else tokens.write(Token(party_id, asked.resource, pairs, rest)))


def _by_item(asked: Asked, wanted: Filters) -> bool:
    """Whether the answer is ordered by event time, as the index of items is."""
    return wanted.event_ids is None and (wanted.epcs is not None or asked.kind == "epcs")


def _read(
    connection: Connection, party_id: int, found: find.Found, *, by_item: bool
) -> tuple[list[tuple[Row[Any], dict[str, Any]]], tokens.Place | None]:
    """The events of a page with their envelopes, and where the next begins: sooner where these are large."""
    rows: dict[int, Row[Any]] = {}
    read: list[tuple[Row[Any], dict[str, Any]]] = []
    size = 0
    for place, number in enumerate(found.ids):
        if place % _AT_ONCE == 0:
            rows = captured.events_by_id(connection, party_id, found.ids[place : place + _AT_ONCE])
        row = rows[number]
        read.append((row, captured.sealed(row)))
        size += len(row.envelope)
        if size > _LARGEST_PAGE and place + 1 < len(found.ids):
            return read, (row.event_time, row.id) if by_item else (row.id,)
    return read, found.rest


def _has(event: dict[str, Any], item: ItemKey | None, epcs: tuple[ItemKey, ...] | None) -> bool:
    """Whether an event names the item anywhere, and one of the others in a field for instances: what indexes say of them is less."""
    if item is not None and item[:3] not in {item_key(uri)[:3] for uri, _ in named(event)}:
        return False
    if epcs is None:
        return True
    event = usual(event)
    parent = event.get("parentID")
    keys = {key[:3] for key in epcs}
    return any(item_key(uri)[:3] in keys for uri in chain([parent] if parent else [], *(event.get(field) or () for field in _INSTANCES)))


def one(event_uri: str, look: Look, *, by: Actor, on: Runtime) -> Page:
    """An event and its error declarations on one page. Raises NoSuchEvent, ResultTooLarge."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    with on.store.reading() as connection:
        rows = find.declarations(connection, party_id, event_uri)
        if not rows:
            raise NoSuchEvent(event_id=event_uri[:200])
        if len(rows) > find.MOST_DECLARATIONS:
            raise ResultTooLarge(limit=find.MOST_DECLARATIONS)
        sealed = [(row, captured.sealed(row)) for row in rows]
        document, namespaces = query_document(sealed, _informed(connection, party_id, look, sealed, on), on.clock.now())
    return Page(document, namespaces, None)


def require_event(event_uri: str, *, by: Actor, on: Runtime) -> None:
    """Raise NoSuchEvent for an eventID that none of one's own events has."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    with on.store.reading() as connection:
        if not captured.events_by_uri(connection, party_id, event_uri, 1):
            raise NoSuchEvent(event_id=event_uri[:200])


def _informed(connection: Connection, party_id: int, look: Look, rows: list[tuple[Row[Any], dict[str, Any]]], on: Runtime) -> Look:
    """The look with what the database knows and this look needs; good while the connection is open."""
    if look.epcs is EpcFormat.ALWAYS_EPC_URN:
        look = replace(look, lengths=prefix_lengths.known(connection, party_id, on.settings.prefix_list))
    if look.hash_profile not in {None, KEPT_PROFILE}:
        kinds = find.content_types(connection, party_id, {row.document_id for row, _ in rows})
        look = replace(look, from_xml=frozenset(number for number, kind in kinds.items() if binding_of(kind) == XML))
    return look
