from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from app.errors import Finding
from app.label.drawing import fonts
from app.label.drawing.columns import balanced, wrap
from app.label.drawing.compose import compose, dot_of, fitting
from app.label.drawing.composition import Composition, Line, Placed, ems
from app.label.drawing.design import Label, make_label
from app.label.drawing.hri import title_of
from app.label.drawing.layouts import (
    A4_2X5,
    A4_3X8,
    A4_5X13,
    LAYOUTS,
    LOGISTIC_A5,
    LOGISTIC_A6,
    ROLL_50X25,
    ROLL_70X40,
    ROLL_100X150,
    Layout,
)
from app.label.drawing.logo import Logo
from app.label.drawing.refusals import ResolutionTooCoarse, SymbolTooHigh
from app.label.refusals import NoEan13, SymbolTooWide, TextTooLong
from app.label.stamps.serials import random_serials
from app.label.symbols.specification import LONGEST, Use, specification, uses
from app.label.symbols.symbol import Carrier
from tests.label.drawing.samples import RESOLUTIONS, composed, long, sample
from tests.label.samples import DAY, LYCHEE
from tests.label.samples import label as plain

Box = tuple[float, float, float, float]
NEAR = 0.13
"""A dot at 203 to an inch: what a quiet zone may lack at the edge of a label."""

_CLAIMED = {
    Carrier.QR_DL: set(LAYOUTS),
    Carrier.DM_DL: set(LAYOUTS),
    Carrier.GS1_DATAMATRIX: set(LAYOUTS),
    Carrier.GS1_QR: set(LAYOUTS),
    Carrier.GS1_128: {"roll-100x150", "a4-2x5", "logistic-a6", "logistic-a5"},
    Carrier.EAN_13: set(LAYOUTS) - {"a4-5x13"},
    Carrier.EAN_8: set(LAYOUTS) - {"a4-5x13"},
    Carrier.ITF_14: {"roll-70x40", "roll-100x150", "a4-3x8", "a4-2x5", "logistic-a6", "logistic-a5"},
    Carrier.SSCC: {"roll-100x150", "logistic-a6", "logistic-a5"},
}


@lru_cache(maxsize=1)
def every() -> list[tuple[Carrier, Layout, int | None, Composition]]:
    return composed()


def ink(line: Line) -> Box:
    """Left, top, right, bottom that the letters may blacken, accents of small letters included."""
    em = ems(line.size)
    capitals = line.text.isascii() and line.text.upper() == line.text and "(" not in line.text
    rise, fall, wide = 0.78 * em, (0.1 if capitals else 0.2) * em, fonts.width(line.text, line.size, line.weight)
    if line.turned:
        return line.x - rise, line.y - wide, line.x + fall, line.y
    return line.x, line.y - rise, line.x + wide, line.y + fall


def dark(placed: Placed) -> Box:
    return placed.left, placed.top, placed.right, placed.bottom


def quiet(placed: Placed) -> Box:
    """The bars or cells with their quiet zones; digits may stand below the bars of an EAN."""
    left, right = (modules * placed.module for modules in placed.symbol.quiet)
    if placed.turned:
        return placed.x, placed.y - right, placed.x + placed.height, placed.bottom + left
    above = 0.0 if placed.symbol.linear else left
    return placed.x - left, placed.y - above, placed.right + right, placed.y + placed.height + above


def meet(one: Box, other: Box, allowed: float = 0.06) -> bool:
    return min(one[2], other[2]) - max(one[0], other[0]) > allowed and min(one[3], other[3]) - max(one[1], other[1]) > allowed


def digits(composition: Composition) -> str:
    return "".join(placed.symbol.text for placed in composition.symbols if placed.symbol.carrier in (Carrier.EAN_13, Carrier.EAN_8))


@pytest.mark.parametrize("carrier", Carrier)
def test_every_carrier_fits_the_layouts_that_are_claimed(carrier: Carrier) -> None:
    assert set(fitting(sample(carrier))) == _CLAIMED[carrier]
    assert {layout.name for held, layout, dpi, _ in every() if held is carrier and dpi is None} == _CLAIMED[carrier]


