"""Days inside codes: YYMMDD of AI (17) and its kin as a calendar day; pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

_FAR_AHEAD = 51
_FAR_BEHIND = 50


def day_of_code(text: str, today: date) -> date:
    """The day that YYMMDD means; day 00 is the last of the month.

    The century is the one that puts the year between 49 years behind and 50 years ahead of today.
    Source: GS1 General Specifications, section 7.12 (determination of century in dates).
    """
    two, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    year = today.year - today.year % 100 + two
    distance = two - today.year % 100
    if distance >= _FAR_AHEAD:
        year -= 100
    elif distance <= -_FAR_BEHIND:
        year += 100
    return date(year, month, day or monthrange(year, month)[1])
