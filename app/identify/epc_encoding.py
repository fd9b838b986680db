"""Values of AIs as bits, as the newer EPC schemes and the data appended to them write them.

Not defined by the standard, so refused: 03, 717, 3954, 3955, 8014 and 8040 to 8043. An IBAN (8007) has at most 24 characters here.
Source: EPC Tag Data Standard 2.3, 14.5.2 to 14.5.15, tables E, F and K.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import NamedTuple

from app.identify import dictionary
from app.identify.epc_bits import Bits, Packer, digits_bits
from app.identify.epc_refusals import EpcNotEncodable
from app.identify.refusals import UnknownAi

BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
CODE40 = "\0" + string.ascii_uppercase + "-.:" + string.digits
_DIGITS = frozenset(string.digits)
_UPPER_HEX = "0123456789ABCDEF"
_LOWER_HEX = "0123456789abcdef"
_ALPHABETS = {1: (_UPPER_HEX, 4), 2: (_LOWER_HEX, 4), 3: (BASE64, 6)}
_SETS = {indicator: frozenset(alphabet) for indicator, (alphabet, _) in _ALPHABETS.items()}
_CODE40_SET = frozenset(CODE40[1:])
_INTEGER, _ASCII, _CODE40 = 0, 4, 5
_END, _LETTERS_FOLLOW = 15, 14
_TRIPLE_BITS = 16
_TRIPLES = 40**3


class Part(NamedTuple):
    """One component of a value: which encoding, and how many characters (fixed, or at most)."""

    kind: str
    size: int


# kind and size, then the AIs; a component that follows the first is joined with "+"; 3100-3695 stands for those that exist
_FORMATS = """
n18 00 8006 8017 8018 8026
n14 01 02
n13 410-417
n13+v17 253
n13+d12 255
n14+v16 8003
n2 7241
v2 7010
v3 427 7008
v4 7040 7041
v10 7009 7255
v12 7005
v20 10 21 22 243 254 420 4318 7020-7022 710-716 7240 8002 8012
v24 8007
v25 7242 8013 8020
v28 235
v30 240 241 250 251 400 401 403 4308 4319 7002 7230-7239 90
v35 4300 4301 4310 4311 4320
v40 7253 7254 7259
v50 8009
v70 4302-4306 4312-4316 7257 8110 8112 8200
v90 7256 8030 91-99
i1 7252
i2 20
i3 422 424 426
i3+v9 421
i3+v27 7030-7039
i3+d15 3910-3919 3930-3939
i4 3940-3943 8111
i6 3100-3695 3950-3953 8005
i6+-1 4330-4333
i8 7250
i12 7251
i13 7001
i14 8001
i17 402
i20 4309
d4 7004
d6 242
d8 30 37
d10 8019
d12 8011
d15 3900-3909 3920-3929 423 425
t30 7023 8004 8010
Y6 11-13 15-17 4326 7006
H10 4324 4325 7003
R12 7007
P12 7011 8008
C2 4307 4317
b1 4321-4323
s3 7258
"""


def _table() -> dict[str, tuple[Part, ...]]:
    table: dict[str, tuple[Part, ...]] = {}
    for line in _FORMATS.split("\n"):
        form, *names = line.split() or ("",)
        parts = tuple(Part(part[0], int(part[1:])) for part in form.split("+") if part)
        for name in names:
            first, _, last = name.partition("-")
            table.update((str(number).zfill(len(first)), parts) for number in range(int(first), int(last or first) + 1))
    return table


FORMATS = _table()
"""AI to the components of its value."""

_LONGER = {**dict.fromkeys(("23", "24", "25", "40", "41", "42", "71"), 1)}
_LONGER |= dict.fromkeys(("31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82"), 2)


def read_ai(bits: Bits) -> str:
    """The AI that heads a piece of appended data, four bits a digit. Raises EpcWrongValue, UnknownAi, EpcNotEncodable, EpcTruncated."""
    start = bits.place
    ai = _digits(bits, 2, "AI")
    ai += _digits(bits, _LONGER.get(ai, 0), "AI")
    if dictionary.entry(ai) is None:
        raise UnknownAi(found=ai, position=bits.at(start))
    if ai not in FORMATS:
        raise EpcNotEncodable(scheme=bits.scheme, field=f"({ai})", found="", position=bits.at(start))
    return ai


def read_value(bits: Bits, ai: str) -> str:
    """The value of an AI. Raises EpcTruncated, EpcWrongValue; whether the AI allows the value is for the caller to check."""
    field = f"({ai})"
    return "".join([_READ[part.kind](bits, part.size, field) for part in FORMATS[ai]])


def write_ai(out: Packer, ai: str) -> None:
    """The AI that heads a piece of appended data. Raises EpcNotEncodable."""
    if ai not in FORMATS:
        raise out.unfit(field=f"({ai})", found="")
    out.put(int(ai, 16), 4 * len(ai))


def write_value(out: Packer, ai: str, value: str) -> None:
    """The value of an AI, which the caller has checked. Raises EpcNotEncodable."""
    field = f"({ai})"
    *fixed, last = FORMATS[ai]
    for part in fixed:
        _WRITE[part.kind](out, value[: part.size], part.size, field)
        value = value[part.size :]
    _WRITE[last.kind](out, value, last.size, field)


def read_triples(bits: Bits, length: int, field: str) -> str:
    """Characters of URN Code 40, three in 16 bits."""
    start = bits.place
    text = ""
    for _ in range(-(-length // 3)):
        number = bits.take(_TRIPLE_BITS) - 1
        if not 0 <= number < _TRIPLES:
            raise bits.wrong(field, number + 1, start)
        text += CODE40[number // 1600] + CODE40[number // 40 % 40] + CODE40[number % 40]
    if "\0" in text[:length] or text[length:].strip("\0"):
        raise bits.wrong(field, text.replace("\0", "?"), start)
    return text[:length]


def write_triples(out: Packer, text: str) -> None:
    """Characters of URN Code 40, filled up to groups of three."""
    for start in range(0, len(text), 3):
        first, second, third = (CODE40.index(character) for character in text[start : start + 3].ljust(3, "\0"))
        out.put(1600 * first + 40 * second + third + 1, _TRIPLE_BITS)


def is_code40(text: str) -> bool:
    """Whether every character is one of URN Code 40."""
    return _CODE40_SET.issuperset(text)


def write_date(out: Packer, field: str, value: str) -> None:
    """YYMMDD in 16 bits. Raises EpcNotEncodable."""
    _write_date(out, value, 6, field)


def read_date(bits: Bits, field: str) -> str:
    """YYMMDD of 16 bits. Raises EpcTruncated, EpcWrongValue."""
    return _date(bits, 6, field)


def _digits(bits: Bits, count: int, field: str) -> str:
    start = bits.place
    text = f"{bits.take(4 * count):0{count}x}" if count else ""
    if not _DIGITS.issuperset(text):
        raise bits.wrong(field, text.upper(), start)
    return text


def _integer(bits: Bits, digits: int, field: str) -> str:
    start = bits.place
    text = f"{bits.take(digits_bits(digits)):0{digits}d}" if digits else ""
    if len(text) > digits:
        raise bits.wrong(field, text, start)
    return text


def _counted(bits: Bits, most: int, field: str) -> str:
    return _integer(bits, _count(bits, most, field), field)


def _count(bits: Bits, most: int, field: str) -> int:
    start = bits.place
    count = bits.take(most.bit_length())
    if count > most:
        raise bits.wrong(field, count, start)
    return count


def _variable(bits: Bits, most: int, field: str) -> str:
    """Any characters: an indicator of how they are written, their count, themselves."""
    start = bits.place
    indicator = bits.take(3)
    count = _count(bits, most, field)
    if indicator == _INTEGER:
        return _integer(bits, count, field)
    if indicator in _ALPHABETS:
        alphabet, width = _ALPHABETS[indicator]
        return "".join([alphabet[bits.take(width)] for _ in range(count)])
    if indicator == _ASCII:
        return "".join([chr(bits.take(7)) for _ in range(count)])
    if indicator == _CODE40:
        return read_triples(bits, count, field)
    raise bits.wrong(field, indicator, start)


def _delimited(bits: Bits, most: int, field: str) -> str:
    """Digits to the first other character, then any characters."""
    text = ""
    while True:
        start = bits.place
        nibble = bits.take(4)
        if nibble == _END:
            return text
        if nibble == _LETTERS_FOLLOW:
            return text + _variable(bits, most, field)
        if nibble > 9 or len(text) == most:
            raise bits.wrong(field, text + _UPPER_HEX[nibble], start)
        text += _UPPER_HEX[nibble]


def _date(bits: Bits, _: int, field: str) -> str:
    start = bits.place
    year = bits.take(7)
    text = f"{year:02d}{bits.take(4):02d}{bits.take(5):02d}"
    if year > 99:
        raise bits.wrong(field, text, start)
    return text


def _date_time(bits: Bits, _: int, field: str) -> str:
    return _date(bits, 6, field) + _clock(bits, 2)


def _clock(bits: Bits, parts: int) -> str:
    return "".join([f"{bits.take(width):02d}" for width in (5, 6, 6)[:parts]])


def _date_or_range(bits: Bits, _: int, field: str) -> str:
    return "".join([_date(bits, 6, field) for _ in range(bits.take(1) + 1)])


def _precise(bits: Bits, _: int, field: str) -> str:
    """Date, and after it, as two bits say, hour, minute and second: 0 the first of these, 2 all three, 3 none."""
    parts = (bits.take(2) + 1) % 4
    return _date(bits, 6, field) + _clock(bits, parts)


def _country(bits: Bits, _: int, __: str) -> str:
    return BASE64[bits.take(6)] + BASE64[bits.take(6)]


def _bit(bits: Bits, _: int, __: str) -> str:
    return str(bits.take(1))


def _minus(bits: Bits, _: int, __: str) -> str:
    return "-" if bits.take(1) else ""


def _sequence(bits: Bits, _: int, field: str) -> str:
    return "/".join(_digits(bits, 2, field))


def _write_digits(out: Packer, value: str, size: int, field: str) -> None:
    if len(value) != size or not _DIGITS.issuperset(value):
        raise out.unfit(field, value)
    out.put(int(value, 16), 4 * size)


def _write_integer(out: Packer, value: str, size: int, field: str) -> None:
    if len(value) != size or not _DIGITS.issuperset(value):
        raise out.unfit(field, value)
    out.put(int(value), digits_bits(size))


def _write_counted(out: Packer, value: str, most: int, field: str) -> None:
    if len(value) > most or not _DIGITS.issuperset(value):
        raise out.unfit(field, value)
    out.put(len(value), most.bit_length())
    out.put(int(value or "0"), digits_bits(len(value)))


def _write_variable(out: Packer, value: str, most: int, field: str) -> None:
    """The way that takes the fewest bits; of two ways, the one with the lower indicator."""
    if len(value) > most or not value.isascii():
        raise out.unfit(field, value)
    indicator = _shortest(value)
    out.put(indicator, 3)
    out.put(len(value), most.bit_length())
    if indicator == _INTEGER:
        out.put(int(value or "0"), digits_bits(len(value)))
    elif indicator == _CODE40:
        write_triples(out, value)
    elif indicator == _ASCII:
        for character in value:
            out.put(ord(character), 7)
    else:
        alphabet, width = _ALPHABETS[indicator]
        for character in value:
            out.put(alphabet.index(character), width)


def _shortest(value: str) -> int:
    if _DIGITS.issuperset(value):
        return _INTEGER
    ways = [(width * len(value), indicator) for indicator, (_, width) in _ALPHABETS.items() if _SETS[indicator].issuperset(value)]
    if is_code40(value):
        ways.append((_TRIPLE_BITS * -(-len(value) // 3), _CODE40))
    return min(ways)[1] if ways else _ASCII


def _write_delimited(out: Packer, value: str, most: int, field: str) -> None:
    letters = value.lstrip(string.digits)
    leading = value[: len(value) - len(letters)]
    if len(value) > most:
        raise out.unfit(field, value)
    out.put(int(leading or "0", 16), 4 * len(leading))
    if letters:
        out.put(_LETTERS_FOLLOW, 4)
        _write_variable(out, letters, most, field)
    else:
        out.put(_END, 4)


def _write_date(out: Packer, value: str, _: int, field: str) -> None:
    if len(value) != 6 or not _DIGITS.issuperset(value):
        raise out.unfit(field, value)
    out.put(int(value[:2]) << 9 | int(value[2:4]) << 5 | int(value[4:]), 16)


def _write_date_time(out: Packer, value: str, _: int, field: str) -> None:
    _write_date(out, value[:6], 6, field)
    _write_clock(out, value[6:])


def _write_clock(out: Packer, value: str) -> None:
    for start, width in zip(range(0, len(value), 2), (5, 6, 6), strict=False):
        out.put(int(value[start : start + 2]), width)


def _write_date_or_range(out: Packer, value: str, _: int, field: str) -> None:
    out.put(int(len(value) > 6), 1)
    for start in range(0, len(value), 6):
        _write_date(out, value[start : start + 6], 6, field)


def _write_precise(out: Packer, value: str, _: int, field: str) -> None:
    parts = (len(value) - 6) // 2
    out.put((parts - 1) % 4, 2)
    _write_date_time(out, value, 0, field)


def _write_country(out: Packer, value: str, _: int, __: str) -> None:
    for character in value:
        out.put(BASE64.index(character), 6)


def _write_bit(out: Packer, value: str, _: int, __: str) -> None:
    out.put(int(value), 1)


def _write_minus(out: Packer, value: str, _: int, __: str) -> None:
    out.put(int(value == "-"), 1)


def _write_sequence(out: Packer, value: str, _: int, field: str) -> None:
    _write_digits(out, value.replace("/", ""), 2, field)


_READ: dict[str, Callable[[Bits, int, str], str]] = {
    "n": _digits,
    "i": _integer,
    "d": _counted,
    "v": _variable,
    "t": _delimited,
    "Y": _date,
    "H": _date_time,
    "R": _date_or_range,
    "P": _precise,
    "C": _country,
    "b": _bit,
    "-": _minus,
    "s": _sequence,
}
_WRITE: dict[str, Callable[[Packer, str, int, str], None]] = {
    "n": _write_digits,
    "i": _write_integer,
    "d": _write_counted,
    "v": _write_variable,
    "t": _write_delimited,
    "Y": _write_date,
    "H": _write_date_time,
    "R": _write_date_or_range,
    "P": _write_precise,
    "C": _write_country,
    "b": _write_bit,
    "-": _write_minus,
    "s": _write_sequence,
}
