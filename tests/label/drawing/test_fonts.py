from __future__ import annotations

from importlib.resources import files

import pytest
from PIL import Image, ImageDraw, ImageFont

from app.label.drawing import fonts
from app.label.drawing.fonts import Weight

VOWELS = "aàáảãạ ăằắẳẵặ âầấẩẫậ eèéẻẽẹ êềếểễệ iìíỉĩị oòóỏõọ ôồốổỗộ ơờớởỡợ uùúủũụ ưừứửữự yỳýỷỹỵ đ"
WEIGHTS: tuple[Weight, ...] = ("Regular", "Bold")


@pytest.mark.parametrize("weight", WEIGHTS)
def test_every_vietnamese_and_french_letter_can_be_drawn(weight: Weight) -> None:
    face = fonts.face(weight)
    for text in (VOWELS, VOWELS.upper(), "œæçéèêëîïôùûüÿŒÆÇ«»’–€", "₫ \N{ESTIMATED SYMBOL} ≤ ° µ ½"):
        assert face.missing(text) == ""
        assert all(face.outline(letter) for letter in text if letter != " ")


def test_the_first_letter_that_cannot_be_drawn_is_named() -> None:
    assert fonts.face().missing("Vải 茘枝") == "茘"


def test_letters_that_differ_by_an_accent_are_drawn_differently() -> None:
    letters = VOWELS.replace(" ", "")
    assert len({fonts.face().outline(letter) for letter in letters}) == len(letters)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_widths_agree_with_an_independent_reader_of_the_file(weight: Weight) -> None:
    path = files("app.label.drawing") / "assets" / f"RobotoCondensed-{weight}.ttf"
    with path.open("rb") as file:
        judge = ImageFont.truetype(file, 2048, layout_engine=ImageFont.Layout.BASIC)
    for text in ("Vải thiều Lục Ngạn", "0123456789", "WWW iii"):
        unkerned = sum(judge.getlength(letter) for letter in text)
        assert fonts.face(weight).width(text) * 2048 == pytest.approx(unkerned, abs=2)


def test_an_outline_covers_what_an_independent_reader_says() -> None:
    with (files("app.label.drawing") / "assets" / "RobotoCondensed-Regular.ttf").open("rb") as file:
        judge = ImageFont.truetype(file, 2048, layout_engine=ImageFont.Layout.BASIC)
    for letter in "Hgẵậỹ":
        numbers = [float(number) for number in fonts.face().outline(letter).translate(str.maketrans("MLQZ", "    ")).split()]
        paper = Image.new("L", (4000, 6000))
        ImageDraw.Draw(paper).text((1000, 4000), letter, fill=255, font=judge, anchor="ls")
        left, top, right, bottom = paper.getbbox() or (0, 0, 0, 0)
        assert (min(numbers[::2]), max(numbers[::2])) == pytest.approx((left - 1000, right - 1000), abs=25)
        assert (-max(numbers[1::2]), -min(numbers[1::2])) == pytest.approx((top - 4000, bottom - 4000), abs=25)


def test_accents_typed_apart_are_joined_with_their_letters() -> None:
    assert fonts.composed(" Vải   thiều ") == "Vải thiều"


def test_the_licence_lies_beside_the_fonts_and_each_is_small() -> None:
    assets = files("app.label.drawing") / "assets"
    assert "SIL OPEN FONT LICENSE" in (assets / "OFL.txt").read_text("utf-8")
    for weight in WEIGHTS:
        assert len((assets / f"RobotoCondensed-{weight}.ttf").read_bytes()) <= 150_000
