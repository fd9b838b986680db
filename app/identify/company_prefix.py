"""Company prefixes: where they begin in a key, how a key falls into parts, and how long the prefix of a company is.

A key does not say how long its company prefix is (4 to 12 digits). Only GS1's list of prefix lengths does, which the operator may
give; without it the length is unknown and is not guessed.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn
from xml.parsers import expat  # the handler below refuses a DOCTYPE, so no entity is ever declared

from app.errors import Invalid, TooLarge
from app.identify import dictionary, prefix_length
from app.identify.prefix_length import LONGEST, SHORTEST

MOST_BYTES = 64 * 1024 * 1024
"""The largest list that is read; GS1's own has a few megabytes."""

_GTIN = frozenset(("01", "02", "03", "8006", "8026"))
_MADE_OF_PIECES = frozenset(("8006", "8026"))
_UNKNOWN = 0  # how the list says that no company has the prefix
_DEEPEST = 16


class NoCompanyPrefix(Invalid):
    """The AI is no key, or the value has no company prefix, as a GTIN-8 has none."""

    code = "identify.no-company-prefix"  # params: ai, position


class PrefixListTooLarge(TooLarge):
    """A list of prefix lengths has more bytes than are read."""

    code = "identify.prefix-list-too-large"  # params: limit


class PrefixListUnreadable(Invalid):
    """A list of prefix lengths is neither the JSON nor the XML form that GS1 publishes, or is broken."""

    code = "identify.prefix-list-unreadable"  # params: line, column


class PrefixListDoctype(Invalid):
    """A list of prefix lengths in XML has a document type declaration."""

    code = "identify.prefix-list-doctype"  # params: line


class WrongPrefixEntry(Invalid):
    """An entry of a list of prefix lengths is not a prefix with a length, or contradicts another."""

    code = "identify.wrong-prefix-entry"  # params: entry, prefix, found


@dataclass(frozen=True, slots=True)
class Parts:
    """A key taken apart.

    indicator: indicator or extension digit, the leading 0 of a GRAI, or ""; reference: item, location, asset or other reference; check:
    check digit, or check pair of a GMN, or ""; serial: what follows the key itself; pieces: piece and total of an ITIP.
    """

    indicator: str
    prefix: str
    reference: str
    check: str
    serial: str
    pieces: str

    @property
    def text(self) -> str:
        """The key as it was."""
        return self.indicator + self.prefix + self.reference + self.check + self.serial + self.pieces


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where the parts of an AI's value lie. end: one past the reference and check, or None when they reach to the end of the value."""

    start: int
    end: int | None
    check: int


@cache
def _shape(ai: str) -> _Shape | None:
    entry = dictionary.entry(ai)
    place = 0
    for component in entry.components if entry is not None else ():
        checks = component.checks
        if "gcppos1" in checks or "gcppos2" in checks:
            end = place + component.longest if component.shortest == component.longest else None
            check = 2 if "csumalpha" in checks else int("csum" in checks)
            return _Shape(place + int("gcppos2" in checks), end, check)
        place += component.longest
    return None


def begins_at(ai: str) -> int | None:
    """Where the company prefix begins in the value of an AI, from 0; None for an AI that has none."""
    shape = _shape(ai)
    return None if shape is None else shape.start


def is_gtin(ai: str) -> bool:
    """Whether the value of an AI begins with a GTIN of 14 digits."""
    return ai in _GTIN


def has_gtin8(ai: str, value: str) -> bool:
    """Whether a value is a GTIN-8, or a GTIN-14 made from one: five zeros follow the first digit, and no company prefix does."""
    return ai in _GTIN and value[1:6] == "00000"


