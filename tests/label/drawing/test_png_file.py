"""The file is put together from parts; any decoder must see the whole picture."""

from __future__ import annotations

import zlib
from io import BytesIO

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from app.label.drawing import png_file
from tests.thorough import rounds


def opened(content: bytes) -> NDArray[np.bool_]:
    """The black dots, as an independent decoder sees them."""
    with Image.open(BytesIO(content)) as picture:
        return np.asarray(np.asarray(picture) == 0)


@settings(max_examples=rounds(60))
@given(st.integers(1, 150), st.integers(1, 40), st.data())
def test_a_file_of_kept_and_changed_bands_is_the_picture(high: int, wide: int, data: st.DataObject) -> None:
    seed = np.random.default_rng(data.draw(st.integers(0, 99)))
    packed = np.packbits(seed.integers(0, 2, (high, wide), dtype=np.uint8), axis=1)
    plate = png_file.bands(packed)
    label, changed = packed.copy(), []
    for _ in range(data.draw(st.integers(0, 3))):
        top = data.draw(st.integers(0, high - 1))
        bottom = data.draw(st.integers(top + 1, high))
        label[top:bottom] |= np.packbits(seed.integers(0, 2, (bottom - top, wide), dtype=np.uint8), axis=1)
        changed.append((top, bottom))
    content = png_file.file(label, plate, changed, wide, 300)
    assert np.array_equal(opened(content), np.unpackbits(label, axis=1, count=wide).astype(bool))


def test_the_checksum_of_the_parts_is_that_of_the_whole() -> None:
    packed = np.packbits(np.eye(300, dtype=np.uint8), axis=1)
    label = packed.copy()
    label[100:140] = 255
    content = png_file.file(label, png_file.bands(packed), [(100, 140)], 300, 600)
    begin = content.index(b"IDAT") + 4
    length = int.from_bytes(content[begin - 8 : begin - 4])
    assert len(zlib.decompress(content[begin : begin + length])) == 300 * (1 + packed.shape[1])  # raises where the checksum is wrong


def test_rows_that_reach_beyond_the_picture_are_cut() -> None:
    packed = np.zeros((40, 2), dtype=np.uint8)
    label = packed.copy()
    label[38:] = 255
    label[:3] = 255
    content = png_file.file(label, png_file.bands(packed), [(-5, 3), (38, 60)], 16, 203)
    assert np.array_equal(opened(content), np.unpackbits(label, axis=1).astype(bool))
