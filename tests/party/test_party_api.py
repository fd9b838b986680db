"""The JSON doors of organisations, sessions and keys."""

from __future__ import annotations

from typing import Any

import pytest

from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import make_api_key, make_enterprise

NEW = {
    "name": "HTX Vải Hương Giang",
    "prefix": "9521001",
    "province": "31",
    "person_name": "Hương",
    "email": "huong@vai.example",
    "password": "vải-chín đỏ 2026",
}


def test_nobody_is_told_to_be_nobody(client: Any) -> None:
    told = client.get("/api/session").json
    assert (told["signed_in"], told["role"], told["permissions"]) == (False, "anonymous", [])


def test_a_program_registers_an_organisation_and_is_signed_in(client: Any) -> None:
    answer = client.post("/api/sign-up", json=NEW)
    assert answer.status_code == 201
    told = client.get("/api/session").json
    assert (told["organisation"]["id"], told["role"], told["name"]) == (answer.json["organisation"], "owner", "Hương")


@pytest.mark.parametrize(
    "field", ["name", "kind", "tax_code", "prefix", "gln", "province", "commune", "phone", "website", "email", "password"]
)
def test_no_value_of_a_registration_causes_a_fault(client: Any, field: str) -> None:
    for value in (7, True, ["31"], {"a": "b"}, "\u0000", "x" * 9000):
        assert client.post("/api/sign-up", json=NEW | {field: value}).status_code == 400


@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (b"[]", "application/json", 400, "api.not-an-object"),
        (b'{"nom": "x"}', "application/json", 400, "api.not-an-object"),
        (b'{"name": "x", "name": "y"}', "application/json", 400, "capture.duplicate-key"),
        (b"{", "application/json", 400, "capture.malformed-json"),
        (b"name=x", "application/x-www-form-urlencoded", 415, "api.media-type"),
    ],
)
def test_a_body_that_is_no_object_is_refused(client: Any, body: bytes, media_type: str, status: int, code: str) -> None:
    answer = client.post("/api/sign-up", data=body, content_type=media_type)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_an_unknown_field_is_named_with_those_that_are_read(client: Any) -> None:
    finding = client.post("/api/sign-up", json=NEW | {"ta/x": "1"}).json["findings"][0]
    assert (finding["code"], finding["pointer"]) == ("api.unknown-field", "/ta~1x")
    assert "tax_code" in finding["remedy"]


def test_the_organisation_is_read_and_replaced(client: Any, on: Runtime) -> None:
    headers = make_api_key(on, make_enterprise(on))
    assert client.get("/api/organisation", headers=headers).json["prefixes"] == ["9521001"]
    answer = client.put("/api/organisation", headers=headers, json={"name": "Tên mới", "province": "12"})
    assert (answer.status_code, answer.json["name"], answer.json["province"]) == (200, "Tên mới", "12")
    assert client.get("/api/organisation", headers=headers).json == answer.json


def test_a_member_may_not_replace_the_organisation(client: Any, on: Runtime) -> None:
    headers = make_api_key(on, make_enterprise(on), Role.MEMBER)
    answer = client.put("/api/organisation", headers=headers, json={"name": "x"})
    assert (answer.status_code, answer.json["code"]) == (403, "party.not-allowed")


def test_a_key_is_made_listed_used_and_revoked(client: Any, on: Runtime) -> None:
    headers = make_api_key(on, make_enterprise(on))
    made = client.post(
        "/api/api-keys", headers=headers, json={"label": "cân", "role": "member", "scopes": ["capture:event:read"], "days": 30}
    )
    assert made.status_code == 201
    mine = {"Authorization": f"Bearer {made.json['key']}"}
    assert client.get("/api/session", headers=mine).json["permissions"] == ["capture:event:read"]
    listed = client.get("/api/api-keys", headers=headers).json["api_keys"]
    assert {row["label"] for row in listed} == {"cân", "test"}
    assert made.json["key"].split("_", 2)[2] not in str(listed)
    assert client.delete(f"/api/api-keys/{made.json['key_id']}", headers=headers).status_code == 200
    assert client.get("/api/session", headers=mine).status_code == 401


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"label": 7}, "party.field-not-text"),
        ({"role": "king"}, "party.role"),
        ({"role": ["owner"]}, "party.role"),
        ({"scopes": "all"}, "party.scope"),
        ({"days": "30"}, "party.days"),
        ({"days": True}, "party.days"),
    ],
)
def test_a_key_with_a_wrong_value_is_refused_with_its_place(client: Any, on: Runtime, wrong: dict[str, Any], code: str) -> None:
    answer = client.post("/api/api-keys", headers=make_api_key(on, make_enterprise(on)), json={"label": "cân"} | wrong)
    assert answer.status_code == 400
    assert [(each["code"], each["pointer"]) for each in answer.json["findings"]] == [(code, "/" + next(iter(wrong)))]


def test_a_key_nobody_has_is_not_found(client: Any, on: Runtime) -> None:
    answer = client.delete("/api/api-keys/000000000000", headers=make_api_key(on, make_enterprise(on)))
    assert (answer.status_code, answer.json["code"]) == (404, "party.no-such-api-key")
