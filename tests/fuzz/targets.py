"""What is fuzzed: everything that reads bytes of strangers. A target takes bytes; whatever it raises but a refusal is a fault.

Imported by `tests.fuzz.run` under coverage instrumentation; imports the product only inside `make`.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.fuzz import seeds

Read = Callable[[bytes], object]


class Target(NamedTuple):
    """What is called, what it is first called with, and which tokens are tried."""

    read: Read
    seeds: list[bytes]
    tokens: tuple[str, ...] = ()


class Different(Exception):  # noqa: N818  # the fuzzer prints its name
    """Two readers of one document do not agree."""


def make() -> dict[str, Target]:
    """Every target by name."""
    return _documents() | _identifiers() | _sheets()


def _runtime() -> Any:
    from app.clock import SetClock
    from app.runtime import make_runtime
    from app.settings import Settings
    from tests.conftest import NOW

    home = Path(tempfile.mkdtemp(prefix="truyxuat-fuzz-"))
    return make_runtime(Settings(home=home, database_url=f"sqlite:///{home / 'none.db'}"), SetClock(NOW))


def _documents() -> dict[str, Target]:
    from app.capture.binding import convert as bindings

    tokens = seeds.WORDS
    xml = [*seeds.XML, *(bindings.convert(seeds.JSON[-2], to).content for to in ("xml-2.0", "xml-1.2"))]  # with a header
    judge = _judge()
    return {
        "json document": Target(lambda raw: judge(raw, "application/json"), seeds.JSON, tokens),
        "json event": Target(lambda raw: judge(raw, "application/json", bare=True), seeds.EVENTS, tokens),
        "json, lenient": Target(lambda raw: judge(raw, "application/json", lenient=True), seeds.JSON, tokens),
        "json stream": Target(_json_stream, seeds.JSON, tokens),
        "json, changed in places": Target(lambda raw: judge(seeds.mutant(raw), "application/json"), seeds.SEEDS),
        "xml document": Target(lambda raw: judge(raw, "application/xml"), xml, tokens),
        "xml, lenient": Target(lambda raw: judge(raw, "application/xml", lenient=True), xml, tokens),
        "xml stream": Target(_xml_stream, xml, tokens),
        "conversion": Target(_converted, [*seeds.JSON, *xml], tokens),
        "packed body": Target(_packed, seeds.PACKED),
        "conversion, changed in places": Target(lambda raw: _converted(seeds.mutant(raw)), seeds.SEEDS),
    }


def _packed(raw: bytes) -> None:
    from app.capture.jobs.unpacking import CODINGS, unpack

    unpack(io.BytesIO(raw), CODINGS[len(raw) % 2], 5_000_000).close()


def _judge() -> Callable[..., None]:
    """Read and judge a document, and whatever is made of its events before they are kept."""
    from app.capture import reading, spelling
    from app.capture.canonical import jcs
    from app.capture.contexts import context_of
    from app.capture.hashes.event_hash import event_hash

    on = _runtime()

    def judge(raw: bytes, kind: str, *, bare: bool = False, lenient: bool = False) -> None:
        checked = reading.check(raw, on=on, content_type=kind, bare=bare, lenient=lenient)
        if checked.findings:
            return
        context = context_of(checked.document.get("@context"))
        for event in checked.events:
            spelling.content_digest(event, jcs(event))
            list(spelling.facets(event))
            event_hash(event, context)

    return judge


def _json_stream(raw: bytes) -> None:
    from app.capture import read_document
    from app.capture.binding.json_stream import stream_json

    stream = stream_json(io.BytesIO(raw))
    streamed = [each.event for each in stream if not each.findings]
    if not stream.findings:
        _same(streamed, lambda: _events(read_document.loads(raw)))


def _xml_stream(raw: bytes) -> None:
    from app.capture.binding.xml_in import read_xml, stream_xml

    stream = stream_xml(io.BytesIO(raw))
    streamed = [each.event for each in stream if not each.findings]
    if not stream.findings:
        whole = read_xml(raw)
        if not whole.findings:
            _same(streamed, lambda: _events(whole.document))


def _events(document: Any) -> list[Any]:
    body = document["epcisBody"]
    found: list[Any] = (body.get("queryResults", {}).get("resultsBody", {}) or body).get("eventList", [])
    return found


def _same(streamed: list[Any], whole: Callable[[], list[Any]]) -> None:
    """What is read piece by piece is what is read as a whole."""
    if streamed and streamed != whole():
        raise Different(streamed, whole())


def _converted(raw: bytes) -> None:
    from app.capture.binding.convert import convert

    to = ("json", "xml-2.0", "xml-1.2")[len(raw) % 3]
    convert(raw, to, lenient=len(raw) % 2 == 0)  # type: ignore[arg-type]  # one of the three


def _identifiers() -> dict[str, Target]:
    from app.capture import spelling
    from app.errors import Refusal
    from app.identify import compression, digital_link, element_string, epc_binary, epc_urn, scan_data
    from app.identify.item_key import item_key
    from app.identify.read import identify

    def text(read: Callable[[str], object]) -> Read:
        return lambda raw: read(raw.decode("utf-8", "surrogateescape" if len(raw) % 2 else "replace"))

    def key(uri: str) -> None:
        found = item_key(uri)
        if item_key(found.text)[:3] != found[:3]:
            raise Different(found, item_key(found.text))
        for form in spelling.EpcFormat:
            spelling.spelled_uri(uri, form)

    def epc(urn: str) -> None:
        epc_urn.to_canonical(urn)

    def link(uri: str) -> None:
        found = digital_link.parse(uri)
        digital_link.canonical(found)

    def compressed(uri: str) -> None:
        try:
            compression.decompress(uri)
        except Refusal:
            epc_binary.parse(uri.rpartition("/")[2])

    return {
        "digital link": Target(text(link), seeds.LINKS),
        "element string": Target(text(element_string.parse), seeds.ELEMENTS),
        "scan data": Target(text(scan_data.parse), seeds.ELEMENTS),
        "epc urn": Target(text(epc), seeds.URNS),
        "any identifier": Target(text(identify), seeds.LINKS + seeds.URNS + seeds.ELEMENTS),
        "item key": Target(text(key), seeds.LINKS + seeds.URNS),
        "compressed link, epc binary": Target(text(compressed), seeds.COMPRESSED),
    }


def _sheets() -> dict[str, Target]:
    from app.capture.sheets import sheet_events, sheet_file, sheet_rows

    def sheet(raw: bytes, kind: str) -> None:
        rows, findings = sheet_rows.rows_of(sheet_file.read(raw, kind))
        if not findings:
            json.dumps([each.event for each in sheet_events.events_of(rows, "https://id.gs1.org/417/9521001000009")])

    return {
        "csv sheet": Target(lambda raw: sheet(raw, "csv"), seeds.CSV),
        "excel sheet": Target(lambda raw: sheet(raw, "xlsx"), seeds.XLSX),
    }
