"""Pages of numbers: find one serial number and see its life, open and close ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from app.api import parameters
from app.api.door import Door, actor, runtime
from app.capture import history
from app.catalogue import find as catalogue
from app.errors import Refusal
from app.identify import digital_link
from app.label import find
from app.label.numbering import look_up
from app.label.stamps import find as stamps
from app.label.stamps import life, ranges, serials, shift
from app.label.stamps.pages import NUMBER, check_reason, digits, just_done, seen_void, told
from app.party.permissions import Permission, permit
from app.web import forms
from app.web.show import number, serial_page, t

door = Door("number_pages", "app.label", templates=True)

_SERIAL = "/console/serials/<gtin>/<value:serial>"
_LISTED = 100
"""Serial numbers of a job on one page."""
_MOST_CHOICES = 500
_PATH = ("blank", "printed", "assigned", "activated", "sold")
_MOVED = ("to", "lot", "cause", "note", "confirmed")


def _text(name: str, most: int) -> str:
    return request.args.get(name, "").replace("\0", "").strip()[:most]


def _products() -> list[tuple[str, str]]:
    with runtime().store.reading() as connection:
        return [(row.gtin, row.name) for row in catalogue.products(connection, actor().party, count=_MOST_CHOICES)]


# ------------------------------------------------------------------------------------------------ one serial number


@door.route("/console/serials", needs=Permission.LABEL_JOB_READ)
def serial_search() -> Response | str:
    """Scan or type a code and come to its stamp; `?job=` lists the serial numbers of a job from the position `?from=`."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    code, gtin, job_id = _text("code", look_up.LONGEST), digits("gtin"), parameters.token("job")
    if code:
        with runtime().store.reading() as connection:
            found = look_up.look_up(connection, party_id, code, gtin)
        if len(found.stamps) == 1:
            return redirect(serial_page(found.stamps[0].gtin, found.stamps[0].serial), code=303)
        return render_template("stamps/search.html", code=code, gtin=gtin, products=_products(), found=found, job=None)
    return render_template("stamps/search.html", code="", gtin=gtin, products=_products(), found=None, **_of_job(party_id, job_id))


def _of_job(party_id: int, job_id: int | None) -> dict[str, Any]:
    """A page of the serial numbers of a job."""
    if job_id is None:
        return {"job": None}
    first = parameters.count("from", 1, 10**9)
    with runtime().store.reading() as connection:
        job: Any = find.job(connection, party_id, job_id)
        rows = find.serials(connection, party_id, job_id, first=first, last=first + _LISTED - 1)
    return {"job": job, "rows": rows, "first": first, "size": _LISTED}


@door.route(_SERIAL, needs=Permission.LABEL_JOB_READ)
def serial_view(gtin: str, serial: str) -> str:
    """One stamp: its life as steps, its history, where it leads, and what can be done with it."""
    return render_template("stamps/serial.html", **_stamp(gtin, serial, forms.Form()))


def _stamp(gtin: str, serial: str, form: forms.Form) -> dict[str, Any]:
    """What the page of one stamp shows."""
    party_id, by = permit(actor(), Permission.LABEL_JOB_READ), actor()
    with runtime().store.reading() as connection:
        found = stamps.life_of(connection, party_id, gtin, serial)
        stamp, job = found.stamp, found.job
        product = catalogue.product(connection, stamp.gtin)
        changes = told(connection, list(reversed(found.changes)))
        lots = catalogue.lots(connection, party_id, stamp.gtin, count=_MOST_CHOICES) if not job.lot else []
    events = None
    if by.may(Permission.CAPTURE_EVENT_READ):
        listed, following = history.recent(by=by, on=runtime(), product=stamp.gtin, lot=stamp.serial)
        events = {"count": len(listed), "more": following is not None}
    return {
        "stamp": stamp, "job": job, "product": product, "changes": changes, "events": events, "form": form, "path": _drawn(found),
        "steps": _steps(job, stamp), "lots": [(row.lot, row.lot) for row in lots], "roll": _roll_of(job, stamp.position),
        "causes": [(cause, t(f"stamps.cause_{cause}")) for cause in shift.CAUSES], "public": _public(stamp, job),
        "done": just_done(changes),
    }  # fmt: skip


def _public(stamp: Any, job: Any) -> str:
    """The page a buyer sees; its address names what stands on the label: the batch only when it was known when the label was printed."""
    path = (("01", stamp.gtin), *((("10", job.lot),) if job.lot else ()), ("21", stamp.serial))
    return "/v" + digital_link.build(path).removeprefix(digital_link.CANONICAL_STEM)


def _roll_of(job: Any, position: int) -> int:
    return (position - 1) // int(job.per_roll) + 1 if job.per_roll else 0


def _drawn(found: stamps.Life) -> list[tuple[str, str]]:
    """The life as steps: (state, done, here, todo or end). A void stamp shows how far it had come."""
    state = found.stamp.state
    come = found.was if state == "void" else state
    reached = _PATH.index(come) if come in _PATH else 1
    steps = [(each, "here" if each == state else "done" if place <= reached else "todo") for place, each in enumerate(_PATH)]
    return [step for step in steps if step[1] == "done"] + [("void", "end")] if state == "void" else steps


def _steps(job: Any, stamp: Any) -> list[tuple[str, None]]:
    """The steps this stamp can take and the reader may."""
    by, wish = actor(), {"at": stamp.created_at, "lot": stamp.lot or "-", "cause": "other"}
    may = {state: by.may(Permission.LABEL_STAMP_WRITE) for state in ("printed", "assigned", "activated", "sold")}
    may["activated"] = may["activated"] and by.may(Permission.CAPTURE_EVENT_WRITE)
    may["assigned"] = may["assigned"] and not job.lot
    may["void"] = by.may(Permission.LABEL_SERIAL_VOID)
    able = [state for state, allowed in may.items() if allowed and shift.may(stamp.state, stamp.lot, shift.Wish(state, **wish))]
    return [(state, None) for state in able]


