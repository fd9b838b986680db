"""Sheets that leave are sheets that come back: the template, and the one with its errors."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook

from app.label.drawing.layouts import LAYOUTS
from app.label.excel import sheet_out, sheet_rows
from app.label.excel.columns import CARRIERS, COLUMNS, NO, YES, header
from app.label.excel.row_values import wish_of
from app.label.excel.sheet_rows import CSV, XLSX
from app.settings import LANGUAGES
from app.words.translate import translator
from tests.label.excel.sheets import FRUIT, workbook


def say(language: str) -> Any:
    return lambda key: translator(language)(f"excel.{key}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [XLSX, CSV])
def test_the_template_of_every_language_is_read_back_with_its_examples(language: str, kind: str) -> None:
    raw = sheet_out.template(language, say(language), list(LAYOUTS)) if kind == XLSX else sheet_out.template_csv(language, say(language))
    sheet = sheet_rows.read(raw, kind)
    assert sheet.findings == []
    assert len(sheet.rows) == len(sheet_out.EXAMPLES) == 2
    for row, example in zip(sheet.rows, sheet_out.EXAMPLES, strict=True):
        wish, findings = wish_of(row, ())
        assert findings == []
        assert (wish.gtin, wish.lot, str(wish.count)) == (example["product"], example.get("lot", ""), example["count"])
        assert (wish.serialised, wish.look, wish.carrier) == (True, example["layout"], example["carrier"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_explains_and_offers_lists(language: str) -> None:
    looks = [*LAYOUTS, "Hộp quà Tết"]
    with load_workbook(io.BytesIO(sheet_out.template(language, say(language), looks))) as book:
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    jobs, serials, lists, guide = sheets.values()
    assert jobs[0] == [header(column, language) for column in COLUMNS]
    assert len(serials[0]) == 2
    assert [[row[place] for row in lists if row[place]] for place in range(3)] == [looks, list(CARRIERS), [_yes(language), _no(language)]]
    told = {str(row[0]): str(row[1]) for row in guide}
    assert all(told[header(column, language)] for column in COLUMNS)


def _yes(language: str) -> str:
    return dict(zip(("vi", "en", "fr"), YES, strict=True))[language]


def _no(language: str) -> str:
    return dict(zip(("vi", "en", "fr"), NO, strict=True))[language]


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "lot": st.text("ABCDEFGH0123456789-.", min_size=1, max_size=20),
            "expiry": st.dates(date(2026, 1, 1), date(2049, 12, 31)),
            "count": st.integers(1, 1_000_000),
            "note": st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=40),
        }
    ),
    min_size=1,
    max_size=8,
)


@given(ROWS, st.permutations(["product", "lot", "expiry", "count", "note"]), st.sampled_from(LANGUAGES))
def test_what_is_written_under_the_template_s_headers_comes_back_in_any_order(rows: Any, order: list[str], language: str) -> None:
    names = {column.key: header(column, language) for column in COLUMNS}
    lines = [[{"product": FRUIT, **row}[key] for key in order] for row in rows]
    sheet = sheet_rows.read(workbook(*lines, header=[names[key] for key in order]), XLSX)
    assert sheet.findings == []
    for row, said in zip(sheet.rows, rows, strict=True):
        wish, findings = wish_of(row, ())
        assert findings == []
        assert (wish.gtin, wish.lot, wish.expiry, wish.count) == (FRUIT, said["lot"], said["expiry"].isoformat(), said["count"])


def test_an_error_file_keeps_the_sheet_and_is_read_again_as_the_sheet_it_was() -> None:
    rows = ((FRUIT, "VT0612", date(2026, 6, 12), "", "năm", "", "", "=1+1"), (FRUIT, "", "", "", 7))
    raw = workbook(*rows, further=(("row", "serial"), (3, "A1"), (3, "A2")))
    sheet = sheet_rows.read(raw, XLSX)
    told = {2: [("E", "“năm” is not a number."), ("", "And more.")]}
    out = sheet_out.error_file(sheet, told, "en", say("en"))
    again = sheet_rows.read(out, XLSX)
    assert again.findings == []
    assert [wish_of(row, again.given.get(row.number, ())) for row in again.rows] == [
        wish_of(row, sheet.given.get(row.number, ())) for row in sheet.rows
    ]
    with load_workbook(io.BytesIO(out)) as book:
        page = book.get_sheet_by_index(0).to_python()
    assert page[0][-1] == "Errors (errors)"
    assert page[1][-1] == "E: “năm” is not a number.\nAnd more."
    twice = sheet_out.error_file(again, told, "en", say("en"))
    with load_workbook(io.BytesIO(twice)) as book:
        assert book.get_sheet_by_index(0).to_python() == page


def test_errors_of_the_header_stand_below_it_and_are_no_column() -> None:
    sheet = sheet_rows.read(workbook((FRUIT, 5), header=("Product", "Colour")), XLSX)
    out = sheet_out.error_file(sheet, {1: [("B", "The column is unknown.")]}, "fr", say("fr"))
    again = sheet_rows.read(out, XLSX)
    assert [finding.code for finding in again.findings] == ["sheet.unknown-column"]
    assert again.table.rows[1][-1] == "B: The column is unknown."
