from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import scanner
from app.clock import SetClock
from app.errors import Refusal
from app.label.drawing.layouts import LAYOUTS
from app.label.refusals import NotReadable
from app.label.runs import archive, find, run_parts, runs, worker
from app.label.runs.run_parts import How, RunPart
from app.label.runs.worker import Beat, Interrupted, Worker, here
from app.label.stamps import issue, life
from app.party.permissions import Role
from app.runtime import Runtime
from tests import ROOT
from tests.builders import Enterprise, gtin, make_enterprise
from tests.label.stock import LOT, make_stock


def _job(on: Runtime, firm: Enterprise, count: int, **more: Any) -> int:
    return issue.issue(gtin(f"{firm.prefix}00001"), LOT, count, by=firm.actor(), on=on, **more).job_id


def _start(on: Runtime, firm: Enterprise, job_id: int, form: str = "csv", **more: Any) -> int:
    return runs.start_run(job_id, form, by=firm.actor(Role.MEMBER), on=on, **more)


def _run(on: Runtime, firm: Enterprise, job_id: int, run_id: int) -> Any:
    with on.store.reading() as connection:
        return find.run(connection, firm.party_id, job_id, run_id)


def _files(on: Runtime, firm: Enterprise, run_id: int) -> list[Any]:
    with on.store.reading() as connection:
        return find.files(connection, firm.party_id, run_id)


