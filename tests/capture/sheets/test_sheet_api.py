from __future__ import annotations

import io
from typing import Any

import pytest

from app.capture.sheets.sheet_file import MOST_BYTES
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import make_api_key, make_enterprise
from tests.capture.sheets import sheets
from tests.capture.sheets.sheets import as_csv, as_xlsx, harvest

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def key(on: Runtime) -> dict[str, str]:
    return make_api_key(on, make_enterprise(on))


def test_a_sheet_as_body_is_captured_once(client: Any, key: dict[str, str]) -> None:
    answer = client.post("/api/capture/sheet", data=as_xlsx(harvest()), content_type=XLSX_TYPE, headers=key)
    body = answer.get_json()
    assert (answer.status_code, body["success"], len(body["events"])) == (201, True, 1)
    assert answer.headers["Location"] == f"/epcis/capture/{body['captureID']}"
    again = client.post("/api/capture/sheet", data=as_csv(harvest()), content_type="text/csv", headers=key).get_json()
    assert (again["captureID"], again["events"][0]["known"]) == (body["captureID"], True)


@pytest.mark.parametrize("name", ["events.csv", "EVENTS.CSV", "events.txt"])
def test_a_sheet_as_a_form_field_is_captured(client: Any, key: dict[str, str], name: str) -> None:
    answer = client.post("/api/capture/sheet", data={"file": (io.BytesIO(as_csv(harvest())), name)}, headers=key)
    assert answer.status_code == 201


def test_a_dry_run_tells_everything_and_keeps_nothing(client: Any, key: dict[str, str]) -> None:
    bad = client.post("/api/capture/sheet?dryRun=true", data=as_csv(harvest(quantity="1.236")), content_type="text/csv", headers=key)
    body = bad.get_json()
    assert (bad.status_code, body["valid"], body["events"], body["findingsTotal"]) == (200, False, 1, 1)
    assert (body["findings"][0]["pointer"], body["findings"][0]["value"]) == ("row=2 column=F", "1.236")
    good = client.post("/api/capture/sheet?dryRun=true", data=as_csv(harvest()), content_type="text/csv", headers=key).get_json()
    assert (good["valid"], good["known"]) == (True, 0)
    assert client.get("/epcis/capture", headers=key).get_json() == []


def test_a_guessed_encoding_is_a_remark(client: Any, key: dict[str, str]) -> None:
    raw = as_csv(harvest(step="xu\u00e2\u0301t", note="\u0111o")).decode().encode("cp1258")
    body = client.post("/api/capture/sheet?dryRun=true", data=raw, content_type="text/csv", headers=key).get_json()
    assert (body["valid"], body["remarks"][0]["code"]) == (True, "sheet.read-as-windows-1258")


BOMB = sheets.with_part(sheets.workbook([["a"]]), "xl/media/bomb.bin", bytes(60_000_000))
HUGE = sheets.with_page(sheets.workbook([["a"]]), sheets.page_of(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))


@pytest.mark.parametrize(
    ("raw", "kind", "status", "code"),
    [
        (BOMB, XLSX_TYPE, 413, "capture.sheet-bomb"),
        (HUGE, XLSX_TYPE, 413, "capture.sheet-too-many-rows"),
        (b"a text file", XLSX_TYPE, 400, "capture.not-a-sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", XLSX_TYPE, 400, "capture.sheet-encrypted"),
        (as_xlsx(harvest())[:500], XLSX_TYPE, 400, "capture.sheet-damaged"),
        (as_csv(harvest(step="bay")), "text/csv", 400, "capture.sheet-invalid"),
        (b"", "text/csv", 400, "capture.sheet-empty"),
        (b"{}", "application/json", 415, "api.media-type"),
        (b"x", "application/pdf", 415, "api.media-type"),
        (b"x" * (MOST_BYTES + 1), "text/csv", 413, "api.body-too-large"),
    ],
)
def test_what_cannot_be_captured_is_refused_with_a_code(
    client: Any, key: dict[str, str], raw: bytes, kind: str, status: int, code: str
) -> None:
    answer = client.post("/api/capture/sheet", data=raw, content_type=kind, headers=key)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.get_json()["remedy"]
    assert client.get("/epcis/capture", headers=key).get_json() == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "capture.sheet-empty"),
        ({"file": (io.BytesIO(b"x"), "events.pdf")}, "capture.file-kind"),
        ({"file": (io.BytesIO(b"{}"), "events.json")}, "api.media-type"),
    ],
)
def test_a_form_without_a_sheet_is_refused(client: Any, key: dict[str, str], fields: dict[str, Any], code: str) -> None:
    answer = client.post("/api/capture/sheet", data=fields, content_type="multipart/form-data", headers=key)
    assert (answer.status_code < 500, answer.get_json()["code"]) == (True, code)


def test_a_regulator_may_not_send_sheets(client: Any, on: Runtime) -> None:
    key = make_api_key(on, make_enterprise(on), Role.REGULATOR)
    assert client.post("/api/capture/sheet", data=as_csv(harvest()), content_type="text/csv", headers=key).status_code == 403
