"""The examples: every command and document that stands in the handbook does what is said beside it."""

from __future__ import annotations

from typing import Any

import pytest

from app.capture.accept import accept
from app.capture.sheets import sheet
from app.capture.sheets.sheet_file import CSV
from app.identify.check_digit import digit
from app.runtime import Runtime
from app.verify.offline import verify_bundle
from tests.builders import make_api_key, make_enterprise, raw
from tests.handbook import pages
from tests.handbook.walk import ITEM, commands, walk

ITEM_LINK = "https://id.gs1.org/01/09521001000024/21/K7M2Q9XD4RTB"
TYPES = ["ObjectEvent", "TransformationEvent", "AggregationEvent", "TransactionEvent", "AssociationEvent"]


def _examples() -> list[dict[str, Any]]:
    return [value for value in pages.values("record-events") if str(value.get("type", "")).endswith("Event")]


def _document() -> dict[str, Any]:
    (found,) = [value for value in pages.values("record-events") if value.get("type") == "EPCISDocument"]
    return dict(found)


def _block_with(member: str) -> dict[str, Any]:
    (found,) = [value for value in pages.values("record-events") if member in value]
    return dict(found)


def test_there_is_one_example_of_each_type_of_event() -> None:
    assert [event["type"] for event in _examples()] == TYPES


@pytest.mark.parametrize("number", range(len(TYPES)), ids=TYPES)
def test_an_example_event_is_captured(on: Runtime, number: int) -> None:
    receipt = accept(raw(_examples()[number]), by=make_enterprise(on).actor(), on=on, bare=True)
    assert [event.known for event in receipt.events] == [False]


def test_the_example_document_is_captured(on: Runtime) -> None:
    assert len(accept(raw(_document()), by=make_enterprise(on).actor(), on=on).events) == 1


def test_an_event_is_declared_wrong_as_the_page_says(on: Runtime) -> None:
    by = make_enterprise(on).actor()
    event = _examples()[0]
    event_id = accept(raw(event), by=by, on=on, bare=True).events[0].event_id
    declared = event | {"eventID": event_id, "errorDeclaration": {"declarationTime": "2026-06-13T08:00:00+07:00"}}
    assert [each.known for each in accept(raw(declared), by=by, on=on, bare=True).events] == [False]


def test_the_answer_has_the_members_that_are_shown(client: Any, on: Runtime) -> None:
    key = make_api_key(on, make_enterprise(on))
    answer = client.post("/epcis/events", data=raw(_examples()[0]), headers=key, content_type="application/json")
    shown = _block_with("captureID")
    assert answer.status_code == 201
    assert answer.json.keys() == shown.keys()
    assert answer.json["events"][0].keys() == shown["events"][0].keys()


def test_a_refusal_has_the_form_that_is_shown(client: Any, on: Runtime) -> None:
    key = make_api_key(on, make_enterprise(on))
    document = _document()
    document["epcisBody"]["eventList"][0]["action"] = "MOVE"
    answer = client.post("/epcis/capture", data=raw(document), headers=key, content_type="application/json")
    shown = _block_with("findings")

    def without_words(body: dict[str, Any]) -> dict[str, Any]:
        findings = [{**finding, "message": "", "remedy": ""} for finding in body["findings"]]
        return {**body, "detail": "", "remedy": "", "findings": findings}

    assert answer.status_code == 400
    assert without_words(answer.json) == without_words(shown)


def test_the_same_document_with_the_same_word_is_answered_from_the_first_time(client: Any, on: Runtime) -> None:
    key = make_api_key(on, make_enterprise(on)) | {"Idempotency-Key": "shipment-118"}
    first, second = (client.post("/epcis/capture", data=raw(_document()), headers=key, content_type="application/json") for _ in range(2))
    assert (first.status_code, first.json["captureID"]) == (202, second.json["captureID"])
    other = _document() | {"creationDate": "2026-06-12T13:00:00Z"}
    refused = client.post("/epcis/capture", data=raw(other), headers=key, content_type="application/json")
    assert (refused.status_code, refused.json["code"]) == (409, "capture.idempotency-key-reused")


def test_the_example_sheet_has_no_mistake(on: Runtime) -> None:
    (text,) = pages.blocks("record-events", kind="csv")
    judged = sheet.judge(text.encode(), CSV, by=make_enterprise(on).actor(), on=on)
    assert judged.findings == []
    assert [event["type"] for event in judged.events] == ["ObjectEvent", "TransformationEvent", "AggregationEvent", "ObjectEvent"]


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_worked_check_digit_is_right(language: str) -> None:
    assert f"952100100001{digit('952100100001')}" in pages.prose("identifiers", language)


def test_the_walk_registers_labels_and_records() -> None:
    assert [path for path, _ in commands()] == ["/api/places", "/api/products", "/api/products/9521001000024/lots", "/api/labels"]


def test_the_walk_ends_with_a_verified_item_and_its_evidence(client: Any, on: Runtime) -> None:
    walked = walk(client, on)
    assert {path: answer.status_code for path, answer in walked.answers.items()} == dict.fromkeys(walked.answers, 201)
    verdict = client.get("/api/verify", query_string={"code": ITEM}).json
    assert (verdict["verdict"], verdict["cause"]) == ("verified", "VERIFIED-ITEM")
    sheet_of_labels = client.get(f"{walked.answers['/api/labels'].location}/sheet.pdf?layout=a4-3x8", headers=walked.key)
    assert sheet_of_labels.data.startswith(b"%PDF")
    bundle = client.get("/api/bundle", query_string={"code": ITEM}).data
    proven = verify_bundle(bundle, log_vkey=client.get("/log/key").text, expect_item=ITEM_LINK)
    assert [event.step for event in proven.events] == ["commissioning"]
