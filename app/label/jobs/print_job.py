"""A label job ready to be drawn, and the files of a part of it, made anew from its serial numbers whenever they are asked for.

A part is a thousand places of the job, void ones left out: voiding a label moves no other from one file to another. What is too much for
one answer is drawn in the background, see `runs`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from app.errors import Conflict, NotFound
from app.label import find
from app.label.designs import find as designs
from app.label.designs import rules
from app.label.designs.goods import Goods, goods
from app.label.drawing import sheet
from app.label.drawing.design import Label, LabelText, Wishes
from app.label.drawing.layouts import layout as paper
from app.label.drawing.zpl import make_zpl
from app.label.refusals import NothingToPrint, OffsetTooFar
from app.label.rolls import roll_text
from app.label.symbols.carrier import Carrier
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

PART = 1_000
"""Places of a job in one file: about two seconds of work."""

USUAL_LAYOUT = "roll-70x40"
USUAL_HEAD = 300
"""Dots per inch of a print head when nobody says."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_NUMBER = 12

Numbered = Sequence[tuple[int, str]]
"""Places in the job, from 1, with their serial numbers ("" where labels are all alike)."""


class NoSuchPart(NotFound):
    """The job has fewer labels than this part would begin with."""

    code = "label.no-such-part"


class SerialVoid(Conflict):
    """A label that was voided is not printed again."""

    code = "label.serial-void"


