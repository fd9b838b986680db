"""The states of stamps follow the log of events, wherever these came from."""

from __future__ import annotations

from typing import Any

import pytest

from app.capture import find as captured
from app.capture.accept import accept
from app.catalogue import register as catalogue
from app.label import find as labels
from app.label.stamps import find, life, shift
from app.label.stamps.activate import commission
from app.label.stamps.follow import BATCH, follow
from app.label.stamps.issue import Job, issue
from app.label.stamps.refusals import RecordedForGood
from app.ledger import sequencer
from app.runtime import Runtime
from tests.builders import Enterprise, document, make_enterprise, object_event, raw
from tests.label.stock import GTIN, LOT


@pytest.fixture
def roll(on: Runtime, firm: Enterprise) -> Job:
    """Four labels of a batch."""
    return issue(GTIN, LOT, 4, by=firm.actor(), on=on)


def record(on: Runtime, by: Enterprise, *events: dict[str, Any]) -> None:
    """Record, log and follow."""
    accept(raw(document(*events)), by=by.actor(), on=on)
    while sequencer.integrate(on=on):
        pass
    while follow(on):
        pass


def states(on: Runtime, firm: Enterprise, job: Job) -> list[str]:
    with on.store.reading() as connection:
        return [row.state for row in labels.serials(connection, firm.party_id, job.job_id)]


def link(serial: str) -> str:
    return f"https://id.gs1.org/01/{GTIN}/21/{serial}"


def made(*serials: str, **changes: Any) -> dict[str, Any]:
    epcs = [link(serial) for serial in serials]
    return object_event(**({"action": "ADD", "bizStep": "commissioning", "disposition": "active", "epcList": epcs} | changes))


def sold(*serials: str, **changes: Any) -> dict[str, Any]:
    epcs = [link(serial) for serial in serials]
    return object_event(**({"bizStep": "retail_selling", "disposition": "retail_sold", "epcList": epcs} | changes))


def test_goods_recorded_as_made_have_active_stamps(on: Runtime, firm: Enterprise, roll: Job) -> None:
    record(on, firm, made(*roll.serials[:2]))
    assert states(on, firm, roll) == ["activated", "activated", "printed", "printed"]


def test_goods_recorded_as_sold_have_sold_stamps(on: Runtime, firm: Enterprise, roll: Job) -> None:
    record(on, firm, made(*roll.serials), sold(roll.serials[0]))
    record(on, firm, object_event(epcList=[link(roll.serials[1])], disposition="retail_sold", bizStep=None))
    assert states(on, firm, roll) == ["sold", "sold", "activated", "activated"]


def test_an_event_counts_in_every_spelling_of_the_stamp(on: Runtime, firm: Enterprise, roll: Job) -> None:
    one, two = roll.serials[:2]
    record(on, firm, made(epcList=[f"https://vai.example/01/{GTIN}/10/{LOT}/21/{one}", f"urn:epc:id:sgtin:9521001.000001.{two}"]))
    assert states(on, firm, roll)[:2] == ["activated", "activated"]


def test_what_a_transformation_brings_forth_is_made(on: Runtime, firm: Enterprise, roll: Job) -> None:
    event = object_event(
        type="TransformationEvent", action=None, epcList=None, bizStep="creating_class_instance",
        inputEPCList=[link(roll.serials[0])], outputEPCList=[link(roll.serials[1])],
    )  # fmt: skip
    record(on, firm, event)
    assert states(on, firm, roll)[:2] == ["printed", "activated"]


@pytest.mark.parametrize(
    "changes",
    [{"action": "OBSERVE"}, {"action": "DELETE", "bizStep": "decommissioning"}, {"action": "OBSERVE", "bizStep": "destroying"}],
)
def test_other_events_leave_the_state_as_it_is(on: Runtime, firm: Enterprise, roll: Job, changes: dict[str, str]) -> None:
    record(on, firm, made(*roll.serials, **changes))
    assert set(states(on, firm, roll)) == {"printed"}


def test_what_others_record_about_our_goods_moves_no_stamp(on: Runtime, firm: Enterprise, roll: Job) -> None:
    shop = make_enterprise(on, "Cửa hàng Đồng Tháp", "9521005")
    record(on, shop, made(*roll.serials), sold(*roll.serials))
    assert set(states(on, firm, roll)) == {"printed"}


def test_a_void_stamp_stays_void_whatever_is_recorded(on: Runtime, firm: Enterprise, roll: Job) -> None:
    life.move(roll.job_id, "void", 1, 1, cause="stolen", by=firm.actor(), on=on)
    record(on, firm, made(*roll.serials), sold(*roll.serials))
    assert states(on, firm, roll) == ["void", "sold", "sold", "sold"]


