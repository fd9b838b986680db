"""The journey of an item: what belongs to it, while it was inside something, and what a reader may see of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import insert, update

from app.capture.model import EventItem
from app.identify.item_key import item_key
from app.journey.history import History, history
from app.journey.walk import CONTAINER, INPUT, ITEM, LOT, walk
from app.party.model import Party
from app.runtime import Runtime
from tests.builders import Enterprise, make_enterprise, object_event
from tests.verify.world import GTIN, PLACE, SERIAL, World, commissioning, make_world
from tests.verify.world import LOT as BATCH

ITEM_URI = f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}"
LOT_URI = f"https://id.gs1.org/01/{GTIN}/10/{BATCH}"
CASE = "https://id.gs1.org/00/195210020000000013"
PALLET = "https://id.gs1.org/00/195210020000000020"
RAW = "https://id.gs1.org/01/09521001000017/10/TH260612A"
DAY = "2026-06-12T"


@pytest.fixture
def world(on: Runtime) -> World:
    """A packer with a product, a batch and a printed serial."""
    return make_world(on)


def _history(world: World, *start: tuple[str, str], **options: Any) -> History:
    start = start or ((ITEM_URI, ITEM), (LOT_URI, LOT))
    with world.on.store.reading() as connection:
        return history(connection, [(item_key(uri), relation) for uri, relation in start], owner=world.owner.party_id, **options)


def _seen(world: World, uri: str, hour: str, step: str, by: Enterprise | None = None) -> None:
    world.capture(object_event(epcList=[uri], eventTime=f"{DAY}{hour}:00+07:00", bizStep=step), by=by, logged=False)


def _pack(world: World, parent: str, *children: str, hour: str, action: str = "ADD") -> None:
    event = {
        "type": "AggregationEvent",
        "action": action,
        "parentID": parent,
        "childEPCs": list(children),
        "bizStep": "packing" if action == "ADD" else "unpacking",
        "eventTime": f"{DAY}{hour}:00+07:00",
        "eventTimeZoneOffset": "+07:00",
    }
    world.capture({name: value for name, value in event.items() if value != []}, logged=False)


def _steps(found: History) -> list[tuple[str | None, str]]:
    return [(step.biz_step, step.about) for step in found.steps]


def test_nothing_recorded_is_an_empty_journey(world: World) -> None:
    assert _history(world) == History()


def test_steps_come_in_the_order_they_happened_not_in_which_they_were_recorded(world: World) -> None:
    for hour, step in (("19:00", "receiving"), ("10:00", "commissioning"), ("12:00", "packing")):
        _seen(world, ITEM_URI, hour, step)
    assert [step.biz_step for step in _history(world).steps] == ["commissioning", "packing", "receiving"]


def test_every_spelling_of_the_item_is_the_item(world: World) -> None:
    _seen(world, f"urn:epc:id:sgtin:9521002.000001.{SERIAL}", "10:00", "commissioning")
    _seen(world, f"https://brand.example/x/01/{GTIN}/21/{SERIAL}?utm=1", "11:00", "shipping")
    assert _steps(_history(world)) == [("commissioning", ITEM), ("shipping", ITEM)]


def test_a_step_tells_when_where_who_and_what_was_measured(world: World) -> None:
    reports = [{"type": "Temperature", "minValue": 1.5, "maxValue": 4, "uom": "CEL"}]
    lot = {"epcClass": LOT_URI, "quantity": 1100.0, "uom": "KGM"}
    world.capture(
        commissioning(epcList=None, quantityList=[lot], sensorElementList=[{"sensorReport": reports}], eventTimeZoneOffset="+09:00")
    )
    (step,) = _history(world).steps
    assert (step.who, step.offset, step.local, step.about) == ("Sông Thái Bình", "+09:00", "2026-06-12T10:00:00+07:00", LOT)
    assert step.place is not None
    assert (step.place.name, step.place.commune, step.place.uri) == ("Nhà đóng gói Thanh Hà", "Thanh Hà", PLACE)
    assert [(each.amount, each.uom) for each in step.quantities] == [("1100", "KGM")]
    assert [(each.kind, each.value, each.low, each.high) for each in step.readings] == [("Temperature", None, "1.5", "4")]
    assert (step.hosted, len(step.evidence)) == (True, 64)


def test_a_place_nobody_registered_shows_its_number(world: World) -> None:
    world.capture(commissioning(readPoint={"id": "urn:epc:id:sgln:9521005.00101.0"}), logged=False)
    (step,) = _history(world).steps
    assert step.place is not None
    assert step.place.name == "GLN 9521005001010"


# ------------------------------------------------------------------------------------------------ containers


def test_what_happens_to_a_case_happens_to_what_is_inside_while_it_is_inside(world: World) -> None:
    _seen(world, CASE, "09:00", "stocking")
    _pack(world, CASE, ITEM_URI, hour="10:00")
    _seen(world, CASE, "11:00", "shipping")
    _pack(world, CASE, ITEM_URI, hour="12:00", action="DELETE")
    _seen(world, CASE, "13:00", "repairing")
    assert _steps(_history(world)) == [("packing", ITEM), ("shipping", CONTAINER), ("unpacking", ITEM)]


def test_emptying_a_case_without_naming_its_content_ends_the_stay_too(world: World) -> None:
    _pack(world, CASE, ITEM_URI, hour="10:00")
    _pack(world, CASE, hour="12:00", action="DELETE")
    _seen(world, CASE, "13:00", "repairing")
    assert _steps(_history(world)) == [("packing", ITEM), ("unpacking", CONTAINER)]


def test_what_else_is_packed_into_the_case_is_no_step_of_the_item(world: World) -> None:
    _pack(world, CASE, ITEM_URI, hour="10:00")
    _pack(world, CASE, f"https://id.gs1.org/01/{GTIN}/21/OTHER", hour="11:00")
    assert _steps(_history(world)) == [("packing", ITEM)]


def test_a_pallet_carries_the_case_that_carries_the_item(world: World) -> None:
    _pack(world, CASE, ITEM_URI, hour="10:00")
    _pack(world, PALLET, CASE, hour="11:00")
    _seen(world, PALLET, "12:00", "shipping")
    _pack(world, CASE, ITEM_URI, hour="13:00", action="DELETE")
    _seen(world, PALLET, "14:00", "receiving")
    assert _steps(_history(world)) == [("packing", ITEM), ("packing", CONTAINER), ("shipping", CONTAINER), ("unpacking", ITEM)]


def test_a_case_packed_twice_counts_both_times(world: World) -> None:
    for start, middle, end in (("09:00", "09:30", "10:00"), ("12:00", "12:30", "13:00")):
        _pack(world, CASE, ITEM_URI, hour=start)
        _seen(world, CASE, middle, "transporting")
        _pack(world, CASE, ITEM_URI, hour=end, action="DELETE")
    _seen(world, CASE, "11:00", "repairing")
    assert [step for step, _ in _steps(_history(world))] == ["packing", "transporting", "unpacking"] * 2


def test_two_containers_inside_each_other_do_not_walk_for_ever(world: World) -> None:
    _pack(world, CASE, ITEM_URI, hour="10:00")
    _pack(world, PALLET, CASE, hour="11:00")
    _pack(world, CASE, PALLET, hour="12:00")
    assert len(_history(world).steps) == 3


# ------------------------------------------------------------------------------------------------ ingredients


def _transform(world: World, hour: str = "10:00", output: str = LOT_URI, source: str = RAW) -> None:
    event = {
        "type": "TransformationEvent",
        "inputQuantityList": [{"epcClass": source, "quantity": 1236, "uom": "KGM"}],
        "outputQuantityList": [{"epcClass": output, "quantity": 1100, "uom": "KGM"}],
        "eventTime": f"{DAY}{hour}:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "bizStep": "commissioning",
    }
    world.capture(event, logged=False)


def _raw(world: World, hour: str, step: str, by: Enterprise) -> None:
    lot = {"epcClass": RAW, "quantity": 1240, "uom": "KGM"}
    world.capture(object_event(epcList=None, quantityList=[lot], eventTime=f"{DAY}{hour}:00+07:00", bizStep=step), by=by, logged=False)


def test_the_journey_goes_back_to_what_the_batch_was_made_from_until_it_was_made(world: World) -> None:
    coop = make_enterprise(world.on, "HTX Vải Hương Giang", "9521001")
    _raw(world, "05:30", "commissioning", coop)
    _transform(world)
    _raw(world, "15:00", "shipping", coop)  # what was left of the raw goods is no longer ours
    assert [(step.biz_step, step.about, step.who) for step in _history(world).steps] == [
        ("commissioning", INPUT, "HTX Vải Hương Giang"),
        ("commissioning", LOT, "Sông Thái Bình"),
    ]


def test_a_long_chain_of_ingredients_stops_at_the_depth_and_says_so(world: World) -> None:
    lots = [LOT_URI, *(f"https://id.gs1.org/01/09521001000017/10/L{number}" for number in range(8))]
    for number, (output, source) in enumerate(pairwise(lots)):
        _transform(world, f"{20 - number}:00", output, source)
    whole, cut = _history(world), _history(world, deepest=3)
    assert (len(whole.steps), whole.incomplete) == (8, False)
    assert (len(cut.steps), cut.incomplete) == (3, True)


# ------------------------------------------------------------------------------------------------ limits and readers


def test_a_journey_longer_than_the_limit_keeps_the_owners_steps_and_says_so(world: World) -> None:
    stranger = make_enterprise(world.on, "Người lạ", "9521999")
    for hour in range(6):
        _seen(world, ITEM_URI, f"0{hour}:00", "inspecting", stranger)
    _seen(world, ITEM_URI, "10:00", "commissioning")
    found = _history(world, most=3)
    assert (len(found.steps), found.incomplete) == (3, True)
    assert "commissioning" in [step.biz_step for step in found.steps]


def test_steps_of_an_enterprise_that_publishes_nothing_are_counted_for_others_and_shown_to_itself(world: World) -> None:
    carrier = make_enterprise(world.on, "Vận tải lạnh", "9521005")
    _seen(world, ITEM_URI, "10:00", "commissioning")
    _seen(world, ITEM_URI, "12:00", "transporting", carrier)
    world.write(update(Party).where(Party.party_id == carrier.party_id).values(publishes=False))
    public, own = _history(world), _history(world, reader=carrier.party_id)
    assert ([step.biz_step for step in public.steps], public.hidden) == (["commissioning"], 1)
    assert ([step.biz_step for step in own.steps], own.hidden) == (["commissioning", "transporting"], 0)


def test_an_index_row_that_points_to_an_event_about_something_else_is_not_believed(world: World) -> None:
    _seen(world, f"https://id.gs1.org/01/{GTIN}/21/OTHER", "10:00", "commissioning")
    with world.on.store.reading() as connection:
        row = connection.execute(EventItem.__table__.select()).one()
    forged = row._asdict() | {"instance": f"21:{SERIAL}"}
    world.write(insert(EventItem).values(forged))
    assert list(_history(world).steps) == []


def test_an_error_declaration_is_shown_with_the_event_it_corrects(world: World) -> None:
    event = object_event(epcList=[ITEM_URI], eventID="urn:uuid:4f0a4c0e-5d0c-4d5a-9f6e-0d6b3a1c2e10")
    world.capture(event, logged=False)
    world.capture(event | {"errorDeclaration": {"declarationTime": "2026-06-13T08:00:00+07:00"}}, logged=False)
    assert [(step.correction, step.corrected) for step in _history(world).steps] == [(False, True), (True, False)]


def test_a_class_of_goods_does_not_lead_to_its_items(world: World) -> None:
    _seen(world, ITEM_URI, "10:00", "commissioning")
    with world.on.store.reading() as connection:
        assert walk(connection, [(item_key(f"https://id.gs1.org/01/{GTIN}"), ITEM)]).events == []
