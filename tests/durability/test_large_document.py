"""A document larger than what is done within a request, through a real server: all of it recorded, and little memory held.

A small one of the 100 MB that `tests/bench/bench_large_document.py` sends; the bar is the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.runtime import Runtime
from tests.bench.bench_large_document import measure, peak_of
from tests.durability.server import Server

MOST = 256_000_000
"""Bytes of the server's process, whatever the size of the document."""

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def server(on: Runtime) -> Iterator[Server]:
    made = Server(on.settings)
    made.start()
    yield made
    made.kill()


def test_a_large_document_is_recorded_in_little_memory(on: Runtime, server: Server) -> None:
    idle = peak_of(server.pid)
    found = measure(on, server, 6)
    assert found.job["success"]
    assert found.job["progress"] == {"total": found.events, "seen": found.events, "recorded": found.events, "refused": 0}
    assert found.peak < MOST
    assert found.peak - idle < 80_000_000
