"""One row of a sheet as values: numbers, days, names. Everything here is pure; what a cell lacks is a finding with its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from app.capture.sheets.sheet_cells import Unfit, Where, digits_of, number, product, shown, text_of
from app.capture.sheets.sheet_file import Cell
from app.capture.sheets.sheet_rows import Row
from app.errors import Finding, Invalid
from app.identify.gtin import gtin14
from app.label.excel.columns import CARRIERS, GTIN_ONLY, carrier_of, yes_or_no
from app.label.excel.sheet_rows import Given, code_of
from app.label.stamps.issue import LONGEST_NOTE, LONGEST_ROLL, MOST

T = TypeVar("T")

MOST_LABELS = MOST
"""Labels in all jobs of a sheet together, as many as in one job."""

_DIGITS = re.compile(r"[\d\s-]+", re.ASCII)
_SCIENTIFIC = re.compile(r"(\d)[.,](\d+)[eE]\+?(\d{1,2})", re.ASCII)
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[\sT]+0{1,2}:00(?::00)?)?", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[\sT]+00:00(?::00)?)?", re.ASCII)
_SPREADSHEET_ZERO = date(1899, 12, 30)
_FIRST_NUMBERED, _LAST_NUMBERED = 36_526, 54_788
"""Day numbers of a spreadsheet that a label can carry, 2000 to 2049: a day whose cell, or whose CSV file, lost its format."""

_SHORTEST_GTIN = 7
"""Digits of a GTIN-8 after a spreadsheet took its leading zero."""

_SEPARATORS = re.compile(r"[\s,;|]+")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a row asks for, as far as the row alone tells.

    gtin: 14 digits, or "" where product is a name; days: as labels and lots spell them, "" for none; serialised: None where the row leaves
    it to the carrier; numbers: serial numbers that are given; look: the name of a layout or design; carrier: "" where the design decides.
    """

    row: int
    gtin: str
    product: str
    lot: str
    produced: str
    expiry: str
    count: int
    serialised: bool | None
    numbers: tuple[str, ...]
    per_roll: int | None
    look: str
    carrier: str
    note: str


def wish_of(row: Row, given: Sequence[Given]) -> tuple[Wish, list[Finding]]:
    """What a row asks for, and what is wrong with its cells; given: serial numbers of a further sheet."""
    findings: list[Finding] = []

    strange = [key for key, cell in row.cells.items() if isinstance(cell, str) and _control(cell)]
    findings += [
        Finding("label.sheet-control-character", row.at(key).pointer, _control(row.cells[key]), {"column": key}) for key in strange
    ]

    def value(key: str, reader: Callable[[Cell, Where], T], otherwise: T) -> T:
        if key not in row.cells or key in strange:
            return otherwise
        try:
            return reader(row.cells[key], row.at(key))
        except Unfit as unfit:
            findings.append(unfit.finding)
            return otherwise

    if "product" not in row.cells:
        findings.append(Finding("sheet.missing-value", row.at("product").pointer, None, {"column": "product"}))
    nothing: tuple[str, ...] = ()
    numbers = value("serials", _numbers, nothing) + tuple(each.serial for each in given)
    count = value("count", _labels, 0)
    if "count" not in row.cells and "serials" not in row.cells and not numbers:
        findings.append(Finding("sheet.missing-value", row.at("count").pointer, None, {"column": "count"}))
    wish = Wish(
        row.number, value("product", gtin_of, ""),
        "" if "product" in strange else row.text("product")[:200], value("lot", code_of, ""), value("produced", day, ""),
        value("expiry", day, ""), count or len(numbers), value("serialised", _yes_or_no, None), numbers,
        value("per_roll", _roll, None), row.text("layout")[:120], value("carrier", _carrier, ""), value("note", _note, ""),
    )  # fmt: skip
    return wish, findings + _contradictions(row, wish, count)


