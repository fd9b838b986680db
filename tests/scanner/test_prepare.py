from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import prepare
from scanner.choose import overlap
from scanner.prepare import Prepared
from scanner.reading import box
from tests.scanner import pictures
from tests.scanner.pictures import Array

COPIES: dict[str, Callable[[Array], Prepared]] = {
    "smoothed": prepare.smoothed,
    "enlarged": prepare.enlarged,
    "stretched": prepare.stretched,
    "equalised": prepare.equalised,
    "averaged": prepare.averaged,
    "parted": prepare.parted,
    "turned": prepare.turned,
    "turned by 30": lambda image: prepare.turned(image, 30),
    "levelled": prepare.levelled,
    "reduced": lambda image: prepare.reduced(image, 0.5),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_place_in_a_copy_leads_back_to_the_place_in_the_picture(name: str, needs: Callable[..., None]) -> None:
    needs("opencv")
    image = np.full((300, 400), 255, np.uint8)
    image[100:110, 240:250] = 0
    copy = COPIES[name](image)
    assert (copy.image.dtype, copy.image.ndim) == (np.uint8, 2)
    dark = np.argwhere(copy.image < 128)
    top, left = dark.min(axis=0)
    bottom, right = dark.max(axis=0)
    corners = copy.place(box(left, top, right - left, bottom - top))
    x, y = np.mean(np.array(corners), axis=0)
    assert (x, y) == pytest.approx((244.5, 104.5), abs=1.5)


@given(angle=st.integers(-80, 80))
def test_stripes_of_any_direction_are_levelled(angle: int) -> None:
    stripes = np.tile(np.repeat(np.array([0, 255], np.uint8), 6), (240, 20))
    image = np.full((400, 400), 255, np.uint8)
    image[80:320, 80:320] = stripes[:, :240]
    level = prepare.levelled(np.ascontiguousarray(pictures.rotated(image, angle))).image
    middle = level[level.shape[0] // 2 - 60 : level.shape[0] // 2 + 60, level.shape[1] // 2 - 60 : level.shape[1] // 2 + 60].astype(int)
    assert np.abs(np.diff(middle, axis=1)).sum() > 3 * np.abs(np.diff(middle, axis=0)).sum()


def test_a_crop_is_cut_at_the_edges_of_the_picture() -> None:
    image = np.arange(100, dtype=np.uint8).reshape(10, 10)
    part = prepare.cropped(image, box(1, 1, 4, 4), 0.5)
    assert part.image.tolist() == image[0:7, 0:7].tolist()
    assert prepare.cropped(image, box(8, 8, 1, 1), 1.0).back == (1.0, 0.0, 7.0, 0.0, 1.0, 7.0)


def test_outlines_overlap_when_one_holds_the_middle_of_the_other() -> None:
    assert overlap(box(0, 0, 100, 10), box(40, 3, 4, 4))
    assert overlap(box(40, 3, 4, 4), box(0, 0, 100, 10))
    assert not overlap(box(0, 0, 100, 10), box(0, 30, 100, 10))
