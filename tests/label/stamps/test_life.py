"""The life of stamps: each step, what stands in its way, and one step back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.capture import find as captured
from app.catalogue.find import NoSuchLot
from app.label import find as labels
from app.label.find import NoSuchJob
from app.label.model import Serial, StampChange
from app.label.stamps import find, life
from app.label.stamps.issue import Job, issue
from app.label.stamps.refusals import (
    AlreadyUndone,
    CauseUnknown,
    CodeOfNoStamp,
    LotMissing,
    MoveTooLarge,
    NoSuchPosition,
    NoSuchStampChange,
    NothingToMove,
    NotSerialised,
    RecordedForGood,
    StampsMovedOn,
    StampsNotReady,
    StepUnknown,
    UnknownStamps,
)
from app.label.stamps.shift import Change
from app.party.permissions import Actor, NotAllowed, Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_enterprise
from tests.label.stock import GTIN, LOT, make_stock


@pytest.fixture
def roll(on: Runtime, owner: Actor) -> Job:
    """Ten blank stamps."""
    return issue(GTIN, "", 10, by=owner, on=on)


def states(on: Runtime, job: Job) -> list[str]:
    """The state of each stamp of a job, in order."""
    with on.store.reading() as connection:
        return [row.state for row in labels.serials(connection, firm_of(on, job), job.job_id)]


def firm_of(on: Runtime, job: Job) -> int:
    with on.store.reading() as connection:
        return int(connection.execute(select(Serial.party_id).where(Serial.job_id == job.job_id).limit(1)).scalar_one())


def lots(on: Runtime, job: Job) -> list[str]:
    with on.store.reading() as connection:
        return [row.lot for row in labels.serials(connection, firm_of(on, job), job.job_id)]


def step(on: Runtime, owner: Actor, job: Job, *steps: str, first: int = 1, last: int = 10) -> Change:
    """Take steps one after the other; the last change."""
    changes = [life.move(job.job_id, to, first, last, lot=LOT, cause="lost", by=owner, on=on) for to in steps]
    return changes[-1]


def test_a_stamp_lives_from_blank_to_sold(on: Runtime, owner: Actor, roll: Job) -> None:
    seen = [states(on, roll)[0]]
    for to in ("printed", "assigned", "activated", "sold"):
        assert step(on, owner, roll, to).stamps == 10
        seen.append(states(on, roll)[0])
    assert (seen, set(lots(on, roll))) == (["blank", "printed", "assigned", "activated", "sold"], {LOT})


def test_labels_of_a_batch_are_printed_from_the_start_and_activated_without_an_assignment(on: Runtime, owner: Actor) -> None:
    job = issue(GTIN, LOT, 10, by=owner, on=on)
    assert set(states(on, job)) == {"printed"}
    step(on, owner, job, "activated")
    assert set(states(on, job)) == {"activated"}


def test_activated_goods_are_recorded_in_one_event_with_batch_and_expiry(on: Runtime, owner: Actor, roll: Job) -> None:
    step(on, owner, roll, "printed", "assigned")
    step(on, owner, roll, "activated", first=3, last=5)
    with on.store.reading() as connection:
        (document,) = captured.documents(connection, owner.party, 10)
        (row,) = captured.events_of_document(connection, owner.party, document.document_id)
        event = captured.sealed(row)["event"]
    assert event["epcList"] == [f"https://id.gs1.org/01/{GTIN}/21/{serial}" for serial in roll.serials[2:5]]
    assert (event["bizStep"], event["ilmd"]["cbvmda:lotNumber"]) == ("commissioning", LOT)
    assert states(on, roll) == ["assigned"] * 2 + ["activated"] * 3 + ["assigned"] * 5


SKIPPED = [
    ((), "assigned"), ((), "activated"), ((), "sold"), (("printed",), "printed"), (("printed",), "activated"), (("printed",), "sold"),
    (("printed", "assigned"), "printed"), (("printed", "assigned"), "sold"), (("printed", "assigned", "activated"), "assigned"),
    (("printed", "assigned", "activated"), "activated"), (("printed", "assigned", "activated", "sold"), "sold"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "to"), SKIPPED)
def test_no_step_is_skipped_nor_taken_twice(on: Runtime, owner: Actor, roll: Job, before: tuple[str, ...], to: str) -> None:
    if before:
        step(on, owner, roll, *before)
    were = states(on, roll)
    with pytest.raises(StampsNotReady) as told:
        step(on, owner, roll, to)
    assert (told.value.params, [each.code for each in told.value.findings]) == (
        {"stamps": 10, "positions": "1-10"},
        [f"label.stamps-are-{were[0]}"],
    )
    assert states(on, roll) == were


def test_a_move_that_some_stamps_cannot_make_moves_none_and_says_which(on: Runtime, owner: Actor, roll: Job) -> None:
    step(on, owner, roll, "printed", first=2, last=4)
    step(on, owner, roll, "printed", first=6, last=6)
    with pytest.raises(StampsNotReady) as told:
        step(on, owner, roll, "assigned", first=1, last=7)
    assert told.value.params == {"stamps": 3, "positions": "1, 5, 7"}
    assert [(each.code, each.pointer) for each in told.value.findings] == [
        ("label.stamps-are-blank", f"/positions/{position}") for position in (1, 5, 7)
    ]
    assert "assigned" not in states(on, roll)


def test_void_stamps_between_the_others_stay_void_and_are_counted(on: Runtime, owner: Actor, roll: Job) -> None:
    life.move(roll.job_id, "void", 4, 5, cause="spoiled", note="máy in kẹt", by=owner, on=on)
    change = step(on, owner, roll, "printed")
    assert (change.stamps, change.left_out, states(on, roll)[3:5]) == (8, 2, ["void", "void"])


def test_void_is_reached_from_every_state(on: Runtime, owner: Actor, roll: Job) -> None:
    for number, to in enumerate(("printed", "assigned", "activated", "sold"), 1):
        step(on, owner, roll, to, first=number + 1)
    assert states(on, roll)[:5] == ["blank", "printed", "assigned", "activated", "sold"]
    assert step(on, owner, roll, "void").stamps == 10
    with pytest.raises(NothingToMove):
        step(on, owner, roll, "void")


def test_stamps_are_assigned_to_registered_batches_only(on: Runtime, owner: Actor, roll: Job) -> None:
    step(on, owner, roll, "printed")
    with pytest.raises(NoSuchLot):
        life.move(roll.job_id, "assigned", 1, 2, lot="UNKNOWN", by=owner, on=on)
    with pytest.raises(LotMissing):
        life.move(roll.job_id, "assigned", 1, 2, by=owner, on=on)


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"to": "blank"}, StepUnknown), ({"to": "burnt"}, StepUnknown), ({"to": "void"}, CauseUnknown),
        ({"to": "void", "cause": "eaten"}, CauseUnknown), ({"first": 0}, NoSuchPosition), ({"last": 11}, NoSuchPosition),
        ({"first": 3, "last": 2}, NoSuchPosition), ({"last": 100_001}, MoveTooLarge),
    ],
)  # fmt: skip
def test_a_move_that_is_none_is_refused(on: Runtime, owner: Actor, roll: Job, wrong: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        life.move(**({"job_id": roll.job_id, "to": "printed", "first": 1, "last": 2, "by": owner, "on": on} | wrong))  # type: ignore[arg-type]  # of several types
    assert set(states(on, roll)) == {"blank"}


def test_labels_without_serial_numbers_have_no_life(on: Runtime, owner: Actor) -> None:
    job = issue(GTIN, LOT, 10, serialised=False, by=owner, on=on)
    with pytest.raises(NotSerialised):
        step(on, owner, job, "void")


# ------------------------------------------------------------------------------------------------ lists and scans


def test_stamps_are_moved_by_their_serial_numbers_whatever_their_job(on: Runtime, owner: Actor, roll: Job) -> None:
    other = issue(GTIN, "", 3, by=owner, on=on)
    numbers = [roll.serials[0], roll.serials[4], roll.serials[5], other.serials[1]]
    changes = life.move_listed(GTIN, numbers, "printed", by=owner, on=on)
    assert [(change.job_id, change.first, change.last, change.stamps) for change in changes] == [
        (roll.job_id, 1, 6, 3),
        (other.job_id, 2, 2, 1),
    ]
    assert (states(on, roll).count("printed"), states(on, other)) == (3, ["blank", "printed", "blank"])


def test_a_list_with_a_number_that_was_never_given_out_moves_nothing(on: Runtime, owner: Actor, roll: Job) -> None:
    with pytest.raises(UnknownStamps) as told:
        life.move_listed(GTIN, [roll.serials[0], "INVENTED0001"], "printed", by=owner, on=on)
    assert told.value.params == {"serials": "INVENTED0001", "count": 1}
    assert set(states(on, roll)) == {"blank"}


def test_a_list_of_which_one_stamp_is_not_ready_moves_nothing_of_any_job(on: Runtime, owner: Actor, roll: Job) -> None:
    other = issue(GTIN, "", 1, by=owner, on=on)
    step(on, owner, other, "printed", last=1)
    with pytest.raises(StampsNotReady):
        life.move_listed(GTIN, [roll.serials[0], other.serials[0]], "printed", by=owner, on=on)
    assert set(states(on, roll)) == {"blank"}


def test_what_a_scanner_reads_moves_the_stamp_in_every_spelling(on: Runtime, owner: Actor, roll: Job) -> None:
    one, two, three = roll.serials[:3]
    codes = [f"https://example.test/01/{GTIN}/21/{one}", f"(01){GTIN}(21){two}", f"]d201{GTIN}21{three}"]
    (change,) = life.move_scanned(codes, "printed", by=owner, on=on)
    assert (change.stamps, states(on, roll)[:4]) == (3, ["printed"] * 3 + ["blank"])


@pytest.mark.parametrize("code", [GTIN, f"https://example.test/01/{GTIN}/10/{LOT}", "(00)095210010000000014"])
def test_a_code_that_names_no_single_stamp_is_refused(on: Runtime, owner: Actor, roll: Job, code: str) -> None:
    if code.startswith("(00)"):
        from app.identify import check_digit

        code = "(00)09521001000000001" + check_digit.digit("09521001000000001")
    with pytest.raises(CodeOfNoStamp) as told:
        life.move_scanned([f"(01){GTIN}(21){roll.serials[0]}", code], "printed", by=owner, on=on)
    assert told.value.pointer == "/codes/1"


# ------------------------------------------------------------------------------------------------ files


def test_fetched_files_mark_blank_stamps_as_printed_once(on: Runtime, owner: Actor, roll: Job) -> None:
    assert [life.printed(roll.job_id, 3, 6, by=owner, on=on) for _ in range(2)] == [4, 0]
    assert life.printed(roll.job_id, by=owner, on=on) == 6
    assert set(states(on, roll)) == {"printed"}


def test_fetched_files_change_nothing_about_labels_of_a_batch(on: Runtime, owner: Actor) -> None:
    job = issue(GTIN, LOT, 2, by=owner, on=on)
    assert life.printed(job.job_id, by=owner, on=on) == 0


# ------------------------------------------------------------------------------------------------ back


@pytest.mark.parametrize("to", ["printed", "assigned", "sold", "void"])
def test_the_latest_change_is_taken_back(on: Runtime, owner: Actor, roll: Job, to: str) -> None:
    order = ["printed", "assigned", "activated", "sold"]
    if to != "void":
        for earlier in order[: order.index(to)]:
            step(on, owner, roll, earlier)
    before = (states(on, roll), lots(on, roll))
    change = step(on, owner, roll, to, first=2, last=4)
    life.undo(change.change_id, by=owner, on=on)
    assert (states(on, roll), lots(on, roll)) == before
    with pytest.raises(AlreadyUndone):
        life.undo(change.change_id, by=owner, on=on)


def test_a_void_that_is_taken_back_leaves_no_reason_behind(on: Runtime, owner: Actor, roll: Job) -> None:
    change = life.move(roll.job_id, "void", 1, 1, cause="stolen", note="nhầm cuộn", by=owner, on=on)
    life.undo(change.change_id, by=owner, on=on)
    with on.store.reading() as connection:
        row = labels.serials(connection, owner.party, roll.job_id, first=1, last=1)[0]
    assert (row.state, row.voided_at, row.void_reason) == ("blank", None, None)


def test_changes_are_taken_back_one_after_the_other_and_no_earlier_one_first(on: Runtime, owner: Actor, roll: Job) -> None:
    earlier = step(on, owner, roll, "printed")
    later = step(on, owner, roll, "assigned", first=5, last=6)
    with pytest.raises(StampsMovedOn) as told:
        life.undo(earlier.change_id, by=owner, on=on)
    assert told.value.params == {"stamps": 2}
    life.undo(later.change_id, by=owner, on=on)
    life.undo(earlier.change_id, by=owner, on=on)
    assert set(states(on, roll)) == {"blank"}


def test_runs_of_different_states_go_back_to_what_each_was(on: Runtime, owner: Actor, roll: Job) -> None:
    step(on, owner, roll, "printed", first=3, last=8)
    step(on, owner, roll, "assigned", first=5, last=5)
    before = (states(on, roll), lots(on, roll))
    change = step(on, owner, roll, "void")
    life.undo(change.change_id, by=owner, on=on)
    assert (states(on, roll), lots(on, roll)) == before


def test_what_an_event_says_is_not_taken_back(on: Runtime, owner: Actor, roll: Job) -> None:
    change = step(on, owner, roll, "printed", "assigned", "activated")
    with pytest.raises(RecordedForGood):
        life.undo(change.change_id, by=owner, on=on)


def test_the_history_of_a_job_keeps_every_move_and_step_back(on: Runtime, firm: Enterprise, roll: Job) -> None:
    change = step(on, firm.actor(Role.MEMBER), roll, "printed", first=1, last=3)
    life.undo(change.change_id, by=firm.actor(), on=on)
    with on.store.reading() as connection:
        back, moved = find.changes(connection, firm.party_id, roll.job_id)
        told = find.life_of(connection, firm.party_id, GTIN, roll.serials[1])
        untouched = find.life_of(connection, firm.party_id, GTIN, roll.serials[9])
        assert find.undoable(connection, [moved, back]) == set()
    assert (moved.kind, moved.stamps, moved.changed_by) == ("printed", 3, firm.people[Role.MEMBER])
    assert (back.kind, moved.undone_by, back.changed_by) == ("undo", back.change_id, firm.people[Role.OWNER])
    assert ([row.kind for row in told.changes], told.stamp.state, list(untouched.changes)) == (["printed", "undo"], "blank", [])


def test_the_life_of_a_stamp_leaves_out_changes_that_passed_it_by(on: Runtime, owner: Actor, roll: Job) -> None:
    life.move_listed(GTIN, [roll.serials[0], roll.serials[8]], "printed", by=owner, on=on)
    with on.store.reading() as connection:
        assert [len(find.life_of(connection, owner.party, GTIN, serial).changes) for serial in roll.serials[::8]] == [1, 1]
        assert find.life_of(connection, owner.party, GTIN, roll.serials[4]).changes == []


# ------------------------------------------------------------------------------------------------ who may


def test_a_member_moves_stamps_and_an_approver_voids_them(on: Runtime, firm: Enterprise, roll: Job) -> None:
    member, approver = firm.actor(Role.MEMBER), firm.actor(Role.APPROVER)
    step(on, member, roll, "printed", "assigned", "activated", "sold")
    with pytest.raises(NotAllowed):
        step(on, member, roll, "void")
    change = step(on, approver, roll, "void")
    with pytest.raises(NotAllowed):
        life.undo(change.change_id, by=member, on=on)
    life.undo(change.change_id, by=approver, on=on)


def test_another_organisation_moves_and_sees_nothing(on: Runtime, owner: Actor, roll: Job) -> None:
    change = step(on, owner, roll, "printed")
    stranger = make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003")
    make_stock(on, stranger)
    by = stranger.actor()
    with pytest.raises(NoSuchJob):
        life.move(roll.job_id, "void", 1, 1, cause="lost", by=by, on=on)
    with pytest.raises(NoSuchJob):
        life.printed(roll.job_id, by=by, on=on)
    with pytest.raises(NoSuchStampChange):
        life.undo(change.change_id, by=by, on=on)
    with on.store.reading() as connection, pytest.raises(labels.NoSuchSerial):
        find.life_of(connection, stranger.party_id, GTIN, roll.serials[0])
    assert set(states(on, roll)) == {"printed"}


# ------------------------------------------------------------------------------------------------ rolls and spoilage


def test_rolls_count_their_stamps_by_state_and_cause(on: Runtime, owner: Actor) -> None:
    job = issue(GTIN, "", 10, per_roll=4, by=owner, on=on)
    step(on, owner, job, "printed", first=1, last=8)
    life.move(job.job_id, "void", 4, 5, cause="spoiled", by=owner, on=on)
    life.move(job.job_id, "void", 9, 9, cause="stolen", by=owner, on=on)
    with on.store.reading() as connection:
        first, second, third = find.rolls(connection, owner.party, job.job_id)
        whole = find.totals(connection, owner.party, job.job_id)
        assert find.rolls(connection, owner.party, job.job_id, 2) == []
    assert [(roll.number, roll.first, roll.last) for roll in (first, second, third)] == [(1, 1, 4), (2, 5, 8), (3, 9, 10)]
    assert [(roll.counts["blank"], roll.counts["printed"], roll.counts["void"]) for roll in (first, second, third)] == [
        (0, 3, 1),
        (0, 3, 1),
        (1, 0, 1),
    ]
    assert [(roll.causes["spoiled"], roll.causes["stolen"]) for roll in (first, second, third)] == [(1, 0), (1, 0), (0, 1)]
    assert (whole.counts["void"], whole.causes) == (3, {"spoiled": 2, "lost": 0, "stolen": 1, "other": 0})


def test_rolls_of_a_long_job_come_page_by_page(on: Runtime, owner: Actor) -> None:
    job = issue(GTIN, "", 1020, per_roll=10, by=owner, on=on)
    with on.store.reading() as connection:
        pages = [find.rolls(connection, owner.party, job.job_id, page) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [50, 50, 2, 0]
    assert [roll.number for page in pages for roll in page] == list(range(1, 103))
    assert all(roll.counts["blank"] == 10 for page in pages for roll in page)


def test_spoilage_is_told_by_product_and_batch(on: Runtime, owner: Actor, roll: Job) -> None:
    step(on, owner, roll, "printed", "assigned", first=1, last=4)
    life.move(roll.job_id, "void", 4, 5, cause="spoiled", by=owner, on=on)
    job = issue(GTIN, LOT, 6, by=owner, on=on)
    life.move_listed(GTIN, job.serials[:1], "void", cause="other", note="rách", by=owner, on=on)
    with on.store.reading() as connection:
        open_, batch = find.spoilage(connection, owner.party)
        assert find.spoilage(connection, owner.party, GTIN, LOT) == [batch]
        assert find.spoilage(connection, owner.party, "09521001099990") == []
    assert (open_.lot, open_.stamps, open_.void) == ("", 6, 1)
    assert (batch.lot, batch.stamps, batch.causes) == (LOT, 10, {"spoiled": 1, "lost": 0, "stolen": 0, "other": 1})
    assert batch.rate == pytest.approx(0.2)


def test_a_list_of_jobs_tells_how_many_labels_are_void(on: Runtime, owner: Actor, roll: Job) -> None:
    life.void_of_job(roll.job_id, list(roll.serials[:3]), "hỏng", cause="spoiled", by=owner, on=on)
    with on.store.reading() as connection:
        assert [row.voided for row in labels.jobs(connection, owner.party)] == [3]
        (change,) = connection.execute(select(StampChange.__table__)).all()
    assert (change.cause, change.note, change.stamps) == ("spoiled", "hỏng", 3)


# ------------------------------------------------------------------------------------------------ many


def test_all_stamps_of_a_long_job_are_voided_in_portions_that_let_others_write(on: Runtime, owner: Actor) -> None:
    job = issue(GTIN, "", life.PORTION + 3, by=owner, on=on)
    life.move(job.job_id, "void", 7, 8, cause="lost", by=owner, on=on)
    assert life.void_of_job(job.job_id, None, "cháy kho", by=owner, on=on) == life.PORTION + 1
    with on.store.reading() as connection:
        later, sooner, _ = find.changes(connection, owner.party, job.job_id)
        assert find.totals(connection, owner.party, job.job_id).counts["void"] == job.count
    assert [(row.first, row.last, row.stamps) for row in (sooner, later)] == [
        (1, life.PORTION, life.PORTION - 2),
        (life.PORTION + 1, life.PORTION + 3, 3),
    ]


def test_a_list_of_serial_numbers_to_void_has_a_limit(on: Runtime, owner: Actor, roll: Job) -> None:
    with pytest.raises(MoveTooLarge):
        life.void_of_job(roll.job_id, ["X"] * (life.MOST_LISTED + 1), "hỏng", by=owner, on=on)
    assert set(states(on, roll)) == {"blank"}


def test_files_released_again_write_nothing(on: Runtime, owner: Actor, roll: Job) -> None:
    life.move(roll.job_id, "void", 3, 3, cause="spoiled", by=owner, on=on)
    assert [life.printed(roll.job_id, by=owner, on=on) for _ in range(2)] == [9, 0]
    with on.store.reading() as connection:
        assert [row.kind for row in find.changes(connection, owner.party, roll.job_id)] == ["printed", "void"]


# ------------------------------------------------------------------------------------------------ history


def test_the_history_of_a_roll_is_found_behind_many_changes_of_other_rolls(on: Runtime, owner: Actor) -> None:
    job = issue(GTIN, "", 120, per_roll=10, by=owner, on=on)
    own = life.move(job.job_id, "printed", 1, 10, by=owner, on=on)
    for position in range(11, 71):
        life.move(job.job_id, "printed", position, position, by=owner, on=on)
    across = life.move(job.job_id, "void", 10, 11, cause="lost", by=owner, on=on)
    with on.store.reading() as connection:
        rows = find.changes(connection, owner.party, job.job_id, first=1, last=10)
        assert [row.change_id for row in rows] == [across.change_id, own.change_id]
        assert not any(hasattr(row, "before") for row in rows)


def test_only_changes_whose_stamps_did_not_move_on_can_be_taken_back(on: Runtime, owner: Actor, roll: Job) -> None:
    first = step(on, owner, roll, "printed", first=1, last=6)
    apart = step(on, owner, roll, "printed", first=8, last=9)
    later = step(on, owner, roll, "assigned", first=5, last=6)

    def able() -> set[int]:
        with on.store.reading() as connection:
            return find.undoable(connection, find.changes(connection, owner.party, roll.job_id))

    assert able() == {apart.change_id, later.change_id}
    life.undo(later.change_id, by=owner, on=on)
    assert able() == {first.change_id, apart.change_id}
    for change in (first, apart):
        life.undo(change.change_id, by=owner, on=on)
    assert able() == set()


def test_a_void_stamp_knows_how_far_it_had_come(on: Runtime, owner: Actor, roll: Job) -> None:
    step(on, owner, roll, "printed", "assigned", first=1, last=2)
    step(on, owner, roll, "void", first=1, last=4)
    with on.store.reading() as connection:
        lives = [find.life_of(connection, owner.party, GTIN, roll.serials[place]) for place in (1, 2, 7)]
    assert [(told.was, [row.kind for row in told.changes]) for told in lives] == [
        ("assigned", ["printed", "assigned", "void"]),
        ("blank", ["void"]),
        (None, []),
    ]


def test_a_serial_number_of_another_job_is_not_of_this_one(on: Runtime, owner: Actor, roll: Job) -> None:
    other = issue(GTIN, "", 1, by=owner, on=on)
    with on.store.reading() as connection:
        assert labels.serial(connection, owner.party, roll.job_id, roll.serials[3]).position == 4
        with pytest.raises(labels.NoSuchSerial):
            labels.serial(connection, owner.party, roll.job_id, other.serials[0])