@door.route(_SERIAL, needs=Permission.LABEL_STAMP_WRITE, methods=("POST",))
def serial_move(gtin: str, serial: str) -> Response | str:
    """Move one stamp; making it void, or recording for good that it was made, is shown once more first."""
    values = forms.read(*_MOVED)
    how = {"lot": values["lot"] or None, "cause": values["cause"] or None, "note": values["note"] or None}
    try:
        if values["to"] in {"void", "activated"} and values["confirmed"] != "yes":
            return _confirm(gtin, serial, values)
        (change,) = life.move_listed(gtin.zfill(14), [serial], values["to"], **how, by=actor(), on=runtime())
    except Refusal as refusal:
        scene = _stamp(gtin, serial, forms.Form())
        scene.pop("form")
        return forms.again("stamps/serial.html", values, refusal, "stamps", **scene)
    return redirect(f"{serial_page(gtin.zfill(14), serial)}?done={change.change_id}", code=303)


def _confirm(gtin: str, serial: str, values: Mapping[str, str]) -> str:
    """What will happen to one stamp; judged as the move itself will be."""
    wish = shift.Wish(values["to"], runtime().clock.now(), cause=values["cause"] or None)
    shift.check(wish)
    check_reason(values)
    permit(actor(), Permission.LABEL_SERIAL_VOID if values["to"] == "void" else Permission.CAPTURE_EVENT_WRITE)
    with runtime().store.reading() as connection:
        found = stamps.life_of(connection, actor().party, gtin, serial)
        position = found.stamp.position
        shift.judged(connection, found.job, [(position, position)], wish)
    kept = {name: text for name, text in values.items() if text and name != "confirmed"}
    page = serial_page(found.stamp.gtin, found.stamp.serial)
    part = {"path": page, "job": {"product_name": found.stamp.serial}}
    shown = {"values": values, "kept": kept, "count": 1, "first": position, "last": position, "seen": seen_void(values["cause"])}
    return render_template("stamps/confirm.html", part=part, action=page, **shown)


# ------------------------------------------------------------------------------------------------ ranges


@door.route("/console/serial-ranges", needs=Permission.LABEL_JOB_READ)
def serial_ranges() -> str:
    """The ranges that serial numbers come from, with what is left and how hard they are to guess."""
    start = {"gtin": digits("gtin"), "scheme": ranges.RANDOM, "length": str(serials.SHORTEST)}
    return render_template("stamps/ranges.html", **_ranges(forms.Form(start)))


def _ranges(form: forms.Form) -> dict[str, Any]:
    party_id, chosen = permit(actor(), Permission.LABEL_JOB_READ), digits("gtin")
    with runtime().store.reading() as connection:
        rows: list[Any] = list(stamps.ranges(connection, party_id, chosen or None))
        owned: list[Any] = list(catalogue.products(connection, party_id, count=_MOST_CHOICES))
        chances = ranges.guess_probabilities(connection, party_id)
    lines = [(row, (row.most or ranges.MOST) - row.issued, _guess(chances[row.gtin, row.length])) for row in rows]
    names = {row.gtin: row.name for row in owned}
    active = [(row.gtin, f"{row.name} ({row.gtin.lstrip('0')})") for row in owned if row.status == "active"]
    limits = {"shortest": serials.SHORTEST, "longest": serials.LONGEST, "most": ranges.MOST}
    may = actor().may(Permission.LABEL_RANGE_WRITE)
    return {"form": form, "lines": lines, "names": names, "products": active, "chosen": chosen, "limits": limits, "may": may}


def _guess(chance: float) -> str:
    """One of how many made-up numbers would be a real one, as people say large figures; "" when none was given out."""
    return large(1 / chance) if chance else ""


def large(figure: float) -> str:
    """A large figure rounded down to a tenth of the largest word that fits: 3.6 billion billion."""
    for size, word in ((10**18, "stamps.billion_billion"), (10**9, "stamps.billion")):
        if figure >= size:
            return f"{number(int(figure * 10 / size) / 10)} {t(word)}"
    return number(int(figure))


@door.route("/console/serial-ranges", needs=Permission.LABEL_RANGE_WRITE, methods=("POST",))
def serial_range_open() -> Response:
    """Open a range of a product."""
    values = forms.read("gtin", "scheme", "length", "most", "note")
    most = whole(values["most"]) if values["most"] else None
    try:
        length, note = whole(values["length"]), values["note"] or None
        ranges.open_range(values["gtin"], scheme=values["scheme"], length=length, most=most, note=note, by=actor(), on=runtime())
    except Refusal as refusal:
        if isinstance(refusal, catalogue.NoSuchProduct):
            refusal.pointer = "/gtin"
        scene = _ranges(forms.Form())
        scene.pop("form")
        return forms.again("stamps/ranges.html", values, refusal, "stamps", **scene)
    return redirect("/console/serial-ranges?done=opened", code=303)


def whole(text: str) -> int:
    """A whole number that was typed, with the separators of thousands people write; 0 for anything else, which no count may be."""
    plain = "".join(text.replace(".", "").replace(",", "").split())
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 16 else 0


@door.route(f"/console/serial-ranges/{NUMBER.format('range_id')}/close", needs=Permission.LABEL_RANGE_WRITE, methods=("POST",))
def serial_range_close(range_id: int) -> Response:
    """Close a range: nothing more is given from it."""
    ranges.close_range(range_id, by=actor(), on=runtime())
    return redirect("/console/serial-ranges?done=closed", code=303)
