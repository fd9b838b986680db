"""The rows of a sheet under the names of their columns, with the place of every cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.capture.sheets.sheet_cells import Where, shown, text_of
from app.capture.sheets.sheet_columns import COLUMNS, Column, column_of
from app.capture.sheets.sheet_file import Cell, Table
from app.errors import Finding
from app.store.folding import fold

ERRORS = "errors"
"""The column of an error file: who corrects the file and sends it again need not remove it."""

_SEARCHED = 10
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, its filled cells by column key, and the letters of the columns."""

    number: int
    cells: Mapping[str, Cell]
    letters: Mapping[str, str] = field(repr=False)

    def at(self, key: str) -> Where:
        """Where a cell stands; the key itself stands for the letter of a column that the sheet does not have."""
        return Where(self.number, self.letters.get(key, key))

    def text(self, key: str) -> str:
        """A cell as text, "" when it is empty."""
        return text_of(self.cells[key]) if key in self.cells else ""


def letters(index: int) -> str:
    """The letters of a column from its index: 0 is A, 26 is AA."""
    found = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        found = chr(65 + rest) + found
    return found


def header_index(table: Table) -> int:
    """The index of the header: the first row that names enough columns, else the first that holds anything."""
    filled = [index for index, row in enumerate(table.rows[:_SEARCHED]) if any(cell != "" for cell in row)]
    named = (index for index in filled if sum(column_of(text_of(cell)) is not None for cell in table.rows[index]) >= _ENOUGH)
    return next(named, filled[0] if filled else 0)


def rows_of(table: Table) -> tuple[list[Row], list[Finding]]:
    """The rows below the header that hold anything, and what is wrong with the header."""
    if not any(cell != "" for row in table.rows for cell in row):
        return [], []
    start = header_index(table)
    columns, findings = _columns(table, start)
    places = {column.key: letters(index) for index, column in columns.items()}
    rows = []
    for number, cells in enumerate(table.rows[start + 1 :], start + 2):
        filled = {columns[index].key: cell for index, cell in enumerate(cells) if index in columns and cell != ""}
        if filled:
            rows.append(Row(number, filled, places))
    return rows, findings


def _columns(table: Table, start: int) -> tuple[dict[int, Column], list[Finding]]:
    """Columns by their index, and findings about the header."""
    columns: dict[int, Column] = {}
    findings: list[Finding] = []
    for index, cell in enumerate(table.rows[start]):
        text, at = text_of(cell), Where(start + 1, letters(index)).pointer
        column = column_of(text)
        if column is None:
            if not _ignored(table, start, index, text):
                findings.append(Finding("sheet.unknown-column", at, shown(cell), {"known": ", ".join(each.key for each in COLUMNS)}))
        elif column in columns.values():
            findings.append(Finding("sheet.column-twice", at, shown(cell), {"column": column.key}))
        else:
            columns[index] = column
    present = {column.key for column in columns.values()}
    findings += [
        Finding("sheet.missing-column", f"row={start + 1}", None, {"column": f"{column.vi} ({column.key})"})
        for column in COLUMNS
        if column.needed and column.key not in present
    ]
    return columns, findings


def _ignored(table: Table, start: int, index: int, text: str) -> bool:
    """Whether a column needs no name: it is empty, or tells the errors of an earlier try."""
    if fold(text).endswith(f"({ERRORS})"):
        return True
    return not text and all(index >= len(row) or row[index] == "" for row in table.rows[start + 1 :])
