from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from app.label.drawing import sheet
from app.label.drawing.compose import QR_LEAST, compose
from app.label.drawing.layouts import A4_2X5, A4_3X8, LAYOUTS, ROLL_50X25, ROLL_70X40, Layout
from app.label.drawing.fonts import POINT
from app.label.refusals import NothingToPrint, OffsetTooFar, ResolutionUnknown, TooManyLabels
from app.label.stamps.serials import random_serials
from app.label.symbols import read_back
from tests.label.samples import label
from tests.label.symbols.test_qr import SET_82
from tests.thorough import rounds

LABELS = tuple(label(serial) for serial in random_serials(26))
LAYOUT = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
RASTERISER = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs pdftoppm: apt-get install poppler-utils")


def pages(pdf: bytes, dpi: int, folder: Path) -> Iterator[NDArray[np.uint8]]:
    """The pages as grey pictures, drawn by an independent program."""
    (folder / "labels.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-gray", "-r", str(dpi), "labels.pdf", "page"], cwd=folder, check=True)  # noqa: S607  # from PATH, as skipif
    for path in sorted(folder.glob("page-*.pgm")):
        yield np.asarray(Image.open(path))
        path.unlink()


def streams(pdf: bytes) -> list[str]:
    """Content of the pages and forms, unpacked."""
    found = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return [zlib.decompress(part).decode("latin-1") for part in found if part[:1] == b"x"]


def symbols(pdf: bytes) -> list[tuple[float, float, float]]:
    """Module, x and y in millimetres of every symbol, in the coordinates of its label."""
    matrix = re.compile(r"q (\S+) 0 0 -\1 (\S+) (\S+) cm \d+ \d+ \d+ \S+ re")
    return [(POINT * float(m), POINT * float(x), POINT * float(y)) for part in streams(pdf) for m, x, y in matrix.findall(part)]


def boxes(pdf: bytes) -> set[tuple[float, float]]:
    """Sizes of the pages in millimetres."""
    found = re.findall(rb"/MediaBox \[\s*0 0 (\S+) (\S+)\s*\]", pdf)
    return {(round(float(width) * POINT, 2), round(float(height) * POINT, 2)) for width, height in found}


@RASTERISER
@LAYOUT
@pytest.mark.parametrize("dpi", [203, 300])
def test_every_label_of_a_printed_page_is_read(layout: Layout, dpi: int, tmp_path: Path) -> None:
    labels = LABELS[: min(24, layout.on_a_page)]
    (page,) = pages(sheet.make_pdf(labels, layout).content, dpi, tmp_path)
    expected = Counter({("9521234543213", "]E0"): len(labels)} | {(each.digital_link, "]Q1"): 1 for each in labels})
    assert Counter(read_back.read(page)) == expected


@RASTERISER
def test_the_ruler_of_a_sheet_measures_a_hundred_millimetres(tmp_path: Path) -> None:
    (page,) = pages(sheet.make_pdf(LABELS[:1], A4_3X8).content, 300, tmp_path)
    below = page[-int(5 * 300 / 25.4) :, : int(121.5 * 300 / 25.4)]
    dark = np.nonzero((below < 128).any(axis=0))[0]
    assert (dark[-1] - dark[0]) * 25.4 / 300 == pytest.approx(100, abs=0.3)


@LAYOUT
def test_pages_and_modules_have_their_size_in_millimetres(layout: Layout) -> None:
    pdf = sheet.make_pdf(LABELS[:2], layout).content
    assert boxes(pdf) == {layout.paper}
    composition = compose(LABELS[0], layout)
    expected = {(round(placed.module, 3), round(placed.x, 2), round(-placed.y, 2)) for placed in composition.symbols}
    assert {(round(module, 3), round(x, 2), round(y, 2)) for module, x, y in symbols(pdf)} == expected
    assert min(module for module, _, _ in symbols(pdf)) >= 0.249
    assert composition.qr.module >= QR_LEAST


