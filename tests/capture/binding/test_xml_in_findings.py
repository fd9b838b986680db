"""What is wrong with EPCIS XML: one code and one XPath for each fault, what lenient reading takes, and where JSON pointers lead."""

from __future__ import annotations

import pytest
from lxml import etree

from app.capture.binding.xml_in import read_xml
from tests.capture.binding.xml_samples import BEGIN, EPCS, EVERY_FIELD_2_0, document, event, query_document, sbdh

LIST = "/epcis:EPCISDocument/EPCISBody/EventList"


def _broken(old: str, new: str) -> bytes:
    assert old in EVERY_FIELD_2_0
    return document(event() + EVERY_FIELD_2_0.replace(old, new, 1))


SECOND = f"{LIST}/ObjectEvent[2]"
FAULTS = [
    ("<action>ADD</action>", "<action>MOVE</action>", "xml.wrong-value", "/action"),
    ("<action>ADD</action>", "<action> ADD </action>", "xml.wrong-value", "/action"),
    ("<action>ADD</action>", "", "xml.missing", "/action"),
    ("<action>ADD</action>", "<action>ADD</action><action>ADD</action>", "xml.repeated", "/action[2]"),
    ("<action>ADD</action>", "<action>ADD</action><acton>ADD</acton>", "xml.unknown-element", "/acton"),
    ("<action>ADD</action>", "<action>ADD</action><epcis:x>1</epcis:x>", "xml.unknown-element", "/epcis:x"),
    ("<action>ADD</action>", "<action x='1'>ADD</action>", "xml.unknown-attribute", "/action/@x"),
    ("<action>ADD</action>", "text<action>ADD</action>", "xml.unexpected-text", ""),
    ("<recordTime>2026-06-20T03:05:00Z</recordTime>", "<recordTime>2026-02-30T03:05:00Z</recordTime>", "xml.wrong-value", "/recordTime"),
    ("<recordTime>2026-06-20T03:05:00Z</recordTime>", "<recordTime>2026-06-20T03:05:00</recordTime>", "xml.wrong-value", "/recordTime"),
    ("</ilmd>", "</ilmd><extension/>", "xml.empty", "/extension"),
    ('<source type="urn:epcglobal:cbv:sdt:owning_party">', "<source>", "xml.missing-attribute", "/sourceList/source/@type"),
    ("<quantity>200.5<", "<quantity>2e3<", "xml.wrong-value", "/quantityList/quantityElement[1]/quantity"),
    ("<quantity>200.5<", "<quantity>9007199254740993<", "capture.integer-too-large", "/quantityList/quantityElement[1]/quantity"),
    ('value="12"', 'value="NaN"', "capture.number-not-finite", "/sensorElementList/sensorElement/sensorReport[2]/@value"),
    ('value="12"', 'value="1e999"', "capture.number-not-finite", "/sensorElementList/sensorElement/sensorReport[2]/@value"),
    ('hexBinaryValue="0a"', 'hexBinaryValue="0"', "xml.wrong-value", "/sensorElementList/sensorElement/sensorReport[1]/@hexBinaryValue"),
    ('booleanValue="true"', 'booleanValue="TRUE"', "xml.wrong-value", "/sensorElementList/sensorElement/sensorReport[1]/@booleanValue"),
    ("urn:epcglobal:cbv:bizstep:commissioning", "%zz", "xml.wrong-value", "/bizStep"),
    ("<set>urn:epcglobal:cbv:disp:conformant</set>", "<set>a</set><unset>b</unset>", "xml.wrong-order", "/persistentDisposition/unset[2]"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "path"), FAULTS)
def test_a_fault_is_told_with_its_code_and_its_xpath(old: str, new: str, code: str, path: str) -> None:
    found = [(finding.code, finding.pointer, finding.event) for finding in read_xml(_broken(old, new)).findings]
    assert (code, SECOND + path, 2) in found
    assert len(found) <= 2  # a wrong element may also be missing under its right name


