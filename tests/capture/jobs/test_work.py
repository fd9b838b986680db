"""Documents that are worked on beside the request: custody, both behaviours, what is told, and what a process that dies leaves."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from app.capture import pack, refusals
from app.capture.accept import accept
from app.capture.jobs import lease, parts, read, record, submit, work
from app.capture.jobs.refusals import ArrivedTooSlowly, DocumentTooLarge, JobsWaiting
from app.capture.model import CaptureDocument, CaptureJob, CapturePart, Event
from app.clock import SetClock
from app.errors import Refusal
from app.party.permissions import NotAllowed, Role
from app.runtime import Runtime
from app.store.work import Busy
from tests.builders import Enterprise, document, make_enterprise, object_event, raw
from tests.capture.jobs.small_xml import event as xml_event
from tests.capture.jobs.small_xml import xml

ITEM = "https://id.gs1.org/01/09521002000016/21/"
JSON, XML = "application/json", "application/xml"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of a few events and bytes, so that a small document has many of them."""
    monkeypatch.setattr(work, "PORTION", 4)
    monkeypatch.setattr(parts, "PART", 2_000)
    monkeypatch.setattr(work, "PART", 2_000)


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_enterprise(on)


def event(number: int, **changes: Any) -> dict[str, Any]:
    identity = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    return object_event(**{"eventID": identity, "epcList": [f"{ITEM}S{number}"], **changes})


def hand_in(on: Runtime, firm: Enterprise, body: bytes, content_type: str = JSON, **asked: Any) -> int:
    return submit.submit(io.BytesIO(body), by=firm.actor(), on=on, content_type=content_type, **asked)


def job(on: Runtime, firm: Enterprise, number: int) -> read.Job:
    return read.job(str(number), by=firm.actor(), on=on)


def done(on: Runtime, firm: Enterprise, body: bytes, content_type: str = JSON, **asked: Any) -> read.Job:
    """Hand a document in and work on it until it is done."""
    number = hand_in(on, firm, body, content_type, **asked)
    assert work.step(on)
    return job(on, firm, number)


def count(on: Runtime, kind: Any) -> int:
    with on.store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(kind)).scalar_one())


def recorded(on: Runtime) -> list[str]:
    with on.store.reading() as connection:
        return sorted(connection.execute(select(Event.event_uri)).scalars())


def uris(*numbers: int) -> list[str]:
    return sorted(str(event(number)["eventID"]) for number in numbers)


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
@pytest.mark.parametrize("kind", [JSON, XML])
def test_a_good_document_is_recorded_whole(on: Runtime, firm: Enterprise, behaviour: str, kind: str) -> None:
    body = raw(document(*map(event, range(10)))) if kind == JSON else xml([xml_event(number) for number in range(10)])
    number = hand_in(on, firm, body, kind, behaviour=behaviour)
    waiting = job(on, firm, number)
    assert (waiting.running, waiting.success, waiting.seen, waiting.finished_at) == (True, True, 0, None)
    assert recorded(on) == []
    assert work.step(on)
    found = job(on, firm, number)
    assert (found.running, found.success, found.total, found.seen, found.kept, found.failed) == (False, True, 10, 10, 10, 0)
    assert (found.behaviour, found.errors, found.finished_at) == (behaviour, (), on.clock.now())
    assert recorded(on) == uris(*range(10))
    assert not work.step(on)


def test_the_bytes_of_a_document_are_kept_as_they_were_sent(on: Runtime, firm: Enterprise) -> None:
    body = raw(document(*map(event, range(20))))
    found = done(on, firm, body)
    with on.store.reading() as connection:
        rows = connection.execute(
            select(CapturePart.content).where(CapturePart.job_id == found.number).order_by(CapturePart.part)
        ).scalars()
        assert b"".join(pack.unpack_document(bytes(packed)) for packed in rows) == body


