"""Compressed Digital Links of versions 1.1 and 1.2: read whole or partly compressed ones, and make them where nothing is lost.

Since GS1-Conformant Resolver 1.2 the method is optional; links printed with it have to resolve all the same. Where GS1's toolkit loses
digits (leading zeros, serials after a numeric part) the layout of the standard is kept, with every digit. Numbers beyond 2^53 the toolkit
keeps as doubles: 889152858816568800 is written as ...832 and read back as the shortest number that is the same double. Such a number is
read in its way first and, when its check digit is wrong, bit by bit.
Source: GS1 Digital Link 1.1, compression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from typing import NamedTuple

from app.errors import Invalid
from app.identify import dictionary, digital_link, elements, keys
from app.identify.compression_tables import ALPHABET, HEX, SEQUENCES, Field, ai_lengths, bits_of_digits, bits_of_length, fields
from app.identify.digital_link import STRICT, Reading
from app.identify.escape import escape_path, escape_query, unescape_path, unescape_query
from app.identify.refusals import NoKey, NotADigitalLink, NotCompressed, NotCompressible, Repeated

Pair = tuple[str, str]

_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")
_START = re.compile(r"(?:https?|HTTPS?)://[^/?#]+/")
_SIX_BITS = {character: f"{place:06b}" for place, character in enumerate(ALPHABET)}
_OF_SIX_BITS = {bits: character for character, bits in _SIX_BITS.items()}
_LOWER_HEX = HEX.lower()
_ASCII = "".join(map(chr, range(128)))
_NUMBER = 0
_ALPHABETS = {1: (_LOWER_HEX, 4), 2: (HEX, 4), 3: (ALPHABET, 6), 4: (_ASCII, 7)}
_PREFERRED = ((0, re.compile(r"[0-9]+")), (2, re.compile(r"[0-9A-F]+")), (1, re.compile(r"[0-9a-f]+")), (3, _SEGMENT))
_ANY = 4
_EXACT, _EXPONENT = 2**53, 10**21
_FOREIGN = "F"
_FOREIGN_LENGTH = 7  # bits of the length of a key, and of a value, that are not GS1's
_SHORTEST = 3  # characters: an AI of two digits with a number of two
_LONGEST = 2_048  # characters of a segment that are read at all


def decompress(uri: str, how: Reading = STRICT) -> str:
    """The uncompressed Digital Link of a compressed one, with the same stem; other query parameters and those that were inside follow.

    uri: the last path segment is compressed, or what follows a key and its value is; how: as `digital_link.parse` reads what comes out.
    Attributes stand as in the canonical URI, those of predefined length first, each by number. Raises NotCompressed, also for a link that
    is not compressed, and what `digital_link.parse` raises for what comes out, `position` being where the compressed part begins.
    """
    parts = _parts(uri)
    if _is_link(uri, how):  # a lot may read like a compressed link
        raise NotCompressed(position=parts.start)
    with suppress(Invalid):
        return _decompressed(parts, how, doubles=True)
    return _decompressed(parts, how, doubles=False)


def _is_link(uri: str, how: Reading) -> bool:
    try:
        digital_link.parse(uri, how)
    except Invalid:
        return False
    return True


def _decompressed(parts: _Parts, how: Reading, *, doubles: bool) -> str:
    try:
        return _written(parts, *_Reader(parts.segment, doubles=doubles).read(), how)
    except NotCompressed as refusal:
        refusal.params["position"] += parts.start
        raise
    except Invalid as refusal:
        refusal.params["position"] = parts.start
        raise


def compress(uri: str, how: Reading = STRICT, *, optimise: bool = True, partial: bool = False) -> str:
    """The compressed form of a Digital Link, with the same stem.

    optimise: one code for sequences of AIs that are often together; partial: leave the key and its value readable. Query parameters that
    are not AIs stay in the query as they are. The result has been decompressed and compared.
    Raises what `digital_link.parse` raises, and NotCompressible when it would not come back: a second key that would be taken for the
    first, an IBAN of more than 31 characters, a number that GS1's toolkit would print as another right one, nothing to compress.
    """
    link = digital_link.parse(uri, how)
    rest = (*link.path[1:], *link.attributes)
    key, values = (link.path[:1], dict(rest)) if partial else ((), dict((*link.path, *link.attributes)))
    if not values:
        raise NotCompressible(ai=link.key, position=0)
    head = link.stem + "".join(f"/{ai}/{escape_path(value)}" for ai, value in key)
    others = _others(uri)
    made = f"{head}/{_segment_of(values, optimise=optimise)}{_query(others)}"
    expected = digital_link.build(link.path, _by_number(link.attributes), link.stem, how)
    try:
        found = decompress(made, how)
    except Invalid as refusal:
        raise NotCompressible(ai=link.key, position=0) from refusal
    if found != expected + _query(others, "&" if link.attributes else "?"):
        raise NotCompressible(ai=link.key, position=0)
    return made


def looks_compressed(segment: str) -> bool:
    """Whether a path segment can be read as compressed AIs with values that are right; a word or a number is not one by accident."""
    if not _SHORTEST <= len(segment) <= _LONGEST or not _SEGMENT.fullmatch(segment):
        return False
    try:
        readings = [_Reader(segment, doubles=doubles).read()[0] for doubles in (True, False)]
    except NotCompressed:
        return False
    return any(pairs and all(elements.fault_of(dictionary.entries()[ai], value) is None for ai, value in pairs) for pairs in readings)


class _Parts(NamedTuple):
    """A compressed URI. key: AI and value when they are readable; start: where the compressed segment begins; query: pairs as written."""

    stem: str
    key: tuple[Pair, ...]
    segment: str
    start: int
    query: list[str]


def _parts(uri: str) -> _Parts:
    start = _START.match(uri)
    if start is None:
        raise NotADigitalLink(position=0)
    end = min((place for place in (uri.find("?"), uri.find("#")) if place >= 0), default=len(uri))
    slash = uri.rfind("/", 0, end)
    segment = uri[slash + 1 : end]
    if not _SEGMENT.fullmatch(segment) or len(segment) > _LONGEST:
        raise NotCompressed(position=slash + 1)
    before = uri[start.end() - 1 : slash].split("/")
    query = uri[end:].partition("#")[0][1:]
    written = [pair for pair in query.split("&") if pair]
    if len(before) > 2 and before[-2] in keys.QUALIFIERS:  # a key and its value
        stem = uri[: slash - len(before[-2]) - len(before[-1]) - 2]
        return _Parts(stem, ((before[-2], unescape_path(before[-1])),), segment, slash + 1, written)
    return _Parts(uri[:slash], (), segment, slash + 1, written)


def _written(parts: _Parts, pairs: list[Pair], inside: list[Pair], how: Reading) -> str:
    """The Digital Link of what a compressed one says."""
    names = [pair.partition("=") for pair in parts.query]
    beside = [(name, unescape_query(value)) for name, sign, value in names if sign and _is_ai(name)]
    others = [pair for pair, (name, sign, _) in zip(parts.query, names, strict=True) if not (sign and _is_ai(name))]
    everything = [*parts.key, *pairs, *beside]
    values: dict[str, str] = {}
    for ai, value in everything:
        elements.known(ai)
        if ai in values:
            raise Repeated(ai=ai, position=0)
        values[ai] = value
    key = next((pair for pair in everything if pair[0] in keys.QUALIFIERS), None)
    if key is None:
        raise NoKey(position=0)
    path = digital_link.longest_path(key, values)
    attributes = _by_number(pair for pair in everything if pair not in path)
    link = digital_link.build(path, attributes, parts.stem, how)
    others += [f"{escape_query(name)}={escape_query(value)}" for name, value in inside]
    whole = link + _query(others, "&" if attributes else "?")
    digital_link.parse(whole, how)
    return whole


def _by_number(pairs: Iterable[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (not dictionary.entries()[pair[0]].fixed, int(pair[0])))


def _is_ai(name: str) -> bool:
    return name.isascii() and name.isdigit()


def _others(uri: str) -> list[str]:
    """The query pairs that are no AIs, as they are written."""
    query = uri.partition("#")[0].partition("?")[2]
    named = ((pair, pair.partition("=")) for pair in query.split("&") if pair)
    return [pair for pair, (name, sign, _) in named if not (sign and _is_ai(name))]


def _query(pairs: list[str], first: str = "?") -> str:
    return first + "&".join(pairs) if pairs else ""


class _Reader:
    """Reads the bits of a compressed segment from the left; refusals carry the character where they break off.

    doubles: numbers beyond 2^53 that are doubles mean the shortest number that is the same double.
    """

    def __init__(self, segment: str, *, doubles: bool) -> None:
        self._doubles = doubles
        self._bits = "".join(_SIX_BITS[character] for character in segment)
        self._place = 0

    def read(self) -> tuple[list[Pair], list[Pair]]:
        """AIs with values, and the pairs that are not GS1's. Raises NotCompressed."""
        pairs: list[Pair] = []
        others: list[Pair] = []
        while len(self._bits) - self._place >= len(_SIX_BITS["A"]):
            code = HEX[self._number(4)] + HEX[self._number(4)]
            if code[0] == _FOREIGN:
                self._place -= 4
                others.append(self._other())
            else:
                pairs += [(ai, self._value(ai)) for ai in self._ais(code)]
        if "1" in self._bits[self._place :]:
            raise self._broken()
        return pairs, others

    def _ais(self, code: str) -> tuple[str, ...]:
        if not code.isdigit():
            if code not in SEQUENCES:
                raise self._broken()
            return SEQUENCES[code]
        ai = code + "".join(HEX[self._number(4)] for _ in range(ai_lengths().get(code, 2) - 2))
        if dictionary.entry(ai) is None:
            raise self._broken()
        return (ai,)

    def _other(self) -> Pair:
        name = "".join(ALPHABET[self._number(6)] for _ in range(self._number(_FOREIGN_LENGTH)))
        encoding = self._number(3)
        return name, self._text(encoding, self._number(_FOREIGN_LENGTH))

    def _value(self, ai: str) -> str:
        return "".join(map(self._field, fields(ai)))

    def _field(self, field: Field) -> str:
        encoding = _NUMBER if field.digits else self._number(3)
        count = field.longest if field.fixed else self._number(bits_of_length(field.longest))
        return self._text(encoding, count)

    def _text(self, encoding: int, count: int) -> str:
        if encoding == _NUMBER:
            number = self._number(bits_of_digits(count))
            if number >= 10**count:
                raise self._broken()
            if self._doubles and int(_double(number)) == number and len(str(_shortest(number))) <= count:
                number = _shortest(number)
            return str(number).zfill(count) if count else ""
        if encoding not in _ALPHABETS:
            raise self._broken()
        alphabet, width = _ALPHABETS[encoding]
        return "".join(alphabet[self._number(width)] for _ in range(count))

    def _number(self, width: int) -> int:
        end = self._place + width
        if end > len(self._bits):
            raise self._broken()
        bits = self._bits[self._place : end]
        self._place = end
        return int(bits, 2)

    def _broken(self) -> NotCompressed:
        return NotCompressed(position=self._place // len(_SIX_BITS["A"]))


def _segment_of(values: dict[str, str], *, optimise: bool) -> str:
    """The AIs and values as one segment. Raises NotCompressible for a value that is longer than its field can say."""
    left = sorted(values)
    bits = ""
    while optimise and (code := _best(left)) is not None:
        left = [ai for ai in left if ai not in SEQUENCES[code]]
        bits += _code_bits(code) + "".join(_value_bits(ai, values[ai]) for ai in SEQUENCES[code])
    bits += "".join(_code_bits(ai) + _value_bits(ai, values[ai]) for ai in left)
    bits += "0" * (-len(bits) % 6)
    return "".join(_OF_SIX_BITS[bits[place : place + 6]] for place in range(0, len(bits), 6))


def _best(ais: list[str]) -> str | None:
    """The code that stands for the most digits of AIs."""
    fitting = [code for code, sequence in SEQUENCES.items() if set(sequence) <= set(ais)]
    return max(fitting, key=lambda code: len("".join(SEQUENCES[code])), default=None)


def _code_bits(code: str) -> str:
    return "".join(f"{int(digit, 16):04b}" for digit in code)


def _value_bits(ai: str, value: str) -> str:
    bits = ""
    for field in fields(ai):
        part, value = value[: field.longest], value[field.longest :]
        if field is fields(ai)[-1] and value:
            part, value = part + value, ""
        bits += _field_bits(ai, field, part)
    return bits


def _field_bits(ai: str, field: Field, part: str) -> str:
    width = 0 if field.fixed else bits_of_length(field.longest)
    if width and len(part) >= 1 << width:
        raise NotCompressible(ai=ai, position=0)
    length = f"{len(part):0{width}b}" if width else ""
    if field.digits:
        return length + _number_bits(part)
    rights = (encoding for encoding, right in _PREFERRED if right.fullmatch(part) and (encoding != _NUMBER or _survives(part)))
    encoding = next(rights, _ANY)
    return f"{encoding:03b}{length}{_text_bits(encoding, part)}"


def _text_bits(encoding: int, part: str) -> str:
    if encoding == _NUMBER:
        return _number_bits(part)
    alphabet, width = _ALPHABETS[encoding]
    return "".join(f"{alphabet.index(character):0{width}b}" for character in part)


def _number_bits(part: str) -> str:
    number = int(part or 0)
    written = int(_double(number)) if _shortest(number) == number else number
    return f"{written:0{bits_of_digits(len(part))}b}"


def _survives(part: str) -> bool:
    """Whether a text of digits may be written as a number: also readers that drop leading zeros and keep doubles get it back."""
    return str(_shortest(int(part))) == part


def _double(number: int) -> float | int:
    """A number as a double, where the toolkit keeps it so; small ones are exact, and from 10^21 on it would print an exponent."""
    return float(number) if _EXACT <= number < _EXPONENT else number


def _shortest(number: int) -> int:
    """The number with the fewest digits that is the same double."""
    return int(Decimal(repr(_double(number))))
