"""Link sets as they are kept: rows to registrations and back, written in bulk, each change with the way back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import orjson
from sqlalchemy import Executable, Table, bindparam, delete, insert, select, text, update
from sqlalchemy.engine import Connection

from app.identify.escape import unescape_path
from app.resolve.anchor import Path, Place, place_of
from app.resolve.find import OPERATOR
from app.resolve.hosts import MOST_HOSTS
from app.resolve.links import DEFAULT, DEFAULT_MULTI, Link, Registration, link_of
from app.resolve.model import LinkChange, LinkHost, LinkSet
from app.resolve.targets import host_of
from app.store.columns import to_micros
from app.store.folding import fold
from app.store.keys import new_ids
from app.store.work import Tx

T = TypeVar("T")

_SOME = 500
"""Keys asked for in one statement."""


class Kept(NamedTuple):
    """A row of `link_set` as the database holds it, without its time; links: JSON text as `_json` writes it."""

    issuer: int
    class_key: int
    qualifiers: str
    party_id: int
    anchor: str
    description: str
    description_key: str
    default_href: str | None
    default_title: str | None
    default_host: str | None
    several_defaults: bool
    links: str


_SETS: Table = LinkSet.__table__  # type: ignore[assignment]  # a declarative class has a Table
_CHANGES: Table = LinkChange.__table__  # type: ignore[assignment]  # a declarative class has a Table
_COLUMNS = (*Kept._fields, "updated_at")
_CHANGE_COLUMNS = ("party_id", "change_id", "anchor", "before", "after", "changed_by", "changed_at")
_DELETE = delete(LinkSet).where(LinkSet.issuer == bindparam("i"), LinkSet.class_key == bindparam("k"), LinkSet.qualifiers == bindparam("q"))


def path_of(anchor: str) -> Path:
    """AIs and values of a canonical path."""
    parts = anchor.split("/")[1:]
    return tuple((ai, unescape_path(value)) for ai, value in zip(parts[::2], parts[1::2], strict=True))


def registration_of(row: Any) -> Registration:
    """What a row of `link_set` says: a `Kept`, or one that was selected with its links read."""
    default = Link(DEFAULT, row.default_href, row.default_title) if row.default_href is not None else None
    links = orjson.loads(row.links) if isinstance(row.links, str) else row.links
    return Registration(path_of(row.anchor), row.description, default, tuple(map(link_of, links)), row.party_id)


def row_of(registration: Registration, party_id: int) -> Kept:
    """A registration that was judged good as a row."""
    default = registration.default
    href, title = (default.href, default.title) if default is not None else (None, None)
    several = any(link.rel == DEFAULT_MULTI for link in registration.links)
    links = _json([link.as_json() for link in registration.links])
    host = host_of(href) if href is not None else None
    issuer, class_key, qualifiers, anchor = place_of(registration.path)
    said = registration.description
    return Kept(issuer, class_key, qualifiers, party_id, anchor, said, fold(said), href, title, host, several, links)


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


def rows_at(connection: Connection, places: Iterable[Place | Kept]) -> dict[str, Kept]:
    """Rows of `link_set` at these places, by anchor."""
    found: dict[str, Kept] = {}
    for some in portions([(each.issuer, each.class_key, each.qualifiers) for each in places], _SOME):
        size = 1 if len(some) == 1 else _FEW if len(some) <= _FEW else _SOME
        padded = [*some, *[some[0]] * (size - len(some))]
        values = {f"{name}{number}": value for number, place in enumerate(padded) for name, value in zip("ikq", place, strict=True)}
        rows = [Kept._make(row) for row in connection.execute(_select(size), values) if row.anchor is not None]
        found.update((row.anchor, row) for row in rows)
    return found


_FEW = 8
"""Places of one request or one page; statements come in three sizes only, so that each is prepared once."""


@lru_cache(maxsize=3)
def _select(size: int) -> Executable:
    """Rows at that many places, empty rows for places that hold none.

    One range of the primary key for each: of `(issuer, class_key, qualifiers) IN (...)` SQLite makes a reading of the whole table, and of
    an inner join it may; the outer join leaves it one order.
    """
    asked = ", ".join(f"(:i{number}, :k{number}, :q{number})" for number in range(size))
    columns = ", ".join(f"s.{name}" for name in Kept._fields)
    return text(
        f"WITH asked (i, k, q) AS (VALUES {asked}) SELECT {columns} FROM asked "  # noqa: S608  # names are ours
        "LEFT JOIN link_set s ON s.issuer = asked.i AND s.class_key = asked.k AND s.qualifiers = asked.q"
    )


def portions(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """A sequence in portions of at most `size`."""
    return (values[start : start + size] for start in range(0, len(values), size))


class Change(NamedTuple):
    """What becomes of one place. before: the row there was; after: the row from now on, with its owner; None for nothing."""

    before: Kept | None
    after: Kept | None

    @property
    def row(self) -> Kept:
        """The row that shows place and owner: what is there from now on, or what was."""
        row = self.after or self.before
        if row is None:
            message = "a change of nothing into nothing"
            raise ValueError(message)
        return row

    @property
    def idle(self) -> bool:
        """Whether everything stays as it is; links are compared as values where their texts differ."""
        if self.before is None or self.after is None:
            return False
        return self.before[:-1] == self.after[:-1] and (
            self.before.links == self.after.links or orjson.loads(self.before.links) == orjson.loads(self.after.links)
        )


def write(tx: Tx, changes: Sequence[Change], *, person_id: int | None, now: datetime, in_bulk: bool = False) -> list[int]:
    """Make changes that are not idle and note them with the way back; returns the numbers of the notes, in order.

    in_bulk: link sets that the operator's file adds for keys of no organisation leave no note. It would repeat the row word for word and
    double the database, and nobody could read it: histories are pages of organisations, and the way back from adding is
    `truyxuat resolve remove`. Replacing or removing such a row is noted with what was there, so that is undone as ever.
    """
    gone = [{"i": row.issuer, "k": row.class_key, "q": row.qualifiers} for row, _ in changes if row is not None]
    if gone:
        tx.execute(_DELETE, gone)
    at = to_micros(now)
    rows = sorted(change.after for change in changes if change.after is not None)  # the order of the index: neighbours share its pages
    tx.insert(_SETS, _COLUMNS, [(*row, at) for row in rows])
    noted = [change for change in changes if not in_bulk or change.before is not None or change.row.party_id != OPERATOR]
    numbers = new_ids(len(noted)) if noted else []
    tx.insert(_CHANGES, _CHANGE_COLUMNS, (_note(change, number, person_id, at) for change, number in zip(noted, numbers, strict=True)))
    return numbers


def _note(change: Change, number: int, person_id: int | None, at: int) -> tuple[Any, ...]:
    return (change.row.party_id, number, change.row.anchor, _noted(change.before), _noted(change.after), person_id, at)


def _noted(row: Kept | None) -> str | None:
    """A row as `spelled` spells its registration, in JSON."""
    if row is None:
        return None
    default = None if row.default_href is None else {"href": row.default_href, "title": row.default_title}
    return _json({"path": row.anchor, "itemDescription": row.description, "default": default, "links": orjson.Fragment(row.links)})


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
    statement = select(LinkHost.host, LinkHost.proven_by).where(LinkHost.party_id == party_id)
    asked = portions(sorted(found), _SOME) if proven_by else [None]  # how many there are counts only where there is a limit
    wanted = [statement if some is None else statement.where(LinkHost.host.in_(some)) for some in asked]
    known = {row.host: row.proven_by for each in wanted for row in tx.execute(each)}
    proven = {"proven_by": proven_by, "proven_at": now if proven_by else None}
    fresh = sorted(found - known.keys())[: None if proven_by else max(0, MOST_HOSTS - len(known))]
    if fresh:
        rows = [{"host": host, "party_id": party_id, "token": secrets.token_hex(16), "created_at": now} | proven for host in fresh]
        tx.execute(insert(LinkHost), rows)
    doubted = [host for host in found & known.keys() if known[host] is None] if proven_by else []
    for some in portions(doubted, _SOME):
        tx.execute(update(LinkHost).where(LinkHost.party_id == party_id, LinkHost.host.in_(some)).values(proven))
