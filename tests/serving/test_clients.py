"""A client that others wrote reads and writes through the servers as they are: it sends no header of GS1."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from openepcis_client import events as theirs
from openepcis_client.core.client import Client
from openepcis_client.core.config import ClientConfig
from openepcis_client.core.errors import OpenEpcisError
from openepcis_client.events.service import Capture, Query

from tests.query.doors import LINK
from tests.serving import ONCE
from tests.serving.conftest import GTIN, Served
from tests.serving.wire import Way

pytestmark = ONCE


class ApiKey:
    """Their place for a credential, holding an API key of ours."""

    def __init__(self, key: str) -> None:
        self._key = key

    def bearer(self) -> str:
        return self._key

    def invalidate(self) -> None:
        """An API key is not made anew."""


def client_of(served: Served, way: Way) -> Client:
    return Client(ClientConfig(f"http://127.0.0.1:{way.port}/epcis"), ApiKey(served.key["Authorization"].removeprefix("Bearer ")))


@pytest.fixture(params=["granian", "gunicorn"])
def straight(request: pytest.FixtureRequest, served: Served) -> Way:
    """The servers themselves."""
    return served.ways[str(request.param)]


def document_of(way: Way, word: str, count: int) -> dict[str, Any]:
    """A document that their builder makes, of events that each name a unit of their own."""
    moment = datetime(2026, 6, 12, 12, 30, tzinfo=UTC)
    found: dict[str, Any] = theirs.document(
        theirs.object_event(
            action="OBSERVE", event_time=moment, biz_step="shipping", disposition="in_transit", read_point="9521001000017",
            epcs=[unit(way, word, number)], event_identifier=f"urn:uuid:{way.name}-{word}-{number}",
        )
        for number in range(count)
    )  # fmt: skip
    return found


def unit(way: Way, word: str, number: int) -> str:
    """A unit whose serial number has a slash in it."""
    return str(theirs.instance_uri(GTIN, serial=f"{way.name}/{word}{number}"))


def test_a_document_is_delivered_and_its_job_is_settled(served: Served, straight: Way) -> None:
    capture = Capture(client_of(served, straight))
    assert capture.check() == ""
    receipt = capture.submit(document_of(straight, "a", 3))
    assert receipt.answerable
    outcome = capture.outcome(receipt)
    assert (outcome.settled, outcome.success, outcome.known, outcome.errors) == (True, True, True, ())
    assert capture.outcome("17").known is False


def test_a_document_that_is_wrong_is_refused_in_words(served: Served, straight: Way) -> None:
    wrong = document_of(straight, "b", 1)
    wrong["epcisBody"]["eventList"][0]["action"] = "MOVE"
    with pytest.raises(OpenEpcisError) as told:
        Capture(client_of(served, straight)).submit(wrong)
    assert (told.value.status, told.value.problem["type"]) == (400, "epcisException:ValidationException")
    assert told.value.problem["findings"][0]["pointer"] == "/epcisBody/eventList/0/action"


def test_events_are_read_by_record_time_and_by_unit(served: Served, straight: Way) -> None:
    client = client_of(served, straight)
    Capture(client).submit(document_of(straight, "c", 5))
    query = Query(client)
    assert query.check() == ""
    found = [event["eventID"] for event in query.since("2026-01-01T00:00:00+07:00") if f"{straight.name}-c-" in event["eventID"]]
    assert sorted(found) == [f"urn:uuid:{straight.name}-c-{number}" for number in range(5)]
    assert list(query.since("2099-01-01T00:00:00Z")) == []
    (event,) = query.for_epc(unit(straight, "c", 2))
    assert (event["eventID"], event["epcList"]) == (f"urn:uuid:{straight.name}-c-2", [unit(straight, "c", 2)])


def test_pages_are_walked_to_their_end_by_the_tokens_of_links(served: Served, straight: Way) -> None:
    """Their client looks for a token in the body, where the standard has no room for one: that of Link is handed over."""
    client = client_of(served, straight)
    Capture(client).submit(document_of(straight, "d", 5))
    asked = {"perPage": 2, "EQ_eventID": "|".join(f"urn:uuid:{straight.name}-d-{number}" for number in range(5))}
    answer = straight.ask(f"/epcis/events?{urlencode(asked)}", headers=served.key)
    found: list[str] = []
    query = Query(client)
    while (link := LINK.search(answer.headers.get("Link", ""))) is not None:
        token = dict(parse_qsl(urlsplit(link[1]).query))["nextPageToken"]
        found += [event["eventID"] for event in query.page(per_page=2, next_token=token).events]
        answer = straight.ask(link[1], headers=served.key)
    assert sorted(found) == [f"urn:uuid:{straight.name}-d-{number}" for number in range(3)]


def test_a_wrong_key_is_told_by_their_check(straight: Way) -> None:
    client = Client(ClientConfig(f"http://127.0.0.1:{straight.port}/epcis"), ApiKey("tx_nobody_nothing"))
    assert "did not accept the credential" in Capture(client).check()
    assert "did not accept the credential" in Query(client).check()
