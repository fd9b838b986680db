"""The kinds of values that AIs carry, each a small class of its own; `typed.py` makes them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Literal

from app.identify import issuing


class Kind(StrEnum):
    """The kinds of values."""

    COUNT = "count"
    COUNTRIES = "countries"
    DATE = "date"
    GTIN = "gtin"
    IBAN = "iban"
    KEY = "key"
    MEASURE = "measure"
    MOMENT = "moment"
    PERCENTAGE = "percentage"
    PERIOD = "period"
    PIECE = "piece"
    POSITION = "position"
    PRICE = "price"
    ROLL = "roll"
    SSCC = "sscc"
    TEMPERATURE = "temperature"
    TEXT = "text"
    YES_NO = "yes-no"


@dataclass(frozen=True, slots=True)
class Text:
    """Text. value: for people, with percent escapes and plus signs read where the AI has them; written: as it stands in the value."""

    kind: ClassVar[Kind] = Kind.TEXT
    value: str
    written: str


@dataclass(frozen=True, slots=True)
class Date:
    """A day. month_only: the value names day 00, which is the last day of the month."""

    kind: ClassVar[Kind] = Kind.DATE
    value: dt.date
    month_only: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and a time of day where the label was made; the value has no time zone. precision: the smallest unit that is given."""

    kind: ClassVar[Kind] = Kind.MOMENT
    date: dt.date
    time: dt.time
    precision: Literal["hour", "minute", "second"]
    month_only: bool


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included, in the order of the value."""

    kind: ClassVar[Kind] = Kind.PERIOD
    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity. value: with as many decimals as the AI says; unit: UN/CEFACT Recommendation 20 code; unit_name: in English."""

    kind: ClassVar[Kind] = Kind.MEASURE
    value: Decimal
    decimals: int
    unit: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class Count:
    """A number of items, units or points."""

    kind: ClassVar[Kind] = Kind.COUNT
    value: int


@dataclass(frozen=True, slots=True)
class Price:
    """An amount of money. currency_number, currency: ISO 4217, "" where the AI does not say; per_unit: of one unit of measure."""

    kind: ClassVar[Kind] = Kind.PRICE
    value: Decimal
    decimals: int
    currency_number: str
    currency: str
    per_unit: bool


@dataclass(frozen=True, slots=True)
class Percentage:
    """So many per cent."""

    kind: ClassVar[Kind] = Kind.PERCENTAGE
    value: Decimal
    decimals: int


@dataclass(frozen=True, slots=True)
class Temperature:
    """Degrees with two decimals. unit: CEL or FAH, UN/CEFACT Recommendation 20."""

    kind: ClassVar[Kind] = Kind.TEMPERATURE
    value: Decimal
    unit: Literal["CEL", "FAH"]
    unit_name: Literal["degree Celsius", "degree Fahrenheit"]


@dataclass(frozen=True, slots=True)
class Country:
    """ISO 3166-1. number: numeric, 999 for more countries than one; letters: alpha-2; "" where there is none."""

    number: str
    letters: str


@dataclass(frozen=True, slots=True)
class Countries:
    """Countries in the order of the value. rest: what follows the country, a postal code or the number of a processor, or ""."""

    kind: ClassVar[Kind] = Kind.COUNTRIES
    countries: tuple[Country, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class Gtin:
    """A trade item number.

    value: 14 digits; form: the shortest that holds it; short: its digits in that form; indicator: 1 to 9, or "" where the form has none;
    variable_measure: indicator 9, the quantity is in another AI; check: check digit; use: of its prefix; restricted: for the circulation
    inside a company or region only; demonstration: prefix 952, for examples only.
    """

    kind: ClassVar[Kind] = Kind.GTIN
    value: str
    form: Literal["GTIN-8", "GTIN-12", "GTIN-13", "GTIN-14"]
    short: str
    indicator: str
    variable_measure: bool
    check: str
    use: issuing.Use
    restricted: bool
    demonstration: bool


@dataclass(frozen=True, slots=True)
class Sscc:
    """A logistic unit. extension: extension digit; body: company prefix and serial reference; check: check digit."""

    kind: ClassVar[Kind] = Kind.SSCC
    value: str
    extension: str
    body: str
    check: str


@dataclass(frozen=True, slots=True)
class Key:
    """Another GS1 key. name: what people call it; value: the key without serial; check: check digit or pair, or ""; serial: or ""."""

    kind: ClassVar[Kind] = Kind.KEY
    name: str
    value: str
    check: str
    serial: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One of several. gtin: of the whole trade item, or None where a birth is counted."""

    kind: ClassVar[Kind] = Kind.PIECE
    gtin: Gtin | None
    piece: int
    total: int


@dataclass(frozen=True, slots=True)
class Position:
    """WGS 84 degrees with seven decimals. latitude: north is positive, -90 to 90; longitude: east is positive, over -180 to 180."""

    kind: ClassVar[Kind] = Kind.POSITION
    latitude: Decimal
    longitude: Decimal


@dataclass(frozen=True, slots=True)
class Roll:
    """A roll product. width and core in millimetres, length in metres; winding: face out, in or undefined; splices: None when unknown."""

    kind: ClassVar[Kind] = Kind.ROLL
    width: int
    length: int
    core: int
    winding: Literal["out", "in", "undefined"]
    splices: int | None


@dataclass(frozen=True, slots=True)
class YesNo:
    """A flag."""

    kind: ClassVar[Kind] = Kind.YES_NO
    value: bool


@dataclass(frozen=True, slots=True)
class Iban:
    """A bank account. country: alpha-2; check: two check digits; account: the national number."""

    kind: ClassVar[Kind] = Kind.IBAN
    value: str
    country: str
    check: str
    account: str


Typed = (
    Text
    | Date
    | Moment
    | Period
    | Measure
    | Count
    | Price
    | Percentage
    | Temperature
    | Countries
    | Gtin
    | Sscc
    | Key
    | Piece
    | Position
    | Roll
    | YesNo
    | Iban
)
"""Any typed value; `kind` tells which."""


def as_json(typed: Typed) -> dict[str, Any]:
    """A typed value for JSON: its kind and its fields; dates and times in ISO 8601, decimals as text with all their digits."""
    return {"kind": str(typed.kind)} | {field.name: _plain(getattr(typed, field.name)) for field in dataclasses.fields(typed)}


def _plain(field: Any) -> Any:
    """A field of a typed value as JSON has it."""
    if isinstance(field, Decimal):
        return format(field, "f")
    if isinstance(field, (dt.date, dt.time)):
        return field.isoformat()
    if isinstance(field, tuple):
        return [_plain(each) for each in field]
    if isinstance(field, Country):
        return {"number": field.number, "letters": field.letters}
    if isinstance(field, Gtin):
        return as_json(field)
    return str(field) if isinstance(field, StrEnum) else field
