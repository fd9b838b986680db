"""Fields of the newer EPC schemes: AIs one after another, a host name in the `++` ones, and data appended after the EPC.

Appended data is read whether or not the bit that announces it is set, as the standard's guidance on decoding has it; nothing but
zeros after the EPC is padding, even when it is as long as an SSCC. Keys that need a serial (GRAI, GDTI, GCN) are refused without.
Not defined by the standard, so refused: data headers with a digit A to F. Source: EPC Tag Data Standard 2.3, 14.5.1, 14.5.3, 14.6, 15.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.identify.epc_bits import Bits, Packer
from app.identify.epc_encoding import read_ai, read_date, read_value, write_ai, write_date, write_value
from app.identify.epc_host import read_host, write_host
from app.identify.epc_partition import NO_EXTENSION, Field
from app.identify.epc_refusals import EpcWrongHost
from app.identify.epc_schemes import DATES, Plus
from app.identify.refusals import Repeated

Pair = tuple[str, str]

_SERIAL_AFTER = {"253": 13, "255": 13, "8003": 14}
_SSCC_BITS = 72


class Listed(NamedTuple):
    """What a newer scheme says; appended: whether data follows the EPC."""

    fields: list[Field]
    filter_value: int
    host: str | None
    appended: bool


def read(bits: Bits, scheme: Plus) -> Listed:
    """What follows the header. Raises EpcTruncated, EpcWrongValue, EpcNotEncodable, EpcLeftover, Repeated."""
    bits.take(1)
    filter_value = bits.take(3)
    fields: list[Field] = []
    if scheme.dated:
        fields.append(_date(bits))
    for ai in scheme.ais:
        start = bits.place
        value = read_value(bits, ai)
        if len(value) == _SERIAL_AFTER.get(ai):
            raise bits.wrong(field=f"({ai})", found=value, start=start)
        if ai != "254" or value != NO_EXTENSION:
            fields.append(Field(ai, value, start))
    host = read_host(bits) if scheme.hosted else None
    count = len(fields)
    _read_appended(bits, fields)
    return Listed(fields, filter_value, host, len(fields) > count)


def write(out: Packer, scheme: Plus, path: Mapping[str, str], attributes: Sequence[Pair], filter_value: int, host: str | None) -> None:
    """What follows the header. path: AI to value; attributes: other AIs, appended. Raises EpcNotEncodable, EpcWrongHost."""
    if (host is not None) is not scheme.hosted:
        raise EpcWrongHost(scheme=scheme.name, found=host or "", position=0)
    date = next((pair for pair in attributes if pair[0] in DATES and len(pair[1]) == 6), None) if scheme.dated else None
    appended = [pair for pair in (*path.items(), *attributes) if pair[0] not in scheme.ais and pair != date]
    out.put(int(bool(appended)), 1)
    out.put(filter_value, 3)
    if scheme.dated:
        if date is None:
            raise out.unfit(field=f"({'/'.join(DATES)})", found="")
        out.put(DATES.index(date[0]), 4)
        write_date(out, f"({date[0]})", date[1])
    for ai in scheme.ais:
        value = path.get(ai, NO_EXTENSION if ai == "254" else "")
        if not value or len(value) == _SERIAL_AFTER.get(ai):
            raise out.unfit(field=f"({ai})", found=value)
        write_value(out, ai, value)
    if host is not None:
        write_host(out, host)
    for ai, value in appended:
        if ai == "00" and not value.strip("0"):
            raise out.unfit(field="(00)", found=value)  # at the end it would be read as padding
        write_ai(out, ai)
        write_value(out, ai, value)


def _date(bits: Bits) -> Field:
    start = bits.place
    indicator = bits.take(4)
    if indicator >= len(DATES):
        raise bits.wrong(field="date", found=indicator, start=start)
    ai = DATES[indicator]
    return Field(ai, read_date(bits, f"({ai})"), start)


def _read_appended(bits: Bits, fields: list[Field]) -> None:
    """AI after AI until fewer than 8 bits or only zeros are left, or too few for an SSCC where its AI (00) would begin."""
    while bits.left >= 8 and bits.rest():
        start = bits.place
        if bits.left < 8 + _SSCC_BITS and not bits.rest() >> (bits.left - 8):
            break
        ai = read_ai(bits)
        if any(field.ai == ai for field in fields):
            raise Repeated(ai=ai, position=bits.at(start))
        fields.append(Field(ai, read_value(bits, ai), start))
    bits.only_padding()
