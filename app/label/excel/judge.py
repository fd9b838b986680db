"""The dry run of a sheet of label jobs: every row against the catalogue, the register and a drawn sample; nothing is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.engine import Connection

from app.capture.sheets.sheet_cells import shown
from app.capture.sheets.sheet_rows import Row
from app.catalogue import rules as catalogue
from app.errors import Finding
from app.label.designs import find as designs
from app.label.designs.rules import of_row
from app.label.drawing.layouts import LAYOUTS
from app.label.excel import find, sheet_rows
from app.label.excel.columns import GTIN_ONLY, named_layout
from app.label.excel.planned import Judged, Look, Planned, with_origins
from app.label.excel.row_values import MOST_LABELS, wish_of
from app.label.excel.samples import undrawable
from app.label.excel.sheet_rows import JobSheet
from app.party import find as parties
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime
from app.store.folding import fold

USUAL_CARRIER = "qr-dl"

_LOT_CELLS = {"/lot": "lot", "/produced_on": "produced", "/expires_on": "expiry"}
_LISTED = 12
"""Names that a remedy lists at most."""

_Lot = tuple[str, str]


def judge(raw: bytes, kind: str, *, by: Actor, on: Runtime) -> Judged:
    """What each row of a file, XLSX or CSV, will make, and what keeps it from that. Raises what `sheet_rows.read` raises."""
    party_id = permit(by, Permission.LABEL_JOB_WRITE)
    sheet = sheet_rows.read(raw, kind)
    if any(finding.code == "sheet.missing-column" for finding in sheet.findings):  # each row would only say the same again
        return Judged(sheet, [], sheet.findings, sheet.remarks)
    rows = {row.number: row for row in sheet.rows}
    planned = [Planned(wish, tuple(wrong)) for wish, wrong in (wish_of(row, sheet.given.get(row.number, ())) for row in sheet.rows)]
    with on.store.reading() as connection:
        planned = _with_goods(connection, party_id, planned, rows)
        planned = with_origins(_with_looks(connection, party_id, planned, rows))
        made = find.jobs(connection, party_id, [row.origin for row in planned if row.origin])
        planned = [replace(row, made=made.get(row.origin)) for row in planned]
        planned = _with_lots(connection, party_id, planned, rows, may=by.may(Permission.CATALOGUE_LOT_WRITE))
        planned = _with_numbers(connection, party_id, planned, rows)
        planned, left = _with_ranges(connection, party_id, planned)
        producer = parties.party(connection, party_id).name
    wrong = undrawable([row for row in planned if row.state == "new"], producer, on.settings.public_url())
    planned = [row.wrong(_on_a_cell(wrong[row.wish.row], rows[row.wish.row])) if row.wish.row in wrong else row for row in planned]
    return _judged(sheet, _within_limit(planned, rows, left))


def _judged(sheet: JobSheet, planned: list[Planned]) -> Judged:
    found = [finding for row in planned if row.state == "wrong" for finding in sorted(row.findings, key=_from_the_left)]
    return Judged(sheet, planned, [*sheet.findings, *found], sheet.remarks)


def _from_the_left(finding: Finding) -> tuple[int, str]:
    letters = finding.pointer.partition("column=")[2]
    return len(letters), letters


def _with_goods(connection: Connection, party_id: int, planned: list[Planned], rows: dict[int, Row]) -> list[Planned]:
    """Rows with their product, by GTIN or by the name under which it is registered."""
    names = {fold(row.wish.product) for row in planned if not row.wish.gtin and row.wish.product}
    by_gtin, by_name = find.products(connection, party_id, {row.wish.gtin for row in planned if row.wish.gtin}, names)
    found = []
    for row in planned:
        wish = row.wish
        known = [by_gtin[wish.gtin]] if wish.gtin in by_gtin else [] if wish.gtin else by_name.get(fold(wish.product), [])
        place = rows[wish.row].at("product").pointer
        if len(known) == 1:
            found.append(replace(row, goods=known[0]))
        elif known:
            params = {"gtins": ", ".join(goods.gtin for goods in known[:_LISTED])}
            found.append(row.wrong(Finding("label.sheet-product-ambiguous", place, wish.product[:80], params)))
        elif any(finding.pointer == place for finding in row.findings):
            found.append(row)
        else:
            found.append(
                row.wrong(Finding("label.sheet-product-unknown", place, wish.product[:80], {"product": wish.gtin or wish.product[:80]}))
            )
    return found


def _with_looks(connection: Connection, party_id: int, planned: list[Planned], rows: dict[int, Row]) -> list[Planned]:
    """Rows with layout, design and carrier; whether labels have serial numbers is told by the row, else by what the carrier can hold."""
    known = {fold(row.name): row.design_id for row in designs.designs(connection, party_id)}
    looks = {name: _look(connection, party_id, name, known) for name in {row.wish.look for row in planned}}
    found = []
    for row in planned:
        wish, look, cells = row.wish, looks[row.wish.look], rows[row.wish.row]
        if look is None:
            params = {"layouts": ", ".join(LAYOUTS), "designs": ", ".join(list(known)[:_LISTED]) or "-"}
            found.append(row.wrong(Finding("label.sheet-layout", cells.at("layout").pointer, wish.look, params)))
            continue
        carrier = wish.carrier or look.carrier or USUAL_CARRIER
        plain = carrier in GTIN_ONLY
        serialised = bool(wish.numbers) or (not plain if wish.serialised is None else wish.serialised)
        ready = replace(row, look=look, carrier=carrier, serialised=serialised)
        if plain and serialised and not wish.carrier:
            params = {"carrier": carrier}
            ready = ready.wrong(Finding("label.sheet-carrier-without-serial", cells.at("layout").pointer, wish.look, params))
        found.append(ready)
    return found


def _look(connection: Connection, party_id: int, name: str, known: dict[str, int]) -> Look | None:
    """The design or layout of a name; None when there is neither."""
    if not name:
        return Look()
    design_id = known.get(fold(name))
    if design_id is not None:
        draft = of_row(designs.design(connection, party_id, design_id))
        return Look(draft.name, draft.layout, design_id, str(draft.carrier), draft)
    layout = named_layout(name, LAYOUTS)
    return Look(layout, layout) if layout is not None else None


def _with_lots(connection: Connection, party_id: int, planned: list[Planned], rows: dict[int, Row], *, may: bool) -> list[Planned]:
    """Rows with the days of their lot; a lot that is not registered needs a day in one of its rows, and somebody who may register it."""
    open_ = [row for row in planned if row.goods is not None and row.wish.lot and row.made is None]
    registered = find.lots(connection, party_id, [_lot(row) for row in open_ if "\0" not in row.wish.lot])
    said: dict[_Lot, find.Days] = {}
    first: dict[_Lot, int] = {}
    for row in open_:
        days = said.get(_lot(row), find.Days("", ""))
        said[_lot(row)] = find.Days(days.produced or row.wish.produced, days.expiry or row.wish.expiry)
        first.setdefault(_lot(row), row.wish.row)
    checked = {lot: [] if lot in registered else _new_lot(lot, days, may=may) for lot, days in said.items()}
    asked = {id(row) for row in open_}
    return [_of_lot(row, rows[row.wish.row], registered, said, checked, first) if id(row) in asked else row for row in planned]


def _lot(row: Planned) -> _Lot:
    return row.gtin, row.wish.lot


def _new_lot(lot: _Lot, days: find.Days, *, may: bool) -> list[Finding]:
    """What keeps a lot from being registered, with pointers of the catalogue."""
    if not days.produced and not days.expiry:
        return [Finding("label.sheet-lot-unknown", "/lot", lot[1][:40], {"gtin": lot[0]})]
    if not may:
        return [Finding("label.sheet-lot-forbidden", "/lot", lot[1][:40])]
    return catalogue.check_lot({"lot": lot[1], "produced_on": days.produced, "expires_on": days.expiry})


def _of_lot(
    row: Planned, cells: Row, registered: dict[_Lot, find.Days], said: dict[_Lot, find.Days], checked: dict[_Lot, list[Finding]],
    first: dict[_Lot, int],
) -> Planned:  # fmt: skip
    lot = _lot(row)
    known = registered.get(lot)
    days = known if known is not None else said[lot]
    found = [replace(finding, pointer=cells.at(_LOT_CELLS.get(finding.pointer, "lot")).pointer) for finding in checked[lot]]
    for key, given, kept in (("produced", row.wish.produced, days.produced), ("expiry", row.wish.expiry, days.expiry)):
        if given and given != kept:
            place, value = cells.at(key).pointer, cells.text(key)
            if known is not None:
                found.append(Finding("label.sheet-lot-day-differs", place, value, {"lot": lot[1], "registered": kept or "-"}))
            else:
                found.append(Finding("label.sheet-lot-rows-differ", place, value, {"lot": lot[1], "first_row": first[lot], "first": kept}))
    return replace(row, days=days, new_lot=known is None).wrong(*found)


def _with_numbers(connection: Connection, party_id: int, planned: list[Planned], rows: dict[int, Row]) -> list[Planned]:
    """Rows whose given serial numbers nobody had before: neither the register nor an earlier row."""
    open_ = [row for row in planned if row.wish.numbers and row.goods is not None and row.state == "new"]
    wanted: dict[str, set[str]] = {}
    for row in open_:
        wanted.setdefault(row.gtin, set()).update(row.wish.numbers)
    taken = {gtin: find.taken(connection, party_id, gtin, numbers) for gtin, numbers in wanted.items()}
    seen: dict[tuple[str, str], int] = {}
    wrong: dict[int, Finding] = {}
    for row in open_:
        gtin, place = row.gtin, rows[row.wish.row].at("serials").pointer
        for serial in row.wish.numbers:
            if serial in taken[gtin]:
                wrong.setdefault(row.wish.row, Finding("label.sheet-serial-taken", place, serial, {"gtin": gtin}))
            elif (gtin, serial) in seen:
                params = {"first_row": seen[gtin, serial]}
                wrong.setdefault(row.wish.row, Finding("label.sheet-serial-in-row", place, serial, params))
            seen.setdefault((gtin, serial), row.wish.row)
    return [row.wrong(wrong[row.wish.row]) if row.wish.row in wrong else row for row in planned]


def _with_ranges(connection: Connection, party_id: int, planned: list[Planned]) -> tuple[list[Planned], dict[str, int | None]]:
    """Rows with the length of the serial numbers that they will be given, and how many each product's range has left."""
    found = find.ranges(connection, party_id, [row.gtin for row in planned if row.state == "new"])
    told = [replace(row, length=found[row.gtin].length) if row.gtin in found else row for row in planned]
    return told, {gtin: source.left for gtin, source in found.items()}


