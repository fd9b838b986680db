"""The nightly check of links: real servers at both ends, a clock that is moved, and nothing called dead too soon."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import SetClock
from app.resolve import answer, declare, due_links, hosts, link_check
from app.resolve.crew import Stopped
from app.resolve.due_links import AGAIN, STALE
from app.resolve.follow import Followed, HostBusy, Manners, NoNetwork, Outcome
from app.resolve.link_check import Checked, after
from app.resolve.link_state import LinkState, State, link_state
from app.resolve.links import DEFAULT, Link, Registration
from app.resolve.standing import Site
from app.runtime import Runtime
from tests.conftest import NOW
from tests.outbound.peers import saying
from tests.resolve.sites import Street, check, counts, quick, street


@pytest.fixture
def here(on: Runtime) -> Iterator[Street]:
    with street(on) as found:
        yield found


def state(here: Street, number: int = 0) -> LinkState:
    with here.on.store.reading() as connection:
        found = link_state(connection, here.owner.party_id, here.gtins[number])
    assert found is not None
    return found


def twice(here: Street, clock: SetClock) -> dict[str, Checked]:
    """Try every link now and a quarter of an hour later."""
    check(here)
    clock.advance(AGAIN)
    return check(here)


def problem(here: Street, clock: SetClock, number: int = 0) -> tuple[str, int | None]:
    """Code and status of a link that is dead after two tries."""
    twice(here, clock)
    found = state(here, number)
    assert found.state is State.SILENT
    assert found.problem is not None
    return found.problem.code, found.status


class TestAnswers:
    def test_before_anything_was_tried_nothing_is_said(self, here: Street) -> None:
        assert counts(here) == (0, 0, 3)
        assert (state(here).problem, state(here).checked_at) == (None, None)

    def test_a_page_of_ours_answers(self, here: Street) -> None:
        check(here)
        assert counts(here) == (3, 0, 0)
        found = state(here)
        assert (found.status, found.ok_at, found.url) == (200, NOW, here.on.settings.public_url() + f"/01/{here.gtins[0]}")

    def test_a_redirect_to_a_page_of_theirs_answers(self, here: Street) -> None:
        here.theirs.pages["/p"] = saying(b"<html>")
        here.leads(0, here.there("/p?utm=1"))
        check(here)
        assert (state(here).state, state(here).url) == (State.ANSWERS, here.there("/p?utm=1"))
        assert here.theirs.peer.asked() == ["HEAD /p?utm=1"]

    def test_we_say_who_asks_and_which_languages_people_here_read(self, here: Street) -> None:
        here.theirs.pages["/p"] = saying()
        here.leads(0, here.there("/p"))
        check(here)
        head = here.theirs.peer.heads[0].decode()
        assert "User-Agent: truyxuat/test (+https://example.test)" in head
        assert "Accept-Language: vi,en;q=0.5" in head

    @pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "405 Method Not Allowed", "500 Oops", "501 Not Implemented"])
    def test_a_server_that_refuses_head_is_asked_with_get(self, here: Street, status: str) -> None:
        def talk(connection: Any, asked: bytes) -> None:
            (saying(b"", status) if asked.startswith(b"HEAD") else saying(b"<html>"))(connection, asked)

        here.theirs.pages["/p"] = talk
        here.leads(0, here.there("/p"))
        check(here)
        assert (state(here).state, here.theirs.peer.asked()) == (State.ANSWERS, ["HEAD /p", "GET /p"])

    def test_five_redirects_are_followed_and_relative_ones_too(self, here: Street) -> None:
        here.leads(0, here.there("/a/1"))
        for number in range(1, 5):
            here.theirs.pages[f"/a/{number}"] = saying(b"", "302 Found", Location=str(number + 1))
        here.theirs.pages["/a/5"] = saying(b"<html>")
        check(here)
        assert (state(here).state, state(here).url) == (State.ANSWERS, here.there("/a/5"))

    @pytest.mark.parametrize("letters", ["vải-thiều", "vải-thiều".encode().decode("latin-1"), "v%E1%BA%A3i-thi%E1%BB%81u"])
    def test_a_redirect_may_spell_its_letters_as_they_are(self, here: Street, letters: str) -> None:
        here.theirs.pages["/v%E1%BA%A3i-thi%E1%BB%81u"] = saying(b"<html>")
        here.leads(0, here.there(f"/{letters}").encode().decode("latin-1") if letters.startswith("vả") else here.there(f"/{letters}"))
        check(here)
        assert state(here).state is State.ANSWERS

    def test_a_choice_of_links_is_a_page(self, here: Street) -> None:
        here.ours.pages[f"/01/{here.gtins[0]}"] = saying(b"<html>choose", "300 Multiple Choices")
        check(here)
        assert state(here).state is State.ANSWERS

    def test_a_long_page_answers_and_is_not_read_to_its_end(self, here: Street) -> None:
        def endless(connection: Any, asked: bytes) -> None:
            if asked.startswith(b"HEAD"):
                saying(b"", "405 Method Not Allowed")(connection, asked)
                return
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                connection.sendall(b"x" * 65_536)

        here.theirs.pages["/long"] = endless
        here.leads(0, here.there("/long"))
        check(here)
        assert state(here).state is State.ANSWERS


class TestFails:
    def test_a_server_error_is_dead_after_the_second_try_only(self, here: Street, clock: SetClock) -> None:
        here.theirs.pages["/p"] = saying(b"oops", "500 Oops")
        here.leads(0, here.there("/p"))
        first = check(here)[here.gtins[0]]
        assert (first.dead, first.again) == (False, True)
        assert state(here).state is State.UNCHECKED
        clock.advance(AGAIN)
        second = check(here)[here.gtins[0]]
        assert (second.dead, second.again) == (True, False)
        found = state(here)
        assert (found.state, found.since, found.status) == (State.SILENT, NOW, 500)
        assert found.problem is not None
        assert (found.problem.code, found.problem.params["host"]) == ("resolve.link-status", f"theirs.test:{here.theirs.peer.port}")
        assert counts(here) == (2, 1, 0)

    def test_a_link_that_answered_yesterday_still_counts_after_one_failure(self, here: Street, clock: SetClock) -> None:
        check(here)
        clock.advance(STALE)
        here.leads(0, here.there("/gone"))
        check(here)
        assert state(here).state is State.ANSWERS
        assert state(here).problem is not None
        clock.advance(AGAIN)
        check(here)
        assert (state(here).state, state(here).ok_at) == (State.SILENT, NOW)

    def test_a_second_failure_too_soon_says_nothing_yet(self, here: Street, clock: SetClock) -> None:
        here.leads(0, here.there("/gone"))
        for _ in range(3):
            check(here)
            clock.advance(AGAIN / 4)
        assert state(here).state is State.UNCHECKED

    def test_a_dead_link_that_answers_again_is_alive(self, here: Street, clock: SetClock) -> None:
        here.leads(0, here.there("/p"))
        assert problem(here, clock)[1] == 404
        here.theirs.pages["/p"] = saying(b"back")
        check(here)
        assert (state(here).state, state(here).since, state(here).problem) == (State.ANSWERS, None, None)

    def test_a_circle_of_redirects_is_left(self, here: Street, clock: SetClock) -> None:
        here.theirs.pages["/a"] = saying(b"", "302 Found", Location="/b")
        here.theirs.pages["/b"] = saying(b"", "302 Found", Location="/a")
        here.leads(0, here.there("/a"))
        assert problem(here, clock) == ("outbound.too-many-redirects", 302)
        assert len(here.theirs.peer.heads) == 2 * 5  # five redirects in each of two tries

    def test_an_empty_page_is_none(self, here: Street, clock: SetClock) -> None:
        here.ours.pages[f"/01/{here.gtins[0]}"] = saying(b"")
        here.ours.pages[f"/01/{here.gtins[1]}"] = saying(b"", "204 No Content")
        assert problem(here, clock) == ("resolve.link-empty", 200)
        assert state(here, 1).status == 204

    def test_a_redirect_to_nowhere_is_no_page(self, here: Street, clock: SetClock) -> None:
        here.ours.pages[f"/01/{here.gtins[0]}"] = saying(b"moved", "302 Found")
        assert problem(here, clock) == ("resolve.link-status", 302)

    def test_a_closed_port_is_told(self, here: Street, clock: SetClock) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        here.on.outbound = _nearer(here, f"theirs.test:{port}")
        here.leads(0, f"http://theirs.test:{port}/")
        assert problem(here, clock) == ("outbound.not-listening", None)

    def test_a_name_nobody_has_is_told(self, here: Street, clock: SetClock) -> None:
        here.leads(0, "https://nobody.test/")
        assert problem(here, clock) == ("outbound.name-unknown", None)

    @pytest.mark.parametrize(
        ("where", "code"),
        [
            ("http://127.0.0.1/", "outbound.address-refused"), ("http://inside.test/", "outbound.address-refused"),
            ("http://169.254.169.254/latest/meta-data/", "outbound.address-refused"), ("http://theirs.test:22/", "outbound.port-refused"),
            ("ftp://theirs.test/", "outbound.url-refused"), ("http://user:pass@theirs.test/", "outbound.url-refused"),
            ("javascript:alert(1)", "outbound.url-refused"), ("http://[::1", "outbound.url-refused"), ("//127.1/", "outbound.url-refused"),
        ],
    )  # fmt: skip
    def test_a_redirect_inward_is_not_followed(self, on: Runtime, clock: SetClock, where: str, code: str) -> None:
        with street(on, 1, {"inside.test": ["8.8.8.8", "10.0.0.1"]}) as here:
            here.leads(0, where)
            assert problem(here, clock) == (code, None)

    def test_what_answers_too_slowly_is_told(self, here: Street, clock: SetClock) -> None:
        def drip(connection: Any, _asked: bytes) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not here.theirs.peer.ended.wait(0.02):
                connection.sendall(b"x")

        here.theirs.pages["/slow"] = drip
        here.leads(0, here.there("/slow"))
        with here.on.store.reading() as connection:
            links = due_links.chosen(connection, here.gtins[:1])
        for _ in range(2):
            link_check.check_links(links, Manners(pause=0.0, seconds=0.3), on=here.on)
            clock.advance(AGAIN)
        found = state(here)
        assert found.state is State.SILENT
        assert found.problem is not None
        assert found.problem.code == "outbound.too-slow"


def _nearer(here: Street, authority: str) -> Any:
    from dataclasses import replace

    return replace(here.on.outbound, near=here.on.outbound.near | {authority})


class TestOffline:
    def test_without_a_network_no_link_is_called_dead(self, on: Runtime, clock: SetClock) -> None:
        with street(on, network=False) as here:
            here.leads(0, "https://far.test/")
            here.leads(1, here.there("/p"))
            on.outbound = _silent(here)
            for _ in range(3):
                twice(here, clock)
                clock.advance(STALE)
            found = state(here)
            assert (found.state, counts(here)) == (State.UNCHECKED, (1, 1, 1))
            assert found.problem is not None
            assert found.problem.code == "resolve.link-no-network"

    def test_a_dns_that_is_silent_about_one_name_only_makes_that_link_dead(self, here: Street, clock: SetClock) -> None:
        here.leads(0, "https://far.test/")
        here.on.outbound = _silent(here)
        assert problem(here, clock) == ("outbound.name-unanswered", None)

    def test_a_link_that_answered_keeps_answering_while_we_are_offline(self, on: Runtime, clock: SetClock) -> None:
        with street(on, 1, network=False) as here:
            check(here)
            here.leads(0, "https://far.test/")
            on.outbound = _silent(here)
            clock.advance(STALE)
            twice(here, clock)
            assert (state(here).state, state(here).ok_at) == (State.ANSWERS, NOW)

    def test_a_machine_that_cannot_reach_its_own_address_judges_nothing(self, here: Street, clock: SetClock) -> None:
        here.ours.pages = {}
        twice(here, clock)
        assert counts(here) == (0, 0, 3)
        found = state(here).problem
        assert found is not None
        assert found.code == "resolve.own-address-silent"


def _silent(here: Street) -> Any:
    """The same world, in which nobody answers for far.test."""
    from dataclasses import replace

    known = here.on.outbound.look_up

    def look_up(name: str, port: int) -> list[str]:
        if name == "far.test":
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return known(name, port)

    return replace(here.on.outbound, look_up=look_up)


class TestManners:
    def test_one_host_is_asked_by_two_at_once_and_never_by_three(self, on: Runtime) -> None:
        entered, together, most = threading.Semaphore(0), threading.Event(), [0, 0]
        lock = threading.Lock()

        def talk(connection: Any, asked: bytes) -> None:
            with lock:
                most[0] += 1
                most[1] = max(most)
                if most[0] == 2:
                    together.set()
            entered.release()
            together.wait(5)
            with lock:
                most[0] -= 1
            saying()(connection, asked)

        with street(on, 8) as here:
            here.theirs.pages["/p"] = talk
            for number in range(8):
                here.leads(number, here.there("/p"))
            check(here)
            assert counts(here) == (8, 0, 0)
        assert most[1] == 2

    def test_a_host_that_asks_for_rest_is_left_alone(self, here: Street) -> None:
        here.theirs.pages["/p"] = saying(b"later", "429 Too Many Requests", Retry_After="3600")
        for number in range(3):
            here.leads(number, here.there("/p"))
        found = [checked.followed for checked in check(here).values()]
        assert 1 <= len(here.theirs.peer.heads) <= 2  # two may be under way when the first answer comes
        busy = [each for each in found if isinstance(each.problem, HostBusy)]
        assert len(busy) == 3 - len(here.theirs.peer.heads)
        assert all(each.outcome is Outcome.UNCHECKED for each in busy)

    @pytest.mark.parametrize("said", ["Sat, 20 Jun 2026 04:00:00 GMT", "3600"])
    def test_rest_may_be_asked_for_until_a_date(self, here: Street, said: str) -> None:
        here.theirs.pages["/p"] = saying(b"", "503 Service Unavailable", Retry_After=said)
        here.leads(0, here.there("/p"))
        manners = quick()
        with here.on.store.reading() as connection:
            links = due_links.chosen(connection, here.gtins[:1])
        for _ in range(2):
            link_check.check_links(links, manners, on=here.on)
        assert here.theirs.peer.asked() == ["HEAD /p"]

    @pytest.mark.parametrize("said", ["soon", "-5", "", "Sat, 20 Jun 2020 04:00:00 GMT", "Sat, 20 Jun 2026 04:00:00 -0000"])
    def test_a_wish_that_makes_no_sense_holds_nobody_up(self, here: Street, said: str, clock: SetClock) -> None:
        here.theirs.pages["/p"] = saying(b"", "503 Service Unavailable", Retry_After=said)
        here.leads(0, here.there("/p"))
        assert problem(here, clock) == ("resolve.link-status", 503)

    def test_a_pause_lies_between_two_requests_to_one_host(self) -> None:
        stop = threading.Event()
        manners = Manners(stop, own="ours.test", pause=60.0)
        with manners.turn("a.test"), manners.turn("b.test"), manners.turn("ours.test"), manners.turn("ours.test"):
            pass
        with pytest.raises(HostBusy), manners.turn("a.test"):
            pass

    def test_hosts_are_forgotten_when_there_are_too_many_and_rest_is_kept_longest(self) -> None:
        manners = Manners(pause=0.0, most=4)
        manners.rest("resting.test", 3600)
        with manners.turn("busy.test"):
            for number in range(50):
                with manners.turn(f"{number}.test"):
                    pass
            assert len(manners._turns) <= 4  # noqa: SLF001  # what it keeps is what is asked
            assert {"busy.test", "resting.test"} <= manners._turns.keys()  # noqa: SLF001  # as above
        for number in range(50):
            manners.rest(f"{number}.rest", 3600)
        assert len(manners._turns) <= 4  # noqa: SLF001  # as above

    def test_whoever_waits_goes_home_when_the_server_stops(self) -> None:
        stop = threading.Event()
        manners = Manners(stop)
        with manners.turn("a.test"), manners.turn("a.test"):
            stop.set()
            with pytest.raises(Stopped), manners.turn("a.test"):
                pass

    def test_a_run_that_is_stopped_keeps_what_it_has_and_goes_on_later(self, here: Street) -> None:
        stop = threading.Event()
        with here.on.store.reading() as connection:
            links = due_links.chosen(connection)
        done = link_check.check_links(links[:1], quick(stop), on=here.on, each=lambda _each: stop.set())
        assert (done, link_check.check_links(links, quick(stop), on=here.on)) == (1, 0)
        with here.on.store.reading() as connection:
            assert [link.gtin for link in due_links.due(connection, NOW, 10)] == list(here.gtins[1:])

    def test_a_fault_of_ours_ends_the_run_and_is_not_hidden(self, here: Street) -> None:
        def broken(each: Checked) -> None:
            raise KeyError(each.gtin)

        with here.on.store.reading() as connection:
            links = due_links.chosen(connection)
        with pytest.raises(KeyError):
            link_check.check_links(links, quick(), on=here.on, each=broken)


class TestUnproven:
    @pytest.fixture
    def asked_first(self, here: Street) -> Street:
        """The first product leads to a host of theirs that nobody has proven, and our own page asks before."""
        default = Link(DEFAULT, here.there("/p?a=1"), "Vải")
        declare.declare(Registration((("01", here.gtins[0]),), "Vải", default, ()), by=here.owner.actor(), on=here.on)
        root = here.on.settings.public_url()
        with here.on.store.reading() as connection:
            sent = answer.redirect_for(connection, f"/01/{here.gtins[0]}", "", None, None, Site(root, hosts.own_host(here.on)))
        assert sent is not None
        assert sent.headers["Location"] == f"{root}/leaving/01/{here.gtins[0]}"
        here.leads(0, sent.headers["Location"])
        here.ours.pages[f"/leaving/01/{here.gtins[0]}"] = saying(b"<html>leave?")
        return here

    def test_the_page_behind_our_question_is_judged(self, asked_first: Street, clock: SetClock) -> None:
        assert problem(asked_first, clock) == ("resolve.link-status", 404)
        found = state(asked_first)
        assert found.url == asked_first.there("/p?a=1")
        assert found.unproven is not None
        assert (found.unproven.code, found.unproven.params) == (
            "resolve.link-unproven", {"host": f"theirs.test:{asked_first.theirs.peer.port}"},
        )  # fmt: skip

    def test_a_page_that_answers_behind_our_question_answers_and_says_that_we_ask(self, asked_first: Street) -> None:
        asked_first.theirs.pages["/p"] = saying(b"<html>")
        check(asked_first)
        found = state(asked_first)
        assert (found.state, found.problem, found.unproven is not None) == (State.ANSWERS, None, True)
        assert asked_first.theirs.peer.asked() == ["HEAD /p?a=1"]

    def test_once_the_host_is_proven_nothing_is_said_any_more(self, asked_first: Street) -> None:
        asked_first.theirs.pages["/p"] = saying(b"<html>")
        check(asked_first)
        hosts.vouch(f"theirs.test:{asked_first.theirs.peer.port}", asked_first.owner.party_id, on=asked_first.on)
        asked_first.leads(0, asked_first.there("/p?a=1"))
        check(asked_first)
        assert (state(asked_first).state, state(asked_first).unproven) == (State.ANSWERS, None)

    @pytest.mark.parametrize("path", ["/leaving/", "/leaving/01/123", "/leaving/01/09529999999998", "/leaving/x"])
    def test_a_page_of_that_kind_without_a_link_behind_it_ends_the_way(self, here: Street, path: str) -> None:
        here.leads(0, here.on.settings.public_url() + path)
        here.ours.pages[path] = saying(b"<html>")
        check(here)
        assert (state(here).state, state(here).unproven) == (State.ANSWERS, None)

    def test_a_stranger_s_page_of_the_same_path_is_a_stranger_s(self, asked_first: Street) -> None:
        path = f"/leaving/01/{asked_first.gtins[0]}"
        asked_first.theirs.pages[path] = saying(b"<html>")
        asked_first.leads(0, asked_first.there(path))
        check(asked_first)
        assert (state(asked_first).url, state(asked_first).unproven) == (asked_first.there(path), None)


OUTCOMES = st.sampled_from([Outcome.ANSWERS, Outcome.FAILS, Outcome.UNCHECKED])


class Kept:
    """A row of `link_check` as the database would hold it."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)


@given(st.lists(st.tuples(OUTCOMES, st.integers(0, 40)), max_size=12))
def test_a_link_is_called_dead_only_after_two_failures_in_a_row_a_quarter_of_an_hour_apart(tries: list[tuple[Outcome, int]]) -> None:
    row: Any = None
    now = NOW
    failing: list[datetime] = []
    for outcome, minutes in tries:
        now += timedelta(minutes=minutes)
        followed = Followed(outcome, "http://a.test/", None, None if outcome is Outcome.ANSWERS else NoNetwork(host="a.test"), 1)
        values = after(row, followed, now)
        row = Kept({"ok_at": getattr(row, "ok_at", None)} | values)
        failing = [] if outcome is Outcome.ANSWERS else [*failing, now] if outcome is Outcome.FAILS else failing
        dead = not row.ok and row.failed_since is not None and row.checked_at != row.failed_since
        if dead:
            assert len(failing) >= 2
            assert failing[-1] - failing[0] >= AGAIN
        assert not (dead and row.ok)
        if outcome is Outcome.ANSWERS:
            assert (row.ok, row.ok_at, row.failed_since) == (True, now, None)
