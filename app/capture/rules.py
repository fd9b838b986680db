"""Rules of EPCIS and CBV that no schema decides; each breach is a finding and the event is refused.

The events that come here have a good shape. Only breaches that no official example commits are refused; what the text of the
standard forbids and its own examples do is a remark (`schemas/DIVERGENCES.md`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from itertools import islice
from typing import Any
from unicodedata import is_normalized
from urllib.parse import unquote_to_bytes

import orjson

from app.capture.check_keys import wrong, wrong_in
from app.capture.explain_shape import EVENT_TYPES, shown
from app.capture.read_document import pointer as pointer_of
from app.capture.vocabulary import vocabularies
from app.errors import Finding

AHEAD = timedelta(hours=24)
"""How far an event's own clock may be ahead of ours: a wrong time zone is at most this, a wrong year is more."""

LONGEST = 2048
"""Characters of an identifier; the longest URI that browsers, labels and indexes all carry."""

MOST = 20
"""Findings reported for one event: more would not help the person who corrects it."""

_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_JUDGED = frozenset((*_QUANTITIES, "sensorElementList"))
"""Fields that `_members` looks into, beside the parent of an aggregation."""

_MEASURED = (
    "value", "stringValue", "booleanValue", "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue", "sDev", "percRank",
    "percValue",
)  # fmt: skip
_SAID_ELSEWHERE = ("exception", "rawData", "microorganism", "chemicalSubstance")
_INLINE = ("time", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules")
_IDENTIFIERS = frozenset({
    "eventID", "type", "epcList", "childEPCs", "parentID", "inputEPCList", "outputEPCList", "transformationID", "epcClass", "id",
    "bizStep", "disposition", "set", "unset", "bizTransaction", "source", "destination", "correctiveEventIDs", "reason",
    "certificationInfo", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules", "microorganism",
    "chemicalSubstance", "coordinateReferenceSystem", "uriValue",
})  # fmt: skip
_WORDS = {
    "bizStep": "bizStep", "disposition": "disposition", "set": "disposition", "unset": "disposition", "reason": "errorReason",
    "component": "component",
}  # fmt: skip

_STANDARD = frozenset(EVENT_TYPES)

_NUMBER = re.compile(r"/eventList/(\d+)$")
_LONG = re.compile(rb'"[^"]{2049}')
_ESCAPED = re.compile(rb'\\[^"\\]')  # a control character, or a backslash before a letter
_ASCII = bytes(range(128))
_VIETNAMESE = re.compile(rb"(?:[\xc3-\xc5][\x80-\xbf]|\xc6[\xa0\xa1\xaf\xb0]|\xe1[\xba\xbb][\x80-\xbf])*").fullmatch
"""Composed Latin letters in UTF-8: always NFC, whatever stands beside them, because none of them combines."""
_HIDDEN = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff]|[89A-Fa-f][0-9A-Fa-f])")  # escaped: a control character, or more than ASCII
_HIDDEN_IN = re.compile(_HIDDEN.pattern.encode())
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_KEYS = ("https://id.gs1.org/", "http://id.gs1.org/", "urn:epc")
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\ufffe\uffff]")
_CONTROL_OF_TEXT = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML 1.0 cannot carry either


def check_event(event: dict[str, Any], pointer: str, now: datetime, text: bytes | None = None) -> list[Finding]:
    """What is wrong with an event of good shape; empty when nothing is.

    pointer: JSON pointer of the event; now: aware, of the clock that records; text: the event as JSON, where the caller has it.
    """
    text = orjson.dumps(event) if text is None else text
    latest = now + AHEAD
    happened = _instant(event["eventTime"])
    parts = event["type"] == "AggregationEvent" or not _JUDGED.isdisjoint(event)
    times = happened is None or happened > latest or "errorDeclaration" in event
    texts = _odd(event, text) or wrong_in(text)
    if not (parts or times or texts):
        return []  # the event of every day, told by its looks
    found = _NUMBER.search(pointer)
    number = int(found[1]) + 1 if found else None
    findings = list(islice(_members(event, pointer, number), MOST)) if parts else []
    if times:
        findings += _times(event, pointer, number, latest)
    if texts:
        findings += islice(_texts(event, pointer, number), MOST)
    return findings[:MOST]


