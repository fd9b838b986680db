"""What an address may be that a printed code leads to; pure.

The query of a visitor is appended to it, so it may hold nothing that could change scheme, host or path, and nothing that people cannot see.
Source: RFC 3986; UTS 46 for host names; GS1-Conformant Resolver Standard 1.2, section 2.12.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import quote

from app.errors import Finding

LONGEST = 2_000
"""Characters of the longest address; browsers and printers of logs agree up to here."""

_PORTS = {"http": 80, "https": 443}
_ADDRESS = re.compile(r"(https?)://([^/?#]*)([^#]*)(#.*)?", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::([0-9]{1,5}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST_HOST = 253
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
_UNWISE = set('"<>\\')
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%(?:0[0-9A-Fa-f]|1[0-9A-Fa-f]|7[Ff])")
_AS_IT_IS = "!#$%&'()*+,/:;=?@[]~-._"
_PLAIN = re.compile(
    r"(https?)://((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)([/?][A-Za-z0-9\-._~!$&'()*+,;=:@/?]*)?"
)


class Target(NamedTuple):
    """An address in the one form that is kept: ASCII, host in lower case; host: as in `LinkHost.host`, with a port that is not usual."""

    href: str
    host: str


def target(text: str, pointer: str = "") -> Target | Finding:
    """The target an address names, or what is wrong with it."""
    plain = _PLAIN.fullmatch(text)
    if plain is not None and len(text) <= LONGEST and len(plain[2]) <= _LONGEST_HOST and "xn--" not in plain[2]:
        return Target(text, plain[2])
    return _exactly(text, pointer)


def _exactly(text: str, pointer: str) -> Target | Finding:
    shown = text[:80]
    wrong = _form(text, pointer)
    parts = _ADDRESS.fullmatch(text)
    if wrong is not None or parts is None:
        return wrong or Finding("resolve.address-scheme", pointer, shown)
    scheme, authority = parts[1].lower(), parts[2]
    if "@" in authority:
        return Finding("resolve.address-sign-in", pointer, shown)
    host = _host(scheme, authority)
    if host is None:
        return Finding("resolve.address-host", pointer, shown, {"host": authority[:80]})
    href = f"{scheme}://{host}{quote(parts[3] + (parts[4] or ''), safe=_AS_IT_IS)}"
    return _length(href, pointer) or Target(href, host)


def _form(text: str, pointer: str) -> Finding | None:
    """Characters that no address needs, and how many there are."""
    if not text:
        return Finding("resolve.address-missing", pointer)
    hidden = next((place for place, letter in enumerate(text) if unicodedata.category(letter) in _UNSEEN or letter in _UNWISE), None)
    if hidden is not None:
        return Finding("resolve.address-character", pointer, text[:80], {"found": f"U+{ord(text[hidden]):04X}", "place": hidden + 1})
    broken = _BROKEN_ESCAPE.search(text)
    if broken is not None:
        return Finding("resolve.address-character", pointer, text[:80], {"found": text[broken.start() :][:3], "place": broken.start() + 1})
    return _length(text, pointer)


def _length(text: str, pointer: str) -> Finding | None:
    if len(text) <= LONGEST:
        return None
    return Finding("resolve.address-long", pointer, text[:80], {"limit": LONGEST, "length": len(text)})


def _host(scheme: str, authority: str) -> str | None:
    """Host in ASCII and lower case, with its port when that is not the scheme's; None for what is none."""
    match = _HOST.fullmatch(authority)
    if match is None or not match[1]:
        return None
    name = _literal(match[1]) if match[1].startswith("[") else _name(match[1])
    if name is None:
        return None
    port = int(match[2]) if match[2] else _PORTS[scheme]
    if not 0 < port < 65_536:
        return None
    return name if port == _PORTS[scheme] else f"{name}:{port}"


def _literal(text: str) -> str | None:
    try:
        return f"[{ipaddress.IPv6Address(text[1:-1])}]"
    except ValueError:
        return None


def _name(text: str) -> str | None:
    """A host name in its ASCII form; a number is an IPv4 address or nothing, because browsers read 127.1 and 0x7f000001 as addresses."""
    try:
        ascii_name = text.lower() if text.isascii() else text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    labels = ascii_name.removesuffix(".").split(".")
    if len(ascii_name) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels) or not _reads_back(labels):
        return None
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        try:
            return str(ipaddress.IPv4Address(ascii_name))
        except ValueError:
            return None
    return ".".join(labels)


def _reads_back(labels: list[str]) -> bool:
    """Whether every punycode label decodes."""
    try:
        for label in labels:
            if label.startswith("xn--"):
                label.encode("ascii").decode("idna")
    except UnicodeError:
        return False
    return True
