"""Captures in front of Flask: whatever they answer, Flask would have answered byte by byte; the rest goes on untouched."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from app.api import fast_capture
from app.api.asgi import Application, _run, make_environ
from app.api.fast_capture import SMALL, Answer, FastCaptures
from app.capture.accept import accept
from app.capture.model import CaptureDocument, Event, EventIdentity, EventItem
from app.ledger.model import LogQueue
from app.party import register
from app.party.permissions import Permission, Role
from app.party.sign_in import forget_api_keys
from app.runtime import Runtime
from app.settings import Settings
from tests.builders import document, make_api_key, make_enterprise, object_event, raw

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
CHANGING = re.compile(rb'(?<=captureID":")[0-9]+|(?<=evidence":")[0-9a-f]{64}|(?<=/epcis/capture/)[0-9]+')
"""What no two answers have in common: numbers of documents, and hashes over salts."""

EVENTS = {
    "no eventID": object_event(eventID=None, bizStep="shipping"),
    "a UUID": object_event(eventID="urn:uuid:3f0c7f6a-51f2-4a44-9f3e-0d8a2f2f7c11"),
    "an address as eventID": object_event(eventID="https://example.test/su-kien/1?a=b&c=%C4%91"),
    "class level": object_event(
        eventID=None,
        epcList=[],
        quantityList=[{"epcClass": "https://id.gs1.org/01/09521001000017/10/L-2406", "quantity": 12.5, "uom": "KGM"}],
    ),
    "an EPC URN, and Vietnamese text": object_event(
        eventID=None, epcList=["urn:epc:id:sgtin:9521001.000001.K7"], **{"https://vuon.example.vn/ghi-chu": "Vải thiều, đóng gói tại vườn"}
    ),
}

ITS_OWN = {"id", "party_id", "document_id", "evidence", "envelope", "root", "signature", "kid"}
"""Columns in which no two events are equal: numbers, hashes over salts, and what is made of them."""

Headers = list[tuple[bytes, bytes]]


def body_of(event: dict[str, Any], path: str) -> bytes:
    return raw(document(event)) if path == "/epcis/capture" else raw({"@context": CONTEXT, **event})


def sent_headers(given: dict[str, str], content: bytes, *more: tuple[str, str]) -> Headers:
    usual = {"Host": "example.test", "User-Agent": "line/1", "Content-Type": "application/json", "Content-Length": str(len(content))}
    together = list((usual | given).items()) + list(more)
    return [(name.lower().encode(), value.encode()) for name, value in together]


def fast(on: Runtime, path: str, headers: Headers, content: bytes, query: bytes = b"") -> Answer | None:
    captures = FastCaptures(on)
    asked = captures.question(path.encode(), query, headers)
    if asked is None:
        return None
    with ThreadPoolExecutor(1) as threads:
        return asyncio.run(captures.answer(asked, content, threads))


def slow(app: Any, path: str, headers: Headers, content: bytes) -> Answer:
    scope = {"method": "POST", "path": path, "raw_path": path.encode(), "headers": headers}
    return _run(app, make_environ(scope, content))


def same(answer: Answer) -> Any:
    """An answer without what differs each time."""
    status, headers, content = answer
    return status, [(name, CHANGING.sub(b"-", value)) for name, value in headers if name != b"content-length"], CHANGING.sub(b"-", content)


def rows(on: Runtime, party_id: int) -> dict[str, list[dict[str, Any]]]:
    """What is kept of an organisation's events, without what differs each time."""
    found = {}
    with on.store.reading() as connection:
        for kind in (CaptureDocument, Event, EventIdentity, EventItem):
            kept = connection.execute(select(kind.__table__).where(kind.__table__.c.party_id == party_id)).mappings().all()
            found[kind.__tablename__] = [{name: value for name, value in row.items() if name not in ITS_OWN} for row in kept]
    return found


def count(on: Runtime) -> int:
    with on.store.reading() as connection:
        return sum(connection.execute(select(func.count()).select_from(kind)).scalar_one() for kind in (CaptureDocument, Event, LogQueue))


