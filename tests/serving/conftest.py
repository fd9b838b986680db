"""Both application servers and nginx in front of each, started once for the tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import insert

from app.catalogue.model import Product
from app.runtime import make_runtime
from app.settings import Settings
from app.store.folding import fold
from tests.builders import Enterprise, gtin, make_api_key, make_enterprise
from tests.resolve.scenarios import load
from tests.serving import servers
from tests.serving.wire import HOST, Way

GTIN = gtin("952100100001")
ELSEWHERE = {gtin("952999900001"): "http://truyxuat/p?a=%2F", gtin("952999900002"): "https://shop.example/p%2Fq/(1)?a=[b]"}
"""Products that lead to other hosts; the first bears the name that nginx has for the server behind it."""

NAMES = ("granian", "gunicorn", "nginx-granian", "nginx-gunicorn")


@dataclass
class Served:
    """The ways to reach one product. plain: nginx's port without TLS; key: headers of a program of the enterprise; homes: by server."""

    ways: dict[str, Way]
    plain: Way | None
    key: dict[str, str]
    homes: dict[str, Path]


def furnish(home: Path, template: Path) -> dict[str, str]:
    """An installation with one product in its catalogue; the headers of its owner's API key."""
    home.mkdir()
    shutil.copyfile(template, home / "truyxuat.db")
    on = make_runtime(Settings(home=home, base_url=f"https://{HOST}"), argon2_profile="CHEAPEST")
    try:
        owner: Enterprise = make_enterprise(on)
        name = "Vải thiều"
        values = {"gtin": GTIN, "party_id": owner.party_id, "name": name, "name_key": fold(name), "status": "active"}
        on.store.write(lambda tx: tx.execute(insert(Product).values(created_at=on.clock.now(), **values)))
        load(on, [{"path": f"/01/{key}", "itemDescription": name, "links": [], "default": _to(href)} for key, href in ELSEWHERE.items()])
        return make_api_key(on, owner) | {"Content-Type": "application/json"}
    finally:
        on.close()


def _to(href: str) -> dict[str, str]:
    return {"href": href, "title": "Cửa hàng"}


@pytest.fixture(scope="session")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """All ways at once, on a machine without nginx the two that go straight to the server; all end with the tests."""
    root = tmp_path_factory.mktemp("serving")
    homes = {name: root / name for name in ("granian", "gunicorn")}
    key = furnish(homes["granian"], sqlite_template)
    shutil.copytree(homes["granian"], homes["gunicorn"])
    started: list[servers.Process] = []
    try:
        ways: dict[str, Way] = {}
        for name, start in (("granian", servers.start_ours), ("gunicorn", servers.start_gunicorn)):
            started.append(start(homes[name]))
            ways[name] = Way(name, started[-1].port)
        fronts: list[servers.Nginx] = []
        for name in homes if servers.program() else ():
            (folder := root / f"nginx-{name}").mkdir()
            fronts.append(servers.Nginx(folder, ways[name].port))
            started.append(fronts[-1])
            ways[folder.name] = Way(folder.name, fronts[-1].port, fronts[-1].certificate)
        for each in started:
            each.wait()
        for name, way in ways.items():  # gunicorn listens before its worker has come up
            assert way.ask("/healthz").status == 200, (name, started[0].said(), started[1].said())
        yield Served(ways, Way("plain", fronts[0].plain) if fronts else None, key, homes)
    finally:
        for each in started:
            each.end()
        for each in reversed(started):
            each.ended()


def _way(served: Served, name: str) -> Way:
    if name not in served.ways:
        pytest.skip("nginx is not installed: apt-get install -y --no-install-recommends nginx")
    return served.ways[name]


@pytest.fixture(params=NAMES)
def way(request: pytest.FixtureRequest, served: Served) -> Way:
    """Each way in turn."""
    return _way(served, str(request.param))


@pytest.fixture(params=NAMES[:2])
def server(request: pytest.FixtureRequest, served: Served) -> Way:
    """Each server without anything in front of it."""
    return _way(served, str(request.param))


@pytest.fixture(params=NAMES[2:])
def front(request: pytest.FixtureRequest, served: Served) -> Way:
    """nginx, in front of each server in turn."""
    return _way(served, str(request.param))


@pytest.fixture
def plain(served: Served) -> Way:
    """The door of nginx without TLS."""
    if served.plain is None:
        pytest.skip("nginx is not installed: apt-get install -y --no-install-recommends nginx")
    return served.plain
