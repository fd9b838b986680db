"""Link sets as they are kept: rows to registrations and back, written in bulk, each change with the way back."""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import orjson
from sqlalchemy import Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection, Row

from app.identify.escape import unescape_path
from app.resolve.anchor import Path, Place, place_of
from app.resolve.hosts import MOST_HOSTS
from app.resolve.links import DEFAULT, DEFAULT_MULTI, Link, Registration, link_of
from app.resolve.model import LinkChange, LinkHost, LinkSet
from app.resolve.rules import host_of
from app.store.columns import to_micros
from app.store.keys import new_ids
from app.store.work import Tx

T = TypeVar("T")

_SOME = 500
"""Keys asked for in one statement."""

_SETS: Table = LinkSet.__table__  # type: ignore[assignment]  # a declarative class has a Table
_CHANGES: Table = LinkChange.__table__  # type: ignore[assignment]  # a declarative class has a Table
_WHERE = {
    "alone": and_(
        LinkSet.issuer == bindparam("issuer"), LinkSet.class_key.in_(bindparam("class_keys", expanding=True)), LinkSet.qualifiers == ""
    ),
    "qualified": and_(
        LinkSet.issuer == bindparam("issuer"),
        LinkSet.class_key == bindparam("class_key"),
        LinkSet.qualifiers.in_(bindparam("texts", expanding=True)),
    ),
}
_SELECT = {name: select(_SETS).where(where) for name, where in _WHERE.items()}
_DELETE = {name: delete(LinkSet).where(where) for name, where in _WHERE.items()}
_COLUMNS = (
    "issuer", "class_key", "qualifiers", "party_id", "anchor", "description", "default_href", "default_title", "default_host",
    "several_defaults", "links", "updated_at",
)  # fmt: skip
_CHANGE_COLUMNS = ("party_id", "change_id", "anchor", "before", "after", "changed_by", "changed_at")


def path_of(anchor: str) -> Path:
    """AIs and values of a canonical path."""
    parts = anchor.split("/")[1:]
    return tuple((ai, unescape_path(value)) for ai, value in zip(parts[::2], parts[1::2], strict=True))


def registration_of(row: Row[Any]) -> Registration:
    """What a row of `link_set` says."""
    default = Link(DEFAULT, row.default_href, row.default_title) if row.default_href is not None else None
    return Registration(path_of(row.anchor), row.description, default, tuple(map(link_of, row.links)), row.party_id)


def spelled(registration: Registration) -> dict[str, Any]:
    """A registration as files and changes spell it; `default` None where our own verification page stands for it."""
    default = registration.default
    return {
        "path": place_of(registration.path).anchor,
        "itemDescription": registration.description,
        "default": None if default is None else {"href": default.href, "title": default.title},
        "links": [link.as_json() for link in registration.links],
    }


def as_registration(said: dict[str, Any]) -> Registration:
    """A registration as `spelled` spelled it."""
    default = said["default"]
    return Registration(
        path_of(said["path"]),
        said["itemDescription"],
        None if default is None else Link(DEFAULT, default["href"], default["title"]),
        tuple(map(link_of, said["links"])),
    )


def version(registration: Registration) -> str:
    """What an If-Match of the API names: the same for the same content."""
    return hashlib.sha256(_json(spelled(registration)).encode()).hexdigest()[:24]


def _json(value: Any) -> str:
    """JSON as `app.store.columns.Document` writes it, in a quarter of the time: of a large file most time went there."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def rows_at(connection: Connection, places: Iterable[Place]) -> dict[str, Row[Any]]:
    """Rows of `link_set` at these places, by anchor."""
    found: dict[str, Row[Any]] = {}
    for where, values in _ranges(places):
        found.update((row.anchor, row) for row in connection.execute(_SELECT[where], values))
    return found


def _ranges(places: Iterable[Place]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Places as few ranges of the primary key: keys alone by their issuer, keys with qualifiers by their key.

    SQLite reads the whole table for `(issuer, class_key, qualifiers) IN (...)`: 140 microseconds a row where this takes 6.
    """
    alone: dict[int, list[int]] = defaultdict(list)
    qualified: dict[tuple[int, int], list[str]] = defaultdict(list)
    for place in places:
        if place.qualifiers:
            qualified[place.issuer, place.class_key].append(place.qualifiers)
        else:
            alone[place.issuer].append(place.class_key)
    for issuer, class_keys in alone.items():
        yield from (("alone", {"issuer": issuer, "class_keys": some}) for some in portions(class_keys, _SOME))
    for (issuer, key), texts in qualified.items():
        yield from (("qualified", {"issuer": issuer, "class_key": key, "texts": some}) for some in portions(texts, _SOME))


