"""Workbooks that leave: the template with examples and explanations, and a sheet handed back with its errors in a last column.

Every text is written as text: nothing a sender typed becomes a formula in somebody else's spreadsheet.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from app.capture.sheets.sheet_cells import text_of
from app.capture.sheets.sheet_columns import COLUMNS, KINDS, STEPS, UNITS, header
from app.capture.sheets.sheet_file import Cell, Table
from app.capture.sheets.sheet_rows import ERRORS, header_index, letters

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Explain = Callable[[str], str]
"""From a column's key to what stands in it, in one language."""

_FILLED = 200
"""Rows of the template that are formatted as text and offer lists."""

_WIDTHS = {"event": 8, "step": 18, "time": 18, "note": 30, "parent": 24, "place": 17, "gtin": 17, "input_gtin": 17}
_LYCHEE, _BOXES, _PALLET = "9521001000017", "9521002000016", "195210020000000013"

EXAMPLES: tuple[Mapping[str, str], ...] = (
    {"event": "1", "step": "thu hoạch", "time": "12/06/2026 05:30", "place": "9521001001014", "gtin": _LYCHEE, "lot": "VIDU-TH1",
     "quantity": "1236,5", "unit": "kg", "note": "Dòng ví dụ: xóa trước khi gửi"},
    {"event": "2", "step": "chế biến", "time": "12/06/2026 10:00", "place": "9521002001013", "gtin": _BOXES, "lot": "VIDU-X1",
     "quantity": "1100", "unit": "kg", "input_gtin": _LYCHEE, "input_lot": "VIDU-TH1", "input_quantity": "1236,5", "input_unit": "kg"},
    {"event": "3", "step": "đóng gói", "time": "12/06/2026 17:30", "place": "9521002001013", "gtin": _BOXES, "lot": "VIDU-X1",
     "serial": "VIDU0001", "parent": _PALLET},
    {"event": "3", "gtin": _BOXES, "lot": "VIDU-X1", "serial": "VIDU0002"},
    {"event": "4", "step": "xuất", "time": "12/06/2026 19:30", "place": "9521002001013", "parent": _PALLET,
     "document_type": "phiếu xuất kho", "document": "PX-0612", "from": "9521002000009", "to": "9521006000005", "temperature": "3,6"},
    {"event": "5", "step": "nhập", "time": "13/06/2026 09:40", "place": "9521006001019", "parent": _PALLET},
    {"event": "6", "step": "kiểm tra", "time": "13/06/2026 10:15", "place": "9521006001019", "gtin": _BOXES, "lot": "VIDU-X1"},
    {"event": "7", "step": "bán lẻ", "time": "15/06/2026 11:00", "place": "9521006001019", "gtin": _BOXES, "serial": "VIDU0001"},
)  # fmt: skip
"""Rows of the template, under GS1's demonstration prefix 952; they make every type of event but two."""


def make_template(explain: Mapping[str, Explain]) -> bytes:
    """The template as .xlsx: a page for events with examples, a page that explains each column in every language of `explain`."""
    file, book = _new()
    looks = _looks(book)
    page = book.add_worksheet("Sự kiện - Events")
    for index, column in enumerate(COLUMNS):
        page.set_column(index, index, _WIDTHS.get(column.key, 15), looks["text"])
        page.write_string(0, index, header(column), looks["needed"] if column.needed else looks["head"])
        if column.key in {"step", "unit"}:
            source = [step.names[0] for step in STEPS if step.names] if column.key == "step" else [names[0] for names in UNITS.values()]
            page.data_validation(1, index, _FILLED, index, {"validate": "list", "source": _short(source), "error_type": "information"})
    for row, values in enumerate(EXAMPLES, 1):
        for index, column in enumerate(COLUMNS):
            if column.key in values:
                page.write_string(row, index, values[column.key], looks["example"])
    page.freeze_panes(1, 2)
    _explanations(book, looks, explain)
    book.close()
    return file.getvalue()


