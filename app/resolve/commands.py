"""The command `truyxuat resolve`: load, list, show, take away and bring back where codes lead, on the machine, as its operator."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from app.resolve.proof.commands import check, vouch

if TYPE_CHECKING:
    from app.party.permissions import Actor
    from app.resolve.declare import Loaded
    from app.resolve.links import Registration
    from app.resolve.plan import Item
    from app.runtime import Runtime
    from app.words.translate import Translator

_MOST = 100
_SHOWN = 20
_AT_ONCE = 1_000
_LARGE = 1_000_000
"""Bytes of a file that takes long enough for a bar."""


@click.group()
def resolve() -> None:
    """Where printed codes lead: load link sets, list, show, remove, undo.

    Works on this installation as its operator, also while a server runs: what is loaded holds from the next request on. What the
    operator loads is trusted: the hosts it leads to count as proven.
    """


resolve.add_command(check)
resolve.add_command(vouch)


@resolve.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--party", metavar="NAME|ID", help="Load as this organisation: only its own keys, hosts to be proven by it.")
@click.option("--kind", type=click.Choice(["csv", "json", "jsonl", "xlsx"]), help="What the file is, when its name does not say.")
@click.option("--dry-run", is_flag=True, help="Only judge the file; keep nothing.")
@click.option("--skip-wrong", is_flag=True, help="Load the good registrations of a file with mistakes; without it nothing is loaded.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
def import_(file: Path, *, party: str | None, kind: str | None, dry_run: bool, skip_wrong: bool, as_json: bool) -> int:
    """Load link sets from FILE: JSON registrations, an RFC 9264 link set, JSON Lines, CSV or Excel.

    All or nothing unless --skip-wrong; the same file again changes nothing, and finishes what was broken off. Excel and CSV: at most
    10,000 rows; the other kinds have no limit, JSON Lines is the quickest. Exit 1 when something was refused.
    """
    from app.errors import Refusal

    with _opened() as on:
        by = _actor(party, on)
        try:
            with _source(file) as source:
                loaded = _loaded(source, kind or _kind(file), by, on, dry_run=dry_run, skip_wrong=skip_wrong)
        except Refusal as refusal:
            return _refused(file, refusal, as_json=as_json)
    done = {"file": str(file), "ok": not loaded.findings, "dryRun": dry_run} | _counts(loaded) | {"hosts": list(loaded.hosts)}
    _tell(done, loaded, vouched=by.party == 0 and not dry_run, as_json=as_json)
    return 1 if loaded.findings else 0


def _kind(file: Path) -> str:
    from app.resolve.link_file import ENDINGS
    from app.resolve.registration_file import JSON

    return ENDINGS.get(file.suffix.lower(), JSON)


@contextmanager
def _source(file: Path) -> Iterator[BinaryIO]:
    """The file to read; standard input for `-`."""
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    with file.open("rb") as source:
        yield source


def _items(source: BinaryIO, kind: str) -> Iterator[Item]:
    """The registrations of a file, one by one as far as its kind allows."""
    from app.capture.sheets.sheet_file import MOST_BYTES
    from app.resolve import link_sheet, registration_file
    from app.resolve.link_file import SHEETS

    if kind in SHEETS:
        return iter(link_sheet.read(source.read(MOST_BYTES + 1), kind).items)
    return registration_file.read(source, kind)


def _loaded(source: BinaryIO, kind: str, by: Actor, on: Runtime, *, dry_run: bool, skip_wrong: bool) -> Loaded:
    """Load or judge, with bars while a person watches: bytes that are judged, then registrations that are written."""
    from app.resolve import declare

    with _bars(source) as (read, told):
        items = _telling(_items(source, kind), source, read)
        if dry_run:
            return declare.check_many(items, by=by, on=on, most=_MOST)
        return declare.declare_many(items, by=by, on=on, skip_wrong=skip_wrong, told=told, most=_MOST)


def _telling(items: Iterator[Item], source: BinaryIO, read: Callable[[int], None] | None) -> Iterator[Item]:
    """The items; tells every thousand how far the file was read."""
    for number, item in enumerate(items):
        if read is not None and number % _AT_ONCE == 0:
            read(source.tell())
        yield item


@contextmanager
def _bars(source: BinaryIO) -> Iterator[tuple[Callable[[int], None] | None, Callable[[int, int], None]]]:
    """Hear how far the file was read, and how many of how many registrations are written; silent in pipes and for small files."""
    size = source.seek(0, SEEK_END) if source.seekable() else 0
    if size:
        source.seek(0)
    if size < _LARGE or not sys.stderr.isatty():
        yield None, lambda done, total: None  # noqa: ARG005  # nobody watches
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from app.cli.refused import language
    from app.words.translate import translator

    t = translator(language())
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        reading, writing = bar.add_task(t("links.cli_judging"), total=size), bar.add_task(t("links.cli_writing"), total=None)
        yield partial(_completed, bar, reading), lambda done, total: bar.update(writing, completed=done, total=total)


def _completed(bar: Any, task: Any, done: int) -> None:
    bar.update(task, completed=done)


def _counts(loaded: Loaded) -> dict[str, Any]:
    return {name: getattr(loaded, name) for name in ("created", "replaced", "unchanged", "skipped")}


def _tell(done: dict[str, Any], loaded: Loaded, *, vouched: bool, as_json: bool) -> None:
    """What became of a file, for programs or for people."""
    from app.cli.output import line, say
    from app.cli.refused import language
    from app.resolve.link_sheet import named
    from app.words.refusals import describe_finding
    from app.words.translate import translator

    findings = [describe_finding(named(item, language()), language()) for item in loaded.findings]
    remarks = [describe_finding(named(item, language()), language()) for item in loaded.remarks]
    if as_json:
        totals = {"findings": findings, "findingsTotal": loaded.findings_total, "remarks": remarks, "remarksTotal": loaded.remarks_total}
        line(done | totals | {"hostsProvenBy": "operator" if vouched else None})
        return
    t = translator(language())
    counts = {name: done[name] for name in ("created", "replaced", "unchanged", "skipped")}
    say(t("links.cli_checked" if done["dryRun"] else "links.cli_loaded", file=done["file"], **counts))
    if vouched and loaded.hosts:
        some = ", ".join(loaded.hosts[:_SHOWN]) + (" …" if len(loaded.hosts) > _SHOWN else "")
        say(t("links.cli_hosts", hosts=some))
    _listed(findings, loaded.findings_total, t)
    _listed(remarks, loaded.remarks_total, t)


def _listed(described: list[dict[str, Any]], total: int, t: Translator) -> None:
    from app.cli.output import say

    for item in described[:_SHOWN]:
        say(f"  {item['pointer']}: {item['message']} {item['remedy']}", err=True)
    if total > _SHOWN:
        say(f"  {t('links.cli_more', count=total - _SHOWN)}", err=True)


def _refused(file: Path, refusal: Any, *, as_json: bool) -> int:
    """Tell why a file was refused as a whole."""
    from app.cli.output import line, say
    from app.cli.refused import language, tell
    from app.words.refusals import describe, describe_finding
    from app.words.translate import translator

    if not as_json and not refusal.findings:
        tell(refusal, as_json=False)
        return 1
    total = refusal.params.get("count", len(refusal.findings))
    detail, remedy = describe(refusal, language())
    findings = [describe_finding(item, language()) for item in refusal.findings[:_MOST]]
    if not as_json:
        say(detail, err=True, color="red")
        _listed(findings, total, translator(language()))
        say(remedy, err=True)
        return 1
    error = {"code": refusal.code, "detail": detail, "remedy": remedy, "pointer": refusal.pointer}
    line({"file": str(file), "ok": False, "error": error, "findings": findings, "findingsTotal": total})
    return 1


@resolve.command()
@click.option("--format", "form", type=click.Choice(["registrations", "linkset", "csv"]), default="registrations", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file instead of standard output.")
@click.option("--party", metavar="NAME|ID", help="Only what this organisation registered.")
@click.option("--json", "as_json", is_flag=True, help="Accepted for symmetry: the first two formats are JSON anyway.")
def export(form: str, *, output: Path | None, party: str | None, as_json: bool) -> int:  # noqa: ARG001  # every command has --json
    """Write everything that is registered, in a form that `import` takes back."""
    from app.cli.output import say

    with _opened() as on:
        parts = _exported(form, _all(on, _party_id(party, on)), on.settings.public_url())
        if output is None:
            for part in parts:
                click.echo(part, nl=False)
            return 0
        with output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(parts)
    say(str(output), err=True)
    return 0


def _exported(form: str, registrations: Iterator[Registration], root: str) -> Iterator[str]:
    """The text of an export, piece by piece: a million link sets need no memory."""
    import json

    from app.resolve import kept, linkset
    from app.resolve.link_sheet_out import as_csv

    if form == "csv":
        yield from as_csv(registrations)
        return
    name = "linkset" if form == "linkset" else "registrations"
    yield f'{{"{name}": ['
    for place, registration in enumerate(registrations):
        spelled = linkset.document([registration], root)["linkset"][0] if form == "linkset" else kept.spelled(registration)
        yield (",\n" if place else "\n") + json.dumps(spelled, ensure_ascii=False)
    yield "\n]}\n"


def _all(on: Runtime, party_id: int | None) -> Iterator[Registration]:
    from app.resolve import find_links
    from app.resolve.anchor import place_of

    with on.store.reading() as connection:
        owners = find_links.owners_of_links(connection) if party_id is None else [party_id]
    for owner in owners:
        after, whole = "", True
        while whole:
            with on.store.reading() as connection:
                some = find_links.of_party(connection, owner, "", after, _AT_ONCE)
            yield from some
            whole = len(some) == _AT_ONCE
            after = place_of(some[-1].path).anchor if some else ""


@resolve.command("list")
@click.argument("search", required=False, default="")
@click.option("--party", metavar="NAME|ID", help="Only what this organisation registered.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(search: str, *, party: str | None, as_json: bool) -> int:
    """List registered keys and where they lead; SEARCH: part of a code, of a description or of a product's name."""
    from app.cli.output import line, say
    from app.resolve import find_links, kept

    with _opened() as on:
        party_id = _party_id(party, on)
        if search:
            with on.store.reading() as connection:
                found: Any = find_links.of_party(connection, party_id, search, count=_AT_ONCE)
        else:
            found = _all(on, party_id)
        for registration in found:
            spelled = kept.spelled(registration)
            if as_json:
                line(spelled | {"party": str(registration.party_id)})
            else:
                default = registration.default.href if registration.default else "-"
                say(spelled["path"], str(len(registration.links)), default, registration.description)
    return 0


