"""Simple values of the XML bindings: whether a text is one, by XML Schema 1.0, and what it is in JSON.

Each check takes the text without blanks at its ends. Where libxml2 and the standard differ, the standard decides
(`schemas/DIVERGENCES.md`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Context, Decimal, InvalidOperation
from math import isfinite
from typing import Any

_CHARACTER = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_NO_COLON = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=@]|%[0-9A-Fa-f]{2})"
_AUTHORITY = (
    r"//(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*@)?"
    r"(?:\[[^\]]*\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::[0-9]{1,9})?"
)
_SEGMENTS = rf"(?:/{_CHARACTER}*)*"
_ABSOLUTE = rf"/(?:{_CHARACTER}+{_SEGMENTS})?"
_TAIL = rf"(?:\?(?:{_CHARACTER}|[/?])*)?(?:\#(?:{_CHARACTER}|[/?\[\]])*)?"
_REFERENCE = re.compile(
    rf"(?:[A-Za-z][A-Za-z0-9+\-.]*:(?:{_AUTHORITY}{_SEGMENTS}|{_ABSOLUTE}|{_CHARACTER}+{_SEGMENTS}|)"
    rf"|{_AUTHORITY}{_SEGMENTS}|{_ABSOLUTE}|{_NO_COLON}+{_SEGMENTS}|){_TAIL}"
).fullmatch
_OTHER = re.compile(r"[^!#-;=?-\[\]_a-z~]")  # what anyURI takes and escapes: blanks, quotes, brackets, letters that are no ASCII
_PLAIN = re.compile(
    r"(?:https?://[A-Za-z0-9.\-]+/|[A-Za-z][A-Za-z0-9+\-.]*:)[A-Za-z0-9\-._~!$'()*+,;=:@]*(?:/[A-Za-z0-9\-._~!$'()*+,;=:@]+)*"
).fullmatch

_STAMP = re.compile(
    r"([0-9]{4})-(1[0-2]|0[1-9])-(3[01]|0[1-9]|[12][0-9])T(?:2[0-3]|[01][0-9]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
).fullmatch
_DATE_TIME = re.compile(
    r"-?([0-9]{4}|[1-9][0-9]{4,})-(1[0-2]|0[1-9])-(3[01]|0[1-9]|[12][0-9])"
    r"T(?:(?:2[0-3]|[01][0-9]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
    r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
).fullmatch
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)").fullmatch
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|-?INF|NaN").fullmatch
_INTEGER = re.compile(r"[+-]?[0-9]+").fullmatch
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*").fullmatch
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_ACTIONS = frozenset({"ADD", "OBSERVE", "DELETE"})
_SMALLEST_INT, _LARGEST_INT = -(2**31), 2**31 - 1
_LARGEST_KEPT = 2**53 - 1
_LONGEST_URI = 8192
_SURE_DIGITS = 15
"""Decimal digits that binary64 always keeps."""

Check = Callable[[str], Any]


def any_uri(text: str) -> bool:
    """Whether this is an anyURI: a URI reference (RFC 3986) once its other characters are escaped.

    A very long one passes: the rule on the length of identifiers refuses it, and looking at it would take memory.
    """
    return len(text) > _LONGEST_URI or _PLAIN(text) is not None or _REFERENCE(_OTHER.sub("_", text)) is not None


def any_text(_text: str) -> bool:
    """Whether this is a string, which everything is."""
    return True


def stamp(text: str) -> bool:
    """Whether this is a DateTimeStamp of EPCIS 2.0: a day of the calendar, a time and an offset."""
    found = _STAMP(text)
    return found is not None and (found[3] < "29" or _is_day(found[1], found[2], found[3])) and found[1] != "0000"


def date_time(text: str) -> bool:
    """Whether this is a dateTime of XML Schema, with or without offset."""
    found = _DATE_TIME(text)
    return found is not None and (found[3] < "29" or _is_day(found[1], found[2], found[3])) and found[1] != "0000"


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(2000 + int(year) % 400, int(month), int(day))  # the calendar repeats after 400 years
    except ValueError:
        return False
    return True


def decimal(text: str) -> bool:
    """Whether this is a decimal."""
    return _DECIMAL(text) is not None


def double(text: str) -> bool:
    """Whether this is a double, INF and NaN included."""
    return _DOUBLE(text) is not None


def integer(text: str) -> bool:
    """Whether this is an integer of any size."""
    return _INTEGER(text) is not None


def small_integer(text: str) -> bool:
    """Whether this is an int of 32 bits."""
    return _INTEGER(text) is not None and len(text.lstrip("+-0")) <= _SURE_DIGITS and _SMALLEST_INT <= int(text) <= _LARGEST_INT


def hexadecimal(text: str) -> bool:
    """Whether this is a hexBinary, possibly empty."""
    return _HEX(text) is not None


def truth(text: str) -> bool:
    """Whether this is a boolean."""
    return text in _BOOLEANS


def action(text: str) -> bool:
    """Whether this is one of the three actions."""
    return text in _ACTIONS


def boolean_of(text: str) -> bool:
    """Value of a text that `truth` takes."""
    return _BOOLEANS[text]


def number_of(text: str) -> int | float | None:
    """JSON number of a text that `decimal` or `double` takes, as the nearest binary64; None when JSON has none for it."""
    if text.isdigit() and len(text) <= _SURE_DIGITS:
        return int(text)
    if _INTEGER(text):
        if len(text.lstrip("+-0")) > _SURE_DIGITS + 1:
            return None
        value = int(text)
        return value if abs(value) <= _LARGEST_KEPT else None
    if text.endswith(("INF", "NaN")):
        return None
    number = float(text)
    return number if isfinite(number) else None


def is_rounded(text: str, number: float) -> bool:
    """Whether a JSON number says another value than the text it was read from."""
    if len(text) <= _SURE_DIGITS or isinstance(number, int):
        return False
    digits = text if len(text) <= _LONGEST_COMPARED else ""
    try:
        return Decimal(repr(number)) != Context(prec=_LONGEST_COMPARED).create_decimal(digits)
    except InvalidOperation:
        return True


_LONGEST_COMPARED = 2000
