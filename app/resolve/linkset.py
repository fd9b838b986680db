"""Link sets as documents: JSON of RFC 9264 that holds against GS1's schema, the same as JSON-LD, and safe inside a page; pure.

GS1's schema is narrower than RFC 9264: a link type is lower-case letters and hyphens or a plain URI, a language `ll` or `ll-CC`. What
does not fit is left out of the document; it still resolves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import orjson

from app.resolve.anchor import written
from app.resolve.links import DEFAULT, Link, Registration

CONTEXT_PATH = "/api/linkset-context.jsonld"
"""Where our JSON-LD context of link sets is served, below the public address."""

CONTEXT_REL = "http://www.w3.org/ns/json-ld#context"

_RELATION = re.compile(r"[a-z-]+|https?://[A-Za-z0-9./]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z]{2})?")
_MEDIA_TYPE = re.compile(r"\w+/[-+.\w]+")
_RESERVED = {"anchor", "itemDescription"}
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def document(members: Iterable[Registration], root: str) -> dict[str, Any]:
    """The link set of registrations, in their order; root: the public address, which begins every anchor."""
    return {"linkset": [_member(each, root) for each in members]}


def _member(registration: Registration, root: str) -> dict[str, Any]:
    found: dict[str, Any] = {"anchor": root + written(registration.path), "itemDescription": registration.description}
    if registration.default is not None:
        found[DEFAULT] = [{"href": registration.default.href, "title": registration.default.title}]
    for link in registration.links:
        if _RELATION.fullmatch(link.rel) and link.rel not in _RESERVED and link.rel != DEFAULT:
            found.setdefault(link.rel, []).append(_target(link))
    return found


def _target(link: Link) -> dict[str, Any]:
    found = link.target()
    if "hreflang" in found:
        tags = dict.fromkeys(_language(tag) for tag in found.pop("hreflang"))
        found |= {"hreflang": kept} if (kept := [tag for tag in tags if tag]) else {}
    if not _MEDIA_TYPE.match(found.get("type", "")):
        found.pop("type", None)
    return found


def _language(tag: str) -> str:
    """A language as the schema takes it: `zh-Hant-TW` is told as `zh`."""
    primary = tag.partition("-")[0]
    return tag if _LANGUAGE.fullmatch(tag) else primary if _LANGUAGE.fullmatch(primary) else ""


def as_linked_data(found: dict[str, Any], root: str) -> dict[str, Any]:
    """A link set document as JSON-LD, which names its context."""
    return {"@context": root + CONTEXT_PATH} | found


def encoded(found: dict[str, Any]) -> bytes:
    """A document as UTF-8 JSON."""
    return orjson.dumps(found)


def embedded(found: dict[str, Any]) -> str:
    """A document as text that may stand in a script element of a page: no title of anybody's can end the element."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return "".join(_UNSAFE.get(character, character) for character in text)
