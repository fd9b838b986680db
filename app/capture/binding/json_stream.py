"""A JSON document read piece by piece: the events are cut out of its bytes one by one, each read strictly, so memory stays bounded.

Two passes. The first finds the event list and what stands around it, which is the `head` and complete before the first event, wherever
the sender put the @context; it counts the events too. The second cuts them. What the whole reader refuses is refused here, with the
same codes; a fault inside one event that leaves its end clear is a finding of that event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from app.capture import read_document, refusals
from app.capture.explain_shape import kind_of, shown
from app.capture.shape import event_pointer, events_of
from app.errors import Finding, Refusal

LARGEST_EVENT = 8_000_000
"""Bytes of one event: some 100,000 serial numbers."""

LARGEST_HEAD = 16_000_000
"""Bytes around the events: master data of some 25,000 products."""

_CHUNK = 262_144
_MARK = b"\xef\xbb\xbf"
_PLACES = (("epcisBody", "eventList"), ("epcisBody", "queryResults", "resultsBody", "eventList"))
_DEPTHS = frozenset(len(place) + 1 for place in _PLACES)
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN = re.compile(rb"(?s)[^\"{}\[\],:]*+(" + _STRING + rb"|[{}\[\],:])").match
_BRACE = re.compile(rb"(?s)[^\"{}\[\]]*+(?:" + _STRING + rb"[^\"{}\[\]]*+)*+[{}\[\]]").match
_SCALAR = re.compile(rb"(?s)(?:" + _STRING + rb"|[^\s,\]\"{}\[]++)(?=[\s,\]])").match
_BLANK = re.compile(rb"[ \t\r\n]*+").match
_OPEN = b"{["


@dataclass(frozen=True, slots=True)
class JsonEvent:
    """An event cut out of a document, and where it stands; see `reading.Streamed`."""

    number: int
    at: str
    event: dict[str, Any] | None
    findings: Sequence[Finding] = ()
    changes: Sequence[Finding] = ()

    def xpath(self, pointer: str) -> str:
        """The JSON pointer into the document."""
        return self.at + pointer


class JsonStream:
    """A JSON document around its events, and the events; see `reading.Stream`. total: how many there are."""

    def __init__(self, source: BinaryIO, *, lenient: bool = False) -> None:
        """source: at its beginning, seekable. Raises what the strict reader raises for what stands around the events."""
        self._source, self._lenient = source, lenient
        self.findings: Sequence[Finding] = ()
        self.changes: Sequence[Finding] = ()
        self.total = 0
        self._list_at = -1
        self._path: tuple[str, ...] = _PLACES[0]
        self._held: list[Any] = []
        self.head: Any = read_document.loads(self._around())
        if lenient:
            self._repair_head()

    @staticmethod
    def xpath(pointer: str) -> str:
        """Places around the events are what they are called."""
        return pointer

    def __iter__(self) -> Iterator[JsonEvent]:
        """Its events, each once."""
        return self.after(0)

    def after(self, count: int) -> Iterator[JsonEvent]:
        """The events but the first `count`, which are not read. Raises MalformedJson, NotUtf8, EventTooLarge."""
        if self._list_at < 0:
            for number, event in enumerate(self._held, 1):
                if number > count:
                    yield JsonEvent(number, event_pointer(self.head, number - 1), event)
            return
        self._source.seek(self._list_at)
        window = _Window(self._source)
        for number, cut in enumerate(window.elements(), 1):
            if number > count:
                yield self._read(number, cut)

    def _repair_head(self) -> None:
        """Repair what stands around the events; where they are in no list of the standard, they are repaired with it, in memory."""
        from app.capture import lenient as repairs

        if self._list_at >= 0:
            self.head, self.changes = repairs.normalise_head(self.head)
            return
        made, self.changes = repairs.normalise(self.head)
        if isinstance(made, dict) and made.get("type") in ("EPCISDocument", "EPCISQueryDocument"):
            self._held = events_of(made)
            self.total = len(self._held)
            self.head = without_events(made) if self._held else made

    def _around(self) -> bytes:
        """The bytes of the document with an empty event list; notes where that begins and how many events it has."""
        window = _Window(self._source)
        before = window.before_list()
        if before is None:
            return window.kept()
        self._path = before
        self._list_at = window.at
        self.total = sum(1 for _ in window.elements())
        return window.kept()

    def _read(self, number: int, cut: _Cut) -> JsonEvent:
        depth = len(self._path) + 1  # the list and what it stands in, so that nesting is counted from the document
        wrapped = b"[" * depth + cut.raw + b"]" * depth
        at = f"{read_document.pointer(self._path)}/{number - 1}"
        try:
            value = read_document.loads(wrapped)
        except Refusal as refusal:
            return JsonEvent(number, at, None, (self._told(refusal, cut, number),))
        for _ in range(depth):
            value = value[0]
        if not isinstance(value, dict):
            return JsonEvent(number, at, None, (Finding("shape.wrong-type", at, shown(value), _expected(value), number),))
        if self._lenient:
            return self._repaired(number, value, at)
        return JsonEvent(number, at, value)

    def _told(self, refusal: Refusal, cut: _Cut, number: int) -> Finding:
        """A fault inside an event as its finding; raised where it makes the whole document unreadable."""
        depth, at = len(self._path) + 1, f"{read_document.pointer(self._path)}/{number - 1}"
        if "line" in refusal.params:
            line, column = _place(self._source, cut.at)
            inside = refusal.params["line"], refusal.params["column"]
            column = max(1, inside[1] - depth + column - 1) if inside[0] == 1 else inside[1]
            raise type(refusal)(**(refusal.params | {"line": inside[0] + line - 1, "column": column}))
        pointer = at + refusal.pointer.removeprefix("/0" * depth) if refusal.pointer else at
        value = next((refusal.params[name] for name in ("key", "number", "text") if name in refusal.params), None)
        return Finding(refusal.code, pointer, value, refusal.params, number)

    def _repaired(self, number: int, value: dict[str, Any], at: str) -> JsonEvent:
        from app.capture import lenient as repairs

        event, changes = repairs.normalise_event(value, at, number)
        return JsonEvent(number, at, event, changes=changes)


def without_events(document: dict[str, Any]) -> dict[str, Any]:
    """A document of good shape with an empty list of events."""
    body = document["epcisBody"]
    if document["type"] == "EPCISDocument":
        return {**document, "epcisBody": {**body, "eventList": []}}
    results = body["queryResults"]
    return {**document, "epcisBody": {**body, "queryResults": {**results, "resultsBody": {**results["resultsBody"], "eventList": []}}}}


def stream_json(source: BinaryIO, *, lenient: bool = False) -> JsonStream:
    """A JSON document as a stream of events; see JsonStream."""
    return JsonStream(source, lenient=lenient)


def _expected(value: Any) -> dict[str, str]:
    return {"expected": "object", "found": kind_of(value)}


@dataclass(frozen=True, slots=True)
class _Cut:
    """The bytes of one element of the list, and where in the source they begin."""

    raw: bytes
    at: int


def _place(source: BinaryIO, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a byte of the source: read again, because nobody asks of a good document."""
    source.seek(0)
    left, lines, rest = at, 0, b""
    while left > 0 and (passed := source.read(min(_CHUNK, left))):
        left -= len(passed)
        lines += passed.count(b"\n")
        rest = passed[passed.rfind(b"\n") + 1 :] if b"\n" in passed else rest + passed
    return lines + 1, len(rest.removeprefix(_MARK if not lines else b"").decode("utf-8", "replace")) + 1


