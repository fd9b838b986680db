"""Pages of verification: the verdict page that a printed code leads to, and the scanner page.

The verdict page needs no script, no cookie and nobody else's server. Opening it counts as a look at the item; HEAD, prefetches, robots
and the resolver do not.
"""

from __future__ import annotations

import gzip
import logging
import re
import time
from dataclasses import replace
from typing import Any, TypeVar

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app import __version__
from app.api.door import Access, Door, runtime
from app.api.problem import language
from app.errors import Invalid, Refusal, Unavailable
from app.identify.read import Identified, identify
from app.journey.history import Measured, Quantity, Step
from app.journey.walk import share
from app.store.columns import from_micros
from app.verify import address, scans, tell
from app.verify.answer import Verdict
from app.verify.api import LONGEST_CODE, PICTURES, limits, read_codes, reading_json
from app.verify.bundle import has_evidence
from app.verify.check import cannot_read, check
from app.verify.limit import client_of
from app.verify.verdict import Cause, Level
from app.web import forms, headers
from app.web.show import instant, link, number, shown_gtin
from app.words.refusals import describe
from app.words.translate import translator

door = Door("verify_pages", __name__, templates=True)

_Recorded = TypeVar("_Recorded", Quantity, Measured)

_log = logging.getLogger(__name__)

MOST_STEPS = 60
"""Steps on one page, half of them kept for others than the owner: nobody reads more, and a page must open on a slow line."""

_LEVEL = 6
"""Of gzip: 0.3 ms for a page of 15 kB; 9 would save 1 % more."""

_PREFETCH = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_ROBOT = re.compile(r"bot\b|crawl|spider|preview|facebookexternalhit|zalo.*fetch|whatsapp|telegram|slurp", re.IGNORECASE)
_NAMES = (("vi", "Tiếng Việt"), ("en", "English"), ("fr", "Français"))
_ICONS = {
    "recalled": "M8 12V6.5a1.5 1.5 0 0 1 3 0V11m0-1V4.5a1.5 1.5 0 0 1 3 0V11m0-5a1.5 1.5 0 0 1 3 0v6m0-3a1.5 1.5 0 0 1 3 0v6a7 7 0 0 1-7 7h-1c-2.5 0-4-1-5.5-3L5 14.5c-.8-1.2 1-2.7 2.2-1.5L8 14Z",  # noqa: E501  # one drawing
    "suspicious": "M12 9v5m0 3.2v.1M10.3 3.8 2.3 18a2 2 0 0 0 1.7 3h16a2 2 0 0 0 1.7-3l-8-14.2a2 2 0 0 0-3.4 0Z",
    "expired": "M12 7v5l3.5 2M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20Z",
    "cannot_check": "M20 11a8 8 0 0 0-14.5-3.5L3 10m0-5v5h5M4 13a8 8 0 0 0 14.5 3.5L21 14m0 5v-5h-5",
    "verified": "m4.5 12.5 5 5 10-11",
    "registered_only": "M12 11v6M12 7.2v.1M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20Z",
    "unknown": "M9 9.2a3 3 0 1 1 4.3 2.7c-.9.5-1.3 1-1.3 2.1m0 3.2v.1M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20Z",
}
"""A shape for each verdict: colour alone would leave one man in twelve guessing."""


@door.route("/v/<path:code_path>", needs=Access.PUBLIC)
def show_verdict(code_path: str) -> Response:  # noqa: ARG001  # the path is read as it was sent, see `_asked`
    """The verdict on a printed code."""
    return verdict_page()


@door.route("/v/<path:code_path>/where", needs=Access.PUBLIC, methods=("POST",))
def tell_where(code_path: str) -> Response:  # noqa: ARG001  # as above
    """A visitor tells in which province they look; the page comes again and counts no further look."""
    given = forms.read("look", "province")
    allowed = not limits().places.wait(client_of(request.remote_addr), time.monotonic())
    told = allowed and scans.tell_place(given["look"], given["province"], on=runtime())
    return verdict_page(told=told)


def verdict_page(*, told: bool | None = None, counted: bool = True) -> Response:
    """The page about the code in this request's address; status 400 for what is no code, 404 for what nobody registered.

    told: whether a place was just told, None when nobody was asked; counted: whether this is a look.
    """
    on = runtime()
    try:
        identified = _asked()
        verdict = check(identified, on=on)
    except Invalid as refusal:
        identified, verdict = None, cannot_read(refusal, on=on)
    look, fresh = _count(verdict) if counted and told is None else (None, False)
    status = {Cause.UNREADABLE: 400, Cause.UNKNOWN_PRODUCT: 404, Cause.UNKNOWN_KEY: 404, Cause.STORE_DOWN: 503}.get(verdict.cause, 200)
    page = render_template("verify/verdict.html", **_context(verdict, identified, look=look, fresh=fresh, told=told))
    answer = _packed(page, status)
    answer.headers["Content-Language"] = language()
    if status == 503:
        answer.headers["Retry-After"] = "5"
    return answer


