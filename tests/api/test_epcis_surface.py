"""The EPCIS 2.0 REST binding, the routes and the contract are compared: nothing of the standard is missing without a word."""

from __future__ import annotations

import csv
import re
from typing import Any

import pytest

from app.api.door import ROUTES
from app.errors import children
from tests import SHARED
from tests.api.epcis_surface import MISSPELT, PROBLEM_TYPES, PROBLEM_TYPES_LATER, PROBLEMS, SURFACE, Offer
from tests.api.test_contract import contract

_PLACE = re.compile(r"\{([A-Za-z]+)\}")
_IN_ROUTE = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
HERE = [offer for offer in SURFACE if offer.here]


def _snake(match: re.Match[str]) -> str:
    return "{" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", match[1]).lower() + "}"


def ours(path: str) -> str:
    """A path of the standard as our contract writes it."""
    return "/epcis" + _PLACE.sub(_snake, path)


def told(offer: Offer) -> dict[str, Any]:
    found: dict[str, Any] = contract()["paths"][ours(offer.path)][offer.method.lower()]
    return found


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    """What a reference of the contract leads to."""
    while "$ref" in value:
        found: Any = contract()
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value


def named(offer: Offer) -> str:
    return f"{offer.method} {offer.path or '/'}"


def test_every_operation_of_the_standard_has_a_route_or_is_said_to_come_later(app: Any) -> None:
    assert app.blueprints
    routes = {(route.method, _IN_ROUTE.sub(r"{\1}", route.rule)) for route in ROUTES if route.rule.startswith("/epcis")}
    assert {(offer.method, ours(offer.path)) for offer in HERE} - routes == set()
    assert {(offer.method, ours(offer.path)) for offer in SURFACE if not offer.here} & routes == set()


@pytest.mark.parametrize("offer", [offer for offer in SURFACE if not offer.here], ids=named)
def test_an_operation_that_comes_later_says_so(app: Any, offer: Offer) -> None:
    path = ours(offer.path).replace("{query_name}", "q").replace("{subscription_id}", "1")
    answer = app.test_client().open(path, method=offer.method)
    assert (answer.status_code, answer.get_json()["code"]) == (501, "epcis.not-yet")
    assert answer.get_json()["type"] == "epcisException:ImplementationException"


@pytest.mark.parametrize("offer", HERE, ids=named)
def test_the_contract_says_of_an_operation_what_the_standard_says(offer: Offer) -> None:
    said = told(offer)
    assert {str(status) for status in (offer.success, *offer.refusals)} <= set(said["responses"])
    headers = {resolved(each)["name"] for each in said.get("parameters", ()) if resolved(each)["in"] == "header"}
    assert set(offer.asked) <= headers
    success = resolved(said["responses"][str(offer.success)])
    assert set(offer.told) <= set(success.get("headers", ()))
    assert set(offer.kinds) <= set(success.get("content", ()))
    for status in offer.refusals:
        assert set(resolved(said["responses"][str(status)])["content"]) == set(PROBLEMS)


def test_every_problem_type_stands_at_its_status_in_the_contract() -> None:
    found: dict[str, list[int]] = {}
    for name, response in contract()["components"]["responses"].items():
        if name.startswith("Epcis"):
            schema = response["content"]["application/problem+json"]["schema"]
            for kind in schema["allOf"][1]["properties"]["type"]["enum"]:
                found.setdefault(kind.removeprefix("epcisException:"), []).append(int(name.removeprefix("Epcis")))
    assert {kind: statuses[0] for kind, statuses in found.items()} == PROBLEM_TYPES


def test_every_problem_type_belongs_to_a_refusal_of_the_program(app: Any) -> None:
    assert app.blueprints  # the doors are loaded, and their refusals with them
    kinds = {refusal.epcis for refusal in children()}
    assert set(PROBLEM_TYPES) - kinds == set()
    assert kinds & PROBLEM_TYPES_LATER == set()


@pytest.mark.skipif(SHARED is None, reason="the standard's tables are not beside the repository")
def test_this_table_is_the_one_of_the_standard() -> None:
    assert SHARED is not None
    with (SHARED / "epcis-standard" / "derived" / "rest-surface.tsv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    theirs = {(row[0] if row[0] != "/" else "", row[1]): row for row in rows}
    mine = {(offer.path, offer.method): offer for offer in SURFACE}
    assert set(mine) == set(theirs)
    for place, offer in mine.items():
        _, _, _, asked, statuses, kinds, headers, _ = theirs[place]
        if not offer.here:
            continue
        assert set(asked.split()) <= {*offer.asked, "GS1-EPC-Format", "GS1-CBV-XML-Format"}, place
        assert {int(status) for status in statuses.split()} == {offer.success, *offer.refusals}, place
        assert set(kinds.split()) == set(offer.kinds), place
        if not place[0].startswith("/queries/"):
            assert set(headers.split()) <= set(offer.told), place


@pytest.mark.skipif(SHARED is None, reason="the standard's tables are not beside the repository")
def test_the_problem_types_are_those_of_the_standard() -> None:
    assert SHARED is not None
    with (SHARED / "epcis-standard" / "derived" / "problem-types.tsv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    theirs = {kind.removeprefix("epcisException:"): int(row[1]) for row in reversed(rows) for kind in row[2].split()}
    assert set(theirs) - MISSPELT - PROBLEM_TYPES_LATER == set(PROBLEM_TYPES) - {"NoSuchResourceException"}  # it stands in an example
    assert {kind: PROBLEM_TYPES[kind] for kind in PROBLEM_TYPES if kind in theirs} == {
        kind: status for kind, status in theirs.items() if kind in PROBLEM_TYPES
    }
