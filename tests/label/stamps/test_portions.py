"""Jobs of many labels: portions, a crash between them, numbers that somebody else chose."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.errors import Invalid
from app.label import find
from app.label.model import LabelJob, Serial, SerialRange
from app.label.stamps import issue as stamps
from app.label.stamps import ranges
from app.label.stamps.issue import PORTION, Job, issue, resume
from app.label.stamps.refusals import CountWrong, NumbersDiffer, NumberTwice, NumberUsed, RangeClosed
from app.party.permissions import Actor
from app.runtime import Runtime
from app.vault import SEALING_KEY
from tests.label.stock import GTIN, LOT

COUNT = 2 * PORTION + 3


class PowerCut(Exception):  # noqa: N818  # no error of ours
    """The process ends here."""


def interrupted(on: Runtime, owner: Actor, numbers: list[str] | None = None) -> int:
    """A job whose process ended after its first portion."""

    def cut(done: int, total: int) -> None:
        raise PowerCut(done, total)

    with pytest.raises(PowerCut, match=f"{PORTION}, {COUNT}"):
        issue(GTIN, "", COUNT, numbers=numbers, by=owner, on=on, progress=cut)
    with on.store.reading() as connection:
        (row,) = connection.execute(select(LabelJob.job_id, LabelJob.drawn)).all()
    assert row.drawn == PORTION
    return int(row.job_id)


def whole(on: Runtime, owner: Actor, job_id: int) -> list[str]:
    """The serial numbers of a job, after looking that positions are dense and nothing is there twice."""
    with on.store.reading() as connection:
        rows = find.serials(connection, owner.party, job_id)
    assert [row.position for row in rows] == list(range(1, COUNT + 1))
    assert len({row.serial for row in rows}) == COUNT
    return [row.serial for row in rows]


def test_a_long_job_is_drawn_in_portions_and_tells_how_far_it_is(on: Runtime, owner: Actor) -> None:
    seen: list[tuple[int, int]] = []
    job = issue(GTIN, LOT, COUNT, by=owner, on=on, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(PORTION, COUNT), (2 * PORTION, COUNT), (COUNT, COUNT)]
    assert (job.serials, job.count, job.drawn, len(whole(on, owner, job.job_id))) == ((), COUNT, COUNT, COUNT)


@pytest.mark.parametrize("scheme", [None, "random", "permuted"])
def test_an_interrupted_job_goes_on_where_it_was(on: Runtime, owner: Actor, scheme: str | None) -> None:
    range_id = None if scheme is None else ranges.open_range(GTIN, scheme=scheme, by=owner, on=on)
    job_id = interrupted(on, owner)
    assert resume(job_id, by=owner, on=on).drawn == COUNT
    serials = whole(on, owner, job_id)
    assert resume(job_id, by=owner, on=on).drawn == COUNT
    assert whole(on, owner, job_id) == serials
    if range_id is not None:
        with on.store.reading() as connection:
            assert connection.execute(select(SerialRange.issued)).scalar_one() == COUNT
    if scheme == "permuted":
        with on.store.reading() as connection:
            assert serials == ranges.source(connection, owner.party, GTIN, range_id, on=on).draw(0, COUNT)


def test_the_steady_thread_draws_what_was_left(on: Runtime, owner: Actor) -> None:
    job_id = interrupted(on, owner)
    assert [stamps.draw_more(on=on) for _ in range(3)] == [PORTION, 3, 0]
    assert len(whole(on, owner, job_id)) == COUNT


def test_a_job_may_be_drawn_later(on: Runtime, owner: Actor) -> None:
    job = issue(GTIN, LOT, COUNT, by=owner, on=on, draw=False)
    assert (job.drawn, job.count) == (0, COUNT)
    while stamps.draw_more(on=on):
        pass
    assert len(whole(on, owner, job.job_id)) == COUNT


def test_a_job_whose_secret_is_elsewhere_holds_no_other_job_up(on: Runtime, owner: Actor) -> None:
    range_id = ranges.open_range(GTIN, scheme="permuted", by=owner, on=on)
    waiting = [issue(GTIN, LOT, 5, by=owner, on=on, draw=False) for _ in range(find.PAGE + 1)][-1]
    ranges.close_range(range_id, by=owner, on=on)
    other = issue(GTIN, LOT, 7, by=owner, on=on, draw=False)
    on.vault.path(SEALING_KEY).unlink()
    assert [stamps.draw_more(on=on) for _ in range(2)] == [7, 0]
    assert [stamps.job(each.job_id, by=owner, on=on).drawn for each in (waiting, other)] == [0, 7]


def test_a_job_that_cannot_be_drawn_is_told_of_after_the_others_are_drawn(on: Runtime, owner: Actor) -> None:
    range_id = ranges.open_range(GTIN, scheme="permuted", by=owner, on=on)
    with on.store.reading() as connection:
        taken = ranges.source(connection, owner.party, GTIN, range_id, on=on).draw(0, 1)
    stuck = issue(GTIN, LOT, 5, by=owner, on=on, draw=False)
    issue(GTIN, LOT, 1, numbers=taken, by=owner, on=on)
    ranges.close_range(range_id, by=owner, on=on)
    other = issue(GTIN, LOT, 7, by=owner, on=on, draw=False)
    assert stamps.draw_more(on=on) == 7
    with pytest.raises(RangeClosed):
        stamps.draw_more(on=on)
    assert [stamps.job(each.job_id, by=owner, on=on).drawn for each in (stuck, other)] == [0, 7]


def test_numbers_that_were_given_wait_for_their_list(on: Runtime, owner: Actor) -> None:
    numbers = [f"K{number:07d}" for number in range(COUNT)]
    job_id = interrupted(on, owner, numbers)
    assert stamps.draw_more(on=on) == 0
    with pytest.raises(NumbersDiffer):
        resume(job_id, by=owner, on=on, numbers=numbers[::-1])
    with pytest.raises(NumbersDiffer):
        resume(job_id, by=owner, on=on)
    assert resume(job_id, by=owner, on=on, numbers=numbers).drawn == COUNT
    assert whole(on, owner, job_id) == numbers


def test_given_numbers_are_printed_in_their_order(on: Runtime, owner: Actor) -> None:
    job = issue(GTIN, LOT, 3, numbers=["zz", "AA-1", "7"], by=owner, on=on)
    assert job.serials == ("zz", "AA-1", "7")


def test_a_number_is_never_taken_twice_and_it_is_told_which(on: Runtime, owner: Actor) -> None:
    issue(GTIN, LOT, 2, numbers=["A1", "A2"], by=owner, on=on)
    with pytest.raises(NumberUsed) as told:
        issue(GTIN, LOT, 3, numbers=["B1", "A2", "A1"], by=owner, on=on)
    assert told.value.params == {"serials": "A2, A1", "count": 2}
    with on.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(Serial)).scalar_one() == 2


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        (["A", "B", "A"], NumberTwice), (["A", "B"], NumbersDiffer), (["A", "B", "C", "D"], NumbersDiffer),
        (["A", "B", "X" * 21], Invalid), (["A", "B", ""], Invalid), (["A", "B", "Ô1"], Invalid), (["A", "B", "C D"], Invalid),
    ],
)  # fmt: skip
def test_a_list_with_a_wrong_number_is_refused_before_anything_is_drawn(
    on: Runtime, owner: Actor, numbers: list[str], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        issue(GTIN, LOT, 3, numbers=numbers, by=owner, on=on)
    with on.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(LabelJob)).scalar_one() == 0


def test_the_longest_and_the_shortest_number_are_taken(on: Runtime, owner: Actor) -> None:
    assert issue(GTIN, LOT, 2, numbers=["X" * 20, "%"], by=owner, on=on).count == 2


@pytest.mark.parametrize("per_roll", [0, -1, stamps.LONGEST_ROLL + 1])
def test_a_roll_of_no_or_too_many_stamps_is_refused(on: Runtime, owner: Actor, per_roll: int) -> None:
    with pytest.raises(CountWrong):
        issue(GTIN, LOT, 1, per_roll=per_roll, by=owner, on=on)


def test_labels_without_serial_numbers_are_counted_and_not_numbered(on: Runtime, owner: Actor) -> None:
    job = issue(GTIN, LOT, 1_000_000, serialised=False, by=owner, on=on)
    assert (job.serials, job.drawn) == ((), 1_000_000)
    with on.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(Serial)).scalar_one() == 0


def test_the_same_row_read_again_is_the_same_job(on: Runtime, owner: Actor) -> None:
    first, again = (issue(GTIN, LOT, 2, origin="sheet-1/row-2", by=owner, on=on) for _ in range(2))
    assert (again.job_id, again.serials, first.before, again.before) == (first.job_id, first.serials, False, True)


def test_what_was_asked_for_is_kept_with_the_job(on: Runtime, owner: Actor) -> None:
    asked = {"per_roll": 500, "carrier": "gs1-datamatrix", "layout": "roll-50x25", "design_id": 7, "note": "n" * 300}
    job: Job = issue(GTIN, LOT, 2, by=owner, on=on, **asked)  # type: ignore[arg-type]  # values of several types
    with on.store.reading() as connection:
        row = find.job(connection, owner.party, job.job_id)
    assert {name: getattr(row, name) for name in asked} == asked | {"note": "n" * 200}


def test_pages_of_serial_numbers_follow_the_order_of_printing(on: Runtime, owner: Actor) -> None:
    job = issue(GTIN, LOT, 25, by=owner, on=on)
    with on.store.reading() as connection:
        pages = [[row.serial for row in find.serials(connection, owner.party, job.job_id, 10, page)] for page in (1, 2, 3, 4)]
        some = [row.serial for row in find.serials(connection, owner.party, job.job_id, first=4, last=6)]
    assert ([serial for page in pages for serial in page], len(pages[3])) == (list(job.serials), 0)
    assert some == list(job.serials[3:6])
