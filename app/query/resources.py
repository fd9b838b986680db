"""The top-level resources of EPCIS: the values that an organisation's events have in the fields that questions are asked by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from app.capture import find as captured
from app.capture import prefix_lengths
from app.capture.items import named
from app.capture.spelling import EpcFormat, spelled_uri
from app.identify.item_key import ItemKey, item_key
from app.party.permissions import Actor, Permission, permit
from app.query import filters, find, tokens
from app.query.refusals import NoSuchResource, NoSuchToken, TokenWrong
from app.query.tokens import Token
from app.runtime import Runtime

TOP = ("queries", "capture", "events", "eventTypes", "epcs", "readPoints", "bizLocations", "dispositions", "bizSteps")
"""The nine resources at the top."""

EVENT_TYPES = ("AggregationEvent", "AssociationEvent", "ObjectEvent", "TransactionEvent", "TransformationEvent")
"""Types of the standard: they exist before the first event does."""

COLUMNS = {
    "eventTypes": "kind",
    "bizSteps": "biz_step",
    "bizLocations": "biz_location",
    "readPoints": "read_point",
    "dispositions": "disposition",
}
"""Resources with the column of `event` that holds their values; beside them there are `epcs`."""

_PLACES = ("bizLocations", "readPoints")


@dataclass(frozen=True, slots=True)
class Within:
    """What makes an event one of a resource's: a value of a column, or an item that it names."""

    column: tuple[str, tuple[str, ...]] | None = None
    item: ItemKey | None = None


def require(connection: Connection, party_id: int, kind: str, value: str) -> Within:
    """What a resource's events have in common. Raises NoSuchResource for a value that no event has."""
    if kind == "epcs":
        key = item_key(filters.uri_of(value))
        if not find.names_item(connection, party_id, key):
            raise NoSuchResource(kind=kind, value=value[:200])
        return Within(item=key)
    column = COLUMNS[kind]
    text = filters.canonical(column, value)
    if not (kind == "eventTypes" and text in EVENT_TYPES) and not find.has_facet(connection, party_id, find.FACETS[column], text):
        raise NoSuchResource(kind=kind, value=value[:200])
    return Within(column=(column, (text,)))


def check(kind: str, value: str, *, by: Actor, on: Runtime) -> None:
    """Raise NoSuchResource for a value that none of one's own events has."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    with on.store.reading() as connection:
        require(connection, party_id, kind, value)


def members(kind: str, count: int, token: str | None, epcs: EpcFormat, *, by: Actor, on: Runtime) -> tuple[list[str], str | None]:
    """(a page of the values of a resource, the token of the next page). Raises TokenWrong."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    _, place = tokens.continued(token, party_id, kind, ())
    with on.store.reading() as connection:
        known = prefix_lengths.known(connection, party_id, on.settings.prefix_list) if epcs is EpcFormat.ALWAYS_EPC_URN else None
        found, rest = _epcs(connection, party_id, count, place) if kind == "epcs" else _values(connection, party_id, kind, count, place)
        if kind in (*_PLACES, "epcs"):
            found = [spelled_uri(value, epcs, known, whole=False) for value in found]
    return found, None if rest is None else tokens.write(Token(party_id, kind, (), rest))


def _values(
    connection: Connection, party_id: int, kind: str, count: int, place: tokens.Place | None
) -> tuple[list[str], tokens.Place | None]:
    after = _text(place)
    found = find.facets(connection, party_id, find.FACETS[COLUMNS[kind]], count + 1, after)
    if kind == "eventTypes":  # few: whole, with those of the standard
        every = find.facets(connection, party_id, "eventType", find.PORTION)
        found = [value for value in sorted({*EVENT_TYPES, *every}) if after is None or value > after]
    return found[:count], (found[count - 1],) if len(found) > count else None


def _text(place: tokens.Place | None) -> str | None:
    if place is None:
        return None
    if len(place) != 1 or not isinstance(place[0], str):
        raise TokenWrong(pointer="?nextPageToken")
    return place[0]


def _epcs(connection: Connection, party_id: int, count: int, place: tokens.Place | None) -> tuple[list[str], tokens.Place | None]:
    """A page of identifiers: the index knows their keys, an event that names them how they are written."""
    found, rest = find.items(connection, party_id, count, _item_place(place))
    numbers = sorted({item.event for item in found})
    rows: dict[int, Any] = {}
    for start in range(0, len(numbers), 500):
        rows |= captured.events_by_id(connection, party_id, numbers[start : start + 500])
    texts = {number: _texts(captured.sealed(row)["event"]) for number, row in rows.items()}
    return [texts[item.event][item.issuer, item.class_key, item.instance] for item in found], rest


def _texts(event: dict[str, Any]) -> dict[tuple[int, int, str], str]:
    """The canonical texts of what an event names, by key."""
    return {key[:3]: key.text for key in (item_key(uri) for uri, _ in named(event))}


def _item_place(place: tokens.Place | None) -> find.ItemPlace | None:
    if place is None:
        return None
    if len(place) != 3 or not isinstance(place[0], int) or not isinstance(place[1], int) or not isinstance(place[2], str):
        raise TokenWrong(pointer="?nextPageToken")
    return place[0], place[1], place[2]


def release(token: str, *, by: Actor, on: Runtime) -> None:  # noqa: ARG001  # the shape of every verb
    """Forget a token: nothing is kept for one, so only one that was never given out is refused. Raises NoSuchToken."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    if token.isascii() and token.isdecimal():  # of capture jobs
        return
    try:
        whose = tokens.read(token).party_id
    except TokenWrong as error:
        raise NoSuchToken from error
    if whose != party_id:
        raise NoSuchToken
