"""EPCIS documents in XML 2.0 and 1.2, read into the JSON structure of EPCIS 2.0: whole, or event by event in bounded memory.

Values keep the spelling they came in. What the XSD of the document's version would refuse is a finding with an XPath; what is taken
although it is worth telling is among the changes. What is no XML, or too large in some way, is refused (`xml_refusals`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO

from app.capture.binding.xml_events import events_of
from app.capture.binding.xml_head import KINDS, Head, Kind, list_path
from app.capture.binding.xml_names import Names, Show
from app.capture.binding.xml_parse import PORTION, Declared, Node, XmlParser, split
from app.capture.binding.xml_path import path_to, resolve
from app.capture.binding.xml_reading import State, shown
from app.capture.binding.xml_refusals import XmlNotEpcis
from app.errors import Finding

XPath = Callable[[str], str]


@dataclass(slots=True)
class XmlEvent:
    """One event of a document. number: from 1; event: None when the element is no event."""

    number: int
    event: dict[str, Any] | None
    findings: list[Finding]
    changes: list[Finding]
    xpath: XPath
    """XPath of a JSON pointer into the event."""


@dataclass(slots=True)
class XmlDocument:
    """A whole document. binding: "xml-2.0" or "xml-1.2"; xpath: of a JSON pointer into the document."""

    binding: str
    document: dict[str, Any]
    xpath: XPath
    findings: list[Finding] = field(default_factory=list)
    changes: list[Finding] = field(default_factory=list)


class XmlStream:
    """A document whose events are read one after the other, once.

    head: the document without events; what stands before them is there from the beginning, the rest after the last event, and so are
    the document's own findings and changes. Reading raises the refusals of `xml_refusals`.
    """

    def __init__(self, source: BinaryIO, *, lenient: bool, anywhere: bool = False) -> None:
        """anywhere: take the first EventList wherever it stands."""
        self.findings: list[Finding] = []
        self.changes: list[Finding] = []
        self._source = source
        self._lenient = lenient
        self._repairs = lenient and not anywhere
        self._parser = XmlParser(_is_any_list if anywhere else _is_list, self._renamed if lenient else None)
        self._names = Names()
        self._counts: dict[str, int] = {}
        self._number = 0
        self._ended = False
        self._shifted = False
        kind = None
        while kind is None or not (self._parser.opened or self._ended):
            self._read()
            kind = self._known(kind)
        self._open(kind)

    @property
    def binding(self) -> str:
        """The binding of the document: "xml-2.0" or "xml-1.2"."""
        return f"xml-{self._state.version}"

    @property
    def head(self) -> dict[str, Any]:
        """The document without its events, as far as it is known."""
        return self._head.document

    @property
    def total(self) -> None:
        """Nobody knows how many events there are before all of it is read."""

    def after(self, count: int) -> Iterator[XmlEvent]:
        """The events but the first `count`."""
        return islice(iter(self), count, None)

    def __iter__(self) -> Iterator[XmlEvent]:
        """The events in the order of the document."""
        ready = self._parser.ready
        while True:
            for node, declared in ready:
                yield from self._events(node, declared)
            ready.clear()
            if self._ended:
                break
            self._read()
        self._close()

    # -------------------------------------------------------------------------------------------- reading

    def _read(self) -> None:
        portion = self._source.read(PORTION)
        if portion:
            self._parser.feed(portion)
        else:
            self._parser.finish()
            self._ended = True

    def _known(self, kind: Kind | None) -> Kind | None:
        """The kind of the document, as soon as its root element is there."""
        root = self._parser.root
        if kind is not None or root is None:
            return kind
        if root[0] not in KINDS:
            namespace, local = split(root[0])
            raise XmlNotEpcis(name=shown(local), namespace=shown(namespace))
        return KINDS[root[0]]

    def _open(self, kind: Kind) -> None:
        root = self._root
        self._declared = len(self._parser.declared)
        self._names.declare(self._parser.declared)
        self._kind = kind
        self._state = State(kind.version, kind.events, self._names, lenient=self._lenient)
        self._state.repairs = self._repairs
        self._root_path = f"/{self._names.show()(root[0])}"
        self._list_path = self._root_path + "".join(f"/{self._names.show()(name)}" for name in list_path(kind))
        self._head = Head(kind, self._names, self._state)
        self._head.open(root)
        self._outside = (self._state.faults, self._state.changes)

    def _close(self) -> None:
        state = self._state
        state.faults, state.changes = self._outside
        self._names.declare(self._parser.declared[self._declared :])
        self._head.close(self._root)
        if self._shifted:
            self.changes.append(Finding("lenient.namespace-of-elements", self._root_path, None, {}))
        root, show = self._root, self._names.show()
        self.findings += [_placed(fault, root, self._root_path, show, None) for fault in state.faults]
        self.changes += [_placed(change, root, self._root_path, show, None) for change in state.changes]

    @property
    def _root(self) -> Node:
        root = self._parser.root
        if root is None:
            raise XmlNotEpcis(name="", namespace="")
        return root

    # -------------------------------------------------------------------------------------------- events

    def _events(self, node: Node, declared: Declared) -> Iterator[XmlEvent]:
        """Events of one element of the list."""
        name = node[0]
        count = self._counts[name] = self._counts.get(name, 0) + 1
        state, names = self._state, self._names
        state.target = self._kind.events
        names.enter(declared)
        state.faults, state.changes = [], []
        show = names.show()
        place = f"{self._list_path}/{show(name)}[{count}]"
        for position, event in enumerate(events_of(state, node)):
            self._number += 1
            if event is not None and names.inner:
                event["@context"] = dict(names.inner)
            findings = [_placed(fault, node, place, show, self._number) for fault in state.faults]
            changes = [_placed(change, node, place, show, self._number) for change in state.changes]
            state.faults, state.changes = [], []
            yield XmlEvent(self._number, event, findings, changes, _EventPath(node, place, show, position))
        names.leave()
        self.findings += [_placed(fault, node, place, show, None) for fault in state.faults]

    @property
    def xpath(self) -> XPath:
        """XPath of a JSON pointer into the document around the events."""
        return _DocumentPath(self, [])

    def place_of(self, tokens: list[str]) -> str:
        """XPath of what the tokens of a JSON pointer name in the document around the events."""
        return self._root_path + resolve(self._root, tokens, self._names.show())

    # -------------------------------------------------------------------------------------------- names

    def _renamed(self, name: str) -> str:
        """Name of an element of EPCIS that came in the namespace of its document, as many writers send it, without it."""
        namespace, local = split(name)
        if not namespace.startswith("urn:epcglobal:epcis:xsd:") or name in KINDS:
            return name
        self._shifted = True
        return local


def _is_list(path: list[str]) -> bool:
    """Whether these names, from the root on, lead to the list of events."""
    kind = KINDS.get(path[0])
    return kind is not None and path[1:] == list_path(kind)


def _is_any_list(path: list[str]) -> bool:
    """Whether a list of events stands here in whatever surroundings."""
    return path[0] in KINDS


def _placed(noted: tuple[Finding, Node, str], root: Node, place: str, show: Show, number: int | None) -> Finding:
    """A finding with its XPath. root: the element that stands at this place."""
    finding, node, suffix = noted
    if suffix and not suffix.startswith("/"):
        suffix = f"/@{suffix}"
    return replace(finding, pointer=place + path_to(root, node, show) + suffix, event=number)


class _EventPath:
    """XPath of JSON pointers into one event, worked out when it is asked for."""

    __slots__ = ("_node", "_place", "_position", "_show")

    def __init__(self, node: Node, place: str, show: Show, position: int) -> None:
        self._node = node
        self._place = place
        self._show = show
        self._position = position

    def __call__(self, pointer: str) -> str:
        node, place = self._node, self._place
        while node[0] == "extension" and node[3]:
            children = [child for child in node[3] if child.__class__ is list]
            if not children:
                break
            chosen = children[min(self._position, len(children) - 1)]
            place += path_to(node, chosen, self._show)
            node = chosen
        return place + resolve(node, _tokens(pointer), self._show)


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


class _DocumentPath:
    """XPath of JSON pointers into a document that was read whole."""

    __slots__ = ("_events", "_stream")

    def __init__(self, stream: XmlStream, events: list[XPath]) -> None:
        self._stream = stream
        self._events = events

    def __call__(self, pointer: str) -> str:
        tokens = _tokens(pointer)
        if "eventList" in tokens[:_DEEPEST_LIST]:
            place = tokens.index("eventList") + 1
            if place < len(tokens) and tokens[place].isdigit() and int(tokens[place]) < len(self._events):
                return self._events[int(tokens[place])]("".join(f"/{token}" for token in tokens[place + 1 :]))
        return self._stream.place_of(tokens)


_DEEPEST_LIST = 4


def stream_xml(source: BinaryIO, *, lenient: bool = False, anywhere: bool = False) -> XmlStream:
    """Read a document event by event. Raises the refusals of `xml_refusals`, here or while the events are read.

    anywhere: take the first EventList wherever it stands, and every value as it is, for those who ask nothing of a document.
    """
    return XmlStream(source, lenient=lenient, anywhere=anywhere)


MOST_FINDINGS = 1000
"""Findings after which a document is not read on."""


def read_xml(raw: bytes, *, lenient: bool = False) -> XmlDocument:
    """Read a whole document; one with very many findings only so far. Raises the refusals of `xml_refusals`."""
    stream = stream_xml(BytesIO(raw), lenient=lenient)
    events: list[Any] = []
    findings: list[Finding] = []
    changes: list[Finding] = []
    paths: list[XPath] = []
    for item in stream:
        findings += item.findings
        if len(findings) > MOST_FINDINGS:
            break
        changes += item.changes
        if item.event is not None:
            events.append(item.event)
            paths.append(item.xpath)
    document = stream.head
    if events:
        _list_of(document)[:] = events
    return XmlDocument(stream.binding, document, _DocumentPath(stream, paths), stream.findings + findings, stream.changes + changes)


def _list_of(document: dict[str, Any]) -> list[Any]:
    """The list of events of a document, which is made where the document has none."""
    body: dict[str, Any] = document["epcisBody"]
    if document["type"] == "EPCISQueryDocument":
        body = body.setdefault("queryResults", {}).setdefault("resultsBody", {})
    found: list[Any] = body.setdefault("eventList", [])
    return found
