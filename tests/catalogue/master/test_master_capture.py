"""From a captured document to its master data: JSON and XML, alone or beside events, once."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import Any

import pytest

from app.capture.accept import accept
from app.capture.binding.xml_out import write_xml
from app.capture.refusals import DocumentInvalid
from app.catalogue.master import documents, export, find, rules
from app.clock import SetClock
from app.errors import Invalid
from app.runtime import Runtime
from tests import SHARED
from tests.builders import CONTEXT, Enterprise, document, make_api_key, make_enterprise, object_event, raw
from tests.catalogue.master.said import HOUSE, HOUSE_URN, LOCATION, at, element, header, say

XML = """<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-06-12T12:00:00Z">
  <EPCISHeader><extension><EPCISMasterData><VocabularyList>
    <Vocabulary type="urn:epcglobal:epcis:vtype:BusinessLocation"><VocabularyElementList>
      <VocabularyElement id="urn:epc:id:sgln:9521001.00000.0">
        <attribute id="urn:epcglobal:cbv:mda:name">Nhà đóng gói</attribute>
        <attribute id="https://example.vn/mda/address">
          <vn:Address xmlns:vn="https://example.vn/ns"><Street>12 Trần Phú</Street><City>Thanh Hà</City></vn:Address>
        </attribute>
        <children><id>urn:epc:id:sgln:9521001.00000.K1</id></children>
      </VocabularyElement>
    </VocabularyElementList></Vocabulary>
  </VocabularyList></EPCISMasterData></extension></EPCISHeader>
  <EPCISBody><EventList/></EPCISBody>
