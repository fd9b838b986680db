"""The shape of documents and events: each fault is named once, at its place, with what was probably meant."""

from __future__ import annotations

import copy
import tomllib
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from app.capture import rules, shape
from app.capture.explain_shape import EVENT_TYPES
from app.errors import Finding
from tests.builders import object_event
from tests.capture.mutants import mutants

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def event(**changes: Any) -> dict[str, Any]:
    """An ObjectEvent of a lot of lychee leaving its packing house; None removes a field."""
    whole = {
        "@context": [CONTEXT, {"example": "https://example.com/"}],
        "type": "ObjectEvent",
        "eventTime": "2026-06-01T08:30:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "epcList": ["https://id.gs1.org/01/09521234543213/21/1", "https://id.gs1.org/01/09521234543213/21/2"],
        "action": "OBSERVE",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "readPoint": {"id": "https://id.gs1.org/414/9521321000018"},
        "example:note": "lô số một",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def document(*events: Any, **changes: Any) -> dict[str, Any]:
    """An EPCISDocument around events; None removes a field."""
    whole = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-06-01T08:30:00Z",
        "epcisBody": {"eventList": list(events)},
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def answer(*events: Any) -> dict[str, Any]:
    """An EPCISQueryDocument around events."""
    results = {"queryName": "lots", "resultsBody": {"eventList": list(events)}}
    return {"@context": CONTEXT, "type": "EPCISQueryDocument", "epcisBody": {"queryResults": results}}


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def told(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.pointer


def test_a_good_event_and_good_documents_have_no_findings() -> None:
    assert shape.check_event(event()) == []
    assert shape.check_document(document(event(), event())) == []
    assert shape.check_document(answer(event())) == []
    assert shape.check_document(document()) == []


def test_an_event_alone_needs_its_context_and_an_event_in_a_document_does_not() -> None:
    bare = event(**{"@context": None})
    assert told(only(shape.check_event(bare, "/7"))) == ("shape.missing", "/7/@context")
    assert shape.check_document(document(bare)) == []


def test_a_word_that_does_not_exist_is_answered_with_the_closest() -> None:
    finding = only(shape.check_event(event(bizStep="assemble")))
    assert told(finding) == ("shape.not-a-word", "/bizStep")
    assert finding.value == "assemble"
    assert finding.params["field"] == "bizStep"
    assert "assembling" in finding.params["closest"].split(", ")
    assert only(shape.check_event(event(disposition="In Transit"))).params["closest"].split(", ")[0] == "in_transit"


def test_at_most_three_words_are_suggested_and_never_none() -> None:
    for word in ("xyzzy", "", "commission", "vận chuyển", "a" * 10_000):
        closest = only(shape.check_event(event(bizStep=word))).params["closest"].split(", ")
        assert 1 <= len(closest) <= 3


def test_an_action_that_does_not_exist_is_answered_with_the_three() -> None:
    finding = only(shape.check_event(event(action="MOVE")))
    assert told(finding) == ("shape.not-a-word", "/action")
    assert finding.params["closest"] == "ADD, OBSERVE, DELETE"


@pytest.mark.parametrize(
    "name",
    ["urn:epcglobal:cbv:bizstep:shipping", "https://ns.gs1.org/cbv/BizStep-shipping", "http://ns.gs1.org/cbv/BizStep-shipping"],
)
def test_the_full_name_of_a_word_is_answered_with_the_bare_word(name: str) -> None:
    finding = only(shape.check_event(event(bizStep=name)))
    assert told(finding) == ("shape.word-as-uri", "/bizStep")
    assert finding.params["word"] == "shipping"


def test_a_full_name_of_no_word_is_no_word() -> None:
    finding = only(shape.check_event(event(bizStep="urn:epcglobal:cbv:bizstep:shiping")))
    assert told(finding) == ("shape.not-a-word", "/bizStep")
    assert finding.params["closest"].startswith("shipping")


def test_a_measurement_type_by_its_web_address_is_answered_with_the_bare_word() -> None:
    sensor = [{"sensorReport": [{"type": "https://gs1.org/voc/Temperature", "value": 3}]}]
    finding = only(shape.check_event(event(sensorElementList=sensor)))
    assert told(finding) == ("shape.word-as-uri", "/sensorElementList/0/sensorReport/0/type")
    assert finding.params["word"] == "Temperature"


def test_ones_own_vocabulary_is_welcome() -> None:
    assert shape.check_event(event(bizStep="example:drying", disposition="https://example.com/dried")) == []


def test_a_missing_list_is_one_sentence_with_the_choices() -> None:
    finding = only(shape.check_event(event(epcList=None)))
    assert told(finding) == ("shape.needs-one-of", "")
    assert finding.params["choices"] == "epcList, quantityList, sensorElementList + readPoint"


def test_a_transformation_says_which_side_is_missing() -> None:
    inputs = {"epcList": None, "action": None, "type": "TransformationEvent", "inputEPCList": ["urn:example:1"]}
    assert only(shape.check_event(event(**inputs))).params["choices"] == "outputEPCList, outputQuantityList"
    assert shape.check_event(event(**inputs, transformationID="urn:example:run:1")) == []


def test_an_empty_persistent_disposition_needs_one_side() -> None:
    finding = only(shape.check_event(event(persistentDisposition={})))
    assert told(finding) == ("shape.needs-one-of", "/persistentDisposition")
    assert finding.params["choices"] == "set, unset"


def test_an_unknown_field_is_named_with_what_was_meant() -> None:
    finding = only(shape.check_event(event(bizstep="shipping")))
    assert told(finding) == ("shape.unknown-field", "/bizstep")
    assert finding.params["closest"].startswith("bizStep")


def test_each_unknown_field_has_its_own_finding() -> None:
    found = shape.check_event(event(foo=1, **{"b/a~r": {"x": 1}}))
    assert sorted(map(told, found)) == [("shape.unknown-field", "/b~1a~0r"), ("shape.unknown-field", "/foo")]


def test_a_field_of_ones_own_is_named_by_a_uri() -> None:
    assert told(only(shape.check_event(event(**{"example:ghi chú": 1})))) == ("shape.name-not-a-uri", "/example:ghi chú")


@pytest.mark.parametrize("time", ["2026-06-01T08:30:00", "2026-06-01", "hôm qua", "2026-02-30T00:00:00Z", ""])
def test_a_time_without_offset_or_outside_the_calendar_is_refused(time: str) -> None:
    finding = only(shape.check_event(event(eventTime=time)))
    assert told(finding) == ("shape.not-a-time", "/eventTime")
    assert finding.value == time


@pytest.mark.parametrize("uri", ["09521234543213", "https://example.com/lô 1", "", "https://example.com/a b"])
def test_an_identifier_that_is_no_uri_is_refused_at_its_index(uri: str) -> None:
    finding = only(shape.check_event(event(epcList=["urn:example:1", uri])))
    assert told(finding) == ("shape.not-a-uri", "/epcList/1")
    assert finding.params["field"] == "epcList"


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"eventTimeZoneOffset": "7"}, "shape.pattern", "/eventTimeZoneOffset"),
        ({"eventTimeZoneOffset": "+14:30"}, "shape.pattern", "/eventTimeZoneOffset"),
        ({"eventTimeZoneOffset": None}, "shape.missing", "/eventTimeZoneOffset"),
        ({"action": 3}, "shape.not-a-word", "/action"),
        ({"epcList": "urn:example:1"}, "shape.wrong-type", "/epcList"),
        ({"epcList": ["urn:example:1", "urn:example:2", "urn:example:1"]}, "shape.duplicate-item", "/epcList/2"),
        ({"quantityList": [{"epcClass": "urn:example:1", "quantity": "4"}]}, "shape.wrong-type", "/quantityList/0/quantity"),
        ({"quantityList": [{"epcClass": "urn:example:1", "uom": "kg"}]}, "shape.pattern", "/quantityList/0/uom"),
        ({"quantityList": [{"quantity": 4}]}, "shape.missing", "/quantityList/0/epcClass"),
        ({"sensorElementList": [{"sensorReport": []}]}, "shape.too-few", "/sensorElementList/0/sensorReport"),
        ({"ilmd": {"example:farm": "A"}}, "shape.not-allowed-here", "/ilmd"),
        ({"bizLocation": {}}, "shape.missing", "/bizLocation/id"),
        ({"sourceList": [{"type": "owner", "source": "urn:example:1"}]}, "shape.not-a-word", "/sourceList/0/type"),
        ({"errorDeclaration": {"reason": "incorrect_data"}}, "shape.missing", "/errorDeclaration/declarationTime"),
        ({"type": "ObjectEvents"}, "shape.not-a-word", "/type"),
        ({"type": 3}, "shape.wrong-type", "/type"),
        ({"type": None}, "shape.missing", "/type"),
    ],
)
def test_each_fault_has_its_code_and_place(changes: dict[str, Any], code: str, pointer: str) -> None:
    assert told(only(shape.check_event(event(**changes)))) == (code, pointer)


