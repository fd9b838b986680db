"""Stamps as people move them at the pages: by roll, by position, back again; nobody else's, and never with a fault."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.catalogue import register
from app.label.stamps import find as stamps
from app.label.stamps import issue, life
from app.ledger.sequencer import integrate
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, gtin, make_enterprise, signed_in

LYCHEE = gtin("952100100001")
LOT = "TH/260612"


@pytest.fixture
def firm(client: Any, on: Runtime) -> Enterprise:
    """An enterprise with a product and a batch, whose owner is signed in."""
    made = make_enterprise(on)
    register.register_product({"gtin": LYCHEE, "name": "Vải thiều Thanh Hà"}, by=made.actor(), on=on)
    register.register_lot(LYCHEE, {"lot": LOT, "expires_on": "2026-07-19"}, by=made.actor(), on=on)
    signed_in(client, on, made)
    return made


@pytest.fixture
def job(on: Runtime, firm: Enterprise) -> str:
    """The path of 20 blank stamps on rolls of 8."""
    return f"/console/labels/{issue.issue(LYCHEE, '', 20, per_roll=8, by=firm.actor(), on=on).job_id}"


def _counts(on: Runtime, firm: Enterprise, job: str) -> dict[str, int]:
    with on.store.reading() as connection:
        counts = stamps.totals(connection, firm.party_id, int(job.rpartition("/")[2])).counts
    return {state: count for state, count in counts.items() if count}


def _move(client: Any, job: str, to: str, **values: str) -> Any:
    return client.post(f"{job}/stamps?lang=en", data={"to": to, "which": "all", "roll": "0"} | values)


def _told(page: str) -> str:
    found = re.search(r'role="status">.*?<div>(.*?)</div>', page, re.DOTALL)
    assert found is not None
    return found[1].strip()


def test_a_job_shows_its_rolls_and_their_states(client: Any, job: str) -> None:
    page = client.get(f"{job}/rolls?lang=en").text
    assert "Rolls (3)" in page
    assert [f"{job}/rolls/{number}" in page for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert "17–20" in page
    beyond = client.get(f"{job}/rolls/4", headers={"Accept": "application/problem+json"})
    assert (beyond.status_code, beyond.get_json()["code"]) == (404, "label.no-such-roll")
    assert "Stamps 17 to 20 now" in client.get(f"{job}/rolls/3?lang=en").text
    listed = client.get("/console/stamps?lang=en").text
    assert "3 rolls of 8 stamps" in listed
    assert f'href="{job}/rolls"' in listed


def test_only_steps_that_are_possible_are_offered(client: Any, job: str) -> None:
    def offered() -> list[str]:
        return re.findall(r'name="to" value="([a-z]+)"', client.get(f"{job}/rolls").text)

    assert offered() == ["printed", "void"]
    _move(client, job, "printed")
    assert offered() == ["assigned", "void"]
    _move(client, job, "assigned", lot=LOT)
    assert offered() == ["activated", "void"]


def test_stamps_go_through_their_life_and_a_buyer_is_told(client: Any, on: Runtime, firm: Enterprise, job: str) -> None:
    first = _move(client, job, "printed")
    assert first.headers["Location"].startswith(f"{job}/rolls?done=")
    assert _told(client.get(first.headers["Location"] + "&lang=en").text) == "20 stamps: printed."
    _move(client, job, "void", which="some", first="3", last="5", cause="spoiled", confirmed="yes")
    _move(client, job, "assigned", roll="1", lot=LOT)
    _move(client, job, "activated", roll="1", confirmed="yes")
    assert _counts(on, firm, job) == {"printed": 12, "activated": 5, "void": 3}
    while integrate(on=on):
        pass
    with on.store.reading() as connection:
        rolls = stamps.rolls(connection, firm.party_id, int(job.rpartition("/")[2]))
    assert [roll.counts["void"] for roll in rolls] == [3, 0, 0]
    page = client.get(f"{job}/rolls/1?lang=en").text
    assert "37.5 %" in page
    assert "Spoiled 3" in page


def test_voiding_is_shown_once_more_with_what_a_buyer_will_see(client: Any, on: Runtime, firm: Enterprise, job: str) -> None:
    asked = _move(client, job, "void", which="some", first="2", last="6", cause="lost", note="rơi xuống ao")
    assert asked.status_code == 200
    assert "Void 5 stamps?" in asked.text
    assert "The producer has declared this label void" in asked.text
    assert "{" not in asked.text.partition("<main")[2]
    assert _counts(on, firm, job) == {"blank": 20}
    kept = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', asked.text))
    assert client.post(f"{job}/stamps", data=kept).status_code == 303
    assert _counts(on, firm, job) == {"blank": 15, "void": 5}
    assert "rơi xuống ao" in client.get(f"{job}/rolls").text


def test_a_change_is_taken_back_from_the_history(client: Any, on: Runtime, firm: Enterprise, job: str) -> None:
    _move(client, job, "void", roll="2", cause="stolen", confirmed="yes")
    page = client.get(f"{job}/rolls/2").text
    undo, back = re.findall(r'action="(/console/stamps/changes/\d+/undo)"><input type="hidden" name="back" value="([^"]*)"', page)[0]
    answer = client.post(undo, data={"back": back})
    assert answer.headers["Location"].startswith(f"{job}/rolls/2?done=")
    assert _told(client.get(answer.headers["Location"] + "&lang=en").text) == "Taken back: 8 stamps are as they were before."
    assert _counts(on, firm, job) == {"blank": 20}
    assert client.post(undo, data={"back": "https://elsewhere.example/"}).status_code == 409
    assert "/undo" not in client.get(f"{job}/rolls/2").text


def test_what_stands_in_the_way_is_told_position_by_position(client: Any, job: str) -> None:
    _move(client, job, "printed", which="some", first="1", last="8")
    refused = _move(client, job, "assigned", which="some", first="5", last="12", lot=LOT)
    assert refused.status_code == 409
    assert "9-12" in refused.text
    assert 'value="5"' in refused.text
    assert 'value="assigned" checked' in refused.text.replace(' id="f-to"', "")


@pytest.mark.parametrize(
    ("first", "last"), [("0", "3"), ("3", "2"), ("1", "21"), ("x", ""), ("", ""), ("-1", "3"), ("9" * 8, ""), ("1.5", "2"), ("\uff12", "")]
)
def test_a_range_that_is_none_is_refused_beside_its_field(
    client: Any, on: Runtime, firm: Enterprise, job: str, first: str, last: str
) -> None:
    refused = _move(client, job, "printed", which="some", first=first, last=last)
    assert refused.status_code == 404
    assert 'href="#f-first"' in refused.text
    assert _counts(on, firm, job) == {"blank": 20}


@pytest.mark.parametrize(
    ("to", "more", "field"),
    [
        ("void", {}, "cause"),
        ("void", {"cause": "eaten"}, "cause"),
        ("void", {"cause": "other"}, "note"),
        ("assigned", {}, "lot"),
        ("flown", {}, "to"),
        ("", {}, "to"),
    ],
)
def test_a_step_that_lacks_something_is_refused_beside_its_field(client: Any, job: str, to: str, more: dict[str, str], field: str) -> None:
    _move(client, job, "printed")
    refused = _move(client, job, to, **more)
    assert refused.status_code == 400
    assert f'href="#f-{field}"' in refused.text


def test_the_stamps_of_somebody_else_are_not_found(app: Any, on: Runtime, firm: Enterprise, job: str) -> None:
    change = life.move(int(job.rpartition("/")[2]), "printed", 1, 3, by=firm.actor(), on=on)
    stranger = signed_in(app.test_client(), on, make_enterprise(on, "Khác", "9521002"))
    assert [stranger.get(path).status_code for path in (f"{job}/rolls", f"{job}/rolls/1")] == [404, 404]
    assert _move(stranger, job, "void", cause="lost", confirmed="yes").status_code == 404
    assert stranger.post(f"/console/stamps/changes/{change.change_id}/undo").status_code == 404
    assert job not in stranger.get("/console/stamps").text
    assert _counts(on, firm, job) == {"blank": 17, "printed": 3}


def test_a_member_moves_stamps_and_an_approver_voids_them(app: Any, on: Runtime, firm: Enterprise, job: str) -> None:
    member = signed_in(app.test_client(), on, firm, Role.MEMBER)
    assert _move(member, job, "printed").status_code == 303
    assert 'value="void"' not in member.get(f"{job}/rolls").text
    assert [_move(member, job, "void", cause="lost", confirmed=sure).status_code for sure in ("", "yes")] == [403, 403]
    approver = signed_in(app.test_client(), on, firm, Role.APPROVER)
    assert _move(approver, job, "void", cause="lost", confirmed="yes").status_code == 303
    change = re.search(r"/console/stamps/changes/(\d+)/undo", approver.get(f"{job}/rolls").text)
    assert change is not None
    assert change[0] not in member.get(f"{job}/rolls").text
    assert member.post(change[0]).status_code == 403
    carrier = signed_in(app.test_client(), on, firm, Role.CARRIER)
    assert carrier.get("/console/stamps").status_code == 403


def test_labels_without_serial_numbers_have_no_rolls(client: Any, on: Runtime, firm: Enterprise) -> None:
    made = issue.issue(LYCHEE, LOT, 20, serialised=False, by=firm.actor(), on=on)
    assert client.get(f"/console/labels/{made.job_id}/rolls").status_code == 409
    assert str(made.job_id) not in client.get("/console/stamps").text


def test_jobs_are_chosen_by_product_and_state(client: Any, job: str) -> None:
    assert job in client.get(f"/console/stamps?gtin={LYCHEE}&state=blank").text
    for query in (f"gtin={gtin('952100100009')}", "state=sold"):
        page = client.get(f"/console/stamps?{query}").text
        assert job not in page
        assert 'class="empty"' in page
    assert f"{job}/rolls?lot=TH%2F260612" in client.get("/console/stamps?lot=TH%2F260612").text.replace("lot=TH/260612", "lot=TH%2F260612")


@pytest.mark.parametrize("path", ["rolls/0", "rolls/4", "rolls/99999999999", "rolls/x", "rolls?page=0", "rolls?page=99999"])
def test_no_address_of_rolls_causes_a_fault(client: Any, job: str, path: str) -> None:
    assert client.get(f"{job}/{path}").status_code < 500
    assert client.get("/console/labels/9223372036854775807/rolls").status_code == 404


@pytest.mark.parametrize("text", ["", "\0", "'", "9" * 30, "\U0001f600" * 50, "x" * 7000, "-1", "all"])
@pytest.mark.parametrize("name", ["to", "which", "first", "last", "lot", "cause", "note", "roll", "confirmed"])
def test_no_form_about_stamps_causes_a_fault(client: Any, job: str, name: str, text: str) -> None:
    sent = {"to": "void", "which": "some", "first": "1", "last": "2", "cause": "other", "note": "x", "roll": "0", "confirmed": "yes"}
    assert client.post(f"{job}/stamps", data=sent | {name: text}).status_code < 500
