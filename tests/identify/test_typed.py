from __future__ import annotations

import datetime as dt
import decimal
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.identify import dictionary, typed
from app.identify.issuing import Use
from tests.identify import strategies

TODAY = dt.date(2026, 6, 20)


def read(ai: str, text: str, today: dt.date = TODAY) -> typed.Typed:
    return typed.value(ai, text, today=today)


def as_json(ai: str, text: str) -> dict[str, object]:
    return typed.as_json(read(ai, text))


# ---------------------------------------------------------------- every AI


FAMILIES = {ai[:3]: [each for each in dictionary.entries() if each[:3] == ai[:3]] for ai in dictionary.entries()}


@pytest.mark.parametrize("family", sorted(FAMILIES))
@settings(max_examples=8)
@given(data=st.data(), today=st.dates(min_value=dt.date(1, 1, 1)))
def test_every_valid_value_of_every_ai_has_a_type_that_json_can_carry(family: str, data: st.DataObject, today: dt.date) -> None:
    for ai in FAMILIES[family]:
        text = data.draw(strategies.values(dictionary.entries()[ai]))
        meaning = read(ai, text, today)
        shown = json.loads(json.dumps(typed.as_json(meaning)))
        assert shown["kind"] == meaning.kind
        assert len(shown) > 1


def test_the_families_hold_every_ai_of_the_table() -> None:
    assert sorted(ai for ais in FAMILIES.values() for ai in ais) == sorted(dictionary.entries())


def test_each_kind_is_the_meaning_of_some_ai() -> None:
    examples = [
        ("17", "261231"),
        ("8008", "26123114"),
        ("7007", "260101260131"),
        ("3103", "001250"),
        ("37", "12"),
        ("3932", "704125000"),
        ("3941", "0125"),
        ("4331", "000400"),
        ("422", "704"),
        ("01", "09521234543213"),
        ("00", "095212345678901234"),
        ("414", "9521234543213"),
        ("8006", "095212345432130102"),
        ("4309", "11102850002058500000"),
        ("8001", "12340123407609"),
        ("4321", "1"),
        ("8007", "FR7630006000011234567890189"),
        ("10", "LOT"),
    ]
    assert {read(ai, text).kind for ai, text in examples} == set(typed.Kind)


def test_an_unknown_ai_is_text() -> None:
    assert as_json("9", "LOT 1") == {"kind": "text", "value": "LOT 1", "written": "LOT 1"}


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("this_year", "two_digits", "year"),
    [
        (2026, 26, 2026),
        (2026, 76, 2076),  # 50 years ahead: still this century
        (2026, 77, 1977),  # 51 years ahead: the last century
        (2026, 99, 1999),
        (2026, 0, 2000),
        (2000, 50, 2050),
        (2000, 51, 1951),
        (1999, 49, 2049),  # 50 years behind: the next century
        (1999, 50, 1950),  # 49 years behind: still this century
        (2051, 1, 2101),
        (2051, 2, 2002),
        (2050, 0, 2100),
        (2049, 0, 2000),
        (2049, 99, 2099),
        (2048, 99, 1999),
    ],
)
def test_a_year_of_two_digits_lies_between_49_years_ago_and_50_years_ahead(this_year: int, two_digits: int, year: int) -> None:
    assert typed.full_year(two_digits, dt.date(this_year, 12, 31)) == year


@given(st.integers(0, 99), st.dates(min_value=dt.date(100, 1, 1)))
def test_the_window_of_centuries_holds_each_two_digits_once(two_digits: int, today: dt.date) -> None:
    year = typed.full_year(two_digits, today)
    assert year % 100 == two_digits
    assert today.year - 49 <= year <= today.year + 50


@given(st.dates(dt.date(100, 1, 1), dt.date(9900, 12, 31)), st.integers(-49, 50))
def test_any_day_near_today_is_read_back_from_its_six_digits(day: dt.date, years_ahead: int) -> None:
    today = dt.date(day.year - years_ahead, 1, 1)
    assert read("11", f"{day:%y%m%d}", today) == typed.Date(day, month_only=False)


