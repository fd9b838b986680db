"""Sheets of events as people send them, and workbooks as an attacker makes them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook

PLACE, OTHER_PLACE = "9521001001014", "9521002001013"
LYCHEE, BOXES = "09521001000017", "09521002000016"
PALLET = "195210020000000013"


def harvest(**changes: Any) -> dict[str, Any]:
    """A row that is right; keyword arguments replace cells, None leaves one out."""
    row = {
        "step": "thu hoạch",
        "time": "12/06/2026 05:30",
        "place": PLACE,
        "gtin": LYCHEE,
        "lot": "TH1",
        "quantity": "1236,5",
        "unit": "kg",
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def grid(rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Rows by column key as a grid with its header."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return [keys, *([row.get(key, "") for key in keys] for row in rows)]


def as_csv(*rows: Mapping[str, Any], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """The rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(grid(rows))
    return text.getvalue().encode(encoding)


def as_xlsx(*rows: Mapping[str, Any]) -> bytes:
    """The rows as a workbook, every value in the kind it has in Python."""
    return workbook(grid(rows))


def workbook(cells: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of one page."""
    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm", "strings_to_urls": False})
    page = book.add_worksheet()
    for number, row in enumerate(cells):
        for index, cell in enumerate(row):
            page.write(number, index, cell)
    book.close()
    return file.getvalue()


def with_page(raw: bytes, xml: bytes) -> bytes:
    """The same workbook with another first page."""
    return _changed(raw, {"xl/worksheets/sheet1.xml": xml})


def with_part(raw: bytes, name: str, content: bytes) -> bytes:
    """The same workbook with a further part."""
    return _changed(raw, {name: content})


def _changed(raw: bytes, parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        kept = {info.filename: old.read(info) for info in old.infolist()} | dict(parts)
        for name, content in kept.items():
            new.writestr(name, content)
    return file.getvalue()


def page_of(*cells: bytes) -> bytes:
    """The XML of a page with these rows of cells as written."""
    rows = b"".join(cells)
    return b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + rows + b"</sheetData></worksheet>"
