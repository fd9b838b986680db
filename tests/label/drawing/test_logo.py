from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.errors import Refusal
from app.label.drawing import sheet
from app.label.drawing.compose import compose, dot_of
from app.label.drawing.layouts import A4_2X5, LOGISTIC_A6, ROLL_50X25, ROLL_70X40, ROLL_100X150, Layout
from app.label.drawing.logo import LONGEST_SIDE, MOST_BYTES, Logo, logo
from app.label.drawing.png import image_dots
from app.label.drawing.refusals import LogoTooLarge, LogoUnreadable
from app.label.symbols.symbol import Carrier
from tests.label.drawing.samples import sample
from tests.label.samples import LYCHEE
from tests.thorough import rounds


def picture(size: tuple[int, int] = (300, 120), form: str = "PNG", mode: str = "RGB", colour: object = (20, 120, 60)) -> bytes:
    out = BytesIO()
    Image.new(mode, size, colour).save(out, form)  # type: ignore[arg-type]  # a colour of any mode
    return out.getvalue()


WITH_LOGO = replace(LYCHEE, logo=logo(picture()))


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_a_png_or_jpeg_becomes_a_small_picture_that_keeps_its_shape(form: str) -> None:
    found = logo(picture((1200, 480), form))
    assert (found.width, found.height) == (LONGEST_SIDE, 192)
    assert len(found.rgb) == 3 * found.width * found.height


def test_transparent_parts_are_white_as_the_paper() -> None:
    assert set(logo(picture((4, 4), mode="RGBA", colour=(0, 0, 0, 0))).rgb) == {255}


@pytest.mark.parametrize("raw", [b"", b"GIF89a", b"<svg/>", picture(form="GIF"), picture()[:60], picture(form="JPEG")[:200]])
def test_what_is_no_whole_png_or_jpeg_is_refused(raw: bytes) -> None:
    with pytest.raises(LogoUnreadable) as refused:
        logo(raw)
    assert refused.value.params == {"known": "PNG, JPEG"}


@pytest.mark.parametrize("raw", [b"\x89PNG" + bytes(MOST_BYTES), picture((4001, 4000), mode="1", colour=0)], ids=["bytes", "pixels"])
def test_a_picture_larger_than_a_label_needs_is_refused(raw: bytes) -> None:
    with pytest.raises(LogoTooLarge):
        logo(raw)


@settings(max_examples=rounds(30))
@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_refused_or_read_and_nothing_else(at: int, noise: bytes) -> None:
    raw = picture()
    damaged = raw[:at] + noise + raw[at + len(noise) :]
    found: Logo | Refusal
    try:
        found = logo(damaged)
    except (LogoUnreadable, LogoTooLarge) as refused:
        found = refused
    assert isinstance(found, Logo) or found.pointer == "/logo"


@pytest.mark.parametrize(
    ("carrier", "layout"),
    [
        *((carrier, layout) for carrier in (Carrier.QR_DL, Carrier.EAN_13) for layout in (ROLL_70X40, A4_2X5, ROLL_100X150, LOGISTIC_A6)),
        *((Carrier.SSCC, layout) for layout in (ROLL_100X150, LOGISTIC_A6)),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_logo_stands_on_the_label_away_from_texts_and_symbols(carrier: Carrier, layout: Layout) -> None:
    composition = compose(sample(carrier, WITH_LOGO), layout)
    [image] = composition.images
    assert image.width / image.height == pytest.approx(300 / 120)
    assert image.height >= 3
    right, bottom = image.x + image.width, image.y + image.height
    for line in composition.lines:
        assert line.x >= right or line.x + 0.1 < image.x or line.y - 0.6 * line.size * 25.4 / 72 >= bottom or line.y < image.y
    for placed in composition.symbols:
        assert placed.top >= bottom or placed.x >= right or placed.right <= image.x


def test_the_smallest_layouts_go_without_a_logo() -> None:
    assert compose(sample(Carrier.QR_DL, WITH_LOGO), ROLL_50X25).images == ()


def test_a_pdf_keeps_one_copy_of_a_logo() -> None:
    few, many = (
        sheet.make_pdf([sample(Carrier.QR_DL, WITH_LOGO)] * 2 + [sample(Carrier.GS1_DATAMATRIX, WITH_LOGO)] * count, A4_2X5)
        for count in (1, 9)
    )
    for drawn in (few, many):
        assert len(re.findall(rb"/Subtype /Image", drawn.content)) == 1


def test_an_svg_carries_its_logo_inside() -> None:
    text = sheet.make_svg(sample(Carrier.QR_DL, WITH_LOGO), ROLL_70X40).content.decode()
    assert text.count("data:image/png;base64,") == 1


def test_a_print_head_gets_dots_as_dense_as_the_shade() -> None:
    [image] = compose(sample(Carrier.QR_DL, WITH_LOGO), ROLL_100X150, dot_of(203)).images
    left, top, dots = image_dots(image, 203)
    assert (left, top) == (round(image.x * 203 / 25.4), round(image.y * 203 / 25.4))
    grey = (20 * 299 + 120 * 587 + 60 * 114) / 1000
    assert np.mean(dots) == pytest.approx(1 - grey / 255, abs=0.02)
