"""Global Location Numbers, of places (AI 414) and of parties (AI 417)."""

from __future__ import annotations

from app.identify import check_digit


def check_gln(text: str) -> str:
    """The GLN itself when it is 13 digits with the right check digit. Raises NotDigits, WrongLength, WrongCheckDigit."""
    check_digit.of_length(text, (13,), "GLN")
    check_digit.check(text, "GLN")
    return text
