"""Bad input over HTTP: each kind gets its code, its place and its remedy in three languages; nothing is kept; the server keeps serving."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.runtime import Runtime
from tests.api.problems import LANGUAGES, problem_of
from tests.builders import CONTEXT, document, make_api_key, make_enterprise, object_event, raw
from tests.capture.test_accept import counts
from tests.thorough import ONE_FIXTURE


@pytest.fixture
def headers(on: Runtime) -> dict[str, str]:
    return make_api_key(on, make_enterprise(on)) | {"Content-Type": "application/json"}


GOOD = raw(document(object_event()))


def with_text(old: str, new: str) -> bytes:
    """The good document with one piece of its text replaced, byte for byte."""
    assert old.encode() in GOOD
    return GOOD.replace(old.encode(), new.encode(), 1)


def with_event(**changes: Any) -> bytes:
    return raw(document(object_event(**changes)))


def deep(levels: int) -> bytes:
    return with_text('"action"', '"example:deep": ' + "[" * levels + "]" * levels + ', "action"')


TIMES = "2026-06-12T19:30:00.000+07:00"

INVALID, FIRST = "capture.document-invalid", "/epcisBody/eventList/0"

# name: (body, code of the refusal, code of the first finding or None, where: pointer or None)
BAD: dict[str, tuple[bytes, str, str | None, str | None]] = {
    "empty": (b"", "capture.malformed-json", None, None),
    "blank": (b"  \n", "capture.malformed-json", None, None),
    "cut short": (GOOD[:-2], "capture.malformed-json", None, None),
    "trailing text": (GOOD + b"x", "capture.malformed-json", None, None),
    "single quotes": (b"{'type': 'EPCISDocument'}", "capture.malformed-json", None, None),
    "not utf-8": (GOOD.replace(b"shipping", b"shipp\xffng"), "capture.not-utf8", None, None),
    "utf-16": (GOOD.decode().encode("utf-16"), "capture.not-utf8", None, None),
    "xml": (b"<?xml version='1.0'?><epcis:EPCISDocument/>", "capture.other-binding", None, None),
    "duplicate key": (with_text('"action": "OBSERVE"', '"action": "OBSERVE", "action": "ADD"'), "capture.duplicate-key", None, FIRST),
    "duplicate key escaped": (
        with_text('"action": "OBSERVE"', '"action": "OBSERVE", "\\u0061ction": "ADD"'), "capture.duplicate-key", None, FIRST),
    "nan": (with_text('"OBSERVE"', "NaN"), "capture.number-not-finite", None, f"{FIRST}/action"),
    "infinity": (with_text('"OBSERVE"', "-Infinity"), "capture.number-not-finite", None, f"{FIRST}/action"),
    "huge number": (with_text('"OBSERVE"', "1e400"), "capture.number-not-finite", None, f"{FIRST}/action"),
    "huge integer": (with_text('"OBSERVE"', "9" * 5000), "capture.integer-too-large", None, f"{FIRST}/action"),
    "just too large": (with_text('"OBSERVE"', str(2**53)), "capture.integer-too-large", None, f"{FIRST}/action"),
    "too deep": (deep(40), "capture.too-deep", None, None),
    "very deep": (deep(100_000), "capture.too-deep", None, None),
    "lone surrogate": (with_text("shipping", "\\ud800"), "capture.lone-surrogate", None, f"{FIRST}/bizStep"),
    "nul": (with_text("shipping", "ship\\u0000"), "capture.nul-character", None, f"{FIRST}/bizStep"),
    "raw nul": (with_text("shipping", "ship\0"), "capture.nul-character", None, None),
    "a list": (b"[]", INVALID, "shape.wrong-type", ""),
    "a string": (b'"EPCISDocument"', INVALID, "shape.wrong-type", ""),
    "null": (b"null", INVALID, "shape.wrong-type", ""),
    "an empty object": (b"{}", INVALID, "shape.missing", "/type"),
    "unknown type": (raw({"type": "Letter"}), INVALID, "shape.unknown-document-type", "/type"),
    "bare event sent as document": (raw({"@context": CONTEXT, **object_event()}), INVALID, None, None),
    "no events": (raw(document()), "capture.no-events", None, "/epcisBody/eventList"),
    "events of strings": (raw(document("one", "two")), INVALID, "shape.wrong-type", FIRST),  # type: ignore[arg-type]
    "events of numbers": (raw(document(1, None)), INVALID, "shape.wrong-type", FIRST),  # type: ignore[arg-type]
    "no event list": (raw(document(epcisBody={})), INVALID, "shape.missing", "/epcisBody/eventList"),
    "event list of a string": (
        raw(document(epcisBody={"eventList": "all"})), INVALID, "shape.wrong-type", "/epcisBody/eventList"),
    "wrong check digit": (
        with_event(epcList=["https://id.gs1.org/01/09521002000017/21/A"]), INVALID, "rules.wrong-check-digit",
        f"{FIRST}/epcList/0"),
    "no offset": (with_text(TIMES, "2026-06-12T19:30:00"), INVALID, "shape.not-a-time", f"{FIRST}/eventTime"),
    "year zero": (with_text(TIMES, "0000-06-12T19:30:00Z"), INVALID, None, f"{FIRST}/eventTime"),
    "hour 24": (with_text(TIMES, "2026-06-12T24:00:00Z"), INVALID, "shape.not-a-time", f"{FIRST}/eventTime"),
    "leap second": (with_text(TIMES, "2016-12-31T23:59:60Z"), INVALID, "rules.time-not-kept", f"{FIRST}/eventTime"),
    "30 February": (with_text(TIMES, "2026-02-30T10:00:00Z"), INVALID, "shape.not-a-time", f"{FIRST}/eventTime"),
    "offset of 99 hours": (with_text(TIMES, "2026-06-12T19:30:00+99:00"), INVALID, None, f"{FIRST}/eventTime"),
    "digits of another script": (with_text(TIMES, "٢٠٢٦-06-12T19:30:00Z"), INVALID, None, f"{FIRST}/eventTime"),
    "in the future": (with_text(TIMES, "2126-06-12T19:30:00Z"), INVALID, "rules.time-in-future", f"{FIRST}/eventTime"),
    "wrong action": (with_event(action="MOVE"), INVALID, None, f"{FIRST}/action"),
    "control character": (with_event(readPoint={"id": "https://id.gs1.org/414/9521002001013\u0007"}), INVALID, None, None),
    "identifier of 10,000 characters": (with_event(epcList=["urn:example:" + "x" * 10_000]), INVALID, None, None),
}  # fmt: skip


def keeps_serving(client: Any, headers: dict[str, str]) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/epcis/capture", headers=headers).status_code == 200


@pytest.mark.parametrize("name", BAD)
def test_each_kind_of_bad_document_is_refused_with_place_and_remedy(client: Any, headers: dict[str, str], on: Runtime, name: str) -> None:
    body, code, finding, pointer = BAD[name]
    for language in LANGUAGES:
        answer = client.post("/epcis/capture", data=body, headers=headers | {"Accept-Language": language})
        told = problem_of(answer, 400, code)
        first = told["findings"][0] if code == "capture.document-invalid" else told
        if finding is not None:
            assert first["code"] == finding
        if pointer is not None:
            assert first.get("pointer", "") == pointer
        if code in {"capture.malformed-json", "capture.not-utf8"}:
            assert {"line", "column"} <= set(told["params"])
        if first.get("pointer", "").startswith("/epcisBody/eventList/"):
            assert first["event"] == 1
    assert counts(on) == (0, 0, 0, 0)
    keeps_serving(client, headers)


def test_a_bare_event_without_context_is_refused_with_place(client: Any, headers: dict[str, str], on: Runtime) -> None:
    told = problem_of(client.post("/epcis/events", data=raw(object_event()), headers=headers), 400, "capture.document-invalid")
    assert told["findings"][0]["pointer"] == "/@context"
    assert counts(on) == (0, 0, 0, 0)


@pytest.mark.parametrize("path", ["/epcis/events", "/api/capture/check?bare=true"])
@pytest.mark.parametrize(
    "body", [b"[]", b"1", b"null", GOOD, b'{"type": 7}', b'{"type": ["ObjectEvent"]}', b'{"type": "NoEvent", "@context": []}']
)
def test_what_is_no_bare_event_is_refused(client: Any, headers: dict[str, str], path: str, body: bytes) -> None:
    answer = client.post(path, data=body, headers=headers)
    if path.startswith("/epcis"):
        problem_of(answer, 400, "capture.document-invalid")
    else:
        assert answer.get_json()["valid"] is False


def test_a_body_over_the_limit_is_413_and_names_both_limits(client: Any, headers: dict[str, str], on: Runtime) -> None:
    on.settings = replace(on.settings, max_document_bytes=20_000)
    answer = client.post("/epcis/capture", data=b" " * 20_001, headers=headers)
    told = problem_of(answer, 413, "capture.document-too-large")
    assert told["type"] == "epcisException:CaptureLimitExceededException"
    assert answer.headers["GS1-EPCIS-Capture-Limit"] == "200000"
    assert answer.headers["GS1-EPCIS-Capture-File-Size-Limit"] == "20000"
    assert counts(on) == (0, 0, 0, 0)


def test_too_many_events_are_413_and_name_both_limits(client: Any, headers: dict[str, str], on: Runtime) -> None:
    on.settings = replace(on.settings, max_events=100)
    answer = client.post("/epcis/capture", data=raw(document(*[object_event()] * 101)), headers=headers)
    told = problem_of(answer, 413, "capture.too-many-events")
    assert told["params"] == {"limit": 100, "found": 101}
    assert {"GS1-EPCIS-Capture-Limit", "GS1-EPCIS-Capture-File-Size-Limit"} <= set(answer.headers.keys())
    assert counts(on) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xhtml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "x",
        "application/json5",
    ],
)
@pytest.mark.parametrize("path", ["/epcis/capture", "/epcis/events", "/api/capture/check"])
def test_another_content_type_is_415_and_told_which_are_read(
    client: Any, headers: dict[str, str], on: Runtime, path: str, kind: str
) -> None:
    answer = client.post(path, data=GOOD, headers=headers | {"Content-Type": kind})
    told = problem_of(answer, 415, "api.media-type")
    assert "application/json" in told["detail"]
    assert counts(on) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "application/ld+json", "APPLICATION/JSON", 'application/json;profile="x"']
)
def test_both_names_of_json_are_read_with_any_parameter(client: Any, headers: dict[str, str], kind: str) -> None:
    assert client.post("/epcis/capture", data=GOOD, headers=headers | {"Content-Type": kind}).status_code == 202


@pytest.mark.parametrize("length", ["0", "5", "-1", "x", "", "99999999999999999999"])
def test_a_length_that_lies_never_captures_half_a_document(client: Any, headers: dict[str, str], on: Runtime, length: str) -> None:
    answer = client.post("/epcis/capture", data=GOOD, headers=headers | {"Content-Length": length})
    assert answer.status_code in {202, 400, 411, 413}
    if answer.status_code != 202:
        problem_of(answer, answer.status_code)
        assert counts(on) == (0, 0, 0, 0)
    keeps_serving(client, headers)


@pytest.mark.parametrize(
    "query", ["perPage=0", "perPage=-1", "perPage=x", "perPage=", "perPage=1.5", "perPage=%C2%B2", "perPage=%D9%A3", "perPage=" + "9" * 30]
)
def test_garbage_in_per_page_is_refused_by_name(client: Any, headers: dict[str, str], query: str) -> None:
    told = problem_of(client.get(f"/epcis/capture?{query}", headers=headers), 400, "api.parameter-invalid")
    assert told["pointer"] == "?perPage"


@pytest.mark.parametrize("value", ["x", "", "-1", "1e5", "9223372036854775808", "9" * 30, "%D9%A3", "%ED%A0%80", "1;DROP TABLE event"])
def test_garbage_in_the_page_token_is_refused_by_name(client: Any, headers: dict[str, str], value: str) -> None:
    told = problem_of(client.get(f"/epcis/capture?nextPageToken={value}", headers=headers), 400, "api.parameter-invalid")
    assert told["pointer"] == "?nextPageToken"


def test_more_than_the_largest_page_is_the_largest_page(client: Any, headers: dict[str, str]) -> None:
    assert client.get("/epcis/capture?perPage=1000000", headers=headers).status_code == 200
    assert client.get("/epcis/capture?nextPageToken=9223372036854775807", headers=headers).get_json() == []


@pytest.mark.parametrize("name", ["x", "9" * 19, "9" * 40, "-1", "%D9%A3", "%ED%A0%80", "%FF", "1%2F2", "..", "%2e%2e%2fetc"])
def test_a_job_that_cannot_exist_does_not(client: Any, headers: dict[str, str], name: str) -> None:
    problem_of(client.get(f"/epcis/capture/{name}", headers=headers), 404)


@pytest.mark.parametrize("name", ["x", "%ED%A0%80", "%FF%FE", "a%2Fb", "%25", "%", "%zz", "é", "x" * 3000, "urn:uuid:" + "0" * 36])
def test_an_event_that_cannot_exist_does_not(client: Any, headers: dict[str, str], name: str) -> None:
    problem_of(client.get(f"/epcis/events/{name}", headers=headers), 404, "capture.no-such-event")


def test_a_target_that_is_too_long_is_414(client: Any, headers: dict[str, str]) -> None:
    problem_of(client.get("/epcis/events/" + "x" * 20_000, headers=headers), 414, "api.target-too-long")
    problem_of(client.get("/epcis/capture?nextPageToken=" + "1" * 20_000, headers=headers), 414, "api.target-too-long")


@pytest.mark.parametrize("target", ["/epcis/events/a%00b", "/epcis/capture?nextPageToken=%00", "/api/products/%00", "/epcis/capture/1%00"])
def test_a_nul_in_the_target_is_refused_before_any_database_sees_it(client: Any, headers: dict[str, str], target: str) -> None:
    problem_of(client.get(target, headers=headers), 400, "api.bad-request")


def test_an_idempotency_key_that_is_too_long_is_refused(client: Any, headers: dict[str, str], on: Runtime) -> None:
    problem_of(
        client.post("/epcis/capture", data=GOOD, headers=headers | {"Idempotency-Key": "k" * 256}), 400, "capture.idempotency-key-long"
    )
    assert counts(on) == (0, 0, 0, 0)


def test_many_findings_are_counted_and_the_first_hundred_told(client: Any, headers: dict[str, str]) -> None:
    body = raw(document(*[object_event(epcList=["https://id.gs1.org/01/09521002000017/21/A"]) for _ in range(150)]))
    told = problem_of(client.post("/epcis/capture", data=body, headers=headers), 400)
    assert (len(told["findings"]), told["findingsTotal"], told["params"]["events"]) == (100, 150, 150)


# ---------------------------------------------------------------- whatever strangers send

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=20),
    st.sampled_from(["ObjectEvent", "ADD", TIMES, "+07:00", "urn:epc:id:sgtin:9521002.000001.A", "https://id.gs1.org/01/09521002000016"]),
)  # fmt: skip
keys = st.one_of(
    st.text(max_size=8),
    st.sampled_from([
        "type", "action", "eventTime", "eventTimeZoneOffset", "epcList", "quantityList", "readPoint", "id", "bizStep", "eventID", "ilmd",
        "errorDeclaration", "declarationTime", "sensorElementList", "parentID", "childEPCs", "@context", "epcisBody", "eventList",
        "persistentDisposition",
    ]),
)  # fmt: skip
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=12)


@pytest.fixture
def door(client: Any, headers: dict[str, str]) -> Iterator[Any]:
    """Posts a body to a JSON door and returns the status."""

    def send(path: str, body: bytes) -> int:
        answer = client.post(path, data=body, headers=headers)
        if answer.status_code >= 400:
            problem_of(answer, answer.status_code)
        return int(answer.status_code)

    return send  # type: ignore[return-value]  # a function is all the tests need


DOORS = ["/epcis/capture", "/epcis/events", "/api/capture/check", "/api/capture/check?bare=true"]
FUZZ = settings(suppress_health_check=ONE_FIXTURE)


@FUZZ
@given(path=st.sampled_from(DOORS), value=values)
def test_no_json_value_is_a_fault(door: Any, path: str, value: Any) -> None:
    assert door(path, json.dumps(value).encode()) < 500


@FUZZ
@given(path=st.sampled_from(DOORS), body=st.binary(max_size=200))
def test_no_bytes_are_a_fault(door: Any, path: str, body: bytes) -> None:
    assert door(path, body) < 500


@FUZZ
@given(changes=st.dictionaries(keys, values, max_size=3), extra=values, frame=st.dictionaries(keys, values, max_size=2))
def test_no_event_that_is_nearly_right_is_a_fault(door: Any, changes: dict[str, Any], extra: Any, frame: dict[str, Any]) -> None:
    event = object_event() | changes | {"example:x": extra}
    assert door("/epcis/capture", json.dumps(document(event) | frame).encode()) < 500
    assert door("/epcis/events", json.dumps({"@context": [CONTEXT, {"example": "https://example.test/"}], **event}).encode()) < 500


@FUZZ
@given(cut=st.integers(0, len(GOOD)), junk=st.binary(max_size=6))
def test_no_damaged_document_is_a_fault(door: Any, cut: int, junk: bytes) -> None:
    assert door("/epcis/capture", GOOD[:cut] + junk + GOOD[cut + len(junk) :]) < 500
