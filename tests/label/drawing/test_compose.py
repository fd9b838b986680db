from __future__ import annotations

from dataclasses import replace

import pytest

from app.identify import digital_link
from app.label.drawing import fonts
from app.label.drawing.compose import EAN_LEAST, EAN_MOST, EAN_ON_DEMAND, QR_LEAST, QR_MOST, Line, Placed, compose, wrap
from app.label.drawing.design import Label
from app.label.drawing.fonts import POINT
from app.label.drawing.layouts import LAYOUTS, ROLL_50X25, Layout
from app.label.refusals import NoEan13, SymbolTooWide, TextTooLong
from app.label.stamps.serials import random_serials
from tests.label.samples import LYCHEE, label

Box = tuple[float, float, float, float]
DOTS = (None, 25.4 / 203, 25.4 / 300, 25.4 / 600)
EVERYWHERE = pytest.mark.parametrize(("layout", "dot"), [(layout, dot) for layout in LAYOUTS.values() for dot in DOTS])


def ink(line: Line) -> Box:
    """Left, top, right, bottom that the letters may blacken, accents of small letters included."""
    em = line.size * POINT
    return line.x, line.y - 0.78 * em, line.x + fonts.width(line.text, line.size, line.weight), line.y + 0.2 * em


def dark(placed: Placed) -> Box:
    return placed.x, placed.y, placed.x + placed.width, placed.y + placed.height


def quiet(placed: Placed) -> Box:
    left, right = (modules * placed.module for modules in placed.symbol.quiet)
    above = left if placed.symbol.kind == "QR" else 0.0
    x, y, end, bottom = dark(placed)
    return x - left, y - above, end + right, bottom + above


def meet(one: Box, other: Box, allowed: float = 0.06) -> bool:
    return min(one[2], other[2]) - max(one[0], other[0]) > allowed and min(one[3], other[3]) - max(one[1], other[1]) > allowed


@EVERYWHERE
def test_modules_are_never_smaller_or_larger_than_the_standard_permits(layout: Layout, dot: float | None) -> None:
    qr, bars = compose(label(), layout, dot).symbols
    assert QR_LEAST <= qr.module <= QR_MOST + 0.01
    assert (EAN_ON_DEMAND if layout.on_demand else EAN_LEAST) <= bars.module <= EAN_MOST + 0.01
    if dot:
        for placed in (qr, bars):
            assert placed.module / dot == pytest.approx(round(placed.module / dot))


@EVERYWHERE
def test_quiet_zones_stay_on_the_label_and_free_of_the_other_symbol_and_of_text(layout: Layout, dot: float | None) -> None:
    composition = compose(label(), layout, dot)
    digits = composition.plate.bars.symbol.text if composition.plate.bars else ""
    texts = [line for line in composition.lines if not (len(line.text) == 1 and line.text in digits)]
    for placed in composition.symbols:
        left, top, right, bottom = quiet(placed)
        assert min(left, top) >= -0.06
        assert right <= layout.width + 0.06
        assert bottom <= layout.height + 0.06
        assert not any(meet(quiet(placed), dark(other)) for other in composition.symbols if other is not placed)
        assert [line.text for line in texts if meet(quiet(placed), ink(line))] == []


@EVERYWHERE
def test_no_two_texts_overlap_and_all_stay_on_the_label(layout: Layout, dot: float | None) -> None:
    lines = compose(label(), layout, dot).lines
    for index, line in enumerate(lines):
        left, top, right, bottom = ink(line)
        assert left >= 1
        assert top >= 0.9
        assert right <= layout.width - 1
        assert bottom <= layout.height - 0.5
        assert [other.text for other in lines[index + 1 :] if meet(ink(line), ink(other), 0.15)] == []


@EVERYWHERE
def test_everything_a_person_must_read_is_on_the_label(layout: Layout, dot: float | None) -> None:
    composition = compose(label(), layout, dot)
    shown = " ".join(line.text for line in composition.lines)
    for expected in ("Vải thiều", "L2026A", "31/07/2026", "(01)09521234543213", "(10)L2026A", "(17)260731", "(21)7K3M9P2XQ4RT", "Công ty"):
        assert expected in shown
    assert min(line.size for line in composition.lines) >= 4


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=str)
def test_a_batch_shares_one_plate(layout: Layout) -> None:
    plates = {id(compose(label(serial), layout).plate) for serial in random_serials(50)}
    assert len(plates) == 1


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=str)
def test_serials_of_the_widest_letters_still_fit(layout: Layout) -> None:
    composition = compose(label("WMWMWMQ0QGDN"), layout)
    assert composition.serial
    assert ink(composition.serial)[2] <= layout.width - 1


def test_a_label_without_serial_has_no_line_for_one() -> None:
    composition = compose(label(""), ROLL_50X25)
    assert composition.serial is None
    assert not any("(21)" in line.text for line in composition.lines)


def test_a_symbol_too_wide_for_the_label_is_refused_with_what_would_fit() -> None:
    long = label().digital_link + "&vs=" + "A" * 90
    with pytest.raises(SymbolTooWide) as refused:
        compose(replace(label(), digital_link=long), ROLL_50X25, 25.4 / 203)
    assert refused.value.params["available"] == 25
    assert "roll-70x40" in refused.value.params["fits"]
    with pytest.raises(SymbolTooWide) as refused:
        compose(replace(label(), digital_link=long), ROLL_50X25, 25.4 / 300)
    assert refused.value.params["symbol"] == "QR + EAN-13"
    assert refused.value.params["fits"].endswith("roll-50x25 - EAN-13")
    compose(replace(label(), digital_link=long, ean13=False), ROLL_50X25, 25.4 / 300)


def test_a_producer_that_does_not_fit_is_refused_by_name() -> None:
    text = replace(LYCHEE, producer="Công ty Cổ phần Xuất nhập khẩu " * 8)
    with pytest.raises(TextTooLong) as refused:
        compose(label(text=text), ROLL_50X25)
    assert refused.value.pointer == "/text/producer"
    assert 40 < refused.value.params["fits"] < 150


def test_identifiers_wider_than_their_room_are_refused() -> None:
    for layout in LAYOUTS.values():
        if layout.height < 50:
            with pytest.raises(TextTooLong):
                compose(label(lot="W" * 20), layout)
    with pytest.raises(TextTooLong) as refused:
        compose(label("W" * 20, ean13=False), LAYOUTS["a4-3x8"])
    assert refused.value.pointer == "/serial"


def test_a_carton_gets_a_label_without_ean13_only() -> None:
    carton = Label(LYCHEE, "19521234543210", digital_link.build((("01", "19521234543210"), ("10", "A"))), "A", ean13=True)
    with pytest.raises(NoEan13):
        compose(carton, ROLL_50X25)
    assert [placed.symbol.kind for placed in compose(replace(carton, ean13=False), ROLL_50X25).symbols] == ["QR"]


def test_words_wrap_at_spaces_and_a_word_wider_than_the_room_does_not() -> None:
    text, room = "Vải thiều Lục Ngạn loại 1", fonts.width("thiều Lục", 6)
    lines = wrap(text, 6, "Regular", room)
    assert " ".join(lines) == text
    assert all(fonts.width(line, 6) <= room for line in lines)
    assert wrap("Vảithiều", 6, "Regular", room / 3) == []
