"""A sheet of label jobs in a browser: uploaded, looked at with one bad row, its good rows made, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import demo_world as world
from app.label.excel.make import PORTION
from tests.label.excel.sheets import workbook
from tests.web import looks
from tests.web.steps import sign_in
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]

PAGE = "/console/labels/excel"


def sheet(folder: Path, name: str, rows: int = 2) -> Path:
    """Good rows with a note of their own, and one whose lot nobody registered, in row 3."""
    good = [(world.LYCHEE_GRADE_B, f"VT-{name}", "12/06/2026", "12/07/2046", 20, "roll-50x25", "", f"{name} {row}") for row in range(rows)]
    path = folder / f"{name}.xlsx"
    path.write_bytes(workbook(good[0], (world.LYCHEE_GRADE_B, "KHONG-CO", "", "", 5), *good[1:]))
    return path


def upload(visitor: Visitor, path: Path) -> None:
    visitor.open(PAGE)
    visitor.page.locator("#f-file").set_input_files(path)
    visitor.page.locator("form:has(#f-file) button").click()
    visitor.page.wait_for_url(f"**{PAGE}/*")


@pytest.mark.parametrize(("width", "language"), [(360, "vi"), (1280, "fr")])
def test_one_bad_row_is_seen_and_the_good_rows_become_jobs(visit: Visit, tmp_path: Path, width: int, language: str) -> None:
    visitor = visit(width=width, language=language, scripts=width > 400)
    sign_in(visitor, "owner", "Sông Thái Bình")
    visitor.open(f"{PAGE}?lang={language}")
    assert looks.wrong(visitor.page) == []
    upload(visitor, sheet(tmp_path, f"{language.upper()}{width}"))
    assert looks.wrong(visitor.page) == []
    seen = visitor.page.locator("main").inner_text()
    assert "KHONG-CO" in seen
    visitor.page.locator("main form button").click()
    visitor.page.wait_for_url("**?done=2")
    assert looks.wrong(visitor.page) == []
    links = visitor.page.locator("main table a[href^='/console/labels/']")
    assert links.count() == 2
    links.first.click()
    visitor.page.wait_for_url("**/console/labels/*")
    assert f"VT-{language.upper()}{width}" in visitor.page.locator("main").inner_text()
    assert visitor.complaints == []


def test_a_long_import_goes_on_by_itself(visit: Visit, tmp_path: Path) -> None:
    visitor = visit(language="en")
    sign_in(visitor, "owner", "Sông Thái Bình")
    upload(visitor, sheet(tmp_path, "LONG", PORTION + 5))
    visitor.page.locator("main form button").click()
    visitor.page.wait_for_url(f"**?done={PORTION + 5}", timeout=60_000)
    assert visitor.complaints == []


def test_the_template_is_downloaded_in_the_language_of_the_page(visit: Visit) -> None:
    visitor = visit(language="fr")
    sign_in(visitor, "owner", "Sông Thái Bình")
    visitor.open(f"{PAGE}?lang=fr")
    with visitor.page.expect_download() as coming:
        visitor.page.locator("a[href$='template.xlsx']").click()
    assert coming.value.suggested_filename.endswith("-fr.xlsx")
