"""Asking for labels: everything that will stand on them is tried with one label before any number is given out."""

from __future__ import annotations

from app.errors import Invalid
from app.label.designs import find as designs
from app.label.designs import rules
from app.label.designs.goods import goods
from app.label.designs.preview import SERIAL
from app.label.drawing.design import Wishes
from app.label.drawing.layouts import layout as paper
from app.label.drawing.sheet import make_svg
from app.label.jobs.print_job import USUAL_LAYOUT
from app.label.stamps.issue import Job, issue
from app.label.symbols.carrier import carrier as known_carrier
from app.party.permissions import Actor, Permission, permit
from app.runtime import Runtime

AT_ONCE = 20_000
"""Serial numbers that are drawn while somebody waits, about a second; those of larger jobs follow in the background."""


class CarrierOfUnits(Invalid):
    """An SSCC is given to a logistic unit, not printed on goods."""

    code = "label.carrier-of-units"


def ask(  # noqa: PLR0913  # a job is asked for with all that its labels share
    gtin: str,
    lot: str,
    count: int,
    *,
    by: Actor,
    on: Runtime,
    serialised: bool = True,
    per_roll: int | None = None,
    carrier: str = "",
    layout: str = "",
    design_id: int | None = None,
    range_id: int | None = None,
    note: str | None = None,
) -> Job:
    """A label job for a batch, or with lot "" for blank stamps of a product; carrier, layout "": those of the design, or the usual.

    Raises NoSuchDesign, CarrierUnknown, CarrierOfUnits, LayoutUnknown, what drawing one label raises, and what `issue` raises.
    """
    party_id = permit(by, Permission.LABEL_JOB_WRITE)
    with on.store.reading() as connection:
        said = goods(connection, party_id, gtin, lot, on.settings.public_url())
        made = rules.of_row(designs.design(connection, party_id, design_id)) if design_id is not None else None
    wanted = made.wishes if made else Wishes()
    chosen = known_carrier(carrier) if carrier else (made.carrier if made else rules.CARRIERS[0])
    if chosen not in rules.CARRIERS:
        raise CarrierOfUnits(pointer="/carrier")
    usual = made.layout if made else USUAL_LAYOUT
    make_svg(said.label(said.text(wanted), wanted, chosen, SERIAL if serialised else ""), paper(layout or usual))
    return issue(
        gtin, lot, count, by=by, on=on, serialised=serialised, range_id=range_id, per_roll=per_roll, carrier=str(chosen),
        layout=layout or (None if made else usual), design_id=design_id, note=note, draw=count <= AT_ONCE,
    )  # fmt: skip
