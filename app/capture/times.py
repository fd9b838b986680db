"""Instants as EPCIS writes them (RFC 3339), to the microsecond; pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII)
_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})").fullmatch
_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LEAP_SECOND = 60


def micros(text: str) -> int:
    """Microseconds since 1970 of an RFC 3339 instant; digits beyond the sixth are dropped, a leap second counts as its last microsecond.

    Raises ValueError for what is no instant of the proleptic Gregorian calendar (years 1 to 9999).
    """
    if _USUAL(text):
        try:
            since = datetime.fromisoformat(text) - _EPOCH  # four times as fast, and it knows no leap seconds
        except ValueError:
            pass
        else:
            return (since.days * _DAY + since.seconds) * 1_000_000 + since.microseconds
    match = _FORM.fullmatch(text)
    if match is None:
        message = f"not an RFC 3339 instant: {text[:40]}"
        raise ValueError(message)
    return _slowly(match)


def _slowly(match: re.Match[str]) -> int:
    year, month, day, hour, minute, second = (int(match[place]) for place in range(1, 7))
    fraction = int((match[7] or "").ljust(6, "0")[:6])
    if second == _LEAP_SECOND:
        second, fraction = 59, 999_999
    zone = UTC
    if match[9]:
        offset = timedelta(hours=int(match[10]), minutes=int(match[11]))
        zone = timezone(-offset if match[9] == "-" else offset)
    return (datetime(year, month, day, hour, minute, second, fraction, zone) - _EPOCH) // _MICROSECOND
