"""The main job as somebody does it who has never been here: register, print, record, and open the printed label's link."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import scanner
from app.identify import check_digit
from tests.builders import document, object_event
from tests.web import looks
from tests.web.sheets import fill_template
from tests.web.steps import Manufacturer
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser

PREFIX = "9521090"
MOST_SCREENS, MOST_FIELDS = 12, 40
"""From the home page to a label that can be scanned."""

ORGANISATION = {
    "name": "HTX Mật ong rừng Cát Bà (hư cấu)",
    "tax_code": "0952109001",
    "prefix": PREFIX,
    "province": "31",
    "commune": "đặc khu Cát Hải",
    "address": "Thôn Hư Cấu",
}


def _key(body: str) -> str:
    return body + check_digit.digit(body)


GLN = _key(PREFIX + "00101")
GTIN = _key(PREFIX + "00001")
LOT = "MO-2611"

PLACE = {"name": "Xưởng đóng chai Cát Bà", "kind": "factory", "gln": GLN}
PRODUCT = {"gtin": GTIN, "name": "Mật ong rừng Cát Bà 500 ml", "brand": "Ong Đảo", "net_content": "500 ml", "origin": "Cát Bà, Hải Phòng"}
BATCH = {"lot": LOT, "produced_on": "2026-06-01", "expires_on": "2028-06-01"}


@dataclass
class Job:
    """What came out of the steps: who did them, the page of the label job, the PDF, the labels' links, screens and fields it took."""

    maker: Manufacturer
    folder: Path
    labels: str
    pdf: Path
    links: list[str]
    screens: int
    fields: int

    @property
    def visitor(self) -> Visitor:
        """The window of whoever did it."""
        return self.maker.visitor


