"""Everything in the product that reads sealed events reads them right in the spelling of XML: EPC URNs and CBV URNs."""

from __future__ import annotations

from typing import Any

import pytest

from app.capture import accept as capture
from app.capture import fate, find, items
from app.identify.item_key import item_key
from app.journey.history import Step
from app.journey.history import history as journey
from app.runtime import Runtime
from tests import builders
from tests.builders import Enterprise, make_enterprise, object_event, raw, signed_in

ITEM = "https://id.gs1.org/01/09521002000016/21/K7M2Q9"
PLACE = "https://id.gs1.org/414/9521002001013"
XML = """<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:{version}" {more} schemaVersion="{schema}" creationDate="2026-06-12T12:00:00Z">
<EPCISBody><EventList><ObjectEvent><eventTime>2026-06-12T19:30:00+07:00</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>
<epcList><epc>urn:epc:id:sgtin:9521002.000001.K7M2Q9</epc></epcList><action>ADD</action><bizStep>{step}</bizStep>
<disposition>{state}</disposition><readPoint><id>urn:epc:id:sgln:9521002.00101.0</id></readPoint>
{ilmd}</ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"""
ILMD = "<ilmd><cbvmda:lotNumber>TH26</cbvmda:lotNumber><cbvmda:itemExpirationDate>2026-09-30</cbvmda:itemExpirationDate></ilmd>"


def document(version: str, step: str = "commissioning", state: str = "active") -> bytes:
    ilmd = ILMD if version == "2" else f"<extension>{ILMD}</extension>"
    return XML.format(
        version=version,
        schema=f"{version}.0" if version == "2" else "1.2",
        more='xmlns:cbvmda="urn:epcglobal:cbv:mda"',
        step=f"urn:epcglobal:cbv:bizstep:{step}",
        state=f"urn:epcglobal:cbv:disp:{state}",
        ilmd=ilmd,
    ).encode()


def taken(on: Runtime, firm: Enterprise, content: bytes) -> Any:
    """The row of the one event of an XML document."""
    (number,) = capture.accept(content, by=firm.actor(), on=on, content_type="application/xml").row_ids
    with on.store.reading() as connection:
        return find.events_by_id(connection, firm.party_id, [number])[number]


def steps(on: Runtime, firm: Enterprise) -> list[Step]:
    with on.store.reading() as connection:
        return list(journey(connection, [(item_key(ITEM), "item")], reader=firm.party_id).steps)


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_sealed_event_keeps_the_senders_spelling_and_the_columns_one(version: str, on: Runtime) -> None:
    row = taken(on, make_enterprise(on), document(version))

    event = find.sealed(row)["event"]
    assert event["bizStep"] == "urn:epcglobal:cbv:bizstep:commissioning"
    assert event["epcList"] == ["urn:epc:id:sgtin:9521002.000001.K7M2Q9"]
    assert (row.kind, row.biz_step, row.disposition, row.read_point) == ("ObjectEvent", "commissioning", "active", PLACE)


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_journey_of_an_item_from_xml_has_bare_words_and_named_places(version: str, on: Runtime) -> None:
    firm = make_enterprise(on)
    taken(on, firm, document(version))

    (step,) = steps(on, firm)

    assert (step.biz_step, step.disposition, step.subject) == ("commissioning", "active", ITEM)
    assert step.place is not None
    assert "9521002001013" in step.place.name


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_batch_and_the_last_day_in_xml_are_those_of_the_item(version: str, on: Runtime) -> None:
    event = find.sealed(taken(on, make_enterprise(on), document(version)))["event"]

    assert fate.lots(event, item_key(ITEM), items.EPC) == ["TH26"]
    assert [day.isoformat() for day in fate.last_days(event)] == ["2026-09-30"]


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_same_event_in_json_is_known_already(version: str, on: Runtime) -> None:
    firm = make_enterprise(on)
    row = taken(on, firm, document(version))
    event = object_event(
        action="ADD",
        bizStep="commissioning",
        disposition="active",
        eventTime="2026-06-12T19:30:00+07:00",
        ilmd={"cbvmda:lotNumber": "TH26", "cbvmda:itemExpirationDate": "2026-09-30"},
    )

    receipt = capture.accept(raw(builders.document(event)), by=firm.actor(), on=on)

    assert receipt.events[0].known
    assert receipt.row_ids == (row.id,)


def test_goods_destroyed_in_xml_are_at_their_end(on: Runtime) -> None:
    event = find.sealed(taken(on, make_enterprise(on), document("2", "destroying", "destroyed")))["event"]

    assert fate.end(event, items.EPC) is fate.End.DESTROYED


def test_the_page_of_an_event_from_xml_speaks_the_readers_language(on: Runtime, client: Any) -> None:
    firm = make_enterprise(on)
    row = taken(on, firm, document("2"))
    signed_in(client, on, firm)

    page = client.get(f"/console/events/{row.id}").text

    assert "urn:epcglobal:cbv:bizstep:commissioning" in page.partition("<details")[2]
    assert "urn:epcglobal:cbv:bizstep:commissioning" not in page.partition("<details")[0]
