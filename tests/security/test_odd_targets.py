"""Whatever stands in an address, in a query or in a form: an answer, never a fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.api import asgi
from app.api.door import ROUTES, Access, Route
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import make_api_key, make_enterprise
from tests.thorough import ONE_FIXTURE, THOROUGH

ODD = [
    "", "%00", "%ED%A0%80", "%FF%FE", "%C0%AF", "%c0%2e", "..", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", ".", "%", "%zz", "%u0041", "a%2Fb",
    "a//b", "/", "\\",
    "x" * 4000, "%F0%9F%A7%83", "é", "0", "-1", "1e9", "9223372036854775807", "9223372036854775808", "9" * 40, "%D9%A3", "%C2%B2", "null",
    "{}", "[]",
    "'", '"', "%22%3E%3Cscript%3E", ";DROP%20TABLE%20event", "%0d%0aSet-Cookie:%20x=1", "%20", "+", "01/09521002000016/21/A%2FB", "*",
    "~", "%7F", "%1B",
    "NaN", "true", "09521001000017", "00000000000000", "https:%2F%2Fexample.test%2F", "{0}", "{x.__class__}", "%7B0%7D", "$(id)",
    "%25%30%30",
]  # fmt: skip
_PLACE = re.compile(r"<[^>]*>")
NAMES = [
    "page",
    "q",
    "lot",
    "gtin",
    "code",
    "lang",
    "next",
    "before",
    "index",
    "size",
    "from",
    "to",
    "old",
    "part",
    "layout",
    "dpi",
    "dx",
    "kind",
    "done",
    "wait",
]
STEP = 4
"""Each route gets every fourth odd word in its path and query, the next one those after them; a thorough run sends all to all."""


def gets(public: bool) -> list[Route]:
    return [route for route in dict.fromkeys(ROUTES) if route.method == "GET" and (route.needs is Access.PUBLIC) is public]


def kind(route: Route) -> tuple[str, ...]:
    """What routes have in common that read their address alike: the door, and the converters of their places."""
    return (route.rule.split("/")[1], *_PLACE.findall(re.sub(r"(<\w+:)?\w+>", r"\1>", route.rule)))


def shares(public: bool) -> Iterator[tuple[Route, list[str]]]:
    """Routes with a place, each with the words it gets: every word comes to every kind of routes, however few they are."""
    kinds: dict[tuple[str, ...], list[Route]] = {}
    for route in gets(public):
        if "<" in route.rule:
            kinds.setdefault(kind(route), []).append(route)
    for alike in kinds.values():
        step = 1 if THOROUGH else min(STEP, len(alike))
        yield from ((route, ODD[turn % step :: step]) for turn, route in enumerate(alike))


def wrong(answer: Any) -> bool:
    return answer.status_code >= 500 or not 200 <= answer.status_code < 600


@pytest.fixture
def owner(on: Runtime) -> dict[str, str]:
    return make_api_key(on, make_enterprise(on), Role.OWNER)


@pytest.mark.hostile
@pytest.mark.parametrize("public", [True, False])
def test_odd_words_in_the_path_are_answered(client: Any, owner: dict[str, str], public: bool) -> None:
    faults, sent = [], set()
    for route, words in shares(public):
        for odd in words:
            path = _PLACE.sub(lambda _, odd=odd: odd, route.rule) if "<ai:" not in route.rule else f"/01/{odd}"  # type: ignore[misc]  # bound now
            sent.add((kind(route), odd))
            if wrong(client.get(path, headers={} if public else owner)):
                faults.append(f"{route.rule}: {path[:80]}")
    assert len(sent) == len({pair[0] for pair in sent}) * len(ODD) > 0
    assert faults == []


@pytest.mark.hostile
@pytest.mark.parametrize("public", [True, False])
def test_odd_words_in_the_query_are_answered(client: Any, owner: dict[str, str], public: bool) -> None:
    faults = []
    for turn, route in enumerate(gets(public)):
        path = _PLACE.sub("1", route.rule) if "<ai:" not in route.rule else "/01/09521001000017"
        for odd in ODD if THOROUGH else ODD[turn % STEP :: STEP]:
            query = "&".join(f"{name}={odd}" for name in NAMES)[:12_000]
            if wrong(client.get(f"{path}?{query}", headers={} if public else owner)):
                faults.append(f"{route.rule}: {odd[:60]}")
    assert faults == []


def test_odd_words_in_forms_and_bodies_are_answered(client: Any, owner: dict[str, str]) -> None:
    faults = []
    texts = ["", "\0", "x" * 9000, "é\u0301'", "\x1b[2J", "9" * 40, "{0}"]
    names = [
        "name", "email", "password", "person_name", "gtin", "lot", "reason", "label", "role", "days", "kind", "province", "text", "code",
        "count", "next",
        "produced_on", "expires_on", "quantity", "uom", "time", "step", "serials", "what", "sure", "tax_code", "prefix", "gln", "website",
    ]  # fmt: skip
    for route in [each for each in dict.fromkeys(ROUTES) if each.method in {"POST", "PUT", "DELETE"}]:
        path = _PLACE.sub("1", route.rule)
        for text in texts:
            values = dict.fromkeys(names, text)
            # Whoever must sign in is refused before the body is read: one text is enough to see that.
            for headers in ({}, owner) if route.needs is Access.PUBLIC or text == texts[0] else (owner,):
                if route.operation:
                    bodies = [values, {names[0]: values}]
                    bodies += [[text], text] if text == texts[0] else []  # a body that is no object is refused whatever stands in it
                    answers = [client.open(path, method=route.method, json=body, headers=headers) for body in bodies]
                else:
                    answers = [client.open(path, method=route.method, data=values, headers=headers)]
                faults += [f"{route.method} {route.rule}: {text[:20]!r} {answer.status_code}" for answer in answers if wrong(answer)]
    assert sorted(set(faults)) == []


HEADERS = [
    "Accept", "Accept-Language", "Authorization", "Cookie", "Content-Type", "If-None-Match", "Range", "Origin", "X-Forwarded-For", "Host",
    "Linktype",
]  # fmt: skip
VALUES = ["", "\xff", "x" * 8000, ";q=", ",,,", "*/*;q=nan", "{0}", "en;q=inf", "bytes=9-1", "é=é", "tx_", "application/json;q=0"]


def test_odd_headers_are_answered(client: Any) -> None:
    faults = []
    for path in ("/", "/healthz", "/api/session", "/v/01/09521001000017/21/A", "/01/09521001000017", "/log/checkpoint", "/nothing"):
        for name in HEADERS:
            faults += [f"{path} {name}: {value[:20]}" for value in VALUES if wrong(client.get(path, headers={name: value}))]
    assert faults == []


pieces = st.one_of(
    st.sampled_from(ODD).map(str.encode),
    st.binary(max_size=8),
    st.binary(max_size=8).map(lambda value: b"".join(b"%%%02X" % byte for byte in value)),
)
PREFIXES = [
    b"/",
    b"/v/",
    b"/01/",
    b"/00/",
    b"/api/verify?code=",
    b"/v/01/1?lang=",
    b"/?lang=",
    b"/log/tile/",
    b"/handbook/",
    b"/static/",
    b"/api/products/",
]


def fetch(app: Any, target: bytes) -> int:
    """The status of a target exactly as a socket delivers it, through the ASGI door's own environment."""
    path, _, query = target.partition(b"?")
    scope = {"method": "GET", "path": "/", "raw_path": path, "query_string": query, "headers": [(b"host", b"localhost")], "scheme": "http"}
    return asgi._run(app, asgi.make_environ(scope, b""))[0]  # noqa: SLF001  # the part behind the socket


@settings(suppress_health_check=ONE_FIXTURE)
@given(prefix=st.sampled_from(PREFIXES), raw=st.lists(pieces, max_size=4))
@example(prefix=b"/", raw=[b"%ED%A0%80", b"%00"])
@example(prefix=b"/v/", raw=[b"\xed\xa0\x80"])
@example(prefix=b"/", raw=[b"", b".."])
def test_a_target_of_any_bytes_is_no_fault(app: Any, prefix: bytes, raw: list[bytes]) -> None:
    assert 200 <= fetch(app, prefix + b"/".join(raw)) < 500


@pytest.mark.parametrize("query", [b"lang=\x80", b"code=\xed\xa0\x80", b"\xff"])
@pytest.mark.parametrize("path", ["/", "/api/verify", "/epcis/capture"])
def test_a_query_that_is_no_utf8_is_answered_behind_any_server(client: Any, path: str, query: bytes) -> None:
    assert not wrong(client.get(path, environ_overrides={"QUERY_STRING": query.decode("latin-1")}))


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "CONNECT", "PROPFIND", "X"])
def test_other_methods_are_405_and_name_those_that_work(client: Any, method: str) -> None:
    answer = client.open("/epcis/capture", method=method)
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].split(", "))