def test_every_carrier_fits_some_layout_at_every_resolution() -> None:
    found = {(carrier, dpi) for carrier, _, dpi, _ in every()}
    assert found == {(carrier, dpi) for carrier in Carrier for dpi in (None, *RESOLUTIONS)}


def test_modules_and_heights_are_those_of_the_tables_and_whole_dots() -> None:
    for _, layout, dpi, composition in every():
        for placed in composition.symbols:
            x, carrier = placed.module * placed.symbol.units, placed.symbol.carrier
            rows = [specification(carrier, use) for use in uses(carrier)]
            allowed = [row for row in rows if (row.on_demand if layout.on_demand and row.on_demand else row.least) - 1e-6 <= x <= row.most]
            assert allowed, (carrier, layout.name, dpi, x)
            if placed.symbol.linear:
                assert placed.height >= min(row.height_at(max(x, row.least)) for row in allowed) - 1e-6
                assert max(row.longest or 999 for row in allowed) >= placed.symbol.wide * placed.module
            if dpi:
                for length in (placed.module, placed.x, placed.y, placed.height):
                    assert length / dot_of(dpi) == pytest.approx(round(length / dot_of(dpi)), abs=1e-4)


def test_bars_are_at_full_height() -> None:
    heights: dict[Carrier, float] = {}
    for _, _, _, composition in every():
        for placed in composition.symbols:
            if placed.symbol.linear:
                carrier = placed.symbol.carrier
                heights[carrier] = min(heights.get(carrier, 99), placed.height)
    assert heights[Carrier.EAN_13] >= 18.28
    assert heights[Carrier.EAN_8] >= 14.58
    assert heights[Carrier.SSCC] >= 31.75
    assert heights[Carrier.GS1_128] >= 12.7
    assert heights[Carrier.ITF_14] >= 12.7


def test_quiet_zones_stay_on_the_label_and_free_of_other_symbols_text_and_rules() -> None:
    for carrier, layout, dpi, composition in every():
        shown = digits(composition)
        texts = [line for line in composition.lines if not (len(line.text) == 1 and line.text in shown)]
        for placed in composition.symbols:
            where = (carrier, layout.name, dpi)
            left, top, right, bottom = quiet(placed)
            assert min(left, top) >= -NEAR, where
            assert right <= layout.width + NEAR, where
            assert bottom <= layout.height + NEAR, where
            assert not any(meet(quiet(placed), dark(other)) for other in composition.symbols if other is not placed), where
            assert [line.text for line in texts if meet(quiet(placed), ink(line))] == [], where
            rules = [(rule.x, rule.y, rule.x + rule.width, rule.y + rule.height) for rule in composition.rules]
            assert not any(meet(quiet(placed), rule) for rule in rules), where


def test_no_two_texts_overlap_and_all_stay_on_the_label() -> None:
    for carrier, layout, dpi, composition in every():
        lines = composition.lines
        for index, line in enumerate(lines):
            where = (carrier, layout.name, dpi, line.text)
            left, top, right, bottom = ink(line)
            assert min(left, top) >= 0.5, where
            assert right <= layout.width - 0.5, where
            assert bottom <= layout.height - 0.4, where
            assert [other.text for other in lines[index + 1 :] if meet(ink(line), ink(other), 0.3)] == [], where


def test_everything_a_person_must_read_is_on_the_label() -> None:
    for carrier, layout, dpi, composition in every():
        where = (carrier, layout.name, dpi)
        shown = " ".join(line.text for line in composition.lines).replace("\N{NO-BREAK SPACE}", " ")
        for expected in ("Vải thiều", "L2026A", "31/07/2026", "Công ty"):
            assert expected in shown, where
        assert min(line.size for line in composition.lines) >= 4, where
        for placed in composition.main:
            if placed.symbol.carrier in (Carrier.EAN_13, Carrier.EAN_8):
                assert " ".join(placed.symbol.text) in shown, where
            else:
                assert all(human in shown for human in placed.symbol.human), where


