"""Flags follow the log: late events, declarations of errors, several organisations, several processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from app.capture import find as captured
from app.capture import items
from app.capture.accept import accept
from app.clock import SetClock
from app.identify.item_key import item_key
from app.journey.flags import find, read, rules
from app.journey.flags.follow import BATCH, begin_anew, catch_up, follow, follow_when_calm, is_hot, waiting
from app.journey.flags.rules import CODES
from app.ledger import sequencer
from app.runtime import Runtime
from app.store.keys import new_id, time_of
from app.words.refusals import describe_finding
from app.work.background import Duty
from tests.builders import Enterprise, document, make_enterprise, raw
from tests.journey.flags.lives import BOTTLE, CASE, CASE_2, OTHER, batch, emptied, flags_of, made, packed, retired, seen, turned, unpacked

LINK = "https://vai.example/01/09521002000016/21/K7M2Q9"
URN = "urn:epc:id:sgtin:9521002.000001.K7M2Q9"
FIRST = "urn:uuid:6a1b2c3d-0000-4000-8000-000000000001"
DECLARED = {"declarationTime": "2026-06-13T00:00:00Z", "reason": "incorrect_data"}


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_enterprise(on)


def record(on: Runtime, by: Enterprise, *events: dict[str, Any]) -> list[str]:
    """Record, log and follow; the eventIDs."""
    receipt = accept(raw(document(*events)), by=by.actor(), on=on)
    catch_up(on)
    return [each["eventID"] for each in receipt.to_json()["events"]]


def told(on: Runtime, by: Enterprise, item: str = BOTTLE) -> list[tuple[str, str, str]]:
    """(code, item, eventID of the other event) of an item's flags."""
    with on.store.reading() as connection:
        return [(flag.code, flag.item, flag.other_uri) for flag in find.of_item(connection, by.party_id, item_key(item))]


def test_a_surprise_is_told_with_both_events(on: Runtime, firm: Enterprise) -> None:
    _, destroyed, sold = record(on, firm, made(1), retired(2, step="destroying"), seen(3, "retail_selling", LINK))
    assert told(on, firm) == [(rules.AFTER_END, LINK, destroyed)]
    with on.store.reading() as connection:
        ((flag,),) = find.of_events(
            connection, firm.party_id, [flag.event_id for flag in find.newest(connection, firm.party_id).flags]
        ).values()
    assert describe_finding(flag.finding, "en")["message"] == f"{LINK} was destroyed or retired before, and still appears in this event."
    assert sold != destroyed


def test_what_is_recorded_late_changes_the_flags_of_earlier_and_later_events(on: Runtime, firm: Enterprise) -> None:
    record(on, firm, seen(5, "shipping"))
    assert [code for code, _, _ in told(on, firm)] == [rules.NO_BEGINNING]
    record(on, firm, made(7, URN))
    assert [code for code, _, _ in told(on, firm)] == [rules.BEFORE]
    (first,) = record(on, firm, made(1))
    assert told(on, firm) == [(rules.TWICE, URN, first)]


def test_a_declared_error_takes_its_flags_back_and_brings_those_it_hid(on: Runtime, firm: Enterprise) -> None:
    wrong = retired(2, step="destroying") | {"eventID": FIRST}
    record(on, firm, made(1), wrong, seen(3))
    assert [code for code, _, _ in told(on, firm)] == [rules.AFTER_END]
    record(on, firm, wrong | {"errorDeclaration": DECLARED})
    assert told(on, firm) == []
    making = made(1, OTHER) | {"eventID": FIRST[:-1] + "2"}
    record(on, firm, making, seen(2, "shipping", OTHER))
    record(on, firm, making | {"errorDeclaration": DECLARED})
    assert [code for code, _, _ in told(on, firm, OTHER)] == [rules.NO_BEGINNING]