def test_ilmd_belongs_to_added_objects() -> None:
    assert shape.check_event(event(action="ADD", ilmd={"example:farm": "A"})) == []


def test_an_event_type_of_ones_own_may_have_fields_of_its_own() -> None:
    assert shape.check_event(event(type="example:Drying", temperature=60)) == []
    assert told(only(shape.check_event(event(type="example:Drying", eventTime=None)))) == ("shape.missing", "/eventTime")


def test_findings_in_documents_carry_the_event_number_and_the_full_pointer() -> None:
    found = shape.check_document(document(event(), event(bizStep="assemble"), event(eventTime=None)))
    assert [(finding.event, finding.pointer) for finding in found] == [
        (2, "/epcisBody/eventList/1/bizStep"),
        (3, "/epcisBody/eventList/2/eventTime"),
    ]
    finding = only(shape.check_document(answer(event(), event(action="MOVE"))))
    assert (finding.event, finding.pointer) == (2, "/epcisBody/queryResults/resultsBody/eventList/1/action")


def test_something_that_is_no_event_is_found_by_its_number() -> None:
    finding = only(shape.check_document(document(event(), 4)))
    assert (finding.event, *told(finding)) == (2, "shape.wrong-type", "/epcisBody/eventList/1")
    finding = only(shape.check_document(document(event(type=None))))
    assert (finding.event, *told(finding)) == (1, "shape.missing", "/epcisBody/eventList/0/type")


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"type": None}, "shape.missing", "/type"),
        ({"type": "EPCISMasterDataDocument"}, "shape.unknown-document-type", "/type"),
        ({"type": ["EPCISDocument"]}, "shape.unknown-document-type", "/type"),
        ({"@context": None}, "shape.missing", "/@context"),
        ({"creationDate": "2026"}, "shape.not-a-time", "/creationDate"),
        ({"schemaVersion": 2}, "shape.wrong-type", "/schemaVersion"),
        ({"nextPageToken": "x"}, "shape.unknown-field", "/nextPageToken"),
        ({"epcisBody": {}}, "shape.missing", "/epcisBody/eventList"),
        ({"epcisBody": {"eventList": {}}}, "shape.wrong-type", "/epcisBody/eventList"),
        (
            {"epcisHeader": {"epcisMasterData": {"vocabularyList": [{}]}}},
            "shape.missing",
            "/epcisHeader/epcisMasterData/vocabularyList/0/type",
        ),
    ],
)
def test_a_fault_around_the_events_has_no_event_number(changes: dict[str, Any], code: str, pointer: str) -> None:
    finding = only(shape.check_document(document(event(), **changes)))
    assert (finding.event, *told(finding)) == (None, code, pointer)


