"""Custody is a promise: a real server is killed without warning while it receives large documents and works on them."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from app.capture.jobs import lease, record
from app.capture.model import CaptureDocument, CaptureJob, CapturePart
from app.runtime import Runtime
from tests.builders import document, make_api_key, make_enterprise, raw
from tests.durability.server import Server, event
from tests.durability.test_kill import judge
from tests.thorough import rounds

ROUNDS = rounds(2)
EVENTS = 600

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.timeout(90 + 15 * ROUNDS)]


@pytest.fixture
def server(on: Runtime) -> Iterator[Server]:
    made = Server(on.settings)
    yield made
    made.kill()


def body_of(round_: int, behaviour: str) -> tuple[bytes, set[int]]:
    """(a document, the numbers of its good events); under proceed every hundredth is wrong."""
    first = round_ * 1_000_000 + (500_000 if behaviour == "proceed" else 0)
    events, good = [], set(range(first, first + EVENTS))
    for number in range(first, first + EVENTS):
        made = event(number)
        if behaviour == "proceed" and number % 100 == 7:
            made["action"] = "MOVE"
            good.discard(number)
        events.append(made)
    return raw(document(*events)), good


def hand_in(port: int, headers: dict[str, str], behaviour: str, body: bytes, key: str) -> str | None:
    """The number of the job, None when the server died first."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    more = {"Prefer": "respond-async", "GS1-Capture-Error-Behaviour": behaviour, "Idempotency-Key": key}
    try:
        connection.request("POST", "/epcis/capture", body, headers | more)
        answer = connection.getresponse()
        found = json.loads(answer.read())
        assert answer.status == 202, found
        return str(found["captureID"])
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def until_done(server: Server, headers: dict[str, str], number: str) -> dict[str, Any]:
    job: dict[str, Any] = {}
    deadline, turn = time.monotonic() + lease.LEASE.total_seconds() + 30, threading.Event()
    while time.monotonic() < deadline:
        job = json.loads(server.get(f"/epcis/capture/{number}", headers)[1])
        if not job["running"]:
            return job
        turn.wait(0.05)
    raise TimeoutError(job)


def test_every_document_in_custody_is_recorded_once_after_any_number_of_kills(on: Runtime, server: Server) -> None:
    firm = make_enterprise(on)
    headers = make_api_key(on, firm) | {"Content-Type": "application/json"}
    chance, turn = random.Random(20260620), threading.Event()  # noqa: S311  # moments, not secrets
    jobs: dict[str, tuple[str, bytes, set[int], str | None]] = {}
    for round_ in range(ROUNDS):
        server.start()
        for behaviour in ("rollback", "proceed"):
            key = f"{round_} {behaviour}"
            body, good = body_of(round_, behaviour)
            jobs[key] = (behaviour, body, good, None)
            if behaviour == "proceed" and round_ % 2:  # die while it is received
                threading.Timer(chance.uniform(0, 0.05), server.kill).start()
            jobs[key] = (behaviour, body, good, hand_in(server.port, headers, behaviour, body, key))
        turn.wait(chance.uniform(0.05, 0.5))
        if round_ % (lease.MOST_TRIES - 1) == lease.MOST_TRIES - 2:  # no document ends as many processes as it may: that is another test
            for number in [number for _, _, _, number in jobs.values() if number is not None]:
                until_done(server, headers, number)
        server.kill()
    server.start()
    expected: set[int] = set()
    for key, (behaviour, body, good, number) in jobs.items():
        again = hand_in(server.port, headers, behaviour, body, key)  # what a careful client does
        assert number in {None, again}
        assert again is not None
        job = until_done(server, headers, again)
        refused = EVENTS - len(good)
        progress = {"total": EVENTS, "seen": EVENTS, "recorded": len(good), "refused": refused}
        assert job["progress"] == progress, (job["errors"], server.log())
        assert (job["success"], len(job["errors"])) == (refused == 0, refused)
        expected |= good
    assert server.stop() == 0
    judge(on, firm.party_id, expected, expected)
    with on.store.reading() as connection:
        states = set(connection.execute(select(CaptureJob.state)).scalars())
        kept = connection.execute(select(func.sum(CaptureDocument.event_count))).scalar()
        strays = connection.execute(
            select(func.count()).select_from(CapturePart).where(CapturePart.job_id.not_in(select(CaptureJob.job_id)))
        )
        assert (states - {record.ARRIVING}, kept, strays.scalar()) == ({record.DONE}, len(expected), 0)
