"""The night's work of the resolver: links and proofs of hosts, a small share every minute, spread over four hours."""

from __future__ import annotations

import math
import threading
from datetime import datetime, timedelta, timezone

from app.resolve import hosts, link_check
from app.resolve.follow import Manners
from app.runtime import Runtime

_VIETNAM = timezone(timedelta(hours=7))
_HOURS = 4
_MOST_AT_ONCE = 200
_HOSTS_AT_ONCE = 5


def minutes_left(now: datetime, hour: int) -> int:
    """Minutes until the night's work should be done, 0 outside of it; hour: of its beginning in Viet Nam, -1 for never."""
    if hour < 0:
        return 0
    local = now.astimezone(_VIETNAM)
    begun = (local.hour * 60 + local.minute - hour * 60) % (24 * 60)
    return max(0, _HOURS * 60 - begun)


def share(due: int, minutes: int) -> int:
    """How many of the due links to try in this minute, so that all fit into the minutes left."""
    return min(_MOST_AT_ONCE, math.ceil(due / minutes)) if minutes else 0


class Night:
    """The night's work of one process; what was done stands in the database, so it goes on where it was left, after a restart too."""

    def __init__(self, on: Runtime, stop: threading.Event) -> None:
        self._on = on
        self._manners = Manners(stop, own=hosts.own_host(on))

    def minute(self) -> int:
        """This minute's share; returns how many links and hosts were looked at. Only one process of several does it."""
        on, now = self._on, self._on.clock.now()
        minutes = minutes_left(now, on.settings.link_check_hour)
        if not minutes:
            return 0
        with link_check.alone(on) as mine:
            if not mine:
                return 0
            with on.store.reading() as connection:
                links = link_check.due(connection, now, share(link_check.due_count(connection, now), minutes))
            looked = hosts.look_again(_HOSTS_AT_ONCE, self._manners.stop, on=on)
            return looked + link_check.check_links(links, self._manners, on=on)
