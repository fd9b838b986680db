"""Refusals of capture: why a document of events is not taken, as codes of `schemas/errors.toml`."""

from __future__ import annotations

from app.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable


class NotUtf8(Invalid):
    """The bytes are not UTF-8 text."""

    code = "capture.not-utf8"  # params: line, column (of the first wrong byte, both from 1)


class MalformedJson(Invalid):
    """The text is not JSON by RFC 8259."""

    code = "capture.malformed-json"  # params: line, column (both from 1), near (the text that was not expected)


class TooDeep(Invalid):
    """Lists and objects are nested deeper than anything EPCIS needs."""

    code = "capture.too-deep"  # pointer: the first place too deep; params: limit


class DuplicateKey(Invalid):
    """One object names the same key twice, so two readers may see two different events."""

    code = "capture.duplicate-key"  # pointer: the object; params: key


class NumberNotFinite(Invalid):
    """NaN, Infinity, or a number too large for any reader."""

    code = "capture.number-not-finite"  # pointer: the number; params: number


class IntegerTooLarge(Invalid):
    """An integer beyond 2^53-1, which readers with binary64 numbers change silently (RFC 7493, section 2.2)."""

    code = "capture.integer-too-large"  # pointer: the number; params: number, limit


class LoneSurrogate(Invalid):
    """Half of an escaped surrogate pair: no Unicode text, so it cannot be stored or hashed."""

    code = "capture.lone-surrogate"  # pointer: the text, or the object for a key; params: text


class NulCharacter(Invalid):
    """The character U+0000, which databases and labels cannot hold."""

    code = "capture.nul-character"  # pointer: the text, the object for a key, or "" for a raw NUL; params: text


class DocumentInvalid(Invalid):
    """The document reads as JSON and is not valid EPCIS; the findings say where and what to do."""

    code = "capture.document-invalid"  # params: count (findings), events (events with findings)


class TooManyEvents(TooLarge):
    """More events than one document may hold here."""

    code = "capture.too-many-events"  # params: limit, found


class NoEvents(Invalid):
    """A document without a single event: nothing to keep."""

    code = "capture.no-events"


class EventChanged(Conflict):
    """An eventID that is recorded already came with other content; an event is never changed."""

    code = "capture.event-changed"  # pointer; params: event_id, number


class EventIdTwice(Invalid):
    """One document holds the same eventID twice with different content."""

    code = "capture.event-twice"  # pointer; params: event_id, number


class KeyReused(Conflict):
    """An Idempotency-Key that was used for another body."""

    code = "capture.idempotency-key-reused"  # params: key


class KeyTooLong(Invalid):
    """An Idempotency-Key that nobody needs so long."""

    code = "capture.idempotency-key-long"  # params: length, limit


class NoSuchCapture(NotFound):
    """The organisation has no such capture job."""

    code = "capture.no-such-job"  # params: job


class NoSuchEvent(NotFound):
    """The organisation has recorded no event with this eventID."""

    code = "capture.no-such-event"  # params: event_id


class CaptureRaced(Unavailable):
    """Other calls recorded the same events at the same moment, again and again; the same call will find them recorded."""

    code = "capture.raced"  # params: retry_after


class OtherBinding(Invalid):
    """The content type says one binding, the bytes are of the other."""

    code = "capture.other-binding"  # params: said (content type), found (JSON or XML)


class EventTooLarge(TooLarge):
    """One event of a document that is read piece by piece is longer than a piece may be."""

    code = "capture.event-too-large"  # params: limit (bytes)


class HeadTooLarge(TooLarge):
    """What stands around the events of a document is longer than may be held."""

    code = "capture.head-too-large"  # params: limit (bytes)


class EventsLeftOut(Invalid):
    """Some events of a document were wrong and were left out, as its sender wished; the others are recorded."""

    code = "capture.events-left-out"  # params: failed, recorded (numbers of events)
