"""JSON doors of links: one key, lists, files, history and the way back.

A key stands in `?code=` and not in the path: a serial number may hold `%2F`, which servers in front of us like to decode.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.api import parameters
from app.api.door import Door, actor, runtime
from app.api.problem import MOST_FINDINGS, UnreadableMediaType, language
from app.party.permissions import Permission
from app.resolve import declare, find_links, kept, link_sheet, registration_file, rules
from app.resolve.anchor import Path
from app.resolve.declare import Loaded, NoSuchChange, NothingRegistered
from app.resolve.link_file import items_of
from app.resolve.links import Registration
from app.store.keys import parse_id
from app.web.forms import json_answer, json_object
from app.words.refusals import describe_finding

door = Door("links_api", __name__)

_FIELDS = ("path", "itemDescription", "default", "links")
_MOST = 200
_KINDS = {
    "application/json": registration_file.JSON,
    "application/ld+json": registration_file.JSON,
    "application/linkset+json": registration_file.JSON,
    "application/jsonl": registration_file.LINES,
    "application/x-ndjson": registration_file.LINES,
    "text/csv": link_sheet.CSV,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": link_sheet.XLSX,
}


def asked_code() -> Path:
    """The key with qualifiers that `?code=` names in any spelling. Raises ParameterInvalid, what the readers of identifiers raise."""
    code = request.args.get("code", "")
    if not code.strip():
        raise parameters.ParameterInvalid(pointer="?code", name="code", given="", expected="/01/… , https://…/01/… , GTIN")
    return rules.read_path(code)


def _said(registration: Registration) -> dict[str, Any]:
    """A registration as files spell it, with where it is managed and the version that If-Match names."""
    spelled = kept.spelled(registration)
    return spelled | {"version": kept.version(registration)}


def _answer(registration: Registration, status: int = 200, **more: Any) -> Response:
    return json_answer(_said(registration) | more, status, ETag=f'"{kept.version(registration)}"')


def _expected() -> str | None:
    """What the caller saw: If-Match with a version, or If-None-Match: * for nothing; None when they do not say."""
    if request.headers.get("If-None-Match", "").strip() == "*":
        return ""
    match = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    return None if match in {"", "*"} else match


@door.route("/api/links", needs=Permission.RESOLVE_LINK_READ, operation="listLinks")
def list_links() -> Response:
    """Keys of one's own organisation and where they lead; ?q= searches, ?count= and ?after= page through them."""
    count = parameters.count("count", find_links.PAGE, _MOST)
    with runtime().store.reading() as connection:
        search, after = request.args.get("q", "")[:100], request.args.get("after", "")
        found = find_links.of_party(connection, actor().party, search, after, count + 1)
    following = kept.spelled(found[count - 1])["path"] if len(found) > count else None
    return json_answer({"links": [_said(each) for each in found[:count]], "next": following})


@door.route("/api/links/key", needs=Permission.RESOLVE_LINK_READ, operation="getLinks")
def get_links() -> Response:
    """Where one key leads."""
    path = asked_code()
    with runtime().store.reading() as connection:
        found = find_links.own(connection, actor().party, path)
    if found is None:
        raise NothingRegistered(path=request.args["code"][:80])
    return _answer(found)


@door.route("/api/links/key", needs=Permission.RESOLVE_LINK_WRITE, operation="putLinks", methods=("PUT",))
def put_links() -> Response:
    """Say where one key leads, in place of what was said before: `{"itemDescription", "default", "links"}`."""
    path = asked_code()
    item = registration_file.item_of(json_object(*_FIELDS) | {"path": request.args["code"]}, "")
    if item.registration is None:
        raise declare.LinksInvalid(findings=item.findings, count=len(item.findings))
    done = declare.declare(item.registration, by=actor(), on=runtime(), expected=_expected())
    remarks = [describe_finding(remark, language()) for remark in done.remarks]
    change = str(done.change_id) if done.change_id is not None else None
    with runtime().store.reading() as connection:
        found = find_links.own(connection, actor().party, path) or done.registration
    return _answer(found, 201 if done.created else 200, change=change, remarks=remarks)


@door.route("/api/links/key", needs=Permission.RESOLVE_LINK_WRITE, operation="deleteLinks", methods=("DELETE",))
def delete_links() -> Response:
    """Take away what is registered for one key; the change that is named brings it back."""
    change = declare.withdraw(asked_code(), by=actor(), on=runtime(), expected=_expected())
    return json_answer({"change": str(change)})


@door.route("/api/links/history", needs=Permission.RESOLVE_LINK_READ, operation="getLinkHistory")
def get_history() -> Response:
    """Changes of one key, newest first, each with what was there before and after."""
    path, before = asked_code(), parameters.token("before")
    with runtime().store.reading() as connection:
        rows = find_links.history(connection, actor().party, path, before, find_links.PAGE + 1)
    shown = rows[: find_links.PAGE]
    following = str(shown[-1].change_id) if len(rows) > find_links.PAGE else None
    changes = [
        {"change": str(row.change_id), "at": row.changed_at, "by": row.person, "before": row.before, "after": row.after} for row in shown
    ]
    return json_answer({"changes": changes, "next": following})


@door.route("/api/links/changes/<change>/undo", needs=Permission.RESOLVE_LINK_WRITE, operation="undoLinkChange", methods=("POST",))
def undo_change(change: str) -> Response:
    """Bring back what was there before a change that is the newest of its key."""
    number = parse_id(change)
    if number is None:
        raise NoSuchChange(change=change[:40])
    made = declare.undo(number, by=actor(), on=runtime())
    return json_answer({"change": None if made is None else str(made)})


@door.route("/api/links/bulk", needs=Permission.RESOLVE_LINK_WRITE, operation="loadLinks", methods=("POST",))
def load_links() -> Response:
    """Load a file: all of it, or with ?skip=wrong what is right in it; ?check=only says what would be done and does nothing."""
    kind = _KINDS.get(request.mimetype)
    if kind is None:
        raise UnreadableMediaType(found=request.mimetype[:80], expected=", ".join(_KINDS))
    items = items_of(request.get_data(), kind)
    if _flag("check", "only"):
        return json_answer(_loaded(declare.check_many(items, by=actor(), on=runtime()), checked=True))
    done = declare.declare_many(items, by=actor(), on=runtime(), skip_wrong=_flag("skip", "wrong"))
    return json_answer(_loaded(done, checked=False))


def _flag(name: str, value: str) -> bool:
    """Whether a query parameter with one value is set. Raises ParameterInvalid for any other value."""
    given = request.args.get(name)
    if given not in {None, value}:
        raise parameters.ParameterInvalid(pointer=f"?{name}", name=name, given=str(given)[:40], expected=value)
    return given is not None


def _loaded(done: Loaded, *, checked: bool) -> dict[str, Any]:
    return {
        "checkedOnly": checked,
        "created": done.created,
        "replaced": done.replaced,
        "unchanged": done.unchanged,
        "skipped": done.skipped,
        "hosts": list(done.hosts),
        "findings": [describe_finding(finding, language()) for finding in done.findings[:MOST_FINDINGS]],
        "findingsTotal": len(done.findings),
        "remarks": [describe_finding(remark, language()) for remark in done.remarks[:MOST_FINDINGS]],
        "remarksTotal": len(done.remarks),
    }
