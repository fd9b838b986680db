"""Canonical JSON: one spelling of a JSON value in bytes, so that it can be hashed and signed.

Source: RFC 8785 (JSON Canonicalization Scheme). The fast path is orjson with sorted keys, taken only where its bytes are those of
the RFC; measured 5 microseconds instead of 50 for an event of 1 KB.
"""

from __future__ import annotations

import re
from typing import Any

import orjson
import rfc8785

from app.errors import Invalid

_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER  # nothing beyond 2**53 - 1
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_SPELLED_OTHERWISE = re.compile(rb"[0-9][eE]|\.0(?![0-9])|null")  # null also stands where orjson met a number that is none
_BELOW_E000 = bytes(range(0xEE))
"""UTF-8 bytes that occur in texts of characters below U+E000 only; among them, order by code point is order by UTF-16 unit."""


class NotCanonical(Invalid):
    """The value has no canonical form: an integer beyond 2**53 - 1, not a number, a lone surrogate, or no JSON at all. params: reason."""

    code = "capture.not-canonical"


def jcs(value: Any) -> bytes:
    """Canonical bytes of a parsed JSON value (RFC 8785). Raises NotCanonical."""
    try:
        made = orjson.dumps(value, option=_OPTIONS)
    except (TypeError, RecursionError):
        return _complete(value)
    if made.isascii() or not made.translate(None, _BELOW_E000):
        rest = _without_strings(made)
        if not rest.translate(None, b"{}[],:") or not _SPELLED_OTHERWISE.search(rest):
            return made
    return _complete(value)


def text(value: str) -> bytes:
    """Canonical bytes of one JSON string. Raises NotCanonical for a lone surrogate."""
    try:
        return orjson.dumps(value)
    except TypeError as error:
        raise NotCanonical(reason=str(error)) from error


def _without_strings(made: bytes) -> bytes:
    """What stands outside the strings of a JSON text: numbers, words and punctuation."""
    if b"\\" in made:
        return _STRING.sub(b"", made)
    return b"".join(made.split(b'"')[::2])


def _complete(value: Any) -> bytes:
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError, OverflowError) as error:
        raise NotCanonical(reason=str(error)[:120]) from error
