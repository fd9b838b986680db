from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.label.drawing.layouts import LAYOUTS
from app.label.jobs.offsets import remembered, with_offset

_MILLIMETRES = st.integers(-1000, 1000).map(lambda hundredths: hundredths / 100)


@given(st.dictionaries(st.sampled_from(sorted(LAYOUTS)), st.tuples(_MILLIMETRES, _MILLIMETRES)))
def test_offsets_come_back_from_the_cookie_as_they_were_kept(offsets: dict[str, tuple[float, float]]) -> None:
    cookie = ""
    for layout, (right, down) in offsets.items():
        cookie = with_offset(cookie, layout, right, down)
    found = {layout: (float(right), float(down)) for layout, (right, down) in remembered(cookie).items()}
    assert found == {layout: pair for layout, pair in offsets.items() if any(pair)}


@pytest.mark.parametrize("cookie", ["", "x", "a4-3x8:1", "a4-3x8:1:2:3", "a4-3x8:1e9:0", "A4:1:1", "a4-3x8:<b>:0", "_" * 5000])
def test_a_cookie_that_was_tampered_with_counts_for_nothing(cookie: str) -> None:
    assert remembered(cookie) == {}


def test_an_offset_of_nothing_is_forgotten() -> None:
    assert with_offset(with_offset("", "a4-3x8", 1, 0), "a4-3x8", 0, 0) == ""