@resolve.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="The registration as `import` takes it.")
def show(code: str, *, as_json: bool) -> int:
    """Show what is registered for CODE: a path, a Digital Link, a GTIN, whatever a scanner reads."""
    from app.cli.output import line, say
    from app.cli.refused import language
    from app.resolve import find_links, kept, rules
    from app.resolve.declare import NothingRegistered
    from app.resolve.link_types import title

    path = rules.read_path(code)
    with _opened() as on, on.store.reading() as connection:
        found = find_links.own(connection, None, path)
    if found is None:
        raise NothingRegistered(path=code[:80])
    if as_json:
        line(kept.spelled(found) | {"party": str(found.party_id), "version": kept.version(found)})
        return 0
    say(f"{kept.spelled(found)['path']}  {found.description}")
    if found.default:
        say(f"  -> {found.default.href}  {found.default.title}")
    for link in found.links:
        more = " ".join(filter(None, (",".join(link.hreflang), link.type, ",".join(link.context))))
        say(f"  {title(link.rel, language())}: {link.href}  {link.title} {f'[{more}]' if more else ''}".rstrip())
    return 0


@resolve.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a sentence.")
def remove(code: str, *, as_json: bool) -> int:
    """Take away what is registered for CODE; `undo` brings it back."""
    from app.resolve import declare, rules

    with _opened() as on:
        number = declare.withdraw(rules.read_path(code), by=_actor(None, on), on=on)
    _done({"removed": code, "change": str(number)}, "links.cli_removed", as_json=as_json, code=code, change=number)
    return 0


