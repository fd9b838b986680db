"""Logistic units at the pages: three SSCCs are given out for a batch, their labels are fetched as PDF, and packing is recorded."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.label.measured import answers
from tests.web import looks
from tests.web.steps import sign_in
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]

PRODUCER = "Sông Thái Bình"


def _give(visitor: Visitor) -> list[str]:
    """Give out three units of the newest batch; the numbers as the page lists them."""
    page = visitor.page
    visitor.open("/console/ssccs")
    goods = page.locator("#f-goods option").nth(1).get_attribute("value")
    page.select_option("#f-goods", goods)
    page.fill("#f-quantity", "48")
    page.fill("#f-count", "3")
    page.fill("#f-ship_to", "Công ty TNHH Siêu thị Sông Hồng\nKho số 4, Xã Tân Hương, Đồng Tháp")
    page.locator("form.card button").click()
    page.wait_for_url("**/console/ssccs/*?done=given")
    return [str(text) for text in page.locator("main tbody .code").all_inner_texts()]


@pytest.mark.parametrize("width", [360, 1280])
def test_three_units_are_given_out_and_their_labels_read_back(visit: Visit, tmp_path: Path, width: int) -> None:
    visitor = visit(width=width, scripts=False)
    sign_in(visitor, "owner", PRODUCER)
    numbers = _give(visitor)
    assert len(numbers) == 3
    page = visitor.page
    assert page.locator(".label-frame img").evaluate("picture => picture.naturalWidth > 0")
    assert looks.wrong(page) == []
    page.locator("summary", has_text=re.compile("máy in", re.IGNORECASE)).first.click()
    page.select_option("#f-dpi", "203")
    with page.expect_download() as coming:
        page.locator("button[value=pdf]").click()
    file = tmp_path / "units.pdf"
    coming.value.save_as(file)
    subprocess.run(["pdftoppm", "-r", "203", "-gray", "-png", str(file), str(tmp_path / "page")], check=True)  # noqa: S607  # our file
    read = [answers(np.asarray(Image.open(path).convert("L"))) for path in sorted(tmp_path.glob("page*.png"))]
    assert [found[0] for found in read] == [(f"00{number}", "]C1") for number in numbers]
    assert visitor.complaints == []
    assert visitor.elsewhere() == []


def test_a_page_of_a_unit_leads_to_recording_what_is_packed(visit: Visit) -> None:
    visitor = visit(width=360)
    sign_in(visitor, "owner", PRODUCER)
    first = _give(visitor)[0]
    page = visitor.page
    page.locator("main tbody a[href*='by-hand']").first.click()
    page.wait_for_url("**/console/capture/by-hand?*")
    assert page.locator("#f-parent").input_value() == first
    assert page.locator("#f-quantity").input_value() == "48"
    assert page.locator("#f-step").input_value() == "packing"


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_units_can_be_read(visit: Visit, width: int) -> None:
    visitor = visit(width=width)
    sign_in(visitor, "owner", PRODUCER)
    _give(visitor)
    batch = visitor.path.partition("?")[0]
    wrong: dict[str, list[str]] = {}
    for path in ("/console/ssccs", batch, f"{batch}/file?first=9"):
        for language in ("vi", "en", "fr"):
            visitor.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
            said = looks.wrong(visitor.page)
            wrong |= {f"{path} {language}": said} if said else {}
    visitor.open("/console?lang=vi")
    assert wrong == {}
