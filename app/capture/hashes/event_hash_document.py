"""Events of a document of any kind, to be hashed: JSON or XML by content, whole documents, query results, lists, single events.

Examples and drafts have a hash too, so nothing is asked of them but that they can be read one way only; capture is stricter. One event
that cannot be hashed is a refusal in its own place, and never moves its neighbours.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from app.capture import refusals
from app.capture.contexts import Context, context_of
from app.capture.hashes import event_hash_words as words
from app.errors import Invalid, Refusal

_SHOWN = 60
_DEPTH = 200
_MOST_DIGITS = 1000
_BLANK = b" \t\r\n"
_NAMED_TYPE = re.compile(rb"\A((?:[^<]|<\?[^>]*\?>|<!--(?:[^-]|-(?!->))*-->){0,50})(<!DOCTYPE[ \t\r\n]+[A-Za-z_][\w:.-]*[ \t\r\n]*>)")
"""A document type that is a name and nothing else, as in GS1's own examples: it declares no entity and refers to nothing."""

_NEVER_READ = words.COMMENTS | (words.IGNORED - {"type"})
"""Keys that may be said twice, as in an example of GS1's: no hash depends on them."""

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotAnEvent(Invalid):
    """Where an event was expected stands something else."""

    code = "capture.not-an-event"  # value: what stands there, shortened


class Found(NamedTuple):
    """An event of a document with the context it is read in, or why it has no hash."""

    event: dict[str, Any] | None
    context: Context
    refusal: Refusal | None = None


def events_of(raw: bytes) -> Iterator[Found]:
    """The events of a document in its order; never none in silence.

    Raises MalformedJson, TooDeep, NotUtf8, NoEvents and what reading XML refuses.
    """
    count = 0
    for found in _of_xml(raw) if _is_xml(raw) else _of_json(raw):
        count += 1
        yield found
    if not count:
        raise refusals.NoEvents(pointer="")


def _is_xml(raw: bytes) -> bool:
    start = raw[:1000].replace(b"\0", b"")  # UTF-16 is every other byte
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return start.lstrip(_BLANK).startswith(b"<")


def _blanked(found: re.Match[bytes]) -> bytes:
    """Blanks of the same length, so that lines and columns stay."""
    return found[1] + bytes(character if character in b"\r\n" else 32 for character in found[2])


def _of_xml(raw: bytes) -> Iterator[Found]:
    from app.capture.binding import xml_in

    stream = xml_in.stream_xml(io.BytesIO(_NAMED_TYPE.sub(_blanked, raw, count=1)), lenient=True, anywhere=True)
    for each in stream:
        context = context_of(stream.head.get("@context"), xml=True)
        if each.event is None:
            yield Found(None, context, refusals.DocumentInvalid(findings=each.findings, count=len(each.findings), events=1))
        else:
            yield _readable(each.event, context)


# ------------------------------------------------------------------------------------------------ JSON


class _Fault(dict[str, Any]):
    """What stands where something cannot be read one way only."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__()
        self.refusal = refusal


def _of_json(raw: bytes) -> Iterator[Found]:
    try:
        text = raw.decode(json.detect_encoding(raw), "surrogatepass")
        value = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant)
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line_start = before.rfind(b"\n") + 1
        raise refusals.NotUtf8(line=before.count(b"\n") + 1, column=error.start - line_start + 1) from None
    except json.JSONDecodeError as error:
        near = error.doc[error.pos : error.pos + _SHOWN]
        raise refusals.MalformedJson(line=error.lineno, column=error.colno, near=near) from None
    except RecursionError:
        raise refusals.TooDeep(limit=_DEPTH) from None
    return _found(value, context_of(None))


def _found(value: Any, context: Context) -> Iterator[Found]:
    """Events in a JSON value: those of a document, of each element of an array, or the value itself."""
    if isinstance(value, list):
        for each in value:
            yield from _found(each, context)
    elif isinstance(value, dict) and "epcisBody" in value and not isinstance(value, _Fault):
        inner = context.extended(value.get("@context"))
        for each in _listed(value["epcisBody"]):
            yield _readable(each, inner)
    else:
        yield _readable(value, context)


def _listed(body: Any) -> list[Any]:
    """What stands in a body as events: of a document, of query results, or one alone. Raises NoEvents."""
    if isinstance(body, _Fault):
        return [body]
    if isinstance(body, dict):
        if "queryResults" in body:
            results = body["queryResults"]
            body = results.get("resultsBody") if isinstance(results, dict) else None
        for key in ("eventList", "event"):
            if isinstance(body, dict) and key in body:
                listed = body[key]
                return listed if isinstance(listed, list) else [listed]
    raise refusals.NoEvents(pointer="/epcisBody/eventList")


def _readable(event: Any, context: Context) -> Found:
    """An event, when it says one thing only."""
    fault = _fault_in(event)
    if fault is not None:
        return Found(None, context, fault)
    if not isinstance(event, dict) or ("eventTime" not in event and "type" not in event):
        return Found(None, context, NotAnEvent(value=json.dumps(event)[:_SHOWN]))
    return Found(event, context)


def _fault_in(value: Any) -> Refusal | None:
    """Why an event cannot be read one way only, or is nested too deeply to be hashed."""
    waiting = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if isinstance(each, _Fault):
            return each.refusal
        if depth > _DEPTH:
            return refusals.TooDeep(limit=_DEPTH)
        if isinstance(each, dict):
            waiting += [(inner, depth + 1) for pair in each.items() for inner in pair]
        elif isinstance(each, list):
            waiting += [(inner, depth + 1) for inner in each]
        elif isinstance(each, str) and not each.isascii() and _is_torn(each):
            return refusals.LoneSurrogate(text=each.encode("ascii", "backslashreplace").decode()[:_SHOWN])
    return None


def _is_torn(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    counted = Counter(key for key, _ in pairs)
    for key, value in pairs:
        if counted[key] > 1 and key not in _NEVER_READ and value != made[key]:
            return _Fault(refusals.DuplicateKey(key=key[:_SHOWN]))
    return made


def _integer(digits: str) -> Any:
    return (
        int(digits) if len(digits) <= _MOST_DIGITS else _Fault(refusals.IntegerTooLarge(number=digits[:_SHOWN], limit=f"1e{_MOST_DIGITS}"))
    )


def _constant(name: str) -> Any:
    return _Fault(refusals.NumberNotFinite(number=name))
