"""Capture over HTTP: every binding, both behaviours, bodies that were compressed, documents that are worked on beside the request."""

from __future__ import annotations

import gzip
import xml.etree.ElementTree as ET
import zlib
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from zstandard import ZstdCompressor

from app.capture.jobs import record, unpacking, work
from app.catalogue.model import MasterData
from app.runtime import Runtime
from tests.api.problems import problem_of
from tests.builders import Enterprise, document, make_api_key, make_enterprise, raw
from tests.capture.jobs.small_xml import event as xml_event
from tests.capture.jobs.small_xml import xml
from tests.capture.jobs.test_work import event, recorded, uris

ASYNC = {"Prefer": "respond-async"}
PROCEED = {"GS1-Capture-Error-Behaviour": "proceed"}


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_enterprise(on)


@pytest.fixture
def headers(on: Runtime, firm: Enterprise) -> dict[str, str]:
    return make_api_key(on, firm) | {"Content-Type": "application/json"}


def half_good(count: int = 4) -> list[dict[str, Any]]:
    return [event(number, **({"action": "MOVE"} if number == 2 else {})) for number in range(count)]


@pytest.mark.parametrize("kind", ["application/xml", "text/xml", "application/xml; charset=utf-8", "application/epcis+xml"])
def test_a_document_in_xml_is_captured(client: Any, headers: dict[str, str], on: Runtime, kind: str) -> None:
    answer = client.post("/epcis/capture", data=xml([xml_event(1), xml_event(2)]), headers=headers | {"Content-Type": kind})
    assert answer.status_code == 202, answer.get_data(as_text=True)
    assert [item["known"] for item in answer.get_json()["events"]] == [False, False]
    assert recorded(on) == uris(1, 2)


def test_wrong_xml_is_refused_with_xpath_under_rollback_and_left_out_under_proceed(
    client: Any, headers: dict[str, str], on: Runtime
) -> None:  # fmt: skip
    body, kind = xml([xml_event(1), xml_event(2, action="MOVE")]), {"Content-Type": "application/xml", "Accept": "application/json"}
    place = "/epcis:EPCISDocument/EPCISBody/EventList/ObjectEvent[2]/action"
    refused = problem_of(client.post("/epcis/capture", data=body, headers=headers | kind), 400, "capture.document-invalid")
    assert [item["pointer"] for item in refused["findings"]] == [place]
    answer = client.post("/epcis/capture", data=body, headers=headers | kind | PROCEED)
    assert answer.status_code == 202
    told = answer.get_json()
    assert (told["success"], told["captureErrorBehaviour"], len(told["events"])) == (False, "proceed", 1)
    assert [(item["event"], item["pointer"], item["type"]) for item in told["errors"]] == [(2, place, "epcisException:ValidationException")]
    assert recorded(on) == uris(1)


def test_under_proceed_the_job_tells_what_was_left_out(client: Any, headers: dict[str, str], on: Runtime) -> None:
    client.post("/epcis/capture", data=raw(document(event(3, disposition="damaged"))), headers=headers)
    answer = client.post("/epcis/capture", data=raw(document(*half_good())), headers=headers | PROCEED)
    job = client.get(answer.headers["Location"], headers=headers).get_json()
    assert (job["running"], job["success"]) == (False, False)
    assert job["progress"] == {"total": 4, "seen": 4, "recorded": 2, "refused": 2}
    first, second = job["errors"]
    assert (first["event"], first["pointer"], first["status"], first["value"]) == (3, "/epcisBody/eventList/2/action", 400, "MOVE")
    assert (second["event"], second["code"], second["status"]) == (4, "capture.event-changed", 409)
    assert second["type"] == "epcisException:ResourceAlreadyExistsException"
    assert {"title", "detail", "remedy"} <= first.keys() & second.keys()
    assert recorded(on) == uris(0, 1, 3)


def test_a_document_of_wrong_events_alone_has_a_job_that_says_so(client: Any, headers: dict[str, str], on: Runtime) -> None:
    answer = client.post("/epcis/capture", data=raw(document(event(1, action="MOVE"))), headers=headers | PROCEED)
    assert (answer.status_code, answer.get_json()["events"]) == (202, [])
    assert client.get(answer.headers["Location"], headers=headers).get_json()["success"] is False
    assert recorded(on) == []


def test_a_job_in_xml_is_an_epcis_capture_job(client: Any, headers: dict[str, str]) -> None:
    made = client.post("/epcis/capture", data=raw(document(*half_good())), headers=headers | PROCEED)
    answer = client.get(made.headers["Location"], headers=headers | {"Accept": "application/xml"})
    root = ET.fromstring(answer.get_data())  # noqa: S314  # our own answer
    assert answer.content_type.startswith("application/xml")
    assert (root.get("captureID"), root.get("running"), root.get("success")) == (made.get_json()["captureID"], "false", "false")
    assert len(root.findall("errors/error")) == 1


