"""The checks that the AI table names for components of values; each answers the first fault with its position.

Source: GS1 Barcode Syntax Dictionary, linters; GS1 General Specifications. Rule names are those of the dictionary in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from app.identify import check_digit, check_pair, dictionary
from app.identify.coupons import coupon_code, positive_offer
from app.identify.dates import date, hour, hour_minute, minute, second
from app.identify.fault import DIGITS, Check, Fault, first_outside, not_digit, whole

_CSET82 = frozenset(check_pair.CSET82)
_CSET39 = frozenset("#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_CSET64 = frozenset("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_IMPORTER = _CSET64
_IBAN = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_COMPANY_PREFIX = 4
_MOST_PADS = 2
_LONGEST_PAIR = check_pair.LONGEST_BODY + 2
_COORDINATE = 10
_LATITUDE_MOST = 1_800_000_000
_LONGITUDE_MOST = 3_600_000_000
_IBAN_LEAST, _IBAN_MOST = 10, 34
_HEX = frozenset("0123456789ABCDEFabcdef")


def cset82(text: str) -> Fault | None:
    """Characters of AIs of type X."""
    return first_outside(text, _CSET82, "invalid-cset82-character")


def cset39(text: str) -> Fault | None:
    """Characters of a component and part identifier."""
    return first_outside(text, _CSET39, "invalid-cset39-character")


def cset64(text: str) -> Fault | None:
    """File-safe base64 with at most two pads that fill the last group of three."""
    body = text.rstrip("=")
    pads = len(text) - len(body)
    if pads > _MOST_PADS or (pads and len(text) % 3):
        return Fault("invalid-cset64-padding", len(body), pads)
    return first_outside(body, _CSET64, "invalid-cset64-character")


def csum(text: str) -> Fault | None:
    """The last digit is the modulo-10 check digit."""
    if not text:
        return Fault("too-short-for-check-digit", 0, 0)
    fault = not_digit(text)
    if fault is not None:
        return fault
    return None if check_digit.is_right(text) else Fault("incorrect-check-digit", len(text) - 1, 1)


def csumalpha(text: str) -> Fault | None:
    """The last two characters are the check pair of the others."""
    if len(text) > _LONGEST_PAIR:
        return whole("too-long-for-check-pair-implementation", text)
    if len(text) < 2:  # the pair itself
        return whole("too-short-for-check-pair", text)
    fault = cset82(text[:-2])
    if fault is not None:
        return fault
    return None if text[-2:] == check_pair.pair(text[:-2]) else Fault("incorrect-check-pair", len(text) - 2, 2)


Prefixes = Callable[[str], bool | None]
"""A look-up of company prefixes: whether a text, from its prefix on, begins with an allotted one; None when it cannot be asked."""


def gcppos1(text: str, prefixes: Prefixes | None = None) -> Fault | None:
    """A company prefix, at least four digits, begins the text; with a look-up, it must also be one that it knows."""
    if len(text) < _COMPANY_PREFIX:
        return whole("too-short-for-gcp", text)
    fault = first_outside(text[:_COMPANY_PREFIX], DIGITS, "invalid-gcp-prefix")
    if fault is not None or prefixes is None:
        return fault
    known = prefixes(text)
    if known is None:
        return whole("gcp-datasource-offline", text)
    return None if known else whole("invalid-gcp-prefix", text)


def gcppos2(text: str, prefixes: Prefixes | None = None) -> Fault | None:
    """A company prefix begins at the second character."""
    if len(text) < 2:  # the character before it and one of its own
        return whole("too-short-for-gcp", text)
    fault = gcppos1(text[1:], prefixes)
    return None if fault is None else fault.moved(1)


def hasnondigit(text: str) -> Fault | None:
    """At least one character is not a digit."""
    return whole("requires-non-digit-character", text) if DIGITS.issuperset(text) else None


def hyphen(text: str) -> Fault | None:
    """Nothing but hyphens."""
    return None if text and not text.strip("-") else whole("not-hyphen", text)


def iban(text: str) -> Fault | None:  # noqa: PLR0911  # one return for each of its faults
    """An International Bank Account Number with its country and check digits (modulo 97)."""
    if len(text) < 4:  # country and check digits
        return whole("iban-too-short", text)
    if text[:2] not in dictionary.codes("countries2"):
        return Fault("illegal-iban-country-code", 0, 2)
    if len(text) > _IBAN_MOST:
        return whole("iban-too-long", text)
    if len(text) <= _IBAN_LEAST:
        return whole("iban-too-short", text)
    fault = first_outside(text[4:], _IBAN, "invalid-iban-character")
    if fault is not None:
        return fault.moved(4)
    fault = first_outside(text[:4], _IBAN, "invalid-iban-character")
    if fault is not None:
        return fault
    number = int("".join(str(int(character, 36)) for character in text[4:] + text[:4]))
    return None if number % 97 == 1 else Fault("incorrect-iban-checksum", 2, 2)


def importeridx(text: str) -> Fault | None:
    """One character of the importer index."""
    if len(text) != 1:
        return whole("importer-idx-must-be-one-character", text)
    return first_outside(text, _IMPORTER, "invalid-import-idx-character")


def _listed(name: str, rule: str, *more: str) -> Check:
    def check(text: str) -> Fault | None:
        return None if text in dictionary.codes(name) or text in more else whole(rule, text)

    return check


def _one_of(values: tuple[str, ...], rule: str) -> Check:
    return lambda text: None if text in values else whole(rule, text)


def _coordinate(most: int, length_rule: str, range_rule: str) -> Check:
    def check(text: str) -> Fault | None:
        if len(text) != _COORDINATE:
            return whole(length_rule, text)
        return not_digit(text) or (whole(range_rule, text) if int(text) > most else None)

    return check


def nonzero(text: str) -> Fault | None:
    """A number that is not zero."""
    return not_digit(text) or (whole("illegal-zero-value", text) if not text.strip("0") else None)


def nozeroprefix(text: str) -> Fault | None:
    """A number without leading zeros; 0 itself is refused."""
    return Fault("illegal-zero-prefix", 0, 1) if text.startswith("0") else not_digit(text)


def pcenc(text: str) -> Fault | None:
    """Every percent sign begins an escape of two hexadecimal digits."""
    place = text.find("%")
    while place >= 0:
        digits = text[place + 1 : place + 3]
        if len(digits) < 2 or not _HEX.issuperset(digits):  # two digits of an escape
            return Fault("invalid-percent-sequence", place, min(3, len(text) - place))
        place = text.find("%", place + 3)
    return None


def pieceoftotal(text: str) -> Fault | None:
    """Piece number and total in two halves, neither zero, the piece not beyond the total."""
    fault = not_digit(text) if text else None
    if fault is not None:
        return fault
    if len(text) % 2 or not text:
        return whole("invalid-length-for-piece-of-total", text)
    half = len(text) // 2
    piece, total = text[:half], text[half:]
    if not piece.strip("0"):
        return Fault("zero-piece-number", 0, half)
    if not total.strip("0"):
        return Fault("zero-total-pieces", half, half)
    return whole("piece-number-exceeds-total", text) if piece > total else None


_SEQUENCE = re.compile(r"([0-9]+)/([0-9]+)")


def posinseqslash(text: str) -> Fault | None:
    """A position in a sequence, as 2/3."""
    match = _SEQUENCE.fullmatch(text)
    if match is None:
        return whole("position-in-sequence-malformed", text)
    for part in (1, 2):
        if match[part].startswith("0"):
            return Fault("illegal-zero-prefix", match.start(part), len(match[part]))
    position, end = ((len(number), number) for number in match.groups())  # no leading zeros, so longer is larger
    return whole("position-exceeds-end", text) if position > end else None


def zero(text: str) -> Fault | None:
    """Nothing but zeros."""
    return None if text and not text.strip("0") else whole("not-zero", text)


LINTERS: dict[str, Check] = {
    "couponcode": coupon_code,
    "couponposoffer": positive_offer,
    "cset39": cset39,
    "cset64": cset64,
    "cset82": cset82,
    "csetnumeric": not_digit,
    "csum": csum,
    "csumalpha": csumalpha,
    "gcppos1": gcppos1,
    "gcppos2": gcppos2,
    "hasnondigit": hasnondigit,
    "hh": hour,
    "hhmi": hour_minute,
    "hyphen": hyphen,
    "iban": iban,
    "importeridx": importeridx,
    "iso3166": _listed("countries", "not-iso3166"),
    "iso3166999": _listed("countries", "not-iso3166-or-999", "999"),
    "iso3166alpha2": _listed("countries2", "not-iso3166-alpha2"),
    "iso4217": _listed("currencies", "not-iso4217"),
    "iso5218": _one_of(("0", "1", "2", "9"), "invalid-biological-sex-code"),
    "latitude": _coordinate(_LATITUDE_MOST, "latitude-invalid-length", "invalid-latitude"),
    "longitude": _coordinate(_LONGITUDE_MOST, "longitude-invalid-length", "invalid-longitude"),
    "mediatype": _listed("media", "invalid-media-type"),
    "mi": minute,
    "nonzero": nonzero,
    "nozeroprefix": nozeroprefix,
    "packagetype": _listed("packages", "invalid-package-type"),
    "pcenc": pcenc,
    "pieceoftotal": pieceoftotal,
    "posinseqslash": posinseqslash,
    "ss": second,
    "winding": _one_of(("0", "1", "9"), "invalid-winding-direction"),
    "yesno": _one_of(("0", "1"), "not-zero-or-one"),
    "yymmd0": date(year_digits=2, day_zero=True),
    "yymmdd": date(year_digits=2, day_zero=False),
    "yyyymmd0": date(year_digits=4, day_zero=True),
    "yyyymmdd": date(year_digits=4, day_zero=False),
    "zero": zero,
}
"""Every linter of the dictionary by its name there."""

CHARACTERS: dict[str, Check] = {"N": not_digit, "X": cset82, "Y": cset39, "Z": cset64}
"""The check of characters for each type of component."""


def lint_component(linter: str, text: str, prefixes: Prefixes | None = None) -> Fault | None:
    """The first fault that one linter of the dictionary finds in a component.

    prefixes: a look-up of company prefixes that `gcppos1` and `gcppos2` ask after their own checks; none is built in. Raises KeyError.
    """
    if prefixes is not None and linter in _WITH_PREFIXES:
        return _WITH_PREFIXES[linter](text, prefixes)
    return LINTERS[linter](text)


_WITH_PREFIXES: dict[str, Callable[[str, Prefixes], Fault | None]] = {"gcppos1": gcppos1, "gcppos2": gcppos2}