@dataclass(frozen=True, slots=True)
class Plan:
    """What all labels of a job share; layout: its usual paper."""

    job: Any
    goods: Goods
    text: LabelText
    wanted: Wishes
    carrier: Carrier
    layout: str
    design: str = ""

    def label(self, serial: str, position: int = 0) -> Label:
        """The label of a serial number; position: its place in the job, which a label of a roll names in small print."""
        place = roll_text(position, self.job.per_roll) if position else ""
        return self.goods.label(self.text, self.wanted, self.carrier, serial, place)

    @property
    def parts(self) -> int:
        """How many files of a thousand places the job makes."""
        return -(-int(self.job.count) // PART)

    @property
    def usable(self) -> int:
        """Labels that may be printed."""
        return int(self.job.count - self.job.voided)


def plan(job_id: int, *, by: Actor, on: Runtime) -> Plan:
    """A job with what its labels say: texts of product and producer, expiry of the lot, links of this installation. Raises NoSuchJob."""
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        return plan_of(connection, find.job(connection, party_id, job_id), on)


def plan_of(connection: Connection, job: Any, on: Runtime) -> Plan:
    """The same for a row of a job, whosever it is."""
    said = goods(connection, job.party_id, job.gtin, job.lot, on.settings.public_url())
    wanted, name, layout = Wishes(), "", job.layout
    if job.design_id is not None:
        row = designs.design(connection, job.party_id, job.design_id, removed=True)
        made = rules.of_row(row)
        wanted, name, layout = made.wishes, made.name, layout or made.layout
    return Plan(job, said, said.text(wanted), wanted, Carrier(job.carrier), layout or USUAL_LAYOUT, name)


def numbered(connection: Connection, job: Any, first: int, last: int) -> Numbered:
    """The places from `first` to `last` that may be printed."""
    if not job.serialised:
        return [(place, "") for place in range(first, min(last, job.count) + 1)]
    rows = find.serials(connection, job.party_id, job.job_id, first=first, last=last)
    return [(row.position, row.serial) for row in rows if row.state != "void"]


def some(connection: Connection, job: Any) -> tuple[int, str] | None:
    """The first label that may be printed, for a look; None when there is none."""
    for start in range(1, job.count + 1, PART):
        found = numbered(connection, job, start, start + PART - 1)
        if found:
            return found[0]
        if job.serialised and start > job.drawn:
            break
    return None


def _part(job_id: int, part: int, *, by: Actor, on: Runtime) -> list[Label]:
    """The labels of a part, from 1; raises NoSuchPart, NothingToPrint."""
    drawn = plan(job_id, by=by, on=on)
    if not 1 <= part <= drawn.parts:
        raise NoSuchPart(part=part, parts=drawn.parts)
    with on.store.reading() as connection:
        found = numbered(connection, drawn.job, (part - 1) * PART + 1, part * PART)
    if not found:
        raise NothingToPrint
    return [drawn.label(serial, place) for place, serial in found]


def pdf(  # noqa: PLR0913  # a printer has as many settings
    job_id: int, layout: str, dx: str, dy: str, part: int, *, dpi: int | None = None, first_place: int = 0, by: Actor, on: Runtime
) -> bytes:
    """A part of the job as PDF; dx, dy: calibration in millimetres as it was typed; part: from 1; first_place: used places of the sheet.

    Raises NoSuchJob, NoSuchPart, OffsetTooFar, what `make_pdf` raises; every symbol was read back before this returns.
    """
    on_paper, (right, down) = paper(layout), millimetres(dx, dy)
    labels = _part(job_id, part, by=by, on=on)
    first = first_place if part == 1 else 0
    return sheet.make_pdf(labels, on_paper, dpi=dpi, dx_mm=right, dy_mm=down, first_place=first).content


def zpl(job_id: int, layout: str, dpi: int, dx: str, dy: str, part: int, *, by: Actor, on: Runtime) -> bytes:
    """A part of the job in ZPL II for a print head; raises as `pdf` does."""
    on_paper, (right, down) = paper(layout), millimetres(dx, dy)
    return make_zpl(_part(job_id, part, by=by, on=on), on_paper, dpi, dx_mm=right, dy_mm=down).content


def svg(job_id: int, serial: str, layout: str, *, by: Actor, on: Runtime) -> str:
    """One label as SVG; raises NoSuchSerial, SerialVoid, what `make_svg` raises."""
    return sheet.make_svg(_one(job_id, serial, by=by, on=on), paper(layout)).content.decode()


def png(job_id: int, serial: str, layout: str, dpi: int, *, by: Actor, on: Runtime) -> bytes:
    """One label as PNG for a print head; raises NoSuchSerial, SerialVoid, what `make_png` raises."""
    return sheet.make_png(_one(job_id, serial, by=by, on=on), dpi, paper(layout)).content


def _one(job_id: int, serial: str, *, by: Actor, on: Runtime) -> Label:
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        job = find.job(connection, party_id, job_id)
        row = find.serial(connection, party_id, job_id, serial)
        if row.state == "void":
            raise SerialVoid(serial=serial, reason=row.void_reason or "-")
        return plan_of(connection, job, on).label(serial, row.position)


def serials_csv(job_id: int, *, by: Actor, on: Runtime) -> bytes:
    """Serial numbers and links: a row for each label that may be printed. UTF-8 with a byte order mark, every cell in quotes."""
    drawn = plan(job_id, by=by, on=on)
    with on.store.reading() as connection:
        found = numbered(connection, drawn.job, 1, drawn.job.count)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(("gtin", "lot", "expiry", "serial", "digital_link", "human_readable"))
    for _, serial in found:
        label = drawn.label(serial)
        expiry = label.expiry.isoformat() if label.expiry else ""
        writer.writerow([as_text(cell) for cell in (drawn.job.gtin, drawn.job.lot, expiry, serial, label.digital_link, label.hri)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what would begin one."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def millimetres(dx: str, dy: str) -> tuple[float, float]:
    """The calibration offset as typed, with a decimal point or comma; raises OffsetTooFar for what is no number or too far."""
    try:
        right, down = (float(text[:_LONGEST_NUMBER].replace(",", ".") or 0) for text in (dx, dy))
    except ValueError as error:
        raise _too_far(dx, dy) from error
    if not (abs(right) <= sheet.FURTHEST and abs(down) <= sheet.FURTHEST):  # also refuses nan
        raise _too_far(dx, dy)
    return right, down


def _too_far(dx: str, dy: str) -> OffsetTooFar:
    return OffsetTooFar(pointer="/dx", dx=dx[:_LONGEST_NUMBER], dy=dy[:_LONGEST_NUMBER], limit=sheet.FURTHEST)
