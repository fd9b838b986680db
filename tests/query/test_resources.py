"""The top-level resources of EPCIS, and URIs as segments of a path: encoded once, or not at all where they can only mean one thing."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.query import find
from app.query.filters import KNOWN
from app.runtime import Runtime
from tests.api.problems import problem_of
from tests.builders import make_api_key, make_enterprise, object_event
from tests.query.doors import EPC, PLACE, capture, names_of, pages, record, segment
from tests.thorough import rounds

URN = "urn:epc:id:sgtin:9521002.000001.K0"
SSCC = "https://id.gs1.org/00/095210020000000016"


@pytest.fixture
def headers(on: Runtime) -> dict[str, str]:
    """The key of an enterprise."""
    return make_api_key(on, make_enterprise(on, prefix="9521002"))


def members(answer: Any) -> list[str]:
    """The members of a Collection, after looking at its form."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body = answer.get_json()
    assert set(body) == {"@context", "type", "member"}
    assert body["type"] == "Collection"
    found: list[str] = body["member"]
    return found


def test_the_top_has_nine_resources(client: Any, headers: dict[str, str]) -> None:
    for address in ("/epcis", "/epcis/"):
        assert sorted(members(client.get(address, headers=headers))) == sorted(
            ["queries", "capture", "events", "eventTypes", "epcs", "readPoints", "bizLocations", "dispositions", "bizSteps"]
        )
    answer = client.get("/epcis", headers=headers | {"Accept": "application/xml"})
    assert (answer.mimetype, answer.get_data().count(b"<member>")) == ("application/xml", 9)


def test_lists_tell_the_values_of_ones_own_events_once(client: Any, on: Runtime, headers: dict[str, str]) -> None:
    for number, step in enumerate(("shipping", "receiving", "shipping")):
        capture(
            client,
            headers,
            object_event(
                eventID=f"urn:uuid:{number}", bizStep=step, bizLocation={"id": "https://kho.example/1"}, epcList=[f"{EPC}{number}"]
            ),
        )
    stranger = make_api_key(on, make_enterprise(on, "HTX Người Khác", "9521009"))
    expected = {
        "bizSteps": ["receiving", "shipping"],
        "dispositions": ["in_transit"],
        "readPoints": [PLACE],
        "bizLocations": ["https://kho.example/1"],
        "epcs": [f"{EPC}0", f"{EPC}1", f"{EPC}2"],
    }
    assert {kind: members(client.get(f"/epcis/{kind}", headers=headers)) for kind in expected} == expected
    assert {kind: members(client.get(f"/epcis/{kind}", headers=stranger)) for kind in expected} == {kind: [] for kind in expected}


def test_the_five_types_of_event_exist_before_the_first_event(client: Any, headers: dict[str, str]) -> None:
    types = ["AggregationEvent", "AssociationEvent", "ObjectEvent", "TransactionEvent", "TransformationEvent"]
    assert members(client.get("/epcis/eventTypes", headers=headers)) == types
    assert members(client.get("/epcis/eventTypes/AssociationEvent", headers=headers)) == ["events"]
    assert names_of(client.get("/epcis/eventTypes/AssociationEvent/events", headers=headers)) == []
    problem_of(client.get("/epcis/eventTypes/HarvestEvent", headers=headers), 404, "query.no-such-resource")


@pytest.mark.parametrize("portions", [False, True])
def test_lists_are_told_page_by_page(client: Any, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch, portions: bool) -> None:
    things = [f"{EPC}{number}" for number in range(5)] + [SSCC, "https://id.gs1.org/01/09521002000016/10/LOT", "urn:x-garden:tree-1"]
    capture(
        client,
        headers,
        *(object_event(eventID=f"urn:uuid:{number}", epcList=[thing]) for number, thing in enumerate(things) if "LOT" not in thing),
    )
    capture(
        client,
        headers,
        object_event(eventID="urn:uuid:q", epcList=None, quantityList=[{"epcClass": things[6], "quantity": 1}], bizStep="packing"),
    )
    if portions:
        for name in ("ROWS_OF_ITEM", "PORTIONS"):
            monkeypatch.setattr(find, name, 1)
    for kind, expected in (("epcs", things), ("eventTypes", None), ("bizSteps", ["packing", "shipping"])):
        found = [members(answer) for answer in pages(client, headers, f"/epcis/{kind}?perPage=1")]
        assert all(len(page) <= 1 for page in found)
        flat = [member for page in found for member in page]
        assert len(flat) == len(set(flat))
        assert expected is None or sorted(flat) == sorted(expected)


