"""What the headers of EPCIS say, read strictly; pure.

Source: EPCIS 2.0 REST binding (headers GS1-EPCIS-Version, -Min, -Max, GS1-CBV-*, GS1-Extensions); RFC 9110, section 12.5.1; RFC 7240.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeVar

from app.errors import Invalid, NotAcceptable

JSON = ("application/json", "application/ld+json")
XML = ("application/xml", "text/xml")

_VERSION = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){0,5}")
_MOST_ITEMS = 40
_LONGEST = 4_000
_MOST_WRITTEN = 2_000
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
_EXTENSION = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)=([A-Za-z][A-Za-z0-9+.-]*:[^\s,\"<>]+)")


class HeaderNotServed(NotAcceptable):
    """A header asks for a version or a form of answer that is not served here."""

    code = "epcis.header-not-served"  # params: name, given, expected


class HeaderInvalid(Invalid):
    """A header does not say what it should, in the form it should."""

    code = "epcis.header-invalid"  # params: name, given, expected


class FormatNotServed(NotAcceptable):
    """None of the media types that the caller accepts can be made of this resource."""

    code = "epcis.format-not-served"  # params: given, expected


class Release(NamedTuple):
    """A pair of versions that belong together, as headers say them."""

    epcis: str
    cbv: str


RELEASES = (Release("2.0.0", "2.0.0"), Release("1.2.0", "1.2.0"))
"""What is read and written here, the better first; EPCIS 1.2 has no other binding than XML."""

_T = TypeVar("_T", bound=StrEnum)


class Fields(Protocol):
    """The headers of a request, as far as they are read here: a dictionary, or those of a web framework."""

    def get(self, name: str, /) -> str | None:
        """The value of a header, None where it is absent."""


def version(name: str, text: str) -> tuple[int, int]:
    """The two numbers of a version that count: a third one is a correction of the same standard. Raises HeaderNotServed."""
    if not _VERSION.fullmatch(text):
        raise HeaderNotServed(name=name, given=text[:40], expected="2.0.0")
    first, second, *_ = [*(int(part) for part in text.split(".")), 0]
    return first, second


def release(headers: Fields, *, xml: bool) -> Release:
    """The best release within what the headers name, absent ones allowing every one. Raises HeaderNotServed.

    xml: whether the message has an XML binding, so that 1.2 can be spoken too.
    """
    wanted = list(RELEASES if xml else RELEASES[:1])
    for kind, place in (("EPCIS", 0), ("CBV", 1)):
        for suffix in ("Version", "Min", "Max"):
            name = f"GS1-{kind}-{suffix}"
            given = headers.get(name)
            if given is None:
                continue
            limit = version(name, given.strip())
            kept = [each for each in wanted if _allows(suffix, limit, version(name, each[place]))]
            if not kept:
                raise HeaderNotServed(name=name, given=given[:40], expected=", ".join(each[place] for each in wanted))
            wanted = kept
    return wanted[0]


def _allows(suffix: str, limit: tuple[int, int], ours: tuple[int, int]) -> bool:
    if suffix == "Min":
        return ours >= limit
    return ours <= limit if suffix == "Max" else ours == limit


def choice(headers: Fields, name: str, words: type[_T]) -> _T | None:
    """The word of a header, in any capitals, None when it is absent. Raises HeaderNotServed."""
    given = headers.get(name)
    if given is None:
        return None
    found = next((word for word in words if word.lower() == given.strip().lower()), None)
    if found is None:
        raise HeaderNotServed(name=name, given=given[:40], expected=", ".join(words))
    return found


def extensions(text: str | None) -> dict[str, str]:
    """Prefixes and namespaces of GS1-Extensions: `prefix=namespace,prefix2=namespace2`. Raises HeaderInvalid.

    The OpenAPI file gives the form (object, style simple, exploded), which its authors say is the right one.
    """
    found: dict[str, str] = {}
    items = [item.strip() for item in (text or "")[:_LONGEST].split(",") if item.strip()]
    for item in items:
        match = _EXTENSION.fullmatch(item)
        if match is None or found.get(match[1], match[2]) != match[2] or len(items) > _MOST_ITEMS:
            raise HeaderInvalid(name="GS1-Extensions", given=item[:80], expected="prefix=namespace,prefix2=namespace2")
        found[match[1]] = match[2]
    return found


def written_extensions(namespaces: Mapping[str, str]) -> str:
    """The header's value for these prefixes; a namespace that the form has no room for is left out, and what would make it too long.

    Servers between us and the caller take eight kilobytes of headers, some four; the body says every namespace.
    """
    written = ""
    for prefix, space in namespaces.items():
        item = f"{prefix}={space}"
        if len(written) + len(item) < _MOST_WRITTEN and _EXTENSION.fullmatch(item):
            written += f",{item}" if written else item
    return written


def media_type(accept: str | None, offered: Sequence[str]) -> str | None:
    """The best of the offered media types by an Accept header, None when none is acceptable.

    Of two that are equally welcome, the one that the header names first, then the one that is offered first.
    """
    ranges = _ranges(accept) if accept is not None and accept.strip() else [("*/*", 1.0)]
    best: tuple[float, int, int] | None = None
    chosen = None
    for place, kind in enumerate(offered):
        welcome, named = _welcome(kind, ranges)
        if welcome > 0 and (best is None or (welcome, -named, -place) > best):
            best, chosen = (welcome, -named, -place), kind
    return chosen


def _welcome(kind: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """How welcome a media type is, by the most specific range that covers it, and at which place that one stands."""
    whole = kind.partition("/")[0] + "/*"
    for wanted in (kind, whole, "*/*"):
        for place, (value, quality) in enumerate(ranges):
            if value == wanted:
                return quality, place if wanted == kind else len(ranges)
    return 0.0, len(ranges)


def _ranges(accept: str) -> list[tuple[str, float]]:
    found = []
    for item in accept[:_LONGEST].lower().split(",")[:_MOST_ITEMS]:
        value, *parameters = (part.strip() for part in item.split(";"))
        weight = next((part[2:].strip() for part in parameters if part.startswith("q=")), "1")
        if value and _QUALITY.fullmatch(weight):
            found.append((value, float(weight)))
    return found


def preferences(text: str | None) -> dict[str, str]:
    """The preferences of a Prefer header in lower case, those without a value as "": `respond-async, handling=lenient` (RFC 7240)."""
    found: dict[str, str] = {}
    for item in (text or "")[:_LONGEST].split(",")[:_MOST_ITEMS]:
        name, _, value = item.partition(";")[0].partition("=")
        if name.strip():
            found.setdefault(name.strip().lower(), value.strip().strip('"').lower())
    return found