def test_a_document_is_worked_on_beside_when_its_sender_prefers_it(client: Any, headers: dict[str, str], on: Runtime) -> None:
    answer = client.post("/epcis/capture", data=raw(document(event(1), event(2))), headers=headers | ASYNC)
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "respond-async")
    job = answer.get_json()
    assert (job["running"], job["success"], job["progress"]["total"]) == (True, True, 2)
    assert recorded(on) == []
    assert work.step(on)
    done = client.get(answer.headers["Location"], headers=headers).get_json()
    assert (done["running"], done["success"], done["progress"]["recorded"]) == (False, True, 2)
    assert done["finishedAt"]


def test_a_large_document_is_worked_on_beside_without_being_asked(client: Any, headers: dict[str, str], on: Runtime) -> None:
    body = raw(document(*map(event, range(5))))
    on.settings = replace(on.settings, capture_at_once_bytes=len(body) - 1)
    assert client.post("/epcis/capture", data=body, headers=headers).get_json()["running"]
    on.settings = replace(on.settings, capture_at_once_bytes=len(body))
    assert not client.post("/epcis/capture", data=body, headers=headers).get_json()["running"]


def test_the_lenient_reader_says_that_it_was_applied_and_what_it_changed(client: Any, headers: dict[str, str]) -> None:
    body = raw(document(event(1, bizStep="urn:epcglobal:cbv:bizstep:shipping")))
    assert client.post("/epcis/capture", data=body, headers=headers).status_code == 400
    answer = client.post("/epcis/capture", data=body, headers=headers | {"Prefer": "handling=lenient"})
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "handling=lenient")
    told = answer.get_json()
    assert [(item["event"], item["pointer"]) for item in told["changes"]] == [(1, "/epcisBody/eventList/0/bizStep")]
    assert client.get(answer.headers["Location"], headers=headers).get_json()["changesTotal"] == 1
    assert client.post("/epcis/capture?lenient=true", data=body, headers=headers).status_code == 202


def test_a_key_repeated_while_its_job_runs_is_answered_with_the_job_as_it_is(client: Any, headers: dict[str, str], on: Runtime) -> None:
    body, keyed = raw(document(event(1), event(2, action="MOVE"))), headers | {"Idempotency-Key": "k1"}
    first = client.post("/epcis/capture", data=body, headers=keyed | ASYNC)
    again = client.post("/epcis/capture", data=body, headers=keyed)
    assert (again.status_code, again.headers["Location"]) == (202, first.headers["Location"])
    assert again.get_json() == first.get_json()
    assert again.get_json()["running"]
    assert work.step(on)
    ended = client.post("/epcis/capture", data=body, headers=keyed).get_json()
    assert (ended["running"], ended["success"], ended["errorsTotal"]) == (False, False, 1)


