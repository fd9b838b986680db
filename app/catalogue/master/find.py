"""Reads of master data: what is said of elements at an instant, every version of one, who contains whom, names for identifiers.

A version counts from its `valid_from` until the next one of the same element in the same vocabulary; of two with the same beginning the
later made counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.engine import Connection, Row

from app.catalogue.find import PAGE
from app.catalogue.master import rules
from app.catalogue.model import MasterData
from app.errors import NotFound
from app.store.columns import from_micros, to_micros
from app.store.folding import fold

_AT_ONCE = 400
MOST_DESCENDANTS = 10_000
"""Identifiers below one place that a query regards."""


class NoSuchElement(NotFound):
    """Nothing was said of this element by this organisation, or nothing at the time that was asked for."""

    code = "catalogue.no-such-element"


@dataclass(frozen=True, slots=True)
class Version:
    """What was said of one element from an instant on; document_id: the capture that brought it, None when it came by API or form."""

    vocabulary: str
    element: str
    as_sent: str
    valid_from: datetime
    version_id: int
    removed: bool
    document_id: int | None
    actor: str | None
    attributes: tuple[rules.Attribute, ...] = ()
    children: tuple[str, ...] = ()
    differences: tuple[rules.Difference, ...] = ()

    @property
    def name(self) -> str:
        """What the element is called, "" when its attributes do not say."""
        return rules.named(self.attributes)

    @property
    def kind(self) -> str:
        """One of products, places, parties, other."""
        return rules.kind(self.vocabulary, self.element)


@dataclass(frozen=True, slots=True)
class Wish:
    """Which elements a list shows, all of them when empty; search: part of a name in any case and without accents, or of an identifier."""

    kind: str = ""
    vocabulary: str = ""
    element: str = ""
    search: str = ""


def _attributes(row: Row[Any]) -> tuple[rules.Attribute, ...]:
    return tuple(rules.Attribute(each["id"], each["attribute"]) for each in json.loads(row.attributes))


def _version(row: Row[Any]) -> Version:
    started = from_micros(row.valid_from)
    kept = (row.vocabulary, row.element, row.element_as_sent, started, row.version_id, row.removed, row.document_id, row.actor)
    return Version(*kept, _attributes(row), tuple(json.loads(row.children)))


def _newest(party_id: int, at: datetime, *wanted: ColumnElement[bool]) -> Select[Any]:
    """The version of each element that counts at an instant, removed ones included."""
    order = (MasterData.valid_from.desc(), MasterData.version_id.desc())
    place = func.row_number().over(partition_by=(MasterData.vocabulary, MasterData.element), order_by=order).label("place")
    ranked = (
        select(*MasterData.__table__.columns, place)
        .where(MasterData.party_id == party_id, MasterData.valid_from <= to_micros(at), *wanted)
        .subquery()
    )
    return select(ranked).where(ranked.c.place == 1).order_by(ranked.c.vocabulary, ranked.c.element)


def _keys_of(kind: str) -> ColumnElement[bool]:
    return or_(*(MasterData.element.startswith(f"{rules.STEM}{ai}/", autoescape=True) for ai in rules.KINDS[kind][1]))


def _of_kind(kind: str) -> ColumnElement[bool]:
    """As `rules.kind` decides: the vocabulary, else the key."""
    undecided = MasterData.vocabulary.not_in(sorted(rules.DECIDED))
    if kind == rules.OTHER:
        return and_(undecided, *(not_(_keys_of(name)) for name in rules.KINDS))
    return or_(MasterData.vocabulary.in_(rules.KINDS[kind][0]), and_(undecided, _keys_of(kind)))


def elements(
    connection: Connection, party_id: int, wish: Wish, *, at: datetime, page: int = 1, count: int = PAGE, extra: int = 0
) -> list[Version]:
    """Elements that exist at an instant, as they are then, by vocabulary and identifier; `extra` rows of the next page too."""
    wanted = []
    if wish.kind:
        wanted.append(_of_kind(wish.kind))
    if wish.vocabulary:
        wanted.append(MasterData.vocabulary == rules.vocabulary(wish.vocabulary))
    if wish.element:
        wanted.append(MasterData.element == rules.element_key(wish.element))
    statement = _newest(party_id, at, *wanted)
    skipped = max(0, page - 1) * count
    if wish.search.strip():
        return _searched(connection, statement, wish.search, skipped, count + extra)
    ranked = statement.selected_columns
    rows = connection.execute(statement.where(not_(ranked.removed)).limit(count + extra).offset(skipped))
    return [_version(row) for row in rows]


def _searched(connection: Connection, statement: Select[Any], search: str, skipped: int, most: int) -> list[Version]:
    """Names are folded here, row by row: neither database folds Vietnamese alike."""
    found: list[Version] = []
    with connection.execute(statement, execution_options={"yield_per": _AT_ONCE}) as rows:
        for version in _matching(rows, search):
            if skipped:
                skipped -= 1
                continue
            found.append(version)
            if len(found) == most:
                break
    return found


def _matching(rows: Iterable[Row[Any]], search: str) -> Iterator[Version]:
    key, identifier, part = fold(search), rules.element_key(search.strip()), search.strip().lower()
    for row in rows:
        if row.removed:
            continue
        by_identifier = row.element == identifier or part in row.element.lower() or part in row.element_as_sent.lower()
        if by_identifier or key in fold(rules.named(_attributes(row))):
            yield _version(row)


def counts(connection: Connection, party_id: int, at: datetime) -> dict[str, int]:
    """How many elements of each kind there are at an instant."""
    found = dict.fromkeys((*rules.KINDS, rules.OTHER), 0)
    ranked = _newest(party_id, at).order_by(None).subquery()
    for row in connection.execute(select(ranked.c.vocabulary, ranked.c.element).where(not_(ranked.c.removed))):
        found[rules.kind(row.vocabulary, row.element)] += 1
    return found


def at_instant(connection: Connection, party_id: int, element: str, at: datetime, vocabulary: str = "") -> list[Version]:
    """What each vocabulary says of an element at an instant; nothing of vocabularies that know it no longer."""
    return elements(connection, party_id, Wish(vocabulary=vocabulary, element=element), at=at, count=len(rules.DECIDED) + PAGE)


def versions(connection: Connection, party_id: int, element: str, vocabulary: str = "", most: int = 1000) -> list[Version]:
    """Every version of an element, newest first, each with what it changed; a version that repeats the one before it is left out."""
    statement = select(MasterData.__table__).where(MasterData.party_id == party_id, MasterData.element == rules.element_key(element))
    if vocabulary:
        statement = statement.where(MasterData.vocabulary == rules.vocabulary(vocabulary))
    statement = statement.order_by(MasterData.valid_from.desc(), MasterData.version_id.desc()).limit(most)
    before: dict[str, tuple[bytes, Version]] = {}
    found: list[Version] = []
    for row in reversed(list(connection.execute(statement))):
        last = before.get(row.vocabulary)
        if last is not None and last[0] == bytes(row.checksum):
            continue
        version = _version(row)
        kept = replace(version, differences=_changed(last[1] if last else None, version))
        before[row.vocabulary] = (bytes(row.checksum), kept)
        found.append(kept)
    return found[::-1]


def _changed(last: Version | None, version: Version) -> tuple[rules.Difference, ...]:
    if version.removed:
        return ()
    before = (*last.attributes, *_children_as_one(last)) if last else ()
    return tuple(rules.differences(before, (*version.attributes, *_children_as_one(version))))


CHILDREN = "children"
"""The name under which a difference tells of children."""


def _children_as_one(version: Version) -> tuple[rules.Attribute, ...]:
    return (rules.Attribute(CHILDREN, sorted(rules.element_key(child) for child in version.children)),) if version.children else ()


def descendants(connection: Connection, party_id: int, roots: Iterable[str], at: datetime, vocabularies: Sequence[str] = ()) -> set[str]:
    """Canonical identifiers of elements and of everything below them at an instant, as WD_ queries want them.

    Circles are walked once. vocabularies: whose children count, of all when empty; at most MOST_DESCENDANTS are found.
    """
    found = {rules.element_key(root) for root in roots}
    level = set(found)
    names = [rules.vocabulary(name) for name in vocabularies]
    while level and len(found) < MOST_DESCENDANTS:
        below = {rules.element_key(child) for version in _of_elements(connection, party_id, level, at, names) for child in version.children}
        level = below - found
        found |= level
    return found


def _of_elements(connection: Connection, party_id: int, wanted: set[str], at: datetime, names: Sequence[str]) -> Iterator[Version]:
    ordered = sorted(wanted)
    for start in range(0, len(ordered), _AT_ONCE):
        chosen = [MasterData.element.in_(ordered[start : start + _AT_ONCE])]
        if names:
            chosen.append(MasterData.vocabulary.in_(names))
        for row in connection.execute(_newest(party_id, at, *chosen)):
            if not row.removed:
                yield _version(row)


@dataclass(frozen=True, slots=True)
class Said:
    """What people call an element at an instant, and where a place is; province: its code where the name is one of a province."""

    name: str
    commune: str | None = None
    province: str | None = None


@dataclass(slots=True)
class Names:
    """Everything an organisation ever said of some elements, to name them at any instant."""

    by_element: Mapping[str, Sequence[Version]] = field(default_factory=dict)

    def of(self, uri: str, at: int) -> Said | None:
        """What an element was called at an instant (microseconds); before anything was said of it, what was said first."""
        by_vocabulary: dict[str, list[Version]] = {}
        for version in self.by_element.get(rules.element_key(uri), ()):
            by_vocabulary.setdefault(version.vocabulary, []).append(version)
        told = (_counting(by_vocabulary[name], at) for name in sorted(by_vocabulary, key=rank))
        chosen = next((version for version in told if version is not None and version.name), None)
        if chosen is None:
            return None
        province = rules.province_code(rules.value_of(chosen.attributes, "state"))
        return Said(chosen.name, rules.value_of(chosen.attributes, "city") or None, province or None)


_FIRST = ("Location", "BusinessLocation", "Party", "ReadPoint", "EPCClass")


def rank(vocabulary: str) -> tuple[int, str]:
    """Where a vocabulary stands when several speak of one element: the one that says most of it first."""
    name = rules.short(vocabulary)
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


def _counting(kept: Sequence[Version], at: int) -> Version | None:
    """The version that counts; kept: of one vocabulary, oldest first."""
    before = [version for version in kept if to_micros(version.valid_from) <= at]
    chosen = before[-1] if before else next((version for version in kept if not version.removed), None)
    return None if chosen is None or chosen.removed else chosen


def names(connection: Connection, party_id: int, uris: Iterable[str]) -> Names:
    """What an organisation ever said of these identifiers, in any spelling."""
    ordered = sorted({rules.element_key(uri) for uri in uris if uri})
    found: dict[str, list[Version]] = {}
    for start in range(0, len(ordered), _AT_ONCE):
        statement = (
            select(MasterData.__table__)
            .where(MasterData.party_id == party_id, MasterData.element.in_(ordered[start : start + _AT_ONCE]))
            .order_by(MasterData.valid_from, MasterData.version_id)
        )
        for row in connection.execute(statement):
            found.setdefault(row.element, []).append(_version(row))
    return Names(found)
