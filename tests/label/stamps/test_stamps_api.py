"""The JSON doors of stamps, as programs use them."""

from __future__ import annotations

from typing import Any

import pytest

from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_api_key, make_enterprise
from tests.label.stock import GTIN, LOT, make_stock


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    enterprise = make_enterprise(on)
    make_stock(on, enterprise)
    return enterprise


class Program:
    """A client with a key of one role."""

    def __init__(self, client: Any, headers: dict[str, str]) -> None:
        self._client, self._headers = client, headers

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        return self._client.open(path, method=method, json=body, headers=self._headers)


@pytest.fixture
def owner(on: Runtime, client: Any, firm: Enterprise) -> Program:
    return Program(client, make_api_key(on, firm))


@pytest.fixture
def job(on: Runtime, firm: Enterprise) -> tuple[str, list[str]]:
    """A job of six blank stamps on rolls of four."""
    from app.label.stamps.issue import issue

    made = issue(GTIN, "", 6, per_roll=4, by=firm.actor(), on=on)
    return str(made.job_id), list(made.serials)


def test_a_range_is_opened_listed_used_and_closed(owner: Program, firm: Enterprise) -> None:
    opened = owner("POST", "/api/serial-ranges", {"gtin": GTIN, "scheme": "permuted", "length": 14, "most": 100, "note": "Vụ 2026"})
    assert (opened.status_code, opened.json["left"], opened.json["guessProbability"]) == (201, 100, 0)
    assert owner("POST", "/api/labels", {"gtin": GTIN, "lot": LOT, "count": 30}).status_code == 201
    (listed,) = owner("GET", f"/api/serial-ranges?gtin={GTIN}").json["ranges"]
    assert (listed["range"], listed["issued"], listed["left"], listed["note"]) == (opened.json["range"], 30, 70, "Vụ 2026")
    assert 0 < listed["guessProbability"] <= 1e-4
    assert owner("POST", f"/api/serial-ranges/{opened.json['range']}/close").status_code == 204
    again = owner("POST", f"/api/serial-ranges/{opened.json['range']}/close")
    assert (again.status_code, again.json["code"], firm.prefix) == (409, "label.range-closed", "9521001")


def test_an_exhausted_range_tells_what_is_left(owner: Program) -> None:
    owner("POST", "/api/serial-ranges", {"gtin": GTIN, "most": 5})
    answer = owner("POST", "/api/labels", {"gtin": GTIN, "lot": LOT, "count": 6})
    assert (answer.status_code, answer.json["code"]) == (409, "label.range-exhausted")
    assert "5" in answer.json["detail"]


def test_stamps_are_moved_by_position_and_taken_back(owner: Program, job: tuple[str, list[str]]) -> None:
    number, serials = job
    moved = owner("POST", f"/api/labels/{number}/stamps", {"to": "printed", "first": 1, "last": 5, "note": "cuộn 1"})
    assert (moved.status_code, moved.json["stamps"], moved.json["note"]) == (200, 5, "cuộn 1")
    rolls = owner("GET", f"/api/labels/{number}/rolls").json
    assert [(each["roll"], each["states"]["printed"], each["states"]["blank"]) for each in rolls["rolls"]] == [(1, 4, 0), (2, 1, 1)]
    assert (rolls["total"]["stamps"], rolls["total"]["states"]["printed"], rolls["next"]) == (6, 5, None)
    assert owner("POST", f"/api/stamp-changes/{moved.json['change']}/undo").json["kind"] == "undo"
    back, first = owner("GET", f"/api/labels/{number}/changes").json["changes"]
    assert (back["kind"], first["kind"], first["undoneBy"]) == ("undo", "printed", back["change"])
    stamp = owner("GET", f"/api/stamps/{GTIN}/{serials[4]}").json
    assert (stamp["state"], stamp["position"], stamp["roll"], len(stamp["changes"])) == ("blank", 5, 2, 2)


