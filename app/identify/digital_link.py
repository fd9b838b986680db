"""GS1 Digital Link URIs: any domain, any stem, the rightmost key, values unescaped exactly once.

Where the standard can be read in two ways: CPV (22) under an ITIP (8006) is a permitted path but its value needs a GTIN (01), so it is
refused; 410 to 413 are not primary keys; `;` separates query pairs only when the reader asks for it; a GTIN has 14 digits unless the
reader takes legacy labels; a path that ends in a slash has no key. Source: GS1 Digital Link Standard, URI Syntax 1.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.identify import dictionary, elements, keys
from app.identify.escape import escape_path, escape_query, raw_offset, unescape_path, unescape_query
from app.identify.refusals import (
    ExclusiveAis,
    IllegalInUri,
    MissingAi,
    NoKey,
    NoKeyInUri,
    NotADigitalLink,
    Repeated,
    SerialMissing,
    UnknownAi,
    WrongPath,
    WrongQuery,
)

CANONICAL_STEM = "https://id.gs1.org"

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A Digital Link taken apart.

    domain: authority with port; stem: scheme, domain and the path before the key, without a trailing slash, as `build` takes it;
    path: AI and unescaped value, the primary key first; attributes: the same from the query; foreign: other query pairs, unescaped.
    """

    domain: str
    stem: str
    path: tuple[Pair, ...]
    attributes: tuple[Pair, ...]
    foreign: tuple[Pair, ...]

    @property
    def key(self) -> str:
        """The AI of the primary key."""
        return self.path[0][0]

    @property
    def value(self) -> str:
        """The value of the primary key."""
        return self.path[0][1]

    def get(self, ai: str) -> str | None:
        """The value of an AI in the path or the query, or None."""
        return next((value for name, value in (*self.path, *self.attributes) if name == ai), None)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One AI with its value as written and where that stands in the URI."""

    ai: str
    value: str
    raw: str
    place: int

    def at(self, position: int) -> int:
        """The place in the URI of one character of the value."""
        return self.place + raw_offset(self.raw, position)


_SCHEME = re.compile(r"(?:https?|HTTPS?)://")
_ILLEGAL = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_CONTROL = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
_DOMAIN = re.compile(r"[0-9A-Za-z._~:\[\]\-]+")
_PAIRS = re.compile(r"[^&]+")
_PAIRS_OR_SEMICOLONS = re.compile(r"[^&;]+")
_GTIN = 14
_SHORT_GTINS = (8, 12, 13)


@dataclass(frozen=True, slots=True)
class Reading:
    """How strictly a Digital Link is read.

    short_gtin: also take GTIN-8, -12 and -13 and pad them (legacy labels); semicolons: `;` too separates query pairs;
    associations: refuse AIs whose required companions are missing; unknown: take numeric names that are no known AI as attributes.
    """

    short_gtin: bool = False
    semicolons: bool = False
    associations: bool = True
    unknown: bool = False


STRICT = Reading()
"""As the standard has it now: 14 digits, `&` only, known AIs, all companions."""


def parse(uri: str, how: Reading = STRICT) -> DigitalLink:
    """Take a Digital Link apart and check every value. Raises kinds of Invalid with `position`, 0-based, in the URI."""
    domain, path_start, path_end, query_end = _regions(uri)
    stem_end, path = _path(uri, path_start, path_end)
    attributes, foreign = _query(uri, path_end + 1, query_end, path, how)
    pieces = [_padded(piece) for piece in (*path, *attributes)] if how.short_gtin else [*path, *attributes]
    _check(pieces, how)
    pairs = tuple((piece.ai, piece.value) for piece in pieces)
    return DigitalLink(domain, uri[:stem_end], pairs[: len(path)], pairs[len(path) :], foreign)


def build(path: Iterable[Pair], attributes: Iterable[Pair] = (), stem: str = CANONICAL_STEM, how: Reading = STRICT) -> str:
    """The Digital Link of a path (primary key first) and data attributes; the GTIN may be shorter than 14 digits and is padded.

    stem: scheme, domain and optional path, a trailing slash is dropped. Raises what `parse` raises, with `position` in the value.
    """
    placed = [(ai, value.zfill(_GTIN) if ai == "01" and len(value) in _SHORT_GTINS else value) for ai, value in path]
    extra = list(attributes)
    sequence = tuple(ai for ai, _ in placed)
    _check_sequence(sequence, 0)
    for ai, _ in extra:
        _check_attribute(ai, sequence, 0, how)
    elements.check((*placed, *extra), associations=how.associations, unknown=how.unknown)
    base = stem.removesuffix("/") + "".join(f"/{ai}/{escape_path(value)}" for ai, value in placed)
    return base + "".join(f"{'&' if place else '?'}{ai}={escape_query(value)}" for place, (ai, value) in enumerate(extra))


def from_elements(pairs: Iterable[Pair], stem: str = CANONICAL_STEM, how: Reading = STRICT) -> str:
    """The Digital Link of AIs in any order: the first key leads, its qualifiers follow in the path, the rest is in the query.

    Same AI and value twice counts once; attributes of predefined length come first. Raises NoKey, WrongQuery and what `build` raises.
    """
    listed = list(dict.fromkeys(pairs))
    key = next((pair for pair in listed if pair[0] in keys.QUALIFIERS), None)
    if key is None:
        raise NoKey(position=0)
    path = longest_path(key, dict(reversed(listed)))
    return build(path, _fixed_first((pair for pair in listed if pair not in path), how), stem, how)


def canonical(link: DigitalLink, how: Reading = STRICT) -> str:
    """The canonical URI of a Digital Link that was read: https://id.gs1.org, the same path, attributes of predefined length first."""
    return build(link.path, _fixed_first(link.attributes, how), CANONICAL_STEM, how)


