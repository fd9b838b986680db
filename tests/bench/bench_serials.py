"""A million serial numbers: `python tests/bench/bench_serials.py [sqlite|postgresql] [count]`.

Wall-clock seconds of one job in one process, random and permuted, and of eight processes that draw the same count together; then the
time to count its rolls, to move a roll, and how long another writer waits meanwhile. Bar: 1,000,000 in 60 s on both databases.
Prints, asserts nothing.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app.label.stamps import find, ranges  # noqa: E402  # after the path, as everything below
from app.label.stamps.issue import issue  # noqa: E402
from app.label.stamps.life import move, undo  # noqa: E402
from app.party.permissions import Actor, Role  # noqa: E402
from app.runtime import Runtime, make_runtime  # noqa: E402
from app.settings import Settings  # noqa: E402
from app.store import migrate  # noqa: E402
from app.store.engine import make_engines  # noqa: E402
from tests.builders import make_enterprise  # noqa: E402
from tests.label.stock import GTIN, LOT, make_stock  # noqa: E402

COUNT = 1_000_000
PROCESSES = 8
ROLL = 5_000


@contextmanager
def database(kind: str, home: Path) -> Iterator[str]:
    """The URL of an empty migrated database."""
    if kind == "postgresql":
        from tests.postgresql import Cluster

        with Cluster() as cluster:
            yield cluster.fresh()
        return
    url = f"sqlite:///{home / 'truyxuat.db'}"
    engines = make_engines(url)
    migrate.upgrade(engines)
    engines.dispose()
    yield url


def timed(name: str, work: Callable[[], Any], count: int = 0) -> Any:
    """Print how long some work takes."""
    began = time.perf_counter()
    outcome = work()
    took = time.perf_counter() - began
    print(f"{name:44s} {took:8.2f} s" + (f" {count / took:12,.0f} /s" if count else ""), flush=True)
    return outcome


def one_of_many(home: str, url: str, party_id: int, count: int) -> None:
    """A process of its own that draws its share."""
    on = make_runtime(Settings(home=Path(home), database_url=url))
    issue(GTIN, LOT, count, by=Actor(Role.OWNER, party_id), on=on)
    on.close()


def together(home: Path, url: str, party_id: int, count: int) -> None:
    """Eight processes, each its share."""
    context = multiprocessing.get_context("spawn")
    arguments = (str(home), url, party_id, count // PROCESSES)
    processes = [context.Process(target=one_of_many, args=arguments) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print("exit codes", {process.exitcode for process in processes})


def waits(on: Runtime, stop: threading.Event, longest: list[float]) -> None:
    """How long a small write waits beside the job."""
    while not stop.is_set():
        began = time.perf_counter()
        on.store.write(lambda tx: tx.connection.exec_driver_sql("UPDATE party SET name = name"))
        longest[0] = max(longest[0], time.perf_counter() - began)
        stop.wait(0.05)


def main() -> None:
    """Print the figures."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else COUNT
    home = Path(tempfile.mkdtemp(prefix="bench-serials-"))
    with database(kind, home) as url:
        on = make_runtime(Settings(home=home, database_url=url))
        firm = make_enterprise(on)
        make_stock(on, firm)
        measure(on, firm.actor(), count)
        print(f"{PROCESSES} processes", flush=True)
        timed("drawn by all of them together", lambda: together(home, url, firm.party_id, count), count)
        on.close()


def measure(on: Runtime, owner: Actor, count: int) -> None:
    """One process."""
    stop, longest = threading.Event(), [0.0]
    watcher = threading.Thread(target=waits, args=(on, stop, longest))
    watcher.start()
    made = timed("random, one job", lambda: issue(GTIN, "", count, per_roll=ROLL, by=owner, on=on), count)
    stop.set()
    watcher.join()
    print(f"{'longest wait of another writer':44s} {longest[0]:8.2f} s")
    ranges.open_range(GTIN, scheme="permuted", by=owner, on=on)
    timed("permuted, one job", lambda: issue(GTIN, LOT, count, by=owner, on=on), count)
    with on.store.reading() as connection:
        timed("50 rolls counted", lambda: find.rolls(connection, owner.party, made.job_id, 2))
        timed("the whole job counted", lambda: find.totals(connection, owner.party, made.job_id))
    change = timed("a roll printed", lambda: move(made.job_id, "printed", 1, ROLL, by=owner, on=on), ROLL)
    timed("a roll taken back", lambda: undo(change.change_id, by=owner, on=on), ROLL)
    large = min(100_000, count)
    timed("100,000 printed", lambda: move(made.job_id, "printed", 1, large, by=owner, on=on), large)
    with on.store.reading() as connection:
        timed("spoilage of everything", lambda: find.spoilage(connection, owner.party))


if __name__ == "__main__":
    main()