def test_a_serial_that_bars_do_not_hold_is_shown_without_brackets() -> None:
    for layout in (ROLL_50X25, ROLL_100X150):
        shown = [line.text for line in compose(replace(sample(Carrier.EAN_13), serial="A1"), layout).lines]
        assert "SN A1" in shown
        assert not any("(21)" in text for text in shown)


def test_data_titles_stand_before_the_identifiers_where_they_fit() -> None:
    text = replace(LYCHEE, data_titles=True)
    shown = [line.text for line in compose(sample(Carrier.QR_DL, text), ROLL_100X150).lines]
    for ai, value in (("01", "09521234543213"), ("10", "L2026A"), ("17", "260731"), ("21", "7K3M9P2XQ4RT")):
        assert f"{title_of(ai)} ({ai}){value}" in shown
    assert title_of("10") == "BATCH/LOT"


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_batch_shares_one_plate(layout: Layout) -> None:
    assert len({id(compose(sample(Carrier.QR_DL, serial=serial, ean13=False), layout).plate) for serial in random_serials(50)}) == 1


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_serials_of_the_widest_letters_still_fit(layout: Layout) -> None:
    [line] = compose(sample(Carrier.QR_DL, serial="WMWMWMQ0QGDN"), layout).filled
    assert ink(line)[2] <= layout.width - 0.5


def test_the_place_on_the_roll_stands_small_at_the_edge() -> None:
    lines = compose(sample(Carrier.QR_DL, position="R2 · 00037"), ROLL_50X25).filled
    [line] = [line for line in lines if line.text == "R2 · 00037"]
    assert line.size <= 4
    assert ink(line)[3] > 24
    assert ink(line)[2] == pytest.approx(50 - 1.3, abs=0.01)


def test_an_ean13_beside_a_square_has_its_full_height_or_is_left_out_by_design() -> None:
    beside = {}
    for layout in LAYOUTS.values():
        placed = compose(sample(Carrier.QR_DL), layout).plate.beside
        beside[layout.name] = placed is not None
        if placed:
            assert placed.height >= 22.85 * placed.module / 0.33 - 1e-6
    assert [name for name, there in beside.items() if there] == ["roll-70x40", "roll-100x150", "a4-2x5", "logistic-a6", "logistic-a5"]


def test_an_ean13_that_was_asked_for_is_refused_where_it_has_no_room() -> None:
    with pytest.raises(SymbolTooWide) as refused:
        compose(sample(Carrier.QR_DL, ean13=True), ROLL_50X25)
    assert refused.value.params["symbol"] == "qr-dl + ean-13"
    fits = refused.value.params["fits"]
    assert "roll-100x150" in fits
    assert "roll-50x25 - EAN-13" in fits
    assert compose(sample(Carrier.QR_DL, ean13=True), ROLL_100X150).plate.beside
    assert compose(sample(Carrier.QR_DL, ean13=False), ROLL_100X150).plate.beside is None


def test_a_symbol_too_wide_for_the_label_is_refused_with_layouts_heads_and_carriers_that_fit() -> None:
    long = plain().digital_link + "&vs=" + "A" * 90
    with pytest.raises(SymbolTooWide) as refused:
        compose(replace(plain(), digital_link=long), ROLL_50X25, dot_of(203))
    assert "roll-70x40" in refused.value.params["fits"]
    with pytest.raises(SymbolTooWide) as refused:
        compose(sample(Carrier.GS1_128), ROLL_50X25, dot_of(300))
    assert refused.value.params["available"] == 50
    assert refused.value.params["needed"] > 50
    fits = refused.value.params["fits"].split(", ")
    assert {"roll-100x150", "a4-2x5", "gs1-datamatrix", "qr-dl"} <= set(fits)
    assert not {"ean-13", "itf-14", "roll-50x25"} & set(fits)
    with pytest.raises(SymbolTooWide) as refused:
        compose(sample(Carrier.QR_DL), A4_5X13, dot_of(203))
    assert "roll-50x25" in refused.value.params["fits"]


