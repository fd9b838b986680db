"""What the value of an AI means: a date, a weight, a price, a place, the parts of a key.

The table of AIs decides as far as it can (its checks name dates, countries, keys); the families whose meaning lies in the AI itself
(measures, prices) stand below. Values are expected to be valid; what no calendar or number can express stays text.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from functools import cache, partial
from importlib.resources import files
from typing import Literal
from urllib.parse import unquote_plus

from app.identify import company_prefix, dictionary, issuing, keys
from app.identify.dates import days_in
from app.identify.dictionary import Entry
from app.identify.meanings import (
    Count,
    Countries,
    Country,
    Date,
    Gtin,
    Iban,
    Key,
    Kind,
    Measure,
    Moment,
    Percentage,
    Period,
    Piece,
    Position,
    Price,
    Roll,
    Sscc,
    Temperature,
    Text,
    Typed,
    YesNo,
    as_json,
)

__all__ = [
    "Count",
    "Countries",
    "Country",
    "Date",
    "Gtin",
    "Iban",
    "Key",
    "Kind",
    "Measure",
    "Moment",
    "Percentage",
    "Period",
    "Piece",
    "Position",
    "Price",
    "Roll",
    "Sscc",
    "Temperature",
    "Text",
    "Typed",
    "YesNo",
    "as_json",
    "full_year",
    "value",
]


_Reader = Callable[[str, dt.date], Typed | None]
"""Makes a typed value of a text, seen on a day; None when the text has to stay text."""


def value(ai: str, text: str, *, today: dt.date) -> Typed:
    """What the value of an AI means.

    text: valid for the AI; today: decides the century of years of two digits. Never raises for a valid value; an unknown AI is text.
    """
    reader = _reader(ai)
    typed = reader(text, today) if reader is not None else None
    return Text(text, text) if typed is None else typed


def full_year(two_digits: int, today: dt.date) -> int:
    """The year that two digits mean: the one from 49 years before this year to 50 years after it that ends in them.

    Source: GS1 General Specifications 7.12, determination of century in dates.
    """
    century = today.year - today.year % 100
    ahead = two_digits - today.year % 100
    if ahead > 50:
        return century - 100 + two_digits
    return (century + 100 if ahead < -49 else century) + two_digits


def _decimal(digits: str, decimals: int) -> Decimal:
    """Digits with the last ones behind the point. Made from text, so no rounding of the caller's context applies."""
    return Decimal(f"{int(digits)}E-{decimals}")


# ---------------------------------------------------------------- dates


def _day(text: str, today: dt.date) -> Date | None:
    """YYMMDD or YYYYMMDD; None for what no calendar has: the year 0, or 29 February where the century rule leads to the year 2100."""
    year = int(text[:-4]) if len(text) > 6 else full_year(int(text[:2]), today)
    month, day = int(text[-4:-2]), int(text[-2:])
    try:
        return Date(dt.date(year, month, day or days_in(year, month)), month_only=day == 0)
    except ValueError:
        return None


def _moment(length: int, text: str, today: dt.date) -> Typed | None:
    """A date of `length` digits, then HH, HHMI or HHMISS, or nothing."""
    day = _day(text[:length], today)
    clock = text[length:]
    if day is None or not clock:
        return day
    hour, minute, second = int(clock[:2]), int(clock[2:4] or 0), int(clock[4:] or 0)
    precisions: dict[int, Literal["hour", "minute", "second"]] = {2: "hour", 4: "minute", 6: "second"}
    return Moment(day.value, dt.time(hour, minute, second), precisions[len(clock)], day.month_only)


def _period(text: str, today: dt.date) -> Typed | None:
    """Two dates of six digits, or one alone, which is a day."""
    start = _day(text[:6], today)
    if len(text) == 6:
        return start
    end = _day(text[6:], today)
    return None if start is None or end is None else Period(start.value, end.value)


# ---------------------------------------------------------------- quantities and money

_UNITS = {
    "KGM": ("kilogram", "310 330"),
    "MTR": ("metre", "311 312 313 331 332 333"),
    "MTK": ("square metre", "314 334"),
    "LTR": ("litre", "315 335"),
    "MTQ": ("cubic metre", "316 336"),
    "28": ("kilogram per square metre", "337"),
    "LBR": ("pound", "320 340"),
    "INH": ("inch", "321 324 327 341 344 347"),
    "FOT": ("foot", "322 325 328 342 345 348"),
    "YRD": ("yard", "323 326 329 343 346 349"),
    "INK": ("square inch", "350 353"),
    "FTK": ("square foot", "351 354"),
    "YDK": ("square yard", "352 355"),
    "APZ": ("troy ounce", "356"),
    "ONZ": ("ounce", "357"),
    "QT": ("quart (US)", "360 362"),
    "GLL": ("gallon (US)", "361 363"),
    "INQ": ("cubic inch", "364 367"),
    "FTQ": ("cubic foot", "365 368"),
    "YDQ": ("cubic yard", "366 369"),
}
"""UN/CEFACT Recommendation 20 code: English name, and the first three digits of the AIs. Source: General Specifications 3.6."""

