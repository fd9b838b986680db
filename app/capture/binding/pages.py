"""The page `/console/convert`: a document in, what another binding loses of it, and the document in that binding to take away."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.api.door import Access, Door
from app.api.problem import language
from app.capture.binding.api import converted
from app.capture.binding.convert import ENDINGS, MEDIA_TYPES, Converted
from app.capture.binding.targets import TARGETS, Target
from app.errors import Finding, Invalid, Refusal
from app.web import forms
from app.words.refusals import describe_finding

door = Door("convert_pages", __name__, templates=True)

_SHOWN = 50
"""Losses on the page; each kind is told once, with how often it is met."""

_MOST_ON_PAGE = 500_000
"""Characters of a document that is shown; a larger one is downloaded at once."""


class FileMissing(Invalid):
    """No file was chosen."""

    code = "binding.file-missing"


class TargetMissing(Invalid):
    """Nobody said what the file is to become."""

    code = "binding.target-missing"


@door.route("/console/convert", needs=Access.SIGNED_IN)
def convert_page() -> str:
    """A file and what it is to become."""
    return _page(forms.Form({"to": "xml-2.0"}))


@door.route("/console/convert", needs=Access.SIGNED_IN, methods=("POST",))
def convert_file() -> BaseResponse:
    """Convert the file that was sent: to look at it with its losses, or to take it away."""
    values = forms.read("to", "lenient", "then")
    sent = request.files.get("file")
    name = sent.filename or "" if sent is not None else ""
    try:
        to = _target(values["to"])
        if sent is None or not name:
            raise FileMissing(pointer="/file")
        done = converted(sent.read(), to, lenient=values["lenient"] == "yes", epc_format=None, words=None)
    except Refusal as refusal:
        return forms.again("convert/convert.html", values | {"file": ""}, refusal, **_nothing())
    name = PurePath(name.replace("\\", "/")).stem[:80] + f".{to}{ENDINGS[to]}"
    if values["then"] == "download":
        return _download(done.content, name, done.media_type)
    return Response(_page(forms.Form(values), **_view(done, to, name)))


@door.route("/console/convert/file", needs=Access.SIGNED_IN, methods=("POST",))
def convert_download() -> Response:
    """The converted document that the page shows, as a file."""
    to = _target(request.form.get("to", ""))
    content = request.form.get("content", "").replace("\r\n", "\n")  # as browsers send the lines of a field
    return _download(content.encode("utf-8", "replace"), request.form.get("name", "")[:120], MEDIA_TYPES[to])


def _target(text: str) -> Target:
    for choice in TARGETS:
        if choice == text:
            return choice
    raise TargetMissing(pointer="/to")


def _page(form: forms.Form, **context: Any) -> str:
    return render_template("convert/convert.html", form=form, **_nothing() | context)


def _nothing() -> dict[str, Any]:
    return {"targets": TARGETS, "done": None}


def _view(done: Converted, to: Target, name: str) -> dict[str, Any]:
    text = done.content.decode()
    return {
        "done": done,
        "to": to,
        "name": name,
        "text": text if len(text) <= _MOST_ON_PAGE else None,
        "losses": _told(done.losses),
        "changes": _told(done.changes),
    }


def _told(found: list[Finding]) -> list[dict[str, Any]]:
    """Findings in the reader's words: the first of each kind, and how many there are."""
    kinds: dict[tuple[str, str], dict[str, Any]] = {}
    for item in found:
        key = (item.code, str(item.params.get("field", "")))
        if key in kinds:
            kinds[key]["count"] += 1
        elif len(kinds) < _SHOWN:
            kinds[key] = describe_finding(item, language()) | {"count": 1}
    return list(kinds.values())


def _download(content: bytes, name: str, media_type: str) -> Response:
    plain = "".join(each if each.isascii() and (each.isalnum() or each in "-_.") else "_" for each in name) or "epcis"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, content_type=media_type, headers={"Content-Disposition": disposition})
