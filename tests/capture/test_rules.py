"""Rules no schema decides: each at its smallest breach and just inside it."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture import rules, shape
from app.capture.check_keys import ends_in_check_digit, wrong, wrong_in
from app.errors import Finding
from app.identify import check_digit
from tests import SHARED
from tests.capture.mutants import mutants
from tests.capture.test_shape import event, only, told

NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument")
EXAMPLES = sorted(path for path in (SHARED / "epcis-standard").glob("examples-json/**/*.json*") if path.is_file()) if SHARED else []


SENTENCES = tomllib.loads(files("schemas").joinpath("errors.toml").read_text("utf-8"))


def check(whole: dict[str, Any], pointer: str = "") -> list[Finding]:
    """What is found; each finding must have its sentence in each language."""
    found = rules.check_event(whole, pointer, NOW)
    for finding in (*found, *rules.remarks(whole, pointer)):
        for language in ("vi", "en", "fr", "do_vi", "do_en", "do_fr"):
            SENTENCES[finding.code][language].format_map({**finding.params, "pointer": finding.pointer, "value": finding.value})
    return found


def packing(**changes: Any) -> dict[str, Any]:
    """Two boxes put on a pallet."""
    return event(**{"type": "AggregationEvent", "epcList": None, "childEPCs": ["urn:example:1"], "parentID": "urn:example:p", **changes})


def sensed(report: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """An event with one sensor report."""
    element = {"sensorReport": [{"type": "Temperature", **report}], **({"sensorMetadata": metadata} if metadata else {})}
    return event(sensorElementList=[element])


def test_a_good_event_has_no_findings() -> None:
    assert check(event()) == []
    assert check(packing(action="ADD")) == []
    assert check(sensed({"value": 3.5, "uom": "CEL"})) == []
    assert check(event(type="example:Drying", quantityList="its own", sensorElementList=3)) == []


@pytest.mark.skipif(SHARED is None, reason="the official examples of EPCIS 2.0 are not beside the repository")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_official_example_is_refused(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    for index, one in enumerate(shape.events_of(document)):
        assert check(one, shape.event_pointer(document, index)) == []


@pytest.mark.skipif(SHARED is None, reason="the official examples of EPCIS 2.0 are not beside the repository")
def test_rules_can_judge_whatever_has_a_good_shape() -> None:
    judged = 0
    for number, path in enumerate(EXAMPLES):
        for mutant in mutants(json.loads(path.read_text("utf-8")), 30, seed=number):
            alone = mutant.get("type") not in DOCUMENTS
            if shape.check_event(mutant) if alone else shape.check_document(mutant):
                continue
            for index, one in enumerate(shape.events_of(mutant)):
                rules.check_event(one, shape.event_pointer(mutant, index), NOW)
                rules.remarks(one, "")
                judged += 1
    assert judged > 300


@pytest.mark.parametrize("sensors", [3, [], {}, [3], [{"sensorReport": 3}], None])
def test_an_extension_event_may_mean_something_else_by_our_names(sensors: Any) -> None:
    whole = {**event(type="example:Drying", action=5, quantityList=sensors), "sensorElementList": sensors}
    assert shape.check_event(whole) == []
    assert check(whole) == []
    assert rules.remarks(whole, "") == []


@pytest.mark.parametrize("action", ["ADD", "DELETE"])
def test_packing_and_unpacking_name_the_parent(action: str) -> None:
    finding = only(check(packing(action=action, parentID=None), "/epcisBody/eventList/6"))
    assert told(finding) == ("rules.parent-missing", "/epcisBody/eventList/6/parentID")
    assert (finding.event, finding.params["action"]) == (7, action)


def test_an_observed_aggregation_needs_no_parent() -> None:
    assert check(packing(action="OBSERVE", parentID=None)) == []


@pytest.mark.parametrize("name", ["quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"])
def test_a_quantity_below_zero_is_refused_in_every_list(name: str) -> None:
    whole = event(**{name: [{"epcClass": "urn:example:1"}, {"epcClass": "urn:example:1", "quantity": -0.5}]})
    finding = only(check(whole))
    assert told(finding) == ("rules.negative-quantity", f"/{name}/1/quantity")
    assert finding.value == -0.5


def test_a_quantity_of_zero_is_taken() -> None:
    assert check(event(quantityList=[{"epcClass": "urn:example:1", "quantity": 0}])) == []


def test_a_sensor_report_without_any_value_is_refused() -> None:
    finding = only(check(sensed({"uom": "CEL", "deviceID": "urn:example:1", "time": "2026-06-01T00:00:00Z"})))
    assert told(finding) == ("rules.sensor-without-value", "/sensorElementList/0/sensorReport/0")


@pytest.mark.parametrize(
    "said",
    [
        {"value": 0},
        {"booleanValue": False},
        {"stringValue": ""},
        {"exception": "ERROR_CONDITION"},
        {"rawData": "urn:example:1"},
        {"example:x": 1},
    ],
)
def test_a_sensor_report_that_says_anything_is_taken(said: dict[str, Any]) -> None:
    assert check(sensed(said)) == []


def test_the_future_begins_after_twenty_four_hours() -> None:
    last = NOW + timedelta(hours=24)
    assert check(event(eventTime=last.isoformat())) == []
    finding = only(check(event(eventTime=(last + timedelta(microseconds=1)).isoformat())))
    assert told(finding) == ("rules.time-in-future", "/eventTime")
    assert finding.params == {"field": "eventTime", "latest": "2026-06-03T12:00:00+00:00"}


def test_the_offset_counts_when_the_future_is_judged() -> None:
    assert check(event(eventTime="2026-06-03T19:00:00+07:00")) == []
    assert told(only(check(event(eventTime="2026-06-03T13:00:00Z")))) == ("rules.time-in-future", "/eventTime")


def test_a_declaration_from_the_future_is_refused() -> None:
    finding = only(check(event(errorDeclaration={"declarationTime": "2999-01-01T00:00:00Z"})))
    assert told(finding) == ("rules.time-in-future", "/errorDeclaration/declarationTime")


def test_the_record_time_of_a_sender_is_not_read() -> None:
    assert check(event(recordTime="2999-01-01T00:00:00Z")) == []


@pytest.mark.parametrize("time", ["2026-06-30T23:59:60Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_that_no_calendar_keeps_is_refused(time: str) -> None:
    whole = event(eventTime=time)
    assert shape.check_event(whole) == []
    assert told(only(check(whole))) == ("rules.time-not-kept", "/eventTime")


@pytest.mark.parametrize("time", ["2026-06-01t08:30:00.123456789z", "2026-06-01T08:30:00.1-03:30"])
def test_every_spelling_of_a_time_of_good_shape_is_understood(time: str) -> None:
    whole = event(eventTime=time)
    assert shape.check_event(whole) == []
    assert check(whole) == []


LINKS = [
    ("00", "095212340000000014", ""),
    ("01", "09521234543213", "/10/LOT1/21/1?17=270101"),
    ("253", "9521234000013PO1", ""),
    ("255", "95212340000130001", ""),
    ("402", "95212340000000012", ""),
    ("414", "9521321000018", "/254/1"),
    ("417", "9521321000018", ""),
    ("8003", "09521321000018A1", ""),
    ("8018", "952123400000000018", ""),
]


@pytest.mark.parametrize(("ai", "key", "rest"), LINKS, ids=lambda part: part[:20])
def test_a_wrong_check_digit_is_refused_wherever_it_stands(ai: str, key: str, rest: str) -> None:
    length = {"253": 13, "255": 13, "8003": 14}.get(ai, len(key))
    right = key[: length - 1] + check_digit.digit(key[: length - 1]) + key[length:]
    assert check(event(bizLocation={"id": f"https://id.gs1.org/{ai}/{right}{rest}"})) == []
    false = str((int(right[length - 1]) + 1) % 10)
    spoilt = f"http://id.gs1.org/{ai}/{right[: length - 1]}{false}{right[length:]}{rest}"
    finding = only(check(event(bizLocation={"id": spoilt}, epcList=["urn:example:1"])))
    assert told(finding) == ("rules.wrong-check-digit", "/bizLocation/id")
    assert (finding.params["expected"], finding.params["found"]) == (right[length - 1], false)


@pytest.mark.parametrize(
    ("uri", "key"),
    [
        ("https://id.gs1.org/01/09521234543", "GTIN"),
        ("https://id.gs1.org/01/9521234/21/1", "GTIN"),
        ("https://id.gs1.org/01/095212345432130/21/1", "GTIN"),
        ("https://id.gs1.org/00/9521234", "SSCC"),
        ("https://id.gs1.org/414/GLN9521321000", "GLN"),
        ("https://id.gs1.org/01/" + "0" * 100, "GTIN"),
        ("https://id.gs1.org/01/", "GTIN"),
        ("urn:epc:id:sgtin:9521234.01234.1", "SGTIN"),
        ("urn:epc:id:sgtin:9521234.01234A.1", "SGTIN"),
        ("urn:epc:id:sscc:9521234.012345678", "SSCC"),
        ("urn:epc:class:lgtin:95212.01234567.L", "LGTIN"),
        ("urn:epc:id:sgln:9521234", "SGLN"),
    ],
)
def test_a_key_with_the_wrong_number_of_digits_is_refused(uri: str, key: str) -> None:
    finding = only(check(event(epcList=["urn:example:1", uri])))
    assert told(finding) == ("rules.wrong-key-length", "/epcList/1")
    assert finding.params["key"] == key


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com/01/09521234543210",
        "https://id.gs1.org/8004/9521234A",
        "https://id.gs1.org/",
        "urn:epc:id:giai:9521234.1",
        "urn:epc:idpat:sgtin:9521234.*.*",
        "urn:epc:id:sgln:952123456789..0",
        "urn:epc:id:sgtin:9521234.012345.1",
        "urn:example:https://id.gs1.org/01/1",
        "example:09521234543210",
    ],
)
def test_what_is_not_unmistakably_a_gs1_key_is_left_alone(uri: str) -> None:
    assert check(event(epcList=[uri])) == []


@given(st.binary(min_size=2, max_size=20).map(lambda raw: bytes(48 + byte % 10 for byte in raw)))
def test_the_quick_check_digit_is_the_check_digit(digits: bytes) -> None:
    text = digits.decode()
    assert ends_in_check_digit(digits) == (check_digit.digit(text[:-1]) == text[-1])


@given(st.lists(st.from_regex(r"https://id\.gs1\.org/(01/[0-9]{13,14}|414/[0-9A]{13})(/10/[A-Z]{1,3})?", fullmatch=True), max_size=5))
def test_whole_events_and_single_identifiers_are_judged_alike(uris: list[str]) -> None:
    assert wrong_in(json.dumps({"epcList": uris}).encode()) == any(wrong(uri) is not None for uri in uris)


def test_a_control_character_in_an_identifier_is_refused_with_its_name() -> None:
    finding = only(check(event(type="example:Scan", parentID="urn:example:1\x1d21A")))
    assert told(finding) == ("rules.control-character", "/parentID")
    assert finding.params == {"field": "parentID", "character": "U+001D"}
    assert "\x1d" not in finding.value


@pytest.mark.parametrize("character", ["\0", "\x01", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_a_text_holds_no_character_that_xml_cannot_carry(character: str) -> None:
    assert told(only(check(event(**{"example:note": f"a{character}b"})))) == ("rules.control-character", "/example:note")


@pytest.mark.parametrize("text", ["one\ntwo", "a\tb\r\n", '"quoted" \\ slash', "25 °C", "«lô»", "\x7f", "漢字 ｶ"])
def test_a_text_may_have_lines_quotes_and_signs(text: str) -> None:
    assert check(event(**{"example:note": text})) == []
    assert check(event(**{"example:place": {"id": text, "notes": [text]}})) == []
    assert check(event(type="example:Drying", notes=text)) == []
    assert check(sensed({"stringValue": text})) == []


@pytest.mark.parametrize("character", ["\n", "\x7f", "\x85"])
def test_an_identifier_has_no_lines(character: str) -> None:
    assert told(only(check(event(type="example:Scan", eventID=f"urn:example:{character}")))) == ("rules.control-character", "/eventID")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"example:note": "lo\u0302 so\u0302\u0301 mo\u0323\u0302t"}, "/example:note"),
        ({"ilmd": {"example:farm": ["Vườn", "Vu\u031bo\u031b\u0300n"]}}, "/ilmd/example:farm/1"),
        ({"example:unit": "\u212b"}, "/example:unit"),
    ],
)
def test_text_that_is_not_composed_is_refused(changes: dict[str, Any], pointer: str) -> None:
    assert told(only(check(event(**changes)))) == ("rules.not-nfc", pointer)


def test_a_name_of_a_field_is_text_too() -> None:
    assert told(only(check(event(type="example:Scan", **{"ghi chu\u0301": 1})))) == ("rules.not-nfc", "/ghi chu\u0301")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=8))
def test_a_refused_character_or_form_is_never_overlooked(text: str) -> None:
    """The quick look at the whole event and the look at the single text come to the same end."""
    found = {finding.code for finding in check(event(**{"example:note": text}))}
    looked = {finding.code for finding in rules._characters(text, "example:note", "", None, identifier=False)}  # noqa: SLF001  # the exact half
    assert found == looked


def test_an_identifier_has_at_most_2048_characters() -> None:
    longest = "urn:example:" + "x" * (2048 - 12)
    assert check(event(epcList=[longest])) == []
    finding = only(check(event(epcList=["urn:example:1", longest + "x"])))
    assert told(finding) == ("rules.identifier-too-long", "/epcList/1")
    assert (finding.params["length"], len(finding.value)) == (2049, 80)


def test_a_text_may_be_longer_than_an_identifier() -> None:
    assert check(event(**{"example:note": "x" * 5000})) == []


def test_an_event_with_very_many_faults_is_told_twenty() -> None:
    assert len(check(event(epcList=[f"https://id.gs1.org/01/{number}" for number in range(1, 500)]))) == 20
    assert len(check(event(quantityList=[{"epcClass": "urn:example:1", "quantity": -1}] * 500))) == 20


def test_an_extension_event_writes_bare_words_too() -> None:
    whole = event(type="example:Drying", disposition="urn:epcglobal:cbv:disp:in_transit")
    assert shape.check_event(whole) == []
    finding = only(check(whole))
    assert told(finding) == ("rules.word-as-urn", "/disposition")
    assert finding.params["word"] == "in_transit"


def test_a_business_document_may_be_named_by_its_cbv_urn() -> None:
    document = [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:9521321000018:PO-1"}]
    assert check(event(bizTransactionList=document)) == []
    assert check(event(type="example:Drying", bizTransactionList=document)) == []


def test_an_attribute_for_all_reports_and_again_for_one_is_a_remark() -> None:
    whole = sensed({"value": 3, "time": "2026-06-01T00:00:00Z"}, time="2026-06-01T00:00:00Z", deviceID="urn:example:d")
    assert check(whole) == []
    finding = only(rules.remarks(whole, "/epcisBody/eventList/0"))
    assert told(finding) == ("rules.sensor-attribute-twice", "/epcisBody/eventList/0/sensorElementList/0/sensorReport/0/time")
    assert finding.event == 1


def test_a_reading_later_than_its_event_is_a_remark() -> None:
    assert rules.remarks(sensed({"value": 3}, time="2026-06-01T01:30:00Z"), "") == []
    finding = only(rules.remarks(sensed({"value": 3}, time="2026-06-01T01:30:01Z"), ""))
    assert told(finding) == ("rules.sensor-after-event", "/sensorElementList/0/sensorReport/0/time")
    assert rules.remarks(event(), "") == []
