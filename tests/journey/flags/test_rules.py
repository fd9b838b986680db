"""What is a surprise in the life of an item, and what is none."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture import items
from app.cli import demo_world as world
from app.journey.flags import rules
from app.journey.flags.rules import CODES
from tests.journey.flags.lives import (
    BOTTLE,
    CASE,
    CASE_2,
    LOT,
    OTHER,
    OURS,
    PALLET,
    THEIRS,
    batch,
    emptied,
    event,
    flags_of,
    made,
    packed,
    retired,
    seen,
    turned,
    unpacked,
)  # fmt: skip

NORMAL: dict[str, tuple[dict[str, Any], ...]] = {
    "from the packing line to the shop": (
        made(1), packed(2), packed(3, PALLET, CASE), seen(4, "shipping", PALLET), seen(5, "receiving", PALLET), unpacked(6, PALLET, CASE),
        unpacked(7), seen(8, "retail_selling"),
    ),
    "everything on the pallet is read with it": (made(1), packed(2), seen(3, "shipping", CASE, BOTTLE), seen(4, "receiving", CASE, BOTTLE)),
    "read inside its case": (made(1), packed(2), seen(3, "inspecting"), seen(4, "storing"), seen(5, "sensor_reporting")),
    "goods of a maker who records elsewhere": (seen(1, "receiving"), seen(2, "shipping")),
    "a case packed elsewhere is opened": (seen(1, "receiving", CASE), unpacked(2), seen(3, "retail_selling")),
    "a case that is emptied without naming what was in it": (made(1), packed(2), emptied(3), seen(4, "retail_selling")),
    "repacked": (made(1), packed(2), unpacked(3), packed(4, CASE_2), unpacked(5, CASE_2)),
    "packed after its case was emptied": (made(1), packed(2), emptied(3), packed(4, CASE_2)),
    "retired, then burnt": (made(1), retired(2), retired(3, step="destroying")),
    "burnt, then retired": (made(1), retired(2, step="destroying"), retired(3)),
    "used up, then its empty package destroyed": (made(1), turned(2), retired(3, step="destroying")),
    "two shipments, no receipt": (made(1), seen(2), seen(3)),
    "made, shipped and packed at one minute": (seen(1, "shipping", CASE), packed(1), made(1)),
    "the tag is written before": (event("Transaction", 1, action="ADD", bizStep="encoding", epcList=[BOTTLE]), made(2)),
    "what it was made from, and its number": (turned(1, BOTTLE, OTHER), made(2)),
    "in and out of a transformation under one number": (made(1), turned(2, BOTTLE, BOTTLE), seen(3)),
    "two notes of one transformation": (made(1), turned(2, OTHER, transformationID="urn:x"), turned(3, OTHER, transformationID="urn:x")),
    "a case packed again that is already packed so": (made(1), packed(2), packed(3)),
    "tied to a sensor while in its case": (made(1), packed(2), event("Association", 3, action="ADD", parentID=PALLET, childEPCs=[BOTTLE])),
}  # fmt: skip


@pytest.mark.parametrize("name", NORMAL)
def test_an_honest_life_has_no_flag(name: str) -> None:
    for item in (BOTTLE, CASE, PALLET):
        assert flags_of(item, *NORMAL[name]) == []


SURPRISES: dict[str, tuple[tuple[dict[str, Any], ...], list[tuple[int, str, int | None]]]] = {
    "shipped, then commissioned": ((seen(1), made(2)), [(1, rules.BEFORE, 2)]),
    "used up before it was made": ((turned(1), made(2)), [(1, rules.BEFORE, 2)]),
    "recorded late, but happened before": ((made(2), seen(1)), [(2, rules.BEFORE, 1)]),
    "shipped and never made nor received": ((seen(1), seen(2)), [(1, rules.NO_BEGINNING, None)]),
    "packed and never made": ((packed(1), seen(2, "shipping", CASE)), [(1, rules.NO_BEGINNING, None)]),
    "used up and never made": ((turned(1),), [(1, rules.NO_BEGINNING, None)]),
    "commissioned twice": ((made(1), made(3), seen(2)), [(2, rules.TWICE, 1)]),
    "the output of two transformations": ((turned(1, BOTTLE, OTHER), turned(2, BOTTLE, OTHER)), [(2, rules.TWICE, 1)]),
    "sold after it was destroyed": ((made(1), retired(2, step="destroying"), seen(3, "retail_selling")), [(3, rules.AFTER_END, 2)]),
    "packed after it was retired": ((made(1), retired(2), packed(3), unpacked(4)), [(3, rules.AFTER_END, 2), (4, rules.AFTER_END, 2)]),
    "retired twice": ((made(1), retired(2), retired(3)), [(3, rules.AFTER_END, 2)]),
    "destroyed by its lasting state": (
        (made(1), seen(2, "inspecting", persistentDisposition={"set": ["destroyed"]}), seen(3)), [(3, rules.AFTER_END, 2)],
    ),
    "commissioned again after its end": ((made(1), retired(2), made(3)), [(3, rules.TWICE, 1)]),
    "used up twice": ((made(1), turned(2), turned(3)), [(3, rules.CONSUMED_TWICE, 2)]),
    "sold after it was used up": ((made(1), turned(2), seen(3, "retail_selling")), [(3, rules.AFTER_CONSUMED, 2)]),
    "packed into two cases": ((made(1), packed(2), packed(3, CASE_2)), [(3, rules.PACKED_TWICE, 2)]),
    "taken out of another case": ((made(1), packed(2), unpacked(3, CASE_2)), [(3, rules.NOT_INSIDE, 2)]),
    "taken out twice": ((made(1), packed(2), unpacked(3), unpacked(4)), [(4, rules.NOT_INSIDE, 3)]),
    "taken out of an emptied case": ((made(1), packed(2), emptied(3), unpacked(4)), [(4, rules.NOT_INSIDE, 3)]),
    "taken out and never put in": ((made(1), unpacked(2)), [(2, rules.NOT_INSIDE, 1)]),
    "shipped without its case": ((made(1), packed(2), seen(3), seen(4, "retail_selling")), [(3, rules.ALONE, 2)]),
    "used up inside its case": ((made(1), packed(2), turned(3)), [(3, rules.ALONE, 2)]),
}  # fmt: skip


@pytest.mark.parametrize("name", SURPRISES)
def test_a_surprise_is_told_at_the_event_it_shows_at(name: str) -> None:
    events, wanted = SURPRISES[name]
    assert flags_of(BOTTLE, *events) == wanted


def test_every_code_has_a_story() -> None:
    assert {code for _, flags in SURPRISES.values() for _, code, _ in flags} == set(CODES)


@pytest.mark.parametrize("name", SURPRISES)
def test_spelling_makes_no_difference(name: str) -> None:
    def other(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: other(each) for key, each in value.items()}
        if isinstance(value, list):
            return [other(each) for each in value]
        if value == BOTTLE:
            return "urn:epc:id:sgtin:9521002.000001.K7M2Q9"
        if value in {"shipping", "destroying", "decommissioning", "commissioning", "retail_selling"}:
            return f"urn:epcglobal:cbv:bizstep:{value}"
        return "urn:epcglobal:cbv:disp:destroyed" if value == "destroyed" else value

    events, wanted = SURPRISES[name]
    assert flags_of(BOTTLE, *(other(each) for each in events)) == wanted


def test_two_firms_that_give_one_number_are_told() -> None:
    events = (turned(1, BOTTLE, OTHER), made(2))
    assert flags_of(BOTTLE, *events, parties={1: THEIRS, 2: OURS}) == [(2, rules.TWICE, 1)]


def test_a_batch_is_made_in_several_goes_and_may_be_noted_in_the_evening() -> None:
    assert flags_of(LOT, batch(10), batch(20, "ADD"), batch(30, "ADD"), batch(40, "DELETE", "destroying"), batch(50)) == []


@pytest.mark.parametrize(("hours", "told"), [(23.9, False), (24, True), (100, True)])
def test_a_batch_that_is_used_a_day_before_it_is_made_is_told(hours: float, told: bool) -> None:
    assert flags_of(LOT, batch(1), batch(1 + hours, "ADD")) == ([(1, rules.BEFORE, 2)] if told else [])


def test_a_product_without_batch_and_an_unknown_class_are_not_judged() -> None:
    whole, foreign = "https://id.gs1.org/01/09521002000016", "https://hop-tac-xa.example/vai"
    for uri in (whole, foreign):
        counted = [event("Object", hour, action=action, bizStep="shipping", quantityList=[{"epcClass": uri, "quantity": 1}])
                   for hour, action in ((1, "OBSERVE"), (90, "ADD"), (91, "ADD"))]  # fmt: skip
        assert flags_of(uri, *counted) == []


def test_a_thing_of_a_household_without_prefix_is_judged_like_any_other() -> None:
    own = "urn:uuid:0d6ae0d1-0000-4000-8000-000000000001"
    assert flags_of(own, made(1, own), made(2, own)) == [(2, rules.TWICE, 1)]


@pytest.mark.parametrize(("days", "told"), [(364, True), (365, False)])
def test_the_number_of_a_case_may_be_given_again_after_a_year(days: int, told: bool) -> None:
    again = made(0, CASE) | {"eventTime": f"{'2027-05-31' if days == 364 else '2027-06-01'}T00:00:00Z"}
    assert flags_of(CASE, made(0, CASE), again) == ([(2, rules.TWICE, 1)] if told else [])


def test_the_demo_world_has_no_flag() -> None:
    lots = {lot: [f"{lot}-{number}" for number in range(3)] for lot in ("NM-2026-044", "NM-2026-045", "CS-2024-03", "CS-2026-03")}
    stories = (world.chain_a([f"S{number}" for number in range(3)]), world.simple_lots(lots))
    for story in stories:
        events = [event for _, event in story]
        named = {uri for event in events for uri, _ in items.named(event)}
        assert len(named) > 5
        assert {uri: flags_of(uri, *events) for uri in named if flags_of(uri, *events)} == {}


def test_a_batch_may_be_looked_at_before_it_is_made() -> None:
    assert flags_of(LOT, batch(1, step="inspecting"), batch(50, step="receiving"), batch(99, "ADD")) == []


def test_the_order_events_are_given_in_makes_no_difference() -> None:
    events, wanted = SURPRISES["taken out of an emptied case"]
    for order in permutations(range(4)):
        found = flags_of(BOTTLE, *(events[place] for place in order))
        assert [(order[at - 1] + 1, code, order[other - 1] + 1 if other else other) for at, code, other in found] == wanted


STEPS = (made, seen, packed, unpacked, emptied, retired, turned)


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 40)), max_size=8, unique_by=lambda each: each[1]), st.randoms())
def test_any_life_is_judged_alike_in_any_order(life: list[tuple[Any, int]], chance: Any) -> None:
    events = [step(hour) for step, hour in life]
    mixed = chance.sample(range(len(events)), len(events))
    found = flags_of(BOTTLE, *(events[place] for place in mixed))
    named = sorted((mixed[at - 1] + 1, code, mixed[other - 1] + 1 if other else other) for at, code, other in found)
    assert named == sorted(flags_of(BOTTLE, *events))
    assert all(code in CODES for _, code, _ in named)
