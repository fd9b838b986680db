"""The rows of a sheet of label jobs under the names of their columns, with the serial numbers that a further sheet gives them.

The bytes are read by capture's own reader, with its limits: 20 MB, 10,000 rows, 64 columns, nothing that unfolds or calculates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.capture.sheets import sheet_file
from app.capture.sheets.sheet_cells import Unfit, Where, digits_of, shown, text_of
from app.capture.sheets.sheet_columns import Column
from app.capture.sheets.sheet_file import Cell, Table
from app.capture.sheets.sheet_refusals import SheetTooLarge, TooManyRows
from app.capture.sheets.sheet_rows import ERRORS, Row, letters
from app.errors import Finding
from app.label.excel.columns import COLUMNS, SERIAL_COLUMNS, names
from app.label.excel.refusals import JobSheetEmpty, JobSheetTooLarge
from app.store.folding import fold

CSV, XLSX = sheet_file.CSV, sheet_file.XLSX

_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+", re.ASCII)

_SEARCHED = 10
"""Rows among which the header is looked for: people put a title above it."""

_SHEETS = 6
"""Sheets of a workbook that are looked at; serial numbers stand on the first that has their two columns."""


@dataclass(frozen=True, slots=True)
class Given:
    """A serial number that a further sheet gives to a row."""

    serial: str


@dataclass(frozen=True, slots=True)
class JobSheet:
    """A sheet that was read: its rows as they came, where its header stands, its jobs, given serial numbers by row, what is wrong."""

    table: Table = field(repr=False)
    head: int
    rows: list[Row]
    given: Mapping[int, list[Given]]
    findings: list[Finding]
    remarks: list[Finding]


def read(raw: bytes, kind: str) -> JobSheet:
    """The jobs of a file, XLSX or CSV. Raises what `sheet_file.read_sheets` raises, JobSheetTooLarge and JobSheetEmpty."""
    try:
        table, *further = sheet_file.read_sheets(raw, kind, _SHEETS)
    except SheetTooLarge as refusal:
        raise JobSheetTooLarge(**refusal.params) from None
    head = _header(table, COLUMNS, 2)
    if head is None:
        raise JobSheetEmpty
    found, findings = _named(table, head, COLUMNS)
    rows = list(_filled(table, head, found))
    if not rows and not findings:
        raise JobSheetEmpty
    if len(rows) > sheet_file.MOST_ROWS:
        raise TooManyRows(rows=len(rows), limit=sheet_file.MOST_ROWS)
    given, wrong = _given(further, {row.number for row in rows}, head)
    return JobSheet(table, head, rows, given, [*findings, *wrong], table.remarks)


def code_of(cell: Cell, at: Where) -> str:
    """A lot or serial number as it was typed; raises Unfit for a number that a spreadsheet has rounded.

    Text such as 7E12 is a good code; only what a spreadsheet itself writes for a long number, 9,52E+12, has lost its digits.
    """
    if isinstance(cell, str) and not _SCIENTIFIC.fullmatch(cell):
        return cell
    return digits_of(cell, at)


def _header(table: Table, columns: tuple[Column, ...], enough: int) -> int | None:
    """Where the header stands: the first row that names enough columns, else the first that holds anything; None in an empty sheet."""
    first = None
    for index, cells in enumerate(table.rows[:_SEARCHED]):
        if sum(fold(text_of(cell)) in names(columns) for cell in cells if cell != "") >= enough:
            return index
        if first is None and any(cell != "" for cell in cells):
            first = index
    return first


def _named(table: Table, head: int, columns: tuple[Column, ...]) -> tuple[dict[int, str], list[Finding]]:
    """Keys of columns by their index, and what is wrong with the header."""
    found: dict[int, str] = {}
    findings = []
    for index, cell in enumerate(table.rows[head]):
        said = fold(text_of(cell))
        column = names(columns).get(said)
        place = Where(head + 1, letters(index)).pointer
        if column is not None and column.key not in found.values():
            found[index] = column.key
        elif column is not None:
            findings.append(Finding("sheet.column-twice", place, shown(cell), {"column": column.key}))
        elif said and not said.endswith(f"({ERRORS})"):
            findings.append(Finding("sheet.unknown-column", place, shown(cell), {"known": ", ".join(each.key for each in columns)}))
    lacking = (column.key for column in columns if column.needed and column.key not in found.values())
    return found, [*findings, *(Finding("sheet.missing-column", f"row={head + 1}", None, {"column": key}) for key in lacking)]


def _filled(table: Table, head: int, found: Mapping[int, str]) -> Iterator[Row]:
    places = {key: letters(index) for index, key in found.items()}
    for number, cells in enumerate(table.rows[head + 1 :], head + 2):
        filled: dict[str, Cell] = {key: cells[index] for index, key in found.items() if index < len(cells) and cells[index] != ""}
        if filled:
            yield Row(number, filled, places)


def _given(further: list[Table], rows: set[int], first: int) -> tuple[dict[int, list[Given]], list[Finding]]:
    """Serial numbers by the row of the first sheet that they are for, and what is wrong with them; first: where its header stands."""
    for table in further:
        head = _header(table, SERIAL_COLUMNS, len(SERIAL_COLUMNS))
        if head is None:
            continue
        found, wrong = _named(table, head, SERIAL_COLUMNS)
        if not wrong:
            return _listed(list(_filled(table, head, found)), rows, first)
    return {}, []


def _listed(lines: list[Row], rows: set[int], head: int) -> tuple[dict[int, list[Given]], list[Finding]]:
    given: dict[int, list[Given]] = {}
    findings = []
    for line in lines:
        number = line.text("row")
        target = int(number) if number.isascii() and number.isdecimal() and len(number) < 7 else 0
        if target not in rows:
            told = {"line": line.number, "serial": line.text("serial")[:40]}
            findings.append(Finding("label.sheet-serial-row", f"row={head + 1}", number[:40], told))
            continue
        try:
            serial = code_of(line.cells.get("serial", ""), line.at("serial"))
        except Unfit as unfit:
            findings.append(Finding(unfit.finding.code, f"row={target}", unfit.finding.value, unfit.finding.params))
            continue
        if serial:
            given.setdefault(target, []).append(Given(serial))
    return given, findings
