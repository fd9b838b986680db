"""The worker: documents that were kept, judged and recorded portion by portion, in bounded memory, once.

`rollback`: every portion is judged and sealed into a file; then one transaction records all of it, or says why nothing was.
`proceed`: every portion is one transaction with its own signature and the count of events read; who comes after a process that died goes
on behind it. A row's keeper is checked in each of these transactions, so two processes that both think they hold a job cannot both write.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from app.capture import facets, keep, prepare, reading, signing_keys
from app.capture.contexts import context_of
from app.capture.jobs import lease as leases
from app.capture.jobs import record
from app.capture.jobs.lease import Lease, Lost
from app.capture.jobs.parts import PART, Parts
from app.capture.jobs.refusals import JobsRaced
from app.capture.jobs.stage import Stage
from app.capture.prepare import Prepared
from app.capture.proceed import Sorter
from app.capture.receipt import PROCEED
from app.catalogue.master import documents as master
from app.errors import Finding, Refusal, Unavailable
from app.runtime import Runtime
from app.store.columns import to_micros
from app.store.keys import new_id
from app.store.work import AlreadyThere, Tx

PORTION = 500
"""Events of one transaction: about 100 ms of work."""

_LONG = 900.0
"""Seconds that one transaction of a whole document may wait for the writer."""

_RACES = 3
_log = logging.getLogger(__name__)


class Interrupted(Exception):  # noqa: N818  # not a fault: the server ends, and the job will be gone on with
    """The server ends."""


def step(on: Runtime, stop: threading.Event | None = None, job_id: int | None = None) -> bool:
    """Work on the oldest waiting job until it is done; whether there was one. job_id: on this one and no other. Raises Interrupted."""
    held = leases.claim(on, job_id)
    if held is None:
        return False
    job = _Job(on, held, stop)
    try:
        if held.row.behaviour == PROCEED:
            _proceed(job)
        else:
            _rollback(job)
    except Lost:
        _log.warning("capture job %d is in other hands", held.row.job_id)
    except Interrupted:
        held.let_go()
        raise
    except Unavailable as refusal:  # the database is busy or away: somebody goes on when the time of this hold is up
        _log.warning("capture job %d waits: %s", held.row.job_id, refusal)
        held.postpone()
        return False
    except Refusal as refusal:
        job.fail(refusal)
    except Exception:  # noqa: BLE001  # one document that breaks must not stop the others; in the end its job tells
        _log.exception("capture job %d broke", held.row.job_id)
        held.break_off()
    return True


@dataclass(slots=True)
class _Progress:
    """How far a job is, as its row says it."""

    seen: int
    kept: int
    failed: int
    errors: list[Finding] = field(default_factory=list)
    wrong: int = 0
    changes: list[Finding] = field(default_factory=list)
    changed: int = 0

    def refuse(self, findings: Sequence[Finding]) -> None:
        """Note what is wrong with an event."""
        self.failed += 1
        self.note(findings)

    def note(self, findings: Sequence[Finding]) -> None:
        """Note what is wrong."""
        self.wrong += len(findings)
        self.errors += findings[: max(0, record.MOST - len(self.errors))]

    def repair(self, changes: Sequence[Finding]) -> None:
        """Note what was changed."""
        self.changed += len(changes)
        self.changes += changes[: max(0, record.MOST - len(self.changes))]

    def values(self) -> dict[str, Any]:
        """The columns of the row."""
        told = {"errors": record.kept(self.errors), "wrong": self.wrong, "changes": record.kept(self.changes), "changed": self.changed}
        return {"seen": self.seen, "kept": self.kept, "failed": self.failed, "success": not self.wrong} | told


class _Job:
    """A job while it is worked on."""

    def __init__(self, on: Runtime, held: Lease, stop: threading.Event | None) -> None:
        row = held.row
        self.on, self.held, self.row, self._stop = on, held, row, stop
        self.seen_facets = facets.seen_in(on.store)
        told = list(record.findings(row.errors)), row.wrong, list(record.findings(row.changes)), row.changed
        self.progress = _Progress(row.seen, row.kept, row.failed, *told)
        self.xml = reading.binding_of(row.content_type) == reading.XML

    def stream(self) -> reading.Stream:
        """The document from its beginning."""
        raw = Parts(self.on, self.row.party_id, self.row.job_id, self.row.size)
        return reading.stream(cast("Any", io.BufferedReader(raw, PART)), self.row.content_type, lenient=self.row.lenient)

    def portions(self, stream: reading.Stream, behind: int = 0) -> Iterator[list[reading.Streamed]]:
        """The events behind the first `behind`, some at a time; raises Interrupted."""
        events = stream.after(behind)
        while portion := list(islice(events, PORTION)):
            if self._stop is not None and self._stop.is_set():
                raise Interrupted
            yield portion

    def judge(self, sorter: Sorter, portion: Sequence[reading.Streamed]) -> list[Prepared]:
        """The good events of a portion, with what is recorded of them noted."""
        good = []
        for item in portion:
            made, findings = sorter.judge(item)
            self.progress.repair(item.changes if findings else reading.told(item))
            self.progress.seen += 1
            if findings:
                self.progress.refuse(findings)
            elif made is not None:
                good.append(made)
        if self.progress.seen > self.on.settings.max_events:
            reading.refuse_count(self.progress.seen, {}, self.on)
        return good

    def known(self, good: list[Prepared]) -> list[Prepared]:
        """The events that nobody has recorded; those that contradict what is recorded are refused."""
        for made in prepare.look_up(self.row.party_id, good, self.on):
            self.progress.refuse([prepare.as_finding(prepare.changed(made), made.number)])
        return [made for made in good if made.known is None]

    def batch(self, fresh: Sequence[Prepared], head: dict[str, Any]) -> keep.Batch:
        """Seal and sign events as one portion of the job."""
        row = self.row
        sending = keep.Sending(row.party_id, b"", bytes(row.content_sha256), row.content_type, head.get("@context"), None, row.job_id)
        signer = signing_keys.signer_for(row.party_id, on=self.on)
        return keep.make_batch(sending, signer, fresh, new_id(), self.on.clock.record_time())

    def end_of(self, stream: reading.Stream, sorter: Sorter) -> None:
        """What can be said of a document when all of it was read; raises NoEvents, DocumentInvalid."""
        self.progress.note(list(stream.findings))
        self.progress.repair(list(stream.changes))
        if not self.progress.seen:
            sorter.check_head()
            reading.refuse_count(0, stream.head, self.on)

    def versions(self, head: dict[str, Any]) -> Any:
        """The master data of the document."""
        at = self.on.clock.record_time()
        return master.prepare(head.get("epcisHeader"), self.row.party_id, self.row.job_id, at, context_of(head.get("@context")).namespaces)

    @property
    def repeated(self) -> bool:
        """Whether all of its events were recorded before: then its master data is no news either."""
        return bool(self.progress.seen) and not self.progress.kept

    def ended(self) -> dict[str, Any]:
        """The columns of the row at the end."""
        return self.progress.values() | record.ended(self.on.clock.now()) | {"total": self.progress.seen}

    def fail(self, refusal: Refusal) -> None:
        """End the job with what was wrong; what it recorded stays, and what its row says of it."""
        try:
            self.held.fail(refusal.findings or [Finding(refusal.code, refusal.pointer, None, refusal.params)])
        except Lost:
            _log.warning("capture job %d is in other hands", self.row.job_id)


def _proceed(job: _Job) -> None:
    stream = job.stream()
    sorter = Sorter(stream, job.on, xml=job.xml)
    for portion in job.portions(stream, job.row.seen):
        _commit_portion(job, job.judge(sorter, portion), stream.head)
        sorter.forget()  # what stood before is in the database now
    job.end_of(stream, sorter)
    versions = job.versions(stream.head)

    def end(tx: Tx) -> None:
        master.keep(tx, versions, repeated=job.repeated)
        job.held.finish(tx, job.ended())

    job.on.store.write(end)


def _commit_portion(job: _Job, good: list[Prepared], head: dict[str, Any]) -> None:
    for _ in range(_RACES):
        fresh = job.known(good)
        batch = job.batch(fresh, head)
        job.progress.kept += len(fresh)
        until = to_micros(job.on.clock.now() + leases.LEASE)
        values = job.progress.values() | {"kept_until": until, "tried": 1}

        def run(tx: Tx, batch: keep.Batch = batch, values: dict[str, Any] = values) -> None:
            job.held.note(tx, values)
            if batch.events:
                keep.insert_batch(tx, batch, job.seen_facets)

        try:
            job.on.store.write(run)
        except AlreadyThere:
            job.progress.kept -= len(fresh)
            good = fresh
        else:
            return
    raise JobsRaced(retry_after=5)


def _rollback(job: _Job) -> None:
    for _ in range(_RACES):
        try:
            _all_or_nothing(job)
        except AlreadyThere:  # others recorded some of its events meanwhile: judge all of it again
            continue
        return
    job.fail(JobsRaced(retry_after=5))


def _all_or_nothing(job: _Job) -> None:
    job.progress = _Progress(0, 0, 0)
    stream = job.stream()
    sorter = Sorter(stream, job.on, xml=job.xml)
    with Stage() as stage:
        for portion in job.portions(stream):
            fresh = job.known(job.judge(sorter, portion))
            if fresh and not job.progress.wrong:
                stage.add(job.batch(fresh, stream.head))
            job.held.beat(job.progress.values())
        job.end_of(stream, sorter)
        if job.progress.wrong:
            job.on.store.write(lambda tx: job.held.finish(tx, job.ended()))
            return
        _record_all(job, stage, stream.head)


def _record_all(job: _Job, stage: Stage, head: dict[str, Any]) -> None:
    job.progress.kept = stage.events
    versions, ended = job.versions(head), job.ended()

    def run(tx: Tx) -> None:
        job.held.note(tx, ended)  # first, so that no other process takes the job while this transaction is long
        for batch in stage.batches():
            keep.insert_batch(tx, batch, job.seen_facets)
        master.keep(tx, versions, repeated=job.repeated)

    job.on.store.write(run, timeout=_LONG)
