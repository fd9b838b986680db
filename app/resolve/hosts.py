"""Hosts that an organisation's links lead to: claimed, proven, looked at again every night, forgotten.

A visitor is sent on without a question only to a host that the owner of the link has proven to be theirs: otherwise every printed code
could be bent to lend its good name to a stranger's page. One organisation's proof is never another's: each has a token of its own.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy import delete as sql_delete
from sqlalchemy.engine import Connection, Row

from app.errors import Conflict, Finding, Invalid, NotFound, TooMany
from app.party import find as parties
from app.party.permissions import Actor, Permission, permit
from app.resolve import host_proof, targets
from app.resolve.crew import work_off
from app.resolve.findings import finding_of
from app.resolve.model import LinkHost
from app.resolve.targets import Target, target
from app.runtime import Runtime
from app.store.work import Tx

MOST_HOSTS = 100
"""Hosts of one organisation."""

PAUSE = timedelta(seconds=10)
"""Between two looks at one host: the button is no tool for making this server ask a stranger's again and again."""

STALE = timedelta(hours=20)
"""A proof is looked at again when it was not for so long: once a night, whenever the night's work began."""

THREADS = 4
"""Proofs looked at at the same time."""

_SUFFIXES = {"ac", "co", "com", "edu", "gov", "mil", "net", "org"}
_SUFFIXES_VN = _SUFFIXES | {"ai", "biz", "health", "id", "info", "int", "io", "name", "pro"}
_LOCAL = re.compile(r"(?:.*\.)?localhost")


class HostInvalid(Invalid):
    """The text is no host name."""

    code = "resolve.host-invalid"  # params: host


class HostLetter(HostInvalid):
    """Older and newer programs read a letter of the name as two different hosts."""

    code = "resolve.address-host-letter"  # params: host, letter


class HostUnfit(Invalid):
    """Nobody can prove it: a number, a name of one machine, or an ending such as `com.vn` that a registry owns."""

    code = "resolve.host-unfit"  # params: host


class HostOurs(Invalid):
    """It is the address of this installation, which needs no proof."""

    code = "resolve.host-ours"  # params: host


class NoSuchHost(NotFound):
    """The organisation has claimed no such host."""

    code = "resolve.no-such-host"  # params: host


class TooManyHosts(Conflict):
    """The organisation has claimed as many hosts as one may."""

    code = "resolve.too-many-hosts"  # params: limit


class AskedTooSoon(TooMany):
    """The host was looked at a moment ago."""

    code = "resolve.host-asked-too-soon"  # params: host, retry_after (seconds)


@dataclass(frozen=True, slots=True)
class Host:
    """A host as its organisation sees it.

    state: "unproven", "proven", "failing" (proven, but the proof was not found last time) or "lapsed"; by: "dns", "file", "operator" or
    None; lapses_at: when a failing one will lapse; dns, file: what the last look found instead of the token.
    """

    host: str
    state: str
    token: str
    by: str | None
    proven_at: datetime | None
    checked_at: datetime | None
    failed_since: datetime | None
    lapses_at: datetime | None
    dns: Finding | None
    file: Finding | None

    @property
    def record(self) -> tuple[str, str]:
        """Name and text of the TXT record that proves it."""
        return host_proof.record_name(self.host), host_proof.record_text(self.token)

    @property
    def page(self) -> tuple[str, str]:
        """Address and content of the file that proves it."""
        return host_proof.file_url(self.host), host_proof.record_text(self.token)


def host_name(text: str, own: str = "") -> str:
    """A host in its one spelling: lower case, ASCII, with a port that is not usual; own: that of this installation.

    Takes a whole address too. Raises HostInvalid, HostUnfit, HostOurs.
    """
    given = text.strip()
    found = target(given if given.lower().startswith(("https://", "http://")) else f"https://{given}")
    if not isinstance(found, Target):
        refusal = HostLetter if found.code == HostLetter.code else HostInvalid
        raise refusal(pointer="/host", **{"host": given[:80]} | dict(found.params))
    if found.host == own:
        raise HostOurs(pointer="/host", host=found.host)
    if not _fit(found.host):
        raise HostUnfit(pointer="/host", host=found.host)
    return found.host