@pytest.fixture(scope="module")
def job(stay: Callable[..., Visitor], tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A new organisation that registered a place, a product and a batch and printed twelve labels."""
    folder = tmp_path_factory.mktemp("job")
    maker = Manufacturer(stay())
    maker.begin()
    maker.sign_up(ORGANISATION, "thu@ongdao.example", "bốn từ không liên quan")
    maker.register_place(PLACE)
    maker.register_product(PRODUCT)
    maker.register_lot(BATCH, here=True)
    maker.make_labels(12)
    pdf = maker.download("Tải PDF", folder)
    budget = len(maker.screens), maker.fields
    listed = maker.download("CSV số sê-ri", folder)
    rows = list(csv.reader(listed.read_text(encoding="utf-8-sig").splitlines()))
    links = [cell for row in rows[1:] for cell in row if cell.startswith("http")]
    return Job(maker, folder, maker.visitor.path, pdf, links, *budget)


def _serial(link: str) -> str:
    return link.rpartition("/21/")[2].partition("?")[0]


_LOGGED = """link => {
    const question = new XMLHttpRequest();
    question.open('GET', '/api/verify?code=' + encodeURIComponent(link), false);
    question.send();
    return JSON.parse(question.responseText).verdict !== 'cannot_check';
}"""


def _open_label(visitor: Visitor, link: str) -> Any:
    """Open a printed label's link as soon as the newest events stand in the public log, which takes them a second."""
    visitor.open("/console")
    visitor.page.wait_for_function(_LOGGED, arg=link, polling=250)
    visitor.open(link)
    return visitor.page


def _steps(page: Any) -> list[str]:
    """What the journey on a verdict page tells, step by step."""
    found: list[str] = page.locator("ol.trail > li").all_inner_texts()
    return found


def test_a_newcomer_prints_labels_within_the_budget_of_screens_and_fields(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\nfrom the home page to printed labels: {job.screens} screens, {job.fields} fields")  # noqa: T201  # the figure is asked for
    assert job.screens <= MOST_SCREENS
    assert job.fields <= MOST_FIELDS
    assert job.visitor.complaints == []
    assert job.visitor.elsewhere() == []


def test_the_printed_sheet_is_a_pdf_and_every_label_has_a_link_of_its_own(job: Job) -> None:
    assert job.pdf.read_bytes().startswith(b"%PDF-")
    assert len(set(job.links)) == 12
    assert all(f"/01/0{GTIN}/10/{LOT}/21/" in link and link.endswith("17=280601") for link in job.links)


def test_the_preview_of_a_label_is_drawn_and_our_own_scanner_reads_it(job: Job) -> None:
    page = job.visitor.page
    job.visitor.open(job.labels)
    preview = page.locator("main img").first
    preview.scroll_into_view_if_needed()
    assert preview.evaluate("image => image.decode().then(() => image.naturalWidth > 100)")
    assert {reading.text for reading in scanner.read(preview.screenshot())} & set(job.links)


def test_an_event_recorded_with_the_form_makes_the_label_verified(job: Job) -> None:
    page = job.visitor.page
    job.visitor.open(job.labels)
    page.get_by_role("link", name="Ghi sự kiện đầu tiên").click()
    page.wait_for_url("**/console/capture/by-hand?*")
    assert page.locator("#f-gtin").input_value().endswith(GTIN)
    assert page.locator("#f-lot").input_value() == LOT
    serials = "\n".join(map(_serial, job.links[:3]))
    job.maker.record_by_hand({"step": "commissioning", "time": "2026-06-01T08:30", "place": GLN, "serials": serials})
    assert "Đã ghi" in page.locator("main").inner_text()
    verdict = _open_label(job.visitor, job.links[0])
    assert verdict.locator("h1").inner_text() == "Đã xác minh"
    assert any("01/06/2026 08:30" in step and PLACE["name"] in step for step in _steps(verdict))


def test_one_press_records_that_the_labelled_goods_were_made(job: Job) -> None:
    job.visitor.open(job.labels)
    job.visitor.page.get_by_role("button", name="Ghi ngay: đã làm ra 12 sản phẩm này").click()
    job.visitor.page.get_by_text("Đã ghi: các sản phẩm này đã được làm ra").wait_for()
    assert _open_label(job.visitor, job.links[11]).locator("h1").inner_text() == "Đã xác minh"


def test_events_of_the_filled_template_come_into_the_journey(job: Job) -> None:
    job.visitor.open("/console/capture")
    template = job.maker.download("Tải bảng mẫu Excel", job.folder)
    row = {"Thời gian": "02/06/2026 09:15", "Địa điểm": GLN, "Sản phẩm": GTIN, "Số lô": LOT, "Số sê-ri": _serial(job.links[4])}
    rows = [{"Số sự kiện": "1", "Việc đã làm": "kiểm tra", **row}, {"Số sự kiện": "2", "Việc đã làm": "xuất", **row}]
    job.maker.upload(fill_template(template, rows, job.folder / "su-kien.xlsx"))
    assert "2 sự kiện" in job.visitor.page.locator("main").inner_text()
    job.maker.confirm()
    verdict = _open_label(job.visitor, job.links[4])
    assert verdict.locator("h1").inner_text() == "Đã xác minh"
    assert sum("02/06/2026 09:15" in step for step in _steps(verdict)) == 2


def test_a_mistake_in_the_template_is_shown_with_row_and_column_and_comes_back_as_a_file(job: Job) -> None:
    job.visitor.open("/console/capture")
    template = job.maker.download("Tải bảng mẫu Excel", job.folder)
    wrong = {"Việc đã làm": "xuất", "Thời gian": "31/02/2026 09:15", "Địa điểm": GLN, "Sản phẩm": GTIN, "Số lô": LOT}
    job.maker.upload(fill_template(template, [wrong], job.folder / "sai.xlsx"))
    page = job.visitor.page
    assert "31/02/2026 09:15" in page.locator("main table").inner_text()
    assert page.locator("main table tbody tr").count() == 1
    assert page.get_by_role("button", name="Xác nhận").count() == 0
    assert job.maker.download("Tải", job.folder).read_bytes().startswith(b"PK")


def test_a_json_document_comes_into_the_journey(job: Job) -> None:
    link = job.links[7]
    place = f"https://id.gs1.org/414/{GLN}"
    item = f"https://id.gs1.org/01/0{GTIN}/21/{_serial(link)}"
    event = object_event(epcList=[item], eventTime="2026-06-03T10:45:00.000+07:00", readPoint={"id": place}, bizLocation={"id": place})
    file = job.folder / "events.json"
    file.write_text(json.dumps(document(event), ensure_ascii=False), encoding="utf-8")
    job.maker.upload(file)
    job.maker.confirm()
    verdict = _open_label(job.visitor, link)
    assert verdict.locator("h1").inner_text() == "Đã xác minh"
    assert any("03/06/2026 10:45" in step for step in _steps(verdict))


def test_the_public_sees_the_recall_of_a_batch_at_once(job: Job, visit: Callable[..., Visitor]) -> None:
    job.maker.register_lot({"gtin": "0" + GTIN, "lot": "LO-KHAC", "produced_on": "2026-06-05"})
    job.maker.declare_recall({"gtin": "0" + GTIN, "lot": "LO-KHAC", "reason": "Nhiễm men trong mẫu lưu", "advice": "Mang trả nơi mua."})
    visitor = visit(width=360, scripts=False)
    visitor.open(f"/v/01/0{GTIN}/10/LO-KHAC")
    assert visitor.page.locator("h1").inner_text() == "Thu hồi, không sử dụng"
    visitor.open(job.links[0])
    assert visitor.page.locator("h1").inner_text() != "Thu hồi, không sử dụng"


@pytest.mark.parametrize("path", ["/sign-up", "/console/places", "/console/products", "/console/lots"])
def test_an_empty_form_is_refused_beside_its_fields_and_keeps_nothing_secret(job: Job, path: str) -> None:
    page = job.visitor.page
    job.visitor.open(path if path == "/sign-up" else f"{path}/new")
    page.locator("main form[method=post]").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    page.locator(".summary").wait_for()
    first = page.locator(".summary a").first
    first.click()
    assert page.locator(":focus").get_attribute("id") == first.get_attribute("href").removeprefix("#")
    assert looks.wrong(page) == []
