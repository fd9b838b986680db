"""There and back: JSON to XML 2.0 and 1.2 and back says the same event with the same CBV hash, and XML through JSON the same XML.

What XML has no two forms for is brought into one first (`normal`): the values of extensions are texts, a list of one is its value, what is
empty is the empty text or nothing, and numbers and truth values in extensions and master data are texts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from app.capture import shape
from app.capture.binding.convert import convert
from app.capture.binding.xml_in import read_xml
from app.capture.binding.xml_out import write_xml
from app.capture.binding.xml_out_tables import STANDARD
from app.capture.binding.xml_out_values import scalar
from app.capture.contexts import Context, context_of
from app.capture.hashes.event_hash import event_hash
from app.capture.spelling import json_words
from tests import SHARED
from tests.capture.binding.documents import CONTEXT, documents
from tests.capture.binding.xsd import faults

ROOT = SHARED / "epcis-standard" if SHARED else None
JSON_EXAMPLES = sorted((ROOT / "examples-json").rglob("*.jsonld")) if ROOT else []
_KEY_TWICE = "AssociationEvent-h"
"""The example that says eventID twice, which nobody can read in one way."""
_NOT_EVENTS = ("CaptureJob",)
XML_EXAMPLES = (
    [
        path
        for folder in ("examples-xml-2.0", "examples-xml-1.2")
        for path in sorted((ROOT / folder).rglob("*.xml"))
        if path.parent.name not in _NOT_EVENTS
    ]
    if ROOT
    else []
)
_quick = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
NOTHING = object()


# ------------------------------------------------------------------------------------------------ the normal form


def extension(value: Any, context: Context) -> Any:
    """Value of an extension field as it comes back from XML; NOTHING for what does not."""
    if isinstance(value, list):
        flat = [each for item in value for each in items(item, context)]
        return NOTHING if not flat else flat[0] if len(flat) == 1 else flat
    if isinstance(value, dict):
        return members(value, context)
    if value is None:
        return NOTHING
    text = scalar(value)
    return "" if text.isspace() else text


def items(item: Any, context: Context) -> list[Any]:
    found = extension(item, context)
    return [] if found is NOTHING else found if isinstance(found, list) else [found]


def members(value: Mapping[str, Any], context: Context) -> Any:
    found = {context.name(key): extension(each, context) for key, each in value.items()}
    kept = {key: each for key, each in found.items() if each is not NOTHING}
    if "#text" in kept and (kept["#text"] == "" or len(kept) == 1):
        text = kept.pop("#text")
        return kept or text
    return kept or ""


def with_extensions(value: Mapping[str, Any], context: Context, **standard: Any) -> dict[str, Any]:
    """A standard object whose extension fields are in normal form, under their full names; standard: fields of its own that need more."""
    found = {key: standard.get(key, each) for key, each in value.items() if ":" not in key}
    found |= {context.name(key): extension(each, context) for key, each in value.items() if ":" in key}
    return {key: each for key, each in found.items() if each is not NOTHING}


def normal_sensor(value: Mapping[str, Any], context: Context) -> dict[str, Any]:
    def plain(each: Mapping[str, Any]) -> dict[str, Any]:
        return {context.name(key): scalar(inner) if ":" in key else inner for key, inner in each.items()}

    parts: dict[str, Any] = {"sensorReport": [plain(each) for each in value["sensorReport"]]}
    if "sensorMetadata" in value:
        parts["sensorMetadata"] = plain(value["sensorMetadata"])
    return with_extensions(value, context, **parts)


def normal_event(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    if "@context" in event:
        context = context.extended(event["@context"])
    found: dict[str, Any] = {}
    for key, value in event.items():
        if key in ("readPoint", "bizLocation", "errorDeclaration", "ilmd"):
            found[key] = with_extensions(value, context)
        elif key == "sensorElementList":
            found[key] = [normal_sensor(each, context) for each in value]
        elif key == "certificationInfo":
            found[key] = value[0] if isinstance(value, list) and len(value) == 1 else value
        elif key in STANDARD:
            found[key] = value
        else:
            found[context.name(key)] = extension(value, context)
    return {key: value for key, value in found.items() if value is not NOTHING and value != [] and key != "@context"}


def normal(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document in the form that comes back from XML, names of extension fields with their namespaces."""
    context = context_of(document["@context"])
    found = with_extensions({key: value for key, value in document.items() if key not in ("schemaVersion", "@context")}, context)
    header = normal_header(found.pop("epcisHeader", {}), context)
    events = [normal_event(json_words(event), context) for event in shape.events_of(dict(document))]
    return {**found, **header, "epcisBody": {"eventList": events}}


def normal_header(header: Mapping[str, Any], context: Context) -> dict[str, Any]:
    master = header.get("epcisMasterData")
    return {"vocabularies": [normal_vocabulary(each, context) for each in master.get("vocabularyList", [])]} if master else {}


