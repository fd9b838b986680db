"""The lenient reader: documents in known dialects of EPCIS made into documents of the standard, with one finding for each change.

Asked for by the sender, never by default. A document of good shape comes back as it is; of any other, what has one possible meaning is
repaired, and the rest is left for its finding. What was sent is kept beside the events as always; the events are sealed as repaired.
Dialects: those of older drafts, of converters from XML, and of published examples that their own schema refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.capture import lenient_event, shape
from app.capture import lenient_values as values
from app.capture.contexts import CONTEXT
from app.capture.explain_shape import shown
from app.capture.lenient_event import repaired
from app.capture.read_document import pointer as pointer_of
from app.errors import Finding

VERSION = "2.0"
_DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument")
_SOME_DAY = "1970-01-01T00:00:00Z"
_BLANK = "_:"
"""How names begin that a graph gives to what has none (RDF 1.1): no URI, and no other document may use it."""
_EVENT_LISTS = ("eventList", "EventList", "event", "events")


def normalise(document: Any, *, bare: bool = False) -> tuple[Any, list[Finding]]:
    """A document, or with `bare` one event, without what is known of other dialects: (the repaired one, what was changed).

    Nothing is changed in what has good shape, and nothing more in what comes back.
    """
    if bare:
        return _alone(document)
    framed, findings = _framed(document)
    if not isinstance(framed, dict):
        return document, []
    made, found = normalise_head(framed, created=_latest(framed))
    findings += found
    events = [normalise_event(event, shape.event_pointer(made, index), index + 1) for index, event in enumerate(_events(made))]
    if any(changes for _, changes in events):
        made = _with_events(made, [event for event, _ in events])
        findings += [finding for _, changes in events for finding in changes]
    return (made, findings) if findings else (document, [])


def normalise_head(document: Mapping[str, Any], *, created: str | None = None) -> tuple[dict[str, Any], list[Finding]]:
    """A document around its events, which are left as they are, or are not in it yet.

    created: what a missing creationDate becomes; nothing rests on it.
    """
    head = _Head(created or _SOME_DAY)
    made = head.document(dict(document))
    return made, head.findings


def normalise_event(event: Any, pointer: str, number: int | None = None) -> tuple[Any, list[Finding]]:
    """One event of a document. pointer: where it stands; number: from 1."""
    return repaired(event, pointer, number)


def _alone(event: Any) -> tuple[Any, list[Finding]]:
    if not isinstance(event, dict):
        return event, []
    made, findings = normalise_event(event, "")
    if made.get("@context") in (None, "", [], {}):
        made = {"@context": [CONTEXT], **{name: member for name, member in made.items() if name != "@context"}}
        findings = [*findings, Finding("lenient.context-added", "/@context", None, {"now": CONTEXT})]
    return made, findings


def _framed(document: Any) -> tuple[Any, list[Finding]]:
    """A document around events that came without one."""
    if isinstance(document, list) and document and all(isinstance(each, dict) for each in document):
        events, context = document, None
    elif isinstance(document, dict) and "eventTime" in document and "epcisBody" not in document:
        events, context = [document], document.get("@context")
    else:
        return document, []
    made = {
        "@context": context or [CONTEXT],
        "type": _DOCUMENTS[0],
        "schemaVersion": VERSION,
        "creationDate": _latest_of(events) or _SOME_DAY,
        "epcisBody": {"eventList": events},
    }
    return made, [Finding("lenient.document-made", "", None, {"count": len(events)})]


def _events(document: Mapping[str, Any]) -> list[Any]:
    return shape.listed(document) if document.get("type") in _DOCUMENTS else []


def _with_events(document: Mapping[str, Any], events: list[Any]) -> dict[str, Any]:
    """A document with other events in the place of its own."""
    made: dict[str, Any] = dict(document)
    inner = made
    *path, last = shape.path_of_events(document)
    for step in path:
        inner[step] = dict(inner[step])
        inner = inner[step]
    inner[last] = events
    return made


def _latest(document: Mapping[str, Any]) -> str | None:
    body = document.get("epcisBody")
    lists = [body.get(name) for name in _EVENT_LISTS] if isinstance(body, dict) else [document.get(name) for name in _EVENT_LISTS]
    return _latest_of(next((found for found in lists if isinstance(found, list)), []))


def _latest_of(events: Iterable[Any]) -> str | None:
    """The last time that is told, as text: a document is not older than its events."""
    times = [made for event in events if isinstance(event, dict) and (made := _told(event.get("eventTime"))) is not None]
    return max(times, default=None)


def _told(text: Any) -> str | None:
    if not isinstance(text, str):
        return None
    return text if values.is_time(text) else values.time(text, "Z")


class _Head:
    """A document on its way; every change is noted in `findings`. All it changes is what no valid document has."""

    def __init__(self, created: str) -> None:
        self.findings: list[Finding] = []
        self.created = created

    def document(self, document: dict[str, Any]) -> dict[str, Any]:
        kind = self._kind(document)
        made = self._members(document, kind, "")
        if kind == _DOCUMENTS[0]:
            self._body(made)
        self._context(made)
        self._version(made, needed=kind == _DOCUMENTS[0])
        self._date(made, needed=kind == _DOCUMENTS[0])
        if isinstance(made.get("epcisHeader"), dict):
            made["epcisHeader"] = self._members(made["epcisHeader"], "header", "/epcisHeader")
        return made

    def _kind(self, document: Mapping[str, Any]) -> str:
        said = next((document[name] for name in ("type", "isA", "@type") if name in document), None)
        if isinstance(said, list) and len(said) == 1:
            said = said[0]
        return (values.one_of(_DOCUMENTS, said) if isinstance(said, str) else None) or _DOCUMENTS[0]

    def _members(self, value: Mapping[str, Any], kind: str, place: str) -> dict[str, Any]:
        """An object with the names that its schema has, without notes and nothings."""
        known = shape.fields(kind)
        made: dict[str, Any] = {}
        for name, member in value.items():
            where = place + pointer_of([name])
            now = self._name(name, value, made, known)
            if now not in known and ":" not in now and lenient_event.NOTE.match(now):
                self.findings.append(Finding("lenient.note-removed", where, shown(member), {"field": shown(name)}))
            elif member is None and ":" not in now:
                self.findings.append(Finding("lenient.null-removed", where, None, {"field": now}))
            elif name == "id" and isinstance(member, str) and member.startswith(_BLANK):
                self.findings.append(Finding("lenient.field-removed", where, shown(member), {"field": name}))
            else:
                if now != name:
                    self.findings.append(Finding("lenient.field-renamed", where, shown(name), {"now": now}))
                made[now] = self._type(member, where) if now == "type" else member
        return made

    def _name(self, name: str, value: Mapping[str, Any], made: Mapping[str, Any], known: tuple[str, ...]) -> str:
        if name in known or ":" in name:
            return name
        lower = {each.lower(): each for each in known}
        now = "type" if name in {"isA", "@type"} else lower.get(name.lower(), name)
        return now if now in known and now not in value and now not in made else name

    def _type(self, said: Any, where: str) -> Any:
        kind = said[0] if isinstance(said, list) and len(said) == 1 else said
        now = values.one_of(_DOCUMENTS, kind) if isinstance(kind, str) else None
        if now is None or now == said:
            return said
        self.findings.append(Finding("lenient.respelled", where, shown(said), {"field": "type", "now": now}))
        return now

    def _body(self, document: dict[str, Any]) -> None:
        """The list of events, where the standard has it."""
        body = document.get("epcisBody")
        if body is None:
            name = next((name for name in _EVENT_LISTS if isinstance(document.get(name), list | dict)), None)
            if name is None:
                return
            self.findings.append(Finding("lenient.field-moved", pointer_of([name]), None, {"now": "/epcisBody/eventList"}))
            body = document["epcisBody"] = {"eventList": document.pop(name)}
        if not isinstance(body, dict):
            return
        other = next((name for name in _EVENT_LISTS[1:] if isinstance(body.get(name), list | dict)), None)
        if "eventList" not in body and other is not None:
            self.findings.append(Finding("lenient.field-renamed", f"/epcisBody/{other}", other, {"now": "eventList"}))
            body = {"eventList" if name == other else name: member for name, member in body.items()}
        if isinstance(body.get("eventList"), dict):
            self.findings.append(Finding("lenient.list-made", "/epcisBody/eventList", None, {"field": "eventList"}))
            body = {**body, "eventList": [body["eventList"]]}
        document["epcisBody"] = body

    def _context(self, document: dict[str, Any]) -> None:
        if document.get("@context") not in (None, ""):
            return
        now = document.pop("context", None)
        if now is not None:
            self.findings.append(Finding("lenient.field-renamed", "/context", "context", {"now": "@context"}))
        else:
            self.findings.append(Finding("lenient.context-added", "/@context", None, {"now": CONTEXT}))
        document["@context"] = now or [CONTEXT]

    def _version(self, document: dict[str, Any], *, needed: bool) -> None:
        version = document.get("schemaVersion")
        if version is None and needed:
            self.findings.append(Finding("lenient.field-added", "/schemaVersion", None, {"field": "schemaVersion", "now": VERSION}))
            document["schemaVersion"] = VERSION
        elif isinstance(version, int | float) and not isinstance(version, bool) and version > 0:
            now = str(float(version))
            self.findings.append(Finding("lenient.respelled", "/schemaVersion", version, {"field": "schemaVersion", "now": now}))
            document["schemaVersion"] = now

    def _date(self, document: dict[str, Any], *, needed: bool) -> None:
        created = document.get("creationDate")
        if created is None and needed:
            self.findings.append(Finding("lenient.field-added", "/creationDate", None, {"field": "creationDate", "now": self.created}))
            document["creationDate"] = self.created
        elif isinstance(created, str):
            now = values.time(created if ":" in created else f"{created.strip()}T00:00:00", "Z")  # nothing rests on its zone
            if now is not None and now != created:
                self.findings.append(Finding("lenient.respelled", "/creationDate", shown(created), {"field": "creationDate", "now": now}))
                document["creationDate"] = now
