"""A limit on how often one client may ask, kept in memory: enough against a loop, gone with the process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv6Address

MOST_CLIENTS = 20_000
"""Clients remembered; the one that asked longest ago is forgotten first. About 3 MB."""

_PREFIX = 64
"""One customer of an access network has a whole /64 of IPv6 addresses."""


def client_of(address: str | None) -> str:
    """Who counts as one client: an IPv4 address, or the first 64 bits of an IPv6 address."""
    try:
        return str(int(IPv6Address((address or "").split("%", 1)[0])) >> (128 - _PREFIX))
    except AddressValueError:
        return address or ""


class Limit:
    """A token bucket for each client: `burst` at once, then `rate` a second."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._lock = threading.Lock()
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float) -> float:
        """Take a token; 0 when there was one, else the seconds until there is. now: seconds of a clock that never goes back."""
        with self._lock:
            tokens, seen = self._clients.pop(client, (self._burst, now))
            tokens = min(self._burst, tokens + (now - seen) * self._rate)
            taken = tokens >= 1
            self._clients[client] = (tokens - taken, now)
            if len(self._clients) > MOST_CLIENTS:
                self._clients.popitem(last=False)
        return 0.0 if taken else (1 - tokens) / self._rate


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one server process on what strangers may do.

    pictures: the camera page sends three a second, and a few telephones may share an address; looks: how many are counted, so that nobody
    can make a pack suspicious, or fill the disk, by loading pages in a loop; places: told in which province.
    """

    pictures: Limit = field(default_factory=lambda: Limit(rate=5.0, burst=30.0))
    looks: Limit = field(default_factory=lambda: Limit(rate=0.1, burst=40.0))
    places: Limit = field(default_factory=lambda: Limit(rate=0.05, burst=10.0))
