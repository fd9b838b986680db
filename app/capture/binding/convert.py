"""One document from one binding into another: JSON-LD, XML 2.0, XML 1.2, and what is lost or changed on the way.

Values stay as they were received but for what the target demands: bare words in JSON, words with a namespace in XML, and EPC URNs and CBV
URNs in XML 1.2, which knows neither Digital Links nor web vocabularies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from app.capture import read_document, shape
from app.capture.binding import xml_only
from app.capture.binding.targets import Target
from app.capture.binding.xml_out import render
from app.capture.contexts import context_of
from app.capture.hashes.event_hash import event_hash
from app.capture.reading import with_events
from app.capture.refusals import DocumentInvalid
from app.capture.spelling import EpcFormat, Lengths, WordForm, spelled, spelled_uri
from app.errors import Finding, Invalid, Refusal

MEDIA_TYPES: dict[str, str] = {"json": "application/ld+json", "xml-2.0": "application/xml", "xml-1.2": "application/xml"}
ENDINGS: dict[str, str] = {"json": ".jsonld", "xml-2.0": ".xml", "xml-1.2": ".xml"}
"""How the name of a file in this binding ends."""

JSON_VERSION = "2.0"
"""The only version of EPCIS that has a JSON binding."""

_MARK = b"\xef\xbb\xbf"
_DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument")


class UnknownContent(Invalid):
    """The bytes begin neither like JSON nor like XML."""

    code = "binding.unknown-content"


class Spelling(NamedTuple):
    """How identifiers and words are to be written; None leaves it to the target. lengths: what is known of company prefixes."""

    epcs: EpcFormat | None = None
    words: WordForm | None = None
    lengths: Lengths | None = None


AS_NEEDED = Spelling()
"""Everything as it was received, but for what the target demands."""


class Converted(NamedTuple):
    """A document in another binding.

    source: the binding it came in; losses: what the target does not say, or says otherwise; changes: repairs and remarks of reading.
    """

    content: bytes
    media_type: str
    source: str
    events: int
    losses: list[Finding]
    changes: list[Finding]


class _Read(NamedTuple):
    source: str
    document: dict[str, Any]
    changes: list[Finding]


def convert(raw: bytes, to: Target, *, lenient: bool = False, spelling: Spelling = AS_NEEDED) -> Converted:
    """The document, or in JSON the single event, in another binding; which one it comes in is seen from its content.

    lenient: repair known dialects and list what was changed. Raises UnknownContent, DocumentInvalid with findings, the refusals of the
    readers, and those of `write_xml`.
    """
    read = _read(raw, lenient=lenient)
    bare = read.document.get("type") not in _DOCUMENTS
    losses: list[Finding] = []
    document = read.document
    if bare and to != "json":
        document = _wrapped(document)
        losses.append(Finding("binding.wrapped"))
    document = _spelled(document, to, spelling)
    count = len(shape.events_of(document))
    if to == "json":
        if read.source != "json":
            document, found = _for_json(document)
            losses += found
        content = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    else:
        if read.source == "json":
            document = with_events(document, [xml_only.from_json(event) for event in shape.events_of(document)])
        content, found = render(document, to.removeprefix("xml-"))
        losses += found
    if to != read.source:
        losses += _changed_hashes(read, document if to == "json" else content)
    return Converted(content, MEDIA_TYPES[to], read.source, count, losses, read.changes)


def _for_json(document: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """A document that came as XML in the form that the JSON Schema takes; what is told is what got another name, or still has no place."""
    whole, told = xml_only.document_for_json({**document, "schemaVersion": JSON_VERSION})
    events = []
    for index, event in enumerate(shape.events_of(whole)):
        changed, found = xml_only.for_json(event, shape.event_pointer(whole, index), index + 1)
        events.append(changed)
        told += found
    whole = with_events(whole, events)
    if told:
        whole = xml_only.with_context(whole)
    return whole, told + shape.check_document(whole)


def _changed_hashes(read: _Read, made: dict[str, Any] | bytes) -> list[Finding]:
    """The events whose CBV hash is another one in the new binding. made: JSON as a document, XML as bytes."""
    if isinstance(made, bytes):
        from app.capture.binding.xml_in import read_xml

        try:
            document, from_xml = read_xml(made).document, True
        except Refusal as refusal:  # larger in some way than our reader takes; others may take it
            return [Finding("binding.not-read-back", "", None, {"code": refusal.code})]
    else:
        document, from_xml = made, False
    before = _hashes(read.document, xml=read.source != "json")
    after = _hashes(document, xml=from_xml)
    if len(before) != len(after):
        return []  # an event was left out, which has been told
    return [
        Finding("binding.hash-changed", shape.event_pointer(document, index), None, {"before": old, "after": new}, index + 1)
        for index, (old, new) in enumerate(zip(before, after, strict=True))
        if old != new
    ]


def _hashes(document: dict[str, Any], *, xml: bool) -> list[str]:
    context = context_of(document.get("@context"), xml=xml)
    return [event_hash(event, context) for event in shape.events_of(document)]


def binding_of(raw: bytes) -> str:
    """`json` or `xml` by the first character; raises UnknownContent."""
    start = raw[:512].removeprefix(_MARK).lstrip()[:1]
    if start == b"<" or raw[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16, which the XML reader judges
        return "xml"
    if start in (b"{", b"["):
        return "json"
    raise UnknownContent


def _read(raw: bytes, *, lenient: bool) -> _Read:
    """The document in the structure of JSON. Raises DocumentInvalid with findings."""
    if binding_of(raw) == "xml":
        from app.capture.binding.xml_in import read_xml

        read = read_xml(raw, lenient=lenient)
        _refuse(list(read.findings))
        return _Read(read.binding, read.document, list(read.changes))
    document, changes = read_document.loads(raw), list[Finding]()
    bare = isinstance(document, dict) and document.get("type") not in _DOCUMENTS
    if lenient:
        from app.capture import lenient as repairs

        document, changes = repairs.normalise(document, bare=bare)
    # A document without a type is told so; what has one and is no document can only be an event.
    _refuse(shape.check_event(document) if bare and "type" in document else shape.check_document(document))
    return _Read("json", document, changes)


def _refuse(findings: list[Finding]) -> None:
    if findings:
        events = {finding.event for finding in findings if finding.event is not None}
        raise DocumentInvalid(findings=findings, count=len(findings), events=len(events))


def _wrapped(event: Mapping[str, Any]) -> dict[str, Any]:
    """A document around one event, made when the event was recorded or, if nobody says when, when it happened."""
    return {
        "@context": event["@context"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": event.get("recordTime", event["eventTime"]),
        "epcisBody": {"eventList": [{key: value for key, value in event.items() if key != "@context"}]},
    }


# ------------------------------------------------------------------------------------------------------------ spelling


def _spelled(document: dict[str, Any], to: Target, wanted: Spelling) -> dict[str, Any]:
    """The document with words and identifiers as the target demands them, or as they are wanted."""
    old = to == "xml-1.2"
    epcs = wanted.epcs or (EpcFormat.ALWAYS_EPC_URN if old else EpcFormat.NEVER_TRANSLATES)
    words = wanted.words or (WordForm.ALWAYS_URN if old else WordForm.NEVER_TRANSLATES)
    events = [spelled(event, binding=to, epcs=epcs, words=words, lengths=wanted.lengths) for event in shape.events_of(document)]
    if document.get("type") not in _DOCUMENTS:
        return events[0]
    header = document.get("epcisHeader")
    if header and epcs is not EpcFormat.NEVER_TRANSLATES and "epcisMasterData" in header:
        document = {**document, "epcisHeader": _header(header, epcs, wanted.lengths)}
    return with_events(document, events)


def _header(header: Mapping[str, Any], epcs: EpcFormat, lengths: Lengths | None) -> dict[str, Any]:
    """The header with the identifiers of its master data spelled like those of the events."""

    def element(value: Mapping[str, Any]) -> dict[str, Any]:
        changed = {**value, "id": spelled_uri(value["id"], epcs, lengths)}
        if "children" in value:
            changed["children"] = [spelled_uri(each, epcs, lengths) for each in value["children"]]
        return changed

    def vocabulary(value: Mapping[str, Any]) -> Mapping[str, Any]:
        listed = value.get("vocabularyElementList")
        return {**value, "vocabularyElementList": [element(each) for each in listed]} if listed else value

    master = header["epcisMasterData"]
    listed = [vocabulary(each) for each in master.get("vocabularyList", ())]
    return {**header, "epcisMasterData": {**master, "vocabularyList": listed}}
