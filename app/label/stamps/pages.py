"""Pages of stamps: the jobs they came from, their rolls, moving them through their life, and taking a move back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request
from sqlalchemy.engine import Connection
from werkzeug.wrappers import Response

from app.api import parameters
from app.api.door import Door, actor, runtime
from app.catalogue import find as catalogue
from app.errors import NotFound, Refusal
from app.label import find
from app.label.stamps import find as stamps
from app.label.stamps import life, shift, tally
from app.label.stamps.refusals import NoSuchPosition, NothingToMove, ReasonMissing
from app.party import find as parties
from app.party.permissions import Permission, permit
from app.verify import tell
from app.verify.verdict import Cause, Reason
from app.web import forms, show
from app.web.show import t

door = Door("stamp_pages", "app.label", templates=True)

NUMBER = "<int(max=9223372036854775807):{}>"
_JOB = f"/console/labels/{NUMBER.format('job_id')}"
_ROLL = f"{_JOB}/rolls/{NUMBER.format('number')}"
ASKED = ("to", "which", "first", "last", "lot", "cause", "note", "roll", "confirmed")
FINAL = ("activated", "void")
"""Steps that are shown once more before they are taken: buyers see them, and one of them cannot be taken back."""
_MOST_CHOICES = 500
_HISTORY = 30
_MOST_PAGES = 10_000


class NoSuchRoll(NotFound):
    """The job has no roll of this number."""

    code = "label.no-such-roll"  # params: roll, rolls (how many there are)


@dataclass(frozen=True, slots=True)
class Part:
    """Stamps of a job that a page is about: a roll, or with number 0 all of them."""

    job: Any
    number: int
    first: int
    last: int

    @property
    def path(self) -> str:
        """Where its page is."""
        whole = f"/console/labels/{self.job.job_id}/rolls"
        return f"{whole}/{self.number}" if self.number else whole

    @property
    def rolls(self) -> int:
        """How many rolls the job has."""
        return stamps.roll_count(self.job)


def part_of(job: Any, number: int) -> Part:
    """A roll of a job by its number from 1, or with 0 the whole job. Raises NoSuchRoll."""
    if number == 0:
        return Part(job, 0, 1, max(1, int(job.count)))
    if number > stamps.roll_count(job):
        raise NoSuchRoll(roll=number, rolls=stamps.roll_count(job))
    size = int(job.per_roll or job.count)
    return Part(job, number, (number - 1) * size + 1, min(number * size, int(job.count)))


def page_number() -> int:
    """The page of a list that was asked for, from 1."""
    return parameters.count("page", 1, _MOST_PAGES)


@door.route("/console/stamps", needs=Permission.LABEL_JOB_READ)
def stamp_jobs() -> str:
    """Jobs with stamps, newest first, each with its rolls and states; `?gtin=&state=` choose, `?lot=` is a batch that needs stamps."""
    party_id, asked = permit(actor(), Permission.LABEL_JOB_READ), request.args
    state = asked.get("state", "")
    state = state if state in tally.STATES else ""
    lot, gtin = asked.get("lot", "")[:20], digits("gtin")
    with runtime().store.reading() as connection:
        rows = tally.jobs(connection, party_id, gtin=gtin, state=state, page=page_number())
        counts = tally.of_jobs(connection, party_id, [row.job_id for row in rows[: tally.PAGE]])
        owned = catalogue.products(connection, party_id, count=_MOST_CHOICES)
    listed = [(row, counts[row.job_id], stamps.roll_count(row)) for row in rows[: tally.PAGE]]
    chosen = {"gtin": gtin, "state": state, "lot": lot}
    products, more = [(row.gtin, row.name) for row in owned], len(rows) > tally.PAGE
    return render_template("stamps/jobs.html", listed=listed, products=products, chosen=chosen, page=page_number(), more=more)


def digits(name: str) -> str:
    """A GTIN of the query as 14 digits, "" for none and for what is no number."""
    given = request.args.get(name, "")
    return given.zfill(14) if given.isascii() and given.isdecimal() and len(given) <= 14 else ""


@door.route(f"{_JOB}/rolls", needs=Permission.LABEL_JOB_READ)
def job_rolls(job_id: int) -> str:
    """The stamps of a job: all together, roll by roll, what can be done with them, and what was done."""
    return render_template("stamps/part.html", **_scene(job_id, 0, _empty()))


@door.route(_ROLL, needs=Permission.LABEL_JOB_READ)
def job_roll(job_id: int, number: int) -> str:
    """One roll: its stamps in each state, what can be done with them, and what was done."""
    return render_template("stamps/part.html", **_scene(job_id, max(1, number), _empty()))


def _empty() -> forms.Form:
    return forms.Form({"which": "all", "lot": request.args.get("lot", "")[:20]})


def _scene(job_id: int, number: int, form: forms.Form) -> dict[str, Any]:
    """What the page of a job's stamps, or of one roll, shows."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        job = shift.check_serialised(find.job(connection, party_id, job_id))
        part = part_of(job, number)
        total = stamps.totals(connection, party_id, job_id) if number == 0 else _roll(connection, part)
        listed = stamps.rolls(connection, party_id, job_id, page_number()) if number == 0 and part.rolls > 1 else []
        lots = catalogue.lots(connection, party_id, job.gtin, count=_MOST_CHOICES) if not job.lot else []
        history = history_of(connection, job, part)
    return {
        "part": part, "job": job, "total": total, "listed": listed, "form": form, "steps": _steps(job, total.counts), "changes": history,
        "lots": [(row.lot, row.lot + (f" · {show.day(row.expires_on)}" if row.expires_on else "")) for row in lots],
        "causes": [(cause, t(f"stamps.cause_{cause}")) for cause in shift.CAUSES], "page": page_number(),
        "more": page_number() * stamps.PAGE < part.rolls, "done": just_done(history),
    }  # fmt: skip


