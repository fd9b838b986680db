"""Giving out serial numbers: each once, for a product, of a batch or still open, in portions that let other writers in between.

Life of a job: 1. everything is checked and its numbers are counted off the range, in the transaction that makes the job; 2. portions of
ten thousand serial numbers follow, each with `drawn` in one transaction; 3. a crash leaves the portions that were done, and `resume`
goes on. Two processes that draw the same job at once do not double it: a portion counts only from the `drawn` it began with.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from app.catalogue import find as catalogue
from app.errors import Unavailable
from app.identify import ai_rule, digital_link, elements
from app.label import find
from app.label.model import LabelJob, Serial
from app.label.stamps import ranges
from app.label.stamps.ranges import Source
from app.label.stamps.refusals import CountWrong, NumbersDiffer, NumberTwice, NumberUsed, RangeKeyMissing
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.columns import to_micros
from app.store.engine import StoreUnreachable
from app.store.keys import new_id
from app.store.tables import table
from app.store.work import AlreadyThere, Tx

MOST = 1_000_000
"""Most labels of one job."""

SHOWN = 10_000
"""Jobs up to so many labels are answered with their serial numbers; those of larger ones are read page by page."""

PORTION = 10_000
"""Serial numbers in one transaction: some tenths of a second of the writer's time, then everybody else gets a turn."""

LONGEST_ROLL = 100_000
LONGEST_NOTE = 200

_log = logging.getLogger(__name__)

_COLUMNS = ("party_id", "gtin", "serial", "lot", "job_id", "state", "created_at", "position")
_TRIES = 8
_SOME = 500
_TOLD = 5
_TURNS = 6
"""Tries for SQLite's lock, each of ten seconds."""
_LOCKED = "database is locked"

T = TypeVar("T")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A label job with the serial numbers it was given, in the order they are printed; () for more than `SHOWN`, or none at all.

    before: the job existed already, asked for with the same `origin`.
    """

    job_id: int
    gtin: str
    lot: str
    serials: tuple[str, ...]
    count: int = 0
    drawn: int = 0
    before: bool = False


@dataclass(frozen=True, slots=True)
class _Work:
    """What drawing a job needs: the job's row, where its numbers come from, or the numbers that were given."""

    job: Any
    source: Source
    numbers: Sequence[str] | None
    progress: Progress | None


def issue(  # noqa: PLR0913  # a job is asked for with all that its labels share
    gtin: str,
    lot: str,
    count: int,
    *,
    by: Actor,
    on: Runtime,
    serialised: bool = True,
    numbers: Sequence[str] | None = None,
    range_id: int | None = None,
    per_roll: int | None = None,
    carrier: str = "qr-dl",
    layout: str | None = None,
    design_id: int | None = None,
    note: str | None = None,
    origin: str | None = None,
    progress: Progress | None = None,
    draw: bool = True,
) -> Job:
    """Give out `count` serial numbers of a product and keep them; never one twice.

    lot: a registered batch, whose stamps count as printed, or "" for blank stamps. numbers: serial numbers that somebody else chose;
    else they come from `range_id`, from the product's range, or are random with 60 bits. serialised False: identical labels without any.
    origin: asked for again with the same, the first job is the answer. progress(done, of all) is called after each portion.
    draw False: only the job is made, and its numbers are promised; `draw_more` draws them (never numbers that were given).
    Raises CountWrong, NumbersDiffer, NumberTwice, NumberUsed, what AI 21 forbids, RangeExhausted, RangeClosed, NoSuchRange, NoSuchProduct,
    NoSuchLot; each before anything is drawn.
    """
    party_id = permit(by, Permission.LABEL_JOB_WRITE)
    _check_counts(count, per_roll)
    if numbers is not None:
        _check_numbers(numbers, count)
    with on.store.reading() as connection:
        product = catalogue.own_product(connection, party_id, gtin)
        if lot:
            catalogue.lot(connection, party_id, product.gtin, lot)
        earlier = _by_origin(connection, party_id, origin)
        if earlier is not None:
            return replace(_job(connection, earlier), before=True)
        source = ranges.LOOSE
        if numbers is not None:
            _check_unused(connection, party_id, product.gtin, numbers)
        elif serialised:
            source = ranges.source(connection, party_id, product.gtin, range_id, on=on)
    values: dict[str, Any] = {
        "party_id": party_id,
        "job_id": new_id(),
        "gtin": product.gtin,
        "lot": lot,
        "count": count,
        "serialised": serialised,
        "given": numbers is not None,
    }
    values |= {"drawn": 0 if serialised else count, "per_roll": per_roll, "range_id": source.range_id, "carrier": carrier}
    values |= {"layout": layout, "design_id": design_id, "note": (note or "")[:LONGEST_NOTE] or None, "origin": origin}
    values |= {"created_by": by.person_id, "created_at": on.clock.now()}
    try:
        _in_turn(lambda tx: _begin(tx, values, source), on)
    except AlreadyThere:  # two readings of the same Excel row at the same moment: the other was first
        with on.store.reading() as connection:
            earlier = _by_origin(connection, party_id, origin)
            if earlier is None:
                raise
            return replace(_job(connection, earlier), before=True)
    job_id: int = values["job_id"]
    if not draw and numbers is None:
        return Job(job_id, product.gtin, lot, (), count, 0 if serialised else count)
    return _draw(party_id, job_id, source, numbers, progress, on)


