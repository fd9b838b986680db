"""Which of several links a request means, and in which form it wants an answer; pure.

Languages by lookup, media types by specificity, both with quality values of which 0 excludes; whatever cannot be read in a header says
nothing. Source: RFC 4647, section 3.4; RFC 9110, sections 12.4.2, 12.5.1 and 12.5.4; GS1-Conformant Resolver Standard 1.2, section 2.6.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from app.resolve.links import Link

LINKSET = "application/linkset+json"
JSON = "application/json"
JSON_LD = "application/ld+json"
HTML = "text/html"

_FORMS = (LINKSET, HTML, JSON, JSON_LD)
"""Forms of a link set; of two that are equally welcome, the earlier."""

_PAGES = (HTML, "application/xhtml+xml", "text/*")
_MOST_ITEMS = 40
_MEDIA_RANGE = re.compile(r"\*/\*|[a-z0-9!#$&^_.+-]+/(?:\*|[a-z0-9!#$&^_.+-]+)")
_LANGUAGE_RANGE = re.compile(r"\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*")
_QUALITY = re.compile(r"[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


_LONGEST_HEADER = 1_000
"""Characters of a header that are looked at: browsers send 150, and what was read is remembered."""


class Range(NamedTuple):
    """One thing a header names, in lower case, and how welcome it is, 0 to 1."""

    value: str
    quality: float


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a request says about the link it wants. languages, media: best first; contexts: in lower case."""

    languages: tuple[Range, ...] = ()
    media: tuple[Range, ...] = ()
    contexts: tuple[str, ...] = ()


def wishes(accept: str | None, accept_language: str | None, contexts: Sequence[str] = ()) -> Wishes:
    """The wishes of a request by its headers and its `context` parameters."""
    return Wishes(
        languages((accept_language or "")[:_LONGEST_HEADER]),
        media((accept or "")[:_LONGEST_HEADER]),
        tuple(word.casefold() for word in contexts if word),
    )


@lru_cache(maxsize=512)
def languages(header: str) -> tuple[Range, ...]:
    """The language ranges of an Accept-Language header, best first."""
    return _ranges(header, _LANGUAGE_RANGE)


@lru_cache(maxsize=512)
def media(header: str) -> tuple[Range, ...]:
    """The media ranges of an Accept header, best first; parameters other than the quality are not looked at."""
    return _ranges(header, _MEDIA_RANGE)


def _ranges(header: str, form: re.Pattern[str]) -> tuple[Range, ...]:
    found = []
    for item in header.lower().split(",", _MOST_ITEMS)[:_MOST_ITEMS]:
        value, *parameters = (part.strip() for part in item.split(";"))
        quality = _quality(parameters)
        if quality is not None and form.fullmatch(value):
            found.append(Range(value, quality))
    return tuple(sorted(found, key=lambda each: -each.quality))


def _quality(parameters: list[str]) -> float | None:
    """The weight among parameters, 1 where there is none, None where it cannot be read."""
    weight = next((each for each in parameters if each.startswith("q=")), None)
    if weight is None:
        return 1.0
    match = _QUALITY.fullmatch(weight)
    return float(match[1]) if match else None


# ------------------------------------------------------------------------------------------------ which link


def best(links: Sequence[Link], wished: Wishes) -> list[Link]:
    """Those of the links that a request means; more than one where it does not say which, none only of none.

    What the request says comes first; what no link has is no reason to have none; of what the request leaves open, a link that is for
    everybody goes before one that is for some.
    """
    kept = list(links)
    for part in _PARTS:
        if len(kept) > 1 and part.said(wished):
            allowed = [link for link in kept if not part.refused(link, wished)] or kept
            kept = part.matching(allowed, wished) or [link for link in allowed if not part.has(link)] or allowed
    for part in _PARTS:
        if len(kept) > 1 and not part.said(wished):
            kept = [link for link in kept if not part.has(link)] or kept
    return kept


def decided(links: Sequence[Link], wished: Wishes) -> Link | None:
    """The one link that a request decides for, None where it says too little, or names what there is not: then the default holds."""
    kept, chosen = list(links), False
    for part in _PARTS:
        if not part.said(wished):
            continue
        allowed = [link for link in kept if not part.refused(link, wished) and not _only_tolerated(link, wished.media)]
        matching = part.matching(allowed, wished)
        chosen = chosen or bool(matching)
        kept = matching or [link for link in allowed if not part.has(link)]
    return kept[0] if chosen and len(kept) == 1 else None


def _only_tolerated(link: Link, ranges: Sequence[Range]) -> bool:
    """Whether a link's media type is taken like any other, while something named is more welcome: a browser wants no data for a default."""
    kind = _essence(link.type or "")
    if not kind or not ranges or any(each.value in {kind, kind.partition("/")[0] + "/*"} for each in ranges):
        return False
    return quality_of(kind, ranges) < ranges[0].quality


def _no_language(link: Link, wished: Wishes) -> bool:
    """Whether every language of a link is excluded by a quality of 0."""
    return bool(link.hreflang) and not any(_welcome(tag.lower(), wished.languages) for tag in link.hreflang)


