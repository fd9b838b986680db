"""Identifiers for property tests: valid keys of prefix 952 and values of every AI of the table."""

from __future__ import annotations

import string
from collections.abc import Callable

from hypothesis import strategies as st

from app.identify import check_digit, check_pair, dictionary
from app.identify.dictionary import Component, Entry

CSET82 = check_pair.CSET82
CSET39 = "#-/" + string.digits + string.ascii_uppercase
CSET64 = "-_" + string.digits + string.ascii_letters


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(string.digits, min_size=count, max_size=count)


def with_check_digit(body: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return body.map(lambda text: text + check_digit.digit(text))


def text(most: int, least: int = 1, alphabet: str = CSET82) -> st.SearchStrategy[str]:
    return st.text(alphabet, min_size=least, max_size=most)


gtins = with_check_digit(st.tuples(digits(1), digits(9)).map(lambda parts: f"{parts[0]}952{parts[1]}"))
glns = with_check_digit(digits(9).map(lambda rest: "952" + rest))
ssccs = with_check_digit(st.tuples(digits(1), digits(13)).map(lambda parts: f"{parts[0]}952{parts[1]}"))
serials = text(20)
prefix_lengths = st.integers(6, 12)

_DATES = st.dates().map(lambda day: f"{day:%y%m%d}")
_TIMES = st.times().map(lambda time: f"{time:%H%M}")


def _codes(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted(dictionary.codes(name)))


def _pieces(length: int) -> st.SearchStrategy[str]:
    half = length // 2
    top = 10**half - 1
    return st.tuples(st.integers(1, top), st.integers(1, top)).map(lambda two: f"{min(two):0{half}}{max(two):0{half}}")


def _iban(body: str) -> str:
    number = int("".join(str(int(character, 36)) for character in body + "VN00"))
    return f"VN{98 - number % 97:02}{body}"


def _with_pair(component: Component) -> st.SearchStrategy[str]:
    most = component.longest - 2
    return text(most - 5, 0).map(lambda rest: "9521A" + rest).map(lambda body: body + check_pair.pair(body))


_MADE: dict[str, Callable[[Component], st.SearchStrategy[str]]] = {
    "couponcode": lambda _: st.just("012345612345611110123"),
    "couponposoffer": lambda _: st.just("001234561234560123456"),
    "csum": lambda component: with_check_digit(digits(component.longest - 1)),
    "csumalpha": _with_pair,
    "gcppos1": lambda component: text(component.longest - 4, 0, CSET39 if component.kind == "Y" else CSET82).map(
        lambda rest: "9521" + rest
    ),
    "hh": lambda _: st.integers(0, 23).map(lambda hour: f"{hour:02}"),
    "hhmi": lambda _: _TIMES,
    "hyphen": lambda _: st.just("-"),
    "iban": lambda _: text(28, 10, string.digits).map(_iban),
    "importeridx": lambda component: text(component.longest, component.shortest, CSET64),
    "iso3166": lambda _: _codes("countries"),
    "iso3166999": lambda _: _codes("countries") | st.just("999"),
    "iso3166alpha2": lambda _: _codes("countries2"),
    "iso4217": lambda _: _codes("currencies"),
    "iso5218": lambda _: st.sampled_from("0129"),
    "latitude": lambda _: st.integers(0, 1_800_000_000).map(lambda number: f"{number:010}"),
    "longitude": lambda _: st.integers(0, 3_600_000_000).map(lambda number: f"{number:010}"),
    "mediatype": lambda _: _codes("media"),
    "mi": lambda _: st.integers(0, 59).map(lambda minute: f"{minute:02}"),
    "nonzero": lambda component: st.integers(1, 10**component.longest - 1).map(lambda number: f"{number:0{component.longest}}"),
    "nozeroprefix": lambda component: st.integers(1, 10**component.longest - 1).map(str),
    "packagetype": lambda _: _codes("packages"),
    "pcenc": lambda component: text(component.longest, component.shortest, CSET82.replace("%", "")),
    "pieceoftotal": lambda component: _pieces(component.longest),
    "posinseqslash": lambda _: st.sampled_from(("1/1", "2/3", "9/9")),
    "ss": lambda _: st.integers(0, 59).map(lambda second: f"{second:02}"),
    "winding": lambda _: st.sampled_from("019"),
    "yesno": lambda _: st.sampled_from("01"),
    "yymmd0": lambda _: _DATES | _DATES.map(lambda date: date[:4] + "00"),
    "yymmdd": lambda _: _DATES,
    "yyyymmdd": lambda _: st.dates().map(lambda day: f"{day.year:04}{day:%m%d}"),
    "zero": lambda component: st.just("0" * component.longest),
}


def component_values(component: Component) -> st.SearchStrategy[str]:
    for check in component.checks:
        if check in _MADE:
            return _MADE[check](component)
    alphabet = {"N": string.digits, "X": CSET82, "Y": CSET39, "Z": CSET64}[component.kind]
    return text(component.longest, component.shortest, alphabet)


def values(entry: Entry) -> st.SearchStrategy[str]:
    """Valid values of an AI; optional components are there or not, from the end."""
    mandatory = [part for part in entry.components if not part.optional]
    optional = [part for part in entry.components if part.optional]
    parts = st.integers(0, len(optional)).map(lambda count: mandatory + optional[:count])
    return parts.flatmap(lambda chosen: st.tuples(*map(component_values, chosen)).map("".join))


entries = st.sampled_from(sorted(dictionary.entries())).map(lambda ai: dictionary.entries()[ai])
elements = entries.flatmap(lambda entry: values(entry).map(lambda value: (entry.ai, value)))
element_lists = st.lists(elements, min_size=1, max_size=5, unique_by=lambda pair: pair[0])
