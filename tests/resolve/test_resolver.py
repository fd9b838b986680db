"""Where printed codes lead: strictly parsed, the whole query passed on, never a look at the item."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from app.verify.model import Scan
from tests import SHARED
from tests.builders import object_event
from tests.verify.conftest import world as world  # noqa: PLC0414  # a fixture used by name
from tests.verify.world import GTIN, LOT, SERIAL, World

PAGES = "https://example.test/v"
ITEM = f"/01/{GTIN}/10/{LOT}/21/{SERIAL}"


@pytest.mark.parametrize(
    "target",
    [
        f"/01/{GTIN}",
        ITEM,
        f"{ITEM}?17=260712",
        f"{ITEM}?17=260712&linkType=gs1%3Atraceability&utm_source=a+b;c&x",
        f"/01/{GTIN}/21/NEVER-REGISTERED",
        f"/01/{GTIN}/21/A%2FB%2b",
        "/414/9521002001013",
    ],
)
def test_a_registered_key_leads_to_its_verification_page_with_everything_that_was_asked(world: World, client: Any, target: str) -> None:
    answer = client.get(target)
    assert (answer.status_code, answer.headers["Location"]) == (307, PAGES + target)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert world.owner.party_id


def test_a_trailing_slash_leads_to_the_same_page(world: World, client: Any) -> None:
    assert client.get(f"{ITEM}/").headers["Location"] == client.get(ITEM).headers["Location"]
    assert world.owner.party_id


def test_head_answers_like_get(world: World, client: Any) -> None:
    answer = client.head(ITEM)
    assert (answer.status_code, answer.headers["Location"], world.owner.prefix) == (307, f"{PAGES}{ITEM}", "9521002")


def test_options_names_the_methods(client: Any) -> None:
    answer = client.options(ITEM)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    "target",
    [
        "/01/09521002000017",
        "/01/9521002000016",
        f"{ITEM}/foo",
        f"/01/{GTIN}/21/A/10/B",
        f"/01/{GTIN}/99/A",
        f"/01/{GTIN}?17=261312",
        f"/01/{GTIN}/21/{'A' * 21}",
        f"/01/{GTIN}/21/%00",
        "/8003/x",
        "/415/9521002001013",
    ],
)
def test_what_is_no_digital_link_is_a_bad_request(world: World, client: Any, target: str) -> None:
    answer = client.get(target, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.content_type, world.owner.prefix) == (400, "application/problem+json", "9521002")


def test_a_key_nobody_registered_is_not_found_for_programs_and_a_verdict_for_people(client: Any) -> None:
    program = client.get("/01/09521003000015", headers={"Accept": "application/json"})
    assert (program.status_code, program.json["code"]) == (404, "resolve.not-registered")
    person = client.get("/01/09521003000015?lang=en", headers={"Accept": "text/html"})
    assert (person.status_code, "Not found" in person.text, "UNKNOWN-PRODUCT" in person.text) == (404, True, True)


def test_dates_behind_semicolons_reach_the_verification_page(world: World, client: Any) -> None:
    page = client.get(client.get(f"{ITEM}?17=260712;15=260701").headers["Location"])
    assert (page.status_code, "UNREADABLE" in page.text, world.owner.prefix) == (200, False, "9521002")


@pytest.mark.parametrize("target", ["/00/195210020000000013", "/8004/9521002ASSET7", "/8003/09521002000030XYZ"])
def test_other_keys_are_registered_when_an_event_names_them(world: World, client: Any, target: str) -> None:
    assert client.get(target, headers={"Accept": "application/json"}).status_code == 404
    world.capture(object_event(epcList=[f"https://id.gs1.org{target}"]))
    assert client.get(target).headers["Location"] == f"{PAGES}{target}"


def test_resolving_is_never_counted_as_a_look(world: World, client: Any) -> None:
    client.get(ITEM, headers={"Accept": "text/html"})
    client.get("/01/09521003000015/21/X", headers={"Accept": "text/html"})
    with world.on.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(Scan)).scalar_one() == 0


def test_a_location_cannot_be_made_to_carry_a_header_or_another_host(world: World, client: Any) -> None:
    for target in (f"/01/{GTIN}/21/A%0D%0ASet-Cookie:%20x", f"/01/{GTIN}?x=%0d%0aSet-Cookie:x", f"//evil.example/01/{GTIN}"):
        answer = client.get(target, headers={"Accept": "application/json"})
        assert "Set-Cookie" not in answer.headers
        assert answer.headers.get("Location", PAGES + "/").startswith(PAGES + "/")
    assert world.owner.party_id


def test_the_resolver_describes_itself(client: Any) -> None:
    found = client.get("/.well-known/gs1resolver").json
    assert (found["resolverRoot"], "01" in found["supportedPrimaryKeys"]) == ("https://example.test", True)


@pytest.mark.skipif(SHARED is None, reason="the official schema lies in the shared folder beside the repository")
def test_the_description_is_valid_against_the_official_schema(client: Any) -> None:
    import jsonschema

    assert SHARED is not None
    schema = json.loads((SHARED / "gs1-vectors/resolver/description-file-schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(client.get("/.well-known/gs1resolver").json, schema)
