"""Links by API: one key with its version, lists, files with the place of every mistake, history and the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.party.permissions import Role
from app.resolve.link_sheet_out import XLSX_TYPE
from app.runtime import Runtime
from tests.api.problems import problem_of
from tests.builders import Enterprise, gtin, make_api_key, make_enterprise

FRUIT = gtin("952100100001")
SITE = "https://vaihuonggiang.example"
ONE = f"/api/links/key?code={FRUIT}"
SAID = {"itemDescription": "Vải thiều", "default": {"href": f"{SITE}/vai", "title": "Vải thiều Hương Giang"}}


@pytest.fixture
def growers(on: Runtime) -> Enterprise:
    return make_enterprise(on)


@pytest.fixture
def key(on: Runtime, growers: Enterprise) -> dict[str, str]:
    return make_api_key(on, growers)


def test_a_key_is_said_read_and_taken_away(client: Any, key: dict[str, str]) -> None:
    made = client.put(ONE, json=SAID, headers=key)
    assert made.status_code == 201
    assert [remark["code"] for remark in made.json["remarks"]] == ["resolve.default-undescribed"]
    read = client.get(ONE, headers=key)
    assert read.json["path"] == f"/01/{FRUIT}"
    assert read.json["links"] == [{"rel": "https://ref.gs1.org/voc/pip", **SAID["default"]}]  # type: ignore[dict-item]  # an object
    assert read.headers["ETag"] == made.headers["ETag"] == f'"{read.json["version"]}"'
    gone = client.delete(ONE, headers=key)
    assert client.get(ONE, headers=key).status_code == 404
    assert client.post(f"/api/links/changes/{gone.json['change']}/undo", headers=key).status_code == 200
    assert client.get(ONE, headers=key).json == read.json


def test_the_same_twice_is_once(client: Any, key: dict[str, str]) -> None:
    client.put(ONE, json=SAID, headers=key)
    again = client.put(ONE, json=SAID, headers=key)
    assert (again.status_code, again.json["change"]) == (200, None)


def test_nobody_overwrites_what_they_have_not_seen(client: Any, key: dict[str, str]) -> None:
    first = client.put(ONE, json=SAID, headers=key | {"If-None-Match": "*"}).headers["ETag"]
    assert client.put(ONE, json=SAID, headers=key | {"If-None-Match": "*"}).status_code == 412
    moved = SAID | {"itemDescription": "Vải thiều loại một"}
    assert client.put(ONE, json=moved, headers=key | {"If-Match": first}).status_code == 200
    refused = client.put(ONE, json=SAID, headers=key | {"If-Match": first})
    assert (refused.status_code, problem_of(refused, 412)["code"]) == (412, "resolve.changed-meanwhile")
    assert client.delete(ONE, headers=key | {"If-Match": first}).status_code == 412


def test_a_serial_with_a_slash_is_one_key(client: Any, key: dict[str, str]) -> None:
    code = f"/01/{FRUIT}/21/A%2FB"
    made = client.put("/api/links/key", query_string={"code": code}, json=SAID, headers=key)
    assert made.json["path"] == code


def test_every_mistake_of_a_key_has_its_place(client: Any, key: dict[str, str]) -> None:
    wrong = {
        "itemDescription": "Vải",
        "default": {"href": "ftp://x.example/", "title": "x"},
        "links": [
            {"rel": "gs1:pipp", "href": f"{SITE}/", "title": "x"},
            {"rel": "https://other.example/voc/pip", "href": f"{SITE}/", "title": "x"},
            {"rel": "gs1:defaultLink", "href": f"{SITE}/", "title": "x"},
            {"rel": "gs1:pip", "href": f"{SITE}/", "title": "x", "type": "html", "hreflang": ["vie"]},
        ],
    }
    refused = client.put(ONE, json=wrong, headers=key)
    assert refused.status_code == 400
    assert [(each["code"], each["pointer"]) for each in problem_of(refused, 400)["findings"]] == [
        ("resolve.address-scheme", "/default/href"),
        ("resolve.link-type-unknown", "/links/0/rel"),
        ("resolve.link-type-duplicates", "/links/1/rel"),
        ("resolve.default-among-links", "/links/2/rel"),
        ("resolve.media-type", "/links/3/type"),
        ("resolve.language", "/links/3/hreflang/0"),
    ]
    misshapen = client.put(ONE, json={"default": {"href": 7}, "links": "none"}, headers=key)
    assert [(each["code"], each["pointer"]) for each in problem_of(misshapen, 400)["findings"]] == [
        ("resolve.field-missing", "/itemDescription"),
        ("resolve.field-form", "/default/href"),
        ("resolve.field-missing", "/default/title"),
        ("resolve.field-form", "/links"),
    ]


def test_a_key_of_another_is_a_conflict_and_theirs_is_not_shown(client: Any, on: Runtime, key: dict[str, str]) -> None:
    client.put(ONE, json=SAID, headers=key)
    other = make_api_key(on, make_enterprise(on, "Khác", "9521009"))
    refused = client.put(ONE, json=SAID, headers=other)
    assert (refused.status_code, problem_of(refused, 409)["code"]) == (409, "resolve.key-of-another")
    assert client.get(ONE, headers=other).status_code == 404
    assert client.delete(ONE, headers=other).status_code == 409
    assert client.get("/api/links", headers=other).json == {"links": [], "next": None}


def test_a_carrier_reads_no_links(client: Any, on: Runtime, growers: Enterprise) -> None:
    assert client.get("/api/links", headers=make_api_key(on, growers, Role.CARRIER)).status_code == 403


def test_lists_are_paged_by_the_last_path(client: Any, key: dict[str, str]) -> None:
    for serial in "ABC":
        client.put("/api/links/key", query_string={"code": f"/01/{FRUIT}/21/{serial}"}, json=SAID, headers=key)
    first = client.get("/api/links?count=2", headers=key).json
    assert first["next"] == f"/01/{FRUIT}/21/B"
    second = client.get("/api/links", query_string={"count": 2, "after": first["next"]}, headers=key).json
    assert ([each["path"] for each in second["links"]], second["next"]) == ([f"/01/{FRUIT}/21/C"], None)


def test_history_says_who_and_what_and_pages(client: Any, on: Runtime, key: dict[str, str]) -> None:
    client.put(ONE, json=SAID, headers=key)
    client.delete(ONE, headers=key)
    changes = client.get(f"/api/links/history?code={FRUIT}", headers=key).json["changes"]
    assert [(each["before"] is None, each["after"] is None) for each in changes] == [(False, True), (True, False)]
    older = client.get(f"/api/links/history?code={FRUIT}&before={changes[0]['change']}", headers=key).json
    assert [each["change"] for each in older["changes"]] == [changes[1]["change"]]
    assert on.clock.now().isoformat()[:16] == changes[0]["at"][:16]


@pytest.mark.parametrize("path", ["/api/links/key", "/api/links/key?code=", "/api/links/key?code=%2F01%2F12", "/api/links/key?code=xyz"])
def test_a_code_that_names_nothing_is_refused(client: Any, key: dict[str, str], path: str) -> None:
    assert client.get(path, headers=key).status_code == 400


def test_a_change_that_is_no_number_is_unknown(client: Any, key: dict[str, str]) -> None:
    assert problem_of(client.post("/api/links/changes/x/undo", headers=key), 404)["code"] == "resolve.no-such-change"


def bulk(client: Any, key: dict[str, str], body: Any, query: str = "", kind: str = "application/json") -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/api/links/bulk{query}", data=data, headers=key | {"Content-Type": kind})


def test_a_file_is_all_or_nothing_unless_wrong_ones_are_skipped(client: Any, key: dict[str, str]) -> None:
    good = SAID | {"path": f"/01/{FRUIT}/21/A"}
    bad = SAID | {"path": f"/01/{FRUIT}/21/B", "itemDescription": ""}
    refused = bulk(client, key, {"registrations": [good, bad]})
    assert refused.status_code == 422
    found = problem_of(refused, 422)
    assert (found["code"], [each["pointer"] for each in found["findings"]]) == ("resolve.rows-wrong", ["/registrations/1/itemDescription"])
    assert client.get("/api/links", headers=key).json["links"] == []
    checked = bulk(client, key, [good, bad], "?check=only").json
    assert (checked["checkedOnly"], checked["created"], checked["skipped"]) == (True, 1, 1)
    done = bulk(client, key, [good, bad], "?skip=wrong").json
    assert (done["created"], done["skipped"], done["hosts"]) == (1, 1, ["vaihuonggiang.example"])
    assert bulk(client, key, [good], "?skip=all").status_code == 400


def test_link_sets_lines_and_sheets_are_taken_too(client: Any, key: dict[str, str]) -> None:
    links = {"https://ref.gs1.org/voc/defaultLink": [{"href": f"{SITE}/vai", "title": "Vải"}]}
    whole = {"linkset": [{"anchor": f"https://id.other.example/x/01/{FRUIT}", "itemDescription": "Vải", **links}]}
    assert bulk(client, key, whole, kind="application/linkset+json").json["created"] == 1
    line = json.dumps(SAID | {"path": f"/01/{FRUIT}/10/L1"})
    assert bulk(client, key, f"{line}\n\n".encode(), kind="application/x-ndjson").json["created"] == 1
    sheet = f"Mã,Số lô,Loại liên kết,Địa chỉ,Tiêu đề,Mặc định\n{FRUIT},L2,pip,{SITE}/l2,Lô 2,có\n".encode()
    assert bulk(client, key, sheet, kind="text/csv").json["created"] == 1
    assert bulk(client, key, sheet, kind=XLSX_TYPE).status_code == 400
    assert bulk(client, key, sheet, kind="text/plain").status_code == 415


@pytest.mark.parametrize(
    ("body", "kind"), [(b"x\n" * 20_000, "application/x-ndjson"), (b"[" + b"{}," * 20_000 + b"{}]", "application/json")]
)
def test_a_request_with_too_many_registrations_is_refused_at_once(client: Any, key: dict[str, str], body: bytes, kind: str) -> None:
    answer = client.post("/api/links/bulk", data=body, headers=key | {"Content-Type": kind})
    assert (answer.status_code, answer.get_json()["code"]) == (413, "resolve.too-many-registrations")