def test_the_place_of_a_fault_is_one_element_of_the_document() -> None:
    for old, new, code, path in FAULTS:
        tree = etree.fromstring(_broken(old, new))
        [finding] = [each for each in read_xml(_broken(old, new)).findings if each.code == code]
        if code not in ("xml.missing", "xml.missing-attribute"):
            assert len(tree.xpath(finding.pointer, namespaces={"epcis": "urn:epcglobal:epcis:xsd:2"})) == 1, path


@pytest.mark.parametrize(
    ("raw", "code", "pointer"),
    [
        (document("<MarvelEvent/>"), "xml.unknown-event", f"{LIST}/MarvelEvent[1]"),
        (document("<extension/>"), "xml.empty", f"{LIST}/extension[1]"),
        (document("<TransformationEvent/>", version="1.2"), "xml.unknown-event", f"{LIST}/TransformationEvent[1]"),
        (document("text"), "xml.unexpected-text", LIST),
        (document(attributes="").replace(b'schemaVersion="2.0"', b""), "xml.missing-attribute", "/epcis:EPCISDocument/@schemaVersion"),
        (document().replace(b'creationDate="2026', b'creationDate="26'), "xml.wrong-value", "/epcis:EPCISDocument/@creationDate"),
        (document().replace(b"EPCISBody", b"Body"), "xml.unknown-element", "/epcis:EPCISDocument/Body"),
        (
            document(header="<EPCISHeader/>", version="1.2"),
            "xml.missing",
            "/epcis:EPCISDocument/EPCISHeader/sbdh:StandardBusinessDocumentHeader",
        ),
        (
            document(header=f"<EPCISHeader>{sbdh().replace('<s:HeaderVersion>1.0</s:HeaderVersion>', '')}</EPCISHeader>"),
            "xml.missing",
            "/epcis:EPCISDocument/EPCISHeader/sbdh:StandardBusinessDocumentHeader/HeaderVersion",
        ),
        (
            document(header="<EPCISHeader><extension><EPCISMasterData/></extension></EPCISHeader>"),
            "xml.missing",
            "/epcis:EPCISDocument/EPCISHeader/extension/EPCISMasterData/VocabularyList",
        ),
        (
            query_document("<EventList/>").replace(b"<queryName>SimpleEventQuery</queryName>", b""),
            "xml.missing",
            "/epcisq:EPCISQueryDocument/EPCISBody/epcisq:QueryResults/queryName",
        ),
    ],
)  # fmt: skip
def test_a_fault_around_the_events_is_told_with_its_place(raw: bytes, code: str, pointer: str) -> None:
    assert (code, pointer) in [(finding.code, finding.pointer) for finding in read_xml(raw).findings]


def test_a_wrong_order_is_refused_strictly_and_told_leniently() -> None:
    inside = f"<ObjectEvent>{BEGIN}<action>ADD</action>{EPCS}<eventID>urn:uuid:1</eventID></ObjectEvent>"
    strict, lenient = read_xml(document(inside)), read_xml(document(inside), lenient=True)
    assert [(each.code, each.pointer.rpartition("/")[2]) for each in strict.findings] == [
        ("xml.wrong-order", "epcList"),
        ("xml.wrong-order", "eventID"),
    ]
    assert lenient.findings == []
    assert [(each.code, each.params["element"]) for each in lenient.changes] == [
        ("lenient.element-order", "epcList"),
        ("lenient.element-order", "eventID"),
    ]
    assert lenient.document == strict.document


def test_the_structure_of_the_other_version_is_taken_leniently() -> None:
    newer = f"{event('<quantityList/>')}<TransformationEvent>{BEGIN}</TransformationEvent>"
    assert [each.code for each in read_xml(document(newer, version="1.2")).findings] == ["xml.unknown-element", "xml.unknown-event"]
    read = read_xml(document(newer, version="1.2"), lenient=True)
    assert read.findings == []
    assert [each.code for each in read.changes] == ["lenient.element-place", "lenient.element-place"]
    assert [each["type"] for each in read.document["epcisBody"]["eventList"]] == ["ObjectEvent", "TransformationEvent"]
    older = f"<extension><TransformationEvent>{BEGIN}</TransformationEvent></extension>{event('<extension><quantityList/></extension>')}"
    assert [each.code for each in read_xml(document(older), lenient=True).changes] == ["lenient.element-place", "lenient.element-place"]


