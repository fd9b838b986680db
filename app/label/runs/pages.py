"""Pages of runs: how far the files are, what went wrong, the files."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.api.door import Door, actor, runtime
from app.errors import Refusal
from app.label import find as jobs
from app.label.designs.pages import layout_words
from app.label.drawing.printer import head, millimetres
from app.label.jobs.offsets import COOKIE, DAYS, with_offset
from app.label.runs import find, runs
from app.label.runs.api import all_files, one_file, told
from app.label.runs.refusals import RunEnded
from app.party.permissions import Permission, permit
from app.web import forms, headers

door = Door("runs_pages", "app.label", templates=True)

_ALL = "/console/labels/<int(max=9223372036854775807):job_id>/runs"
_ONE = f"{_ALL}/<int(max=9223372036854775807):run_id>"


@door.route(_ALL, needs=Permission.LABEL_JOB_WRITE, methods=("POST",))
def label_run_start(job_id: int) -> BaseResponse:
    """Have the files of a job made, and go to where their progress shows."""
    values = forms.read("form", "layout", "dpi", "dx", "dy", "first_place", "first", "last")
    try:
        run_id = runs.start_run(
            job_id, values["form"], by=actor(), on=runtime(), layout=values["layout"], dpi=head(values["dpi"]),
            dx=values["dx"] or "0", dy=values["dy"] or "0", first_place=used(values["first_place"]),
            first=forms.number(values["first"] or "1"), last=forms.number(values["last"]) if values["last"] else None,
        )  # fmt: skip
    except jobs.NoSuchJob:
        raise
    except Refusal as refusal:
        from app.label.jobs.pages import job_page

        page = job_page(job_id, forms.refused(values, refusal, "jobs"))
        return Response(page, refusal.status, content_type="text/html; charset=utf-8")
    answer = redirect(f"/console/labels/{job_id}/runs/{run_id}", code=303)
    remember(answer, values["layout"], values["dx"], values["dy"])
    return answer


def used(first_place: str) -> int:
    """Places of the first sheet that are used; people count the place they begin at from 1. Raises FieldWrong."""
    return forms.whole(first_place, "first_place", 1) - 1


def remember(answer: BaseResponse, layout: str, dx: str, dy: str) -> None:
    """Keep the calibration of a layout in this browser."""
    kept = with_offset(request.cookies.get(COOKIE, ""), layout, *millimetres(dx or "0", dy or "0"))
    secure = runtime().settings.secure_cookies
    answer.set_cookie(COOKIE, kept, max_age=DAYS * 86_400, path="/console/labels", secure=secure, httponly=True, samesite="Lax")


@door.route(_ONE, needs=Permission.LABEL_JOB_READ)
def label_run(job_id: int, run_id: int) -> str:
    """One run: how far it is, or its files."""
    headers.allow_scripts()
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        job = jobs.job(connection, party_id, job_id)
        run = find.run(connection, party_id, job_id, run_id)
        files = find.files(connection, party_id, run_id)
        waiting = find.before(connection, run) if run.state == runs.WAITING else 0
    return render_template("label/run.html", job=job, run=run, files=files, waiting=waiting, **_words(run))


def _words(run: Any) -> dict[str, Any]:
    open_ = run.state in runs.OPEN
    return {"paper": layout_words(run.layout), "open": open_, "problem": told(run), "days": runs.KEPT_DAYS, "may_write": _may_write()}


def _may_write() -> bool:
    return actor().may(Permission.LABEL_JOB_WRITE)


@door.route(f"{_ONE}/stop", needs=Permission.LABEL_JOB_WRITE, methods=("POST",))
def label_run_stop(job_id: int, run_id: int) -> BaseResponse:
    """Draw no further part."""
    return _done(job_id, run_id, runs.stop_run)


@door.route(f"{_ONE}/resume", needs=Permission.LABEL_JOB_WRITE, methods=("POST",))
def label_run_resume(job_id: int, run_id: int) -> BaseResponse:
    """Go on, or make cleared files anew."""
    return _done(job_id, run_id, runs.go_on)


@door.route(f"{_ONE}/clear", needs=Permission.LABEL_JOB_WRITE, methods=("POST",))
def label_run_clear(job_id: int, run_id: int) -> BaseResponse:
    """Take the files away."""
    return _done(job_id, run_id, runs.clear_run)


def _done(job_id: int, run_id: int, verb: Any) -> BaseResponse:
    """The page again; a button that was pressed on an old page is answered with how things stand."""
    try:
        verb(job_id, run_id, by=actor(), on=runtime())
    except RunEnded:
        return redirect(f"/console/labels/{job_id}/runs/{run_id}?late=yes", code=303)
    return redirect(f"/console/labels/{job_id}/runs/{run_id}", code=303)


@door.route(f"{_ONE}/files/<int(max=9999):part>", needs=Permission.LABEL_JOB_READ)
def label_run_file(job_id: int, run_id: int, part: int) -> Response:
    """One finished file."""
    return one_file(job_id, run_id, part)


@door.route(f"{_ONE}/files.zip", needs=Permission.LABEL_JOB_READ)
def label_run_archive(job_id: int, run_id: int) -> Response:
    """All files in one archive."""
    return all_files(job_id, run_id)
