"""Links of a registered key as plain values, and their link types in one spelling; pure.

Source: GS1-Conformant Resolver Standard 1.2, sections 2.5 and 2.14; RFC 9264, section 4.2; RFC 8288, section 2.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

VOC = "https://ref.gs1.org/voc/"
"""Namespace of the GS1 Web Vocabulary, whose link types are written `gs1:pip` for short."""

DEFAULT = VOC + "defaultLink"
DEFAULT_MULTI = VOC + "defaultLinkMulti"
HANDLED_BY = VOC + "handledBy"

_OTHER_FORMS = re.compile(r"https?://(?:ref\.|www\.)?gs1\.org/voc/([A-Za-z]+)")


def relation(text: str) -> str:
    """A link type in its one spelling: CURIE and older forms of the GS1 namespace become https://ref.gs1.org/voc/…, others stay."""
    if text.startswith("gs1:"):
        return VOC + text[4:]
    older = _OTHER_FORMS.fullmatch(text)
    return VOC + older[1] if older else text


def with_query(href: str, query: str) -> str:
    """An address with the whole query of a request behind its own, before its fragment; not one byte of either is changed."""
    if not query:
        return href
    place, hash_, fragment = href.partition("#")
    joint = "?" if "?" not in place else "" if place.endswith(("?", "&")) else "&"
    return f"{place}{joint}{query}{hash_}{fragment}"


@dataclass(frozen=True, slots=True)
class Link:
    """One link. rel: URI or IANA name of the link type; type: media type; hreflang: BCP 47; context: free words such as a country."""

    rel: str
    href: str
    title: str
    type: str | None = None
    hreflang: tuple[str, ...] = ()
    context: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Link type and target attributes, as they are kept and as files spell them."""
        return {"rel": self.rel} | self.target()

    def target(self) -> dict[str, Any]:
        """The target object of a link set (RFC 9264, 4.2.3)."""
        said: dict[str, Any] = {"href": self.href, "title": self.title}
        if self.type:
            said["type"] = self.type
        if self.hreflang:
            said["hreflang"] = list(self.hreflang)
        if self.context:
            said["context"] = list(self.context)
        return said


def link_of(kept: dict[str, Any]) -> Link:
    """A link as `as_json` spelled it."""
    return Link(kept["rel"], kept["href"], kept["title"], kept.get("type"), tuple(kept.get("hreflang", ())), tuple(kept.get("context", ())))


@dataclass(frozen=True, slots=True)
class Registration:
    """What was registered for one key with or without qualifiers.

    path: AIs and unescaped values, the key first; default: title and target of gs1:defaultLink, None for our own verification page;
    party_id: whose it is, 0 for the operator of the installation; proven: whether the default's host was proven by its owner;
    several_defaults: there are links of gs1:defaultLinkMulti, also where `links` were not read.
    """

    path: tuple[tuple[str, str], ...]
    description: str
    default: Link | None
    links: tuple[Link, ...]
    party_id: int = 0
    proven: bool = True
    several_defaults: bool = False
