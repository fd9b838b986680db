"""Addresses of verdict pages: `/v` and the path of a Digital Link; pure.

Values stay escaped exactly once: `%2F` inside a value is data, so pages take the request target as it was sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from app.errors import Invalid
from app.identify import digital_link
from app.identify.read import Identified, identify

PAGE = "/v"

_DATES = {"11", "13", "15", "16", "17", "7003"}
_HOW = digital_link.Reading(associations=False)
_NOWHERE = "https://code.invalid"
"""Any authority will do: only path and query of the address mean something."""


def page_of(identified: Identified) -> str:
    """The address of the verdict page of a code, with those of its attributes that may stand in a Digital Link."""
    for attributes in (identified.attributes, tuple(pair for pair in identified.attributes if pair[0] in _DATES), ()):
        try:
            return PAGE + digital_link.build(identified.path, attributes, stem="", how=_HOW)
        except Invalid:  # an attribute that only an element string can carry beside this key
            continue
    return PAGE + digital_link.build(identified.path, (), stem="", how=_HOW)


def foremost(pages: Iterable[str]) -> set[str]:
    """Those addresses that say most of their goods: a label's EAN-13 names the product that its QR names with batch and serial."""
    said = {page: _pairs(page) for page in pages}
    return {page for page, pairs in said.items() if not any(pairs < others for others in said.values())}


def _pairs(page: str) -> frozenset[tuple[str, str]]:
    """The application identifiers and values in the path of a page."""
    parts = page.partition("?")[0].removeprefix(PAGE + "/").split("/")
    return frozenset(zip(parts[::2], parts[1::2], strict=False))


def link_of(identified: Identified) -> str:
    """The canonical Digital Link of a code with its attributes: what a program sends as `code`."""
    return digital_link.CANONICAL_STEM + page_of(identified).removeprefix(PAGE)


def code_of(target: str, query: str) -> Identified:
    """The code that a verdict page's address names.

    target: raw path of the request, with or without the leading `/v`; query: raw query, of which only application identifiers count;
    `;` separates its pairs like `&`, as the resolver that leads here reads it. Raises kinds of Invalid.
    """
    path = target.removeprefix(PAGE).removesuffix("/")
    return identify(_NOWHERE + path + (f"?{query.replace(';', '&')}" if query else ""))


def raw_path(raw_uri: str | None, path_info: str) -> str:
    """The path of a request as it was sent.

    raw_uri: what the server handed over of the request line, with or without query and authority; None where it hands over nothing;
    path_info: the decoded path (PEP 3333, Latin-1), from which `%2F` cannot be recovered. Further slashes in front are left away, as the
    framework does when it looks for the page: they would name a host in a link that begins with this path.
    """
    if not raw_uri:
        return quote(path_info.encode("latin-1"))
    path = raw_uri.split("?", 1)[0]
    if path.lower().startswith(("http://", "https://")):
        path = path.split("://", 1)[1].partition("/")[2]
    return "/" + path.lstrip("/")
