"""Whether the public link of each product answers: asked at night as a phone asks it, kept with since when, never guessed.

A link is called dead after two failures at least a quarter of an hour apart. Where this installation itself has no network, or a host
asks to be left alone, the link is not checked and keeps the state it had.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, insert, or_, select, text, update
from sqlalchemy.engine import Connection, Row

from app.catalogue.model import Product
from app.errors import Unavailable
from app.outbound import NoAnswer, NotAsked
from app.resolve.findings import kept
from app.resolve.follow import Followed, Manners, Outcome, Stopped, follow
from app.resolve.hosts import own_host
from app.resolve.model import LinkCheck
from app.runtime import Runtime
from app.store.work import Tx

THREADS = 4
STALE = timedelta(hours=20)
"""A link is due again when it was not tried for so long: once a night, whenever the night's work began."""

AGAIN = timedelta(minutes=15)
"""After a first failure a link is tried once more after so long; only then it counts as dead."""

_LOCK = 0x7472_7578_0C4E
"""Key of the PostgreSQL advisory lock of whoever checks: several server processes share one night's work."""


class CheckUnderWay(Unavailable):
    """Another process of this installation is checking links."""

    code = "resolve.check-under-way"  # params: retry_after


class OwnAddressSilent(Unavailable):
    """This machine cannot open its own public address, so it is in no place to judge links that begin there."""

    code = "resolve.own-address-silent"  # params: host


@dataclass(frozen=True, slots=True)
class Due:
    """A product whose link is to be tried."""

    party_id: int
    gtin: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one link. dead: whether it is now called dead; again: whether it will be tried once more before."""

    gtin: str
    followed: Followed
    dead: bool
    again: bool


def public_link(on: Runtime, gtin: str) -> str:
    """The address that the label of a product carries."""
    return f"{on.settings.public_url()}/01/{gtin}"


def due(connection: Connection, now: datetime, count: int) -> list[Due]:
    """Products whose link was not tried for a night, or failed once a while ago; never tried first, then the longest ago."""
    statement = _products().where(_is_due(now)).order_by(LinkCheck.checked_at.asc().nulls_first(), Product.gtin).limit(count)
    return [Due(row.party_id, row.gtin) for row in connection.execute(statement)]


def due_count(connection: Connection, now: datetime) -> int:
    """How many links are due."""
    return int(connection.execute(select(func.count()).select_from(_products().where(_is_due(now)).subquery())).scalar_one())


def chosen(connection: Connection, gtins: Sequence[str] = (), party_id: int | None = None) -> list[Due]:
    """The products with these GTINs (14 digits), or of an organisation, or all; never tried first."""
    statement = _products().order_by(LinkCheck.checked_at.asc().nulls_first(), Product.gtin)
    if gtins:
        statement = statement.where(Product.gtin.in_(list(gtins)))
    if party_id is not None:
        statement = statement.where(Product.party_id == party_id)
    return [Due(row.party_id, row.gtin) for row in connection.execute(statement)]


def _products() -> Select[int, str]:
    same = and_(LinkCheck.party_id == Product.party_id, LinkCheck.gtin == Product.gtin)
    return select(Product.party_id, Product.gtin).outerjoin(LinkCheck, same)


def _is_due(now: datetime) -> ColumnElement[bool]:
    once = and_(LinkCheck.failed_since == LinkCheck.checked_at, LinkCheck.checked_at <= now - AGAIN)
    return or_(LinkCheck.checked_at.is_(None), LinkCheck.checked_at <= now - STALE, once)


def own_address(on: Runtime) -> None:
    """Raise OwnAddressSilent unless the public address of this installation answers: a router may not let a machine reach itself."""
    host = own_host(on)
    try:
        answer = on.outbound.fetch(f"{on.settings.public_url()}/healthz", also_hosts=frozenset({host}), whole=False)
    except (NoAnswer, NotAsked) as refusal:
        raise OwnAddressSilent(host=host) from refusal
    if answer.status != 200:
        raise OwnAddressSilent(host=host)


def after(row: Row[Any] | None, followed: Followed, now: datetime, again: timedelta = AGAIN) -> dict[str, Any]:
    """The columns of a `LinkCheck` after a try; pure. row: as it was, None for a link never tried; again: as `check_links` has it."""
    was_ok, since = (bool(row.ok), row.failed_since) if row is not None else (False, None)
    suspected = since is not None and row is not None and row.checked_at == since
    values: dict[str, Any] = {
        "url": followed.url, "ok": was_ok, "status": followed.status, "problem": kept(followed.problem),
        "milliseconds": followed.milliseconds, "checked_at": now, "failed_since": since,
    }  # fmt: skip
    if followed.outcome is Outcome.ANSWERS:
        return values | {"ok": True, "ok_at": now, "failed_since": None}
    if followed.outcome is Outcome.UNCHECKED:
        return values | {"failed_since": None if suspected else since}
    if since is None:
        return values | {"failed_since": now}
    if suspected and now - since < again:
        return values | {"checked_at": since}
    return values | {"ok": False}


Each = Callable[[Checked], None]
"""Called after every link, from the thread that tried it."""


def check_links(links: Sequence[Due], manners: Manners, *, on: Runtime, each: Each | None = None, again: timedelta = AGAIN) -> int:
    """Try links on a few threads and keep what each said; returns how many were tried before `manners.stop` was set.

    again: after so long a second failure makes a link dead.
    """
    if not links:
        return 0
    run = _Run(links, manners, on, each, again)
    workers = [threading.Thread(target=run.work, name="link-check", daemon=True) for _ in range(min(THREADS, len(links)))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if run.fault is not None:
        raise run.fault
    return run.done


class _Run:
    """What the threads of one run share."""

    def __init__(self, links: Sequence[Due], manners: Manners, on: Runtime, each: Each | None, again: timedelta) -> None:
        self._manners, self._on, self._each, self._again = manners, on, each, again
        self._waiting: queue.SimpleQueue[Due] = queue.SimpleQueue()
        for link in links:
            self._waiting.put(link)
        self._lock = threading.Lock()
        self._network: bool | None = None
        self._own = own_host(on)
        self._lost: OwnAddressSilent | None = None
        self.done = 0
        self.fault: Exception | None = None
        try:
            own_address(on)
        except OwnAddressSilent as refusal:
            self._lost = refusal

    def work(self) -> None:
        """Take links until there are none, or somebody says stop; a fault ends the run and is its caller's."""
        while not self._manners.stop.is_set() and self.fault is None:
            try:
                self._try(self._waiting.get_nowait())
            except (queue.Empty, Stopped):
                return
            except Exception as error:  # noqa: BLE001  # raised again by check_links, in the thread that asked
                self.fault = error

    def _try(self, link: Due) -> None:
        on = self._on
        followed = self._followed(public_link(on, link.gtin))
        checked = on.store.write(lambda tx: _keep(tx, link, followed, on.clock.now(), self._again))
        with self._lock:
            self.done += 1
        if self._each is not None and checked is not None:
            self._each(checked)

    def _followed(self, url: str) -> Followed:
        if self._lost is not None:
            return Followed(Outcome.UNCHECKED, url, None, self._lost, 0)
        on = self._on
        return follow(url, on.outbound, self._manners, on.clock.now(), own=self._own, network=self.network)

    def network(self) -> bool:
        """Whether there is a way out; asked once in a run."""
        with self._lock:
            if self._network is None:
                self._network = self._on.outbound.network()
            return self._network


