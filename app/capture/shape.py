"""The shape of EPCIS 2.0 documents and events: the schema of the event's own type decides, and says exactly what is wrong.

One schema per type, chosen before validating: a schema of alternatives can only say that none of them fits. Valid events
cost one pass of compiled code; only an invalid one is explained, in `explain_shape`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, cast

import orjson
from jsonschema_rs import Draft202012Validator, Registry, ValidationError

from app.capture.explain_shape import EVENT_TYPES, explain, kind_of, shown
from app.errors import Finding

_DOCUMENTS = {"EPCISDocument": "document", "EPCISQueryDocument": "query_document"}
_EVENTS = {name: f"{name.removesuffix('Event').lower()}_event" for name in EVENT_TYPES}
_LISTS = {"EPCISDocument": ("epcisBody", "eventList"), "EPCISQueryDocument": ("epcisBody", "queryResults", "resultsBody", "eventList")}

_EXTENDED = "extended_event"

MOST = 20
"""Findings reported for one event: more would not help the person who corrects it."""

MOST_OF_DOCUMENT = 1_000
"""Findings after which wrong events of a document are counted only: to explain one costs 50 microseconds, to see one 0.2."""

LARGE = 200_000
"""Bytes of JSON from which an event is told only its first fault: 300,000 wrong identifiers cost five seconds to list."""


def check_document(document: Any, *, xml: bool = False) -> list[Finding]:
    """What is wrong with the shape of an EPCISDocument or EPCISQueryDocument and of each event in it; empty when nothing is.

    xml: it came in the XML binding, whose schema takes a little more (`_of_xml`); its words are bare here.
    """
    if not isinstance(document, dict):
        return [Finding("shape.wrong-type", "", shown(document), {"expected": "object", "found": kind_of(document)})]
    kind = document.get("type")
    if kind is None:
        return [Finding("shape.missing", "/type", None, {"field": "type"})]
    if kind not in tuple(_DOCUMENTS):
        return [Finding("shape.unknown-document-type", "/type", shown(kind), {"expected": ", ".join(_DOCUMENTS)})]
    findings = _judge(_DOCUMENTS[kind], document, "", None, xml=xml)
    more = 0
    for index, event in enumerate(listed(document)):
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            continue  # the document's own schema has said so
        schema = _EVENTS.get(event["type"], _EXTENDED)
        if _validator(schema, xml=xml).is_valid(event):
            continue
        if len(findings) < MOST_OF_DOCUMENT:
            findings += _judge(schema, event, event_pointer(document, index), index + 1, xml=xml)
        else:
            more += 1
    if more:
        findings.append(Finding("shape.more-events", event_pointer(document, 0).rpartition("/")[0], None, {"count": more}))
    return findings


def check_event(event: Any, pointer: str = "", *, xml: bool = False) -> list[Finding]:
    """What is wrong with the shape of an event that stands alone and so carries its own `@context`. xml: as in `check_document`."""
    if not isinstance(event, dict):
        return [Finding("shape.wrong-type", pointer, shown(event), {"expected": "object", "found": kind_of(event)})]
    kind = event.get("type")
    schema = _EVENTS.get(kind, _EXTENDED) if isinstance(kind, str) else _EXTENDED
    findings = _judge(schema, event, pointer, None, xml=xml)
    if "@context" not in event:
        findings.append(Finding("shape.missing", f"{pointer}/@context", None, {"field": "@context"}))
    return findings


def is_well(event: dict[str, Any]) -> bool:
    """Whether an event of any document has good shape; its `@context` may be the document's."""
    kind = event.get("type")
    return isinstance(kind, str) and _validator(_EVENTS.get(kind, _EXTENDED)).is_valid(event)


@cache
def fields(kind: str) -> tuple[str, ...]:
    """The names that the standard defines in an object: an event by its type, a document by its type, or a part of an event."""
    name = _EVENTS.get(kind) or _DOCUMENTS.get(kind) or kind
    for address, schema in _sources().items():
        if address.endswith(f"/epcis/{name}.json"):
            return tuple(schema["properties"])
    parts = next(schema for address, schema in _sources().items() if address.endswith("/epcis/definitions.json"))
    return tuple(parts["$defs"][name].get("properties", ()))


