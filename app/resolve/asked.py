"""What a request to the resolver asks for: its key, whatever form it was written in, and its parameters; pure.

Source: GS1-Conformant Resolver Standard 1.2, sections 2.3 (compressed forms), 2.4.1 (errors) and 2.6 (parameters).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from app.errors import Invalid
from app.identify import check_digit, compression, digital_link, epc_binary
from app.identify.refusals import IllegalInUri
from app.resolve.anchor import Path, written
from app.resolve.links import relation

LINKSET_TYPES = ("linkset", "all")
"""Values of `linkType` that ask for the link set; `all` is the older one."""

_HOW = digital_link.Reading(semicolons=True)
_LABEL_AIS = ("01", "22", "10", "21")
LOOKS_BINARY = re.compile(r"e[hx][^/]*")
"""A path segment that is meant as an EPC binary string, right or wrong."""

_MOST_LABELS = re.compile(
    r"/01/([0-9]{14})(?:/22/([0-9A-Za-z_.\-]{1,20}))?(?:/10/([0-9A-Za-z_.\-]{1,20}))?(?:/21/([0-9A-Za-z_.\-]{1,20}))?"
)
"""The path of nearly every label, where the only thing left to judge is the check digit; a test compares it with the exact reader."""

_WHITE = "!#$%&'()*+,/:;=?@[]~-._"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    path: AIs and unescaped values, the key first; target: the path as it was sent, without a slash at its end; page: the same below our
    own page, uncompressed; query: as it was sent; link_type: in its one spelling; same_as: path and query of the uncompressed link where
    a compressed one was sent.
    """

    path: Path
    target: str
    page: str
    query: str
    link_type: str | None = None
    contexts: tuple[str, ...] = ()
    same_as: str | None = None

    @property
    def whole(self) -> bool:
        """Whether the link set is asked for by the parameter."""
        return self.link_type in LINKSET_TYPES


def read(path: str, query: str, root: str) -> Asked:
    """A request by its path and query as they were sent; root: the public address, so that positions count in the address as it was read.

    Raises what the readers of Digital Links and of EPC binary strings raise.
    """
    path = path.removesuffix("/")
    usual = None if query else _MOST_LABELS.fullmatch(path)
    if usual is not None and check_digit.is_right(usual[1]):
        return Asked(tuple([pair for pair in zip(_LABEL_AIS, usual.groups(), strict=True) if pair[1]]), path, path, "")
    inner = path.find("#")
    if inner >= 0:  # would hide all that follows from the reader, and not from a browser
        raise IllegalInUri(found="#", position=len(root) + inner)
    if "#" in query:
        raise IllegalInUri(found="#", position=len(root) + len(path) + 1 + query.index("#"))
    if LOOKS_BINARY.fullmatch(path, 1):
        return _compressed(path, query, root, _of_binary(path))
    if path.count("/") == 1 and not path[1:].isdigit():
        return _compressed(path, query, root, compression.decompress(root + path).removeprefix(root))
    return _asked(digital_link.parse(_uri(root, path, query), _HOW), path, query)


def _of_binary(path: str) -> str:
    """Path and query of the Digital Link that an EPC binary string stands for."""
    found = epc_binary.parse(path[1:])
    how = digital_link.Reading(associations=False)  # a tag holds what its scheme has room for
    return digital_link.build(found.path, found.attributes, stem="", how=how)


def is_compressed(segment: str) -> bool:
    """Whether a single path segment is a Digital Link in the older compressed form, read to its end."""
    if not compression.looks_compressed(segment):
        return False
    try:
        digital_link.parse(compression.decompress(f"https://code.invalid/{segment}"), _HOW)
    except Invalid:
        return False
    return True


def _compressed(path: str, query: str, root: str, plain: str) -> Asked:
    """A request for a compressed link; its own query is checked together with what was inside."""
    whole = plain if not query else f"{plain}{'&' if '?' in plain else '?'}{query}"
    how = digital_link.Reading(semicolons=True, associations=False)
    found = _asked(digital_link.parse(root + whole, how), path, query)
    return Asked(found.path, path, written(found.path), query, found.link_type, found.contexts, plain)


def _uri(root: str, path: str, query: str) -> str:
    return f"{root}{path}?{query}" if query else root + path


def _asked(link: digital_link.DigitalLink, path: str, query: str) -> Asked:
    if not link.foreign:
        return Asked(link.path, path, path, query)
    kind = next((value for name, value in link.foreign if name == "linkType"), None)
    contexts = tuple(_text(value) for name, value in link.foreign if name == "context")
    return Asked(link.path, path, path, query, relation(_text(kind)) if kind else None, contexts)


def _text(value: str) -> str:
    """A parameter as text: the reader leaves bytes as Latin-1 characters."""
    return value.encode("latin-1", "replace").decode("utf-8", "replace")


def in_header(text: str) -> str:
    """A path or query that may stand in a header whatever it was: only characters of a URI, all others percent-encoded."""
    return quote(text.encode("latin-1", "replace"), safe=_WHITE)