@pytest.mark.parametrize(
    ("text", "day", "month_only"),
    [
        ("260200", "2026-02-28", True),
        ("280200", "2028-02-29", True),
        ("261200", "2026-12-31", True),
        ("260430", "2026-04-30", False),
        ("000229", "2000-02-29", False),
    ],
)
def test_day_00_is_the_last_day_of_the_month_and_says_so(text: str, day: str, month_only: bool) -> None:
    assert as_json("17", text) == {"kind": "date", "value": day, "month_only": month_only}


def test_a_29_february_that_the_century_rule_puts_into_2100_stays_text() -> None:
    assert read("17", "000229", dt.date(2050, 1, 1)).kind == "text"
    assert as_json("17", "000200") == {"kind": "date", "value": "2000-02-29", "month_only": True}
    assert read("17", "000200", dt.date(2050, 1, 1)) == typed.Date(dt.date(2100, 2, 28), month_only=True)


def test_a_date_of_birth_in_the_year_0_stays_text() -> None:
    assert read("7250", "00000101").kind == "text"
    assert read("7250", "19000101") == typed.Date(dt.date(1900, 1, 1), month_only=False)


@pytest.mark.parametrize(
    ("ai", "text", "time", "precision"),
    [
        ("8008", "26013114", "14:00:00", "hour"),
        ("8008", "2601311430", "14:30:00", "minute"),
        ("8008", "260131143059", "14:30:59", "second"),
        ("7003", "2601310000", "00:00:00", "minute"),
        ("7011", "2601312359", "23:59:00", "minute"),
        ("7251", "202601310805", "08:05:00", "minute"),
        ("4324", "2601310900", "09:00:00", "minute"),
    ],
)
def test_a_moment_is_as_precise_as_its_value(ai: str, text: str, time: str, precision: str) -> None:
    expected = {"kind": "moment", "date": "2026-01-31", "time": time, "precision": precision, "month_only": False}
    assert as_json(ai, text) == expected


def test_a_delivery_month_with_a_time_is_its_last_day() -> None:
    assert read("4325", "2602001700") == typed.Moment(dt.date(2026, 2, 28), dt.time(17), "minute", month_only=True)


def test_a_test_by_date_without_a_time_is_a_day() -> None:
    assert read("7011", "260131") == typed.Date(dt.date(2026, 1, 31), month_only=False)


def test_a_harvest_over_the_turn_of_the_century_is_a_period() -> None:
    assert read("7007", "991230000105") == typed.Period(dt.date(1999, 12, 30), dt.date(2000, 1, 5))
    assert read("7007", "991230") == typed.Date(dt.date(1999, 12, 30), month_only=False)


# ---------------------------------------------------------------- quantities and money


@pytest.mark.parametrize(
    ("ai", "value", "unit", "name"),
    [
        ("3100", "1250", "KGM", "kilogram"),
        ("3102", "12.50", "KGM", "kilogram"),
        ("3105", "0.01250", "KGM", "kilogram"),
        ("3303", "1.250", "KGM", "kilogram"),
        ("3111", "125.0", "MTR", "metre"),
        ("3324", "0.1250", "MTR", "metre"),
        ("3142", "12.50", "MTK", "square metre"),
        ("3153", "1.250", "LTR", "litre"),
        ("3162", "12.50", "MTQ", "cubic metre"),
        ("3372", "12.50", "28", "kilogram per square metre"),
        ("3202", "12.50", "LBR", "pound"),
        ("3402", "12.50", "LBR", "pound"),
        ("3270", "1250", "INH", "inch"),
        ("3220", "1250", "FOT", "foot"),
        ("3490", "1250", "YRD", "yard"),
        ("3501", "125.0", "INK", "square inch"),
        ("3541", "125.0", "FTK", "square foot"),
        ("3521", "125.0", "YDK", "square yard"),
        ("3562", "12.50", "APZ", "troy ounce"),
        ("3572", "12.50", "ONZ", "ounce"),
        ("3601", "125.0", "QT", "quart (US)"),
        ("3631", "125.0", "GLL", "gallon (US)"),
        ("3641", "125.0", "INQ", "cubic inch"),
        ("3681", "125.0", "FTQ", "cubic foot"),
        ("3661", "125.0", "YDQ", "cubic yard"),
    ],
)
def test_the_last_digit_of_the_ai_says_where_the_point_is(ai: str, value: str, unit: str, name: str) -> None:
    assert as_json(ai, "001250") == {"kind": "measure", "value": value, "decimals": int(ai[3]), "unit": unit, "unit_name": name}


