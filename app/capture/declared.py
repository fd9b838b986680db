"""Error declarations: what was declared wrong, by what, and what holds instead.

A declaration repeats an event under its eventID and says that it was wrong (EPCIS 2.0, 7.4.1.2); corrective events are events of their own
that the declaration names. All of them stay. A declaration may come before its original or its corrective events do: what is not
recorded yet is named only. It never touches the events of another organisation, which has eventIDs of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection, Row

from app.capture import find, items
from app.capture.model import Event, EventItem
from app.capture.spelling import canonical_event
from app.capture.vocabulary import word

MOST = 20
"""Declarations told of one event."""
_NEAR = 200
"""Declarations about the items of one event among which those are looked for that name it as a correction."""
_LOOKED_AT = 5_000
"""Latest events of one item among which they are; a lot may be named by a hundred thousand."""
_MOST_ITEMS = 5

_LATEST = (
    select(EventItem.party_id, EventItem.id)
    .where(
        EventItem.issuer == bindparam("issuer"),
        EventItem.class_key == bindparam("class_key"),
        EventItem.instance == bindparam("instance"),
        EventItem.party_id == bindparam("party_id"),
    )
    .order_by(EventItem.event_time.desc())
    .limit(_LOOKED_AT)
    .subquery()
)
_DECLARATIONS = (
    select(Event.id)
    .join(_LATEST, (Event.party_id == _LATEST.c.party_id) & (Event.id == _LATEST.c.id))
    .where(Event.is_declaration.is_(True))
    .order_by(Event.id.desc())
    .limit(_NEAR)
)


@dataclass(frozen=True, slots=True)
class Corrective:
    """An event that a declaration names as its correction; row_id: None while it is not recorded here."""

    event_uri: str
    row_id: int | None


@dataclass(frozen=True, slots=True)
class Declaration:
    """One error declaration. at: as the sender wrote it; reason: bare word, URI of somebody's own, or None.

    original: row of the event declared wrong, None while it is not recorded; differs: top-level fields in which the two differ, although
    the standard has the declaration repeat its event.
    """

    row_id: int
    event_uri: str
    at: str
    reason: str | None
    correctives: tuple[Corrective, ...]
    original: int | None
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is known about the standing of an event.

    declared: declarations that it was wrong; declares: what it declares itself, if it is a declaration; corrects: declarations that
    name it as the correction.
    """

    declared: tuple[Declaration, ...] = ()
    declares: Declaration | None = None
    corrects: tuple[Declaration, ...] = ()


def of_event(connection: Connection, party_id: int, row: Row[Any]) -> Told:
    """What was declared about an event of an organisation, what it declares itself, and what it corrects."""
    family = find.events_by_uri(connection, party_id, row.event_uri, MOST)
    originals = [each for each in family if not each.is_declaration]
    if row.is_declaration:
        return Told(declares=_declarations(connection, party_id, [row], originals)[0])
    declared = [each for each in family if each.is_declaration]
    naming = _naming(connection, party_id, row)
    return Told(
        declared=_declarations(connection, party_id, declared, originals),
        corrects=_declarations(connection, party_id, naming, None),
    )


def corrective_events(connection: Connection, party_id: int, rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """The recorded events that the declarations among these events name as corrections, each once."""
    uris = [uri for row in rows if row.is_declaration for uri in _named(find.sealed(row)["event"])]
    found: dict[int, Row[Any]] = {}
    for uri in dict.fromkeys(uris):
        found |= {each.id: each for each in find.events_by_uri(connection, party_id, uri, MOST)}
    return [found[number] for number in sorted(found)]


def _declarations(
    connection: Connection, party_id: int, rows: Sequence[Row[Any]], originals: Sequence[Row[Any]] | None
) -> tuple[Declaration, ...]:
    """Declarations as told. originals: of all of them, None to look for each."""
    made = []
    for row in rows:
        event = find.sealed(row)["event"]
        said: Mapping[str, Any] = event["errorDeclaration"]
        of_row = originals
        if of_row is None:
            of_row = [each for each in find.events_by_uri(connection, party_id, row.event_uri, MOST) if not each.is_declaration]
        original = of_row[0] if of_row else None
        reason = said.get("reason")
        made.append(
            Declaration(
                row_id=row.id,
                event_uri=row.event_uri,
                at=said["declarationTime"],
                reason=None if reason is None else word("reason", reason),
                correctives=tuple(_corrective(connection, party_id, uri) for uri in _named(event)),
                original=None if original is None else original.id,
                differs=() if original is None else differing(find.sealed(original)["event"], event),
            )
        )
    return tuple(made)


def _corrective(connection: Connection, party_id: int, uri: str) -> Corrective:
    rows = find.events_by_uri(connection, party_id, uri, 1)
    return Corrective(uri, rows[0].id if rows else None)


def _named(event: Mapping[str, Any]) -> list[str]:
    """The eventIDs of corrections that a declaration names."""
    return list((event.get("errorDeclaration") or {}).get("correctiveEventIDs") or ())


def _naming(connection: Connection, party_id: int, row: Row[Any]) -> list[Row[Any]]:
    """Declarations that name an event as their correction: among those about its items, which is where a correction has its goods from."""
    keys = sorted({key[:3] for key, _ in items.keys(find.sealed(row)["event"])})[:_MOST_ITEMS]
    ids: set[int] = set()
    for issuer, class_key, instance in keys:
        asked = {"issuer": issuer, "class_key": class_key, "instance": instance, "party_id": party_id}
        ids |= set(connection.execute(_DECLARATIONS, asked).scalars())
    rows = find.events_by_id(connection, party_id, sorted(ids)[:_NEAR])
    return [each for _, each in sorted(rows.items()) if row.event_uri in _named(find.sealed(each)["event"])][:MOST]


_MAY_DIFFER = frozenset(("errorDeclaration", "recordTime", "eventID", "@context"))


def differing(original: dict[str, Any], declaration: dict[str, Any]) -> tuple[str, ...]:
    """The fields in which a declaration does not repeat its event, in any spelling."""
    one, other = canonical_event(original), canonical_event(declaration)
    names = dict.fromkeys((*one, *other))
    return tuple(name for name in names if name not in _MAY_DIFFER and one.get(name) != other.get(name))
