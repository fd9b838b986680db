"""From a batch to a printed label: a design with a logo, 1,200 labels, their files in the background, one of them read back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

import scanner
from tests.web import looks
from tests.web.steps import sign_in
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser

COUNT = 1_200


@dataclass
class Made:
    """A visitor who made a design and a large job. design, job: paths of their pages."""

    visitor: Visitor
    folder: Path
    design: str
    job: str

    @property
    def page(self) -> Any:
        """The window."""
        return self.visitor.page


def _logo(folder: Path) -> Path:
    picture = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(picture).ellipse((20, 20, 180, 180), fill="black")
    picture.save(folder / "logo.png")
    return folder / "logo.png"


@pytest.fixture(scope="module")
def made(stay: Callable[..., Visitor], tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A design with a logo, and a job of 1,200 labels in it."""
    folder, visitor = tmp_path_factory.mktemp("labels"), stay()
    sign_in(visitor, "owner", "Sông Thái Bình")
    page = visitor.page
    visitor.open("/console/labels/designs/new")
    page.locator("#f-name").fill("Cuộn có logo")
    page.locator("#f-logo").set_input_files(_logo(folder))
    page.locator("button[value=save]").click()
    page.wait_for_url("**/console/labels/designs/*?done=saved")
    design = visitor.path
    page.get_by_role("link", name="In nhãn với mẫu này").click()
    page.locator("#f-lot").select_option(index=1)
    page.locator("#f-count").fill(str(COUNT))
    page.locator("main form[method=post] button").click()
    page.wait_for_url("**/console/labels/9*")
    return Made(visitor, folder, design, visitor.path)


def _links(made: Made) -> dict[str, str]:
    answer = made.page.context.request.get(f"/api/labels/{made.job.rsplit('/', 1)[1]}")
    return {each["serial"]: each["link"] for each in answer.json()["serials"]}


def test_a_design_shows_its_label_again_while_somebody_chooses(made: Made) -> None:
    made.visitor.open(made.design)
    picture = made.page.locator("#preview img")
    before = picture.get_attribute("src")
    made.page.locator("#f-layout").select_option("roll-100x150")
    made.page.wait_for_function("before => document.querySelector('#preview img').src !== before", arg=before)
    assert made.page.locator("#preview").inner_text().count("100 × 150 mm") == 1
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth > 100)")
    assert made.visitor.complaints == []


def test_the_files_of_a_large_job_are_made_while_the_page_tells_how_far_they_are(made: Made) -> None:
    made.visitor.open(made.job)
    made.page.get_by_text("Tệp khác").click()
    made.page.locator("button[name=form][value=png]").click()
    made.page.wait_for_url("**/runs/*")
    bar = made.page.locator("progress")
    assert (bar.get_attribute("max"), looks.wrong(made.page)) == ("2", [])
    whole = made.page.get_by_role("link", name="Tải tất cả (zip)")
    whole.wait_for(timeout=60_000)
    with made.page.expect_download() as coming:
        whole.click()
    file = made.folder / coming.value.suggested_filename
    coming.value.save_as(file)
    links = _links(made)
    with zipfile.ZipFile(file) as archive:
        assert len(archive.namelist()) == len(links) == COUNT
        with Image.open(io.BytesIO(archive.read(f"label-{COUNT:07}.png"))) as picture:
            texts = {reading.text for reading in scanner.read(np.asarray(picture.convert("L")))}
    assert list(links.values())[-1] in texts
    assert made.visitor.complaints == []
    assert made.visitor.elsewhere() == []


def test_every_page_of_labels_fits_a_telephone_and_a_desk_in_every_language(made: Made, visit: Callable[..., Visitor]) -> None:
    made.visitor.open(made.job)
    run = made.page.locator("main a[href*='/runs/']").first.get_attribute("href")
    wrong: dict[str, list[str]] = {}
    for language, width, scripts in (("vi", 360, False), ("fr", 320, True), ("en", 1280, True)):
        visitor = visit(width=width, scripts=scripts)
        sign_in(visitor, "owner", "Sông Thái Bình")
        for path in ("/console/labels", "/console/labels/designs", made.design, made.job, str(run)):
            visitor.open(f"{path}?lang={language}")
            said = [*visitor.complaints, *looks.wrong(visitor.page)]
            wrong |= {f"{path} {language} {width}": said} if said else {}
        visitor.open("/console?lang=vi")
    assert wrong == {}


def test_without_scripts_a_look_at_a_design_keeps_its_logo(made: Made, visit: Callable[..., Visitor]) -> None:
    visitor = visit(width=360, scripts=False)
    sign_in(visitor, "owner", "Sông Thái Bình")
    visitor.open("/console/labels/designs/new")
    page = visitor.page
    page.locator("#f-logo").set_input_files(_logo(made.folder))
    page.locator("#f-layout").select_option("a4-2x5")
    page.get_by_role("button", name="Xem thử").click()
    page.locator("img.design__logo").wait_for()
    page.locator("#f-name").fill("Giấy A4 có logo")
    page.get_by_role("button", name="Lưu mẫu").click()
    page.wait_for_url("**done=saved")
    assert page.locator("img.design__logo").count() == 1
    assert page.locator("#f-layout").input_value() == "a4-2x5"
    page.locator("form[action$='/remove'] button").click()
    page.get_by_role("button", name="Hoàn tác").click()
    assert page.get_by_role("link", name="Giấy A4 có logo").count() == 1


def test_the_page_of_a_job_is_short_on_a_telephone(made: Made, visit: Callable[..., Visitor]) -> None:
    visitor = visit(width=360, height=740)
    sign_in(visitor, "owner", "Sông Thái Bình")
    visitor.open(made.job)
    assert visitor.page.evaluate("document.documentElement.scrollHeight") < 4 * 740