def test_an_error_declaration_and_identifiers_of_no_stamp_are_passed_over(on: Runtime, firm: Enterprise, roll: Job) -> None:
    declared = {"declarationTime": "2026-06-13T00:00:00Z", "reason": "incorrect_data"}
    foreign = ["urn:uuid:0d6ae0d1-0000-4000-8000-000000000001", "https://id.gs1.org/00/095210010000000014", link("INVENTED0001")]
    event = made(eventID="urn:uuid:6a1b2c3d-0000-4000-8000-000000000001", epcList=[link(roll.serials[0])])
    record(on, firm, made(epcList=[*foreign[:1], foreign[2], link(roll.serials[1])]))
    record(on, firm, event | {"errorDeclaration": declared})
    assert states(on, firm, roll) == ["printed", "activated", "printed", "printed"]


def test_the_log_is_followed_once_and_goes_on_where_it_was(on: Runtime, firm: Enterprise, roll: Job) -> None:
    record(on, firm, *(made(serial) for serial in roll.serials[:2]))
    assert follow(on) == 0
    with on.store.reading() as connection:
        assert len(find.changes(connection, firm.party_id, roll.job_id)) == 1
    record(on, firm, made(roll.serials[2]))
    with on.store.reading() as connection:
        newest, _ = find.changes(connection, firm.party_id, roll.job_id)
    assert (newest.kind, newest.state, newest.stamps, newest.changed_by) == ("followed", "activated", 1, None)


def test_a_pass_handles_so_many_positions_and_the_next_the_others(on: Runtime, firm: Enterprise) -> None:
    job = issue(GTIN, LOT, BATCH + 5, by=firm.actor(), on=on)
    events = [made(serial, eventTime=f"2026-06-12T10:00:00.{number:03d}+07:00") for number, serial in enumerate(job.serials)]
    accept(raw(document(*events)), by=firm.actor(), on=on)
    while sequencer.integrate(on=on):
        pass
    passes = []
    while handled := follow(on):
        passes.append(handled)
    assert (passes[0], sum(passes) >= BATCH + 5, set(states(on, firm, job))) == (BATCH, True, {"activated"})


def test_the_button_and_the_log_say_the_same_once(on: Runtime, firm: Enterprise, roll: Job) -> None:
    life.move(roll.job_id, "activated", 1, 4, by=firm.actor(), on=on)
    while sequencer.integrate(on=on):
        pass
    while follow(on):
        pass
    with on.store.reading() as connection:
        (change,) = find.changes(connection, firm.party_id, roll.job_id)
    assert change.kind == "activated"


def test_the_latest_change_of_a_stamp_may_be_one_of_the_log(on: Runtime, firm: Enterprise, roll: Job) -> None:
    record(on, firm, made(*roll.serials[:3]))
    with on.store.reading() as connection:
        change = shift.latest(connection, firm.party_id, roll.job_id, 2)
    assert (change.kind, change.job_id, change.stamps) == ("followed", roll.job_id, 3)


def test_what_the_log_said_is_not_taken_back(on: Runtime, firm: Enterprise, roll: Job) -> None:
    record(on, firm, made(*roll.serials))
    with on.store.reading() as connection:
        (change,) = find.changes(connection, firm.party_id, roll.job_id)
        assert find.undoable(connection, [change]) == set()
    with pytest.raises(RecordedForGood):
        life.undo(change.change_id, by=firm.actor(), on=on)


# ------------------------------------------------------------------------------------------------ the batch that an event says

NAME = "urn:uuid:6a1b2c3d-0000-4000-8000-000000000001"
WRONG = {"errorDeclaration": {"declarationTime": "2026-06-13T00:00:00Z", "reason": "did_not_occur"}}
LATER = "2026-06-12T20:00:00+07:00"


def lots(on: Runtime, firm: Enterprise, job: Job) -> list[str]:
    with on.store.reading() as connection:
        return [row.lot for row in labels.serials(connection, firm.party_id, job.job_id)]


def test_an_event_gives_open_stamps_its_batch_when_that_is_registered(on: Runtime, firm: Enterprise) -> None:
    job = issue(GTIN, "", 4, by=firm.actor(), on=on)
    one, two, three, four = job.serials
    record(
        on, firm, made(one, ilmd={"cbvmda:lotNumber": LOT}), made(two, ilmd={"cbvmda:lotNumber": "NOWHERE"}),
        made(epcList=[f"https://id.gs1.org/01/{GTIN}/10/{LOT}/21/{three}"]),
        made(epcList=[f"https://id.gs1.org/01/{GTIN}/10/{LOT}/21/{four}"], ilmd={"cbvmda:lotNumber": "NOWHERE"}),
    )  # fmt: skip
    assert lots(on, firm, job) == [LOT, "", LOT, ""]
    assert set(states(on, firm, job)) == {"activated"}


