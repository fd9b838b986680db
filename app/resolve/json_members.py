"""A large JSON document of link sets read member by member: as strict as the reader of whole documents, in the memory of one member; pure.

The end of each member is found by the standard library's scanner, then its bytes are read by `read_document` as if they were a document:
everything is scanned twice. Lines, columns and pointers are those of the whole document.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Collection, Iterator
from json.decoder import JSONDecodeError
from typing import Any, BinaryIO

from app.capture import read_document
from app.capture.refusals import DuplicateKey, MalformedJson, NotUtf8, TooDeep
from app.errors import Invalid, Refusal

LONGEST = 32_000_000
"""Characters of one member: no registration comes near (200 links of 2,000 characters), and a file that is something else ends here."""

_CHUNK = 1_000_000
_BLANK = " \t\r\n"
_scan = json.JSONDecoder(parse_int=float).raw_decode  # int() refuses very long numbers with an exception of another kind


class NotRegistrations(Invalid):
    """The file is JSON and says nothing about links."""

    code = "resolve.not-registrations"


Member = tuple[str, str, Any]
"""Name of the list ("" when the document is one), JSON pointer, value."""


def members(start: bytes, rest: BinaryIO, names: Collection[str]) -> Iterator[Member]:
    """Members of the one list with one of these names in the document's object, or of the document itself when it is a list.

    start, rest: the bytes. A document with two such lists is refused, because members of the first were told already. Raises
    NotRegistrations and what `read_document.loads` raises.
    """
    text = _Text(start, rest)
    first = text.peek()
    if first == "[":
        yield from _listed(text, "", "")
    elif first == "{":
        yield from _object(text, names)
    else:
        text.value("")
        raise NotRegistrations
    if text.peek():
        raise text.malformed()


def _object(text: _Text, names: Collection[str]) -> Iterator[Member]:
    seen: set[str] = set()
    text.take("{")
    while text.peek() != "}":
        if seen:
            text.take(",")
        if text.peek() != '"':
            raise text.malformed()
        name = text.value("")
        text.take(":")
        if name in seen:
            raise DuplicateKey(pointer="", key=name[: read_document.SHOWN])
        pointer = read_document.pointer([name])
        if name not in names:
            text.value(pointer)
        elif text.peek() == "[" and not seen & set(names):
            yield from _listed(text, name, pointer)
        else:
            raise NotRegistrations(pointer=pointer)
        seen.add(name)
    text.take("}")
    if not seen & set(names):
        raise NotRegistrations


def _listed(text: _Text, name: str, pointer: str) -> Iterator[Member]:
    text.take("[")
    place = 0
    while text.peek() != "]":
        if place:
            text.take(",")
        at = f"{pointer}/{place}"
        yield name, at, text.value(at)
        place += 1
    text.take("]")


class _Text:
    """The document's text as a window that moves over it. line, column: of the first character of the window, from 0."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._rest = rest
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._window, self._at, self._ended = "", 0, False
        self._line, self._column = 0, 0
        self._add(start.removeprefix(b"\xef\xbb\xbf"))

    def peek(self) -> str:
        """The next character that is not blank, which is then the next of all; "" at the end."""
        while True:
            while self._at < len(self._window) and self._window[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._window):
                return self._window[self._at]
            if self._ended:
                return ""
            self._more(_CHUNK)

    def take(self, wanted: str) -> None:
        """Go past a character; raises MalformedJson where there is another."""
        if self.peek() != wanted:
            raise self.malformed()
        self._at += 1

    def value(self, pointer: str) -> Any:
        """The next value, read strictly. Raises what `read_document.loads` raises, at its place in the whole document."""
        self.peek()
        end = self._end()
        try:
            said = read_document.loads(self._window[self._at : end].encode())
        except MalformedJson as refusal:
            line, column = self._place(self._at)
            below, along = refusal.params["line"] - 1, refusal.params["column"]
            raise MalformedJson(line=line + below, column=along + (0 if below else column - 1), near=refusal.params["near"]) from None
        except Refusal as refusal:
            refusal.pointer = pointer + refusal.pointer
            raise
        self._at = end
        return said

    def malformed(self, at: int | None = None) -> MalformedJson:
        """The refusal of what stands here."""
        at = self._at if at is None else at
        line, column = self._place(at)
        near = self._window[at : at + read_document.SHOWN].split("\n", 1)[0]
        return MalformedJson(line=line, column=column, near=near)

    def _end(self) -> int:
        """Where the value ends that begins here; more is read until it does."""
        size = _CHUNK
        while True:
            try:
                _, end = _scan(self._window, self._at)
            except JSONDecodeError as error:
                if self._ended or len(self._window) - self._at > LONGEST:
                    raise self.malformed(error.pos) from None
            except RecursionError:
                raise TooDeep(limit=read_document.DEPTH) from None
            else:
                if end < len(self._window) or self._ended:
                    return end
            self._more(size)
            size *= 2  # a value that is cut off is scanned again, so that must not happen often

    def _more(self, size: int) -> None:
        """Let go of what was read and read on."""
        self._line, self._column = (number - 1 for number in self._place(self._at))
        self._window, self._at = self._window[self._at :], 0
        raw = self._rest.read(size)
        self._ended = not raw
        self._add(raw)

    def _add(self, raw: bytes) -> None:
        try:
            self._window += self._decode(raw, final=self._ended)
        except UnicodeDecodeError as error:
            self._window += error.object[: error.start].decode()
            line, column = self._place(len(self._window))
            raise NotUtf8(line=line, column=column) from None

    def _place(self, at: int) -> tuple[int, int]:
        """Line and column, both from 1, of a place in the window."""
        breaks = self._window.count("\n", 0, at)
        column = at - self._window.rfind("\n", 0, at) - 1 if breaks else self._column + at
        return self._line + breaks + 1, column + 1
