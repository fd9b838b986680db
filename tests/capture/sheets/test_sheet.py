from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.capture import find
from app.capture.commands import error_file, template
from app.capture.draft import Judged
from app.capture.sheets import sheet, sheet_refusals
from app.capture.sheets.sheet_cells import Unfit, Where, number
from app.capture.sheets.sheet_columns import COLUMNS, STEPS, header
from app.capture.sheets.sheet_file import CSV, XLSX, read
from app.capture.sheets.sheet_rows import letters
from app.party.permissions import Actor, NotAllowed, Role
from app.runtime import Runtime
from tests.builders import make_enterprise
from tests.capture.sheets import sheets
from tests.capture.sheets.sheets import BOXES, LYCHEE, OTHER_PLACE, PALLET, PLACE, as_csv, as_xlsx, harvest
from tests.thorough import ONE_FIXTURE


@pytest.fixture
def owner(on: Runtime) -> Actor:
    return make_enterprise(on).actor()


def judged(on: Runtime, by: Actor, *rows: dict[str, Any]) -> sheet.JudgedSheet:
    return sheet.judge(as_csv(*rows), CSV, by=by, on=on)


def one(on: Runtime, by: Actor, *rows: dict[str, Any]) -> dict[str, Any]:
    """The only event of rows without a mistake."""
    found = judged(on, by, *rows)
    assert found.findings == []
    assert len(found.events) == 1
    return found.events[0]


def told(found: sheet.JudgedSheet) -> list[tuple[str, str]]:
    return [(item.code, item.pointer) for item in found.findings]


def row(step: str, **cells: Any) -> dict[str, Any]:
    return {"step": step, "time": "12/06/2026 10:00", "place": OTHER_PLACE} | cells


def test_a_harvest_is_an_object_event_with_time_place_lot_and_quantity(on: Runtime, owner: Actor) -> None:
    event = one(on, owner, harvest(note="vụ hè"))
    assert event.pop("eventID").startswith("urn:uuid:")
    assert event == {
        "type": "ObjectEvent",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "eventTime": "2026-06-12T05:30:00+07:00",
        "eventTimeZoneOffset": "+07:00",
        "readPoint": {"id": f"https://id.gs1.org/414/{PLACE}"},
        "bizLocation": {"id": f"https://id.gs1.org/414/{PLACE}"},
        "quantityList": [{"epcClass": f"https://id.gs1.org/01/{LYCHEE}/10/TH1", "quantity": 1236.5, "uom": "KGM"}],
        "truyxuat:note": "vụ hè",
    }


BOX = {"gtin": BOXES, "lot": "X1"}

KINDS = [
    ("ObjectEvent", "OBSERVE", row("xuất", **BOX)),
    ("AggregationEvent", "ADD", row("đóng gói", **BOX, parent=PALLET)),
    ("AggregationEvent", "DELETE", row("mở gói", parent=PALLET)),
    ("ObjectEvent", "OBSERVE", row("đóng gói", **BOX)),
    ("TransactionEvent", "ADD", row("xác nhận chứng từ", **BOX, document_type="hóa đơn", document="HD-1")),
    ("TransformationEvent", None, row("chế biến", **BOX, input_gtin=LYCHEE, input_lot="TH1", input_quantity="5", input_unit="kg")),
    ("AssociationEvent", "ADD", row("lắp đặt", **BOX, serial="K7", parent="(8004)9521002TL22")),
    ("AssociationEvent", "DELETE", row("tháo thiết bị", parent="(8004)9521002TL22")),
    ("ObjectEvent", "DELETE", row("tiêu hủy", **BOX)),
    ("TransactionEvent", "ADD", row("shipping", kind="TransactionEvent", **BOX, document="(253)9521002000054PHYTO0612")),
]


@pytest.mark.parametrize(("kind", "action", "cells"), KINDS)
def test_every_type_of_event_can_be_written_in_a_row(
    on: Runtime, owner: Actor, kind: str, action: str | None, cells: dict[str, Any]
) -> None:
    event = one(on, owner, cells)
    assert (event["type"], event.get("action")) == (kind, action)


