"""The command `truyxuat capture`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.capture.draft import Judged
    from app.capture.remote import Server
    from app.errors import Finding, Refusal
    from app.party.permissions import Actor
    from app.runtime import Runtime

Result = dict[str, Any]
Send = Callable[[Path], Result]
"""From a file to what became of it: file, ok, captureID, events, findings, and `error` when it was refused."""

_MOST = 100
"""Findings told of one file; their total is always given."""

_DEMO = "9521001"
"""The company prefix of the demo manufacturer, who records when nobody says who does."""


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file.")
@click.option("--check", "check_only", is_flag=True, help="Only judge the files; keep nothing.")
@click.option("--lenient", is_flag=True, help="Repair known dialects of EPCIS documents; every change is listed.")
@click.option("--proceed", is_flag=True, help="Record the good events of a document and report the wrong ones.")
@click.option("--asynchronous", is_flag=True, help="Hand documents in to be worked on beside, and do not wait.")
@click.option("--wait", is_flag=True, help="With --asynchronous: wait until they are done.")
@click.option("--party", metavar="NAME|ID", help="The organisation that records, in the local installation.")
@click.option("--api-key", metavar="KEY", help="An API key of the organisation that records; needed with --server.")
@click.option("--server", metavar="URL", help="Send the files to this server instead of the local installation.")
@click.option("--template", type=click.Path(path_type=Path, dir_okay=False), help="Write the template of a sheet to this .xlsx and end.")
@click.option("--errors", type=click.Path(path_type=Path, file_okay=False), help="Write sheets with mistakes, explained row by row, here.")
def capture(  # noqa: PLR0913  # one for each option
    files: tuple[Path, ...], *, as_json: bool, check_only: bool, lenient: bool, proceed: bool, asynchronous: bool, wait: bool,
    party: str | None, api_key: str | None, server: str | None, template: Path | None, errors: Path | None,
) -> int:  # fmt: skip
    """Capture events from FILES: EPCIS documents (.xml, .json, .jsonld), single events (.json), sheets (.xlsx, .csv).

    Each file is taken whole or, with --proceed, without its wrong events; exit 1 when one was refused, or an event of it.
    """
    from app.capture.remote import Server
    from app.cli.refused import language

    if template is not None:
        return _write_template(template)
    if not files:
        message = "name at least one file, or --template FILE"
        raise click.UsageError(message)
    how = How(check_only, lenient, proceed, asynchronous, wait or not asynchronous, errors)
    if server is not None:
        if not api_key or errors or party:
            message = "--server goes with --api-key, and without --party and --errors"
            raise click.UsageError(message)
        there = Server(server, api_key, language())
        return _send(files, lambda path: _remote(path, there, how), as_json=as_json)
    on = _runtime()
    try:
        actor = _actor(party, api_key, on)
        code = _send(files, lambda path: _local(path, actor, on, how), as_json=as_json)
        if not check_only:
            _into_the_log(on)
    finally:
        on.close()
    return code


def template() -> bytes:
    """The template of a sheet with its explanations in every language."""
    from app.capture.sheets.sheet_template import make_template
    from app.settings import LANGUAGES
    from app.words.translate import translator

    def explain(language: str) -> Callable[[str], str]:
        t = translator(language)
        return lambda key: t(f"capture.sheet_about_{key}")

    return make_template({language: explain(language) for language in LANGUAGES})


def _write_template(path: Path) -> int:
    path.write_bytes(template())
    click.echo(str(path))
    return 0


@dataclass(frozen=True, slots=True)
class How:
    """How files are to be taken. waits: whether what is worked on beside is waited for; errors: where sheets with mistakes go."""

    check_only: bool
    lenient: bool = False
    proceed: bool = False
    asynchronous: bool = False
    waits: bool = True
    errors: Path | None = None


def _read(path: Path) -> tuple[bytes, str]:
    """(bytes, kind) of a file."""
    from app.capture import draft

    kind = draft.kind_of(path.name)
    return path.read_bytes(), kind


def _local(path: Path, by: Actor, on: Runtime, how: How) -> Result:
    """Capture or judge a file in this installation."""
    from app.capture import draft
    from app.errors import Refusal

    try:
        beside = how.asynchronous or path.stat().st_size > on.settings.capture_at_once_bytes
        if beside and not how.check_only and draft.kind_of(path.name) in draft.CONTENT_TYPES:
            return _as_job(path, by, on, how)
        raw, kind = _read(path)
        if not how.check_only and how.errors is None:
            return _recorded(path, raw, kind, by, on, how)
        judged = draft.judge(raw, kind, by=by, on=on, lenient=how.lenient)
        if judged.findings and not (how.proceed and judged.table is None and not how.check_only):
            return _judged(path, judged, how.errors)
        if how.check_only:
            events = [{"type": event.get("type"), "eventID": event.get("eventID")} for event in judged.events]
            return _taken(path, {"events": events}) | _told("changes", judged.changes)
        return _recorded(path, raw, kind, by, on, how)
    except Refusal as refusal:
        return _refused(path, refusal)


def _recorded(path: Path, raw: bytes, kind: str, by: Actor, on: Runtime, how: How) -> Result:
    from app.capture import draft

    receipt, remarks = draft.record(raw, kind, by=by, on=on, lenient=how.lenient, proceed=how.proceed)
    more = _told("remarks", remarks) | _told("changes", receipt.changes) | _flags(receipt.row_ids, by, on)
    if receipt.success:
        return _taken(path, receipt.to_json()) | more
    failed = len({item.event for item in receipt.errors})
    return _left_out(path, receipt.to_json(), receipt.errors, failed, len(receipt.events)) | more


def _as_job(path: Path, by: Actor, on: Runtime, how: How) -> Result:
    """Hand a large document in, and wait for it unless nobody wants to."""
    from app.capture import draft, refusals
    from app.capture.jobs.commands import hand_in

    kind, behaviour = draft.CONTENT_TYPES[draft.kind_of(path.name)], "proceed" if how.proceed else "rollback"
    job = hand_in(path, kind, by=by, on=on, behaviour=behaviour, lenient=how.lenient, wait=how.waits)
    counted = {"total": job.total, "seen": job.seen, "recorded": job.kept, "refused": job.failed}
    progress = {"running": job.running, "progress": counted}
    body = {"captureID": str(job.number), "createdAt": job.created_at.isoformat().replace("+00:00", "Z"), "events": []}
    more = progress | _told("changes", job.changes)
    if job.success:
        return _taken(path, body) | more
    more |= {"findingsTotal": job.wrong}
    if job.kept:
        return _left_out(path, body, job.errors, job.failed, job.kept) | more
    refused = refusals.DocumentInvalid(findings=job.errors, count=job.wrong, events=job.failed)
    return _refused(path, refused) | {"captureID": str(job.number)} | more


def _left_out(path: Path, body: Result, errors: Sequence[Finding], failed: int, recorded: int) -> Result:
    """The result of a document whose wrong events were left out."""
    from app.capture.refusals import EventsLeftOut

    refused = _refused(path, EventsLeftOut(findings=errors, failed=failed, recorded=recorded))
    return refused | {name: body[name] for name in ("captureID", "createdAt", "events")}


def _flags(row_ids: Sequence[int], by: Actor, on: Runtime) -> Result:
    """What does not fit together in the lives of the goods that were just recorded; never a refusal."""
    from app.cli.refused import language
    from app.journey.flags import tell
    from app.words.refusals import describe_finding

    flags = tell.after_capture(row_ids, by=by, on=on)
    told = [tell.as_json(flag) | {"message": describe_finding(flag.finding, language())["message"]} for flag in flags[:_MOST]]
    return {"flags": told} if told else {}


def _remote(path: Path, there: Server, how: How) -> Result:
    """Capture or judge a file on a server."""
    from app.capture.jobs.commands import waited
    from app.errors import Refusal

    try:
        raw, kind = _read(path)
        wishes = {"lenient": how.lenient, "proceed": how.proceed, "asynchronous": how.asynchronous}
        status, body = there.send(raw, kind, check_only=how.check_only, **wishes)
        if body.get("running") and how.waits:
            body = waited(there, body)
    except Refusal as refusal:
        return _refused(path, refusal)
    if status >= 300 or not body.get("valid", True):
        error = {"code": body.get("code", ""), "detail": body.get("detail", ""), "remedy": body.get("remedy", "")}
        return _failed(path, error, body.get("findings", []), body.get("findingsTotal"))
    events = body.get("events")
    more = {name: body[name] for name in ("running", "progress", "changes") if name in body}
    listed = events if isinstance(events, list) else [{}] * int(events or 0)
    if body.get("success", True):
        return _taken(path, body | {"events": listed}) | more
    return _some_failed(path, body, listed) | more


def _some_failed(path: Path, body: Result, listed: list[Result]) -> Result:
    """The result of a document of which a server left events out, or all of them."""
    from app.capture.refusals import DocumentInvalid, EventsLeftOut

    errors = [error | {"message": error.get("detail", "")} for error in body.get("errors", [])]
    failed = len({error.get("event") for error in errors})
    recorded = body.get("progress", {}).get("recorded", len(listed))
    kind = EventsLeftOut(failed=failed, recorded=recorded) if recorded else DocumentInvalid(count=len(errors), events=failed)
    refused = _refused(path, kind)
    told = {"findings": errors[:_MOST], "findingsTotal": body.get("errorsTotal", len(errors))} if errors else {}
    return refused | told | {"captureID": body.get("captureID"), "events": listed}


def _taken(path: Path, body: Result) -> Result:
    kept = {name: body[name] for name in ("captureID", "createdAt", "remarks") if body.get(name)}
    return {"file": str(path), "ok": True, "captureID": None} | kept | {"events": body["events"], "findings": []}


def _failed(path: Path, error: Result, findings: list[Result], total: int | None = None) -> Result:
    """A refusal always has a finding, so that programs look in one place."""
    whole = {"code": error["code"], "pointer": error.get("pointer", ""), "message": error["detail"], "remedy": error["remedy"]}
    found = findings or [whole]
    told = {"file": str(path), "ok": False, "captureID": None, "events": [], "findings": found}
    return told | {"findingsTotal": total or len(found), "error": error}


def _refused(path: Path, refusal: Refusal) -> Result:
    from app.cli.refused import language
    from app.words.refusals import describe, describe_finding

    detail, remedy = describe(refusal, language())
    error = {"code": refusal.code, "detail": detail, "remedy": remedy, "pointer": refusal.pointer}
    return _failed(path, error, [describe_finding(item, language()) for item in refusal.findings[:_MOST]], len(refusal.findings))


def _told(name: str, findings: Sequence[Finding]) -> Result:
    """Findings in words under a name; nothing for none."""
    from app.cli.refused import language
    from app.words.refusals import describe_finding

    return {name: [describe_finding(item, language()) for item in findings[:_MOST]]} if findings else {}


def _judged(path: Path, judged: Judged, errors: Path | None) -> Result:
    """The result of a file with findings; a sheet's error file is written where it was asked for."""
    from app.capture.refusals import DocumentInvalid
    from app.capture.sheets.sheet import row_of
    from app.capture.sheets.sheet_refusals import SheetInvalid

    count = len(judged.findings)
    if judged.table is None:
        events = {item.event for item in judged.findings if item.event is not None}
        return _refused(path, DocumentInvalid(findings=judged.findings, count=count, events=len(events)))
    rows = {row_of(item.pointer) for item in judged.findings}
    result = _refused(path, SheetInvalid(findings=judged.findings, count=count, rows=len(rows)))
    if errors is not None:
        target = errors / f"{path.stem}.errors.xlsx"
        errors.mkdir(parents=True, exist_ok=True)
        target.write_bytes(error_file(judged))
        result["errorFile"] = str(target)
    return result


