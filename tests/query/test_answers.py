"""How answers under /epcis look: versions, formats, spellings, OPTIONS and HEAD, on every door alike."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from app.party import register
from app.party.permissions import Permission, Role
from app.runtime import Runtime
from tests import SHARED
from tests.api.problems import problem_of
from tests.builders import make_api_key, make_enterprise, object_event
from tests.query.doors import EPC, capture, events_of, record, segment

EVENT = "urn:uuid:6a1b2c3d-0000-4000-8000-000000000000"
READS = (
    "/epcis", "/epcis/capture", "/epcis/events", f"/epcis/events/{EVENT}", "/epcis/epcs", "/epcis/eventTypes", "/epcis/bizSteps/shipping",
    "/epcis/bizSteps/shipping/events", f"/epcis/epcs/{segment(EPC + '0')}/events",
)  # fmt: skip
DOCUMENTS = tuple(address for address in READS if "events" in address)


@pytest.fixture
def headers(on: Runtime, client: Any) -> dict[str, str]:
    """The key of an enterprise that has recorded one event."""
    found = make_api_key(on, make_enterprise(on, prefix="9521002"))
    record(client, found, 1)
    return found


def test_every_read_says_its_versions_and_answers_a_client_that_sends_no_headers(client: Any, headers: dict[str, str]) -> None:
    for address in READS:
        answer = client.get(address, headers=headers)
        assert (answer.status_code, answer.mimetype) == (200, "application/json"), address
        assert (answer.headers["GS1-EPCIS-Version"], answer.headers["GS1-CBV-Version"]) == ("2.0.0", "2.0.0")
        assert "GS1-Extensions" in answer.headers


def test_head_tells_what_get_tells_without_the_body(client: Any, headers: dict[str, str]) -> None:
    for address in READS:
        whole, head = client.get(address, headers=headers), client.head(address, headers=headers)
        assert (head.status_code, head.get_data()) == (200, b""), address
        told = {name for name, _ in whole.headers if name != "Content-Length"}
        assert {name: head.headers[name] for name in told} == {name: whole.headers[name] for name in told}


@pytest.mark.parametrize(
    "sent",
    [
        {"GS1-EPCIS-Min": "2.1.0"}, {"GS1-EPCIS-Max": "1.1"}, {"GS1-EPCIS-Version": "3.0"}, {"GS1-CBV-Min": "9.9"},
        {"GS1-EPCIS-Min": "two"},
        {"Accept": "text/html"}, {"Accept": "application/json;q=0, application/ld+json;q=0, application/xml;q=0"},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_answered_as_it_is_asked_is_406(client: Any, headers: dict[str, str], sent: dict[str, str]) -> None:
    for address in READS:
        body = problem_of(client.get(address, headers=headers | sent), 406)
        assert body["type"] == "epcisException:NotAcceptableException", address


def test_unknown_words_of_headers_are_406_and_misspelt_extensions_400(client: Any, headers: dict[str, str]) -> None:
    problem_of(client.get("/epcis/events", headers=headers | {"GS1-EPC-Format": "Sometimes"}), 406, "epcis.header-not-served")
    problem_of(client.get("/epcis/events", headers=headers | {"GS1-CBV-XML-Format": "Sometimes"}), 406, "epcis.header-not-served")
    problem_of(client.get("/epcis/events", headers=headers | {"GS1-Extensions": "nonsense"}), 400, "epcis.header-invalid")
    problem_of(client.options("/epcis/events", headers=headers | {"GS1-Extensions": "nonsense"}), 400, "epcis.header-invalid")


@pytest.mark.parametrize("address", ["/epcis/capture", "/epcis/bizSteps", "/epcis/bizSteps/shipping"])
def test_lists_have_no_xml_form_in_the_standard(client: Any, headers: dict[str, str], address: str) -> None:
    assert client.get(address, headers=headers | {"Accept": "application/xml"}).status_code == 406
    assert client.get(address, headers=headers | {"Accept": "application/xml, */*;q=0.1"}).status_code == 200


@pytest.mark.parametrize(("accept", "mimetype"), [("application/xml", "application/xml"), ("text/xml", "text/xml")])
def test_events_are_told_in_xml_by_accept(client: Any, headers: dict[str, str], accept: str, mimetype: str) -> None:
    for address in DOCUMENTS:
        answer = client.get(address, headers=headers | {"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (200, mimetype)
        root = ET.fromstring(answer.get_data())  # noqa: S314  # an answer of our own
        assert root.tag == "{urn:epcglobal:epcis-query:xsd:2}EPCISQueryDocument"
        assert [each.text for each in root.iter("eventID")] == [EVENT]
        assert [each.text for each in root.iter("bizStep")] == ["urn:epcglobal:cbv:bizstep:shipping"]


def test_pages_in_xml_are_linked_like_pages_in_json(client: Any, headers: dict[str, str]) -> None:
    capture(client, headers, object_event(eventID="urn:uuid:2", epcList=[f"{EPC}2"]))
    xml = headers | {"Accept": "application/xml"}
    link = client.get("/epcis/events?perPage=1", headers=xml).headers["Link"]
    assert link.endswith('>; rel="next"')
    rest = client.get(link[1:].split(">")[0], headers=xml)
    assert EVENT in rest.get_data(as_text=True)
    assert "Link" not in rest.headers


def test_the_old_version_is_told_in_xml_where_the_client_understands_no_newer_one(client: Any, headers: dict[str, str]) -> None:
    answer = client.get("/epcis/events", headers=headers | {"Accept": "application/xml", "GS1-EPCIS-Max": "1.2"})
    root = ET.fromstring(answer.get_data())  # noqa: S314  # an answer of our own
    assert root.tag == "{urn:epcglobal:epcis-query:xsd:1}EPCISQueryDocument"
    assert (answer.headers["GS1-EPCIS-Version"], answer.headers["GS1-CBV-Version"]) == ("1.2.0", "1.2.0")
    assert [each.text for each in root.iter("epc")] == ["urn:epc:id:sgtin:9521002.000001.K0"]


@pytest.mark.parametrize(
    ("wish", "epc", "place"),
    [
        (None, f"{EPC}0", "https://id.gs1.org/414/9521002001013"),
        ("Always_GS1_Digital_Link", f"{EPC}0", "https://id.gs1.org/414/9521002001013"),
        ("Always_EPC_URN", "urn:epc:id:sgtin:9521002.000001.K0", "urn:epc:id:sgln:9521002.00101.0"),
        ("Never_Translates", f"{EPC}0", "https://id.gs1.org/414/9521002001013"),
    ],
)
def test_identifiers_are_spelled_as_it_is_asked(client: Any, headers: dict[str, str], wish: str | None, epc: str, place: str) -> None:
    asked = headers | ({} if wish is None else {"GS1-EPC-Format": wish})
    (event,) = events_of(client.get("/epcis/events", headers=asked))
    assert (event["epcList"], event["readPoint"]["id"]) == ([epc], place)


def test_what_was_sent_as_urn_is_told_as_urn_where_nothing_is_translated(client: Any, on: Runtime) -> None:
    headers = make_api_key(on, make_enterprise(on))
    urn = "urn:epc:id:sgtin:9521002.000001.K7"
    capture(client, headers, object_event(epcList=[urn]))
    told = {wish: events_of(client.get("/epcis/events", headers=headers | {"GS1-EPC-Format": wish}))[0]["epcList"][0] for wish in (
        "Never_Translates", "No_Preference", "Always_EPC_URN", "Always_GS1_Digital_Link"
    )}  # fmt: skip
    assert told["Always_GS1_Digital_Link"] == f"{EPC}7"
    assert {told["Never_Translates"], told["Always_EPC_URN"]} == {urn}
    assert told["No_Preference"] in {urn, f"{EPC}7"}


@pytest.mark.parametrize(
    ("wish", "step"),
    [("Always_Web_URI", "https://ref.gs1.org/cbv/BizStep-shipping"), ("Always_URN", "urn:epcglobal:cbv:bizstep:shipping")],
)
def test_words_in_xml_are_spelled_as_it_is_asked_and_bare_in_json(client: Any, headers: dict[str, str], wish: str, step: str) -> None:
    asked = headers | {"GS1-CBV-XML-Format": wish}
    root = ET.fromstring(client.get("/epcis/events", headers=asked | {"Accept": "application/xml"}).get_data())  # noqa: S314  # our own
    assert root.findtext(".//bizStep") == step
    assert events_of(client.get("/epcis/events", headers=asked))[0]["bizStep"] == "shipping"


OPTIONS = {
    "/epcis": "OPTIONS, GET, HEAD",
    "/epcis/": "OPTIONS, GET, HEAD",
    "/epcis/capture": "OPTIONS, GET, POST, HEAD",
    "/epcis/events": "OPTIONS, GET, POST, HEAD",
    f"/epcis/events/{EVENT}": "OPTIONS, GET, HEAD",
    "/epcis/epcs": "OPTIONS, GET, HEAD",
    "/epcis/bizSteps/shipping": "OPTIONS, GET, HEAD",
    "/epcis/bizSteps/shipping/events": "OPTIONS, GET, HEAD",
    "/epcis/queries": "OPTIONS",
}


def test_options_tells_methods_versions_and_formats(client: Any, headers: dict[str, str]) -> None:
    for address, methods in OPTIONS.items():
        answer = client.options(address, headers=headers)
        assert (answer.status_code, answer.get_data()) == (204, b"")
        assert answer.headers["Allow"] == methods
        for name in ("GS1-EPCIS-Version", "GS1-CBV-Version", "GS1-EPCIS-Max", "GS1-CBV-Max"):
            assert answer.headers[name] == "2.0.0"
        assert {answer.headers["GS1-EPC-Format"], answer.headers["GS1-CBV-XML-Format"]} == {"No_Preference"}
        assert answer.headers["GS1-Vendor-Version"].startswith("truyxuat-")
        assert answer.headers["GS1-EPCIS-Min"] in {"1.2.0", "2.0.0"}


def test_options_of_capture_tells_limits_and_behaviour(client: Any, headers: dict[str, str], on: Runtime) -> None:
    told = client.options("/epcis/capture", headers=headers).headers
    assert told["GS1-Capture-Error-Behaviour"] == "all"
    assert told["GS1-EPCIS-Capture-Limit"] == str(on.settings.max_events)
    assert told["GS1-EPCIS-Capture-File-Size-Limit"] == str(on.settings.max_document_bytes)


def test_who_is_not_known_is_told_how_to_be_known_also_by_options(client: Any) -> None:
    for method in ("GET", "OPTIONS", "HEAD"):
        answer = client.open("/epcis/events", method=method)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.headers["GS1-EPCIS-Version"] == "2.0.0"


def test_a_version_that_is_not_read_is_refused_before_anything_is_captured(client: Any, headers: dict[str, str]) -> None:
    from tests.builders import document

    sent = document(object_event(eventID="urn:uuid:new"))
    problem_of(client.post("/epcis/capture", json=sent, headers=headers | {"GS1-EPCIS-Version": "1.2"}), 406, "epcis.header-not-served")
    problem_of(
        client.post("/epcis/capture", json=sent, headers=headers | {"GS1-Capture-Error-Behaviour": "all"}), 400, "epcis.header-invalid"
    )
    problem_of(client.get("/epcis/events/urn:uuid:new", headers=headers), 404, "capture.no-such-event")
    assert client.post("/epcis/capture", json=sent, headers=headers | {"GS1-EPCIS-Version": "2.0.0"}).status_code == 202


@pytest.mark.skipif(SHARED is None, reason="the standard's schemas are not beside the repository")
@pytest.mark.parametrize(
    ("limit", "folder", "name"), [("2.0", "xsd-2.0", "EPCglobal-epcis-query-2_0.xsd"), ("1.2", "xsd-1.2", "EPCglobal-epcis-query-1_2.xsd")]
)
def test_xml_answers_are_valid_by_the_standards_schemas(client: Any, headers: dict[str, str], limit: str, folder: str, name: str) -> None:
    from lxml import etree

    assert SHARED is not None
    capture(client, headers, object_event(
        eventID="urn:uuid:9", type="AggregationEvent", epcList=None, action="ADD",
        parentID="urn:epc:id:sscc:9521002.0000000001", childEPCs=[f"{EPC}1"], **{"ex:note": "vải"},
    ), **{"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://a.example/"}]})  # fmt: skip
    schema = etree.XMLSchema(etree.parse(SHARED / "epcis-standard" / folder / name))
    asked = headers | {"Accept": "application/xml", "GS1-EPCIS-Max": limit}
    for query in ("", "?truyxuat:eventHash=CBV2.0", "?perPage=1"):
        answer = client.get(f"/epcis/events{query}", headers=asked)
        schema.assertValid(etree.fromstring(answer.get_data()))


def test_a_program_that_may_only_capture_learns_what_it_may_send(client: Any, on: Runtime) -> None:
    enterprise = make_enterprise(on)
    key = on.store.write(
        lambda tx: register.add_api_key(
            tx, enterprise.party_id, "sender", Role.OWNER, [Permission.CAPTURE_EVENT_WRITE], None, on.clock.now(), None
        )
    )
    sender = {"Authorization": f"Bearer {key}"}
    for address in ("/epcis", "/epcis/capture", "/epcis/events"):
        assert client.options(address, headers=sender).status_code == 204
    problem_of(client.get("/epcis/events", headers=sender), 403)


def test_what_only_xml_can_say_is_answered_in_valid_json_and_known_when_it_comes_back(client: Any, on: Runtime) -> None:
    headers = make_api_key(on, make_enterprise(on))
    times = "<eventTime>2026-06-19T03:00:00Z</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
    lists = "<parentID>urn:epc:id:sscc:9521002.1000000001</parentID><childEPCs><epc>urn:epc:id:sgtin:9521002.000001.K</epc></childEPCs>"
    state = "<persistentDisposition><set>urn:epcglobal:cbv:disp:completeness_verified</set></persistentDisposition>"
    sensors = '<sensorElementList><sensorElement><sensorReport value="3"/></sensorElement></sensorElementList>'
    event = f"<AggregationEvent>{times}{lists}<action>OBSERVE</action>{sensors}{state}</AggregationEvent>"
    root = 'xmlns:e="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-06-19T03:00:00"'
    sent = f"<e:EPCISDocument {root}><EPCISBody><EventList>{event}</EventList></EPCISBody></e:EPCISDocument>"
    taken = client.post("/epcis/capture", data=sent.encode(), headers=headers | {"Content-Type": "application/xml"})
    assert taken.status_code == 202, taken.get_data(as_text=True)
    answer = client.get("/epcis/events", headers=headers | {"GS1-EPC-Format": "No_Preference"})
    [told] = events_of(answer)
    assert told["truyxuat:persistentDisposition"] == {"set": ["completeness_verified"]}
    assert answer.get_json()["@context"][-1]["truyxuat"] == "urn:truyxuat:epcis:"
    again = {key: answer.get_json()[key] for key in ("@context", "schemaVersion", "creationDate")}
    again |= {"type": "EPCISDocument", "epcisBody": {"eventList": [told]}}
    assert client.post("/epcis/capture", json=again, headers=headers).status_code == 202
    assert len(events_of(client.get("/epcis/events", headers=headers))) == 1
    xml = client.get("/epcis/events", headers=headers | {"Accept": "application/xml"}).get_data(as_text=True)
    assert "<persistentDisposition><set>" in xml
    assert '<sensorReport value="3"/>' in xml
