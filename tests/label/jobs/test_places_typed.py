"""What is typed as a place on a sheet and is none is refused with its field, never ignored."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.label.stamps import issue
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_api_key, signed_in
from tests.label.stock import GTIN, LOT

WRONG = pytest.mark.parametrize("typed", ["-1", "1e3", "²", "x", "12345678", "\u0661"])


@pytest.fixture
def job(on: Runtime, firm: Enterprise) -> int:
    return issue.issue(GTIN, LOT, 2, by=firm.actor(), on=on).job_id


@WRONG
@pytest.mark.parametrize(("path", "name"), [("/sheet.pdf", "firstPlace"), ("", "first")])
def test_a_program_is_told_which_number_is_none(
    client: Any, on: Runtime, firm: Enterprise, job: int, typed: str, path: str, name: str
) -> None:
    asked = {"layout": "a4-3x8", name: typed}
    answer = client.get(f"/api/labels/{job}{path}", query_string=asked, headers=make_api_key(on, firm))
    assert (answer.status_code, answer.get_json()["pointer"]) == (400, f"/{name}")


@pytest.mark.parametrize("dpi", ["wide", "203dpi", "²", "-203", "0203"])
def test_a_print_head_is_a_known_number(client: Any, on: Runtime, firm: Enterprise, job: int, dpi: str) -> None:
    for form in ("pdf", "zpl"):
        answer = client.get(f"/api/labels/{job}/sheet.{form}", query_string={"dpi": dpi}, headers=make_api_key(on, firm))
        assert (answer.status_code, answer.get_json()["pointer"]) == (400, "/dpi")


@WRONG
def test_a_person_is_told_on_a_page(client: Any, on: Runtime, firm: Enterprise, job: int, typed: str) -> None:
    member = signed_in(client, on, firm, Role.MEMBER)
    asked = {"what": "pdf", "layout": "a4-3x8", "first_place": typed}
    assert member.get(f"/console/labels/{job}/file", query_string=asked).status_code == 400


def test_places_of_a_sheet_begin_at_one(client: Any, on: Runtime, firm: Enterprise, job: int) -> None:
    member = signed_in(client, on, firm, Role.MEMBER)
    asked = {"what": "pdf", "layout": "a4-3x8"}
    path = f"/console/labels/{job}/file"
    answers = {typed: member.get(path, query_string=asked | {"first_place": typed}) for typed in ("", "1", "24", "0")}
    assert {typed: answer.status_code for typed, answer in answers.items()} == {"": 200, "1": 200, "24": 200, "0": 400}


def test_the_only_design_is_chosen_for_new_labels(client: Any, on: Runtime, firm: Enterprise) -> None:
    member = signed_in(client, on, firm, Role.MEMBER)
    design = {"name": "Cuộn", "layout": "roll-70x40", "carrier": "qr-dl", "lines": "", "ean13": "where-it-fits"}
    first = member.post("/console/labels/designs", data=design).headers["Location"].partition("?")[0].rpartition("/")[2]
    assert re.search(rf'<option value="{first}" selected', member.get("/console/labels").text)
    member.post("/console/labels/designs", data=design | {"name": "Tờ A4"})
    assert not re.search(r'<option value="\d{6,}" selected', member.get("/console/labels").text)
