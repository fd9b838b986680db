"""GS1 Digital Link URIs: any domain, any stem, the rightmost key, values unescaped exactly once.

Where the standard can be read in two ways: CPV (22) under an ITIP (8006) is a permitted path but its value needs a GTIN (01), so it is
refused; 410 to 413 are not primary keys; `;` separates query pairs only when the reader asks for it; a GTIN has 14 digits unless the
reader takes legacy labels; a path that ends in a slash has no key. Source: GS1 Digital Link Standard, URI Syntax 1.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from app.errors import Invalid
from app.identify import ai_rule, elements, keys
from app.identify.ai_rule import RULES, Rule
from app.identify.escape import DOTS, escape_path, escape_query, raw_offset, unescape_path, unescape_query
from app.identify.refusals import (
    DotsAlone,
    ExclusiveAis,
    IllegalInUri,
    MissingAi,
    NoKey,
    NoKeyInUri,
    NotADigitalLink,
    Repeated,
    SerialMissing,
    TooMany,
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
    path: AI and unescaped value, the primary key first; attributes: the same from the query; foreign: other query pairs, unescaped;
    ignored: the same as they are written, also empty.
    """

    domain: str
    stem: str
    path: tuple[Pair, ...]
    attributes: tuple[Pair, ...]
    foreign: tuple[Pair, ...]
    ignored: tuple[str, ...] = field(default=(), compare=False)

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


_Piece = tuple[str, str, str, int, Rule]
"""AI, unescaped value, value as written and where that begins in the URI, rule of the AI."""


_SCHEME = re.compile(r"(?:https?|HTTPS?)://")
_ILLEGAL = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_NOT_IN_DOMAIN = re.compile(r"[^0-9A-Za-z.:\[\]\-]")
_NUL = "%00"
_MOST_CHARACTERS = 8191
_MOST_ELEMENTS = 64  # no data carrier holds as many; element strings have the same limits
_GTIN = 14
_SHORT_GTINS = (8, 12, 13)


@dataclass(frozen=True, slots=True)
class Reading:
    """How strictly a Digital Link is read.

    short_gtin: also take GTIN-8, -12 and -13 and pad them (legacy labels); semicolons: `;` too separates query pairs;
    associations: refuse AIs whose required companions are missing; unknown: take numeric names that are no known AI but could become one;
    unknown_attributes: with `unknown`, they may stand in the query.
    """

    short_gtin: bool = False
    semicolons: bool = False
    associations: bool = True
    unknown: bool = False
    unknown_attributes: bool = True


STRICT = Reading()
"""As the standard has it now: 14 digits, `&` only, known AIs, all companions."""


def parse(uri: str, how: Reading = STRICT) -> DigitalLink:
    """Take a Digital Link apart and check every value. Raises kinds of Invalid with `position`, 0-based, in the URI.

    NotADigitalLink is raised only for a text without the scheme of a web address; a wrong web address has other refusals.
    """
    domain, start, end, query_end = _regions(uri)
    stem_end, pieces = _path(uri, start, end, how)
    count = len(pieces)
    right = _lengths_are_right(pieces, how)
    ignored: list[str] = []
    if query_end > end + 1:
        right = _query(uri, end + 1, query_end, pieces, ignored, how) and right
    _check_names(pieces, count, stem_end + 1, how)
    if not right:
        for piece in pieces:
            _refuse(elements.content_refusal(piece[4].entry, piece[1]), piece)
    pairs = tuple([piece[:2] for piece in pieces])
    if count > 1 or pieces[0][4].needs or len(pairs) > 1:
        _check_together(pieces, pairs, how)
    foreign = tuple([_unescaped(part) for part in ignored if part]) if ignored else ()
    return DigitalLink(domain, uri[:stem_end], pairs[:count], pairs[count:], foreign, tuple(ignored))


def build(path: Iterable[Pair], attributes: Iterable[Pair] = (), stem: str = CANONICAL_STEM, how: Reading = STRICT) -> str:
    """The Digital Link of a path (primary key first) and data attributes; the GTIN may be shorter than 14 digits and is padded.

    stem: scheme, domain and optional path, a trailing slash is dropped. Raises what `parse` raises, with `position` in the value.
    """
    placed = [_full_gtin(pair) for pair in path]
    extra = list(attributes)
    sequence = tuple(ai for ai, _ in placed)
    _check_sequence(sequence, 0)
    for ai, _ in extra:
        _check_attribute(elements.rule_of(ai, unknown=how.unknown), sequence, 0, how)
    elements.check((*placed, *extra), associations=how.associations, unknown=how.unknown)
    return written(placed, extra, stem)