_FAMILIES = {family: (unit, name) for unit, (name, families) in _UNITS.items() for family in families.split()}


def _measure(unit: str, name: str, decimals: int, text: str, _today: dt.date) -> Measure:
    return Measure(_decimal(text, decimals), decimals, unit, name)


def _count(text: str, _today: dt.date) -> Count:
    return Count(int(text))


def _price(decimals: int, text: str, _today: dt.date, *, currency: bool = False, per_unit: bool = False) -> Price:
    number = text[:3] if currency else ""
    return Price(_decimal(text[len(number) :], decimals), decimals, number, _letters("currencies").get(number, ""), per_unit)


def _percentage(decimals: int, text: str, _today: dt.date) -> Percentage:
    return Percentage(_decimal(text, decimals), decimals)


def _celsius(text: str, _today: dt.date) -> Temperature:
    return Temperature(_hundredths(text), "CEL", "degree Celsius")


def _fahrenheit(text: str, _today: dt.date) -> Temperature:
    return Temperature(_hundredths(text), "FAH", "degree Fahrenheit")


def _hundredths(text: str) -> Decimal:
    """Hundredths of degrees, a hyphen behind them when below zero; zero itself has no sign."""
    number = int(text[:6])
    return Decimal(f"{-number if text[6:] else number}E-2")


def _family(ai: str) -> _Reader | None:
    """The reader of an AI whose fourth digit is the number of decimals."""
    if len(ai) != 4:
        return None
    family, decimals = ai[:3], int(ai[3])
    if family in _FAMILIES:
        return partial(_measure, *_FAMILIES[family], decimals)
    readers: dict[str, _Reader] = {
        "390": partial(_price, decimals),
        "391": partial(_price, decimals, currency=True),
        "392": partial(_price, decimals),
        "393": partial(_price, decimals, currency=True),
        "394": partial(_percentage, decimals),
        "395": partial(_price, decimals, per_unit=True),
    }
    return readers.get(family)


# ---------------------------------------------------------------- places


@cache
def _letters(name: str) -> dict[str, str]:
    """Numeric codes and their letters from `schemas/gs1/letters.json`: countries, currencies."""
    lists = json.loads((files("schemas") / "gs1" / "letters.json").read_text(encoding="utf-8"))
    return {word[:3]: word[3:] for word in lists[name].split()}


@cache
def _numbers() -> dict[str, str]:
    return {letters: number for number, letters in _letters("countries").items()}


def _countries(most: int, text: str, _today: dt.date) -> Countries:
    """Up to `most` numeric codes, then the rest."""
    end = min(len(text), 3 * most)
    codes = [text[place : place + 3] for place in range(0, end, 3)]
    return Countries(tuple(Country(code, _letters("countries").get(code, "")) for code in codes), text[end:])


def _country_letters(text: str, _today: dt.date) -> Countries:
    return Countries((Country(_numbers().get(text, ""), text),), "")


_WHOLE_CIRCLE = 3_600_000_000  # in ten-millionths of a degree


def _position(text: str, _today: dt.date) -> Position:
    """Latitude counted from the south pole, longitude eastwards from Greenwich all round. Source: General Specifications 3.8 (AI 4309)."""
    north = int(text[:10]) - _WHOLE_CIRCLE // 4
    east = int(text[10:])
    if east > _WHOLE_CIRCLE // 2:
        east -= _WHOLE_CIRCLE
    return Position(Decimal(f"{north}E-7"), Decimal(f"{east}E-7"))


# ---------------------------------------------------------------- keys


def _gtin(text: str) -> Gtin:
    form: Literal["GTIN-8", "GTIN-12", "GTIN-13", "GTIN-14"] = "GTIN-14"
    if text.startswith("000000"):
        form = "GTIN-8"
    elif text.startswith("00"):
        form = "GTIN-12"
    elif text.startswith("0"):
        form = "GTIN-13"
    issuer = issuing.issuer_of("01", text)
    use = issuing.Use.UNASSIGNED if issuer is None else issuer.use
    return Gtin(
        value=text,
        form=form,
        short=text[-int(form[5:]) :],
        indicator=text[0] if form == "GTIN-14" else "",
        variable_measure=text[0] == "9",
        check=text[-1],
        use=use,
        restricted=use in issuing.RESTRICTED,
        demonstration=use is issuing.Use.DEMONSTRATION,
    )


