"""Pages of links: which codes lead where, the form of one code with a look at what phones will do, and files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from flask import Response, redirect, render_template, request
from sqlalchemy.engine import Connection
from werkzeug.wrappers import Response as BaseResponse

from app.api.door import Door, actor, runtime
from app.api.problem import language
from app.capture.sheets.sheet import row_of
from app.catalogue import find as catalogue
from app.errors import Finding, Invalid, NotFound, Refusal
from app.identify import element_string
from app.identify.pages import picture
from app.party.permissions import Permission
from app.resolve import answer, declare, find, find_links, kept, link_sheet, link_types, registration_file, rules
from app.resolve.anchor import Path, place_of
from app.resolve.commands import sheet_template
from app.resolve.declare import Loaded, NoSuchChange
from app.resolve.host_spelling import both, letters
from app.resolve.link_file import ENDINGS, SHEETS, items_of
from app.resolve.link_sheet_out import XLSX_TYPE, error_file
from app.resolve.links import DEFAULT, DEFAULT_MULTI, VOC, Link, Registration
from app.resolve.manage import form as fields
from app.resolve.pages import site
from app.resolve.plan import Item, make_plan, wishes
from app.resolve.shown import language_name
from app.resolve.targets import host_of
from app.store.keys import parse_id
from app.web import forms
from app.web.show import t
from app.words.refusals import describe, describe_finding

door = Door("links_pages", "app.resolve", templates=True)

_TONGUES = ("vi", "en", "fr")
_USUAL = ("pip", "certificationInfo", "traceability", "recallStatus", "instructions", "safetyInfo", "dpp", "support", "relatedVideo")
_CHOICES = 200
_SHOWN = 100
_CHANGES = 10
_OTHER_SHEETS = {".xls", ".xlsm", ".xlsb", ".ods"}


class FileEndingUnknown(Invalid):
    """The name of the file does not end like one that holds links."""

    code = "resolve.file-ending"  # params: name, known (endings)


class SheetOfAnotherKind(Invalid):
    """The file is a spreadsheet that has to be saved as .xlsx first."""

    code = "resolve.file-other-sheet"  # params: name, ending


door.blueprint.add_app_template_filter(both, "both_spellings")


def _list_page(form: forms.Form, status: int = 200) -> tuple[str, int]:
    search, after = request.args.get("q", "")[:100], request.args.get("after", "")
    with runtime().store.reading() as connection:
        found = find_links.of_party(connection, actor().party, search, after, find_links.PAGE + 1)
        products = catalogue.products(connection, actor().party, count=_CHOICES)
        proven = _proven(connection, found)
    listed = [_listed(each, proven) for each in found[: find_links.PAGE]]
    following = listed[-1]["path"] if len(found) > find_links.PAGE else None
    page = render_template(
        "links/list.html", form=form, listed=listed, following=following, search=search, after=after, products=products, may=_may()
    )
    return page, status


def _may() -> bool:
    return actor().may(Permission.RESOLVE_LINK_WRITE)


def _proven(connection: Connection, registrations: list[Registration]) -> set[str]:
    """Hosts of registrations of the reader's organisation that it has proven."""
    return find.proven_hosts(connection, actor().party, kept.hosts(registrations), site().host)


def _listed(registration: Registration, proven: set[str]) -> dict[str, Any]:
    default = registration.default
    return {
        "path": place_of(registration.path).anchor,
        "code": element_string.human(registration.path),
        "description": registration.description,
        "host": both(host_of(default.href)) if default is not None else None,
        "links": len(registration.links),
        "unproven": sorted(kept.hosts([registration]) - proven),
    }


@door.route("/console/links", needs=Permission.RESOLVE_LINK_READ)
def links() -> tuple[str, int]:
    """The organisation's codes and where they lead."""
    return _list_page(forms.Form())


