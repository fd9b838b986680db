"""Fields of the older EPC schemes, whose key is divided where the company prefix ends.

An SGLN extension of 0 means that there is none. The reference of CPI-96 and GIAI-96 and serials written as numbers lose leading zeros, so
values that begin with one are refused when writing. GDTI-113 keeps them by a 1 before its digits, as its coding table says.
Source: EPC Tag Data Standard 2.3, 14.3, 14.4 and 14.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.identify import check_digit
from app.identify import prefix_length as lengths
from app.identify.epc_bits import Bits, Packer
from app.identify.epc_refusals import EpcLeftover, EpcTruncated, EpcWrongPartition
from app.identify.epc_schemes import LONGEST_PREFIX, PREFIX_BITS, Partitioned

NO_EXTENSION = "0"
"""The GLN extension of a location that has none."""

_LED = frozenset(("00", "01", "8006"))
_UNCHECKED = frozenset(("8004", "8010"))
_LETTER_BITS = 6
_PIECE_BITS = 7


class Field(NamedTuple):
    """One AI with its value and the bit where it begins."""

    ai: str
    value: str
    start: int


class Divided(NamedTuple):
    """What an older scheme says."""

    fields: list[Field]
    filter_value: int
    prefix_length: int


def read(bits: Bits, scheme: Partitioned) -> Divided:
    """What follows the header. Raises EpcTruncated, EpcWrongPartition, EpcWrongValue, EpcLeftover."""
    if bits.length < scheme.bits:
        raise EpcTruncated(scheme=scheme.name, needed=scheme.bits, found=bits.length, position=bits.at(bits.length))
    filter_value = bits.take(3)
    start = bits.place
    prefix_length = LONGEST_PREFIX - bits.take(3)
    if prefix_length not in PREFIX_BITS:
        raise EpcWrongPartition(scheme=scheme.name, found=LONGEST_PREFIX - prefix_length, position=bits.at(start))
    field = f"({scheme.key})"
    prefix = _padded(bits, PREFIX_BITS[prefix_length], prefix_length, field)
    value = _key(scheme.key, prefix, _reference(bits, scheme, prefix_length, field))
    if scheme.key == "8006":
        value += _padded(bits, _PIECE_BITS, 2, field) + _padded(bits, _PIECE_BITS, 2, field)
    fields = [Field(scheme.key, value, start)]
    if scheme.serial:
        fields = _with_serial(bits, scheme, fields[0])
    unused_at = bits.place
    if scheme.bits > unused_at and bits.take(scheme.bits - unused_at):
        raise EpcLeftover(scheme=scheme.name, position=bits.at(unused_at))
    return Divided(fields, filter_value, prefix_length)


def write(out: Packer, scheme: Partitioned, values: Mapping[str, str], filter_value: int, prefix_length: int | None) -> None:
    """What follows the header. values: AI to value, checked; all must fit. Raises WrongPrefixLength, EpcNotEncodable."""
    for ai, value in values.items():
        if ai not in (scheme.key, scheme.serial_ai):
            raise out.unfit(field=f"({ai})", found=value)
    value = values[scheme.key]
    length = prefix_length or 0
    prefix, reference, rest = _divide(scheme, value, length)
    lengths.check(f"({scheme.key})", prefix + reference, length, position=0, least=lengths.SHORTEST_IN_EPC)
    out.put(filter_value, 3)
    out.put(LONGEST_PREFIX - length, 3)
    out.put(int(prefix), PREFIX_BITS[length])
    _write_reference(out, scheme, reference, length)
    if scheme.key == "8006":
        out.put(int(rest[:2]), _PIECE_BITS)
        out.put(int(rest[2:]), _PIECE_BITS)
    if scheme.serial:
        absent = NO_EXTENSION if scheme.serial_ai == "254" else ""
        _write_serial(out, scheme, values.get(scheme.serial_ai, absent) if scheme.serial_ai else rest)
    if out.length < scheme.bits:
        out.put(0, scheme.bits - out.length)


def _with_serial(bits: Bits, scheme: Partitioned, key: Field) -> list[Field]:
    start = bits.place
    field = f"({scheme.serial_ai or scheme.key})"
    if scheme.serial == "string":
        serial = _string(bits, scheme.serial_bits, field)
    else:
        serial = str(bits.take(scheme.serial_bits))
        if scheme.serial == "digits":
            if serial[0] != "1" or len(serial) == 1:
                raise bits.wrong(field, serial, start)
            serial = serial[1:]
    if not scheme.serial_ai:
        return [Field(key.ai, key.value + serial, key.start)]
    if scheme.serial_ai == "254" and serial == NO_EXTENSION:
        return [key]
    return [key, Field(scheme.serial_ai, serial, start)]


def _padded(bits: Bits, width: int, digits: int, field: str) -> str:
    """A number with zeros in front; of no digits it must be 0."""
    start = bits.place
    number = bits.take(width)
    if number >= 10**digits:
        raise bits.wrong(field, number, start)
    return f"{number:0{digits}d}" if digits else ""


def _reference(bits: Bits, scheme: Partitioned, prefix_length: int, field: str) -> str:
    if scheme.reference == "letters":
        return _letters(bits, field)
    width = scheme.divided - PREFIX_BITS[prefix_length]
    if scheme.reference == "string":
        return _string(bits, width, field)
    if scheme.reference == "integer":
        return str(bits.take(width))
    return _padded(bits, width, scheme.digits - prefix_length, field)


def _string(bits: Bits, width: int, field: str) -> str:
    """Characters of 7 bits, at least one; after the first 0 nothing but zeros."""
    start = bits.place
    number = bits.take(width)
    text = ""
    left = width
    while left >= 7:
        left -= 7
        code = number >> left & 0x7F
        if not code:
            break
        text += chr(code)
    if not text or number & ((1 << left) - 1):
        raise bits.wrong(field, text, start)
    return text


def _letters(bits: Bits, field: str) -> str:
    """Characters of 6 bits, at least one, up to a 0: letters A to Z from 1 on, others are the low bits of ASCII."""
    start = bits.place
    text = ""
    while code := bits.take(_LETTER_BITS):
        text += chr(code if code & 0x20 else code | 0x40)
    if not text:
        raise bits.wrong(field, text, start)
    return text


def _key(ai: str, prefix: str, reference: str) -> str:
    if ai in _UNCHECKED:
        return prefix + reference
    body = reference[0] + prefix + reference[1:] if ai in _LED else prefix + reference
    body += check_digit.digit(body)
    return "0" + body if ai == "8003" else body


def _divide(scheme: Partitioned, value: str, prefix_length: int) -> tuple[str, str, str]:
    """Company prefix, reference, and what follows the check digit."""
    if scheme.key in _UNCHECKED:
        return value[:prefix_length], value[prefix_length:], ""
    if scheme.key == "8003":
        value = value[1:]
    body, rest = value[: scheme.digits], value[scheme.digits + 1 :]
    if scheme.key in _LED:
        return body[1 : 1 + prefix_length], body[0] + body[1 + prefix_length :], rest
    return body[:prefix_length], body[prefix_length:], rest


def _write_reference(out: Packer, scheme: Partitioned, reference: str, prefix_length: int) -> None:
    field = f"({scheme.key})"
    width = scheme.divided - PREFIX_BITS[prefix_length]
    if scheme.reference == "padded":
        out.put(int(reference or "0"), width)
    elif scheme.reference == "integer":
        _write_integer(out, reference, width, field, prefix_length)
    elif scheme.reference == "string":
        _write_string(out, reference, width, field, prefix_length)
    else:
        if not reference:
            raise out.unfit(field, reference, prefix_length)
        for character in reference:
            out.put(ord(character) & 0x3F, _LETTER_BITS)
        out.put(0, _LETTER_BITS)


def _write_serial(out: Packer, scheme: Partitioned, serial: str) -> None:
    field = f"({scheme.serial_ai or scheme.key})"
    if scheme.serial == "string":
        _write_string(out, serial, scheme.serial_bits, field)
    elif scheme.serial == "integer":
        _write_integer(out, serial, scheme.serial_bits, field)
    else:
        if not serial:
            raise out.unfit(field, serial)
        _write_integer(out, "1" + serial, scheme.serial_bits, field)


def _write_integer(out: Packer, text: str, width: int, field: str, position: int = 0) -> None:
    digits = text.isascii() and text.isdigit()
    if not digits or (text[0] == "0" and text != "0") or int(text) >> width:
        raise out.unfit(field, text, position)
    out.put(int(text), width)


def _write_string(out: Packer, text: str, width: int, field: str, position: int = 0) -> None:
    if not text or 7 * len(text) > width:
        raise out.unfit(field, text, position)
    for character in text:
        out.put(ord(character), 7)
    out.put(0, width - 7 * len(text))
