"""What became of documents: the capture jobs of an organisation, of those done at once and of those worked on beside the request.

A document that was refused in the request has no job: its sender was told. One that was refused afterwards keeps its row and its reasons
for good, so that it is never mistaken for one that was never sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from app.capture import find
from app.capture.jobs import record
from app.capture.model import CaptureDocument, CaptureJob
from app.capture.receipt import ROLLBACK
from app.capture.refusals import NoSuchCapture
from app.errors import Finding
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.columns import from_micros, to_micros
from app.store.keys import parse_id

REMEMBERED = timedelta(days=7)
MOST = 20
"""Jobs listed where recording begins, of the days remembered."""


@dataclass(frozen=True, slots=True)
class Job:
    """A capture job (EPCIS 2.0, CaptureJob) and how far it is.

    total: events of the document, None while nobody knows; failed: events refused; errors, changes: the first of `wrong` and `changed`;
    documents: where its events are, oldest first.
    """

    number: int
    created_at: datetime
    finished_at: datetime | None
    running: bool
    success: bool
    behaviour: str
    total: int | None
    seen: int
    kept: int
    failed: int = 0
    wrong: int = 0
    errors: tuple[Finding, ...] = ()
    changed: int = 0
    changes: tuple[Finding, ...] = ()
    documents: tuple[int, ...] = ()
    lenient: bool = False
    waiting: bool = False


def job(capture_id: str, *, by: Actor, on: Runtime) -> Job:
    """One capture job; a portion of a job answers for all of it. Raises NoSuchCapture."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    number = parse_id(capture_id)
    if number is None:
        raise NoSuchCapture(job=capture_id[:40])
    with on.store.reading() as connection:
        return _one(connection, party_id, number)


def jobs(*, by: Actor, on: Runtime, count: int = 30, before: int | None = None) -> tuple[list[Job], int | None]:
    """The newest capture jobs and, when there are older ones, the number that continues with them."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    with on.store.reading() as connection:
        found = [_of_job(row) for row in _newest_jobs(connection, party_id, count + 1, before)]
        found += [_of_document(row) for row in _newest_documents(connection, party_id, count + 1, before)]
    found.sort(key=lambda item: item.number, reverse=True)
    return found[:count], found[count - 1].number if len(found) > count else None


def noteworthy(*, by: Actor, on: Runtime) -> list[Job]:
    """The jobs of an organisation that are not done, and those of the last days of which something was not recorded; newest first."""
    party_id = permit(by, Permission.CAPTURE_EVENT_READ)
    since = to_micros(on.clock.now() - REMEMBERED)
    mine = (CaptureJob.party_id == party_id) & (CaptureJob.state != record.ARRIVING)
    said = or_(record.IS_OPEN, CaptureJob.success.is_(False) & (CaptureJob.finished_at > since))
    statement = select(CaptureJob.__table__).where(mine, CaptureJob.created_at > since, said).order_by(CaptureJob.job_id.desc()).limit(MOST)
    with on.store.reading() as connection:
        return [_of_job(row) for row in connection.execute(statement)]


def _one(connection: Connection, party_id: int, number: int) -> Job:
    told = CaptureJob.state != record.ARRIVING
    mine = (CaptureJob.party_id == party_id) & (CaptureJob.job_id == number) & told
    row = connection.execute(select(CaptureJob.__table__).where(mine)).first()
    if row is not None:
        documents = select(CaptureDocument.document_id).where(CaptureDocument.party_id == party_id, CaptureDocument.job_id == number)
        numbers = connection.execute(documents.order_by(CaptureDocument.document_id)).scalars()
        return _of_job(row, tuple(numbers))
    document = find.document(connection, party_id, number)
    return _of_document(document) if document.job_id is None else _one(connection, party_id, document.job_id)


def _newest_jobs(connection: Connection, party_id: int, count: int, before: int | None) -> Sequence[Any]:
    statement = select(CaptureJob.__table__).where(CaptureJob.party_id == party_id, CaptureJob.state != record.ARRIVING)
    if before is not None:
        statement = statement.where(CaptureJob.job_id < before)
    return connection.execute(statement.order_by(CaptureJob.job_id.desc()).limit(count)).all()


def _newest_documents(connection: Connection, party_id: int, count: int, before: int | None) -> Sequence[Any]:
    """Documents that are their own jobs, without their content."""
    columns = (CaptureDocument.document_id, CaptureDocument.received_at, CaptureDocument.event_count)
    statement = select(*columns).where(CaptureDocument.party_id == party_id, CaptureDocument.job_id.is_(None))
    if before is not None:
        statement = statement.where(CaptureDocument.document_id < before)
    return connection.execute(statement.order_by(CaptureDocument.document_id.desc()).limit(count)).all()


def _of_document(row: Any) -> Job:
    at = from_micros(row.received_at)
    count = row.event_count
    return Job(
        row.document_id, at, at, running=False, success=True, behaviour=ROLLBACK, total=count, seen=count, kept=count,
        documents=(row.document_id,),
    )  # fmt: skip


def _of_job(row: Any, documents: tuple[int, ...] = ()) -> Job:
    return Job(
        row.job_id, from_micros(row.created_at), None if row.finished_at is None else from_micros(row.finished_at),
        row.state != record.DONE, bool(row.success), row.behaviour, row.total, row.seen, row.kept, row.failed, row.wrong,
        record.findings(row.errors), row.changed, record.findings(row.changes), documents, bool(row.lenient), row.state == record.WAITING,
    )  # fmt: skip
