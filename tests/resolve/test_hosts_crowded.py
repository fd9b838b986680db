"""Looking for the proof of a host waits for servers of others: only a few requests may wait at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.resolve import hosts
from app.runtime import Runtime
from tests.builders import Enterprise, make_enterprise
from tests.outbound.peers import world


class SlowNames:
    """Names that answer when the test says so."""

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.go = threading.Event()
        self._world = world({}, {})

    def text_records(self, name: str) -> Any:
        self.asked.release()
        assert self.go.wait(10)
        return self._world.text_records(name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)


@contextmanager
def looking(on: Runtime, *enterprises: Enterprise) -> Iterator[None]:
    """Meanwhile each of these organisations waits for a look."""
    names: Any = SlowNames()
    on.outbound = names
    waiting = []
    for number, each in enumerate(enterprises):
        host = f"a{number}.example.vn"
        hosts.claim(host, by=each.actor(), on=on)
        waiting.append(threading.Thread(target=hosts.prove, args=(host,), kwargs={"by": each.actor(), "on": on}))
        waiting[-1].start()
        assert names.asked.acquire(timeout=10)
    try:
        yield
    finally:
        names.go.set()
        for thread in waiting:
            thread.join()


def test_one_organisation_looks_at_one_host_at_a_time(on: Runtime) -> None:
    ours = make_enterprise(on)
    hosts.claim("b.example.vn", by=ours.actor(), on=on)
    with looking(on, ours), pytest.raises(hosts.AskedTooSoon):
        hosts.prove("b.example.vn", by=ours.actor(), on=on)
    assert hosts.prove("b.example.vn", by=ours.actor(), on=on).state == "unproven"


def test_many_organisations_do_not_take_all_threads_of_the_server(on: Runtime) -> None:
    first, second, third, late = [make_enterprise(on, f"HTX {number}", f"95210{number}1") for number in range(10, 14)]
    hosts.claim("late.example.vn", by=late.actor(), on=on)
    with looking(on, first, second, third), pytest.raises(hosts.AskedTooSoon) as refused:
        hosts.prove("late.example.vn", by=late.actor(), on=on)
    assert refused.value.params["retry_after"] > 0
