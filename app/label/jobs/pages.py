"""Pages of label jobs: ask for labels, look at them, have files made, void."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.api.door import Door, actor, runtime
from app.catalogue import find as catalogue
from app.errors import Refusal
from app.label import find
from app.label.designs import find as designs
from app.label.designs import rules
from app.label.designs.pages import carrier_choices, data_uri, layout_choices, layout_words, measures
from app.label.designs.preview import draw as look
from app.label.drawing.layouts import LAYOUTS
from app.label.drawing.printer import Printer, head, millimetres
from app.label.drawing.sheet import FURTHEST, RESOLUTIONS
from app.label.jobs import print_job
from app.label.jobs.ask import ask
from app.label.jobs.offsets import COOKIE, remembered
from app.label.runs import find as made
from app.label.runs import runs
from app.label.runs.pages import remember, used
from app.label.stamps import issue, life
from app.label.stamps.activate import commission
from app.label.stamps.refusals import NothingToVoid, ReasonMissing
from app.party.permissions import Permission, permit
from app.store.keys import parse_id
from app.web import files, forms
from app.web.show import t

door = Door("label_pages", "app.label", templates=True)

_JOB = "/console/labels/<int(max=9223372036854775807):job_id>"
_FIELDS = ("lot", "count", "design", "layout", "carrier", "alike", "per_roll", "note")
_MOST_CHOICES = 500
AT_ONCE = 1_000
"""Labels whose file is made while somebody waits; larger jobs are drawn in the background."""


_MEDIA_TYPES = {"pdf": "application/pdf", "zpl": "text/plain; charset=us-ascii", "svg": "image/svg+xml", "png": "image/png"}


def _list_page(form: forms.Form) -> dict[str, Any]:
    """What the list shows: goods and designs to choose from, jobs, where the next page begins."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    given = request.args.get("before", "")
    before = int(given) if given.isdecimal() and len(given) < 19 else None
    with runtime().store.reading() as connection:
        lots = catalogue.lots(connection, party_id, count=_MOST_CHOICES)
        products = catalogue.products(connection, party_id, count=_MOST_CHOICES)
        kept = designs.designs(connection, party_id)
        rows = find.jobs(connection, party_id, find.PAGE + 1, before)
    choices = {
        "lots": [(f"{row.gtin}/{row.lot}", f"{row.product_name} · {row.lot}") for row in lots],
        "blanks": [(f"{row.gtin}/", f"{row.name} · {t('jobs.blank')}") for row in products if row.status == "active"],
        "designs": [(str(row.design_id), f"{row.name} · {layout_words(row.layout)}") for row in kept],
    }
    following = rows[find.PAGE - 1].job_id if len(rows) > find.PAGE else None
    shown = {"jobs": rows[: find.PAGE], "following": following, "before": before, "most": issue.MOST}
    more = {"layouts": layout_choices(), "carriers": carrier_choices(), "reachable_write": actor().may(Permission.LABEL_JOB_WRITE)}
    return {"form": form, "local_address": _local_address()} | choices | shown | more


def _local_address() -> str | None:
    """The address in the links when it is one that only this machine can open."""
    return None if runtime().settings.base_url else runtime().settings.public_url()


@door.route("/console/labels", needs=Permission.LABEL_JOB_READ)
def labels() -> str:
    """Ask for labels, and the jobs there are; a link may choose the batch, or the design."""
    gtin, lot = request.args.get("gtin", "")[:14], request.args.get("lot", "")[:20]
    chosen = f"{gtin.zfill(14)}/{lot}" if gtin else ""
    page = _list_page(forms.Form({"lot": chosen, "count": "24", "design": request.args.get("design", "")}))
    if len(page["designs"]) == 1 and not page["form"].value("design"):  # whoever made one design wants it
        page["form"].values |= {"design": page["designs"][0][0]}
    return render_template("label/labels.html", **page)


@door.route("/console/labels", needs=Permission.LABEL_JOB_WRITE, methods=("POST",))
def labels_make() -> BaseResponse:
    """Give out serial numbers and go to their job."""
    values = forms.read(*_FIELDS)
    gtin, _, lot = values["lot"].partition("/")
    try:
        job = ask(
            gtin, lot, forms.number(values["count"]), by=actor(), on=runtime(), serialised=values["alike"] != "yes",
            per_roll=forms.number(values["per_roll"]) if values["per_roll"] else None, carrier=values["carrier"], layout=values["layout"],
            design_id=_design(values["design"]), note=values["note"] or None,
        )  # fmt: skip
    except Refusal as refusal:
        page = _list_page(forms.Form(values))
        page.pop("form")
        return forms.again("label/labels.html", values, _at_field(refusal), "jobs", **page)
    return redirect(f"/console/labels/{job.job_id}", code=303)


def _design(text: str) -> int | None:
    if not text:
        return None
    found = parse_id(text)
    if found is None:
        raise forms.FieldWrong(pointer="/design", field="design", expected="number")
    return found


def _at_field(refusal: Refusal) -> Refusal:
    """A refusal of the batch or of what is too large for the paper, beside the field that people can change."""
    if isinstance(refusal, catalogue.NoSuchProduct | catalogue.NoSuchLot):
        refusal.pointer = "/lot"
    return refusal


@door.route(_JOB, needs=Permission.LABEL_JOB_READ)
def label_job(job_id: int) -> str:
    """One job: a look at it, its files, what comes next."""
    return job_page(job_id, forms.Form())