@door.route("/console/links/edit", needs=Permission.RESOLVE_LINK_READ)
def edit() -> tuple[str, int] | BaseResponse | Response:
    """The links of the code in `?code=`: the form, and what phones do with it today; without a code, the list."""
    code = request.args.get("code", "")[:500].strip()
    if not code:
        return redirect("/console/links", code=303)
    try:
        path = rules.read_path(code)
    except Invalid as refusal:
        message, remedy = describe(refusal, language())
        return _list_page(forms.Form({"code": code}, [forms.Problem("code", message, remedy)]), refusal.status)
    with runtime().store.reading() as connection:
        barred = _barred(connection, path)
        found = find_links.own(connection, actor().party, path)
        values = fields.filled(found) if found is not None else {"description": _name_of(connection, path)}
    if barred is not None:
        return _barred_page(path, barred)
    return _edit_page(path, found, values, [], fields.SPARE), 200


def _barred(connection: Connection, path: Path) -> Finding | None:
    """What keeps the reader's organisation from registering links of a key, asked before anything is typed."""
    bare = Item(Registration(path, "", None, ()))
    _, findings = make_plan(connection, wishes([bare], actor().party), actor().party)
    return findings[0][1] if findings else None


def _barred_page(path: Path, finding: Finding) -> Response:
    """The key with the reason why it has no form here."""
    anchor, told = place_of(path).anchor, describe_finding(finding, language())
    page = render_template("links/barred.html", code=element_string.human(path), told=told, address=site().root + anchor)
    return Response(page, 409, content_type="text/html; charset=utf-8")


def _name_of(connection: Connection, path: Path) -> str:
    """What a new registration is called: the name of the catalogue with lot or serial number."""
    known = find.registered(connection, path[:1])
    name = known.name if known is not None and known.party_id == actor().party else None
    return f"{name or ''} {element_string.human(path[1:])}".strip()[: rules.LONGEST_TEXT]


def _edit_page(path: Path, found: Registration | None, values: Mapping[str, str], problems: list[forms.Problem], least: int) -> str:
    anchor = place_of(path).anchor
    with runtime().store.reading() as connection:
        levels = find_links.levels_of(connection, actor().party, path)
        changes = find_links.history(connection, actor().party, path, count=_CHANGES)
        leads = [_leads(connection, anchor, tongue) for tongue in _TONGUES]
        proven = _proven(connection, [found] if found is not None else [])
    rows = fields.spare(values, least)
    for each in leads:
        each["row"] = fields.row_of(values, rows, each["link"]) if each["link"] is not None else None
    return render_template(
        "links/edit.html",
        form=forms.Form(values, problems), rows=_rows(values, rows, found, problems), path=anchor, found=found, leads=leads,
        code=element_string.human(path),
        version=kept.version(found) if found is not None else "", changes=changes, may=_may(), types=_types(values, rows),
        overruled=[each for each in leads if _overrules(each["link"], found)], letters=letters(host_of(values.get("default_href", ""))),
        levels=[_listed(each, set()) for each in levels if each.path != path], address=site().root + anchor,
        picture=picture(site().root + anchor), unproven=sorted(kept.hosts([found]) - proven) if found is not None else [],
        product=path[0][1] if path[0][0] == "01" else None,
    )  # fmt: skip


def _rows(values: Mapping[str, str], rows: int, found: Registration | None, problems: list[forms.Problem]) -> list[dict[str, Any]]:
    """Each row of the form with what its headline says; one that is as it was registered, and not wrong, is closed."""
    wrong = {problem.field for problem in problems}

    def shown(row: int) -> dict[str, Any]:
        kept_so = fields.is_kept(values, row, found)
        rel, tongues = values.get(f"rel-{row}", ""), values.get(f"language-{row}", "")
        return {
            "row": row, "kept": kept_so, "open": not kept_so or any(f"{name}-{row}" in wrong for name in fields.ROW),
            "type": link_types.title(rel, language()) if rel else "", "host": both(host_of(values.get(f"href-{row}", ""))),
            "languages": ", ".join(language_name(tag.strip()) for tag in tongues.split(",") if tag.strip()),
        }  # fmt: skip

    return [shown(row) for row in range(rows)]


def _overrules(link: Link | None, found: Registration | None) -> bool:
    """Whether a phone is led by a link of its language, elsewhere than to the default that stands in the form."""
    if link is None or found is None or link.rel != DEFAULT_MULTI or link not in found.links:
        return False
    return found.default is None or found.default.href != link.href