def _within_limit(planned: Iterable[Planned], rows: dict[int, Row], left: dict[str, int | None]) -> list[Planned]:
    """Rows up to a million labels that are still to be made, and up to what is left of each range; those beyond are wrong."""
    total = 0
    found = []
    for row in planned:
        if row.state == "new":
            cells, room = rows[row.wish.row], left.get(row.gtin)
            if row.serialised and not row.wish.numbers and room is not None:
                if row.wish.count > room:
                    params = {"asked": row.wish.count, "left": room}
                    found.append(row.wrong(Finding("label.range-exhausted", cells.at("count").pointer, cells.text("count"), params)))
                    continue
                left[row.gtin] = room - row.wish.count
            if total + row.wish.count > MOST_LABELS:
                params = {"most": MOST_LABELS, "before": total}
                found.append(
                    row.wrong(
                        Finding("label.sheet-too-many-labels", cells.at("count").pointer, shown(cells.cells.get("count", "")), params)
                    )
                )
                continue
            total += row.wish.count
        found.append(row)
    return found


def _on_a_cell(finding: Finding, cells: Row) -> Finding:
    """What a sample could not be drawn for, said of the cell that people can change."""
    key = {"/expiry": "expiry", "/lot": "lot", "/serial": "serials", "/digital_link": "lot", "/gtin": "product"}.get(finding.pointer, "")
    if finding.code in {"label.symbol-too-wide", "label.text-too-long"} or key not in cells.cells:
        key = next((each for each in ("layout", "carrier", "product") if each in cells.cells), "product")
    return replace(finding, pointer=cells.at(key).pointer, value=cells.text(key)[:80])
