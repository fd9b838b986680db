from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture.sheets.sheet_cells import harmless


@pytest.mark.parametrize("cell", ["=1+1", "+84", "-5", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_becomes_a_formula(cell: str) -> None:
    assert harmless(cell) == "'" + cell


def test_a_plain_cell_stays_as_it_is() -> None:
    assert [harmless(cell) for cell in ("K7", "09521001000017", "a=b", "")] == ["K7", "09521001000017", "a=b", ""]


@given(st.text())
def test_what_was_typed_can_always_be_read_again(text: str) -> None:
    assert harmless(text).endswith(text)
