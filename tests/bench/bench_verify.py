"""Latency of a verdict, of its page and of the resolver over many items: `python -m tests.bench.bench_verify [--items 100000]`.

Every item is printed (a serial row), commissioned and packed in documents of a thousand, through the product's own capture and log. Then
random items are asked for, in this process, with the database's files warm. It prints milliseconds; the bars are those of design.md 10.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.api.application import make_application
from app.capture.accept import accept
from app.identify import check_digit
from app.identify.read import identify
from app.label.model import LabelJob, Serial
from app.label.stamps.serials import random_serials
from app.ledger import sequencer
from app.party.permissions import Role
from app.runtime import Runtime, make_runtime
from app.settings import Settings
from app.store import migrate
from app.store.keys import new_id
from app.store.tables import table
from app.store.work import Tx
from app.verify.check import check
from app.verify.verdict import Judgement
from tests.builders import document, raw
from tests.verify.world import GTIN, LOT, World, commissioning, make_world

PER_EVENT = 100
PER_DOCUMENT = 10
_COLUMNS = ("party_id", "gtin", "serial", "lot", "job_id", "state", "created_at", "position")


def _load(on: Runtime, items: int) -> tuple[World, list[str]]:
    """A world with this many printed, commissioned and packed items."""
    world = make_world(on)
    serials = random_serials(items)
    at = int(on.clock.now().timestamp() * 1_000_000)
    job_id = _job(world, items, at)
    rows = [(world.owner.party_id, GTIN, serial, LOT, job_id, "printed", at, position) for position, serial in enumerate(serials, 1)]
    on.store.write(lambda tx: _insert(tx, rows), timeout=600)
    per = PER_EVENT * PER_DOCUMENT
    for start in range(0, items, per):
        events: list[dict[str, Any]] = []
        for first in range(start, min(start + per, items), PER_EVENT):
            epcs = [f"https://id.gs1.org/01/{GTIN}/21/{serial}" for serial in serials[first : first + PER_EVENT]]
            events += [commissioning(epcList=epcs), _packing(first // PER_EVENT, epcs)]
        accept(raw(document(*events)), by=world.owner.actor(Role.OWNER), on=on)
    while sequencer.integrate(on=on):
        pass
    return world, serials


def _job(world: World, items: int, at: int) -> int:
    """A label job for all of them, as if it had been drawn."""
    job_id = new_id()
    columns = ("party_id", "job_id", "gtin", "lot", "count", "drawn", "serialised", "created_at")
    row = (world.owner.party_id, job_id, GTIN, LOT, items, items, True, at)
    world.on.store.write(lambda tx: tx.insert(table(LabelJob), columns, [row]))
    return job_id


def _insert(tx: Tx, rows: list[tuple[Any, ...]]) -> None:
    tx.insert(Serial.__table__, _COLUMNS, rows)  # type: ignore[arg-type]  # __table__ is a Table


def _packing(number: int, epcs: list[str]) -> dict[str, Any]:
    body = f"19521002{number:09}"
    return {
        "type": "AggregationEvent",
        "action": "ADD",
        "parentID": f"https://id.gs1.org/00/{body}{check_digit.digit(body)}",
        "childEPCs": epcs,
        "bizStep": "packing",
        "eventTime": "2026-06-12T17:30:00+07:00",
        "eventTimeZoneOffset": "+07:00",
    }


def _measure(about: str, rounds: int, run: Callable[[], None]) -> None:
    """Print p50 and p95 of a call in milliseconds, and calls a second."""
    for _ in range(20):
        run()
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        spent.append((time.perf_counter() - began) * 1000)
    p95 = statistics.quantiles(spent, n=20)[-1]
    print(f"{about:<34} p50 {statistics.median(spent):7.2f} ms   p95 {p95:7.2f} ms   {1000 / statistics.mean(spent):8.0f}/s")


def main() -> None:
    """Load, then ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=500)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        on = make_runtime(Settings(home=Path(folder)))
        migrate.upgrade(on.store.engines)
        began = time.perf_counter()
        world, serials = _load(on, chosen.items)
        print(f"{chosen.items} items loaded in {time.perf_counter() - began:.1f} s")
        client = make_application(runtime=on).test_client()
        draw = random.Random(1)  # noqa: S311  # which items are asked for is no secret

        def verdict() -> None:
            found = check(identify(world.link(draw.choice(serials))), on=on).verdict
            if found is not Judgement.VERIFIED and found is not Judgement.EXPIRED:
                message = f"an item of the benchmark is {found}"
                raise RuntimeError(message)

        def page(path: str, status: int) -> None:
            address = f"10.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(256)}"
            answer = client.get(path, headers={"Accept": "text/html"}, environ_base={"REMOTE_ADDR": address})
            if answer.status_code != status:
                message = f"{path} answered {answer.status_code}"
                raise RuntimeError(message)

        def path() -> str:
            return f"/01/{GTIN}/10/{LOT}/21/{draw.choice(serials)}"

        _measure("check()", chosen.rounds, verdict)
        _measure("GET /v/… (each look is kept)", chosen.rounds, lambda: page("/v" + path(), 200))
        _measure("GET /v/… of an invented serial", chosen.rounds, lambda: page(f"/v/01/{GTIN}/21/{draw.randrange(10**12)}", 200))
        _measure("resolver redirect", chosen.rounds * 4, lambda: page(path(), 307))
        on.close()


if __name__ == "__main__":
    main()
