from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from app.errors import Invalid
from app.label.drawing import sheet
from app.label.drawing.columns import LEAST_SIZE
from app.label.drawing.compose import dot_of
from app.label.drawing.compose import fitting as compose_fitting
from app.label.drawing.composition import Line
from app.label.drawing.design import Label, LabelText, make_label
from app.label.drawing.drawn import Drawn, Place, PlacedOnPage
from app.label.drawing.layouts import (
    A4_2X5,
    A4_3X8,
    A4_4X10,
    A4_5X13,
    LAYOUTS,
    LOGISTIC_A5,
    LOGISTIC_A6,
    ROLL_50X25,
    ROLL_70X40,
    ROLL_100X150,
    Layout,
)
from app.label.drawing.png import line_dots
from app.label.drawing.refusals import PlaceUnknown
from app.label.refusals import NothingToPrint, OffsetTooFar, ResolutionUnknown, TooManyLabels
from app.label.stamps.serials import random_serials
from app.label.symbols.specification import specification, uses
from app.label.symbols.symbol import Carrier
from tests.label import measured
from tests.label.drawing.samples import RESOLUTIONS, long, quick, sample
from tests.label.samples import LYCHEE, label
from tests.label.symbols.samples import SET_82
from tests.thorough import rounds

Picture = NDArray[np.uint8]
LABELS = tuple(label(serial) for serial in random_serials(26))
LAYOUT = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
RASTERISER = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs pdftoppm: apt-get install poppler-utils")
LETTERS = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
BARE = LabelText("Vải thiều", producer="Ngạn Xanh")


def rasterised(pdf: bytes, dpi: int, folder: Path, *options: str) -> Iterator[Picture]:
    """The pages as grey pictures, drawn by an independent program."""
    (folder / "labels.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-gray", "-r", str(dpi), *options, "labels.pdf", "page"], cwd=folder, check=True)  # noqa: S607  # from PATH, as skipif
    for path in sorted(folder.glob("page-*.pgm")):
        yield np.asarray(Image.open(path))
        path.unlink()


def fitting(layout: Layout, dpi: int | None) -> list[Label]:
    """A label of every carrier that fits."""
    labels = [sample(carrier) for carrier in Carrier]
    return [each for each in labels if layout.name in compose_fitting(each, dot_of(dpi) if dpi else None)]


def of_label(page: Picture, place: Place, dpi: int) -> Picture:
    """The part of a page that a label takes."""
    dots = dpi / 25.4
    left, top = round(place.x * dots), round(place.y * dots)
    return page[max(0, top) : top + round(place.height * dots), max(0, left) : left + round(place.width * dots)]


def told(place: Place) -> list[dict[str, Any]]:
    """The symbols of a label as a program is told about them, measured from its corner."""
    return [
        asdict(each) | {"symbology_identifier": each.identifier, "x": each.x - place.x, "y": each.y - place.y} for each in place.symbols
    ]


def check_measures(picture: Picture, symbol: dict[str, Any], dots: float) -> None:
    """X, height and quiet zones from the dots of a picture, by the tables."""
    carrier = Carrier(symbol["carrier"])
    left, right = symbol["quiet"]
    matrix = carrier in (Carrier.QR_DL, Carrier.DM_DL, Carrier.GS1_DATAMATRIX, Carrier.GS1_QR)
    x, top = symbol["x"], symbol["y"] + (0.3 if matrix else 0.4) * symbol["height"]
    row = picture[
        round(top * dots),
        max(0, round((x - left * symbol["module"]) * dots)) : round((x + symbol["width"] + right * symbol["module"]) * dots),
    ]
    ink = np.flatnonzero(row < 128)
    edges = np.flatnonzero(np.diff(np.r_[0, (row[ink[0] : ink[-1] + 1] < 128).astype(int), 0]))
    narrow = int(np.diff(edges).min())
    rows = [specification(carrier, use) for use in uses(carrier)]
    least = min(each.on_demand or each.least for each in rows)
    assert narrow / dots == pytest.approx(symbol["module"], abs=1 / dots + 0.01)
    assert least - 1e-3 <= symbol["module"] <= max(each.most for each in rows) + 1e-3
    # Nothing dark in the quiet zones of that row: the first ink is the symbol's own edge.
    before = min(round(left * symbol["module"] * dots), round(x * dots))
    if not matrix:
        assert ink[0] == pytest.approx(before, abs=1.5)
        column = picture[:, round((x + symbol["module"] / 2) * dots)] < 128
        high = np.count_nonzero(column[round(symbol["y"] * dots) : round((symbol["y"] + symbol["height"]) * dots)])
        assert high / dots >= min(each.height_at(max(symbol["module"], each.least)) for each in rows) - 1.5 / dots