def written(path: Iterable[Pair], attributes: Iterable[Pair] = (), stem: str = CANONICAL_STEM) -> str:
    """The Digital Link of elements that were already checked."""
    parts = [stem.removesuffix("/")]
    for ai, value in path:
        parts += ("/", ai, "/", escape_path(value))
    sign = "?"
    for ai, value in attributes:
        parts += (sign, ai, "=", escape_query(value))
        sign = "&"
    return "".join(parts)


def from_elements(pairs: Iterable[Pair], stem: str = CANONICAL_STEM, how: Reading = STRICT) -> str:
    """The Digital Link of AIs in any order: the first key leads, its qualifiers follow in the path, the rest is in the query.

    Same AI and value twice counts once; attributes of predefined length come first. Raises NoKey, WrongQuery, DotsAlone and what `build`
    raises.
    """
    listed = list(dict.fromkeys(map(_full_gtin, pairs)))
    elements.check(listed, associations=how.associations, unknown=how.unknown)
    path, attributes = arranged(listed, how)
    for _, value in path:
        refuse_dots(value)
    return written(path, attributes, stem)


def refuse_dots(value: str, pointer: str = "") -> None:
    """Whoever gives out a lot or serial number, or draws it, asks first; links that others made are read as they are. Raises DotsAlone."""
    if value in DOTS:
        raise DotsAlone(pointer=pointer, given=value, position=0)


def canonical(link: DigitalLink, how: Reading = STRICT) -> str:
    """The canonical URI of a Digital Link that was read: https://id.gs1.org, the same path, attributes of predefined length first."""
    return build(link.path, fixed_first(link.attributes), CANONICAL_STEM, how)


def arranged(pairs: Sequence[Pair], how: Reading = STRICT) -> tuple[list[Pair], list[Pair]]:
    """Path and attributes of a Digital Link for elements that were already checked. Raises NoKey, WrongQuery."""
    plan = _plan(tuple([ai for ai, _ in pairs]))
    if plan is not None:
        return [pairs[place] for place in plan[0]], [pairs[place] for place in plan[1]]
    key = next((pair for pair in pairs if pair[0] in keys.QUALIFIERS), None)
    if key is None:
        raise NoKey(position=0, length=0)
    values = dict(pairs)
    path = longest_path(key, values)
    for ai, _ in path:
        del values[ai]
    attributes = fixed_first(values.items())
    for ai, _ in attributes:
        rule = RULES[ai]
        if not (rule.attribute if rule is not None else how.unknown and how.unknown_attributes):
            raise WrongQuery(ai=ai, position=0, length=0)
    return path, attributes


