"""Sheets of label jobs that leave: the template in a person's language, and a sheet handed back with its errors in a last column.

Every text is written as text: nothing that somebody typed becomes a formula in somebody else's spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.capture.sheets.sheet_cells import text_of
from app.capture.sheets.sheet_rows import ERRORS, letters
from app.label.excel.columns import CARRIERS, COLUMNS, NO, SERIAL_COLUMNS, YES, header
from app.label.excel.sheet_rows import JobSheet

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"

_LANGUAGES = ("vi", "en", "fr")
_FILLED = 500
"""Rows of the template that offer lists and explanations."""

_WIDTHS = {"product": 30, "serials": 28, "layout": 24, "note": 34, "count": 10, "per_roll": 12, "serialised": 12}
_USUAL_WIDTH = 16
_LONGEST_CELL = 32_000
_LONGEST_HINT = 255

_LISTS = "Lists"
_ROLL = "09521234543213"
_LOT = "VIDU-2026A"

EXAMPLES: tuple[Mapping[str, str], ...] = (
    {"product": _ROLL, "lot": _LOT, "produced": "12/06/2026", "expiry": "12/06/2027", "count": "5000", "per_roll": "1000",
     "layout": "roll-50x25", "carrier": "qr-dl"},
    {"product": _ROLL, "count": "2000", "layout": "a4-3x8", "carrier": "gs1-datamatrix"},
)  # fmt: skip
"""Rows of the template: labels of a lot that is new, and blank stamps, under GS1's demonstration prefix 952."""

Say = Callable[[str], str]


def template(language: str, say: Say, looks: Sequence[str]) -> bytes:
    """The template as .xlsx: jobs, given serial numbers, explanations, lists to choose from.

    language: of its headers; say: from `about_<column>`, `sheet_jobs`, `sheet_serials`, `sheet_guide`, `example` to words; looks: names of
    layouts and of the organisation's designs.
    """
    file, book, formats = _new()
    jobs, serials = book.add_worksheet(say("sheet_jobs")), book.add_worksheet(say("sheet_serials"))
    lists = _lists(book, looks, language)
    for index, column in enumerate(COLUMNS):
        jobs.set_column(index, index, _WIDTHS.get(column.key, _USUAL_WIDTH), formats["text"])
        jobs.write_string(0, index, header(column, language), formats["needed" if column.needed else "head"])
        hint = {"input_title": header(column, language)[:32], "input_message": say(f"about_{column.key}")[:_LONGEST_HINT]}
        asked = (
            {"validate": "list", "source": lists[column.key], "error_type": "information"} if column.key in lists else {"validate": "any"}
        )
        jobs.data_validation(1, index, _FILLED, index, asked | hint)
    for row, values in enumerate(_examples(language, say), 1):
        for index, column in enumerate(COLUMNS):
            jobs.write_string(row, index, values.get(column.key, ""), formats["example"])
    jobs.freeze_panes(1, 1)
    for index, column in enumerate(SERIAL_COLUMNS):
        serials.set_column(index, index, 24, formats["text"])
        serials.write_string(0, index, header(column, language), formats["needed"])
    _guide(book.add_worksheet(say("sheet_guide")), formats, language, say)
    book.close()
    return file.getvalue()


