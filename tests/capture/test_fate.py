"""What events make of the items they name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture import fate, items
from app.capture.accept import accept
from app.capture.fate import End
from app.identify.item_key import item_key
from app.runtime import Runtime
from tests.builders import document, make_enterprise, object_event, raw

ITEM = "https://id.gs1.org/01/09521002000016/21/K7M2Q9"


@pytest.mark.parametrize(
    ("changes", "role", "expected"),
    [
        ({"action": "ADD"}, items.EPC, True),
        ({"action": "ADD", "type": "TransactionEvent"}, items.EPC, False),
        ({"action": "ADD", "type": "AggregationEvent"}, items.CHILD, False),
        ({"action": "OBSERVE", "bizStep": "commissioning"}, items.EPC, False),
        ({"type": "TransformationEvent", "action": None}, items.OUTPUT, True),
        ({"type": "TransformationEvent", "action": None}, items.INPUT, False),
    ],
)
def test_only_what_adds_or_makes_an_item_brings_it_forth(changes: dict[str, Any], role: int, expected: bool) -> None:  # a case
    assert fate.brings_forth(object_event(**changes), role) is expected


@pytest.mark.parametrize(
    ("changes", "role", "expected"),
    [
        ({"disposition": "destroyed"}, items.EPC, End.DESTROYED),
        ({"disposition": "https://ref.gs1.org/cbv/Disp-destroyed"}, items.EPC, End.DESTROYED),
        ({"bizStep": "destroying"}, items.CHILD, End.DESTROYED),
        ({"bizStep": "urn:epcglobal:cbv:bizstep:destroying"}, items.EPC, End.DESTROYED),
        ({"persistentDisposition": {"set": ["destroyed"]}}, items.EPC, End.DESTROYED),
        ({"action": "DELETE"}, items.EPC, End.DECOMMISSIONED),
        ({"bizStep": "decommissioning"}, items.EPC, End.DECOMMISSIONED),
        ({"action": "DELETE", "type": "AggregationEvent"}, items.CHILD, None),
        ({"action": "DELETE", "type": "TransactionEvent"}, items.EPC, None),
        ({"disposition": "destroyed"}, items.PARENT, None),
        ({"bizStep": "https://vocabulary.example/destroying"}, items.EPC, None),
        ({}, items.EPC, None),
    ],
)
def test_what_is_destroyed_or_taken_out_of_use_is_at_its_end(changes: dict[str, Any], role: int, expected: End | None) -> None:
    assert fate.end(object_event(**changes), role) is expected


@pytest.mark.parametrize(
    ("ilmd", "expected"),
    [
        ({"cbvmda:lotNumber": "LA"}, ["LA"]),
        ({"https://ref.gs1.org/cbv/lotNumber": "LA"}, ["LA"]),
        ({"cbvmda:lotNumber": ["LA", "LB"]}, ["LA", "LB"]),
        ({"cbvmda:lotNumber": 7}, ["7"]),
        ({"cbvmda:lotNumber": {"of": "LA"}}, []),
        ({"cbvmda:lotNumber": ""}, []),
        (None, []),
    ],
)
def test_the_batch_of_master_data_is_read_in_every_form(ilmd: Any, expected: list[str]) -> None:
    assert fate.lots(object_event(ilmd=ilmd), item_key(ITEM), items.EPC) == expected


def test_the_batch_beside_the_serial_number_counts_for_this_item_only() -> None:
    event = object_event(
        epcList=["https://vai.example/01/9521002000016/10/LA/21/K7M2Q9", "https://id.gs1.org/01/09521002000016/10/LB/21/X"]
    )
    assert fate.lots(event, item_key(ITEM), items.EPC) == ["LA"]
    assert fate.lots(event, item_key(ITEM), items.OUTPUT) == []


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_last_day_is_read_as_it_was_written(day: date) -> None:
    assert fate.last_days({"ilmd": {"cbvmda:itemExpirationDate": day.isoformat()}}) == [day]
    assert fate.last_days({"ilmd": {"cbvmda:itemExpirationDate": f"{day.isoformat()}T00:00:00Z"}}) == [day]


def test_a_last_day_that_is_no_day_is_left_out() -> None:
    assert fate.last_days({"ilmd": {"cbvmda:itemExpirationDate": ["soon", "2026-06-30"]}}) == [date(2026, 6, 30)]


def test_events_are_declared_wrong_by_their_own_organisation_only(on: Runtime) -> None:
    ours, theirs = make_enterprise(on), make_enterprise(on, "Kẻ mạo danh", "9521999")
    name = "urn:uuid:6a1b2c3d-0000-4000-8000-000000000001"
    event = object_event(eventID=name)
    declaration = {"errorDeclaration": {"declarationTime": "2026-06-13T00:00:00Z", "reason": "did_not_occur"}}
    accept(raw(document(event)), by=ours.actor(), on=on)
    accept(raw(document(event | declaration)), by=theirs.actor(), on=on)
    with on.store.reading() as connection:
        assert fate.declared_wrong(connection, ours.party_id, [name]) == set()
    accept(raw(document(event | declaration)), by=ours.actor(), on=on)
    with on.store.reading() as connection:
        assert fate.declared_wrong(connection, ours.party_id, [name, "urn:uuid:other"]) == {name}