@pytest.mark.parametrize("step", [step for step in STEPS if step.kind == "ObjectEvent"], ids=lambda step: step.key)
def test_every_name_of_a_step_is_understood(on: Runtime, owner: Actor, step: Any) -> None:
    for name in (step.key, *step.names, step.names[0].upper()):
        assert one(on, owner, row(name, **BOX))["bizStep"] == step.word


def test_rows_with_one_number_are_one_event_with_several_items(on: Runtime, owner: Actor) -> None:
    event = one(
        on, owner, row("đóng gói", event="3", gtin=BOXES, serial="A1", parent=PALLET), {"event": "3", "gtin": BOXES, "serial": "A2"}
    )
    assert event["childEPCs"] == [f"https://id.gs1.org/01/{BOXES}/21/A1", f"https://id.gs1.org/01/{BOXES}/21/A2"]
    assert event["parentID"] == f"https://id.gs1.org/00/{PALLET}"


def test_a_pallet_that_is_shipped_is_itself_what_moves(on: Runtime, owner: Actor) -> None:
    event = one(on, owner, row("xuất", parent=PALLET, **{"from": "9521002000009"}, to="9521006000005", temperature="3,6"))
    assert event["epcList"] == [f"https://id.gs1.org/00/{PALLET}"]
    assert event["destinationList"] == [{"type": "owning_party", "destination": "https://id.gs1.org/417/9521006000005"}]
    assert event["sensorElementList"] == [{"sensorReport": [{"type": "Temperature", "value": 3.6, "uom": "CEL"}]}]


def test_several_pallets_may_be_shipped_at_once(on: Runtime, owner: Actor) -> None:
    event = one(on, owner, row("xuất", event="1", parent=PALLET), {"event": "1", "parent": "195210020000000020"})
    assert event["epcList"] == [f"https://id.gs1.org/00/{PALLET}", "https://id.gs1.org/00/195210020000000020"]


def test_a_document_number_of_ones_own_stands_under_the_place(on: Runtime, owner: Actor) -> None:
    event = one(on, owner, row("xuất", **BOX, document_type="phiếu xuất kho", document="PX/06 12"))
    assert event["bizTransactionList"] == [{"type": "desadv", "bizTransaction": f"urn:epcglobal:cbv:bt:{OTHER_PLACE}:PX%2F06%2012"}]


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("12/06/2026 05:30", "2026-06-12T05:30:00+07:00"),
        ("1/6/2026 5:30:15", "2026-06-01T05:30:15+07:00"),
        ("12-06-2026, 05h30", "2026-06-12T05:30:00+07:00"),
        ("2026-06-12 05:30", "2026-06-12T05:30:00+07:00"),
        ("2026-06-12T05:30:00+09:00", "2026-06-12T05:30:00+09:00"),
        ("2026-06-11T22:30:00.250Z", "2026-06-11T22:30:00.250+00:00"),
    ],
)
def test_a_time_is_local_unless_it_names_its_offset(on: Runtime, owner: Actor, cell: str, time: str) -> None:
    event = one(on, owner, harvest(time=cell))
    assert (event["eventTime"], event["eventTimeZoneOffset"]) == (time, time[-6:])


