"""What an address may be that a printed code leads to; pure.

The query of a visitor is appended to it, so it may hold nothing that could change scheme, host or path, and nothing that people cannot see.
Source: RFC 3986; `app.web_host` for host names; GS1-Conformant Resolver Standard 1.2, section 2.12.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import quote

from app import web_host
from app.errors import Finding

LONGEST = 2_000
"""Characters of the longest address; browsers and printers of logs agree up to here."""

_PORTS = {"http": 80, "https": 443}
_ADDRESS = re.compile(r"(https?)://([^/?#]*)([^#]*)(#.*)?", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]{1,5}))?")
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
    if plain is not None and len(text) <= LONGEST and len(plain[2]) <= web_host.LONGEST_HOST and "xn--" not in plain[2]:
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
        letter = web_host.two_ways(authority)
        if letter is not None:
            return Finding("resolve.address-host-letter", pointer, shown, {"host": authority[:80], "letter": letter})
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
    match = _AUTHORITY.fullmatch(authority)
    name = web_host.host(match[1]) if match is not None else None
    if match is None or name is None:
        return None
    port = int(match[2]) if match[2] else _PORTS[scheme]
    if not 0 < port < 65_536:
        return None
    return name if port == _PORTS[scheme] else f"{name}:{port}"


def host_of(address: str) -> str:
    """The host of an address, as `LinkHost.host`; "" for an address that leads nowhere."""
    found = target(address)
    return found.host if isinstance(found, Target) else ""
