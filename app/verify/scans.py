"""Looks at an item: recorded without address, cookie or device, and what they tell about copies of a label.

A look is an opened verdict page, nothing else: resolver answers, HEAD and prefetches are not. The viewer is a keyed hash of address and
browser under a random secret of the day, so that the same visitor counts once a day. When the secret is replaced the next day, nobody
can compute a token again: it leads neither to an address nor to another day's token.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from sqlalchemy import bindparam, exc, func, insert, select, update
from sqlalchemy.engine import Connection

from app.runtime import Runtime
from app.store.columns import from_micros, to_micros
from app.store.engine import StoreUnreachable
from app.store.keys import new_id
from app.store.work import Tx
from app.vault import Vault
from app.verify import day_secret
from app.verify.model import Scan
from app.verify.verdict import Cause, Reason

WINDOW = timedelta(days=10)
"""Looks are counted together within any stretch of this length; a label once found copied stays copied, however long ago that was."""

FASTEST_KMH = 900
"""No pack travels faster than an airliner's cruise: two places farther apart are two labels."""

LEAST_KM = 150
"""Below this, seats of neighbouring provinces say nothing about where two people stood."""

MOST_PROVINCES = 5
"""A single pack seen by people in five provinces within ten days is not one pack; a carrier passes three or four without opening it."""

MOST_VIEWERS = 50
"""A pack on a shelf is looked at by a handful of people; a printed copy by hundreds. Fifty leaves room for a display piece at a fair."""

LONGEST_PATH = 500
"""Most recent told places compared; more only repeat the signal."""

_HOURS = 3_600_000_000
_MICROSECOND = timedelta(microseconds=1)
_EARTH_KM = 6371.0
_PASSES = "scan-viewers.key"
_PASS = re.compile(r"([0-9]{1,19})\.([0-9]{1,19})\.[0-9a-f]{24}")
_TOKEN = 12
"""Bytes of a viewer's token: enough that two visitors of a day do not meet, too few to be worth anything else."""


@dataclass(frozen=True, slots=True)
class Told:
    """A look whose province somebody told: microseconds since 1970, province code, viewer's token."""

    at: int
    province: str
    viewer: bytes


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """What is known about the looks at an item: facts first, `signal` only when they cannot be explained by one pack.

    total: all looks; first: instant of the first or None; provinces: told in the window; viewers: different ones in the window.
    """

    total: int = 0
    first: datetime | None = None
    provinces: int = 0
    viewers: int = 0
    signal: Reason | None = None


@lru_cache(maxsize=1)
def _seats() -> dict[str, tuple[float, float]]:
    table = json.loads((files("schemas") / "vocabulary" / "provinces.json").read_text(encoding="utf-8"))
    return {row["code"]: (row["latitude"], row["longitude"]) for row in table["provinces"]}


@lru_cache(maxsize=1)
def province_names() -> dict[str, str]:
    """Names of provinces by code, in the order of the Vietnamese alphabet as the table has it."""
    table = json.loads((files("schemas") / "vocabulary" / "provinces.json").read_text(encoding="utf-8"))
    return {row["code"]: row["name"] for row in table["provinces"]}


def distance_km(one: str, other: str) -> float:
    """Great-circle distance between the seats of two provinces, by code; 0 for a code that does not exist."""
    if one not in _seats() or other not in _seats():
        return 0.0
    (lat1, lon1), (lat2, lon2) = (tuple(map(radians, _seats()[code])) for code in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))