def _control(cell: Cell) -> str:
    """The first character of a text that nobody can see or print, by its code point; "" when there is none."""
    text = cell if isinstance(cell, str) else ""
    found = next((char for char in text if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\r\n"), "")
    return f"U+{ord(found):04X}" if found else ""


def gtin_of(cell: Cell, at: Where) -> str:
    """The GTIN-14 of a cell, or "" for a name; zeros that a spreadsheet took from the front are put back. Raises Unfit.

    A number in scientific spelling is read where every digit is still there, and refused where some were rounded away.
    """
    text = _exact(text_of(cell))
    digits = re.sub(r"[\s-]", "", digits_of(cell if text == text_of(cell) else text, at))
    if not _DIGITS.fullmatch(text) or len(digits) < _SHORTEST_GTIN:
        return ""
    try:
        return gtin14(digits.zfill(8) if len(digits) < 8 else digits.zfill(12) if len(digits) < 12 else digits)
    except Invalid as refusal:
        raise Unfit(Finding(refusal.code, at.pointer, shown(cell), refusal.params)) from refusal


def _exact(text: str) -> str:
    """9,521001000017E+12 as 9521001000017; a text that has fewer digits than its exponent stays as it is."""
    match = _SCIENTIFIC.fullmatch(text)
    if match is None or len(match[2]) > int(match[3]):
        return text
    return match[1] + match[2] if len(match[2]) == int(match[3]) else text


def day(cell: Cell, at: Where) -> str:
    """A day as 2026-06-12: a date of the spreadsheet, dd/mm/yyyy, or ISO. Raises Unfit."""
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    text = text_of(cell)
    if text.isascii() and text.isdecimal() and len(text) == 5 and _FIRST_NUMBERED <= int(text) <= _LAST_NUMBERED:
        return (_SPREADSHEET_ZERO + timedelta(days=int(text))).isoformat()
    vietnamese, iso = _DAY.fullmatch(text), _ISO_DAY.fullmatch(text)
    try:
        if vietnamese:
            return date(int(vietnamese[3]), int(vietnamese[2]), int(vietnamese[1])).isoformat()
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3])).isoformat()
    except ValueError as error:
        raise Unfit(Finding("label.sheet-not-a-day", at.pointer, shown(cell))) from error
    raise Unfit(Finding("label.sheet-not-a-day", at.pointer, shown(cell)))


def _labels(cell: Cell, at: Where, most: int = MOST_LABELS) -> int:
    """A whole number of labels."""
    found = number(cell, at) if not isinstance(cell, bool) else 0
    if not isinstance(found, int) or not 1 <= found <= most:
        raise Unfit(Finding("label.sheet-count", at.pointer, shown(cell), {"most": most}))
    return found


def _roll(cell: Cell, at: Where) -> int | None:
    return _labels(cell, at, LONGEST_ROLL)


def _yes_or_no(cell: Cell, at: Where) -> bool | None:
    said = cell if isinstance(cell, bool) else yes_or_no(text_of(cell))
    if said is None:
        raise Unfit(Finding("label.sheet-yes-or-no", at.pointer, shown(cell)))
    return said


def _numbers(cell: Cell, at: Where) -> tuple[str, ...]:
    """Serial numbers of a cell, separated by spaces, commas, semicolons or lines."""
    return tuple(filter(None, _SEPARATORS.split(code_of(cell, at))))


def _carrier(cell: Cell, at: Where) -> str:
    found = carrier_of(text_of(cell))
    if found is None:
        raise Unfit(Finding("label.sheet-carrier", at.pointer, shown(cell), {"known": ", ".join(CARRIERS)}))
    return found


def _note(cell: Cell, at: Where) -> str:
    text = text_of(cell)
    if len(text) > LONGEST_NOTE:
        raise Unfit(Finding("label.sheet-note-too-long", at.pointer, shown(cell), {"most": LONGEST_NOTE, "length": len(text)}))
    return text


def _contradictions(row: Row, wish: Wish, count: int) -> list[Finding]:
    """What the cells of a row say against each other."""
    found = []
    place = row.at("serials").pointer
    if wish.numbers and wish.serialised is False:
        found.append(
            Finding("label.sheet-serials-unwanted", row.at("serialised").pointer, row.text("serialised"), {"count": len(wish.numbers)})
        )
    if wish.numbers and count and count != len(wish.numbers):
        found.append(Finding("label.sheet-serials-count", place, str(count), {"count": count, "given": len(wish.numbers)}))
    if wish.carrier in GTIN_ONLY and (wish.serialised or wish.numbers):
        found.append(
            Finding("label.sheet-carrier-without-serial", row.at("carrier").pointer, row.text("carrier"), {"carrier": wish.carrier})
        )
    if not wish.lot and (wish.produced or wish.expiry):
        key = "expiry" if wish.expiry else "produced"
        found.append(Finding("label.sheet-day-without-lot", row.at(key).pointer, row.text(key)))
    return found + _numbers_wrong(place, wish.numbers)


def _numbers_wrong(place: str, numbers: Sequence[str]) -> list[Finding]:
    """The first given serial number that no label can carry, or that stands there twice."""
    seen: set[str] = set()
    for serial in numbers:
        if serial in seen:
            return [Finding("label.sheet-serial-twice", place, serial[:40])]
        seen.add(serial)
        try:
            product("00000000000000", "", serial)
        except Invalid as refusal:
            return [Finding(refusal.code, place, serial[:40], refusal.params)]
    return []