def check_drawn(drawn: Drawn, pages: Sequence[Picture], dpi: int) -> None:
    """Every label read and measured by others where it was said to stand."""
    for place in drawn.places:
        picture = of_label(pages[place.page - 1], place, dpi)
        symbols = told(place)
        assert measured.answers(picture, turned=any(symbol["turned"] for symbol in symbols)) == measured.held(symbols)
        for symbol in symbols:
            straight, upright = measured.upright(picture, symbol, dpi / 25.4)
            assert measured.error(straight, upright, dpi / 25.4) <= 0.15
            check_measures(straight, upright, dpi / 25.4)


@RASTERISER
@pytest.mark.parametrize(
    ("layout", "dpi"),
    [
        *quick((ROLL_70X40, 203), (LOGISTIC_A6, 203), (A4_5X13, 203), of=((layout, 203) for layout in LAYOUTS.values())),
        *(pytest.param(layout, 300, marks=pytest.mark.slow) for layout in (ROLL_50X25, LOGISTIC_A6)),
        pytest.param(ROLL_70X40, 600, marks=pytest.mark.slow),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_every_carrier_of_a_pdf_is_read_and_measures_what_was_told(layout: Layout, dpi: int, tmp_path: Path) -> None:
    drawn = sheet.make_pdf(fitting(layout, dpi), layout, dpi=dpi)
    check_drawn(drawn, list(rasterised(drawn.content, dpi, tmp_path)), dpi)


@RASTERISER
def test_a_pdf_without_a_known_printer_is_read_at_300_dots_per_inch(tmp_path: Path) -> None:
    drawn = sheet.make_pdf([*fitting(A4_2X5, None), *LABELS[:2]], A4_2X5)
    pages = list(rasterised(drawn.content, 300, tmp_path))
    for place in drawn.places:
        assert measured.answers(of_label(pages[place.page - 1], place, 300)) == measured.held(told(place))


@pytest.mark.parametrize(
    ("layout", "dpi"),
    [
        *quick((ROLL_70X40, 203), of=((layout, 203) for layout in (ROLL_50X25, ROLL_70X40, A4_4X10, A4_5X13, LOGISTIC_A6))),
        *quick((LOGISTIC_A6, 300), of=((layout, 300) for layout in (ROLL_50X25, ROLL_70X40, A4_3X8, A4_2X5, LOGISTIC_A6))),
        *quick((ROLL_50X25, 600), of=((layout, 600) for layout in (ROLL_50X25, ROLL_70X40, ROLL_100X150))),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_every_carrier_of_a_png_is_read_and_measures_what_was_told(layout: Layout, dpi: int) -> None:
    for each in fitting(layout, dpi):
        if (dpi, layout) == (600, ROLL_100X150) and each.carrier is not Carrier.SSCC:
            continue  # eight million dots a label: the one that is made for such paper says enough
        drawn = sheet.make_png(each, dpi, layout)
        with Image.open(BytesIO(drawn.content)) as png:
            assert png.mode == "1"
            assert png.size == (round(layout.width * dpi / 25.4), round(layout.height * dpi / 25.4))
            assert [round(found) for found in png.info["dpi"]] == [dpi, dpi]
            picture = np.asarray(png.convert("L"))
        check_drawn(drawn, [picture], dpi)


@LAYOUT
def test_every_carrier_of_an_svg_is_read_and_stands_where_it_was_told(layout: Layout) -> None:
    for each in fitting(layout, 300):
        drawn = sheet.make_svg(each, layout, 300)
        text = drawn.content.decode()
        root = ET.fromstring(text)  # noqa: S314  # our own text
        assert (root.get("width"), root.get("height")) == (f"{layout.width:g}mm", f"{layout.height:g}mm")
        check_drawn(drawn, [measured.of_svg(text, layout.width, layout.height, 300 / 25.4)], 300)


TALL = pytest.mark.parametrize(
    ("layout", "dpi"),
    [
        *quick(
            (LOGISTIC_A6, 203),
            (ROLL_100X150, 300),
            of=((layout, dpi) for layout in (ROLL_100X150, LOGISTIC_A6, LOGISTIC_A5) for dpi in (203, 300)),
        ),
        pytest.param(ROLL_100X150, 600, marks=pytest.mark.slow),
    ],
    ids=lambda value: getattr(value, "name", value),
)


@TALL
def test_a_long_gs1_128_is_read_from_a_png_and_an_svg_turned_or_not(layout: Layout, dpi: int) -> None:
    drawn = sheet.make_png(long(), dpi, layout)
    with Image.open(BytesIO(drawn.content)) as png:
        check_drawn(drawn, [np.asarray(png.convert("L"))], dpi)
    drawn = sheet.make_svg(long(), layout, dpi)
    text = drawn.content.decode()
    check_drawn(drawn, [measured.of_svg(text, layout.width, layout.height, dpi / 25.4)], dpi)
    [symbol] = drawn.places[0].symbols
    assert text.count("rotate(-90)") == 4 * symbol.turned  # its four AIs run along with it
    assert symbol.quiet == (10, 10)


@RASTERISER
@TALL
def test_a_long_gs1_128_is_read_from_a_pdf_turned_or_not(layout: Layout, dpi: int, tmp_path: Path) -> None:
    drawn = sheet.make_pdf([long()], layout, dpi=dpi)
    check_drawn(drawn, list(rasterised(drawn.content, dpi, tmp_path)), dpi)


@RASTERISER
def test_turned_letters_of_a_pdf_stand_where_those_of_a_print_head_do(tmp_path: Path) -> None:
    drawn = sheet.make_pdf([long()], ROLL_100X150, dpi=300)
    (page,) = rasterised(drawn.content, 300, tmp_path)
    with Image.open(BytesIO(sheet.make_png(long(), 300, ROLL_100X150).content)) as png:
        dots = np.asarray(png.convert("L"))
    [symbol] = drawn.places[0].symbols
    assert symbol.turned
    beside = slice(round((symbol.x + symbol.width + 0.3) * 300 / 25.4), dots.shape[1])
    one, other = page[: dots.shape[0], beside] < 128, dots[: page.shape[0], beside] < 128
    assert np.count_nonzero(other) > 2000
    assert np.count_nonzero(one[: len(other)] & other[: len(one)]) > 0.7 * np.count_nonzero(other)


def test_remarks_of_all_labels_are_told_once() -> None:
    drawn = sheet.make_pdf([long(), long("7K3M9P2XQ4RV"), sample(Carrier.QR_DL)], LOGISTIC_A6, dpi=203)
    assert [remark.code for remark in drawn.remarks] == ["label.bars-on-demand", "label.symbol-turned"]
    assert sheet.make_png(long(), 203, LOGISTIC_A6).remarks == sheet.make_svg(long(), LOGISTIC_A6, 203).remarks == drawn.remarks


def test_an_svg_with_signs_of_markup_in_its_serial_is_still_well_formed() -> None:
    text = sheet.make_svg(label("<&\">'/"), ROLL_70X40).content
    assert "<&\">'/" in (ET.fromstring(text)[0].text or "")  # noqa: S314  # our own text


@RASTERISER
@pytest.mark.parametrize("dpi", RESOLUTIONS)
def test_every_edge_lies_on_whole_dots_of_the_print_head(dpi: int, tmp_path: Path) -> None:
    drawn = sheet.make_pdf(LABELS[:1], ROLL_70X40, dpi=dpi)
    (page,) = rasterised(drawn.content, dpi, tmp_path)
    for symbol in told(drawn.places[0]):
        part = measured.cut(page, symbol | {"height": 0.8 * symbol["height"]}, dpi / 25.4)
        assert not ((part > 60) & (part < 170)).any()  # an edge between two dots is grey; this program greys an edge on a dot by an eighth


@RASTERISER
def test_a_print_of_a_whole_sheet_is_read(tmp_path: Path) -> None:
    drawn = sheet.make_pdf(LABELS[:24], A4_3X8, dpi=300)
    (page,) = rasterised(drawn.content, 300, tmp_path)
    assert measured.answers(page) == sorted((symbol.content, symbol.identifier) for place in drawn.places for symbol in place.symbols)
    assert len(drawn.places) == 24


@RASTERISER
@pytest.mark.parametrize("layout", [A4_3X8, ROLL_50X25, LOGISTIC_A6], ids=str)
def test_calibration_moves_every_label_and_nothing_else(layout: Layout, tmp_path: Path) -> None:
    plain = sheet.make_pdf(LABELS[:2], layout, dpi=300)
    moved = sheet.make_pdf(LABELS[:2], layout, dpi=300, dx_mm=1.5, dy_mm=-0.7)
    for before, after in zip(plain.places, moved.places, strict=True):
        assert (after.x - before.x, after.y - before.y) == pytest.approx((1.5, -0.7), abs=0.05)
        for one, other in zip(before.symbols, after.symbols, strict=True):
            assert (other.x - one.x, other.y - one.y) == pytest.approx((after.x - before.x, after.y - before.y))
    pages = [next(rasterised(drawn.content, 300, tmp_path)) for drawn in (plain, moved)]
    symbol = plain.places[0].symbols[0]
    right, down = (round(each * 300 / 25.4) for each in (moved.places[0].x - plain.places[0].x, moved.places[0].y - plain.places[0].y))
    first = measured.cut(pages[0], asdict(symbol), 300 / 25.4)
    second = measured.cut(pages[1], asdict(moved.places[0].symbols[0]), 300 / 25.4)
    assert np.array_equal(first < 128, second < 128)
    assert (right, down) == (18, -8)


@pytest.mark.parametrize("offset", [(10.01, 0.0), (0.0, -10.01), (float("nan"), 0.0)])
def test_an_offset_of_more_than_ten_millimetres_is_refused(offset: tuple[float, float]) -> None:
    with pytest.raises(OffsetTooFar):
        sheet.make_pdf(LABELS[:1], A4_3X8, dx_mm=offset[0], dy_mm=offset[1])


def test_a_used_sheet_is_begun_at_the_place_that_was_named() -> None:
    corners = list(A4_3X8.corners())
    drawn = sheet.make_pdf(LABELS[:20], A4_3X8, first_place=5)
    assert [(place.x, place.y) for place in drawn.places] == [*corners[5:], corners[0]]
    assert [place.page for place in drawn.places] == [1] * 19 + [2]
    assert len(re.findall(rb"/Type /Page\b", drawn.content)) == 2


@pytest.mark.parametrize(("layout", "place"), [(A4_3X8, 24), (A4_3X8, -1), (ROLL_50X25, 1)])
def test_a_place_that_the_sheet_does_not_have_is_refused(layout: Layout, place: int) -> None:
    with pytest.raises(PlaceUnknown) as refused:
        sheet.make_pdf(LABELS[:1], layout, first_place=place)
    assert refused.value.params == {"place": place, "last": layout.on_a_page - 1}


def test_twenty_five_labels_need_a_second_page_and_progress_is_told_for_each() -> None:
    heard: list[tuple[int, int]] = []
    drawn = sheet.make_pdf(LABELS[:25], A4_3X8, progress=lambda done, total: heard.append((done, total)))
    assert len(re.findall(rb"/Type /Page\b", drawn.content)) == 2
    assert heard == [(done, 25) for done in range(1, 26)]
    assert [place.index for place in drawn.places] == list(range(25))


@LAYOUT
def test_the_same_labels_give_the_same_bytes(layout: Layout) -> None:
    assert sheet.make_pdf(LABELS[:3], layout) == sheet.make_pdf(LABELS[:3], layout)
    assert sheet.make_svg(LABELS[0], layout) == sheet.make_svg(LABELS[0], layout)
    assert sheet.make_png(sample(Carrier.GS1_DATAMATRIX), 300, layout) == sheet.make_png(sample(Carrier.GS1_DATAMATRIX), 300, layout)


@LAYOUT
def test_a_pdf_has_the_size_of_its_paper_is_not_scaled_and_carries_its_typeface(layout: Layout) -> None:
    pdf = sheet.make_pdf(LABELS[:1], layout).content
    found = re.findall(rb"/MediaBox \[\s*0 0 (\S+) (\S+)\s*\]", pdf)
    assert {(round(float(width) * 25.4 / 72, 2), round(float(height) * 25.4 / 72, 2)) for width, height in found} == {layout.paper}
    assert b"/PrintScaling /None" in pdf
    assert b"/FontFile2" in pdf


@RASTERISER
def test_vietnamese_text_can_be_taken_out_of_a_pdf(tmp_path: Path) -> None:
    text = LabelText(LETTERS[:40], lines=(LETTERS[40:], LETTERS[:40].upper(), LETTERS[40:].upper()), producer=LYCHEE.producer)
    drawn = sheet.make_pdf([make_label(text, "9521234543213", serial="A1")], ROLL_100X150)
    (tmp_path / "labels.pdf").write_bytes(drawn.content)
    found = subprocess.run(["pdftotext", "labels.pdf", "-"], cwd=tmp_path, check=True, capture_output=True).stdout.decode()  # noqa: S607  # from PATH
    assert set(LETTERS + LETTERS.upper()) <= set(found)
    for expected in (LYCHEE.producer.split(",")[0], "(21)A1"):
        assert expected in found.replace("\n", " ")


@pytest.mark.parametrize("dpi", RESOLUTIONS)
def test_every_vietnamese_letter_is_told_apart_by_the_dots_of_a_print_head(dpi: int) -> None:
    drawn = [line_dots(Line(2, 5, letter, LEAST_SIZE), dpi)[2] for letter in LETTERS + LETTERS.upper()]
    assert all(dots.any() for dots in drawn)
    assert len({(dots.shape, dots.tobytes()) for dots in drawn}) == 2 * len(LETTERS)


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(NothingToPrint):
        sheet.make_pdf([], ROLL_70X40)
    with pytest.raises(TooManyLabels) as refused:
        sheet.make_pdf([LABELS[0]] * (sheet.MOST_LABELS + 1), ROLL_70X40)
    assert refused.value.params == {"count": sheet.MOST_LABELS + 1, "limit": sheet.MOST_LABELS}


def test_an_unknown_print_head_is_refused_by_every_output() -> None:
    for output in ("png", "svg", "pdf"):
        with pytest.raises(ResolutionUnknown) as refused:
            _drawn(output, 96)
        assert refused.value.params == {"dpi": 96, "known": "203, 300, 600"}


def _drawn(output: str, dpi: int) -> Drawn:
    if output == "png":
        return sheet.make_png(LABELS[0], dpi)
    return sheet.make_svg(LABELS[0], ROLL_70X40, dpi) if output == "svg" else sheet.make_pdf(LABELS[:1], ROLL_70X40, dpi=dpi)


def test_a_place_tells_what_the_symbol_says_and_its_measures() -> None:
    [place] = sheet.make_png(sample(Carrier.ITF_14), 300, ROLL_70X40).places
    [symbol] = place.symbols
    assert isinstance(symbol, PlacedOnPage)
    assert (symbol.content, symbol.identifier, symbol.quiet) == ("19521234543210", "]I1", (10, 10))
    assert symbol.width == pytest.approx(120.5 * symbol.module, rel=0.01)
    assert symbol.height == pytest.approx(12.7 + 4 * symbol.module, abs=0.09)


@settings(max_examples=rounds(8))
@given(
    st.text(SET_82, min_size=1, max_size=12),
    st.text(SET_82, min_size=1, max_size=8),
    st.text(LETTERS + LETTERS.upper(), min_size=1, max_size=20),
)
def test_what_is_released_reads_back_whatever_its_texts(serial: str, lot: str, product: str) -> None:
    for carrier, layout in ((Carrier.QR_DL, A4_5X13), (Carrier.GS1_DATAMATRIX, ROLL_50X25), (Carrier.GS1_128, LOGISTIC_A6)):
        made = make_label(LabelText(product), "9521234543213", lot=lot, serial=serial, carrier=carrier, ean13=False)
        try:
            drawn = sheet.make_png(made, 300, layout)
        except Invalid:
            continue  # too long for that paper: refused before anything is drawn
        with Image.open(BytesIO(drawn.content)) as png:
            symbols = told(drawn.places[0])
            assert measured.answers(np.asarray(png.convert("L")), turned=symbols[0]["turned"]) == measured.held(symbols)
    assert sheet.make_pdf([label(serial)], A4_2X5).content.startswith(b"%PDF-")


def test_the_streams_of_a_pdf_hold_a_shared_plate_once() -> None:
    few, many = (len(sheet.make_pdf(LABELS[:count], ROLL_70X40).content) for count in (2, 22))
    parts = re.findall(rb"stream\r?\n(.*?)endstream", sheet.make_pdf(LABELS[:22], ROLL_70X40).content, re.DOTALL)
    texts = [zlib.decompress(part) for part in parts if part[:1] == b"x"]
    assert (many - few) / 20 < 4_000
    assert sum(b"/plate0" in text or b"plate0 Do" in text for text in texts) == 22
