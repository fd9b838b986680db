"""A document of 100 MB through a real server: seconds, events a second, and the most memory its process ever held (bar: 256 MB).

python -m tests.bench.bench_large_document [megabytes] [rollback|proceed]
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.runtime import Runtime, make_runtime
from app.settings import Settings
from app.store import migrate
from tests.builders import document, make_api_key, make_enterprise, object_event, raw
from tests.durability.server import Server

ITEM = "https://id.gs1.org/01/09521002000016/21/"


@dataclass(frozen=True)
class Measured:
    """What a run took. seconds: until all bytes were taken, and until all events were recorded; peak: bytes of the server's process."""

    events: int
    megabytes: float
    received: float
    recorded: float
    peak: int
    job: dict[str, Any]


def pieces(megabytes: float) -> Iterator[bytes]:
    """A document of so many megabytes: events of a kilobyte with 12 serial numbers each."""
    head, tail = raw(document()).split(b"[]")
    yield head + b"["
    made, number = 0, 0
    while made < megabytes * 1_000_000:
        serials = [f"{ITEM}L{number}x{place}" for place in range(12)]
        event = object_event(eventID=f"urn:uuid:00000000-0000-4000-8000-{number:012d}", epcList=serials, bizLocation={"id": "urn:x:place"})
        text = (b"," if number else b"") + raw(event)
        made, number = made + len(text), number + 1
        yield text
    yield b"]" + tail


def peak_of(group: int) -> int:
    """The most memory that any process of a group ever held, in bytes: the server's worker is a child of its supervisor."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(path.name)) == group:
                status = (path / "status").read_text(encoding="utf-8")
                found.append(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024)
        except (OSError, StopIteration):
            continue  # it ended meanwhile
    return max(found)


def measure(on: Runtime, server: Server, megabytes: float, behaviour: str = "rollback") -> Measured:
    """Send a document to a server that runs, and wait until it is done."""
    headers = make_api_key(on, make_enterprise(on)) | {"Content-Type": "application/json", "GS1-Capture-Error-Behaviour": behaviour}
    with tempfile.TemporaryFile() as file:
        for piece in pieces(megabytes):
            file.write(piece)
        size = file.tell()
        file.seek(0)
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
        connection.request("POST", "/epcis/capture", file, headers | {"Content-Length": str(size), "Prefer": "respond-async"})
        answer = connection.getresponse()
        job: dict[str, Any] = json.loads(answer.read())
        received = time.monotonic() - begun
        connection.close()
    turn = threading.Event()
    while job.get("running"):
        turn.wait(0.1)
        job = json.loads(server.get(f"/epcis/capture/{job['captureID']}", headers)[1])
    taken = time.monotonic() - begun
    return Measured(job["progress"]["seen"], size / 1e6, received, taken, peak_of(server.pid), job)


def main() -> None:
    """One run in a folder of its own."""
    megabytes, behaviour = float((sys.argv[1:] or ["100"])[0]), (sys.argv[2:] or ["rollback"])[0]
    with tempfile.TemporaryDirectory() as folder:
        on = make_runtime(Settings(home=Path(folder), base_url="https://example.test"))
        migrate.upgrade(on.store.engines)
        server = Server(on.settings)
        server.start()
        try:
            before = peak_of(server.pid)
            found = measure(on, server, megabytes, behaviour)
        finally:
            server.kill()
            on.close()
    print(
        f"{found.megabytes:.0f} MB, {found.events} events, {behaviour}: received in {found.received:.1f} s, "
        f"recorded in {found.recorded:.1f} s ({found.events / found.recorded:.0f} events/s), "
        f"peak {found.peak / 1e6:.0f} MB (idle {before / 1e6:.0f} MB), success {found.job['success']}, {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
