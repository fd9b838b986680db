"""Pairs of different events with one CBV event hash: why the evidence hash, which tells each pair apart, is what is signed and logged."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.capture import evidence
from app.capture.accept import accept
from app.capture.hashes.event_hash import CBV_2_0, CBV_2_1, context_of, event_hash
from app.runtime import Runtime
from tests.builders import document, make_enterprise, raw

CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://ns.example.vn/epcis/"}]
NS = "{https://ns.example.vn/epcis/}"
LINK = "https://id.gs1.org/01/09521234123453"
SENSOR = {"type": "gs1:Temperature", "stringValue": "7"}

PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a value that swallows the next field": ({"ex:a": f"1{NS}b=2"}, {"ex:a": "1", "ex:b": "2"}),
    "a read point that swallows the location": (
        {"readPoint": {"id": "urn:x:1bizLocationid=urn:x:2"}},
        {"readPoint": {"id": "urn:x:1"}, "bizLocation": {"id": "urn:x:2"}},
    ),
    "leading zeros": ({"ex:a": "00123"}, {"ex:a": "123"}),
    "an underscore in a number": ({"ex:a": "1_23"}, {"ex:a": "123"}),
    "a text and a number": ({"ex:a": "123"}, {"ex:a": 123}),
    "a measured text": (
        {"sensorElementList": [{"sensorReport": [SENSOR | {"stringValue": "007"}]}]},
        {"sensorElementList": [{"sensorReport": [SENSOR]}]},
    ),
    "another lot": ({"epcList": [f"{LINK}/10/LOT-A/21/7"]}, {"epcList": [f"{LINK}/10/LOT-B/21/7"]}),
    "another expiry date": ({"epcList": [f"{LINK}/21/7?17=270101"]}, {"epcList": [f"{LINK}/21/7?17=290101"]}),
    "another host": ({"epcList": [f"{LINK}/21/7"]}, {"epcList": ["https://copy.example.com/01/09521234123453/21/7"]}),
    "an error declaration": ({}, {"errorDeclaration": {"declarationTime": "2026-11-23T08:00:00Z", "reason": "did_not_occur"}}),
    "the time of record": ({"recordTime": "2026-11-22T08:00:00Z"}, {"recordTime": "2026-11-29T08:00:00Z"}),
    "a certificate": ({}, {"certificationInfo": "https://cert.example.vn/1"}),
    "a comment": ({"comment": "thirty boxes"}, {"comment": "three boxes"}),
    "less than a millisecond": ({"eventTime": "2026-11-22T08:00:00.0001+07:00"}, {"eventTime": "2026-11-22T08:00:00.0002+07:00"}),
    "a word and its address": (
        {"bizStep": "shipping", "ex:a": "shipping"},
        {"bizStep": "shipping", "ex:a": "https://ref.gs1.org/cbv/BizStep-shipping"},
    ),
}


def event(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "ObjectEvent", "eventTime": "2026-11-22T08:00:00.000+07:00", "eventTimeZoneOffset": "+07:00", **fields}


def test_there_are_fifteen_kinds() -> None:
    assert len(PAIRS) == 15


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_two_events_of_one_event_hash_have_two_evidence_hashes(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    one, other = (event(fields) for fields in pair)
    for profile in (CBV_2_0, CBV_2_1):
        assert event_hash(one, context_of(CONTEXT), profile) == event_hash(other, context_of(CONTEXT), profile)
    at, salt = datetime(2026, 11, 22, 12, tzinfo=UTC), bytes(16)
    sealed = [evidence.seal_event(each, CONTEXT, "c1", at, salt).evidence for each in (one, other)]
    assert sealed[0] != sealed[1]


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_both_events_of_a_pair_are_recorded(pair: tuple[dict[str, Any], dict[str, Any]], on: Runtime) -> None:
    by = make_enterprise(on).actor()
    told = [accept(raw({**document(_captured(fields)), "@context": CONTEXT}), by=by, on=on).events[0] for fields in pair]
    assert [each.known for each in told] == [False, False]
    assert told[0].evidence != told[1].evidence


def _captured(fields: dict[str, Any]) -> dict[str, Any]:
    """An event that capture takes: of May, as the clock of the tests stands in June; with goods; its comment by the name that is taken."""
    fields = {("rdfs:comment" if name == "comment" else name): value for name, value in fields.items()}
    goods = {} if "epcList" in fields else {"epcList": [f"{LINK}/21/7"]}
    made: dict[str, Any] = json.loads(json.dumps(event({"action": "OBSERVE", **goods, **fields})).replace("2026-11-", "2026-05-"))
    return made
