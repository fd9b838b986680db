"""Several processes on one database: a command beside the server, two sequencers at once; nothing is lost, doubled or forked."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from app.runtime import Runtime, make_runtime
from app.settings import Settings
from tests.builders import make_enterprise
from tests.durability.server import event
from tests.durability.test_kill import judge

pytestmark = [pytest.mark.processes, pytest.mark.slow]

PROCESSES, DOCUMENTS, SHARED_EVENTS = 3, 8, 5


def work(home: str, url: str, party_id: int, turn: int, failures: Any) -> None:
    """One process: documents of its own events and some that every process sends, each followed by a pass of the sequencer."""
    from app.capture.accept import accept
    from app.ledger import sequencer
    from app.party.permissions import Actor, Role
    from tests.builders import document, raw

    on = make_runtime(Settings(home=Path(home), database_url=url, base_url="https://example.test"))
    try:
        for number in range(DOCUMENTS):
            own = 1000 * (turn + 1) + number
            everybody = (number + turn) % SHARED_EVENTS
            accept(raw(document(event(own), event(everybody))), by=Actor(Role.OWNER, party_id), on=on)
            sequencer.integrate(on=on)
    except Exception as error:  # noqa: BLE001  # told to the parent, which fails the test with it
        failures.put(f"{turn}: {type(error).__name__}: {error}")
    finally:
        on.close()


def test_processes_that_capture_and_sequence_at_once_keep_one_truth(on: Runtime) -> None:
    enterprise = make_enterprise(on)
    context = multiprocessing.get_context("spawn")
    failures = context.Queue()
    given = (str(on.settings.home), on.settings.url(), enterprise.party_id)
    processes = [context.Process(target=work, args=(*given, turn, failures)) for turn in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    told = [] if failures.empty() else [failures.get()]
    assert told == []
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    expected = {1000 * (turn + 1) + number for turn in range(PROCESSES) for number in range(DOCUMENTS)} | set(range(SHARED_EVENTS))
    judge(on, enterprise.party_id, expected, expected)
