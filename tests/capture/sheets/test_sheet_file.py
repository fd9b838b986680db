from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest

from app.capture.sheets import sheet_file, sheet_refusals
from app.capture.sheets.sheet_file import CSV, XLSX, read
from app.errors import Refusal
from tests.capture.sheets import sheets


def test_a_workbook_gives_its_cells_in_their_kinds() -> None:
    raw = sheets.workbook([["step", "time", "quantity"], ["thu hoạch", datetime(2026, 6, 12, 5, 30), 1236.5]])  # noqa: DTZ001  # cells have no zone
    assert read(raw, XLSX).rows == [["step", "time", "quantity"], ["thu hoạch", datetime(2026, 6, 12, 5, 30), 1236.5]]  # noqa: DTZ001  # the same


def test_a_workbook_that_begins_further_down_keeps_its_row_numbers() -> None:
    assert read(sheets.workbook([[], [], ["", "x"]]), XLSX).rows == [["", ""], ["", ""], ["", "x"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_file_is_read_whatever_its_delimiter_and_unicode_encoding(delimiter: str, encoding: str) -> None:
    table = read(sheets.as_csv(sheets.harvest(), delimiter=delimiter, encoding=encoding), CSV)
    assert table.rows[1][:2] == ["thu hoạch", "12/06/2026 05:30"]
    assert table.remarks == []


def test_windows_1258_is_read_and_said() -> None:
    raw = "step,note\nthu hoa\u0323ch,\u0111o\u0300ng\n".encode("cp1258")
    table = read(raw, CSV)
    assert table.rows[1] == ["thu hoạch", "đòng"]
    assert [item.code for item in table.remarks] == ["sheet.read-as-windows-1258"]


def test_text_of_no_known_encoding_is_refused_with_its_line() -> None:
    with pytest.raises(sheet_refusals.SheetEncoding) as refused:
        read(b"step\na\n\x00", CSV)
    assert refused.value.params == {"line": 3}


def test_a_byte_that_windows_1258_does_not_have_is_refused_with_its_line() -> None:
    with pytest.raises(sheet_refusals.SheetEncoding) as refused:
        read(b"step\nthu \x8a\n", CSV)
    assert refused.value.params == {"line": 2}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_workbook_with_two_parts_of_one_name_is_refused() -> None:
    file = io.BytesIO(sheets.workbook([["a"]]))
    with zipfile.ZipFile(file, "a") as packed:
        packed.writestr("xl/worksheets/sheet1.xml", sheets.page_of())
    with pytest.raises(sheet_refusals.SheetDamaged):
        read(file.getvalue(), XLSX)


def test_a_sep_line_of_excel_is_row_one_and_empty() -> None:
    table = read(b"sep=;\r\nstep;time\r\na;b\r\n", CSV)
    assert table.rows[1:] == [["step", "time"], ["a", "b"]]


@pytest.mark.parametrize(
    ("raw", "kind", "refusal"),
    [
        (b"step,time\n", XLSX, sheet_refusals.NotASheet),
        (b"", XLSX, sheet_refusals.NotASheet),
        (sheets.workbook([["a"]]), CSV, sheet_refusals.NotASheet),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), XLSX, sheet_refusals.SheetEncrypted),
        (b"PK\x03\x04nothing", XLSX, sheet_refusals.SheetDamaged),
        (sheets.workbook([["a"]])[:900], XLSX, sheet_refusals.SheetDamaged),
        (b'step,time\n"a,b\n', CSV, sheet_refusals.SheetQuotes),
        (b"a," + b"x" * 20_000 + b"\n", CSV, sheet_refusals.SheetQuotes),
        (b"," * 70 + b"\n", CSV, sheet_refusals.SheetTooWide),
        (b"x" * (sheet_file.MOST_BYTES + 1), CSV, sheet_refusals.SheetTooLarge),
        (b"a\n" * (sheet_file.MOST_ROWS + 20), CSV, sheet_refusals.TooManyRows),
    ],
)
def test_what_is_no_sheet_is_refused(raw: bytes, kind: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read(raw, kind)


def test_a_workbook_with_a_broken_checksum_is_refused() -> None:
    raw = bytearray(sheets.workbook([["a"]]))
    at = raw.index(b"xl/worksheets/sheet1.xml") + 60
    raw[at] ^= 0xFF
    with pytest.raises(sheet_refusals.SheetDamaged):
        read(bytes(raw), XLSX)


def test_a_bomb_is_refused_before_anything_is_unpacked() -> None:
    bomb = sheets.with_part(sheets.workbook([["a"]]), "xl/media/bomb.bin", bytes(60_000_000))
    assert len(bomb) < 100_000
    with pytest.raises(sheet_refusals.SheetBomb) as refused:
        read(bomb, XLSX)
    assert refused.value.params["size"] > 60_000_000


def test_a_ratio_beyond_a_hundred_is_refused() -> None:
    with pytest.raises(sheet_refusals.SheetBomb):
        read(sheets.with_part(sheets.workbook([["a"]]), "xl/bomb.xml", b" " * 10_000_000), XLSX)


def test_a_part_longer_than_it_declares_is_refused() -> None:
    raw = bytearray(sheets.with_part(sheets.workbook([["a"]]), "xl/liar.xml", b"<a/>" + b" " * 50_000))
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as packed:
        size = packed.getinfo("xl/liar.xml").file_size
    told = size.to_bytes(4, "little")
    at = raw.rindex(told)
    raw[at : at + 4] = (4).to_bytes(4, "little")
    with pytest.raises(sheet_refusals.SheetDamaged):
        read(bytes(raw), XLSX)


FAR = (
    b'<row r="1"><c r="A1" t="n"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row>',
    b'<row r="1"><c r="A1" t="n"><v>1</v></c></row><row r="1048576"><c t="n"><v>1</v></c></row>',
    b'<row r="1"><c r="XFD1"><v>1</v></c></row>',
    b"<row r='1'><c r = 'XFD1' t='str'/></row>",
    b'<row r="1"><c x=">" r="XFD1"><v>1</v></c></row>',
    b'<x:row r="1"><x:c r="XFD1"><x:v>1</x:v></x:c></x:row>',
    b"<row>" + b"<c><v>1</v></c>" * 65 + b"</row>",
    b'<row r="1"><c r="A1"><v>1</v></c><c r="A1048576"><v>1</v></c></row>',
)


@pytest.mark.parametrize("rows", FAR)
def test_cells_far_away_are_refused_before_anybody_makes_room_for_them(rows: bytes) -> None:
    raw = sheets.with_page(sheets.workbook([["a"]]), sheets.page_of(rows))
    with pytest.raises((sheet_refusals.TooManyRows, sheet_refusals.SheetTooWide)):
        read(raw, XLSX)


def test_a_tag_that_cannot_be_told_apart_is_refused() -> None:
    raw = sheets.with_page(sheets.workbook([["a"]]), sheets.page_of(b'<row r="1"><c r=A1><v>1</v></c></row>'))
    with pytest.raises(sheet_refusals.SheetDamaged):
        read(raw, XLSX)


def test_formats_without_a_value_far_down_do_no_harm() -> None:
    rows = b'<row r="1"><c r="A1" t="n"><v>7</v></c></row><row r="900000"><c r="ZZ900000" s="0"/></row>'
    assert read(sheets.with_page(sheets.workbook([["a"]]), sheets.page_of(rows)), XLSX).rows == [[7.0]]
