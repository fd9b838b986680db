"""Names of extensions: from namespaces of XML to prefixes of a JSON-LD context.

The sender's prefixes are kept where they mean one thing; a prefix that is bound twice, that is none in a URI, or that EPCIS has taken,
and the default namespace, get a new one (ns1, ns2 ...).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from app.capture.binding.xml_parse import Declared, split
from app.capture.contexts import context_of

STANDARD_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"
SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"

_TECHNICAL = re.compile(
    r"urn:truyxuat:epcis:|urn:epcglobal:(?:epcis(?:-query|-masterdata)?:xsd:[12]|xsd:1)"
    r"|http://www\.w3\.org/(?:2001/XMLSchema(?:-instance)?|2000/xmlns/)|" + re.escape(SBDH)
).fullmatch
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*").fullmatch
_USUAL = {SBDH: "sbdh", XSI: "xsi", XML: "xml", "urn:truyxuat:epcis:": "truyxuat"}
_RESERVED = {**context_of(None).namespaces, "xml": XML, "xsi": XSI}
_SHOWN = {"urn:epcglobal:epcis:xsd:": "epcis", "urn:epcglobal:epcis-query:xsd:": "epcisq", "urn:epcglobal:epcis-masterdata:xsd:": "epcismd"}
_SCHEMES = frozenset({"http", "https", "urn", "ni", "xmlns", "mailto", "ftp", "file", "data"})
_TERMS = frozenset({
    "id", "type", "action", "attribute", "attributes", "bizLocation", "bizStep", "bizTransaction", "children", "component", "destination",
    "disposition", "epcClass", "epcList", "eventID", "eventTime", "exception", "ilmd", "parentID", "quantity", "readPoint", "reason",
    "recordTime", "receiver", "sender", "set", "source", "time", "unset", "uom", "value",
})  # fmt: skip
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MOST_KEYS = 4096
_LONGEST_SHOWN = 200

Show = Callable[[str], str]


class Names:
    """Keys of extensions in one document; `head` holds what its context says, `inner` what an event says in addition."""

    def __init__(self) -> None:
        self.head: dict[str, str] = {}
        self.inner: dict[str, str] = {}
        self.prefixes: dict[str, str] = {}  # all that were declared, the last one counts
        self._by_namespace = {namespace: prefix for prefix, namespace in _RESERVED.items()}
        self._inner_by_namespace: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._inside = False

    def declare(self, declared: Declared) -> None:
        """Take up what the elements around the events declare."""
        self.prefixes.update((prefix or "", namespace) for prefix, namespace in declared)
        for prefix, namespace in declared:
            if prefix is not None and namespace and not _TECHNICAL(namespace) and self._is_free(prefix):
                self.head[prefix] = namespace
                self._by_namespace.setdefault(namespace, prefix)

    def enter(self, declared: Declared) -> None:
        """Begin an event, with what its elements declare."""
        self._inside = True
        if self.inner or self._inner_by_namespace:  # made anew, because what was handed out stays as it is
            self.inner = {}
            self._inner_by_namespace = {}
            self._keys.clear()
        if declared:
            self.prefixes.update((prefix or "", namespace) for prefix, namespace in declared)
        for prefix, namespace in declared:
            if prefix is None or not namespace or self.head.get(prefix) == namespace or _TECHNICAL(namespace):
                continue
            if self._is_free(prefix) and _RESERVED.get(prefix) != namespace:
                self.inner[prefix] = namespace
                if namespace not in self._by_namespace:
                    self._inner_by_namespace.setdefault(namespace, prefix)

    def leave(self) -> None:
        """End an event."""
        self._inside = False

    def key(self, name: str) -> str:
        """Key of an element or attribute: `prefix:local`, or `local` without a namespace."""
        known = self._keys.get(name)
        if known is None:
            namespace, local = split(name)
            local = unescaped(local)
            known = f"{self._prefix(namespace)}:{local}" if namespace else local
            if len(self._keys) < _MOST_KEYS:
                self._keys[name] = known
        return known

    def context(self) -> list[object]:
        """`@context` of the document."""
        return [STANDARD_CONTEXT, dict(self.head)] if self.head else [STANDARD_CONTEXT]

    def show(self) -> Show:
        """How names are shown to people in the event that is read, or around the events; declares nothing."""
        inner = self._inner_by_namespace
        head = self._by_namespace

        def shown(name: str) -> str:
            namespace, local = split(name)
            local = unescaped(local) if len(local) <= _LONGEST_SHOWN else f"{local[:_LONGEST_SHOWN]}…"
            if not namespace:
                return local
            prefix = head.get(namespace) or inner.get(namespace) or _SHOWN.get(namespace.rstrip("12"), "*")
            return f"{prefix}:{local}"

        return shown

    def _prefix(self, namespace: str) -> str:
        prefix = self._by_namespace.get(namespace) or self._inner_by_namespace.get(namespace)
        if prefix is None:
            prefix = self._new(namespace)
        elif prefix in ("xsi", "xml"):
            (self.inner if self._inside and prefix not in self.head else self.head).setdefault(prefix, namespace)
        return prefix

    def _new(self, namespace: str) -> str:
        """A prefix for a namespace that has no good one."""
        wanted = _USUAL.get(namespace, "")
        number = 0
        while not wanted or not self._is_free(wanted):
            number += 1
            wanted = f"ns{number}"
        if self._inside:
            self.inner[wanted] = namespace
            self._inner_by_namespace[namespace] = wanted
        else:
            self.head[wanted] = namespace
            self._by_namespace[namespace] = wanted
        return wanted

    def _is_free(self, prefix: str) -> bool:
        return (
            _SCHEME(prefix) is not None
            and prefix not in self.head
            and prefix not in self.inner
            and prefix not in _RESERVED
            and prefix.lower() not in _SCHEMES
            and prefix not in _TERMS
        )


def unescaped(local: str) -> str:
    """Name before `_xHHHH_` stood for characters that no XML name holds (ISO 9075-14); other names as they are."""
    return _ESCAPED.sub(_character, local) if "_x" in local else local


def _character(found: re.Match[str]) -> str:
    """The character meant, unless it could have stood in the name as it is, or may stand nowhere."""
    character = chr(int(found[1], 16))
    if character == "_" and found.string[found.end() : found.end() + 1] == "x":
        return character
    wrong = not (character.isalnum() or character in "_-.") or (found.start() == 0 and character in "0123456789-.")
    return character if wrong and character.isprintable() else found[0]