def error_file(judged: Judged, tongue: str | None = None) -> bytes:
    """A judged sheet with its errors in a last column, in the language of the terminal unless another is given."""
    from app.capture.sheets.sheet import row_of
    from app.capture.sheets.sheet_template import make_error_file
    from app.cli.refused import language
    from app.words.refusals import describe_finding
    from app.words.translate import translator

    speaks = tongue or language()
    told: dict[int, list[tuple[str, str]]] = {}
    if judged.table is None:
        message = "only a sheet has rows to explain"
        raise ValueError(message)
    for item in judged.findings:
        words = describe_finding(item, speaks)
        told.setdefault(row_of(item.pointer), []).append((item.pointer.partition("column=")[2], f"{words['message']} {words['remedy']}"))
    t = translator(speaks)
    return make_error_file(judged.table, told, t("capture.errors_column"))


def _send(files: tuple[Path, ...], send: Send, *, as_json: bool) -> int:
    """Send each file and tell its result; 0 when all were taken."""
    from app.cli.output import line, progress

    well = True
    for path in progress(files, len(files), "capture"):
        result = send(path)
        well = well and result["ok"]
        if as_json:
            line(result)
        else:
            _tell(result)
    return 0 if well else 1


def _tell(result: dict[str, Any]) -> None:
    """A result for people."""
    if result["ok"]:
        known = sum(bool(event.get("known")) for event in result["events"])
        more = f" ({known} known already)" if known else ""
        count = result.get("progress", {}).get("recorded", len(result["events"]))
        state = "handed in" if result.get("running") else f"{count} events{more}"
        click.echo(f"{result['file']}: {state} {result.get('captureID') or ''}".rstrip())
    else:
        click.secho(f"{result['file']}: {result['error']['detail']}", fg="red", err=True)
    for item in [*result.get("remarks", ()), *result.get("changes", ()), *result["findings"]][:20]:
        event = f"event {item['event']} " if "event" in item else ""
        click.echo(f"  {event}{item['pointer']}: {item['message']} {item['remedy']}", err=True)
    for flag in result.get("flags", ())[:20]:
        click.secho(f"  {flag['eventID']}: {flag['message']}", fg="yellow", err=True)
    if result.get("findingsTotal", 0) > 20:
        click.echo(f"  … {result['findingsTotal'] - 20} more (--json lists 100)", err=True)
    if not result["ok"]:
        click.echo(f"  {result['error']['remedy']}", err=True)


