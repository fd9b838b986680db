"""One cell of a sheet as a value: instants, numbers, identifiers. Everything here is pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from app.capture.sheets.sheet_file import Cell
from app.errors import Finding, Invalid
from app.identify import digital_link
from app.identify.gln import check_gln
from app.identify.gtin import gtin14
from app.identify.read import identify

LOCAL = timezone(timedelta(hours=7))
"""Viet Nam's time, for times without an offset: the whole country has one and no summer time."""

BASE = digital_link.CANONICAL_STEM

_EXACT_DIGITS = 15
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_VIETNAMESE_TIME = re.compile(
    r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})(?:[\s,T]+(?P<hour>\d{1,2})[:hg](?P<minute>\d{2})(?::(?P<second>\d{2}))?)?"
)
_ISO_TIME = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?:[\sT]+(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<offset>[Zz]|[+-]\d\d:\d\d)?)?"
)
_SPACES = re.compile(r"[\s\u00a0\u202f']+")
_NUMBERS = (
    (re.compile(r"[+-]?\d+"), str.strip),
    (re.compile(r"[+-]?\d+,\d+"), lambda text: text.replace(",", ".")),
    (re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+"), lambda text: text.replace(".", "").replace(",", ".")),
    (re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){2,}"), lambda text: text.replace(".", "")),
    (re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+"), lambda text: text.replace(",", "")),
    (re.compile(r"[+-]?\d{1,3}(?:,\d{3}){2,}"), lambda text: text.replace(",", "")),
    (re.compile(r"[+-]?\d+\.(?!\d{3}$)\d+"), str.strip),
)
_AMBIGUOUS = re.compile(r"[+-]?(\d{1,3})\.(\d{3})")
_URI = re.compile(r"(?:https?://|urn:)\S+")


@dataclass(frozen=True, slots=True)
class Where:
    """A cell's place in its file, as people see it."""

    row: int
    letter: str

    @property
    def pointer(self) -> str:
        """`row=7 column=D`."""
        return f"row={self.row} column={self.letter}"


class Unfit(Exception):  # noqa: N818  # not an error: it carries a finding to the caller in this package
    """A cell does not hold what its column needs."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def shown(cell: Any) -> str:
    """A cell's value for people, shortened."""
    text = text_of(cell)
    return text if len(text) <= 80 else text[:79] + "…"


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without a decimal point, days and times as Vietnamese write them."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell).strip()


def harmless(text: str) -> str:
    """A text for a CSV cell that no spreadsheet takes for a formula: an apostrophe stands before what would begin one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def digits_of(cell: Cell, at: Where) -> str:
    """Text that may be an identifier; raises Unfit for a number so long that the spreadsheet has rounded it already."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= 10**_EXACT_DIGITS:
        raise Unfit(Finding("sheet.digits-lost", at.pointer, f"{cell:.0f}", {"most": _EXACT_DIGITS}))
    text = text_of(cell)
    if re.fullmatch(r"\d[.,]?\d*[eE]\+?\d+", text):  # what a spreadsheet writes into a CSV file for a long number
        raise Unfit(Finding("sheet.digits-lost", at.pointer, text[:80], {"most": _EXACT_DIGITS}))
    return text


def instant(cell: Cell, at: Where) -> tuple[str, str]:
    """(eventTime, eventTimeZoneOffset) of a cell; local time of Viet Nam unless it names an offset. Raises Unfit."""
    moment = _moment(cell, at)
    text = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text, text[-6:]


def _moment(cell: Cell, at: Where) -> datetime:
    if isinstance(cell, datetime):
        return (cell + timedelta(milliseconds=500)).replace(microsecond=0, tzinfo=LOCAL)  # a serial day number rounds by microseconds
    if isinstance(cell, date):
        raise Unfit(Finding("sheet.time-without-hour", at.pointer, shown(cell)))
    text = "" if isinstance(cell, time | timedelta) else text_of(cell)
    match = _VIETNAMESE_TIME.fullmatch(text) or _ISO_TIME.fullmatch(text)
    if match is None:
        raise Unfit(Finding("sheet.not-a-time", at.pointer, shown(cell)))
    part = match.groupdict()
    if part["hour"] is None:
        raise Unfit(Finding("sheet.time-without-hour", at.pointer, shown(cell)))
    fraction = int((part.get("fraction") or "").ljust(6, "0")[:6])
    numbers = [int(part[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    try:
        return datetime(*numbers, fraction, tzinfo=_zone(part.get("offset")))  # type: ignore[arg-type, misc]  # six numbers
    except ValueError as error:
        raise Unfit(Finding("sheet.not-a-time", at.pointer, shown(cell))) from error


def _zone(offset: str | None) -> timezone:
    if not offset:
        return LOCAL
    if offset in "Zz":
        return UTC
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    return timezone(-shift if offset[0] == "-" else shift)


def number(cell: Cell, at: Where) -> int | float:
    """A number; text with a decimal comma as in Viet Nam, and refused where it could mean two numbers. Raises Unfit."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return int(cell) if float(cell).is_integer() else cell
    text = _SPACES.sub("", text_of(cell))
    ambiguous = _AMBIGUOUS.fullmatch(text)
    if ambiguous:
        params = {"thousands": ambiguous[1] + ambiguous[2], "decimal": f"{ambiguous[1]},{ambiguous[2]}"}
        raise Unfit(Finding("sheet.ambiguous-number", at.pointer, shown(cell), params))
    plain = next((make(text) for form, make in _NUMBERS if form.fullmatch(text)), None)
    if plain is None or len(text) > 30:
        raise Unfit(Finding("sheet.not-a-number", at.pointer, shown(cell)))
    exact = Decimal(plain)
    return int(exact) if exact == exact.to_integral_value() and abs(exact) < 2**53 else float(exact)


def quantity(cell: Cell, at: Where) -> int | float:
    """A number that is not negative; raises Unfit."""
    found = number(cell, at)
    if found < 0:
        raise Unfit(Finding("sheet.negative-number", at.pointer, shown(cell)))
    return found


def gtin(cell: Cell, at: Where) -> str:
    """A GTIN-14; raises Unfit."""
    try:
        return gtin14(re.sub(r"[\s-]", "", digits_of(cell, at)))
    except Invalid as refusal:
        raise Unfit(Finding(refusal.code, at.pointer, shown(cell), refusal.params)) from refusal


def place(cell: Cell, at: Where, ai: str = "414") -> str:
    """The URI of a GLN (AI 414: a place, 417: a party), or a URI as it stands. Raises Unfit.

    A GLN in a number cell has lost its leading zeros: they are put back.
    """
    text = digits_of(cell, at)
    if _URI.fullmatch(text):
        return text
    digits = re.sub(r"[\s-]", "", text)
    if isinstance(cell, int | float):
        digits = digits.zfill(13)
    try:
        return digital_link.build(((ai, check_gln(digits)),), (), BASE)
    except Invalid as refusal:
        raise Unfit(Finding(refusal.code, at.pointer, shown(cell), refusal.params)) from refusal


def thing(cell: Cell, at: Where) -> str:
    """The URI of an SSCC, or of whatever a scanner or a person writes. Raises Unfit."""
    text = digits_of(cell, at)
    try:
        return identify(text).canonical
    except Invalid as refusal:
        if _URI.fullmatch(text):
            return text
        raise Unfit(Finding(refusal.code, at.pointer, shown(cell), refusal.params)) from refusal


def product(gtin_14: str, lot: str, serial: str) -> str:
    """The canonical Digital Link of a class, lot or item; raises the refusals of `app.identify` for signs no lot may have, DotsAlone."""
    for value in (lot, serial):
        digital_link.refuse_dots(value)
    path = (("01", gtin_14), *((ai, value) for ai, value in (("10", lot), ("21", serial)) if value))
    return digital_link.build(path, (), BASE)