def make_error_file(table: Table, told: Mapping[int, Sequence[tuple[str, str]]], title: str) -> bytes:
    """The sheet as it came, wrong cells coloured, with what is wrong in a last column that a second try may keep.

    told: by row number, (column letters or "", sentence) of each finding; title: the word for errors in the reader's language.
    """
    file, book = _new()
    looks = _looks(book)
    page = book.add_worksheet("Sự kiện - Events")
    head = header_index(table)
    last = _width(table, head)
    for number, cells in enumerate(table.rows, 1):
        wrong = {place for place, _ in told.get(number, ())}
        for index, cell in enumerate(cells[:last]):
            look = looks["head"] if number == head + 1 else looks["wrong"] if letters(index) in wrong else looks["text"]
            _write(page, number - 1, index, cell, look, looks["time"])
        if number == head + 1:
            page.write_string(number - 1, last, f"{title} ({ERRORS})", looks["head"])
        elif number in told:
            page.write_string(number - 1, last, "\n".join(_said(*each) for each in told[number])[:32_000], looks["error"])
    page.set_column(0, last - 1 if last else 0, 16)
    page.set_column(last, last, 70)
    page.freeze_panes(head + 1, 0)
    book.close()
    return file.getvalue()


def _new() -> tuple[io.BytesIO, Any]:
    from xlsxwriter import Workbook

    file = io.BytesIO()
    return file, Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})


def _looks(book: Any) -> dict[str, Any]:
    top = {"valign": "top"}
    return {
        "text": book.add_format({"num_format": "@", **top}),
        "time": book.add_format({"num_format": "dd/mm/yyyy hh:mm", **top}),
        "head": book.add_format({"bold": True, "bg_color": "#DDE9E3", "text_wrap": True, "border": 1, **top}),
        "needed": book.add_format({"bold": True, "bg_color": "#07503A", "font_color": "#FFFFFF", "text_wrap": True, "border": 1, **top}),
        "example": book.add_format({"num_format": "@", "italic": True, "font_color": "#5A5A5A", **top}),
        "wrong": book.add_format({"num_format": "@", "bg_color": "#FBD5D0", **top}),
        "error": book.add_format({"text_wrap": True, "font_color": "#9B1C1C", **top}),
        "wrap": book.add_format({"text_wrap": True, **top}),
    }


def _explanations(book: Any, looks: dict[str, Any], explain: Mapping[str, Explain]) -> None:
    page = book.add_worksheet("Hướng dẫn - Guide")
    page.set_column(0, 0, 22)
    page.set_column(1, len(explain), 48)
    for index, language in enumerate(explain, 1):
        page.write_string(0, index, language.upper(), looks["head"])
    for row, column in enumerate(COLUMNS, 1):
        page.write_string(row, 0, column.key, looks["head"])
        for index, (language, words) in enumerate(explain.items(), 1):
            page.write_string(row, index, f"{getattr(column, language)}: {words(column.key)}", looks["wrap"])
    row = len(COLUMNS) + 2
    page.write_string(row, 0, "step", looks["head"])
    for step in STEPS:
        row += 1
        page.write_string(row, 0, step.key, looks["wrap"])
        page.write_string(row, 1, ", ".join(step.names), looks["wrap"])
        page.write_string(row, 2, f"{step.kind} {step.action}".strip(), looks["wrap"])
    page.write_string(row + 2, 0, "kind", looks["head"])
    page.write_string(row + 2, 1, ", ".join(KINDS), looks["wrap"])


def _short(names: list[str]) -> list[str]:
    """As many names as a list in a cell may hold: 255 characters with their commas."""
    kept: list[str] = []
    for name in names:
        if len(",".join([*kept, name])) > 255:
            break
        kept.append(name)
    return kept


def _width(table: Table, head: int) -> int:
    """Columns of the sheet without the errors of an earlier try at its end."""
    width = max((len(row) for row in table.rows), default=0)
    named = [text_of(cell) for cell in table.rows[head]] if table.rows else []
    if named and named[-1].endswith(f"({ERRORS})"):
        return len(named) - 1
    return width


def _said(place: str, sentence: str) -> str:
    return f"{place}: {sentence}" if place else sentence


def _write(page: Any, row: int, column: int, cell: Cell, look: Any, time_look: Any) -> None:
    """A cell of the kind it had; a number stays a number, whatever begins with = stays text."""
    if isinstance(cell, datetime):
        page.write_datetime(row, column, cell.replace(tzinfo=None), time_look)
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        page.write_number(row, column, cell)
    elif isinstance(cell, bool | date | time | timedelta) or cell != "":
        page.write_string(row, column, text_of(cell)[:32_000], look)
