"""The modulo-10 check digit of GTIN, GLN, SSCC, GSRN, GSIN, GRAI, GDTI and GCN."""

from __future__ import annotations

from app.identify.refusals import NotDigits, WrongCheckDigit, WrongLength

_ZERO = ord("0")  # sums are taken over character codes, three times as fast as over numbers


def digit(body: str) -> str:
    """The check digit of the digits before it.

    body: one or more digits 0-9, without the check digit. Raises NotDigits.
    Source: GS1 General Specifications 7.9.1 (weights 3 and 1 from the right).
    """
    only_digits(body, "GTIN")
    return _digit(body)


def check(key: str, name: str = "GTIN") -> None:
    """Refuse a key whose last digit is not its check digit.

    key: two or more digits; name: what a person calls the key. Raises WrongCheckDigit, NotDigits, WrongLength.
    """
    only_digits(key, name)
    if len(key) < 2:  # one digit and its check digit
        raise WrongLength(key=name, expected=2, found=len(key), position=len(key), length=0)
    expected = _digit(key[:-1])
    if key[-1] != expected:
        raise WrongCheckDigit(key=name, expected=expected, found=key[-1], position=len(key) - 1, length=1)


def is_right(key: str) -> bool:
    """Whether a key of ASCII digits, at least two, ends in its check digit; for hot paths that have already looked at the characters."""
    codes = key.encode()
    return (3 * sum(codes[-2::-2]) + sum(codes[::-2]) - _ZERO * (len(codes) + 2 * (len(codes) // 2))) % 10 == 0


def only_digits(text: str, name: str) -> None:
    """Refuse the first character that is not an ASCII digit; other scripts' digits are refused too. Raises NotDigits, WrongLength."""
    if text.isascii() and text.isdigit():
        return
    if not text:
        raise WrongLength(key=name, expected=1, found=0, position=0, length=0)
    position = next(place for place, character in enumerate(text) if character not in "0123456789")
    raise NotDigits(key=name, found=text[position], position=position, length=1)


def of_length(text: str, lengths: tuple[int, ...], name: str) -> None:
    """Refuse a key that is not made of one of `lengths` digits. Raises NotDigits, WrongLength."""
    only_digits(text, name)
    if len(text) not in lengths:
        wanted = ", ".join(map(str, lengths))
        most = max(lengths)
        raise WrongLength(key=name, expected=wanted, found=len(text), position=min(len(text), most), length=max(0, len(text) - most))


def _digit(body: str) -> str:
    codes = body.encode()
    total = 3 * sum(codes[-1::-2]) + sum(codes[-2::-2]) - _ZERO * (len(codes) + 2 * ((len(codes) + 1) // 2))
    return "0123456789"[-total % 10]