@resolve.command()
@click.argument("change", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a sentence.")
def undo(change: int, *, as_json: bool) -> int:
    """Bring back what was registered before CHANGE, a number that `remove` or the history of a key told."""
    from app.resolve import declare

    with _opened() as on:
        number = declare.undo(change, by=_actor(None, on), on=on)
    _done({"undone": str(change), "change": str(number)}, "links.cli_undone", as_json=as_json, change=change, by=number)
    return 0


def _done(told: dict[str, Any], key: str, *, as_json: bool, **values: Any) -> None:
    from app.cli.output import line, say
    from app.cli.refused import language
    from app.words.translate import translator

    if as_json:
        line(told)
    else:
        say(translator(language())(key, **values))


@resolve.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a sentence.")
def template(file: Path, *, as_json: bool) -> int:
    """Write the template of a spreadsheet of links to FILE (.xlsx)."""
    from app.cli.output import line, say

    file.write_bytes(sheet_template())
    if as_json:
        line({"file": str(file)})
    else:
        say(str(file))
    return 0


def sheet_template() -> bytes:
    """The template with its explanations in every language."""
    from app.resolve.link_sheet_out import template as make
    from app.settings import LANGUAGES
    from app.words.translate import translator

    def explain(language: str) -> Callable[[str], str]:
        t = translator(language)
        return lambda key: t(f"links.about_{key}")

    return make({language: explain(language) for language in LANGUAGES})


@contextmanager
def _opened() -> Iterator[Runtime]:
    """The installation of this machine, migrated when it is the embedded one."""
    from app.api.opening import local_installation

    on = local_installation()
    try:
        yield on
    finally:
        on.close()


def _actor(party: str | None, on: Runtime) -> Actor:
    """The operator of this machine, or the owner of an organisation when one was named."""
    from app.party.permissions import Actor, Role
    from app.resolve.find import OPERATOR

    if party is None:
        return Actor(Role.OPERATOR, OPERATOR, None, None, "truyxuat resolve")
    return Actor(Role.OWNER, _party_id(party, on), None, None, "truyxuat resolve", party)


def _party_id(party: str | None, on: Runtime) -> int | None:
    """The number of an organisation that was named by number or name; None when none was."""
    from app.cli.organisation import organisation

    return None if party is None else int(organisation(party, on).party_id)
