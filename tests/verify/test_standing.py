"""What stands of the owner's events about one item, and the verdict it leads to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.clock import SetClock
from app.label.stamps.follow import follow
from app.label.stamps.issue import issue
from app.label.stamps.life import move
from app.recall.declare import declare
from app.runtime import Runtime
from app.verify.answer import Check, Verdict
from app.verify.prove import Result
from app.verify.verdict import Cause, Judgement
from tests.builders import make_enterprise, object_event
from tests.verify.world import EXPIRES, GTIN, LOT, PLACE, SERIAL, World, commissioning, make_world

ITEM = f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}"
BATCH = {"epcClass": f"https://id.gs1.org/01/{GTIN}/10/{LOT}", "quantity": 1100, "uom": "KGM"}
NAME = "urn:uuid:6a1b2c3d-0000-4000-8000-000000000001"
WRONG = {"errorDeclaration": {"declarationTime": "2026-06-13T00:00:00Z", "reason": "did_not_occur"}}
LATER = "2026-06-15T10:00:00+07:00"
GREEN = (Judgement.VERIFIED, Cause.VERIFIED_ITEM)


def _said(world: World, text: str | None = None) -> tuple[Judgement, Cause]:
    verdict = world.check(text)
    return verdict.verdict, verdict.cause


def _blank(world: World, *steps: str) -> str:
    """The serial number of a stamp that was ordered without a batch and took these steps."""
    job = issue(GTIN, "", 1, by=world.owner.actor(), on=world.on)
    for step in steps:
        move(job.job_id, step, 1, 1, lot=LOT, by=world.owner.actor(), on=world.on)
    return job.serials[0]


def _recall(world: World, lot: str) -> None:
    declare({"gtin": GTIN, "lot": lot, "reason": "Dư lượng vượt mức"}, by=world.owner.actor(), on=world.on)


def _follow(world: World) -> None:
    while follow(world.on):
        pass


def _status(verdict: Verdict) -> Check:
    (found,) = [each for each in verdict.checks if each.name == "status"]
    return found


# ------------------------------------------------------------------------------------------------ the batch of an event


@pytest.mark.parametrize("followed", [False, True])
def test_a_recall_reaches_a_blank_stamp_by_the_batch_of_its_event(on: Runtime, followed: bool) -> None:  # a case
    world = make_world(on)
    serial = _blank(world)
    world.commission(serial, ilmd={"cbvmda:lotNumber": LOT})
    if followed:
        _follow(world)
    verdict = world.check(world.link(serial, None))
    assert (verdict.verdict, verdict.batch, verdict.expiry and verdict.expiry.isoformat()) == (Judgement.VERIFIED, LOT, EXPIRES)
    _recall(world, LOT)
    assert _said(world, world.link(serial, None)) == (Judgement.RECALLED, Cause.RECALL_LOT)


def test_a_recall_reaches_goods_of_another_system_whose_label_names_no_batch(world: World) -> None:
    world.commission("ELSEWHERE", ilmd={"cbvmda:lotNumber": LOT})
    _recall(world, LOT)
    assert _said(world, world.link("ELSEWHERE", None)) == (Judgement.RECALLED, Cause.RECALL_LOT)


def test_the_batch_of_its_event_ends_an_open_stamps_last_day(world: World, clock: SetClock) -> None:
    serial = _blank(world)
    world.capture(commissioning(epcList=[f"https://id.gs1.org/01/{GTIN}/10/{LOT}/21/{serial}"]))
    clock.set(datetime(2026, 7, 12, 17, 0, tzinfo=UTC))
    assert _said(world, world.link(serial, None)) == (Judgement.EXPIRED, Cause.EXPIRED)


def test_the_last_day_in_the_event_counts_where_no_batch_is_registered(world: World, clock: SetClock) -> None:
    world.commission("ELSEWHERE", ilmd={"cbvmda:itemExpirationDate": "2026-06-30"})
    assert _said(world, world.link("ELSEWHERE", None)) == GREEN
    clock.set(datetime(2026, 6, 30, 17, 0, tzinfo=UTC))
    assert _said(world, world.link("ELSEWHERE", None)) == (Judgement.EXPIRED, Cause.EXPIRED)


def test_another_batch_on_the_label_than_in_the_event_of_an_open_stamp_is_suspicious(world: World) -> None:
    serial = _blank(world)
    world.commission(serial, ilmd={"cbvmda:lotNumber": LOT})
    assert _said(world, world.link(serial, "OTHER")) == (Judgement.SUSPICIOUS, Cause.LOT_MISMATCH)


@pytest.mark.parametrize("recalled", [LOT, "OTHER"])
def test_where_register_and_event_name_two_batches_either_recall_counts(on: Runtime, recalled: str) -> None:
    world = make_world(on, lots=(LOT, "OTHER"))
    world.commission(ilmd={"cbvmda:lotNumber": "OTHER"})
    verdict = world.check(world.link(lot=None))
    assert (verdict.verdict, verdict.cause, dict(verdict.params)) == (
        Judgement.SUSPICIOUS,
        Cause.LOT_CONFLICT,
        {"registered": LOT, "recorded": "OTHER"},
    )
    _recall(world, recalled)
    assert _said(world, world.link(lot=None)) == (Judgement.RECALLED, Cause.RECALL_LOT)


def test_the_batch_that_a_stranger_names_counts_for_nothing(world: World) -> None:
    world.commission()
    stranger = make_enterprise(world.on, "Kẻ mạo danh", "9521999")
    world.capture(commissioning(ilmd={"cbvmda:lotNumber": "OTHER"}), by=stranger)
    assert _said(world) == GREEN


# ------------------------------------------------------------------------------------------------ waiting stamps, and ends


@pytest.mark.parametrize(
    ("steps", "cause"),
    [((), Cause.BLANK_STAMP), (("printed",), Cause.PRINTED_STAMP), (("printed", "assigned"), Cause.ASSIGNED_STAMP)],
)
def test_only_what_brings_goods_forth_lifts_a_waiting_stamp(world: World, steps: tuple[str, ...], cause: Cause) -> None:
    serial = _blank(world, *steps)
    world.capture(object_event(epcList=[f"https://id.gs1.org/01/{GTIN}/21/{serial}"], readPoint={"id": PLACE}))
    verdict = world.check(world.link(serial, None))
    assert (verdict.verdict, verdict.cause, _status(verdict).result) == (Judgement.REGISTERED_ONLY, cause, Result.NOT_DONE)
    world.commission(serial)
    assert _said(world, world.link(serial, None)) == GREEN


@pytest.mark.parametrize("steps", [(), ("printed",), ("printed", "assigned")])
@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"bizStep": "destroying", "disposition": "destroyed"}, Cause.DESTROYED),
        ({"action": "DELETE", "bizStep": "destroying"}, Cause.DESTROYED),
        ({"action": "DELETE", "bizStep": "decommissioning", "disposition": "inactive"}, Cause.DECOMMISSIONED),
    ],
)
def test_a_stamp_whose_owner_recorded_its_end_is_suspicious(
    world: World, steps: tuple[str, ...], changes: dict[str, Any], cause: Cause
) -> None:
    serial = _blank(world, *steps)
    world.capture(object_event(epcList=[f"https://id.gs1.org/01/{GTIN}/21/{serial}"], **changes))
    assert _said(world, world.link(serial, None)) == (Judgement.SUSPICIOUS, cause)


@pytest.mark.parametrize("serial", [SERIAL, "ELSEWHERE"])
def test_the_end_of_goods_weighs_more_than_their_beginning_until_it_is_declared_wrong(world: World, serial: str) -> None:
    world.commission(serial)
    end = object_event(
        eventID=NAME, epcList=[f"https://id.gs1.org/01/{GTIN}/21/{serial}"], action="DELETE", bizStep="destroying",
        disposition="destroyed", eventTime=LATER,
    )  # fmt: skip
    world.capture(end)
    verdict = world.check(world.link(serial))
    assert (verdict.cause, _status(verdict)) == (Cause.DESTROYED, Check("status", Result.FAILED, state="destroyed"))
    world.capture(end | WRONG)
    assert _said(world, world.link(serial)) == GREEN


def test_what_was_only_taken_out_of_use_may_be_commissioned_again_and_destroyed_goods_may_not(world: World) -> None:
    world.commission()
    world.capture(object_event(epcList=[ITEM], action="DELETE", bizStep="decommissioning", disposition="inactive", eventTime=LATER))
    assert _said(world) == (Judgement.SUSPICIOUS, Cause.DECOMMISSIONED)
    world.commission(eventTime="2026-06-16T10:00:00+07:00")
    assert _said(world) == GREEN
    world.capture(object_event(epcList=[ITEM], disposition="destroyed", bizStep="destroying", eventTime="2026-06-14T10:00:00+07:00"))
    assert _said(world) == (Judgement.SUSPICIOUS, Cause.DESTROYED)


def test_a_stranger_cannot_destroy_our_goods(world: World) -> None:
    world.commission()
    stranger = make_enterprise(world.on, "Kẻ phá hoại", "9521999")
    world.capture(object_event(epcList=[ITEM], disposition="destroyed", bizStep="destroying", action="DELETE"), by=stranger)
    assert _said(world) == GREEN


def test_the_end_of_goods_is_found_behind_more_events_of_their_batch_than_a_journey_shows(world: World) -> None:
    world.commission()
    instants = [f"2026-06-13T{number // 60:02}:{number % 60:02}:00+07:00" for number in range(201)]
    world.capture(*(object_event(epcList=None, quantityList=[BATCH], eventTime=at) for at in instants))
    world.capture(object_event(epcList=[ITEM], disposition="destroyed", bizStep="destroying", eventTime=LATER))
    assert _said(world) == (Judgement.SUSPICIOUS, Cause.DESTROYED)


def test_a_pallet_that_was_decommissioned_is_suspicious(world: World) -> None:
    pallet = "https://id.gs1.org/00/195210020000000013"
    world.capture(object_event(epcList=[pallet], action="ADD", bizStep="commissioning"))
    world.capture(object_event(epcList=[pallet], action="DELETE", bizStep="decommissioning", eventTime=LATER))
    assert _said(world, pallet) == (Judgement.SUSPICIOUS, Cause.DECOMMISSIONED)


# ------------------------------------------------------------------------------------------------ declared wrong


def test_goods_whose_making_was_declared_wrong_are_not_green_and_both_events_are_shown(world: World) -> None:
    world.capture(commissioning(eventID=NAME))
    assert _said(world) == GREEN
    world.capture(commissioning(eventID=NAME) | WRONG)
    verdict = world.check()
    assert (verdict.verdict, verdict.cause) == (Judgement.REGISTERED_ONLY, Cause.DECLARED_WRONG)
    assert sorted((step.correction, step.corrected) for step in verdict.history.steps) == [(False, True), (True, False)]
    assert _status(verdict).result is Result.NOT_DONE


def test_a_corrective_event_counts_by_itself(world: World) -> None:
    other = NAME.replace("1", "2")
    declaration = {"errorDeclaration": WRONG["errorDeclaration"] | {"correctiveEventIDs": [other]}}
    world.capture(commissioning(eventID=NAME))
    world.capture(commissioning(eventID=NAME) | declaration)
    assert _said(world) == (Judgement.REGISTERED_ONLY, Cause.DECLARED_WRONG)
    world.capture(commissioning(eventID=other, eventTime=LATER))
    assert _said(world) == GREEN


def test_goods_of_another_system_whose_making_was_declared_wrong_keep_their_journey_and_are_not_green(world: World) -> None:
    event = commissioning(eventID=NAME, epcList=[f"https://id.gs1.org/01/{GTIN}/21/ELSEWHERE"])
    world.capture(event, event | WRONG)
    verdict = world.check(world.link("ELSEWHERE", None))
    assert (verdict.cause, len(verdict.history.steps)) == (Cause.DECLARED_WRONG, 2)


def test_a_declaration_that_names_other_goods_than_its_event_takes_the_event_back_all_the_same(world: World) -> None:
    world.capture(commissioning(eventID=NAME))
    world.capture(commissioning(eventID=NAME, epcList=[f"https://id.gs1.org/01/{GTIN}/21/X"]) | WRONG)
    assert _said(world) == (Judgement.REGISTERED_ONLY, Cause.DECLARED_WRONG)


def test_a_batch_and_a_pallet_of_which_all_was_declared_wrong_are_not_on_record(world: World) -> None:
    lot = {"epcClass": f"https://id.gs1.org/01/{GTIN}/10/L-9", "quantity": 1}
    batch = commissioning(eventID=NAME, epcList=None, quantityList=[lot])
    pallet = object_event(eventID=NAME.replace("1", "2"), epcList=["https://id.gs1.org/00/195210020000000013"], action="ADD")
    world.capture(batch, pallet)
    assert _said(world, world.link(None, "L-9")) == (Judgement.REGISTERED_ONLY, Cause.BATCH_ONLY)
    world.capture(batch | WRONG, pallet | WRONG)
    assert _said(world, world.link(None, "L-9")) == (Judgement.UNKNOWN, Cause.UNKNOWN_LOT)
    assert _said(world, "(00)195210020000000013") == (Judgement.REGISTERED_ONLY, Cause.DECLARED_WRONG)


def test_a_strangers_declaration_takes_nothing_back(world: World) -> None:
    world.capture(commissioning(eventID=NAME))
    world.capture(commissioning(eventID=NAME) | WRONG, by=make_enterprise(world.on, "Kẻ phá hoại", "9521999"))
    assert _said(world) == GREEN


# ------------------------------------------------------------------------------------------------ the state of the label


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_the_page_tells_the_true_state_of_a_label_and_calls_none_in_use_that_waits(world: World, client: Any, language: str) -> None:
    told, label = set[str](), {"vi": "Tình trạng của tem", "en": "State of the label", "fr": "État de l&#39;étiquette"}[language]
    for steps, state in (((), "blank"), (("printed",), "printed"), (("printed", "assigned"), "assigned")):
        serial = _blank(world, *steps)
        answer = client.get("/api/verify", query_string={"code": world.link(serial, None), "lang": language}).json
        assert {"name": "status", "result": "not_done", "state": state} in answer["checks"]
        page = client.get(f"/v/01/{GTIN}/21/{serial}?lang={language}").text
        assert label in page
        told.add(page.partition(label)[2][:80])
    in_use = {"vi": "đang dùng", "en": "in use", "fr": "en usage"}[language]
    assert (len(told), [text for text in told if in_use in text]) == (3, [])