def test_no_measure_has_six_decimals() -> None:
    assert read("3166", "001250") == typed.Text("001250", "001250")


def test_every_measure_of_the_table_has_a_unit() -> None:
    measures = [ai for ai in dictionary.entries() if len(ai) == 4 and 310 <= int(ai[:3]) <= 369]
    assert {read(ai, "000001").kind for ai in measures} == {typed.Kind.MEASURE}
    assert len(measures) == 53 * 6


@pytest.mark.parametrize(
    ("ai", "text", "value", "currency_number", "currency", "per_unit"),
    [
        ("3900", "0", "0", "", "", False),
        ("3909", "1", "0.000000001", "", "", False),
        ("3902", "123456789012345", "1234567890123.45", "", "", False),
        ("3910", "704125000", "125000", "704", "VND", False),
        ("3912", "9781999", "19.99", "978", "EUR", False),
        ("3923", "000100", "0.100", "", "", False),
        ("3932", "8400005", "0.05", "840", "USD", False),
        ("3955", "000125", "0.00125", "", "", True),
    ],
)
def test_prices_keep_their_decimals_and_name_their_currency(
    ai: str, text: str, value: str, currency_number: str, currency: str, per_unit: bool
) -> None:
    assert as_json(ai, text) == {
        "kind": "price",
        "value": value,
        "decimals": int(ai[3]),
        "currency_number": currency_number,
        "currency": currency,
        "per_unit": per_unit,
    }


@pytest.mark.parametrize(("ai", "value"), [("3940", "125"), ("3941", "12.5"), ("3943", "0.125")])
def test_percentages_have_up_to_three_decimals(ai: str, value: str) -> None:
    assert as_json(ai, "0125") == {"kind": "percentage", "value": value, "decimals": int(ai[3])}


def test_the_callers_precision_does_not_round_an_amount() -> None:
    with decimal.localcontext(prec=3):
        assert read("3902", "123456789012345") == typed.Price(Decimal("1234567890123.45"), 2, "", "", per_unit=False)


@given(st.integers(0, 999_999), st.integers(0, 5))
def test_a_measure_is_its_digits_with_a_point(number: int, decimals: int) -> None:
    found = read(f"310{decimals}", f"{number:06}")
    assert isinstance(found, typed.Measure)
    assert found.value * 10**decimals == number
    assert -int(found.value.as_tuple().exponent) == decimals


@pytest.mark.parametrize(
    ("ai", "text", "value", "unit"),
    [
        ("4331", "000850", "8.50", "CEL"),
        ("4333", "002000-", "-20.00", "CEL"),
        ("4330", "004640", "46.40", "FAH"),
        ("4332", "000400-", "-4.00", "FAH"),
        ("4333", "000000-", "0.00", "CEL"),
    ],
)
def test_temperatures_are_hundredths_and_a_hyphen_is_minus(ai: str, text: str, value: str, unit: str) -> None:
    found = as_json(ai, text)
    assert (found["value"], found["unit"]) == (value, unit)


def test_counts_are_whole_numbers() -> None:
    assert [read(ai, "0012") for ai in ("30", "37", "8111")] == [typed.Count(12)] * 3


def test_the_potency_of_a_medicine_is_in_international_units() -> None:
    assert as_json("7004", "0500") == {"kind": "measure", "value": "500", "decimals": 0, "unit": "NIU", "unit_name": "international unit"}


# ---------------------------------------------------------------- places

VIET_NAM = typed.Country("704", "VN")