def test_the_number_of_errors_is_told_whole_by_every_answer(
    client: Any, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(record, "MOST", 3)
    body = raw(document(*[event(number, action="MOVE") for number in range(5)]))
    keyed = headers | PROCEED | {"Idempotency-Key": "k1"}
    first = client.post("/epcis/capture", data=body, headers=keyed)
    again = client.post("/epcis/capture", data=body, headers=keyed).get_json()
    job = client.get(first.headers["Location"], headers=headers).get_json()
    assert [len(told["errors"]) for told in (first.get_json(), again, job)] == [5, 3, 3]
    assert [told["errorsTotal"] for told in (first.get_json(), again, job)] == [5, 5, 5]


PACKED = {"gzip": gzip.compress, "zstd": ZstdCompressor().compress}


class TestPacked:
    @pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip", "zstd"])
    @pytest.mark.parametrize("path", ["/epcis/capture", "/epcis/events"])
    def test_a_compressed_body_is_unpacked(self, client: Any, headers: dict[str, str], on: Runtime, coding: str, path: str) -> None:
        body = raw(
            document(event(1))
            if path.endswith("capture")
            else event(1, **{"@context": "https://ref.gs1.org/standards/epcis/epcis-context.jsonld"})
        )
        packed = PACKED[coding.lower().removeprefix("x-")](body)
        answer = client.post(path, data=packed, headers=headers | {"Content-Encoding": coding})
        assert answer.status_code in {201, 202}, answer.get_data(as_text=True)
        assert recorded(on) == uris(1)

    def test_members_and_frames_one_after_another_are_one_body(self, client: Any, headers: dict[str, str]) -> None:
        body = raw(document(event(1)))
        for coding, pack in PACKED.items():
            packed = pack(body[:100]) + pack(body[100:])
            assert client.post("/epcis/capture", data=packed, headers=headers | {"Content-Encoding": coding}).status_code == 202

    @pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "x"])
    def test_another_coding_is_415_and_told_which_are_read(self, client: Any, headers: dict[str, str], coding: str) -> None:
        answer = client.post("/epcis/capture", data=b"x", headers=headers | {"Content-Encoding": coding})
        assert "gzip, zstd" in problem_of(answer, 415, "capture.coding-unknown")["detail"]

    @pytest.mark.parametrize("coding", ["gzip", "zstd"])
    def test_a_bomb_is_refused_before_it_is_unpacked(self, client: Any, headers: dict[str, str], coding: str) -> None:
        bomb = PACKED[coding](b" " * 30_000_000)
        answer = client.post("/epcis/capture", data=bomb, headers=headers | {"Content-Encoding": coding})
        problem_of(answer, 413, "capture.too-dense")

    @pytest.mark.parametrize("coding", ["gzip", "zstd"])
    def test_more_than_a_document_may_have_is_refused(self, client: Any, headers: dict[str, str], on: Runtime, coding: str) -> None:
        on.settings = replace(on.settings, max_document_bytes=5_000)
        answer = client.post("/epcis/capture", data=PACKED[coding](b" " * 5_001), headers=headers | {"Content-Encoding": coding})
        problem_of(answer, 413, "capture.document-too-large")

    @pytest.mark.parametrize("coding", ["gzip", "zstd"])
    @pytest.mark.parametrize("damage", ["cut", "turned", "plain"])
    def test_a_damaged_body_is_refused(self, client: Any, headers: dict[str, str], coding: str, damage: str) -> None:
        good = PACKED[coding](raw(document(*map(event, range(20)))))
        body = {"cut": good[:-9], "turned": good[:40] + bytes([good[40] ^ 255]) + good[41:], "plain": raw(document(event(1)))}[damage]
        answer = client.post("/epcis/capture", data=body, headers=headers | {"Content-Encoding": coding})
        assert answer.status_code == 400
        assert answer.get_json()["code"] in {"capture.body-broken", "capture.malformed-json", "capture.not-utf8"}

    def test_a_window_larger_than_everybody_must_support_is_refused(self, client: Any, headers: dict[str, str]) -> None:
        from zstandard import ZstdCompressionParameters

        wide = ZstdCompressor(compression_params=ZstdCompressionParameters(window_log=27, enable_ldm=True, write_content_size=False))
        packer = wide.compressobj()
        body = packer.compress(raw(document(event(1)))) + packer.flush()
        answer = client.post("/epcis/capture", data=body, headers=headers | {"Content-Encoding": "zstd"})
        problem_of(answer, 400, "capture.body-broken")

    def test_a_body_of_many_empty_members_is_refused(self, client: Any, headers: dict[str, str]) -> None:
        body = gzip.compress(b"") * (unpacking._MEMBERS + 1)  # noqa: SLF001
        answer = client.post("/epcis/capture", data=body, headers=headers | {"Content-Encoding": "gzip"})
        problem_of(answer, 400, "capture.body-broken")

    def test_density_is_judged_from_a_megabyte_on(self) -> None:
        assert unpacking.MOST_RATIO * len(zlib.compress(b" " * 1_000_000)) < 1_000_000


def test_whoever_is_not_known_is_told_before_the_body_is_read(client: Any) -> None:
    answer = client.post("/epcis/capture", data=b"\x00", headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})
    problem_of(answer, 401)


MASTER = {
    "epcisMasterData": {
        "vocabularyList": [
            {
                "type": "urn:epcglobal:epcis:vtype:EPCClass",
                "vocabularyElementList": [
                    {
                        "id": "https://id.gs1.org/01/09521002000016",
                        "attributes": [{"id": "urn:epcglobal:cbv:mda#descriptionShort", "attribute": "Vải"}],
                    }
                ],
            }
        ]
    }
}


@pytest.mark.parametrize("more", [{}, ASYNC, PROCEED, PROCEED | ASYNC])
def test_a_document_of_master_data_alone_is_taken_once(client: Any, headers: dict[str, str], on: Runtime, more: dict[str, str]) -> None:
    body = raw(document(epcisHeader=MASTER))
    answers = [client.post("/epcis/capture", data=body, headers=headers | more | {"Idempotency-Key": "k"}) for _ in range(2)]
    while work.step(on):
        pass
    assert [answer.status_code for answer in answers] == [202, 202], answers[1].get_data(as_text=True)
    first, second = (answer.get_json()["captureID"] for answer in answers)
    assert first == second
    job = client.get(answers[0].headers["Location"], headers=headers).get_json()
    assert (job["running"], job["success"], job["progress"]["recorded"]) == (False, True, 0)
    with on.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(MasterData)).scalar_one() == 1
