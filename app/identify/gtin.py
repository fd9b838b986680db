"""Global Trade Item Numbers."""

from __future__ import annotations

from app.identify import check_digit


def gtin14(text: str) -> str:
    """The 14-digit form of a GTIN-8, -12, -13 or -14.

    text: digits only, with the check digit. Raises NotDigits, WrongLength, WrongCheckDigit.
    """
    check_digit.of_length(text, (8, 12, 13, 14), "GTIN")
    check_digit.check(text, "GTIN")
    return text.zfill(14)