@pytest.mark.parametrize("path", ["/epcis/capture", "/epcis/events"])
def test_an_answer_in_front_is_that_of_flask_byte_by_byte(app: Any, on: Runtime, path: str) -> None:
    answers: list[Any] = []
    kept = []
    first, second = (make_enterprise(on, prefix=prefix) for prefix in ("9521001", "9521002"))
    for enterprise, way in ((first, "front"), (second, "flask")):
        key = make_api_key(on, enterprise)
        for event in EVENTS.values():
            prior = body_of(event | {"eventID": f"urn:uuid:00000000-0000-4000-8000-{len(answers) % len(EVENTS):012}"}, path)
            assert slow(app, path, sent_headers(key, prior), prior)[0] in {201, 202}  # the values of its fields are known now
            content = body_of(event, path)
            headers = sent_headers(key, content)
            answer = fast(on, path, headers, content) if way == "front" else slow(app, path, headers, content)
            assert answer is not None
            assert int(dict(answer[1])[b"content-length"]) == len(answer[2])
            answers.append(same(answer))
        kept.append(rows(on, enterprise.party_id))
    assert answers[: len(EVENTS)] == answers[len(EVENTS) :]
    assert kept[0] == kept[1]
    assert len(kept[0]["event"]) == 2 * len(EVENTS)


@pytest.fixture
def sender(on: Runtime, app: Any) -> dict[str, str]:
    """A key of an organisation whose usual values are known."""
    key = make_api_key(on, make_enterprise(on, prefix="9521001"))
    content = raw(document(object_event(eventID=None)))
    assert slow(app, "/epcis/capture", sent_headers(key, content), content)[0] == 202
    return key


def another(**fields: Any) -> dict[str, Any]:
    return object_event(**{"eventID": None, "epcList": ["https://id.gs1.org/01/09521002000016/21/NEW"], **fields})


def test_a_plain_capture_is_answered_in_front(on: Runtime, sender: dict[str, str]) -> None:
    content = raw(document(another()))
    answer = fast(on, "/epcis/capture", sent_headers(sender, content), content)
    assert answer is not None
    assert json.loads(answer[2])["events"][0]["known"] is False


OTHERS = [
    ("Prefer", "handling=lenient"), ("Content-Encoding", "gzip"), ("Idempotency-Key", "1"), ("Cookie", "a=b"), ("Expect", "100-continue"),
    ("GS1-EPCIS-Version", "2.0.0"), ("GS1-Capture-Error-Behaviour", "proceed"), ("GS1-Extensions", "a=urn:a:"), ("Accept", "text/html"),
    ("Origin", "https://a.test"), ("Transfer-Encoding", "chunked"), ("Sec-Fetch-Site", "cross-site"),
]  # fmt: skip
"""Headers that mean something, and one that stands there twice."""

KINDS = ("application/xml", "text/plain", "application/json; charset=latin-1", "application/json; profile=x", "")
PLACES = ("/epcis/capture/", "/epcis/capture/1", "/epcis/queries", "/api/capture/check", "/epcis%2Fcapture")


def test_with_any_other_header_place_or_content_type_flask_is_asked(on: Runtime, sender: dict[str, str]) -> None:
    content, before = raw(document(another())), count(on)
    plain = sent_headers(sender, content, ("Accept", "*/*"))
    for more in OTHERS:
        assert fast(on, "/epcis/capture", sent_headers(sender, content, ("Accept", "*/*"), more), content) is None, more
    for kind in KINDS:
        assert fast(on, "/epcis/capture", sent_headers(sender | {"Content-Type": kind}, content), content) is None, kind
    for path in PLACES:
        assert fast(on, path, plain, content) is None, path
    assert fast(on, "/epcis/capture", plain, content, query=b"wait=checkpoint") is None
    assert count(on) == before
    assert fast(on, "/epcis/capture", plain, content) is not None


def test_a_large_body_is_left_to_flask(on: Runtime, sender: dict[str, str]) -> None:
    content = raw(document(*(another() for _ in range(60))))
    assert len(content) > SMALL
    assert fast(on, "/epcis/capture", sent_headers(sender, content), content) is None


READ_LATER = {"type": "gs1:Temperature", "value": 4.0, "uom": "CEL", "time": "2026-06-19T00:00:00Z"}
"""A reading after its event: worth a remark, which the answer tells."""

REFUSED = {
    "broken": b"{",
    "a list": b"[]",
    "no shape": b'{"type":"EPCISDocument"}',
    "XML": b"<a/>",
    "empty": raw(document()),
    "a wrong action": raw(document(another(action="SHOW"))),
    "the future": raw(document(another(eventTime="2200-01-01T00:00:00Z"))),
    "a value never seen": raw(document(another(bizStep="commissioning"))),
    "something to remark": raw(document(another(sensorElementList=[{"sensorReport": [READ_LATER]}]))),
    "a known event": raw(document(object_event(eventID=None))),
    "an eventID twice": raw(document(another(eventID="urn:uuid:1"), another(eventID="urn:uuid:1", action="ADD"))),
}