def test_what_is_said_to_fit_does() -> None:
    label = long("")
    with pytest.raises(SymbolTooWide) as refused:
        compose(label, A4_2X5, dot_of(203))
    for said in refused.value.params["fits"].split(", "):
        if said in LAYOUTS:
            compose(label, LAYOUTS[said], dot_of(203))
        elif said.endswith(" dpi"):
            compose(label, LAYOUTS[said.split()[0]], dot_of(int(said.split()[1])))
        else:
            made = make_label(label.text, label.gtin, lot=label.lot, expiry=label.expiry, carrier=Carrier(said))
            compose(made, A4_2X5, dot_of(203))


def test_a_head_whose_whole_dots_are_outside_the_table_is_refused_with_heads_that_fit() -> None:
    with pytest.raises(ResolutionTooCoarse) as refused:
        compose(sample(Carrier.EAN_13), A4_3X8, dot_of(25))
    assert refused.value.params["dpi"] == 25
    assert refused.value.params["fits"] == "203, 300, 600"
    assert refused.value.params["least"] == 0.264


def test_a_producer_that_does_not_fit_is_refused_by_name_and_by_what_would() -> None:
    text = replace(LYCHEE, producer="Công ty Cổ phần Xuất nhập khẩu " * 8)
    with pytest.raises(TextTooLong) as refused:
        compose(sample(Carrier.QR_DL, text), ROLL_50X25)
    assert refused.value.pointer == "/text/producer"
    fits = refused.value.params["fits"]
    assert 40 < fits < 150
    shorter = replace(LYCHEE, producer=text.producer[:fits])
    assert compose(sample(Carrier.QR_DL, shorter), ROLL_50X25).symbols


def test_identifiers_wider_than_their_room_are_refused() -> None:
    with pytest.raises(TextTooLong):
        compose(plain(lot="W" * 20, ean13=False), A4_5X13)
    with pytest.raises(TextTooLong) as refused:
        compose(plain("W" * 20, ean13=False), A4_5X13)
    assert refused.value.pointer == "/serial"


def test_a_carton_gets_a_label_without_ean13_only() -> None:
    carton = make_label(LYCHEE, "19521234543210", lot="A", ean13=True)
    with pytest.raises(NoEan13):
        compose(carton, ROLL_100X150)
    assert [placed.symbol.kind for placed in compose(replace(carton, ean13=None), ROLL_100X150).symbols] == ["QR"]


def logistic(layout: Layout) -> Composition:
    return compose(sample(Carrier.SSCC), layout)


@pytest.mark.parametrize("layout", [ROLL_100X150, LOGISTIC_A6, LOGISTIC_A5], ids=lambda layout: layout.name)
@pytest.mark.parametrize("dpi", [None, *RESOLUTIONS])
def test_the_bars_of_a_logistic_label_are_as_the_standard_wants_them_and_never_turned(layout: Layout, dpi: int | None) -> None:
    composition = compose(sample(Carrier.SSCC), layout, dot_of(dpi) if dpi else None)
    lowest = max(composition.symbols, key=lambda placed: placed.y)
    assert lowest.symbol.text.startswith("00")
    for placed in composition.symbols:
        assert not placed.turned
        assert placed.height >= 31.75 - 1e-6
        assert 0.495 - 1e-6 <= placed.module <= 0.94
        assert placed.symbol.wide * placed.module <= LONGEST
        assert min(placed.symbol.quiet) >= 10
    shown = {line.text: line for line in composition.lines}
    assert "SSCC / MÃ ĐƠN VỊ VẬN CHUYỂN" in shown
    assert 0.711 * ems(shown["095212340000000013"].size) >= 7 - 1e-6
    humans = [line for text, line in shown.items() if text.startswith("(")]
    assert len(humans) == sum(len(placed.symbol.pairs) for placed in composition.symbols)
    assert min(0.711 * ems(line.size) for line in humans) >= 3 - 1e-6
    assert max(line.y for line in humans) > lowest.bottom