def test_under_rollback_one_wrong_event_keeps_all_out_and_every_wrong_one_is_told(on: Runtime, firm: Enterprise) -> None:
    events = [event(number, **({"action": "MOVE"} if number in (3, 8) else {})) for number in range(10)]
    found = done(on, firm, raw(document(*events)))
    assert (found.running, found.success, found.seen, found.kept, found.failed) == (False, False, 10, 0, 2)
    assert [(item.event, item.pointer) for item in found.errors] == [
        (4, "/epcisBody/eventList/3/action"), (9, "/epcisBody/eventList/8/action"),
    ]  # fmt: skip
    assert (recorded(on), count(on, CaptureDocument), count(on, CapturePart)) == ([], 0, 0)


def test_under_proceed_the_good_events_are_recorded_and_the_wrong_ones_told(on: Runtime, firm: Enterprise) -> None:
    accept(raw(document(event(5, disposition="damaged"))), by=firm.actor(), on=on)
    events = [event(number) for number in range(10)]
    events[2]["action"] = "MOVE"
    events[9] = event(0, disposition="damaged")
    found = done(on, firm, raw(document(*events)), behaviour="proceed")
    assert (found.running, found.success, found.seen, found.kept, found.failed) == (False, False, 10, 7, 3)
    assert [(item.event, item.code) for item in found.errors] == [
        (3, "shape.not-a-word"), (6, "capture.event-changed"), (10, "capture.event-changed"),
    ]  # fmt: skip
    assert recorded(on) == uris(0, 1, 3, 4, 5, 6, 7, 8)


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_wrong_events_of_xml_are_told_by_xpath(on: Runtime, firm: Enterprise, behaviour: str) -> None:
    body = xml([xml_event(number, action="MOVE" if number == 6 else "OBSERVE") for number in range(8)])
    found = done(on, firm, body, XML, behaviour=behaviour)
    assert [(item.event, item.pointer) for item in found.errors] == [
        (7, "/epcis:EPCISDocument/EPCISBody/EventList/ObjectEvent[7]/action")
    ]  # fmt: skip
    assert (found.kept, found.failed) == ((7, 1) if behaviour == "proceed" else (0, 1))


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
@pytest.mark.parametrize("gap", [1, 6])
def test_one_event_id_with_two_contents_is_an_error_of_the_second(on: Runtime, firm: Enterprise, behaviour: str, gap: int) -> None:
    events = [event(number) for number in range(8)]
    events[gap] = event(0, disposition="damaged")
    found = done(on, firm, raw(document(*events)), behaviour=behaviour)
    assert [item.event for item in found.errors] == [gap + 1]
    assert found.errors[0].code in {"capture.event-twice", "capture.event-changed"}
    assert found.kept == (7 if behaviour == "proceed" else 0)


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_events_that_are_known_are_recorded_once(on: Runtime, firm: Enterprise, behaviour: str) -> None:
    accept(xml([xml_event(3)]), by=firm.actor(), on=on, content_type=XML)
    body = xml([xml_event(number % 6) for number in range(9)])
    found = done(on, firm, body, XML, behaviour=behaviour)
    assert (found.success, found.seen, found.kept, found.failed) == (True, 9, 5, 0)
    again = done(on, firm, body, XML, behaviour=behaviour)
    assert (again.success, again.seen, again.kept) == (True, 9, 0)
    assert recorded(on) == uris(*range(6))


def test_an_event_sent_as_xml_and_as_json_is_one_event(on: Runtime, firm: Enterprise) -> None:
    done(on, firm, xml([xml_event(number) for number in range(5)]), XML, behaviour="proceed")
    same = [
        event(number, eventTime="2026-06-12T12:30:00Z", disposition=None, readPoint=None, epcList=[f"{ITEM}S{number}"])
        for number in range(5)
    ]
    assert all(item.known for item in accept(raw(document(*same)), by=firm.actor(), on=on).events)


