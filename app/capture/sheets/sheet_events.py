"""Rows of a sheet as EPCIS 2.0 events; every field remembers the cell it came from.

Rows with one event number are one event with several items. An event gets its eventID from its content and its organisation, so that the
same rows sent again are known, and a corrected row is a new event.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import quote

from app.capture.canonical import jcs
from app.capture.sheets import sheet_cells as cells
from app.capture.sheets.sheet_cells import Unfit, Where, shown
from app.capture.sheets.sheet_columns import (
    AGGREGATION,
    ASSOCIATION,
    BY_KEY,
    DOCUMENTS,
    EVENT_FIELDS,
    KINDS,
    OBJECT,
    TRANSACTION,
    TRANSFORMATION,
    Step,
    document_type_of,
    kind_of,
    step_names,
    step_of,
    unit_of,
)
from app.capture.sheets.sheet_file import Cell
from app.capture.sheets.sheet_rows import Row
from app.errors import Finding, Invalid

T = TypeVar("T")

CONTEXT: list[Any] = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"truyxuat": "https://truyxuat.example/terms/"},
]
NOTE = "truyxuat:note"

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://truyxuat.example/terms/sheet-event")
_LISTS = {
    OBJECT: ("epcList", "quantityList"),
    TRANSACTION: ("epcList", "quantityList"),
    AGGREGATION: ("childEPCs", "childQuantityList"),
    ASSOCIATION: ("childEPCs", "childQuantityList"),
    TRANSFORMATION: ("outputEPCList", "outputQuantityList"),
}
_INPUTS = ("inputEPCList", "inputQuantityList")
_INPUT_KEYS = ("input_gtin", "input_lot", "input_quantity", "input_unit")
_ENDINGS = {"unpacking", "removing"}
_WITH_PARENT = (AGGREGATION, ASSOCIATION)
_READERS: dict[str, Callable[[Cell, Where], object]] = {
    "time": cells.instant, "place": cells.place, "gtin": cells.gtin, "quantity": cells.quantity, "parent": cells.thing,
    "input_gtin": cells.gtin, "input_quantity": cells.quantity, "temperature": cells.number,
}  # fmt: skip
_PLACE_GLN = re.compile(r"https://id\.gs1\.org/414/(\d{13})")


@dataclass(slots=True)
class SheetEvent:
    """An event of a sheet: its rows, the event as far as it could be made, which cell each of its fields came from, what is wrong."""

    rows: list[Row]
    event: dict[str, Any] = field(default_factory=dict)
    trace: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def cell_of(self, pointer: str) -> str:
        """The cell that a pointer into the event came from; the row of the event for what no cell said."""
        while pointer:
            if pointer in self.trace:
                return self.trace[pointer]
            pointer = pointer.rpartition("/")[0]
        return f"row={self.rows[0].number}"


def events_of(rows: Iterable[Row], party: str) -> list[SheetEvent]:
    """The events of rows in the order of their first rows; party: what keeps two organisations' equal events apart."""
    groups: dict[object, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.text("event") or row.number, []).append(row)
    made = [_Maker(group, number).make() for number, group in enumerate(groups.values(), 1)]
    seen: dict[bytes, Row] = {}
    for number, found in enumerate(made, 1):
        if found.findings:
            continue
        content = jcs(found.event)
        first = seen.setdefault(content, found.rows[0])
        if first is not found.rows[0]:
            found.findings.append(Finding("sheet.twin", f"row={found.rows[0].number}", None, {"first_row": first.number}, number))
        found.event = {"eventID": f"urn:uuid:{uuid.uuid5(_NAMESPACE, party + chr(10) + content.decode())}"} | found.event
    return made


