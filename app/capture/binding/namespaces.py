"""Names of extension fields as XML has them: prefix, namespace and local name from the `@context` of a document.

A key of JSON-LD is `prefix:local`, a whole URI, or bare. XML needs a namespace and an NCName for each. Source: EPCIS 2.0 section 9.4 and
10.2; Namespaces in XML 1.0; names that are no NCName are escaped as ISO 9075-14 does it (`_x0039_a` for `9a`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.capture.contexts import context_of

EPCIS_2 = "urn:epcglobal:epcis:xsd:2"
EPCIS_1 = "urn:epcglobal:epcis:xsd:1"
QUERY_2 = "urn:epcglobal:epcis-query:xsd:2"
QUERY_1 = "urn:epcglobal:epcis-query:xsd:1"
SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
XML = "http://www.w3.org/XML/1998/namespace"
OURS = "urn:truyxuat:epcis:"
"""Namespace of what only this product writes: further certificates, and flags in answers."""

_FORBIDDEN = frozenset({"", EPCIS_1, EPCIS_2, XML, "http://www.w3.org/2000/xmlns/"})
"""Namespaces that no extension can have: the XSDs' own, and those that XML keeps for itself."""

_RESERVED = {"epcis": None, "epcisq": None, "sbdh": SBDH, "xsi": XSI, "xsd": XSD, "truyxuat": OURS}
"""Prefixes with a meaning in what we write; a sender may bind them to that meaning only."""

# Letters of XML 1.0 (5th edition), production 4, without the colon.
_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_REST = _START + r"\-.0-9\u00b7\u0300-\u036f\u203f-\u2040"
_NCNAME = re.compile(f"[{_START}][{_REST}]*")
_WRONG = re.compile(f"^[^{_START}]|[^{_REST}]|_(?=x[0-9A-F]{{4,6}}_)")
_ESCAPED = re.compile("_x([0-9A-F]{4,6})_")


def is_ncname(text: str) -> bool:
    """Whether XML takes the text as a local name or a prefix."""
    return _NCNAME.fullmatch(text) is not None


def escaped(local: str) -> str:
    """Local name with every character that XML does not take there as `_xHHHH_`; most names stay what they are."""
    if _NCNAME.fullmatch(local) and "_x" not in local:
        return local
    return _WRONG.sub(lambda found: f"_x{ord(found.group()):04X}_", local)


def unescaped(local: str) -> str:
    """Name as it was before `escaped`."""
    return _ESCAPED.sub(_character, local) if "_x" in local else local


def _character(found: re.Match[str]) -> str:
    number = int(found.group(1), 16)
    return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else found.group()  # the last of Unicode


def divided(uri: str) -> tuple[str, str]:
    """Namespace and local name of a whole URI: the local name is what follows the last `/`, `#` or `:` that leaves one."""
    end = max(uri.rfind(mark, 0, len(uri) - 1) for mark in "/#:")
    return uri[: end + 1], uri[end + 1 :]


class NoName(Exception):  # noqa: N818  # an answer to the writer, which tells a loss
    """The field has a namespace that no extension can have."""


class Names:
    """Tags for the keys of one document or of one event with its own context.

    `declared` are the prefixes of the root element; `used` collects what stands nowhere above, for the element that is being written.
    `divided` tells which keys were whole URIs.
    """

    __slots__ = ("_prefixes", "_tags", "declared", "used")

    def __init__(self, context: object, above: Names | None = None) -> None:
        """context: an `@context`; above: the names of the document around an event."""
        self.declared: dict[str, str] = {} if above is None else above.declared
        self._prefixes: dict[str, str] = dict(above._prefixes) if above else context_of(None).namespaces | {"truyxuat": OURS}  # noqa: SLF001  # its own kind
        self.used: dict[str, str] = {}
        self._tags: dict[str, tuple[str, str, str]] = {}
        for prefix, space in _terms(context):
            self._prefixes[prefix] = space
            if above is None and _usable(prefix, space):
                self.declared[prefix] = space

    def tag(self, key: str) -> str:
        """Key as a tag or an attribute's name; its namespace goes into `used` unless the root declares it. Raises NoName."""
        known = self._tags.get(key)
        if known is None:
            known = self._tags[key] = self._made(key)
        tag, prefix, space = known
        if prefix:
            self.used[prefix] = space
        return tag

    def expanded(self, key: str) -> tuple[str, str]:
        """Namespace and local name of a key; what is bare has no namespace."""
        prefix, colon, local = key.partition(":")
        if not colon:
            return "", key
        space = self._prefixes.get(prefix)
        return divided(key) if space is None else (space, local)

    def is_whole_uri(self, key: str) -> bool:
        """Whether a key has no prefix that the context knows, so that its division into two is ours."""
        prefix, colon, _ = key.partition(":")
        return bool(colon) and prefix not in self._prefixes

    def _made(self, key: str) -> tuple[str, str, str]:
        """Tag, prefix and namespace; without the latter two for what is bare or declared at the root."""
        space, local = self.expanded(key)
        if not local or (":" in key and space in _FORBIDDEN):
            raise NoName(key)
        local = escaped(local)
        if not space:
            return local, "", ""
        prefix = key.partition(":")[0]
        if self.declared.get(prefix) == space:
            return f"{prefix}:{local}", "", ""
        if not _usable(prefix, space):
            prefix = self._generated(space)
        return f"{prefix}:{local}", prefix, space

    def _generated(self, space: str) -> str:
        """A prefix of ours for a namespace, always the same one."""
        mine = f"\x00{space}"  # no sender's prefix has a NUL, so the two tables can be one
        known = self._prefixes.get(mine)
        if known is None:
            number = 1
            while f"ns{number}" in self._prefixes or f"ns{number}" in self._prefixes.values():
                number += 1
            known = self._prefixes[mine] = f"ns{number}"
        return known


def declarations(spaces: Mapping[str, str]) -> str:
    """Attributes that bind prefixes, in the order of the prefixes."""
    return "".join(f' xmlns:{prefix}="{_quoted(spaces[prefix])}"' for prefix in sorted(spaces))


def _quoted(space: str) -> str:
    quoted = space.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return quoted.replace("\t", "&#9;").replace("\n", "&#10;").replace("\r", "&#13;")


def _terms(context: Any) -> Iterable[tuple[str, str]]:
    """Prefixes and their namespaces as a context says them, without keywords; what is no text is left out."""
    known = context_of(context).namespaces
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, dict):
            yield from ((prefix, known[prefix]) for prefix in part if prefix in known and prefix[:1] != "@" and known[prefix])


def _usable(prefix: str, space: str) -> bool:
    """Whether XML can bind this prefix to this namespace beside the ones that we write ourselves."""
    if prefix in _RESERVED:
        return _RESERVED[prefix] == space
    return is_ncname(prefix) and prefix[:3].lower() != "xml" and space not in _FORBIDDEN