def test_a_document_that_breaks_in_the_middle_is_told_with_its_line(on: Runtime, firm: Enterprise) -> None:
    body = raw(document(*map(event, range(10)))).replace(b'"urn:uuid:00000000-0000-4000-8000-000000000008"', b"tru")
    for behaviour, kept in (("rollback", 0), ("proceed", 8)):
        found = done(on, firm, body, behaviour=behaviour)
        assert (found.running, found.success, found.kept) == (False, False, kept)
        assert [item.code for item in found.errors] == ["capture.malformed-json"]
        assert found.errors[0].params["line"] == 1


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"{", JSON, "capture.malformed-json"),
        (raw(document(event(1), schemaVersion=None)), JSON, "capture.document-invalid"),
        (raw(document()), JSON, "capture.no-events"),
        (raw(document(event(1))), XML, "capture.other-binding"),
        (xml([xml_event(1)]), JSON, "capture.other-binding"),
        (raw(document(*map(event, range(31)))), JSON, "capture.too-many-events"),
    ],
)
def test_what_is_wrong_around_the_events_is_refused_at_once(on: Runtime, firm: Enterprise, body: bytes, kind: str, code: str) -> None:
    on.settings = replace(on.settings, max_events=30)
    with pytest.raises(Refusal) as refusal:
        hand_in(on, firm, body, kind)
    assert refusal.value.code == code
    assert (count(on, CaptureJob), count(on, CapturePart)) == (0, 0)


def test_too_many_events_of_xml_are_told_by_the_job(on: Runtime, firm: Enterprise) -> None:
    on.settings = replace(on.settings, max_events=5)
    found = done(on, firm, xml([xml_event(number) for number in range(9)]), XML)
    assert ([item.code for item in found.errors], found.success, recorded(on)) == (["capture.too-many-events"], False, [])


def test_a_document_longer_than_the_limit_is_refused(on: Runtime, firm: Enterprise) -> None:
    body = raw(document(*map(event, range(10))))
    on.settings = replace(on.settings, max_document_bytes=len(body) - 1)
    with pytest.raises(DocumentTooLarge):
        hand_in(on, firm, body)
    on.settings = replace(on.settings, max_document_bytes=len(body))
    hand_in(on, firm, body)


def test_only_who_may_record_hands_in_and_only_the_own_organisation_sees_the_job(on: Runtime, firm: Enterprise) -> None:
    with pytest.raises(NotAllowed):
        submit.submit(io.BytesIO(b"{"), by=firm.actor(Role.INSPECTOR), on=on)
    number = hand_in(on, firm, raw(document(event(1))))
    with pytest.raises(refusals.NoSuchCapture):
        job(on, make_enterprise(on, "HTX Khác", "9521009"), number)


def test_an_organisation_has_so_many_documents_waiting_and_no_more(on: Runtime, firm: Enterprise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit, "MOST_OPEN", 2)
    for number in range(2):
        hand_in(on, firm, raw(document(event(number))))
    with pytest.raises(JobsWaiting):
        hand_in(on, firm, raw(document(event(3))))
    assert work.step(on)
    hand_in(on, firm, raw(document(event(3))))


