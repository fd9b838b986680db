"""North American coupon codes: AI 8110 and the positive offer file of AI 8112.

Both are runs of fields whose length stands in a digit before them. Source: North American Coupon Application Guideline, GS1 US.
"""

from __future__ import annotations

from collections.abc import Callable

from app.identify.dates import date
from app.identify.fault import Fault, not_digit, whole

_ANY = "0123456789"
_DATE = 6
_OFFER = 6
_FAMILY = 3
_PREFIX = 6  # digits that a length digit of 0 stands for
_yymmdd = date(year_digits=2, day_zero=False)


class _Wrong(Exception):  # noqa: N818  # carries the first fault out of nested fields, never leaves this file
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.rule)
        self.fault = fault


class _Reader:
    """A place in the digits; each method takes one field or raises the fault."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def next_is(self, digit: str) -> bool:
        """Take the digit that announces an optional field, if it is there."""
        if self.text[self.place : self.place + 1] != digit:
            return False
        self.place += 1
        return True

    def digit(self, allowed: str, missing: str, invalid: str) -> str:
        """One digit of those allowed."""
        if self.place == len(self.text):
            raise _Wrong(whole(missing, self.text))
        found = self.text[self.place]
        if found not in allowed:
            raise _Wrong(Fault(invalid, self.place, 1))
        self.place += 1
        return found

    def take(self, count: int, truncated: str) -> str:
        """So many digits; what is missing at the very end is a fault of the whole text."""
        rest = len(self.text) - self.place
        if rest < count:
            raise _Wrong(Fault(truncated, self.place, rest) if rest else whole(truncated, self.text))
        self.place += count
        return self.text[self.place - count : self.place]

    def end(self) -> None:
        """Nothing is left."""
        if self.place < len(self.text):
            raise _Wrong(Fault("coupon-excess-data", self.place, len(self.text) - self.place))


def coupon_code(text: str) -> Fault | None:
    """AI 8110: company prefix, offer code, save value, up to three purchases, dates, serial number, retailer, flags."""
    return _checked(text, _coupon_code)


def positive_offer(text: str) -> Fault | None:
    """AI 8112: format code, funder, offer code, serial number."""
    return _checked(text, _positive_offer)


def _checked(text: str, fields: Callable[[_Reader], None]) -> Fault | None:
    fault = not_digit(text) if text else None
    if fault is not None:
        return fault
    reader = _Reader(text)
    try:
        fields(reader)
        reader.end()
    except _Wrong as wrong:
        return wrong.fault
    return None


def _coupon_code(reader: _Reader) -> None:
    length = reader.digit("0123456", "coupon-missing-gcp-vli", "coupon-invalid-gcp-length")
    reader.take(int(length) + _PREFIX, "coupon-truncated-gcp")
    reader.take(_OFFER, "coupon-truncated-offer-code")
    length = reader.digit("12345", "coupon-missing-save-value-vli", "coupon-invalid-save-value-length")
    reader.take(int(length), "coupon-truncated-save-value")
    _requirement(reader, "1st")
    if reader.next_is("1"):
        reader.digit("0123", "coupon-missing-additional-purchase-rules-code", "coupon-invalid-additional-purchase-rules-code")
        _requirement(reader, "2nd")
        _prefix(reader, "2nd")
    if reader.next_is("2"):
        _requirement(reader, "3rd")
        _prefix(reader, "3rd")
    _dates(reader)
    if reader.next_is("5"):
        _serial(reader)
    if reader.next_is("6"):
        length = reader.digit("1234567", "coupon-missing-retailer-gcp-or-gln-vli", "coupon-invalid-retailer-gcp-or-gln-length")
        reader.take(int(length) + _PREFIX, "coupon-truncated-retailer-gcp-or-gln")
    if reader.next_is("9"):
        reader.digit("01256", "coupon-missing-save-value-code", "coupon-invalid-save-value-code")
        reader.digit("012", "coupon-missing-save-value-applies-to-item", "coupon-invalid-save-value-applies-to-item")
        reader.digit(_ANY, "coupon-missing-store-coupon-flag", "")
        reader.digit("01", "coupon-missing-dont-multiply-flag", "coupon-invalid-dont-multiply-flag")


def _positive_offer(reader: _Reader) -> None:
    reader.digit("01", "coupon-missing-format-code", "coupon-invalid-format-code")
    length = reader.digit("0123456", "coupon-missing-funder-vli", "coupon-invalid-funder-length")
    reader.take(int(length) + _PREFIX, "coupon-truncated-funder")
    reader.take(_OFFER, "coupon-truncated-offer-code")
    _serial(reader)


def _requirement(reader: _Reader, which: str) -> None:
    name = f"{which}-purchase-requirement"
    length = reader.digit("12345", f"coupon-missing-{name}-vli", f"coupon-invalid-{name}-length")
    reader.take(int(length), f"coupon-truncated-{name}")
    reader.digit("012349", f"coupon-missing-{name}-code", f"coupon-invalid-{name}-code")
    reader.take(_FAMILY, f"coupon-truncated-{which}-purchase-family-code")


def _prefix(reader: _Reader, which: str) -> None:
    """The company prefix of a further purchase; 9 says that it is that of the first."""
    length = reader.digit("01234569", f"coupon-missing-{which}-purchase-gcp-vli", f"coupon-invalid-{which}-purchase-gcp-length")
    if length != "9":
        reader.take(int(length) + _PREFIX, f"coupon-truncated-{which}-purchase-gcp")


def _serial(reader: _Reader) -> None:
    length = reader.digit(_ANY, "coupon-missing-serial-number-vli", "")
    reader.take(int(length) + _PREFIX, "coupon-truncated-serial-number")


def _dates(reader: _Reader) -> None:
    began = reader.place
    expires = ""
    if reader.next_is("3"):
        expires = _date(reader, "coupon-too-short-for-expiration-date", "coupon-invalid-exipiration-date")
    if reader.next_is("4"):
        starts = _date(reader, "coupon-too-short-for-start-date", "coupon-invalid-start-date")
        if expires and expires < starts:
            raise _Wrong(Fault("coupon-expiration-before-start", began, reader.place - began))


def _date(reader: _Reader, short: str, invalid: str) -> str:
    text = reader.take(_DATE, short)
    if _yymmdd(text) is not None:
        raise _Wrong(Fault(invalid, reader.place - _DATE, _DATE))
    return text
