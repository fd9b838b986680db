"""Pages of the slice `web`: the home page, the handbook, what a person sees when something was refused."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.api.door import Access, Door, runtime
from app.api.problem import MOST_FINDINGS, language
from app.errors import Invalid, Refusal
from app.identify import digital_link
from app.identify.read import Identified, identify
from app.party import sign_in
from app.settings import LANGUAGES
from app.web import handbook as book
from app.web import show
from app.web.pictures import gallery
from app.words.refusals import catalogue, describe, describe_finding

door = Door("web_pages", __name__, templates=True)
show.install(door.blueprint)

_LONGEST_CODE = 2_000


def _remember_language() -> None:
    """A person who is signed in and follows a language link finds that language again next time."""
    caller = show.signed_in()
    if caller is None or not caller.person_id or caller.key_id:
        return
    wanted = request.args.get("lang")
    if wanted in LANGUAGES and caller.language != wanted:
        sign_in.change_language(caller.person_id, str(wanted), on=runtime())


door.blueprint.before_app_request(_remember_language)


@door.route("/", needs=Access.PUBLIC)
def home() -> BaseResponse | str | tuple[str, int]:
    """What this is and where to begin; `?code=` leads to the verdict on whatever was typed."""
    code = request.args.get("code", "")[:_LONGEST_CODE]
    if not code.strip():
        return render_template("home.html", code="", wrong=None)
    try:
        return redirect(show.link("/v" + verdict_path(identify(code))), code=303)
    except Invalid as refusal:
        return render_template("home.html", code=code, wrong=_explain(code, refusal)), refusal.status


def verdict_path(identified: Identified) -> str:
    """Path and query of something identified, after the prefix: `/01/…/10/…?17=…`."""
    try:
        how = digital_link.Reading(associations=False)
        found = digital_link.build(identified.path, identified.attributes, how=how)
    except Invalid:
        # An attribute that no Digital Link may carry was on the label: the key is what the question is about.
        found = identified.canonical
    return found.removeprefix(digital_link.CANONICAL_STEM)


def _explain(code: str, refusal: Invalid) -> dict[str, Any]:
    """What is wrong with a code, and the character where it begins to be."""
    detail, remedy = describe(refusal, language())
    position = refusal.params.get("position")
    place = position if isinstance(position, int) and 0 <= position < len(code) else None
    parts = None if place is None else (code[:place], code[place], code[place + 1 :])
    return {"detail": detail, "remedy": remedy, "code": refusal.code, "place": None if place is None else place + 1, "parts": parts}


def refusal_page(refusal: Refusal, tongue: str) -> str:
    """The page a person sees when something was refused: what happened, what to do, where it is wrong, a way back."""
    detail, remedy = describe(refusal, tongue)
    findings = [describe_finding(finding, tongue) for finding in refusal.findings[:MOST_FINDINGS]]
    return render_template(
        "refusal.html", refusal=refusal, detail=detail, remedy=remedy, findings=findings, more=len(refusal.findings) - len(findings)
    )


@door.route("/handbook", needs=Access.PUBLIC)
def handbook() -> str:
    """The contents of the handbook."""
    return render_template("handbook.html", chapters=book.chapters(language()), chapter=None)


@door.route("/handbook/<page>", needs=Access.PUBLIC)
def handbook_page(page: str) -> str:
    """One page of the handbook."""
    return render_template("handbook.html", chapter=book.chapter(page, language()), chapters=[])


@door.route("/handbook/pictures/<name>.svg", needs=Access.PUBLIC)
def handbook_picture(name: str) -> BaseResponse:
    """A picture of the handbook, in the language that `?lang=` or the browser names."""
    answer = Response(gallery.picture(name, language()), content_type="image/svg+xml; charset=utf-8")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    answer.headers["Content-Language"] = language()
    answer.headers["Vary"] = "Accept-Language"
    answer.add_etag()
    return answer.make_conditional(request)


@door.route("/handbook/errors", needs=Access.PUBLIC)
def errors() -> str:
    """Every code a refusal or a finding may carry, with what it means and what to do; problem documents link here."""
    tongue = language()
    told = [(code, words[tongue], words[f"do_{tongue}"]) for code, words in sorted(catalogue().items())]
    parts = [(name, list(rows)) for name, rows in groupby(told, key=lambda row: row[0].split(".", 1)[0])]
    return render_template("errors.html", parts=parts, count=len(told))
