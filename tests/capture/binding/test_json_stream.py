"""Documents read piece by piece: the same events and the same refusals as when they are read whole."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture import read_document, shape
from app.capture.binding import json_stream
from app.capture.binding.json_stream import stream_json
from app.errors import Refusal
from tests import SHARED
from tests.builders import document, object_event, raw

QUERY = {
    "@context": [],
    "type": "EPCISQueryDocument",
    "epcisBody": {"queryResults": {"queryName": "x", "resultsBody": {"eventList": []}}},
}
texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20) | st.sampled_from(
    ['"', "\\", "}", "[", '{"', "\\\\", "eventList", "é\n", "\u2028"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
events = st.lists(st.dictionaries(texts, values, max_size=4), max_size=6)
layouts = st.sampled_from([{}, {"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False}, {"indent": "\t", "ensure_ascii": False}])


class Slow(io.BytesIO):
    """A source that gives a few bytes at a time, as a connection may."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(7, size) if size is not None and size > 0 else 7)


def whole(raw_: bytes) -> tuple[Any, list[Any]]:
    """(the document without its events, its events) by the reader of whole documents."""
    found = read_document.loads(raw_)
    listed = found["epcisBody"].get("eventList")
    if listed is None:
        listed = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
    kept = list(listed)
    listed.clear()
    return found, kept


def pieces(source: io.BytesIO) -> tuple[Any, list[Any]]:
    stream = stream_json(source)
    return stream.head, [item.event for item in stream]


@given(found=events, layout=layouts, last=st.booleans(), query=st.booleans(), slow=st.booleans())
def test_a_document_read_by_pieces_says_what_it_says_whole(found: Any, layout: Any, last: bool, query: bool, slow: bool) -> None:
    made = json.loads(json.dumps(QUERY if query else document()))
    (made["epcisBody"]["queryResults"]["resultsBody"] if query else made["epcisBody"])["eventList"] = found
    if last:
        made["@context"] = made.pop("@context")  # behind the events
    text = json.dumps(made, **layout).encode("utf-8", "surrogatepass")
    expected = whole(text)
    assert pieces((Slow if slow else io.BytesIO)(text)) == expected
    assert stream_json(io.BytesIO(b"\xef\xbb\xbf" + text)).total == len(found)


@given(place=st.integers(0, 2_000), put=st.binary(max_size=3), drop=st.integers(0, 3))
def test_what_is_refused_whole_is_refused_by_pieces(place: int, put: bytes, drop: int) -> None:
    good = raw(document(object_event(**{"x:a": [1, {"b": "é"}]}), object_event(), object_event(epcList=["urn:x:y"])))
    place %= len(good)
    text = good[:place] + put + good[place + drop :]
    code, value = told_whole(text)
    if code:  # bytes that are no text, where no text is wanted: both is true
        assert told(text) & {code, "capture.malformed-json"}
    elif isinstance(value, dict) and isinstance(value.get("epcisBody"), dict) and isinstance(value["epcisBody"].get("eventList"), list):
        head, kept = whole(text)
        stream = stream_json(io.BytesIO(text))
        assert stream.head == head
        for item, event in zip(stream, kept, strict=True):
            assert item.event == (event if isinstance(event, dict) else None)


def told_whole(text: bytes) -> tuple[str, Any]:
    """(code of the refusal, document) of the reader of whole documents."""
    try:
        return "", read_document.loads(text)
    except Refusal as refusal:
        return refusal.code, None


