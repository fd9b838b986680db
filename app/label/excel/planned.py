"""A row of a sheet with what it comes to: which job, made of what, and the digest by which it is known again. Everything here is pure.

The same row, the same job (why, and what else was tried): a row is known again by its meaning, that is product, lot, count, serial numbers,
rolls, layout, design, carrier and note, and by how many equal rows stand before it. Neither the name of the file nor the place of the row
counts, so a file that was interrupted, corrected, sorted or sent with new rows makes only what is missing: a digest of the whole file would
have made every good row of a corrected file twice. Who wants the same labels once more says so in the note, for instance with the number of
the new order. The days of a lot do not count: they belong to the lot.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from app.errors import Finding
from app.label.excel.find import Days, Item, Made
from app.label.excel.row_values import Wish
from app.label.excel.sheet_rows import JobSheet
from app.label.stamps.serials import SHORTEST

_FORM = "excel-1"
"""What an origin begins with; another way to read a row's meaning gets another number."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the labels of a row look: the name people know it by, the layout ("" is chosen when printing) and the design."""

    name: str = ""
    layout: str = ""
    design_id: int | None = None
    carrier: str = ""
    draft: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Planned:
    """A row after the dry run.

    goods: None while the product is not known; length: of serial numbers that are drawn; days: of the lot, registered or to be; new_lot:
    whether the lot is registered with it; made: the job that it made before; findings: why it makes none.
    """

    wish: Wish
    findings: tuple[Finding, ...] = ()
    goods: Item | None = None
    look: Look = Look()
    carrier: str = ""
    serialised: bool = True
    length: int = SHORTEST
    days: Days | None = None
    new_lot: bool = False
    origin: str = ""
    made: Made | None = None

    @property
    def state(self) -> str:
        """`made`, `begun` (some of its labels have no serial number yet), `wrong` or `new`."""
        if self.made is not None:
            return "made" if self.made.whole else "begun"
        return "wrong" if self.findings else "new"

    @property
    def gtin(self) -> str:
        """GTIN-14 of the product, "" while it is not known."""
        return self.goods.gtin if self.goods else ""

    def wrong(self, *findings: Finding) -> Planned:
        """The same row with more that is wrong."""
        return replace(self, findings=(*self.findings, *findings)) if findings else self


@dataclass(frozen=True, slots=True)
class Judged:
    """A sheet after its dry run. findings: all, in the order of rows; remarks: what the sender should know although nothing is wrong."""

    sheet: JobSheet
    rows: list[Planned]
    findings: list[Finding]
    remarks: list[Finding]

    def count(self, *states: str) -> int:
        """How many rows are in some states."""
        return sum(row.state in states for row in self.rows)

    def labels(self, *states: str) -> int:
        """How many labels rows in some states make."""
        return sum(row.wish.count for row in self.rows if row.state in states)

    @property
    def wrong_rows(self) -> int:
        """How many rows are wrong, a header counting as one."""
        return self.count("wrong") + bool(self.sheet.findings)


def with_origins(rows: Iterable[Planned]) -> list[Planned]:
    """Rows with the digest they are known by; those that are wrong so far, and so mean nothing yet, have none."""
    before: Counter[str] = Counter()
    found = []
    for row in rows:
        if row.findings:
            found.append(row)
            continue
        meaning = _meaning(row)
        found.append(replace(row, origin=f"{_FORM}:{meaning}:{before[meaning]}"))
        before[meaning] += 1
    return found


def _meaning(row: Planned) -> str:
    wish = row.wish
    said = [
        row.gtin, wish.lot, wish.count, row.serialised, list(wish.numbers), wish.per_roll, row.look.layout,
        row.look.design_id, row.carrier, wish.note,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
