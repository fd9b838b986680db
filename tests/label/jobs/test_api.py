from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest

import scanner
from app.label.model import LabelJob, Serial
from app.party.permissions import Role
from app.runtime import Runtime
from app.store.columns import to_micros
from app.store.tables import table
from tests.builders import Enterprise, make_api_key, make_enterprise
from tests.label.designs.test_keep import VALUES
from tests.label.stock import GTIN, LOT


@pytest.fixture
def key(on: Runtime, firm: Enterprise) -> dict[str, str]:
    return make_api_key(on, firm)


@pytest.fixture
def job(client: Any, key: dict[str, str]) -> Any:
    return client.post("/api/labels", json={"gtin": GTIN, "lot": LOT, "count": 3}, headers=key).get_json()


def test_asking_for_labels_answers_with_serials_and_links(client: Any, key: dict[str, str]) -> None:
    answer = client.post("/api/labels", json={"gtin": "9521001000017", "lot": LOT, "count": 2}, headers=key)
    body = answer.get_json()
    assert (answer.status_code, body["gtin"], body["lot"], body["count"], body["parts"]) == (201, GTIN, LOT, 2, 1)
    assert answer.headers["Location"] == f"/api/labels/{body['job']}"
    first = body["serials"][0]
    assert first["link"] == f"https://example.test/01/{GTIN}/10/{LOT}/21/{first['serial']}?17=260630"
    assert client.get(answer.headers["Location"], headers=key).get_json() == body


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"lot": LOT, "count": 1}, "/gtin"),
        ({"gtin": GTIN, "lot": 7, "count": 1}, "/lot"),
        ({"gtin": GTIN, "lot": LOT, "count": "7"}, "/count"),
        ({"gtin": GTIN, "lot": LOT, "count": True}, "/count"),
        ({"gtin": GTIN, "lot": LOT, "count": 1_000_001}, "/count"),
        ({"gtin": GTIN, "lot": LOT, "count": 1, "serialised": "no"}, "/serialised"),
        ({"gtin": GTIN, "lot": LOT, "count": 1, "perRoll": 0}, "/perRoll"),
        ({"gtin": GTIN, "lot": LOT, "count": 1, "design": "x"}, "/design"),
        ({"gtin": GTIN, "lot": LOT, "count": 1, "carrier": "sscc"}, "/carrier"),
    ],
)
def test_a_wrong_field_is_named(client: Any, key: dict[str, str], body: dict[str, Any], pointer: str) -> None:
    answer = client.post("/api/labels", json=body, headers=key)
    assert (answer.status_code, answer.get_json()["pointer"]) == (400, pointer)


def test_jobs_are_listed_newest_first(client: Any, key: dict[str, str], job: Any) -> None:
    later = client.post("/api/labels", json={"gtin": GTIN, "lot": LOT, "count": 1}, headers=key).get_json()
    body = client.get("/api/labels", headers=key).get_json()
    assert [each["job"] for each in body["jobs"]] == [later["job"], job["job"]]
    assert body["next"] is None
    older = client.get(f"/api/labels?before={later['job']}", headers=key).get_json()
    assert [each["job"] for each in older["jobs"]] == [job["job"]]


@pytest.mark.parametrize("layout", ["roll-50x25", "roll-70x40", "a4-3x8", "a4-2x5", "roll-100x150"])
def test_a_sheet_is_a_pdf_of_any_layout(client: Any, key: dict[str, str], job: Any, layout: str) -> None:
    answer = client.get(f"/api/labels/{job['job']}/sheet.pdf?layout={layout}&dx=1,5&dy=-0.5", headers=key)
    assert (answer.status_code, answer.content_type, answer.data[:5]) == (200, "application/pdf", b"%PDF-")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("layout=a5", "label.layout-unknown"),
        ("dx=11", "label.offset-too-far"),
        ("dx=nan", "label.offset-too-far"),
        ("dy=left", "label.offset-too-far"),
        ("part=2", "label.no-such-part"),
        ("part=0", "label.no-such-part"),
        ("part=x", "label.no-such-part"),
        ("dpi=72", "label.resolution-unknown"),
        ("layout=a4-3x8&firstPlace=24", "label.place-unknown"),
    ],
)
def test_a_sheet_that_cannot_be_made_says_why(client: Any, key: dict[str, str], job: Any, query: str, code: str) -> None:
    answer = client.get(f"/api/labels/{job['job']}/sheet.pdf?{query}", headers=key)
    assert (answer.status_code < 500, answer.get_json()["code"]) == (True, code)


def test_a_label_as_png_reads_as_its_own_link(client: Any, key: dict[str, str], job: Any) -> None:
    from PIL import Image

    one = job["serials"][1]
    for dpi in (203, 300, 600):
        answer = client.get(f"/api/labels/{job['job']}/labels/{one['serial']}.png?dpi={dpi}", headers=key)
        assert answer.content_type == "image/png"
        with Image.open(io.BytesIO(answer.data)) as picture:
            texts = {reading.text for reading in scanner.read(np.asarray(picture.convert("L")))}
        assert one["link"] in texts