def events_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a document of good shape, in its order; an event that stands alone is its own only event."""
    if document.get("type") not in _DOCUMENTS:
        return [document]
    return cast("list[dict[str, Any]]", listed(document))


def event_pointer(document: dict[str, Any], index: int) -> str:
    """The JSON pointer of the event with this index, counted from 0."""
    path = _LISTS.get(document.get("type", ""))
    return "" if path is None else f"/{'/'.join(path)}/{index}"


def pointer_before(document: Mapping[str, Any]) -> str:
    """What stands before the index in the pointers of a document's events."""
    path = _LISTS.get(document.get("type", ""))
    return "" if path is None else f"/{'/'.join(path)}/"


def path_of_events(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The steps from a document of a known type to its list of events."""
    return _LISTS[document["type"]]


def listed(document: Mapping[str, Any]) -> list[Any]:
    """What stands in the place of the event list of a document of a known type, or nothing."""
    found: Any = document
    for key in path_of_events(document):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, list) else []


def _judge(schema: str, value: dict[str, Any], pointer: str, number: int | None, *, xml: bool) -> list[Finding]:
    """Findings of one schema, at most MOST; the usual answer is none."""
    validator = _validator(schema, xml=xml)
    if validator.is_valid(value):
        return []
    found: dict[tuple[object, ...], Finding] = {}
    told = chain.from_iterable(explain(error, _sources(xml=xml), pointer, number) for error in _errors(validator, value))
    for finding in told:
        found.setdefault((finding.code, finding.pointer, finding.params.get("choices")), finding)
        if len(found) == MOST:
            break
    return list(found.values())


def _errors(validator: Draft202012Validator, value: dict[str, Any]) -> Iterable[ValidationError]:
    """Every error of an invalid value; of a very large one only the first, because the validator makes all before it gives one."""
    if len(orjson.dumps(value)) <= LARGE:
        return validator.iter_errors(value)
    try:
        validator.validate(value)
    except ValidationError as error:
        return [error]
    return []


@cache
def _sources(*, xml: bool = False) -> dict[str, dict[str, Any]]:
    """Every schema by its `$id`."""
    folder = files("schemas")
    names = [f"epcis/{name}.json" for name in (*_DOCUMENTS.values(), *_EVENTS.values(), _EXTENDED, "definitions")]
    loaded = [json.loads(folder.joinpath(name).read_text("utf-8")) for name in (*names, "vocabulary/cbv.json")]
    return {schema["$id"]: _of_xml(schema) if xml else schema for schema in loaded}


def _of_xml(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of the JSON binding that takes what the XSDs take: a valid XML document is not refused for its shape.

    Persistent dispositions in all five types, sensor reports without type, extension elements without namespace, which the XSDs
    allow inside `extension` (EPCglobal-epcis-2_0.xsd), names with letters beyond ASCII, and a creationDate without offset. The reader
    of XML has judged names and dates as XML has them.
    """
    if schema.get("title") in EVENT_TYPES:
        schema["properties"].setdefault("persistentDisposition", {"$ref": "definitions.json#/$defs/persistentDisposition"})
        del schema["additionalProperties"]
    elif schema["$id"].endswith("/definitions.json"):
        del schema["$defs"]["sensorReport"]["required"]
        del schema["$defs"]["errorDeclaration"]["additionalProperties"]
        schema["$defs"]["extensionName"] = True
        del schema["$defs"]["ilmd"]["propertyNames"]
    elif schema.get("title") in _DOCUMENTS:
        schema["properties"]["creationDate"] = {"type": "string"}
    return schema


@cache
def _validator(name: str, *, xml: bool = False) -> Draft202012Validator:
    """The compiled schema of this file name; formats are asserted, because most of EPCIS' word checks hang on them."""
    sources = _sources(xml=xml)
    schema = next(schema for address, schema in sources.items() if address.endswith(f"/epcis/{name}.json"))
    return Draft202012Validator(schema, registry=Registry(list(sources.items())), validate_formats=True, offline=True)
