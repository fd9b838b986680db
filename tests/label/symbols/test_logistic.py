from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.identify import element_string
from app.label.symbols.carrier import Carrier, Pairs, carried, in_order, symbols
from app.label.symbols.linear import width_of_gs1_128
from app.label.symbols.logistic import shared_out
from tests.label.symbols.samples import GTIN, SET_82, SSCC
from tests.thorough import rounds

UNIT = ("00", SSCC)
GOODS: Pairs = (UNIT, ("01", GTIN), ("37", "48"), ("10", "L2026A"), ("17", "260731"), ("3103", "000500"))
A6 = 189
"""Modules of 0.5 mm on 105 mm less a margin of 5 mm on both sides."""


def texts(parts: tuple[Pairs, ...]) -> list[str]:
    return [element_string.human(part) for part in parts]


def test_the_sscc_stands_alone_in_the_lowest_symbol() -> None:
    for order in permutations(GOODS):
        parts = [symbol.pairs for symbol in symbols(Carrier.SSCC, order)]
        assert parts[-1] == (UNIT,)
        assert texts(tuple(parts[:-1])) == ["(02)09521234543213 (17)260731 (37)48", "(3103)000500 (10)L2026A"]


def test_an_sscc_without_goods_is_one_symbol_of_156_modules() -> None:
    (symbol,) = symbols(Carrier.SSCC, (UNIT,))
    assert (symbol.text, symbol.columns, symbol.wide) == ("00" + SSCC, 156, 176)


def test_goods_that_are_counted_are_content_and_a_unit_that_is_a_trade_item_keeps_its_gtin() -> None:
    assert ("02", GTIN) in carried(Carrier.SSCC, GOODS)
    without = tuple(pair for pair in GOODS if pair[0] != "37")
    held = carried(Carrier.SSCC, without)
    assert ("01", GTIN) in held
    assert "02" not in dict(held)
    assert ("02", GTIN) in carried(Carrier.SSCC, (UNIT, ("02", GTIN), ("37", "48")))


def test_a_narrow_label_gets_more_symbols_and_none_is_wider() -> None:
    made = symbols(Carrier.SSCC, GOODS, widest=A6)
    assert max(symbol.wide for symbol in made) <= A6
    assert len(made) == 4
    assert sorted(pair for symbol in made for pair in symbol.pairs) == sorted(carried(Carrier.SSCC, GOODS))


def test_every_symbol_of_a_wide_label_is_within_165_mm_at_the_least_module() -> None:
    pairs = (UNIT, ("02", GTIN), ("37", "48"), ("10", "Lot/2026/Xuân".replace("â", "a")), ("17", "260731"), ("15", "260701"))
    assert all(symbol.wide * 0.495 <= 165.1 for symbol in symbols(Carrier.SSCC, pairs))


def test_an_element_too_wide_by_itself_gets_its_own_symbol() -> None:
    parts = shared_out((UNIT, ("10", "ABCDEFGHIJKLMNOPQRST")), 100)
    assert texts(parts) == ["(10)ABCDEFGHIJKLMNOPQRST", f"(00){SSCC}"]


def fewest(pairs: Pairs, widest: int) -> int:
    """By trying every way to divide the elements."""
    best = len(pairs)

    def place(index: int, parts: list[list[tuple[str, str]]]) -> None:
        nonlocal best
        if index == len(pairs):
            best = min(best, len(parts))
            return
        for part in parts:
            text = element_string.written(in_order((*part, pairs[index])))
            if len(text) <= 48 and width_of_gs1_128(text) <= widest:
                part.append(pairs[index])
                place(index + 1, parts)
                part.pop()
        place(index + 1, [*parts, [pairs[index]]])

    place(0, [])
    return best


SHORT = st.text(SET_82, min_size=1, max_size=12)


@settings(max_examples=rounds(25))
@given(
    st.fixed_dictionaries(
        {"10": SHORT, "37": st.integers(1, 99999999).map(str)},
        optional={
            "15": st.just("260701"),
            "17": st.just("260731"),
            "3103": st.just("000500"),
            "400": SHORT,
            "401": SHORT,
            "240": SHORT,
        },
    ),
    st.sampled_from([A6, 260, 333]),
)
def test_elements_stand_in_as_few_symbols_as_can_be(values: dict[str, str], widest: int) -> None:
    pairs = in_order((UNIT, ("02", GTIN), *values.items()))
    parts = shared_out(pairs, widest)
    assert sorted(pair for part in parts for pair in part) == sorted(pairs)
    assert len(parts) - 1 == fewest(pairs[1:], widest)
    for part in parts:
        assert in_order(part) == part
        text = element_string.written(part)
        assert len(text) <= 48
        assert width_of_gs1_128(text) <= widest or len(part) == 1


@pytest.mark.parametrize("count", [20, 60])
def test_many_elements_are_divided_without_trying_for_ever(count: int) -> None:
    pairs = (UNIT, ("02", GTIN), ("37", "1"), *((f"{3100 + place // 6 * 10 + place % 6}", "000001") for place in range(count)))
    parts = shared_out(pairs, 333)
    assert sorted(pair for part in parts for pair in part) == sorted(pairs)
