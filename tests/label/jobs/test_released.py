"""A stamp is printed when its file leaves the house, whichever door it leaves by."""

from __future__ import annotations

from typing import Any

import pytest

from app.label.runs.worker import Worker
from app.party import register
from app.party.permissions import Permission, Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_api_key
from tests.label.stock import GTIN


@pytest.fixture
def key(on: Runtime, firm: Enterprise) -> dict[str, str]:
    return make_api_key(on, firm)


@pytest.fixture
def job(client: Any, key: dict[str, str]) -> str:
    """The number of a job of three blank stamps."""
    return str(client.post("/api/labels", json={"gtin": GTIN, "lot": "", "count": 3}, headers=key).get_json()["job"])


def _states(client: Any, key: dict[str, str], job: str) -> list[str]:
    return [each["state"] for each in client.get(f"/api/labels/{job}", headers=key).get_json()["serials"]]


FILES = [
    "/api/labels/{job}/sheet.pdf", "/api/labels/{job}/sheet.zpl?dpi=203", "/api/labels/{job}/serials.csv",
    "/console/labels/{job}/file?what=pdf", "/console/labels/{job}/file?what=zpl", "/console/labels/{job}/file?what=csv",
]  # fmt: skip


@pytest.mark.parametrize("path", FILES)
def test_every_file_of_a_job_makes_its_stamps_printed_but_its_head_does_not(client: Any, key: dict[str, str], job: str, path: str) -> None:
    assert client.head(path.format(job=job), headers=key).status_code == 200
    assert _states(client, key, job) == ["blank"] * 3
    assert client.get(path.format(job=job), headers=key).status_code == 200
    assert _states(client, key, job) == ["printed"] * 3


@pytest.mark.parametrize(
    "path", ["/sheet.pdf?layout=a5", "/sheet.zpl?dx=99", "/sheet.pdf?layout=a4-3x8&firstPlace=24", "/sheet.pdf?part=2"]
)
def test_a_file_that_is_refused_leaves_the_stamps_blank(client: Any, key: dict[str, str], job: str, path: str) -> None:
    assert client.get(f"/api/labels/{job}{path}", headers=key).status_code in {400, 404}
    assert _states(client, key, job) == ["blank"] * 3


def test_a_look_at_one_label_and_a_reader_leave_the_stamps_blank(
    client: Any, on: Runtime, firm: Enterprise, key: dict[str, str], job: str
) -> None:
    serial = client.get(f"/api/labels/{job}", headers=key).get_json()["serials"][0]["serial"]
    only, now = (Permission.LABEL_JOB_READ,), on.clock.now()
    token = on.store.write(lambda tx: register.add_api_key(tx, firm.party_id, "reads", Role.OWNER, only, None, now, None))
    reader = {"Authorization": f"Bearer {token}"}
    for path, who in ((f"/labels/{serial}.png", key), (f"/labels/{serial}.svg", key), ("/sheet.pdf", reader), ("/serials.csv", reader)):
        assert client.get(f"/api/labels/{job}{path}", headers=who).status_code == 200
    assert _states(client, key, job) == ["blank"] * 3


@pytest.mark.parametrize("name", ["files/1", "files.zip"])
@pytest.mark.parametrize("door", ["/api/labels", "/console/labels"])
def test_files_of_a_run_make_stamps_printed_but_their_head_does_not(
    client: Any, on: Runtime, key: dict[str, str], job: str, door: str, name: str
) -> None:
    run = client.post(f"/api/labels/{job}/runs", json={"form": "csv", "first": 2}, headers=key).get_json()["run"]
    early = client.get(f"{door}/{job}/runs/{run}/{name}", headers=key).status_code
    while Worker(on).step():
        pass
    head = client.head(f"{door}/{job}/runs/{run}/{name}", headers=key).status_code
    assert ((early, head), _states(client, key, job)) == ((404, 200), ["blank"] * 3)
    assert client.get(f"{door}/{job}/runs/{run}/{name}", headers=key).status_code == 200
    assert _states(client, key, job) == ["blank", "printed", "printed"]


def test_the_table_is_the_same_at_every_door(client: Any, on: Runtime, key: dict[str, str], job: str) -> None:
    run = client.post(f"/api/labels/{job}/runs", json={"form": "csv"}, headers=key).get_json()["run"]
    while Worker(on).step():
        pass
    paths = (f"/api/labels/{job}/serials.csv", f"/console/labels/{job}/file?what=csv", f"/api/labels/{job}/runs/{run}/files/1")
    tables = {client.get(path, headers=key).data for path in paths}
    assert len(tables) == 1
    assert b'"symbology_identifier"' in tables.pop()


def test_a_table_of_more_than_ten_thousand_labels_is_for_a_run(client: Any, key: dict[str, str]) -> None:
    asked = {"gtin": GTIN, "lot": "", "count": 10_001, "serialised": False, "carrier": "ean-13"}
    job = client.post("/api/labels", json=asked, headers=key).get_json()["job"]
    answer = client.get(f"/api/labels/{job}/serials.csv?lang=en", headers=key)
    body = answer.get_json()
    assert (answer.status_code, body["code"], "/runs" in body["remedy"]) == (413, "label.table-too-large", True)
    assert client.post(f"/api/labels/{job}/runs", json={"form": "csv"}, headers=key).get_json()["parts"] == 2
