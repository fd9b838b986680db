"""XML as a bounded stream of elements: what stands around the events, and each event as soon as it ends.

The parser is expat with no document type, no entities but the five of XML, and no other file or address. Whatever could fill
the memory has a limit that is judged before it is filled: depth, length of texts and tags, attributes, namespaces, names, elements
of one event. An element is a list of four: name (`namespace` LF `local`, or `local`), attributes or None, text of a leaf, and
children or None; a text beside child elements stands among the children.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any
from xml.parsers import expat

from app.capture.binding.xml_refusals import (
    XmlDoctype,
    XmlEncodingUnknown,
    XmlMalformed,
    XmlNamespaceUnfit,
    XmlTextTooLong,
    XmlTooDeep,
    XmlTooLarge,
    XmlTooManyAttributes,
    XmlTooManyNames,
)
from app.errors import Refusal

Node = list[Any]
Declared = list[tuple[str | None, str]]
"""Prefixes (None is the default) and namespaces, in the order they were declared."""

DEPTH = 32
LONGEST_TEXT = 1_000_000
LONGEST_TAG = 262_144
MOST_ATTRIBUTES = 256
MOST_NAMESPACES = 64
MOST_NAMES = 20_000
LONGEST_NAMES = 4_000_000
LONGEST_NAMESPACE = 2_048
MOST_ELEMENTS = 100_000
"""Elements and attributes of one event, or around the events: about 30 MB in memory, a tenth of a second."""

PORTION = 65_536
"""Bytes that are given to expat at once."""

_ENCODINGS = frozenset({"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "ISO-8859-1", "US-ASCII"})
_SEPARATOR = "\n"
_BEFORE, _BEHIND = -1, -2
_MOST_CHARACTERS_OF_NAMESPACES = 1_000_000


class XmlParser:
    """Reads a document portion by portion; finished events lie in `ready` until they are taken.

    ready: (element, namespaces declared in it); root: the root element, growing; declared: namespaces declared around the
    events so far; opened: whether the list of events has begun; finished: whether the root element has ended.
    """

    def __init__(self, is_list: Callable[[list[str]], bool], rename: Callable[[str], str] | None = None) -> None:
        """is_list: whether these names of ancestors and itself are those of the list of events; rename: names as read leniently."""
        self.ready: list[tuple[Node, Declared]] = []
        self.top: Node = ["", None, "", None]
        self.declared: Declared = []
        self.opened = False
        self._fed = 0
        self._names = 0
        self._length_of_names = 0
        self._expat = _expat()
        self._expat.StartDoctypeDeclHandler = self._doctype
        self._expat.XmlDeclHandler = self._xml_declaration
        self._expat.StartNamespaceDeclHandler, take = self._namespaces()
        self._listen(is_list, rename, take)

    @property
    def root(self) -> Node | None:
        """The root element, when it has begun."""
        return self.top[3][0] if self.top[3] else None

    def feed(self, raw: bytes) -> None:
        """Read more of the document. Raises the refusals of `xml_refusals`."""
        for start in range(0, len(raw), PORTION):
            portion = raw[start : start + PORTION]
            self._fed += len(portion)
            self._parse(portion, final=False)
            if self._fed - self._expat.CurrentByteIndex > LONGEST_TAG + PORTION:
                raise XmlTextTooLong(limit=LONGEST_TAG, **self._place())
            self._judge_names()

    def finish(self) -> None:
        """Say that the document ends here. Raises XmlMalformed when it does not."""
        self._parse(b"", final=True)

    def _parse(self, portion: bytes, *, final: bool) -> None:
        try:
            self._expat.Parse(portion, final)
        except expat.ExpatError as error:
            if error.code in _OF_ENCODING:
                raise XmlEncodingUnknown(encoding=self._encoding) from None
            raise XmlMalformed(line=error.lineno, column=error.offset + 1) from None
        except UnicodeDecodeError:  # a name or text that is no Unicode
            raise XmlMalformed(**self._place()) from None

    _encoding = ""

    def _place(self) -> dict[str, Any]:
        return {"line": self._expat.CurrentLineNumber, "column": self._expat.CurrentColumnNumber + 1}

    def _refuse(self, kind: type[Refusal], limit: int) -> None:
        raise kind(limit=limit, **self._place())

    def _judge_names(self) -> None:
        """Names are kept as long as the parser lives, so their number and length have a limit."""
        found = self._expat.intern
        if len(found) == self._names:
            return
        self._length_of_names += sum(len(name or "") for name in islice(found, self._names, None))
        self._names = len(found)
        if self._names > MOST_NAMES or self._length_of_names > LONGEST_NAMES:
            self._refuse(XmlTooManyNames, MOST_NAMES)

    def _doctype(self, *_parts: object) -> None:
        raise XmlDoctype(**self._place())

    def _xml_declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None:
            self._encoding = encoding[:40]
            if encoding.upper() not in _ENCODINGS:
                raise XmlEncodingUnknown(encoding=self._encoding)

    def _namespaces(self) -> tuple[Callable[[str | None, str | None], None], Callable[[], Declared]]:
        """What expat tells namespaces to, and what hands out those of the element that begins."""
        waiting: Declared = []
        length = 0

        def declare(prefix: str | None, namespace: str | None) -> None:
            nonlocal length
            uri = namespace or ""
            length += len(uri) + len(prefix or "")
            if len(uri) > LONGEST_NAMESPACE or not uri.isprintable() or " " in uri or len(prefix or "") > LONGEST_NAMESPACE:
                raise XmlNamespaceUnfit(prefix=(prefix or "")[:40], limit=LONGEST_NAMESPACE, **self._place())
            waiting.append((prefix, uri))
            if len(waiting) > MOST_NAMESPACES:
                self._refuse(XmlTooManyAttributes, MOST_NAMESPACES)

        def take() -> Declared:
            nonlocal length
            if length > _MOST_CHARACTERS_OF_NAMESPACES and not self.opened:
                self._refuse(XmlTooLarge, MOST_ELEMENTS)
            found = waiting.copy()
            waiting.clear()
            return found

        self._waiting = waiting
        return declare, take

    def _listen(  # noqa: C901, PLR0915  # three handlers that share their variables, because each name looked up costs as much as the work
        self, is_list: Callable[[list[str]], bool], rename: Callable[[str], str] | None, take: Callable[[], Declared]
    ) -> None:
        current = self.top
        stack: list[Node] = []
        pending = ""
        count = 0
        floor = _BEFORE  # length of the stack within the list of events
        waiting = self._waiting
        declared = self.declared
        inner: Declared = []
        ready = self.ready

        def mixed() -> None:
            nonlocal pending, count
            if not pending.isspace():
                count += 1
                kids = current[3]
                if kids is None:
                    current[3] = [pending]
                else:
                    kids.append(pending)
            pending = ""

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal current, count
            if pending:
                mixed()
            count += 1
            if waiting:
                count += len(waiting)
                (declared if floor < 0 or len(stack) < floor else inner).extend(take())
            if rename is not None:
                name = rename(name)
            node: Node = [name, None, "", None]
            if attributes:
                node[1] = attributes
                count += len(attributes)
                if len(attributes) > MOST_ATTRIBUTES:
                    self._refuse(XmlTooManyAttributes, MOST_ATTRIBUTES)
            kids = current[3]
            if kids is None:
                current[3] = [node]
            else:
                kids.append(node)
            stack.append(current)
            current = node
            if len(stack) > DEPTH:
                self._refuse(XmlTooDeep, DEPTH)
            if count > MOST_ELEMENTS:
                self._refuse(XmlTooLarge, MOST_ELEMENTS)
            if name == "EventList" and floor == _BEFORE:
                begin()

        def begin() -> None:
            nonlocal floor
            if is_list([node[0] for node in stack[1:]] + ["EventList"]):
                floor = len(stack)
                self.opened = True

        def end(_name: str) -> None:
            nonlocal current, pending
            if current[3] is None:
                current[2] = pending
                pending = ""
            elif pending:
                mixed()
            current = stack.pop()
            if len(stack) <= floor:
                leave()

        def leave() -> None:
            nonlocal count, inner, floor
            if len(stack) < floor:
                floor = _BEHIND
                return
            kids = current[3]
            ready.append((kids.pop(), inner))
            del kids[1:]  # of texts between the events, one is enough to be told
            inner = []
            count = 0

        def data(text: str) -> None:
            nonlocal pending
            if pending:
                pending += text
                if len(pending) > LONGEST_TEXT:
                    self._refuse(XmlTextTooLong, LONGEST_TEXT)
            else:
                pending = text

        self._expat.StartElementHandler = start
        self._expat.EndElementHandler = end
        self._expat.CharacterDataHandler = data


_OF_ENCODING = frozenset(
    expat.errors.codes[message] for message in (expat.errors.XML_ERROR_UNKNOWN_ENCODING, expat.errors.XML_ERROR_INCORRECT_ENCODING)
)


def _expat() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR, intern={})
    parser.buffer_size = PORTION
    parser.buffer_text = True
    return parser


def split(name: str) -> tuple[str, str]:
    """Namespace ("" for none) and local name of an element or attribute."""
    namespace, _, local = name.rpartition(_SEPARATOR)
    return namespace, local
