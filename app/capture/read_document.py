"""A document of events as strict JSON: one reading, the same for every reader of the bytes.

Signatures and hashes are worth nothing when two programs read two different events from the same bytes. So whatever RFC 8259
leaves to the reader is refused here: duplicate keys, NaN, halves of surrogate pairs, NUL, integers beyond binary64, deep
nesting (RFC 7493 I-JSON). A UTF-8 byte order mark is tolerated, as RFC 8259 section 8.1 allows: spreadsheets and Windows
write it, and it changes no value.

The usual document passes quick tests on its bytes, which may only err towards suspicion; a suspect document is read again
by an exact and slower reader, which finds the place or clears it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from math import isfinite
from typing import Any

import orjson

from app.capture.refusals import (
    DuplicateKey,
    IntegerTooLarge,
    LoneSurrogate,
    MalformedJson,
    NotUtf8,
    NulCharacter,
    NumberNotFinite,
    TooDeep,
)
from app.errors import Refusal

DEPTH = 32
"""How many lists and objects may stand inside one another; the deepest official EPCIS example needs 12."""

LARGEST = 2**53 - 1
"""The largest integer that every reader with binary64 numbers keeps (RFC 7493, section 2.2)."""

SHOWN = 60
"""Characters of an offending text that are shown to people."""

_MARK = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_DIGITS_OF_LARGEST = 16
_BRACES = bytes.maketrans(b"[]123456789", b"{}000000000")  # lists like objects, every digit 0
_NO_BRACES = bytes(sorted(set(range(256)) - set(b"{}")))
_LONG_INTEGER = re.compile(rb"(?<![.0])0{16}")  # after _BRACES; not the digits after a decimal point
_NUL_OR_COLON = re.compile(rb"\\u00(?:00|3[aA])")
_ESCAPE = re.compile(rb'\\[\\"]')  # what would hide or feign the end of a string
_UNWANTED = re.compile("[\0\ud800-\udfff]")


def loads(raw: bytes) -> Any:
    """The value that the bytes of a document say, numbers as int or float.

    Raises NotUtf8, MalformedJson, TooDeep, DuplicateKey, NumberNotFinite, IntegerTooLarge, LoneSurrogate or NulCharacter.
    """
    raw = raw.removeprefix(_MARK)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        _read_exactly(raw)
        raise MalformedJson(line=error.lineno, column=error.colno, near="") from None
    if _suspect(raw, value):
        _read_exactly(raw)
    return value


def _suspect(raw: bytes, value: Any) -> bool:
    """Whether valid JSON may hold what is refused; quick, and never wrongly False."""
    text = raw
    if b"\\" in raw:
        if _NUL_OR_COLON.search(raw):
            return True
        text = _ESCAPE.sub(b"", raw)
    bones = b"".join(text.split(b'"')[::2]).translate(_BRACES, _BLANK)  # the document without its strings
    if b"0" * _DIGITS_OF_LARGEST in bones and _LONG_INTEGER.search(bones):
        return True
    if not _shallow(bones.translate(None, _NO_BRACES)):
        return True
    # A key named twice loses its first value and with it a colon; only an escaped colon could make up for that.
    return raw.count(b":") != orjson.dumps(value).count(b":")


def _shallow(braces: bytes) -> bool:
    """Whether balanced braces nest no deeper than DEPTH: each round takes the innermost level away."""
    for _ in range(DEPTH):
        if not braces:
            return True
        braces = braces.replace(b"{}", b"")
    return not braces


class _Fault:
    """A value that may not stay in the document, standing in its place until its pointer is known."""

    __slots__ = ("kind", "params")

    def __init__(self, kind: type[Refusal], **params: Any) -> None:
        self.kind = kind
        self.params = params


def _read_exactly(raw: bytes) -> None:
    """Refuse with the exact place and reason, or return when the document is clean."""
    text = _text(raw)
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_int=_integer, parse_float=_decimal, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise MalformedJson(line=error.lineno, column=error.colno, near=_near(text, error.pos)) from None
    except RecursionError:  # some hundred levels, so the exact place helps nobody
        raise TooDeep(limit=DEPTH) from None
    _refuse_faults(value, [])


def _text(raw: bytes) -> str:
    """The bytes as text without NUL."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(raw[: error.start].decode("utf-8"))
        raise NotUtf8(line=line, column=column) from None
    if "\0" in text:
        raise NulCharacter(text=_near(text, max(0, text.index("\0") - SHOWN // 2)))
    return text


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Fault:
    """An object, or the fault of naming a key twice."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    [(twice, _times)] = Counter(key for key, _value in pairs).most_common(1)
    return _Fault(DuplicateKey, key=_near(twice, 0))


def _integer(digits: str) -> int | _Fault:
    """An integer that binary64 keeps; the length is looked at first, because int() of many digits is slow."""
    if len(digits) > _DIGITS_OF_LARGEST + 1 or abs(int(digits)) > LARGEST:
        return _Fault(IntegerTooLarge, number=_near(digits, 0), limit=LARGEST)
    return int(digits)


def _decimal(digits: str) -> float | _Fault:
    """A number with a point or an exponent, as the nearest binary64."""
    number = float(digits)
    return number if isfinite(number) else _Fault(NumberNotFinite, number=_near(digits, 0))


def _constant(name: str) -> _Fault:
    """The words NaN, Infinity and -Infinity, which some writers emit."""
    return _Fault(NumberNotFinite, number=name)


def _refuse_faults(value: Any, path: list[str | int]) -> None:
    """Refuse the first fault in the order of the document.

    The path grows and shrinks in place, because a pointer made for each value would cost a long key once for each member.
    """
    if isinstance(value, _Fault):
        raise value.kind(pointer=pointer(path), **value.params)
    if isinstance(value, str):
        _refuse_text(value, path)
    elif isinstance(value, dict | list):
        if len(path) >= DEPTH:
            raise TooDeep(pointer=pointer(path), limit=DEPTH)
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(key, str):
                _refuse_text(key, path)
            path.append(key)
            _refuse_faults(member, path)
            path.pop()


def _refuse_text(text: str, path: list[str | int]) -> None:
    """Refuse NUL and halves of surrogate pairs."""
    found = _UNWANTED.search(text)
    if found is not None:
        kind: type[Refusal] = NulCharacter if found.group() == "\0" else LoneSurrogate
        raise kind(pointer=pointer(path), text=_near(text, max(0, found.start() - SHOWN // 2)))


LONGEST_KEY = 200
"""Characters of a key that a pointer tells: a hostile name of a megabyte is not sent back."""


def pointer(path: Iterable[str | int]) -> str:
    """The JSON pointer of a path of keys and indices (RFC 6901, section 3); a key too long to be anybody's is cut, and ends in "…"."""
    return "".join(f"/{_short(str(token)).replace('~', '~0').replace('/', '~1')}" for token in path)


def _short(token: str) -> str:
    return token if len(token) <= LONGEST_KEY else f"{token[: LONGEST_KEY - 1]}…"


def _place(before: str) -> tuple[int, int]:
    """Line and column, both from 1, of the character that follows this text."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _near(text: str, position: int) -> str:
    """The text at a position, short, on one line, and free of what pages, logs and databases cannot hold."""
    part = text[position : position + SHOWN].split("\n", 1)[0].rstrip("\r")
    return part.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\u0000")
