"""Files that were drawn before stamps were made void are kept back, and parts without stamps are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.clock import SetClock
from app.errors import Refusal
from app.label.runs import hand_out, runs
from app.label.runs.run_parts import RunPart
from app.label.runs.worker import Beat, Worker, here
from app.label.stamps import issue, life
from app.runtime import Runtime
from tests.builders import Enterprise, gtin, make_enterprise
from tests.label.stock import LOT, make_stock


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    enterprise = make_enterprise(on)
    make_stock(on, enterprise)
    return enterprise


def _made(on: Runtime, firm: Enterprise, form: str = "csv", before: Callable[[int], object] = lambda _: None) -> tuple[int, int]:
    """A job of six labels with its finished run."""
    job_id = issue.issue(gtin(f"{firm.prefix}00001"), LOT, 6, by=firm.actor(), on=on).job_id
    run_id = runs.start_run(job_id, form, by=firm.actor(), on=on)
    before(job_id)
    while Worker(on, here).step():
        pass
    return job_id, run_id


def _code(call: Callable[[], Any]) -> tuple[str, int]:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code, refused.value.status


def _void(on: Runtime, firm: Enterprise, job_id: int, first: int, last: int) -> None:
    life.move(job_id, "void", first, last, cause="spoiled", by=firm.actor(), on=on)


def test_a_file_with_stamps_made_void_since_is_kept_back_until_it_is_made_anew(on: Runtime, firm: Enterprise, clock: SetClock) -> None:
    by = firm.actor()
    job_id, run_id = _made(on, firm)
    assert hand_out.one(job_id, run_id, 1, by=by, on=on).labels == 6
    clock.advance(timedelta(minutes=1))
    _void(on, firm, job_id, 2, 3)
    for call in (lambda: hand_out.one(job_id, run_id, 1, by=by, on=on), lambda: hand_out.whole(job_id, run_id, by=by, on=on)):
        assert _code(call) == ("runs.file-outdated", 409)
    clock.advance(timedelta(minutes=1))
    runs.clear_run(job_id, run_id, by=by, on=on)
    runs.go_on(job_id, run_id, by=by, on=on)
    while Worker(on, here).step():
        pass
    assert hand_out.one(job_id, run_id, 1, by=by, on=on).labels == 4
    assert hand_out.whole(job_id, run_id, by=by, on=on)[0].endswith(".zip")


@pytest.mark.parametrize("form", ["csv", "pdf"])
def test_a_part_without_any_stamp_left_is_told_and_is_no_empty_file(on: Runtime, firm: Enterprise, form: str) -> None:
    job_id, run_id = _made(on, firm, form, before=lambda job: _void(on, firm, job, 1, 6))
    for call in (
        lambda: hand_out.one(job_id, run_id, 1, by=firm.actor(), on=on),
        lambda: hand_out.whole(job_id, run_id, by=firm.actor(), on=on),
    ):
        assert _code(call) == ("runs.file-empty", 404)


def test_stamps_made_void_while_a_part_is_drawn_are_found_too(on: Runtime, firm: Enterprise) -> None:
    job_id = issue.issue(gtin(f"{firm.prefix}00001"), LOT, 6, by=firm.actor(), on=on).job_id
    run_id = runs.start_run(job_id, "csv", by=firm.actor(), on=on)

    def drawing(part: RunPart, beat: Beat) -> bytes:
        _void(on, firm, job_id, 5, 5)
        return here(part, beat)

    while Worker(on, drawing).step():
        pass
    assert _code(lambda: hand_out.one(job_id, run_id, 1, by=firm.actor(), on=on)) == ("runs.file-outdated", 409)


def test_labels_that_are_all_alike_have_no_stamps_to_be_void(on: Runtime, firm: Enterprise) -> None:
    job_id = issue.issue(gtin(f"{firm.prefix}00001"), LOT, 6, serialised=False, by=firm.actor(), on=on).job_id
    run_id = runs.start_run(job_id, "csv", by=firm.actor(), on=on)
    while Worker(on, here).step():
        pass
    assert hand_out.one(job_id, run_id, 1, by=firm.actor(), on=on).labels == 6