def test_the_data_of_a_large_logistic_label_stand_under_titles_in_two_languages() -> None:
    composition = logistic(LOGISTIC_A5)
    shown = {line.text: line for line in composition.lines}
    for title in ("CONTENT / HÀNG BÊN TRONG", "COUNT / SỐ LƯỢNG", "BATCH/LOT / SỐ LÔ", "USE BY or EXPIRY / HẠN DÙNG"):
        assert title in shown
    for content in ("095212340000000013", "09521234543213", "48", "L2026A", "31/07/2026"):
        assert 0.711 * ems(shown[content].size) >= 7 - 1e-6
    assert composition.remarks == ()


@pytest.mark.parametrize("layout", [LOGISTIC_A5, LOGISTIC_A6, ROLL_100X150], ids=lambda layout: layout.name)
def test_all_data_of_a_logistic_label_are_bars_the_goods_beside_their_number(layout: Layout) -> None:
    composition = logistic(layout)
    held = [[ai for ai, _ in placed.symbol.pairs] for placed in composition.symbols]
    assert held == [["02", "37"], ["17", "10"], ["00"]]
    if layout is not LOGISTIC_A5:
        [remark] = composition.remarks
        assert remark == Finding("label.data-in-small-text", params={"ais": "(02) (37) (10) (17)", "layout": layout.name})


def test_data_that_have_no_room_as_bars_are_told() -> None:
    composition = compose(sample(Carrier.SSCC), ROLL_100X150, dot_of(300))  # six dots are 0.508 mm: a symbol would be 100.6 mm long
    assert [[ai for ai, _ in placed.symbol.pairs] for placed in composition.symbols] == [["02", "37"], ["00"]]
    [remark] = composition.remarks
    assert remark == Finding("label.data-not-in-bars", params={"ais": "(10) (17)", "layout": "roll-100x150"})
    assert {"L2026A", "31/07/2026"} <= {line.text for line in composition.lines}


def test_a_further_line_makes_room_for_bars_and_is_told() -> None:
    many = replace(LYCHEE, lines=("Fresh lychee",) * 6)
    composition = compose(sample(Carrier.SSCC, many), LOGISTIC_A6)
    assert len(composition.symbols) == 3
    told = [remark for remark in composition.remarks if remark.code == "label.text-left-out"]
    shown = [line.text for line in composition.lines].count("Fresh lychee")
    assert shown + len(told) == 6
    assert [remark.pointer for remark in told] == [f"/text/lines/{index}" for index in range(shown, 6)]


def test_what_a_small_label_leaves_out_is_told() -> None:
    text = replace(LYCHEE, logo=Logo(2, 1, b"\0" * 6))
    told = [(remark.code, remark.pointer, remark.value) for remark in compose(sample(Carrier.QR_DL, text), ROLL_50X25).remarks]
    assert told == [
        ("label.text-left-out", "/text/brand", "Ngạn Xanh"),
        ("label.text-left-out", "/text/lines/0", LYCHEE.lines[0]),
        ("label.logo-left-out", "/text/logo", None),
    ]
    assert compose(sample(Carrier.QR_DL, text), ROLL_100X150).remarks == ()


def test_data_titles_that_have_no_room_are_told() -> None:
    titled = replace(LYCHEE, data_titles=True)
    wide = make_label(titled, "9521234543213", lot="W" * 8, serial="7K3M9P2XQ4RT", expiry=DAY, carrier=Carrier.GS1_DATAMATRIX)
    assert Finding("label.titles-left-out", pointer="/text/data_titles", params={"layout": "a4-5x13"}) in compose(wide, A4_5X13).remarks