def test_a_workbook_with_numbers_and_times_of_its_own_reads_the_same(on: Runtime, owner: Actor) -> None:
    # A spreadsheet drops the leading zero of a GTIN, keeps a time as a number of days, and a quantity as a number.
    cells = harvest(time=datetime(2026, 6, 12, 5, 30), gtin=int(LYCHEE), place=int(PLACE), quantity=1236.5, lot=2606)  # noqa: DTZ001  # a cell has no zone
    found = sheet.judge(as_xlsx(cells), XLSX, by=owner, on=on)
    assert found.findings == []
    assert found.events == [one(on, owner, harvest(lot="2606"))]


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        (harvest(step="bay"), "sheet.unknown-step", "A"),
        (harvest(step=None, kind="x"), "sheet.missing-column", None),
        (harvest(step=""), "sheet.missing-value", "A"),
        (harvest(time="hôm qua"), "sheet.not-a-time", "B"),
        (harvest(time="32/06/2026 05:30"), "sheet.not-a-time", "B"),
        (harvest(time="12/06/2026"), "sheet.time-without-hour", "B"),
        (harvest(time="12/06/2027 05:30"), "rules.time-in-future", "B"),
        (harvest(place="9521001001015"), "identify.wrong-check-digit", "C"),
        (harvest(place=""), "sheet.missing-value", "C"),
        (harvest(gtin="09521001000018"), "identify.wrong-check-digit", "D"),
        (harvest(gtin="abc"), "identify.not-digits", "D"),
        (harvest(gtin="9.521E+12"), "sheet.digits-lost", "D"),
        (harvest(gtin=""), "sheet.gtin-missing", "D"),
        (harvest(gtin="", lot="", quantity="", unit=""), "sheet.item-missing", "D"),
        (harvest(lot="Ô 1"), "identify.wrong-character", "E"),
        (harvest(quantity="1.236"), "sheet.ambiguous-number", "F"),
        (harvest(quantity="nhiều"), "sheet.not-a-number", "F"),
        (harvest(quantity="-5"), "sheet.negative-number", "F"),
        (harvest(unit="kilo"), "sheet.unknown-unit", "G"),
        (harvest(kind="ObjectEvents"), "sheet.unknown-kind", "H"),
        (harvest(serial="K7"), "sheet.quantity-with-serial", "F"),
        (harvest(input_gtin=LYCHEE), "sheet.not-for-this-event", "H"),
        (harvest(parent="195210020000000014"), "identify.wrong-check-digit", "H"),
        (harvest(document_type="giấy"), "sheet.unknown-document-type", "H"),
        (harvest(document_type="hóa đơn"), "sheet.missing-value", "document"),
        (harvest(place="urn:example:field", document="1"), "sheet.document-without-place", "H"),
        (harvest(temperature="nóng"), "sheet.not-a-number", "H"),
        (row("mở gói", **BOX), "sheet.parent-missing", "parent"),
        (row("đóng gói", parent=PALLET), "sheet.item-missing", "gtin"),
        (row("xác nhận chứng từ", **BOX), "sheet.document-missing", "document"),
        (row("chế biến", **BOX), "sheet.input-missing", "input_gtin"),
        (row("chế biến", **BOX, input_gtin=LYCHEE, parent=PALLET), "sheet.not-for-this-event", "G"),
        (harvest(colour="đỏ"), "sheet.unknown-column", "H"),
    ],
)
def test_a_mistake_names_its_row_column_and_value(on: Runtime, owner: Actor, cells: dict[str, Any], code: str, column: str | None) -> None:
    found = judged(on, owner, cells)
    line = 1 if code in {"sheet.unknown-column", "sheet.missing-column"} else 2
    assert (code, f"row={line} column={column}" if column else "row=1") in told(found)
    assert found.document is None


def test_all_mistakes_of_a_sheet_are_told_at_once_in_the_order_of_its_cells(on: Runtime, owner: Actor) -> None:
    found = judged(on, owner, harvest(lot="Ô", quantity="x"), harvest(time="12/06/2027 05:30"), harvest(step="bay", unit="?", note="3"))
    assert told(found) == [
        ("identify.wrong-character", "row=2 column=E"),
        ("sheet.not-a-number", "row=2 column=F"),
        ("rules.time-in-future", "row=3 column=B"),
        ("sheet.unknown-step", "row=4 column=A"),
        ("sheet.unknown-unit", "row=4 column=G"),
    ]
    assert [item.event for item in found.findings] == [1, 1, 2, 3, 3]


def test_rows_of_one_event_must_not_contradict_each_other(on: Runtime, owner: Actor) -> None:
    found = judged(on, owner, harvest(event="1"), harvest(event="1", lot="TH2", time="12/06/2026 06:00"))
    assert told(found) == [("sheet.differs-in-event", "row=3 column=B")]
    assert found.findings[0].params == {"first_row": 2}


