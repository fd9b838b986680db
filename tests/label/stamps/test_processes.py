"""Eight processes that give out serial numbers and SSCCs at once: none twice, none lost, and the counts add up."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from app.label.model import LabelJob, Serial, SerialRange, Sscc, SsccCounter, StampChange
from app.label.stamps import ranges
from app.label.stamps.issue import PORTION, draw_more, issue
from app.label.stamps.life import move
from app.label.stamps.refusals import RangeExhausted, RangeRefused, StampsNotReady
from app.label.stamps.sscc import give_ssccs
from app.party.model import CompanyPrefix
from app.party.permissions import Actor, Role
from app.runtime import Runtime, make_runtime
from app.settings import Settings
from tests.builders import Enterprise
from tests.label.stock import GTIN, LOT

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.timeout(240)]

PROCESSES = 8
CALLS = 6
LONG = 2
"""Processes of which each also draws a job of two portions."""

Task = Callable[[Runtime, Actor, int], None]


def draw(on: Runtime, by: Actor, turn: int) -> None:
    """Jobs of several portions and small ones, from the product's range; with numbers of its own between them."""
    for call in range(CALLS):
        issue(GTIN, LOT, 40, by=by, on=on)
        issue(GTIN, LOT, 2, numbers=[f"OWN-{turn}-{call}", f"OWN-{turn}-{call}b"], by=by, on=on)
    if turn < LONG:
        issue(GTIN, "", PORTION + 1, by=by, on=on)


def exhaust(on: Runtime, by: Actor, turn: int) -> None:
    """Take from a range until it has nothing left."""
    for _ in range(CALLS):
        try:
            issue(GTIN, LOT, 7 + turn, by=by, on=on)
        except RangeExhausted:
            return


def promise(on: Runtime, by: Actor, turn: int) -> None:
    """Open ranges until no more may be promised."""
    assert turn >= 0
    for _ in range(CALLS):
        try:
            ranges.open_range(GTIN, most=ranges.ceiling(12) // 10, by=by, on=on)
        except RangeRefused:
            return


def number(on: Runtime, by: Actor, turn: int) -> None:
    """SSCCs of one counter, and of one that overlaps it."""
    for _ in range(CALLS):
        give_ssccs(25, prefix="9521001", extension=turn % 2, by=by, on=on)
        give_ssccs(5, prefix="952100100", extension=turn % 2, by=by, on=on)


def carry_on(on: Runtime, by: Actor, turn: int) -> None:
    """All of them finish what was left to draw."""
    assert (turn, by.party) >= (0, 0)
    while draw_more(on=on):
        pass


def print_once(on: Runtime, by: Actor, turn: int) -> None:
    """All of them mark the same stamps as printed; one may."""
    with on.store.reading() as connection:
        job_id = connection.execute(select(LabelJob.job_id)).scalar_one()
    for first in range(1, 21):
        try:
            move(job_id, "printed", first, first, note=str(turn), by=by, on=on)
        except StampsNotReady:
            continue


def run(home: str, url: str, party_id: int, turn: int, task: Task, failures: Any) -> None:
    """One process."""
    on = make_runtime(Settings(home=Path(home), database_url=url, base_url="https://example.test"))
    try:
        task(on, Actor(Role.OWNER, party_id), turn)
    except BaseException as error:  # noqa: BLE001  # told to the parent, which fails the test with it
        failures.put(f"{turn}: {type(error).__name__}: {error}")
    finally:
        on.close()


def together(on: Runtime, firm: Enterprise, task: Task) -> None:
    """The task in eight processes at once; their failures are ours."""
    context = multiprocessing.get_context("spawn")
    failures = context.Queue()
    given = (str(on.settings.home), on.settings.url(), firm.party_id)
    processes = [context.Process(target=run, args=(*given, turn, task, failures)) for turn in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    told = [] if failures.empty() else [failures.get()]
    assert told == []
    assert [process.exitcode for process in processes] == [0] * PROCESSES


def scalar(on: Runtime, statement: Any) -> int:
    with on.store.reading() as connection:
        return int(connection.execute(statement).scalar_one())


def positions_are_dense(on: Runtime) -> bool:
    """Whether every job has its serial numbers at 1 to count."""
    counted = select(Serial.job_id, func.count().label("stamps"), func.min(Serial.position), func.max(Serial.position))
    with on.store.reading() as connection:
        jobs: dict[int, Any] = {row.job_id: (row.drawn, 1, row.count) for row in connection.execute(select(LabelJob.__table__))}
        found = {row[0]: (row[1], row[2], row[3]) for row in connection.execute(counted.group_by(Serial.job_id))}
    return jobs == found


@pytest.mark.parametrize("scheme", ranges.SCHEMES)
def test_serial_numbers_of_eight_processes_are_all_different_and_all_counted(on: Runtime, firm: Enterprise, scheme: str) -> None:
    range_id = ranges.open_range(GTIN, scheme=scheme, by=firm.actor(), on=on)
    together(on, firm, draw)
    drawn = PROCESSES * CALLS * 40 + LONG * (PORTION + 1)
    assert scalar(on, select(SerialRange.issued).where(SerialRange.range_id == range_id)) == drawn
    assert scalar(on, select(func.count()).select_from(Serial)) == drawn + PROCESSES * CALLS * 2
    assert positions_are_dense(on)


def test_a_range_that_eight_processes_exhaust_gives_exactly_its_ceiling_at_most(on: Runtime, firm: Enterprise) -> None:
    ranges.open_range(GTIN, most=300, by=firm.actor(), on=on)
    together(on, firm, exhaust)
    issued = scalar(on, select(SerialRange.issued))
    assert 300 - (7 + PROCESSES) < issued <= 300
    assert scalar(on, select(func.count()).select_from(Serial)) == issued


def test_ranges_that_eight_processes_open_never_promise_more_than_is_safe(on: Runtime, firm: Enterprise) -> None:
    together(on, firm, promise)
    assert scalar(on, select(func.count()).select_from(SerialRange)) == 10


def test_ssccs_of_eight_processes_and_overlapping_prefixes_are_all_different(on: Runtime, firm: Enterprise) -> None:
    other = {"prefix": "952100100", "party_id": firm.party_id, "evidence": "declared", "created_at": on.clock.now()}
    on.store.write(lambda tx: tx.execute(insert(CompanyPrefix).values(other)))
    together(on, firm, number)
    given = PROCESSES * CALLS * 30
    assert scalar(on, select(func.count()).select_from(Sscc)) == given
    assert scalar(on, select(func.count(func.distinct(Sscc.sscc)))) == given
    assert scalar(on, select(func.max(SsccCounter.next_reference))) == given // 2  # of each extension digit: nothing between was left out


def test_a_job_that_eight_processes_finish_is_drawn_once(on: Runtime, firm: Enterprise) -> None:
    ranges.open_range(GTIN, scheme="permuted", by=firm.actor(), on=on)
    issue(GTIN, LOT, 2 * PORTION + 1, by=firm.actor(), on=on, draw=False)
    together(on, firm, carry_on)
    assert scalar(on, select(func.count()).select_from(Serial)) == 2 * PORTION + 1
    assert positions_are_dense(on)


def test_a_stamp_that_eight_processes_move_is_moved_once(on: Runtime, firm: Enterprise) -> None:
    issue(GTIN, "", 20, by=firm.actor(), on=on)
    together(on, firm, print_once)
    assert scalar(on, select(func.count()).select_from(StampChange)) == 20
    assert scalar(on, select(func.count()).select_from(Serial).where(Serial.state == "printed")) == 20