def test_what_is_refused_known_or_new_in_kind_is_left_to_flask_unwritten(on: Runtime, sender: dict[str, str]) -> None:
    before = count(on)
    for name, content in REFUSED.items():
        assert fast(on, "/epcis/capture", sent_headers(sender, content), content) is None, name
    content = raw(document(another()))
    for key in ("Bearer tx_unknown_secret", "Basic abc", "Bearer", "tx"):
        assert fast(on, "/epcis/capture", sent_headers({"Authorization": key}, content), content) is None, key
    assert fast(on, "/epcis/capture", sent_headers({}, content), content) is None
    assert count(on) == before


def test_a_key_that_may_only_read_is_left_to_flask(on: Runtime, app: Any) -> None:
    party_id, scopes = make_enterprise(on, prefix="9521001").party_id, [Permission.CAPTURE_EVENT_READ]
    text = on.store.write(lambda tx: register.add_api_key(tx, party_id, "reads", Role.OWNER, scopes, None, on.clock.now(), None))
    key = {"Authorization": f"Bearer {text}"}
    content = raw(document(another()))
    headers = sent_headers(key, content)
    assert fast(on, "/epcis/capture", headers, content) is None
    assert slow(app, "/epcis/capture", headers, content)[0] == 403


def test_a_key_is_asked_for_again_when_it_is_not_remembered(on: Runtime, sender: dict[str, str]) -> None:
    for serial in ("A", "B"):
        forget_api_keys()
        content = raw(document(another(epcList=[f"https://id.gs1.org/01/09521002000016/21/{serial}"])))
        assert fast(on, "/epcis/capture", sent_headers(sender, content), content) is not None


def send(application: Application, headers: Headers, content: bytes) -> Any:
    """A request through the whole door; to be awaited."""
    told: list[MutableMapping[str, Any]] = []
    messages = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0)

    async def tell(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    async def run() -> tuple[int, Any]:
        place = {"path": "/epcis/capture", "raw_path": b"/epcis/capture", "query_string": b""}
        scope = {"type": "http", "method": "POST", "headers": headers, **place}
        await application(scope, receive, tell)
        return told[0]["status"], json.loads(told[1]["body"])

    return run()


def test_many_senders_at_once_are_each_told_what_the_disk_holds(settings: Settings) -> None:
    application = Application(settings)
    application.start()
    try:
        on: Runtime = application._flask.extensions["truyxuat"]  # noqa: SLF001  # the installation that the door opened
        enterprise = make_enterprise(on, prefix="9521001")
        key = make_api_key(on, enterprise)
        accept(raw(document(object_event(eventID=None))), by=enterprise.actor(Role.OWNER), on=on)
        bodies = [raw(document(another(epcList=[f"https://id.gs1.org/01/09521002000016/21/S{place // 2}"]))) for place in range(40)]

        async def all_of_them() -> list[tuple[int, Any]]:
            return list(await asyncio.gather(*(send(application, sent_headers(key, each), each) for each in bodies)))

        answers = asyncio.run(all_of_them())
        assert {status for status, _ in answers} == {202}
        assert sorted(answer["events"][0]["known"] for _, answer in answers) == [False] * 20 + [True] * 20
        assert len(rows(on, enterprise.party_id)["event"]) == 21
    finally:
        application.stop()


def test_a_disk_that_does_not_answer_is_left_to_flask_and_nothing_is_kept_twice(
    app: Any, on: Runtime, sender: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast_capture, "_PATIENCE", 0.05)
    content, before, gate = raw(document(another())), count(on), threading.Event()
    headers = sent_headers(sender, content)
    with ThreadPoolExecutor(1) as held:
        stuck = held.submit(on.store.write, lambda _: gate.wait())
        try:
            assert fast(on, "/epcis/capture", headers, content) is None
        finally:
            gate.set()
        assert stuck.result() is True
    status, _, told = slow(app, "/epcis/capture", headers, content)
    assert (status, json.loads(told)["events"][0]["known"]) == (202, True)
    assert count(on) == before + 3  # one document, one event, one entry for the log
