"""Recalls through their verbs, the JSON doors and the pages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.catalogue.find import NoSuchLot, NoSuchProduct
from app.errors import Invalid
from app.party.permissions import ANONYMOUS, NotAllowed, Role, SignInNeeded
from app.recall import find, read
from app.recall.declare import declare, withdraw
from app.recall.refusals import AlreadyRecalled, AlreadyWithdrawn, NoSuchNotice, NoticeInvalid
from app.runtime import Runtime
from tests.builders import make_api_key, make_enterprise
from tests.verify.world import GTIN, LOT, World, make_world

REASON = "Dư lượng vượt mức cho phép trong mẫu lưu"
WHY = "Kết quả kiểm nghiệm lại đạt yêu cầu"


@pytest.fixture
def world(on: Runtime) -> World:
    """One enterprise with a product and two batches."""
    return make_world(on, lots=(LOT, "SECOND"))


def _in_force(world: World, *lots: str) -> Any:
    with world.on.store.reading() as connection:
        return find.in_force(connection, world.owner.party_id, GTIN, *lots)


def test_a_notice_on_a_lot_is_in_force_for_that_lot_only(world: World) -> None:
    declare({"gtin": GTIN, "lot": LOT, "reason": REASON}, by=world.owner.actor(), on=world.on)
    assert _in_force(world, LOT).reason == REASON
    assert (_in_force(world, "SECOND"), _in_force(world)) == (None, None)


def test_a_notice_on_the_product_is_in_force_for_every_lot(world: World) -> None:
    declare({"gtin": GTIN, "lot": "", "reason": REASON}, by=world.owner.actor(), on=world.on)
    assert all(_in_force(world, lot) for lot in (LOT, "SECOND", "NEVER-REGISTERED"))


def test_the_notice_on_the_lot_is_told_before_the_one_on_the_product(world: World) -> None:
    by = world.owner.actor()
    declare({"gtin": GTIN, "lot": LOT, "reason": REASON}, by=by, on=world.on)
    declare({"gtin": GTIN, "reason": REASON}, by=by, on=world.on)
    assert _in_force(world, LOT).lot == LOT


def test_a_gtin_may_be_given_as_it_is_printed(world: World) -> None:
    declare({"gtin": GTIN.lstrip("0"), "reason": REASON}, by=world.owner.actor(), on=world.on)
    assert _in_force(world, LOT) is not None


def test_the_same_lot_is_recalled_once(world: World) -> None:
    by = world.owner.actor()
    declare({"gtin": GTIN, "lot": LOT, "reason": REASON}, by=by, on=world.on)
    with pytest.raises(AlreadyRecalled):
        declare({"gtin": GTIN, "lot": LOT, "reason": REASON}, by=by, on=world.on)


def test_a_withdrawn_recall_may_be_declared_again_and_stays_in_the_record(world: World) -> None:
    by = world.owner.actor()
    first = declare({"gtin": GTIN, "lot": LOT, "reason": REASON}, by=by, on=world.on)
    withdraw(first, WHY, by=by, on=world.on)
    assert _in_force(world, LOT) is None
    second = declare({"gtin": GTIN, "lot": LOT, "reason": REASON}, by=by, on=world.on)
    assert [each["notice"] for each in read.notices(by=by, on=world.on)] == [str(second), str(first)]


def test_a_recall_is_withdrawn_once(world: World) -> None:
    by = world.owner.actor()
    notice = declare({"gtin": GTIN, "reason": REASON}, by=by, on=world.on)
    withdraw(notice, WHY, by=by, on=world.on)
    with pytest.raises(AlreadyWithdrawn):
        withdraw(notice, WHY, by=by, on=world.on)


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"gtin": ""}, "party.field-missing", "/gtin"),
        ({"reason": ""}, "party.field-missing", "/reason"),
        ({"reason": "ngắn quá!"}, "recall.reason-too-short", "/reason"),
        ({"reason": "x" * 501}, "party.field-too-long", "/reason"),
        ({"lot": "L" * 21}, "party.field-too-long", "/lot"),
        ({"advice": 5}, "party.field-not-text", "/advice"),
    ],
)
def test_a_notice_that_says_too_little_or_too_much_is_refused(world: World, changes: dict[str, Any], code: str, pointer: str) -> None:
    with pytest.raises(NoticeInvalid) as refused:
        declare({"gtin": GTIN, "reason": REASON} | changes, by=world.owner.actor(), on=world.on)
    assert (refused.value.findings[0].code, refused.value.findings[0].pointer) == (code, pointer)


def test_ten_characters_are_reason_enough(world: World) -> None:
    declare({"gtin": GTIN, "reason": "0123456789"}, by=world.owner.actor(), on=world.on)
    assert _in_force(world) is not None


def test_a_wrong_check_digit_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        declare({"gtin": "09521002000017", "reason": REASON}, by=world.owner.actor(), on=world.on)


def test_nobody_recalls_a_product_or_lot_that_is_not_theirs(world: World) -> None:
    other = make_enterprise(world.on, "Đối thủ", "9521999")
    with pytest.raises(NoSuchProduct):
        declare({"gtin": GTIN, "reason": REASON}, by=other.actor(), on=world.on)
    with pytest.raises(NoSuchLot):
        declare({"gtin": GTIN, "lot": "TYPO", "reason": REASON}, by=world.owner.actor(), on=world.on)


def test_nobody_withdraws_a_recall_of_others(world: World) -> None:
    notice = declare({"gtin": GTIN, "reason": REASON}, by=world.owner.actor(), on=world.on)
    other = make_enterprise(world.on, "Đối thủ", "9521999")
    with pytest.raises(NoSuchNotice):
        withdraw(notice, WHY, by=other.actor(), on=world.on)
    assert _in_force(world) is not None


def test_a_member_reads_recalls_and_declares_none(world: World) -> None:
    member = world.owner.actor(Role.MEMBER)
    assert read.notices(by=member, on=world.on) == []
    with pytest.raises(NotAllowed):
        declare({"gtin": GTIN, "reason": REASON}, by=member, on=world.on)
    with pytest.raises(SignInNeeded):
        read.notices(by=ANONYMOUS, on=world.on)


# ------------------------------------------------------------------------------------------------ doors


def test_a_program_declares_reads_and_withdraws(world: World, client: Any) -> None:
    key = make_api_key(world.on, world.owner)
    made = client.post("/api/recalls", json={"gtin": GTIN, "lot": LOT, "reason": REASON, "advice": "Trả lại"}, headers=key)
    assert (made.status_code, made.json["inForce"], made.json["advice"]) == (201, True, "Trả lại")
    place = made.headers["Location"]
    assert client.get(place, headers=key).json == made.json
    assert [each["lot"] for each in client.get("/api/recalls", headers=key).json["recalls"]] == [LOT]
    taken = client.post(f"{place}/withdraw", json={"reason": WHY}, headers=key)
    assert (taken.status_code, taken.json["inForce"], taken.json["withdrawalReason"]) == (200, False, WHY)


@pytest.mark.parametrize("number", ["x", "-1", "0x1", "99999999999999999999", "1"])
def test_a_notice_that_does_not_exist_is_not_found(world: World, client: Any, number: str) -> None:
    answer = client.get(f"/api/recalls/{number}", headers=make_api_key(world.on, world.owner))
    assert (answer.status_code, answer.json["code"]) == (404, "recall.no-such-notice")


def test_a_program_is_told_where_its_notice_is_wrong(world: World, client: Any) -> None:
    answer = client.post("/api/recalls", json={"gtin": GTIN, "reason": 7}, headers=make_api_key(world.on, world.owner))
    assert (answer.status_code, answer.json["findings"][0]["pointer"]) == (400, "/reason")


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_a_person_declares_a_recall_in_two_steps_and_withdraws_it(world: World, client: Any, language: str) -> None:
    key = make_api_key(world.on, world.owner) | {"Accept": "text/html"}
    form = {"gtin": GTIN, "lot": LOT, "reason": REASON, "advice": ""}
    pages = [client.get(f"/console/recalls?lang={language}", headers=key), client.get(f"/console/recalls/new?lang={language}", headers=key)]
    review = client.post(f"/console/recalls?lang={language}", data=form, headers=key)
    assert (review.status_code, _in_force(world, LOT)) == (200, None)
    done = client.post("/console/recalls", data=form | {"step": "confirmed"}, headers=key)
    assert (done.status_code, done.headers["Location"]) == (303, "/console/recalls?done=declared")
    notice = _in_force(world, LOT)
    pages += [review, client.get(f"/console/recalls/{notice.notice_id}?lang={language}", headers=key)]
    assert all(page.status_code == 200 and not re.search(r"recall\.[a-z]+_?[a-z]*[<\"]", page.text) for page in pages)
    back = client.post(f"/console/recalls/{notice.notice_id}/withdraw", data={"reason": WHY}, headers=key)
    assert (back.status_code, _in_force(world, LOT)) == (303, None)


def test_a_form_that_was_refused_keeps_what_was_typed(world: World, client: Any) -> None:
    key = make_api_key(world.on, world.owner) | {"Accept": "text/html"}
    page = client.post("/console/recalls?lang=en", data={"gtin": GTIN, "lot": "TYPO", "reason": REASON}, headers=key)
    assert page.status_code == 404
    assert REASON in page.text
    assert 'value="TYPO"' in page.text
