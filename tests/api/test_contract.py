"""schemas/openapi.yaml and the program say the same: routes, names, permissions, and what real answers look like."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from app.api.door import ROUTES, Access, Route
from app.party.permissions import Role
from app.runtime import Runtime
from tests import ROOT
from tests.api.problems import problem_of
from tests.builders import CONTEXT, document, make_api_key, object_event
from tests.security.test_routes import simple
from tests.security.world import SAMPLES, World, make_world

METHODS = {"get", "put", "post", "delete", "options", "head", "patch"}
_PLACE = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")


@cache
def contract() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "schemas" / "openapi.yaml").read_text(encoding="utf-8"))
    return found


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """(METHOD, path) -> operation."""
    return {
        (method.upper(), path): item for path, each in contract()["paths"].items() for method, item in each.items() if method in METHODS
    }


@pytest.fixture
def routes(app: Any) -> dict[tuple[str, str], Route]:
    """The JSON routes of the program by method and path as the contract writes it."""
    assert app.blueprints
    return {(route.method, _PLACE.sub(r"{\1}", simple(route.rule))): route for route in ROUTES if route.operation}


def test_every_route_is_in_the_contract_and_nothing_else_is(routes: dict[tuple[str, str], Route]) -> None:
    missing = sorted(
        f"{method} {path} ({route.operation})" for (method, path), route in routes.items() if (method, path) not in operations()
    )
    assert missing == [], "add these to schemas/openapi.yaml"
    assert sorted(set(operations()) - set(routes)) == [], "no door answers these; take them out of schemas/openapi.yaml"


def test_every_operation_has_the_name_and_the_permission_of_its_route(routes: dict[tuple[str, str], Route]) -> None:
    said = {place: (item["operationId"], item["x-permission"]) for place, item in operations().items() if place in routes}
    assert said == {place: (route.operation, str(route.needs)) for place, route in routes.items() if place in said}


def test_security_says_what_the_permission_says() -> None:
    wrong = []
    for place, item in operations().items():
        schemes = [name for choice in item.get("security", contract()["security"]) for name in choice]
        wanted = [] if item["x-permission"] == Access.PUBLIC else ["apiKey", "session"]
        if schemes != wanted:
            wrong.append(place)
    assert wrong == []


def test_the_document_is_valid_openapi() -> None:
    from openapi_spec_validator import validate

    validate(contract())


def test_every_operation_can_be_refused_and_every_schema_is_used() -> None:
    text = (ROOT / "schemas" / "openapi.yaml").read_text(encoding="utf-8")
    assert [
        place for place, item in operations().items() if item["responses"].get("default") != {"$ref": "#/components/responses/Problem"}
    ] == []
    assert [name for name in contract()["components"]["schemas"] if f"#/components/schemas/{name}" not in text] == []


def test_everybody_can_read_the_contract(client: Any) -> None:
    answer = client.get("/api/openapi.yaml")
    assert answer.mimetype == "application/yaml"
    assert yaml.safe_load(answer.get_data()) == contract()


def judge(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a value by a schema of the contract."""
    whole = schema | {"components": contract()["components"]}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


@pytest.fixture
def world(on: Runtime, client: Any) -> World:
    return make_world(on, client)


def test_real_answers_look_as_the_contract_says(app: Any, world: World, on: Runtime, routes: dict[tuple[str, str], Route]) -> None:
    headers = make_api_key(on, world.ours, Role.OWNER)
    wrong, seen = [], set()
    queries = {
        "/api/verify": "?code=09521001000017", "/api/identify": "?code=09521001000017", "/log/proof/inclusion": "?index=0",
        "/log/proof/consistency": "?from=1",
    }  # fmt: skip
    bodies = {
        "/api/api-keys": {"label": "chương trình"}, "/api/places": {"name": "Vườn", "kind": "orchard"},
        "/api/products": {"gtin": "09521001000024", "name": "Nhãn"}, "/api/link-hosts": {"host": "nhan.example.vn"},
        "/api/organisation": {"name": "HTX Hương Giang"}, "/api/identify": {"code": "(01)09521001000017"},
        "/epcis/capture": document(object_event()), "/epcis/events": {"@context": [CONTEXT]} | object_event(bizStep="receiving"),
        "/api/ssccs": {"count": 1}, "/api/label-designs": {"name": "Nhãn A4", "layout": "a4-3x8", "carrier": "qr-dl"},
    }  # fmt: skip
    for (method, path), route in sorted(routes.items(), key=lambda each: each[0][0] != "GET"):
        sample = SAMPLES.get((method, simple(route.rule)))
        if sample is None and "{" in path:
            continue
        places = {name: text.format(**world.names) for name, text in (sample.places if sample else {}).items()}
        address = path.format(**places) + queries.get(path, "")
        sent = (
            sample.json if sample is not None and sample.json is not None else bodies.get(path, {}) if method in {"POST", "PUT"} else None
        )
        data = sample.data if sample else None
        kind = {"Content-Type": sample.content_type} if sample is not None and sample.content_type else {}
        answer = app.test_client().open(address, method=method, headers=headers | kind, json=None if data else sent, data=data)
        responses = operations()[method, path]["responses"]
        if answer.status_code >= 400:
            assert judge({"$ref": "#/components/schemas/Problem"}, answer.get_json()) == [], path
            continue
        if str(answer.status_code) not in responses:
            wrong.append(f"{method} {path}: {answer.status_code} is not in the contract")
            continue
        seen.add((method, path))
        content = responses[str(answer.status_code)].get("content", {})
        if answer.status_code not in {204, 307} and answer.mimetype not in content:
            wrong.append(f"{method} {path}: {answer.mimetype} is not in the contract")
        elif answer.is_json:
            wrong += [f"{method} {path} {told}" for told in judge(content[answer.mimetype].get("schema", {}), answer.get_json())]
    assert wrong == []
    unseen = {place for place in set(routes) - seen if not place[1].startswith("/epcis/queries/")}  # there is no named query yet
    assert len(unseen) <= 14, f"too few answers were looked at; not seen: {sorted(unseen)}"


@pytest.mark.parametrize("path", ["/api/nothing", "/epcis/nothing", "/log/nothing", "/api/products/1"])
def test_a_refusal_looks_as_the_contract_says(client: Any, path: str) -> None:
    answer = client.get(path)
    assert judge({"$ref": "#/components/schemas/Problem"}, problem_of(answer, answer.status_code)) == []
