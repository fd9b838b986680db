"""Files of a label job, made anew from its serial numbers whenever they are asked for: nothing is stored, a restart loses nothing.

Sheets come in parts of a thousand labels, about a second of work each, so that a page answers and a print shop can begin.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.engine import Connection

from app.catalogue import find as catalogue
from app.errors import Conflict, NotFound
from app.label import find
from app.label.drawing import design, sheet
from app.label.drawing.design import Label, LabelText, make_label
from app.label.refusals import OffsetTooFar
from app.party import find as parties
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

PART = 1_000
"""Labels in one PDF."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_NUMBER = 12


class NoSuchPart(NotFound):
    """The job has fewer labels than this part would begin with."""

    code = "label.no-such-part"


class SerialVoid(Conflict):
    """A label that was voided is not printed again."""

    code = "label.serial-void"


@dataclass(frozen=True, slots=True)
class Plan:
    """What all labels of a job share, and the serial numbers that may be printed."""

    job: Any
    text: LabelText
    expiry: date | None
    stem: str
    serials: tuple[str, ...]

    def label(self, serial: str) -> Label:
        """The label of a serial number."""
        return make_label(self.text, self.job.gtin, lot=self.job.lot, serial=serial, expiry=self.expiry, stem=self.stem)

    @property
    def parts(self) -> int:
        """How many PDFs the job makes."""
        return -(-len(self.serials) // PART)


def plan(job_id: int, *, by: Actor, on: Runtime) -> Plan:
    """A job ready to be drawn: texts of product and producer, expiry of the lot, links of this installation. Raises NoSuchJob."""
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        job = find.job(connection, party_id, job_id)
        serials = find.usable(find.serials(connection, party_id, job_id))
        return _plan(connection, job, serials, on)


def _plan(connection: Connection, job: Any, serials: list[str], on: Runtime) -> Plan:
    product = catalogue.own_product(connection, job.party_id, job.gtin)
    lot = catalogue.lot(connection, job.party_id, job.gtin, job.lot)
    producer = parties.party(connection, job.party_id).name
    text = LabelText(product.name, product.brand or "", producer, product.net_content or "")
    expiry = date.fromisoformat(lot.expires_on) if lot.expires_on else None
    return Plan(job, text, expiry, on.settings.public_url(), tuple(serials))


def pdf(job_id: int, layout: str, dx: str, dy: str, part: int, *, by: Actor, on: Runtime) -> bytes:
    """A part of the job as PDF; dx, dy: calibration in millimetres as it was typed; part: from 1.

    Raises NoSuchJob, NoSuchPart, OffsetTooFar, what `make_pdf` raises; every symbol was read back before this returns.
    """
    paper = design.layout(layout)
    right, down = _millimetres(dx, dy)
    drawn = plan(job_id, by=by, on=on)
    serials = drawn.serials[(part - 1) * PART : part * PART] if part > 0 else ()
    if not serials and (part != 1 or drawn.job.count == 0):
        raise NoSuchPart(part=part, parts=drawn.parts)
    return sheet.make_pdf([drawn.label(serial) for serial in serials], paper, dx_mm=right, dy_mm=down).content


def svg(job_id: int, serial: str, layout: str, *, by: Actor, on: Runtime) -> str:
    """One label as SVG; raises NoSuchSerial, SerialVoid, what `make_svg` raises."""
    return sheet.make_svg(_one(job_id, serial, by=by, on=on), design.layout(layout)).content.decode()


def png(job_id: int, serial: str, layout: str, dpi: int, *, by: Actor, on: Runtime) -> bytes:
    """One label as PNG for a print head; raises NoSuchSerial, SerialVoid, what `make_png` raises."""
    return sheet.make_png(_one(job_id, serial, by=by, on=on), dpi, design.layout(layout)).content


def _one(job_id: int, serial: str, *, by: Actor, on: Runtime) -> Label:
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        job = find.job(connection, party_id, job_id)
        row = find.serial(connection, party_id, job_id, serial)
        if row.state == "void":
            raise SerialVoid(serial=serial, reason=row.void_reason or "-")
        return _plan(connection, job, [serial], on).label(serial)


def serials_csv(job_id: int, *, by: Actor, on: Runtime) -> bytes:
    """What a print house needs: a row for each label that may be printed. UTF-8 with a byte order mark, every cell in quotes."""
    drawn = plan(job_id, by=by, on=on)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(("gtin", "lot", "expiry", "serial", "digital_link", "human_readable"))
    for serial in drawn.serials:
        label = drawn.label(serial)
        expiry = label.expiry.isoformat() if label.expiry else ""
        writer.writerow([as_text(cell) for cell in (drawn.job.gtin, drawn.job.lot, expiry, serial, label.digital_link, label.hri)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what would begin one."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _millimetres(dx: str, dy: str) -> tuple[float, float]:
    """The calibration offset as typed, with a decimal point or comma; raises OffsetTooFar for what is no number."""
    try:
        right, down = (float(text[:_LONGEST_NUMBER].replace(",", ".") or 0) for text in (dx, dy))
    except ValueError as error:
        raise OffsetTooFar(pointer="/dx", dx=dx[:_LONGEST_NUMBER], dy=dy[:_LONGEST_NUMBER], limit=sheet.FURTHEST) from error
    return right, down
