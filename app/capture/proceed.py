"""Documents of which the good events are recorded and the wrong ones told (EPCIS 2.0, capture error behaviour `proceed`)."""

from __future__ import annotations

import io
from typing import Any

from app.capture import prepare, reading
from app.capture.contexts import context_of
from app.capture.prepare import Prepared
from app.capture.reading import Checked
from app.capture.receipt import Receipt
from app.capture.take import Asked, Told, invalid, take
from app.errors import Finding
from app.runtime import Runtime


def accept_good(asked: Asked, *, on: Runtime) -> Receipt:
    """Record the good events of a document; raises what is wrong with the document around them."""
    stream = reading.stream(io.BytesIO(asked.raw), asked.content_type, lenient=asked.lenient)
    sorter = Sorter(stream, on, xml=reading.binding_of(asked.content_type) == reading.XML)
    good, told, changes = [], Told(0), list[Finding]()
    for item in stream:
        made, findings = sorter.judge(item)
        changes += item.changes if findings else reading.told(item)
        told.seen += 1
        if findings:
            told.leave_out(item.number, findings)
        elif made is not None:
            good.append(made)
    sorter.check_head()
    if stream.findings:
        raise invalid(list(stream.findings))
    reading.refuse_count(told.seen, stream.head, on)
    told.changes = [*stream.changes, *changes]
    return take(asked, stream.head, good, told, on)


MOST = 1_000
"""Findings after which a wrong document is not read on."""


def explained(checked: Checked, raw: bytes, content_type: str, *, on: Runtime, lenient: bool) -> Checked:
    """A refused document once more, event by event, so that its findings are those that every other way to judge it would give.

    Where something is wrong around the events, that alone is told.
    """
    if any(item.event is None for item in checked.findings):
        return checked
    stream = reading.stream(io.BytesIO(raw), content_type, lenient=lenient)
    sorter = Sorter(stream, on, xml=reading.binding_of(content_type) == reading.XML)
    found = list[Finding]()
    for item in stream:
        found += sorter.judge(item)[1]
        if len(found) > MOST:
            break
    return checked._replace(findings=found)


class Sorter:
    """Tells good events of a stream from wrong ones: by themselves, and by what stood before them in the document."""

    def __init__(self, stream: reading.Stream, on: Runtime, *, xml: bool) -> None:
        self._stream, self._on, self._xml = stream, on, xml
        self._seen: dict[bytes, bytes] = {}
        self._context: Any = None

    def check_head(self) -> None:
        """Raise DocumentInvalid when the document around the events is wrong."""
        findings = reading.check_head(self._stream, xml=self._xml)
        if findings:
            raise invalid(findings)

    def judge(self, item: reading.Streamed) -> tuple[Prepared | None, list[Finding]]:
        """(the event prepared, what is wrong with it); neither for one that stood in the document before."""
        if self._context is None:
            self.check_head()
            self._context = context_of(self._stream.head.get("@context"), xml=self._xml)
        findings = reading.judge(item, self._stream.head, self._on, xml=self._xml)
        if findings or item.event is None:
            return None, findings
        made = prepare.prepare(item.event, item.number - 1, item.xpath(""), self._context)
        earlier = self._seen.setdefault(b"".join(made.identity), made.content)
        if earlier is not made.content:
            return None, [] if earlier == made.content else [prepare.as_finding(prepare.twice(made), item.number)]
        return made, []

    def forget(self) -> None:
        """Events to come are not compared with those that were; the database does that."""
        self._seen = {}
