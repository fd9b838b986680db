"""The night's work of the resolver: links and proofs of hosts, a share every minute, spread over four hours.

What a night can do at most: 2,000 links and 60 hosts a minute, 480,000 and 14,400 a night. Eight links are under way at a time, so servers
that take 0.3 s for a page make it half of that; and 14,400 links to one host, as a second lies between two requests to it. What is left
over is told in the log at the end and by the doctor, and comes first the next night.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from app.resolve import due_links, hosts
from app.resolve.alone import alone
from app.resolve.due_links import Due, Rounds
from app.resolve.follow import Manners
from app.resolve.link_check import check_links
from app.runtime import Runtime

MOST_LINKS = 2_000
MOST_HOSTS = 60
"""At most in one minute."""

_VIETNAM = timezone(timedelta(hours=7))
_HOURS = 4
_HOST_SECONDS, _LINK_SECONDS = 15.0, 40.0
"""After so long of a minute nothing more is begun, so that a minute's work ends within about a minute."""

_COUNT_AGAIN = timedelta(minutes=15)

_log = logging.getLogger(__name__)


def minutes_left(now: datetime, hour: int) -> int:
    """Minutes until the night's work should be done, 0 outside of it; hour: of its beginning in Viet Nam, -1 for never."""
    if hour < 0:
        return 0
    local = now.astimezone(_VIETNAM)
    begun = (local.hour * 60 + local.minute - hour * 60) % (24 * 60)
    return max(0, _HOURS * 60 - begun)


def share(due: int, minutes: int, most: int = MOST_LINKS) -> int:
    """How many of what is due to do in this minute, so that all fits into the minutes left."""
    return min(most, math.ceil(due / minutes)) if minutes else 0


@dataclass(slots=True)
class _Tally:
    """One night in numbers. waiting: links due, counted now and then; the rest: since this process had its first turn."""

    counted_at: datetime
    waiting: int
    links_due: int
    hosts_due: int
    links: int = 0
    hosts: int = 0


class Night:
    """The night's work of one process; what was done stands in the database, so it goes on where it was left, after a restart too."""

    def __init__(self, on: Runtime, stop: threading.Event) -> None:
        self._on = on
        self._manners = Manners(stop, own=hosts.own_host(on))
        self._rounds = Rounds()
        self._tally: _Tally | None = None

    def minute(self) -> int:
        """This minute's share; returns how many links and hosts were looked at. Only one process of several does it."""
        on, now = self._on, self._on.clock.now()
        minutes = minutes_left(now, on.settings.link_check_hour)
        if not minutes:
            self._tell()
            return 0
        with alone(on) as mine:
            return self._do(now, minutes) if mine else 0

    def _do(self, now: datetime, minutes: int) -> int:
        on = self._on
        with on.store.reading() as connection:
            hosts_due = hosts.due_count(connection, now)
            if self._tally is None:
                waiting = due_links.due_count(connection, now)
                self._tally = _Tally(now, waiting, waiting, hosts_due)
            elif now - self._tally.counted_at >= _COUNT_AGAIN:
                self._tally.counted_at, self._tally.waiting = now, due_links.due_count(connection, now)
            links = self._rounds.next(connection, now, share(self._tally.waiting, minutes))
        looked = hosts.look_again(share(hosts_due, minutes, MOST_HOSTS), self._manners.stop, on=on, seconds=_HOST_SECONDS)
        tried = check_links(in_turn(links), self._manners, on=on, seconds=_LINK_SECONDS)
        self._tally.hosts += looked
        self._tally.links += tried
        self._tally.waiting = max(0, self._tally.waiting - tried)
        return looked + tried

    def _tell(self) -> None:
        """Say once, when the night is over, what it did and what it left."""
        tally, self._tally = self._tally, None
        if tally is None:
            return
        now = self._on.clock.now()
        with self._on.store.reading() as connection:
            links, looks = due_links.due_count(connection, now), hosts.due_count(connection, now)
        _log.log(
            logging.WARNING if links or looks else logging.INFO,
            "the night is over: %d links due, %d tried, %d left over; %d proofs of hosts due, %d looked at, %d left over",
            tally.links_due, tally.links, links, tally.hosts_due, tally.hosts, looks,
        )  # fmt: skip


def in_turn(links: Sequence[Due]) -> list[Due]:
    """The links of each owner one after the other: they often lead to one host, which is asked slowly while others could be."""
    seen: Counter[int] = Counter()
    order: list[tuple[int, int]] = []
    for place, link in enumerate(links):
        order.append((seen[link.party_id], place))
        seen[link.party_id] += 1
    return [links[place] for _, place in sorted(order)]
