"""Rows of capture jobs: how findings are kept in them, and the row of a document that was done at once and has more to tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import orjson
from sqlalchemy import insert, select, text

from app.capture import find
from app.capture.model import CaptureDocument, CaptureJob
from app.capture.receipt import EventReceipt, Receipt
from app.errors import Finding
from app.runtime import Runtime
from app.store.columns import from_micros, to_micros
from app.store.work import Tx

ARRIVING, WAITING, RUNNING, DONE = "arriving", "waiting", "running", "done"

IS_OPEN: Any = text("capture_job.state <> 'done'")
"""Not done; as the index of open jobs says it, because a bound value would have every job read that there ever was."""

MOST = 1_000
"""Findings kept of one job; their number is kept whole."""

_LONGEST = 300
"""Characters of an offending value that are kept."""


def kept(findings: Sequence[Finding]) -> str | None:
    """Findings as the row of a job holds them: the first of them."""
    return orjson.dumps([_plain(item) for item in findings[:MOST]], default=str).decode() if findings else None


def _plain(item: Finding) -> dict[str, Any]:
    value = item.value[:_LONGEST] if isinstance(item.value, str) else item.value
    return {"code": item.code, "pointer": item.pointer, "value": value, "params": dict(item.params), "event": item.event}


def findings(written: str | None) -> tuple[Finding, ...]:
    """What `kept` wrote."""
    if not written:
        return ()
    told = (SimpleNamespace(**item) for item in orjson.loads(written))
    return tuple(Finding(item.code, item.pointer, item.value, item.params, item.event) for item in told)


def row(  # noqa: PLR0913  # what there is to tell of a document
    party_id: int,
    job_id: int,
    at: datetime,
    *,
    behaviour: str,
    lenient: bool,
    content_type: str,
    digest: bytes | None,
    size: int,
    key: str | None,
    actor: str,
) -> dict[str, Any]:
    """A row of a job of which nothing was done yet."""
    started = {"party_id": party_id, "job_id": job_id, "created_at": to_micros(at), "finished_at": None, "state": WAITING, "success": True}
    asked = {
        "behaviour": behaviour,
        "lenient": lenient,
        "content_type": content_type,
        "content_sha256": digest,
        "size": size,
    }
    counts = {"parts": 0, "total": None, "seen": 0, "kept": 0, "failed": 0, "wrong": 0, "errors": None, "changed": 0, "changes": None}
    return started | asked | counts | {"idempotency_key": key, "keeper": None, "kept_until": None, "tried": 0, "actor": actor or None}


def done(at: datetime, seen: int, recorded: int, failed: int, errors: Sequence[Finding], changes: Sequence[Finding]) -> dict[str, Any]:
    """The columns of a job that ended. failed: events left out, or all of a document of which nothing was taken."""
    told = {"wrong": len(errors), "errors": kept(errors), "changed": len(changes), "changes": kept(changes)}
    counts = {"total": seen, "seen": seen, "kept": recorded, "failed": failed}
    return ended(at) | {"success": not errors} | counts | told


def ended(at: datetime) -> dict[str, Any]:
    """The columns that say that nothing more will be done."""
    return {"state": DONE, "finished_at": to_micros(at), "keeper": None, "kept_until": None}


def add(tx: Tx, values: dict[str, Any]) -> None:
    """Insert the row of a job."""
    tx.execute(insert(CaptureJob).values(values))


def receipt(job_id: int, party_id: int, *, on: Runtime) -> Receipt:
    """The receipt of a job again, from what is kept of it; known events are not in it, nor any of a job that is not done."""
    with on.store.reading() as connection:
        job: Any = connection.execute(
            select(CaptureJob.__table__).where(CaptureJob.party_id == party_id, CaptureJob.job_id == job_id)
        ).one()
        documents: Iterable[int] = connection.execute(
            select(CaptureDocument.document_id).where(CaptureDocument.party_id == party_id, CaptureDocument.job_id == job_id)
        ).scalars()
        numbers = list(documents) if job.state == DONE else []
        rows = [row for number in numbers for row in find.events_of_document(connection, party_id, number)]
    told = tuple(EventReceipt(row.event_uri, bytes(row.evidence).hex(), find.cbv_uri(row), known=False) for row in rows)
    return Receipt(
        str(job_id), from_micros(job.created_at), told, tuple(row.id for row in rows), job.behaviour, job.success,
        findings(job.errors), findings(job.changes), job.state != DONE, job.wrong, job.changed,
    )  # fmt: skip