def remarks(event: dict[str, Any], pointer: str) -> list[Finding]:
    """What the standard's text forbids although its own examples do it: worth a flag on the event, never a refusal."""
    if event["type"] not in _STANDARD or "sensorElementList" not in event:
        return []
    found = _NUMBER.search(pointer)
    return list(_sensor_remarks(event, pointer, int(found[1]) + 1 if found else None))


def _times(event: dict[str, Any], pointer: str, number: int | None, latest: datetime) -> Iterator[Finding]:
    """Times that lie in the future or that no calendar of ours can keep."""
    for path, time in _dated(event):
        instant = _instant(time)
        if instant is not None and instant <= latest:
            continue
        place, params = pointer + pointer_of(path), {"field": path[-1]}
        if instant is None:
            yield Finding("rules.time-not-kept", place, shown(time), params, number)
        else:
            yield Finding("rules.time-in-future", place, shown(time), {**params, "latest": latest.isoformat(timespec="seconds")}, number)


def _dated(event: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What says when the event happened and when it was declared wrong. recordTime is not read: the recorder sets its own."""
    yield ("eventTime",), event["eventTime"]
    declaration = event.get("errorDeclaration")
    if declaration is not None:
        yield ("errorDeclaration", "declarationTime"), declaration["declarationTime"]


def _instant(time: str) -> datetime | None:
    """A time of good shape as an instant; None for leap seconds, and for years whose days Python and databases cannot all convert."""
    try:
        instant = datetime.fromisoformat(time.upper())
    except ValueError:
        return None
    return instant if MINYEAR < instant.year < MAXYEAR else None


def _members(event: dict[str, Any], pointer: str, number: int | None) -> Iterator[Finding]:
    """The parent of an aggregation, quantities below nothing, reports that report nothing."""
    if event["type"] == "AggregationEvent" and event["action"] in {"ADD", "DELETE"} and "parentID" not in event:
        yield Finding("rules.parent-missing", f"{pointer}/parentID", None, {"action": event["action"]}, number)
    if event["type"] not in _STANDARD:
        return
    for name in _QUANTITIES:
        for index, element in enumerate(event.get(name, ())):
            if element.get("quantity", 0) < 0:
                yield Finding("rules.negative-quantity", f"{pointer}/{name}/{index}/quantity", element["quantity"], {}, number)
    for place, _metadata, report in _reports(event, pointer):
        if not any(name in _MEASURED or name in _SAID_ELSEWHERE or ":" in name for name in report):
            kind = report.get("type", "-")  # XML has reports without one
            yield Finding("rules.sensor-without-value", place, shown(kind), {"type": kind}, number)


def _reports(event: dict[str, Any], pointer: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each sensor report: its pointer, the metadata of its element, the report."""
    for index, element in enumerate(event.get("sensorElementList", ())):
        for position, report in enumerate(element["sensorReport"]):
            yield f"{pointer}/sensorElementList/{index}/sensorReport/{position}", element.get("sensorMetadata", {}), report


def _sensor_remarks(event: dict[str, Any], pointer: str, number: int | None) -> Iterator[Finding]:
    """Attributes given for the element and again for a report, and readings later than their event."""
    happened = _instant(event["eventTime"])
    for place, metadata, report in _reports(event, pointer):
        for name in _INLINE:
            if name in metadata and name in report:
                yield Finding("rules.sensor-attribute-twice", f"{place}/{name}", shown(report[name]), {"field": name}, number)
        read = report.get("time", metadata.get("time"))
        instant = None if read is None else _instant(read)
        if instant is not None and happened is not None and instant > happened:
            yield Finding("rules.sensor-after-event", f"{place}/time", shown(read), {"event_time": event["eventTime"]}, number)


def _odd(event: dict[str, Any], text: bytes) -> bool:
    """Whether an event, here also as JSON, may hold a text that is refused; never wrongly False."""
    if b"\x7f" in text or (b"\\" in text and _ESCAPED.search(text)):
        return True
    if b"%" in text and _HIDDEN_IN.search(text):
        return True
    if len(text) > LONGEST and _LONG.search(text):
        return True
    if event["type"] not in _STANDARD and b"urn:epcglobal:cbv:" in text:  # in the five types, their schemas look after words
        return True
    if text.isascii() or _VIETNAMESE(text.translate(None, _ASCII)):
        return False
    return _C1.search(text) is not None or b"\xef\xbf" in text or not is_normalized("NFC", text.decode())


def _texts(event: dict[str, Any], pointer: str, number: int | None) -> Iterator[Finding]:
    """The texts of an event that are refused, in its order."""
    for path, text, is_name in _suspects(event, []):
        names = [step for step in path if isinstance(step, str)]
        field = names[-1]
        place = pointer + pointer_of(path)
        identifier = is_name or (field in _IDENTIFIERS and not any(":" in name for name in names))  # below an extension, text is text
        yield from _characters(text, field, place, number, identifier=identifier)
        if not is_name:
            yield from _names(text, field, place, number)


def _suspects(value: Any, path: list[str | int]) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
    """Every text below a value that needs a closer look, with its path; names of fields too, marked True."""
    if isinstance(value, str):
        if _closer(value):
            yield tuple(path), value, False
    elif isinstance(value, dict | list):
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            path.append(key)
            if isinstance(key, str) and _closer(key):
                yield tuple(path), key, True
            yield from _suspects(member, path)
            path.pop()


def _closer(text: str) -> bool:
    """Whether a text may be refused."""
    if len(text) > LONGEST or text.startswith(_KEYS) or not text.isprintable() or ("%" in text and _HIDDEN.search(text)):
        return True
    return not (text.isascii() or is_normalized("NFC", text))


def _characters(text: str, field: str, place: str, number: int | None, *, identifier: bool) -> Iterator[Finding]:
    """Characters that may not stand in a text, and texts that are too long for an identifier."""
    told = {"field": shown(field)}
    if not is_normalized("NFC", text):
        yield Finding("rules.not-nfc", place, shown(text), told, number)
    if control := (_CONTROL if identifier else _CONTROL_OF_TEXT).search(text):
        yield Finding("rules.control-character", place, shown(_CONTROL.sub("\ufffd", text)), told | _named(control[0]), number)
    if identifier and len(text) > LONGEST:
        yield Finding("rules.identifier-too-long", place, shown(text), {"length": len(text), "limit": LONGEST}, number)
    if identifier and _HIDDEN.search(text):
        yield from _hidden(text, told, place, number)


def _hidden(text: str, told: dict[str, Any], place: str, number: int | None) -> Iterator[Finding]:
    """The same of what an identifier holds in escapes: a label, a log or a page would unfold it."""
    try:
        plain = unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        yield Finding("rules.escape-not-utf8", place, shown(text), told, number)
        return
    if not is_normalized("NFC", plain):
        yield Finding("rules.not-nfc", place, shown(text), told, number)
    if control := _CONTROL.search(plain):
        yield Finding("rules.control-character", place, shown(text), told | _named(control[0]), number)


def _named(character: str) -> dict[str, str]:
    return {"character": f"U+{ord(character):04X}"}


def _names(text: str, field: str, place: str, number: int | None) -> Iterator[Finding]:
    """A text as the name of something: a GS1 key, or a word of the vocabulary in the spelling of XML."""
    fault = wrong(text)
    if fault is not None:
        params = {"key": fault.name, "expected": fault.expected, "found": fault.found}
        if fault.check_digit:
            yield Finding("rules.wrong-check-digit", place, shown(text), params, number)
        else:
            yield Finding("rules.wrong-key-length", place, shown(text), params, number)
    word = vocabularies()[_WORDS[field]].bare(text) if field in _WORDS and text.startswith(_KEYS) else None
    if word is not None:
        yield Finding("rules.word-as-urn", place, shown(text), {"field": field, "word": word}, number)
