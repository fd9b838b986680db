"""One link followed as a phone follows it: each redirect by hand, each hop judged before it is asked, and a page at the end or not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from urllib.parse import urljoin

from app.errors import Refusal, Unavailable
from app.outbound import SECONDS, Answer, NoAnswer, NotAsked, Outbound, TooManyRedirects, UrlRefused, read_url
from app.resolve.crew import Stopped
from app.resolve.targets import host_of

MOST_HOPS = 5
"""Redirects that are followed; browsers follow twenty, people on a slow line wait for two."""

AT_ONCE = 2
"""Requests to one host at the same time."""

PAUSE = 1.0
"""Seconds between the beginnings of two requests to one host of others."""

LONGEST_REST = 86_400.0
"""Seconds that a host's wish to be left alone is honoured at most."""

_PATIENCE = 20.0
"""Seconds that a link waits for its turn; a host that wants a longer rest is left for another night."""

_MOST_BYTES = 4_096
_REDIRECTS = {301, 302, 303, 307, 308}
_BUSY = {429, 503}

ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.8"
TONGUES = "vi,en;q=0.5"
"""What a phone of this country asks for."""

_HEADERS = {"Accept": ACCEPT, "Accept-Language": TONGUES}

_MOST_HOSTS = 10_000
"""Hosts whose turns are remembered; of more, those that have waited out their pause are forgotten."""


class Unwell(Unavailable):
    """A link leads to something that is no page for people."""


class BadStatus(Unwell):
    """The last hop answers with an error, or with a redirect that leads nowhere."""

    code = "resolve.link-status"  # params: host, status


class EmptyPage(Unwell):
    """The last hop answers, and there is nothing in it."""

    code = "resolve.link-empty"  # params: host


class HostBusy(Unwell):
    """The host asked to be left alone for longer than we wait."""

    code = "resolve.link-host-busy"  # params: host


class NoNetwork(Unwell):
    """This installation has no way out, so nothing can be said about the link."""

    code = "resolve.link-no-network"  # params: host


class Outcome(StrEnum):
    """What following a link says about it. UNCHECKED: nothing, for a reason that is not the link's."""

    ANSWERS = "answers"
    FAILS = "fails"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Followed:
    """Where a link led.

    url: the last hop; status: of its answer, None without one; problem: None when a page answered; unproven: a host that visitors are asked
    about before they go there, None when there is none.
    """

    outcome: Outcome
    url: str
    status: int | None
    problem: Refusal | None
    milliseconds: int
    unproven: str | None = None


class _Turns:
    """Of one host: who may ask now, and when the next may begin."""

    def __init__(self) -> None:
        self.free = threading.Semaphore(AT_ONCE)
        self.lock = threading.Lock()
        self.next = 0.0
        self.users = 0


