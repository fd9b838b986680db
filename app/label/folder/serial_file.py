"""Serial numbers that somebody else made: one on a line, or the first column of a table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.errors import Finding, Invalid, TooLarge
from app.identify.ai_rule import RULES
from app.identify.escape import DOTS

MOST_BYTES = 64_000_000
MOST = 1_000_000
"""Serial numbers in one file."""

_TOLD = 100
_HEADS = frozenset({"serial", "serial number", "(21)", "số sê-ri", "sê-ri", "numéro de série"})
_DIVIDERS = ",;\t"


class SerialFileWrong(Invalid):
    """A file of serial numbers has wrong lines; each finding names one."""

    code = "label.serial-file"  # params: count


class SerialFileUnreadable(Invalid):
    """A file of serial numbers is no text in UTF-8."""

    code = "label.serial-file-unreadable"  # params: position


class SerialFileEmpty(Invalid):
    """A file of serial numbers has none."""

    code = "label.serial-file-empty"


class SerialFileTooLarge(TooLarge):
    """A file of serial numbers has more bytes or lines than one job takes."""

    code = "label.serial-file-too-large"  # params: limit


class CountDiffers(Invalid):
    """Another number of labels was asked for than there are serial numbers."""

    code = "label.count-differs"  # params: count, found


def serials(raw: bytes, name: str = "") -> list[str]:
    """The serial numbers of a file, in its order.

    raw: UTF-8 with or without byte order mark; name: ends in .csv where the first column counts, else every line is one number.
    Empty lines count as nothing. Raises SerialFileUnreadable, SerialFileTooLarge, SerialFileEmpty, SerialFileWrong with the lines.
    """
    if len(raw) > MOST_BYTES:
        raise SerialFileTooLarge(pointer="/serials", limit=MOST)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SerialFileUnreadable(pointer="/serials", position=error.start) from error
    lines = list(_column(text) if Path(name).suffix.lower() == ".csv" else _lines(text))
    if not lines:
        raise SerialFileEmpty(pointer="/serials")
    if len(lines) > MOST:
        raise SerialFileTooLarge(pointer="/serials", limit=MOST)
    wrong = list(_wrong(lines))
    if wrong:
        raise SerialFileWrong(pointer="/serials", findings=wrong[:_TOLD], count=len(wrong))
    return [serial for _, serial in lines]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    return ((number, line.strip()) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _column(text: str) -> Iterator[tuple[int, str]]:
    """Number of the line and first cell of each row but a heading."""
    first = text.partition("\n")[0]
    divider = max(_DIVIDERS, key=first.count)
    rows = csv.reader(text.splitlines(), delimiter=divider)
    for place, row in enumerate(rows):
        cell = row[0].strip() if row else ""
        if cell and not (place == 0 and cell.lower() in _HEADS):
            yield rows.line_num, cell


def _wrong(lines: Iterable[tuple[int, str]]) -> Iterator[Finding]:
    rule = RULES["21"]
    seen: dict[str, int] = {}
    for number, serial in lines:
        if rule is not None and not rule.accepts(serial):
            yield Finding("label.serial-line-wrong", f"line {number}", serial[:40], {"longest": rule.longest})
        elif serial in DOTS:
            yield Finding("identify.dots-alone", f"line {number}", serial, {"given": serial})
        elif serial in seen:
            yield Finding("label.serial-line-twice", f"line {number}", serial, {"first": seen[serial]})
        else:
            seen[serial] = number
