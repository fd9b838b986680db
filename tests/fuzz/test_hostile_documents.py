"""Documents made to hurt are refused with a code, or taken where they are right, quickly, and never with a fault of ours."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest
import zstandard

from app.capture.binding.json_stream import stream_json
from app.capture.binding.xml_in import stream_xml
from app.errors import Refusal
from app.runtime import Runtime
from tests.builders import document, make_api_key, make_enterprise, object_event, raw
from tests.fuzz import hostile
from tests.fuzz.hostile import JSON, XML
from tests.thorough import THOROUGH

pytestmark = [pytest.mark.hostile, pytest.mark.slow]

TAKEN = "taken"
WRONG = "capture.document-invalid"
MOST_SECONDS = 1.0
"""Of the processor, for one document."""

SMALL = 300_000
SECONDS_AN_EVENT = 0.0002
"""Of a document that is worked on beside the request: a hundred thousand events may take their time."""

JSON_CODES = {
    "nothing": "capture.malformed-json", "blanks": "capture.malformed-json", "zero bytes": "capture.nul-character",
    "200 KB of [": "capture.too-deep",
    "200 KB of [ inside an event": "capture.too-deep", '200 KB of {"a":': "capture.too-deep",
    "33 levels in an extension": "capture.too-deep",
    "5,000 digits": "capture.integer-too-large", "5,000 digits as a quantity": "capture.integer-too-large",
    "a million digits": "capture.integer-too-large", "an exponent without end": "capture.number-not-finite",
    "NaN": "capture.number-not-finite",
    "-Infinity": "capture.number-not-finite", "a key twice": "capture.duplicate-key", "a key twice, once escaped": "capture.duplicate-key",
    "half a surrogate pair": "capture.lone-surrogate", "the other half": "capture.lone-surrogate",
    "a surrogate in UTF-8": "capture.not-utf8",
    "overlong slash": "capture.not-utf8", "overlong NUL": "capture.not-utf8", "NUL, escaped": "capture.nul-character",
    "a line break in a string": "capture.malformed-json", "UTF-16": "capture.not-utf8", "UTF-32": "capture.not-utf8",
    "two documents": "capture.malformed-json", "a comment": "capture.malformed-json", "a comma too many": "capture.malformed-json",
    "half a document": "capture.malformed-json", "a context of another world": TAKEN, "a context in itself": TAKEN,
}  # fmt: skip
"""Of those that are not read as a document; every other one is read and judged wrong."""

XML_CODES = {
    "nothing": "xml.malformed", "only a declaration": "xml.malformed", "half a document": "xml.malformed", "two roots": "xml.malformed",
    "an entity that nobody declared": "xml.malformed", "XInclude": TAKEN, "a style sheet": TAKEN, "schemas from elsewhere": TAKEN,
    "100,000 levels": "xml.too-deep", "100,000 levels, never closed": "xml.too-deep", "10,000 attributes": "xml.too-many-attributes",
    "10,000 namespaces": "xml.too-many-attributes", "a namespace of a megabyte": "xml.text-too-long",
    "an attribute of a megabyte": "xml.text-too-long",
    "a name of a megabyte": "xml.text-too-long", "an attribute twice": "xml.malformed", "an attribute twice by namespace": "xml.malformed",
    "a prefix that nobody declared": "xml.malformed", "NUL by number": "xml.malformed", "a control character by number": "xml.malformed",
    "half a surrogate pair by number": "xml.malformed", "a number beyond Unicode": "xml.malformed",
    "a number of a megabyte": "xml.text-too-long",
    "NUL": "xml.malformed", "overlong UTF-8": "xml.malformed", "HTML": "xml.not-epcis", "SOAP": "xml.not-epcis",
    "JSON": "capture.other-binding",
    "one namespace under 10,000 names": TAKEN,
    "100,000 identifiers that are none": "xml.too-large", "100,000 brothers": "xml.too-large",
}  # fmt: skip
DOCTYPES = {
    "after a megabyte of comments": "xml.text-too-long", "in small letters": "xml.malformed",
    "in UTF-16 that says UTF-8": "xml.encoding-unknown",
    "in UTF-32": "xml.malformed", "in UTF-7": "xml.encoding-unknown", "in EBCDIC": "xml.malformed",
}  # fmt: skip
"""Of those that are refused before their DOCTYPE is reached, or that are none."""

IDENTIFIERS = {
    "with a user": TAKEN, "a script": TAKEN, "a path of dots": TAKEN, "of a megabyte": "rules.identifier-too-long",
    "of ten thousand slashes": "rules.identifier-too-long", "of ten thousand escapes": "rules.identifier-too-long",
    "a URN of a thousand parts": "rules.identifier-too-long",
}  # fmt: skip
"""Which are somebody's URI after all, or are refused by another rule than that of URIs."""