def test_a_label_as_svg_carries_its_serial_in_words(client: Any, key: dict[str, str], job: Any) -> None:
    one = job["serials"][0]
    answer = client.get(f"/api/labels/{job['job']}/labels/{one['serial']}.svg", headers=key)
    assert answer.content_type.startswith("image/svg+xml")
    assert f"(21){one['serial']}" in answer.text


@pytest.mark.parametrize("path", ["labels/NONE.svg", "labels/NONE.png"])
def test_a_serial_of_no_job_has_no_label(client: Any, key: dict[str, str], job: Any, path: str) -> None:
    answer = client.get(f"/api/labels/{job['job']}/{path}", headers=key)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "label.no-such-serial")


def test_an_unknown_resolution_is_refused(client: Any, key: dict[str, str], job: Any) -> None:
    answer = client.get(f"/api/labels/{job['job']}/labels/{job['serials'][0]['serial']}.png?dpi=72", headers=key)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "label.resolution-unknown")


def test_a_print_house_gets_serials_and_links(client: Any, key: dict[str, str], job: Any) -> None:
    answer = client.get(f"/api/labels/{job['job']}/serials.csv", headers=key)
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["serial"], row["digital_link"]) for row in rows] == [(each["serial"], each["link"]) for each in job["serials"]]
    assert rows[0]["expiry"] == "2026-06-30"
    assert all(line.startswith('"') for line in answer.data.decode("utf-8-sig").splitlines())


def test_voided_labels_are_not_printed_any_more(client: Any, key: dict[str, str], job: Any) -> None:
    first = job["serials"][0]["serial"]
    answer = client.post(f"/api/labels/{job['job']}/void", json={"serials": [first], "reason": "misprinted"}, headers=key)
    assert answer.get_json() == {"voided": 1}
    assert client.get(f"/api/labels/{job['job']}/labels/{first}.svg", headers=key).get_json()["code"] == "label.serial-void"
    assert first not in client.get(f"/api/labels/{job['job']}/serials.csv", headers=key).text
    states = {each["serial"]: each["state"] for each in client.get(f"/api/labels/{job['job']}", headers=key).get_json()["serials"]}
    assert states[first] == "void"
    assert sorted(states.values()) == ["printed", "printed", "void"]


def test_a_job_without_any_label_left_prints_nothing(client: Any, key: dict[str, str], job: Any) -> None:
    client.post(f"/api/labels/{job['job']}/void", json={"all": True, "reason": "roll stolen"}, headers=key)
    answer = client.get(f"/api/labels/{job['job']}/sheet.pdf", headers=key)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "label.nothing-to-print")


@pytest.mark.parametrize("body", [{"all": True}, {"reason": "x"}, {"serials": [7], "reason": "x"}, {"all": True, "reason": ""}])
def test_voiding_needs_to_say_what_and_why(client: Any, key: dict[str, str], job: Any, body: dict[str, Any]) -> None:
    answer = client.post(f"/api/labels/{job['job']}/void", json=body, headers=key)
    assert answer.status_code == 400
    assert client.get(f"/api/labels/{job['job']}", headers=key).get_json()["voided"] == 0


def test_a_member_may_not_void(client: Any, on: Runtime, firm: Enterprise, job: Any) -> None:
    member = make_api_key(on, firm, Role.MEMBER)
    answer = client.post(f"/api/labels/{job['job']}/void", json={"all": True, "reason": "x"}, headers=member)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "party.not-allowed")