</epcis:EPCISDocument>"""


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_enterprise(on)


def _known(on: Runtime, firm: Enterprise, uri: str = HOUSE) -> list[find.Version]:
    with on.store.reading() as connection:
        return find.versions(connection, firm.party_id, uri)


def _send(on: Runtime, firm: Enterprise, said: Any, *events: dict[str, Any]) -> str:
    return accept(raw(document(*events, epcisHeader=said)), by=firm.actor(), on=on).capture_id


def test_the_header_of_a_document_becomes_versions_that_name_it(on: Runtime, firm: Enterprise) -> None:
    capture = _send(on, firm, header(LOCATION, element(HOUSE_URN, "Nhà đóng gói")), object_event())
    (version,) = _known(on, firm)
    assert (version.name, str(version.document_id), version.actor) == ("Nhà đóng gói", capture, None)
    assert version.valid_from == on.clock.now()


def test_a_document_of_master_data_alone_is_taken(on: Runtime, firm: Enterprise) -> None:
    _send(on, firm, header(LOCATION, element(HOUSE, "Nhà đóng gói")))
    assert [each.name for each in _known(on, firm)] == ["Nhà đóng gói"]


def test_xml_says_what_json_says(on: Runtime, firm: Enterprise) -> None:
    accept(XML.encode(), by=firm.actor(), on=on, content_type="application/xml")
    (version,) = _known(on, firm)
    assert (version.name, version.children) == ("Nhà đóng gói", ("urn:epc:id:sgln:9521001.00000.K1",))
    assert "12 Trần Phú" in rules.shown(version.attributes[1].value)
    said = header(LOCATION, {"id": HOUSE, "attributes": [{"id": each.id, "attribute": each.value} for each in version.attributes]})
    said["epcisMasterData"]["vocabularyList"][0]["vocabularyElementList"][0]["children"] = list(version.children)
    _send(on, firm, said)
    assert len(_known(on, firm)) == 1


def test_a_document_sent_again_says_nothing_new(on: Runtime, firm: Enterprise, clock: SetClock) -> None:
    send = functools.partial(_send, on, firm, header(LOCATION, element(HOUSE, "Cũ")), object_event())
    send()
    clock.advance(timedelta(days=1))
    _send(on, firm, header(LOCATION, element(HOUSE, "Mới")))
    clock.advance(timedelta(days=1))
    send()
    assert [each.name for each in _known(on, firm)] == ["Mới", "Cũ"]


def test_wrong_master_data_refuse_the_document_and_keep_nothing(on: Runtime, firm: Enterprise) -> None:
    with pytest.raises(DocumentInvalid) as refusal:
        _send(on, firm, header(LOCATION, element(HOUSE, "\x01")), object_event())
    pointers = [each.pointer for each in refusal.value.findings if each.code == "catalogue.master-character"]
    assert pointers == ["/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0/attributes/0/attribute"]
    assert _known(on, firm) == []


def test_a_document_without_events_and_without_master_data_is_refused(on: Runtime, firm: Enterprise) -> None:
    with pytest.raises(Invalid) as refusal:
        _send(on, firm, {"epcisMasterData": {"vocabularyList": []}})
    assert refusal.value.code == "capture.no-events"


def test_what_was_ever_said_is_no_news_of_a_repeated_document(on: Runtime, firm: Enterprise) -> None:
    for day, name in ((1, "Cũ"), (2, "Mới")):
        say(on, firm.party_id, at(day), header(LOCATION, element(HOUSE, name)))
    rows = documents.prepare(header(LOCATION, element(HOUSE, "Cũ"), element("urn:uuid:1", "Khác")), firm.party_id, 7, at(3))
    assert on.store.write(lambda tx: documents.keep(tx, rows, repeated=True)) == 1
    assert [each.name for each in _known(on, firm)] == ["Mới", "Cũ"]


@pytest.mark.skipif(SHARED is None, reason="the published examples are not here")
def test_the_published_example_of_a_master_data_document_is_taken(on: Runtime, firm: Enterprise) -> None:
    assert SHARED is not None
    path = SHARED / "epcis-standard" / "examples-xml-2.0" / "Mimasu" / "Example-masterData.xml"
    accept(path.read_bytes(), by=firm.actor(), on=on, content_type="application/xml")
    with on.store.reading() as connection:
        below = find.descendants(connection, firm.party_id, ["urn:epc:id:sgln:0037000.00729.0"], on.clock.now(), ["BusinessLocation"])
        listed = find.elements(connection, firm.party_id, find.Wish(kind="places"), at=on.clock.now())
    assert len(below) == 4
    assert len(listed) == 7


@pytest.mark.parametrize("version", ["2.0", "1.2"])
def test_what_is_exported_as_xml_says_nothing_new_when_it_comes_back(on: Runtime, firm: Enterprise, version: str) -> None:
    accept(XML.encode(), by=firm.actor(), on=on, content_type="application/xml")
    with on.store.reading() as connection:
        exported = export.document(connection, firm.party_id, on.clock.now(), on.clock.now())
    accept(write_xml(exported, version), by=firm.actor(), on=on, content_type="application/xml")
    assert [each.name for each in _known(on, firm)] == ["Nhà đóng gói"]


@pytest.mark.parametrize("kind", ["json", "xml"])
def test_names_inside_attributes_mean_the_same_beside_their_document(client: Any, on: Runtime, kind: str) -> None:
    key, other = (make_api_key(on, make_enterprise(on, prefix=prefix)) for prefix in ("9521001", "9521002"))
    nested = {"ex:street": "Đường 1", "ex:geo": {"ex:lat": "21.3"}}
    listed = [
        {
            "type": LOCATION,
            "vocabularyElementList": [{"id": HOUSE, "attributes": [{"id": "urn:epcglobal:cbv:mda:address", "attribute": nested}]}],
        }
    ]
    sent = document(epcisHeader={"epcisMasterData": {"vocabularyList": listed}}) | {"@context": [CONTEXT, {"ex": "https://ex.example/ns/"}]}
    assert client.post("/epcis/capture", json=sent, headers=key).status_code == 202

    body = client.get(f"/api/master-data.{kind}", headers=key).get_data()
    answer = client.post("/epcis/capture", data=body, headers=other | {"Content-Type": f"application/{kind}"})

    assert answer.status_code == 202, answer.get_data(as_text=True)
    (told,) = client.get(f"/api/master-data?id={HOUSE}", headers=other).json["elements"]
    (address,) = [each["attribute"] for each in told["attributes"] if each["id"].endswith("address")]
    assert address == {"https://ex.example/ns/street": "Đường 1", "https://ex.example/ns/geo": {"https://ex.example/ns/lat": "21.3"}}
