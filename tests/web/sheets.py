"""Filling the spreadsheet template as a person does: the rows of examples go, rows of one's own come under the same headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook


def fill_template(template: Path, rows: Sequence[Mapping[str, str]], filled: Path) -> Path:
    """Write a workbook with the template's first sheet and its headers over rows of our own; rows: header (or its beginning) to text."""
    book = CalamineWorkbook.from_path(template)
    name = book.sheet_names[0]
    headers = [str(cell) for cell in book.get_sheet_by_name(name).to_python()[0]]
    with Workbook(filled) as made:
        page = made.add_worksheet(name)
        page.write_row(0, 0, headers)
        for number, row in enumerate(rows, 1):
            for beginning, text in row.items():
                page.write_string(number, _place(headers, beginning), text)
    return filled


def _place(headers: Sequence[str], beginning: str) -> int:
    return next(place for place, header in enumerate(headers) if header.startswith(beginning))
