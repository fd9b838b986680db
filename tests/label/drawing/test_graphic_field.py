from __future__ import annotations

import re

import numpy as np
import zplkit
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.label.drawing import graphic_field
from app.label.drawing.graphic_field import Ink

FIELD = re.compile(r"\^FO(\d+),(\d+)\^GFA,(\d+),(\d+),(\d+),([^^]*)\^FS\n")


def decompressed(text: str, wide: int) -> list[str]:
    """Rows of hexadecimal digits, read character by character as a printer does; wide: digits of a row."""
    rows: list[str] = []
    row, count = "", 0
    for sign in text:
        if "G" <= sign <= "Y":
            count += ord(sign) - ord("F")
        elif "g" <= sign <= "z":
            count += 20 * (ord(sign) - ord("f"))
        elif sign == ":":
            assert not row
            rows.append(rows[-1])
        elif sign in ",!":
            assert len(row) % 2 == 0
            row = row.ljust(wide, "0" if sign == "," else "F")
        else:
            row, count = row + sign * max(1, count), 0
        assert len(row) <= wide
        if len(row) == wide:
            rows.append(row)
            row = ""
    assert not row
    assert not count
    return rows


def drawn(text: str, shape: tuple[int, int]) -> Ink:
    """What a printer puts on white paper."""
    paper = np.zeros(shape, dtype=np.bool_)
    fields = FIELD.findall(text)
    assert FIELD.sub("", text) == ""
    for x, y, total, again, wide, data in fields:
        rows = decompressed(data, 2 * int(wide))
        assert len(rows) * int(wide) == int(total) == int(again) <= graphic_field.MOST_BYTES
        ink = np.unpackbits(np.frombuffer(bytes.fromhex("".join(rows)), dtype=np.uint8).reshape(len(rows), -1), axis=1).astype(np.bool_)
        room = paper[int(y) : int(y) + len(ink), int(x) : int(x) + ink.shape[1]]
        assert not ink[:, room.shape[1] :].any()
        room |= ink[:, : room.shape[1]]
    return paper


def pictures() -> st.SearchStrategy[Ink]:
    """Noise, and noise with neighbours alike, which is what runs and repeated rows are for."""
    small = arrays.arrays(np.bool_, arrays.array_shapes(min_dims=2, max_dims=2, max_side=24))
    grown = st.tuples(small, st.integers(1, 9), st.integers(1, 40)).map(
        lambda item: item[0].repeat(item[1], axis=0).repeat(item[2], axis=1)
    )
    return st.one_of(small, grown)


@given(pictures(), st.integers(0, 50), st.integers(0, 50))
def test_what_is_compressed_reads_back_dot_for_dot(ink: Ink, x: int, y: int) -> None:
    page = (ink.shape[0] + y, ink.shape[1] + x)
    expected = np.zeros(page, dtype=np.bool_)
    expected[y:, x:] = ink
    assert (drawn(graphic_field.field(ink, x, y), page) == expected).all()


@given(pictures())
def test_a_renderer_written_by_others_draws_the_same_dots(ink: Ink) -> None:
    high, wide = ink.shape
    text = f"^XA^PW{wide}^LL{high}^LH0,0{graphic_field.field(ink, 0, 0)}^XZ"
    raster = zplkit.render(text.encode(), zplkit.Options(width=wide, height=high, dpi=203)).labels[0].rasterize()
    seen = np.frombuffer(raster.pixels, dtype=np.uint8).reshape(raster.height, raster.width)[:high, :wide] == 0
    assert (seen == ink).all()


def test_runs_are_counted_to_nineteen_in_capitals_and_by_twenties_in_small_letters() -> None:
    ink = np.zeros((1, 8 * 300), dtype=np.bool_)
    ink[0, : 4 * 419] = True
    ink[0, -4:] = True
    assert graphic_field.compressed(ink) == "zYFo0F"
    assert decompressed(graphic_field.compressed(ink), 600) == ["F" * 419 + "0" * 180 + "F"]


def test_a_repeated_row_costs_one_character() -> None:
    ink = np.zeros((5, 16), dtype=np.bool_)
    ink[:, 4:8] = True
    assert graphic_field.compressed(ink) == "0F,::::"


def test_a_white_end_begins_at_a_whole_byte() -> None:
    ink = np.zeros((1, 32), dtype=np.bool_)
    ink[0, :4] = True
    assert graphic_field.compressed(ink) == "F0,"


def test_nothing_is_sent_for_white_paper() -> None:
    assert graphic_field.field(np.zeros((40, 40), dtype=np.bool_), 3, 3) == ""


def test_a_large_graphic_is_sent_in_bands() -> None:
    ink = np.ones((700, 400), dtype=np.bool_)
    text = graphic_field.field(ink, 0, 0)
    assert [int(total) for _, _, total, *_ in FIELD.findall(text)] == [24_000, 11_000]
    assert drawn(text, ink.shape).all()