@LAYOUT
def test_calibration_moves_every_label_and_nothing_else(layout: Layout) -> None:
    corner = re.compile(r"q 1 0 0 1 (\S+) (\S+) cm")

    def corners(pdf: bytes) -> list[tuple[float, float]]:
        return [(float(x) * POINT, float(y) * POINT) for part in streams(pdf) for x, y in corner.findall(part)]

    before = corners(sheet.make_pdf(LABELS[:3], layout).content)
    after = corners(sheet.make_pdf(LABELS[:3], layout, dx_mm=1.5, dy_mm=-0.7).content)
    assert len(before) == 3
    assert [(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in zip(before, after, strict=True)] == [pytest.approx((1.5, 0.7), abs=0.001)] * 3


@pytest.mark.parametrize("offset", [(10.01, 0.0), (0.0, -10.01), (float("nan"), 0.0)])
def test_an_offset_of_more_than_ten_millimetres_is_refused(offset: tuple[float, float]) -> None:
    with pytest.raises(OffsetTooFar):
        sheet.make_pdf(LABELS[:1], A4_3X8, dx_mm=offset[0], dy_mm=offset[1]).content


def test_twenty_five_labels_need_a_second_page_and_progress_is_told_for_each() -> None:
    told: list[tuple[int, int]] = []
    pdf = sheet.make_pdf(LABELS[:25], A4_3X8, progress=lambda done, total: told.append((done, total)))
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 2
    assert told == [(done, 25) for done in range(1, 26)]


@LAYOUT
def test_the_same_labels_give_the_same_bytes(layout: Layout) -> None:
    assert sheet.make_pdf(LABELS[:3], layout).content == sheet.make_pdf(LABELS[:3], layout).content
    assert sheet.make_svg(LABELS[0], layout).content == sheet.make_svg(LABELS[0], layout).content
    assert sheet.make_png(LABELS[0], 203, layout).content == sheet.make_png(LABELS[0], 203, layout).content


def test_a_pdf_asks_the_viewer_not_to_scale_and_carries_its_typeface() -> None:
    pdf = sheet.make_pdf(LABELS[:1], A4_2X5).content
    assert b"/PrintScaling /None" in pdf
    assert b"/FontFile2" in pdf


@RASTERISER
def test_vietnamese_text_can_be_taken_out_of_a_pdf(tmp_path: Path) -> None:
    (tmp_path / "labels.pdf").write_bytes(sheet.make_pdf(LABELS[:1], A4_2X5).content)
    text = subprocess.run(["pdftotext", "labels.pdf", "-"], cwd=tmp_path, check=True, capture_output=True).stdout.decode()  # noqa: S607  # from PATH
    for expected in ("Vải thiều Lục Ngạn loại 1", "NGẠN XANH", "Khối lượng tịnh: 500 g", "In ở tỷ lệ 100 %", f"(21){LABELS[0].serial}"):
        assert expected in text


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(NothingToPrint):
        sheet.make_pdf([], ROLL_70X40).content
    with pytest.raises(TooManyLabels) as refused:
        sheet.make_pdf([LABELS[0]] * (sheet.MOST_LABELS + 1), ROLL_70X40).content
    assert refused.value.params == {"count": sheet.MOST_LABELS + 1, "limit": sheet.MOST_LABELS}


@LAYOUT
@pytest.mark.parametrize("dpi", sheet.RESOLUTIONS)
def test_a_png_has_its_size_and_whole_dots_and_is_read(layout: Layout, dpi: int) -> None:
    with Image.open(BytesIO(sheet.make_png(LABELS[0], dpi, layout).content)) as png:
        assert png.size == (round(layout.width * dpi / 25.4), round(layout.height * dpi / 25.4))
        assert [round(each) for each in png.info["dpi"]] == [dpi, dpi]
        picture = np.asarray(png)
    composition = compose(LABELS[0], layout, 25.4 / dpi)
    assert sorted(read_back.read(picture)) == sorted((placed.symbol.text, placed.symbol.identifier) for placed in composition.symbols)
    for placed in composition.symbols:
        dots = placed.module * dpi / 25.4
        left, top = round(placed.x * dpi / 25.4), round(placed.y * dpi / 25.4)
        drawn = picture[top, left : left + round(placed.symbol.columns * dots)]
        assert np.array_equal(
            drawn.reshape(-1, round(dots)), np.where(placed.symbol.modules[0], 0, 255).repeat(round(dots)).reshape(-1, round(dots))
        )


def test_a_png_for_an_unknown_print_head_is_refused() -> None:
    with pytest.raises(ResolutionUnknown) as refused:
        sheet.make_png(LABELS[0], 96).content
    assert refused.value.params == {"dpi": 96, "known": "203, 300, 600"}


@LAYOUT
def test_an_svg_in_millimetres_holds_the_same_modules(layout: Layout) -> None:
    root = ET.fromstring(sheet.make_svg(LABELS[0], layout).content)  # noqa: S314  # our own text
    assert (root.get("width"), root.get("height")) == (f"{layout.width:g}mm", f"{layout.height:g}mm")
    title, paths = root[0].text or "", root.findall("{http://www.w3.org/2000/svg}path")
    assert LABELS[0].serial in title
    drawn = np.full((49, 49), 255, dtype=np.uint8)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h", paths[1].get("d") or ""):
        drawn[int(y) + 4, int(x) + 4 : int(x) + 4 + int(width)] = 0
    assert read_back.read(drawn[:45, :45].repeat(3, axis=0).repeat(3, axis=1)) == [(LABELS[0].digital_link, "]Q1")]


def test_an_svg_with_signs_of_markup_in_its_serial_is_still_well_formed() -> None:
    text = sheet.make_svg(label("<&\">'/"), ROLL_70X40).content
    assert "<&\">'/" in (ET.fromstring(text)[0].text or "")  # noqa: S314  # our own text


@settings(max_examples=rounds(10))
@given(st.text(SET_82, min_size=1, max_size=12))
def test_a_label_with_any_serial_is_drawn_and_read(serial: str) -> None:
    sheet.make_png(label(serial, ean13=False), 203, ROLL_50X25).content
    assert sheet.make_pdf([label(serial)], A4_2X5).content.startswith(b"%PDF-")
