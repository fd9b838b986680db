"""Our own public address and a site of somebody else, both on 127.0.0.1, and products whose links lead from one to the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import insert

from app.catalogue.model import Product
from app.resolve import due_links, link_check
from app.resolve.follow import Manners
from app.resolve.link_check import Checked
from app.resolve.link_state import link_answers
from app.runtime import Runtime
from app.store.folding import fold
from tests.builders import Enterprise, gtin, make_enterprise
from tests.outbound.peers import Peer, saying, serving, world

Talk = Callable[[Any, bytes], None]


@dataclass
class Site:
    """A server by path: what it says at each, 404 elsewhere."""

    peer: Peer
    pages: dict[str, Talk] = field(default_factory=dict)

    def talk(self, connection: Any, asked: bytes) -> None:
        """Answer by path, whatever the method and the query."""
        path = asked.split(b" ", 2)[1].decode("latin-1").partition("?")[0]
        self.pages.get(path, saying(b"no such page", "404 Not Found"))(connection, asked)


@dataclass
class Street:
    """Ours, theirs, and the products of one enterprise."""

    on: Runtime
    ours: Site
    theirs: Site
    owner: Enterprise
    gtins: tuple[str, ...]

    def leads(self, number: int, where: str) -> None:
        """Let the link of a product lead to an address."""
        self.ours.pages[f"/01/{self.gtins[number]}"] = saying(b"", "307 Temporary Redirect", Location=where)

    def there(self, path: str) -> str:
        """An address of theirs."""
        return f"http://theirs.test:{self.theirs.peer.port}{path}"


@contextmanager
def street(on: Runtime, products: int = 3, names: Mapping[str, list[str]] | None = None, *, network: bool = True) -> Iterator[Street]:
    """Both sites listen until the block ends; every product's link answers with a page of ours until something else is said."""
    with ExitStack() as ends:
        ours, theirs = (Site(ends.enter_context(serving(saying()))) for _ in range(2))
        for site in (ours, theirs):
            site.peer.talk = site.talk
        on.settings = replace(on.settings, base_url=f"http://ours.test:{ours.peer.port}")
        known = {"ours.test": ["127.0.0.1"], "theirs.test": ["127.0.0.1"]} | dict(names or {})
        on.outbound = world(known, {} if network else None, near=frozenset({f"theirs.test:{theirs.peer.port}"}))
        ours.pages["/healthz"] = saying(b"ok")
        owner = make_enterprise(on)
        gtins = tuple(gtin(f"952100100{number:03d}") for number in range(1, products + 1))
        for each in gtins:
            ours.pages[f"/01/{each}"] = saying(b"verdict")
        on.store.write(lambda tx: tx.execute(insert(Product), [_product(owner, each, on) for each in gtins]))
        yield Street(on, ours, theirs, owner, gtins)


def _product(owner: Enterprise, number: str, on: Runtime) -> dict[str, Any]:
    name = f"Sản phẩm {number[-4:]}"
    return {
        "gtin": number, "party_id": owner.party_id, "name": name, "name_key": fold(name), "status": "active", "created_at": on.clock.now()
    }  # fmt: skip


def quick(stop: threading.Event | None = None) -> Manners:
    """No pause between two requests to one host."""
    return Manners(stop, pause=0.0)


def check(here: Street) -> dict[str, Checked]:
    """Try every link now."""
    found: dict[str, Checked] = {}
    with here.on.store.reading() as connection:
        links = due_links.chosen(connection)
    link_check.check_links(links, quick(), on=here.on, each=lambda each: found.update({each.gtin: each}))
    return found


def counts(here: Street) -> tuple[int, int, int]:
    """How many links answer, do not, are not checked."""
    with here.on.store.reading() as connection:
        found = link_answers(connection, here.owner.party_id)
    assert found.answers + found.silent + found.unchecked == len(found.products)
    return found.answers, found.silent, found.unchecked
