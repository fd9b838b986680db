"""The pictures of the handbook: real symbols that a reader reads, words in three languages, nothing a content policy would strip."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from app.capture.vocabulary import word
from app.identify import element_string
from app.label.symbols.linear import gs1_128
from app.label.symbols.matrix import gs1_datamatrix
from app.web.pictures import codes, dots, drawing, events, sizes, stamps, ways
from app.web.pictures.gallery import PICTURES, NoSuchPicture, picture
from app.words.translate import translator
from scanner import read
from tests.handbook import pages

LANGUAGES = ("vi", "en", "fr")
EVERY = [(name, language) for name in PICTURES for language in LANGUAGES]
SVG = "{http://www.w3.org/2000/svg}"
QR = ("QR Code", codes.LINK, "]Q1")
EAN = ("EAN-13", codes.GTIN, "]E0")
MATRIX = ("Data Matrix", "\x1d".join((f"010{codes.GTIN}1726061510TH260612A", "21K7M2Q9XD4RTB")), "]d2")
PALLET = ("Code 128", f"00{codes.SSCC}", "]C1")
SHOWN = {
    "gtin": [EAN],
    "digital-link": [QR],
    "element-string": [MATRIX, ("Code 128", f"010{codes.GTIN}10TH260612A", "]C1")],
    "logistic-label": [("Code 128", "020952100100002437480", "]C1"), ("Code 128", "10H2606121", "]C1"), PALLET],
    "sizes": [*(("QR Code", link, "]Q1") for link in (*sizes.LINKS, sizes.LINKS[0])), EAN, EAN, EAN],
    "carriers": [QR, EAN, MATRIX, PALLET],
    "walk-up": [],
    "language": [],
    "dots": [],
    "stamp-life": [],
    "roll": [],
    "event-way": [],
}


def _drawn(svg: str) -> list[np.ndarray[Any, Any]]:
    """The symbols of a picture as they stand there, three dots a module, with white around them."""
    found = []
    for path in ET.fromstring(svg).iter(f"{SVG}path"):  # noqa: S314  # our own picture
        if path.get("data-symbol") is None:
            continue
        runs = [tuple(map(float, run)) for run in re.findall(r"M(\d+) (\d+)h(\d+)v([\d.]+)h-\d+z", path.get("d", ""))]
        wide, high = (round(max(run[place] + run[place + 2] for run in runs)) for place in (0, 1))
        picture = np.full((high + 24, wide + 24), 255, dtype=np.uint8)
        for x, y, run, tall in runs:
            picture[int(y) + 12 : int(y) + 12 + round(tall), int(x) + 12 : int(x) + 12 + int(run)] = 0
        found.append(picture.repeat(3, axis=0).repeat(3, axis=1))
    return found


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_symbol_of_a_picture_is_read_back(name: str, language: str) -> None:
    found = []
    for drawn in _drawn(picture(name, language)):
        (reading,) = read(drawn)
        found.append((reading.symbology, reading.text, reading.identifier))
    assert found == SHOWN[name]


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_picture_says_what_it_shows_to_people_who_cannot_see_it(name: str, language: str) -> None:
    root = ET.fromstring(picture(name, language))  # noqa: S314  # our own picture
    assert root.get("role") == "img"
    named = {each.get("id"): each.text or "" for each in root if each.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert (root.get("aria-labelledby"), set(named)) == ("title desc", {"title", "desc"})
    assert min(len(text) for text in named.values()) > 10
    assert "pictures." not in "".join(root.itertext())
    assert "{" not in "".join(root.itertext())


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_a_picture_needs_no_style_no_script_and_nothing_from_elsewhere(name: str, language: str) -> None:
    root = ET.fromstring(picture(name, language))  # noqa: S314  # our own picture
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {"svg", "title", "desc", "rect", "path", "text", "circle"}
    attributes = {name for each in root.iter() for name in each.attrib}
    assert not {name for name in attributes if name == "style" or name.startswith("on") or "href" in name}


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_the_words_of_a_picture_stay_inside_it_and_can_be_read_on_a_small_phone(name: str, language: str) -> None:
    root = ET.fromstring(picture(name, language))  # noqa: S314  # our own picture
    for text in root.iter(f"{SVG}text"):
        size, x = float(text.get("font-size", "0")), float(text.get("x", "0"))
        mono = "Mono" in text.get("font-family", "")
        wide = drawing.measured(text.text or "", size, bold=text.get("font-weight") == "700", mono=mono)
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
        assert left >= 0, text.text
        assert left + wide <= drawing.WIDTH, text.text
        assert size >= 11.5, text.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_stands_on_a_page_under_its_own_title(language: str) -> None:
    shown = {drawn: alt for name in pages.NAMES for alt, drawn in pages.pictures(name, language)}
    t = translator(language)
    for name in PICTURES:
        title = ET.fromstring(picture(name, language)).findtext(f"{SVG}title")  # noqa: S314  # our own picture
        assert shown[name] == (title or "").replace("\u00a0", " ")
    assert t("pictures.yes")


def test_the_picture_of_languages_shows_what_the_resolver_decides() -> None:
    assert ways.chosen(ways.HEADER) == ["fr"]
    assert [tag for tag, found in ways.TRIES if found] == ways.chosen(ways.HEADER)
    assert ways.chosen("ja") == list(ways.TONGUES)
    assert ways.chosen("fr;q=0, vi") == ["vi"]


def test_the_three_spellings_of_the_picture_of_events_are_one_word() -> None:
    assert [word("bizStep", spelled) for _, spelled in events.SPELLINGS] == ["shipping"] * 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_server_sends_a_picture_in_the_language_of_the_page(client: Any, language: str) -> None:
    answer = client.get(f"/handbook/pictures/gtin.svg?lang={language}")
    assert (answer.status_code, answer.content_type) == (200, "image/svg+xml; charset=utf-8")
    assert answer.text == picture("gtin", language)
    assert answer.headers["Content-Language"] == language
    again = client.get(f"/handbook/pictures/gtin.svg?lang={language}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_picture_that_does_not_exist_is_not_found(client: Any) -> None:
    answer = client.get("/handbook/pictures/nothing.svg", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    with pytest.raises(NoSuchPicture):
        picture("nothing", "vi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_keeps_the_place_of_its_pictures_free_and_asks_for_its_own_language(client: Any, language: str) -> None:
    page = client.get(f"/handbook/identifiers?lang={language}").text
    height = re.search(r'height="(\d+)"', picture("gtin", language))
    assert height
    found = re.search(r'<img src="/handbook/pictures/gtin.svg\?lang=(\w+)" alt="[^"]+" width="360" height="(\d+)" loading="lazy"', page)
    assert found
    assert found.groups() == (language, height[1])


def test_wrapped_lines_are_as_wide_as_was_asked_for_and_lose_no_word() -> None:
    text = "Một số riêng cho đúng pallet này. Vạch đứng như hàng rào, cao ít nhất 32 mm"
    lines = drawing.wrapped(text, 13, 120)
    assert " ".join(lines) == text
    assert max(drawing.measured(line, 13) for line in lines) <= 120
    assert drawing.wrapped("một-từ-dài-hơn-cả-dòng", 13, 10) == ["một-từ-dài-hơn-cả-dòng"]


@pytest.mark.parametrize("lot", ["A", "TH260612A", "12345678901234567890", "a-b_c/d%e+f"])
def test_gs1_symbols_of_any_lot_are_read_back_with_their_identifier(lot: str) -> None:
    pairs = (("01", f"0{codes.GTIN}"), ("10", lot), ("21", "9"))
    for symbol in (gs1_128(element_string.build(pairs)), gs1_datamatrix(pairs)):
        rows = symbol.modules if len(symbol.modules) > 1 else symbol.modules.repeat(30, axis=0)
        framed = np.pad(1 - rows, 12, constant_values=1) * np.uint8(255)
        (reading,) = read(framed.astype(np.uint8).repeat(3, axis=0).repeat(3, axis=1))
        assert (reading.text, reading.identifier) == (symbol.text, symbol.identifier)


def test_an_x_of_whole_dots_gives_bars_of_one_width_and_another_does_not() -> None:
    whole, broken = ([after - before for before, after in pairwise(dots.edges(x))] for x in (dots.WHOLE, dots.BROKEN))
    assert set(whole) == {4}
    assert set(broken) == {3, 4}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stamps_of_the_drawn_roll_add_up_to_its_length(language: str) -> None:
    root = ET.fromstring(picture("roll", language))  # noqa: S314  # our own picture
    shown = [text.text or "" for text in root.iter(f"{SVG}text")]
    counts = [int(text) for text in shown if re.fullmatch(r"\d{1,2}", text)]
    assert sum(counts[:-1]) == counts[-1] == len(stamps.ROLL) == sum(bool(re.fullmatch(r"\d{5}", text)) for text in shown)
