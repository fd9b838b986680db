from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from app.label.drawing.layouts import A4_3X8, LAYOUTS, LOGISTIC_A5, ROLL_50X25, ROLL_70X40, Layout
from app.label.drawing.ruler import make_ruler
from app.label.drawing.sheet import make_pdf
from tests.label.drawing.test_sheet import LABELS, rasterised

pytestmark = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs pdftoppm: apt-get install poppler-utils")


@pytest.mark.parametrize(("layout", "left"), [(A4_3X8, 20.0), (LOGISTIC_A5, 4.0)], ids=["sheet", "wide roll"])
def test_the_ruler_of_a_page_measures_a_hundred_millimetres(layout: Layout, left: float, tmp_path: Path) -> None:
    (page,) = rasterised(make_pdf(LABELS[:1], layout).content, 300, tmp_path)
    dots = 300 / 25.4
    low = page[-round(4.0 * dots) :, : round((left + 101.0) * dots)] < 128
    longest = max(np.flatnonzero(line).size for line in low)
    assert longest / dots == pytest.approx(100, abs=0.3)


def test_narrow_rolls_have_no_ruler_on_their_labels(tmp_path: Path) -> None:
    (page,) = rasterised(make_pdf(LABELS[:1], ROLL_50X25).content, 300, tmp_path)
    assert not (page[-12:] < 128).any()


@pytest.mark.parametrize("layout", [ROLL_50X25, ROLL_70X40, A4_3X8], ids=lambda layout: layout.name)
def test_the_crosses_stand_three_millimetres_from_the_corners_of_the_first_label(layout: Layout, tmp_path: Path) -> None:
    (page,) = rasterised(make_ruler(layout), 300, tmp_path)
    dots = 300 / 25.4
    x, y = next(layout.corners())
    for at, down in ((x + 3, y + 3), (x + layout.width - 3, y + layout.height - 3)):
        middle, line = round(at * dots), round(down * dots)
        around = page[line - 20 : line + 20, middle - 20 : middle + 20] < 200
        assert np.argmax(around.sum(axis=0)) == pytest.approx(20, abs=1)
        assert np.argmax(around.sum(axis=1)) == pytest.approx(20, abs=1)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_page_has_the_size_of_the_paper_and_says_what_to_do_in_three_languages(layout: Layout, tmp_path: Path) -> None:
    pdf = make_ruler(layout)
    [(width, height)] = set(re.findall(rb"/MediaBox \[\s*0 0 (\S+) (\S+)\s*\]", pdf))
    assert (round(float(width) * 25.4 / 72, 2), round(float(height) * 25.4 / 72, 2)) == layout.paper
    (tmp_path / "ruler.pdf").write_bytes(pdf)
    text = subprocess.run(["pdftotext", "ruler.pdf", "-"], cwd=tmp_path, check=True, capture_output=True).stdout.decode()  # noqa: S607  # from PATH
    said = " ".join(text.split())
    for expected in (
        "In ở tỷ lệ 100 %",
        "Mép giấy đến dấu cộng đầu",
        "Paper's edge to the first cross",
        "Du bord du papier à la première croix",
    ):
        assert expected in said
    assert f"dx = {f'{layout.left + 3:.2f}'.rstrip('0').rstrip('.')}" in said


def test_the_same_layout_gives_the_same_ruler() -> None:
    assert make_ruler(ROLL_70X40) == make_ruler(ROLL_70X40)
