"""JSON doors of runs: have the files of a job made, watch, stop, go on, fetch."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from app.api.door import Door, actor, runtime
from app.api.problem import language
from app.errors import children
from app.label.runs import find, hand_out, runs
from app.label.runs.refusals import Broke
from app.party.permissions import Permission, permit
from app.web import files, forms
from app.words.refusals import describe

door = Door("runs_api", __name__)

_ALL = "/api/labels/<int(max=9223372036854775807):job_id>/runs"
_ONE = f"{_ALL}/<int(max=9223372036854775807):run_id>"

_FIELDS = {"form": str, "layout": str, "dpi": int, "dx": str, "dy": str, "firstPlace": int, "first": int, "last": int}


def told(row: Any) -> dict[str, str] | None:
    """What went wrong with a run and what to do, in the reader's language; None for one that goes well."""
    if not row.problem:
        return None
    kept = json.loads(row.problem)
    kind = next((kind for kind in children() if kind.code == kept["code"]), Broke)
    message, remedy = describe(kind(pointer=kept["pointer"], **kept["params"]), language())
    return {"code": kept["code"], "message": message, "remedy": remedy}


def said(row: Any, finished: list[Any] | None = None) -> dict[str, Any]:
    """A run as programs read it."""
    counts = {name: getattr(row, name) for name in ("form", "layout", "labels", "parts", "done", "state")}
    times = {"createdAt": row.created_at, "finishedAt": row.finished_at}
    asked = {forms.camel(name): value for name, value in json.loads(row.asked).items()}
    whole = {"run": str(row.run_id), "job": str(row.job_id)} | counts | times | {"asked": asked, "problem": told(row)}
    return whole if finished is None else whole | {"files": [_file(each) for each in finished]}


def _file(row: Any) -> dict[str, Any]:
    return {"part": row.part, "name": row.name, "mediaType": row.media_type, "labels": row.labels, "size": row.size}


def _whole(job_id: int, run_id: int) -> dict[str, Any]:
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        return said(find.run(connection, party_id, job_id, run_id), find.files(connection, party_id, run_id))


@door.route(_ALL, needs=Permission.LABEL_JOB_READ, operation="listLabelRuns")
def list_label_runs(job_id: int) -> Response:
    """The newest runs of a job."""
    party_id = permit(actor(), Permission.LABEL_JOB_READ)
    with runtime().store.reading() as connection:
        find.check_job(connection, party_id, job_id)
        return forms.json_answer({"runs": [said(row) for row in find.runs(connection, party_id, job_id)]})


@door.route(_ALL, needs=Permission.LABEL_JOB_WRITE, operation="postLabelRun", methods=("POST",))
def post_label_run(job_id: int) -> Response:
    """Have the files of a job made: `{"form", "layout", "dpi", "dx", "dy", "firstPlace", "first", "last"}`, only `form` needed."""
    body = forms.json_fields(_FIELDS, needed=("form",))
    with forms.as_sent():
        run_id = runs.start_run(job_id, body.pop("form"), by=actor(), on=runtime(), **body)
    return forms.json_answer(_whole(job_id, run_id), 201, Location=f"/api/labels/{job_id}/runs/{run_id}")


@door.route(_ONE, needs=Permission.LABEL_JOB_READ, operation="getLabelRun")
def get_label_run(job_id: int, run_id: int) -> Response:
    """One run with its finished files."""
    return forms.json_answer(_whole(job_id, run_id))


@door.route(f"{_ONE}/files", needs=Permission.LABEL_JOB_WRITE, operation="clearLabelRun", methods=("DELETE",))
def clear_label_run(job_id: int, run_id: int) -> Response:
    """Take the files away; they can be made anew."""
    runs.clear_run(job_id, run_id, by=actor(), on=runtime())
    return Response(status=204)


@door.route(f"{_ONE}/resume", needs=Permission.LABEL_JOB_WRITE, operation="resumeLabelRun", methods=("POST",))
def resume_label_run(job_id: int, run_id: int) -> Response:
    """Go on after a stop or a failure, or make cleared files anew."""
    runs.go_on(job_id, run_id, by=actor(), on=runtime())
    return forms.json_answer(_whole(job_id, run_id))


@door.route(f"{_ONE}/stop", needs=Permission.LABEL_JOB_WRITE, operation="stopLabelRun", methods=("POST",))
def stop_label_run(job_id: int, run_id: int) -> Response:
    """Draw no further part."""
    runs.stop_run(job_id, run_id, by=actor(), on=runtime())
    return forms.json_answer(_whole(job_id, run_id))


@door.route(f"{_ONE}/files/<int(max=9999):part>", needs=Permission.LABEL_JOB_READ, operation="getLabelRunFile")
def get_label_run_file(job_id: int, run_id: int, part: int) -> Response:
    """One finished file."""
    return one_file(job_id, run_id, part)


@door.route(f"{_ONE}/files.zip", needs=Permission.LABEL_JOB_READ, operation="getLabelRunArchive")
def get_label_run_archive(job_id: int, run_id: int) -> Response:
    """All files of a finished run in one archive."""
    return all_files(job_id, run_id)


def one_file(job_id: int, run_id: int, part: int) -> Response:
    """A part as a download."""
    row = hand_out.one(job_id, run_id, part, by=actor(), on=runtime(), only_head=files.only_head())
    return files.download(row.content, row.media_type, row.name)


def all_files(job_id: int, run_id: int) -> Response:
    """Every part in one archive, once all are there."""
    name, content = hand_out.whole(job_id, run_id, by=actor(), on=runtime(), only_head=files.only_head())
    return files.download(content, "application/zip", name)