@pytest.mark.parametrize(
    ("ai", "text", "countries", "rest"),
    [
        ("422", "704", (VIET_NAM,), ""),
        ("423", "704250008004036", ("VN", "FR", "AL", "AF", "AU"), ""),
        ("425", "704392", ("VN", "JP"), ""),
        ("421", "70470000", (VIET_NAM,), "70000"),
        ("7030", "704DL-123", (VIET_NAM,), "DL-123"),
        ("7039", "999ABC", (typed.Country("999", ""),), "ABC"),
        ("4307", "VN", (VIET_NAM,), ""),
    ],
)
def test_countries_have_numbers_and_letters(ai: str, text: str, countries: tuple[typed.Country | str, ...], rest: str) -> None:
    found = read(ai, text)
    assert isinstance(found, typed.Countries)
    assert found.rest == rest
    assert (
        tuple(each.letters if isinstance(wanted, str) else each for each, wanted in zip(found.countries, countries, strict=True))
        == countries
    )


def test_every_code_of_the_lists_has_letters() -> None:
    for ai, codes in (("422", "countries"), ("3910", "currencies")):
        for code in dictionary.codes(codes):
            shown = as_json(ai, code + ("1" if ai == "3910" else ""))
            letters = shown["currency"] if ai == "3910" else shown["countries"][0]["letters"]  # type: ignore[index]  # JSON
            assert len(str(letters)) == (3 if ai == "3910" else 2), code
    assert {read("4307", code) for code in dictionary.codes("countries2")} == {read("422", code) for code in dictionary.codes("countries")}


@pytest.mark.parametrize(
    ("text", "latitude", "longitude"),
    [
        ("00000000000000000000", "-90.0000000", "0.0000000"),
        ("18000000003600000000", "90.0000000", "0.0000000"),
        ("11102850002058500000", "21.0285000", "-154.1500000"),
        ("11102850001058542000", "21.0285000", "105.8542000"),
        ("09000000001800000000", "0.0000000", "180.0000000"),
        ("09000000001800000001", "0.0000000", "-179.9999999"),
    ],
)
def test_places_are_degrees_north_and_east(text: str, latitude: str, longitude: str) -> None:
    assert as_json("4309", text) == {"kind": "position", "latitude": latitude, "longitude": longitude}


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("text", "form", "short", "indicator", "variable", "use"),
    [
        ("00000095200002", "GTIN-8", "95200002", "", False, Use.DEMONSTRATION),
        ("00000020000004", "GTIN-8", "20000004", "", False, Use.RESTRICTED_COMPANY),
        ("00012345678905", "GTIN-12", "012345678905", "", False, Use.MEMBER),
        ("09521234543213", "GTIN-13", "9521234543213", "", False, Use.DEMONSTRATION),
        ("19521234543210", "GTIN-14", "19521234543210", "1", False, Use.DEMONSTRATION),
        ("99521234543216", "GTIN-14", "99521234543216", "9", True, Use.DEMONSTRATION),
        ("02000000000008", "GTIN-13", "2000000000008", "", False, Use.RESTRICTED_REGION),
        ("00200000000004", "GTIN-12", "200000000004", "", False, Use.RESTRICTED_REGION),
        ("00400000000008", "GTIN-12", "400000000008", "", False, Use.RESTRICTED_COMPANY),
        ("09780000000002", "GTIN-13", "9780000000002", "", False, Use.BOOKS),
        ("09770000000003", "GTIN-13", "9770000000003", "", False, Use.SERIALS),
        ("09900000000004", "GTIN-13", "9900000000004", "", False, Use.COUPON),
    ],
)
def test_a_gtin_says_its_form_and_what_its_prefix_is_for(
    text: str, form: str, short: str, indicator: str, variable: bool, use: Use
) -> None:
    assert as_json("01", text) == {
        "kind": "gtin",
        "value": text,
        "form": form,
        "short": short,
        "indicator": indicator,
        "variable_measure": variable,
        "check": text[-1],
        "use": use.value,
        "restricted": use.value.startswith("restricted"),
        "demonstration": use is Use.DEMONSTRATION,
    }