def _code(call: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code


def _to_the_end(worker_: Worker) -> int:
    steps = 0
    while worker_.step():
        steps += 1
    return steps


@given(
    st.sampled_from(sorted(run_parts.FORMS)),
    st.sampled_from(sorted(LAYOUTS)),
    st.integers(1, 100_000),
    st.integers(1, 100_000),
    st.integers(0, 64),
)
def test_the_parts_of_a_run_hold_every_place_once_and_fill_sheets(form: str, layout: str, first: int, more: int, used: int) -> None:
    on_a_page = LAYOUTS[layout].on_a_page
    how = How(first, first + more - 1, first_place=used % on_a_page)
    spans = run_parts.spans(form, layout, how)
    assert spans[0][0] == how.first
    assert spans[-1][1] == how.last
    assert all(before[1] + 1 == after[0] for before, after in pairwise(spans))
    if form == "pdf":
        sheets = [last - start + 1 + (how.first_place if number == 0 else 0) for number, (start, last) in enumerate(spans)]
        assert all(labels % on_a_page == 0 for labels in sheets[:-1])
    assert all(1 <= last - start + 1 <= (run_parts.ROWS if form == "csv" else run_parts.PART) for start, last in spans)


@given(st.builds(How, st.integers(), st.integers(), st.none() | st.integers(), st.floats(-10, 10), st.floats(-10, 10), st.integers()))
def test_what_a_run_was_asked_for_survives_being_written(how: How) -> None:
    assert run_parts.asked(how.as_json()) == how


@pytest.mark.parametrize(
    ("form", "more", "code"),
    [
        ("docx", {}, "runs.form-unknown"),
        ("pdf", {"layout": "a5"}, "label.layout-unknown"),
        ("zpl", {"dpi": 72}, "label.resolution-unknown"),
        ("pdf", {"dx": "11"}, "label.offset-too-far"),
        ("pdf", {"layout": "a4-3x8", "first_place": 24}, "label.place-unknown"),
        ("pdf", {"first_place": -1}, "label.place-unknown"),
        ("pdf", {"first": 0}, "runs.span"),
        ("pdf", {"first": 3, "last": 2}, "runs.span"),
        ("pdf", {"last": 6}, "runs.span"),
    ],
)
def test_what_cannot_be_drawn_never_waits(on: Runtime, firm: Enterprise, form: str, more: dict[str, Any], code: str) -> None:
    job_id = _job(on, firm, 5)
    assert _code(lambda: _start(on, firm, job_id, form, **more)) == code
    with on.store.reading() as connection:
        assert find.runs(connection, firm.party_id, job_id) == []


def test_a_job_of_a_million_is_made_in_several_runs(on: Runtime, firm: Enterprise) -> None:
    job_id = _job(on, firm, 1_000_000, serialised=False)
    assert _code(lambda: _start(on, firm, job_id, "pdf")) == "runs.too-large"
    assert _code(lambda: _start(on, firm, job_id, "pdf", first=1, last=100_001)) == "runs.too-large"
    run = _run(on, firm, job_id, _start(on, firm, job_id, "pdf", first=900_001))
    assert (run.labels, run.parts) == (100_000, 100)
    assert _run(on, firm, job_id, _start(on, firm, job_id, "csv")).labels == 1_000_000


def test_numbers_that_are_still_being_given_out_are_waited_for(on: Runtime, firm: Enterprise) -> None:
    job_id = _job(on, firm, 10, draw=False)
    assert _code(lambda: _start(on, firm, job_id)) == "label.still-drawing"
    issue.draw_more(on=on)
    assert _start(on, firm, job_id) > 0


def test_a_job_whose_labels_are_all_void_has_no_files(on: Runtime, firm: Enterprise) -> None:
    job_id = _job(on, firm, 2)
    life.void_of_job(job_id, None, "cháy", by=firm.actor(), on=on)
    assert _code(lambda: _start(on, firm, job_id)) == "label.nothing-to-print"


@pytest.mark.parametrize("form", sorted(run_parts.FORMS))
def test_every_form_is_drawn_with_each_label_in_it(on: Runtime, firm: Enterprise, form: str) -> None:
    job_id = _job(on, firm, 3, per_roll=2)
    run_id = _start(on, firm, job_id, form, dpi=203, layout="roll-50x25")
    assert _to_the_end(Worker(on)) == 1
    run = _run(on, firm, job_id, run_id)
    assert (run.state, run.done, run.held_until, run.finished_at) == ("done", 1, None, on.clock.now())
    (file,) = _files(on, firm, run_id)
    assert (file.labels, file.media_type) == (3, run_parts.FORMS[form][1])
    with on.store.reading() as connection:
        content = find.file(connection, firm.party_id, run_id, 1).content
    marks = {"pdf": (b"/Type /Page\n", 3), "zpl": (b"^XA", 3), "csv": (b"\r\n", 4), "png": (b".png", 6), "svg": (b".svg", 6)}
    mark, times = marks[form]
    assert content.count(mark) == times


def test_a_picture_of_the_archive_reads_as_the_label_of_its_place(on: Runtime, firm: Enterprise) -> None:
    job_id = _job(on, firm, 4)
    numbers = issue.job(job_id, by=firm.actor(), on=on).serials
    life.void_of_job(job_id, [numbers[1]], "in hỏng", by=firm.actor(), on=on)
    run_id = _start(on, firm, job_id, "png", dpi=300)
    _to_the_end(Worker(on))
    whole = b"".join(archive.stream(firm.party_id, run_id, 1, on=on))
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == [f"label-{place:07}.png" for place in (1, 3, 4)]
        with Image.open(io.BytesIO(opened.read("label-0000003.png"))) as picture:
            texts = [reading.text for reading in scanner.read(np.asarray(picture.convert("L")))]
    assert any(f"/21/{numbers[2]}?" in text for text in texts)


def test_a_large_run_is_drawn_part_by_part_and_packed_whole(on: Runtime, firm: Enterprise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_parts, "ROWS", 100)
    job_id = _job(on, firm, 201)
    run_id = _start(on, firm, job_id, "csv")
    assert _to_the_end(Worker(on)) == 3
    whole = b"".join(archive.stream(firm.party_id, run_id, 3, on=on))
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        rows = [opened.read(name).count(b"\r\n") - 1 for name in opened.namelist()]
    assert rows == [100, 100, 1]


def test_organisations_take_turns(on: Runtime, firm: Enterprise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_parts, "ROWS", 2)
    other = make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003")
    make_stock(on, other)
    large, small = _job(on, firm, 8), _job(on, other, 2)
    first, second = _start(on, firm, large), _start(on, other, small)
    drawing = Worker(on)
    drawing.step()
    drawing.step()
    assert (_run(on, firm, large, first).done, _run(on, other, small, second).state) == (1, "done")
    assert _to_the_end(drawing) == 3


def test_an_organisation_has_only_so_many_runs_waiting(on: Runtime, firm: Enterprise) -> None:
    job_id = _job(on, firm, 1)
    waiting = [_start(on, firm, job_id) for _ in range(runs.MOST_WAITING)]
    assert _code(lambda: _start(on, firm, job_id)) == "runs.waiting"
    runs.stop_run(job_id, waiting[0], by=firm.actor(), on=on)
    _start(on, firm, job_id)
    assert _code(lambda: runs.go_on(job_id, waiting[0], by=firm.actor(), on=on)) == "runs.waiting"


def test_a_run_that_is_stopped_while_a_part_is_drawn_does_not_keep_that_part(on: Runtime, firm: Enterprise) -> None:
    job_id = _job(on, firm, 1)
    run_id = _start(on, firm, job_id)

    def stopping(part: RunPart, beat: Beat) -> bytes:
        runs.stop_run(job_id, run_id, by=firm.actor(), on=on)
        return here(part, beat)

    assert Worker(on, stopping).step()
    assert (_run(on, firm, job_id, run_id).state, _files(on, firm, run_id)) == ("stopped", [])
    assert _code(lambda: runs.stop_run(job_id, run_id, by=firm.actor(), on=on)) == "runs.ended"
    runs.go_on(job_id, run_id, by=firm.actor(), on=on)
    assert _to_the_end(Worker(on)) == 1
    assert _code(lambda: runs.go_on(job_id, run_id, by=firm.actor(), on=on)) == "runs.ended"


def test_a_refusal_while_drawing_ends_the_run_and_is_told(on: Runtime, firm: Enterprise) -> None:
    job_id = _job(on, firm, 1)
    run_id = _start(on, firm, job_id)

    def unreadable(_part: RunPart, _beat: Beat) -> bytes:
        raise NotReadable(symbol="QR", expected="a", found="b")

    assert Worker(on, unreadable).step()
    run = _run(on, firm, job_id, run_id)
    assert (run.state, json.loads(run.problem)["code"]) == ("failed", "label.not-readable")
    runs.go_on(job_id, run_id, by=firm.actor(), on=on)
    assert _to_the_end(Worker(on)) == 1
    assert _run(on, firm, job_id, run_id).problem is None


def test_a_fault_while_drawing_ends_one_run_and_not_the_others(on: Runtime, firm: Enterprise) -> None:
    job_id = _job(on, firm, 1)
    broken, good = _start(on, firm, job_id), _start(on, firm, job_id)
    asked = iter([ZeroDivisionError()])

    def breaking(part: RunPart, beat: Beat) -> bytes:
        for fault in asked:
            raise fault
        return here(part, beat)

    assert _to_the_end(Worker(on, breaking)) == 2
    assert json.loads(_run(on, firm, job_id, broken).problem)["code"] == "runs.broke"
    assert _run(on, firm, job_id, good).state == "done"


def test_a_server_that_ends_leaves_its_part_to_the_next_at_once(on: Runtime, firm: Enterprise) -> None:
    job_id = _job(on, firm, 1)
    run_id = _start(on, firm, job_id)

    def ending(_part: RunPart, _beat: Beat) -> bytes:
        raise Interrupted

    with pytest.raises(Interrupted):
        Worker(on, ending).step()
    assert _to_the_end(Worker(on)) == 1
    assert _run(on, firm, job_id, run_id).state == "done"


def test_a_process_that_says_nothing_is_believed_for_half_a_minute(on: Runtime, firm: Enterprise, clock: SetClock) -> None:
    job_id = _job(on, firm, 1)
    run_id = _start(on, firm, job_id)
    seen: list[bool] = []

    def slow(part: RunPart, beat: Beat) -> bytes:
        clock.advance(worker.LEASE - timedelta(seconds=1))
        seen.append(Worker(on).step())
        beat()
        clock.advance(worker.LEASE - timedelta(seconds=1))
        seen.append(Worker(on).step())
        clock.advance(timedelta(seconds=2))
        seen.append(Worker(on).step())
        return here(part, lambda: None)

    Worker(on, slow).step()
    assert seen == [False, False, True]
    assert (_run(on, firm, job_id, run_id).done, len(_files(on, firm, run_id))) == (1, 1)


_MORTAL = """
import sys
from app.clock import SetClock
from app.label.runs import run_parts
from app.label.runs.worker import Worker, here
run_parts.PART = 24
from app.runtime import make_runtime
from app.settings import Settings
from datetime import datetime
from pathlib import Path
home, url, now = sys.argv[1:]
on = make_runtime(Settings(home=Path(home), database_url=url, base_url="https://example.test"), SetClock(datetime.fromisoformat(now)))
parts = 0
def drawing(part, beat):
    global parts
    parts += 1
    if parts == 3:
        print("in the third", flush=True)
        sys.stdin.read()
    return here(part, beat)
worker = Worker(on, drawing)
while worker.step():
    pass
"""


def test_what_a_killed_process_kept_stays_and_the_next_goes_on(
    on: Runtime, firm: Enterprise, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_parts, "PART", 24)
    job_id = _job(on, firm, 5 * 24, serialised=False)
    run_id = _start(on, firm, job_id, "pdf", layout="a4-3x8")
    line = [sys.executable, "-c", _MORTAL, str(on.settings.home), on.settings.url(), on.clock.now().isoformat()]
    mortal = subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert mortal.stdout is not None
    assert mortal.stdout.readline() == b"in the third\n"
    mortal.send_signal(signal.SIGKILL)
    mortal.communicate()
    kept = _files(on, firm, run_id)
    assert [file.part for file in kept] == [1, 2]
    assert not Worker(on).step()
    clock.advance(worker.LEASE + timedelta(seconds=1))
    assert _to_the_end(Worker(on)) == 3
    files = _files(on, firm, run_id)
    assert [file.part for file in files] == [1, 2, 3, 4, 5]
    assert [file.made_at for file in files[:2]] == [file.made_at for file in kept]
    assert _run(on, firm, job_id, run_id).state == "done"


def test_files_are_cleared_after_a_week_and_can_be_made_anew(on: Runtime, firm: Enterprise, clock: SetClock) -> None:
    job_id = _job(on, firm, 2)
    run_id = _start(on, firm, job_id)
    _to_the_end(Worker(on))
    with on.store.reading() as connection:
        before = find.file(connection, firm.party_id, run_id, 1).content
    clock.advance(timedelta(days=runs.KEPT_DAYS))
    assert runs.clear_old(on=on) == 0
    clock.advance(timedelta(seconds=1))
    assert runs.clear_old(on=on) == 1
    assert (_run(on, firm, job_id, run_id).state, _files(on, firm, run_id)) == ("cleared", [])
    with on.store.reading() as connection:
        assert _code(lambda: find.file(connection, firm.party_id, run_id, 1)) == "runs.no-such-file"
    runs.go_on(job_id, run_id, by=firm.actor(), on=on)
    _to_the_end(Worker(on))
    with on.store.reading() as connection:
        assert find.file(connection, firm.party_id, run_id, 1).content == before


def test_the_oldest_files_make_room_for_new_ones(on: Runtime, firm: Enterprise, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = _job(on, firm, 2)
    first = _start(on, firm, job_id)
    _to_the_end(Worker(on))
    (file,) = _files(on, firm, first)
    monkeypatch.setattr(worker, "KEPT_BYTES", file.size)
    second = _start(on, firm, job_id)
    _to_the_end(Worker(on))
    assert [_run(on, firm, job_id, each).state for each in (first, second)] == ["cleared", "done"]
    monkeypatch.setattr(worker, "KEPT_BYTES", file.size - 1)
    third = _start(on, firm, job_id)
    _to_the_end(Worker(on))
    assert json.loads(_run(on, firm, job_id, third).problem)["code"] == "runs.store-full"


def test_files_can_be_taken_away_when_a_run_has_ended(on: Runtime, firm: Enterprise) -> None:
    job_id = _job(on, firm, 2)
    run_id = _start(on, firm, job_id)
    assert _code(lambda: runs.clear_run(job_id, run_id, by=firm.actor(), on=on)) == "runs.ended"
    _to_the_end(Worker(on))
    runs.clear_run(job_id, run_id, by=firm.actor(), on=on)
    assert _files(on, firm, run_id) == []


def test_runs_of_others_are_as_if_they_were_not_there(on: Runtime, firm: Enterprise) -> None:
    job_id = _job(on, firm, 1)
    run_id = _start(on, firm, job_id)
    stranger = make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003").actor()
    assert _code(lambda: runs.start_run(job_id, "pdf", by=stranger, on=on)) == "label.no-such-job"
    for act in (runs.stop_run, runs.go_on, runs.clear_run):
        assert _code(partial(act, job_id, run_id, by=stranger, on=on)) == "runs.no-such-run"