def test_a_stamp_that_has_a_batch_keeps_it_whatever_the_event_says(on: Runtime, firm: Enterprise, roll: Job) -> None:
    catalogue.register_lot(GTIN, {"lot": "OTHER"}, by=firm.actor(), on=on)
    record(on, firm, made(*roll.serials, ilmd={"cbvmda:lotNumber": "OTHER"}))
    assert (set(lots(on, firm, roll)), set(states(on, firm, roll))) == ({LOT}, {"activated"})


# ------------------------------------------------------------------------------------------------ events declared wrong


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(("steps", "state"), [((), "blank"), (("printed",), "printed"), (("printed", "assigned"), "assigned")])
def test_what_a_wrong_event_activated_goes_back_to_what_it_was(
    on: Runtime, firm: Enterprise, apart: bool, steps: tuple[str, ...], state: str
) -> None:
    job = issue(GTIN, "", 3, by=firm.actor(), on=on)
    for step in steps:
        life.move(job.job_id, step, 1, 3, lot=LOT, by=firm.actor(), on=on)
    before = lots(on, firm, job)
    event = made(*job.serials[:2], eventID=NAME, ilmd={"cbvmda:lotNumber": LOT})
    if apart:
        record(on, firm, event)
        assert states(on, firm, job) == ["activated", "activated", state]
        record(on, firm, event | WRONG)
    else:
        record(on, firm, event, event | WRONG)
    assert (states(on, firm, job), lots(on, firm, job)) == ([state] * 3, before)
    with on.store.reading() as connection:
        kinds = [row.kind for row in find.changes(connection, firm.party_id, job.job_id)]
    assert kinds[: 2 if apart else 0] == ["followed", "followed"][: 2 if apart else 0]
    record(on, firm, made(*job.serials, eventTime=LATER))
    assert set(states(on, firm, job)) == {"activated"}


def test_what_another_event_says_too_stays_active(on: Runtime, firm: Enterprise, roll: Job) -> None:
    event = made(*roll.serials, eventID=NAME)
    record(on, firm, event, made(roll.serials[1], eventTime=LATER))
    record(on, firm, event | WRONG)
    assert states(on, firm, roll) == ["printed", "activated", "printed", "printed"]


def test_a_stamp_that_moved_since_stays_where_it_is(on: Runtime, firm: Enterprise, roll: Job) -> None:
    event = made(*roll.serials, eventID=NAME)
    record(on, firm, event)
    life.move(roll.job_id, "sold", 1, 1, by=firm.actor(), on=on)
    life.move(roll.job_id, "void", 2, 2, cause="lost", by=firm.actor(), on=on)
    record(on, firm, event | WRONG)
    assert states(on, firm, roll) == ["sold", "void", "printed", "printed"]


def test_a_wrong_sale_and_a_wrong_making_are_both_taken_back(on: Runtime, firm: Enterprise, roll: Job) -> None:
    first, second = made(*roll.serials, eventID=NAME), sold(*roll.serials[:2], eventID=NAME.replace("1", "2"), eventTime=LATER)
    record(on, firm, first, second)
    assert states(on, firm, roll) == ["sold", "sold", "activated", "activated"]
    record(on, firm, second | WRONG)
    assert set(states(on, firm, roll)) == {"activated"}
    record(on, firm, first | WRONG)
    assert set(states(on, firm, roll)) == {"printed"}


def test_sale_and_making_declared_wrong_at_once_go_back_both_steps(on: Runtime, firm: Enterprise, roll: Job) -> None:
    first, second = made(*roll.serials, eventID=NAME), sold(*roll.serials[:2], eventID=NAME.replace("1", "2"), eventTime=LATER)
    record(on, firm, first, second)
    record(on, firm, first | WRONG, second | WRONG)
    assert set(states(on, firm, roll)) == {"printed"}


def test_a_strangers_declaration_moves_no_stamp(on: Runtime, firm: Enterprise, roll: Job) -> None:
    event = made(*roll.serials, eventID=NAME)
    record(on, firm, event)
    record(on, make_enterprise(on, "Kẻ phá hoại", "9521005"), event | WRONG)
    assert set(states(on, firm, roll)) == {"activated"}


def test_stamps_that_the_button_activated_go_back_and_are_recorded_anew(on: Runtime, firm: Enterprise) -> None:
    job = issue(GTIN, LOT, 2, by=firm.actor(), on=on)
    names = []
    for _ in range(2):
        names.append(commission(job.job_id, by=firm.actor(), on=on).event_id)
        assert states(on, firm, job) == ["activated", "activated"]
        with on.store.reading() as connection:
            (row,) = captured.events_by_uri(connection, firm.party_id, names[-1])
        record(on, firm, captured.sealed(row)["event"] | WRONG)
        assert states(on, firm, job) == ["printed", "printed"]
    change = life.move(job.job_id, "activated", 1, 2, by=firm.actor(), on=on)
    assert (change.stamps, len(set(names)), states(on, firm, job)) == (2, 2, ["activated", "activated"])
