"""Percent-encoding in GS1 Digital Link URIs: what is data stays data, above all `%2F`."""

from __future__ import annotations

import re

UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

_PATH = {code: f"%{code:02X}" for code in range(256) if chr(code) not in UNRESERVED}
_QUERY = {**_PATH, 0x20: "+"}
DOTS = frozenset((".", ".."))
"""Values that no link of ours carries as a segment: escaped or not, clients resolve them away. Source: RFC 3986, 5.2.4 and 6.2.2.3."""

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


def escape_path(value: str) -> str:
    """A value as one path segment: everything but unreserved characters is escaped, space as `%20`. value: Latin-1."""
    return value if value.isalnum() and value.isascii() else value.translate(_PATH)


def escape_query(value: str) -> str:
    """A value as one query value: as in the path, but a space is `+`. value: Latin-1."""
    return value if value.isalnum() and value.isascii() else value.translate(_QUERY)


def unescape_path(text: str) -> str:
    """The value of a path segment; `+` is a plus sign, a malformed escape stays as it is written. Bytes become Latin-1 characters."""
    return _ESCAPE.sub(_character, text) if "%" in text else text


def unescape_query(text: str) -> str:
    """The value of a query parameter; `+` is a space. Bytes become Latin-1 characters."""
    return unescape_path(text.replace("+", " ") if "+" in text else text)


def raw_offset(text: str, position: int) -> int:
    """Where in the escaped text the character `position` of the unescaped value begins."""
    place = 0
    for _ in range(position):
        place += 3 if _ESCAPE.match(text, place) else 1
    return min(place, len(text))


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))
