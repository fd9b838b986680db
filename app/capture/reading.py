"""Documents by content type: JSON or XML in, one structure out, and everything that is wrong with it.

Whatever came, an event is the structure that the JSON binding gives it, with every value as the sender spelled it. Shape and rules judge
what XML brought by its bare words (`spelling.json_words`), and say where in words of the binding: a JSON pointer, or an XPath.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO, NamedTuple, Protocol

from app.capture import read_document, refusals, rules, shape
from app.capture.canonical import jcs
from app.catalogue.master import documents as master
from app.errors import Finding
from app.runtime import Runtime

JSON, XML = "json", "xml"
JSON_TYPES = ("application/json", "application/ld+json")
XML_TYPES = ("application/xml", "text/xml")
TYPES = (*JSON_TYPES, *XML_TYPES)
"""Content types of documents, as they are told to whoever sent another."""

_MARK = b"\xef\xbb\xbf"
_SNIFFED = 512


class Checked(NamedTuple):
    """A document that was read and judged. events: empty when the document around them is wrong; changes: repairs and remarks.

    texts: their canonical bytes, in their order, where they were made to judge them.
    """

    document: Any
    events: list[dict[str, Any]]
    findings: list[Finding]
    changes: list[Finding]
    texts: Sequence[bytes] = ()


class Streamed(Protocol):
    """An event of a document that is read piece by piece: number from 1, None with findings when it cannot be read."""

    @property
    def number(self) -> int:
        """Its place in the document, from 1."""

    @property
    def event(self) -> dict[str, Any] | None:
        """The event."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What is wrong with it."""

    @property
    def changes(self) -> Sequence[Finding]:
        """What was repaired in it, or is worth a remark."""

    @property
    def xpath(self) -> Callable[[str], str]:
        """From a JSON pointer into the event to the place in the document as it was sent."""


class Stream(Protocol):
    """A document that is read piece by piece. findings, changes: about what stands around the events, complete after the last of them."""

    @property
    def total(self) -> int | None:
        """How many events it has, None where only reading all of it tells."""

    @property
    def head(self) -> dict[str, Any]:
        """The document without its events; complete before the first."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What is wrong with the document itself."""

    @property
    def changes(self) -> Sequence[Finding]:
        """What was repaired in the document itself, or is worth a remark."""

    @property
    def xpath(self) -> Callable[[str], str]:
        """From a JSON pointer into the document around the events to the place in it as it was sent."""

    def __iter__(self) -> Iterator[Streamed]:
        """Its events, each once."""

    def after(self, count: int) -> Iterator[Streamed]:
        """Its events but the first `count`, each once."""