def test_a_short_gtin_of_an_old_link_is_the_same_gtin() -> None:
    assert {read(ai, "9521234543213") for ai in ("01", "02", "03")} == {read("01", "09521234543213")}


def test_an_sscc_falls_into_extension_body_and_check_digit() -> None:
    assert read("00", "395212345678901231") == typed.Sscc("395212345678901231", "3", "9521234567890123", "1")


@pytest.mark.parametrize(
    ("ai", "text", "name", "value", "check", "serial"),
    [
        ("410", "9521234543213", "GLN", "9521234543213", "3", ""),
        ("417", "9521234543213", "GLN", "9521234543213", "3", ""),
        ("253", "9521234543213", "GDTI", "9521234543213", "3", ""),
        ("253", "9521234543213DOC-1", "GDTI", "9521234543213", "3", "DOC-1"),
        ("255", "9521234543213000042", "GCN", "9521234543213", "3", "000042"),
        ("8003", "09521234543213KEG/7", "GRAI", "9521234543213", "3", "KEG/7"),
        ("8004", "9521234ASSET", "GIAI", "9521234ASSET", "", ""),
        ("7023", "9521234ASSET", "GIAI", "9521234ASSET", "", ""),
        ("401", "9521234C-1", "GINC", "9521234C-1", "", ""),
        ("402", "95212345678901230", "GSIN", "95212345678901230", "0", ""),
        ("8010", "9521234PART", "CPID", "9521234PART", "", ""),
        ("8013", "1987654Ad4X4bL5ttr2310c2K", "GMN", "1987654Ad4X4bL5ttr2310c2K", "2K", ""),
        ("8018", "952123456789012345", "GSRN", "952123456789012345", "5", ""),
    ],
)
def test_keys_keep_their_serial_apart(ai: str, text: str, name: str, value: str, check: str, serial: str) -> None:
    assert read(ai, text) == typed.Key(name, value, check, serial)


def test_pieces_belong_to_a_whole() -> None:
    piece = read("8006", "095212345432130203")
    assert isinstance(piece, typed.Piece)
    assert (piece.gtin, piece.piece, piece.total) == (read("01", "09521234543213"), 2, 3)
    assert as_json("8026", "095212345432130203")["gtin"] == as_json("01", "09521234543213")
    assert read("7258", "2/3") == typed.Piece(None, 2, 3)


# ---------------------------------------------------------------- the rest


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("C%C3%B4ng+ty+A", "Công ty A"),
        ("A%2BB", "A+B"),
        ("100%25", "100%"),
        ("A%00", "A%00"),
        ("A%FF", "A%FF"),
        ("A%0AB", "A%0AB"),
    ],
)
def test_escapes_are_read_unless_they_hide_what_cannot_be_shown(written: str, shown: str) -> None:
    assert read("4300", written) == typed.Text(shown, written)


def test_a_plus_sign_of_a_telephone_number_is_no_space() -> None:
    assert read("4308", "+84-24") == typed.Text("+84-24", "+84-24")


def test_flags_are_yes_or_no() -> None:
    assert (read("4321", "1"), read("4323", "0")) == (typed.YesNo(value=True), typed.YesNo(value=False))


def test_an_iban_names_its_country() -> None:
    iban = "FR7630006000011234567890189"
    assert read("8007", iban) == typed.Iban(iban, "FR", "76", "30006000011234567890189")


@pytest.mark.parametrize(("end", "winding", "splices"), [("00", "out", 0), ("18", "in", 8), ("99", "undefined", None)])
def test_a_roll_has_sizes_winding_and_splices(end: str, winding: str, splices: int | None) -> None:
    assert as_json("8001", "034500120076" + end) == {
        "kind": "roll",
        "width": 345,
        "length": 120,
        "core": 76,
        "winding": winding,
        "splices": splices,
    }


def test_what_has_no_meaning_of_its_own_is_text() -> None:
    assert {read(ai, "12").kind for ai in ("10", "20", "21", "22", "242", "7241", "8005", "90")} == {typed.Kind.TEXT}
