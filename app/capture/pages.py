"""Pages of capture: record an event by hand or from a file, look before confirming, and read what was recorded."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any

import orjson
from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from app.api.door import Door, actor, runtime
from app.api.problem import language
from app.capture import by_hand, draft, history, items
from app.capture.commands import error_file, template
from app.capture.jobs import read as jobs
from app.capture.jobs import submit
from app.capture.receipt import PROCEED, ROLLBACK
from app.capture.refusals import DocumentInvalid
from app.capture.rules import LONGEST
from app.capture.sheets.sheet import row_of
from app.capture.sheets.sheet_cells import LOCAL
from app.capture.sheets.sheet_columns import DOCUMENTS, STEPS, UNITS
from app.capture.sheets.sheet_refusals import SheetEmpty
from app.capture.sheets.sheet_template import XLSX_TYPE
from app.capture.spelling import json_words
from app.catalogue import find as catalogue
from app.errors import Finding, Invalid, Refusal
from app.journey.flags import tell as flags
from app.ledger import find as ledger
from app.party.permissions import Permission, permit
from app.store.columns import from_micros
from app.web import forms, headers
from app.words.refusals import describe_finding

door = Door("capture_pages", __name__, templates=True)

_NUMBER = "<int(max=9223372036854775807):{}>"
_SHOWN = 100
"""Findings on one page; the error file has all of them."""

_CHOICES = 200

_JOBS = 20
"""Documents on one page of those that were sent."""


class LargeUnasked(Invalid):
    """A file too large to be looked at before, and its sender has not said that it is to be recorded so."""

    code = "capture.large-unasked"  # params: limit (bytes)


def _download(content: bytes | str, name: str, content_type: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@door.route("/console/capture", needs=Permission.CAPTURE_EVENT_WRITE)
def capture() -> str:
    """Where recording begins: a file, pasted JSON, or the form; and what became of documents that were not done at once."""
    return render_template("capture/capture.html", form=forms.Form(), **_offered())


def _offered() -> dict[str, Any]:
    """What the page of recording shows beside its form."""
    most = runtime().settings.capture_at_once_bytes
    return {"jobs": jobs.noteworthy(by=actor(), on=runtime()), "behaviours": (ROLLBACK, PROCEED), "at_once": max(1, most // 1_000_000)}


@door.route("/console/capture", needs=Permission.CAPTURE_EVENT_WRITE, methods=("POST",))
def capture_file() -> BaseResponse:
    """Take a file or pasted JSON to its dry run; a large document is taken into custody and worked on beside."""
    request.max_content_length = runtime().settings.max_document_bytes
    given = forms.read("lenient", "large")
    lenient, large = bool(given["lenient"]), given["large"]
    sent, text = request.files.get("file"), request.form.get("text", "").strip()
    try:
        if sent is not None and sent.filename:
            kind, name = draft.kind_of(sent.filename), sent.filename
            if kind in draft.CONTENT_TYPES and sent.stream.seek(0, io.SEEK_END) > runtime().settings.capture_at_once_bytes:
                return redirect(
                    f"/console/captures/{_in_custody(sent.stream, draft.CONTENT_TYPES[kind], large, lenient=lenient)}", code=303
                )
            sent.stream.seek(0)
            raw = sent.read(runtime().settings.max_body_bytes)
        elif text:
            kind, name, raw = draft.JSON, "events.json", text.encode()
        else:
            raise SheetEmpty(pointer="/file")
        draft.judge(raw, kind, by=actor(), on=runtime(), lenient=lenient)
    except Refusal as refusal:
        again = {"file": "", "text": text[:20_000], "lenient": "yes" if lenient else "", "large": large}
        return forms.again("capture/capture.html", again, refusal, **_offered())
    number = draft.keep(raw, kind, name, by=actor(), on=runtime(), lenient=lenient)
    return redirect(f"/console/capture/drafts/{number}", code=303)


def _in_custody(source: IO[bytes], content_type: str, behaviour: str, *, lenient: bool) -> int:
    """Take a large document; its sender has said what is to become of it, for nobody looks at it before. Raises LargeUnasked."""
    if behaviour not in {ROLLBACK, PROCEED}:
        raise LargeUnasked(pointer="/large", limit=runtime().settings.capture_at_once_bytes)
    source.seek(0)
    return submit.submit(
        source, by=actor(), on=runtime(), content_type=content_type, behaviour=behaviour, lenient=lenient,  # type: ignore[arg-type]  # a spooled file is a binary file
    )  # fmt: skip


@door.route("/console/capture/template.xlsx", needs=Permission.CAPTURE_EVENT_WRITE)
def capture_template() -> Response:
    """The template of a sheet."""
    return _download(template(), "truyxuat-su-kien.xlsx", XLSX_TYPE)


@door.route("/console/capture/by-hand", needs=Permission.CAPTURE_EVENT_WRITE)
def capture_by_hand() -> str:
    """The form for one event; a link may fill in the step, the goods and what they are packed into."""
    given = {name: request.args.get(name, "")[:100] for name in ("gtin", "lot", "step", "quantity", "parent")}
    now = runtime().clock.now().astimezone(LOCAL)
    return render_template("capture/by_hand.html", form=forms.Form(given | {"time": f"{now:%Y-%m-%dT%H:%M}"}), **_choices())


@door.route("/console/capture/by-hand", needs=Permission.CAPTURE_EVENT_WRITE, methods=("POST",))
def capture_by_hand_check() -> BaseResponse:
    """Judge the form; what is right is shown once more before it is recorded."""
    values = forms.read(*by_hand.FIELDS)
    try:
        raw = by_hand.check(values, by=actor(), on=runtime())
    except Refusal as refusal:
        return forms.again("capture/by_hand.html", values, refusal, **_choices())
    number = draft.keep(raw, "csv", "by-hand.csv", by=actor(), on=runtime())
    return redirect(f"/console/capture/drafts/{number}", code=303)


def _choices() -> dict[str, Any]:
    """What the form offers: steps, units, documents, and the organisation's own products and places."""
    party_id = permit(actor(), Permission.CAPTURE_EVENT_WRITE)
    with runtime().store.reading() as connection:
        products = [(row.gtin, row.name) for row in catalogue.products(connection, party_id, count=_CHOICES)]
        places = [(row.gln or row.uri, row.name) for row in catalogue.places(connection, party_id, count=_CHOICES)]
        lots = [(row.lot, row.product_name) for row in catalogue.lots(connection, party_id, count=_CHOICES)]
    return {
        "steps": [step.key for step in STEPS],
        "units": list(UNITS),
        "documents": list(DOCUMENTS),
        "products": products,
        "places": places,
        "lots": lots,
    }


