"""Capture over HTTP: every type of event, every official example, the same once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from app.ledger import merkle, note, proof_file, tile
from app.party.permissions import Role
from app.runtime import Runtime
from tests import SHARED
from tests.api.problems import problem_of
from tests.builders import CONTEXT, document, make_api_key, make_enterprise, object_event, raw
from tests.capture.test_accept import ID, ITEM, counts, events

EXAMPLES = sorted(path for path in (SHARED / "epcis-standard" / "examples-json").rglob("*.json*")) if SHARED else []
CASE = "https://id.gs1.org/00/095210020000000016"
LOT = "https://id.gs1.org/01/09521002000016/10/L1"

COMMON = {name: value for name, value in object_event().items() if name not in {"type", "epcList", "action"}}
TYPES: dict[str, dict[str, Any]] = {
    "ObjectEvent": object_event(),
    "AggregationEvent": {**COMMON, "type": "AggregationEvent", "action": "ADD", "parentID": CASE, "childEPCs": [f"{ITEM}A", f"{ITEM}B"]},
    "AssociationEvent": {**COMMON, "type": "AssociationEvent", "action": "ADD", "parentID": CASE, "childEPCs": [f"{ITEM}A"]},
    "TransactionEvent": {
        **COMMON, "type": "TransactionEvent", "action": "ADD", "epcList": [f"{ITEM}A"],
        "bizTransactionList": [{"type": "po", "bizTransaction": "urn:uuid:0f1e2d3c-0000-4000-8000-000000000001"}],
    },
    "TransformationEvent": {
        **COMMON, "type": "TransformationEvent", "inputQuantityList": [{"epcClass": LOT, "quantity": 10.5, "uom": "KGM"}],
        "outputEPCList": [f"{ITEM}C"], "bizStep": "commissioning", "disposition": "active",
    },
}  # fmt: skip


@pytest.fixture
def headers(on: Runtime) -> dict[str, str]:
    return make_api_key(on, make_enterprise(on)) | {"Content-Type": "application/json"}


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_event_is_captured_and_read_back(client: Any, headers: dict[str, str], kind: str) -> None:
    event = TYPES[kind] | {"eventID": f"{ID}1"}
    answer = client.post("/epcis/capture", data=raw(document(event)), headers=headers)
    assert answer.status_code == 202, answer.get_json()
    found = client.get(f"/epcis/events/{ID}1", headers=headers).get_json()
    assert found["epcisBody"]["queryResults"]["resultsBody"]["eventList"] == [event | {"recordTime": "2026-06-20T03:00:00.000000Z"}]


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_event_is_captured_bare(client: Any, headers: dict[str, str], kind: str) -> None:
    answer = client.post("/epcis/events", data=raw({"@context": [CONTEXT], **TYPES[kind]}), headers=headers)
    assert answer.status_code == 201
    event_id = answer.get_json()["events"][0]["eventID"]
    assert answer.headers["Location"] == f"/epcis/events/{quote(event_id, safe='')}"
    assert client.get(answer.headers["Location"], headers=headers).status_code == 200


def test_the_receipt_is_the_capture_job_and_the_job_can_be_read_again(client: Any, headers: dict[str, str]) -> None:
    answer = client.post("/epcis/capture", data=raw(document(*events(2))), headers=headers)
    body = answer.get_json()
    assert answer.headers["Location"] == f"/epcis/capture/{body['captureID']}"
    assert answer.headers["GS1-EPCIS-Version"] == "2.0.0"
    job = client.get(answer.headers["Location"], headers=headers).get_json()
    assert job == {
        "captureID": body["captureID"], "createdAt": "2026-06-20T03:00:00Z", "finishedAt": "2026-06-20T03:00:00Z", "running": False,
        "success": True, "captureErrorBehaviour": "rollback", "errors": [],
        "progress": {"total": 2, "seen": 2, "recorded": 2, "refused": 0},
    }  # fmt: skip
    alike = job.keys() - {"errors", "progress"}
    assert {name: body[name] for name in alike} == {name: job[name] for name in alike}


def test_jobs_are_listed_newest_first_page_by_page(client: Any, headers: dict[str, str]) -> None:
    made = [client.post("/epcis/capture", data=raw(document(event)), headers=headers).get_json()["captureID"] for event in events(5)]
    seen, address = [], "/epcis/capture?perPage=2"
    while address:
        page = client.get(address, headers=headers)
        seen.append([job["captureID"] for job in page.get_json()])
        address = page.headers["Link"].split(">")[0].strip("<") if "Link" in page.headers else ""
    assert seen == [[made[4], made[3]], [made[2], made[1]], [made[0]]]


@pytest.mark.parametrize("count", [1, 3])
def test_waiting_for_the_checkpoint_returns_proofs_that_verify(client: Any, headers: dict[str, str], count: int) -> None:
    answer = client.post("/epcis/capture?wait=checkpoint", data=raw(document(*events(count))), headers=headers)
    vkey = client.get("/log/key").get_data(as_text=True).split()[0]
    told = answer.get_json()["log"]
    assert len(told) == count
    assert len({item["index"] for item in told}) == count
    for item in told:
        proof = proof_file.parse(item["proof"])
        checkpoint = note.open_checkpoint(proof.checkpoint, note.Verifier.parse(vkey))
        entry = entries(client, checkpoint.size)[item["index"]]
        merkle.verify_inclusion(merkle.leaf_hash(entry), item["index"], checkpoint.size, proof.path, checkpoint.root)


def entries(client: Any, size: int) -> list[bytes]:
    """The entries of a small log, as anybody reads them."""
    name = "/log/tile/entries/000" + (f".p/{size}" if size % 256 else "")
    return tile.unpack_entries(client.get(name).get_data(), size)


def test_of_a_half_known_document_every_event_gets_its_proof(client: Any, headers: dict[str, str]) -> None:
    client.post("/epcis/capture", data=raw(document(*events(2))), headers=headers)
    told = client.post("/epcis/capture?wait=checkpoint", data=raw(document(*events(4))), headers=headers).get_json()
    assert [event["known"] for event in told["events"]] == [True, True, False, False]
    assert len(told["log"]) == 4


def test_the_same_again_gets_the_same_location(client: Any, headers: dict[str, str], on: Runtime) -> None:
    first = client.post("/epcis/capture", data=raw(document(*events(2))), headers=headers)
    again = client.post("/epcis/capture", data=raw(document(*events(2))), headers=headers)
    assert (again.status_code, again.headers["Location"]) == (202, first.headers["Location"])
    assert counts(on)[1] == 2


def test_a_known_event_id_with_other_content_is_409(client: Any, headers: dict[str, str]) -> None:
    client.post("/epcis/capture", data=raw(document(object_event(eventID=f"{ID}1"))), headers=headers)
    answer = client.post("/epcis/capture", data=raw(document(object_event(eventID=f"{ID}1", bizStep="receiving"))), headers=headers)
    body = problem_of(answer, 409, "capture.event-changed")
    assert (body["pointer"], body["event"]) == ("/epcisBody/eventList/0/eventID", 1)
    assert body["type"] == "epcisException:ResourceAlreadyExistsException"


def test_an_idempotency_key_for_another_body_is_409(client: Any, headers: dict[str, str]) -> None:
    keyed = headers | {"Idempotency-Key": "a1"}
    assert client.post("/epcis/capture", data=raw(document(*events(1))), headers=keyed).status_code == 202
    assert client.post("/epcis/capture", data=raw(document(*events(1))), headers=keyed).status_code == 202
    problem_of(client.post("/epcis/capture", data=raw(document(*events(2))), headers=keyed), 409, "capture.idempotency-key-reused")


def test_an_error_declaration_is_shown_beside_the_event(client: Any, headers: dict[str, str]) -> None:
    declared = {"declarationTime": "2026-06-13T08:00:00+07:00", "reason": "incorrect_data"}
    client.post("/epcis/capture", data=raw(document(object_event(eventID=f"{ID}1"))), headers=headers)
    client.post("/epcis/capture", data=raw(document(object_event(eventID=f"{ID}1", errorDeclaration=declared))), headers=headers)
    shown = client.get(f"/epcis/events/{ID}1", headers=headers).get_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    assert [event.get("errorDeclaration") for event in shown] == [None, declared]


@pytest.mark.parametrize("event_id", ["https://example.test/e/1?a=b#c", "urn:example:v%E1%BA%A3i/thieu", "https://example.test/100%25"])
def test_an_event_is_found_under_its_encoded_id(client: Any, headers: dict[str, str], event_id: str) -> None:
    assert client.post("/epcis/capture", data=raw(document(object_event(eventID=event_id))), headers=headers).status_code == 202
    found = client.get(f"/epcis/events/{quote(event_id, safe='')}", headers=headers)
    assert found.get_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0]["eventID"] == event_id


def test_an_event_of_another_enterprise_is_not_there(client: Any, headers: dict[str, str], on: Runtime) -> None:
    made = client.post("/epcis/capture", data=raw(document(object_event(eventID=f"{ID}1"))), headers=headers)
    stranger = make_api_key(on, make_enterprise(on, "HTX Khác", "9521009"))
    problem_of(client.get(f"/epcis/events/{ID}1", headers=stranger), 404, "capture.no-such-event")
    problem_of(client.get(made.headers["Location"], headers=stranger), 404, "capture.no-such-job")
    assert client.get("/epcis/capture", headers=stranger).get_json() == []


def test_the_same_document_from_two_clients_at_once_is_kept_once(app: Any, headers: dict[str, str], on: Runtime) -> None:
    def one(_: int) -> tuple[int, str]:
        answer = app.test_client().post("/epcis/capture", data=raw(document(*events(20))), headers=headers)
        return answer.status_code, answer.headers["Location"]

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(one, range(6)))
    assert [status for status, _ in answers] == [202]
    assert counts(on)[:2] == (1, 20)


class TestCheck:
    def test_a_dry_run_keeps_nothing(self, client: Any, headers: dict[str, str], on: Runtime) -> None:
        answer = client.post("/api/capture/check", data=raw(document(*events(3))), headers=headers)
        assert answer.get_json() == {"valid": True, "events": 3, "findings": [], "findingsTotal": 0}
        assert counts(on) == (0, 0, 0, 0)

    def test_a_dry_run_tells_what_a_capture_would_tell(self, client: Any, headers: dict[str, str]) -> None:
        sent = raw(document(*events(1), object_event(action="MOVE")))
        dry = client.post("/api/capture/check", data=sent, headers=headers).get_json()
        wet = problem_of(client.post("/epcis/capture", data=sent, headers=headers), 400, "capture.document-invalid")
        assert dry["valid"] is False
        assert dry["findings"] == wet["findings"]
        assert dry["findings"][0]["event"] == 2

    def test_a_document_without_events_is_not_called_valid(self, client: Any, headers: dict[str, str]) -> None:
        problem_of(client.post("/api/capture/check", data=raw(document()), headers=headers), 400, "capture.no-events")

    def test_a_dry_run_of_a_bare_event(self, client: Any, headers: dict[str, str]) -> None:
        answer = client.post("/api/capture/check?bare=true", data=raw({"@context": CONTEXT, **object_event()}), headers=headers)
        assert answer.get_json()["valid"] is True


@pytest.mark.skipif(SHARED is None, reason="the official examples of EPCIS 2.0 are not beside the repository: put them at ../shared")
class TestOfficialExamples:
    def test_all_are_captured_by_one_organisation_but_the_one_that_names_a_key_twice(self, client: Any, headers: dict[str, str]) -> None:
        refused: dict[str, Any] = {}
        for path in EXAMPLES:
            bare = path.parent.name == "bare-events"
            answer = client.post("/epcis/events" if bare else "/epcis/capture", data=path.read_bytes(), headers=headers)
            if answer.status_code not in {201, 202}:
                refused[path.name] = answer
        assert len(EXAMPLES) == 52
        assert list(refused) == ["AssociationEvent-h.jsonld"]
        body = problem_of(refused["AssociationEvent-h.jsonld"], 400, "capture.duplicate-key")
        assert body["pointer"].startswith("/epcisBody/eventList/")
        assert body["event"] >= 1

    def test_sent_twice_they_change_nothing(self, client: Any, headers: dict[str, str], on: Runtime) -> None:
        def send(path: Path) -> Any:
            bare = path.parent.name == "bare-events"
            return client.post("/epcis/events" if bare else "/epcis/capture", data=path.read_bytes(), headers=headers)

        first = [send(path).headers.get("Location") for path in EXAMPLES]
        before = counts(on)
        assert [send(path).headers.get("Location") for path in EXAMPLES] == first
        assert counts(on) == before


@pytest.mark.parametrize("role", [Role.MEMBER, Role.APPROVER, Role.OWNER, Role.CARRIER, Role.LABORATORY, Role.CERTIFICATION_BODY])
def test_whoever_handles_goods_may_record_events(client: Any, on: Runtime, role: Role) -> None:
    headers = make_api_key(on, make_enterprise(on), role) | {"Content-Type": "application/ld+json"}
    assert client.post("/epcis/capture", data=raw(document(*events(1))), headers=headers).status_code == 202


def test_the_answer_speaks_the_language_that_was_asked_for(client: Any, headers: dict[str, str]) -> None:
    told = {}
    for language in ("vi", "en", "fr"):
        answer = client.post("/epcis/capture", data=b"{", headers=headers | {"Accept-Language": language})
        told[language] = problem_of(answer, 400)["detail"]
        assert answer.headers["Content-Language"] == language
    assert len(set(told.values())) == 3


def test_numbers_keep_their_spelling_in_what_is_stored(client: Any, headers: dict[str, str]) -> None:
    event = {**TYPES["TransformationEvent"], "eventID": f"{ID}1"}
    sent = raw(document(event)).replace(b"10.5", b"1.05e1")
    assert client.post("/epcis/capture", data=sent, headers=headers).status_code == 202
    shown = client.get(f"/epcis/events/{ID}1", headers=headers).get_json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0]
    assert json.dumps(shown["inputQuantityList"][0]["quantity"]) == "10.5"