def _gtin_alone(text: str, _today: dt.date) -> Gtin:
    return _gtin(text.zfill(14))


def _piece_of_item(text: str, _today: dt.date) -> Piece:
    return Piece(_gtin(text[:14]), int(text[14:16]), int(text[16:]))


def _piece_of_sequence(text: str, _today: dt.date) -> Piece:
    piece, _, total = text.partition("/")
    return Piece(None, int(piece), int(total))


def _sscc(text: str, _today: dt.date) -> Sscc:
    return Sscc(text, text[0], text[1:-1], text[-1])


_MORE_NAMES = {"410": "GLN", "411": "GLN", "412": "GLN", "413": "GLN", "416": "GLN", "7023": "GIAI", "8014": "MUDI"}


def _key(name: str, start: int, end: int | None, check: int, text: str, _today: dt.date) -> Key:
    """A key that begins at `start`, after the zero of a GRAI, and ends before its serial, with `check` characters of check at its end."""
    whole = text[start:end]
    return Key(name, whole, whole[len(whole) - check :], "" if end is None else text[end:])


def _key_reader(entry: Entry) -> _Reader | None:
    """The reader of an AI that begins with a company prefix."""
    start = company_prefix.begins_at(entry.ai)
    if start is None:
        return None
    if company_prefix.is_gtin(entry.ai):
        return _piece_of_item if len(entry.components) > 1 else _gtin_alone
    if entry.ai == "00":
        return _sscc
    place = 0
    for component in entry.components:
        if any(check.startswith("gcppos") for check in component.checks):
            end = place + component.longest if component.shortest == component.longest else None
            check = 2 if "csumalpha" in component.checks else int("csum" in component.checks)
            return partial(_key, keys.NAMES.get(entry.ai) or _MORE_NAMES.get(entry.ai, entry.title), place, end, check)
        place += component.longest
    return None


# ---------------------------------------------------------------- the rest


def _yes_no(text: str, _today: dt.date) -> YesNo:
    return YesNo(text == "1")


def _iban(text: str, _today: dt.date) -> Iban:
    return Iban(text, text[:2], text[2:4], text[4:])


def _roll(text: str, _today: dt.date) -> Roll:
    winding: dict[str, Literal["out", "in", "undefined"]] = {"0": "out", "1": "in", "9": "undefined"}
    splices = int(text[13])
    return Roll(int(text[:4]), int(text[4:9]), int(text[9:12]), winding[text[12]], None if splices == 9 else splices)


def _escaped(text: str, _today: dt.date) -> Text:
    """Text with percent escapes of UTF-8, a plus sign for a space; as written when it hides anything that cannot be shown."""
    try:
        shown = unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        shown = text
    return Text(shown if shown.isprintable() else text, text)


_BY_CHECK: dict[str, _Reader] = {
    "hyphen": _celsius,
    "iban": _iban,
    "iso3166alpha2": _country_letters,
    "latitude": _position,
    "pcenc": _escaped,
    "posinseqslash": _piece_of_sequence,
    "winding": _roll,
    "yesno": _yes_no,
}
_BY_AI: dict[str, _Reader] = {
    "30": _count,
    "37": _count,
    "4330": _fahrenheit,
    "4332": _fahrenheit,
    "7004": partial(_measure, "NIU", "international unit", 0),
    "8111": _count,
}
_COUNTRY_CHECKS = frozenset(("iso3166", "iso3166999"))
_DATE_CHECKS = frozenset(("yymmd0", "yymmdd", "yyyymmd0", "yyyymmdd"))


@cache
def _reader(ai: str) -> _Reader | None:
    """Who reads the values of an AI; None for text."""
    entry = dictionary.entry(ai)
    if entry is None:
        return None
    checks = [frozenset(component.checks) for component in entry.components]
    days = sum(bool(each & _DATE_CHECKS) for each in checks)
    if days:
        return _period if days > 1 else partial(_moment, entry.components[0].longest)
    countries = sum(bool(each & _COUNTRY_CHECKS) for each in checks)
    if countries:
        return partial(_countries, countries)
    named = next((reader for name, reader in _BY_CHECK.items() if any(name in each for each in checks)), None)
    return _BY_AI.get(ai) or _family(ai) or _key_reader(entry) or named