def test_one_serial_number_stands_once_in_an_event(on: Runtime, owner: Actor) -> None:
    item = harvest(event="1", serial="K7", quantity=None, unit=None)
    assert told(judged(on, owner, item, item)) == [("sheet.item-twice", "row=3 column=G")]


def test_an_event_that_is_there_twice_is_a_mistake(on: Runtime, owner: Actor) -> None:
    found = judged(on, owner, harvest(), harvest(lot="TH2"), harvest())
    assert told(found) == [("sheet.twin", "row=4")]
    assert found.findings[0].params == {"first_row": 2}


def test_two_parents_of_one_packing_contradict_each_other(on: Runtime, owner: Actor) -> None:
    other = "195210020000000020"
    found = judged(on, owner, row("đóng gói", event="1", **BOX, parent=PALLET), {"event": "1", "gtin": BOXES, "lot": "X2", "parent": other})
    assert told(found) == [("sheet.differs-in-event", "row=3 column=G")]


def test_columns_are_known_by_key_and_by_name_in_three_languages(on: Runtime, owner: Actor) -> None:
    expected = one(on, owner, harvest())
    for names in ({each.key: getattr(each, tongue) for each in COLUMNS} for tongue in ("vi", "en", "fr")):
        assert one(on, owner, {names[key].upper(): cell for key, cell in harvest().items()}) == expected
    assert one(on, owner, {header(each): harvest()[each.key] for each in COLUMNS if each.key in harvest()}) == expected


def test_a_column_that_is_there_twice_is_told(on: Runtime, owner: Actor) -> None:
    assert ("sheet.column-twice", "row=1 column=H") in told(judged(on, owner, harvest() | {"Số lô": "X"}))


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"step,time,place\n", b"step,time,place\n,,\n"])
def test_a_sheet_without_an_event_is_refused(on: Runtime, owner: Actor, raw: bytes) -> None:
    with pytest.raises(sheet_refusals.SheetEmpty):
        sheet.judge(raw, CSV, by=owner, on=on)


def test_a_sheet_is_captured_and_known_when_it_comes_again(on: Runtime, owner: Actor) -> None:
    rows = [harvest(), row("xuất", **BOX)]
    receipt, _ = sheet.accept(as_csv(*rows), CSV, by=owner, on=on)
    assert [event.known for event in receipt.events] == [False, False]
    assert judged(on, owner, *rows).known == 2
    again, _ = sheet.accept(as_xlsx(*rows), XLSX, by=owner, on=on)
    assert [event.known for event in again.events] == [True, True]
    assert again.capture_id == receipt.capture_id


def test_a_corrected_row_is_a_new_event_and_the_others_stay_known(on: Runtime, owner: Actor) -> None:
    sheet.accept(as_csv(harvest(), row("xuất", **BOX)), CSV, by=owner, on=on)
    receipt, _ = sheet.accept(as_csv(harvest(), row("xuất", **BOX, note="đổi xe")), CSV, by=owner, on=on)
    assert [event.known for event in receipt.events] == [True, False]


def test_two_organisations_with_the_same_rows_record_two_events(on: Runtime, owner: Actor) -> None:
    other = make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003").actor()
    assert one(on, owner, harvest())["eventID"] != one(on, other, harvest())["eventID"]


def test_nothing_of_a_sheet_with_a_mistake_is_kept(on: Runtime, owner: Actor) -> None:
    with pytest.raises(sheet_refusals.SheetInvalid) as refused:
        sheet.accept(as_csv(harvest(), harvest(step="bay")), CSV, by=owner, on=on)
    assert (refused.value.params["count"], refused.value.params["rows"]) == (1, 1)
    with on.store.reading() as connection:
        assert find.documents(connection, owner.party, 10) == []


def test_a_dry_run_keeps_nothing(on: Runtime, owner: Actor) -> None:
    assert orjson.loads(judged(on, owner, harvest()).document or b"")["type"] == "EPCISDocument"
    with on.store.reading() as connection:
        assert find.documents(connection, owner.party, 10) == []