def _fit(host: str) -> bool:
    """Whether somebody could own it by name."""
    name = host.rpartition(":")[0] if re.search(r":[0-9]+$", host) else host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        labels = name.split(".")
        suffix = len(labels) == 2 and len(labels[1]) == 2 and labels[0] in (_SUFFIXES_VN if labels[1] == "vn" else _SUFFIXES)
        return len(labels) > 1 and not suffix and not _LOCAL.fullmatch(name)
    return False


def own_host(on: Runtime) -> str:
    """The host of this installation's public address."""
    return targets.host_of(on.settings.public_url())


def claim(host: Any, *, by: Actor, on: Runtime) -> Host:
    """Say that a host is one's own; it counts only once it is proven. Claiming it again changes nothing.

    Raises HostInvalid, HostUnfit, HostOurs, TooManyHosts.
    """
    party_id = permit(by, Permission.RESOLVE_HOST_WRITE)
    name = host_name(host if isinstance(host, str) else "", own_host(on))
    now = on.clock.now()

    def run(tx: Tx) -> Host:
        found = _row(tx.connection, party_id, name)
        if found is None:
            count = tx.execute(select(func.count()).select_from(LinkHost).where(LinkHost.party_id == party_id)).scalar_one()
            if count >= MOST_HOSTS:
                raise TooManyHosts(limit=MOST_HOSTS)
            tx.execute(insert(LinkHost).values(party_id=party_id, host=name, token=secrets.token_hex(16), created_at=now))
        return _read(tx.connection, party_id, name)

    return on.store.write(run)


def prove(host: str, *, by: Actor, on: Runtime) -> Host:
    """Look for the proof both ways, now, and keep what was found; the answer says what each way showed.

    Raises NoSuchHost, HostUnfit, AskedTooSoon.
    """
    party_id = permit(by, Permission.RESOLVE_HOST_WRITE)
    now = on.clock.now()
    with on.store.reading() as connection:
        row = _own(connection, party_id, host)
    if not _fit(row.host):
        raise HostUnfit(pointer="/host", host=row.host)
    if row.checked_at is not None and timedelta() <= now - row.checked_at < PAUSE:
        raise AskedTooSoon(host=row.host, retry_after=(row.checked_at + PAUSE - now).total_seconds())
    with _looking(party_id, row.host):
        return _look(row, on)


_MOST_LOOKS = 3
"""Looks that people wait for in one process at the same time: each holds a request's thread until servers of others answer."""

_looks: set[int] = set()
_looks_lock = threading.Lock()


@contextmanager
def _looking(party_id: int, host: str) -> Iterator[None]:
    """The right to look, one for each organisation; raises AskedTooSoon where somebody looks already."""
    with _looks_lock:
        if party_id in _looks or len(_looks) >= _MOST_LOOKS:
            raise AskedTooSoon(host=host, retry_after=PAUSE.total_seconds())
        _looks.add(party_id)
    try:
        yield
    finally:
        with _looks_lock:
            _looks.remove(party_id)


def forget(host: str, *, by: Actor, on: Runtime) -> None:
    """Give a host up: links to it lead through a question again. Raises NoSuchHost."""
    party_id = permit(by, Permission.RESOLVE_HOST_WRITE)

    def run(tx: Tx) -> None:
        row = _own(tx.connection, party_id, host)
        tx.execute(sql_delete(LinkHost).where(LinkHost.party_id == party_id, LinkHost.host == row.host))

    on.store.write(run)


def hosts_of(*, by: Actor, on: Runtime) -> list[Host]:
    """The hosts of one's own organisation, those that need something done first."""
    party_id = permit(by, Permission.RESOLVE_LINK_READ)
    with on.store.reading() as connection:
        rows = connection.execute(select(LinkHost.__table__).where(LinkHost.party_id == party_id).order_by(LinkHost.host))
        found = [_host(row) for row in rows]
    return sorted(found, key=lambda each: each.state == "proven")


def host_of(host: str, *, by: Actor, on: Runtime) -> Host:
    """One host of one's own organisation; raises NoSuchHost."""
    party_id = permit(by, Permission.RESOLVE_LINK_READ)
    with on.store.reading() as connection:
        return _host(_own(connection, party_id, host))


