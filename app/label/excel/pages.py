"""Pages of sheets of label jobs: template, upload, what would be made, and making it portion by portion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.api.door import Door, actor, runtime
from app.api.problem import language
from app.capture.sheets.sheet import row_of
from app.errors import Finding, Refusal
from app.label.designs import find as designs
from app.label.drawing.layouts import LAYOUTS
from app.label.excel import sheet_out
from app.label.excel.columns import COLUMNS, header
from app.label.excel.judge import judge
from app.label.excel.kept import keep, kept, kind_of
from app.label.excel.make import PORTION, Done, make
from app.label.excel.planned import Judged
from app.label.excel.refusals import JobSheetEmpty, JobSheetWrong
from app.party.permissions import Permission, permit
from app.web import forms
from app.web.headers import allow_scripts
from app.web.show import t
from app.words.refusals import describe_finding

door = Door("excel_pages", "app.label", templates=True)

_DRAFT = "/console/labels/excel/<int(max=9223372036854775807):draft_id>"
_SHOWN = 100
"""Rows, and findings, on one page; the error file has all of them."""


def _say() -> Callable[[str], str]:
    return lambda key: t(f"excel.{key}")


@door.route("/console/labels/excel", needs=Permission.LABEL_JOB_WRITE)
def label_sheet() -> str:
    """Where a sheet of label jobs is sent."""
    return render_template("excel/upload.html", form=forms.Form(), columns=_columns())


def _columns() -> list[tuple[str, str]]:
    """Each column with what stands in it."""
    return [(header(column, language()), t(f"excel.about_{column.key}")) for column in COLUMNS]


@door.route("/console/labels/excel", needs=Permission.LABEL_JOB_WRITE, methods=("POST",))
def label_sheet_upload() -> BaseResponse:
    """Take a sheet to its dry run."""
    forms.read()
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise JobSheetEmpty(pointer="/file")
        kind, raw = kind_of(sent.filename), sent.read()
        judge(raw, kind, by=actor(), on=runtime())
    except Refusal as refusal:
        return forms.again("excel/upload.html", {"file": ""}, refusal, columns=_columns())
    return redirect(f"/console/labels/excel/{keep(raw, kind, sent.filename, by=actor(), on=runtime())}", code=303)


@door.route("/console/labels/excel/template.xlsx", needs=Permission.LABEL_JOB_WRITE)
def label_sheet_template() -> Response:
    """The template in the reader's language, with the organisation's own designs to choose from."""
    party_id = permit(actor(), Permission.LABEL_JOB_WRITE)
    with runtime().store.reading() as connection:
        looks = [*LAYOUTS, *(row.name for row in designs.designs(connection, party_id))]
    return _download(sheet_out.template(language(), _say(), looks), sheet_out.XLSX_TYPE, f"truyxuat-labels-{language()}.xlsx")


@door.route("/console/labels/excel/template.csv", needs=Permission.LABEL_JOB_WRITE)
def label_sheet_template_csv() -> Response:
    """The same as CSV."""
    return _download(sheet_out.template_csv(language(), _say()), sheet_out.CSV_TYPE, f"truyxuat-labels-{language()}.csv")


def _download(content: bytes, content_type: str, name: str) -> Response:
    return Response(content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@door.route(_DRAFT, needs=Permission.LABEL_JOB_WRITE)
def label_sheet_draft(draft_id: int) -> str:
    """What each row of a kept sheet will make, has made, or what is wrong with it."""
    found, kind = kept(draft_id, by=actor(), on=runtime())
    return _draft_page(draft_id, found.name, judge(found.content, kind, by=actor(), on=runtime()))


def _draft_page(draft_id: int, name: str, judged: Judged, **more: Any) -> str:
    given = request.args.get("page", "1")
    pages = max(1, -(-len(judged.rows) // _SHOWN))
    page = min(int(given), pages) if given.isascii() and given.isdecimal() and len(given) < 6 else 1
    rows = judged.rows[(max(page, 1) - 1) * _SHOWN : max(page, 1) * _SHOWN]
    shown = {"failed": [], "done": request.args.get("done"), "page": max(page, 1), "pages": pages, "rows": rows}
    told = {"findings": [_told(finding) for finding in judged.findings[:_SHOWN]], "remarks": [_told(each) for each in judged.remarks]}
    return render_template("excel/sheet.html", form=forms.Form(), draft_id=draft_id, name=name, judged=judged, **{**shown, **told, **more})


def _told(finding: Finding) -> dict[str, Any]:
    """A finding in words, with row and column; a column is called as the reader's template calls it."""
    titles = {column.key: header(column, language()) for column in COLUMNS}
    params = {name: titles.get(value, value) if name == "column" else value for name, value in finding.params.items()}
    if finding.code == "sheet.unknown-column":
        params["known"] = ", ".join(titles.values())
    told = describe_finding(Finding(finding.code, finding.pointer, finding.value, params), language())
    place = finding.pointer.partition("column=")[2]
    return told | {"row": row_of(finding.pointer), "column": place if place.isupper() else titles.get(place, "")}


@door.route(_DRAFT, needs=Permission.LABEL_JOB_WRITE, methods=("POST",))
def label_sheet_confirm(draft_id: int) -> BaseResponse | str:
    """Make the next portion of a kept sheet; what was made stays made, so the button may be pressed as often as one likes."""
    wish = forms.read("do")["do"]
    found, kind = kept(draft_id, by=actor(), on=runtime())
    try:
        done = make(found.content, kind, skip_wrong=wish == "good", by=actor(), on=runtime(), most=PORTION)
    except JobSheetWrong as refusal:
        page = _draft_page(draft_id, found.name, judge(found.content, kind, by=actor(), on=runtime()), refused=True)
        return Response(page, refusal.status, content_type="text/html; charset=utf-8")
    if done.left and done.jobs:
        return _progress_page(draft_id, found.name, wish, done)
    if done.failed:
        judged = judge(found.content, kind, by=actor(), on=runtime())
        return _draft_page(draft_id, found.name, judged, failed=[_told(finding) for finding in done.failed])
    return redirect(f"/console/labels/excel/{draft_id}?done={done.judged.count('made') + len(done.jobs)}", code=303)


def _progress_page(draft_id: int, name: str, wish: str, done: Done) -> str:
    """How far it is; the page asks for the next portion by itself, and has a button where scripts are off."""
    allow_scripts()
    before = done.judged.count("made")
    return render_template(
        "excel/progress.html", draft_id=draft_id, name=name, wish=wish, made=before + len(done.jobs),
        all_rows=before + len(done.jobs) + done.left, failed=[_told(finding) for finding in done.failed],
    )  # fmt: skip


@door.route(f"{_DRAFT}/errors.xlsx", needs=Permission.LABEL_JOB_WRITE)
def label_sheet_errors(draft_id: int) -> Response:
    """A sheet with its errors in a last column."""
    found, kind = kept(draft_id, by=actor(), on=runtime())
    judged = judge(found.content, kind, by=actor(), on=runtime())
    told: dict[int, list[tuple[str, str]]] = {}
    for words in map(_told, judged.findings):
        told.setdefault(words["row"] or 1, []).append((words["column"], f"{words['message']} {words['remedy']}"))
    return _download(sheet_out.error_file(judged.sheet, told, language(), _say()), sheet_out.XLSX_TYPE, "loi-errors.xlsx")
