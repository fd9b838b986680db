"""Making the jobs of a sheet: all or the good ones, each once, whatever interrupts it and however often it is sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from app.catalogue import find as catalogue
from app.label.excel import batch
from app.label.excel.judge import judge
from app.label.excel.make import Done, make
from app.label.excel.refusals import JobSheetWrong
from app.label.excel.sheet_rows import XLSX
from app.label.model import LabelJob, Serial
from app.label.stamps import issue, ranges
from app.runtime import Runtime
from tests.builders import Enterprise
from tests.label.excel.sheets import FRUIT, JUICE, maker, workbook

LABELLED = (FRUIT, "VT0612", "", "", 30, "roll-50x25", "", "PO 1")
NEW_LOT = (FRUIT, "MOI1", "12/06/2026", "12/06/2027", 20, "a4-3x8", "gs1-datamatrix")
BLANK = (JUICE, "", "", "", 10)
WRONG = (FRUIT, "KHONGCO", "", "", 5)


@pytest.fixture
def growers(on: Runtime) -> Enterprise:
    return maker(on)


def made(on: Runtime, by: Enterprise, *rows: Any, **more: Any) -> Done:
    return make(workbook(*rows), XLSX, by=by.actor(), on=on, **({"skip_wrong": False} | more))


def jobs(on: Runtime) -> list[Any]:
    with on.store.reading() as connection:
        return list(connection.execute(select(LabelJob.__table__).order_by(LabelJob.job_id)))


def serial_count(on: Runtime) -> int:
    with on.store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(Serial)).scalar_one())


def test_each_row_becomes_a_job_and_its_lot_is_registered(on: Runtime, growers: Enterprise) -> None:
    done = made(on, growers, LABELLED, NEW_LOT, BLANK)
    assert (sorted(done.jobs), done.failed, done.left) == ([2, 3, 4], [], 0)
    assert [(row.gtin, row.lot, row.count, row.drawn, row.layout, row.carrier, row.note) for row in jobs(on)] == [
        (FRUIT, "VT0612", 30, 30, "roll-50x25", "qr-dl", "PO 1"),
        (FRUIT, "MOI1", 20, 20, "a4-3x8", "gs1-datamatrix", None),
        (JUICE, "", 10, 10, None, "qr-dl", None),
    ]
    assert serial_count(on) == 60
    with on.store.reading() as connection:
        lot = catalogue.lot(connection, growers.party_id, FRUIT, "MOI1")
    assert (lot.produced_on, lot.expires_on) == ("2026-06-12", "2027-06-12")


def _rows(on: Runtime, statement: Any) -> list[dict[str, Any]]:
    with on.store.reading() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


@pytest.mark.parametrize("scheme", ["", "random", "permuted"])
@pytest.mark.parametrize("lot", ["VT0612", ""])
@pytest.mark.parametrize("carrier", ["qr-dl", "ean-13"])
def test_a_job_made_with_others_is_the_job_that_is_made_alone(
    on: Runtime, growers: Enterprise, scheme: str, lot: str, carrier: str
) -> None:
    by = growers.actor()
    if scheme:
        ranges.open_range(FRUIT, scheme=scheme, by=by, on=on)
    made(on, growers, (FRUIT, lot, "", "", 7, "roll-70x40", carrier, "PO"))
    issue.issue(FRUIT, lot, 7, serialised=carrier != "ean-13", carrier=carrier, layout="roll-70x40", note="PO", by=by, on=on)
    together, alone = _rows(on, select(LabelJob.__table__).order_by(LabelJob.job_id))
    if together["range_first"] is not None:
        assert alone.pop("range_first") == together.pop("range_first") + 7
    assert together.pop("origin").startswith("excel-1:")
    for row in (together, alone):
        row.pop("job_id")
        row.pop("origin", None)
    assert together == alone
    rows = _rows(on, select(Serial.__table__).order_by(Serial.job_id, Serial.position))
    assert len(rows) == (0 if carrier == "ean-13" else 14)
    for first, second in zip(rows[:7], rows[7:], strict=True):
        assert {**first, "serial": "", "job_id": 0} == {**second, "serial": "", "job_id": 0}
        assert len(first["serial"]) == len(second["serial"])


def test_all_or_nothing_makes_nothing_while_a_row_is_wrong(on: Runtime, growers: Enterprise) -> None:
    with pytest.raises(JobSheetWrong) as refused:
        made(on, growers, LABELLED, WRONG, NEW_LOT)
    assert (refused.value.params, [each.pointer for each in refused.value.findings]) == ({"count": 1, "rows": 1}, ["row=3 column=B"])
    assert jobs(on) == []


def test_good_rows_only_leaves_the_wrong_ones_and_the_corrected_sheet_makes_just_those(on: Runtime, growers: Enterprise) -> None:
    assert sorted(made(on, growers, LABELLED, WRONG, NEW_LOT, skip_wrong=True).jobs) == [2, 4]
    corrected = (FRUIT, "KHONGCO", "12/06/2026", "", 5)
    done = made(on, growers, NEW_LOT, corrected, LABELLED)
    assert (sorted(done.jobs), done.judged.count("made"), len(jobs(on))) == ([3], 2, 3)


def test_the_same_sheet_again_makes_nothing_and_knows_its_jobs(on: Runtime, growers: Enterprise) -> None:
    first = made(on, growers, LABELLED, LABELLED, BLANK)
    again = made(on, growers, LABELLED, LABELLED, BLANK)
    assert (again.jobs, again.failed, len(jobs(on))) == ({}, [], 3)
    assert {row.wish.row: row.made.job_id for row in again.judged.rows if row.made} == first.jobs


def test_equal_rows_are_as_many_jobs_and_one_more_is_one_more(on: Runtime, growers: Enterprise) -> None:
    made(on, growers, LABELLED, LABELLED)
    assert sorted(made(on, growers, LABELLED, LABELLED, LABELLED).jobs) == [4]


def test_another_note_is_another_job(on: Runtime, growers: Enterprise) -> None:
    made(on, growers, LABELLED)
    assert sorted(made(on, growers, (*LABELLED[:7], "PO 2")).jobs) == [2]


def test_a_portion_ends_and_the_next_goes_on(on: Runtime, growers: Enterprise) -> None:
    rows = [(FRUIT, "VT0612", "", "", 2, "", "", f"PO {number}") for number in range(7)]
    seen = []
    for _ in range(4):
        done = made(on, growers, *rows, most=2)
        seen.append((len(done.jobs), done.left))
    assert seen == [(2, 5), (2, 3), (2, 1), (1, 0)]


def test_a_job_whose_drawing_was_interrupted_is_finished(on: Runtime, growers: Enterprise) -> None:
    made(on, growers, LABELLED)
    cut = jobs(on)[0]

    def interrupt(tx: Any) -> None:
        tx.execute(delete(Serial).where(Serial.job_id == cut.job_id, Serial.position > 12))
        tx.execute(update(LabelJob).where(LabelJob.job_id == cut.job_id).values(drawn=12))

    on.store.write(interrupt)
    assert [row.state for row in judge(workbook(LABELLED), XLSX, by=growers.actor(), on=on).rows] == ["begun"]
    assert made(on, growers, LABELLED).jobs == {2: cut.job_id}
    assert (serial_count(on), jobs(on)[0].drawn) == (30, 30)


def test_given_serial_numbers_are_kept_in_their_order(on: Runtime, growers: Enterprise) -> None:
    raw = workbook((FRUIT, "B2 A1"), header=("product", "serials"), further=(("row", "serial"), (2, "C3")))
    done = make(raw, XLSX, skip_wrong=False, by=growers.actor(), on=on)
    with on.store.reading() as connection:
        kept = connection.scalars(select(Serial.serial).where(Serial.job_id == done.jobs[2]).order_by(Serial.position))
        assert list(kept) == ["B2", "A1", "C3"]
    assert make(raw, XLSX, skip_wrong=False, by=growers.actor(), on=on).jobs == {}


def test_a_sheet_sent_twice_at_once_is_made_once(on: Runtime, growers: Enterprise) -> None:
    rows = [(FRUIT, f"M{number}", "12/06/2026", "", 3) for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: made(on, growers, *rows), range(4)))
    assert [each.failed for each in done] == [[]] * 4
    assert (len(jobs(on)), serial_count(on)) == (40, 120)


def test_rows_are_made_together_only_while_they_are_few_and_small(on: Runtime, growers: Enterprise) -> None:
    rows = [(FRUIT, "", "", "", 10, "", "", str(number)) for number in range(450)]
    large = [(FRUIT, "", "", "", 6_000, "", "", str(number)) for number in range(3)]
    judged = judge(workbook(*rows, *large, (FRUIT, "", "", "", 10_001), (FRUIT, "", "", "", 1)), XLSX, by=growers.actor(), on=on)
    assert [len(each) for each in batch.batches(judged.rows)] == [200, 200, 51, 1, 1, 1, 1]
