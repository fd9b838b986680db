"""One document, one list of findings: at once, beside the request, with and without its wrong events, and by a dry run."""

from __future__ import annotations

from typing import Any

import pytest

from app.capture.accept import accept, check
from app.capture.refusals import DocumentInvalid
from app.runtime import Runtime
from tests.builders import Enterprise, document, raw
from tests.capture.jobs.small_xml import event as xml_event
from tests.capture.jobs.small_xml import xml
from tests.capture.jobs.test_work import JSON, XML, done, event, firm, recorded, small, uris

__all__ = ["firm", "small"]

LIST = "/epcis:EPCISDocument/EPCISBody/EventList/"


def wrong_json() -> bytes:
    """Wrong in shape, in time, by rule, by what stands before; and good events between."""
    bad_time = event(3) | {"eventTime": "x"}
    short_key = event(4) | {"epcList": ["urn:epc:id:sgtin:095.1.1"]}
    return raw(document(event(1), event(2, action="MOVE"), bad_time, short_key, event(5), event(5, disposition="damaged")))


def wrong_xml() -> bytes:
    """The same, and a word that only the rules of both bindings know to be wrong."""
    again = xml_event(5, action="ADD", identity=f"urn:uuid:00000000-0000-4000-8000-{5:012d}")
    strange = xml_event(2, step="urn:epcglobal:cbv:bizstep:zzz")
    return xml([xml_event(1), strange, xml_event(3, action="MOVE"), xml_event(5), again])


def told(findings: Any) -> list[tuple[int | None, str, str]]:
    return [(item.event, item.code, item.pointer) for item in findings]


@pytest.mark.parametrize("kind", [JSON, XML])
def test_a_wrong_document_has_the_same_findings_whichever_way_it_is_judged(on: Runtime, firm: Enterprise, kind: str) -> None:
    body = wrong_json() if kind == JSON else wrong_xml()
    with pytest.raises(DocumentInvalid) as refused:
        accept(body, by=firm.actor(), on=on, content_type=kind)
    expected = told(refused.value.findings)
    assert told(check(body, on=on, content_type=kind).findings) == expected
    assert told(done(on, firm, body, kind).errors) == expected
    assert recorded(on) == []
    assert told(accept(body, by=firm.actor(), on=on, content_type=kind, behaviour="proceed").errors) == expected
    assert recorded(on) == (uris(1, 5))
    assert [number for number, _, _ in expected] == ([2, 3, 4, 6] if kind == JSON else [2, 3, 5])


def test_places_in_xml_lead_to_the_element(on: Runtime, firm: Enterprise) -> None:
    receipt = accept(wrong_xml(), by=firm.actor(), on=on, content_type=XML, behaviour="proceed")
    assert [item.pointer for item in receipt.errors] == [
        f"{LIST}ObjectEvent[2]/bizStep", f"{LIST}ObjectEvent[3]/action", f"{LIST}ObjectEvent[5]/eventID",
    ]  # fmt: skip


def test_faults_of_reading_hide_no_others_of_their_event(on: Runtime) -> None:
    event = xml_event(1, action="SEEN", step="shiping").replace("+07:00", "+7")
    found = check(xml([event]), on=on, content_type=XML).findings
    assert sorted(item.pointer.rpartition("/")[2] for item in found) == ["action", "bizStep", "eventTimeZoneOffset"]


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_what_is_wrong_around_the_events_is_told_alone(on: Runtime, firm: Enterprise, behaviour: str) -> None:
    body = raw(document(event(1, action="MOVE"), schemaVersion="x"))
    with pytest.raises(DocumentInvalid) as refused:
        accept(body, by=firm.actor(), on=on, behaviour=behaviour)
    assert "/schemaVersion" in {item.pointer for item in refused.value.findings}
    with pytest.raises(DocumentInvalid):
        done(on, firm, body, behaviour=behaviour)


def late_reading() -> dict[str, Any]:
    """An event whose sensor was read after it, which the standard forbids and its own examples do."""
    report = {"type": "Temperature", "value": 4, "uom": "CEL"}
    return event(1, sensorElementList=[{"sensorMetadata": {"time": "2030-01-01T00:00:00Z"}, "sensorReport": [report]}])


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_what_is_only_worth_a_remark_is_taken_and_told_among_the_changes(on: Runtime, firm: Enterprise, behaviour: str) -> None:
    expected = [(1, "rules.sensor-after-event", "/epcisBody/eventList/0/sensorElementList/0/sensorReport/0/time")]
    body = raw(document(late_reading()))
    found = done(on, firm, body, behaviour=behaviour)
    assert (found.success, found.kept, found.changed, told(found.changes)) == (True, 1, 1, expected)
    receipt = accept(body, by=firm.actor(), on=on, behaviour=behaviour)
    assert (receipt.success, told(receipt.changes)) == (True, expected)
    assert receipt.events[0].known