@pytest.fixture
def send(on: Runtime, client: Any) -> Callable[[bytes, str], Any]:
    """Capture a document as a program does; its answer."""
    headers = make_api_key(on, make_enterprise(on)) | {"Accept": "application/json"}

    def call(content: bytes, kind: str, path: str = "/epcis/capture", **more: str) -> Any:
        return client.post(path, data=content, headers=headers | {"Content-Type": kind} | more)

    return call


def of_moment(documents: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """In the usual run those that are not large: the large ones went the usual way in already."""
    return ((name, content) for name, content in documents if THOROUGH or len(content) < SMALL)


def outcomes(documents: Iterable[tuple[str, bytes]], send: Callable[[bytes], Any]) -> dict[str, str]:
    """What became of each document: TAKEN, or the code it was refused with; what took too long says so."""
    found = {}
    for name, content in documents:
        begun = time.process_time()
        answer = send(content)
        took = time.process_time() - begun
        body = answer.get_json(silent=True) or {}
        code = TAKEN if answer.status_code < 300 else f"{answer.status_code}" if answer.status_code >= 500 else str(body.get("code"))
        found[name] = code if took < MOST_SECONDS else f"{code} after {took:.1f} s"
    return found


def expected(documents: Iterable[tuple[str, Any]], codes: Mapping[str, str], otherwise: str) -> dict[str, str]:
    names = [name for name, _ in documents]
    assert set(codes) <= set(names), set(codes) - set(names)
    return {name: codes.get(name, otherwise) for name in names}


def test_hostile_json_is_refused_with_a_code(send: Any) -> None:
    found = outcomes(hostile.json_documents(), lambda content: send(content, JSON))
    assert found == expected(hostile.json_documents(), JSON_CODES, WRONG)


def test_no_document_type_is_ever_read(send: Any) -> None:
    found = outcomes(hostile.doctypes(), lambda content: send(content, XML))
    assert found == expected(hostile.doctypes(), DOCTYPES, "xml.doctype")


def test_hostile_xml_is_refused_with_a_code(send: Any) -> None:
    found = outcomes(hostile.xml_documents(), lambda content: send(content, XML))
    assert found == expected(hostile.xml_documents(), XML_CODES, WRONG)


@pytest.mark.parametrize("path", ["/epcis/capture?lenient=true", "/api/convert?to=json", "/api/convert?to=xml-1.2"])
def test_other_ways_in_refuse_too_or_take_what_they_repaired(send: Any, path: str) -> None:
    for documents, kind in ((hostile.json_documents, JSON), (hostile.doctypes, XML), (hostile.xml_documents, XML)):
        found = outcomes(of_moment(documents()), lambda content, kind=kind: send(content, kind, path))  # type: ignore[misc]  # bound now
        wrong = {name: code for name, code in found.items() if code == "None" or code.startswith("5") or " after " in code}
        assert wrong == {}
        if documents is hostile.doctypes:
            assert TAKEN not in found.values()


def test_hostile_identifiers_are_refused_with_a_code(send: Any) -> None:
    found = {}
    for name, uri in hostile.identifiers():
        answer = send(json.dumps(document(object_event(epcList=[uri]))).encode(), JSON)
        body = answer.get_json()
        found[name] = TAKEN if answer.status_code < 300 else body["findings"][0]["code"]
        assert answer.status_code < 500
        assert len(answer.data) < 5_000
    escaped = {name: code for name, code in found.items() if name.endswith("escape")}
    assert {name: code for name, code in found.items() if name not in escaped} == {
        name: IDENTIFIERS.get(name, "shape.not-a-uri") for name, _ in hostile.identifiers() if name not in escaped
    }
    assert TAKEN not in escaped.values()


@pytest.mark.parametrize("kind", [JSON, XML])
def test_a_hostile_document_that_is_read_piece_by_piece_is_refused_too(kind: str) -> None:
    documents = hostile.json_documents() if kind == JSON else (*hostile.doctypes(), *hostile.xml_documents())
    codes = JSON_CODES if kind == JSON else XML_CODES | dict.fromkeys((name for name, _ in hostile.doctypes()), "xml.doctype")
    let_in = []
    for name, content in of_moment(documents):
        begun = time.process_time()
        if not drained(content, kind) and codes.get(name, TAKEN) != TAKEN:  # what is only of the wrong shape is judged afterwards
            let_in.append(name)
        events = content.count(b"<ObjectEvent") + content.count(b"{}")
        assert time.process_time() - begun < MOST_SECONDS + events * SECONDS_AN_EVENT, name
    assert let_in == []


def drained(content: bytes, kind: str) -> bool:
    """Whether a document that is read piece by piece was refused, or found wrong."""
    try:
        stream = stream_json(io.BytesIO(content)) if kind == JSON else stream_xml(io.BytesIO(content))
        wrong = [each for each in stream if each.findings]
    except Refusal:
        return True
    return bool(wrong or stream.findings)


LINES = ("x=1\r\nX-Evil: 1", "x\0=urn:x", "ex=" + "h" * 100_000, "é=urn:é", "=", ";;;,,,", '"', "ex=https://a/\u202e")


@pytest.mark.parametrize("header", ["GS1-Extensions", "GS1-EPCIS-Version", "GS1-CBV-Version", "GS1-EPC-Format", "GS1-CBV-XML-Format",
                                    "GS1-Capture-Error-Behaviour", "Prefer", "Idempotency-Key", "Accept", "Content-Encoding",
                                    "Accept-Language"])  # fmt: skip
def test_a_hostile_header_is_refused_or_left_alone_and_never_answered_with(send: Any, header: str) -> None:
    for number, line in enumerate(LINES):
        value = line.encode().decode("latin-1").replace("\r\n", " ").replace("\0", " ")
        event = object_event(epcList=[f"https://id.gs1.org/01/09521002000016/21/{header[-4:]}{number}"])
        answer = send(raw(document(event)), JSON, **{header: value})
        assert answer.status_code < 500
        assert all("\n" not in text and "\r" not in text for _, text in answer.headers)
        assert "X-Evil" not in answer.headers


PATHS = (
    "%0d%0aX-Evil:1", "%00", "%c0%af", "%ff", "%", "%zz", "..%2f..%2f", "%2e%2e/", "a" * 9_000, "%F0%9F%92%A9", "%ED%A0%80", "<script>",
    "\\",
)  # fmt: skip


@pytest.mark.parametrize(
    "place", ["/epcis/events/{}", "/epcis/capture/{}", "/epcis/epcs/{}/events", "/epcis/bizSteps/{}/events", "/api/flags?before={}"]
)
def test_a_hostile_path_is_answered_and_never_repeated_in_a_header(on: Runtime, client: Any, place: str) -> None:
    headers = make_api_key(on, make_enterprise(on))
    for path in PATHS:
        answer = client.get(place.format(path), headers=headers)
        assert answer.status_code in {200, 400, 404, 414}, path
        assert "X-Evil" not in answer.headers
        assert all("\n" not in text and "\r" not in text for _, text in answer.headers)


def test_a_packed_body_is_not_unpacked_in_front_of_the_limit(send: Any) -> None:
    bomb = zstandard.compress(b" " * 50_000_000, 3)
    assert len(bomb) < 10_000
    for encoding in ("zstd", "gzip", "br", "deflate", "identity, zstd"):
        answer = send(bomb, JSON, **{"Content-Encoding": encoding})
        assert 400 <= answer.status_code < 500, encoding
