"""Giving out serial numbers: each once, for one lot of one product, in one transaction with its job; and voiding them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, update

from app.catalogue import find as catalogue
from app.errors import Invalid, NotFound
from app.label import find
from app.label.model import LabelJob, Serial
from app.label.stamps import serials
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.columns import to_micros
from app.store.keys import new_id
from app.store.tables import table
from app.store.work import AlreadyThere, Tx

MOST = 10_000
"""Most labels of one job: a roll or a ream; larger runs are several jobs."""

_COLUMNS = ("party_id", "gtin", "serial", "lot", "job_id", "state", "created_at")
_DRAWS = 3


class CountWrong(Invalid):
    """A job asks for no labels, or for more than one job makes."""

    code = "label.count"


class ReasonMissing(Invalid):
    """Serial numbers are voided for a reason that people can read later."""

    code = "label.reason-missing"


class NothingToVoid(NotFound):
    """None of these serial numbers is in use."""

    code = "label.nothing-to-void"


@dataclass(frozen=True, slots=True)
class Job:
    """A label job with the serial numbers it was given, in the order they were drawn."""

    job_id: int
    gtin: str
    lot: str
    serials: tuple[str, ...]


def issue(gtin: str, lot: str, count: int, *, by: Actor, on: Runtime) -> Job:
    """Draw `count` random serial numbers for a registered lot and keep them; never one twice for a product.

    60 random bits each: drawing one that exists has a chance below 1e-9 for a million labels, and is then drawn anew.
    Raises CountWrong, NoSuchProduct or NoSuchLot of the catalogue.
    """
    party_id = permit(by, Permission.LABEL_JOB_WRITE)
    if not 1 <= count <= MOST:
        raise CountWrong(pointer="/count", count=count, most=MOST)
    with on.store.reading() as connection:
        product = catalogue.own_product(connection, party_id, gtin)
        catalogue.lot(connection, party_id, product.gtin, lot)
    job_id, now = new_id(), on.clock.now()
    at = to_micros(now)
    for _ in range(_DRAWS):
        drawn = serials.random_serials(count)
        rows = [(party_id, product.gtin, serial, lot, job_id, "printed", at) for serial in drawn]

        def run(tx: Tx, rows: Sequence[tuple[object, ...]] = rows) -> None:
            values = {
                "party_id": party_id,
                "job_id": job_id,
                "gtin": product.gtin,
                "lot": lot,
                "count": count,
                "created_by": by.person_id,
                "created_at": now,
            }
            tx.execute(insert(LabelJob).values(values))
            tx.insert(table(Serial), _COLUMNS, rows)

        try:
            on.store.write(run)
        except AlreadyThere:
            continue
        return Job(job_id, product.gtin, lot, tuple(drawn))
    raise CountWrong(pointer="/count", count=count, most=MOST)


def job(job_id: int, *, by: Actor, on: Runtime) -> Job:
    """A job of one's own organisation with its serial numbers; raises NoSuchJob."""
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        row = find.job(connection, party_id, job_id)
        return Job(job_id, row.gtin, row.lot, tuple(item.serial for item in find.serials(connection, party_id, job_id)))


def void(gtin: str, numbers: Sequence[str], reason: str, *, by: Actor, on: Runtime) -> int:
    """Void serial numbers (spoiled, lost, stolen): a scan of one is suspicious from now on. Returns how many were voided.

    Raises NothingToVoid when none of them was in use.
    """
    party_id = permit(by, Permission.LABEL_SERIAL_VOID)
    now = on.clock.now()

    def run(tx: Tx) -> int:
        mine = (Serial.party_id == party_id) & (Serial.gtin == gtin) & Serial.serial.in_(list(numbers)) & (Serial.state != "void")
        return tx.execute(update(Serial).where(mine).values(state="void", voided_at=now, void_reason=reason[:200])).rowcount

    voided = on.store.write(run)
    if voided == 0:
        raise NothingToVoid(gtin=gtin, count=len(numbers))
    return voided


def void_of_job(job_id: int, numbers: Sequence[str] | None, reason: str, *, by: Actor, on: Runtime) -> int:
    """Void some serial numbers of a job, or with None all of them. Returns how many were voided.

    Raises NoSuchJob, ReasonMissing, NothingToVoid; NoSuchSerial when a number is not of this job: then none is voided.
    """
    party_id = permit(by, Permission.LABEL_SERIAL_VOID)
    told, now = reason.strip()[:200], on.clock.now()
    if not told:
        raise ReasonMissing(pointer="/reason")

    def run(tx: Tx) -> tuple[str, int]:
        row = find.job(tx.connection, party_id, job_id)
        mine = (Serial.party_id == party_id) & (Serial.job_id == job_id)
        if numbers is not None:
            known = {item.serial for item in find.serials(tx.connection, party_id, job_id)}
            stranger = next((number for number in numbers if number not in known), None)
            if stranger is not None:
                raise find.NoSuchSerial(serial=stranger[:40], job=str(job_id))
            mine &= Serial.serial.in_(list(numbers))
        values = {"state": "void", "voided_at": now, "void_reason": told}
        return row.gtin, tx.execute(update(Serial).where(mine, Serial.state != "void").values(values)).rowcount

    gtin, voided = on.store.write(run)
    if voided == 0:
        raise NothingToVoid(gtin=gtin, count=0 if numbers is None else len(numbers))
    return voided