def normal_vocabulary(value: Mapping[str, Any], context: Context) -> dict[str, Any]:
    def element(each: Mapping[str, Any]) -> dict[str, Any]:
        found = [{"id": one["id"], "attribute": extension(one.get("attribute", ""), context)} for one in each.get("attributes", ())]
        return {**each, "attributes": found} if "attributes" in each else dict(each)

    listed = value.get("vocabularyElementList")
    return {"type": value["type"]} | ({"vocabularyElementList": [element(each) for each in listed]} if listed else {})


def hashes(document: dict[str, Any], *, xml: bool = False) -> list[str]:
    context = context_of(document["@context"], xml=xml)
    return [event_hash(event, context) for event in shape.events_of(document)]


def read(content: bytes) -> dict[str, Any]:
    found = read_xml(content)
    assert [(item.code, item.pointer) for item in found.findings] == []
    return found.document


# ------------------------------------------------------------------------------------------------ JSON there and back


@_quick
@given(documents())
def test_json_comes_back_from_xml_2_0(document: dict[str, Any]) -> None:
    assert normal(read(write_xml(document, "2.0"))) == normal(document)


@_quick
@given(documents())
def test_json_comes_back_from_xml_1_2(document: dict[str, Any]) -> None:
    assert normal(read(write_xml(document, "1.2"))) == normal(document)


@_quick
@given(documents())
def test_the_cbv_hash_is_the_same_in_every_binding(document: dict[str, Any]) -> None:
    said = {**document, "epcisBody": {"eventList": [hashed_alike(event) for event in document["epcisBody"]["eventList"]]}}
    expected = hashes(said)
    for to in ("xml-2.0", "xml-1.2"):
        content = convert(json.dumps(said).encode(), to).content
        assert hashes(read(content), xml=True) == expected
        assert hashes(json.loads(convert(content, "json").content)) == expected


def hashed_alike(value: Any) -> Any:
    """A value without what XML cannot say, as the losses tell: null, empty and nested lists.

    And without attributes that have no namespace, whose `@` belongs to the name in JSON only, and with one sensor element and
    report: the reference orders several by how their identifiers were spelled, and XML 1.2 spells them as URNs.
    """
    if isinstance(value, dict):
        found = {key.replace("@lang", "@ext:lang"): hashed_alike(each) for key, each in value.items() if each is not None}
        return found | {key: found[key][:1] for key in ("sensorElementList", "sensorReport") if key in found}
    if isinstance(value, list):
        return [hashed_alike(each) for each in value if each is not None and not isinstance(each, list)] or ""
    return value


def canonical(content: bytes) -> bytes:
    return etree.tostring(etree.fromstring(content), method="c14n", exclusive=True)


@_quick
@given(documents())
def test_xml_comes_back_from_json_letter_by_letter(document: dict[str, Any]) -> None:
    for version in ("2.0", "1.2"):
        content = write_xml(document, version)
        assert canonical(write_xml(read(content), version)) == canonical(content)


@_quick
@given(documents())
def test_xml_1_2_and_2_0_become_each_other(document: dict[str, Any]) -> None:
    new, old = write_xml(document, "2.0"), write_xml(document, "1.2")
    assert canonical(write_xml(read(old), "2.0")) == canonical(write_xml(read(new), "2.0"))
    assert canonical(write_xml(read(new), "1.2")) == canonical(write_xml(read(old), "1.2"))


# ------------------------------------------------------------------------------------------------ official examples


@pytest.mark.parametrize("path", [path for path in JSON_EXAMPLES if path.stem != _KEY_TWICE], ids=lambda path: path.stem)
def test_every_official_json_example_comes_back(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    for to in ("xml-2.0", "xml-1.2"):
        content = convert(path.read_bytes(), to).content
        back = json.loads(convert(content, "json").content)
        assert faults(content, to.removeprefix("xml-")) == []
        assert hashes(back) == hashes(document)
        if to == "xml-2.0" and document["type"] == "EPCISDocument":
            assert normal(back) == normal(document)


@pytest.mark.parametrize("path", XML_EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_official_xml_example_comes_back(path: Path) -> None:
    raw = path.read_bytes().replace(b"<!DOCTYPE project>", b"")
    first = convert(raw, "json", lenient=True)
    document = json.loads(first.content)
    for to in ("xml-2.0", "xml-1.2"):
        content, _, _, _, losses, _ = convert(raw, to, lenient=True)
        assert faults(content, to.removeprefix("xml-")) == []
        if all(each.code != "binding.name-given" for each in losses):  # a name that gets a namespace is another name
            assert hashes(json.loads(convert(content, "json").content)) == hashes(document)


def test_a_namespace_of_its_own_survives_in_an_event() -> None:
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-06-20T10:00:00Z",
        "eventTimeZoneOffset": "+07:00",
        "action": "OBSERVE",
        "epcList": ["urn:a:1"],
    }
    own = {**event, "@context": {"mine": "https://own.example.vn/"}, "mine:a": "1"}
    document = {"@context": [CONTEXT], "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-06-20T10:00:00Z"}
    back = read(write_xml({**document, "epcisBody": {"eventList": [own, event]}}, "2.0"))
    assert back["epcisBody"]["eventList"] == [own, event]