def binding_of(content_type: str) -> str | None:
    """JSON or XML by content type, None for any other."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in JSON_TYPES:
        return JSON
    return XML if kind in XML_TYPES or (kind.startswith("application/") and kind.endswith("+xml")) else None


def check(
    raw: bytes, *, on: Runtime, content_type: str = "application/json", bare: bool = False, lenient: bool = False
) -> Checked:  # fmt: skip
    """Read and judge a document, or with `bare` one event, without keeping anything. Raises for what cannot be read at all.

    Of a wrong document no more is told than that it is: `proceed.explained` says what every event of it has.
    """
    if _binding(content_type, raw) == XML:
        return _check_xml(raw, on, lenient=lenient)
    document, changes = read_document.loads(raw), list[Finding]()
    if lenient:
        from app.capture import lenient as repairs

        document, changes = repairs.normalise(document, bare=bare)
    findings = shape.check_event(document) if bare else shape.check_document(document)
    if findings:
        return Checked(document, [], findings, changes)
    events = [document] if bare else shape.events_of(document)
    refuse_count(len(events), document, on)
    now = on.clock.now()
    findings = [] if bare else master.findings(document.get("epcisHeader"))
    texts, before = [jcs(event) for event in events], shape.pointer_before(document)
    for number, (event, text) in enumerate(zip(events, texts, strict=True)):
        pointer = "" if bare else f"{before}{number}"
        found = rules.check_event(event, pointer, now, text)
        if found:
            findings += [replace(item, event=number + 1) for item in found]
            break
        if "sensorElementList" in event:
            changes += [replace(item, event=number + 1) for item in rules.remarks(event, pointer)]
    return Checked(document, events, findings, changes, texts)


def refuse_count(count: int, document: Mapping[str, Any], on: Runtime) -> None:
    """Refuse more events than may be, and none where there is no master data either. Raises TooManyEvents, NoEvents."""
    if not count and not master.carries(document.get("epcisHeader")):
        raise refusals.NoEvents(pointer="/epcisBody/eventList")
    if count > on.settings.max_events:
        raise refusals.TooManyEvents(limit=on.settings.max_events, found=count)


def _binding(content_type: str, raw: bytes) -> str:
    """The binding that is said, which must be the one that is there; raises OtherBinding."""
    said = binding_of(content_type)
    if said is None:
        raise ValueError(content_type)
    start = raw[:_SNIFFED].removeprefix(_MARK).lstrip()[:1]
    found = XML if start == b"<" else JSON if start in {b"{", b"["} else said
    if found != said:
        raise refusals.OtherBinding(said=content_type.partition(";")[0][:60], found=found.upper())
    return said


def stream(source: BinaryIO, content_type: str, *, lenient: bool = False) -> Stream:
    """A document read piece by piece. source: at its beginning, seekable. Raises for what cannot be read at all."""
    raw = source.read(_SNIFFED)
    source.seek(0)
    if _binding(content_type, raw) == XML:
        from app.capture.binding.xml_in import stream_xml

        return stream_xml(source, lenient=lenient)
    from app.capture.binding.json_stream import stream_json

    return stream_json(source, lenient=lenient)


def check_head(stream: Stream, *, xml: bool) -> list[Finding]:
    """What is wrong with a document around its events, as far as it is known."""
    findings = shape.check_document(stream.head, xml=xml) or master.findings(stream.head.get("epcisHeader"))
    return [replace(item, pointer=stream.xpath(item.pointer)) for item in findings]


def judge(streamed: Streamed, head: Mapping[str, Any], on: Runtime, *, xml: bool) -> list[Finding]:
    """What is wrong with one event of a stream, said in places of the document as it was sent."""
    event = streamed.event
    if event is None:
        return list(streamed.findings)
    if xml:
        from app.capture import spelling

        event = spelling.json_words(event)
    # An event inside a document needs no @context of its own: it has the document's.
    found = shape.check_event(event if "@context" in event else {"@context": head.get("@context", ""), **event}, xml=xml)
    found = _placed(found or rules.check_event(event, "", on.clock.now()), streamed)
    if not streamed.findings:
        return found
    # What could not be read is missing, or stands there as it was sent: neither is a second fault.
    places = {item.pointer for item in streamed.findings}
    return [*streamed.findings, *(item for item in found if item.pointer not in places and item.code != "shape.missing")]


def told(streamed: Streamed) -> list[Finding]:
    """What was repaired in an event that is taken, and what is worth a remark."""
    if streamed.event is None or "sensorElementList" not in streamed.event:
        return list(streamed.changes)
    return [*streamed.changes, *_placed(rules.remarks(streamed.event, ""), streamed)]


def _placed(findings: Sequence[Finding], streamed: Streamed) -> list[Finding]:
    return [replace(item, pointer=streamed.xpath(item.pointer), event=streamed.number) for item in findings]


def _check_xml(raw: bytes, on: Runtime, *, lenient: bool) -> Checked:
    from app.capture import spelling
    from app.capture.binding.xml_in import read_xml

    read = read_xml(raw, lenient=lenient)
    changes = list(read.changes)
    if read.findings:
        return Checked(read.document, [], list(read.findings), changes)
    events = shape.events_of(read.document)
    judged = with_events(read.document, [spelling.json_words(event) for event in events])
    findings = shape.check_document(judged, xml=True)
    if not findings:
        refuse_count(len(events), read.document, on)
        now = on.clock.now()
        findings = master.findings(read.document.get("epcisHeader"))
        for number, event in enumerate(shape.events_of(judged)):
            pointer = shape.event_pointer(judged, number)
            found = rules.check_event(event, pointer, now)
            if found:
                findings += [replace(item, event=number + 1) for item in found]
                break
            if "sensorElementList" in event:
                remarks = rules.remarks(event, pointer)
                changes += [replace(item, pointer=read.xpath(item.pointer), event=number + 1) for item in remarks]
    return Checked(read.document, events, [replace(item, pointer=read.xpath(item.pointer)) for item in findings], changes)


def with_events(document: Mapping[str, Any], events: list[dict[str, Any]]) -> dict[str, Any]:
    """The same document with other events."""
    body = document["epcisBody"]
    if document.get("type") == "EPCISDocument":
        return {**document, "epcisBody": {**body, "eventList": events}}
    results = body["queryResults"]
    inner = {**results, "resultsBody": {**results["resultsBody"], "eventList": events}}
    return {**document, "epcisBody": {**body, "queryResults": inner}}
