"""Doors of sheets of label jobs: a program sends a file; a person uploads it, looks, and confirms."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from python_calamine import load_workbook

from app.label.excel import sheet_out
from app.label.excel.kept import kind_of
from app.label.excel.make import PORTION
from app.label.excel.refusals import JobSheetKind
from app.label.stamps import ranges
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, document, make_api_key, make_enterprise, object_event, raw
from tests.label.excel.sheets import FRUIT, JUICE, maker, text, workbook

PAGE = "/console/labels/excel"
API = "/api/labels/excel"
GOOD = (FRUIT, "VT0612", "", "", "30", "roll-50x25")
NEW = (FRUIT, "MOI1", "12/06/2026", "12/06/2027", "20")
WRONG = (FRUIT, "KHONGCO", "", "", "5")


@pytest.fixture
def growers(on: Runtime) -> Enterprise:
    return maker(on)


@pytest.fixture
def key(on: Runtime, growers: Enterprise) -> dict[str, str]:
    return make_api_key(on, growers) | {"Accept-Language": "en"}


def send(client: Any, key: dict[str, str], sheet: bytes, query: str = "", kind: str = "text/csv") -> Any:
    return client.post(API + query, headers=key, data=sheet, content_type=kind)


def upload(client: Any, key: dict[str, str], sheet: bytes, name: str = "labels.csv") -> Any:
    return client.post(PAGE, headers=key, data={"file": (io.BytesIO(sheet), name)}, content_type="multipart/form-data")


def drafted(client: Any, key: dict[str, str], sheet: bytes, name: str = "labels.csv") -> str:
    """The page of a sheet that was uploaded."""
    answer = upload(client, key, sheet, name)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:500]
    return str(answer.headers["Location"])


def page(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def job_count(client: Any, key: dict[str, str]) -> int:
    return len(client.get("/api/labels", headers=key).get_json()["jobs"])


def test_a_program_looks_first_and_nothing_is_made(client: Any, key: dict[str, str]) -> None:
    answer = send(client, key, text(GOOD, WRONG, NEW), "?check=only")
    told = answer.get_json()
    assert (answer.status_code, told["checkedOnly"], told["made"], told["wrong"], told["labels"]) == (200, True, 0, 1, 50)
    assert [(row["row"], row["state"], row["lot"], row["newLot"], row["count"]) for row in told["rows"]] == [
        (2, "new", "VT0612", False, 30), (3, "wrong", "KHONGCO", True, 5), (4, "new", "MOI1", True, 20),
    ]  # fmt: skip
    assert [(each["code"], each["pointer"], each["value"]) for each in told["findings"]] == [
        ("label.sheet-lot-unknown", "row=3 column=B", "KHONGCO"),
    ]
    assert "production date" in told["findings"][0]["remedy"]
    assert job_count(client, key) == 0


def test_a_program_makes_all_or_nothing_unless_it_skips_what_is_wrong(client: Any, key: dict[str, str]) -> None:
    refused = send(client, key, text(GOOD, WRONG))
    assert (refused.status_code, refused.get_json()["findings"][0]["pointer"], job_count(client, key)) == (400, "row=3 column=B", 0)
    made = send(client, key, text(GOOD, WRONG), "?skip=wrong")
    told = made.get_json()
    assert (made.status_code, told["made"], told["before"], told["wrong"], told["labels"]) == (201, 1, 0, 1, 30)
    job = client.get(f"/api/labels/{told['rows'][0]['job']}", headers=key).get_json()
    assert (job["gtin"], job["lot"], job["count"]) == (FRUIT, "VT0612", 30)
    again = send(client, key, text(GOOD, NEW)).get_json()
    assert (again["made"], again["before"], again["rows"][0]["job"]) == (1, 1, told["rows"][0]["job"])
    assert send(client, key, text(GOOD, NEW)).status_code == 200


def test_a_program_sends_a_workbook_too(client: Any, key: dict[str, str]) -> None:
    told = send(client, key, workbook((int(FRUIT), "VT0612", "", "", 3)), kind=sheet_out.XLSX_TYPE).get_json()
    assert (told["made"], told["labels"]) == (1, 3)


@pytest.mark.parametrize(
    ("query", "kind", "sheet", "status", "code"),
    [
        ("", "application/json", b"{}", 415, "api.media-type"),
        ("?check=all", "text/csv", text(GOOD), 400, "api.parameter-invalid"),
        ("?skip=1", "text/csv", text(GOOD), 400, "api.parameter-invalid"),
        ("", "text/csv", b"", 400, "label.sheet-empty"),
        ("", sheet_out.XLSX_TYPE, b"PK\x03\x04", 400, "capture.sheet-damaged"),
    ],
)
def test_a_request_that_cannot_be_read_is_refused_with_a_code(
    client: Any, key: dict[str, str], query: str, kind: str, sheet: bytes, status: int, code: str
) -> None:
    answer = send(client, key, sheet, query, kind)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_the_upload_page_explains_every_column(client: Any, key: dict[str, str]) -> None:
    shown = page(client.get(PAGE, headers=key))
    assert all(word in shown for word in ("Layout or design", "Labels per roll", "template.xlsx", "template.csv", "multipart/form-data"))


@pytest.mark.parametrize(
    ("language", "first"), [("vi", "Sản phẩm (GTIN hoặc tên)"), ("en", "Product (GTIN or name)"), ("fr", "Produit (GTIN ou nom)")]
)
def test_the_template_speaks_the_reader_s_language(client: Any, key: dict[str, str], language: str, first: str) -> None:
    speaks = key | {"Accept-Language": language}
    book = client.get(f"{PAGE}/template.xlsx", headers=speaks)
    with load_workbook(io.BytesIO(book.data)) as opened:
        assert opened.get_sheet_by_index(0).to_python()[0][0] == first
    assert book.content_type == sheet_out.XLSX_TYPE
    comma = client.get(f"{PAGE}/template.csv", headers=speaks)
    assert comma.data.decode("utf-8-sig").startswith(first + ";")


def test_a_person_looks_corrects_and_makes(client: Any, key: dict[str, str]) -> None:
    at = drafted(client, key, text(GOOD, WRONG, NEW))
    shown = page(client.get(at, headers=key))
    assert all(word in shown for word in ("Row 3", "column B", "KHONGCO", "new lot", "Jobs to be made: 2. Labels: 50.", "Good rows only"))
    refused = client.post(at, headers=key, data={"do": "all"})
    assert (refused.status_code, job_count(client, key)) == (400, 0)
    assert "No labels were made" in page(refused)
    done = client.post(at, headers=key, data={"do": "good"})
    assert (done.status_code, job_count(client, key)) == (303, 2)
    after = page(client.get(done.headers["Location"], headers=key))
    assert "have their labels: 2." in after
    assert len(set(re.findall(r'href="(/console/labels/\d+)"', after))) == 2


def test_an_error_file_is_corrected_and_sent_again(client: Any, key: dict[str, str]) -> None:
    at = drafted(client, key, text(GOOD, WRONG, NEW))
    client.post(at, headers=key, data={"do": "good"})
    answer = client.get(f"{at}/errors.xlsx", headers=key)
    with load_workbook(io.BytesIO(answer.data)) as book:
        rows: list[list[Any]] = [list(row) for row in book.get_sheet_by_index(0).to_python()]
    assert rows[0][-1] == "Errors (errors)"
    assert rows[2][-1].startswith("B: The product")
    assert (rows[1][-1], rows[3][-1]) == ("", "")
    rows[2][2] = "14/06/2026"
    corrected = drafted(client, key, workbook(*rows[1:], header=rows[0]), "errors.xlsx")
    shown = page(client.get(corrected, headers=key))
    assert "made again: 2." in shown
    assert "Jobs to be made: 1. Labels: 5." in shown
    assert client.post(corrected, headers=key, data={"do": "all"}).status_code == 303
    assert job_count(client, key) == 3


def test_a_long_import_is_made_in_portions_that_the_page_asks_for(client: Any, key: dict[str, str]) -> None:
    rows = [(FRUIT, "VT0612", "", "", "1", "", "", f"PO {number}") for number in range(PORTION + 10)]
    at = drafted(client, key, text(*rows))
    shown = client.post(at, headers=key, data={"do": "all"})
    assert (shown.status_code, "data-continue" in page(shown)) == (200, True)
    assert f'value="{PORTION}" max="{PORTION + 10}"' in page(shown)
    assert "script-src 'self'" in shown.headers["Content-Security-Policy"]
    done = client.post(at, headers=key, data={"do": "all"})
    assert (done.status_code, done.headers["Location"].partition("?")[2]) == (303, f"done={PORTION + 10}")


def test_a_range_that_was_opened_after_the_upload_is_asked_again(
    on: Runtime, client: Any, key: dict[str, str], growers: Enterprise
) -> None:
    at = drafted(client, key, text(GOOD, (JUICE, "", "", "", "5")))
    ranges.open_range(FRUIT, most=29, by=growers.actor(), on=on)
    assert "29" in page(client.get(at, headers=key))
    assert client.post(at, headers=key, data={"do": "all"}).status_code == 400
    assert client.post(at, headers=key, data={"do": "good"}).status_code == 303
    assert job_count(client, key) == 1


@pytest.mark.parametrize("name", ["labels.ods", "labels", "labels.xls", ""])
def test_a_file_of_another_kind_is_refused_beside_its_field(client: Any, key: dict[str, str], name: str) -> None:
    answer = upload(client, key, text(GOOD), name)
    assert answer.status_code in {400, 415}
    assert 'id="e-file"' in page(answer) or "summary-title" in page(answer)


def test_a_sheet_of_one_organisation_is_not_shown_to_another(on: Runtime, client: Any, key: dict[str, str]) -> None:
    at = drafted(client, key, text(GOOD))
    others = make_api_key(on, make_enterprise(on, "HTX Khác", "9521009"))
    assert client.get(at, headers=others).status_code == 404
    assert client.post(at, headers=others, data={"do": "all"}).status_code == 404
    assert client.get("/console/labels/excel/7", headers=key).status_code == 404


def test_a_sheet_of_events_is_none_of_labels_and_the_other_way_round(client: Any, key: dict[str, str]) -> None:
    at = drafted(client, key, workbook(GOOD), "labels.xlsx")
    number = at.rsplit("/", 1)[-1]
    assert client.get(f"/console/capture/drafts/{number}", headers=key).status_code == 400
    events = client.post("/console/capture", headers=key, data={"text": raw(document(object_event())).decode()})
    assert client.get(f"{PAGE}/{events.headers['Location'].rsplit('/', 1)[-1]}", headers=key).status_code == 404


def test_pages_are_paged(client: Any, key: dict[str, str]) -> None:
    at = drafted(client, key, text(*[(FRUIT, "VT0612", "", "", "1", "", "", f"PO {number}") for number in range(150)]))
    first, second = (page(client.get(f"{at}?page={number}", headers=key)) for number in ("1", "99"))
    assert ("PO 0<" in first, "PO 149<" in first, "Page 1 of 2" in first) == (True, False, True)
    assert ("PO 149<" in second, "Page 2 of 2" in second) == (True, True)
    assert "Page 1 of 2" in page(client.get(f"{at}?page=x", headers=key))


def test_somebody_without_the_permission_is_kept_out(on: Runtime, client: Any, growers: Enterprise) -> None:
    carrier = make_api_key(on, growers, Role.CARRIER)
    assert send(client, carrier, text(GOOD)).status_code == 403
    assert client.get(PAGE, headers=carrier).status_code == 403


def test_a_file_that_is_no_sheet_is_refused_by_its_name(client: Any, key: dict[str, str]) -> None:
    answer = upload(client, key, b"%PDF-1.7", "labels.pdf")
    assert (answer.status_code, "labels.pdf" in page(answer)) == (JobSheetKind.status, True)
    with pytest.raises(JobSheetKind) as refused:
        kind_of("labels")
    assert refused.value.code == "label.sheet-kind"