@pytest.mark.parametrize("value", [None, 3, "x", [], [event()]])
def test_what_is_no_object_is_neither_document_nor_event(value: Any) -> None:
    assert told(only(shape.check_document(value))) == ("shape.wrong-type", "")
    assert told(only(shape.check_event(value, "/3"))) == ("shape.wrong-type", "/3")


def test_a_long_value_is_shown_short() -> None:
    finding = only(shape.check_event(event(bizStep="x" * 5000)))
    assert len(finding.value) == 80
    finding = only(shape.check_event(event(eventTime=["x" * 5000])))
    assert len(finding.value) == 80


def test_an_event_with_very_many_faults_is_told_twenty() -> None:
    assert len(shape.check_event(event(epcList=[f"no uri {number}" for number in range(5000)]))) == 20


def test_a_very_large_event_is_told_its_first_fault() -> None:
    found = shape.check_event(event(epcList=[*(f"urn:example:{number}" for number in range(20_000)), "no uri 1", "no uri 2"]))
    assert told(only(found)) == ("shape.not-a-uri", "/epcList/20000")


def test_events_and_their_pointers_belong_together() -> None:
    first, second = event(), event(action="ADD")
    for whole in (document(first, second), answer(first, second)):
        assert shape.events_of(whole) == [first, second]
        place: Any = whole
        for step in shape.event_pointer(whole, 1).split("/")[1:]:
            place = place[int(step) if isinstance(place, list) else step]
        assert place is second
    assert shape.events_of(first) == [first]
    assert shape.event_pointer(first, 0) == ""


