"""A slow and simple strict JSON reader, written only to be compared with `app.capture.read_document`."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Why(Enum):
    """What a strict reader refuses."""

    DEPTH = "nested too deep"
    ENCODING = "not UTF-8"
    INFINITE = "not a finite number"
    INTEGER = "an integer beyond binary64"
    NUL = "the character U+0000"
    SURROGATE = "half a surrogate pair"
    SYNTAX = "not JSON"
    TWICE = "a key named twice"


class NotStrictError(Exception):
    """The document is refused; the argument says why."""


def read(raw: bytes) -> Any:
    """The value of a document, or NotStrictError."""
    try:
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotStrictError(Why.ENCODING) from error
    reader = Reader(text)
    value = reader.value(1)
    reader.blank()
    if reader.at != len(text):
        raise NotStrictError(Why.SYNTAX)
    return value


class Reader:
    """Recursive descent over the characters of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, expected: str) -> None:
        if not self.text.startswith(expected, self.at):
            raise NotStrictError(Why.SYNTAX)
        self.at += len(expected)

    def blank(self) -> None:
        while self.peek() and self.peek() in " \t\r\n":
            self.at += 1

    def value(self, depth: int) -> Any:
        self.blank()
        first = self.peek()
        if first and first in "[{":
            if depth > 32:
                raise NotStrictError(Why.DEPTH)
            return self.members(depth) if first == "{" else self.items(depth)
        if first == '"':
            return self.string()
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        return self.number()

    def members(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self.take("{")
        self.blank()
        if self.peek() == "}":
            self.take("}")
            return found
        while True:
            self.blank()
            key = self.string()
            if key in found:
                raise NotStrictError(Why.TWICE)
            self.blank()
            self.take(":")
            found[key] = self.value(depth + 1)
            self.blank()
            if self.peek() != ",":
                self.take("}")
                return found
            self.take(",")

    def items(self, depth: int) -> list[Any]:
        found: list[Any] = []
        self.take("[")
        self.blank()
        if self.peek() == "]":
            self.take("]")
            return found
        while True:
            found.append(self.value(depth + 1))
            self.blank()
            if self.peek() != ",":
                self.take("]")
                return found
            self.take(",")

    def string(self) -> str:
        self.take('"')
        units: list[str] = []
        while (char := self.peek()) != '"':
            if char < " ":  # also the end of the text
                raise NotStrictError(Why.SYNTAX)
            self.at += 1
            units.append(self.escape() if char == "\\" else char)
        self.take('"')
        text = re.sub("[\ud800-\udbff][\udc00-\udfff]", joined, "".join(units))
        if re.search("[\ud800-\udfff]", text):
            raise NotStrictError(Why.SURROGATE)
        if "\0" in text:
            raise NotStrictError(Why.NUL)
        return text

    def escape(self) -> str:
        letter = self.peek()
        self.at += 1
        if letter in ESCAPES:
            return ESCAPES[letter]
        code = self.text[self.at : self.at + 4]
        if letter != "u" or not re.fullmatch("[0-9a-fA-F]{4}", code):
            raise NotStrictError(Why.SYNTAX)
        self.at += 4
        return chr(int(code, 16))

    def number(self) -> int | float:
        found = NUMBER.match(self.text, self.at)
        if found is None:
            raise NotStrictError(Why.SYNTAX)
        self.at = found.end()
        if found[2] is None and found[3] is None:
            if len(found[1]) > 16 or int(found[1]) >= 2**53:
                raise NotStrictError(Why.INTEGER)
            return int(found[0])
        number = float(found[0])
        if number in {float("inf"), float("-inf")}:
            raise NotStrictError(Why.INFINITE)
        return number


def joined(pair: re.Match[str]) -> str:
    """The character that a surrogate pair stands for."""
    high, low = tuple(pair[0])
    return chr(0x10000 + ((ord(high) - 0xD800) << 10) + ord(low) - 0xDC00)
