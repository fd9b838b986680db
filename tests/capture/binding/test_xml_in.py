"""Reading EPCIS XML: every field in the JSON structure with its type, both versions, headers, master data, query results."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture.binding.xml_in import read_xml, stream_xml
from tests.capture.binding.xml_samples import BEGIN, EPCS, EVERY_FIELD_2_0, document, event, query_document, sbdh


def events_of(raw: bytes, *, lenient: bool = False) -> list[dict[str, Any]]:
    """Events of a document that has no fault."""
    read = read_xml(raw, lenient=lenient)
    assert read.findings == []
    found: list[dict[str, Any]] = read.document["epcisBody"]["eventList"]
    return found


def test_every_field_of_an_event_is_read_with_the_type_json_has_for_it() -> None:
    assert events_of(document(EVERY_FIELD_2_0)) == [
        {
            "type": "ObjectEvent",
            "eventTime": "2026-06-20T10:00:00.000+07:00",
            "recordTime": "2026-06-20T03:05:00Z",
            "eventTimeZoneOffset": "+07:00",
            "eventID": "urn:uuid:6f4d1f0e-0b8b-4c58-9d52-0a0b0c0d0e0f",
            "errorDeclaration": {
                "declarationTime": "2026-06-21T00:00:00Z",
                "reason": "urn:epcglobal:cbv:er:incorrect_data",
                "correctiveEventIDs": ["urn:uuid:1"],
            },
            "certificationInfo": "https://cert.example.vn/7",
            "epcList": ["urn:epc:id:sgtin:9521001.000001.K7M2", "urn:epc:id:sgtin:9521001.000001.K7M3"],
            "action": "ADD",
            "bizStep": "urn:epcglobal:cbv:bizstep:commissioning",
            "disposition": "urn:epcglobal:cbv:disp:active",
            "readPoint": {"id": "urn:epc:id:sgln:9521001.00001.0", "ex:gate": "3"},
            "bizLocation": {"id": "https://id.gs1.org/414/9521001000017"},
            "bizTransactionList": [
                {"type": "urn:epcglobal:cbv:btt:po", "bizTransaction": "urn:epcglobal:cbv:bt:9521001000017:1"},
                {"bizTransaction": "urn:epcglobal:cbv:bt:9521001000017:2"},
            ],
            "quantityList": [
                {"epcClass": "urn:epc:class:lgtin:9521001.000001.L1", "quantity": 200.5, "uom": "KGM"},
                {"epcClass": "urn:epc:class:lgtin:9521001.000001.L2"},
            ],
            "sourceList": [{"type": "urn:epcglobal:cbv:sdt:owning_party", "source": "urn:epc:id:pgln:9521001.00001"}],
            "destinationList": [{"type": "urn:epcglobal:cbv:sdt:location", "destination": "urn:epc:id:sgln:9521002.00001.0"}],
            "sensorElementList": [
                {
                    "sensorMetadata": {"time": "2026-06-20T09:00:00+07:00", "deviceID": "urn:epc:id:giai:9521001.7", "ex:row": "A"},
                    "sensorReport": [
                        {
                            "type": "gs1:Temperature",
                            "value": 26.0,
                            "minValue": -10.0,
                            "uom": "CEL",
                            "booleanValue": True,
                            "hexBinaryValue": "0a",
                            "stringValue": " x ",
                        },
                        {"type": "gs1:Humidity", "value": 12, "ex:note": "n"},
                    ],
                    "ex:box": "1",
                }
            ],
            "persistentDisposition": {"unset": ["urn:epcglobal:cbv:disp:in_transit"], "set": ["urn:epcglobal:cbv:disp:conformant"]},
            "ilmd": {"ex:variety": "Vải thiều"},
            "ex:field": "1",
        }
    ]


def test_the_document_around_the_events_has_context_version_and_date() -> None:
    assert {key: value for key, value in read_xml(document()).document.items() if key != "epcisBody"} == {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://ns.example.vn/epcis/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-06-20T03:00:00Z",
    }


def test_the_wrappers_of_version_1_2_leave_no_trace() -> None:
    inside = (
        f"<ObjectEvent>{BEGIN}<baseExtension><eventID>urn:uuid:1</eventID><extension><certificationInfo>urn:c:1</certificationInfo>"
        "<certificationInfo>urn:c:2</certificationInfo></extension></baseExtension>"
        "<epcList/><action>ADD</action><extension><quantityList><quantityElement><epcClass>urn:c</epcClass><quantity>5</quantity>"
        "</quantityElement></quantityList><ilmd><ex:a>1</ex:a></ilmd><extension><persistentDisposition><set>urn:d</set>"
        "</persistentDisposition></extension></extension><ex:b>2</ex:b></ObjectEvent>"
    )
    [found] = events_of(document(inside, version="1.2"))
    assert {key: value for key, value in found.items() if "Time" not in key} == {
        "type": "ObjectEvent",
        "eventID": "urn:uuid:1",
        "certificationInfo": ["urn:c:1", "urn:c:2"],
        "action": "ADD",
        "quantityList": [{"epcClass": "urn:c", "quantity": 5}],
        "ilmd": {"ex:a": "1"},
        "persistentDisposition": {"set": ["urn:d"]},
        "ex:b": "2",
    }


def test_the_events_that_1_2_keeps_in_extensions_are_events_like_the_others() -> None:
    transformation = f"<TransformationEvent>{BEGIN}<inputEPCList><epc>urn:a</epc></inputEPCList></TransformationEvent>"
    association = (
        f"<AssociationEvent>{BEGIN}<parentID>urn:p</parentID><action>ADD</action><childQuantityList><quantityElement>"
        "<epcClass>urn:c</epcClass></quantityElement></childQuantityList><sensorElementList><sensorElement>"
        '<sensorMetaData deviceID="urn:d"/><sensorReport type="gs1:Mass" value="1"/></sensorElement></sensorElementList></AssociationEvent>'
    )
    first, second = events_of(
        document(f"<extension>{transformation}</extension><extension><extension>{association}</extension></extension>", version="1.2")
    )
    assert (first["type"], first["inputEPCList"]) == ("TransformationEvent", ["urn:a"])
    assert (second["type"], second["childQuantityList"]) == ("AssociationEvent", [{"epcClass": "urn:c"}])
    assert second["sensorElementList"] == [{"sensorMetadata": {"deviceID": "urn:d"}, "sensorReport": [{"type": "gs1:Mass", "value": 1}]}]


def test_a_quantity_event_becomes_an_object_event_and_says_so() -> None:
    inside = f"<QuantityEvent>{BEGIN}<epcClass>urn:epc:idpat:sgtin:9521001.000001.*</epcClass><quantity>30</quantity></QuantityEvent>"
    read = read_xml(document(inside, version="1.2"))
    [found] = read.document["epcisBody"]["eventList"]
    assert (found["type"], found["action"]) == ("ObjectEvent", "OBSERVE")
    assert found["quantityList"] == [{"epcClass": "urn:epc:idpat:sgtin:9521001.000001.*", "quantity": 30}]
    assert [(change.code, change.event) for change in read.changes] == [("xml.quantity-event", 1)]


def test_an_event_of_an_extension_type_has_its_common_fields_read() -> None:
    inside = f"<extension><ex:Inspection>{BEGIN}{EPCS}<grade>1</grade><ex:by>Nguyễn Văn Thử</ex:by></ex:Inspection></extension>"
    [found] = events_of(document(inside))
    assert found["type"] == "ex:Inspection"
    assert found["epcList"][0] == "urn:epc:id:sgtin:9521001.000001.K7M2"
    assert (found["grade"], found["ex:by"]) == ("1", "Nguyễn Văn Thử")


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), ("5.0", 5.0), ("+5", 5), ("05", 5), (".5", 0.5), ("5.", 5.0), ("-0.25", -0.25), ("9007199254740991", 9007199254740991)],
)
def test_a_quantity_is_the_number_that_its_text_says(text: str, number: float) -> None:
    quantity = f"<quantityElement><epcClass>urn:c</epcClass><quantity> {text} </quantity></quantityElement>"
    [found] = events_of(document(event(f"<quantityList>{quantity}</quantityList>")))
    kept = found["quantityList"][0]["quantity"]
    assert (kept, type(kept)) == (number, type(number))


def test_a_number_with_more_digits_than_json_keeps_is_rounded_and_told() -> None:
    quantity = "<quantityElement><epcClass>urn:c</epcClass><quantity>0.1234567890123456789012</quantity></quantityElement>"
    read = read_xml(document(event(f"<quantityList>{quantity}</quantityList>")))
    assert read.document["epcisBody"]["eventList"][0]["quantityList"][0]["quantity"] == 0.12345678901234568
    assert [(change.code, change.params["kept"]) for change in read.changes] == [("xml.number-rounded", "0.12345678901234568")]


def test_a_nil_quantity_is_an_unknown_amount() -> None:
    nil = '<quantity xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'
    [found] = events_of(document(event(f"<quantityList><quantityElement><epcClass>urn:c</epcClass>{nil}</quantityElement></quantityList>")))
    assert found["quantityList"] == [{"epcClass": "urn:c"}]


def test_sender_receiver_and_identifier_of_the_header_stand_where_json_has_them() -> None:
    read = read_xml(document(event(), header=f"<EPCISHeader>{sbdh()}</EPCISHeader>"))
    assert read.findings == []
    assert (read.document["sender"], read.document["receiver"]) == ("urn:epc:id:pgln:9521001.00001", "urn:epc:id:pgln:9521002.00001")
    assert read.document["instanceIdentifier"] == "giao-hang-17"
    assert "epcisHeader" not in read.document


def test_a_header_that_says_more_is_kept_whole() -> None:
    second = "<s:Receiver><s:Identifier Authority='GS1'>X</s:Identifier></s:Receiver>"
    read = read_xml(document(event(), header=f"<EPCISHeader>{sbdh(more_partners=second)}</EPCISHeader>"))
    assert read.findings == []
    kept = read.document["epcisHeader"]["sbdh:StandardBusinessDocumentHeader"]
    assert kept["sbdh:Receiver"][1] == {"sbdh:Identifier": {"@Authority": "GS1", "#text": "X"}}
    assert read.document["@context"][1]["sbdh"] == "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"


MASTER = (
    '<VocabularyList><Vocabulary type="urn:epcglobal:epcis:vtype:BusinessLocation"><VocabularyElementList>'
    '<VocabularyElement id="urn:epc:id:sgln:9521001.00001.0"><attribute id="urn:epcglobal:cbv:mda#name">Kho Bình An</attribute>'
    '<attribute id="urn:a"><ex:where><ex:lat>1</ex:lat></ex:where></attribute><children><id>urn:epc:id:sgln:9521001.00001.1</id></children>'
    '</VocabularyElement><VocabularyElement id="urn:epc:id:sgln:9521001.00002.0"><children/></VocabularyElement>'
    "</VocabularyElementList></Vocabulary></VocabularyList>"
)
READ_MASTER = [
    {
        "type": "urn:epcglobal:epcis:vtype:BusinessLocation",
        "vocabularyElementList": [
            {
                "id": "urn:epc:id:sgln:9521001.00001.0",
                "attributes": [
                    {"id": "urn:epcglobal:cbv:mda#name", "attribute": "Kho Bình An"},
                    {"id": "urn:a", "attribute": {"ex:where": {"ex:lat": "1"}}},
                ],
                "children": ["urn:epc:id:sgln:9521001.00001.1"],
            },
            {"id": "urn:epc:id:sgln:9521001.00002.0"},
        ],
    }
]


def test_master_data_of_the_header_has_the_structure_of_json() -> None:
    header = f"<EPCISHeader><extension><EPCISMasterData>{MASTER}</EPCISMasterData></extension></EPCISHeader>"
    read = read_xml(document(header=header))
    assert read.findings == []
    assert read.document["epcisHeader"] == {"epcisMasterData": {"vocabularyList": READ_MASTER}}


@pytest.mark.parametrize("version", ["2.0", "1.2"])
def test_a_master_data_document_is_a_document_without_events(version: str) -> None:
    raw = (
        f'<m:EPCISMasterDataDocument xmlns:m="urn:epcglobal:epcis-masterdata:xsd:{version[0]}" xmlns:ex="urn:ex" schemaVersion="{version}" '
        f'creationDate="2026-06-20T03:00:00Z"><EPCISBody>{MASTER}</EPCISBody></m:EPCISMasterDataDocument>'
    )
    read = read_xml(raw.encode())
    assert (read.findings, read.binding) == ([], f"xml-{version}")
    assert read.document["type"] == "EPCISDocument"
    assert read.document["epcisHeader"] == {"epcisMasterData": {"vocabularyList": READ_MASTER}}
    assert read.document["epcisBody"] == {"eventList": []}


def test_query_results_have_their_events_and_names() -> None:
    read = read_xml(query_document(f"<EventList>{event()}{event()}</EventList>"))
    assert (read.findings, read.document["type"]) == ([], "EPCISQueryDocument")
    results = read.document["epcisBody"]["queryResults"]
    assert (results["queryName"], results["subscriptionID"]) == ("SimpleEventQuery", "s1")
    assert [found["type"] for found in results["resultsBody"]["eventList"]] == ["ObjectEvent", "ObjectEvent"]


def test_query_results_may_be_master_data() -> None:
    read = read_xml(query_document("<VocabularyList/>", version="1.2"))
    assert (read.findings, read.document["epcisBody"]["queryResults"]["resultsBody"]) == ([], {"vocabularyList": []})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "us-ascii"])
def test_a_document_is_read_in_each_encoding_that_it_declares(encoding: str) -> None:
    word = "cafe" if encoding == "us-ascii" else "café"
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    raw = f'<?xml version="1.0" encoding="{declared}"?>'.encode(encoding) + document(event(f"<ex:a>{word}</ex:a>")).decode().encode(
        {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(encoding, encoding)
    )
    [found] = events_of(raw)
    assert found["ex:a"] == word


def test_comments_and_processing_instructions_change_nothing() -> None:
    plain = document(EVERY_FIELD_2_0)
    decorated = plain.replace(b"<epc>", b"<!-- one --><epc><?pi x?>").replace(b"</action>", b"<!-- two --></action>")
    assert read_xml(decorated).document == read_xml(plain).document


@given(cut=st.integers(1, 400), count=st.integers(0, 5))
def test_a_stream_gives_the_same_events_as_the_whole_in_portions_of_any_size(cut: int, count: int) -> None:
    raw = document((EVERY_FIELD_2_0 + "\n") * count, header=f"<EPCISHeader>{sbdh()}</EPCISHeader>")
    whole = read_xml(raw)
    stream = stream_xml(_Portions(raw, cut))
    assert stream.head["sender"] == "urn:epc:id:pgln:9521001.00001"
    found = list(stream)
    assert [item.event for item in found] == whole.document["epcisBody"]["eventList"]
    assert [item.number for item in found] == list(range(1, count + 1))
    assert stream.head | {"epcisBody": whole.document["epcisBody"]} == whole.document


class _Portions(BytesIO):
    """A source that gives few bytes at a time."""

    def __init__(self, raw: bytes, size: int) -> None:
        super().__init__(raw)
        self._size = size

    def read(self, size: int | None = -1, /) -> bytes:
        """At most as many bytes as were fixed."""
        return super().read(min(self._size, self._size if size is None or size < 0 else size))