class Manners:
    """How we behave to servers of others: two requests at once, a pause between them, and rest for who asks for it (Retry-After).

    pause: seconds between two requests to a host, none to our own; seconds: that one request may take; most: hosts that are remembered.
    """

    def __init__(
        self, stop: threading.Event | None = None, *, own: str = "", pause: float = PAUSE, seconds: float = SECONDS, most: int = _MOST_HOSTS
    ) -> None:
        self.stop = stop or threading.Event()
        self.seconds = seconds
        self._own, self._pause, self._most = own, pause, most
        self._turns: dict[str, _Turns] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait for one's turn to ask a host. Raises Stopped, HostBusy."""
        turns = self._enter(host)
        try:
            with self._wait(turns, host):
                yield
        finally:
            with self._lock:
                turns.users -= 1

    def _enter(self, host: str) -> _Turns:
        """The turns of a host, which are not forgotten while somebody waits for one."""
        with self._lock:
            if host not in self._turns and len(self._turns) >= self._most:
                self._forget()
            turns = self._turns.setdefault(host, _Turns())
            turns.users += 1
            return turns

    def _forget(self) -> None:
        """Forget hosts that nobody waits for: those that may be asked again; where they are few, half of all, whose rest ends first."""
        now = time.monotonic()
        idle = sorted((turns.next, host) for host, turns in self._turns.items() if not turns.users)
        rested = sum(when <= now for when, _ in idle)
        for _, host in idle[: max(rested, len(idle) // 2)]:
            del self._turns[host]

    @contextmanager
    def _wait(self, turns: _Turns, host: str) -> Iterator[None]:
        while not turns.free.acquire(timeout=0.2):
            self._go_on()
        try:
            with turns.lock:
                now = time.monotonic()
                begin = max(now, turns.next)
                if begin - now > _PATIENCE:
                    raise HostBusy(host=host)
                turns.next = begin + (0.0 if host == self._own else self._pause)
            self.stop.wait(max(0.0, begin - now))
            self._go_on()
            yield
        finally:
            turns.free.release()

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for so many seconds."""
        turns = self._enter(host)
        with turns.lock:
            turns.next = max(turns.next, time.monotonic() + min(seconds, LONGEST_REST))
        with self._lock:
            turns.users -= 1

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise Stopped


def follow(
    url: str, way: Outbound, manners: Manners, now: datetime, *, own: str, network: Callable[[], bool], past: Callable[[str], str | None]
) -> Followed:
    """Follow a link to its end.

    own: our own host, reached wherever it is; network: whether there is a way out, asked only in doubt; past: where a page of ours that
    asks whether to leave for an unproven host leads, by its address, None for every other page. Raises Stopped.
    """
    trip = _Trip(url, way, manners, now, own, past)
    problem: Refusal | None = None
    outcome = Outcome.ANSWERS
    try:
        trip.go()
    except HostBusy as busy:
        problem, outcome = busy, Outcome.UNCHECKED
    except NoAnswer as refusal:
        offline = refusal.unclear and not network()
        problem, outcome = (NoNetwork(**refusal.params), Outcome.UNCHECKED) if offline else (refusal, Outcome.FAILS)
    except (NotAsked, Unwell) as refusal:
        problem, outcome = refusal, Outcome.FAILS
    return Followed(outcome, trip.url, trip.status, problem, trip.milliseconds, trip.unproven)


class _Trip:
    """The way from a printed link to its page."""

    def __init__(self, url: str, way: Outbound, manners: Manners, now: datetime, own: str, past: Callable[[str], str | None]) -> None:
        self.url, self.milliseconds = url, 0
        self.status: int | None = None
        self.unproven: str | None = None
        self._past = past
        self._way, self._manners, self._now, self._own = way, manners, now, frozenset({own})

    def go(self) -> None:
        """Follow redirects, and the button of our own page about an unproven host, until there are none.

        Raises NoAnswer, NotAsked, Unwell, Stopped.
        """
        for _ in range(MOST_HOPS + 1):
            answer, page = self._ask()
            to = _redirect(answer)
            if to is None:
                self._judge(answer.status, page=page)
                to = self._past(self.url)
                if to is None:
                    return
                self.unproven = host_of(to)
            try:
                self.url = urljoin(self.url, to)
            except ValueError as error:
                self.status = None
                raise UrlRefused(url=to[:200]) from error
        raise TooManyRedirects(host=read_url(self.url).authority, limit=MOST_HOPS)

    def _ask(self) -> tuple[Answer, bool]:
        """(answer, whether there is a page in it): HEAD first, and GET where HEAD shows none, because many servers answer it wrongly."""
        answer = self._send("HEAD")
        if answer.status == 200 and answer.headers.get("content-length") != "0":
            return answer, True
        resting = answer.status in _BUSY and "retry-after" in answer.headers
        if resting or _redirect(answer) is not None:
            return answer, False
        answer = self._send("GET")
        return answer, bool(answer.body)

    def _send(self, method: str) -> Answer:
        self.status = None
        host = read_url(self.url).authority
        with self._manners.turn(host):
            seconds, own = self._manners.seconds, self._own
            answer = self._way.fetch(
                self.url, method=method, headers=_HEADERS, most_bytes=_MOST_BYTES, seconds=seconds, also_hosts=own, whole=False
            )
        self.status = answer.status
        self.milliseconds += answer.milliseconds
        if answer.status in _BUSY:
            self._manners.rest(host, _rest(answer.headers.get("retry-after", ""), self._now))
        return answer

    def _judge(self, status: int, *, page: bool) -> None:
        host = read_url(self.url).authority
        if not 200 <= status < 400 or status in _REDIRECTS:
            raise BadStatus(host=host, status=status)
        if not page:
            raise EmptyPage(host=host)


def _redirect(answer: Answer) -> str | None:
    """Where an answer sends its visitor; many servers write letters of the path as they are, in UTF-8."""
    to = answer.headers.get("location") if answer.status in _REDIRECTS else None
    if to is None or to.isascii():
        return to
    try:
        return to.encode("latin-1").decode()
    except UnicodeError:
        return to


def _rest(retry_after: str, now: datetime) -> float:
    """Seconds of a Retry-After field: a number, or a date (RFC 9110, 10.2.3); 0 for what is neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0
