"""A sheet of events, .xlsx or .csv: judged as a whole, then captured like any document of events.

Nothing is kept of a sheet with a mistake; all its mistakes are told at once, each with row, column, value and what was expected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from app.capture import accept as capture
from app.capture import find
from app.capture.canonical import jcs
from app.capture.sheets import sheet_file
from app.capture.sheets.sheet_events import CONTEXT, SheetEvent, events_of
from app.capture.sheets.sheet_file import CSV, XLSX, Table
from app.capture.sheets.sheet_refusals import SheetEmpty, SheetInvalid, TooManyRows
from app.capture.sheets.sheet_rows import rows_of
from app.errors import Finding
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

TYPES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": XLSX,
    "text/csv": CSV,
    "application/csv": CSV,
    "text/tab-separated-values": CSV,
}
"""Content types of sheets and which kind each is."""

_POINTER = re.compile(r"/epcisBody/eventList/(\d+)(.*)")
_CELL = re.compile(r"row=(\d+)(?: column=([A-Z]+))?")


@dataclass(frozen=True, slots=True)
class JudgedSheet:
    """A sheet after its dry run.

    document: the EPCIS document it stands for, None when it has mistakes; events: its events as far as they could be made;
    remarks: what the sender should know although nothing is wrong; known: how many of the events are recorded already.
    """

    table: Table = field(repr=False)
    events: list[dict[str, Any]]
    findings: list[Finding]
    remarks: list[Finding]
    document: bytes | None
    known: int = 0


def judge(raw: bytes, kind: str, *, by: Actor, on: Runtime) -> JudgedSheet:
    """Read and judge a sheet without keeping anything; kind: XLSX or CSV. Raises what `sheet_file.read` raises, SheetEmpty."""
    permit(by, Permission.CAPTURE_EVENT_WRITE)
    return judge_table(sheet_file.read(raw, kind), by=by, on=on)


def judge_table(table: Table, *, by: Actor, on: Runtime) -> JudgedSheet:
    """The same for rows that were not a file: those of a form."""
    party_id = permit(by, Permission.CAPTURE_EVENT_WRITE)
    rows, findings = rows_of(table)
    if not rows and not findings:
        raise SheetEmpty
    if len(rows) > sheet_file.MOST_ROWS:
        raise TooManyRows(rows=len(rows), limit=sheet_file.MOST_ROWS)
    headless = any(finding.code == "sheet.missing-column" for finding in findings)  # each row would only say the same again
    events = [] if headless else events_of(rows, str(party_id))
    good = [event for event in events if not event.findings]
    findings += [finding for event in events for finding in event.findings]
    raw = _document(good, on)
    if good:
        numbers = {id(event): number for number, event in enumerate(events, 1)}
        findings += [_in_cells(finding, good, numbers) for finding in capture.check(raw, on=on).findings]
    told = [event.event for event in events]
    if findings:
        return JudgedSheet(table, told, sorted(findings, key=_order), table.remarks, None)
    if not events:
        raise SheetEmpty
    return JudgedSheet(table, told, [], table.remarks, raw, _known(party_id, told, on))


def accept(raw: bytes, kind: str, *, by: Actor, on: Runtime) -> tuple[capture.Receipt, JudgedSheet]:
    """Capture a sheet; rows that were captured before are known by their content. Raises SheetInvalid, what `judge` and `accept` raise."""
    judged = judge(raw, kind, by=by, on=on)
    return capture.accept(checked(judged), by=by, on=on), judged


def checked(judged: JudgedSheet) -> bytes:
    """The EPCIS document of a sheet without a mistake; raises SheetInvalid for any other."""
    if judged.document is None:
        rows = {row_of(finding.pointer) for finding in judged.findings}
        raise SheetInvalid(findings=judged.findings, count=len(judged.findings), rows=len(rows))
    return judged.document


def row_of(pointer: str) -> int:
    """The row that a finding's pointer names, 0 for none."""
    match = _CELL.match(pointer)
    return int(match[1]) if match else 0


def _order(finding: Finding) -> tuple[int, int, str]:
    match = _CELL.match(finding.pointer)
    letters = (match[2] or "") if match else ""
    return row_of(finding.pointer), len(letters), letters


def _document(events: list[SheetEvent], on: Runtime) -> bytes:
    return jcs(
        {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": on.clock.now().isoformat(timespec="seconds").replace("+00:00", "Z"),
            "epcisBody": {"eventList": [event.event for event in events]},
        }
    )


def _in_cells(finding: Finding, good: list[SheetEvent], numbers: dict[int, int]) -> Finding:
    """A finding about the document, said about the cell that its field came from."""
    match = _POINTER.match(finding.pointer)
    if match is None:
        return finding
    event = good[int(match[1])]
    return replace(finding, pointer=event.cell_of(match[2]), event=numbers[id(event)])


def _known(party_id: int, events: list[dict[str, Any]], on: Runtime) -> int:
    """How many of these events the organisation has recorded already."""
    with on.store.reading() as connection:
        return len(find.identities(connection, party_id, [find.identity(event["eventID"], b"") for event in events]))