@pytest.mark.parametrize(
    ("layout", "dpi", "x", "turned"),
    [
        (ROLL_100X150, 203, 0.250, True),
        (ROLL_100X150, 300, 0.339, True),
        (ROLL_100X150, 600, 0.339, True),
        (ROLL_100X150, None, 0.339, True),
        (LOGISTIC_A6, 203, 0.250, True),
        (LOGISTIC_A6, 300, 0.254, True),
        (LOGISTIC_A6, 600, 0.296, True),
        (LOGISTIC_A5, 203, 0.375, True),
        (LOGISTIC_A5, 300, 0.339, True),
        (LOGISTIC_A5, 600, 0.296, False),
        (LOGISTIC_A5, None, 0.296, False),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_long_bars_stand_across_then_turned_then_narrower(layout: Layout, dpi: int | None, x: float, *, turned: bool) -> None:
    composition = compose(long(), layout, dot_of(dpi) if dpi else None)
    [placed] = composition.symbols
    assert (round(placed.module, 3), placed.turned) == (x, turned)
    codes = [remark.code for remark in composition.remarks]
    assert codes == ["label.bars-on-demand"] * (x < 0.264) + ["label.symbol-turned"] * turned
    humans = [line for line in composition.lines if line.text.startswith("(")]
    assert {line.turned for line in humans} == {turned}
    if turned:  # below the bars in their own orientation is at the right of them, read upwards
        assert placed.right < min(ink(line)[0] for line in humans)
        assert [line.text for line in sorted(humans, key=lambda line: (line.x, -line.y))] == list(placed.symbol.human)


def test_the_position_on_the_roll_stays_clear_of_turned_bars() -> None:
    composition = compose(replace(long(), position="R2 · 00037"), ROLL_100X150)
    [placed] = composition.symbols
    assert placed.turned
    assert not any(meet(quiet(placed), ink(line)) for line in composition.lines)


@pytest.mark.parametrize(("dpi", "x"), [(203, 0.375), (300, 0.339)])
def test_bars_of_a_till_that_are_higher_than_the_label_are_refused_with_what_fits(dpi: int, x: float) -> None:
    with pytest.raises(SymbolTooHigh) as refused:
        compose(sample(Carrier.EAN_13), ROLL_50X25, dot_of(dpi))
    said = refused.value.params
    assert (said["x"], said["available"]) == (x, 25)
    assert said["needed"] > 25
    assert {"roll-70x40", "qr-dl"} <= set(said["fits"].split(", "))


@pytest.mark.parametrize("dpi", RESOLUTIONS)
def test_a_carton_fits_70_by_40_mm_at_every_resolution_with_wide_bars_as_allowed(dpi: int) -> None:
    [placed] = compose(sample(Carrier.ITF_14), ROLL_70X40, dot_of(dpi)).symbols
    widths = set(np.diff(np.flatnonzero(np.diff(placed.symbol.modules[0].astype(int)))).tolist())
    assert 2.25 <= max(widths) / min(widths) <= 3
    assert placed.module * min(widths) >= 0.264


def test_an_sscc_alone_makes_a_logistic_label() -> None:
    alone: Label = make_label(LYCHEE, "", carrier=Carrier.SSCC, sscc="095212340000000013")
    [placed] = compose(alone, LOGISTIC_A6, dot_of(203)).symbols
    assert placed.symbol.pairs == (("00", "095212340000000013"),)


def test_distribution_comes_before_other_uses_where_there_is_room() -> None:
    [placed] = compose(sample(Carrier.ITF_14), ROLL_100X150).symbols
    assert placed.height >= 31.75
    assert placed.module * placed.symbol.units >= specification(Carrier.ITF_14, Use.DISTRIBUTION).least - 1e-6
    [placed] = compose(sample(Carrier.ITF_14), ROLL_70X40).symbols
    assert 12.7 <= placed.height < 31.75


def test_words_wrap_at_spaces_and_a_word_wider_than_the_room_does_not() -> None:
    text, room = "Vải thiều Lục Ngạn loại 1", fonts.width("thiều Lục", 6)
    lines = wrap(text, 6, "Regular", room)
    assert " ".join(lines) == text
    assert all(fonts.width(line, 6) <= room for line in lines)
    assert wrap("Vảithiều", 6, "Regular", room / 3) == []


def test_no_single_word_is_left_on_the_last_line() -> None:
    room = fonts.width("Vải thiều Lục Ngạn loại", 6)
    assert wrap("Vải thiều Lục Ngạn loại 1", 6, "Regular", room) == ["Vải thiều Lục Ngạn loại", "1"]
    assert balanced("Vải thiều Lục Ngạn loại 1", 6, "Regular", room) == ["Vải thiều Lục", "Ngạn loại 1"]
