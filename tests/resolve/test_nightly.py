"""The night's work: which links are due, how many a minute, one process at a time, and what is told at the end."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from app.catalogue.model import Product
from app.clock import SetClock
from app.resolve import due_links, link_check, nightly
from app.resolve.alone import alone
from app.resolve.due_links import AGAIN, LEFT_OVER, STALE, Due, Rounds
from app.resolve.nightly import Night, minutes_left, share
from app.runtime import Runtime
from tests.conftest import NOW
from tests.resolve.sites import Street, check, counts, quick, street


@pytest.fixture
def here(on: Runtime) -> Iterator[Street]:
    with street(on) as found:
        yield found


class TestNight:
    @pytest.mark.parametrize(
        ("utc", "left"),
        [("18:59", 0), ("19:00", 240), ("19:01", 239), ("22:59", 1), ("23:00", 0), ("03:00", 0)],
    )  # 02:00 in Viet Nam is 19:00 UTC
    def test_the_night_lasts_four_hours_from_two_in_viet_nam(self, utc: str, left: int) -> None:
        assert minutes_left(datetime.fromisoformat(f"2026-06-20T{utc}:00+00:00"), 2) == left

    def test_a_night_may_begin_before_midnight_or_never(self) -> None:
        assert minutes_left(datetime(2026, 6, 20, 18, 0, tzinfo=UTC), 23) == 120
        assert minutes_left(datetime(2026, 6, 20, 18, 0, tzinfo=UTC), -1) == 0

    @given(st.integers(0, 40_000))
    def test_everything_due_fits_into_the_night(self, due: int) -> None:
        left = due
        for minutes in range(240, 0, -1):
            left -= min(left, share(left, minutes))
        assert left == 0
        assert share(due, 0) == 0

    def test_a_minute_of_the_night_does_its_share_and_the_day_does_nothing(self, here: Street, clock: SetClock) -> None:
        night = Night(here.on, threading.Event())
        assert night.minute() == 0
        clock.set(datetime(2026, 6, 20, 19, 0, tzinfo=UTC))
        assert (night.minute(), counts(here)) == (1, (1, 0, 2))
        clock.set(datetime(2026, 6, 20, 22, 59, tzinfo=UTC))
        assert (night.minute(), night.minute(), counts(here)) == (2, 0, (3, 0, 0))

    def test_the_oldest_are_tried_first_and_a_first_failure_again_the_same_night(self, here: Street, clock: SetClock) -> None:
        here.leads(1, here.there("/gone"))
        check(here)
        with here.on.store.reading() as connection:
            assert due_links.due(connection, NOW + AGAIN - timedelta(seconds=1), 10) == []
            assert [link.gtin for link in due_links.due(connection, NOW + AGAIN, 10)] == [here.gtins[1]]
            assert due_links.due_count(connection, NOW + STALE) == 3
        clock.advance(STALE)
        with here.on.store.reading() as connection:
            first = due_links.due(connection, clock.now(), 2)
        link_check.check_links(first, quick(), on=here.on)
        with here.on.store.reading() as connection:
            left = due_links.due(connection, clock.now(), 10)
        assert len(left) == 1
        assert left[0] not in first

    def test_only_one_process_checks(self, here: Street) -> None:
        with alone(here.on) as first, alone(here.on) as second:
            assert (first, second) == (True, False)
        with alone(here.on) as third:
            assert third

    def test_the_night_of_the_second_process_does_nothing(self, here: Street, clock: SetClock) -> None:
        clock.set(datetime(2026, 6, 20, 22, 59, tzinfo=UTC))
        with alone(here.on):
            done = nightly.Night(here.on, threading.Event()).minute()
        assert (done, counts(here)) == (0, (0, 0, 3))

    @pytest.mark.sqlite  # the lock of a connection is PostgreSQL's own business
    def test_another_process_is_kept_out_and_lets_go_when_it_dies(self, here: Street) -> None:
        path = f"{here.on.store.engines.writer.url.database}.checking"
        program = "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); sys.stdin.read()"
        with subprocess.Popen([sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "\n"
            with alone(here.on) as mine:
                assert not mine
            other.kill()
            other.wait()
            with alone(here.on) as mine:
                assert mine

    def test_what_a_night_leaves_over_is_told_at_its_end_and_once(
        self, here: Street, clock: SetClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        stop = threading.Event()
        night = Night(here.on, stop)
        clock.set(datetime(2026, 6, 20, 22, 58, tzinfo=UTC))
        assert night.minute() == 2
        stop.set()
        clock.set(datetime(2026, 6, 20, 22, 59, tzinfo=UTC))
        assert night.minute() == 0
        clock.set(datetime(2026, 6, 20, 23, 0, tzinfo=UTC))
        with caplog.at_level("INFO", logger="app.resolve.nightly"):
            assert (night.minute(), night.minute()) == (0, 0)
        told = "the night is over: 3 links due, 2 tried, 1 left over; 0 proofs of hosts due, 0 looked at, 0 left over"
        assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("WARNING", told)]

    def test_a_night_that_did_it_all_is_no_warning(self, here: Street, clock: SetClock, caplog: pytest.LogCaptureFixture) -> None:
        night = Night(here.on, threading.Event())
        clock.set(datetime(2026, 6, 20, 22, 59, tzinfo=UTC))
        assert night.minute() == 3
        clock.set(datetime(2026, 6, 20, 23, 0, tzinfo=UTC))
        with caplog.at_level("INFO", logger="app.resolve.nightly"):
            night.minute()
        assert [record.levelname for record in caplog.records] == ["INFO"]

    def test_nothing_new_is_begun_when_the_minute_is_over(self, here: Street) -> None:
        with here.on.store.reading() as connection:
            links = due_links.due(connection, NOW, 10)
        assert link_check.check_links(links, quick(), on=here.on, seconds=0.0) == 0
        assert counts(here) == (0, 0, 3)

    def test_the_links_of_one_owner_do_not_stand_in_the_way_of_the_others(self) -> None:
        links = [Due(1, "a"), Due(1, "b"), Due(1, "c"), Due(2, "d"), Due(2, "e"), Due(3, "f")]
        assert "".join(link.gtin for link in nightly.in_turn(links)) == "adfbec"


class TestDue:
    def test_what_no_night_came_to_is_counted(self, here: Street) -> None:
        def left(after: timedelta) -> int:
            with here.on.store.reading() as connection:
                return due_links.left_over(connection, NOW + after)

        assert (left(LEFT_OVER - timedelta(seconds=1)), left(LEFT_OVER)) == (0, 3)
        here.leads(1, here.there("/gone"))
        check(here)
        assert (left(LEFT_OVER - timedelta(seconds=1)), left(LEFT_OVER)) == (0, 3)

    def test_rounds_come_to_every_product_whatever_is_tried_in_between(self, here: Street) -> None:
        rounds = Rounds(batches=1, size=1)
        with here.on.store.reading() as connection:
            assert rounds.next(connection, NOW, 0) == []
            first = rounds.next(connection, NOW, 5)
            again = rounds.next(connection, NOW, 5)
        assert [link.gtin for link in first] == [here.gtins[0]]
        assert again == first  # nobody has tried it
        seen: list[str] = []
        for _ in range(8):
            with here.on.store.reading() as connection:
                links = rounds.next(connection, NOW, 5)
            seen += [link.gtin for link in links]
            link_check.check_links(links, quick(), on=here.on)
        assert seen == list(here.gtins)

    def test_a_product_that_is_registered_behind_the_search_is_found_in_the_next_round(self, here: Street) -> None:
        rounds = Rounds()
        with here.on.store.reading() as connection:
            links = rounds.next(connection, NOW, 2)
        link_check.check_links(links[1:], quick(), on=here.on)
        for expected in ([here.gtins[0], here.gtins[2]], [here.gtins[0], here.gtins[2]]):
            with here.on.store.reading() as connection:
                assert [link.gtin for link in rounds.next(connection, NOW, 5)] == expected

    def test_the_row_of_a_product_that_went_to_somebody_else_is_not_tried(self, here: Street, on: Runtime) -> None:
        check(here)
        on.store.write(lambda tx: tx.execute(update(Product).where(Product.gtin == here.gtins[0]).values(party_id=77)))
        with on.store.reading() as connection:
            found = due_links.due(connection, NOW + STALE, 10)
            assert due_links.due(connection, NOW + STALE, 2) == found[:2]  # past the row that was left behind
            assert due_links.due_count(connection, NOW + STALE) == 3
        assert [(link.party_id, link.gtin) for link in found] == [(77, here.gtins[0])] + [
            (here.owner.party_id, gtin) for gtin in here.gtins[1:]
        ]