def job_page(job_id: int, form: forms.Form) -> str:
    """The page of a job with the print form as it was typed."""
    plan = print_job.plan(job_id, by=actor(), on=runtime())
    asked = form.value("layout") or request.args.get("layout", "")
    layout = asked if asked in LAYOUTS else plan.layout
    with runtime().store.reading() as connection:
        first = print_job.some(connection, plan.job) if plan.job.drawn else None
        rows = made.runs(connection, plan.job.party_id, job_id)
    offset = remembered(request.cookies.get(COOKIE, "")).get(layout, ("0", "0"))
    typed = {"layout": layout, "dx": offset[0], "dy": offset[1], "first_place": "1", "dpi": "", "first": "1", "last": str(plan.job.count)}
    form = forms.Form(typed | {name: value for name, value in form.values.items() if value}, form.problems)
    return render_template("label/job.html", form=form, **_shown(plan, layout, first), runs=[_told(row) for row in rows])


def _told(row: Any) -> dict[str, Any]:
    return {"row": row, "open": row.state in runs.OPEN, "paper": layout_words(row.layout)}


def _shown(plan: print_job.Plan, layout: str, first: tuple[int, str] | None) -> dict[str, Any]:
    """What the page of a job says beside its form."""
    job, on_paper = plan.job, LAYOUTS[layout]
    draft = rules.Draft(plan.design or "-", layout, plan.carrier, plan.wanted)
    seen = look(draft, plan.goods, serial=first[1]) if first else None
    return {
        "plan": plan,
        "job": job,
        "first": first,
        "leads_to": plan.label(first[1]).digital_link if first else "",
        "shown": seen,
        "picture": data_uri(seen.svg, "image/svg+xml") if seen and seen.svg else "",
        "why": forms.refused({}, seen.wrong).problems if seen and seen.wrong else [],
        "measured": measures(seen) if seen else [],
        "drawing": job.drawn < job.count,
        "few": job.count <= AT_ONCE,
        "rolls": -(-job.count // job.per_roll) if job.per_roll else 0,
        "layouts": layout_choices(),
        "on_paper": on_paper,
        "corners": list(on_paper.corners()),
        "resolutions": list(RESOLUTIONS),
        "furthest": FURTHEST,
        "may_write": actor().may(Permission.LABEL_JOB_WRITE),
        "reachable_void": actor().may(Permission.LABEL_SERIAL_VOID),
        "reachable_record": actor().may(Permission.CAPTURE_EVENT_WRITE) and bool(job.lot) and job.serialised,
        "local_address": _local_address(),
    }


@door.route(f"{_JOB}/file", needs=Permission.LABEL_JOB_READ)
def label_file(job_id: int) -> Response:
    """A file of a job, for people: what cannot be made is told on a page. `?what=pdf|zpl|svg|png|csv`."""
    asked, by, on = request.args, actor(), runtime()
    what, layout, dpi = asked.get("what", "pdf"), asked.get("layout", print_job.USUAL_LAYOUT), head(asked.get("dpi", ""))
    if what == "csv":
        content = print_job.table(job_id, by=by, on=on, only_head=files.only_head())
        return files.download(content, "text/csv; charset=utf-8", f"serials-{job_id}.csv")
    if what in {"svg", "png"}:
        content = print_job.picture(job_id, what, asked.get("serial", ""), layout, dpi, by=by, on=on)
        return files.download(content, _MEDIA_TYPES[what], f"label-{job_id}.{what}")
    form, part, dx, dy = "zpl" if what == "zpl" else "pdf", forms.number(asked.get("part", "1")), asked.get("dx", "0"), asked.get("dy", "0")
    printer = Printer(dpi, *millimetres(dx, dy), used(asked.get("first_place", "")))
    content = print_job.sheet(job_id, form, layout, printer, part, by=by, on=on, only_head=files.only_head())
    answer = files.download(content, _MEDIA_TYPES[form], f"labels-{job_id}-{part}.{form}")
    remember(answer, layout, dx, dy)
    return answer


@door.route(f"{_JOB}/made", needs=Permission.CAPTURE_EVENT_WRITE, methods=("POST",))
def label_made(job_id: int) -> BaseResponse:
    """Record that the goods with these labels were made, once."""
    done = commission(job_id, by=actor(), on=runtime())
    return redirect(f"/console/labels/{job_id}?made={'before' if done.before else 'now'}", code=303)


@door.route(f"{_JOB}/void", needs=Permission.LABEL_SERIAL_VOID, methods=("POST",))
def label_void(job_id: int) -> BaseResponse | str:
    """Void labels of a job: first asks again, then does it."""
    values = forms.read("reason", "which", "confirmed")
    numbers = None if values["which"] == "all" else list(dict.fromkeys(request.form.getlist("serial")))
    try:
        if not values["reason"]:
            raise ReasonMissing(pointer="/reason")
        if values["confirmed"] == "yes":
            voided = life.void_of_job(job_id, numbers, values["reason"], by=actor(), on=runtime())
            return redirect(f"/console/labels/{job_id}?voided={voided}", code=303)
        if numbers == []:
            raise NothingToVoid(gtin="-", count=0)
    except Refusal as refusal:
        page = job_page(job_id, forms.refused(values, refusal, "jobs"))
        return Response(page, refusal.status, content_type="text/html; charset=utf-8")
    plan = print_job.plan(job_id, by=actor(), on=runtime())
    return render_template("label/void.html", job=plan.job, numbers=numbers, count=plan.usable, reason=values["reason"])
