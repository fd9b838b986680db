"""Sheets made to do harm: they are refused in words, and never crash, fill the memory or calculate."""

from __future__ import annotations

import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture.sheets.sheet_refusals import (
    NotASheet,
    SheetBomb,
    SheetDamaged,
    SheetEncoding,
    SheetEncrypted,
    SheetQuotes,
    SheetTooWide,
    TooManyRows,
)
from app.capture.sheets.sheet_rows import Row
from app.errors import Refusal
from app.label.excel import sheet_rows
from app.label.excel.row_values import wish_of
from app.label.excel.sheet_rows import CSV, XLSX
from tests.capture.sheets.sheets import page_of, with_page, with_part
from tests.label.excel.sheets import FRUIT, text, workbook

GOOD = workbook((FRUIT, "VT0612", "", "", 5))


def test_a_zip_bomb_is_refused_before_it_unfolds() -> None:
    with pytest.raises(SheetBomb):
        sheet_rows.read(with_part(GOOD, "xl/worksheets/sheet9.xml", b"<x>" + b" " * 60_000_000), XLSX)


def test_macros_are_left_unread() -> None:
    raw = with_part(GOOD, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + b"Auto_Open" * 100)
    assert [row.text("lot") for row in sheet_rows.read(raw, XLSX).rows] == ["VT0612"]


@pytest.mark.parametrize("cell", [b'<c r="XFD1" t="str"><v>x</v></c>', b'<c r="CA1" t="str"><v>x</v></c>'])
def test_a_cell_far_to_the_right_is_refused(cell: bytes) -> None:
    with pytest.raises(SheetTooWide):
        sheet_rows.read(with_page(GOOD, page_of(cell)), XLSX)


def test_a_filled_cell_a_million_rows_down_is_refused_and_empty_ones_are_not() -> None:
    with pytest.raises(TooManyRows):
        sheet_rows.read(with_page(GOOD, page_of(b'<c r="A1048576" t="str"><v>x</v></c>')), XLSX)
    file = io.BytesIO(GOOD)
    with zipfile.ZipFile(file) as book:
        page = book.read("xl/worksheets/sheet1.xml")
    empty = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (row, row) for row in range(3, 200_000))
    raw = with_page(GOOD, page.replace(b"</sheetData>", empty + b"</sheetData>"))
    assert len(sheet_rows.read(raw, XLSX).rows) == 1


@pytest.mark.parametrize(
    ("raw", "kind", "refusal"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, XLSX, SheetEncrypted),
        (b"PK\x03\x04" + b"\0" * 40, XLSX, SheetDamaged),
        (GOOD[: len(GOOD) // 2], XLSX, SheetDamaged),
        (GOOD, CSV, NotASheet),
        (text((FRUIT, "A")), XLSX, NotASheet),
        (b"gtin,count\n9521001000017,5\0\n", CSV, SheetEncoding),
        (b'gtin,count\n"9521001000017,5\n', CSV, SheetQuotes),
        (b"gtin,count\n9521001000017," + b"5" * 10_001, CSV, SheetQuotes),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_in_words(raw: bytes, kind: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        sheet_rows.read(raw, kind)


@given(st.binary(max_size=400), st.sampled_from([XLSX, CSV]))
def test_any_bytes_are_rows_or_a_refusal(raw: bytes, kind: str) -> None:
    with contextlib.suppress(Refusal):  # any other exception fails the test
        for row in sheet_rows.read(raw, kind).rows:
            wish, findings = wish_of(row, ())
            assert wish.row == row.number
            assert all(finding.pointer.startswith("row=") for finding in findings)


CELLS = st.one_of(st.text(max_size=12), st.integers(), st.floats(allow_nan=False), st.booleans(), st.dates())


@given(st.lists(CELLS, min_size=8, max_size=8))
def test_any_cells_are_a_wish_or_findings(cells: list[object]) -> None:
    keys = ("product", "lot", "produced", "expiry", "count", "serials", "per_roll", "note")
    wish, findings = wish_of(Row(5, dict(zip(keys, cells, strict=True)), {}), ())  # type: ignore[arg-type]  # cells of every kind
    assert wish.count >= 0
    assert findings or (1 <= wish.count <= 1_000_000 and wish.product)
