"""Registering where keys lead: one link set or thousands, taking them away, and the way back.

Whose key it is decides who may: the organisation that registered the product or place or holds the company prefix; the operator of the
installation (party 0, on the machine) may for every key. Whose its link sets are: app/decisions/0007-whose-numbers.md.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import NamedTuple

from app.errors import Conflict, Finding, Invalid, NotFound
from app.party.permissions import Actor, Permission, permit
from app.resolve import find_links, kept
from app.resolve.anchor import Path, place_of
from app.resolve.find import OPERATOR
from app.resolve.hosts import own_host
from app.resolve.links import Registration
from app.resolve.plan import Item, Numbered, Planned, Wish, judge, leading_nowhere, make_plan, orphan, wishes
from app.resolve.spool import Spool
from app.runtime import Runtime
from app.store.work import Tx

Told = Callable[[int, int], None]
"""Hears how many registrations are written, and of how many."""

_PORTION, _LEAST, _MOST = 2_000, 500, 5_000
"""Link sets in the first transaction, and in any: new ones take 40 microseconds each, ones strewn over a million that are replaced 150."""

_TURN = 0.3
"""Seconds that one transaction should take, because a running server waits for it on SQLite; the next portion is made to measure."""

_PAUSE = 0.1
"""Seconds between portions on SQLite: whoever waits for its lock looks again after 100 ms at the latest, and would miss a shorter gap.

Without it a write of a running server waited 1.2 seconds, for several portions.
"""

_STEP = 1_000
"""Registrations that are judged together."""

_PATIENCE = 600.0
"""Seconds that one portion may wait for a server that writes too."""


def _nobody(done: int, total: int) -> None:
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


class KeptByOperator(Conflict):
    """The operator of the installation keeps the links of the key, and the organisation's prefix is only declared."""

    code = "resolve.key-kept"  # params: path


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
    """What became of a file: numbers of link sets, hosts they lead to, and what was wrong or worth telling.

    findings, remarks: the first of as many as `findings_total` and `remarks_total` say.
    """

    created: int
    replaced: int
    unchanged: int
    skipped: int
    hosts: tuple[str, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[Finding, ...]
    findings_total: int
    remarks_total: int


def declare(registration: Registration, *, by: Actor, on: Runtime, expected: str | None = None) -> Declared:
    """Register where one key leads, in place of what was registered for it.

    expected: `kept.version` of what the caller saw, "" for nothing; None does not ask. A default link that stands under no descriptive
    type gets one. Raises LinksInvalid with findings, KeyOfAnother, KeptByOperator, ChangedMeanwhile, NeededBelow.
    """
    permit(by, Permission.RESOLVE_LINK_WRITE)
    item = judge(Item(registration), by.party, own_host(on))
    wanted = wishes([item], by.party)
    place = place_of(registration.path)

    def run(tx: Tx) -> Declared:
        row = kept.rows_at(tx.connection, [place]).get(place.anchor)
        seen = row if row is not None and by.party in {OPERATOR, row.party_id} else None  # the operator's is not shown to the key's owner
        _expect(seen, place.anchor, expected)
        planned = _only(tx, wanted, item.findings, by)
        made = kept.registration_of(planned.wish.row)
        return Declared(made, _carry_out(tx, [planned], by=by, on=on), planned.change.before is None, item.remarks)

    return on.store.write(run)


def declare_many(
    items: Iterable[Item], *, by: Actor, on: Runtime, skip_wrong: bool = False, told: Told = _nobody, most: int | None = None
) -> Loaded:
    """Register what a file says, each registration judged by itself; a million need little memory when they come one by one.

    Nothing is registered when one is wrong, unless `skip_wrong`. Every finding is made before anything is written, then portions of 500 to
    5,000 are. When that is broken off, each portion is whole or not there, and loading the same file again does the rest: what is there
    already changes nothing. most: findings and remarks that are kept of all. Raises RowsWrong with findings.
    """
    permit(by, Permission.RESOLVE_LINK_WRITE)
    with Spool(on.settings.home) as spool:
        judged = _judge(items, spool, by=by, on=on, most=most)
        loaded = judged.loaded()
        if loaded.findings_total and not skip_wrong:
            raise RowsWrong(findings=loaded.findings, count=loaded.findings_total, rows=loaded.skipped, of=judged.count)
        _write(judged, spool, by=by, on=on, told=told)
    return loaded


def check_many(items: Iterable[Item], *, by: Actor, on: Runtime, most: int | None = None) -> Loaded:
    """What `declare_many` would do with a file; registers nothing and raises for nothing that a file can say."""
    permit(by, Permission.RESOLVE_LINK_WRITE)
    with Spool(on.settings.home) as spool:
        return _judge(items, spool, by=by, on=on, most=most).loaded()


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
        wanted = wishes([Item(kept.as_registration(change.before))], by.party)
        return _carry_out(tx, [_only(tx, wanted, (), by)], by=by, on=on)

    return on.store.write(run)


@dataclass(slots=True)
class _Judged:
    """What is known of a file when all of it is judged.

    count: items; wrong: how many of them have findings; late: numbers of those found wrong when all were known, which the spool still
    holds; seen: anchors, with whether each will have a default; bare: whether some have none; vouched: hosts of link sets that stay as they
    are, by owner.
    """

    most: int | None
    count: int = 0
    created: int = 0
    replaced: int = 0
    idle: int = 0
    wrong: int = 0
    bare: bool = False
    findings: list[Numbered] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)
    findings_total: int = 0
    remarks_total: int = 0
    hosts: set[str] = field(default_factory=set)
    late: set[int] = field(default_factory=set)
    seen: dict[str, bool] = field(default_factory=dict)
    vouched: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def note(self, items: Sequence[Item], found: Sequence[Numbered]) -> None:
        """Count the items of a portion and keep the first of what was found; found: by the plan, in the order of the items."""
        both = [(number, finding) for number, item in enumerate(items, self.count) for finding in item.findings]
        both = sorted([*both, *found], key=_number) if found else both
        self.count += len(items)
        self.wrong += len({number for number, _ in both})
        self.findings_total += len(both)
        self.findings += both[: _room(self.findings, self.most)]
        remarks = [remark for item in items for remark in item.remarks]
        self.remarks_total += len(remarks)
        self.remarks += remarks[: _room(self.remarks, self.most)]

    def note_late(self, found: Sequence[Numbered]) -> None:
        """The same for what was found when all items were known; one of each at most."""
        self.late.update(map(_number, found))
        self.wrong += len(found)
        self.findings_total += len(found)
        self.findings = sorted([*self.findings, *found], key=_number)[: self.most]

    def good(self, planned: Planned) -> None:
        """Count a change."""
        if planned.change.idle:
            self.idle += 1
            self.vouched[planned.change.row.party_id].update(planned.wish.hosts)
        elif planned.change.before is None:
            self.created += 1
        else:
            self.replaced += 1
        self.hosts.update(planned.wish.hosts)

    def loaded(self) -> Loaded:
        """What the file does, or would do."""
        findings = tuple(finding for _, finding in self.findings)
        done = (self.created, self.replaced, self.idle, self.wrong, tuple(sorted(self.hosts)))
        return Loaded(*done, findings, tuple(self.remarks), self.findings_total, self.remarks_total)


