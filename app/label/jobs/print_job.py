"""A label job ready to be drawn, and the files of a part of it, made anew from its serial numbers whenever they are asked for.

A part is a thousand places of the job, void ones left out: voiding a label moves no other from one file to another. What is too much for
one answer is drawn in the background, see `runs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import Connection

from app.errors import Conflict, NotFound, TooLarge
from app.label import find
from app.label.designs import find as designs
from app.label.designs import rules
from app.label.designs.goods import Goods, goods
from app.label.drawing.design import Label, LabelText, Wishes
from app.label.drawing.layouts import layout as paper
from app.label.drawing.printer import PART, Printer, draw
from app.label.jobs import print_house
from app.label.refusals import NothingToPrint
from app.label.rolls import roll_text
from app.label.stamps.life import printed
from app.label.symbols.carrier import Carrier
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

USUAL_LAYOUT = "roll-70x40"

ROWS = 10_000
"""Labels in a table that somebody waits for: a second or two, and some megabytes in memory."""

Numbered = Sequence[tuple[int, str]]
"""Places in the job, from 1, with their serial numbers ("" where labels are all alike)."""


class NoSuchPart(NotFound):
    """The job has fewer labels than this part would begin with."""

    code = "label.no-such-part"


class SerialVoid(Conflict):
    """A label that was voided is not printed again."""

    code = "label.serial-void"


class TableTooLarge(TooLarge):
    """The job has more labels than a table that somebody waits for; a run of the form csv makes it."""

    code = "label.table-too-large"  # params: count, limit


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


# ------------------------------------------------------------------------------------------------ files


def sheet(  # what, on which paper, by which printer
    job_id: int, form: str, layout: str, printer: Printer, part: int = 1, *, by: Actor, on: Runtime, only_head: bool = False
) -> bytes:
    """A part of the job as a file for a printer; its blank stamps are printed from now on, unless whoever fetches may only read.

    form: pdf or zpl; part: from 1; only_head: the file itself does not go out. Raises NoSuchJob, NoSuchPart, NothingToPrint, what drawing
    refuses; every symbol was read back before this returns.
    """
    on_paper, drawn = paper(layout), plan(job_id, by=by, on=on)
    if not 1 <= part <= drawn.parts:
        raise NoSuchPart(part=part, parts=drawn.parts)
    first, last = (part - 1) * PART + 1, part * PART
    with on.store.reading() as connection:
        found = numbered(connection, drawn.job, first, last)
    if not found:
        raise NothingToPrint
    labels = [drawn.label(serial, place) for place, serial in found]
    content = draw(form, labels, on_paper, printer if part == 1 else replace(printer, first_place=0)).content
    released(job_id, first, last, by=by, on=on, only_head=only_head)
    return content


def picture(job_id: int, form: str, serial: str, layout: str, dpi: int | None = None, *, by: Actor, on: Runtime) -> bytes:
    """One label as PNG or SVG, to look at: its stamp stays as it is. Raises NoSuchSerial, SerialVoid, what drawing refuses."""
    party_id = permit(by, Permission.LABEL_JOB_READ)
    with on.store.reading() as connection:
        job = find.job(connection, party_id, job_id)
        row = find.serial(connection, party_id, job_id, serial)
        if row.state == "void":
            raise SerialVoid(serial=serial, reason=row.void_reason or "-")
        label = plan_of(connection, job, on).label(serial, row.position)
    return draw(form, [label], paper(layout), Printer(dpi)).content


def table(job_id: int, *, by: Actor, on: Runtime, only_head: bool = False) -> bytes:
    """What a print house works from, a row for each label that may be printed; its blank stamps are printed from now on.

    Raises NoSuchJob, NothingToPrint, and TableTooLarge above ten thousand labels: a run makes larger tables in parts.
    """
    drawn = plan(job_id, by=by, on=on)
    if drawn.job.count > ROWS:
        raise TableTooLarge(count=drawn.job.count, limit=ROWS)
    with on.store.reading() as connection:
        found = numbered(connection, drawn.job, 1, drawn.job.count)
    if not found:
        raise NothingToPrint
    labels, places = [drawn.label(serial, place) for place, serial in found], [place for place, _ in found]
    content = print_house.heading() + print_house.rows(labels, places, drawn.job.per_roll, drawn.goods.stem)
    released(job_id, 1, drawn.job.count, by=by, on=on, only_head=only_head)
    return content


def released(job_id: int, first: int, last: int, *, by: Actor, on: Runtime, only_head: bool = False) -> None:
    """Whoever fetches files prints them: blank stamps at these positions are printed. Who may only read changes nothing."""
    if not only_head and by.may(Permission.LABEL_JOB_WRITE):
        printed(job_id, first, last, by=by, on=on)