def _leads(connection: Connection, anchor: str, tongue: str) -> dict[str, Any]:
    """Where a phone of somebody who reads a language is led."""
    told: dict[str, Any] = {"language": language_name(tongue), "tongue": tongue, "link": None}
    try:
        outcome = answer.decide(connection, answer.question(anchor, "", "text/html", tongue, site()))
    except NotFound:
        return told
    if isinstance(outcome, answer.Leads):
        told |= {"link": outcome.link, "proven": outcome.proven, "letters": letters(host_of(outcome.link.href))}
    return told


def _types(values: Mapping[str, str], rows: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the list of link types offers, in groups: the usual ones, all others by title, and those of other vocabularies in use."""

    def choice(rel: str) -> tuple[str, str]:
        return rel, link_types.title(rel, language())

    usual = [choice(VOC + name) for name in _USUAL]
    gone = {VOC + name for name in link_types.DEPRECATED} | {DEFAULT}
    used = {values.get(f"rel-{row}", "") for row in range(rows)} - {""}
    more = [choice(VOC + name) for name in link_types.TYPES if name not in _USUAL and (VOC + name not in gone or VOC + name in used)]
    own = sorted((rel, rel) for rel in used if not rel.startswith(VOC))
    groups = [(t("links.types_usual"), usual), (t("links.types_more"), sorted(more, key=lambda each: each[1].casefold()))]
    return [*groups, (t("links.types_own"), own)] if own else groups


@door.route("/console/links/edit", needs=Permission.RESOLVE_LINK_WRITE, methods=("POST",))
def save() -> BaseResponse | str:
    """Save the form, or give it more rows, or one fewer."""
    path = rules.read_path(request.args.get("code", "")[:500])
    rows = fields.spare({"rows": request.form.get("rows", "")})
    values = forms.read(*fields.names(rows)) | {"rows": str(rows)}
    dropped = request.form.get("drop", "")
    with runtime().store.reading() as connection:
        barred = _barred(connection, path)
        found = find_links.own(connection, actor().party, path)
    if barred is not None:
        return _barred_page(path, barred)
    if dropped.isascii() and dropped.isdecimal() and len(dropped) < 4:
        return _edit_page(path, found, fields.without(values, rows, int(dropped)), [], 1)
    if request.form.get("do") == "more":
        return _edit_page(path, found, values | {"rows": str(rows + 3)}, [], 1)
    try:
        done = declare.declare(fields.said(path, values, rows), by=actor(), on=runtime(), expected=forms.read("version")["version"])
    except Refusal as refusal:
        page = _edit_page(path, found, values, _problems(refusal, fields.used(values, rows)), 1)
        return Response(page, refusal.status, content_type="text/html; charset=utf-8")
    return _back(path, "saved" if done.change_id else "same", done.change_id)


def _problems(refusal: Refusal, rows: list[int]) -> list[forms.Problem]:
    told = [describe_finding(finding, language()) for finding in fields.findings_of(refusal)]
    return [forms.Problem(fields.field_of(each["pointer"], rows), each["message"], each["remedy"]) for each in told]


def _back(path: Path, done: str, change: int | None) -> BaseResponse:
    from urllib.parse import urlencode

    said = {"code": place_of(path).anchor, "done": done} | ({"change": str(change)} if change else {})
    return redirect("/console/links/edit?" + urlencode(said), code=303)


@door.route("/console/links/remove", needs=Permission.RESOLVE_LINK_WRITE, methods=("POST",))
def remove() -> BaseResponse:
    """Take away what is registered for one code, if it is still what the reader saw."""
    said = forms.read("code", "version")
    path = rules.read_path(said["code"])
    return _back(path, "removed", declare.withdraw(path, by=actor(), on=runtime(), expected=said["version"]))


@door.route("/console/links/undo", needs=Permission.RESOLVE_LINK_WRITE, methods=("POST",))
def undo() -> BaseResponse:
    """Bring back what was there before a change."""
    said = forms.read("code", "change")
    number = parse_id(said["change"])
    if number is None:
        raise NoSuchChange(change=said["change"][:40])
    return _back(rules.read_path(said["code"]), "undone", declare.undo(number, by=actor(), on=runtime()))


@door.route("/console/links/template.xlsx", needs=Permission.RESOLVE_LINK_READ)
def link_template() -> Response:
    """The template of a sheet of links."""
    return _download(sheet_template(), "truyxuat-lien-ket.xlsx")


def _download(content: bytes, name: str) -> Response:
    return Response(content, headers={"Content-Disposition": f'attachment; filename="{name}"'}, content_type=XLSX_TYPE)


@door.route("/console/links/upload", needs=Permission.RESOLVE_LINK_WRITE)
def upload() -> str:
    """Where a file with the links of many codes is sent."""
    return _upload_page(forms.Form(), None)


def _upload_page(form: forms.Form, result: Mapping[str, Any] | None) -> str:
    return render_template("links/upload.html", form=form, result=result, shown=_SHOWN)


@door.route("/console/links/upload", needs=Permission.RESOLVE_LINK_WRITE, methods=("POST",))
def upload_file() -> BaseResponse:
    """Judge a file, load it, or hand a sheet back with its errors, as the button says."""
    forms.read()
    sent, wish = request.files.get("file"), request.form.get("do", "check")
    try:
        if sent is None or not sent.filename:
            raise registration_file.NoRegistrations(pointer="/file")
        raw, kind = sent.read(), _kind(sent.filename)
        if wish == "errors" and kind in SHEETS:
            return _errors(raw, kind)
        done = _judged(raw, kind, load=wish == "load", skip_wrong=bool(request.form.get("skip")))
    except Refusal as refusal:
        page, status = _upload_page(forms.refused({"file": ""}, refusal), None), refusal.status
        return Response(page, status, content_type="text/html; charset=utf-8")
    loaded = wish == "load" and not (done.findings and not request.form.get("skip"))
    result = {
        "name": sent.filename, "done": done, "loaded": loaded, "sheet": kind in SHEETS,
        "hosts": [both(host) for host in done.hosts[:20]],
        "findings": [_told(finding) for finding in sorted(done.findings, key=_row_first)[:_SHOWN]],
        "remarks": [_told(finding) for finding in sorted(done.remarks, key=_row_first)[:_SHOWN]],
    }  # fmt: skip
    status = 422 if wish == "load" and not loaded else 200
    return Response(_upload_page(forms.Form(), result), status, content_type="text/html; charset=utf-8")


def _kind(name: str) -> str:
    """What a file is by the end of its name. Raises SheetOfAnotherKind, FileEndingUnknown."""
    ending = PurePath(name).suffix.lower()
    if ending in _OTHER_SHEETS:
        raise SheetOfAnotherKind(pointer="/file", name=name[:80], ending=ending)
    if ending not in ENDINGS:
        raise FileEndingUnknown(pointer="/file", name=name[:80], known=", ".join(ENDINGS))
    return ENDINGS[ending]


def _row_first(finding: Finding) -> int:
    """Where in a sheet a finding stands; those of other files stay in their order."""
    return row_of(finding.pointer) if finding.pointer.startswith("row=") else 0


def _judged(raw: bytes, kind: str, *, load: bool, skip_wrong: bool) -> Loaded:
    """What a file does, or would do: a wrong one that must be right as a whole is only judged."""
    items = items_of(raw, kind)
    if load:
        try:
            return declare.declare_many(items, by=actor(), on=runtime(), skip_wrong=skip_wrong)
        except declare.RowsWrong:
            pass  # judged once more, below, for the page that shows what is wrong
    return declare.check_many(items, by=actor(), on=runtime())


def _told(finding: Finding) -> dict[str, Any]:
    """A finding in words, with its row and column where it has them."""
    in_sheet = finding.pointer.startswith("row=")
    told = describe_finding(link_sheet.named(finding, language()), language())
    return told | {"row": row_of(finding.pointer) if in_sheet else None, "column": finding.pointer.partition("column=")[2]}


def _errors(raw: bytes, kind: str) -> Response:
    """A sheet with its errors in a last column."""
    sheet = link_sheet.read(raw, kind)
    told: dict[int, list[tuple[str, str]]] = {}
    for finding in declare.check_many(sheet.items, by=actor(), on=runtime()).findings:
        words = _told(finding)
        told.setdefault(words["row"] or 1, []).append((words["column"], f"{words['message']} {words['remedy']}"))
    return _download(error_file(sheet, told, t("capture.errors_column")), "loi-errors.xlsx")