def test_checking_changes_nothing() -> None:
    whole = document(event(bizStep="assemble"), event())
    before = copy.deepcopy(whole)
    shape.check_document(whole)
    assert whole == before


def test_every_finding_has_its_sentence_in_three_languages() -> None:
    sentences = tomllib.loads(files("schemas").joinpath("errors.toml").read_text("utf-8"))
    spoken = set()
    for number, whole in enumerate(
        (document(event(), event()), answer(event(type="example:Drying")), document(event(ilmd={}, action="ADD")))
    ):
        for mutant in mutants(whole, 400, seed=number):
            for finding in shape.check_document(mutant):
                for language in ("vi", "en", "fr", "do_vi", "do_en", "do_fr"):
                    sentence = sentences[finding.code][language]
                    assert sentence.format_map({**finding.params, "pointer": finding.pointer, "value": finding.value})
                spoken.add(finding.code)
    assert len(spoken) >= 8


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_xml_may_have_persistent_dispositions_in_every_type(kind: str) -> None:
    """The XSD and one of GS1's examples have them in all five types; the JSON Schema in two."""
    states = {"persistentDisposition": {"set": ["completeness_verified"]}}
    found = document(_of_type(kind) | states)

    assert shape.check_document(found, xml=True) == []
    assert (shape.check_document(found) == []) is (kind in {"ObjectEvent", "TransformationEvent"})


def test_xml_may_have_sensor_reports_without_type_and_fields_without_namespace() -> None:
    event = object_event(sensorElementList=[{"sensorReport": [{"value": 3}]}], myField="x")
    found = document(event)

    assert shape.check_document(found, xml=True) == []
    assert [finding.code for finding in shape.check_document(found)] == ["shape.missing", "shape.unknown-field"]
    assert rules.check_event(event, "", datetime(2026, 6, 20, tzinfo=UTC)) == []


def test_xml_may_have_names_with_letters_of_any_language() -> None:
    event = object_event(action="ADD", ilmd={"ex:vùngTrồng": "Lục Ngạn", "mùa": "hè"}, **{"ex:giốngCây": {"ex:tên": "vải"}})
    found = document(event) | {"creationDate": "2026-06-01T00:00:00"}

    assert shape.check_document(found, xml=True) == []
    assert rules.check_event(event, "", datetime(2026, 6, 20, tzinfo=UTC)) == []
    assert {finding.code for finding in shape.check_document(found)} == {"shape.name-not-a-uri", "shape.not-a-time"}


def test_of_very_many_wrong_events_the_first_are_explained_and_the_others_counted() -> None:
    found = shape.check_document(document(*([{"type": "ObjectEvent"}] * 2_000), object_event()))
    explained = found[-2].event or 0

    assert shape.MOST_OF_DOCUMENT < len(found) <= shape.MOST_OF_DOCUMENT + shape.MOST
    assert (found[-1].code, found[-1].pointer) == ("shape.more-events", "/epcisBody/eventList")
    assert found[-1].params == {"count": 2_000 - explained}


def test_xml_is_judged_like_json_in_everything_else() -> None:
    found = document(object_event(bizStep="assemble", persistentDisposition={"set": ["gone"]}, quantityList=[{"quantity": 5}]))

    assert [finding.code for finding in shape.check_document(found, xml=True)] == [finding.code for finding in shape.check_document(found)]


def _of_type(kind: str) -> dict[str, Any]:
    """A small valid event of a type."""
    items = ["https://id.gs1.org/01/09521002000016/21/A"]
    fields: dict[str, dict[str, Any]] = {
        "ObjectEvent": {"epcList": items, "action": "OBSERVE"},
        "AggregationEvent": {"childEPCs": items, "parentID": "urn:x:1", "action": "ADD"},
        "TransactionEvent": {"epcList": items, "action": "ADD", "bizTransactionList": [{"bizTransaction": "urn:x:1"}]},
        "TransformationEvent": {"inputEPCList": items, "outputEPCList": ["urn:x:2"]},
        "AssociationEvent": {"childEPCs": items, "parentID": "urn:x:1", "action": "ADD"},
    }
    return {"type": kind, "eventTime": "2026-06-12T08:00:00Z", "eventTimeZoneOffset": "+00:00", **fields[kind]}
