"""The command `truyxuat event-hash`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

import click

if TYPE_CHECKING:
    from app.capture.hashes.event_hash_document import Found
    from app.errors import Refusal

Told = dict[str, Any]


@click.command("event-hash")
@click.argument("files", nargs=-1, required=True, type=click.File("rb", lazy=True), metavar="FILE...")
@click.option(
    "--profile", type=click.Choice(["CBV2.0", "CBV2.1"]), default="CBV2.0", show_default=True, help="The rules of this CBV version."
)
@click.option("--prehash", "as_prehash", is_flag=True, help="Print what is hashed instead of the hash.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object an event, or a file that cannot be read.")
def event_hash(files: tuple[BinaryIO, ...], *, profile: str, as_prehash: bool, as_json: bool) -> int:
    r"""Print the CBV event hash of each event in FILES, one line an event, in the order of the documents.

    FILE is JSON or XML by what stands in it: an EPCIS document or query document (XML 2.0 or 1.2 too), one event, or an array of them;
    - is standard input. Nothing is asked of an event but that it can be read: judging is the business of `truyxuat capture --check`.

    An event without a hash is the line `-` and a sentence on stderr, so that lines stay in step with events; exit 1 then, and for a file
    that cannot be read. In --prehash a line break inside a value is printed as \n or \r; --json keeps it.
    """
    failed = False
    for file in files:
        name = getattr(file, "name", "-")
        for told in _of_file(file, name, profile, with_prehash=as_prehash):
            failed = failed or "error" in told
            _print(told, as_prehash=as_prehash, as_json=as_json)
    return int(failed)


def _of_file(file: BinaryIO, name: str, profile: str, *, with_prehash: bool) -> Iterator[Told]:
    """What there is to tell of each event of a file; of the file itself, without a number, when it cannot be read to its end."""
    from app.capture.hashes.event_hash_document import events_of
    from app.errors import Refusal

    try:
        for number, found in enumerate(events_of(file.read()), 1):
            yield {"file": name, "event": number} | _of_event(found, profile, with_prehash=with_prehash)
    except Refusal as refusal:
        yield {"file": name, "error": refusal}


def _of_event(found: Found, profile: str, *, with_prehash: bool) -> Told:
    from app.capture.hashes import event_hash as hashes

    if found.event is None:
        return {"error": found.refusal}
    told: Told = {"eventID": found.event.get("eventID"), "hash": hashes.event_hash(found.event, found.context, profile)}
    return told | {"prehash": hashes.prehash(found.event, found.context, profile)} if with_prehash else told


def _print(told: Told, *, as_prehash: bool, as_json: bool) -> None:
    from app.cli.output import line

    if as_json:
        line(told | {"error": _explained(told["error"])} if "error" in told else told)
        return
    if "error" not in told:
        _line(told["prehash"].replace("\r", "\\r").replace("\n", "\\n") if as_prehash else told["hash"])
        return
    if "event" in told:
        _line("-")
    explained = _explained(told["error"])
    place = f"{told['file']}, event {told['event']}" if "event" in told else told["file"]
    _complain(place, explained)


def _line(text: str) -> None:
    """One line exactly, in UTF-8 whatever the terminal's locale; a person at a terminal is not steered by what a file says."""
    import sys

    from app.identify.caret import safe

    shown = safe(text) if sys.stdout.isatty() else text
    sys.stdout.flush()
    sys.stdout.buffer.write(shown.encode() + b"\n")


def _complain(place: str, explained: Told) -> None:
    from app.cli.output import say

    say(f"{place}: {explained['detail']} {explained['remedy']}", err=True, color="red")


def _explained(refusal: Refusal) -> Told:
    from app.cli.refused import language
    from app.words.refusals import describe

    detail, remedy = describe(refusal, language())
    return {"code": refusal.code, "pointer": refusal.pointer, "detail": detail, "remedy": remedy}
