"""JSON-LD contexts of events: namespaces behind prefixes, from a pinned registry; the network is never asked.

Source: EPCIS 2.0 section 10.2 (JSON-LD binding); CBV 2.0 event hash, namespaces of extensions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
"""The context of EPCIS 2.0, as we write it."""

PINNED = {
    CONTEXT: "e532647e8eb371379b8b0e8602d8981c8566bc60f7351f22c76a5bc865962008",
    "https://gs1.github.io/EPCIS/epcis-context.jsonld": "14b10c9d3e92d35f577bfc610fe5ec15aa2941124987919389d7cd9998516861",
}
"""SHA-256 of the published context files we know; an address without a version is not among them, its content may change."""

_WELL_KNOWN = {
    "gs1": "https://ref.gs1.org/voc/",
    "cbv": "https://ref.gs1.org/cbv/",
    "epcis": "https://ref.gs1.org/epcis/",
    "cbvmda": "urn:epcglobal:cbv:mda",
}
_STANDARD = ("https://ref.gs1.org", "https://gs1.org")
_NO_NAME = frozenset('":\\')
_MOST_NAMES = 4096


class Context:
    """Namespaces of a document: full names for keys, and full URIs for values in GS1's own namespaces."""

    __slots__ = ("_names", "namespaces", "own", "urls", "values", "xml")

    def __init__(self, namespaces: dict[str, str], urls: tuple[str, ...], *, xml: bool = False) -> None:
        """namespaces: prefix to namespace; urls: the contexts referred to by address; xml: of a document in the XML binding."""
        self.xml = xml
        self.namespaces = namespaces
        self.urls = urls
        self.values = {prefix: space for prefix, space in namespaces.items() if space.startswith(_STANDARD)}
        self._names: dict[str, str] = {}
        self.own = dict(_own(namespaces))

    def name(self, key: str) -> str:
        """Key with its prefix replaced by `{namespace}`; a key without a known prefix as it is.

        An attribute of XML, which the structure has as `@name`, is a property like others; the keywords of JSON-LD are none.
        """
        known = self._names.get(key)
        if known is not None:
            return known
        plain = key[1:] if key[:1] == "@" and (":" in key or (self.xml and key != "@context")) else key
        prefix, colon, local = plain.partition(":")
        space = self.namespaces.get(prefix) if colon else None
        full = plain if space is None else f"{{{space}}}{local}"
        if len(self._names) < _MOST_NAMES:
            self._names[key] = full
        return full

    def value(self, text: str) -> str:
        """Value with a prefix of a GS1 namespace replaced; prefixes of users stay in values."""
        prefix, colon, local = text.partition(":")
        return self.values[prefix] + local if colon and prefix in self.values else text

    def extended(self, inner: object) -> Context:
        """Context of an event that brings one of its own."""
        return _made(inner, dict(self.namespaces), list(self.urls), xml=self.xml)

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each context file referred to that is pinned here."""
        return {url: PINNED[url] for url in self.urls if url in PINNED}


def _own(namespaces: dict[str, str]) -> Iterator[tuple[bytes, str]]:
    """(prefix or name, what it means) of all that is not as in the standard.

    JSON-LD joins namespace and name, XML does not: what stands between them is no part of the meaning.
    """
    for name, space in namespaces.items():
        meaning = space.rstrip(":/#")
        if meaning != _WELL_KNOWN.get(name, "").rstrip(":/#") and not space.startswith("@") and not _NO_NAME.intersection(name):
            yield name.encode("utf-8", "surrogatepass"), meaning


def context_of(document_context: object, *, xml: bool = False) -> Context:
    """Context of an `@context` as it stands in a document or bare event: an address, an object, a list of both, or None.

    Never raises: what is no context is left out, and an address that is not pinned contributes no prefix.
    """
    return _made(document_context, dict(_WELL_KNOWN), [], xml=xml)


def _made(document_context: Any, namespaces: dict[str, str], urls: list[str], *, xml: bool) -> Context:
    for part in document_context if isinstance(document_context, list) else [document_context]:
        if isinstance(part, str):
            urls.append(part)
        elif isinstance(part, dict):
            for prefix, term in part.items():
                space = term.get("@id") if isinstance(term, dict) else term
                if isinstance(space, str):
                    namespaces[prefix] = space.replace("{", "").replace("}", "")
    namespaces["gs1"] = _WELL_KNOWN["gs1"]  # since the events of 2026 always this one, whatever a document says
    return Context(namespaces, tuple(urls), xml=xml)
