"""The threads beside a server: they begin, do not wait for one another, and end."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from app.capture.accept import accept
from app.ledger import find
from app.runtime import Runtime
from app.store.work import Busy
from app.work.background import Background, Duty, take_turns
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


class Pieces:
    """So many pieces of work, after so many failures."""

    def __init__(self, pieces: int, *failures: Exception) -> None:
        self.left, self.failures, self.asked = pieces, list(failures), 0

    def step(self) -> int:
        self.asked += 1
        if self.failures:
            raise self.failures.pop()
        self.left -= self.left > 0
        return self.left


def test_duties_take_turns_and_none_waits_for_the_end_of_another() -> None:
    long, short = Pieces(1000), Pieces(2)
    duties = (Duty("long", long.step), Duty("short", short.step))
    assert [take_turns(duties, 0.0) for _ in range(3)] == [True] * 3
    assert (long.asked, short.asked) == (3, 2)  # the short one rests, because it has nothing left
    take_turns(duties, 1.0)
    assert (long.asked, short.asked) == (4, 3)


@pytest.mark.parametrize("failure", [Busy(retry_after=1), ValueError("a fault of ours")])
def test_a_duty_that_fails_rests_for_a_second_and_holds_no_other_up(failure: Exception) -> None:
    failing, other = Pieces(9, failure), Pieces(9)
    duties = (Duty("failing", failing.step), Duty("other", other.step))
    for now in (0.0, 0.5, 1.0):
        assert take_turns(duties, now)
    assert (failing.asked, failing.left, other.asked) == (2, 8, 3)
