from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

import pytest

from app.label.refusals import NotReadable
from app.label.runs.run_parts import RunPart
from app.label.runs.worker import Beat, Worker
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_api_key, signed_in
from tests.label.stock import GTIN, LOT


@pytest.fixture
def member(client: Any, on: Runtime, firm: Enterprise) -> Any:
    return signed_in(client, on, firm, Role.MEMBER)


def _job(client: Any, count: int = 3, **more: Any) -> str:
    """The number of a fresh job."""
    asked = {"gtin": GTIN, "lot": LOT, "count": count} | more
    return str(client.post("/api/labels", json=asked).get_json()["job"])


def _start(client: Any, job: str, **more: str) -> str:
    """The path of the page of a fresh run."""
    answer = client.post(f"/console/labels/{job}/runs", data={"form": "pdf"} | more)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_a_program_has_files_made_and_fetches_them(client: Any, on: Runtime, firm: Enterprise) -> None:
    key = make_api_key(on, firm)
    job = client.post("/api/labels", json={"gtin": GTIN, "lot": LOT, "count": 2}, headers=key).get_json()["job"]
    made = client.post(f"/api/labels/{job}/runs", json={"form": "csv"}, headers=key)
    where, run = made.headers["Location"], made.get_json()
    assert (made.status_code, run["state"], run["parts"], run["files"]) == (201, "waiting", 1, [])
    assert client.get(f"{where}/files.zip", headers=key).get_json()["code"] == "runs.no-such-file"
    Worker(on).step()
    done = client.get(where, headers=key).get_json()
    assert (done["state"], done["done"], done["files"][0]["labels"]) == ("done", 1, 2)
    file = client.get(f"{where}/files/1", headers=key)
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [row["position"] for row in rows] == ["1", "2"]
    assert file.headers["Content-Disposition"] == f'attachment; filename="{GTIN}-{LOT}-0000001-0000002.csv"'
    with zipfile.ZipFile(io.BytesIO(client.get(f"{where}/files.zip", headers=key).data)) as archive:
        assert archive.read(archive.namelist()[0]) == file.data
    assert [each["run"] for each in client.get(f"/api/labels/{job}/runs", headers=key).get_json()["runs"]] == [run["run"]]
    assert client.delete(f"{where}/files", headers=key).status_code == 204
    assert client.post(f"{where}/resume", headers=key).get_json()["state"] == "waiting"
    assert client.post(f"{where}/stop", headers=key).get_json()["state"] == "stopped"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "/form"), ({"form": 7}, "/form"), ({"form": "pdf", "dpi": "300"}, "/dpi"), ({"form": "pdf", "dpi": 72}, "/dpi")],
)
def test_a_wrong_wish_for_files_is_named(client: Any, on: Runtime, firm: Enterprise, body: dict[str, Any], pointer: str) -> None:
    key = make_api_key(on, firm)
    job = client.post("/api/labels", json={"gtin": GTIN, "lot": LOT, "count": 2}, headers=key).get_json()["job"]
    answer = client.post(f"/api/labels/{job}/runs", json=body, headers=key)
    assert (answer.status_code, answer.get_json()["pointer"]) == (400, pointer)


def test_a_large_job_offers_to_make_its_files_and_a_small_one_gives_them_at_once(member: Any) -> None:
    small, large = member.get(f"/console/labels/{_job(member, 1000)}").text, member.get(f"/console/labels/{_job(member, 1001)}").text
    assert ('name="what" value="pdf"' in small, 'name="what" value="pdf"' in large) == (True, False)
    assert ('name="form" value="pdf"' in small, 'name="form" value="pdf"' in large) == (False, True)


def test_the_page_of_a_run_shows_how_far_it_is_and_reloads_itself(member: Any, on: Runtime) -> None:
    job = _job(member, 1100)
    run = _start(member, job, layout="a4-3x8")
    page = member.get(run).text
    assert '<progress value="0" max="2"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    Worker(on).step()
    page = member.get(run).text
    assert '<progress value="1" max="2"' in page
    assert f'href="{run}/files/1"' in page
    Worker(on).step()
    page = member.get(run).text
    assert 'http-equiv="refresh"' not in page
    assert f'href="{run}/files.zip"' in page
    assert f'href="{run}"' in member.get(f"/console/labels/{job}").text


def test_a_run_is_stopped_gone_on_with_and_cleared_by_buttons(member: Any, on: Runtime) -> None:
    run = _start(member, _job(member))
    member.post(f"{run}/stop")
    assert f'action="{run}/resume"' in member.get(run).text
    member.post(f"{run}/resume")
    Worker(on).step()
    assert f'action="{run}/clear"' in member.get(run).text
    assert member.post(f"{run}/stop").headers["Location"] == f"{run}?late=yes"
    member.post(f"{run}/clear")
    assert f'action="{run}/resume"' in member.get(run).text


def test_what_went_wrong_is_told_in_words(member: Any, on: Runtime) -> None:
    run = _start(member, _job(member))

    def unreadable(_part: RunPart, _beat: Beat) -> bytes:
        raise NotReadable(symbol="QR", expected="a", found="b")

    Worker(on, unreadable).step()
    page = member.get(run).text
    assert "notice--bad" in page
    assert f'action="{run}/resume"' in page


def test_a_wish_that_cannot_be_met_comes_back_beside_its_field(member: Any) -> None:
    job = _job(member, 1001)
    answer = member.post(f"/console/labels/{job}/runs", data={"form": "pdf", "layout": "a4-3x8", "first_place": "25"})
    assert answer.status_code == 400
    assert 'id="e-first_place"' in answer.text
    assert re.search(r'name="first_place"[^>]* value="25"', answer.text)


def test_the_calibration_of_a_printer_is_remembered_by_the_browser(member: Any) -> None:
    job = _job(member)
    answer = member.get(f"/console/labels/{job}/file?what=pdf&layout=a4-3x8&dx=1,5&dy=-0.25")
    assert "label_offsets=a4-3x8:1.50:-0.25" in answer.headers["Set-Cookie"].replace('"', "")
    page = member.get(f"/console/labels/{job}?layout=a4-3x8").text
    assert re.search(r'name="dx"[^>]* value="1.50"', page)
    assert re.search(r'name="dx"[^>]* value="0"', member.get(f"/console/labels/{job}?layout=a4-2x5").text)


def test_the_used_places_of_a_sheet_are_left_free(member: Any) -> None:
    job = _job(member, 4)
    pages = [
        member.get(f"/console/labels/{job}/file?what=pdf&layout=a4-2x5&first_place={place}").data.count(b"/Type /Page\n")
        for place in (1, 7, 8)
    ]
    assert pages == [1, 1, 2]


def test_a_job_of_many_numbers_shows_how_far_they_are_given_out(member: Any) -> None:
    page = member.get(f"/console/labels/{_job(member, 20_001)}").text
    assert '<progress value="0" max="20001"' in page
    assert 'http-equiv="refresh"' in page


def test_blank_stamps_are_asked_for_with_a_product_alone(member: Any) -> None:
    answer = member.post("/console/labels", data={"lot": f"{GTIN}/", "count": "2", "per_roll": "1", "note": "vụ sau"})
    page = member.get(answer.headers["Location"] + "?lang=en").text
    assert "blank stamps" in page
    assert "2 rolls of 1 stamps" in page
    assert "Record now" not in page
