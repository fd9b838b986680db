"""Serial shipping container codes (AI 00): a counter for each company prefix and extension digit that only grows.

Every SSCC is kept, and its number is the key: two prefixes of which one begins with the other can reach the same number, and then the
later counter moves on. Source: GS1 General Specifications, section 2.2.1 (an SSCC is not used again); here never, not only for a year.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from app.errors import Invalid
from app.identify import check_digit, elements
from app.identify import gtin as gtins
from app.label.model import Restoration, Sscc, SsccCounter
from app.label.stamps.refusals import (
    CounterBehind,
    CounterHeld,
    CountWrong,
    ExtensionWrong,
    NoSuchSscc,
    PrefixNotYours,
    PrefixUnclear,
    ReasonMissing,
    SsccExhausted,
)
from app.party.model import CompanyPrefix
from app.party.permissions import Actor, Permission, Role, permit
from app.runtime import Runtime
from app.store.columns import to_micros
from app.store.engine import StoreUnreachable
from app.store.keys import new_id
from app.store.tables import table
from app.store.work import AlreadyThere, Tx

MOST = 10_000
"""Most SSCCs in one call."""

OPERATOR = Actor(Role.OPERATOR, party_id=0, name="operator")
"""Who gives out SSCCs at the command line without naming an organisation; the prefix is theirs to know."""

EXTENSIONS = range(10)
LONGEST_REASON = 200

_DIGITS = 16  # of an SSCC between extension and check digit: company prefix and serial reference
_PREFIX_LENGTHS = range(4, 13)
_ISSUER = slice(1, 8)
_ISSUER_DIGITS = 7
_TRIES = 8
_COLUMNS = ("issuer", "sscc", "party_id", "gtin", "lot", "quantity", "expiry", "batch_id", "ship_to", "created_by", "created_at")


def give_ssccs(  # noqa: PLR0913  # a unit and what it holds
    count: int,
    *,
    prefix: str | None = None,
    extension: int = 0,
    gtin: str | None = None,
    lot: str | None = None,
    quantity: int | None = None,
    expiry: str | None = None,
    ship_to: str | None = None,
    batch_id: int | None = None,
    by: Actor,
    on: Runtime,
) -> list[str]:
    """Give out `count` SSCCs that nobody was given before, in ascending order, all or none.

    prefix: a company prefix of the organisation, needless when it has one; the operator names any. gtin, lot, quantity, expiry
    (YYMMDD), ship_to: what stands in the logistic unit and where it goes, kept beside the number; batch_id: what the numbers are found
    under together, a fresh one when None. Raises CountWrong, ExtensionWrong, PrefixUnclear, PrefixNotYours,
    SsccExhausted with what is left and where there is more, CounterHeld after a backup was restored, and what the AIs forbid.
    """
    party_id = permit(by, Permission.LABEL_SSCC_WRITE)
    if not 1 <= count <= MOST:
        raise CountWrong(pointer="/count", count=count, most=MOST)
    if extension not in EXTENSIONS:
        raise ExtensionWrong(pointer="/extension", extension=str(extension)[:20])
    held_things = contents(gtin, lot, quantity, expiry)
    with on.store.reading() as connection:
        mine = _prefix(connection, party_id, prefix)
    beside = (party_id, *held_things, new_id() if batch_id is None else batch_id, ship_to)
    made = (by.person_id, to_micros(on.clock.now()))
    for attempt in range(_TRIES):
        try:
            return on.store.write(lambda tx: _give(tx, mine, extension, count, beside, made))
        except (AlreadyThere, StoreUnreachable):
            # An overlapping prefix, or the first use of a counter, in another process at the same moment; or SQLite locked for long.
            if attempt == _TRIES - 1:
                raise
    raise SsccExhausted(prefix=mine, extension=extension, left=0, asked=count, free="-")


def check_room(count: int, *, prefix: str | None = None, extension: int = 0, by: Actor, on: Runtime) -> None:
    """Refuse a number of SSCCs that a counter no longer has, before the first portion of them is given; raises as `give_ssccs` does."""
    party_id = permit(by, Permission.LABEL_SSCC_WRITE)
    if extension not in EXTENSIONS:
        raise ExtensionWrong(pointer="/extension", extension=str(extension)[:20])
    with on.store.reading() as connection:
        mine = _prefix(connection, party_id, prefix)
        if left(connection, mine)[extension] < count:
            raise _exhausted(connection, mine, extension, count)


def void_sscc(sscc: str, reason: str, *, by: Actor, on: Runtime) -> None:
    """Void an SSCC that the organisation gave out: a scan of it is suspicious from now on. Raises ReasonMissing, NoSuchSscc."""
    party_id = permit(by, Permission.LABEL_SERIAL_VOID)
    told = reason.strip()[:LONGEST_REASON]
    if not told:
        raise ReasonMissing(pointer="/reason")
    now = on.clock.now()
    whole = sscc.isascii() and sscc.isdecimal() and len(sscc) == _DIGITS + 2

    def run(tx: Tx) -> int:
        mine = (Sscc.issuer == int(sscc[_ISSUER])) & (Sscc.sscc == sscc) & (Sscc.party_id == party_id) & Sscc.voided_at.is_(None)
        return tx.execute(update(Sscc).where(mine).values(voided_at=now, void_reason=told)).rowcount

    if not whole or on.store.write(run) == 0:
        raise NoSuchSscc(sscc=sscc[:40])


def hold(tx: Tx, at: datetime, made: str) -> None:
    """Hold every counter, also those not begun yet: a backup was put back that may know less than was given out. made: when it was made."""
    tx.execute(update(SsccCounter).values(held_since=at))
    tx.execute(insert(Restoration).values(restored_at=at, made=made[:40]))


def go_on(prefix: str, extension: int, reference: int, *, on: Runtime) -> int:
    """The operator says the next serial reference of a counter, which may give again then; returns what it was, 0 for one not begun.

    Raises PrefixNotYours for what is no company prefix, ExtensionWrong, CounterBehind: a counter never goes back.
    """
    if not (prefix.isascii() and prefix.isdecimal() and len(prefix) in _PREFIX_LENGTHS):
        raise PrefixNotYours(pointer="/prefix", prefix=prefix[:20], known="-")
    if extension not in EXTENSIONS:
        raise ExtensionWrong(pointer="/extension", extension=str(extension)[:20])
    key = {"issuer": _issuer(prefix), "prefix": prefix, "extension": extension}
    mine = (SsccCounter.issuer == key["issuer"]) & (SsccCounter.prefix == prefix) & (SsccCounter.extension == extension)

    def run(tx: Tx) -> int:
        found = tx.execute(select(SsccCounter.next_reference).where(mine).with_for_update()).scalar()
        before = int(found or 0)
        if not before <= reference <= capacity(prefix):
            most = capacity(prefix)
            raise CounterBehind(pointer="/next", prefix=prefix, extension=extension, lowest=before, highest=most, asked=reference)
        if found is None:
            tx.execute(insert(SsccCounter).values(key | {"next_reference": reference}))
        else:
            tx.execute(update(SsccCounter).where(mine).values(next_reference=reference, held_since=None))
        return before

    return on.store.write(run)


def held(connection: Connection) -> list[tuple[str, int, int]]:
    """Counters that wait for the operator: company prefix, extension digit, next serial reference as the backup knew it."""
    columns = (SsccCounter.prefix, SsccCounter.extension, SsccCounter.next_reference)
    rows = connection.execute(select(*columns).where(SsccCounter.held_since.is_not(None)).order_by(*columns))
    return [(row.prefix, row.extension, row.next_reference) for row in rows]


def _restored(connection: Connection) -> bool:
    return connection.execute(select(Restoration.restored_at).limit(1)).first() is not None


def left(connection: Connection, prefix: str) -> dict[int, int]:
    """How many SSCCs each extension digit of a company prefix has left."""
    mine = (SsccCounter.issuer == _issuer(prefix)) & (SsccCounter.prefix == prefix)
    rows = connection.execute(select(SsccCounter.extension, SsccCounter.next_reference).where(mine))
    used = {row.extension: row.next_reference for row in rows}
    return {extension: capacity(prefix) - used.get(extension, 0) for extension in EXTENSIONS}


def capacity(prefix: str) -> int:
    """Serial references of one extension digit: a prefix of 7 digits has 9 digits left for them."""
    return int(10 ** (_DIGITS - len(prefix)))


def prefixes(connection: Connection, party_id: int) -> list[str]:
    """Company prefixes of an organisation, also those it declared itself."""
    return list(
        connection.execute(select(CompanyPrefix.prefix).where(CompanyPrefix.party_id == party_id).order_by(CompanyPrefix.prefix)).scalars()
    )


def of_party(connection: Connection, party_id: int) -> Any:
    """The condition that an SSCC is an organisation's; names the issuers of its prefixes, so that only their shards are asked.

    The operator's numbers, and those of a prefix shorter than seven digits, which has up to a thousand issuers, are looked for everywhere.
    """
    mine = prefixes(connection, party_id)
    if not mine or any(len(prefix) < _ISSUER_DIGITS for prefix in mine):
        return Sscc.party_id == party_id
    return (Sscc.party_id == party_id) & Sscc.issuer.in_(sorted({_issuer(prefix) for prefix in mine}))


def _prefix(connection: Connection, party_id: int, wanted: str | None) -> str:
    known = prefixes(connection, party_id)
    if wanted is None:
        if len(known) != 1:
            raise PrefixUnclear(pointer="/prefix", known=", ".join(known) or "-")
        return known[0]
    right = wanted.isascii() and wanted.isdecimal() and len(wanted) in _PREFIX_LENGTHS
    if not right or (wanted not in known and party_id != OPERATOR.party_id):
        raise PrefixNotYours(pointer="/prefix", prefix=wanted[:20], known=", ".join(known) or "-")
    return wanted


def contents(gtin: str | None, lot: str | None, quantity: int | None, expiry: str | None) -> tuple[Any, ...]:
    """What a unit holds, the GTIN with 14 digits; raises what the AIs forbid, with the field that is wrong."""
    code = None
    for field, ai, value in (("/gtin", "01", gtin), ("/lot", "10", lot), ("/quantity", "37", quantity), ("/expiry", "17", expiry)):
        try:
            if ai == "01":
                code = None if gtin is None else gtins.gtin14(gtin)
            elif value is not None:
                elements.check_value(elements.known(ai), str(value))
        except Invalid as refusal:
            refusal.pointer = refusal.pointer or field
            raise
    return code, lot, quantity, expiry


def _give(tx: Tx, prefix: str, extension: int, count: int, beside: tuple[Any, ...], made: tuple[Any, ...]) -> list[str]:
    """The next free numbers; those that an overlapping prefix took are passed over, in steps that double."""
    given: list[str] = []
    step = count
    while len(given) < count:
        first = _count(tx, prefix, extension, step, (count, len(given)))
        free = _free(tx, prefix, extension, first, step)
        taken = free[: count - len(given)]
        given += taken
        if len(taken) < len(free):  # the counter goes back to the first number that was not needed
            _rewind(tx, prefix, extension, int(free[len(taken)][1 + len(prefix) : 17]))
        step = max(1, min(2 * step, capacity(prefix) - first - step, 16 * MOST)) if len(given) < count else step
    rows = [(int(sscc[_ISSUER]), sscc, *beside, *made) for sscc in given]
    tx.insert(table(Sscc), _COLUMNS, rows)
    return given


def _count(tx: Tx, prefix: str, extension: int, step: int, wish: tuple[int, int]) -> int:
    """Count `step` references off in one statement, which also locks the counter; returns the first. wish: how many in all, and so far."""
    key = {"issuer": _issuer(prefix), "prefix": prefix, "extension": extension}
    mine = (SsccCounter.issuer == key["issuer"]) & (SsccCounter.prefix == prefix) & (SsccCounter.extension == extension)
    room = (SsccCounter.next_reference + step <= capacity(prefix)) & SsccCounter.held_since.is_(None)
    counted = (
        update(SsccCounter).where(mine, room).values(next_reference=SsccCounter.next_reference + step).returning(SsccCounter.next_reference)
    )
    row = tx.execute(counted).first()
    if row is not None:
        return int(row.next_reference) - step
    used = tx.execute(select(SsccCounter.next_reference, SsccCounter.held_since).where(mine)).first()
    held = _restored(tx.connection) if used is None else used.held_since is not None
    if held:  # also a counter that the backup does not know: it may have been begun after the backup was made
        raise CounterHeld(pointer="/extension", prefix=prefix, extension=extension, next=used.next_reference if used else 0)
    if used is None and step <= capacity(prefix):
        tx.execute(insert(SsccCounter).values(key | {"next_reference": step}))
        return 0
    if used is not None and used.next_reference + step <= capacity(prefix):
        return _count(tx, prefix, extension, step, wish)  # another process began the counter between the two statements
    asked, found = wish
    raise _exhausted(tx.connection, prefix, extension, asked, found)


def _exhausted(connection: Connection, prefix: str, extension: int, asked: int, found: int = 0) -> SsccExhausted:
    """What is left of a counter, and which extension digits have enough; found: those of the same wish that are counted off already."""
    remaining = left(connection, prefix)
    free = ", ".join(str(other) for other, rest in remaining.items() if rest >= asked and other != extension) or "-"
    rest = remaining[extension] + found
    return SsccExhausted(pointer="/count", prefix=prefix, extension=extension, left=rest, asked=asked, free=free)


def _rewind(tx: Tx, prefix: str, extension: int, reference: int) -> None:
    mine = (SsccCounter.issuer == _issuer(prefix)) & (SsccCounter.prefix == prefix) & (SsccCounter.extension == extension)
    tx.execute(update(SsccCounter).where(mine).values(next_reference=reference))


def _free(tx: Tx, prefix: str, extension: int, first: int, count: int) -> list[str]:
    """The SSCCs of these references that nobody was given."""
    size = _DIGITS - len(prefix)
    bodies = [f"{extension}{prefix}{reference:0{size}d}" for reference in range(first, first + count)]
    numbers = [body + check_digit.digit(body) for body in bodies]
    between = Sscc.issuer.between(int(numbers[0][_ISSUER]), int(numbers[-1][_ISSUER])) & Sscc.sscc.between(numbers[0], numbers[-1])
    taken = set(tx.execute(select(Sscc.sscc).where(between)).scalars())
    return [number for number in numbers if number not in taken]


def _issuer(prefix: str) -> int:
    """The first seven digits after the extension digit, as in every key of an item (`app.identify.item_key`)."""
    return int(prefix.ljust(7, "0")[:7])