def split(ai: str, value: str, length: int) -> Parts:
    """A key in its parts, given how many digits its company prefix has.

    value: valid for the AI, a GTIN with 14 digits; length: 4 to 12. Raises NoCompanyPrefix, WrongPrefixLength.
    """
    shape = _shape(ai)
    if shape is None or has_gtin8(ai, value):
        raise NoCompanyPrefix(ai=ai, position=0)
    end = len(value) if shape.end is None else shape.end
    after = shape.start + length
    body = end - shape.check
    room = body if shape.end is not None else body - 1  # a reference that may be of any length is never empty
    prefix_length.check(f"({ai})", value[shape.start : room], length, position=shape.start)
    prefix = value[shape.start : after]
    rest = value[end:]
    serial, pieces = ("", rest) if ai in _MADE_OF_PIECES else (rest, "")
    return Parts(value[: shape.start], prefix, value[after:body], value[body:end], serial, pieces)


class Prefixes:
    """Which company prefixes have which length, as far as the operator knows.

    lengths: beginnings of 1 to 12 digits with the length of the company prefixes that begin so, 0 where none is issued.
    """

    __slots__ = ("_answers", "_lengths", "_starts", "date")

    def __init__(self, lengths: Mapping[str, int], date: str = "") -> None:
        self._lengths = dict(lengths)
        self._starts, self._answers = _stretches(self._lengths)
        self.date = date

    def __len__(self) -> int:
        return len(self._lengths)

    def length_of(self, digits: str) -> int | None:
        """The length of the company prefix that `digits` begin with, by the longest entry that fits; None when it is not known."""
        head = digits[:LONGEST]
        if len(head) == LONGEST and head.isascii() and head.isdigit():
            return self._answers[bisect_right(self._starts, int(head))]
        for end in range(len(head), 0, -1):
            found = self._lengths.get(head[:end])
            if found is not None:
                return found or None
        return None

    def length_in(self, ai: str, value: str) -> int | None:
        """The length of the company prefix of a key; None when it is not known or the key has none."""
        start = begins_at(ai)
        return None if start is None or has_gtin8(ai, value) else self.length_of(value[start:])

    def allots(self, digits: str) -> bool:
        """Whether a text begins with a company prefix of the list, whole; the look-up that `linters.lint_component` takes."""
        length = self.length_of(digits)
        return length is not None and length <= len(digits)

    @classmethod
    def issued(cls, prefixes: Iterable[str]) -> Prefixes:
        """Known company prefixes, each as long as it is, with the leading zero of a U.P.C. Company Prefix. Raises WrongPrefixEntry."""
        return cls(_checked((prefix, len(prefix)) for prefix in prefixes))

    @classmethod
    def read(cls, raw: bytes) -> Prefixes:
        """A list of prefix lengths in the JSON or XML form that GS1 publishes (GCPPrefixFormatList).

        Raises PrefixListTooLarge, PrefixListUnreadable, PrefixListDoctype, WrongPrefixEntry.
        """
        if len(raw) > MOST_BYTES:
            raise PrefixListTooLarge(limit=MOST_BYTES)
        start = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")[:1]
        entries, date = _from_json(raw) if start == b"{" else _from_xml(raw)
        if not entries:
            raise PrefixListUnreadable(line=1, column=1)
        return cls(_checked(entries), date)


def _stretches(lengths: Mapping[str, int]) -> tuple[list[int], list[int | None]]:
    """The numbers of 12 digits cut where the answer changes, so that one binary search finds the longest entry.

    The answer before the first cut comes first, so there is one more answer than there are cuts.
    """
    starts: list[int] = []
    answers: list[int | None] = [None]

    def cut(place: int, answer: int | None) -> None:
        if starts and starts[-1] == place:
            answers[-1] = answer
        else:
            starts.append(place)
            answers.append(answer)

    def leave() -> None:
        left = around.pop()
        cut((int(left) + 1) * 10 ** (LONGEST - len(left)), (lengths[around[-1]] or None) if around else None)

    around: list[str] = []  # the entries that the current one lies in, each within the one before
    for prefix in sorted(lengths):
        while around and not prefix.startswith(around[-1]):
            leave()
        cut(int(prefix) * 10 ** (LONGEST - len(prefix)), lengths[prefix] or None)
        around.append(prefix)
    while around:
        leave()
    return starts, answers


