"""The threads beside a server: they begin, do not wait for one another, and end."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from app.capture.accept import accept
from app.ledger import find
from app.runtime import Runtime
from app.work.background import Background
from tests.builders import document, make_enterprise, object_event, raw


def _names() -> set[str]:
    return {thread.name for thread in threading.enumerate()} & {"sequencer", "night", "labels", "drawing"}


@pytest.mark.parametrize(("hour", "threads"), [(2, {"night"}), (-1, set())])
def test_the_threads_end_when_they_are_told(on: Runtime, hour: int, threads: set[str]) -> None:
    on.settings = replace(on.settings, link_check_hour=hour)
    background = Background(on)
    background.start()
    assert _names() == {"sequencer", "labels", "drawing"} | threads
    background.stop()
    assert _names() == set()


def test_the_log_goes_on_beside_the_nights_work(on: Runtime) -> None:
    on.settings = replace(on.settings, checkpoint_seconds=0.01)
    ours = make_enterprise(on)
    published = threading.Event()
    background = Background(on)
    background.start()
    try:
        accept(raw(document(object_event())), by=ours.actor(), on=on)
        for _ in range(500):
            with on.store.reading() as connection:
                state = find.state(connection)
            if state is not None and state.size >= 1:
                published.set()
                break
            published.wait(0.01)
    finally:
        background.stop()
    assert published.is_set()
