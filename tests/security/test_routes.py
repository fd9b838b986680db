"""Every route × nobody, a stranger, a colleague of the wrong role, the right colleague: none of the register is forgotten."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.api.door import ROUTES, Access, Route
from app.party import register
from app.party.permissions import GRANTS, Permission, Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_api_key
from tests.security.world import MARKS, SAMPLES, Sample, World, make_world

_CONVERTER = re.compile(r"<(int|any|path)\([^)]*\):")
_PLACE = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")


def simple(rule: str) -> str:
    """A rule without the arguments of its converters, as `SAMPLES` writes it."""
    return _CONVERTER.sub(r"<\1:", rule)


def sample_of(route: Route) -> Sample:
    found = SAMPLES.get(("GET" if route.method == "HEAD" else route.method, simple(route.rule)))
    if found is None and "<" in route.rule:
        pytest.fail(f'a route has no sample: add ("{route.method}", "{simple(route.rule)}") to SAMPLES in tests/security/world.py')
    return found or Sample()


@pytest.fixture
def world(on: Runtime, client: Any) -> World:
    return make_world(on, client)


@pytest.fixture
def routes(app: Any) -> list[Route]:
    """Every route once; the application is asked for so that its doors are loaded."""
    assert app.blueprints
    return list(dict.fromkeys(ROUTES))


Call = Callable[[Route, "dict[str, str]"], Any]


@pytest.fixture
def call(app: Any, world: World) -> Call:
    """Calls a route on a thing of ours, with a client that keeps no cookies."""

    def run(route: Route, headers: dict[str, str]) -> Any:
        sample = sample_of(route)
        path = _PLACE.sub(lambda match: sample.places[match[1]].format(**world.names), simple(route.rule)) + sample.query
        headers = headers | ({"Content-Type": sample.content_type} if sample.content_type else {})
        if route.method in {"POST", "PUT"} and sample.json is None and sample.form is None and sample.data is None and route.operation:
            return app.test_client().open(path, method=route.method, headers=headers, json={})
        body = {
            name: value
            for name, value in (("json", sample.json), ("data", sample.form if sample.form is not None else sample.data))
            if value is not None
        }
        return app.test_client().open(path, method=route.method, headers=headers, **body)

    return run


def roles(permission: Permission) -> list[Role]:
    return [role for role in Role if permission in GRANTS[role]]


Keys = Callable[[Enterprise, Role], "dict[str, str]"]


@pytest.fixture
def keys(on: Runtime) -> Keys:
    """The key of each role of an organisation: one for all routes of a test, for to make and to count them is dear."""
    made: dict[tuple[int, Role], dict[str, str]] = {}

    def key(enterprise: Enterprise, role: Role) -> dict[str, str]:
        whose = (enterprise.party_id, role)
        if whose not in made:
            made[whose] = make_api_key(on, enterprise, role)
        return made[whose]

    return key


def able(permission: Permission) -> Role:
    """The role of somebody who may: the owner, where owners may."""
    return Role.OWNER if Role.OWNER in roles(permission) else roles(permission)[-1]


def told(route: Route, answer: Any) -> str:
    return f"{route.method} {route.rule}: {answer.status_code} {text_of(answer)[:160]!r}"


def text_of(answer: Any) -> str:
    """The body as text, whatever it is."""
    found: str = answer.get_data().decode("utf-8", "replace")
    return found


def test_every_route_says_who_needs_it_and_has_one_name(routes: list[Route]) -> None:
    assert [route for route in routes if not isinstance(route.needs, Permission | Access)] == []
    operations = Counter(route.operation for route in routes if route.operation)
    assert [name for name, count in operations.items() if count > 1] == []
    assert [route.rule for route in routes if route.rule.startswith(("/api/", "/epcis", "/log/")) and not route.operation] == []
    assert [name for name in operations if not re.fullmatch(r"[a-z][A-Za-z0-9]+", name)] == []


def test_flask_serves_no_route_that_is_not_in_the_register(app: Any, routes: list[Route]) -> None:
    ours = {(route.rule, route.method) for route in routes}
    served = {(rule.rule, method) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert served - ours == {("/static/<path:filename>", "GET")}
    assert {pair for pair in ours if pair[1] != "OPTIONS"} <= served


def test_samples_name_routes_that_exist(routes: list[Route]) -> None:
    assert set(SAMPLES) - {(route.method, simple(route.rule)) for route in routes} == set()


def test_nobody_gets_in_where_a_name_is_needed(routes: list[Route], call: Call) -> None:
    wrong = []
    for route in routes:
        answer = call(route, {})
        if route.needs is Access.PUBLIC:
            good = answer.status_code < 500 and answer.status_code != 403
            # A public page may still ask for a password that is right.
            good = good and (answer.status_code != 401 or route.rule == "/sign-in")
        elif route.page and route.method == "GET":
            good = answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?next=")
        else:
            good = answer.status_code == 401
        if not good:
            wrong.append(told(route, answer))
    assert wrong == []


def test_a_colleague_of_the_wrong_role_is_refused(routes: list[Route], call: Call, world: World, keys: Keys) -> None:
    wrong = []
    for route in routes:
        if not isinstance(route.needs, Permission):
            continue
        others = [role for role in Role if role is not Role.ANONYMOUS and route.needs not in GRANTS[role]]
        for role in others:
            answer = call(route, keys(world.ours, role))
            if answer.status_code != 403:
                wrong.append(f"{role}: {told(route, answer)}")
    assert wrong == []


def test_a_key_limited_to_something_else_is_refused(routes: list[Route], call: Call, world: World, on: Runtime) -> None:
    made: dict[tuple[Role, Permission], str] = {}
    wrong = []
    for route in routes:
        if not isinstance(route.needs, Permission):
            continue
        role = Role.OWNER if route.needs in GRANTS[Role.OWNER] else roles(route.needs)[0]
        other = next(each for each in sorted(GRANTS[role]) if each is not route.needs)
        if (role, other) not in made:
            made[role, other] = on.store.write(
                lambda tx, role=role, other=other: register.add_api_key(
                    tx, world.ours.party_id, "narrow", role, [other], None, on.clock.now(), None
                )  # type: ignore[misc]  # bound now
            )
        answer = call(route, {"Authorization": f"Bearer {made[role, other]}"})
        if answer.status_code != 403:
            wrong.append(told(route, answer))
    assert wrong == []


def test_a_stranger_sees_nothing_of_ours_and_changes_nothing(routes: list[Route], call: Call, world: World, keys: Keys) -> None:
    wrong = []
    for route in routes:
        if not isinstance(route.needs, Permission):
            continue
        sample = sample_of(route)
        answer = call(route, keys(world.theirs, able(route.needs)))
        text = text_of(answer)
        has_subject = bool(sample.places) and not sample.common
        refused = answer.status_code in {403, 404}
        asked = f"{sample.json} {sample.form} {' '.join(sample.places.values())}"
        # What the stranger sent comes back in a refusal; what else stands there was not theirs to see.
        seen = [mark for mark in MARKS if mark in text and mark not in asked]
        if (has_subject and not refused) or seen or answer.status_code >= 500:
            wrong.append(f"sees {seen}: {told(route, answer)}")
        if not has_subject and sample.json is not None and answer.status_code < 400:
            wrong.append(f"did something to ours: {told(route, answer)}")
    assert wrong == []


def test_the_right_colleague_is_let_in(routes: list[Route], call: Call, world: World, keys: Keys) -> None:
    wrong = []
    # Reading first: what is withdrawn or voided at the end cannot be read as before.
    for route in sorted(routes, key=lambda each: (each.method != "GET", each.method == "DELETE")):
        needs = route.needs
        headers = keys(world.ours, able(needs) if isinstance(needs, Permission) else Role.OWNER)
        answer = call(route, headers)
        if answer.status_code in {401, 403} and route.rule != "/sign-in":
            wrong.append(told(route, answer))
        if answer.status_code >= 500 or (route.method == "GET" and isinstance(needs, Permission) and answer.status_code == 404):
            wrong.append(told(route, answer))
    assert wrong == []


def test_asking_for_the_head_only_is_guarded_too(routes: list[Route], call: Call) -> None:
    wrong = []
    for route in routes:
        if route.method == "GET" and route.needs is not Access.PUBLIC:
            sample_of(route)
            answer = call(replace(route, method="HEAD"), {})
            if answer.status_code not in {303, 401} or answer.get_data():
                wrong.append(told(route, answer))
    assert wrong == []
