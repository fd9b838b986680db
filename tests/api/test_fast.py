"""Redirects in front of Flask: whatever they answer, Flask would have answered, header by header."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from app.api.asgi import Application
from app.api.fast import FastRedirects, in_front
from app.catalogue.register import register_product
from app.party.permissions import Role
from app.runtime import Runtime
from app.settings import Settings
from tests import SHARED
from tests.builders import make_enterprise
from tests.resolve.scenarios import load, send

ROOT = "https://id.example.vn"
OURS = Path(__file__).parents[1] / "resolve" / "scenarios.json"
FILES = [OURS] if SHARED is None else [OURS, SHARED / "gs1-vectors" / "resolver" / "resolver_scenarios.json"]
GTIN = "09521001000017"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """An installation under the address that the scenarios name."""
    return Settings(home=tmp_path / "home", database_url=database_url, base_url=ROOT)


@pytest.fixture
def fast(on: Runtime) -> FastRedirects:
    return FastRedirects(on)


def make_product(on: Runtime) -> None:
    """A product in the catalogue, without links of its own."""
    register_product({"gtin": GTIN, "name": "Vải thiều"}, by=make_enterprise(on, "HTX Vải", "9521001").actor(Role.OWNER), on=on)


def both(app: Any, fast: FastRedirects, target: str, headers: dict[str, str]) -> tuple[bool, Any, Any]:
    """Whether the fast way answered, its answer, and Flask's."""
    path, _, query = target.partition("?")
    low = {name.lower(): value for name, value in headers.items()}
    quick = fast.answer(path, query, low.get("accept"), low.get("accept-language"))
    slow = send(app, "GET", target, headers)
    if quick is None:
        return False, None, slow
    sent = {name.lower(): value for name, value in [*quick.headers.items(), *fast.always]}
    return True, (quick.status, sent, b""), (slow.status, dict(slow.headers), slow.body)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_fast_answer_is_the_answer_of_flask_in_every_scenario(app: Any, on: Runtime, fast: FastRedirects, file: Path) -> None:
    told = json.loads(file.read_text(encoding="utf-8"))
    load(on, told["registrations"])
    answered = 0
    for asked in told["requests"]:
        if asked["method"] not in {"GET", "HEAD"}:
            continue
        quickly, quick, slow = both(app, fast, asked["target"], asked["headers"])
        answered += quickly
        assert not quickly or quick == slow, asked
        usual = asked["target"].startswith(("/01/", "/414/", "/417/", "/e"))  # of others the holder is found by all prefixes they may have
        assert quickly or slow.status != 307 or not usual, asked
    assert answered > 20


def test_a_product_of_the_catalogue_leads_to_its_page_with_the_serial(app: Any, on: Runtime, fast: FastRedirects) -> None:
    make_product(on)
    for end in ("", "/10/A%2FB", "/21/S-1", "/10/L/21/S?17=261231&utm=1"):
        quickly, quick, slow = both(app, fast, f"/01/{GTIN}{end}", {})
        assert (quickly, quick) == (True, slow)
        assert quick[1]["location"] == f"{ROOT}/v/01/{GTIN}{end}"


@pytest.fixture
def goods(on: Runtime) -> None:
    make_product(on)


@pytest.mark.usefixtures("goods")
@how(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30),
    st.sampled_from(["*/*", "text/html", "application/json", "application/linkset+json;q=0.5, text/html", ",;q=x", ""]),
    st.sampled_from(["vi", "en;q=0.1, fr", "*", "xx-", ""]),
)
def test_no_request_is_answered_in_two_ways(app: Any, fast: FastRedirects, end: str, query: str, accept: str, tongue: str) -> None:
    target = f"/01/{GTIN}{end.replace('?', '')}" + (f"?{query}" if query else "")
    quickly, quick, slow = both(app, fast, target, {"Accept": accept, "Accept-Language": tongue})
    assert not quickly or quick == slow


def test_what_is_no_plain_redirect_is_left_to_flask(on: Runtime, fast: FastRedirects) -> None:
    make_product(on)
    for path, query, accept in [
        (f"/01/{GTIN}", "linkType=linkset", None),
        (f"/01/{GTIN}", "", "application/linkset+json"),
        ("/01/09521001000014", "", None),
        ("/01/09521001000024", "", None),
        ("/console/products", "", None),
        (f"/01/{GTIN}", "q=\xe9", None),
        ("/ehZZ", "", None),
    ]:
        assert fast.answer(path, query, accept, None) is None


def test_a_database_that_is_away_is_left_to_flask_and_asked_again_later(on: Runtime, fast: FastRedirects) -> None:
    make_product(on)
    assert fast.answer(f"/01/{GTIN}", "", None, None) is not None
    on.store.quick.close()
    assert fast.answer(f"/01/{GTIN}", "", None, None) is None
    assert fast.answer(f"/01/{GTIN}", "", None, None) is not None


def test_a_wsgi_server_gets_the_fast_way_only_with_the_raw_target(app: Any, on: Runtime, fast: FastRedirects) -> None:
    make_product(on)
    reached: list[str] = []

    def behind(environ: dict[str, Any], start: Any) -> list[bytes]:
        reached.append(environ["PATH_INFO"])
        return list(app(environ, start))

    front = in_front(behind, fast)
    base = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": f"/01/{GTIN}",
        "QUERY_STRING": "",
        "wsgi.url_scheme": "http",
        "SERVER_NAME": "a",
        "SERVER_PORT": "80",
    }
    statuses: list[str] = []
    for more in ({"RAW_URI": f"/01/{GTIN}"}, {}, {"RAW_URI": f"/01/{GTIN}", "HTTP_AUTHORIZATION": "Bearer wrong"}):
        list(front(base | more, lambda status, _headers: statuses.append(status[:3])))
    assert statuses == ["307", "307", "401"]
    assert len(reached) == 2


def test_the_server_answers_a_printed_code_without_flask(tmp_path: Path) -> None:
    server = Application(Settings(home=tmp_path / "served", base_url=ROOT))
    server.start()
    try:
        on: Runtime = server._flask.extensions["truyxuat"]  # noqa: SLF001  # there is no other way to what was started
        make_product(on)
        asked: list[str] = []
        server._flask.before_request(lambda: asked.append("flask"))  # noqa: SLF001
        assert ask(server, "GET", f"/01/{GTIN}", [])["status"] == 307
        assert ask(server, "HEAD", f"/01/{GTIN}/21/A", [])["headers"][b"location"] == f"{ROOT}/v/01/{GTIN}/21/A".encode()
        assert not asked
        assert ask(server, "POST", f"/01/{GTIN}", [])["status"] == 405
        assert ask(server, "GET", f"/01/{GTIN}", [(b"authorization", b"Bearer wrong")])["status"] == 401
        assert ask(server, "GET", f"/01/{GTIN}", [(b"accept", b"application/linkset+json")])["status"] == 200
    finally:
        server.stop()


def ask(server: Application, method: str, path: str, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """One request through the ASGI door."""
    answer: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send_on(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.update(status=message["status"], headers=dict(message["headers"]))

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "scheme": "http",
    }
    asyncio.run(server(scope, receive, send_on))
    return answer
