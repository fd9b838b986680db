"""GET /epcis/events: pages of one's own events that stay stable, filters, and everything else refused by name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.clock import SetClock
from app.query import find
from app.runtime import Runtime
from tests.api.problems import problem_of
from tests.builders import make_api_key, make_enterprise, object_event
from tests.query.doors import EPC, PLACE, capture, events_of, names_of, official_findings, pages, record, segment


@pytest.fixture
def headers(on: Runtime) -> dict[str, str]:
    """The key of an enterprise."""
    return make_api_key(on, make_enterprise(on))


def test_events_come_recorded_last_first_page_by_page(client: Any, headers: dict[str, str]) -> None:
    names = record(client, headers, 5)
    found = [names_of(answer) for answer in pages(client, headers, "/epcis/events?perPage=2")]
    assert found == [names[:2:-1], names[2:0:-1], names[:1]]


def test_an_exact_multiple_of_the_page_has_no_page_behind_it(client: Any, headers: dict[str, str]) -> None:
    record(client, headers, 4)
    assert [len(names_of(answer)) for answer in pages(client, headers, "/epcis/events?perPage=2")] == [2, 2]


def test_a_page_has_thirty_events_when_nobody_asks_and_never_more_than_the_limit(client: Any, headers: dict[str, str]) -> None:
    capture(client, headers, *(object_event(eventID=f"urn:uuid:{number}", epcList=[f"{EPC}{number}"]) for number in range(31)))
    assert len(names_of(client.get("/epcis/events", headers=headers))) == 30
    assert len(names_of(client.get("/epcis/events?perPage=999999999", headers=headers))) == 31


def test_what_is_recorded_between_two_pages_neither_repeats_nor_hides_an_event(client: Any, headers: dict[str, str]) -> None:
    names = record(client, headers, 4)
    seen = []
    for number, answer in enumerate(pages(client, headers, "/epcis/events?perPage=1")):
        seen += names_of(answer)
        capture(client, headers, object_event(eventID=f"urn:uuid:later-{number}", epcList=[f"{EPC}L{number}"]))
    assert seen == names[::-1]


def test_a_token_alone_continues_the_question_it_came_from(client: Any, headers: dict[str, str]) -> None:
    for number, step in enumerate(("shipping", "receiving", "shipping", "receiving")):
        capture(client, headers, object_event(eventID=f"urn:uuid:{number}", bizStep=step, epcList=[f"{EPC}{number}"]))
    found = [names_of(answer) for answer in pages(client, headers, "/epcis/events?EQ_bizStep=shipping&perPage=1")]
    assert found == [["urn:uuid:2"], ["urn:uuid:0"]]


def test_a_token_of_another_question_is_refused(client: Any, headers: dict[str, str]) -> None:
    record(client, headers, 2)
    first = client.get("/epcis/events?perPage=1", headers=headers)
    token = first.headers["Link"].split("nextPageToken=")[1].split(">")[0]
    assert problem_of(client.get(f"/epcis/events?EQ_action=ADD&nextPageToken={token}", headers=headers), 400, "query.token-wrong")
    assert problem_of(client.get(f"/epcis/bizSteps/shipping/events?nextPageToken={token}", headers=headers), 400, "query.token-wrong")
    assert problem_of(client.get("/epcis/events?nextPageToken=17", headers=headers), 400, "query.token-wrong")


FILTERS = {
    "eventType=AggregationEvent": ["pack"],
    "eventType=AggregationEvent|ObjectEvent": ["ship", "pack", "add"],
    "EQ_action=ADD": ["pack", "add"],
    "EQ_action=OBSERVE|DELETE": ["ship"],
    "EQ_bizStep=shipping": ["ship"],
    "EQ_bizStep=urn:epcglobal:cbv:bizstep:packing": ["pack"],
    "EQ_bizStep=https://ref.gs1.org/cbv/BizStep-commissioning|shipping": ["ship", "add"],
    "EQ_bizStep=accepting": [],
    "EQ_disposition=active": ["add"],
    f"EQ_readPoint={PLACE}": ["ship", "pack", "add"],
    "EQ_readPoint=urn:epc:id:sgln:9521002.00101.0": ["ship", "pack", "add"],
    "EQ_readPoint=(414)9521002001013": ["ship", "pack", "add"],
    "EQ_readPoint=urn:epc:id:sgln:9521002.00101.7": [],
    f"EQ_bizLocation={PLACE}": ["pack"],
    "EQ_eventID=urn:uuid:ship|urn:uuid:nobody": ["ship"],
    "EQ_eventID=urn:uuid:ship&EQ_action=ADD": [],
    f"MATCH_anyEPC={EPC}1": ["ship", "pack", "add"],
    f"MATCH_anyEPC={EPC}2": ["add"],
    f"MATCH_anyEPC=(01)09521002000016(21){EPC.rpartition('/')[2]}2": ["add"],
    f"MATCH_anyEPC={EPC}2|urn:epc:id:sscc:9521002.0000000001": ["pack", "add"],
    f"MATCH_anyEPC={EPC}1&EQ_action=ADD": ["pack", "add"],
    f"MATCH_anyEPC={EPC}1&EQ_action=ADD&EQ_bizStep=packing": ["pack"],
    "MATCH_anyEPC=https://id.gs1.org/01/09521002000016/10/LOT": [],  # a class is no instance
    "GE_eventTime=2026-06-12T12:00:00Z": ["ship", "pack"],
    "LT_eventTime=2026-06-12T12:00:00Z": ["add"],
    "GE_eventTime=2026-06-12T18:00:00%2B07:00&LT_eventTime=2026-06-12T13:00:00Z": ["pack", "add"],
    f"MATCH_anyEPC={EPC}1&GE_eventTime=2026-06-12T12:00:00Z": ["ship", "pack"],
    f"MATCH_anyEPC={EPC}1&GE_eventTime=2026-06-12T12:00:00Z&LT_eventTime=2026-06-12T13:00:00Z": ["pack"],
    "GE_recordTime=2026-06-20T05:00:00Z": ["ship"],
    "LT_recordTime=2026-06-20T05:00:00Z": ["pack", "add"],
    "GE_recordTime=2026-06-20T04:00:00Z&LT_recordTime=2026-06-20T05:00:00Z": ["pack"],
    f"MATCH_anyEPC={EPC}1&GE_recordTime=2026-06-20T04:00:00Z": ["ship", "pack"],
    "EQ_eventID=urn:uuid:ship&LT_recordTime=2026-06-20T05:00:00Z": [],
    "GE_recordTime=2027-01-01T00:00:00Z": [],
    "LT_recordTime=2020-01-01T00:00:00Z": [],
}


@pytest.fixture
def world(client: Any, headers: dict[str, str], clock: SetClock) -> dict[str, str]:
    """Three events, an hour apart in record time and in event time."""

    def at(hour: int) -> str:
        return f"2026-06-12T{hour}:00:00.000Z"

    capture(client, headers, object_event(
        eventID="urn:uuid:add", action="ADD", bizStep="commissioning", disposition="active", eventTime=at(11),
        epcList=[f"{EPC}1", f"{EPC}2"],
        quantityList=[{"epcClass": "https://id.gs1.org/01/09521002000016/10/LOT", "quantity": 5}],
    ))  # fmt: skip
    clock.advance(timedelta(hours=1))
    capture(client, headers, object_event(
        type="AggregationEvent", eventID="urn:uuid:pack", action="ADD", bizStep="packing", disposition=None, eventTime=at(12), epcList=None,
        parentID="urn:epc:id:sscc:9521002.0000000001", childEPCs=[f"{EPC}1"], bizLocation={"id": PLACE},
    ))  # fmt: skip
    clock.advance(timedelta(hours=1))
    capture(client, headers, object_event(eventID="urn:uuid:ship", eventTime=at(13), epcList=[f"{EPC}1"]))
    return headers


WANTED = {query: [f"urn:uuid:{name}" for name in names] for query, names in FILTERS.items()}


def test_events_are_filtered(client: Any, world: dict[str, str]) -> None:
    assert {query: names_of(client.get(f"/epcis/events?{query}", headers=world)) for query in FILTERS} == WANTED


def walked(client: Any, headers: dict[str, str], more: str = "") -> dict[str, list[str]]:
    """What all pages of every question tell."""
    return {
        query: [name for answer in pages(client, headers, f"/epcis/events?{query}{more}") for name in names_of(answer)] for query in FILTERS
    }


def test_pages_of_one_event_tell_the_same(client: Any, world: dict[str, str]) -> None:
    assert walked(client, world, "&perPage=1") == WANTED


def test_small_portions_of_rows_change_no_answer(client: Any, world: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORTION", "ROWS_OF_ITEM", "PORTIONS"):
        monkeypatch.setattr(find, name, 1)
    assert walked(client, world) == WANTED


@pytest.mark.parametrize(
    ("query", "code", "kind"),
    [
        ("EQ_nonsense=1", "query.parameter-unknown", "QueryParameterException"),
        ("orderBy=eventTime", "query.parameter-later", "QueryParameterException"),
        ("EQ_action=MOVE", "query.parameter-wrong", "QueryParameterException"),
        ("GE_eventTime=yesterday", "query.parameter-wrong", "QueryParameterException"),
        ("perPage=0", "query.parameter-wrong", "QueryParameterException"),
        ("perPage=-1", "query.parameter-wrong", "QueryParameterException"),
        ("perPage=many", "query.parameter-wrong", "QueryParameterException"),
        ("nextPageToken=%00x", "api.bad-request", "ValidationException"),
        ("nextPageToken=nobody", "query.token-wrong", "QueryParameterException"),
        ("truyxuat:eventHash=MD5", "epcis.header-invalid", "ValidationException"),
    ],
)
def test_a_question_that_is_not_understood_is_refused_by_name(
    client: Any, headers: dict[str, str], query: str, code: str, kind: str
) -> None:
    body = problem_of(client.get(f"/epcis/events?{query}", headers=headers), 400, code)
    assert body["type"] == f"epcisException:{kind}"


def test_a_question_of_too_many_values_is_too_complex(client: Any, headers: dict[str, str]) -> None:
    values = "|".join(f"u:{number}" for number in range(501))
    body = problem_of(client.get(f"/epcis/events?EQ_eventID={values}", headers=headers), 413, "query.too-complex")
    assert body["type"] == "epcisException:QueryTooComplexException"


def test_nobody_sees_the_events_of_others(client: Any, on: Runtime, headers: dict[str, str]) -> None:
    record(client, headers, 1)
    stranger = make_api_key(on, make_enterprise(on, "HTX Người Khác", "9521009"))
    assert names_of(client.get("/epcis/events", headers=stranger)) == []
    assert names_of(client.get(f"/epcis/events?MATCH_anyEPC={EPC}0", headers=stranger)) == []
    assert names_of(client.get("/epcis/events?EQ_eventID=urn:uuid:6a1b2c3d-0000-4000-8000-000000000000", headers=stranger)) == []


def test_an_event_tells_our_record_time_and_the_senders_everything_else(client: Any, headers: dict[str, str]) -> None:
    sent = object_event(eventID="urn:uuid:1", recordTime="2020-01-01T00:00:00Z", **{"ex:note": "vải"})
    capture(
        client,
        headers,
        sent,
        **{"@context": [{"ex": "https://a.example/"}, "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]},
    )
    answer = client.get("/epcis/events", headers=headers)
    assert events_of(answer) == [sent | {"recordTime": "2026-06-20T03:00:00.000000Z"}]
    assert answer.headers["GS1-Extensions"] == "ex=https://a.example/"


def test_two_documents_with_one_prefix_for_two_things_are_told_apart(client: Any, headers: dict[str, str]) -> None:
    standard = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
    for number, space in enumerate(("https://a.example/", "https://b.example/")):
        event = object_event(eventID=f"urn:uuid:{number}", epcList=[f"{EPC}{number}"], **{"ex:note": space})
        capture(client, headers, event, **{"@context": [standard, {"ex": space}]})
    answer = client.get("/epcis/events", headers=headers)
    prefixes = answer.get_json()["@context"][1]
    told = {prefixes[name.split(":")[0]]: value for event in events_of(answer) for name, value in event.items() if name.endswith(":note")}
    assert told == {"https://a.example/": "https://a.example/", "https://b.example/": "https://b.example/"}


def test_an_event_that_was_captured_bare_stands_in_a_document_without_its_context(client: Any, headers: dict[str, str]) -> None:
    context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://a.example/"}]
    sent = object_event(eventID="urn:uuid:1", **{"ex:note": "vải"})
    assert client.post("/epcis/events", json={"@context": context} | sent, headers=headers).status_code == 201
    answer = client.get("/epcis/events", headers=headers)
    assert events_of(answer) == [sent | {"recordTime": "2026-06-20T03:00:00.000000Z"}]
    assert answer.get_json()["@context"] == context


@pytest.mark.parametrize("profile", ["CBV2.0", "CBV2.1"])
def test_the_cbv_hash_stands_in_each_event_on_request(client: Any, headers: dict[str, str], profile: str) -> None:
    record(client, headers, 2)
    answers = list(pages(client, headers, f"/epcis/events?truyxuat:eventHash={profile}&perPage=1"))
    for answer in answers:
        (event,) = events_of(answer)
        assert event["truyxuat:eventHash"].startswith("ni:///sha-256;")
        assert event["truyxuat:eventHash"].endswith(f"?ver={profile}")
        assert answer.get_json()["@context"][1] == {"truyxuat": "urn:truyxuat:epcis:"}
    assert len(answers) == 2
    assert "truyxuat:eventHash" not in events_of(client.get("/epcis/events", headers=headers))[0]


def test_an_event_comes_with_its_error_declarations(client: Any, headers: dict[str, str]) -> None:
    event = object_event(eventID="urn:uuid:1")
    declared = event | {"errorDeclaration": {"declarationTime": "2026-06-13T00:00:00Z", "reason": "incorrect_data"}}
    capture(client, headers, event)
    capture(client, headers, declared)
    for address in ("/epcis/events/urn:uuid:1", f"/epcis/events/{segment('urn:uuid:1')}"):
        answer = client.get(address, headers=headers)
        assert ["errorDeclaration" in each for each in events_of(answer)] == [False, True]
        assert "Link" not in answer.headers
    assert len(names_of(client.get("/epcis/events?EQ_eventID=urn:uuid:1", headers=headers))) == 2
    assert [len(names_of(each)) for each in pages(client, headers, "/epcis/events?EQ_eventID=urn:uuid:1&perPage=1")] == [1, 1]


def test_an_event_with_too_many_declarations_for_one_page_is_too_large(
    client: Any, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "MOST_DECLARATIONS", 1)
    event = object_event(eventID="urn:uuid:1")
    capture(client, headers, event)
    assert len(names_of(client.get("/epcis/events/urn:uuid:1", headers=headers))) == 1
    capture(client, headers, event | {"errorDeclaration": {"declarationTime": "2026-06-13T00:00:00Z"}})
    body = problem_of(client.get("/epcis/events/urn:uuid:1", headers=headers), 413, "query.too-large")
    assert body["type"] == "epcisException:QueryTooLargeException"


def test_large_events_end_a_page_before_it_is_full(client: Any, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from app.query import events

    names = record(client, headers, 3)
    monkeypatch.setattr(events, "_LARGEST_PAGE", 0)
    for query in ("", f"&MATCH_anyEPC={EPC}0|{EPC}1|{EPC}2"):
        found = [names_of(answer) for answer in pages(client, headers, f"/epcis/events?perPage=30{query}")]
        assert found == [[name] for name in names[::-1]]


def test_the_answer_is_valid_for_every_type_of_event_and_in_every_page(client: Any, world: dict[str, str]) -> None:
    for answer in pages(client, world, "/epcis/events?perPage=2&truyxuat:eventHash=CBV2.1"):
        assert official_findings(answer.get_json()) == []
