"""Files of registrations as items to declare: our JSON form, JSON Lines of it, and link sets of RFC 9264; pure.

A registration names its key in any spelling: a path, a Digital Link of any domain, a GTIN. What cannot be read is a finding with its
place, never an exception: one wrong line of thousands must not hide the next.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, BinaryIO

from app.capture import read_document
from app.errors import Finding, Invalid, Refusal, TooLarge
from app.resolve import json_members, rules
from app.resolve.json_members import NotRegistrations
from app.resolve.links import DEFAULT, Link, Registration, relation
from app.resolve.plan import Item

JSON, LINES = "json", "jsonl"

_ALONE = {"path", "links", "default", "itemDescription"}
_SHOWN = 80


class NoRegistrations(Invalid):
    """The file holds no registration at all."""

    code = "resolve.no-registrations"


class LineTooLong(Invalid):
    """A line is longer than any registration: perhaps the file is one JSON document."""

    code = "resolve.line-too-long"  # params: line, limit (megabytes)


class TooManyRegistrations(TooLarge):
    """A request brings more registrations than one is answered for."""

    code = "resolve.too-many-registrations"  # params: limit


MOST_OF_A_REQUEST = 10_000
"""Registrations of one request, as many as a spreadsheet may have rows; the command has no limit."""


def items_of(raw: bytes, kind: str = JSON, most: int = MOST_OF_A_REQUEST) -> list[Item]:
    """The registrations of a file in the order it names them; kind: JSON, or LINES for one registration a line.

    Raises NotRegistrations, NoRegistrations, TooManyRegistrations and, for text that is no strict JSON, what `read_document.loads` raises.
    """
    items = list(islice(_some(_lines(io.BytesIO(raw)) if kind == LINES else _document(read_document.loads(raw))), most + 1))
    if len(items) > most:
        raise TooManyRegistrations(limit=most)
    return items


def read(file: BinaryIO, kind: str = JSON) -> Iterator[Item]:
    """The registrations of an open file one by one, so that a large one needs no memory; what `items_of` raises comes on the way.

    A link set or a document of registrations beyond 8 MB is read by its members (`json_members`): a million need no more memory than one.
    """
    if kind == LINES:
        return _some(_lines(file))
    start = file.read(_WHOLE + 1)
    if len(start) <= _WHOLE:
        return _some(_document(read_document.loads(start)))
    readers: dict[str, _Read] = {"linkset": _link_set, "registrations": item_of, "": item_of}
    return _some(readers[name](said, pointer) for name, pointer, said in json_members.members(start, file, ("linkset", "registrations")))


_Read = Callable[[Any, str], Item]
_WHOLE = 8_000_000
"""Bytes of a document that is read as a whole."""

_LINE = json_members.LONGEST
_MARK = b"\xef\xbb\xbf"


def _some(items: Iterator[Item]) -> Iterator[Item]:
    """The items; raises NoRegistrations when there is none."""
    first = next(items, None)
    if first is None:
        raise NoRegistrations
    return chain((first,), items)


def _document(said: Any) -> Iterator[Item]:
    if isinstance(said, dict) and "linkset" in said:
        yield from _members(said["linkset"], "/linkset", _link_set)
    elif isinstance(said, dict) and "registrations" in said:
        yield from _members(said["registrations"], "/registrations", item_of)
    elif isinstance(said, list):
        yield from _members(said, "", item_of)
    elif isinstance(said, dict) and _ALONE & said.keys():
        yield item_of(said, "")
    else:
        raise NotRegistrations


def _members(said: Any, pointer: str, read_one: _Read) -> Iterator[Item]:
    if not isinstance(said, list):
        raise NotRegistrations(pointer=pointer)
    for place, each in enumerate(said):
        yield read_one(each, f"{pointer}/{place}")


def _lines(file: BinaryIO) -> Iterator[Item]:
    for number, line in enumerate(_split(file), 1):
        if not line.strip():
            continue
        try:
            yield item_of(read_document.loads(line), f"line={number}")
        except Refusal as refusal:
            place = f"line={number} {refusal.pointer}".rstrip()
            yield Item(None, place, (Finding(refusal.code, place, None, {**refusal.params, "line": number}),))


def _split(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, ended as bytes.splitlines ends them. Raises LineTooLong."""
    number, mark = 0, _MARK
    while line := file.readline(_LINE + 1):
        if len(line) > _LINE:
            raise LineTooLong(line=number + 1, limit=_LINE // 1_000_000)
        parts = line.removeprefix(mark).splitlines() if b"\r" in line or mark else [line]
        number, mark = number + len(parts), b""
        yield from parts or [b""]


class _Reader:
    """Takes members out of JSON objects and notes what has the wrong form, at pointers inside the registration."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def text(self, said: Mapping[str, Any], name: str, pointer: str, *, needed: bool = True) -> str | None:
        """A text, None when it is missing."""
        value = said.get(name)
        if isinstance(value, str) and (value or not needed):
            return value
        if value is None or value == "":
            if needed:
                self.findings.append(Finding("resolve.field-missing", f"{pointer}/{name}", None, {"field": name}))
        else:
            self._wrong(value, f"{pointer}/{name}", name, "string")
        return None

    def texts(self, said: Mapping[str, Any], name: str, pointer: str) -> tuple[str, ...]:
        """A list of texts; one text stands for a list of one."""
        value = said.get(name)
        if type(value) is list and len(value) == 1 and type(value[0]) is str:  # nearly all
            return (value[0],)
        listed = [value] if isinstance(value, str) else value or []
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            self._wrong(value, f"{pointer}/{name}", name, "array of strings")
            return ()
        return tuple(listed)

    def link(self, said: Any, pointer: str, rel: str | None = None) -> Link | None:
        """A link; rel: its type where that stands elsewhere."""
        if not isinstance(said, dict):
            self._wrong(said, pointer, "links", "object")
            return None
        get = said.get
        kind = rel if rel is not None else get("rel")
        href, title, media_type = get("href"), get("title"), get("type")
        tongues, contexts = get("hreflang"), get("context")
        if not (type(kind) is type(href) is type(title) is str and kind and href and title):  # most are, and asking each way is slow
            kind = rel if rel is not None else self.text(said, "rel", pointer)
            href, title = self.text(said, "href", pointer), self.text(said, "title", pointer)
        if media_type is not None:
            media_type = self.text(said, "type", pointer, needed=False)
        tongues = self.texts(said, "hreflang", pointer) if tongues else ()
        contexts = self.texts(said, "context", pointer) if contexts else ()
        if kind is None or href is None or title is None:
            return None
        return Link(kind, href, title, media_type, tongues, contexts)

    def path(self, text: str | None, pointer: str) -> tuple[tuple[str, str], ...] | None:
        """A key with qualifiers, None when the text names none."""
        try:
            return None if text is None else rules.read_path(text)
        except Invalid as refusal:
            self.findings.append(Finding(refusal.code, pointer, (text or "")[:_SHOWN], refusal.params))
            return None

    def _wrong(self, value: Any, pointer: str, field: str, expected: str) -> None:
        self.findings.append(Finding("resolve.field-form", pointer, str(value)[:_SHOWN], {"field": field, "expected": expected}))


def item_of(said: Any, pointer: str) -> Item:
    """A registration in our JSON form: path, itemDescription, default, links; other members are passed over."""
    if not isinstance(said, dict):
        return Item(None, pointer, (Finding("resolve.field-form", pointer, str(said)[:_SHOWN], {"field": pointer, "expected": "object"}),))
    reader = _Reader()
    path = reader.path(reader.text(said, "path", ""), "/path")
    description = reader.text(said, "itemDescription", "")
    default = None if said.get("default") is None else reader.link(said["default"], "/default", DEFAULT)
    listed = said.get("links") or []
    if not isinstance(listed, list):
        reader.findings.append(Finding("resolve.field-form", "/links", str(listed)[:_SHOWN], {"field": "links", "expected": "array"}))
        listed = []
    links = [reader.link(each, f"/links/{place}") for place, each in enumerate(listed)]
    return _item(reader, pointer, path, description, default, links, {})


def _link_set(said: Any, pointer: str) -> Item:
    """A member of a link set: anchor, itemDescription, and a list of targets under each link type (RFC 9264, section 4.2)."""
    if not isinstance(said, dict):
        return Item(None, pointer, (Finding("resolve.field-form", pointer, str(said)[:_SHOWN], {"field": pointer, "expected": "object"}),))
    reader = _Reader()
    path = reader.path(reader.text(said, "anchor", ""), "/anchor")
    description = reader.text(said, "itemDescription", "")
    defaults: list[Link | None] = []
    links: list[Link | None] = []
    spots = {"/path": f"{pointer}/anchor"}
    for rel, targets in said.items():
        if rel in {"anchor", "itemDescription"}:
            continue
        at = read_document.pointer([rel])
        if not isinstance(targets, list):
            reader.findings.append(Finding("resolve.field-form", at, str(targets)[:_SHOWN], {"field": rel, "expected": "array"}))
            continue
        is_default = relation(rel) == DEFAULT
        for place, each in enumerate(targets):
            spots["/default" if is_default else f"/links/{len(links)}"] = f"{pointer}{at}/{place}"
            (defaults if is_default else links).append(reader.link(each, f"{at}/{place}", rel))
    if len(defaults) > 1:
        reader.findings.append(Finding("resolve.several-defaults", "/default", None, {"count": len(defaults)}))
    default = defaults[0] if defaults else None
    plain = None if default is None else Link(DEFAULT, default.href, default.title)
    return _item(reader, pointer, path, description, plain, links, spots)


def _item(
    reader: _Reader, pointer: str, path: Any, description: str | None, default: Link | None, links: list[Link | None], spots: dict[str, str]
) -> Item:
    """What was read, as a registration when everything was."""
    item = Item(None, pointer, spots=spots)
    if reader.findings or path is None or description is None:
        return Item(None, pointer, item.placed(reader.findings), spots=spots)
    return Item(Registration(path, description, default, tuple(link for link in links if link is not None)), pointer, spots=spots)
