"""The journey of an item: what belongs to it, while it was inside something, and what a reader may see of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import event, insert, update

from app.capture.model import EventItem
from app.identify.item_key import item_key
from app.journey.history import History, history
from app.journey.walk import CONTAINER, INPUT, ITEM, LOT, MOST_FOREIGN_BYTES, MOST_FOREIGN_OF_LEVEL, MOST_OF_ONE, _parties_of, walk
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


def _transform(world: World, hour: str = "10:00", output: str = LOT_URI, source: str = RAW, by: Enterprise | None = None) -> None:
    event = {
        "type": "TransformationEvent",
        "inputQuantityList": [{"epcClass": source, "quantity": 1236, "uom": "KGM"}],
        "outputQuantityList": [{"epcClass": output, "quantity": 1100, "uom": "KGM"}],
        "eventTime": f"{DAY}{hour}:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "bizStep": "commissioning",
    }
    world.capture(event, by=by, logged=False)


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


def test_a_stranger_cannot_hang_other_goods_on_a_journey(world: World) -> None:
    stranger = make_enterprise(world.on, "Kẻ lạ", "9521777")
    _raw(world, "05:30", "commissioning", stranger)
    _transform(world, by=stranger)
    assert [(step.about, step.who) for step in _history(world).steps] == [(LOT, "Kẻ lạ")]


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


# ------------------------------------------------------------------------------------------------ a flood by strangers


def _flood(world: World, stranger: Enterprise, count: int) -> None:
    """What a stranger records about the item, in documents of a thousand events."""
    first = datetime(2026, 6, 1, tzinfo=UTC)
    events = [
        object_event(epcList=[ITEM_URI], eventTime=(first + timedelta(seconds=number)).isoformat(), bizStep="inspecting")
        for number in range(count)
    ]
    for start in range(0, count, 1000):
        world.capture(*events[start : start + 1000], by=stranger, logged=False)


def _rows_read(world: World) -> tuple[History, int, int]:
    """A journey with the statements it took and the rows they returned."""
    statements, rows = 0, 0

    def executed(*_: Any) -> None:
        nonlocal statements
        statements += 1

    with world.on.store.reading() as connection:
        event.listen(connection, "after_cursor_execute", executed)
        fetched = connection.execute

        def counting(*arguments: Any) -> Any:
            nonlocal rows
            found = fetched(*arguments).freeze()
            rows += len(found().all())
            return found()

        connection.execute = counting  # type: ignore[method-assign]  # counts what the database hands out
        found = history(connection, [(item_key(ITEM_URI), ITEM), (item_key(LOT_URI), LOT)], owner=world.owner.party_id)
    return found, statements, rows


def test_a_flood_by_one_stranger_leaves_the_steps_of_owner_and_partners_and_costs_no_more(world: World) -> None:
    _seen(world, ITEM_URI, "10:00", "commissioning")
    stranger = make_enterprise(world.on, "Người lạ", "9521999")
    carrier = make_enterprise(world.on, "Vận tải lạnh", "9521005")
    for hour, step in (("12:00", "loading"), ("13:00", "transporting"), ("14:00", "unloading")):
        _seen(world, ITEM_URI, hour, step, carrier)
    _seen(world, ITEM_URI, "18:00", "retail_selling")
    _, quiet_statements, quiet_rows = _rows_read(world)
    _flood(world, stranger, 5_000)
    found, statements, rows = _rows_read(world)
    said = {who: [step.biz_step for step in found.steps if step.who == who] for who in {step.who for step in found.steps}}
    assert said["Sông Thái Bình"] == ["commissioning", "retail_selling"]
    assert said["Vận tải lạnh"] == ["loading", "transporting", "unloading"]
    assert len(said["Người lạ"]) == MOST_OF_ONE
    assert found.incomplete
    assert statements <= quiet_statements + 4
    assert rows <= quiet_rows + 4 * MOST_OF_ONE


def test_many_strangers_together_have_the_limit_of_others(world: World) -> None:
    for number in range(MOST_FOREIGN_OF_LEVEL + 10):
        _seen(world, ITEM_URI, "09:00", "inspecting", make_enterprise(world.on, f"Người lạ {number}", f"95219{number:02}"))
    _seen(world, ITEM_URI, "10:00", "commissioning")
    found = _history(world)
    assert [step.biz_step for step in found.steps].count("inspecting") == MOST_FOREIGN_OF_LEVEL
    assert (found.steps[-1].biz_step, found.incomplete) == ("commissioning", True)


def test_a_strangers_giant_events_are_left_out_before_a_partners_small_ones(world: World) -> None:
    stranger = make_enterprise(world.on, "Người lạ", "9521999")
    for day in range(1, 7):
        serials = [f"https://id.gs1.org/01/{GTIN}/21/{sha256(b'%d %d' % (day, number)).hexdigest()[:20]}" for number in range(4_000)]
        giant = object_event(epcList=[ITEM_URI, *serials], eventTime=f"2026-06-0{day}T08:00:00+07:00", bizStep="inspecting")
        world.capture(giant, by=stranger, logged=False)
    _seen(world, ITEM_URI, "12:00", "transporting", make_enterprise(world.on, "Vận tải lạnh", "9521005"))
    _seen(world, ITEM_URI, "13:00", "receiving")
    found = _history(world)
    assert [step.biz_step for step in found.steps][-2:] == ["transporting", "receiving"]
    assert sum(len(each.envelope) for each in found.events if each.row.party_id != world.owner.party_id) <= MOST_FOREIGN_BYTES
    assert (1 <= len(found.steps) - 2 < 6, found.incomplete) == (True, True)


@pytest.mark.sqlite  # PostgreSQL chooses its plan by the size of the table
def test_a_flood_is_never_scanned(world: World) -> None:
    key = item_key(ITEM_URI)
    with world.on.store.reading() as connection:
        asked = _parties_of(key.issuer, key.class_key, [key.instance]).compile(connection, compile_kwargs={"render_postcompile": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", tuple(asked.params[name] for name in asked.positiontup or ()))
        steps = [row.detail for row in plan]
    assert [step for step in steps if "event_item" in step] == [
        "SEARCH event_item USING PRIMARY KEY (issuer=? AND class_key=? AND instance=? AND party_id>?)"
    ] * 2