def _fixed_first(pairs: Iterable[Pair], how: Reading) -> list[Pair]:
    return sorted(pairs, key=lambda pair: not elements.known(pair[0], unknown=how.unknown).fixed)


def longest_path(key: Pair, values: dict[str, str]) -> list[Pair]:
    """The key and those of the AIs at hand that may qualify it; of two alternatives the longer, else the first."""
    paths = ([key, *((ai, values[ai]) for ai in allowed if ai in values)] for allowed in keys.QUALIFIERS[key[0]])
    return max(paths, key=len)


def _regions(uri: str) -> tuple[str, int, int, int]:
    """Domain, and where path begins, path ends and query ends."""
    scheme = _SCHEME.match(uri)
    if scheme is None:
        raise NotADigitalLink(position=0)
    illegal = _ILLEGAL.search(uri) or _CONTROL.search(uri)
    if illegal is not None:
        raise IllegalInUri(found=illegal[0], position=illegal.start())
    fragment = uri.find("#", scheme.end())
    query_end = len(uri) if fragment < 0 else fragment
    question = uri.find("?", scheme.end(), query_end)
    path_end = query_end if question < 0 else question
    slash = uri.find("/", scheme.end(), path_end)
    if slash <= scheme.end():
        raise NotADigitalLink(position=max(slash, scheme.end()))
    domain = uri[scheme.end() : slash]
    right = _DOMAIN.match(domain)
    if right is None or right.end() != len(domain):
        wrong = right.end() if right else 0
        raise IllegalInUri(found=domain[wrong], position=scheme.end() + wrong)
    return domain, slash, path_end, query_end


def _path(uri: str, start: int, end: int) -> tuple[int, list[_Piece]]:
    """Where the stem ends, and key and qualifiers; pairs of segments are tried from the right until one is a key."""
    pieces: list[_Piece] = []
    while end > start:
        value_slash = uri.rfind("/", start, end)
        ai_slash = uri.rfind("/", start, max(value_slash, start))
        if ai_slash < start:
            break
        ai = uri[ai_slash + 1 : value_slash]
        raw = uri[value_slash + 1 : end]
        pieces.append(_Piece(ai, unescape_path(raw), raw, value_slash + 1))
        if ai in keys.QUALIFIERS:
            pieces.reverse()
            _check_sequence(tuple(piece.ai for piece in pieces), ai_slash + 1)
            return ai_slash, pieces
        end = ai_slash
    raise NoKeyInUri(position=start)


def _query(uri: str, start: int, end: int, path: list[_Piece], how: Reading) -> tuple[list[_Piece], tuple[Pair, ...]]:
    attributes: list[_Piece] = []
    foreign: list[Pair] = []
    sequence = tuple(piece.ai for piece in path)
    taken = set(sequence)
    for match in (_PAIRS_OR_SEMICOLONS if how.semicolons else _PAIRS).finditer(uri, start, max(start, end)):
        name, sign, raw = match[0].partition("=")
        if not (name.isascii() and name.isdigit()) or not sign:
            foreign.append((unescape_query(name), unescape_query(raw)))
            continue
        if name in taken:
            raise Repeated(ai=name, position=match.start())
        _check_attribute(name, sequence, match.start(), how)
        taken.add(name)
        attributes.append(_Piece(name, unescape_query(raw), raw, match.start() + len(name) + 1))
    return attributes, tuple(foreign)


def _check_sequence(sequence: tuple[str, ...], position: int) -> None:
    if sequence not in keys.SEQUENCES:
        raise WrongPath(key=sequence[0] if sequence else "", sequence="/".join(sequence), position=position)


def _check_attribute(ai: str, sequence: tuple[str, ...], position: int, how: Reading) -> None:
    """Refuse an AI in the query that is unknown, that is no data attribute, or that could stand in the path as it is."""
    entry = dictionary.entry(ai)
    if entry is None:
        if how.unknown:
            return
        raise UnknownAi(found=ai, position=position)
    belongs_in_path = any((*sequence[:place], ai, *sequence[place:]) in keys.SEQUENCES for place in range(1, len(sequence) + 1))
    if not entry.attribute or belongs_in_path:
        raise WrongQuery(ai=ai, position=position)


def _padded(piece: _Piece) -> _Piece:
    if piece.ai != "01" or len(piece.value) not in _SHORT_GTINS:
        return piece
    zeros = _GTIN - len(piece.value)
    return _Piece(piece.ai, "0" * zeros + piece.value, piece.raw, piece.place - zeros)


def _check(pieces: list[_Piece], how: Reading) -> None:
    for piece in pieces:
        entry = elements.known(piece.ai, unknown=how.unknown)
        fault = elements.fault_of(entry, piece.value)
        if fault is not None:
            refusal = elements.refusal(entry, piece.value, fault)
            refusal.params["position"] = piece.at(fault.position)
            raise refusal
    try:
        elements.check_together([(piece.ai, piece.value) for piece in pieces], associations=how.associations)
    except (Repeated, ExclusiveAis, MissingAi, SerialMissing) as refusal:
        place = next(piece.place for piece in pieces if piece.ai == refusal.params["ai"])
        refusal.params["position"] += place
        raise
