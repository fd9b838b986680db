"""EPC binary strings in Digital Links: the last path segment `eh` + hexadecimal or `ex` + base64url, from the tag's memory and back.

Every scheme of the EPC Tag Data Standard 2.3 that has a GS1 key is read and written; the filter value, the length of the company prefix
and the host of the `++` schemes are reported beside the link. What the standard leaves undefined is named in `epc_encoding`, `epc_plus`,
`epc_host` and `epc_partition`. Zeros after the end are padding, however many, up to the longest string that is read.
Measured, one core of a shared two-core machine, Python 3.11: 27,000 to 58,000 SGTIN-96 parsed and checked in a second.
Source: GS1 Digital Link URI, Compression Technical Standard for EPC binary strings 1.0.0; EPC Tag Data Standard 2.3, 14 and 15.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from app.errors import Invalid
from app.identify import digital_link, epc_partition, epc_plus
from app.identify.epc_bits import WORD, Bits, Packer
from app.identify.epc_partition import Field
from app.identify.epc_refusals import (
    EpcHeaderReserved,
    EpcSchemeUnknown,
    EpcTooLong,
    EpcTooShort,
    EpcWithoutKey,
    EpcWrongHost,
    NotAnEpcSegment,
)
from app.identify.epc_schemes import BY_HEADER, BY_NAME, SCHEMES, WITHOUT_KEY, Partitioned, Plus, Scheme

Pair = tuple[str, str]

MOST_BITS = 4096
"""More than any tag holds (496 bits), and little enough that reading costs nothing to speak of."""

_HEX = re.compile(r"[0-9a-f]*")
_BASE64 = re.compile(r"[A-Za-z0-9_-]*")
_FILTERS = 8
_HEADER = 8


@dataclass(frozen=True, slots=True)
class EpcBinary:
    """An EPC taken from its bits.

    scheme: name as in the standard, `SGTIN-96`; path: AI and value, the key first; attributes: the AIs that go into the query;
    filter_value: 0 to 7; prefix_length: digits of the company prefix, where the scheme tells; host: of a `++` scheme, in lower case.
    """

    scheme: str
    path: tuple[Pair, ...]
    attributes: tuple[Pair, ...]
    filter_value: int | None
    prefix_length: int | None
    host: str | None


class _Reading(NamedTuple):
    """An EPC, and how many bits its spelling has: up to the end of a digit or of a word."""

    epc: EpcBinary
    bits: int


def parse(segment: str) -> EpcBinary:
    """Take a segment `eh…` or `ex…` apart and check what it says as a Digital Link. Raises kinds of Invalid with `position`, 0-based."""
    return _read(_bits_of(segment)).epc


def build(
    path: Iterable[Pair],
    attributes: Iterable[Pair] = (),
    *,
    scheme: str,
    filter_value: int = 0,
    prefix_length: int | None = None,
    host: str | None = None,
) -> bytes:
    """The bits of a Digital Link path and query in whole words of 16, as a tag's memory holds them.

    scheme: one of `scheme_names()`; prefix_length: digits of the company prefix, for the schemes without plus; host: for those with two.
    AIs that the scheme has no place for are appended as data where it can carry any. Raises kinds of Invalid.
    """
    chosen = BY_NAME.get(scheme)
    if chosen is None:
        raise EpcSchemeUnknown(found=scheme, position=0)
    placed = [(ai, value.zfill(14) if ai == "01" else value) for ai, value in path]
    extra = list(attributes)
    digital_link.build(placed, extra)
    out = Packer(scheme)
    if placed[0][0] != chosen.key:
        raise out.unfit(field=f"({placed[0][0]})", found=placed[0][1])
    if not 0 <= filter_value < _FILTERS:
        raise out.unfit(field="filter", found=filter_value)
    out.put(chosen.header, _HEADER)
    if isinstance(chosen, Plus):
        epc_plus.write(out, chosen, dict(placed), extra, filter_value, host)
        return out.words()
    if host is not None:
        raise EpcWrongHost(scheme=scheme, found=host, position=0)
    epc_partition.write(out, chosen, dict(placed + extra), filter_value, prefix_length)
    return out.words()


def to_hex(data: bytes) -> str:
    """The segment `eh…` of an EPC's bits: `+` schemes end with their last digit, others and appended data with their last word.

    data: as `build` makes it, or read from a tag. Raises kinds of Invalid with `position` in bytes.
    """
    number, length = _spelled(data)
    return f"eh{number:0{length // 4}x}"


def to_base64(data: bytes) -> str:
    """The segment `ex…` of an EPC's bits, the same ones as in `to_hex`, filled with zeros to a whole character. Raises as `to_hex`."""
    number, length = _spelled(data)
    characters = -(-length // 6)
    octets = -(-characters * 6 // 8)
    text = base64.urlsafe_b64encode((number << (octets * 8 - length)).to_bytes(octets, "big"))
    return "ex" + text.decode("ascii")[:characters]


def scheme_names() -> tuple[str, ...]:
    """The names of the schemes that are read and written."""
    return tuple(scheme.name for scheme in SCHEMES)


def _bits_of(segment: str) -> Bits:
    """The bits that the characters after `eh` or `ex` carry."""
    kind, body = segment[:2], segment[2:]
    if kind not in ("eh", "ex"):
        raise NotAnEpcSegment(found=segment[:1] if segment[:1] != "e" else segment[1:2], position=int(segment[:1] == "e"))
    right = (_HEX if kind == "eh" else _BASE64).match(body)
    end = right.end() if right else 0
    if end < len(body):
        raise NotAnEpcSegment(found=body[end], position=2 + end)
    width = 4 if kind == "eh" else 6
    length = width * len(body)
    if length < _HEADER:
        raise EpcTooShort(found=length, position=len(segment))
    if length > MOST_BITS:
        raise EpcTooLong(found=length, most=MOST_BITS, position=2 + MOST_BITS // width)
    if kind == "eh":
        return Bits(int(body, 16), length, width, 2)
    fill = -len(body) % 4
    number = int.from_bytes(base64.urlsafe_b64decode(body + "A" * fill), "big")
    return Bits(number >> (width * fill), length, width, 2)


def _read(bits: Bits) -> _Reading:
    header = bits.take(_HEADER)
    scheme = BY_HEADER.get(header)
    if scheme is None:
        if header in WITHOUT_KEY:
            raise EpcWithoutKey(scheme=WITHOUT_KEY[header], position=bits.at(0))
        raise EpcHeaderReserved(found=f"{header:02X}", position=bits.at(0))
    bits.scheme = scheme.name
    if isinstance(scheme, Partitioned):
        divided = epc_partition.read(bits, scheme)
        bits.only_padding()
        epc = _epc(bits, scheme, divided.fields, divided.filter_value, prefix_length=divided.prefix_length)
        return _Reading(epc, _rounded(bits.place, WORD))
    listed = epc_plus.read(bits, scheme)
    epc = _epc(bits, scheme, listed.fields, listed.filter_value, host=listed.host)
    return _Reading(epc, _rounded(bits.place, WORD if scheme.hosted or listed.appended else 4))


def _epc(
    bits: Bits,
    scheme: Scheme,
    fields: list[Field],
    filter_value: int,
    *,
    prefix_length: int | None = None,
    host: str | None = None,
) -> EpcBinary:
    """The fields as a Digital Link that passes the checks of one; a refusal points at where the field begins."""
    values = {field.ai: field.value for field in fields}
    path = tuple(digital_link.longest_path((scheme.key, values[scheme.key]), values))
    placed = {ai for ai, _ in path}
    attributes = tuple((field.ai, field.value) for field in fields if field.ai not in placed)
    try:
        digital_link.build(path, attributes)
    except Invalid as refusal:
        ai = refusal.params.get("ai", scheme.key)
        refusal.params["position"] = bits.at(next((field.start for field in fields if field.ai == ai), 0))
        raise
    return EpcBinary(scheme.name, path, attributes, filter_value, prefix_length, host)


def _rounded(length: int, unit: int) -> int:
    return -(-length // unit) * unit


def _spelled(data: bytes) -> tuple[int, int]:
    """The bits that a spelling has, as a number and their count."""
    if not data:
        raise EpcTooShort(found=0, position=0)
    if len(data) * 8 > MOST_BITS:
        raise EpcTooLong(found=len(data) * 8, most=MOST_BITS, position=MOST_BITS // 8)
    bits = Bits(int.from_bytes(data, "big"), len(data) * 8, 8, 0)
    length = _read(bits).bits
    shift = length - bits.length
    return (bits.number << shift if shift >= 0 else bits.number >> -shift), length