def test_another_enterprise_sees_no_file_of_the_job(client: Any, on: Runtime, job: Any) -> None:
    stranger = make_api_key(on, make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003"))
    serial = job["serials"][0]["serial"]
    for path in ("", "/sheet.pdf", "/serials.csv", f"/labels/{serial}.svg", f"/labels/{serial}.png"):
        assert client.get(f"/api/labels/{job['job']}{path}", headers=stranger).status_code == 404
    assert client.get("/api/labels", headers=stranger).get_json()["jobs"] == []


def test_a_large_job_comes_in_parts_of_a_thousand(client: Any, on: Runtime, firm: Enterprise, key: dict[str, str]) -> None:
    rows = [(firm.party_id, GTIN, f"S{number:05}", LOT, 1, "printed", to_micros(on.clock.now()), number) for number in range(1, 1002)]
    columns = ("party_id", "gtin", "serial", "lot", "job_id", "state", "created_at", "position")
    job = (firm.party_id, 1, GTIN, LOT, 1001, 1001, None, to_micros(on.clock.now()))
    heads = ("party_id", "job_id", "gtin", "lot", "count", "drawn", "created_by", "created_at")
    on.store.write(lambda tx: tx.insert(table(LabelJob), heads, [job]))
    on.store.write(lambda tx: tx.insert(table(Serial), columns, rows))
    assert client.get("/api/labels/1", headers=key).get_json()["parts"] == 2
    second = client.get("/api/labels/1/sheet.pdf?part=2", headers=key)
    assert (second.status_code, second.data.count(b"/Type /Page\n")) == (200, 1)
    assert client.get("/api/labels/1/sheet.pdf?part=3", headers=key).get_json()["code"] == "label.no-such-part"


def test_blank_stamps_have_no_batch_in_their_links(client: Any, key: dict[str, str]) -> None:
    asked = {"gtin": GTIN, "lot": "", "count": 2, "perRoll": 1, "carrier": "gs1-datamatrix", "layout": "roll-50x25", "note": "cho vụ sau"}
    made = client.post("/api/labels", json=asked, headers=key).get_json()
    assert {name: made[name] for name in asked} == asked
    assert [each["state"] for each in made["serials"]] == ["blank", "blank"]
    assert "/10/" not in made["serials"][0]["link"]


def test_fetching_the_files_of_blank_stamps_makes_them_printed(client: Any, key: dict[str, str]) -> None:
    made = client.post("/api/labels", json={"gtin": GTIN, "lot": "", "count": 2}, headers=key).get_json()
    assert client.get(f"/console/labels/{made['job']}/file?what=zpl&dpi=203", headers=key).status_code == 200
    found = client.get(f"/api/labels/{made['job']}", headers=key).get_json()
    assert [each["state"] for each in found["serials"]] == ["printed", "printed"]


def test_labels_that_are_all_alike_have_no_serial_number(client: Any, key: dict[str, str]) -> None:
    made = client.post("/api/labels", json={"gtin": GTIN, "lot": LOT, "count": 30, "serialised": False}, headers=key).get_json()
    assert (made["serials"], made["next"], made["serialised"]) == ([], None, False)
    answer = client.get(f"/api/labels/{made['job']}/sheet.pdf?layout=a4-3x8&firstPlace=20", headers=key)
    assert answer.data.count(b"/Type /Page\n") == 3


def test_a_zpl_file_has_a_format_for_each_label(client: Any, key: dict[str, str], job: Any) -> None:
    answer = client.get(f"/api/labels/{job['job']}/sheet.zpl?dpi=203&layout=roll-50x25", headers=key)
    assert (answer.mimetype, answer.text.count("^XA"), answer.text.count("^XZ")) == ("text/plain", 3, 3)


def test_a_ruler_is_made_for_every_layout_there_is(client: Any, key: dict[str, str]) -> None:
    assert client.get("/api/labels/ruler.pdf?layout=a4-5x13", headers=key).data.startswith(b"%PDF-")
    assert client.get("/api/labels/ruler.pdf?layout=a5", headers=key).get_json()["code"] == "label.layout-unknown"


def test_serial_numbers_of_a_large_job_come_ten_thousand_at_a_time(client: Any, key: dict[str, str]) -> None:
    made = client.post("/api/labels", json={"gtin": GTIN, "lot": LOT, "count": 10_001}, headers=key).get_json()
    assert (len(made["serials"]), made["next"]) == (10_000, 10_001)
    rest = client.get(f"/api/labels/{made['job']}?first={made['next']}", headers=key).get_json()
    assert (len(rest["serials"]), rest["next"]) == (1, None)


def test_a_design_decides_how_the_labels_of_a_job_look(client: Any, key: dict[str, str]) -> None:
    design = client.post("/api/label-designs", json=VALUES | {"layout": "a4-2x5", "carrier": "gs1-qr"}, headers=key).get_json()["design"]
    made = client.post("/api/labels", json={"gtin": GTIN, "lot": LOT, "count": 1, "design": design}, headers=key).get_json()
    assert (made["design"], made["carrier"], made["layout"]) == (design, "gs1-qr", None)
    client.delete(f"/api/label-designs/{design}", headers=key)
    assert client.get(f"/api/labels/{made['job']}/sheet.pdf?layout=a4-2x5", headers=key).status_code == 200
    again = client.post("/api/labels", json={"gtin": GTIN, "lot": LOT, "count": 1, "design": design}, headers=key)
    assert again.get_json()["code"] == "designs.no-such-design"


def test_labels_that_do_not_fit_are_refused_before_a_number_is_given_out(client: Any, key: dict[str, str]) -> None:
    asked = {"gtin": GTIN, "lot": LOT, "count": 5, "carrier": "gs1-128", "layout": "a4-5x13", "serialised": False}
    answer = client.post("/api/labels", json=asked, headers=key).get_json()
    assert answer["code"] == "label.symbol-too-wide"
    assert client.get("/api/labels", headers=key).get_json()["jobs"] == []
