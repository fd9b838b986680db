"""The numbers of a job at the command line: where SSCCs come from, and serial numbers that the register keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from app.errors import Conflict
from app.identify.company_prefix import Prefixes, has_gtin8
from app.identify.gtin import gtin14
from app.label.drawing.design import gs1_date
from app.label.folder.asked import Asked
from app.label.stamps.refusals import PrefixUnclear
from app.party.permissions import Actor

if TYPE_CHECKING:
    from app.runtime import Runtime  # loads the database, which loose labels do without

Origin = Literal["list", "block"]
"""How a company prefix is known: from GS1's list, or as the twelve digits of one GTIN, which its owner holds in any case."""

_PAGE = 10_000


class JobGone(Conflict):
    """The register has fewer serial numbers of the job than labels were asked for."""

    code = "label.job-gone"  # params: count, found


def company_prefix(gtin: str, known: Prefixes) -> tuple[str, Origin]:
    """The prefix in which SSCCs of the owner of a GTIN are counted, and how it is known.

    Without GS1's list the length of the company prefix is unknown. The twelve digits before the check digit are at least as long, so
    SSCCs that begin with them are the owner's in any case: 10,000 for each extension digit. Raises PrefixUnclear for a GTIN-8.
    """
    number = gtin14(gtin)
    if has_gtin8("01", number):
        raise PrefixUnclear(pointer="/company_prefix", known="-")
    body = number[1:13]
    length = known.length_of(body)
    return (body[:length], "list") if length else (body, "block")


def ssccs(asked: Asked, prefix: str | None, extension: int, *, by: Actor, on: Runtime) -> list[str]:
    """A fresh SSCC for each label, from the counter of this installation, never the same twice. Raises what `give_ssccs` raises."""
    from app.label.stamps.sscc import MOST, check_room, give_ssccs  # the database is loaded by jobs that need it

    check_room(asked.count, prefix=prefix, extension=extension, by=by, on=on)  # they come in portions: none for a job that cannot have all
    expiry = gs1_date(asked.expiry) or None
    numbers: list[str] = []
    while len(numbers) < asked.count:
        count = min(MOST, asked.count - len(numbers))
        numbers += give_ssccs(
            count, prefix=prefix, extension=extension, gtin=asked.gtin, lot=asked.lot or None, quantity=asked.quantity, expiry=expiry,
            by=by, on=on,
        )  # fmt: skip
    return numbers


def registered(asked: Asked, token: str, numbers: Sequence[str] | None, *, by: Actor, on: Runtime) -> list[str]:
    """Serial numbers that the register gives out and keeps for this job, in the order in which they are printed.

    token: asked again with the same, the same numbers are the answer; numbers: chosen by somebody else, or None. Raises what `issue`
    raises, JobGone.
    """
    from app.label import find
    from app.label.stamps.issue import issue, resume

    job = issue(
        asked.gtin, asked.lot, asked.count, by=by, on=on, numbers=numbers, per_roll=asked.per_roll, carrier=asked.carrier.value,
        layout=asked.sheet, origin=token,
    )  # fmt: skip
    if job.drawn < job.count:
        resume(job.job_id, by=by, on=on, numbers=numbers)
    found: list[str] = []
    with on.store.reading() as connection:
        for first in range(1, asked.count + 1, _PAGE):
            rows = find.serials(connection, by.party, job.job_id, first=first, last=first + _PAGE - 1)
            found += [row.serial for row in rows]
    if len(found) != asked.count:
        raise JobGone(count=asked.count, found=len(found))
    return found