def test_elements_in_the_namespace_of_the_document_are_taken_leniently() -> None:
    raw = document(event(), attributes="").replace(b"xmlns:epcis=", b"xmlns=").replace(b"epcis:EPCIS", b"EPCIS")
    assert read_xml(raw).findings[0].code == "xml.unknown-element"
    read = read_xml(raw, lenient=True)
    assert (read.findings, [each.code for each in read.changes]) == ([], ["lenient.namespace-of-elements"])
    assert read.document["epcisBody"] == read_xml(document(event())).document["epcisBody"]


def test_a_text_beside_the_attributes_of_a_report_is_left_out_and_told() -> None:
    raw = _broken(
        '<sensorReport type="gs1:Humidity" value="12" ex:note="n"/>', '<sensorReport type="gs1:Humidity" value="12">x</sensorReport>'
    )
    read = read_xml(raw)
    assert (read.findings, [each.code for each in read.changes]) == ([], ["xml.text-left-out"])


def test_at_most_twenty_findings_are_told_of_one_event() -> None:
    assert len(read_xml(document(event("<a/>" * 500))).findings) == 20


@pytest.mark.parametrize(
    ("pointer", "path"),
    [
        ("/action", "/action"),
        ("/epcList/1", "/epcList/epc[2]"),
        ("/quantityList/1/epcClass", "/quantityList/quantityElement[2]/epcClass"),
        ("/bizTransactionList/0/type", "/bizTransactionList/bizTransaction[1]/@type"),
        ("/bizTransactionList/1/bizTransaction", "/bizTransactionList/bizTransaction[2]"),
        ("/sensorElementList/0/sensorReport/1/value", "/sensorElementList/sensorElement/sensorReport[2]/@value"),
        ("/sensorElementList/0/sensorMetadata/ex:row", "/sensorElementList/sensorElement/sensorMetadata/@ex:row"),
        ("/persistentDisposition/set/0", "/persistentDisposition/set"),
        ("/errorDeclaration/correctiveEventIDs/0", "/errorDeclaration/correctiveEventIDs/correctiveEventID"),
        ("/readPoint/id", "/readPoint/id"),
        ("/ilmd/ex:variety", "/ilmd/ex:variety"),
        ("/parentID", "/parentID"),
        ("", ""),
    ],
)
def test_a_json_pointer_into_the_document_leads_to_its_xpath(pointer: str, path: str) -> None:
    raw = document(event() + EVERY_FIELD_2_0)
    found = read_xml(raw).xpath(f"/epcisBody/eventList/1{pointer}")
    assert found == SECOND + path
    if pointer != "/parentID":
        names = {"epcis": "urn:epcglobal:epcis:xsd:2", "ex": "https://ns.example.vn/epcis/"}
        assert len(etree.fromstring(raw).xpath(found, namespaces=names)) == 1


def test_a_json_pointer_through_the_wrappers_of_1_2_leads_to_its_xpath() -> None:
    inside = f"<ObjectEvent>{BEGIN}<baseExtension><eventID>urn:1</eventID></baseExtension><epcList/><action>ADD</action><extension>"
    raw = document(f"{inside}<ilmd><ex:a>1</ex:a><ex:a>2</ex:a></ilmd></extension></ObjectEvent>", version="1.2")
    xpath = read_xml(raw).xpath
    assert xpath("/epcisBody/eventList/0/eventID") == f"{LIST}/ObjectEvent[1]/baseExtension/eventID"
    assert xpath("/epcisBody/eventList/0/ilmd/ex:a/1") == f"{LIST}/ObjectEvent[1]/extension/ilmd/ex:a[2]"


