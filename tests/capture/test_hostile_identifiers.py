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
    "an escaped line": "https://id.gs1.org/01/09521002000016/21/K7M2Q9%0d%0aX-Evil:1",
    "an escaped NUL": "https://example.vn/a%00b",
    "an escaped unseen control character": "https://example.vn/a%C2%85b",
    "an overlong escape": "https://example.vn/a%c0%afb",
    "Latin-1 in escapes": "https://example.vn/caf%E9",
    "decomposed letters in escapes": "https://example.vn/vu%CC%9Bo%CC%9B%CC%80n",
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


@pytest.mark.parametrize(
    "text", ["https://example.vn/vuon/1", "https://example.vn/v%C6%B0%E1%BB%9Dn%201", "urn:uuid:1", "https://x.vn/%2F%25"]
)
def test_the_same_documents_with_an_identifier_of_ones_own_are_taken(text: str, on: Runtime) -> None:
    for field in FIELDS:
        assert told(in_json(field, text), "application/json", on) == []
        assert told(in_xml(field, text), "application/xml", on) == []


def test_escapes_in_other_texts_are_text(on: Runtime) -> None:
    content = raw(document(object_event(**{"example:note": "100%00 %E9"})))

    assert told(content, "application/json", on) == []


@pytest.mark.parametrize("event", [object_event(**{"k" * 1_000_000: 1}), object_event(**{"example:" + "k" * 100_000: "a\x01"})])
def test_a_hostile_name_is_not_sent_back_whole(event: dict[str, Any], on: Runtime) -> None:
    findings = reading.check(raw(document(event)), on=on).findings

    assert findings
    assert all(len(str(finding)) < 2_000 and "…" in finding.pointer for finding in findings)


def test_the_longest_identifier_is_taken_in_both_bindings(on: Runtime) -> None:
    text = "https://example.vn/".ljust(rules.LONGEST, "a")

    assert told(in_json("epcList", text), "application/json", on) == []
    assert told(in_xml("epcList", text), "application/xml", on) == []
