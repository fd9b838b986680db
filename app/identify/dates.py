"""Dates and times of day inside values of AIs."""

from __future__ import annotations

from app.identify.fault import Check, Fault, not_digit, whole

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2


def days_in(year: int, month: int) -> int:
    """Days of a month, 1-12; a year of two digits counts as leap when four divides it (2000 was one)."""
    leap = year % 4 == 0 and (year < 100 or year % 100 != 0 or year % 400 == 0)  # two-digit years; Gregorian rule
    return 29 if month == _FEBRUARY and leap else _DAYS[month - 1]


def date(*, year_digits: int, day_zero: bool) -> Check:
    """A check for YYMMDD or YYYYMMDD; day_zero: day 00 means the end of the month and is allowed."""
    length = year_digits + 4
    month_at, day_at = year_digits, year_digits + 2

    def check(text: str) -> Fault | None:
        if len(text) != length:
            return whole("date-too-short" if len(text) < length else "date-too-long", text)
        fault = not_digit(text)
        if fault is not None:
            return fault
        month, day = int(text[month_at:day_at]), int(text[day_at:])
        if not 1 <= month <= len(_DAYS):
            return Fault("illegal-month", month_at, 2)
        if not (0 if day_zero else 1) <= day <= days_in(int(text[:month_at]), month):
            return Fault("illegal-day", day_at, 2)
        return None

    return check


def _two_digits(least_over: int, name: str) -> Check:
    def check(text: str) -> Fault | None:
        if len(text) != 2:  # always two digits
            return whole(f"{name}-too-short" if len(text) < 2 else f"{name}-too-long", text)
        return not_digit(text) or (Fault(f"illegal-{name}", 0, 2) if int(text) >= least_over else None)

    return check


hour = _two_digits(24, "hour")
minute = _two_digits(60, "minute")
second = _two_digits(60, "second")


def hour_minute(text: str) -> Fault | None:
    """HHMI, 0000 to 2359."""
    if len(text) != 4:  # HHMI
        return whole("hour-with-minute-too-short" if len(text) < 4 else "hour-with-minute-too-long", text)
    fault = hour(text[:2])
    if fault is not None:
        return fault
    fault = minute(text[2:])
    return None if fault is None else fault.moved(2)
