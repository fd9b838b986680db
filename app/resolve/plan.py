"""What declarations would change: whose each key is, what is there already, and whether everything still leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.engine import Connection

from app.catalogue.model import Product
from app.errors import Finding
from app.resolve import kept, rules
from app.resolve.anchor import Pair, Path, levels, place_of
from app.resolve.find import OPERATOR, registered
from app.resolve.hosts import HostUnfit, host_name
from app.resolve.links import Registration
from app.resolve.model import LinkSet
from app.resolve.owners import Owner, kept_by_operator, owners
from app.resolve.standing import PAGE
from app.resolve.targets import host_of

_NOWHERE_ELSE: Mapping[str, str] = MappingProxyType({})
_NOTHING: Mapping[str, bool] = MappingProxyType({})
_SOME = 500
_OWN_PAGES = f"{PAGE}/"


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
    spots: Mapping[str, str] = field(default_factory=lambda: _NOWHERE_ELSE)

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


class Wish(NamedTuple):
    """A registration in the form of its row, with what is needed to tell where it stands.

    number: its place among the items; row: with the owner it would have if nobody has its key; hosts: that it leads to; item: where it
    stands, without its registration; wrong: there are findings already.
    """

    number: int
    row: kept.Kept
    hosts: tuple[str, ...]
    item: Item
    wrong: bool = False


class Planned(NamedTuple):
    """A wish without a finding and what it comes to."""

    wish: Wish
    change: kept.Change


Numbered = tuple[int, Finding]
"""A finding with the number of its item."""


def judge(item: Item, party_id: int, own: str = "") -> Item:
    """A registration in the form it will be kept, with what the rules find; the operator's files stay as they are and are told about.

    own: the host of this installation, as `hosts.own_host` says it.
    """
    if item.registration is None:
        return item
    strict = party_id != OPERATOR
    registration, findings, remarks = rules.judge(item.registration, rules.STRICT if strict else rules.FILES)
    where = _astray(registration, own)
    if where:
        wrong = tuple([each for each in where if strict or each.code == _LOOP])
        findings, remarks = (*findings, *wrong), (*remarks, *(each for each in where if each not in wrong))
    if strict and not findings:
        registration = rules.described(registration)
    if findings or remarks:
        found, told = (*item.findings, *item.placed(findings)), (*item.remarks, *item.placed(remarks))
        return Item(registration, item.pointer, found, told, item.spots)
    return Item(registration, item.pointer, item.findings, item.remarks, item.spots)


_LOOP = "resolve.address-own"
_BEFORE_PATH = re.compile(r"[^/?#]*(?://[^/?#]*)?")


def _astray(registration: Registration, own: str) -> list[Finding]:
    """Links to ourselves that would lead in circles, and to hosts of which nobody can prove that they are theirs."""
    default = registration.default
    found = [] if default is None or _is_elsewhere(default.href, own) else [_of_host(default.href, "/default/href", own)]
    found += [
        _of_host(link.href, f"/links/{place}/href", own)
        for place, link in enumerate(registration.links)
        if not _is_elsewhere(link.href, own)
    ]
    return [finding for finding in found if finding is not None]


def _is_elsewhere(href: str, own: str) -> bool:
    """Whether an address leads to a name that is not ours and can be proven, as nearly all do; of a wrong address it says nothing."""
    return _is_proper(_BEFORE_PATH.match(href)[0], own)  # type: ignore[index]  # it matches the empty text too


@lru_cache(maxsize=4_096)
def _is_proper(start: str, own: str) -> bool:
    host = host_of(start)
    return bool(host) and host != own and _provable(host)


def _of_host(href: str, pointer: str, own: str) -> Finding | None:
    """What is wrong with an address because of its host; of our own, only verification pages never send the visitor back."""
    host = host_of(href)
    if host and host == own:
        path = unquote(urlsplit(href).path)
        page = path.startswith(_OWN_PAGES) and not {".", ".."}.intersection(path.split("/"))
        return None if page else Finding("resolve.address-own", pointer, href[:80], {"host": host, "pages": _OWN_PAGES})
    return None if not host or _provable(host) else Finding("resolve.address-unprovable", pointer, href[:80], {"host": host[:80]})


def _provable(host: str) -> bool:
    try:
        return bool(host_name(host))
    except HostUnfit:
        return False


def wishes(items: Iterable[Item], party_id: int, first: int = 0) -> list[Wish]:
    """Judged items that could be read, as rows of an organisation; first: the number of the first item."""
    found = []
    for number, item in enumerate(items, first):
        if item.registration is not None:
            spots = {name: item.spots[name] for name in _LATER if name in item.spots} if item.spots else _NOWHERE_ELSE
            place = Item(None, item.pointer, spots=spots)
            if item.findings:  # of what is wrong only the key is asked about
                bare = Registration(item.registration.path, "", None, ())
                found.append(Wish(number, kept.row_of(bare, party_id), (), place, wrong=True))
            else:
                hosts = tuple(kept.hosts((item.registration,)))
                found.append(Wish(number, kept.row_of(item.registration, party_id), hosts, place))
    return found


_LATER = ("", "/path", "/default")
"""What findings are about that are made later than those of the rules."""


def make_plan(
    connection: Connection, wanted: Sequence[Wish], party_id: int, seen: dict[str, bool] | None = None
) -> tuple[list[Planned], list[Numbered]]:
    """What wishes of an organisation, or of the operator, come to, and what keeps them from it; `leading_nowhere` is asked apart.

    seen: anchors that stood earlier in the file, and whether each will have a default link; those of the wishes are added.
    """
    seen = {} if seen is None else seen
    rows = kept.rows_at(connection, [wish.row for wish in wanted])
    keys = [_key(wish.row.anchor) for wish in wanted]
    whose = owners(connection, set(keys))
    guarded = kept_by_operator(connection, {key for key in keys if key in whose and not whose[key].verified})
    planned: list[Planned] = []
    findings: list[Numbered] = []
    for wish, key in zip(wanted, keys, strict=True):
        anchor, row = wish.row.anchor, rows.get(wish.row.anchor)
        owner = whose.get(key)
        wrong = _whose_it_is(wish.item, owner, row, party_id, anchor, guarded=key in guarded)
        if anchor in seen:
            wrong = Finding("resolve.path-twice", wish.item.at("/path"), anchor)
        seen.setdefault(anchor, False)
        if wrong is not None:
            findings.append((wish.number, wrong))
        if wrong is None and not wish.wrong:
            seen[anchor] = wish.row.default_href is not None
            holder = party_id if party_id != OPERATOR else _of_operator_s_file(owner, row, guarded=key in guarded)
            planned.append(Planned(wish, kept.Change(row, wish.row if holder == wish.row.party_id else wish.row._replace(party_id=holder))))
    return planned, findings


def _key(anchor: str) -> Pair:
    """AI and value of the key that an anchor begins with."""
    return kept.path_of("/".join(anchor.split("/", 3)[:3]))[0]


def _whose_it_is(item: Item, owner: Owner | None, row: kept.Kept | None, party_id: int, anchor: str, *, guarded: bool) -> Finding | None:
    """What keeps an organisation from registering a key: it is somebody else's, nobody's that we know of, or the operator keeps its links.

    guarded: the operator keeps links of the key and the owner's prefix is not verified. Without this anybody could declare the prefix of a
    well-known product, or register its number on their word, and printed codes would lead to them.
    """
    if party_id == OPERATOR:
        return None
    if (owner is not None and owner.party_id != party_id) or (row is not None and row.party_id not in {OPERATOR, party_id}):
        return Finding("resolve.key-of-another", item.at("/path"), anchor, {"path": anchor})
    if row is not None and row.party_id == party_id:
        return None
    if owner is None:
        return Finding("resolve.key-nobodys", item.at("/path"), anchor, {"path": anchor})
    return Finding("resolve.key-kept", item.at("/path"), anchor, {"path": anchor}) if guarded else None


def _of_operator_s_file(owner: Owner | None, row: kept.Kept | None, *, guarded: bool) -> int:
    """Whose a link set of the operator's file is.

    That of an organisation whose prefix is verified; else whose it is already; a new one of a key with links of the operator's is the
    operator's too; any other new one that of an organisation which has the product or place in its catalogue. A declared prefix alone is
    no reason to give links away, and they are given away only once.
    """
    if owner is not None and owner.verified:
        return owner.party_id
    if row is not None:
        return row.party_id
    return owner.party_id if owner is not None and owner.recorded and not guarded else OPERATOR


def leading_nowhere(connection: Connection, planned: Sequence[Planned], given: Mapping[str, bool]) -> list[Numbered]:
    """Registrations without a default at their level or above, and those that would take one away from a level below.

    given: anchors of the file, with whether each will have a default when everything is done.
    """
    bare = [each for each in planned if each.wish.row.default_href is None]
    if not bare:
        return []
    paths = [kept.path_of(each.wish.row.anchor) for each in bare]
    led = _led(connection, paths, given)
    findings: list[Numbered] = []
    for (wish, change), path in zip(bare, paths, strict=True):
        anchor, place = wish.row.anchor, wish.item.at("/default")
        if path not in led:
            findings.append((wish.number, Finding("resolve.default-missing", place, anchor)))
            continue
        below = orphan(connection, change, given)
        if below is not None:
            findings.append((wish.number, Finding("resolve.default-needed-below", place, below, {"path": anchor, "below": below})))
    return findings


def _led(connection: Connection, paths: Sequence[Path], given: Mapping[str, bool]) -> set[Path]:
    """Those of many paths without a default of their own that lead somewhere; as `has_default` says of one."""
    products = _products(connection, sorted({path[0][1] for path in paths if path[0][0] == "01"}))
    above = {path: [place_of(level) for level in levels(path)[1:]] for path in paths}
    led = {path for path in above if path[0][0] == "01" and path[0][1] in products}
    led.update(path for path in above if path not in led and any(given.get(place.anchor, False) for place in above[path]))
    open_ = [path for path in above if path not in led]
    rows = kept.rows_at(connection, {place for path in open_ for place in above[path]})
    for path in open_:
        if any((row := rows.get(place.anchor)) is not None and row.default_href is not None for place in above[path]) or (
            path[0][0] != "01" and registered(connection, path[:1]) is not None
        ):
            led.add(path)
    return led


def _products(connection: Connection, gtins: Sequence[str]) -> set[str]:
    """Those of many GTINs that are in the catalogue."""
    found: set[str] = set()
    for some in kept.portions(gtins, _SOME):
        found.update(connection.scalars(select(Product.gtin).where(Product.gtin.in_(some))))
    return found


def has_default(connection: Connection, path: Path, given: Mapping[str, bool] = _NOTHING, without: str = "") -> bool:
    """Whether a path without a default of its own leads somewhere: to our page for a key of the catalogue, or where a level above leads.

    given: anchors of a file, with whether each will have a default; without: an anchor that will have none.
    """
    if registered(connection, path[:1]) is not None:
        return True
    above = [place_of(level) for level in levels(path)[1:]]
    if any(given.get(place.anchor, False) for place in above):
        return True
    return any(row.default_href is not None and anchor != without for anchor, row in kept.rows_at(connection, above).items())


def orphan(connection: Connection, change: kept.Change, given: Mapping[str, bool] = _NOTHING) -> str | None:
    """The anchor of a level below that would lead nowhere without the default that a change takes away, None when there is none."""
    if change.before is None or change.before.default_href is None:
        return None
    own = set(kept.path_of(change.row.anchor))
    for path in _without_default(connection, change):
        below = place_of(path).anchor
        if own < set(path) and not given.get(below, False) and not has_default(connection, path, given, without=change.row.anchor):
            return below
    return None


def _without_default(connection: Connection, change: kept.Change) -> Iterator[Path]:
    statement = select(LinkSet.anchor).where(
        LinkSet.issuer == change.row.issuer,
        LinkSet.class_key == change.row.class_key,
        LinkSet.default_href.is_(None),
    )
    return (kept.path_of(row.anchor) for row in connection.execute(statement))