def test_a_case_said_to_be_emptied_later_counts_for_what_was_in_it(on: Runtime, firm: Enterprise) -> None:
    record(on, firm, made(1), packed(2), seen(9, "retail_selling"))
    assert [code for code, _, _ in told(on, firm)] == [rules.ALONE]
    out = emptied(5) | {"eventID": FIRST}
    record(on, firm, out)
    assert told(on, firm) == []
    record(on, firm, out | {"errorDeclaration": DECLARED})
    assert [code for code, _, _ in told(on, firm)] == [rules.ALONE]


def test_of_a_container_with_very_many_things_so_many_are_judged_again(
    on: Runtime, firm: Enterprise, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(on, firm, made(1), made(1.5, OTHER), packed(2, CASE, BOTTLE), packed(2.5, CASE, OTHER))
    record(on, firm, seen(8, "retail_selling"), seen(9, "retail_selling", OTHER))
    monkeypatch.setattr(read, "MOST_CHILDREN", 1)
    record(on, firm, emptied(5))
    assert sorted(len(told(on, firm, item)) for item in (BOTTLE, OTHER)) == [0, 1]


def test_events_of_everybody_count_and_a_stranger_learns_nothing_of_ours(on: Runtime, firm: Enterprise) -> None:
    shop = make_enterprise(on, "Cửa hàng Đồng Tháp", "9521005")
    record(on, firm, made(1), retired(2))
    record(on, shop, seen(3, "retail_selling"))
    assert (told(on, firm), told(on, shop)) == ([], [(rules.AFTER_END, BOTTLE, "")])


def test_the_log_is_followed_once_and_goes_on_where_it_was(on: Runtime, firm: Enterprise, clock: SetClock) -> None:
    record(on, firm, seen(1))
    assert follow(on) == 0
    with on.store.reading() as connection:
        assert waiting(connection) == 0
        (before,) = find.newest(connection, firm.party_id).flags
    assert begin_anew(on) == 2  # the key and the event
    clock.advance(timedelta(minutes=1))
    catch_up(on)
    with on.store.reading() as connection:
        assert find.newest(connection, firm.party_id).flags == [before]


def test_a_pass_takes_so_many_positions_and_fewer_of_large_events(on: Runtime, firm: Enterprise) -> None:
    many = [f"https://id.gs1.org/01/09521002000016/21/S{number}" for number in range(2500)]
    accept(raw(document(*(seen(1 + number / 60, "shipping", f"{BOTTLE}{number}") for number in range(BATCH)))), by=firm.actor(), on=on)
    accept(raw(document(seen(8, "shipping", *many), seen(9, "shipping", *many))), by=firm.actor(), on=on)
    while sequencer.integrate(on=on):
        pass
    passes = []
    while handled := follow(on):
        passes.append(handled)
    assert (passes, sum(passes)) == ([BATCH, 2, 1], BATCH + 3)  # the key of the firm is an entry, too
    with on.store.reading() as connection:
        assert find.tally(connection, firm.party_id) == {rules.NO_BEGINNING: BATCH + 2500}
        newest = find.newest(connection, firm.party_id).flags[0].event_id
        assert len(find.of_events(connection, firm.party_id, [newest])[newest]) == find.MOST_OF_EVENT
        assert find.counts(connection, firm.party_id, [newest]) == {newest: 2500}


def test_pages_lead_from_the_newest_flag_to_the_oldest(on: Runtime, firm: Enterprise) -> None:
    record(on, firm, seen(1), seen(2, "shipping", OTHER), made(3, CASE), made(4, CASE))
    with on.store.reading() as connection:
        whole, before, pages = find.newest(connection, firm.party_id).flags, None, []
        while True:
            page = find.newest(connection, firm.party_id, before=before, count=1)
            pages += page.flags
            if (before := page.following) is None:
                break
        assert pages == whole
        assert [flag.code for flag in whole] == [rules.TWICE, rules.NO_BEGINNING, rules.NO_BEGINNING]
        assert [flag.item for flag in find.newest(connection, firm.party_id, code=rules.TWICE).flags] == [CASE]


ARRIVALS = (
    made(1), packed(2), seen(3, "shipping", CASE), emptied(4), packed(5, CASE_2), seen(6, "retail_selling"), turned(7), retired(8),
    seen(9, "receiving", LINK), made(10, URN), unpacked(11), batch(12), seen(3.5) | {"eventID": FIRST},
    seen(3.5) | {"eventID": FIRST, "errorDeclaration": DECLARED},
)  # fmt: skip


@pytest.mark.parametrize("step", [1, 3, 5, 9, 11, 13])
def test_any_order_of_arrival_ends_with_the_same_flags(on: Runtime, step: int) -> None:
    def flags(firm: Enterprise) -> set[tuple[str, str, int]]:
        with on.store.reading() as connection:
            found = find.newest(connection, firm.party_id).flags
            rows = captured.events_by_id(connection, firm.party_id, [flag.event_id for flag in found])
        return {(flag.code, flag.item, rows[flag.event_id].event_time) for flag in found}

    order = [ARRIVALS[place * step % len(ARRIVALS)] for place in range(len(ARRIVALS))]
    firm = make_enterprise(on)
    for each in order:
        record(on, firm, each)
    followed = flags(firm)
    assert followed
    assert {code for code, *_ in followed} <= set(CODES)
    begin_anew(on)
    catch_up(on)
    assert flags(firm) == followed
    at_once = judged_at_once()
    assert {(code, item) for code, item, *_ in followed} == at_once


def judged_at_once() -> set[tuple[str, str]]:
    """What the rules alone say of the same events, without what was declared wrong."""
    standing = [each for each in ARRIVALS if "eventID" not in each]
    found = set()
    for item in (BOTTLE, OTHER, CASE, CASE_2):
        for number, code, _ in flags_of(item, *standing):
            named = next(uri for uri, _ in items.named(standing[number - 1]) if item_key(uri) == item_key(item))
            found.add((code, named))
    return found


def test_it_rests_while_events_come_in_but_not_for_ever(on: Runtime, firm: Enterprise, clock: SetClock) -> None:
    accept(raw(document(seen(1), seen(2, "shipping", OTHER))), by=firm.actor(), on=on)
    recorded = time_of(new_id())
    clock.set(recorded)
    with on.store.reading() as connection:
        assert is_hot(connection, recorded)
        assert not is_hot(connection, recorded + timedelta(seconds=5))
    sequencer.integrate(on=on)
    assert follow_when_calm(on) == 0
    with on.store.reading() as connection:
        assert waiting(connection) == 3
    clock.set(recorded + timedelta(seconds=5))
    assert follow_when_calm(on) == 3
    assert follow_when_calm(on) == 0


def test_several_followers_at_once_end_with_the_flags_of_one(on: Runtime, firm: Enterprise) -> None:
    bottles = [f"https://id.gs1.org/01/09521002000016/21/S{number}" for number in range(300)]
    events = [seen(1 + number / 60, "shipping", bottle) for number, bottle in enumerate(bottles)]
    accept(raw(document(*events, made(9, *bottles[:100]))), by=firm.actor(), on=on)
    while sequencer.integrate(on=on):
        pass

    def all_of_it(_number: int) -> int:
        passes = 0
        while follow(on):
            passes += 1
        return passes

    with ThreadPoolExecutor(4) as pool:
        assert max(pool.map(all_of_it, range(4))) >= 2
    with on.store.reading() as connection:
        assert find.tally(connection, firm.party_id) == {rules.BEFORE: 100, rules.NO_BEGINNING: 200}
        assert waiting(connection) == 0


def test_the_server_looks_after_the_flags(on: Runtime, firm: Enterprise, clock: SetClock) -> None:
    accept(raw(document(seen(1))), by=firm.actor(), on=on)
    while sequencer.integrate(on=on):
        pass
    clock.set(time_of(new_id()) + timedelta(seconds=5))
    duty = Duty("flags", lambda: follow_when_calm(on))
    assert (duty.turn(1.0), duty.turn(2.0)) == (True, False)
    assert [code for code, _, _ in told(on, firm)] == [rules.NO_BEGINNING]