def just_done(history: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The change that led to this page, as `?done=` says."""
    done = request.args.get("done", "")
    return next((each for each in history if str(each["row"].change_id) == done), None)


def _roll(connection: Connection, part: Part) -> Any:
    """A roll with its counts; rolls come in pages, and the page it stands on is known from its number."""
    page, place = divmod(part.number - 1, stamps.PAGE)
    return stamps.rolls(connection, part.job.party_id, part.job.job_id, page + 1)[place]


def _steps(job: Any, counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The steps some of these stamps can take and the reader may: (state, how many stamps can)."""
    by, named = actor(), counts["printed"] if job.lot else 0
    moves, voids = by.may(Permission.LABEL_STAMP_WRITE), by.may(Permission.LABEL_SERIAL_VOID)
    able = {
        "printed": counts["blank"] if moves else 0,
        "assigned": counts["printed"] if moves and not job.lot else 0,
        "activated": counts["assigned"] + named if moves and by.may(Permission.CAPTURE_EVENT_WRITE) else 0,
        "sold": counts["activated"] if moves else 0,
        "void": sum(counts.values()) - counts["void"] if voids else 0,
    }
    return [(state, count) for state, count in able.items() if count]


def history_of(connection: Connection, job: Any, part: Part) -> list[dict[str, Any]]:
    """The newest changes of these stamps: the row, who made it, whether it can be taken back by the reader."""
    rows = stamps.changes(connection, job.party_id, job.job_id, count=_HISTORY, first=part.first, last=part.last)
    return told(connection, rows)


def told(connection: Connection, rows: list[Any]) -> list[dict[str, Any]]:
    """Changes as pages show them: the row, the name of who made it, whether the reader may take it back now."""
    by = actor()
    names = {row.person_id: row.name for row in parties.members(connection, by.party)} if rows else {}
    able = stamps.undoable(connection, rows)
    may = {True: by.may(Permission.LABEL_SERIAL_VOID), False: by.may(Permission.LABEL_STAMP_WRITE)}
    return [{"row": row, "who": names.get(row.changed_by, ""), "undo": may[row.state == "void"] and row.change_id in able} for row in rows]


# ------------------------------------------------------------------------------------------------ moving


@door.route(f"{_JOB}/stamps", needs=Permission.LABEL_STAMP_WRITE, methods=("POST",))
def stamps_move(job_id: int) -> Response | str:
    """Move stamps; what buyers will see, or cannot be taken back, is shown once more first."""
    values, on = forms.read(*ASKED), runtime()
    number = int(values["roll"]) if values["roll"].isdecimal() and len(values["roll"]) < 9 else 0
    with on.store.reading() as connection:
        part = part_of(find.plain_job(connection, actor().party, job_id), number)
    how = {"lot": values["lot"] or None, "cause": values["cause"] or None, "note": values["note"] or None}
    try:
        first, last = _span(values, part)
        if values["to"] in FINAL and values["confirmed"] != "yes":
            return _confirm(part, values, first, last)
        change = life.move(job_id, values["to"], first, last, **how, by=actor(), on=on)
    except Refusal as refusal:
        scene = _scene(job_id, number, forms.Form())
        scene.pop("form")
        return forms.again("stamps/part.html", values, refusal, "stamps", **scene)
    return redirect(f"{part.path}?done={change.change_id}", code=303)


def _span(values: Mapping[str, str], part: Part) -> tuple[int, int]:
    """The positions that were meant: all of the part, or those that were typed. Raises NoSuchPosition."""
    if values["which"] != "some":
        return part.first, part.last
    typed = [values["first"], values["last"] or values["first"]]
    first, last = (int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0 for text in typed)
    if not part.first <= first <= last <= part.last:
        raise NoSuchPosition(pointer="/first", first=typed[0][:20] or "-", last=typed[1][:20] or "-", count=part.last)
    return first, last


def _confirm(part: Part, values: Mapping[str, str], first: int, last: int) -> str:
    """What will happen to how many stamps; judged as the move itself will be. Raises what that raises."""
    wish = shift.Wish(values["to"], runtime().clock.now(), cause=values["cause"] or None)
    shift.check(wish)
    check_reason(values)
    permit(actor(), Permission.LABEL_SERIAL_VOID if values["to"] == "void" else Permission.CAPTURE_EVENT_WRITE)
    with runtime().store.reading() as connection:
        _, ready = shift.judged(connection, part.job, [(first, last)], wish)
    if not ready:
        raise NothingToMove
    count = sum(run.stamps for run in ready)
    kept = {name: text for name, text in values.items() if text and name != "confirmed"}
    shown = {"values": values, "kept": kept, "count": count, "first": first, "last": last, "seen": seen_void(values["cause"])}
    return render_template("stamps/confirm.html", part=part, **shown)


def check_reason(values: Mapping[str, str]) -> None:
    """Another cause than spoiled, lost or stolen is told in words. Raises ReasonMissing."""
    if values["to"] == "void" and values["cause"] == "other" and not values["note"]:
        raise ReasonMissing(pointer="/note")


def seen_void(cause: str) -> dict[str, str]:
    """What somebody who scans a void stamp is told; cause: as of the change that makes it void, "" for another step."""
    reason = Reason(Cause.VOID_STAMP, {"reason": "", "why": cause or "other"})
    return {"word": tell.word(reason.verdict, t), "sentence": tell.sentence(reason, t), "advice": tell.advice(reason, t)}


@door.route(f"/console/stamps/changes/{NUMBER.format('change_id')}/undo", needs=Permission.LABEL_STAMP_WRITE, methods=("POST",))
def stamps_undo(change_id: int) -> Response:
    """Take back a change and go back to where that was asked for."""
    values = forms.read("back")
    change = life.undo(change_id, by=actor(), on=runtime())
    back = show.local_path(values["back"], f"/console/labels/{change.job_id}/rolls")
    return redirect(f"{back}?done={change.change_id}", code=303)