@lru_cache(maxsize=4096)
def _plan(ais: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Which of the AIs are the path and which the attributes, in their order; None when that takes a closer look.

    Remembered, because texts of one maker have the same AIs in the same order.
    """
    key = next((ai for ai in ais if ai in keys.QUALIFIERS), None)
    if key is None or len(set(ais)) < len(ais):
        return None
    path = [ai for ai, _ in longest_path((key, ""), dict.fromkeys(ais, ""))]
    others = [pair[0] for pair in fixed_first((ai, "") for ai in ais if ai not in path)]
    if not all((rule := RULES[ai]) is not None and rule.attribute for ai in others):
        return None
    return tuple(map(ais.index, path)), tuple(map(ais.index, others))


def fixed_first(pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs with the AIs of predefined length before the others."""
    return sorted(pairs, key=_is_variable)


def longest_path(key: Pair, values: dict[str, str]) -> list[Pair]:
    """The key and those of the AIs at hand that may qualify it; of two alternatives the longer, else the first."""
    paths = ([key, *((ai, values[ai]) for ai in allowed if ai in values)] for allowed in keys.QUALIFIERS[key[0]])
    return max(paths, key=len)


def _is_variable(pair: Pair) -> bool:
    rule = RULES[pair[0]] or ai_rule.unknown(pair[0])
    return rule is None or not rule.fixed


def _regions(uri: str) -> tuple[str, int, int, int]:
    """Domain, and where path begins, path ends and query ends."""
    if len(uri) > _MOST_CHARACTERS:
        raise TooMany(most=_MOST_CHARACTERS, position=_MOST_CHARACTERS, length=len(uri) - _MOST_CHARACTERS)
    scheme = _SCHEME.match(uri)
    if scheme is None:
        raise NotADigitalLink(position=0, length=0)
    begins = scheme.end()
    illegal = _ILLEGAL.search(uri)
    slash = uri.find("/", begins)
    if illegal is None:
        illegal = _NOT_IN_DOMAIN.search(uri, begins, len(uri) if slash < 0 else slash)
    if illegal is not None:
        raise IllegalInUri(found=illegal[0], position=illegal.start(), length=1)
    if slash < 0:
        raise NoKeyInUri(position=len(uri), length=0)
    if slash == begins:
        raise IllegalInUri(found="/", position=begins, length=1)
    fragment = uri.find("#", slash)
    query_end = len(uri) if fragment < 0 else fragment
    question = uri.find("?", slash, query_end)
    return uri[begins:slash], slash, query_end if question < 0 else question, query_end


def _path(uri: str, start: int, end: int, how: Reading) -> tuple[int, list[_Piece]]:
    """Where the stem ends, and key and qualifiers; pairs of segments are read from the right as long as they are AIs, to the first key."""
    pieces: list[_Piece] = []
    path_end = end
    while True:
        value_slash = uri.rfind("/", start, end)
        ai_slash = uri.rfind("/", start, value_slash) if value_slash > start else -1
        ai = uri[ai_slash + 1 : value_slash]
        rule = RULES[ai] if ai_slash >= 0 else None
        if rule is None and how.unknown and ai_slash >= 0:
            rule = ai_rule.unknown(ai)
        if rule is None:
            raise NoKeyInUri(position=start, length=path_end - start)
        raw = uri[value_slash + 1 : end]
        pieces.append((ai, unescape_path(raw), raw, value_slash + 1, rule))
        if ai in keys.QUALIFIERS:
            pieces.reverse()
            return ai_slash, pieces
        end = ai_slash


def _lengths_are_right(pieces: list[_Piece], how: Reading) -> bool:
    """Refuse a value of the path that is too short or too long; answers whether all values are surely right."""
    right = True
    for place, piece in enumerate(pieces):
        if not piece[4].accepts(piece[1]):
            if how.short_gtin:
                piece = pieces[place] = _padded(piece)  # noqa: PLW2901  # the padded one is what is checked
            right = _check_length(piece) and right
    return right


def _query(uri: str, start: int, end: int, pieces: list[_Piece], ignored: list[str], how: Reading) -> bool:
    """Add the AIs of the query to the pieces and its other parts to `ignored`; answers whether all values are surely right."""
    right = True
    query = uri[start:end]
    parts = (query.replace(";", "&") if how.semicolons else query).split("&")
    place = start
    for part in parts[:-1]:
        if part:
            right = _query_part(part, place, pieces, ignored, how) and right
        place += len(part) + 1
    return _query_part(parts[-1], place, pieces, ignored, how) and right


def _query_part(part: str, place: int, pieces: list[_Piece], ignored: list[str], how: Reading) -> bool:
    name, sign, raw = part.partition("=")
    right = True
    if not sign or (name and not (name.isascii() and name.isdigit())):
        ignored.append(part)
    else:
        rule = RULES[name] or (ai_rule.unknown(name) if how.unknown else None)
        if rule is None:
            raise UnknownAi(ai=name, found=name, position=place, length=len(name))
        piece = (name, unescape_query(raw), raw, place + len(name) + 1, rule)
        if not rule.accepts(piece[1]):
            piece = _padded(piece) if how.short_gtin else piece
            right = _check_length(piece)
        pieces.append(piece)
    if len(pieces) + len(ignored) > _MOST_ELEMENTS:
        raise TooMany(most=_MOST_ELEMENTS, position=place, length=len(part))
    return right


def _check_length(piece: _Piece) -> bool:
    """Refuse what no value of the AI can be; answers whether the value is surely right."""
    nul = piece[2].find(_NUL)
    if nul >= 0:
        raise IllegalInUri(ai=piece[0], found=_NUL, position=piece[3] + nul, length=len(_NUL))
    _refuse(elements.length_refusal(piece[4], piece[1]), piece)
    return bool(piece[4].accepts(piece[1]))


def _check_names(pieces: list[_Piece], count: int, key_at: int, how: Reading) -> None:
    """Refuse a wrong order in the path, one AI twice, and AIs in the query that may not stand there."""
    if _names_fit(tuple([piece[0] for piece in pieces]), count):
        return
    sequence = tuple([piece[0] for piece in pieces[:count]])
    _check_sequence(sequence, key_at)
    if len(pieces) == count:
        return
    ordered = sorted(pieces[count:])
    names = sorted([piece[0] for piece in pieces])
    for ai, following in pairwise(names):
        if ai == following:
            again = [piece for piece in pieces if piece[0] == ai][1]
            raise Repeated(ai=ai, position=again[3] - len(ai) - 1, length=len(ai))
    for ai, _, _, place, rule in ordered:
        _check_attribute(rule, sequence, place - len(ai) - 1, how)


@lru_cache(maxsize=4096)
def _names_fit(ais: tuple[str, ...], count: int) -> bool:
    """Whether the first `count` AIs are surely a right path and the others surely right in the query."""
    sequence, others = ais[:count], ais[count:]
    if sequence not in keys.SEQUENCES or len(set(ais)) < len(ais):
        return False
    rules = map(RULES.__getitem__, others)
    return all(rule is not None and rule.attribute and not _belongs_in_path(rule.ai, sequence) for rule in rules)


def _check_sequence(sequence: tuple[str, ...], position: int) -> None:
    if sequence not in keys.SEQUENCES:
        shown = "/".join(sequence)
        key = sequence[0] if sequence else ""
        raise WrongPath(key=key, ai=key, sequence=shown, position=position, length=len(key))


def _check_attribute(rule: Rule, sequence: tuple[str, ...], position: int, how: Reading) -> None:
    """Refuse an AI in the query that is no data attribute, or that could stand in the path as it is."""
    ai = rule.ai
    known = RULES[ai] is not None
    if not (rule.attribute if known else how.unknown_attributes) or _belongs_in_path(ai, sequence):
        raise WrongQuery(ai=ai, position=position, length=len(ai))


@lru_cache(maxsize=4096)
def _belongs_in_path(ai: str, sequence: tuple[str, ...]) -> bool:
    return any((*sequence[:place], ai, *sequence[place:]) in keys.SEQUENCES for place in range(1, len(sequence) + 1))


def _padded(piece: _Piece) -> _Piece:
    return (*_full_gtin(piece[:2]), *piece[2:])


def _full_gtin(pair: Pair) -> Pair:
    ai, value = pair
    return (ai, value.zfill(_GTIN)) if ai == "01" and len(value) in _SHORT_GTINS else pair


def _refuse(refusal: Invalid | None, piece: _Piece) -> None:
    """Raise a refusal of a value with its place in the URI, where characters may be escaped and leading zeros left out."""
    if refusal is None:
        return
    _, value, raw, place, _ = piece
    zeros = len(value) - len(unescape_path(raw))
    start = refusal.params["position"]
    past = start + refusal.params["length"]
    refusal.params["position"] = place + raw_offset(raw, max(0, start - zeros))
    refusal.params["length"] = place + raw_offset(raw, max(0, past - zeros)) - refusal.params["position"]
    raise refusal


def _check_together(pieces: list[_Piece], pairs: tuple[Pair, ...], how: Reading) -> None:
    try:
        elements.check_together(pairs, associations=how.associations)
    except (ExclusiveAis, MissingAi, SerialMissing) as refusal:
        piece = next(piece for piece in pieces if piece[0] == refusal.params["ai"])
        refusal.params["position"] = piece[3] + (len(piece[2]) if isinstance(refusal, SerialMissing) else 0)
        raise


def _unescaped(part: str) -> Pair:
    name, _, value = part.partition("=")
    return unescape_query(name), unescape_query(value)