def _checked(entries: Iterable[tuple[Any, Any]]) -> dict[str, int]:
    """Entries as digits and lengths. Raises WrongPrefixEntry for the first that is wrong, counted from 1."""
    lengths: dict[str, int] = {}
    for number, (prefix, length) in enumerate(entries, 1):
        if not (isinstance(prefix, str) and prefix.isascii() and prefix.isdigit() and len(prefix) <= LONGEST):
            _refuse(number, prefix, length)
        if type(length) is not int or not (length == _UNKNOWN or SHORTEST <= length <= LONGEST):
            _refuse(number, prefix, length)
        if lengths.setdefault(prefix, length) != length:
            _refuse(number, prefix, length)
    return lengths


def _refuse(number: int, prefix: object, length: object) -> NoReturn:
    raise WrongPrefixEntry(entry=number, prefix=_shown(prefix), found=_shown(length))


def _shown(written: object) -> str:
    """The beginning of something from the list, in characters that every door can send on."""
    return str(written)[:40].encode("ascii", "backslashreplace").decode("ascii")


_Entries = list[tuple[Any, Any]]


def _from_json(raw: bytes) -> tuple[_Entries, str]:
    """Entries and date of `{"GCPPrefixFormatList": {"date": …, "entry": [{"prefix": "…", "gcpLength": 7}, …]}}`."""
    try:
        document = json.loads(raw.decode("utf-8-sig"), parse_int=_small)
        listed = document["GCPPrefixFormatList"]
        rows = listed["entry"]
        date = listed.get("date", "")
    except json.JSONDecodeError as error:
        raise PrefixListUnreadable(line=error.lineno, column=error.colno) from None
    except (AttributeError, KeyError, RecursionError, TypeError, UnicodeDecodeError):
        raise PrefixListUnreadable(line=1, column=1) from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise PrefixListUnreadable(line=1, column=1)
    return [(row.get("prefix"), _length(row.get("gcpLength"))) for row in rows], _shown(date)


def _small(digits: str) -> int:
    """A JSON integer; one of more digits than any length has is as wrong as -1, and Python refuses to read some of them."""
    return int(digits) if len(digits) <= len(str(LONGEST)) else -1


def _length(written: object) -> object:
    """A length as a number; both forms of the list write it as text too. Anything else is left as it is, to be refused."""
    if isinstance(written, str) and written.isascii() and written.isdigit() and len(written) <= len(str(LONGEST)):
        return int(written)
    return written


class _XmlList:
    """Receives `<GCPPrefixFormatList date="…"><entry prefix="…" gcpLength="7"/>…` from the parser."""

    def __init__(self) -> None:
        self.entries: _Entries = []
        self.date = ""
        self._depth = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def parse(self, raw: bytes) -> None:
        """Read the whole document. Raises PrefixListUnreadable, PrefixListDoctype."""
        try:
            self._parser.Parse(raw, True)  # noqa: FBT003  # expat takes it by position only: this is the last piece
        except expat.ExpatError as error:
            raise PrefixListUnreadable(line=error.lineno, column=error.offset + 1) from None
        except (LookupError, ValueError):  # an encoding that expat asks Python for and does not get
            raise PrefixListUnreadable(line=1, column=1) from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        local = name.rpartition(":")[2]
        if (local == "GCPPrefixFormatList") != (self._depth == 1) or self._depth > _DEEPEST:
            raise PrefixListUnreadable(line=self._parser.CurrentLineNumber, column=self._parser.CurrentColumnNumber + 1)
        if self._depth == 1:
            self.date = _shown(attributes.get("date", ""))
        elif local == "entry":
            self.entries.append((attributes.get("prefix"), _length(attributes.get("gcpLength"))))

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _doctype(self, *_declaration: object) -> None:
        raise PrefixListDoctype(line=self._parser.CurrentLineNumber)


def _from_xml(raw: bytes) -> tuple[_Entries, str]:
    received = _XmlList()
    received.parse(raw)
    return received.entries, received.date
