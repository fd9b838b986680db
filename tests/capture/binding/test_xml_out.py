"""EPCIS documents as XML: the order and wrappers of the XSDs, names, numbers and characters exactly, and every loss told."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from app.capture.binding.namespaces import escaped, is_ncname, unescaped
from app.capture.binding.xml_out import NotADocument, losses, render, write_capture_job, write_xml
from app.capture.binding.xml_out_values import NotForXml, TimeNotForXml
from tests import SHARED
from tests.capture.binding.documents import CONTEXT, TEXT, documents
from tests.capture.binding.xsd import faults, needs_xsd

EXAMPLES = sorted((SHARED / "epcis-standard" / "examples-json").rglob("*.jsonld")) if SHARED else []
VERSIONS = ("2.0", "1.2")
_quick = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def document(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "@context": [CONTEXT, {"ext": "https://ns.example.com/epcis/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-06-20T10:00:00.000+07:00",
        "epcisBody": {"eventList": list(events)},
        **more,
    }


def event(kind: str = "ObjectEvent", /, **more: Any) -> dict[str, Any]:
    head = {"type": kind, "eventTime": "2026-06-20T10:00:00.000+07:00", "eventTimeZoneOffset": "+07:00", "action": "OBSERVE"}
    return {**head, "epcList": ["urn:epc:id:sgtin:9521001.000001.7"], **more}


def written(value: dict[str, Any], version: str = "2.0") -> etree._Element:
    content = write_xml(value, version)
    assert faults(content, version) == []
    return etree.fromstring(content)


def codes(value: dict[str, Any], version: str = "2.0") -> list[str]:
    return [finding.code for finding in losses(value, version)]


# ------------------------------------------------------------------------------------------------ the XSDs


@needs_xsd
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_official_example_is_valid_in_both_versions(path: Path) -> None:
    value = json.loads(path.read_text("utf-8"))
    assert [faults(write_xml(value, version), version) for version in VERSIONS] == [[], []]


@_quick
@given(documents())
def test_any_document_is_valid_in_both_versions(value: dict[str, Any]) -> None:
    assert [faults(write_xml(value, version), version) for version in VERSIONS] == [[], []]


def test_fields_stand_in_the_order_of_the_xsd_whatever_their_order_in_json() -> None:
    shuffled = {
        "epcList": ["urn:a:1"],
        "bizStep": "shipping",
        "ext:z": "1",
        "action": "OBSERVE",
        "eventID": "urn:uuid:x",
        "recordTime": "2026-06-20T10:00:00Z",
    }
    value = document({**shuffled, **event()})
    names = [etree.QName(child).localname for child in written(value).iter("ObjectEvent").__next__()]
    assert names == ["eventTime", "recordTime", "eventTimeZoneOffset", "eventID", "epcList", "action", "bizStep", "z"]


def test_epcis_1_2_has_the_younger_fields_in_its_extensions() -> None:
    report = {"type": "gs1:Temperature", "value": 3.5}
    value = document(
        event(
            eventID="urn:uuid:x", certificationInfo=["https://c.example.vn/1", "https://c.example.vn/2"],
            quantityList=[{"epcClass": "urn:epc:class:lgtin:9521001.000001.L", "quantity": 2}],
            sensorElementList=[{"sensorReport": [report]}], persistentDisposition={"set": ["urn:epcglobal:cbv:disp:expired"]},
        )
    )  # fmt: skip
    found = written(value, "1.2").find(".//ObjectEvent")
    assert found is not None
    paths = ("baseExtension/eventID", "baseExtension/extension/certificationInfo", "extension/quantityList",
             "extension/extension/sensorElementList/sensorElement/sensorReport",
             "extension/extension/persistentDisposition/set")  # fmt: skip
    assert [len(found.findall(path)) for path in paths] == [1, 2, 1, 1, 1]
    assert codes(value, "1.2") == ["binding.beyond-1-2"] * 3


@pytest.mark.parametrize(
    ("kind", "path"),
    [("TransformationEvent", "extension/TransformationEvent"), ("AssociationEvent", "extension/extension/AssociationEvent")],
)
def test_epcis_1_2_wraps_event_types_that_came_later(kind: str, path: str) -> None:
    value: dict[str, Any] = {"type": kind, "eventTime": "2026-06-20T10:00:00Z", "eventTimeZoneOffset": "+07:00"}
    value |= (
        {"inputEPCList": ["urn:a:1"], "outputEPCList": ["urn:a:2"]}
        if kind == "TransformationEvent"
        else {"parentID": "urn:a:1", "action": "DELETE"}
    )
    assert written(document(value), "1.2").find(f"EPCISBody/EventList/{path}") is not None


def test_the_lists_that_epcis_1_2_demands_are_written_empty() -> None:
    quantities = [{"epcClass": "urn:epc:class:lgtin:9521001.000001.L"}]
    value = event(quantityList=quantities)
    del value["epcList"]
    assert written(document(value), "1.2").find(".//epcList") is not None
    assert written(document(value), "2.0").find(".//epcList") is None


# ------------------------------------------------------------------------------------------------ names


def test_names_get_the_namespace_of_their_prefix_in_the_context() -> None:
    tree = written(document(event(**{"ext:note": "Vải thiều", "cbvmda:lotNumber": "L1"})))
    assert tree.findtext(".//{https://ns.example.com/epcis/}note") == "Vải thiều"
    assert tree.findtext(".//{urn:epcglobal:cbv:mda}lotNumber") == "L1"


def test_a_key_that_is_a_whole_uri_is_divided_and_told() -> None:
    value = document(event(**{"https://else.example.vn/a#height": "1", "urn:example:x:width": "2"}))
    tree = written(value)
    assert tree.findtext(".//{https://else.example.vn/a#}height") == "1"
    assert tree.findtext(".//{urn:example:x:}width") == "2"
    assert codes(value) == ["binding.name-divided", "binding.name-divided"]


def test_prefixes_that_xml_cannot_bind_are_replaced() -> None:
    spaces = {"epcis": "https://a.example.vn/", "xml2": "https://b.example.vn/", "x+y": "https://c.example.vn/"}
    value = document(event(**{"epcis:a": "1", "xml2:b": "2", "x+y:c": "3"}))
    value["@context"] = [CONTEXT, spaces]
    tree = written(value)
    assert [tree.findtext(f".//{{{space}}}{name}") for space, name in zip(spaces.values(), "abc", strict=True)] == ["1", "2", "3"]


def test_an_event_with_a_context_of_its_own_binds_its_prefixes_itself() -> None:
    own = event(**{"@context": {"ext": "https://own.example.vn/"}, "ext:a": "1"})
    tree = written(document(own, event(**{"ext:a": "2"})))
    assert tree.findtext(".//{https://own.example.vn/}a") == "1"
    assert tree.findtext(".//{https://ns.example.com/epcis/}a") == "2"


def test_a_name_without_namespace_gets_ours_in_2_0_and_none_in_1_2() -> None:
    value = document(event(futureField="x"))
    assert written(value).findtext(".//{urn:truyxuat:epcis:}futureField") == "x"
    for name in ("futureField", "truyxuat:futureField"):
        old = document(event(**{name: "x"}))
        assert written(old, "1.2").findtext(".//extension/extension/futureField") == "x"
        assert codes(old, "1.2") == []


def test_a_namespace_of_the_standard_cannot_be_an_extension() -> None:
    value = document(event(**{"mine:a": "1"}))
    value["@context"] = [CONTEXT, {"mine": "urn:epcglobal:epcis:xsd:2"}]
    written(value)
    assert codes(value) == ["binding.name-not-carried"]


@given(TEXT)
def test_any_name_becomes_an_ncname_and_is_read_back(name: str) -> None:
    assert is_ncname(escaped(name))
    assert unescaped(escaped(name)) == name


def test_an_escape_that_was_in_the_name_before_stays_one() -> None:
    assert unescaped(escaped("_x0041_")) == "_x0041_"
    assert escaped("9a") == "_x0039_a"


# ------------------------------------------------------------------------------------------------ values


@pytest.mark.parametrize(
    ("number", "shown"),
    [(200, "200"), (200.0, "200.0"), (1e-7, "0.0000001"), (0.1, "0.1"), (1e22, "1" + "0" * 22 + ".0"), (2**53 - 1, "9007199254740991")],
)
def test_quantities_have_all_digits_and_no_exponent(number: float, shown: str) -> None:
    value = document(event(quantityList=[{"epcClass": "urn:epc:class:lgtin:9521001.000001.L", "quantity": number, "uom": "KGM"}]))
    assert written(value).findtext(".//quantity") == shown


def test_a_unit_without_quantity_says_that_the_quantity_is_not_known() -> None:
    value = document(event(quantityList=[{"epcClass": "urn:epc:class:lgtin:9521001.000001.L", "uom": "KGM"}]))
    assert written(value).find(".//quantity[@{http://www.w3.org/2001/XMLSchema-instance}nil='true']") is not None


def test_every_character_that_xml_has_is_read_back() -> None:
    text = "a<b>&\"'\r\n\t ]]> đữ漢\U0001d4b3\u0085\u2028"
    report = {"type": "gs1:Temperature", "stringValue": text}
    value = document(event(**{"ext:a": text, "ext:b": {"@ext:c": text}, "sensorElementList": [{"sensorReport": [report]}]}))
    tree = written(value)
    assert tree.findtext(".//{https://ns.example.com/epcis/}a") == text
    assert tree.xpath("//*/@*[local-name()='c']") == [text]
    assert tree.xpath("//sensorReport/@stringValue") == [text]


@pytest.mark.parametrize("wrong", ["\x01", "\ufffe", "\ud800", "\x0b"])
def test_a_character_that_xml_cannot_carry_is_refused_with_its_place(wrong: str) -> None:
    with pytest.raises(NotForXml) as refusal:
        write_xml(document(event(**{"ext:a": {"b/c": ["x", f"x{wrong}"]}})), "2.0")
    assert refusal.value.pointer == "/epcisBody/eventList/0/ext:a/b~1c/1"
    assert refusal.value.params["character"] == f"U+{ord(wrong):04X}"


def test_times_stay_as_they_are_and_small_letters_become_large() -> None:
    value = document(event(eventTime="2026-06-20t10:00:00.120z", recordTime="2026-06-20T10:00:00.123456-14:00"))
    tree = written(value)
    assert [tree.findtext(f".//{name}") for name in ("eventTime", "recordTime")] == [
        "2026-06-20T10:00:00.120Z",
        "2026-06-20T10:00:00.123456-14:00",
    ]


@pytest.mark.parametrize("wrong", ["2026-06-20T10:00:00+15:00", "2026-06-20T23:59:60Z", "2026-06-20"])
def test_a_time_that_xml_cannot_write_is_refused_with_its_place(wrong: str) -> None:
    with pytest.raises(TimeNotForXml) as refusal:
        write_xml(document(event(eventTime=wrong)), "2.0")
    assert refusal.value.pointer == "/epcisBody/eventList/0/eventTime"


# ------------------------------------------------------------------------------------------------ losses


@pytest.mark.parametrize(
    ("field", "code", "pointer"),
    [
        ({"ext:a": []}, "binding.empty-left-out", "/ext:a"),
        ({"ext:a": {}}, "binding.empty-left-out", "/ext:a"),
        ({"ext:a": None}, "binding.empty-left-out", "/ext:a"),
        ({"ext:a": ["x"]}, "binding.list-of-one", "/ext:a"),
        ({"ext:a": ["x", ["y", "z"]]}, "binding.list-flattened", "/ext:a/1"),
        ({"ext:a": {"ext:b/c": 1}}, "binding.number-as-text", "/ext:a/ext:b~1c"),
        ({"ext:a": True}, "binding.number-as-text", "/ext:a"),
        ({"certificationInfo": ["urn:a:1"]}, "binding.list-of-one", "/certificationInfo"),
        ({"certificationInfo": ["urn:a:1", "urn:a:2"]}, "binding.certificates-beside", "/certificationInfo"),
        ({"sensorElementList": [{"sensorReport": [{"type": "gs1:Speed", "ext:a": ["x"]}]}]}, "binding.needs-plain-value",
         "/sensorElementList/0/sensorReport/0/ext:a"),
        ({"sensorElementList": [{"sensorReport": [{"type": "gs1:Speed", "hexBinaryValue": "f"}]}]}, "binding.hex-padded",
         "/sensorElementList/0/sensorReport/0/hexBinaryValue"),
        ({"bizTransactionList": []}, "binding.empty-left-out", "/bizTransactionList"),
        ({"futureField": "x"}, "binding.name-given", "/futureField"),
        ({"ext:a": {"@ext:b": "1", "@https://ns.example.com/epcis/b": "2"}}, "binding.field-not-carried",
         "/ext:a/@https:~1~1ns.example.com~1epcis~1b"),
    ],
)  # fmt: skip
def test_what_xml_cannot_say_is_told_with_its_place(field: dict[str, Any], code: str, pointer: str) -> None:
    value = document(event(), event(**field))
    written(value)
    found = [finding for finding in losses(value, "2.0") if finding.code == code]
    assert [(finding.pointer, finding.event) for finding in found] == [(f"/epcisBody/eventList/1{pointer}", 2)]


def test_a_plain_document_loses_nothing() -> None:
    value = document(event(**{"ext:a": "1", "ext:b": {"ext:c": ["1", "2"]}}), id="https://id.example.vn/1", sender="urn:a:1")
    assert losses(value, "2.0") == []
    assert losses(value, "1.2") == []


def test_links_are_told_where_epcis_1_2_does_not_know_them() -> None:
    link, other = "https://id.gs1.org/01/09521001000017/21/7", "https://shop.example.vn/page"
    value = document(event(epcList=[link, "urn:epc:id:sgtin:9521001.000001.7"], readPoint={"id": other}))
    found = losses(value, "1.2")
    assert [(each.code, each.pointer, each.value) for each in found] == [("binding.link-in-1-2", "/epcisBody/eventList/0/epcList/0", link)]
    assert losses(value, "2.0") == []


def test_an_event_of_an_extension_type_has_a_place_in_2_0_only() -> None:
    own = {
        "type": "ext:Washed",
        "eventTime": "2026-06-20T10:00:00Z",
        "eventTimeZoneOffset": "+07:00",
        "ext:water": "40",
        "epcList": ["urn:a:1"],
    }
    value = document(own)
    found = written(value).find("EPCISBody/EventList/extension/{https://ns.example.com/epcis/}Washed")
    assert found is not None
    assert [etree.QName(child).localname for child in found] == ["eventTime", "eventTimeZoneOffset", "water", "epcList"]
    assert codes(value, "1.2") == ["binding.event-left-out"]
    assert written(value, "1.2").find("EPCISBody/EventList/extension") is None


# ------------------------------------------------------------------------------------------------ around the events


def test_sender_receiver_and_number_stand_in_a_business_header() -> None:
    space = "{http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader}"
    tree = written(document(event(), sender="urn:a:1", instanceIdentifier="42"))
    assert tree.findtext(f".//{space}Sender/{space}Identifier") == "urn:a:1"
    assert tree.findtext(f".//{space}Receiver/{space}Identifier") == ""
    assert tree.findtext(f".//{space}InstanceIdentifier") == "42"
    assert written(document(event())).find("EPCISHeader") is None


def test_master_data_of_the_header_is_written_in_both_versions() -> None:
    address = {"ext:Street": "1 Đường Vải", "@ext:kind": "home"}
    element = {"id": "urn:epc:id:sgln:9521001.00001.0", "children": ["urn:a:1"], "attributes": [
        {"id": "urn:a:name", "attribute": "Kho"}, {"id": "urn:a:area", "attribute": 3.5},
        {"id": "urn:a:address", "attribute": address}]}  # fmt: skip
    lists = [
        {"type": "urn:epcglobal:epcis:vtype:Location", "vocabularyElementList": [element]},
        {"type": "urn:a:empty", "vocabularyElementList": []},
    ]
    value = document(event(), epcisHeader={"epcisMasterData": {"vocabularyList": lists}, "ext:hint": "x"})
    for version in VERSIONS:
        tree = written(value, version)
        assert tree.xpath("//attribute[@id='urn:a:name']/text()") == ["Kho"]
        assert tree.xpath("//attribute[@id='urn:a:address']/*/text()") == ["1 Đường Vải"]
        assert tree.xpath("//VocabularyElement/children/id/text()") == ["urn:a:1"]
    assert sorted(codes(value)) == ["binding.empty-left-out", "binding.field-not-carried", "binding.number-as-text"]
    assert sorted(codes(value, "1.2")) == ["binding.empty-left-out", "binding.number-as-text"]


def test_an_answer_to_a_query_is_written_with_its_results() -> None:
    results = {
        "queryName": "SimpleEventQuery",
        "subscriptionID": "7",
        "resultsBody": {"eventList": [event(**{"ext:a": "1"})]},
        "ext:more": "x",
    }
    value = document() | {"type": "EPCISQueryDocument", "epcisBody": {"queryResults": results}}
    del value["creationDate"]
    for version in VERSIONS:
        tree = written(value, version)
        assert etree.QName(tree).localname == "EPCISQueryDocument"
        assert tree.findtext(".//queryName") == "SimpleEventQuery"
        assert len(tree.findall(".//resultsBody/EventList/ObjectEvent")) == 1
    assert written(value).get("creationDate") == "2026-06-20T10:00:00.000+07:00"
    assert codes(value) == ["binding.creation-date-made"]


def test_an_answer_with_master_data_only_is_a_vocabulary_list() -> None:
    listed = [{"type": "urn:a:t", "vocabularyElementList": [{"id": "urn:a:1"}]}]
    results = {"queryName": "SimpleMasterDataQuery", "resultsBody": {"eventList": [], "vocabularyList": listed}}
    value = document() | {"type": "EPCISQueryDocument", "epcisBody": {"queryResults": results}}
    assert written(value).xpath("//resultsBody/VocabularyList//VocabularyElement/@id") == ["urn:a:1"]
    results["resultsBody"]["eventList"] = [event()]  # type: ignore[index]  # nested object of the test
    assert codes(value) == ["binding.field-not-carried"]


def test_only_documents_have_a_form_in_xml() -> None:
    with pytest.raises(NotADocument):
        write_xml(event(), "2.0")


# ------------------------------------------------------------------------------------------------ answers of the REST binding


@pytest.mark.parametrize(
    "more",
    [
        {"running": True, "success": True},
        {"running": False, "success": True, "finishedAt": "2026-06-20T10:00:00Z", "errors": []},
        {"running": False, "success": False, "errorFile": "https://example.vn/errors"},
        {
            "running": False,
            "success": False,
            "errors": [{"type": "epcisException:ValidationException", "title": "Sai <&>", "status": 400, "code": "x"}],
        },
    ],
)
def test_a_capture_job_is_valid_by_the_xsd(more: dict[str, Any]) -> None:
    job = {"captureID": "7", "captureErrorBehaviour": "rollback", "createdAt": "2026-06-20T09:00:00.000Z", **more}
    content = write_capture_job(job)
    assert faults(content, "2.0") == []
    assert etree.fromstring(content).get("running") == str(more["running"]).lower()


# ------------------------------------------------------------------------------------------------ speed


def test_five_thousand_events_are_written_in_a_second() -> None:
    epcs = [f"urn:epc:id:sgtin:9521001.000001.{number}" for number in range(5)]
    one = event(
        epcList=epcs, bizStep="urn:epcglobal:cbv:bizstep:shipping", readPoint={"id": "urn:epc:id:sgln:9521001.00001.0"}, **{"ext:a": "1"}
    )
    value = document(*[one] * 1000)
    best = 1.0
    for _ in range(3):
        began = time.process_time()
        render(value, "2.0")
        best = min(best, time.process_time() - began)
    assert best < 0.2