def _number(found: Numbered) -> int:
    return found[0]


def _room(noted: Sequence[object], most: int | None) -> int | None:
    return None if most is None else max(0, most - len(noted))


def _judge(items: Iterable[Item], spool: Spool, *, by: Actor, on: Runtime, most: int | None) -> _Judged:
    """Judge a file, and spool what is to be written."""
    judged = _Judged(most)
    coming = iter(items)
    own = own_host(on)
    while portion := [judge(item, by.party, own) for item in islice(coming, _STEP)]:
        wanted = wishes(portion, by.party, judged.count)
        with on.store.reading() as connection:
            planned, findings = make_plan(connection, wanted, by.party, judged.seen)
        judged.note(portion, findings)
        bare = {each.wish.number for each in planned if each.wish.row.default_href is None}
        judged.bare = judged.bare or bool(bare)
        for each in planned:
            if each.wish.number not in bare:
                judged.good(each)
        spool.put([each.wish for each in planned if each.wish.number in bare or not each.change.idle])
    if judged.bare:
        _judge_bare(judged, spool, by, on)
    return judged


def _judge_bare(judged: _Judged, spool: Spool, by: Actor, on: Runtime) -> None:
    """Judge those without a default link: what is above them may have stood later in the file."""
    for portion in spool:
        wanted = [wish for wish in portion if wish.row.default_href is None]
        with on.store.reading() as connection:
            planned, _ = make_plan(connection, wanted, by.party)
            found = leading_nowhere(connection, planned, judged.seen)
        judged.note_late(found)
        for each in planned:
            if each.wish.number not in judged.late:
                judged.good(each)


