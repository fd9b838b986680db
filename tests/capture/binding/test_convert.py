"""From one binding into another: by function, command, API and page; what is lost or changed is said everywhere."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.capture import shape
from app.capture.binding.api import SMALL, ConversionsBusy, turn
from app.capture.binding.commands import convert as command
from app.capture.binding.convert import Spelling, UnknownContent, convert
from app.capture.refusals import DocumentInvalid
from app.capture.spelling import EpcFormat, WordForm
from app.cli import refused
from app.identify.company_prefix import Prefixes
from app.runtime import Runtime
from tests.builders import document, make_api_key, make_enterprise, object_event, raw, signed_in
from tests.capture.binding.xsd import faults

LINK = "https://id.gs1.org/01/09521001000017/21/7"
URN = "urn:epc:id:sgtin:9521001.000001.7"
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def sample(**changes: Any) -> bytes:
    event = object_event(**{"epcList": [LINK], "bizStep": "shipping", "disposition": "in_transit", **changes})
    return raw(document(event, **{"@context": [CONTEXT, {"example": "https://ns.example.com/epcis/"}]}))


def epc_and_step(content: bytes) -> list[str | None]:
    tree = etree.fromstring(content)
    return [tree.findtext(".//epc"), tree.findtext(".//bizStep")]


# ------------------------------------------------------------------------------------------------ function


def test_xml_2_0_keeps_identifiers_and_writes_words_out() -> None:
    done = convert(sample(), "xml-2.0")
    assert (done.source, done.media_type, done.events, done.losses, done.changes) == ("json", "application/xml", 1, [], [])
    assert epc_and_step(done.content) == [LINK, "urn:epcglobal:cbv:bizstep:shipping"]
    assert faults(done.content, "2.0") == []


def test_xml_1_2_has_epc_urns_where_there_are_any() -> None:
    known = Spelling(lengths=Prefixes({"9521001": 7}).length_in)
    done = convert(sample(), "xml-1.2", spelling=known)
    assert epc_and_step(done.content) == [URN, "urn:epcglobal:cbv:bizstep:shipping"]
    assert [item.code for item in done.losses if "link" in item.code and item.pointer.endswith("epcList/0")] == []
    unknown = convert(sample(), "xml-1.2")
    assert epc_and_step(unknown.content)[0] == LINK
    assert ("binding.link-in-1-2", "/epcisBody/eventList/0/epcList/0") in [(item.code, item.pointer) for item in unknown.losses]
    assert faults(done.content, "1.2") == faults(unknown.content, "1.2") == []


def test_words_and_identifiers_are_spelled_as_asked() -> None:
    asked = Spelling(EpcFormat.ALWAYS_GS1_DIGITAL_LINK, WordForm.ALWAYS_WEB_URI)
    done = convert(sample(epcList=[URN]), "xml-2.0", spelling=asked)
    assert epc_and_step(done.content) == [LINK, "https://ref.gs1.org/cbv/BizStep-shipping"]


def test_identifiers_of_master_data_are_spelled_like_those_of_events() -> None:
    place = {"id": "urn:epc:id:sgln:9521001.00001.0", "children": ["urn:epc:id:sgln:9521001.00001.5"]}
    lists = [{"type": "urn:epcglobal:epcis:vtype:BusinessLocation", "vocabularyElementList": [place]}]
    value = document(object_event(), epcisHeader={"epcisMasterData": {"vocabularyList": lists}})
    done = convert(raw(value), "json", spelling=Spelling(EpcFormat.ALWAYS_GS1_DIGITAL_LINK))
    found = json.loads(done.content)["epcisHeader"]["epcisMasterData"]["vocabularyList"][0]["vocabularyElementList"][0]
    assert found == {"id": "https://id.gs1.org/414/9521001000017", "children": ["https://id.gs1.org/414/9521001000017/254/5"]}


def test_json_out_has_bare_words_and_good_shape() -> None:
    there = convert(sample(), "xml-1.2").content
    back = convert(there, "json")
    found = json.loads(back.content)
    assert (back.source, back.media_type) == ("xml-1.2", "application/ld+json")
    assert found["epcisBody"]["eventList"][0]["bizStep"] == "shipping"
    assert shape.check_document(found) == []


def xml_only() -> bytes:
    """A valid document of 2.0 that says what the JSON Schema has no place for."""
    report = '<sensorElementList><sensorElement><sensorReport value="3"/></sensorElement></sensorElementList>'
    state = "<persistentDisposition><set>urn:epcglobal:cbv:disp:completeness_verified</set></persistentDisposition>"
    own = '<ex:v\u00f9ng xmlns:ex="https://ns.example.com/epcis/">x</ex:v\u00f9ng>'
    times = "<eventTime>2026-06-20T03:00:00Z</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
    event = f"{times}<parentID>{URN}</parentID><childEPCs><epc>{URN}</epc></childEPCs><action>OBSERVE</action>{report}{state}{own}"
    root = 'xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-06-20T03:00:00"'
    body = f"<EPCISBody><EventList><AggregationEvent>{event}</AggregationEvent></EventList></EPCISBody>"
    return f"<epcis:EPCISDocument {root}>{body}</epcis:EPCISDocument>".encode()


def test_what_only_xml_can_say_has_valid_json_and_comes_back() -> None:
    assert faults(xml_only(), "2.0") == []
    done = convert(xml_only(), "json")
    [event] = json.loads(done.content)["epcisBody"]["eventList"]
    assert shape.check_document(json.loads(done.content)) == []
    assert event["truyxuat:persistentDisposition"] == {"set": ["completeness_verified"]}
    assert event["sensorElementList"] == [{"sensorReport": [{"type": "truyxuat:untyped", "value": 3}]}]
    assert event["ex:v%C3%B9ng"] == "x"
    told = {(item.code, item.pointer.rpartition("/")[2]) for item in done.losses}
    assert told == {
        ("binding.named-for-json", "truyxuat:persistentDisposition"),
        ("binding.named-for-json", "ex:v%C3%B9ng"),
        ("binding.typed-for-json", "type"),
        ("binding.hash-changed", "0"),
    }
    again = convert(done.content, "xml-2.0")
    assert faults(again.content, "2.0") == []
    for said in ("<persistentDisposition><set>", '<sensorReport value="3"/>', "<ex:v\u00f9ng"):
        assert said in again.content.decode()
    assert json.loads(convert(again.content, "json").content) == json.loads(done.content)


def test_a_link_that_says_more_than_its_urn_stays_in_1_2_and_is_told() -> None:
    more = [f"{LINK.partition('/21/')[0]}/10/LOT9/21/S7", f"{LINK}?17=270101", f"{LINK}?3103=000500"]
    done = convert(sample(epcList=[URN, *more]), "xml-1.2")
    assert [epc.text for epc in etree.fromstring(done.content).iter("epc")] == [URN, *more]
    told = [item for item in done.losses if "/epcList/" in item.pointer]
    assert [(item.code, item.value) for item in told] == [("binding.link-in-1-2", link) for link in more]


def test_json_is_of_version_2_0_whatever_xml_it_was() -> None:
    old = convert(sample(), "xml-1.2").content
    assert [json.loads(convert(raw_, "json").content)["schemaVersion"] for raw_ in (old, convert(old, "xml-2.0").content)] == ["2.0", "2.0"]


def test_a_date_of_creation_without_zone_is_taken_as_utc_and_told() -> None:
    done = convert(xml_only(), "json")
    assert [item.code for item in done.changes] == ["xml.date-without-zone"]
    assert json.loads(done.content)["creationDate"] == "2026-06-20T03:00:00Z"


def test_a_document_that_is_too_large_to_be_read_back_is_written_and_told() -> None:
    done = convert(sample(epcList=[f"urn:epc:id:sgtin:9521001.000001.{number}" for number in range(100_001)]), "xml-2.0")
    assert [(item.code, item.params["code"]) for item in done.losses] == [("binding.not-read-back", "xml.too-large")]
    assert done.content.count(b"<epc>") == 100_001


def test_a_changed_event_hash_is_told_both_ways() -> None:
    told = convert(sample(**{"example:a": {"@lang": "vi", "#text": "xo\u00e0i"}}), "xml-2.0")
    assert [item.code for item in told.losses] == ["binding.hash-changed"]
    assert [item.code for item in convert(told.content, "json").losses] == ["binding.hash-changed"]


def test_an_event_alone_is_put_into_a_document_for_xml_only() -> None:
    bare = raw(object_event(**{"@context": [CONTEXT], "recordTime": "2026-06-20T09:00:00Z"}))
    done = convert(bare, "xml-2.0")
    assert [item.code for item in done.losses] == ["binding.wrapped"]
    assert etree.fromstring(done.content).get("creationDate") == "2026-06-20T09:00:00Z"
    assert json.loads(convert(bare, "json").content) == json.loads(bare)


def test_the_answer_to_a_query_is_converted_too() -> None:
    results = {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": [object_event(bizStep="shipping")]}}
    value = document() | {"type": "EPCISQueryDocument", "epcisBody": {"queryResults": results}}
    done = convert(raw(value), "xml-1.2")
    assert faults(done.content, "1.2") == []
    found = json.loads(convert(done.content, "json").content)
    assert found["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0]["bizStep"] == "shipping"


@pytest.mark.parametrize("content", [b"", b"   ", b"PK\x03\x04", b"eventTime;action", b"\xff"])
def test_what_is_neither_json_nor_xml_is_refused(content: bytes) -> None:
    with pytest.raises(UnknownContent):
        convert(content, "json")


@pytest.mark.parametrize("to", ["json", "xml-2.0", "xml-1.2"])
def test_a_document_of_bad_shape_is_refused_with_its_faults(to: Any) -> None:
    with pytest.raises(DocumentInvalid) as refusal:
        convert(sample(action="MOVE"), to)
    assert [item.pointer for item in refusal.value.findings] == ["/epcisBody/eventList/0/action"]


def test_a_list_and_a_document_without_type_are_refused_like_documents() -> None:
    for content in (b"[]", b"{}", b'{"type": 5}'):
        with pytest.raises(DocumentInvalid):
            convert(content, "xml-2.0")


def test_a_dialect_is_refused_strictly_and_repaired_leniently() -> None:
    dialect = sample(bizStep="urn:epcglobal:cbv:bizstep:shipping")
    with pytest.raises(DocumentInvalid):
        convert(dialect, "xml-2.0")
    done = convert(dialect, "xml-2.0", lenient=True)
    assert [item.code.split(".")[0] for item in done.changes] == ["lenient"]
    assert epc_and_step(done.content)[1] == "urn:epcglobal:cbv:bizstep:shipping"


# ------------------------------------------------------------------------------------------------ command


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name, value in (("HOME", str(tmp_path / "home")), ("LANGUAGE", "en")):
        monkeypatch.setenv(f"TRUYXUAT_{name}", value)
    return tmp_path


def run(*arguments: str | Path) -> int:
    return refused.run(command, [str(each) for each in arguments])


def kept(folder: Path, content: bytes) -> Path:
    path = folder / "events.txt"  # the name says nothing: the content does
    path.write_bytes(content)
    return path


def test_the_command_writes_the_document_and_nothing_else_to_standard_output(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(kept(home, sample()), "--to", "xml-2.0") == 0
    told = capfdbinary.readouterr()
    assert told.out == convert(sample(), "xml-2.0").content
    assert told.err == b""


def test_the_command_tells_each_kind_of_loss_once_on_standard_error(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = kept(home, sample(**{"example:a": ["x"], "example:b": ["y"]}))
    assert run(path, "--to", "xml-2.0", "-o", home / "out.xml") == 0
    told = capfd.readouterr()
    assert told.out == ""
    assert "event 1 /epcisBody/eventList/0/example:a: The list" in told.err
    assert "(+1)" in told.err
    assert etree.parse(str(home / "out.xml")).getroot().get("schemaVersion") == "2.0"


def test_the_command_reports_in_json(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = kept(home, convert(sample(**{"example:a": ["x", "y"]}), "xml-2.0").content)
    assert run(path, "--to", "json", "--json", "-o", home / "out.json") == 0
    told = json.loads(capfd.readouterr().out)
    assert {name: told[name] for name in ("ok", "from", "to", "events", "losses")} == {
        "ok": True, "from": "xml-2.0", "to": "json", "events": 1, "losses": [],
    }  # fmt: skip
    assert told["output"] == str(home / "out.json")
    assert run(path, "--to", "json", "--json") == 0
    assert json.loads(json.loads(capfd.readouterr().out)["content"]) == json.loads((home / "out.json").read_text("utf-8"))


def test_the_command_refuses_with_exit_code_1_and_its_findings(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = kept(home, sample(action="MOVE"))
    assert run(path, "--to", "xml-2.0") == 1
    assert "/epcisBody/eventList/0/action" in capfd.readouterr().err
    assert run(path, "--to", "xml-2.0", "--json") == 1
    told = json.loads(capfd.readouterr().out)
    assert (told["ok"], told["error"]["code"], told["findings"][0]["pointer"]) == (
        False,
        "capture.document-invalid",
        "/epcisBody/eventList/0/action",
    )
    assert run(kept(home, b"?"), "--to", "json", "--json") == 1
    assert json.loads(capfd.readouterr().out)["findings"][0]["code"] == "binding.unknown-content"


def test_a_wrong_call_has_exit_code_2(home: Path) -> None:
    path = kept(home, sample())
    assert [run(path), run(path, "--to", "csv"), run("--to", "json"), run(path, "--to", "json", "--words", "x")] == [2, 2, 2, 2]


def test_the_command_spells_as_asked(home: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    path = kept(home, sample(epcList=[URN]))
    assert run(path, "--to", "xml-2.0", "--epc-format", "Always_GS1_Digital_Link", "--words", "Always_Web_URI") == 0
    assert epc_and_step(capfdbinary.readouterr().out) == [LINK, "https://ref.gs1.org/cbv/BizStep-shipping"]


def test_a_file_that_cannot_be_written_is_told(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(kept(home, sample()), "--to", "json", "-o", home / "no-such-folder" / "x.json") == 1
    assert "no-such-folder" in capfd.readouterr().err


# ------------------------------------------------------------------------------------------------ API


@pytest.fixture
def headers(on: Runtime) -> dict[str, str]:
    return make_api_key(on, make_enterprise(on)) | {"Content-Type": "application/json"}


def test_the_api_answers_the_document_and_counts_its_losses(client: Any, headers: dict[str, str]) -> None:
    answer = client.post("/api/convert?to=xml-2.0", data=sample(**{"example:a": ["x"]}), headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    assert (answer.headers["Convert-Losses"], answer.headers["Convert-Changes"]) == ("1", "0")
    assert faults(answer.data, "2.0") == []
    back = client.post("/api/convert?to=json", data=answer.data, headers=headers | {"Content-Type": "application/xml"})
    assert (back.mimetype, back.get_json(force=True)["type"]) == ("application/ld+json", "EPCISDocument")


def test_the_api_knows_the_company_prefix_of_the_caller(client: Any, headers: dict[str, str]) -> None:
    answer = client.post("/api/convert?to=xml-1.2", data=sample(), headers=headers)
    assert epc_and_step(answer.data)[0] == URN


def test_the_api_reports_on_request(client: Any, headers: dict[str, str]) -> None:
    answer = client.post(
        "/api/convert?to=xml-2.0&report=true&words=Always_Web_URI", data=sample(**{"example:a": ["x"]}), headers=headers
    ).get_json()
    assert {name: answer[name] for name in ("from", "to", "mediaType", "events", "lossesTotal", "changes")} == {
        "from": "json", "to": "xml-2.0", "mediaType": "application/xml", "events": 1, "lossesTotal": 1, "changes": [],
    }  # fmt: skip
    assert answer["losses"][0]["code"] == "binding.list-of-one"
    assert epc_and_step(answer["content"].encode())[1] == "https://ref.gs1.org/cbv/BizStep-shipping"


@pytest.mark.parametrize(
    ("query", "kind", "status", "code"),
    [
        ("", "application/json", 400, "api.parameter-invalid"),
        ("?to=csv", "application/json", 400, "api.parameter-invalid"),
        ("?to=json&lenient=yes", "application/json", 400, "api.parameter-invalid"),
        ("?to=json&epcFormat=x", "application/json", 400, "api.parameter-invalid"),
        ("?to=json", "text/csv", 415, "api.media-type"),
        ("?to=json", "", 415, "api.media-type"),
    ],
)
def test_the_api_refuses_what_it_does_not_know(client: Any, headers: dict[str, str], query: str, kind: str, status: int, code: str) -> None:
    answer = client.post(f"/api/convert{query}", data=sample(), headers=headers | {"Content-Type": kind})
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_the_api_tells_what_is_wrong_with_a_document(client: Any, headers: dict[str, str]) -> None:
    answer = client.post("/api/convert?to=json", data=sample(action="MOVE"), headers=headers)
    assert (answer.status_code, answer.get_json()["findings"][0]["pointer"]) == (400, "/epcisBody/eventList/0/action")


# ------------------------------------------------------------------------------------------------ page


def upload(client: Any, content: bytes, **fields: str) -> Any:
    form = {"file": (io.BytesIO(content), "Sự kiện.jsonld"), "to": "xml-2.0", "then": "look", "lenient": "no", **fields}
    return client.post("/console/convert", data=form, content_type="multipart/form-data")


@pytest.fixture
def visitor(client: Any, on: Runtime) -> Any:
    return signed_in(client, on, make_enterprise(on))


def test_the_page_shows_the_document_and_what_it_loses(visitor: Any) -> None:
    assert "JSON-LD (EPCIS 2.0)" in visitor.get("/console/convert?lang=en").text
    page = upload(visitor, sample(**{"example:a": ["x"]}))
    assert page.status_code == 200
    assert "&lt;bizStep&gt;urn:epcglobal:cbv:bizstep:shipping&lt;/bizStep&gt;" in page.text
    assert "/epcisBody/eventList/0/example:a" in page.text


def test_the_page_gives_the_document_as_a_file(visitor: Any) -> None:
    at_once = upload(visitor, sample(), then="download")
    assert at_once.data == convert(sample(), "xml-2.0").content
    assert "S%E1%BB%B1%20ki%E1%BB%87n.xml-2.0.xml" in at_once.headers["Content-Disposition"]
    shown = {"content": at_once.text.replace("\n", "\r\n"), "name": 'a"\r\nb.xml', "to": "xml-2.0"}
    again = visitor.post("/console/convert/file", data=shown, content_type="multipart/form-data")
    assert (again.data, again.mimetype) == (at_once.data, "application/xml")
    assert again.headers["Content-Disposition"].startswith('attachment; filename="a___b.xml"')


def test_a_document_too_large_to_show_is_told_so_and_downloads(visitor: Any) -> None:
    large = raw(document(*[object_event()] * 1500))
    page = upload(visitor, large, to="json")
    assert page.status_code == 200
    assert "f-content" not in page.text
    assert upload(visitor, large, to="json", then="download").get_json(force=True)["type"] == "EPCISDocument"


@pytest.mark.parametrize(("fields", "content", "field"), [({"to": "csv"}, b"{}", "f-to"), ({}, b"?", "")])
def test_the_page_says_what_is_wrong_beside_the_form(visitor: Any, fields: dict[str, str], content: bytes, field: str) -> None:
    page = upload(visitor, content, **fields)
    assert page.status_code == 400
    assert 'class="summary"' in page.text
    assert f'href="#{field}"' in page.text if field else True


def test_a_form_without_a_file_is_refused(visitor: Any) -> None:
    page = visitor.post("/console/convert", data={"to": "json", "then": "look"}, content_type="multipart/form-data")
    assert page.status_code == 400
    assert 'href="#f-file"' in page.text


def test_only_who_is_signed_in_may_convert(client: Any) -> None:
    assert client.post("/api/convert?to=json", data=sample(), content_type="application/json").status_code == 401
    assert client.get("/console/convert").status_code == 303


def test_large_documents_wait_for_their_turn_and_small_ones_do_not() -> None:
    with turn(SMALL + 1), turn(SMALL + 1), turn(SMALL), pytest.raises(ConversionsBusy), turn(SMALL + 1, patience=0.0):
        pass
    with turn(SMALL + 1, patience=0.0):
        pass