def test_items_that_strangers_record_too_are_listed_once_and_to_each_their_own(client: Any, on: Runtime, headers: dict[str, str]) -> None:
    stranger = make_api_key(on, make_enterprise(on, "HTX Người Khác", "9521009"))
    record(client, stranger, 6)
    capture(
        client, headers, object_event(eventID="urn:uuid:1", epcList=[f"{EPC}3"]), object_event(eventID="urn:uuid:2", epcList=[f"{EPC}5"])
    )
    assert members(client.get("/epcis/epcs", headers=headers)) == [f"{EPC}3", f"{EPC}5"]
    problem_of(client.get(f"/epcis/epcs/{segment(EPC + '1')}", headers=headers), 404, "query.no-such-resource")


def test_identifiers_in_lists_are_spelled_as_it_is_asked(client: Any, headers: dict[str, str]) -> None:
    record(client, headers, 1)
    urn = headers | {"GS1-EPC-Format": "Always_EPC_URN"}
    assert members(client.get("/epcis/epcs", headers=urn)) == [URN]
    assert members(client.get("/epcis/readPoints", headers=urn)) == ["urn:epc:id:sgln:9521002.00101.0"]


ADDRESSES = {
    "/epcis/epcs/{}": [
        segment(EPC + "0"),
        EPC + "0",
        URN,
        segment(URN),
        segment("https://nhan.example/01/09521002000016/21/K0?a=b"),
        segment("(01)09521002000016(21)K0"),
        "010952100200001621K0",
    ],
    "/epcis/readPoints/{}": [segment(PLACE), PLACE, "urn:epc:id:sgln:9521002.00101.0", "(414)9521002001013"],
    "/epcis/bizSteps/{}": ["shipping", "urn:epcglobal:cbv:bizstep:shipping", segment("https://ref.gs1.org/cbv/BizStep-shipping")],
    "/epcis/dispositions/{}": ["in_transit", "https://ref.gs1.org/cbv/Disp-in_transit"],
    "/epcis/eventTypes/{}": ["ObjectEvent"],
}


def test_every_spelling_of_a_value_leads_to_its_resource_and_its_events(client: Any, headers: dict[str, str]) -> None:
    names = record(client, headers, 1)
    for pattern, values in ADDRESSES.items():
        for value in values:
            address = pattern.format(value)
            assert members(client.get(address, headers=headers)) == ["events"], address
            assert names_of(client.get(f"{address}/events", headers=headers)) == names, address
            assert client.options(f"{address}/events", headers=headers).status_code == 204, address
            assert client.options(address, headers=headers).status_code == 204, address


@pytest.mark.parametrize("kind", ["epcs", "eventTypes"])
def test_lists_of_values_take_no_filters(client: Any, headers: dict[str, str], kind: str) -> None:
    problem_of(client.get(f"/epcis/{kind}?EQ_action=ADD", headers=headers), 400, "query.parameter-unknown")

    assert client.get(f"/epcis/{kind}?perPage=3&lang=vi", headers=headers).status_code == 200


def test_what_no_event_has_is_not_found(client: Any, headers: dict[str, str]) -> None:
    record(client, headers, 1)
    for kind, value in (
        ("bizSteps", "accepting"),
        ("epcs", segment(EPC + "9")),
        ("readPoints", "x"),
        ("dispositions", "active"),
        ("bizLocations", PLACE),
    ):
        for below in ("", "/events"):
            for method in ("GET", "OPTIONS"):
                answer = client.open(f"/epcis/{kind}/{value}{below}", method=method, headers=headers)
                body = problem_of(answer, 404, "query.no-such-resource")
                assert body["type"] == "epcisException:NoSuchResourceException"


def test_an_encoded_uri_may_end_in_events_and_in_a_slash(client: Any, headers: dict[str, str]) -> None:
    things = ["https://trace.example/events", "https://trace.example/a/"]
    for number, thing in enumerate(things):
        capture(client, headers, object_event(eventID=f"{thing}#{number}", epcList=[thing]))
    for number, thing in enumerate(things):
        assert members(client.get(f"/epcis/epcs/{segment(thing)}", headers=headers)) == ["events"]
        assert client.options(f"/epcis/epcs/{segment(thing)}", headers=headers).status_code == 204
        assert names_of(client.get(f"/epcis/epcs/{segment(thing)}/events", headers=headers)) == [f"{thing}#{number}"]
        assert names_of(client.get(f"/epcis/events/{segment(f'{thing}#{number}')}", headers=headers)) == [f"{thing}#{number}"]


def test_a_slash_at_the_end_of_an_address_says_nothing(client: Any, headers: dict[str, str]) -> None:
    names = record(client, headers, 1)
    assert members(client.get("/epcis/bizSteps/shipping/", headers=headers)) == ["events"]
    assert members(client.get("/epcis/bizSteps/", headers=headers)) == ["shipping"]
    assert names_of(client.get("/epcis/bizSteps/shipping/events/", headers=headers)) == names
    assert names_of(client.get("/epcis/events/", headers=headers)) == names