class TestKey:
    def test_the_same_key_and_body_are_the_same_job_and_another_body_is_refused(self, on: Runtime, firm: Enterprise) -> None:
        body = raw(document(event(1)))
        first = hand_in(on, firm, body, idempotency_key="k1")
        assert hand_in(on, firm, body, idempotency_key="k1") == first
        work.step(on)
        assert hand_in(on, firm, body, idempotency_key="k1") == first
        with pytest.raises(refusals.KeyReused):
            hand_in(on, firm, raw(document(event(2))), idempotency_key="k1")
        assert count(on, CaptureJob) == 1

    def test_the_key_of_a_job_is_known_to_a_request_done_at_once_and_the_other_way_round(self, on: Runtime, firm: Enterprise) -> None:
        body, other = raw(document(event(1))), raw(document(event(2)))
        first = done(on, firm, body, idempotency_key="k1")
        assert accept(body, by=firm.actor(), on=on, idempotency_key="k1").capture_id == str(first.number)
        with pytest.raises(refusals.KeyReused):
            accept(other, by=firm.actor(), on=on, idempotency_key="k1")
        kept = accept(other, by=firm.actor(), on=on, idempotency_key="k2")
        assert hand_in(on, firm, other, idempotency_key="k2") == int(kept.capture_id)

    def test_equal_requests_at_one_moment_are_one_job(self, on: Runtime, firm: Enterprise) -> None:
        body, found = raw(document(*map(event, range(5)))), list[int]()
        threads = [threading.Thread(target=lambda: found.append(hand_in(on, firm, body, idempotency_key="k"))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 6
        assert len(set(found)) == count(on, CaptureJob) == 1


class Died(BaseException):
    """What a process that is killed would do: nothing more."""


class TestKilled:
    """A process that dies leaves its hold; who comes next, when the hold is over, goes on: nothing lost, nothing twice."""

    def die_at(self, monkeypatch: pytest.MonkeyPatch, on: Runtime, nth: int, *, after: bool) -> Callable[[], None]:
        """Let the process die before or after the commit of the nth write; returns how it is brought back to life."""
        real, calls = on.store.write, [0]

        def write(function: Any, **more: Any) -> Any:
            calls[0] += 1
            if calls[0] == nth and not after:
                raise Died
            outcome = real(function, **more)
            if calls[0] == nth:
                raise Died
            return outcome

        monkeypatch.setattr(on.store, "write", write)
        return lambda: monkeypatch.setattr(on.store, "write", real)

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
    @pytest.mark.parametrize("nth", range(1, 7))
    def test_wherever_the_worker_dies(
        self, on: Runtime, firm: Enterprise, clock: SetClock, monkeypatch: pytest.MonkeyPatch, nth: int, behaviour: str, after: bool
    ) -> None:
        """Six writes: the hold, the key that signs, three portions, the end."""
        events = [event(number, **({"action": "MOVE"} if number == 6 and behaviour == "proceed" else {})) for number in range(10)]
        number = hand_in(on, firm, raw(document(*events)), behaviour=behaviour)
        revive = self.die_at(monkeypatch, on, nth, after=after)
        with pytest.raises(Died):
            work.step(on)
        revive()
        if job(on, firm, number).running and lease.claim(on) is not None:
            assert nth == 1 and not after  # noqa: PT018  # it died before it held the job
        clock.advance(lease.LEASE + timedelta(seconds=1))
        work.step(on)
        found = job(on, firm, number)
        expected = [place for place in range(10) if behaviour == "rollback" or place != 6]
        assert (found.running, found.seen, found.kept, found.failed) == (False, 10, len(expected), 10 - len(expected))
        assert [item.event for item in found.errors] == [7] * (10 - len(expected))
        assert recorded(on) == uris(*expected)

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("nth", range(1, 4))
    def test_wherever_the_process_dies_that_receives_a_document(
        self, on: Runtime, firm: Enterprise, clock: SetClock, monkeypatch: pytest.MonkeyPatch, nth: int, after: bool
    ) -> None:
        """Three writes: the row, the bytes, the promise. The sender heard nothing and sends again with the same key."""
        body = raw(document(*map(event, range(4))))
        revive = self.die_at(monkeypatch, on, nth, after=after)
        with pytest.raises(Died):
            hand_in(on, firm, body, idempotency_key="k")
        revive()
        clock.advance(submit.ARRIVES + timedelta(seconds=1))
        found = job(on, firm, hand_in(on, firm, body, idempotency_key="k"))
        while work.step(on):
            pass
        assert job(on, firm, found.number).kept == 4
        assert (count(on, CaptureJob), count(on, CapturePart), recorded(on)) == (1, 1, uris(*range(4)))

    def test_a_document_that_did_not_arrive_whole_is_swept_and_was_told_to_nobody(
        self, on: Runtime, firm: Enterprise, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        revive = self.die_at(monkeypatch, on, 2, after=True)
        with pytest.raises(Died):
            hand_in(on, firm, raw(document(*map(event, range(60)))), idempotency_key="k")
        revive()
        assert count(on, CaptureJob) == 1
        assert count(on, CapturePart) > 0
        assert read.jobs(by=firm.actor(), on=on) == ([], None)
        assert not work.step(on)
        clock.advance(submit.ARRIVES + timedelta(seconds=1))
        assert not work.step(on)
        assert (count(on, CaptureJob), count(on, CapturePart)) == (0, 0)
        assert done(on, firm, raw(document(*map(event, range(60)))), idempotency_key="k").kept == 60

    def test_a_document_that_ends_every_process_is_given_up_and_keeps_what_was_told(
        self, on: Runtime, firm: Enterprise, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        events = [event(number, **({"action": "MOVE"} if number == 0 else {})) for number in range(10)]
        number = hand_in(on, firm, raw(document(*events)), behaviour="proceed")
        revive = self.die_at(monkeypatch, on, 4, after=False)
        with pytest.raises(Died):
            work.step(on)
        revive()
        for _ in range(lease.MOST_TRIES - 1):
            clock.advance(lease.LEASE + timedelta(seconds=1))
            assert lease.claim(on) is not None
            assert lease.claim(on) is None
        clock.advance(lease.LEASE + timedelta(seconds=1))
        assert lease.claim(on) is None
        found = job(on, firm, number)
        assert (found.running, found.success, found.total, found.seen, found.kept, found.wrong) == (False, False, 10, 4, 3, 2)
        assert [(item.event, item.code) for item in found.errors] == [(1, "shape.not-a-word"), (None, "capture.job-broke")]
        assert (recorded(on), count(on, CapturePart) > 0) == (uris(1, 2, 3), True)

    def test_who_comes_further_each_time_is_not_given_up(self, on: Runtime, firm: Enterprise, clock: SetClock) -> None:
        hand_in(on, firm, raw(document(*map(event, range(4)))))
        for seen in range(1, 3 * lease.MOST_TRIES):
            held = lease.claim(on)
            assert held is not None
            held.beat({"seen": seen})
            clock.advance(lease.LEASE + timedelta(seconds=1))

    def test_work_that_breaks_off_is_begun_again_after_a_rest_and_told_in_the_end(
        self, on: Runtime, firm: Enterprise, clock: SetClock
    ) -> None:  # fmt: skip
        number, other = hand_in(on, firm, raw(document(event(1)))), hand_in(on, firm, raw(document(event(2))))
        on.store.write(lambda tx: tx.execute(delete(CapturePart).where(CapturePart.job_id == number)).rowcount)  # as if a disk lost it
        for _ in range(lease.MOST_TRIES):
            assert work.step(on, job_id=number)
            assert job(on, firm, number).running
            assert not work.step(on, job_id=number)
            clock.advance(lease.REST * lease.MOST_TRIES)
        assert not work.step(on, job_id=number)
        assert [item.code for item in job(on, firm, number).errors] == ["capture.job-broke"]
        assert work.step(on)
        assert job(on, firm, other).kept == 1

    def test_a_busy_database_is_no_try_in_vain(
        self, on: Runtime, firm: Enterprise, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:  # fmt: skip
        number, real, calls = hand_in(on, firm, raw(document(*map(event, range(4))))), on.store.write, [0]

        def write(function: Any, **more: Any) -> Any:
            calls[0] += 1
            if calls[0] % 3 == 2:  # between the hold and the note that it waits
                raise Busy(retry_after=1)
            return real(function, **more)

        monkeypatch.setattr(on.store, "write", write)
        for _ in range(2 * lease.MOST_TRIES):
            assert not work.step(on)
            clock.advance(lease.LEASE + timedelta(seconds=1))
        monkeypatch.setattr(on.store, "write", real)
        assert work.step(on)
        assert job(on, firm, number).kept == 4

    def test_a_document_given_up_while_it_arrives_leaves_nothing_and_its_sender_is_told(
        self, on: Runtime, firm: Enterprise, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its process was so slow that another took it for dead between two of its writes."""
        real, calls = on.store.write, [0]

        def write(function: Any, **more: Any) -> Any:
            calls[0] += 1
            if calls[0] == 3:
                clock.advance(submit.ARRIVES + timedelta(seconds=1))
                assert not work.step(on)
            return real(function, **more)

        monkeypatch.setattr(on.store, "write", write)
        with pytest.raises(ArrivedTooSlowly):
            hand_in(on, firm, raw(document(*map(event, range(40)))))
        assert (count(on, CaptureJob), count(on, CapturePart)) == (0, 0)

    def test_a_document_of_which_something_came_is_not_swept(self, on: Runtime, firm: Enterprise, clock: SetClock) -> None:
        with pytest.MonkeyPatch.context() as patch:
            self.die_at(patch, on, 2, after=True)
            with pytest.raises(Died):
                hand_in(on, firm, raw(document(event(1))))
        with on.store.reading() as connection:
            row = connection.execute(select(CaptureJob.__table__)).one()
        submit.forget(row.party_id, row.job_id, on=on, silent_since=row.kept_until)
        assert count(on, CaptureJob) == 1
        clock.advance(submit.ARRIVES)
        submit.forget(row.party_id, row.job_id, on=on, silent_since=row.kept_until + 1)
        assert (count(on, CaptureJob), count(on, CapturePart)) == (0, 0)

    def test_a_process_that_was_thought_dead_writes_nothing_more(self, on: Runtime, firm: Enterprise, clock: SetClock) -> None:
        number = hand_in(on, firm, raw(document(*map(event, range(8)))), behaviour="proceed")
        old = lease.claim(on)
        assert old is not None
        clock.advance(lease.LEASE + timedelta(seconds=1))
        assert work.step(on)
        with pytest.raises(lease.Lost):
            old.beat({"seen": 0})
        assert (job(on, firm, number).seen, recorded(on)) == (8, uris(*range(8)))

    def test_a_server_that_ends_lets_go_at_once(self, on: Runtime, firm: Enterprise) -> None:
        number = hand_in(on, firm, raw(document(*map(event, range(8)))), behaviour="proceed")
        stop = threading.Event()
        stop.set()
        for _ in range(lease.MOST_TRIES + 2):
            with pytest.raises(work.Interrupted):
                work.step(on, stop)
        assert work.step(on)
        assert job(on, firm, number).kept == 8


def test_errors_are_counted_whole_and_kept_in_part(on: Runtime, firm: Enterprise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "MOST", 3)
    found = done(on, firm, raw(document(*[event(number, action="MOVE") for number in range(9)])), behaviour="proceed")
    assert (found.failed, found.wrong, len(found.errors), found.kept, found.success) == (9, 9, 3, 0, False)


def test_the_lenient_reader_lists_every_change(on: Runtime, firm: Enterprise) -> None:
    wrong = raw(document(*[event(number, bizStep="urn:epcglobal:cbv:bizstep:shipping") for number in range(6)]))
    assert done(on, firm, wrong, behaviour="proceed").kept == 0
    found = done(on, firm, wrong, behaviour="proceed", lenient=True)
    assert (found.success, found.kept, found.changed) == (True, 6, 6)
    assert {item.code.partition(".")[0] for item in found.changes} == {"lenient"}
    assert [item.event for item in found.changes] == [1, 2, 3, 4, 5, 6]


def test_jobs_of_both_kinds_are_listed_newest_first_by_pages(on: Runtime, firm: Enterprise) -> None:
    made = []
    for number in range(6):
        body = raw(document(event(number)))
        at_once = number % 2
        made.append(int(accept(body, by=firm.actor(), on=on).capture_id) if at_once else hand_in(on, firm, body, behaviour="proceed"))
    while work.step(on):
        pass
    seen, before = list[int](), None
    while True:
        page, before = read.jobs(by=firm.actor(), on=on, count=2, before=before)
        seen += [item.number for item in page]
        if before is None:
            break
    assert seen == made[::-1]


@pytest.mark.sqlite  # PostgreSQL chooses by the sizes of tables, which are empty here
def test_questions_of_the_worker_read_open_jobs_alone_and_those_of_a_job_its_own_documents(on: Runtime) -> None:
    """Jobs are kept for good: what is asked every second must not read them all."""
    of_job = select(CaptureDocument.document_id).where(CaptureDocument.party_id == 1, CaptureDocument.job_id == 2)
    for statement, index in (
        (select(CaptureJob.job_id).where(lease._unheld(0)), "ix_capture_job_open"),  # noqa: SLF001  # the question of `claim`
        (of_job, "ix_capture_document_job"),
    ):
        asked = str(statement.compile(on.store.engines.reader, compile_kwargs={"literal_binds": True}))
        with on.store.reading() as connection:
            plan = " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}"))
        assert index in plan
