"""The host of a web address in its one spelling, read here for whoever keeps addresses and whoever asks them; pure.

Two readers that disagree are a way in: what one judges, the other would not ask. So whatever this one does not read as browsers and the DNS
both do is no host. Letters become ASCII by IDNA 2003, the codec of the standard library; where IDNA 2008 and browsers would make another
name of them (ß, ς and the invisible joiners; capitals younger than Unicode 3.2) the text is refused, and can be given in its ASCII form.
Source: RFC 3490, 3492, 5894; UTS 46, section 2.3 (deviations); WHATWG URL, 3.5 (what ends in a number is an address or nothing).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata

LONGEST_HOST = 253

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LITERAL = re.compile(r"\[([0-9A-Fa-f:.]+)\]")
_DEVIATIONS = re.compile("[\u00df\u03c2\u200c\u200d\u1e9e]")
_JOINERS = {"\u200c", "\u200d"}
_DOT = "\u3002"
"""The ideographic full stop, which ends a label wherever it is read."""


def host(text: str) -> str | None:
    """A host in lower case and ASCII, None for what is none.

    A name without the dot at its end; an IPv4 address in four plain numbers (`127.1` and `0x7f000001` are addresses in disguise); an IPv6
    address in brackets, shortened.
    """
    literal = _LITERAL.fullmatch(text)
    if literal is not None:
        return _ipv6(literal[1])
    name = text.lower() if text.isascii() else _in_ascii(text)
    if name is None:
        return None
    name = name.removesuffix(".")
    labels = name.split(".")
    if len(name) > LONGEST_HOST or not all(_LABEL.fullmatch(label) and _reads_back(label) for label in labels):
        return None
    return name if not _NUMBER.fullmatch(labels[-1]) or _is_ipv4(name) else None


def two_ways(text: str) -> str | None:
    """The first letter of a host that older and newer programs read as different names; None when there is none."""
    found = _DEVIATIONS.search(text)
    return None if found is None else found[0]


def _ipv6(text: str) -> str | None:
    try:
        return f"[{ipaddress.IPv6Address(text)}]"
    except ValueError:
        return None


def _is_ipv4(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def _in_ascii(text: str) -> str | None:
    if two_ways(text) is not None or any(unicodedata.category(letter)[0] in "CZ" for letter in text):
        return None
    try:
        return text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None


def _reads_back(label: str) -> bool:
    """Whether a label of punycode stands for letters as they are looked up: in small letters, composed, and none that are not seen."""
    if not label.startswith("xn--"):
        return True
    try:
        letters = label[4:].encode("ascii").decode("punycode")
        again = letters.encode("punycode").decode("ascii")
    except (UnicodeError, OverflowError):
        return False
    if letters.isascii() or again != label[4:] or unicodedata.normalize("NFKC", letters).lower() != letters:
        return False
    return not any(letter == _DOT or (unicodedata.category(letter)[0] in "CZ" and letter not in _JOINERS) for letter in letters)