def test_events_of_an_item_come_by_event_time_and_filters_apply_on_top(client: Any, headers: dict[str, str]) -> None:
    for number, (hour, step) in enumerate(((12, "packing"), (10, "commissioning"), (11, "packing"))):
        time = f"2026-06-12T{hour}:00:00.000Z"
        capture(client, headers, object_event(eventID=f"urn:uuid:{number}", eventTime=time, bizStep=step, epcList=[f"{EPC}0"]))
    address = f"/epcis/epcs/{segment(EPC + '0')}/events"
    assert [names_of(answer) for answer in pages(client, headers, f"{address}?perPage=1")] == [
        ["urn:uuid:0"],
        ["urn:uuid:2"],
        ["urn:uuid:1"],
    ]
    assert names_of(client.get(f"{address}?EQ_bizStep=packing", headers=headers)) == ["urn:uuid:0", "urn:uuid:2"]
    assert names_of(client.get(f"{address}?MATCH_anyEPC={EPC}1", headers=headers)) == []
    assert names_of(client.get(f"{address}?EQ_eventID=urn:uuid:1", headers=headers)) == ["urn:uuid:1"]
    assert names_of(client.get(f"/epcis/bizSteps/packing/events?MATCH_anyEPC={URN}", headers=headers)) == ["urn:uuid:0", "urn:uuid:2"]
    assert names_of(client.get("/epcis/bizSteps/packing/events?EQ_bizStep=commissioning", headers=headers)) == []
    problem_of(client.get(f"{address}?orderBy=eventTime", headers=headers), 400, "query.parameter-later")


def test_a_lot_has_events_although_it_is_no_instance(client: Any, headers: dict[str, str]) -> None:
    lot = "https://id.gs1.org/01/09521002000016/10/LOT%2F7"
    capture(client, headers, object_event(eventID="urn:uuid:1", epcList=None, quantityList=[{"epcClass": lot, "quantity": 1}]))
    assert members(client.get("/epcis/epcs", headers=headers)) == [lot]
    assert names_of(client.get(f"/epcis/epcs/{segment(lot)}/events", headers=headers)) == ["urn:uuid:1"]


@pytest.mark.parametrize("place", [["x", 1, ""], [1, 2], [1, 2, 3], ["a", "b"], []])
@pytest.mark.parametrize("kind", ["epcs", "bizSteps", "events"])
def test_a_token_of_the_wrong_form_is_refused(client: Any, on: Runtime, kind: str, place: list[Any]) -> None:
    from app.query import tokens

    enterprise = make_enterprise(on)
    token = tokens.write(tokens.Token(enterprise.party_id, kind, (), tuple(place)))
    problem_of(client.get(f"/epcis/{kind}?nextPageToken={token}", headers=make_api_key(on, enterprise)), 400, "query.token-wrong")


def test_a_token_can_be_given_back(client: Any, headers: dict[str, str]) -> None:
    record(client, headers, 2)
    for address in ("/epcis/events?perPage=1", "/epcis/epcs?perPage=1", "/epcis/capture?perPage=1"):
        token = client.get(address, headers=headers).headers["Link"].split("nextPageToken=")[1].split(">")[0]
        assert client.delete(f"/epcis/nextPageToken/{token}", headers=headers).status_code == 204
        assert client.options(f"/epcis/nextPageToken/{token}", headers=headers).headers["Allow"] == "OPTIONS, DELETE"
    problem_of(client.delete("/epcis/nextPageToken/nobody", headers=headers), 404, "query.no-such-token")


def test_no_named_query_exists_yet(client: Any, headers: dict[str, str]) -> None:
    answer = client.options("/epcis/queries/vải", headers=headers)
    assert problem_of(answer, 404, "query.no-such-query")["type"] == "epcisException:NoSuchNameException"
    assert client.options("/epcis/queries", headers=headers).headers["Allow"] == "OPTIONS"


@given(
    kind=st.sampled_from(["events", "epcs", "eventTypes", "bizSteps", "readPoints", "queries", "nextPageToken", "capture"]),
    value=st.binary(max_size=30) | st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace")),
    below=st.sampled_from(["", "/events", "/events/", "/"]),
    query=st.dictionaries(st.sampled_from([*KNOWN, "perPage", "nextPageToken", "x"]), st.text(max_size=20), max_size=2),
    method=st.sampled_from(["GET", "OPTIONS", "DELETE", "HEAD"]),
)
@settings(max_examples=rounds(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_address_is_a_fault(
    client: Any, headers: dict[str, str], kind: str, value: bytes, below: str, query: dict[str, str], method: str
) -> None:
    address = f"/epcis/{kind}/{quote(value, safe='')}{below}?{urlencode(query, errors='replace')}"
    assert client.open(address, method=method, headers=headers).status_code in {200, 204, 308, 400, 404, 405, 413, 501}
