"""The command `truyxuat convert`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from app.capture.binding.targets import EPC_FORMATS, TARGETS, WORD_FORMS

if TYPE_CHECKING:
    from app.capture.binding.convert import Converted, Spelling
    from app.capture.binding.targets import Target
    from app.errors import Finding, Refusal

_SHOWN = 20
"""Losses told to a person; --json lists them all."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--to", "to", required=True, type=click.Choice(TARGETS), help="What FILE becomes.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the document here instead of to standard output."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object about what was done; without -o it holds the document too.")
@click.option("--lenient", is_flag=True, help="Repair known dialects, and list what was changed.")
@click.option(
    "--epc-format", type=click.Choice(EPC_FORMATS), help="Identifiers; as received by default, EPC URNs in xml-1.2 where there are any."
)
@click.option("--words", type=click.Choice(WORD_FORMS), help="Words of the vocabulary in XML; as received by default, URNs in xml-1.2.")
def convert(file: Path, *, to: str, output: Path | None, as_json: bool, lenient: bool, epc_format: str | None, words: str | None) -> int:
    """Convert FILE, an EPCIS document in JSON-LD, XML 2.0 or XML 1.2, into another binding ("-" is standard input).

    Which binding FILE has is seen from its content. What the target cannot say, or says otherwise, is listed on standard error; nothing
    is lost in silence. Exit 1 when FILE was refused.
    """
    from app.capture.binding.convert import convert as do
    from app.cli import refused
    from app.cli.output import line
    from app.errors import Refusal

    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        done = do(raw, cast("Target", to), lenient=lenient, spelling=_spelling(epc_format, words))
    except Refusal as refusal:
        if as_json:
            line(_refused(file, to, refusal))
        else:
            refused.tell(refusal, as_json=False)
        return 1
    if output is not None:
        output.write_bytes(done.content)
    elif not as_json:
        sys.stdout.buffer.write(done.content)
        sys.stdout.buffer.flush()
    if as_json:
        line(_report(file, to, done, output))
    else:
        _tell(done)
    return 0


def _spelling(epc_format: str | None, words: str | None) -> Spelling:
    """What was asked for; the operator's list of company prefixes, where there is one, finds URNs for links."""
    from app.capture.binding.convert import Spelling
    from app.capture.spelling import EpcFormat, WordForm
    from app.identify.prefix_list import known
    from app.settings import load

    lengths = known(load().prefix_list).length_in
    return Spelling(EpcFormat(epc_format) if epc_format else None, WordForm(words) if words else None, lengths)


def _described(found: list[Finding]) -> list[dict[str, Any]]:
    from app.cli.refused import language
    from app.words.refusals import describe_finding

    return [describe_finding(item, language()) for item in found]


def _report(file: Path, to: str, done: Converted, output: Path | None) -> dict[str, Any]:
    told = {"file": str(file), "ok": True, "from": done.source, "to": to, "mediaType": done.media_type, "events": done.events}
    told |= {"output": str(output)} if output is not None else {"content": done.content.decode()}
    return told | {"losses": _described(done.losses), "changes": _described(done.changes), "findings": []}


def _refused(file: Path, to: str, refusal: Refusal) -> dict[str, Any]:
    """A refusal always has a finding, so that programs look in one place."""
    from app.cli.refused import language
    from app.words.refusals import describe

    detail, remedy = describe(refusal, language())
    error = {"code": refusal.code, "pointer": refusal.pointer, "detail": detail, "remedy": remedy}
    whole = {"code": refusal.code, "pointer": refusal.pointer, "message": detail, "remedy": remedy}
    return {"file": str(file), "ok": False, "to": to, "findings": _described(list(refusal.findings)) or [whole], "error": error}


def _tell(done: Converted) -> None:
    """Losses and changes for people, on standard error; one place for each kind of loss and how often it is met."""
    from app.cli.output import say

    kinds: dict[tuple[str, Any], list[dict[str, Any]]] = {}
    for item in [*_described(done.changes), *_described(done.losses)]:
        kinds.setdefault((item["code"], item["remedy"]), []).append(item)
    for items in list(kinds.values())[:_SHOWN]:
        first = items[0]
        event = f"event {first['event']} " if "event" in first else ""
        more = f" (+{len(items) - 1})" if len(items) > 1 else ""
        say(f"{event}{first['pointer']}: {first['message']}{more}", err=True)
    if len(kinds) > _SHOWN:
        say(f"… {len(kinds) - _SHOWN} more (--json lists all)", err=True)
