"""Web addresses whose last segment packs the identifier: an EPC binary string, or a compressed Digital Link (1.1, 1.2)."""

from __future__ import annotations

import re

from app.errors import Invalid
from app.identify import compression, digital_link, epc_binary
from app.identify.digital_link import DigitalLink, Reading
from app.identify.places import counted_from
from app.identify.refusals import NoKey

EPC_BINARY = re.compile(r"eh[0-9A-Fa-f]{8,}|ex[A-Za-z0-9_-]{8,}")
"""How a segment begins and goes on that may be an EPC: the shortest has 64 bits; shorter ones are words."""


def unpack(uri: str, how: Reading) -> DigitalLink | None:
    """What a web address without a readable key stands for, or None when its last segment is neither.

    how: as `digital_link.parse` reads what comes out. Raises kinds of Invalid with `position` in the address.
    """
    segment = last_segment(uri)[1]
    if EPC_BINARY.fullmatch(segment):
        return unpack_epc(uri, how)
    if not compression.looks_compressed(segment):
        return None
    try:
        return digital_link.parse(compression.decompress(uri, how), how)
    except NoKey:  # a word that can be read as attributes of nothing
        return None


def unpack_epc(uri: str, how: Reading) -> DigitalLink:
    """The canonical Digital Link of a web address that ends in an EPC binary string, with its query. Raises kinds of Invalid."""
    start, segment = last_segment(uri)
    with counted_from(start):
        found = epc_binary.parse(segment)
    whole = digital_link.written(found.path, found.attributes)  # the stem was looked at before, or is nobody's business
    query = uri.partition("#")[0].partition("?")[2]
    if not query:
        return digital_link.parse(whole, how)
    joined = whole + ("&" if found.attributes else "?")
    try:
        return digital_link.parse(joined + query, how)
    except Invalid as refusal:
        beyond = refusal.params["position"] - len(joined)
        refusal.params["position"] = start if beyond < 0 else uri.find("?") + 1 + beyond  # the segment does not fit, or the query
        raise


def last_segment(uri: str) -> tuple[int, str]:
    """Where the last segment of a path begins, and the segment."""
    path = uri.partition("#")[0].partition("?")[0]
    start = path.rfind("/") + 1
    return start, path[start:]
