"""CBV event hash: parsed events a second on one core, beside the generator of others in the same run.

Run with `python -m tests.bench.bench_event_hash [--peer FOLDER]`. The peer is `epcis-event-hash-generator` in a virtual environment of its
own, made under a temporary folder (or kept in FOLDER); without a package registry it is left out. Both are given parsed JSON, and are timed
in turns by their CPU time; the corpus are the documents that the vectors' README names, and one document of 260 mixed events made of them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

from app.capture.hashes.event_hash import context_of, event_hash
from tests import SHARED
from tests.builders import document, object_event

PEER = "epcis-event-hash-generator==1.9.3"
BAR, RATIO = 20_000, 30
ROUNDS, SECONDS = 5, 1.0
_NAMES = (
    "ReferenceEventHashAlgorithm", "ReferenceEventHashAlgorithm2", "ReferenceEventHashAlgorithm3", "epcisDocWithVariousEventTypes",
    "epcisDocWithSensorDataObjectEvent", "epcisDocWithShippingAndTransportingEvent", "epcisDocWithSingleEvent",
)  # fmt: skip
_TIMER = """
import copy, json, logging, sys, time
logging.disable(logging.CRITICAL)
from epcis_event_hash_generator import hash_generator, json_to_py

def whole(document):
    events = json_to_py.event_list_from_epcis_document_json(copy.deepcopy(document))
    return len(hash_generator.calculate_hashes_from_pre_hashes(hash_generator.derive_prehashes_from_events(events)))

def canonical(events):
    return len(hash_generator.calculate_hashes_from_pre_hashes(hash_generator.derive_prehashes_from_events(events)))

for line in sys.stdin:
    asked = json.loads(line)
    work, items = (whole, asked["documents"])
    if asked["read"]:
        work, items = (canonical, [json_to_py.event_list_from_epcis_document_json(each) for each in items])
    began, done = time.process_time(), 0
    while time.process_time() - began < asked["seconds"]:
        done += sum(map(work, items))
    print(done / (time.process_time() - began), flush=True)
"""


def corpus() -> dict[str, list[dict[str, Any]]]:
    """Name to documents: those of the vectors when they are there, else our own."""
    if SHARED is None:
        return {"own documents of 1 and 100": [document(object_event()), document(*[object_event() for _ in range(100)])]}
    folder = SHARED / "event-hash-vectors" / "upstream"
    documents = [json.loads((folder / f"{name}.jsonld").read_text(encoding="utf-8")) for name in _NAMES]
    mixed = json.loads(json.dumps(documents[3]))
    mixed["epcisBody"]["eventList"] *= 20
    return {"seven documents": documents, "260 mixed events": [mixed]}


def events_of(made: dict[str, Any]) -> list[dict[str, Any]]:
    body = made["epcisBody"]
    return body["eventList"] if "eventList" in body else [body["event"]]


def ours(documents: list[dict[str, Any]]) -> float:
    """Events a CPU-second: the context is read once a document, as capture does."""
    done, began = 0, time.process_time()
    while time.process_time() - began < SECONDS:
        for each in documents:
            context = context_of(each.get("@context"))
            for event in events_of(each):
                event_hash(event, context)
                done += 1
    return done / (time.process_time() - began)


class Peer:
    """The generator in its own environment; asked for one measurement at a time."""

    def __init__(self, folder: Path) -> None:
        if not (folder / "bin" / "python").exists():
            venv.create(folder, with_pip=True)
            subprocess.run([folder / "bin" / "pip", "-q", "--disable-pip-version-check", "install", PEER], check=True)
        self._process = subprocess.Popen(
            [folder / "bin" / "python", "-c", _TIMER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def rate(self, documents: list[dict[str, Any]], *, read: bool) -> float:
        """Events a CPU-second from parsed JSON, or, read, from what the peer itself made of it."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError(self._process.args)
        self._process.stdin.write(json.dumps({"documents": documents, "seconds": SECONDS, "read": read}) + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()


def measure(name: str, documents: list[dict[str, Any]], peer: Peer | None) -> None:
    found: list[tuple[float, float, float]] = []
    for _ in range(ROUNDS):
        mine = ours(documents)
        found.append((mine, *((peer.rate(documents, read=False), peer.rate(documents, read=True)) if peer else (0.0, 0.0))))
    rate = statistics.median(each[0] for each in found)
    print(f"{name:<28}{rate:>12,.0f} events/CPU-s  ({'reaches' if rate >= BAR else 'MISSES'} {BAR:,})")
    if peer:
        ratio, narrow = (statistics.median(each[0] / each[place] for each in found) for place in (1, 2))
        print(f"    {ratio:.0f} x {PEER} ({'reaches' if ratio >= RATIO else 'MISSES'} {RATIO} x), {narrow:.0f} x its last step alone")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="where the peer's environment is kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        try:
            peer = Peer(given.peer or Path(temporary) / "peer")
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"peer left out, {PEER} cannot be installed: {error}", file=sys.stderr)
            peer = None
        for name, documents in corpus().items():
            measure(name, documents, peer)
        if peer:
            peer.close()


if __name__ == "__main__":
    main()
