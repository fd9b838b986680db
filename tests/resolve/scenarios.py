"""Requests to the resolver as data: what is registered, what is sent, what must come back; the layout is that of the shared scenarios."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import jsonschema

from app.api import asgi
from app.party.permissions import Actor, Role
from app.resolve import declare, rules
from app.resolve.links import DEFAULT, Link, Registration, link_of
from app.resolve.plan import Item
from app.runtime import Runtime
from tests import SHARED

OPERATOR = Actor(Role.OPERATOR, 0)


@dataclass(frozen=True)
class Answer:
    """What came back, header names in lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key == name)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(app: Any, method: str, target: str, headers: dict[str, str] | None = None, root: str = "https://id.example.vn") -> Answer:
    """Send a request target byte for byte, as a socket delivers it."""
    path, _, query = target.partition("?")
    host = root.split("://")[1]
    sent = [(b"host", host.encode())] + [(name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    scope = {"method": method, "path": "/", "raw_path": path.encode(), "query_string": query.encode(), "headers": sent, "scheme": "https"}
    status, found, body = asgi._run(app, asgi.make_environ(scope, b""))  # noqa: SLF001  # the part behind the socket
    return Answer(status, [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in found], body)


def load(on: Runtime, registrations: list[dict[str, Any]], by: Actor = OPERATOR) -> None:
    """Register what a scenario file says, as its operator does."""
    items = []
    for each in registrations:
        default = each.get("default")
        first = Link(DEFAULT, default["href"], default["title"]) if default else None
        links = tuple(map(link_of, each["links"]))
        items.append(Item(Registration(rules.read_path(each["path"]), each["itemDescription"], first, links), each["path"]))
    loaded = declare.declare_many(items, by=by, on=on)
    assert loaded.created == len(registrations), loaded


def wrong(app: Any, asked: dict[str, Any], root: str) -> list[str]:
    """What is wrong with the answer to one request of a scenario file."""
    answer = send(app, asked["method"], asked["target"], asked["headers"], root)
    found = []
    for name, wanted in asked["expect"].items():
        told = _CHECKS[name](answer, wanted)
        if told is not None:
            found.append(f"{asked['id']} {asked['method']} {asked['target']} {asked['headers']}: {name} {wanted!r}, not {told!r}")
    return found


def _links(answer: Answer) -> list[dict[str, str]]:
    found = []
    for part in answer.header("link").split(", <"):
        target, *parameters = part.strip(" <").split("; ")
        found.append({"target": target.rstrip(">")} | {key: value.strip('"') for key, value in (each.split("=", 1) for each in parameters)})
    return found


def _hrefs(answer: Answer) -> set[str]:
    return {link["href"] for member in answer.json["linkset"] for value in member.values() if isinstance(value, list) for link in value}


def _all_links(answer: Answer) -> list[dict[str, Any]]:
    return [link for member in answer.json["linkset"] for value in member.values() if isinstance(value, list) for link in value]


def _schema(answer: Answer, name: str) -> str | None:
    if SHARED is None:
        return None
    schema = json.loads((SHARED / "gs1-vectors" / "resolver" / name).read_text(encoding="utf-8"))
    errors = [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(answer.json)]
    return str(errors) if errors else None


def _default_link(answer: Answer, wanted: dict[str, Any]) -> Any:
    member = next(each for each in answer.json["linkset"] if each["anchor"] == wanted["anchor"])
    (default,) = member[DEFAULT]
    good = default["href"] == wanted["href"] and set(default) <= set(wanted["only_keys"])
    return None if good else default


def _has_link(answer: Answer, wanted: list[dict[str, str]]) -> Any:
    links = _links(answer)
    for each in wanted:
        contains = each.get("target_contains", "")
        rest = {key: value for key, value in each.items() if key != "target_contains"}
        if not any(contains in link["target"] and rest.items() <= link.items() for link in links):
            return links
    return None


def _headers_contain(answer: Answer, wanted: dict[str, Any]) -> Any:
    for name, words in wanted.items():
        value = answer.header(name)
        if not all(word in value for word in ([words] if isinstance(words, str) else words)):
            return f"{name}: {value}"
    return None


def _unless(good: bool, told: Any) -> Any:
    return None if good else told


_CHECKS: dict[str, Any] = {
    "status": lambda answer, wanted: _unless(answer.status in wanted, answer.status),
    "location": lambda answer, wanted: _unless(answer.header("location") == wanted, answer.header("location")),
    "location_base": lambda answer, wanted: _unless(answer.header("location").split("?")[0] == wanted, answer.header("location")),
    "anchors": lambda answer, wanted: _unless(
        [each["anchor"] for each in answer.json["linkset"]] == wanted, [each["anchor"] for each in answer.json["linkset"]]
    ),
    "content_type": lambda answer, wanted: _unless(answer.header("content-type").split(";")[0] == wanted, answer.header("content-type")),
    "schema": _schema,
    "json_linkset": lambda answer, _: _unless(isinstance(answer.json["linkset"], list) and bool(answer.json["linkset"]), answer.body[:200]),
    "hrefs": lambda answer, wanted: _unless(_hrefs(answer) == set(wanted), _hrefs(answer)),
    "default_link": _default_link,
    "every_link_has": lambda answer, wanted: _unless(all(set(wanted) <= set(link) for link in _all_links(answer)), answer.body[:200]),
    "link_header": _has_link,
    "link_header_absent": lambda answer, wanted: _unless(not any(word in answer.header("link") for word in wanted), answer.header("link")),
    "headers_contain": _headers_contain,
    "html_contains": lambda answer, wanted: _unless(all(word in answer.body.decode() for word in wanted), answer.body[:200]),
    "json_path": lambda answer, wanted: _unless(wanted.items() <= answer.json.items(), answer.json),
    "empty_body": lambda answer, wanted: _unless((not answer.body) is wanted, answer.body[:200]),
    "no_redirect": lambda answer, wanted: _unless((not answer.header("location")) is wanted, answer.header("location")),
}
"""What each word of `expect` asks of an answer: None where it holds, else what came instead."""
