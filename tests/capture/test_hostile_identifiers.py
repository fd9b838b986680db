"""Identifiers that look alike, break out, or never end are refused with a code, in both bindings."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize
from xml.sax.saxutils import escape

import pytest

from app.capture import reading, rules
from app.errors import Refusal
from app.runtime import Runtime
from tests.builders import document, object_event, raw

HOSTILE = {
    "decomposed letters": "https://example.vn/" + normalize("NFD", "vườn"),
    "composed letters": "https://example.vn/vườn",
    "a control character": "https://example.vn/a\x01b",
    "an unseen control character": "https://example.vn/a\x85b",
    "a right-to-left override": "https://example.vn/a\u202eb",
    "a right-to-left mark": "https://example.vn/a\u200fb",
    "a letter of no width": "https://example.vn/a\u200bb",
    "a byte order mark": "https://example.vn/a\ufeffb",
    "a space": "https://example.vn/a b",
    "a line": "https://example.vn/a\nb",
    "a Cyrillic letter": "https://ex\u0430mple.vn/1",
    "too many characters": "https://example.vn/" + "a" * rules.LONGEST,
    "brackets": "https://example.vn/<script>",
    "no scheme": "example.vn/1",
    "nothing": "",
}
FIELDS = ("epcList", "readPoint", "bizTransactionList", "eventID")
_XML = """<?xml version="1.0" encoding="UTF-8"?>
<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-06-12T12:00:00Z">
<EPCISBody><EventList><ObjectEvent><eventTime>2026-06-12T19:30:00+07:00</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>{id}
<epcList><epc>{epc}</epc></epcList><action>OBSERVE</action><readPoint><id>{place}</id></readPoint>
<bizTransactionList><bizTransaction>{paper}</bizTransaction></bizTransactionList></ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"""


def in_json(field: str, text: str) -> bytes:
    given: dict[str, Any] = {
        "epcList": [text],
        "readPoint": {"id": text},
        "bizTransactionList": [{"bizTransaction": text}],
        "eventID": text,
    }
    return raw(document(object_event(**{field: given[field]})))


def in_xml(field: str, text: str) -> bytes:
    values = dict.fromkeys(FIELDS, "urn:uuid:1") | {field: escape(text)}
    identity = f"<eventID>{values['eventID']}</eventID>" if field == "eventID" else ""
    return _XML.format(
        epc=values["epcList"], place=values["readPoint"], paper=values["bizTransactionList"], id=identity
    ).encode()  # fmt: skip


def told(content: bytes, content_type: str, on: Runtime) -> list[str]:
    """Codes of what is wrong with a document; empty when nothing is."""
    try:
        return [finding.code for finding in reading.check(content, on=on, content_type=content_type).findings]
    except Refusal as refusal:
        return [refusal.code]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_identifier_is_refused_in_both_bindings(text: str, on: Runtime) -> None:
    for field in FIELDS:
        for content, kind in ((in_json(field, text), "application/json"), (in_xml(field, text), "application/xml")):
            codes = told(content, kind, on)
            assert codes, (field, kind)
            assert all("." in code for code in codes)


def test_the_same_documents_with_an_identifier_of_ones_own_are_taken(on: Runtime) -> None:
    for field in FIELDS:
        assert told(in_json(field, "https://example.vn/vuon/1"), "application/json", on) == []
        assert told(in_xml(field, "https://example.vn/vuon/1"), "application/xml", on) == []


def test_the_longest_identifier_is_taken_in_both_bindings(on: Runtime) -> None:
    text = "https://example.vn/".ljust(rules.LONGEST, "a")

    assert told(in_json("epcList", text), "application/json", on) == []
    assert told(in_xml("epcList", text), "application/xml", on) == []