def _keep(tx: Tx, link: Due, followed: Followed, now: datetime, again: timedelta) -> Checked | None:
    """Keep what a link said; None when its product went to somebody else meanwhile."""
    if tx.execute(select(Product.gtin).where(Product.gtin == link.gtin, Product.party_id == link.party_id)).first() is None:
        return None
    same = (LinkCheck.party_id == link.party_id) & (LinkCheck.gtin == link.gtin)
    row = tx.execute(select(LinkCheck.__table__).where(same)).first()
    values = after(row, followed, now, again)
    if row is None:
        tx.execute(insert(LinkCheck).values(party_id=link.party_id, gtin=link.gtin, **values))
    else:
        tx.execute(update(LinkCheck).where(same).values(values))
    failed = followed.outcome is Outcome.FAILS
    dead = failed and values["checked_at"] != values["failed_since"]
    return Checked(link.gtin, followed, dead, failed and not dead)


@contextmanager
def alone(on: Runtime) -> Iterator[bool]:
    """Whether this process is the one that checks, for as long as the block runs; on SQLite there is only one."""
    if on.store.engines.sqlite:
        yield True
        return
    with on.store.engines.reader.connect() as plain:
        connection = plain.execution_options(
            isolation_level="AUTOCOMMIT"
        )  # a lock of the connection: no transaction stays open for minutes
        held = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}).scalar_one())
        try:
            yield held
        finally:
            if held:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