def _runtime() -> Runtime:
    """The local installation, opened."""
    from app.api.opening import local_installation

    return local_installation()


def _actor(party: str | None, api_key: str | None, on: Runtime) -> Actor:
    """Who records: by key, by name or number, else the only organisation, else the demo manufacturer; a guess is said aloud."""
    from app.party import sign_in
    from app.party.permissions import Actor, Role

    if api_key:
        return sign_in.by_api_key(f"Bearer {api_key}", on=on)
    row, guessed = _party(party, on)
    if guessed:
        click.echo(f"recording for {row.name} ({row.party_id}); choose another with --party", err=True)
    return Actor(Role.OWNER, row.party_id, None, None, "truyxuat capture", row.name)


def _party(party: str | None, on: Runtime) -> tuple[Any, bool]:
    """(organisation, whether it was a guess); raises a usage error that lists the choices."""
    from sqlalchemy import select

    from app.party import find
    from app.party.model import CompanyPrefix, Party

    statement = select(Party.party_id, Party.name).order_by(Party.name_key)
    with on.store.reading() as connection:
        if party:
            found = find.called(connection, party)
            if len(found) == 1:
                return found[0], False
        else:
            demo = select(CompanyPrefix.party_id).where(CompanyPrefix.prefix == _DEMO)
            for guess in (statement, statement.where(Party.party_id.in_(demo))):
                found = list(connection.execute(guess.limit(2)))
                if len(found) == 1:
                    return found[0], True
        known = [f"{row.name} ({row.party_id})" for row in connection.execute(statement.limit(10))]
    message = "choose an organisation: " + ("; ".join(known) or "there is none yet, run `truyxuat demo` or sign up")
    raise click.BadParameter(message, param_hint="--party")


def _into_the_log(on: Runtime) -> None:
    """Put what was captured into the log now: no server may be running that would do it."""
    from app.ledger import sequencer

    while sequencer.integrate(on=on):
        continue