class _Maker:
    """Makes one event; goes on after a mistake, so that all mistakes of a sheet are told at once."""

    def __init__(self, rows: list[Row], number: int) -> None:
        self.rows = rows
        self.number = number
        self.made = SheetEvent(rows)
        self.event = self.made.event
        self.kind = OBJECT

    def make(self) -> SheetEvent:
        """The event, or what is wrong with its rows."""
        self._common()
        step = self._step()
        if step is None:
            self._cells()
        else:
            self._kind(step)
            self._when_and_where(step)
            self._parents()
            self._items()
            self._documents()
            self._parties()
            self._condition()
        return self.made

    def _found(self, finding: Finding) -> None:
        self.made.findings.append(replace(finding, event=self.number))

    def _row_of(self, key: str) -> Row:
        """The first row of the event that fills a column; its first row when none does."""
        return next((row for row in self.rows if key in row.cells), self.rows[0])

    def _read(self, row: Row, key: str, reader: Callable[[Cell, Where], T]) -> T | None:
        """A cell as its reader understands it, None when it is empty or wrong."""
        if key not in row.cells:
            return None
        try:
            return reader(row.cells[key], row.at(key))
        except Unfit as unfit:
            self._found(unfit.finding)
            return None

    def _common(self) -> None:
        """What is said once for an event must not be said differently by its other rows."""
        for key in EVENT_FIELDS:
            first = self._row_of(key)
            for row in self.rows:
                if key in row.cells and row.text(key) != first.text(key):
                    self._found(Finding("sheet.differs-in-event", row.at(key).pointer, shown(row.cells[key]), {"first_row": first.number}))
            if BY_KEY[key].needed and key not in first.cells:
                self._missing(first, key)

    def _missing(self, row: Row, key: str) -> None:
        self._found(Finding("sheet.missing-value", row.at(key).pointer, None, {"column": f"{BY_KEY[key].vi} ({key})"}))

    def _step(self) -> Step | None:
        row = self._row_of("step")
        if "step" not in row.cells:
            return None
        step = step_of(row.text("step"))
        if step is None:
            self._found(Finding("sheet.unknown-step", row.at("step").pointer, shown(row.cells["step"]), {"known": ", ".join(step_names())}))
        return step

    def _cells(self) -> None:
        """Without a step nothing fits together, yet each cell can be wrong by itself."""
        for row in self.rows:
            for key, reader in _READERS.items():
                self._read(row, key, reader)
            for key in ("unit", "input_unit"):
                self._unit(row, key)

    def _kind(self, step: Step) -> None:
        """The type of the event: as the column says, else as the step usually is; packing into nothing is an observation."""
        row = self._row_of("kind")
        self.kind = step.kind
        if "kind" in row.cells:
            named = kind_of(row.text("kind").removesuffix("Event"))
            if named is None:
                self._found(Finding("sheet.unknown-kind", row.at("kind").pointer, shown(row.cells["kind"]), {"known": ", ".join(KINDS)}))
            else:
                self.kind = named
        elif step.word == "packing" and not any("parent" in each.cells for each in self.rows):
            self.kind = OBJECT
        self._put("type", self.kind, row if "kind" in row.cells else self._row_of("step"), "kind" if "kind" in row.cells else "step")
        if self.kind != TRANSFORMATION:
            usual = "OBSERVE" if self.kind == OBJECT else "DELETE" if step.word in _ENDINGS else "ADD"
            self._put("action", step.action if step.kind == self.kind else usual, self._row_of("step"), "step")

    def _when_and_where(self, step: Step) -> None:
        row = self._row_of("time")
        moment = self._read(row, "time", cells.instant)
        if moment is not None:
            self._put("eventTime", moment[0], row, "time")
            self._put("eventTimeZoneOffset", moment[1], row, "time")
        self._put("bizStep", step.word, self._row_of("step"), "step")
        if step.disposition:
            self._put("disposition", step.disposition, self._row_of("step"), "step")
        row = self._row_of("place")
        place = self._read(row, "place", cells.place)
        if place is not None:
            self._put("readPoint", {"id": place}, row, "place")
            self._put("bizLocation", {"id": place}, row, "place")

    def _put(self, name: str, value: Any, row: Row, key: str) -> None:
        self.event[name] = value
        self.made.trace[f"/{name}"] = row.at(key).pointer

    def _add(self, name: str, value: Any, row: Row, keys: dict[str, str]) -> None:
        """Append to a list of the event; keys: column of the whole ("") and of its members."""
        values = self.event.setdefault(name, [])
        pointer = f"/{name}/{len(values)}"
        values.append(value)
        for member, key in keys.items():
            self.made.trace[f"{pointer}/{member}" if member else pointer] = row.at(key).pointer

    def _parents(self) -> None:
        """The case or pallet: what something is packed into or fixed to, else a thing like any other."""
        for row in self.rows:
            uri = self._read(row, "parent", cells.thing)
            if uri is None:
                continue
            if self.kind == TRANSFORMATION:
                self._not_here(row, "parent")
            elif self.kind not in _WITH_PARENT:
                self._epc(_LISTS[self.kind][0], uri, row, "parent")
            elif self.event.setdefault("parentID", uri) != uri:
                first = self._row_of("parent").number
                self._found(Finding("sheet.differs-in-event", row.at("parent").pointer, shown(row.cells["parent"]), {"first_row": first}))
            else:
                self.made.trace.setdefault("/parentID", row.at("parent").pointer)
        if self.kind in _WITH_PARENT and not any("parent" in row.cells for row in self.rows):
            self._found(Finding("sheet.parent-missing", self.rows[0].at("parent").pointer))

    def _not_here(self, row: Row, key: str) -> None:
        self._found(Finding("sheet.not-for-this-event", row.at(key).pointer, shown(row.cells[key]), {"column": key, "kind": self.kind}))

    def _items(self) -> None:
        outputs = _LISTS[self.kind]
        for row in self.rows:
            self._item(row, outputs, "")
            if self.kind == TRANSFORMATION:
                self._item(row, _INPUTS, "input_")
            else:
                for key in _INPUT_KEYS:
                    if key in row.cells:
                        self._not_here(row, key)
        if self.made.findings:
            return
        first = self.rows[0]
        emptied = self.kind in _WITH_PARENT and self.event["action"] == "DELETE"  # everything is taken out of the parent
        if not emptied and not any(name in self.event for name in outputs):
            self._found(Finding("sheet.item-missing", first.at("gtin").pointer))
        if self.kind == TRANSFORMATION and not any(name in self.event for name in _INPUTS):
            self._found(Finding("sheet.input-missing", first.at("input_gtin").pointer))

    def _item(self, row: Row, names: tuple[str, str], prefix: str) -> None:
        """What a row says about one item, lot or class."""
        key = {name: prefix + name for name in ("gtin", "lot", "serial", "quantity", "unit")}
        if key["gtin"] not in row.cells:
            stray = next((each for each in key.values() if each in row.cells), None)
            if stray is not None:
                self._found(Finding("sheet.gtin-missing", row.at(key["gtin"]).pointer, None, {"column": stray}))
            return
        gtin = self._read(row, key["gtin"], cells.gtin)
        lot, serial = (self._read(row, key[name], cells.digits_of) or "" for name in ("lot", "serial"))
        amount, unit = self._read(row, key["quantity"], cells.quantity), self._unit(row, key["unit"])
        if gtin is None:
            return
        said = key["serial"] if serial else key["lot"] if lot else key["gtin"]
        try:
            uri = cells.product(gtin, lot, serial)
        except Invalid as refusal:
            self._found(Finding(refusal.code, row.at(said).pointer, shown(row.cells[said]), refusal.params))
            return
        if not serial:
            element = {"epcClass": uri} | ({} if amount is None else {"quantity": amount}) | ({} if unit is None else {"uom": unit})
            self._add(names[1], element, row, {"": said, "quantity": key["quantity"], "uom": key["unit"]})
        elif key["quantity"] in row.cells and amount not in {1, None}:
            self._found(Finding("sheet.quantity-with-serial", row.at(key["quantity"]).pointer, shown(row.cells[key["quantity"]])))
        else:
            self._epc(names[0], uri, row, said)

    def _epc(self, name: str, uri: str, row: Row, key: str) -> None:
        if uri in self.event.get(name, ()):
            self._found(Finding("sheet.item-twice", row.at(key).pointer, shown(row.cells[key])))
            return
        self._add(name, uri, row, {"": key})

    def _unit(self, row: Row, key: str) -> str | None:
        if key not in row.cells:
            return None
        unit = unit_of(row.text(key))
        if unit is None:
            self._found(Finding("sheet.unknown-unit", row.at(key).pointer, shown(row.cells[key])))
        return unit

    def _documents(self) -> None:
        for row in self.rows:
            self._document(row)
        if self.kind == TRANSACTION and not any("document" in row.cells for row in self.rows):
            self._found(Finding("sheet.document-missing", self.rows[0].at("document").pointer))

    def _document(self, row: Row) -> None:
        kind = None
        if "document_type" in row.cells:
            kind = document_type_of(row.text("document_type"))
            if kind is None:
                params = {"known": ", ".join(names[0] for names in DOCUMENTS.values())}
                self._found(Finding("sheet.unknown-document-type", row.at("document_type").pointer, row.text("document_type"), params))
            if "document" not in row.cells:
                self._missing(row, "document")
        if "document" not in row.cells:
            return
        uri = self._document_uri(row)
        told = {} if kind is None else {"type": kind}
        if uri is not None and {**told, "bizTransaction": uri} not in self.event.get("bizTransactionList", ()):
            self._add("bizTransactionList", {**told, "bizTransaction": uri}, row, {"": "document", "type": "document_type"})

    def _document_uri(self, row: Row) -> str | None:
        """A GDTI or URI as it stands; a number of one's own becomes a CBV transaction identifier under the GLN of the place."""
        text = row.text("document")
        if text.startswith(("(", "http://", "https://", "urn:")):
            return self._read(row, "document", cells.thing)
        place = _PLACE_GLN.fullmatch(self.event.get("readPoint", {}).get("id", ""))
        if place is None:
            self._found(Finding("sheet.document-without-place", row.at("document").pointer, shown(row.cells["document"])))
            return None
        return f"urn:epcglobal:cbv:bt:{place[1]}:{quote(text, safe='-.~_')}"

    def _parties(self) -> None:
        """Who gives and who receives: owning parties by their GLN (AI 417)."""
        for key, name, member in (("from", "sourceList", "source"), ("to", "destinationList", "destination")):
            row = self._row_of(key)
            uri = self._read(row, key, lambda cell, at: cells.place(cell, at, "417"))
            if uri is not None:
                self._add(name, {"type": "owning_party", member: uri}, row, {"": key})

    def _condition(self) -> None:
        row = self._row_of("temperature")
        degrees = self._read(row, "temperature", cells.number)
        if degrees is not None:
            report = {"type": "Temperature", "value": degrees, "uom": "CEL"}
            self._add("sensorElementList", {"sensorReport": [report]}, row, {"": "temperature"})
        row = self._row_of("note")
        if "note" in row.cells:
            self._put(NOTE, row.text("note"), row, "note")