def vouch(host: str, party_id: int, *, on: Runtime, withdrawn: bool = False) -> Host:
    """The operator's word that a host is an organisation's, or the end of it; for who sits at the machine, so nobody is asked.

    Raises HostInvalid, HostUnfit, HostOurs, NoSuchParty, NoSuchHost when there is nothing to withdraw.
    """
    name, now = host_name(host, own_host(on)), on.clock.now()

    def run(tx: Tx) -> Host:
        parties.party(tx.connection, party_id)
        row = _row(tx.connection, party_id, name)
        if withdrawn and (row is None or row.proven_by != host_proof.OPERATOR):
            raise NoSuchHost(host=name)
        values: dict[str, Any] = {"proven_by": None if withdrawn else host_proof.OPERATOR, "proven_at": None if withdrawn else now}
        values |= {"failed_since": None}
        if row is None:
            tx.execute(insert(LinkHost).values(party_id=party_id, host=name, token=secrets.token_hex(16), created_at=now, **values))
        else:
            tx.execute(update(LinkHost).where(LinkHost.party_id == party_id, LinkHost.host == name).values(values))
        return _read(tx.connection, party_id, name)

    return on.store.write(run)


def due_count(connection: Connection, now: datetime) -> int:
    """How many proofs were not looked at for a night."""
    return int(connection.execute(select(func.count()).select_from(LinkHost).where(_is_due(now))).scalar_one())


def look_again(count: int, stop: threading.Event, *, on: Runtime, seconds: float = float("inf")) -> int:
    """Look again at proofs that were not looked at for a night, the oldest first; returns how many were.

    seconds: after so long no further look is begun.
    """
    if not count:
        return 0
    statement = select(LinkHost.__table__).where(_is_due(on.clock.now()))
    with on.store.reading() as connection:
        rows = list(connection.execute(statement.order_by(LinkHost.checked_at, LinkHost.party_id, LinkHost.host).limit(count)))
    return work_off(rows, lambda row: _look_quietly(row, on), threads=THREADS, stop=stop, seconds=seconds, name="host-proof")


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(LinkHost.checked_at < now - STALE, LinkHost.proven_by.in_((host_proof.DNS, host_proof.FILE)))


def _look_quietly(row: Row[Any], on: Runtime) -> None:
    """Look; where the host is given up in the same moment, nothing is left to keep."""
    with suppress(NoSuchHost):
        _look(row, on)


def _look(row: Row[Any], on: Runtime) -> Host:
    """Look, and keep what was found unless the host was forgotten meanwhile. Raises NoSuchHost."""
    looked = host_proof.look(row.host, row.token, on.outbound)
    now = on.clock.now()

    def run(tx: Tx) -> Host:
        now_kept = _own(tx.connection, row.party_id, row.host)
        if now_kept.token == row.token:
            values = host_proof.after_look(now_kept.proven_by, now_kept.proven_at, now_kept.failed_since, looked, now)
            tx.execute(update(LinkHost).where(LinkHost.party_id == row.party_id, LinkHost.host == row.host).values(values))
        return _read(tx.connection, row.party_id, row.host)

    return on.store.write(run)


def _row(connection: Connection, party_id: int, host: str) -> Row[Any] | None:
    return connection.execute(select(LinkHost.__table__).where(LinkHost.party_id == party_id, LinkHost.host == host)).first()


def _own(connection: Connection, party_id: int, host: str) -> Row[Any]:
    """A host by any of its spellings; raises NoSuchHost."""
    found = target(f"https://{host}")
    row = _row(connection, party_id, found.host if isinstance(found, Target) else host)
    if row is None:
        raise NoSuchHost(host=host[:80])
    return row


def _read(connection: Connection, party_id: int, host: str) -> Host:
    return _host(_own(connection, party_id, host))


def _host(row: Row[Any]) -> Host:
    failing = row.failed_since is not None
    state = ("failing" if failing else "proven") if row.proven_by else ("lapsed" if failing else "unproven")
    lapses = row.failed_since + host_proof.LAPSES_AFTER if state == "failing" else None
    told = {way: finding_of(kept) for way, kept in (row.problem or {}).items()}
    dates = (row.proven_at, row.checked_at, row.failed_since, lapses)
    return Host(row.host, state, row.token, row.proven_by, *dates, told.get(host_proof.DNS), told.get(host_proof.FILE))
