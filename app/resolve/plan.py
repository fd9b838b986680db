"""What declarations would change: whose each key is, what is there already, and whether everything still leads somewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection, Row

from app.errors import Finding
from app.resolve import kept, rules
from app.resolve.anchor import Path, levels, place_of
from app.resolve.find import OPERATOR, registered
from app.resolve.links import Registration
from app.resolve.model import LinkSet
from app.resolve.owners import owners


@dataclass(frozen=True, slots=True)
class Item:
    """One registration of a file: what it says and where it stands; registration None when that could not be read.

    pointer: JSON pointer or `row=7` of the whole; spots: places in the file by the pointer inside a registration, such as
    `/links/0/href`, where they are not simply below it; findings, remarks: what is known to be wrong or worth telling.
    """

    registration: Registration | None
    pointer: str = ""
    findings: tuple[Finding, ...] = ()
    remarks: tuple[Finding, ...] = ()
    spots: Mapping[str, str] = field(default_factory=dict)

    def at(self, pointer: str) -> str:
        """Where something of the registration stands in the file."""
        known = pointer
        while known and known not in self.spots:
            known = known.rpartition("/")[0]
        if known in self.spots:
            place = self.spots[known]
            return place + pointer.removeprefix(known) if place.startswith("/") else place
        joint = " " if self.pointer and pointer and not self.pointer.startswith("/") else ""
        return f"{self.pointer}{joint}{pointer}"

    def placed(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Findings about the registration, with their places in the file; one cell may be default and link, and is told of once."""
        found = [replace(finding, pointer=self.at(finding.pointer)) for finding in findings]
        return tuple({(finding.code, finding.pointer): finding for finding in found}.values())


@dataclass(frozen=True, slots=True)
class Plan:
    """changes: what good items come to; wrong: places of the items with findings; rows: what is kept at the places today, by anchor."""

    changes: list[kept.Change]
    findings: list[Finding]
    wrong: set[int]
    rows: dict[str, Row[Any]]


def judge(item: Item, party_id: int) -> Item:
    """A registration in the form it will be kept, with what the rules find; the operator's files stay as they are and are told about."""
    if item.registration is None:
        return item
    strict = party_id != OPERATOR
    registration, findings, remarks = rules.judge(item.registration, rules.STRICT if strict else rules.FILES)
    if strict and not findings:
        registration = rules.described(registration)
    return replace(
        item,
        registration=registration,
        findings=(*item.findings, *item.placed(findings)),
        remarks=(*item.remarks, *item.placed(remarks)),
    )


def make_plan(connection: Connection, items: Sequence[Item], party_id: int, promised: Collection[str] = ()) -> Plan:
    """What judged items of an organisation, or of the operator, would change.

    promised: anchors outside of `items` that will have a default link when everything is done.
    """
    read = [(place, item, item.registration) for place, item in enumerate(items) if item.registration is not None]
    places = [place_of(registration.path) for _, _, registration in read]
    rows = kept.rows_at(connection, places)
    whose = owners(connection, {registration.path[0] for _, _, registration in read})
    findings: dict[int, list[Finding]] = {place: list(item.findings) for place, item in enumerate(items) if item.findings}
    changes: dict[int, kept.Change] = {}
    seen: set[str] = set()
    for (number, item, registration), at in zip(read, places, strict=True):
        row = rows.get(at.anchor)
        wrong = _whose_it_is(item, at.anchor, whose.get(registration.path[0]), row, party_id)
        if at.anchor in seen:
            wrong = Finding("resolve.path-twice", item.at("/path"), at.anchor)
        seen.add(at.anchor)
        if wrong is not None:
            findings.setdefault(number, []).append(wrong)
        owner = whose.get(registration.path[0], row.party_id if row is not None else party_id) if party_id == OPERATOR else party_id
        changes[number] = kept.Change(at, owner, row, registration)
    _leads_somewhere(connection, items, {n: c for n, c in changes.items() if n not in findings}, set(promised), findings)
    listed = [finding for place in sorted(findings) for finding in findings[place]]
    return Plan([change for place, change in changes.items() if place not in findings], listed, set(findings), rows)


def _whose_it_is(item: Item, anchor: str, owner: int | None, row: Row[Any] | None, party_id: int) -> Finding | None:
    """What keeps an organisation from registering a key: it is somebody else's, or nobody's that we know of."""
    if party_id == OPERATOR:
        return None
    if owner not in {None, party_id} or (row is not None and row.party_id not in {OPERATOR, party_id}):
        return Finding("resolve.key-of-another", item.at("/path"), anchor, {"path": anchor})
    if owner is None and (row is None or row.party_id != party_id):
        return Finding("resolve.key-nobodys", item.at("/path"), anchor, {"path": anchor})
    return None


def _leads_somewhere(
    connection: Connection, items: Sequence[Item], changes: dict[int, kept.Change], promised: set[str], findings: dict[int, list[Finding]]
) -> None:
    """Note registrations without a default at their level or above, and those that would take one away from a level below."""
    given = promised | {change.place.anchor for change in changes.values() if change.after is not None and change.after.default is not None}
    for number, change in changes.items():
        if change.after is None or change.after.default is not None:
            continue
        if not has_default(connection, change.after.path, given):
            findings.setdefault(number, []).append(Finding("resolve.default-missing", items[number].at("/default"), change.place.anchor))
            continue
        below = orphan(connection, change, given)
        if below is not None:
            params = {"path": change.place.anchor, "below": below}
            findings.setdefault(number, []).append(Finding("resolve.default-needed-below", items[number].at("/default"), below, params))


def has_default(connection: Connection, path: Path, given: Collection[str] = (), without: str = "") -> bool:
    """Whether a path without a default of its own leads somewhere: to our page for a key of the catalogue, or where a level above leads.

    given: anchors that will have a default; without: an anchor that will have none.
    """
    if registered(connection, path[:1]) is not None:
        return True
    above = [place_of(level) for level in levels(path)[1:]]
    if any(place.anchor in given for place in above):
        return True
    return any(row.default_href is not None and anchor != without for anchor, row in kept.rows_at(connection, above).items())


def orphan(connection: Connection, change: kept.Change, given: Collection[str] = ()) -> str | None:
    """The anchor of a level below that would lead nowhere without the default that a change takes away, None when there is none."""
    if change.before is None or change.before.default_href is None:
        return None
    own = set(kept.path_of(change.place.anchor))
    for path in _without_default(connection, change):
        below = place_of(path).anchor
        if own < set(path) and below not in given and not has_default(connection, path, given, without=change.place.anchor):
            return below
    return None


def _without_default(connection: Connection, change: kept.Change) -> Iterator[Path]:
    statement = select(LinkSet.anchor).where(
        LinkSet.issuer == change.place.issuer,
        LinkSet.class_key == change.place.class_key,
        LinkSet.default_href.is_(None),
    )
    return (kept.path_of(row.anchor) for row in connection.execute(statement))
