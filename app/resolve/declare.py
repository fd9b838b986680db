"""Registering where keys lead: one link set or thousands, taking them away, and the way back.

Whose key it is decides who may: the organisation that registered the product or place or holds the company prefix; the operator of the
installation (party 0, on the machine) may for every key, and what it declares for an organisation's key belongs to that organisation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy.engine import Row

from app.errors import Conflict, Finding, Invalid, NotFound
from app.party.permissions import Actor, Permission, permit
from app.resolve import find_links, kept
from app.resolve.anchor import Path, place_of
from app.resolve.find import OPERATOR
from app.resolve.links import Registration
from app.resolve.plan import Item, Plan, judge, make_plan, orphan
from app.runtime import Runtime
from app.store.work import Tx

Told = Callable[[int], None]
"""Hears how many registrations more were judged or written."""

_PORTION = 20_000
"""Link sets in one transaction: a running server waits a second or two for it, not a minute."""

_STEP = 1_000
_PATIENCE = 600.0
"""Seconds that one portion may wait for a server that writes too."""


def _nobody(count: int) -> None:
    """Hears of progress where nobody watches."""


class LinksInvalid(Invalid):
    """The links of one key cannot be registered as they are; the findings say where."""

    code = "resolve.links-invalid"  # params: count (findings)


class RowsWrong(Invalid):
    """Registrations of a file are wrong and nothing of it was registered; the findings say which."""

    status = 422
    code = "resolve.rows-wrong"  # params: count (findings), rows (registrations with findings), of (registrations)


class KeyOfAnother(Conflict):
    """The key, or its links, belong to another organisation."""

    code = "resolve.key-of-another"  # params: path


class NeededBelow(Conflict):
    """A lot or serial number of this key has no default link of its own and would lead nowhere."""

    code = "resolve.default-needed-below"  # params: path, below


class ChangedMeanwhile(Conflict):
    """Somebody changed the links after they were read."""

    status = 412
    code = "resolve.changed-meanwhile"  # params: path


class ChangedSince(Conflict):
    """The links were changed again after the change that shall be undone."""

    code = "resolve.changed-since"  # params: path


class NothingRegistered(NotFound):
    """No links are registered for this key."""

    code = "resolve.no-links"  # params: path


class NoSuchChange(NotFound):
    """The organisation made no such change of links."""

    code = "resolve.no-such-change"  # params: change


class Declared(NamedTuple):
    """What a declaration did. change_id: None when everything was so already; remarks: what is allowed and worth telling."""

    registration: Registration
    change_id: int | None
    created: bool
    remarks: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file: numbers of link sets, hosts they lead to, and what was wrong or worth telling."""

    created: int
    replaced: int
    unchanged: int
    skipped: int
    hosts: tuple[str, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[Finding, ...]


def declare(registration: Registration, *, by: Actor, on: Runtime, expected: str | None = None) -> Declared:
    """Register where one key leads, in place of what was registered for it.

    expected: `kept.version` of what the caller saw, "" for nothing; None does not ask. A default link that stands under no descriptive
    type gets one. Raises LinksInvalid with findings, KeyOfAnother, ChangedMeanwhile, NeededBelow.
    """
    permit(by, Permission.RESOLVE_LINK_WRITE)
    item = judge(Item(registration), by.party)

    def run(tx: Tx) -> Declared:
        plan = make_plan(tx.connection, [item], by.party)
        anchor = place_of(registration.path).anchor
        row = plan.rows.get(anchor)
        seen = row if row is not None and by.party in {OPERATOR, row.party_id} else None  # the operator's is not shown to the key's owner
        _expect(seen, anchor, expected)
        change = _only(plan)
        return Declared(change.after or registration, _carry_out(tx, [change], by=by, on=on), change.before is None, item.remarks)

    return on.store.write(run)


def declare_many(items: Sequence[Item], *, by: Actor, on: Runtime, skip_wrong: bool = False, told: Told = _nobody) -> Loaded:
    """Register what a file says, each registration judged by itself.

    Nothing is registered when one is wrong, unless `skip_wrong`. Every finding is made before anything is written; then portions of
    20,000 are, and loading the same file again changes nothing. Raises RowsWrong with findings.
    """
    loaded, good = _judged(items, by=by, on=on, told=told)
    if loaded.findings and not skip_wrong:
        raise RowsWrong(findings=loaded.findings, count=len(loaded.findings), rows=loaded.skipped, of=len(items))
    promised = {place_of(each.path).anchor for item in good if (each := item.registration) is not None and each.default is not None}
    for portion in kept.portions(good, _PORTION):
        on.store.write(lambda tx, some=portion: _load(tx, some, promised, by, on), timeout=_PATIENCE)  # type: ignore[misc]  # bound now
        told(len(portion))
    return loaded


def check_many(items: Sequence[Item], *, by: Actor, on: Runtime, told: Told = _nobody) -> Loaded:
    """What `declare_many` would do with a file; registers nothing and raises for nothing that a file can say."""
    return _judged(items, by=by, on=on, told=told)[0]


def withdraw(path: Path, *, by: Actor, on: Runtime, expected: str | None = None) -> int:
    """Take away what is registered for a key; returns the number of the change. Raises NothingRegistered, KeyOfAnother, NeededBelow."""
    permit(by, Permission.RESOLVE_LINK_WRITE)
    place = place_of(path)

    def run(tx: Tx) -> int:
        row = kept.rows_at(tx.connection, [place]).get(place.anchor)
        if row is None:
            raise NothingRegistered(path=place.anchor)
        _expect(row, place.anchor, expected)
        return _take_away(tx, row, by=by, on=on)

    return on.store.write(run)


def undo(change_id: int, *, by: Actor, on: Runtime) -> int | None:
    """Bring back what was registered before a change; returns the number of the new change.

    Raises NoSuchChange, ChangedSince, and what `declare` and `withdraw` raise.
    """
    permit(by, Permission.RESOLVE_LINK_WRITE)

    def run(tx: Tx) -> int | None:
        change = find_links.change(tx.connection, change_id, None if by.party == OPERATOR else by.party)
        if change is None:
            raise NoSuchChange(change=str(change_id))
        place = place_of(kept.path_of(change.anchor))
        row = kept.rows_at(tx.connection, [place]).get(change.anchor)
        if (kept.spelled(kept.registration_of(row)) if row is not None else None) != change.after:
            raise ChangedSince(path=change.anchor)
        if change.before is None:
            return _take_away(tx, row, by=by, on=on) if row is not None else None
        plan = make_plan(tx.connection, [Item(kept.as_registration(change.before))], by.party)
        return _carry_out(tx, [_only(plan)], by=by, on=on)

    return on.store.write(run)


def _judged(items: Sequence[Item], *, by: Actor, on: Runtime, told: Told) -> tuple[Loaded, list[Item]]:
    """What a file would do, and its good items."""
    permit(by, Permission.RESOLVE_LINK_WRITE)
    judged = [judge(item, by.party) for item in _telling(items, told)]
    with on.store.reading() as connection:
        plan = make_plan(connection, judged, by.party)
    idle = sum(change.idle for change in plan.changes)
    created = sum(change.before is None for change in plan.changes)
    loaded = Loaded(
        created=created,
        replaced=len(plan.changes) - created - idle,
        unchanged=idle,
        skipped=len(plan.wrong),
        hosts=tuple(sorted(kept.hosts(change.after for change in plan.changes if change.after is not None))),
        findings=tuple(plan.findings),
        remarks=tuple(remark for item in judged for remark in item.remarks),
    )
    return loaded, [item for place, item in enumerate(judged) if place not in plan.wrong]


def _telling(items: Sequence[Item], told: Told) -> Iterator[Item]:
    for start in range(0, len(items), _STEP):
        some = items[start : start + _STEP]
        yield from some
        told(len(some))


def _load(tx: Tx, items: Sequence[Item], promised: set[str], by: Actor, on: Runtime) -> None:
    """Write a portion; what somebody else changed since it was judged refuses it."""
    plan = make_plan(tx.connection, items, by.party, promised)
    if plan.findings:
        raise RowsWrong(findings=plan.findings, count=len(plan.findings), rows=len(plan.wrong), of=len(items))
    _carry_out(tx, plan.changes, by=by, on=on)


def _only(plan: Plan) -> kept.Change:
    """The change of a plan for one key; raises what its findings amount to."""
    for finding in plan.findings:
        if finding.code == KeyOfAnother.code:
            raise KeyOfAnother(pointer=finding.pointer, **finding.params)
        if finding.code == NeededBelow.code:
            raise NeededBelow(pointer=finding.pointer, **finding.params)
    if plan.findings:
        raise LinksInvalid(findings=plan.findings, count=len(plan.findings))
    [change] = plan.changes
    return change


def _expect(row: Row[Any] | None, anchor: str, expected: str | None) -> None:
    if expected is not None and expected != ("" if row is None else kept.version(kept.registration_of(row))):
        raise ChangedMeanwhile(path=anchor)


def _take_away(tx: Tx, row: Row[Any], *, by: Actor, on: Runtime) -> int:
    if by.party not in {OPERATOR, row.party_id}:
        raise KeyOfAnother(path=row.anchor)
    change = kept.Change(place_of(kept.path_of(row.anchor)), row.party_id, row, None)
    below = orphan(tx.connection, change)
    if below is not None:
        raise NeededBelow(path=row.anchor, below=below)
    return kept.write(tx, [change], person_id=by.person_id, now=on.clock.now())[0]


def _carry_out(tx: Tx, changes: Sequence[kept.Change], *, by: Actor, on: Runtime) -> int | None:
    """Make the changes that change anything, and note the hosts they lead to; the number of the first one, None when all was so."""
    busy = [change for change in changes if not change.idle]
    now = on.clock.now()
    numbers = kept.write(tx, busy, person_id=by.person_id, now=now)
    found: dict[int, list[Registration]] = defaultdict(list)
    for change in busy if by.party != OPERATOR else changes:  # the operator vouches for what is there already, too
        if change.after is not None:
            found[change.party_id].append(change.after)
    own = urlsplit(on.settings.public_url()).netloc
    for party_id, registrations in found.items():
        hosts = kept.hosts(registrations) - {own}
        kept.remember_hosts(tx, party_id, hosts, proven_by="operator" if by.party == OPERATOR else None, now=now)
    return numbers[0] if numbers else None
