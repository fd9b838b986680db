"""Cells of a row as values: what spreadsheets do to numbers and days is undone where nothing was lost, and told where something was."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture.sheets.sheet_cells import Unfit, Where
from app.capture.sheets.sheet_rows import Row
from app.identify import check_digit
from app.label.excel.columns import CARRIERS, COLUMNS, carrier_of, header, named_layout, names, yes_or_no
from app.label.excel.row_values import Wish, day, gtin_of, wish_of
from app.label.excel.sheet_rows import Given
from app.store.folding import fold

AT = Where(7, "A")
LAYOUTS = ("roll-50x25", "roll-70x40", "roll-100x150", "a4-3x8", "a4-2x5")


def wish(**changes: Any) -> tuple[Wish, list[str]]:
    """What a row asks for, and the codes of what is wrong with it."""
    cells: dict[str, Any] = {"product": "09521001000017", "count": 5, **changes}
    found, findings = wish_of(Row(7, {key: cell for key, cell in cells.items() if cell is not None}, {}), ())
    return found, [finding.code for finding in findings]


def test_every_header_is_known_in_every_language_with_and_without_marks() -> None:
    for column in COLUMNS:
        for name in (column.key, *(header(column, language) for language in ("vi", "en", "fr")), *column.also):
            for spelled in (name, name.upper(), fold(name)):
                assert names(COLUMNS)[fold(spelled)] is column


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("09521001000017", "09521001000017"),
        ("9521001000017", "09521001000017"),
        (9521001000017, "09521001000017"),
        (9521001000017.0, "09521001000017"),
        ("9521 0010 0001 7", "09521001000017"),
        ("9,521001000017E+12", "09521001000017"),
        ("9.521001000017E+12", "09521001000017"),
        (12345670, "00000012345670"),
        (1234565, "00000001234565"),  # a GTIN-8 that began with a zero
        (95050003, "00000095050003"),
        ("Vải thiều Hương Giang", ""),
    ],
)
def test_a_gtin_is_read_in_whatever_way_a_spreadsheet_left_it(cell: Any, expected: str) -> None:
    assert gtin_of(cell, AT) == expected


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("9,52E+12", "sheet.digits-lost"),
        ("9.521E+12", "sheet.digits-lost"),
        (95210010000171234.0, "sheet.digits-lost"),
        ("9521001000018", "identify.wrong-check-digit"),
        (9521001000018, "identify.wrong-check-digit"),
    ],
)
def test_a_gtin_that_lost_digits_or_is_wrong_is_refused_in_words(cell: Any, code: str) -> None:
    with pytest.raises(Unfit) as refused:
        gtin_of(cell, AT)
    assert (refused.value.finding.code, refused.value.finding.pointer) == (code, "row=7 column=A")


@given(st.integers(min_value=10**5, max_value=10**13 - 1))
def test_a_gtin_typed_into_a_number_cell_comes_back_with_its_zeros(body: int) -> None:
    text = f"{body:013d}"
    text += check_digit.digit(text)
    for cell in (int(text), float(text), str(int(text)), text):
        if len(str(int(text))) > 6:
            assert gtin_of(cell, AT) == text


@given(st.dates(date(2000, 1, 1), date(2049, 12, 31)))
def test_a_day_is_the_same_in_every_spelling(when: date) -> None:
    number = (when - date(1899, 12, 30)).days
    spelled = (f"{when:%d/%m/%Y}", f"{when.day}/{when.month}/{when.year}", f"{when:%d-%m-%Y}", f"{when:%d.%m.%Y}", when.isoformat())
    for cell in (when, datetime(when.year, when.month, when.day), *spelled, number, float(number), str(number), f"{when:%d/%m/%Y} 00:00"):  # noqa: DTZ001  # as a spreadsheet has it
        assert day(cell, AT) == when.isoformat()


@pytest.mark.parametrize("cell", ["31/02/2027", "12/13/2026", "12/06/26", "2026", "soon", 20260612, 7, True, "2026-13-01"])
def test_what_is_no_day_is_refused_with_an_example(cell: Any) -> None:
    with pytest.raises(Unfit) as refused:
        day(cell, AT)
    assert refused.value.finding.code == "label.sheet-not-a-day"


@pytest.mark.parametrize(("cell", "count"), [(1, 1), (5000.0, 5000), ("5 000", 5000), ("1.000.000", 1_000_000), ("12", 12), ("12,0", 12)])
def test_a_count_is_read_as_people_write_it(cell: Any, count: int) -> None:
    assert wish(count=cell)[0].count == count


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.000", "sheet.ambiguous-number"),
        ("12,5", "label.sheet-count"),
        (0, "label.sheet-count"),
        (-1, "label.sheet-count"),
        (1_000_001, "label.sheet-count"),
        (True, "label.sheet-count"),
        ("nhiều", "sheet.not-a-number"),
        (None, "sheet.missing-value"),
    ],
)
def test_a_count_that_is_none_is_told(cell: Any, code: str) -> None:
    assert wish(count=cell)[1] == [code]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"product": None}, "sheet.missing-value"),
        ({"serialised": "có lẽ"}, "label.sheet-yes-or-no"),
        ({"carrier": "papyrus"}, "label.sheet-carrier"),
        ({"carrier": "SSCC"}, "label.sheet-carrier"),
        ({"note": "x" * 201}, "label.sheet-note-too-long"),
        ({"note": "a\0b"}, "label.sheet-control-character"),
        ({"product": "a\x07b"}, "label.sheet-control-character"),
        ({"lot": 1234567890123456}, "sheet.digits-lost"),
        ({"lot": "9,52E+12"}, "sheet.digits-lost"),
        ({"serials": "9.52E+12", "count": None}, "sheet.digits-lost"),
        ({"per_roll": 0}, "label.sheet-count"),
        ({"serials": "A1 A2", "count": 3}, "label.sheet-serials-count"),
        ({"serials": "A1 A1", "count": None}, "label.sheet-serial-twice"),
        ({"serials": "A1, A2", "count": None, "serialised": "không"}, "label.sheet-serials-unwanted"),
        ({"carrier": "EAN-13", "serialised": "yes"}, "label.sheet-carrier-without-serial"),
        ({"expiry": "12/06/2027"}, "label.sheet-day-without-lot"),
    ],
)
def test_what_a_row_says_wrong_has_a_code_of_its_own(cells: dict[str, Any], code: str) -> None:
    assert wish(**cells)[1] == [code]


def test_a_serial_number_that_no_label_can_carry_is_refused_with_the_rule_it_breaks() -> None:
    assert wish(serials="ABCDEFGHIJKLMNOPQRSTU", count=None)[1] != []
    assert wish(serials="SỐ1", count=None)[1] != []
    assert wish(serials="ABCDEFGHIJKLMNOPQRST", count=None)[1] == []


def test_a_code_that_only_looks_like_a_number_stays_as_it_is() -> None:
    found, wrong = wish(lot="7E12", serials="0E0 1E5", count=None)
    assert (found.lot, found.numbers, wrong) == ("7E12", ("0E0", "1E5"), [])


def test_serial_numbers_come_from_the_cell_and_then_from_the_further_sheet() -> None:
    row = Row(2, {"product": "9521001000017", "serials": "A1; A2\nA3"}, {})
    found, findings = wish_of(row, [Given("A4")])
    assert (found.numbers, found.count, findings) == (("A1", "A2", "A3", "A4"), 4, [])


@pytest.mark.parametrize(
    ("text", "layout"),
    [("roll-50x25", "roll-50x25"), ("Cuộn 50 × 25 mm", "roll-50x25"), ("50x25", "roll-50x25"), ("A4 3x8", "a4-3x8"),
     ("ROULEAU 70x40", "roll-70x40"), ("3x9", None), ("", None), ("a4", None)],
)  # fmt: skip
def test_a_layout_is_known_by_its_size(text: str, layout: str | None) -> None:
    assert named_layout(text, LAYOUTS) == layout


@pytest.mark.parametrize(
    ("text", "carrier"),
    [("Mã QR", "qr-dl"), ("GS1 DataMatrix", "gs1-datamatrix"), ("gs1 128", "gs1-128"), ("EAN13", "ean-13"),
     ("itf 14", "itf-14"), ("dm-dl", "dm-dl")],
)  # fmt: skip
def test_a_carrier_is_known_by_what_people_call_it(text: str, carrier: str) -> None:
    assert carrier_of(text) == carrier
    assert carrier in CARRIERS


def test_yes_and_no_are_understood_in_three_languages() -> None:
    assert [yes_or_no(text) for text in ("Có", "OUI", "yes", "x", "không", "Non", "no", "peut-être")] == [True] * 4 + [False] * 3 + [None]
