"""The command `truyxuat label`: labels as pictures, sheets, printer programs or a table, each symbol read back before it is released."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.label.folder.asked import Asked, Numbers
    from app.label.folder.folder import Folder
    from app.label.folder.wanted import Wanted
    from app.party.permissions import Actor
    from app.runtime import Runtime

_MILLIMETRES = click.FloatRange(-10, 10)


@click.command()
@click.option("--gtin", metavar="G", help="The product: GTIN-8, -12, -13 or -14 with its check digit.")
@click.option("--lot", metavar="L", default="", help="Batch or lot number, (10).")
@click.option("--expiry", metavar="D", default="", help="Expiry date, (17): 2026-12-31, 31/12/2026 or 261231.")
@click.option("--count", metavar="N", type=int, help="How many labels; 1, or as many as there are serial numbers.")
@click.option(
    "--serials", metavar="random|FILE", help="Serial numbers, (21): random ones, or one on a line of FILE (- is stdin). Default: none."
)
@click.option("--carrier", metavar="C", default="qr-dl", show_default=True,
              help="qr-dl, gs1-datamatrix, gs1-128, gs1-qr, ean-13, ean-8, itf-14, dm-dl or sscc.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["png", "svg", "pdf", "zpl", "csv"]), default="pdf", show_default=True,
              help="png and svg: a file for each label; pdf, zpl: up to 1,000 in a file; csv: a table for a print house.")  # fmt: skip
@click.option("--dpi", metavar="203|300|600", type=int, help="Print head: modules become whole dots of it. png: 300, zpl: 203 unless said.")
@click.option(
    "--sheet", metavar="NAME", help="Paper, such as roll-70x40, a4-3x8 or logistic-a6; a wrong name lists all. Default: what fits."
)
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the files, new or empty."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a label: file, page, position in mm, content, symbology identifier.")
@click.option("--product", metavar="TEXT", default="", help="Name of the product. Without it the GTIN stands there.")
@click.option("--brand", metavar="TEXT", default="", help="Brand.")
@click.option("--producer", metavar="TEXT", default="", help="Who made it.")
@click.option("--net-content", metavar="TEXT", default="", help="Net content, such as 500 g.")
@click.option("--ean-13", "ean13", is_flag=True, help="An EAN-13 for the till beside a square carrier.")
@click.option("--line", "lines", metavar="TEXT", multiple=True, help="A further line; may be repeated.")
@click.option("--logo", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="A logo, PNG or JPEG.")
@click.option(
    "--stem", metavar="URL", help="Where Digital Links lead. Default: this installation's public address, else https://id.gs1.org."
)
@click.option("--more", metavar="AIS", default="", help='Further identifiers, such as "(3103)000500(15)270101".')
@click.option("--quantity", metavar="N", type=click.IntRange(1, 99_999_999), help="sscc: how many of the product are in the unit, (37).")
@click.option("--company-prefix", metavar="DIGITS", help="sscc: the company prefix to count under.")
@click.option("--extension", metavar="DIGIT", type=click.IntRange(0, 9), default=0, help="sscc: the extension digit.")
@click.option("--sscc", metavar="CODE", help="sscc: this number on every label, instead of a fresh one for each.")
@click.option("--party", metavar="NAME|ID", help="Give the serial numbers out in the register of this organisation, with its texts.")
@click.option("--per-roll", metavar="N", type=click.IntRange(1, 100_000), help="Labels on a roll: each then says its roll and place.")
@click.option("--first-place", metavar="N", type=click.IntRange(1), default=1, help="pdf: the place on the first sheet to begin at.")
@click.option("--dx", metavar="MM", type=_MILLIMETRES, default=0.0, help="pdf, zpl: calibration to the right.")
@click.option("--dy", metavar="MM", type=_MILLIMETRES, default=0.0, help="pdf, zpl: calibration downwards.")
@click.option("--test-page", is_flag=True, help="Only write ruler.pdf, to measure scale and offset of the printer.")
@click.option("--resume", is_flag=True, help="Go on with the same job in DIR, with the same numbers; what is finished stays.")
@click.option("--force", is_flag=True, help="Replace the job in DIR.")
def label(**said: Any) -> int:
    """Draw labels for a product into DIR; everything wrong is refused before anything is drawn.

    Loose labels are remembered nowhere but in DIR/job.json; with --party the serial numbers are in the register. SSCCs always come from
    this installation's counter, never twice. Exit 1 when something was refused.
    """
    if said["test_page"]:
        return _test_page(said["out"], said["sheet"], as_json=said["as_json"])
    if not said["gtin"]:
        raise click.MissingParameter(param_hint="'--gtin'", param_type="option")
    if said["resume"] and said["force"]:
        message = "--resume goes on with what --force replaces: choose one"
        raise click.UsageError(message)
    from app.label.folder.wanted import wanted

    with _installation(said) as on:
        wish = wanted(said, by=_actor(said["party"], on), on=on, own_file=_bytes, tell=_tell)
        _remark(wish)
        return _drawn(wish, said, on)


def _drawn(wish: Wanted, said: dict[str, Any], on: Runtime | None) -> int:
    """Draw what is wanted into its folder; a refused job leaves nothing, an interrupted one what is whole."""
    from app.errors import Refusal
    from app.label.folder.folder import opened

    with opened(said["out"], wish.asked, resume=said["resume"], force=said["force"]) as folder:
        try:
            numbers = _numbers(wish, folder, on)
            _draw(wish.asked, numbers, folder, as_json=said["as_json"])
        except Refusal:
            folder.give_up()
            raise
        except KeyboardInterrupt:
            _tell("label.cli_broken_off", folder=str(folder.path))
            raise
        if not said["as_json"]:
            _done(wish.asked, folder)
    return 0


def _numbers(wish: Wanted, folder: Folder, on: Runtime | None) -> Numbers:
    """The numbers of the job: those it was given before, else fresh ones, written down before anything is drawn with them."""
    if folder.numbers is not None:
        wish.check_same(folder.numbers, str(folder.path))
        return folder.numbers
    folder.keep(None)
    numbers = wish.numbers(folder.token, on)
    folder.keep(numbers)
    return numbers


def _draw(asked: Asked, numbers: Numbers, folder: Folder, *, as_json: bool) -> None:
    from app.cli.output import line
    from app.label.folder.drawers import usual

    with _bar(asked.count) as told:
        for each in folder.draw(numbers, tell=as_json, told=told, drawers=usual()):
            line(each)


def _done(asked: Asked, folder: Folder) -> None:
    from app.cli.output import say
    from app.cli.refused import language
    from app.label.folder.parts import parts
    from app.words.translate import translator

    say(translator(language())("label.cli_done", labels=asked.count, files=len(parts(asked)), sheet=asked.sheet, folder=str(folder.path)))


def _remark(wish: Wanted) -> None:
    """What will be on the labels otherwise than wished, for people."""
    from app.cli.output import say
    from app.cli.refused import language
    from app.words.refusals import describe_finding

    for remark in wish.remarks:
        told = describe_finding(remark, language())
        say(f"{told['message']} {told['remedy']}", err=True)


def _tell(key: str, **params: Any) -> None:
    """A remark for people, beside what a program reads."""
    from app.cli.output import say
    from app.cli.refused import language
    from app.words.translate import translator

    say(translator(language())(key, **params), err=True)


def _actor(party: str | None, on: Runtime | None) -> Actor:
    """The operator of this machine, or the owner of the organisation that was named."""
    from app.party.permissions import Actor, Role

    if party is None or on is None:
        return Actor(Role.OPERATOR, 0, name="operator")
    from app.cli.organisation import organisation

    found = organisation(party, on)
    return Actor(Role.OWNER, found.party_id, None, None, "truyxuat label", found.name)


def _bytes(path: str) -> bytes:
    """A file that the caller names; `-` is standard input."""
    return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()


@contextmanager
def _installation(said: dict[str, Any]) -> Iterator[Runtime | None]:
    """The installation, for jobs that need its database; None for loose labels."""
    if not said["party"] and (said["carrier"] != "sscc" or said["sscc"]):
        yield None
        return
    from app.api.opening import local_installation

    on = local_installation()
    try:
        yield on
    finally:
        on.close()


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """Hear how many more labels are done; silent in pipes."""
    if total < 2 or not sys.stderr.isatty():
        yield lambda more: None  # noqa: ARG005  # nobody watches
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from app.cli.refused import language
    from app.words.translate import translator

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(translator(language())("label.cli_drawing"), total=total)
        yield lambda more: bar.advance(task, more)


def _test_page(out: Path, sheet: str | None, *, as_json: bool) -> int:
    """A page with rulers for the paper."""
    from app.cli.output import line, say
    from app.label.drawing.layouts import layout
    from app.label.drawing.ruler import make_ruler
    from app.label.folder.wanted import USUAL_SHEET
    from app.label.folder.whole_file import whole_file

    paper = layout(sheet or USUAL_SHEET)
    content = make_ruler(paper)
    out.mkdir(parents=True, exist_ok=True)
    path = (out / "ruler.pdf").absolute()
    with whole_file(path) as file:
        file.write(content)
    if as_json:
        line({"file": str(path), "page": 1, "sheet": paper.name})
    else:
        say(str(path))
    return 0