def template_csv(language: str, say: Say) -> bytes:
    """The same header and examples as CSV, with the byte order mark and the semicolons that a Vietnamese or French Excel expects."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow([header(column, language) for column in COLUMNS])
    writer.writerows([[values.get(column.key, "") for column in COLUMNS] for values in _examples(language, say)])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _examples(language: str, say: Say) -> list[Mapping[str, str]]:
    yes = dict(zip(_LANGUAGES, YES, strict=True))[language]
    return [{**values, "serialised": yes, "note": say("example")} for values in EXAMPLES]


def _lists(book: Any, looks: Sequence[str], language: str) -> dict[str, str]:
    """What columns offer, on a hidden sheet, because a list inside a cell ends after 255 characters; by column key, where it stands."""
    page = book.add_worksheet(_LISTS)
    page.hide()
    at = _LANGUAGES.index(language)
    found = {}
    for index, (key, values) in enumerate((("layout", looks), ("carrier", CARRIERS), ("serialised", (YES[at], NO[at])))):
        for row, value in enumerate(values):
            page.write_string(row, index, value)
        found[key] = f"={_LISTS}!${letters(index)}$1:${letters(index)}${len(values)}"
    return found


def _guide(page: Any, formats: dict[str, Any], language: str, say: Say) -> None:
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 100)
    for row, column in enumerate(COLUMNS):
        page.write_string(row, 0, header(column, language), formats["head"])
        page.write_string(row, 1, say(f"about_{column.key}"), formats["wrap"])
    for row, key in enumerate(("sheet_serials", "again"), len(COLUMNS) + 1):
        page.write_string(row, 0, say(key) if key == "sheet_serials" else "", formats["head"])
        page.write_string(row, 1, say(f"about_{key}"), formats["wrap"])


def error_file(sheet: JobSheet, told: Mapping[int, Sequence[tuple[str, str]]], language: str, say: Say) -> bytes:
    """The sheet as it came, wrong cells coloured, with what is wrong in a last column that a second try may keep.

    told: by row number, (column letters or "", sentence) of each finding; say: gives `errors`, `sheet_jobs` and `sheet_serials`.
    """
    file, book, formats = _new()
    page = book.add_worksheet(say("sheet_jobs"))
    head, said_of = sheet.table.rows[sheet.head], _below(told, sheet.head + 1)
    kept = [index for index in range(max(map(len, sheet.table.rows))) if not _is_errors(head, index)]
    for number, cells in enumerate(sheet.table.rows):
        wrong = {place for place, _ in told.get(number + 1, ())}
        for place, index in enumerate(kept):
            if index < len(cells) and cells[index] != "":
                look = "head" if number == sheet.head else "wrong" if letters(index) in wrong else "text"
                page.write_string(number, place, text_of(cells[index])[:_LONGEST_CELL], formats[look])
        if number + 1 in said_of:
            said = "\n".join(f"{place}: {sentence}" if place else sentence for place, sentence in said_of[number + 1])
            page.write_string(number, len(kept), said[:_LONGEST_CELL], formats["error"])
    page.write_string(sheet.head, len(kept), f"{say('errors')} ({ERRORS})", formats["head"])
    page.set_column(0, max(0, len(kept) - 1), 18)
    page.set_column(len(kept), len(kept), 70)
    page.freeze_panes(sheet.head + 1, 0)
    _serials_again(book, formats, sheet, language, say)
    book.close()
    return file.getvalue()


def _below(told: Mapping[int, Sequence[tuple[str, str]]], head: int) -> dict[int, list[tuple[str, str]]]:
    """Sentences by row, those of the header in the row below it: in the header itself they would be the name of a column."""
    found: dict[int, list[tuple[str, str]]] = {}
    for row, sentences in sorted(told.items()):
        found.setdefault(max(row, head + 1), []).extend(sentences)
    below = found.pop(head, [])
    return {**found, head + 1: [*below, *found.get(head + 1, [])]} if below else found


def _is_errors(head: Sequence[Any], index: int) -> bool:
    return index < len(head) and text_of(head[index]).endswith(f"({ERRORS})")


def _serials_again(book: Any, formats: dict[str, Any], sheet: JobSheet, language: str, say: Say) -> None:
    """The sheet of given serial numbers: rows keep their numbers, so it still fits."""
    if not sheet.given:
        return
    page = book.add_worksheet(say("sheet_serials"))
    for index, column in enumerate(SERIAL_COLUMNS):
        page.set_column(index, index, 24, formats["text"])
        page.write_string(0, index, header(column, language), formats["needed"])
    listed = [(row, each.serial) for row, some in sheet.given.items() for each in some]
    for number, (row, serial) in enumerate(listed, 1):
        page.write_string(number, 0, str(row), formats["text"])
        page.write_string(number, 1, serial, formats["text"])


def _new() -> tuple[io.BytesIO, Any, dict[str, Any]]:
    from xlsxwriter import Workbook

    file = io.BytesIO()
    plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = Workbook(file, {"in_memory": True, **plain})
    text, bold = {"num_format": "@", "valign": "top"}, {"bold": True, "text_wrap": True, "border": 1, "valign": "top"}
    formats = {
        "text": text,
        "example": {**text, "italic": True, "font_color": "#5A5A5A"},
        "wrong": {**text, "bg_color": "#FBD5D0"},
        "error": {"text_wrap": True, "font_color": "#9B1C1C", "valign": "top"},
        "wrap": {"text_wrap": True, "valign": "top"},
        "head": {**bold, "bg_color": "#DDE9E3"},
        "needed": {**bold, "bg_color": "#07503A", "font_color": "#FFFFFF"},
    }
    return file, book, {name: book.add_format(look) for name, look in formats.items()}