def test_stamps_in_the_way_are_named_in_the_readers_language(owner: Program, job: tuple[str, list[str]]) -> None:
    number, _ = job
    owner("POST", f"/api/labels/{number}/stamps", {"to": "printed", "first": 1, "last": 2})
    answer = owner("POST", f"/api/labels/{number}/stamps?lang=en", {"to": "assigned", "first": 1, "last": 6, "lot": LOT})
    assert (answer.status_code, answer.json["code"]) == (409, "label.stamps-not-ready")
    assert "3-6" in answer.json["detail"]


def test_stamps_are_moved_by_list_and_by_scan(owner: Program, job: tuple[str, list[str]]) -> None:
    _, serials = job
    listed = owner("POST", "/api/stamps", {"to": "printed", "gtin": GTIN, "serials": serials[:2]})
    scanned = owner("POST", "/api/stamps", {"to": "printed", "codes": [f"https://example.test/01/{GTIN}/21/{serials[2]}"]})
    assert [each["stamps"] for answer in (listed, scanned) for each in answer.json["changes"]] == [2, 1]


def test_spoilage_is_told(owner: Program, job: tuple[str, list[str]]) -> None:
    number, _ = job
    owner("POST", f"/api/labels/{number}/stamps", {"to": "void", "first": 2, "last": 3, "cause": "spoiled", "note": "kẹt giấy"})
    (told,) = owner("GET", f"/api/spoilage?gtin={GTIN}").json["spoilage"]
    assert (told["stamps"], told["void"], told["causes"]["spoiled"]) == (6, 2, 2)


def test_a_serial_number_with_a_slash_has_a_life_too(owner: Program, on: Runtime, firm: Enterprise) -> None:
    from app.label.stamps.issue import issue

    issue(GTIN, LOT, 1, numbers=["A/1"], by=firm.actor(), on=on)
    assert owner("GET", f"/api/stamps/{GTIN}/A%2F1").json["serial"] == "A/1"


def test_ssccs_are_given_listed_and_voided(owner: Program) -> None:
    given = owner("POST", "/api/ssccs", {"count": 2, "extension": 1, "gtin": GTIN, "lot": LOT, "quantity": 40, "expiry": "260630"})
    assert (given.status_code, len(given.json["ssccs"])) == (201, 2)
    number = given.json["ssccs"][0]
    assert owner("POST", f"/api/ssccs/{number}/void", {"reason": "in hỏng"}).status_code == 204
    listed = owner("GET", "/api/ssccs").json
    assert [(each["sscc"], each["quantity"], each["voidReason"]) for each in listed["ssccs"]] == [
        (number, 40, "in hỏng"),
        (given.json["ssccs"][1], 40, None),
    ]
    assert owner("POST", f"/api/ssccs/{number}/void", {"reason": "in hỏng"}).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/serial-ranges", {}, "/gtin"), ("/api/serial-ranges", {"gtin": GTIN, "length": "14"}, "/length"),
        ("/api/serial-ranges", {"gtin": GTIN, "most": True}, "/most"), ("/api/stamps", {"to": "printed", "gtin": GTIN}, "/serials"),
        ("/api/stamps", {"to": "printed", "codes": [1]}, "/codes"), ("/api/stamps", {"gtin": GTIN, "serials": []}, "/to"),
        ("/api/ssccs", {}, "/count"), ("/api/ssccs", {"count": 1, "prefix": 9521001}, "/prefix"),
    ],
)  # fmt: skip
def test_a_field_of_another_type_is_named(owner: Program, path: str, body: dict[str, Any], field: str) -> None:
    answer = owner("POST", path, body)
    assert (answer.status_code, answer.json["code"], answer.json["pointer"]) == (400, "api.field-wrong", field)


def test_an_empty_list_moves_nothing(owner: Program) -> None:
    answer = owner("POST", "/api/stamps", {"to": "printed", "gtin": GTIN, "serials": []})
    assert (answer.status_code, answer.json["code"]) == (409, "label.nothing-to-move")


def test_a_program_of_a_member_does_not_void(on: Runtime, client: Any, firm: Enterprise, job: tuple[str, list[str]]) -> None:
    member = Program(client, make_api_key(on, firm, Role.MEMBER))
    answer = member("POST", f"/api/labels/{job[0]}/stamps", {"to": "void", "first": 1, "last": 1, "cause": "lost"})
    assert (answer.status_code, answer.json["code"]) == (403, "party.not-allowed")
