from __future__ import annotations

import numpy as np
import zxingcpp
from barcode.codex import Gs1_128
from hypothesis import given, settings
from hypothesis import strategies as st

from app.identify import element_string
from app.label.symbols.code_sets import code_words
from app.label.symbols.linear import gs1_128, width_of_gs1_128
from tests.label.symbols.samples import GTIN, SET_82
from tests.thorough import rounds

LOTS = st.one_of(st.text(SET_82, min_size=1, max_size=20), st.text("0123456789A", min_size=1, max_size=20))
FNC1, TO_B, TO_C, START_B, START_C = 102, 100, 99, 104, 105


def written(words: tuple[int, ...]) -> str:
    """What code words say, read by the tables of the standard and nothing else."""
    table, text = {START_B: "B", START_C: "C"}[words[0]], ""
    for word in words[1:]:
        if word == FNC1:
            text += "\x1d"
        elif table == "C" and word == TO_B:
            table = "B"
        elif table == "B" and word == TO_C:
            table = "C"
        else:
            text += f"{word:02}" if table == "C" else chr(word + 32)
    return text


@given(LOTS, st.one_of(st.just(""), LOTS))
def test_code_words_say_the_element_string_after_one_fnc1(lot: str, serial: str) -> None:
    text = element_string.written([("01", GTIN), ("10", lot), *([("21", serial)] if serial else [])])
    assert written(code_words(text)) == "\x1d" + text


def fewest(text: str, table: str) -> int:
    """Code words from here on, by trying every way."""
    if not text:
        return 0
    if text[0] == "\x1d":
        return 1 + fewest(text[1:], table)
    ways = [1 + (table != "B") + fewest(text[1:], "B")]
    if text[:2].isdigit() and len(text) > 1:
        ways.append(1 + (table != "C") + fewest(text[2:], "C"))
    return min(ways)


@given(st.text("0123456789AZ\x1d", min_size=1, max_size=11))
def test_no_way_to_write_it_is_shorter(text: str) -> None:
    assert len(code_words(text)) == 2 + min(fewest(text, "B"), fewest(text, "C"))


@settings(max_examples=rounds(60))
@given(LOTS)
def test_bars_are_as_short_as_those_of_another_writer_and_never_longer_than_the_library_s(lot: str) -> None:
    pairs = (("01", GTIN), ("10", lot))
    text = element_string.build(pairs)
    other = zxingcpp.create_barcode(element_string.bracketed(pairs), zxingcpp.BarcodeFormat.Code128, gs1=True)
    columns = gs1_128(text).columns
    assert columns == np.asarray(other.to_image(scale=1, add_quiet_zones=False)).shape[1]
    assert columns <= len(Gs1_128(text).build()[0])
    assert width_of_gs1_128(text) == columns + 20


def test_the_library_alone_wastes_a_code_word_on_five_digits_at_the_end() -> None:
    text = element_string.build((("01", GTIN), ("10", "A12345")))
    assert len(Gs1_128(text).encoded) - len(code_words(text)) == 1
    assert len(Gs1_128(text).build()[0]) - gs1_128(text).columns == 11