def _in_turn(run: Callable[[Tx], T], on: Runtime) -> T:
    """A write that waits longer for SQLite's one lock than others do: eight processes that draw at once take it from each other.

    The lock was not had, so nothing was written: another try repeats nothing. Raises what `store.write` raises.
    """
    for _ in range(_TURNS - 1):
        try:
            return on.store.write(run)
        except StoreUnreachable as error:
            if error.params.get("reason") != _LOCKED:
                raise
    return on.store.write(run)


def resume(job_id: int, *, by: Actor, on: Runtime, numbers: Sequence[str] | None = None, progress: Progress | None = None) -> Job:
    """Go on with a job whose drawing was interrupted; a finished one is the answer as it is.

    numbers: of a job with numbers that were given, the same list again. Raises NoSuchJob, NumbersDiffer, RangeKeyMissing.
    """
    party_id = permit(by, Permission.LABEL_JOB_WRITE)
    with on.store.reading() as connection:
        row: Any = find.plain_job(connection, party_id, job_id)
        if row.given and numbers is None and row.drawn < row.count:
            raise NumbersDiffer(pointer="/numbers", count=row.count, found=0)
        if numbers is not None:
            _check_numbers(numbers, row.count)
            done = [each.serial for each in find.serials(connection, party_id, job_id)]
            if done != list(numbers[: len(done)]):
                raise NumbersDiffer(pointer="/numbers", count=row.count, found=len(numbers))
        source = ranges.LOOSE if row.range_id is None else ranges.source(connection, party_id, row.gtin, row.range_id, on=on)
    return _draw(party_id, job_id, source, numbers, progress, on)


def draw_more(*, on: Runtime) -> int:
    """One portion of the oldest job whose numbers are not all drawn, whosever it is; returns how many were drawn, 0 when none waits.

    For the server's steady thread: what `issue` left for later, and what a crash interrupted. Jobs with numbers that were given wait for
    their list. Several processes may do it at once. A job that cannot be drawn holds no other up: what was in its way is raised when there
    is nothing else to draw.
    """
    after, failed = 0, None
    while (work := _drawable(after, on)) is not None:
        try:
            return _portion(work, work.job.drawn, on) - int(work.job.drawn)
        except Unavailable:  # the store, which no other job would find better
            raise
        except Exception as error:  # noqa: BLE001  # kept, and raised below
            _log.warning("label job %s is not drawn: %s", work.job.job_id, error)
            after, failed = int(work.job.job_id), failed or error
    if failed is not None:
        raise failed
    return 0


def _drawable(after: int, on: Runtime) -> _Work | None:
    """The oldest job behind another that can be drawn here; one whose range is sealed with a secret that is elsewhere waits."""
    with on.store.reading() as connection:
        while rows := find.undrawn(connection, after):
            for row in rows:
                try:
                    source = (
                        ranges.LOOSE if row.range_id is None else ranges.source(connection, row.party_id, row.gtin, row.range_id, on=on)
                    )
                except RangeKeyMissing:
                    continue
                return _Work(row, source, None, None)
            after = rows[-1].job_id
    return None


def job(job_id: int, *, by: Actor, on: Runtime) -> Job:
    """A job of one's own organisation with its serial numbers; raises NoSuchJob."""
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        return _job(connection, find.job(connection, party_id, job_id))


def _job(connection: Connection, row: Any) -> Job:
    few = row.serialised and row.count <= SHOWN
    numbers = tuple(item.serial for item in find.serials(connection, row.party_id, row.job_id)) if few else ()
    return Job(row.job_id, row.gtin, row.lot, numbers, row.count, row.drawn)


# ------------------------------------------------------------------------------------------------ before anything is drawn


def _check_counts(count: int, per_roll: int | None) -> None:
    if not 1 <= count <= MOST:
        raise CountWrong(pointer="/count", count=count, most=MOST)
    if per_roll is not None and not 1 <= per_roll <= LONGEST_ROLL:
        raise CountWrong(pointer="/per_roll", count=per_roll, most=LONGEST_ROLL)


def _check_numbers(numbers: Sequence[str], count: int) -> None:
    """Numbers from outside: as many as labels, each a right value of AI 21, none twice."""
    if len(numbers) != count:
        raise NumbersDiffer(pointer="/numbers", count=count, found=len(numbers))
    entry, rule = elements.known("21"), ai_rule.RULES["21"]
    accepts = (lambda _: False) if rule is None else rule.accepts
    seen: dict[str, int] = {}
    for place, number in enumerate(numbers, 1):
        if not accepts(number):
            elements.check_value(entry, number)
        digital_link.refuse_dots(number, f"/numbers/{place - 1}")
        if seen.setdefault(number, place) != place:
            raise NumberTwice(pointer=f"/numbers/{place - 1}", serial=number, first=seen[number], second=place)