@door.route(f"/console/capture/drafts/{_NUMBER.format('draft_id')}", needs=Permission.CAPTURE_EVENT_WRITE)
def capture_draft(draft_id: int) -> str:
    """The dry run of a kept file: its events, or what is wrong with them."""
    return _draft_page(draft.kept(draft_id, by=actor(), on=runtime()))


def _draft_page(kept: draft.Draft) -> str:
    judged = draft.judge(kept.content, kept.kind, by=actor(), on=runtime(), lenient=kept.lenient)
    shown = [] if judged.findings else history.preview(judged.events[: history.PAGE], by=actor(), on=runtime())
    return render_template(
        "capture/draft.html",
        draft=kept,
        judged=judged,
        findings=[_told(item) for item in judged.findings[:_SHOWN]],
        remarks=[_told(item) for item in judged.remarks],
        changes=[_told(item) for item in judged.changes[:_SHOWN]],
        shown=shown,
    )


def _told(finding: Finding) -> dict[str, Any]:
    """A finding in words, with its row and column when it has them."""
    told = describe_finding(finding, language())
    return told | {"row": row_of(finding.pointer), "column": finding.pointer.partition("column=")[2]}


@door.route(f"/console/capture/drafts/{_NUMBER.format('draft_id')}", needs=Permission.CAPTURE_EVENT_WRITE, methods=("POST",))
def capture_confirm(draft_id: int) -> BaseResponse:
    """Record a kept file."""
    forms.read()
    receipt = draft.confirm(draft_id, by=actor(), on=runtime())
    return redirect(f"/console/captures/{receipt.capture_id}", code=303)


@door.route(f"/console/capture/drafts/{_NUMBER.format('draft_id')}/errors.xlsx", needs=Permission.CAPTURE_EVENT_WRITE)
def capture_errors(draft_id: int) -> Response:
    """A sheet with its errors in a last column."""
    kept = draft.kept(draft_id, by=actor(), on=runtime())
    judged = draft.judge(kept.content, kept.kind, by=actor(), on=runtime())
    if judged.table is None:
        raise DocumentInvalid(findings=judged.findings, count=len(judged.findings), events=len({item.event for item in judged.findings}))
    return _download(error_file(judged, language()), "loi-errors.xlsx", XLSX_TYPE)


@door.route("/console/captures", needs=Permission.CAPTURE_EVENT_READ)
def documents_sent() -> str:
    """What became of every document that was sent, newest first."""
    before = request.args.get("before", "")
    start = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    listed, following = jobs.jobs(by=actor(), on=runtime(), count=_JOBS, before=start)
    rows = [(job, _told(job.errors[0]) if job.errors else None) for job in listed]
    return render_template("capture/sent.html", rows=rows, following=following, start=start)