def told(text: bytes) -> set[str]:
    """Codes of what the reader by pieces says of a document."""
    try:
        return {finding.code for item in stream_json(io.BytesIO(text)) for finding in item.findings}
    except Refusal as refusal:
        return {refusal.code}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_fault_has_the_same_line_and_column(number: int, indent: int | None) -> None:
    made = document(*[object_event(**{"x:é": "é", "x:n": place}) for place in range(3)])
    text = json.dumps(made, indent=indent, ensure_ascii=False).replace(f'"x:n": {number}', '"x:n": tru').encode()
    with pytest.raises(Refusal) as expected:
        read_document.loads(text)
    with pytest.raises(Refusal) as found:
        list(stream_json(io.BytesIO(text)))
    assert (found.value.code, found.value.params["line"], found.value.params["column"]) == (
        expected.value.code, expected.value.params["line"], expected.value.params["column"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("inside", "code", "pointer"),
    [
        ('"action": "ADD", "action": "ADD"', "capture.duplicate-key", ""),
        ('"x:n": 99999999999999999999', "capture.integer-too-large", "/x:n"),
        ('"x:n": {"y": "\\u0000"}', "capture.nul-character", "/x:n/y"),
        (f'"x:n": {"[" * 29}{"]" * 29}', "capture.too-deep", "/x:n" + "/0" * 28),
    ],
)
def test_a_fault_inside_one_event_is_a_finding_of_that_event(inside: str, code: str, pointer: str) -> None:
    good = raw(object_event()).decode()
    text = raw(document()).decode().replace('"eventList": []', f'"eventList": [{good}, {{{inside}}}, {good}]')
    with pytest.raises(Refusal) as expected:
        read_document.loads(text.encode())
    first, wrong, last = stream_json(io.BytesIO(text.encode()))
    assert first.event == last.event == json.loads(good)
    assert wrong.event is None
    assert [(item.code, item.pointer, item.event) for item in wrong.findings] == [(code, f"/epcisBody/eventList/1{pointer}", 2)]
    assert (expected.value.code, expected.value.pointer) == (code, f"/epcisBody/eventList/1{pointer}")


def test_depth_is_counted_from_the_document_however_it_is_read() -> None:
    for levels in (26, 27, 28, 29, 30):
        text = raw(document()).replace(b'"eventList": []', b'"eventList": [{"a": ' + b"[" * levels + b"]" * levels + b"}]")
        try:
            read_document.loads(text)
            expected = set()
        except Refusal as refusal:
            expected = {refusal.code}
        assert told(text) == expected


def test_elements_that_are_no_events_are_findings() -> None:
    text = raw(document()).replace(b'"eventList": []', b'"eventList": [1, "}", null, [], {"type": "ObjectEvent"}]')
    found = list(stream_json(io.BytesIO(text)))
    assert [item.findings[0].code if item.findings else None for item in found] == ["shape.wrong-type"] * 4 + [None]


def test_reading_can_go_on_behind_any_event() -> None:
    made = [object_event(**{"x:n": number}) for number in range(7)]
    stream = stream_json(io.BytesIO(raw(document(*made))))
    for count in range(8):
        assert [item.event for item in stream.after(count)] == made[count:]
        assert [item.number for item in stream.after(count)] == list(range(count + 1, 8))


@pytest.mark.parametrize(
    "text", [b"", b"[", b'{"epcisBody":{"eventList":[', b'{"epcisBody":{"eventList":[{}', b'{"epcisBody":{"eventList":[{},]}}', b"\x00",
             b'{"epcisBody":{"eventList":[{} {}]}}', b'{"epcisBody":{"eventList":[{}]}', b'{"epcisBody":{"eventList":["]}}',
             b"[" * 200_000],
)  # fmt: skip
def test_broken_documents_are_refused(text: bytes) -> None:
    with pytest.raises(Refusal):
        list(stream_json(io.BytesIO(text)))


def test_an_event_longer_than_a_piece_may_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "LARGEST_EVENT", 400_000)
    monkeypatch.setattr(json_stream, "LARGEST_HEAD", 400_000)
    long = raw(document(object_event(**{"x:a": "y" * 2_000_000})))
    with pytest.raises(Refusal) as refusal:
        list(stream_json(io.BytesIO(long)))
    assert refusal.value.code == "capture.event-too-large"
    with pytest.raises(Refusal) as refusal:
        stream_json(io.BytesIO(raw(document(**{"x:a": "y" * 2_000_000}))))
    assert refusal.value.code == "capture.head-too-large"


@pytest.mark.skipif(SHARED is None, reason="the standard's examples are not here")
def test_the_official_examples_are_read_alike() -> None:
    assert SHARED is not None
    read = 0
    for path in sorted((SHARED / "epcis-standard").rglob("*.json*")):
        text = path.read_bytes()
        try:
            found = read_document.loads(text)
        except Refusal:
            continue
        if isinstance(found, dict) and found.get("type") in ("EPCISDocument", "EPCISQueryDocument") and shape.events_of(found):
            assert pieces(io.BytesIO(text)) == whole(text), path.name
            read += 1
    assert read > 40
