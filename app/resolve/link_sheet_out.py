"""Spreadsheets of links that leave: the template with examples, what is registered, and a sheet handed back with its errors.

Every cell is written as text: nothing that somebody typed becomes a formula in somebody else's spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.capture.sheets.sheet_cells import harmless, text_of
from app.capture.sheets.sheet_rows import ERRORS, letters
from app.resolve.anchor import Path, written
from app.resolve.link_sheet import COLUMNS, Sheet
from app.resolve.links import VOC, Link, Registration

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"

_FILLED = 200
_WIDTHS = {"code": 18, "href": 44, "title": 30, "description": 26, "type": 20}
_FRUIT = "9521001000017"
_SITE = "https://vaihuonggiang.example"
_LONGEST_CELL = 32_000

EXAMPLES: tuple[Mapping[str, str], ...] = (
    {"code": _FRUIT, "description": "Vải thiều, hộp 1 kg", "type": "pip", "href": f"{_SITE}/vai", "title": "Vải thiều Hương Giang",
     "language": "vi", "media": "text/html", "default": "có"},
    {"code": _FRUIT, "type": "pip", "href": f"{_SITE}/en/lychee", "title": "Lychees from Hương Giang", "language": "en",
     "media": "text/html"},
    {"code": _FRUIT, "type": "certificationInfo", "href": f"{_SITE}/vietgap.pdf", "title": "Chứng nhận VietGAP", "language": "vi",
     "media": "application/pdf"},
    {"code": _FRUIT, "lot": "VIDU-TH1", "type": "recallStatus", "href": f"{_SITE}/lo/vidu-th1", "title": "Tình trạng lô", "default": "có"},
)  # fmt: skip
"""Rows of the template, under GS1's demonstration prefix 952."""


def template(explain: Mapping[str, Callable[[str], str]]) -> bytes:
    """The template as .xlsx: a page with examples and a page that explains each column; explain: by language, from key to sentence."""
    file, book, looks = _new()
    page = book.add_worksheet("Liên kết - Links")
    for index, column in enumerate(COLUMNS):
        page.set_column(index, index, _WIDTHS.get(column.key, 14), looks["text"])
        page.write_string(0, index, column.vi, looks["needed"] if column.needed else looks["head"])
    for row, values in enumerate(EXAMPLES, 1):
        for index, column in enumerate(COLUMNS):
            if column.key in values:
                page.write_string(row, index, values[column.key], looks["example"])
    page.data_validation(1, len(COLUMNS) - 1, _FILLED, len(COLUMNS) - 1, {"validate": "list", "source": ["có", "không"]})
    page.freeze_panes(1, 1)
    _guide(book, looks, explain)
    book.close()
    return file.getvalue()


def _guide(book: Any, looks: dict[str, Any], explain: Mapping[str, Callable[[str], str]]) -> None:
    page = book.add_worksheet("Hướng dẫn - Guide")
    page.set_column(0, 0, 16)
    page.set_column(1, len(explain), 52)
    for index, (language, words) in enumerate(explain.items(), 1):
        page.write_string(0, index, language.upper(), looks["head"])
        for row, column in enumerate(COLUMNS, 1):
            page.write_string(row, 0, column.key, looks["head"])
            page.write_string(row, index, f"{getattr(column, language)}: {words(column.key)}", looks["wrap"])


def error_file(sheet: Sheet, told: Mapping[int, Sequence[tuple[str, str]]], title: str) -> bytes:
    """The sheet as it came, wrong cells coloured, with what is wrong in a last column that a second try may keep.

    told: by row number, (column letters or "", sentence) of each finding; title: the word for errors in the reader's language.
    """
    file, book, looks = _new()
    page = book.add_worksheet("Liên kết - Links")
    rows = sheet.table.rows
    last = _width(rows, sheet.head)
    for number, cells in enumerate(rows, 1):
        wrong = {place for place, _ in told.get(number, ())}
        for index, cell in enumerate(cells[:last]):
            look = looks["head"] if number == sheet.head + 1 else looks["wrong"] if letters(index) in wrong else looks["text"]
            page.write_string(number - 1, index, text_of(cell)[:_LONGEST_CELL], look)
        if number == sheet.head + 1:
            page.write_string(number - 1, last, f"{title} ({ERRORS})", looks["head"])
        elif number in told:
            said = "\n".join(f"{place}: {sentence}" if place else sentence for place, sentence in told[number])
            page.write_string(number - 1, last, said[:_LONGEST_CELL], looks["error"])
    page.set_column(0, max(0, last - 1), 18)
    page.set_column(last, last, 70)
    page.freeze_panes(sheet.head + 1, 0)
    book.close()
    return file.getvalue()


def _width(rows: Sequence[Sequence[Any]], head: int) -> int:
    """Columns of the sheet without the errors of an earlier try at its end."""
    named = [text_of(cell) for cell in rows[head]] if rows else []
    if named and named[-1].endswith(f"({ERRORS})"):
        return len(named) - 1
    return max((len(row) for row in rows), default=0)


def as_csv(registrations: Iterable[Registration]) -> Iterator[str]:
    """What is registered as lines of CSV that `link_sheet.read` takes back, the header first."""
    yield _line([column.key for column in COLUMNS])
    for registration in registrations:
        for values in _rows(registration):
            yield _line([_harmless(column.key, values.get(column.key, "")) for column in COLUMNS])


def _rows(registration: Registration) -> Iterator[dict[str, str]]:
    code = _code(registration.path) | {"description": registration.description}
    default = registration.default
    said = False
    for link in registration.links:
        is_default = not said and default is not None and (link.href, link.title) == (default.href, default.title)
        said = said or is_default
        yield code | _link(link) | {"default": "yes" if is_default else ""}
    if default is not None and not said:
        yield code | {"href": default.href, "title": default.title, "default": "yes"}


def _code(path: Path) -> dict[str, str]:
    """A key in the columns of the sheet: a plain path, with lot or serial number in their own columns when it has no other qualifier."""
    own = {"10": "lot", "21": "serial"}
    if all(ai in own for ai, _ in path[1:]):
        return {"code": written(path[:1])} | {own[ai]: value for ai, value in path[1:]}
    return {"code": written(path)}


def _link(link: Link) -> dict[str, str]:
    return {
        "type": link.rel.replace(VOC, "gs1:", 1) if link.rel.startswith(VOC) else link.rel,
        "href": link.href,
        "title": link.title,
        "language": ", ".join(link.hreflang),
        "media": link.type or "",
        "context": ", ".join(link.context),
    }


def _harmless(key: str, text: str) -> str:
    """A text that no spreadsheet takes for a formula; codes, lots and serials must come back as they are, and are read as text."""
    return harmless(text) if key in {"title", "description", "context"} else text


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(cells)
    return text.getvalue()


def _new() -> tuple[io.BytesIO, Any, dict[str, Any]]:
    from xlsxwriter import Workbook

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(file, options)
    top = {"valign": "top"}
    looks: dict[str, dict[str, Any]] = {
        "text": {"num_format": "@"},
        "head": {"bold": True, "bg_color": "#DDE9E3", "text_wrap": True, "border": 1},
        "needed": {"bold": True, "bg_color": "#07503A", "font_color": "#FFFFFF", "text_wrap": True, "border": 1},
        "example": {"num_format": "@", "italic": True, "font_color": "#5A5A5A"},
        "wrong": {"num_format": "@", "bg_color": "#FBD5D0"},
        "error": {"text_wrap": True, "font_color": "#9B1C1C"},
        "wrap": {"text_wrap": True},
    }
    return file, book, {name: book.add_format({**look, **top}) for name, look in looks.items()}
