"""Pages of documents: XML files, repaired dialects, and the progress of large files."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

from app.capture import pages
from app.capture.jobs import read, work
from app.clock import SetClock
from app.runtime import Runtime
from tests.builders import Enterprise, document, make_enterprise, raw, signed_in
from tests.capture.jobs.small_xml import event as xml_event
from tests.capture.jobs.small_xml import xml
from tests.capture.jobs.test_work import event, hand_in, recorded, uris


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_enterprise(on)


@pytest.fixture
def visitor(client: Any, on: Runtime, firm: Enterprise) -> Any:
    return signed_in(client, on, firm)


def upload(visitor: Any, name: str, content: bytes, **fields: str) -> Any:
    return visitor.post("/console/capture", data={"file": (io.BytesIO(content), name), **fields})


def page(visitor: Any, address: str) -> str:
    answer = visitor.get(f"{address}?lang=en")
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def test_an_xml_file_is_looked_at_and_recorded(visitor: Any, on: Runtime) -> None:
    answer = upload(visitor, "a.xml", xml([xml_event(1), xml_event(2)]))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert "2 events were read and are valid" in page(visitor, answer.location)
    assert recorded(on) == []
    done = visitor.post(answer.location)
    assert "Recorded" in page(visitor, done.location)
    assert recorded(on) == uris(1, 2)


def test_a_repaired_file_shows_every_change_before_it_is_confirmed(visitor: Any, on: Runtime) -> None:
    body = raw(document(event(1, bizStep="urn:epcglobal:cbv:bizstep:shipping")))
    assert "things need correcting" in page(visitor, upload(visitor, "a.json", body).location)
    answer = upload(visitor, "a.json", body, lenient="yes")
    shown = page(visitor, answer.location)
    assert "1 places were changed" in shown
    assert "urn:epcglobal:cbv:bizstep:shipping" in shown
    done = visitor.post(answer.location)
    assert "What was changed" in page(visitor, done.location)
    assert recorded(on) == uris(1)


class TestLarge:
    @pytest.fixture(autouse=True)
    def small(self, on: Runtime) -> None:
        on.settings = replace(on.settings, capture_at_once_bytes=1000)

    @pytest.mark.parametrize("kind", ["json", "xml"])
    def test_a_large_file_is_worked_on_while_its_page_tells_how_far(self, visitor: Any, on: Runtime, kind: str) -> None:
        body = raw(document(*map(event, range(9)))) if kind == "json" else xml([xml_event(number) for number in range(9)])
        answer = upload(visitor, f"a.{kind}", body, large="rollback")
        assert answer.status_code == 303
        shown = page(visitor, answer.location)
        assert "Waiting" in shown
        assert "capture_job.js" in shown
        assert ("0/9" in shown) == (kind == "json")
        assert work.step(on)
        shown = page(visitor, answer.location)
        assert "Events of this capture" in shown
        assert recorded(on) == uris(*range(9))

    def test_a_large_file_that_was_refused_tells_what_is_wrong(self, visitor: Any, on: Runtime) -> None:
        answer = upload(
            visitor,
            "a.json",
            raw(document(*[event(number, action="MOVE" if number == 7 else "ADD") for number in range(9)])),
            large="rollback",
        )
        assert work.step(on)
        shown = page(visitor, answer.location)
        assert "No event was recorded" in shown
        assert "Event 8" in shown
        assert "capture_job.js" not in shown

    def test_what_is_wrong_around_the_events_comes_back_with_the_form(self, visitor: Any) -> None:
        answer = upload(visitor, "a.json", raw(document(*map(event, range(9)), schemaVersion=None)), lenient="", large="rollback")
        assert answer.status_code == 400
        assert "Look before recording" in answer.get_data(as_text=True)

    @pytest.mark.parametrize("said", ["", "something"])
    def test_a_large_file_is_not_taken_before_its_sender_said_how(self, visitor: Any, on: Runtime, firm: Enterprise, said: str) -> None:
        answer = upload(visitor, "a.json", raw(document(*map(event, range(9)))), large=said)
        assert answer.status_code == 400
        assert 'id="e-large"' in answer.get_data(as_text=True)
        assert read.jobs(by=firm.actor(), on=on) == ([], None)
        assert not work.step(on)

    def test_wrong_events_of_a_large_file_are_left_out_when_its_sender_said_so(self, visitor: Any, on: Runtime) -> None:
        body = raw(document(*[event(number, action="MOVE" if number == 7 else "ADD") for number in range(9)]))
        answer = upload(visitor, "a.json", body, large="proceed")
        assert work.step(on)
        assert "1 events were wrong and left out" in page(visitor, answer.location)
        assert recorded(on) == uris(*range(7), 8)

    def test_nobody_else_sees_the_page(self, visitor: Any, client: Any, on: Runtime) -> None:
        answer = upload(visitor, "a.json", raw(document(*map(event, range(9)))), large="rollback")
        stranger = signed_in(client, on, make_enterprise(on, "HTX Khác", "9521009"))
        assert stranger.get(answer.location).status_code == 404


def test_documents_that_are_worked_on_or_failed_are_found_where_recording_begins(
    visitor: Any, on: Runtime, firm: Enterprise, clock: SetClock
) -> None:  # fmt: skip
    numbers = [hand_in(on, firm, raw(document(event(1)))), hand_in(on, firm, raw(document(event(2, action="MOVE"))))]
    assert all(f"/console/captures/{number}" in page(visitor, "/console/capture") for number in numbers)
    while work.step(on):
        pass
    assert [f"/console/captures/{number}" in page(visitor, "/console/capture") for number in numbers] == [False, True]
    assert "Not recorded" in page(visitor, "/console/capture")
    clock.advance(read.REMEMBERED)
    assert read.noteworthy(by=firm.actor(), on=on) == []


class TestFilesSent:
    """The list of everything that was sent, by page or by program."""

    def test_an_organisation_that_sent_nothing_is_told_what_to_do(self, visitor: Any) -> None:
        shown = page(visitor, "/console/captures")
        assert "Nothing was sent yet" in shown
        assert 'class="button" href="/console/capture"' in shown

    def test_each_document_tells_how_it_stands_and_leads_to_its_page(
        self, visitor: Any, client: Any, on: Runtime, firm: Enterprise
    ) -> None:
        refused, done = hand_in(on, firm, raw(document(event(1, action="MOVE")))), hand_in(on, firm, raw(document(event(2))))
        while work.step(on):
            pass
        waiting = hand_in(on, firm, raw(document(event(3))))
        shown = page(visitor, "/console/captures")
        rows = [part.partition("</tr>")[0] for part in shown.split("<tr>")[2:]]
        assert [f"/console/captures/{number}" in row for number, row in zip((waiting, done, refused), rows, strict=True)] == [True] * 3
        assert ["Waiting" in rows[0], "<progress" in rows[0], "Newly recorded: 1" in rows[1], "Not recorded" in rows[2]] == [True] * 4
        assert "/console/captures/" not in page(signed_in(client, on, make_enterprise(on, "HTX Khác", "9521009")), "/console/captures")

    def test_older_documents_stand_on_the_next_page(
        self, visitor: Any, on: Runtime, firm: Enterprise, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pages, "_JOBS", 2)
        numbers = [hand_in(on, firm, raw(document(event(number)))) for number in range(3)]
        first = page(visitor, "/console/captures")
        assert [f"/console/captures/{number}" in first for number in numbers] == [False, True, True]
        assert f"/console/captures?before={numbers[1]}" in first
        second = visitor.get(f"/console/captures?before={numbers[1]}&lang=en").get_data(as_text=True)
        assert [f'/console/captures/{number}"' in second for number in numbers] == [True, False, False]

    @pytest.mark.parametrize("address", ["/console/capture", "/console/events"])
    def test_the_list_is_reached_from_where_events_are(self, visitor: Any, address: str) -> None:
        assert 'href="/console/captures"' in page(visitor, address)
