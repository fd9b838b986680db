"""EPCIS documents as XML 2.0 and XML 1.2: from the structure of the JSON binding to text that the XSDs take.

Values are written as they stand; whoever wants another spelling of words or identifiers asks `app.capture.spelling` first.
Source: EPCIS 2.0 section 9.5 and its XSDs; EPCIS 1.2 as GS1 adapted its XSD for conversion.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.capture.binding import namespaces as spaces
from app.capture.binding.namespaces import Names, declarations
from app.capture.binding.xml_out_event import Events
from app.capture.binding.xml_out_header import Header
from app.capture.binding.xml_out_values import NO_XML, At, Notes, NotForXml, Trees, of_text, pointer, quoted, scalar, time
from app.errors import Finding, Invalid

VERSIONS = ("2.0", "1.2")
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LONG_AGO = "1970-01-01T00:00:00Z"

Document = Mapping[str, Any]


class NotADocument(Invalid):
    """XML knows EPCISDocument and EPCISQueryDocument only; an event alone has no form in it."""

    code = "binding.not-a-document"


class Rendered(NamedTuple):
    """A document as XML, and what the XML does not say of it."""

    content: bytes
    losses: list[Finding]


def write_xml(document: Document, version: str) -> bytes:
    """The document as XML of this version, "2.0" or "1.2", in UTF-8; valid by the XSD when the document was valid JSON.

    Raises NotADocument, NotForXml for a character that XML cannot carry, TimeNotForXml.
    """
    return render(document, version).content


def losses(document: Document, version: str) -> list[Finding]:
    """What XML of this version cannot carry, or carries in another form; each with the JSON pointer of its place."""
    return render(document, version).losses


def render(document: Document, version: str) -> Rendered:
    """The document as XML together with its losses, in one pass. Raises what `write_xml` raises."""
    written = _Document(document, version).text()
    try:
        content = written.text.encode()
    except UnicodeEncodeError:
        content = b""
    if not content or NO_XML.search(written.text):
        _refuse_character(document, ())
    return Rendered(content, written.losses)


class _Text(NamedTuple):
    text: str
    losses: list[Finding]


class _Document:
    """One document that is being written."""

    def __init__(self, document: Document, version: str) -> None:
        if document.get("type") not in ("EPCISDocument", "EPCISQueryDocument"):
            raise NotADocument(found=str(document.get("type")))
        self._document = document
        self._version = version
        self._old = version == "1.2"
        self._notes = Notes()
        self._names = Names(document.get("@context"))
        self._trees = Trees(self._names, self._notes)

    def text(self) -> _Text:
        """The whole text; its losses stand in the order of the document."""
        query = self._document["type"] == "EPCISQueryDocument"
        name = "epcisq:EPCISQueryDocument" if query else "epcis:EPCISDocument"
        created = self._created()
        body = self._query_body() if query else self._body()
        self._names.used.clear()
        header = Header(self._trees, self._version).text(self._document, created)
        others = self._fields(self._document, _OF_DOCUMENT, ())
        bound = (
            {"epcisq": spaces.QUERY_1 if self._old else spaces.QUERY_2}
            if query
            else {"epcis": spaces.EPCIS_1 if self._old else spaces.EPCIS_2}
        )
        bound |= self._names.declared | self._names.used
        own = f' id="{quoted(scalar(self._document["id"]))}"' if "id" in self._document else ""
        attributes = f'{declarations(bound)} schemaVersion="{self._version}" creationDate="{created}"{own}'
        return _Text(f"{_DECLARATION}<{name}{attributes}>{header}<EPCISBody>{body}</EPCISBody>{others}</{name}>\n", self._notes.findings)

    def _created(self) -> str:
        """Date of creation, which XML demands; of an answer without one, the time of its last event."""
        if "creationDate" in self._document:
            return time(self._document["creationDate"], ((), "creationDate"))
        times = [str(event.get("recordTime", event.get("eventTime"))) for event in self._listed()[1]]
        made = max(times, default=_LONG_AGO)
        self._notes.add(Finding("binding.creation-date-made"), ((), "creationDate"), made)
        return time(made, ((), "creationDate"))

    def _listed(self) -> tuple[At, list[Mapping[str, Any]]]:
        """The events with the place of their list."""
        at: At = ()
        found: Any = self._document
        query = self._document["type"] == "EPCISQueryDocument"
        for key in ("epcisBody", "queryResults", "resultsBody", "eventList") if query else ("epcisBody", "eventList"):
            at = (at, key)
            found = found.get(key) if isinstance(found, Mapping) else None
        return at, found if isinstance(found, list) else []

    def _event_list(self) -> str:
        at, events = self._listed()
        writer = Events(self._names, self._notes, self._version)
        parts: list[str] = []
        for index, event in enumerate(events):
            self._notes.event = index + 1
            parts.append(writer.event(event, (at, index)))
        self._notes.event = None
        return "<EventList>\n" + "\n".join(parts) + "\n</EventList>" if events else "<EventList></EventList>"

    def _body(self) -> str:
        found = self._document["epcisBody"]
        bound = self._names.used
        text = self._event_list()
        bound.clear()
        at: At = ((), "epcisBody")
        bare = "".join([self._trees.field(key, found[key], at) for key in found if ":" not in key and key != "eventList"])
        named = self._fields(found, frozenset({"eventList"}), at)
        if bound and (bare or named):
            self._names.declared.update(bound)  # the body stands in the root, which declares them for it
        return text + (f"<extension>{bare}</extension>" if bare else "") + named

    def _query_body(self) -> str:
        results = self._document["epcisBody"]["queryResults"]
        at: At = (((), "epcisBody"), "queryResults")
        name = f"<queryName>{of_text(results.get('queryName', ''))}</queryName>"
        subscription = f"<subscriptionID>{of_text(results['subscriptionID'])}</subscriptionID>" if "subscriptionID" in results else ""
        inside = self._results(results["resultsBody"], (at, "resultsBody"))
        self._names.used.clear()
        others = self._fields(results, _OF_RESULTS, at)
        own = declarations(self._names.used) if others else ""
        for key in self._document["epcisBody"]:
            if key != "queryResults":
                self._notes.add(Finding("binding.field-not-carried", params={"field": key}), (((), "epcisBody"), key))
        return f"<epcisq:QueryResults{own}>{name}{subscription}<resultsBody>{inside}</resultsBody>{others}</epcisq:QueryResults>"

    def _results(self, found: Mapping[str, Any], at: At) -> str:
        """Events, or master data when there are no events: XML has room for one of the two."""
        for key in found:
            if ":" in key or (key == "vocabularyList" and found.get("eventList") and found[key]):
                self._notes.add(Finding("binding.field-not-carried", params={"field": key}), (at, key))
        if found.get("vocabularyList") and not found.get("eventList"):
            self._names.used.clear()
            text = Header(self._trees, self._version).vocabularies(found["vocabularyList"], (at, "vocabularyList"))
            self._names.declared.update(self._names.used)
            return text
        return self._event_list()

    def _fields(self, value: Mapping[str, Any], known: frozenset[str], at: At) -> str:
        """Extension fields with a namespace."""
        return "".join([self._trees.field(key, value[key], at) for key in value if key not in known and ":" in key])


_OF_DOCUMENT = frozenset({"@context", "type"})
_OF_RESULTS = frozenset({"queryName", "subscriptionID", "resultsBody"})


def _refuse_character(value: Any, at: At) -> None:
    """Raise for the first text that XML cannot carry, or return when there is none below this value."""
    if isinstance(value, str):
        found = NO_XML.search(value)
        if found:
            raise NotForXml(pointer=pointer(at), character=f"U+{ord(found.group()):04X}")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _refuse_character(key, (at, key))
            _refuse_character(inner, (at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_character(inner, (at, index))


# ------------------------------------------------------------------------------------------------ answers of the REST binding


def write_capture_job(job: Mapping[str, Any]) -> bytes:
    """A CaptureJob as `EPCISCaptureJob` of the XSD of EPCIS 2.0; problem bodies of `errors` as its `error` elements."""
    attributes = "".join(f' {name}="{quoted(scalar(job[name]))}"' for name in ("running", "success", "captureID"))
    parts = f"<captureErrorBehaviour>{of_text(job['captureErrorBehaviour'])}</captureErrorBehaviour>"
    parts += "".join(f"<{name}>{of_text(job[name])}</{name}>" for name in ("createdAt", "finishedAt") if job.get(name) is not None)
    errors = "".join(f"<error>{_problem(error)}</error>" for error in job.get("errors") or ())
    if errors:
        parts += f"<errors>{errors}</errors>"
    elif job.get("errorFile"):
        parts += f"<errorFile>{of_text(job['errorFile'])}</errorFile>"
    return _whole(f'<epcis:EPCISCaptureJob xmlns:epcis="{spaces.EPCIS_2}"{attributes}>{parts}</epcis:EPCISCaptureJob>')


def _problem(problem: Mapping[str, Any]) -> str:
    """The standard members in the order of the XSD; members of ours follow in our namespace."""
    parts = "".join(f"<{name}>{of_text(problem[name])}</{name}>" for name in _PROBLEM if problem.get(name) is not None)
    plain = {name: value for name, value in problem.items() if name not in _PROBLEM and isinstance(value, (str, bool, int, float))}
    ours = "".join(f'<truyxuat:{name} xmlns:truyxuat="{spaces.OURS}">{of_text(value)}</truyxuat:{name}>' for name, value in plain.items())
    return parts + ours


_PROBLEM = ("type", "title", "status", "detail", "instance")


def _whole(root: str) -> bytes:
    """Text of an answer of ours; what no XML can carry, which may come from what a sender wrote, becomes U+FFFD."""
    return (_DECLARATION + NO_XML.sub("\ufffd", root) + "\n").encode()