class _Window:
    """A few bytes of the source at a time, and what of them belongs to the head."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._buffer, self._pos, self._gone = b"", 0, source.tell()
        self._head: list[bytes] = []
        self._head_size = 0
        self._lines, self._counted = 0, 0
        if self._gone == 0:
            self._more()
            if self._buffer.startswith(_MARK):
                self._buffer, self._gone = self._buffer[len(_MARK) :], len(_MARK)

    @property
    def at(self) -> int:
        """Where in the source the window stands."""
        return self._gone + self._pos

    def _more(self) -> bool:
        """Read on, as much again as is held, so that a long string is not scanned too often; False at the end."""
        self._lines += self._buffer.count(b"\n", self._counted, self._pos)
        held = self._buffer[self._pos :]
        more = self._source.read(max(_CHUNK, len(held)))
        self._gone += self._pos
        self._buffer, self._pos, self._counted = held + more, 0, 0
        return bool(more)

    def _malformed(self) -> Refusal:
        line, column = _place(self._source, self.at)
        near = self._buffer[self._pos : self._pos + read_document.SHOWN].decode("utf-8", "replace").split("\n", 1)[0]
        return refusals.MalformedJson(line=line, column=column, near=near.replace("\0", "\\u0000"))

    def _keep(self, end: int) -> None:
        """Pass on to a place of the buffer; what was passed is of the head."""
        passed = self._buffer[self._pos : end]
        self._head.append(passed)
        self._head_size += len(passed)
        if self._head_size > LARGEST_HEAD:
            raise refusals.HeadTooLarge(limit=LARGEST_HEAD)
        self._pos = end

    def _token(self) -> bytes | None:
        """The next string, brace, comma or colon outside of the event list; None at the end."""
        while True:
            match = _TOKEN(self._buffer, self._pos)
            if match is not None:
                self._keep(match.end())
                return match[1]
            if len(self._buffer) - self._pos > LARGEST_HEAD:
                raise refusals.HeadTooLarge(limit=LARGEST_HEAD)
            if not self._more():
                return None

    def before_list(self) -> tuple[str, ...] | None:
        """Go on to the first element of the event list; the path of the list, or None when there is none."""
        path: list[str] = []
        text: str | None = None  # the last string of an object
        key: str | None = None  # it, when a colon followed
        while (token := self._token()) is not None:
            if token in (b"{", b"["):
                path.append(key or "")
                if token == b"[" and len(path) in _DEPTHS and (named := tuple(path[1:])) in _PLACES:
                    return named
                key = text = None
            elif token in (b"}", b"]"):
                del path[-1:]
                key = text = None
            elif token == b":":
                key = text
            elif token == b",":
                key = text = None
            elif key is None:
                text = _key(token)
        return None

    def kept(self) -> bytes:
        """The head: what stood before the list, a list without elements but of as many lines, and what follows."""
        while self._buffer[self._pos :] or self._more():
            self._keep(len(self._buffer))
        return b"".join(self._head)

    def elements(self) -> Iterator[_Cut]:
        """Each element of the list that the window stands in; afterwards it stands behind the last, before the closing bracket."""
        self._lines, self._counted, first = 0, self._pos, True
        while self._next() != b"]"[0]:
            if not first:
                if self._buffer[self._pos] != b","[0]:
                    raise self._malformed()
                self._pos += 1
                self._next()
            yield self._element()
            first = False
        self._head.append(b"\n" * (self._lines + self._buffer.count(b"\n", self._counted, self._pos)))

    def _next(self) -> int:
        """The next byte that is no blank; raises MalformedJson at the end."""
        while True:
            match = _BLANK(self._buffer, self._pos)
            self._pos = match.end() if match is not None else self._pos
            if self._pos < len(self._buffer):
                return self._buffer[self._pos]
            if not self._more():
                raise self._malformed()

    def _element(self) -> _Cut:
        at = self.at
        end = self._end_of_braces() if self._buffer[self._pos] in _OPEN else self._end_of_scalar()
        raw = self._buffer[self._pos : end]
        self._pos = end
        return _Cut(raw, at)

    def _end_of_braces(self) -> int:
        depth, at = 0, self._pos
        while True:
            match = _BRACE(self._buffer, at)
            if match is None:
                at -= self._pos
                self._extend()
                at += self._pos
                continue
            at = match.end()
            depth += 1 if self._buffer[at - 1] in _OPEN else -1
            if depth == 0:
                return at

    def _end_of_scalar(self) -> int:
        while True:
            match = _SCALAR(self._buffer, self._pos)
            if match is not None:
                return match.end()
            if self._buffer[self._pos] in b",]":
                raise self._malformed()
            self._extend()

    def _extend(self) -> None:
        """Read on within one element. Raises EventTooLarge, MalformedJson at the end."""
        if len(self._buffer) - self._pos > LARGEST_EVENT:
            raise refusals.EventTooLarge(limit=LARGEST_EVENT)
        if not self._more():
            raise self._malformed()


def _key(token: bytes) -> str | None:
    """The text of a string token that may be a key."""
    if b"\\" not in token:
        return token[1:-1].decode("utf-8", "replace")
    try:
        value = read_document.loads(b"[" + token + b"]")[0]
    except Refusal:  # the head is read strictly as a whole, which says so
        return None
    return value if isinstance(value, str) else None
