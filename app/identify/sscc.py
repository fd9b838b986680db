"""Serial Shipping Container Codes, the number of one logistic unit."""

from __future__ import annotations

from app.identify import check_digit


def check_sscc(text: str) -> str:
    """The SSCC itself when it is 18 digits with the right check digit. Raises NotDigits, WrongLength, WrongCheckDigit."""
    check_digit.of_length(text, (18,), "SSCC")
    check_digit.check(text, "SSCC")
    return text