def test_who_may_not_record_may_not_even_judge(on: Runtime) -> None:
    with pytest.raises(NotAllowed):
        judged(on, make_enterprise(on).actor(Role.REGULATOR), harvest())


def test_the_template_reads_without_a_mistake_and_explains_every_column(on: Runtime, owner: Actor) -> None:
    found = sheet.judge(template(), XLSX, by=owner, on=on)
    assert found.findings == []
    assert {event["type"] for event in found.events} == {"ObjectEvent", "TransformationEvent", "AggregationEvent"}
    assert found.table.rows[0] == [header(column) for column in COLUMNS]


def test_an_error_file_tells_each_row_its_mistakes_and_may_be_sent_again(on: Runtime, owner: Actor) -> None:
    found = judged(on, owner, harvest(quantity="1.236"), harvest(lot="=1+1"), harvest(step="bay"))
    held = Judged(CSV, found.events, found.findings, [], 0, found.table)
    table = read(error_file(held, "en"), XLSX)
    assert table.rows[0][-1] == "Errors (errors)"
    assert table.rows[1][-1] == "F: “1.236” could mean 1236 or 1,236. Write 1236 or 1,236."
    assert str(table.rows[3][-1]).startswith("A: “bay” is not a known step.")
    assert table.rows[2][4] == "=1+1"
    again = sheet.judge(error_file(held, "en"), XLSX, by=owner, on=on)
    assert told(again) == told(found)
    twice = Judged(XLSX, again.events, again.findings, [], 0, again.table)
    assert read(error_file(twice, "en"), XLSX).rows[1] == table.rows[1]


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_the_words_of_errors_are_there_in_every_language(on: Runtime, owner: Actor, language: str) -> None:
    found = judged(on, owner, harvest(quantity="1.236"))
    held = Judged(CSV, found.events, found.findings, [], 0, found.table)
    assert "1236" in str(read(error_file(held, language), XLSX).rows[1][-1])


def _vietnamese(value: float) -> str:
    whole, _, rest = f"{value:,}".partition(".")
    return whole.replace(",", ".") + ("," + rest if rest and rest != "0" else "")


@given(st.integers(0, 10**9), st.integers(0, 999))
def test_a_number_written_in_vietnamese_reads_as_itself_or_is_ambiguous(whole: int, rest: int) -> None:
    value = whole + rest / 1000
    at = Where(2, "F")
    assert number(f"{value:.3f}".replace(".", ","), at) == pytest.approx(value)
    try:
        assert number(_vietnamese(value), at) == pytest.approx(value)
    except Unfit as unfit:
        assert unfit.finding.code == "sheet.ambiguous-number"  # noqa: PT017  # both outcomes are right
        assert 1_000 <= value < 1_000_000


@given(st.integers(0, 16_383))
def test_letters_of_columns_read_back_as_their_number(index: int) -> None:
    number_ = 0
    for letter in letters(index):
        number_ = number_ * 26 + ord(letter) - 64
    assert number_ == index + 1


@given(st.lists(st.lists(st.text(max_size=12), max_size=12), max_size=6))
@hypothesis_settings(suppress_health_check=ONE_FIXTURE)
def test_no_cells_whatever_end_in_a_fault(on: Runtime, owner: Actor, cells: list[list[str]]) -> None:
    names = [column.key for column in COLUMNS[: max((len(each) for each in cells), default=1)]]
    try:
        found = sheet.judge_table(sheet.Table([names, *cells]), by=owner, on=on)
    except sheet_refusals.SheetEmpty:
        return
    assert found.findings or found.document


def test_a_workbook_of_a_thousand_rows_is_taken(on: Runtime, owner: Actor) -> None:
    rows = [row("nhập", gtin=BOXES, serial=f"S{place:05}") for place in range(1_000)]
    found = sheet.judge(sheets.as_csv(*rows), CSV, by=owner, on=on)
    assert (found.findings, len(found.events)) == ([], 1_000)
