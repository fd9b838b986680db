"""Whether the public link of each product answers: asked at night as a phone asks it, kept with since when, never guessed.

A link is called dead after two failures at least a quarter of an hour apart, whoever asked. Where this installation itself has no network,
or a host asks to be left alone, the link is not checked and keeps the state it had. Where our own page asks visitors whether they want to
leave for a host that nobody has proven, the check goes on as one who says yes, and notes the host.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row

from app.catalogue.model import Product
from app.errors import Invalid, NotFound, Unavailable
from app.outbound import NoAnswer, NotAsked
from app.resolve import answer
from app.resolve.crew import work_off
from app.resolve.due_links import AGAIN, Due
from app.resolve.findings import noted
from app.resolve.follow import ACCEPT, TONGUES, Followed, Manners, Outcome, follow
from app.resolve.hosts import own_host
from app.resolve.links import with_query
from app.resolve.model import LinkCheck
from app.resolve.standing import Site
from app.runtime import Runtime
from app.store.work import Tx

THREADS = 8


class OwnAddressSilent(Unavailable):
    """This machine cannot open its own public address, so it is in no place to judge links that begin there."""

    code = "resolve.own-address-silent"  # params: host


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


def own_address(on: Runtime) -> None:
    """Raise OwnAddressSilent unless the public address of this installation answers: a router may not let a machine reach itself."""
    host = own_host(on)
    try:
        said = on.outbound.fetch(f"{on.settings.public_url()}/healthz", also_hosts=frozenset({host}), whole=False)
    except (NoAnswer, NotAsked) as refusal:
        raise OwnAddressSilent(host=host) from refusal
    if said.status != 200:
        raise OwnAddressSilent(host=host)


def beyond(url: str, on: Runtime) -> str | None:
    """Where the button of our page about an unproven host leads, by that page's address; None for every other page."""
    root = on.settings.public_url()
    if not url.startswith(f"{root}{answer.LEAVING}/"):
        return None
    path, _, query = url[len(root) + len(answer.LEAVING) :].partition("#")[0].partition("?")
    try:
        put = answer.question(path, query, ACCEPT, TONGUES, Site(root, own_host(on)))
        with on.store.reading() as connection:
            leads = answer.unproven(connection, put)
    except (Invalid, NotFound):
        return None
    return None if leads is None else with_query(leads.link.href, put.asked.query)


def after(row: Row[Any] | None, followed: Followed, now: datetime) -> dict[str, Any]:
    """The columns of a `LinkCheck` after a try; pure. row: as it was, None for a link never tried."""
    was_ok, since = (bool(row.ok), row.failed_since) if row is not None else (False, None)
    suspected = since is not None and row is not None and row.checked_at == since
    values: dict[str, Any] = {
        "url": followed.url, "ok": was_ok, "status": followed.status, "problem": noted(followed.problem, followed.unproven),
        "milliseconds": followed.milliseconds, "checked_at": now, "failed_since": since,
    }  # fmt: skip
    if followed.outcome is Outcome.ANSWERS:
        return values | {"ok": True, "ok_at": now, "failed_since": None}
    if followed.outcome is Outcome.UNCHECKED:
        return values | {"failed_since": None if suspected else since}
    if since is None:
        return values | {"failed_since": now}
    if suspected and now - since < AGAIN:
        return values | {"checked_at": since}
    return values | {"ok": False}


Each = Callable[[Checked], None]
"""Called after every link, from the thread that tried it."""


def check_links(links: Sequence[Due], manners: Manners, *, on: Runtime, each: Each | None = None, seconds: float = float("inf")) -> int:
    """Try links on a few threads and keep what each said; returns how many were tried before `manners.stop` was set.

    seconds: after so long no further link is begun.
    """
    if not links:
        return 0
    run = _Run(manners, on, each)
    return work_off(links, run.check, threads=THREADS, stop=manners.stop, seconds=seconds, name="link-check")


class _Run:
    """What the threads of one run share."""

    def __init__(self, manners: Manners, on: Runtime, each: Each | None) -> None:
        self._manners, self._on, self._each = manners, on, each
        self._lock = threading.Lock()
        self._network: bool | None = None
        self._own = own_host(on)
        self._lost: OwnAddressSilent | None = None
        try:
            own_address(on)
        except OwnAddressSilent as refusal:
            self._lost = refusal

    def check(self, link: Due) -> None:
        """Try one link and keep what it said. Raises Stopped."""
        on = self._on
        followed = self._followed(public_link(on, link.gtin))
        checked = on.store.write(lambda tx: _keep(tx, link, followed, on.clock.now()))
        if self._each is not None and checked is not None:
            self._each(checked)

    def _followed(self, url: str) -> Followed:
        if self._lost is not None:
            return Followed(Outcome.UNCHECKED, url, None, self._lost, 0)
        on = self._on
        past = lambda page: beyond(page, on)  # noqa: E731  # reads like its neighbours below
        return follow(url, on.outbound, self._manners, on.clock.now(), own=self._own, network=self.network, past=past)

    def network(self) -> bool:
        """Whether there is a way out; asked once in a run."""
        with self._lock:
            if self._network is None:
                self._network = self._on.outbound.network()
            return self._network


def _keep(tx: Tx, link: Due, followed: Followed, now: datetime) -> Checked | None:
    """Keep what a link said; None when its product went to somebody else meanwhile."""
    if tx.execute(select(Product.gtin).where(Product.gtin == link.gtin, Product.party_id == link.party_id)).first() is None:
        return None
    same = (LinkCheck.party_id == link.party_id) & (LinkCheck.gtin == link.gtin)
    row = tx.execute(select(LinkCheck.__table__).where(same)).first()
    values = after(row, followed, now)
    if row is None:
        tx.execute(insert(LinkCheck).values(party_id=link.party_id, gtin=link.gtin, **values))
    else:
        tx.execute(update(LinkCheck).where(same).values(values))
    failed = followed.outcome is Outcome.FAILS
    dead = failed and values["checked_at"] != values["failed_since"]
    return Checked(link.gtin, followed, dead, failed and not dead)