def _packed(page: str, status: int) -> Response:
    """The page, compressed where the browser takes it: on a slow line that is a second, and no server in front is needed for it."""
    answer = Response(page, status, content_type="text/html; charset=utf-8")
    answer.headers["Vary"] = "Accept-Language, Accept-Encoding"
    if request.accept_encodings["gzip"]:
        answer.set_data(gzip.compress(page.encode(), _LEVEL, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _asked() -> Identified:
    path = address.raw_path(request.environ.get("RAW_URI"), request.environ.get("PATH_INFO", ""))
    return address.code_of(path.removesuffix("/where") if request.method == "POST" else path, request.query_string.decode("latin-1"))


def _count(verdict: Verdict) -> tuple[str | None, bool]:
    """Keep this look at an item of a registered product: what the form carries to tell its place, and whether it is a new look."""
    on, serial = runtime(), verdict.serial
    if request.method != "GET" or verdict.level is not Level.ITEM or verdict.owner is None or verdict.product is None or serial is None:
        return None, False
    agent = request.headers.get("User-Agent", "")
    if any(request.headers.get(name) for name in _PREFETCH) or _ROBOT.search(agent):
        return None, False
    client = client_of(request.remote_addr)
    if limits().looks.wait(client, time.monotonic()):
        return None, False
    try:
        viewer = scans.viewer_token(client, agent[:400], on=on)
        look = scans.Look(verdict.owner, verdict.product.gtin, serial, viewer, str(verdict.verdict), str(verdict.cause))
        scan_id, fresh = scans.record(look, on=on)
        return scans.pass_for(on.vault, verdict.owner, scan_id), fresh
    except Unavailable as refusal:
        _log.warning("a look was not counted: %s", refusal)  # the verdict matters more than the count
        return None, False


def _context(verdict: Verdict, identified: Identified | None, *, look: str | None, fresh: bool, told: bool | None) -> dict[str, Any]:
    """Everything the template shows."""
    on, tongue = runtime(), language()
    t = translator(tongue)
    page = request.path if identified is None else address.page_of(identified)
    name = verdict.product.name if verdict.product is not None else str(verdict.params.get("name") or "")
    unreadable = None if verdict.unreadable is None else describe(verdict.unreadable, tongue)
    scanned, shown = verdict.scans or scans.ScanFacts(), _shown(verdict)
    said = {
        "word": tell.word(verdict.verdict, t), "sentence": tell.sentence(verdict.reason, t), "advice": tell.advice(verdict.reason, t),
        "also": [tell.sentence(reason, t) for reason in verdict.reasons[1:] if _worth_telling(reason)], "unreadable": unreadable,
        "facts": _facts(verdict, t), "steps": [_step(step, verdict, t) for step in shown],
        "incomplete": verdict.history.incomplete or len(shown) < len(verdict.history.steps),
    }  # fmt: skip
    return said | {
        "verdict": verdict, "name": name, "page": page, "address": on.settings.public_url(), "icon": _ICONS[verdict.verdict],
        "tongues": [(code, own, _in(page, code)) for code, own in _NAMES], "asset": __version__,
        "code": "" if identified is None else address.link_of(identified), "key": "" if identified is None else identified.path[0][1],
        "evidence": has_evidence(verdict), "published": from_micros(verdict.proofs.published_at), "look": look, "told": told,
        "count": scanned.total + fresh, "first": scanned.first or verdict.at, "window": scans.WINDOW.days,
        "provinces": scans.province_names(),
    }  # fmt: skip


def _shown(verdict: Verdict) -> list[Step]:
    """The steps that fit on the page, in the order they happened."""
    steps = list(verdict.history.steps)
    if len(steps) <= MOST_STEPS:
        return steps
    own = [step for step in steps if step.party_id == verdict.owner]
    others = [step for step in steps if step.party_id != verdict.owner]
    kept = own[: max(MOST_STEPS // 2, MOST_STEPS - len(others))]
    numbers = {step.number for step in kept + share(others, MOST_STEPS - len(kept))}
    return [step for step in steps if step.number in numbers]


def _worth_telling(reason: Any) -> bool:
    """Further findings that a person should read: contrary ones, and that the item itself is not known."""
    return reason.verdict not in {"verified", "registered_only", "cannot_check"}


def _in(page: str, tongue: str) -> str:
    return page + ("&" if "?" in page else "?") + f"lang={tongue}"


def _facts(verdict: Verdict, t: Any) -> list[tuple[str, str, bool]]:
    """The facts below the fold: label, value, whether the value is the producer's own Vietnamese text."""
    product, producer = verdict.product, verdict.producer
    if product is None:
        return []
    said = [("gtin", shown_gtin(product.gtin), False)]
    said += [(key, getattr(product, field) or "", True) for key, field in _OF_PRODUCT]
    if producer is not None:
        place = ", ".join(part for part in (producer.address, producer.commune, producer.province) if part)
        said += [("producer", producer.name, True), ("address", place, True), ("website", producer.website or "", False)]
    return [(t(f"verify.fact_{key}"), value, own) for key, value, own in said if value]


_OF_PRODUCT = (
    ("brand", "brand"), ("model", "model"), ("content", "net_content"), ("shelf_life", "shelf_life"), ("standards", "standards"),
    ("origin", "origin"), ("warnings", "warnings"), ("description", "description"),
)  # fmt: skip


def _step(step: Any, verdict: Verdict, t: Any) -> dict[str, Any]:
    """One step of the journey as the template shows it."""
    proof = verdict.proofs.events[step.number]
    state = "broken" if proof.broken else "checked" if proof.proven else "waiting"
    where = "" if step.place is None else ", ".join(dict.fromkeys(part for part in (step.place.name, step.place.commune) if part))
    small = [tell.amount(_figures(each), t) for each in step.quantities] + [tell.measured(_figures(each), t) for each in step.readings]
    if not step.quantities and step.count > 1:
        small.append(t("journey.count", count=number(step.count)))
    return {
        "name": tell.step_name(step, t), "state": tell.disposition_name(step, t), "at": instant(from_micros(step.at), step.offset),
        "iso": step.local, "who": step.who, "where": where, "about": t(f"journey.about_{step.about}"), "own": step.about == "item",
        "small": small, "proof": state, "proof_words": t(f"journey.{state}"), "evidence": step.evidence, "correction": step.correction,
        "corrected": step.corrected, "recorded": instant(step.recorded), "hosted": step.hosted,
        "index": None if proof.leaf is None else proof.leaf.index,
    }  # fmt: skip


def _figures(recorded: _Recorded) -> _Recorded:
    """A quantity or a measurement with its figures as the reader's language writes them."""
    names = [name for name in ("amount", "value", "low", "high") if getattr(recorded, name, None) is not None]
    figures: dict[str, Any] = {name: number(getattr(recorded, name)) for name in names}
    return replace(recorded, **figures)


# ------------------------------------------------------------------------------------------------ the scanner page


@door.route("/scan", needs=Access.PUBLIC)
def scan_page() -> BaseResponse | tuple[str, int] | str:
    """The scanner: camera, photograph or typing; `?code=` leads to the verdict on what was typed."""
    typed = request.args.get("code", "")[:LONGEST_CODE]
    if not typed.strip():
        return _scanner()
    try:
        return redirect(link(address.page_of(identify(typed))), code=303)
    except Invalid as refusal:
        return _scanner(form=forms.refused({"code": typed}, refusal), typed=typed), 400


@door.route("/scan", needs=Access.PUBLIC, methods=("POST",))
def scan_photograph() -> BaseResponse | tuple[str, int] | str:
    """Read a photograph that was sent without a script: straight to the verdict when it shows the goods of one GS1 code."""
    try:
        found = [reading_json(reading) for reading in read_codes()]
    except Refusal as refusal:
        return _scanner(form=forms.refused({"image": ""}, refusal)), refusal.status
    pages = address.foremost(each["page"] for each in found if each["page"])
    if len(pages) == 1:
        return redirect(link(pages.pop()), code=303)
    return _scanner(found=found)


def _scanner(form: forms.Form | None = None, typed: str = "", found: list[dict[str, Any]] | None = None) -> str:
    headers.allow_scripts()
    headers.allow_camera()
    limit = runtime().settings.max_image_bytes // 1_000_000
    form = form or forms.Form({"code": typed})
    return render_template("verify/scan.html", form=form, found=found, limit=limit, kinds=",".join(PICTURES))