def _welcome(tag: str, ranges: Sequence[Range]) -> bool:
    """Whether the most specific range about a language does not exclude it; one that nothing is said about is welcome."""
    about = [each for each in ranges if each.value in {"*", tag} or tag.startswith(each.value + "-")]
    return not about or max(about, key=lambda each: (each.value != "*", len(each.value))).quality > 0


def _of_language(links: Sequence[Link], wished: Wishes) -> list[Link]:
    """Links found by lookup, `en-GB` then `en`; only where that finds nothing, `pt` also means `pt-BR`."""
    wanted = [each.value for each in wished.languages if each.quality > 0 and each.value != "*"]
    spoken = [(link, {tag.lower() for tag in link.hreflang}) for link in links]
    for tag in (shorter for value in wanted for shorter in _truncated(value)):
        found = [link for link, tags in spoken if tag in tags]
        if found:
            return found
    for value in wanted:
        found = [link for link, tags in spoken if any(tag.startswith(value + "-") for tag in tags)]
        if found:
            return found
    return []


def _truncated(value: str) -> Iterator[str]:
    """A language range and what is left of it subtag by subtag; a single letter never stands last."""
    parts = value.split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()
        if parts and len(parts[-1]) == 1:
            parts.pop()


def quality_of(kind: str, ranges: Sequence[Range]) -> float:
    """How welcome a media type is; 0 where nothing names it."""
    for name in (kind, kind.partition("/")[0] + "/*", "*/*"):
        for each in ranges:
            if each.value == name:
                return each.quality
    return 0.0


def _media_quality(link: Link, wished: Wishes) -> float:
    """How welcome a link is by its media type; one without a type may be anything."""
    return quality_of(_essence(link.type) if link.type else "*/*", wished.media)


def _essence(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()


def _of_media(links: Sequence[Link], wished: Wishes) -> list[Link]:
    ranked = [(_media_quality(link, wished), link) for link in links]
    top = max((quality for quality, _ in ranked), default=0.0)
    return [link for quality, link in ranked if quality == top] if top > 0 else []


def _of_context(links: Sequence[Link], wished: Wishes) -> list[Link]:
    return [link for link in links if any(word.casefold() in wished.contexts for word in link.context)]


class _Part(NamedTuple):
    """One thing that links may differ in: whether a request speaks of it, whether a link has it, who is refused, who matches."""

    said: Callable[[Wishes], bool]
    has: Callable[[Link], bool]
    refused: Callable[[Link, Wishes], bool]
    matching: Callable[[Sequence[Link], Wishes], list[Link]]


_PARTS = (
    _Part(
        lambda wished: any(each.value != "*" for each in wished.languages),
        lambda link: bool(link.hreflang),
        _no_language,
        _of_language,
    ),
    _Part(lambda wished: bool(wished.contexts), lambda link: bool(link.context), lambda _link, _wished: False, _of_context),
    _Part(
        lambda wished: any(each.value != "*/*" for each in wished.media),
        lambda link: bool(link.type),
        lambda link, wished: bool(link.type) and bool(wished.media) and _excluded(_essence(link.type or ""), wished.media),
        _of_media,
    ),
)


def _excluded(kind: str, ranges: Sequence[Range]) -> bool:
    """Whether the most specific range about a media type has a quality of 0."""
    names = {kind, kind.partition("/")[0] + "/*", "*/*"}
    return any(each.value in names for each in ranges) and quality_of(kind, ranges) == 0


# ------------------------------------------------------------------------------------------------ which form


def form(ranges: Sequence[Range]) -> str:
    """The media type in which to send a link set that was asked for: the most welcome of four, linkset+json to who does not mind."""
    return max(_FORMS, key=lambda each: (quality_of(each, ranges), -_FORMS.index(each))) if ranges else LINKSET


def names_linkset(ranges: Sequence[Range]) -> bool:
    """Whether an Accept header asks for a link set by its own media type, and for nothing more than for it."""
    named = next((each.quality for each in ranges if each.value == LINKSET), 0.0)
    return named > 0 and named >= quality_of(HTML, ranges)


def prefers_data(ranges: Sequence[Range]) -> bool:
    """Whether an Accept header names JSON, and no page as much: whoever takes both is sent on as a person is."""
    data = max((each.quality for each in ranges if each.value in {JSON, JSON_LD}), default=0.0)
    page = quality_of(HTML, ranges)
    return data > 0 and (data > page or (data == page and not any(each.value in _PAGES for each in ranges)))


def wants_page(ranges: Sequence[Range]) -> bool:
    """Whether the caller is a person with a browser: a page is named, and no JSON is more welcome."""
    named = {each.value: each.quality for each in reversed(ranges)}
    page = max((named.get(name, 0) for name in _PAGES), default=0)
    return page > 0 and page >= max(
        named.get(LINKSET, 0), named.get(JSON, 0), named.get(JSON_LD, 0), named.get("application/problem+json", 0)
    )