@door.route(f"/console/captures/{_NUMBER.format('capture_id')}", needs=Permission.CAPTURE_EVENT_READ)
def captured(capture_id: int) -> str:
    """What one capture recorded; of one that is still worked on, or of which something was left out, how far it is and why."""
    job = jobs.job(str(capture_id), by=actor(), on=runtime())
    changes = [_told(item) for item in job.changes[:_SHOWN]]
    if job.running or job.errors or not job.documents:
        headers.allow_scripts()
        findings = [_told(item) for item in job.errors[:_SHOWN]]
        return render_template("capture/job.html", job=job, findings=findings, more=job.wrong - len(findings), changes=changes)
    listed = history.of_documents(job.documents, by=actor(), on=runtime())
    counted = flags.counts([item.row.id for item in listed], by=actor(), on=runtime())
    shown = {"listed": listed, "flag_counts": counted, "changes": changes}
    return render_template("capture/captured.html", capture_id=job.number, job=job, **shown)


@door.route("/console/events", needs=Permission.CAPTURE_EVENT_READ)
def events() -> str:
    """The organisation's events, newest first."""
    asked = {name: request.args.get(name, "").strip()[:most] for name, most in (("product", LONGEST), ("lot", 200))}
    before = request.args.get("before", "")
    start = int(before) if before.isdecimal() and len(before) < 19 else None
    listed, following = history.recent(by=actor(), on=runtime(), product=asked["product"], lot=asked["lot"], before=start)
    counted = flags.counts([item.row.id for item in listed], by=actor(), on=runtime())
    shown = {"listed": listed, "following": following, "start": start, "flag_counts": counted}
    return render_template("capture/events.html", form=forms.Form(asked), asked=asked, **shown)


@door.route(f"/console/events/{_NUMBER.format('row_id')}", needs=Permission.CAPTURE_EVENT_READ)
def event(row_id: int) -> str:
    """One event in words, with everything that proves it."""
    found = history.one(row_id, by=actor(), on=runtime())
    flagged = flags.of_events([row_id], by=actor(), on=runtime()).get(row_id, [])
    return render_template("capture/event.html", flags=flagged, **_facts(found))


def _facts(found: history.Shown) -> dict[str, Any]:
    sent: Mapping[str, Any] = found.sealed["event"]
    said: Mapping[str, Any] = json_words(items.usual(found.sealed["event"]))
    standard = {name for name in said if ":" not in name}
    return {
        "found": found,
        "row": found.row,
        "event": said,
        "more": {name: value for name, value in said.items() if name not in standard},
        "raw": orjson.dumps(sent, option=orjson.OPT_INDENT_2).decode(),
        "recorded": found.sealed["captureTime"],
        "evidence": bytes(found.row.evidence).hex(),
        "cbv": f"ni:///sha-256;{bytes(found.row.cbv_hash).hex()}?ver=CBV2.0",
    }


@door.route(f"/console/events/{_NUMBER.format('row_id')}/event.json", needs=Permission.CAPTURE_EVENT_READ)
def event_json(row_id: int) -> Response:
    """The sealed envelope of an event, byte for byte what its evidence hash covers."""
    from app.capture import find

    found = history.one(row_id, by=actor(), on=runtime())
    return _download(find.envelope(found.row), f"event-{row_id}.json", "application/json")


@door.route(f"/console/events/{_NUMBER.format('row_id')}/proof", needs=Permission.CAPTURE_EVENT_READ)
def event_proof(row_id: int) -> Response:
    """The log proof of an event as a `.tlog-proof` file; raises NotYetPublished before the next checkpoint."""
    history.one(row_id, by=actor(), on=runtime())
    with runtime().store.reading() as connection:
        proof = ledger.proof(connection, row_id)
    return _download(proof.as_file(), f"event-{row_id}.tlog-proof", "text/plain; charset=utf-8")


def _goods_words(thing: history.Named) -> str:
    """Goods in one line: product or key, lot, serial."""
    parts = [thing.product or (f"{thing.kind} {thing.value}" if thing.kind else thing.uri)]
    return " · ".join([*parts, *(text for text in (thing.lot, thing.serial) if text)])


def _named_units() -> frozenset[str]:
    """Units that have a name in every language."""
    return frozenset(UNITS)


def _named_documents() -> frozenset[str]:
    """Types of documents that have a name in every language."""
    return frozenset(DOCUMENTS)


door.blueprint.add_app_template_filter(_goods_words, "goods_words")
door.blueprint.add_app_template_global(_named_units, "named_units")
door.blueprint.add_app_template_global(_named_documents, "named_documents")
door.blueprint.add_app_template_global(from_micros, "from_micros")
