"""The dry run: what each row of a sheet will make, and what is wrong, with row, column and value."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest

from app.capture.sheets.sheet_refusals import SheetTooWide, TooManyRows
from app.catalogue import register
from app.label.designs import keep
from app.label.excel.judge import judge
from app.label.excel.planned import Judged
from app.label.excel.refusals import JobSheetEmpty, JobSheetTooLarge
from app.label.excel.sheet_rows import CSV, XLSX
from app.label.stamps import issue, ranges
from app.party.permissions import Actor, NotAllowed, Role
from app.runtime import Runtime
from tests.builders import Enterprise, gtin, make_enterprise
from tests.label.excel.sheets import FRUIT, HEADER, JUICE, maker, text, workbook

TONES = "\u0300\u0301\u0303\u0309\u0323"


@pytest.fixture
def growers(on: Runtime) -> Enterprise:
    return maker(on)


def looked(on: Runtime, by: Enterprise | Actor, *rows: Any, header: Any = HEADER, kind: str = XLSX, further: Any = ()) -> Judged:
    raw = workbook(*rows, header=header, further=further) if kind == XLSX else text(*rows, header=header)
    return judge(raw, kind, by=by.actor() if isinstance(by, Enterprise) else by, on=on)


def told(judged: Judged) -> list[tuple[str, str]]:
    return [(finding.code, finding.pointer) for finding in judged.findings]


def test_rows_are_read_under_headers_of_any_language_in_any_order(on: Runtime, growers: Enterprise) -> None:
    header = ("ÉTIQUETTES", "lot", "gtin", "nhan moi cuon", "Serial Numbers", "Date de péremption")
    judged = looked(on, growers, (5000, "VT0612", 9521001000017, 1000, "yes", date(2026, 7, 12)), header=header)
    row = judged.rows[0]
    assert judged.findings == []
    assert (row.gtin, row.wish.lot, row.wish.count, row.wish.per_roll, row.serialised, row.new_lot) == (
        FRUIT,
        "VT0612",
        5000,
        1000,
        True,
        False,
    )
    assert (row.carrier, row.look.layout, row.state) == ("qr-dl", "", "new")


def test_a_product_is_found_by_its_name_without_marks(on: Runtime, growers: Enterprise) -> None:
    judged = looked(on, growers, ("NUOC EP VAI", "", "", "", 10))
    assert (judged.findings, judged.rows[0].gtin, judged.rows[0].wish.lot) == ([], JUICE, "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_file_is_read_in_every_encoding_and_separator(on: Runtime, growers: Enterprise, encoding: str, separator: str) -> None:
    rows = separator.join(("Sản phẩm", "Số nhãn")) + "\r\n" + separator.join(("Vải thiều Hương Giang", "12")) + "\r\n"
    raw = _windows_1258(rows) if encoding == "cp1258" else rows.encode(encoding)
    judged = judge(raw, CSV, by=growers.actor(), on=on)
    assert (judged.findings, judged.rows[0].gtin, judged.rows[0].wish.count) == ([], FRUIT, 12)
    assert [remark.code for remark in judged.remarks] == (["sheet.read-as-windows-1258"] if encoding == "cp1258" else [])


def _windows_1258(text: str) -> bytes:
    """As Vietnamese Windows writes it: letters with circumflex, breve or horn as one byte, tones by themselves."""
    out = bytearray()
    for char in text:
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(part for part in parts if part in TONES)
        out += unicodedata.normalize("NFC", parts.replace(tone, "") if tone else char).encode("cp1258") + tone.encode("cp1258")
    return bytes(out)


def test_a_new_lot_is_registered_with_its_labels_and_its_days_may_stand_in_another_row(on: Runtime, growers: Enterprise) -> None:
    judged = looked(on, growers, (FRUIT, "MOI1", "", "", 5), (FRUIT, "MOI1", "12/06/2026", "2027-06-12", 5))
    assert judged.findings == []
    assert [(row.new_lot, row.days) for row in judged.rows] == [(True, ("2026-06-12", "2027-06-12"))] * 2


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((gtin("952100100009"), "", "", "", 5), ("label.sheet-product-unknown", "A")),
        (("9521001000018", "", "", "", 5), ("identify.wrong-check-digit", "A")),
        (("9,52E+12", "", "", "", 5), ("sheet.digits-lost", "A")),
        (("Cam Cao Phong", "", "", "", 5), ("label.sheet-product-unknown", "A")),
        ((FRUIT, "KHONGCO", "", "", 5), ("label.sheet-lot-unknown", "B")),
        ((FRUIT, "LÔ MỚI", "12/06/2026", "", 5), ("catalogue.lot-character", "B")),
        ((FRUIT, "L" * 21, "12/06/2026", "", 5), ("catalogue.lot-too-long", "B")),
        ((FRUIT, "MOI", "12/06/2027", "12/06/2026", 5), ("catalogue.expires-before-made", "D")),
        ((FRUIT, "VT0612", "13/06/2026", "", 5), ("label.sheet-lot-day-differs", "C")),
        ((FRUIT, "VT0612", "", "13/07/2026", 5), ("label.sheet-lot-day-differs", "D")),
        ((FRUIT, "VT0612", "", "13/13/2026", 5), ("label.sheet-not-a-day", "D")),
        ((FRUIT, "MOI", "12/06/2026", "12/06/2051", 5), ("label.expiry-wrong", "D")),
        ((FRUIT, "VT0612", "", "", 5, "roll-10x10"), ("label.sheet-layout", "F")),
        ((FRUIT, "VT0612", "", "", 5, "", "hologram"), ("label.sheet-carrier", "G")),
        ((FRUIT, "VT0612", "", "", 5, "roll-50x25", "gs1-128"), ("label.symbol-too-wide", "F")),
        ((FRUIT, "VT0612", "", "", 5, "", "", "x" * 201), ("label.sheet-note-too-long", "H")),
        (("", "VT0612", "", "", 5), ("sheet.missing-value", "A")),
        ((FRUIT, "VT0612", "", "", ""), ("sheet.missing-value", "E")),
    ],
)
def test_each_mistake_is_told_with_row_and_column(on: Runtime, growers: Enterprise, row: Any, expected: tuple[str, str]) -> None:
    judged = looked(on, growers, (JUICE, "", "", "", 3), row)
    assert told(judged) == [(expected[0], f"row=3 column={expected[1]}")]
    assert [each.state for each in judged.rows] == ["new", "wrong"]


def test_a_symbol_that_does_not_fit_is_told_with_what_would(on: Runtime, growers: Enterprise) -> None:
    judged = looked(on, growers, (FRUIT, "VT0612", "", "", 5, "roll-50x25", "gs1-128"))
    finding = judged.findings[0]
    assert finding.params["layout"] == "roll-50x25"
    assert "gs1-datamatrix" in str(finding.params["fits"])


def test_two_products_of_one_name_are_not_guessed_between(on: Runtime, growers: Enterprise) -> None:
    register.register_product({"gtin": gtin("952100100003"), "name": "nước ép vải"}, by=growers.actor(), on=on)
    judged = looked(on, growers, ("Nước ép vải", "", "", "", 5))
    assert told(judged) == [("label.sheet-product-ambiguous", "row=2 column=A")]
    assert JUICE in str(judged.findings[0].params["gtins"])


def test_rows_of_one_new_lot_agree_on_its_days(on: Runtime, growers: Enterprise) -> None:
    judged = looked(on, growers, (FRUIT, "MOI", "12/06/2026", "", 5), (FRUIT, "MOI", "13/06/2026", "", 5))
    assert told(judged) == [("label.sheet-lot-rows-differ", "row=3 column=C")]


def test_the_products_of_another_organisation_are_not_known(on: Runtime, growers: Enterprise) -> None:
    others = make_enterprise(on, "HTX Khác", "9521009")
    assert growers.party_id != others.party_id
    judged = looked(on, others, (FRUIT, "VT0612", "", "", 5))
    assert told(judged) == [("label.sheet-product-unknown", "row=2 column=A")]


def test_a_design_is_named_in_place_of_a_layout_and_decides_the_carrier(on: Runtime, growers: Enterprise) -> None:
    keep.make({"name": "Hộp quà Tết", "layout": "roll-100x150", "carrier": "gs1-datamatrix"}, by=growers.actor(), on=on)
    judged = looked(on, growers, (FRUIT, "VT0612", "", "", 5, "HOP QUA TET"), (FRUIT, "VT0612", "", "", 5, "Hộp quà Tết", "QR"))
    assert judged.findings == []
    assert [(row.look.layout, row.carrier, row.look.name) for row in judged.rows] == [
        ("roll-100x150", "gs1-datamatrix", "Hộp quà Tết"), ("roll-100x150", "qr-dl", "Hộp quà Tết"),
    ]  # fmt: skip


def test_a_carrier_that_holds_the_gtin_only_has_no_serial_numbers_unless_asked(on: Runtime, growers: Enterprise) -> None:
    header = ("product", "count", "carrier", "serialised")
    judged = looked(on, growers, (FRUIT, 5, "EAN-13", ""), (FRUIT, 5, "EAN-13", "có"), (FRUIT, 5, "", "không"), header=header)
    assert told(judged) == [("label.sheet-carrier-without-serial", "row=3 column=C")]
    assert [row.serialised for row in judged.rows][::2] == [False, False]


def test_given_serial_numbers_come_from_a_second_sheet_by_row(on: Runtime, growers: Enterprise) -> None:
    rows = ((FRUIT, "VT0612", "", "", ""), (JUICE, "", "", "", 2))
    judged = looked(on, growers, *rows, further=(("Ligne", "Số sê-ri"), (2, "A1"), (3, "B1"), (2, "A2"), (3, "B2")))
    assert judged.findings == []
    assert [(row.wish.numbers, row.wish.count) for row in judged.rows] == [(("A1", "A2"), 2), (("B1", "B2"), 2)]


def test_given_serial_numbers_of_no_row_and_those_given_twice_are_told(on: Runtime, growers: Enterprise) -> None:
    issue.issue(FRUIT, "VT0612", 1, numbers=["OLD"], by=growers.actor(), on=on)
    header = ("product", "serials")
    judged = looked(
        on, growers, (FRUIT, "OLD"), (FRUIT, "A1"), (FRUIT, "A1"), (JUICE, "A1"), header=header, further=(("row", "serial"), (99, "Z"))
    )
    assert told(judged) == [
        ("label.sheet-serial-row", "row=1"),
        ("label.sheet-serial-taken", "row=2 column=B"),
        ("label.sheet-serial-in-row", "row=4 column=B"),
    ]  # fmt: skip


def test_a_range_that_has_too_few_numbers_left_is_told_before_anything_is_made(on: Runtime, growers: Enterprise) -> None:
    ranges.open_range(FRUIT, most=100, by=growers.actor(), on=on)
    judged = looked(on, growers, (FRUIT, "VT0612", "", "", 60), (FRUIT, "VT0612", "", "", 60), (JUICE, "", "", "", 60))
    assert told(judged) == [("label.range-exhausted", "row=3 column=E")]
    assert judged.findings[0].params == {"asked": 60, "left": 40}


def test_a_million_labels_is_the_limit_of_a_sheet(on: Runtime, growers: Enterprise) -> None:
    judged = looked(on, growers, (FRUIT, "", "", "", 999_999), (FRUIT, "", "", "", 1), (FRUIT, "", "", "", 1))
    assert told(judged) == [("label.sheet-too-many-labels", "row=4 column=E")]


def test_a_header_that_names_no_product_says_so_once(on: Runtime, growers: Enterprise) -> None:
    judged = looked(on, growers, ("VT0612", 5), ("VT0613", 5), header=("Lot", "Labels"))
    assert (told(judged), judged.rows) == ([("sheet.missing-column", "row=1")], [])


def test_an_unknown_column_and_one_that_is_there_twice_are_told(on: Runtime, growers: Enterprise) -> None:
    judged = looked(on, growers, (FRUIT, 5, 1, 1), header=("Product", "Labels", "Colour", "Số nhãn"))
    assert told(judged) == [("sheet.unknown-column", "row=1 column=C"), ("sheet.column-twice", "row=1 column=D")]


def test_a_title_may_stand_above_the_header(on: Runtime, growers: Enterprise) -> None:
    judged = looked(on, growers, ("Product", "Labels"), (FRUIT, 5), header=("Kế hoạch in tháng sáu",))
    assert (judged.findings, [row.wish.row for row in judged.rows]) == ([], [3])


def test_a_formula_is_read_as_what_it_came_to(on: Runtime, growers: Enterprise) -> None:
    raw = workbook((FRUIT, "", "", "", "=2+3"), formulas=True)
    judged = judge(raw, XLSX, by=growers.actor(), on=on)
    assert told(judged) == [("label.sheet-count", "row=2 column=E")]  # nobody calculated it yet: the file says 0
    assert judged.findings[0].value == "0"


def test_what_looks_like_a_formula_stays_text(on: Runtime, growers: Enterprise) -> None:
    raw = workbook((f'="{FRUIT}"', "", "", "", "=2+3"), (FRUIT, "", "", "", 5, "", "", "=cmd|'/c calc'!A1"))
    judged = judge(raw, XLSX, by=growers.actor(), on=on)
    assert [finding.pointer for finding in judged.findings] == ["row=2 column=A", "row=2 column=E"]
    assert judged.rows[1].wish.note == "=cmd|'/c calc'!A1"


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", "Sản phẩm;Số nhãn\r\n".encode()])
def test_a_sheet_without_rows_is_refused(on: Runtime, growers: Enterprise, raw: bytes) -> None:
    with pytest.raises(JobSheetEmpty):
        judge(raw, CSV, by=growers.actor(), on=on)


def test_too_many_rows_columns_or_bytes_are_refused(on: Runtime, growers: Enterprise) -> None:
    wide = text(("1",) * 16_384, header=("Sản phẩm",) * 16_384)
    with pytest.raises(SheetTooWide):
        judge(wide, CSV, by=growers.actor(), on=on)
    with pytest.raises(TooManyRows):
        judge(b"gtin,count\n" + b"9521001000017,1\n" * 10_011, CSV, by=growers.actor(), on=on)
    with pytest.raises(TooManyRows):
        judge(b"gtin,count\n" + b",\n" * 1_000_000, CSV, by=growers.actor(), on=on)
    with pytest.raises(JobSheetTooLarge):
        judge(b"x" * 20_000_001, CSV, by=growers.actor(), on=on)


def test_who_may_not_ask_for_labels_may_not_look_either(on: Runtime, growers: Enterprise) -> None:
    with pytest.raises(NotAllowed):
        looked(on, growers.actor(Role.CARRIER), (FRUIT, "VT0612", "", "", 5))
