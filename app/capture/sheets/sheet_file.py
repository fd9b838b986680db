"""The bytes of a spreadsheet as rows of cells: .xlsx within hard limits, or .csv in the encodings that Vietnamese Excel writes.

An .xlsx is unpacked here, measured, and only then given to the reader, repacked: what was measured is what is read. The reader makes
one block of memory from the first to the last filled cell (5 KB with two cells can ask for 512 GB and end the process), so the places of
the cells are measured too.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from app.capture.sheets.sheet_refusals import (
    NotASheet,
    SheetBomb,
    SheetDamaged,
    SheetEncoding,
    SheetEncrypted,
    SheetQuotes,
    SheetTooLarge,
    SheetTooWide,
    TooManyRows,
)
from app.errors import Finding

Cell = str | int | float | bool | datetime | date | time | timedelta

MOST_BYTES = 20_000_000
MOST_ROWS = 10_000
MOST_COLUMNS = 64
MOST_UNPACKED = 50_000_000
MOST_RATIO = 100
MOST_ENTRIES = 1_000
MOST_CELL = 10_000
"""Characters of one cell of a CSV file."""

XLSX, CSV = "xlsx", "csv"

_HEADER_ROOM = 10
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_READ = (".xml", ".rels")
_LEFT_OUT = ("xl/media/", "xl/drawings/", "xl/charts/", "xl/theme/", "xl/printersettings/", "docprops/", "customxml/")
_TAG = re.compile(rb"<(?:[\w.-]+:)?(c|row)((?:\s+[^\s=<>/]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>")
_TAG_START = re.compile(rb"<(?:[\w.-]+:)?(?:c|row)[\s/>]")
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,7})(\d{0,10})[\"']")
_TYPED = re.compile(rb"\st\s*=")
_BYTE_ORDER = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as they stand in the file, row 1 first; remarks: what was read with a guess that the sender should know of."""

    rows: list[list[Cell]]
    remarks: list[Finding] = field(default_factory=list)


def read(raw: bytes, kind: str) -> Table:
    """The rows of a file of a kind, XLSX or CSV, of a workbook those of its first sheet. Raises what `read_sheets` raises."""
    return read_sheets(raw, kind, 1)[0]


def read_sheets(raw: bytes, kind: str, most: int) -> list[Table]:
    """The rows of the first sheets of a file, at most so many and at least one; empty cells are "", a CSV file is one sheet.

    Raises SheetTooLarge, NotASheet, SheetEncrypted, SheetDamaged, SheetBomb, SheetTooWide, TooManyRows, SheetEncoding, SheetQuotes.
    """
    if len(raw) > MOST_BYTES:
        raise SheetTooLarge(found=len(raw), limit=MOST_BYTES)
    if raw.startswith(_OLE):
        raise SheetEncrypted
    if raw.startswith(_ZIP) != (kind == XLSX):
        raise NotASheet(promised=f".{kind}")
    tables = _workbook(raw, most) if kind == XLSX else [_text(raw)]
    longest = max(len(table.rows) for table in tables)
    if longest > MOST_ROWS + _HEADER_ROOM:
        raise TooManyRows(rows=longest, limit=MOST_ROWS)
    return tables


def _workbook(raw: bytes, most: int) -> list[Table]:
    """The first sheets of a workbook; charts that stand behind the first are passed over."""
    from python_calamine import CalamineError, SheetTypeEnum, load_workbook

    measured = _repacked(raw)
    try:
        with load_workbook(io.BytesIO(measured)) as book:
            cells = [index for index, sheet in enumerate(book.sheets_metadata) if not index or sheet.typ == SheetTypeEnum.WorkSheet]
            sheets: list[list[list[Cell]]] = [
                book.get_sheet_by_index(index).to_python(skip_empty_area=False) for index in cells[:most] or [0]
            ]
    except (CalamineError, IndexError, ValueError) as error:
        raise SheetDamaged from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the reader's own faults reach Python as a class that cannot be imported
            raise
        raise SheetDamaged from error
    return [Table([[_composed(cell) for cell in row] for row in rows]) for rows in sheets]