def test_a_json_pointer_around_the_events_leads_to_its_xpath() -> None:
    master = (
        '<VocabularyList><Vocabulary type="urn:t"><VocabularyElementList><VocabularyElement id="urn:e"><attribute id="urn:a">1</attribute>'
    )
    header = (
        f"<EPCISHeader>{sbdh()}<extension><EPCISMasterData>{master}</VocabularyElement></VocabularyElementList></Vocabulary></VocabularyList>"
        "</EPCISMasterData></extension></EPCISHeader>"
    )
    xpath = read_xml(document(header=header)).xpath
    root = "/epcis:EPCISDocument"
    assert xpath("/creationDate") == f"{root}/@creationDate"
    assert xpath("/sender") == f"{root}/EPCISHeader/sbdh:StandardBusinessDocumentHeader/sbdh:Sender/sbdh:Identifier"
    place = "/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0"
    element = f"{root}/EPCISHeader/extension/EPCISMasterData/VocabularyList/Vocabulary/VocabularyElementList/VocabularyElement"
    assert xpath(f"{place}/id") == f"{element}/@id"
    assert xpath(f"{place}/attributes/0/attribute") == f"{element}/attribute"


def test_each_event_of_a_common_extension_tells_its_own_faults() -> None:
    inside = f"<extension><ex:A>{BEGIN}</ex:A><wrong/><ex:B>{BEGIN}</ex:B></extension>"
    read = read_xml(document(inside))
    assert [(each.code, each.event) for each in read.findings] == [("xml.unknown-event", 2)]
    assert [each["type"] for each in read.document["epcisBody"]["eventList"]] == ["ex:A", "ex:B"]


def test_a_second_certificate_has_no_place_in_2_0() -> None:
    second = "<certificationInfo>https://cert.example.vn/7</certificationInfo>"
    [finding] = read_xml(_broken(second, second * 2)).findings
    assert (finding.code, finding.pointer) == ("xml.repeated", f"{SECOND}/certificationInfo[2]")


def test_a_sloppy_document_of_1_2_is_taken_leniently_and_told() -> None:
    header = f"<EPCISHeader>{sbdh()}</EPCISHeader>".replace("<s:Receiver>", "<!--").replace("</s:Receiver>", "-->")
    sloppy = event("<extension>x<sourceList/></extension>", epcs="").replace("<sourceList/>", "<sourceList>%s</sourceList>")
    source = '<source type="urn:epcglobal:cbv:sdt:owning_party">urn:epc:id:pgln:9521001.00001</source>'
    raw = document(sloppy % source, version="1.2", header=header)
    assert [each.code for each in read_xml(raw).findings] == ["xml.missing", "xml.unexpected-text", "xml.missing"]
    read = read_xml(raw, lenient=True)
    assert (read.findings, [each.code for each in read.changes]) == (
        [],
        ["lenient.header-left-out", "xml.text-left-out", "lenient.empty-list"],
    )
    assert (read.document["sender"], "epcisHeader" in read.document) == ("urn:epc:id:pgln:9521001.00001", False)


def test_bare_uuids_and_times_without_offset_are_repaired_leniently_and_told() -> None:
    number = "9DB05F77-e007-41a2-a6d9-140254b7ce5a"
    declared = "<declarationTime>2026-06-20T10:00:00</declarationTime><reason>urn:epcglobal:cbv:er:incorrect_data</reason>"
    declared += f"<correctiveEventIDs><correctiveEventID>{number}</correctiveEventID></correctiveEventIDs>"
    before = f"<baseExtension><eventID>{number}</eventID><errorDeclaration>{declared}</errorDeclaration></baseExtension>"
    read = read_xml(document(event(before=before), version="1.2"), lenient=True)
    [found] = read.document["epcisBody"]["eventList"]
    assert (found["eventID"], found["errorDeclaration"]["correctiveEventIDs"]) == (
        f"urn:uuid:{number.lower()}",
        [f"urn:uuid:{number.lower()}"],
    )
    assert found["errorDeclaration"]["declarationTime"] == "2026-06-20T10:00:00+07:00"
    assert [(each.code, each.params["field"]) for each in read.changes] == [
        ("lenient.respelled", "declarationTime"),
        ("lenient.respelled", "eventID"),
        ("lenient.respelled", "correctiveEventID"),
    ]
    assert read_xml(document(event(before=before), version="1.2")).document["epcisBody"]["eventList"][0]["eventID"] == number