def portions(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """A sequence in portions of at most `size`."""
    return (values[start : start + size] for start in range(0, len(values), size))


class Change(NamedTuple):
    """What becomes of one place. before: the row there was; after: what is kept from now on, None for nothing; party_id: whose it is."""

    place: Place
    party_id: int
    before: Row[Any] | None
    after: Registration | None

    @property
    def idle(self) -> bool:
        """Whether everything stays as it is."""
        if self.before is None or self.after is None:
            return self.before is None and self.after is None
        return self.before.party_id == self.party_id and _content(registration_of(self.before)) == _content(self.after)


def _content(registration: Registration) -> tuple[Any, ...]:
    default = registration.default
    return registration.description, default and (default.href, default.title), registration.links


def write(tx: Tx, changes: Sequence[Change], *, person_id: int | None, now: datetime) -> list[int]:
    """Make changes that are not idle and note each with the way back; returns the numbers of the notes, in order."""
    for where, values in _ranges(change.place for change in changes if change.before is not None):
        tx.execute(_DELETE[where], values)
    at = to_micros(now)
    tx.insert(_SETS, _COLUMNS, (_row(change, change.after, at) for change in changes if change.after is not None))
    numbers = new_ids(len(changes)) if changes else []
    tx.insert(_CHANGES, _CHANGE_COLUMNS, (_note(change, number, person_id, at) for change, number in zip(changes, numbers, strict=True)))
    return numbers


def _row(change: Change, after: Registration, at: int) -> tuple[Any, ...]:
    default = after.default
    href, title = (default.href, default.title) if default is not None else (None, None)
    several = any(link.rel == DEFAULT_MULTI for link in after.links)
    links = _json([link.as_json() for link in after.links])
    host = host_of(href) if href is not None else None
    return (*change.place[:3], change.party_id, change.place.anchor, after.description, href, title, host, several, links, at)


def _note(change: Change, number: int, person_id: int | None, at: int) -> tuple[Any, ...]:
    before = None if change.before is None else _json(spelled(registration_of(change.before)))
    after = None if change.after is None else _json(spelled(change.after))
    return (change.party_id, number, change.place.anchor, before, after, person_id, at)


def hosts(registrations: Iterable[Registration]) -> set[str]:
    """Hosts that registrations lead to."""
    found: set[str] = set()
    for registration in registrations:
        found.update(host_of(link.href) for link in registration.links)
        if registration.default is not None:
            found.add(host_of(registration.default.href))
    return found - {""}


def remember_hosts(tx: Tx, party_id: int, found: set[str], *, proven_by: str | None, now: datetime) -> None:
    """Note the hosts that links of an organisation lead to: unproven, or vouched for as `proven_by` unless they were proven before.

    Of an organisation's own links no more are noted than one may have; those that are not stay unproven like them.
    """
    known = {row.host: row.proven_by for row in tx.execute(select(LinkHost.host, LinkHost.proven_by).where(LinkHost.party_id == party_id))}
    proven = {"proven_by": proven_by, "proven_at": now if proven_by else None}
    fresh = sorted(found - known.keys())[: None if proven_by else max(0, MOST_HOSTS - len(known))]
    if fresh:
        rows = [{"host": host, "party_id": party_id, "token": secrets.token_hex(16), "created_at": now} | proven for host in fresh]
        tx.execute(insert(LinkHost), rows)
    doubted = [host for host in found & known.keys() if known[host] is None] if proven_by else []
    for some in portions(doubted, _SOME):
        tx.execute(update(LinkHost).where(LinkHost.party_id == party_id, LinkHost.host.in_(some)).values(proven))
