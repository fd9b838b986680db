"""One event typed into a form: the same rules as a row of a sheet, its mistakes said at the fields."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace

from app.capture.sheets import sheet
from app.capture.sheets.sheet_columns import COLUMNS, EVENT_FIELDS
from app.capture.sheets.sheet_file import Cell, Table
from app.capture.sheets.sheet_refusals import SheetInvalid
from app.capture.sheets.sheet_rows import letters
from app.errors import Finding
from app.party.permissions import Actor
from app.runtime import Runtime

FIELDS = (*(column.key for column in COLUMNS if column.key not in {"event", "serial"}), "serials")
"""Fields of the form; serials: one in a line."""

MOST_SERIALS = 500

_HEADER: list[Cell] = [column.key for column in COLUMNS]
_ONCE = {*EVENT_FIELDS, "parent", "document", "document_type", "input_gtin", "input_lot", "input_quantity", "input_unit"}


def rows_of(values: Mapping[str, str]) -> Table:
    """The rows that a form stands for: one for each serial number, and one without."""
    serials = list(dict.fromkeys(text for line in values.get("serials", "").splitlines() if (text := line.strip())))
    if values.get("quantity") == str(len(serials)):
        values = {**values, "quantity": "", "unit": ""}  # they counted the serial numbers
    rows: list[list[Cell]] = []
    for place, serial in enumerate(serials[: MOST_SERIALS + 1] or [""]):
        said = {key: text for key, text in values.items() if place == 0 or key not in _ONCE} | {"event": "1", "serial": serial}
        rows.append([said.get(column.key, "") for column in COLUMNS])
    return Table([_HEADER, *rows])


def as_file(table: Table) -> bytes:
    """The rows as a CSV file: what is kept until it is confirmed."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table.rows)
    return text.getvalue().encode()


def check(values: Mapping[str, str], *, by: Actor, on: Runtime) -> bytes:
    """The file that a form stands for; raises SheetInvalid with findings that point to fields (`/gtin`), what `judge_table` raises."""
    table = rows_of(values)
    judged = sheet.judge_table(table, by=by, on=on)
    if judged.findings:
        fields = {letters(index): column.key for index, column in enumerate(COLUMNS)}
        found: dict[tuple[str, str, str], Finding] = {}
        for item in judged.findings:
            pointer = "/" + _field(item.pointer, fields)
            found.setdefault((pointer, item.code, str(item.value)), replace(item, pointer=pointer, event=None))
        raise SheetInvalid(findings=found.values(), count=len(found), rows=1)
    return as_file(table)


def _field(pointer: str, fields: Mapping[str, str]) -> str:
    name = fields.get(pointer.partition("column=")[2], "")
    return "serials" if name == "serial" else name