def impossible(told: Sequence[Told]) -> tuple[Told, Told] | None:
    """Two neighbouring looks of different viewers that no pack could travel between, the most glaring pair, or None.

    One viewer naming two provinces is a mistake of the finger, not a second label.
    """
    found: list[tuple[float, tuple[Told, Told]]] = []
    for before, after in pairwise(sorted(told, key=lambda look: look.at)):
        distance = distance_km(before.province, after.province)
        missing = distance - FASTEST_KMH * (after.at - before.at) / _HOURS
        if before.viewer != after.viewer and distance >= LEAST_KM and missing > 0:
            found.append((missing, (before, after)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


_LOOKS = select(func.count(), func.min(Scan.seen_at)).where(
    Scan.party_id == bindparam("party_id"), Scan.gtin == bindparam("gtin"), Scan.serial == bindparam("serial")
)
_VIEWERS = select(func.count(func.distinct(Scan.viewer))).where(
    Scan.party_id == bindparam("party_id"),
    Scan.gtin == bindparam("gtin"),
    Scan.serial == bindparam("serial"),
    Scan.seen_at >= bindparam("since"),
)
_TOLD = (
    select(Scan.scan_id, Scan.seen_at, Scan.province, Scan.viewer)
    .where(
        Scan.party_id == bindparam("party_id"),
        Scan.gtin == bindparam("gtin"),
        Scan.serial == bindparam("serial"),
        Scan.province.is_not(None),
    )
    .order_by(Scan.seen_at.desc())
    .limit(LONGEST_PATH)
)


def facts(connection: Connection, party_id: int, gtin: str, serial: str, *, at: datetime) -> ScanFacts:
    """The looks at an item so far, and the signal of a copied label when there is one."""
    item = {"party_id": party_id, "gtin": gtin, "serial": serial}
    total, first = connection.execute(_LOOKS, item).one()
    if not total:
        return ScanFacts()
    since = to_micros(at - WINDOW)
    viewers = connection.execute(_VIEWERS, item | {"since": since}).scalar_one()
    told = [Told(row.seen_at, row.province, row.viewer or b"%d" % row.scan_id) for row in connection.execute(_TOLD, item)]
    provinces = len({look.province for look in told if look.at >= since})
    return ScanFacts(total, from_micros(first), provinces, viewers, _signal(told, most_provinces(told), viewers))


def most_provinces(told: Sequence[Told]) -> int:
    """The most different provinces told within any stretch of the window's length."""
    ordered = sorted(told, key=lambda look: look.at)
    span, start, most = WINDOW // _MICROSECOND, 0, 0
    for end, look in enumerate(ordered):
        while look.at - ordered[start].at > span:
            start += 1
        most = max(most, len({each.province for each in ordered[start : end + 1]}))
    return most


def _signal(told: Sequence[Told], provinces: int, viewers: int) -> Reason | None:
    pair = impossible(told)
    if pair is not None:
        before, after = pair
        params = {
            "one": province_names().get(before.province, before.province),
            "other": province_names().get(after.province, after.province),
            "minutes": (after.at - before.at) // (_HOURS // 60),
            "km": round(distance_km(before.province, after.province)),
        }
        return Reason(Cause.CLONE_GEO, params)
    if provinces >= MOST_PROVINCES or viewers >= MOST_VIEWERS:
        return Reason(Cause.CLONE_COUNT, {"viewers": viewers, "provinces": provinces, "days": WINDOW.days})
    return None


def viewer_token(address: str, agent: str, *, on: Runtime) -> bytes:
    """The visitor's token of the day: a keyed hash of address and browser under the secret of the day."""
    day_key = day_secret.of_day(on.settings.home, on.clock.now().date())
    return hmac.digest(day_key, f"{address}\n{agent}".encode("utf-8", "surrogateescape"), sha256)[:_TOKEN]


@dataclass(frozen=True, slots=True)
class Look:
    """A look as it is recorded: whose product, which item, by which token, and what was answered."""

    party_id: int
    gtin: str
    serial: str
    viewer: bytes
    verdict: str
    cause: str


SAME_LOOK = timedelta(minutes=10)
"""The same viewer within this time looks once: a page loaded again, or in another language, is no further check."""

_SEEN_BEFORE = (
    select(Scan.scan_id)
    .where(
        Scan.party_id == bindparam("party_id"),
        Scan.gtin == bindparam("gtin"),
        Scan.serial == bindparam("serial"),
        Scan.seen_at >= bindparam("since"),
        Scan.viewer == bindparam("viewer"),
    )
    .limit(1)
)


def record(look: Look, *, on: Runtime, timeout: float = 1.0) -> tuple[int, bool]:
    """Keep a look; returns its number and whether it is a new one.

    Raises Busy, WriteTimeout (seconds) or StoreUnreachable rather than let the page wait for the database.
    """
    scan_id, now = new_id(), on.clock.now()
    item = {"party_id": look.party_id, "gtin": look.gtin, "serial": look.serial, "viewer": look.viewer}
    try:
        with on.store.reading() as connection:
            before = connection.execute(_SEEN_BEFORE, item | {"since": to_micros(now - SAME_LOOK)}).first()
    except exc.SQLAlchemyError as error:
        raise StoreUnreachable(retry_after=2, reason=type(error).__name__) from error
    if before is not None:
        return before.scan_id, False

    def run(tx: Tx) -> None:
        values = {"scan_id": scan_id, "seen_at": to_micros(now), "province": None, "verdict": look.verdict, "cause": look.cause}
        tx.execute(insert(Scan).values(item | values))

    on.store.write(run, timeout=timeout)
    return scan_id, True


def pass_for(vault: Vault, party_id: int, scan_id: int) -> str:
    """What the page's form carries so that its sender may tell the place of this look and of no other."""
    said = f"{party_id}.{scan_id}"
    return f"{said}.{hmac.digest(vault.load(_PASSES), b'look ' + said.encode(), sha256)[:_TOKEN].hex()}"


def tell_place(given: str, province: str, *, on: Runtime) -> bool:
    """Keep the province of a look, once; False when the pass is not ours, or the province does not exist, or it was told before."""
    match = _PASS.fullmatch(given)
    if match is None or province not in _seats():
        return False
    party_id, scan_id = int(match[1]), int(match[2])
    if not hmac.compare_digest(pass_for(on.vault, party_id, scan_id), given):
        return False
    mine = (Scan.party_id == party_id) & (Scan.scan_id == scan_id) & Scan.province.is_(None)
    return bool(on.store.write(lambda tx: tx.execute(update(Scan).where(mine).values(province=province)).rowcount))