def _repacked(raw: bytes) -> bytes:
    """The same workbook, stored without compression and without what is not read: pictures, charts, themes.

    Every part is unpacked by the sizes it declares and refused when it holds more or less.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            parts = packed.infolist()
            _measure(len(raw), parts)
            kept = {part.filename: _unpacked(packed, part) for part in parts if _is_read(part.filename)}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise SheetDamaged from error  # RuntimeError: a part with a password; NotImplementedError: a compression nobody uses here
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as plain:
        for name, content in kept.items():
            check_places(content)
            plain.writestr(name, content)
    return file.getvalue()


def _measure(packed: int, parts: list[zipfile.ZipInfo]) -> None:
    """Refuse what would unfold too far, and names given twice; raises SheetBomb, SheetDamaged."""
    size = sum(part.file_size for part in parts)
    ratio = size // max(1, packed)
    if len({part.filename for part in parts}) != len(parts):
        raise SheetDamaged  # two readers may take two different ones
    if size > MOST_UNPACKED or ratio > MOST_RATIO or len(parts) > MOST_ENTRIES:
        raise SheetBomb(size=size, limit=MOST_UNPACKED, ratio=ratio, most=MOST_RATIO)


def _is_read(name: str) -> bool:
    lowered = name.lower().lstrip("/")
    return lowered.endswith(_READ) and not lowered.startswith(_LEFT_OUT)


def _unpacked(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """The content of a part, exactly as long as declared and with the checksum declared; raises BadZipFile, ValueError."""
    with packed.open(part) as stream:
        content = stream.read(part.file_size + 1)
    if len(content) != part.file_size:
        raise ValueError(part.filename)
    return content


def check_places(xml: bytes) -> None:
    """Refuse a part whose filled cells lie too far down or to the right, before anybody makes room for them.

    Raises TooManyRows, SheetTooWide, and SheetDamaged for tags that cannot be told apart.
    """
    row = column = tags = 0
    for tag in _TAG.finditer(xml):
        tags += 1
        name, attributes, closed = tag[1], tag[2], tag[3]
        place = _PLACE.search(attributes)
        letters, digits = (place[1], place[2]) if place else (b"", b"")
        if name == b"row":
            row, column = int(digits) if digits else row + 1, 0
            continue
        column = _column(letters) if letters else column + 1
        row = int(digits) if digits else row
        if closed and not _TYPED.search(attributes):
            continue  # only a format: the reader drops it too
        if row > MOST_ROWS + _HEADER_ROOM:
            raise TooManyRows(rows=row, limit=MOST_ROWS)
        if column > MOST_COLUMNS:
            raise SheetTooWide(columns=column, limit=MOST_COLUMNS)
    if tags != len(_TAG_START.findall(xml)):
        raise SheetDamaged


def _column(letters: bytes) -> int:
    """The number of a column from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _text(raw: bytes) -> Table:
    """A CSV file: comma, semicolon or tab, whichever its first line has most of."""
    text, remarks = _decoded(raw)
    if "\0" in text:
        raise SheetEncoding(line=text[: text.index("\0")].count("\n") + 1)
    lines = text.split("\n", 1)
    if re.fullmatch(r"sep=[,;\t]\r?", lines[0]):  # Excel's own first line; it stays row 1
        lines[0] = ""
        text = "\n".join(lines)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[Cell]] = []
    try:
        for record in reader:
            rows.append([_composed(cell) for cell in record])
            if len(rows) > MOST_ROWS + _HEADER_ROOM:
                raise TooManyRows(rows=len(rows), limit=MOST_ROWS)
            if len(record) > MOST_COLUMNS:
                raise SheetTooWide(columns=len(record), limit=MOST_COLUMNS)
            if any(len(cell) > MOST_CELL for cell in record):
                raise SheetQuotes(line=reader.line_num)
    except csv.Error as error:
        raise SheetQuotes(line=reader.line_num) from error
    return Table(rows, remarks)


def _decoded(raw: bytes) -> tuple[str, list[Finding]]:
    """The text, and a remark when its encoding was guessed."""
    encoding = next((name for mark, name in _BYTE_ORDER if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding), []
    except UnicodeDecodeError as error:
        wrong = raw[: error.start].count(b"\n") + 1
        if encoding == "utf-16":
            raise SheetEncoding(line=wrong) from error
    try:
        return raw.decode("cp1258"), [Finding("sheet.read-as-windows-1258", f"row={wrong}")]
    except UnicodeDecodeError as error:
        raise SheetEncoding(line=raw[: error.start].count(b"\n") + 1) from error


def _composed(cell: Cell) -> Cell:
    """Text in composed letters without white space around it; Windows-1258 writes the marks of tones by themselves."""
    return unicodedata.normalize("NFC", cell).strip() if isinstance(cell, str) else cell
