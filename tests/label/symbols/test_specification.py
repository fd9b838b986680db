from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.label.symbols.carrier import Carrier, symbols
from app.label.symbols.specification import LONGEST, TABLES, Specification, Use, specification, uses, widths
from tests.label.symbols.samples import USUAL

DOTS = {203: 1 / 8, 300: 25.4 / 300, 600: 25.4 / 600}
ROWS = st.sampled_from(sorted(TABLES.values(), key=lambda row: (row.carrier, row.use)))


@given(ROWS, st.sampled_from(sorted(DOTS.values())))
def test_widths_are_whole_dots_of_a_module_and_in_the_range_of_the_table(row: Specification, dot: float) -> None:
    for width in widths(row, dot):
        dots = width / row.units / dot
        assert abs(dots - round(dots)) < 1e-4
        assert row.least - 1e-6 <= width <= row.most + 1e-6


@given(ROWS, st.sampled_from(sorted(DOTS.values())))
def test_no_whole_number_of_dots_in_the_range_is_left_out(row: Specification, dot: float) -> None:
    counted = [count * dot * row.units for count in range(1, 60)]
    assert len(widths(row, dot)) == sum(row.least - 1e-6 <= width <= row.most + 1e-6 for width in counted)


@given(ROWS)
def test_every_row_has_a_target_in_its_range_and_says_where_it_is_from(row: Specification) -> None:
    assert row.least <= row.target <= row.most
    assert row.source.startswith("GS1 General Specifications 5.12.3, table ")
    free = widths(row, None)
    assert free == sorted(free, reverse=True)
    assert {row.least, row.target} <= set(free)


@pytest.mark.parametrize("by", list(Carrier))
def test_every_carrier_has_a_usual_row_with_the_quiet_zones_of_its_symbol(by: Carrier) -> None:
    row = specification(by)
    assert uses(by)[0] is row.use
    for symbol in symbols(by, USUAL[by]):
        assert tuple(zone / symbol.units for zone in symbol.quiet) == row.quiet
        assert (symbol.units, symbol.linear) == (row.units, row.height > 0)


@pytest.mark.parametrize("by", list(Carrier))
@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_the_usual_row_can_be_printed_at_every_resolution(by: Carrier, dpi: int) -> None:
    assert widths(specification(by), DOTS[dpi])


@pytest.mark.parametrize(
    ("by", "use", "x", "height"),
    [
        (Carrier.EAN_13, Use.RETAIL, 0.264, 18.28),
        (Carrier.EAN_13, Use.RETAIL, 0.33, 22.85),
        (Carrier.EAN_13, Use.RETAIL, 0.66, 45.7),
        (Carrier.EAN_8, Use.RETAIL, 0.33, 18.23),
        (Carrier.EAN_8, Use.RETAIL, 0.66, 36.46),
        (Carrier.EAN_13, Use.DISTRIBUTION, 0.495, 34.28),
        (Carrier.ITF_14, Use.DISTRIBUTION, 1.016, 31.75),
        (Carrier.GS1_128, Use.DISTRIBUTION, 0.495, 31.75),
        (Carrier.GS1_128, Use.OTHER, 0.3, 12.7),
        (Carrier.SSCC, Use.LOGISTIC, 0.94, 31.75),
        (Carrier.QR_DL, Use.RETAIL, 0.495, 0),
    ],
)
def test_bars_of_an_ean_grow_with_x_and_those_of_cartons_do_not(by: Carrier, use: Use, x: float, height: float) -> None:
    assert specification(by, use).height_at(x) == pytest.approx(height, abs=0.006)


def test_an_ean_13_at_203_dpi_is_three_dots_or_more_and_a_gs1_128_two_where_nothing_larger_has_room() -> None:
    row = specification(Carrier.EAN_13)
    assert widths(row, DOTS[203]) == widths(row, DOTS[203], on_demand=True) == [0.625, 0.5, 0.375]
    bars = specification(Carrier.GS1_128, Use.OTHER)
    assert widths(bars, DOTS[203]) == [0.375]
    assert widths(bars, DOTS[203], on_demand=True) == [0.375, 0.25]


def test_a_gs1_qr_has_no_row_at_the_till_and_no_small_module_at_203_dpi() -> None:
    assert uses(Carrier.GS1_QR) == (Use.DISTRIBUTION, Use.LOGISTIC, Use.OTHER)
    assert widths(specification(Carrier.GS1_QR, Use.OTHER), DOTS[203]) == []
    with pytest.raises(KeyError):
        specification(Carrier.GS1_QR, Use.RETAIL)


def test_the_longest_gs1_128_is_333_modules_at_the_least_x() -> None:
    row = specification(Carrier.SSCC)
    assert row.widest == 333
    assert 333 * row.least <= LONGEST < 334 * row.least
    assert specification(Carrier.EAN_13).widest is None