def _write(judged: _Judged, spool: Spool, *, by: Actor, on: Runtime, told: Told) -> None:
    """Write what was spooled, in portions between which others get their turn, and the operator's word for hosts that were there."""
    known: dict[int, set[str]] = defaultdict(set)
    done, total, size = 0, judged.created + judged.replaced, _PORTION
    good = (wish for portion in spool for wish in portion if wish.number not in judged.late)
    while portion := list(islice(good, size)):
        if done and on.settings.is_sqlite():
            time.sleep(_PAUSE)
        start = time.monotonic()
        led = on.store.write(partial(_load, portion=portion, given=judged.seen, known=known, by=by, on=on), timeout=_PATIENCE)
        for party_id, hosts in led.items():
            known[party_id] |= hosts
        took = time.monotonic() - start
        size = max(_LEAST, min(_MOST, int(len(portion) * _TURN / took))) if took else _MOST
        done += len(portion)
        told(min(done, total), total)
    if by.party == OPERATOR and judged.vouched:
        left = {party_id: hosts - known[party_id] for party_id, hosts in judged.vouched.items()}
        on.store.write(lambda tx: _remember(tx, left, by=by, on=on), timeout=_PATIENCE)


def _load(
    tx: Tx, *, portion: Sequence[Wish], given: dict[str, bool], known: dict[int, set[str]], by: Actor, on: Runtime
) -> dict[int, set[str]]:
    """Write a portion and return the hosts it leads to by owner; what somebody else changed since it was judged refuses it."""
    planned, findings = make_plan(tx.connection, portion, by.party)
    findings += leading_nowhere(tx.connection, planned, given)
    if findings:
        found = [finding for _, finding in findings]
        raise RowsWrong(findings=found, count=len(found), rows=len(set(map(_number, findings))), of=len(portion))
    changes = [each.change for each in planned if not each.change.idle]
    kept.write(tx, changes, person_id=by.person_id, now=on.clock.now(), in_bulk=by.party == OPERATOR)
    led = _hosts(planned, by)
    _remember(tx, {party_id: hosts - known.get(party_id, set()) for party_id, hosts in led.items()}, by=by, on=on)
    return led


def _only(tx: Tx, wanted: Sequence[Wish], findings: Sequence[Finding], by: Actor) -> Planned:
    """What a wish for one key comes to; raises what its findings amount to."""
    planned, more = make_plan(tx.connection, wanted, by.party)
    found = [*findings, *(finding for _, finding in [*more, *leading_nowhere(tx.connection, planned, {})])]
    for finding in found:
        if finding.code == KeyOfAnother.code:
            raise KeyOfAnother(pointer=finding.pointer, **finding.params)
        if finding.code == KeptByOperator.code:
            raise KeptByOperator(pointer=finding.pointer, **finding.params)
        if finding.code == NeededBelow.code:
            raise NeededBelow(pointer=finding.pointer, **finding.params)
    if found:
        raise LinksInvalid(findings=found, count=len(found))
    [only] = planned
    return only


def _expect(row: kept.Kept | None, anchor: str, expected: str | None) -> None:
    if expected is not None and expected != ("" if row is None else kept.version(kept.registration_of(row))):
        raise ChangedMeanwhile(path=anchor)


def _take_away(tx: Tx, row: kept.Kept, *, by: Actor, on: Runtime) -> int:
    if by.party not in {OPERATOR, row.party_id}:
        raise KeyOfAnother(path=row.anchor)
    change = kept.Change(row, None)
    below = orphan(tx.connection, change)
    if below is not None:
        raise NeededBelow(path=row.anchor, below=below)
    return kept.write(tx, [change], person_id=by.person_id, now=on.clock.now())[0]


def _carry_out(tx: Tx, planned: Sequence[Planned], *, by: Actor, on: Runtime) -> int | None:
    """Make the changes that change anything, and note the hosts they lead to; the number of the first one, None when all was so."""
    busy = [each.change for each in planned if not each.change.idle]
    numbers = kept.write(tx, busy, person_id=by.person_id, now=on.clock.now())
    _remember(tx, _hosts(planned, by), by=by, on=on)
    return numbers[0] if numbers else None


def _hosts(planned: Sequence[Planned], by: Actor) -> dict[int, set[str]]:
    """Hosts that changes lead to, by owner; the operator vouches for what is there already, too."""
    found: dict[int, set[str]] = defaultdict(set)
    for wish, change in planned:
        if by.party == OPERATOR or not change.idle:
            found[change.row.party_id].update(wish.hosts)
    return found


def _remember(tx: Tx, found: dict[int, set[str]], *, by: Actor, on: Runtime) -> None:
    """Note hosts by the owner of the links to them; our own needs no note."""
    own, proven_by = own_host(on), "operator" if by.party == OPERATOR else None
    for party_id, hosts in found.items():
        fresh = hosts - {own}
        if fresh:
            kept.remember_hosts(tx, party_id, fresh, proven_by=proven_by, now=on.clock.now())