def _check_unused(connection: Connection, party_id: int, gtin: str, numbers: Sequence[str]) -> None:
    used = _used(connection, party_id, gtin, numbers)
    if used:
        raise NumberUsed(pointer="/numbers", serials=", ".join(used[:_TOLD]), count=len(used))


def _used(connection: Connection, party_id: int, gtin: str, numbers: Sequence[str]) -> list[str]:
    """Those of the numbers that were given out before, in their order."""
    found: set[str] = set()
    for start in range(0, len(numbers), _SOME):
        some = list(numbers[start : start + _SOME])
        mine = (Serial.party_id == party_id) & (Serial.gtin == gtin) & Serial.serial.in_(some)
        found.update(connection.execute(select(Serial.serial).where(mine)).scalars())
    return [number for number in numbers if number in found] if found else []


def _by_origin(connection: Connection, party_id: int, origin: str | None) -> Any | None:
    if origin is None:
        return None
    mine = (LabelJob.party_id == party_id) & (LabelJob.origin == origin)
    return connection.execute(select(LabelJob.__table__).where(mine)).first()


def _begin(tx: Tx, values: dict[str, Any], source: Source) -> None:
    """The job, and all its numbers counted off the range: what is exhausted is refused here, and nothing is half-done."""
    first = None
    if source.range_id is not None:
        first = ranges.count(tx, values["party_id"], source.range_id, values["count"])
    tx.execute(insert(LabelJob).values(values | {"range_first": first}))


# ------------------------------------------------------------------------------------------------ drawing


def _draw(party_id: int, job_id: int, source: Source, numbers: Sequence[str] | None, progress: Progress | None, on: Runtime) -> Job:
    """Portion after portion until all are drawn."""
    with on.store.reading() as connection:
        row: Any = find.plain_job(connection, party_id, job_id)
    work = _Work(row, source, numbers, progress)
    drawn = row.drawn
    while drawn < row.count:
        drawn = _portion(work, drawn, on)
        if progress is not None:
            progress(drawn, row.count)
    with on.store.reading() as connection:
        return _job(connection, find.plain_job(connection, party_id, job_id))


def _portion(work: _Work, start: int, on: Runtime) -> int:
    """Draw and keep the next serial numbers; returns how many the job has then. Somebody else may have drawn them meanwhile."""
    size = min(PORTION, work.job.count - start)
    given = None if work.numbers is None else list(work.numbers[start : start + size])
    serials = given or work.source.draw((work.job.range_first or 0) + start, size)
    for attempt in range(_TRIES):
        try:
            return on.store.write(lambda tx, serials=serials: _keep(tx, work.job, start, serials))  # type: ignore[misc]  # bound now
        except AlreadyThere:
            if given is not None:
                _withdraw(work.job, on)
                with on.store.reading() as connection:
                    _check_unused(connection, work.job.party_id, work.job.gtin, work.numbers or ())
            serials = _drawn_anew(work, serials, on)
        except StoreUnreachable:  # SQLite was locked for ten seconds by other processes: their turn is over now
            if attempt == _TRIES - 1:
                raise
    raise CountWrong(pointer="/count", count=work.job.count, most=MOST)


def _keep(tx: Tx, job: Any, start: int, serials: Sequence[str]) -> int:
    mine = (LabelJob.party_id == job.party_id) & (LabelJob.job_id == job.job_id)
    claimed = update(LabelJob).where(mine, LabelJob.drawn == start).values(drawn=start + len(serials))
    if tx.execute(claimed).rowcount == 0:
        return int(tx.execute(select(LabelJob.drawn).where(mine)).scalar_one())
    at, state = to_micros(job.created_at), "printed" if job.lot else "blank"
    rows = [(job.party_id, job.gtin, serial, job.lot, job.job_id, state, at, start + place) for place, serial in enumerate(serials, 1)]
    rows.sort()  # by serial number: neighbours in the index are written together, which halves the time of a large table
    tx.insert(table(Serial), _COLUMNS, rows)
    return start + len(serials)


def _drawn_anew(work: _Work, serials: Sequence[str], on: Runtime) -> list[str]:
    """The same portion with others in place of those that exist: a random one met another, or a number that was given from outside."""
    job = work.job
    with on.store.reading() as connection:
        used = set(_used(connection, job.party_id, job.gtin, serials))
    first, range_id = 0, work.source.range_id
    if range_id is not None and used:
        first = _in_turn(lambda tx: ranges.count(tx, job.party_id, range_id, len(used)), on)
    others = iter(work.source.draw(first, len(used)) if used else ())
    return [next(others) if serial in used else serial for serial in serials]


def _withdraw(job: Any, on: Runtime) -> None:
    """Take back a job whose given numbers somebody else took at the same moment: none of them was ever printed."""
    mine = (Serial.party_id == job.party_id) & (Serial.job_id == job.job_id)
    whole = (LabelJob.party_id == job.party_id) & (LabelJob.job_id == job.job_id)

    def run(tx: Tx) -> None:
        tx.execute(delete(Serial).where(mine))
        tx.execute(delete(LabelJob).where(whole))

    on.store.write(run)
