"""The commands `truyxuat scan` and `truyxuat verify-bundle`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.errors import Refusal
    from app.identify.read import Identified
    from app.verify.offline import Proven
    from app.words.translate import Translator

Ask = Callable[["Identified"], dict[str, Any]]
"""From a code to its verdict as JSON values."""

_COLOURS = {"verified": "green", "registered_only": "blue", "suspicious": "yellow", "recalled": "red", "expired": "red"}


@click.command()
@click.argument("images", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object an image.")
@click.option("--server", metavar="URL", help="Ask this server for the verdicts instead of the local installation.")
def scan(images: tuple[Path, ...], *, as_json: bool, server: str | None) -> int:
    """Read labels from photographs and say what is known about the goods.

    IMAGES: JPEG, PNG or WebP files. Exit 1 when a file could not be read or shows no code.
    """
    from app.cli.output import progress
    from app.cli.refused import language
    from app.words.translate import translator

    t = translator(language())
    if server is not None:
        return _scan_all(progress(images, len(images), "scan"), _remote(server), t, as_json=as_json)
    from app.api.opening import local_installation

    with closing(local_installation()) as on:
        return _scan_all(progress(images, len(images), "scan"), _local(on, t), t, as_json=as_json)


def _local(on: Any, t: Translator) -> Ask:
    """Verdicts of the installation on this machine."""
    from app.verify.check import check
    from app.verify.tell import as_json

    return lambda identified: as_json(check(identified, on=on), t)


def _remote(server: str) -> Ask:
    """Verdicts of a server."""
    from app.cli.refused import language
    from app.verify.address import link_of
    from app.verify.remote import verdict_of

    return lambda identified: verdict_of(server, link_of(identified), language())


def _scan_all(images: Any, ask: Ask, t: Translator, *, as_json: bool) -> int:
    from app.cli.output import line

    code = 0
    for image in images:
        found = _scan(image, ask)
        code = max(code, 0 if found["readings"] and "error" not in found else 1)
        if as_json:
            line(found)
        else:
            _print_scan(found, t)
    return code


def _scan(image: Path, ask: Ask) -> dict[str, Any]:
    """One image: its readings, and the verdict on the first that is a GS1 code."""
    from app.errors import Refusal
    from scanner import read
    from scanner.meaning import gs1, meaning

    result: dict[str, Any] = {"file": str(image), "readings": [], "verdict": None}
    try:
        readings = read(image)
        result["readings"] = [reading.to_json() | {"gs1": gs1(reading)} for reading in readings]
        identified = next((each for each in map(meaning, readings) if each is not None), None)
        if identified is not None:
            result["verdict"] = ask(identified)
    except Refusal as refusal:
        result["error"] = _told(refusal)
    return result


def _told(refusal: Refusal) -> dict[str, str]:
    from app.cli.refused import language
    from app.words.refusals import describe

    detail, remedy = describe(refusal, language())
    return {"code": refusal.code, "detail": detail, "remedy": remedy}


def _print_scan(found: dict[str, Any], t: Translator) -> None:
    click.secho(found["file"], bold=True)
    if "error" in found:
        click.secho(f"  {found['error']['detail']} {found['error']['remedy']}", fg="red")
    elif not found["readings"]:
        click.secho(f"  {t('verify.command_nothing')}", fg="yellow")
    for reading in found["readings"]:
        meant = reading["gs1"]["canonical"] if reading["gs1"] else t("verify.command_no_meaning")
        click.echo(f"  {reading['symbology']}: {_visible(reading['text'])}\n    {meant}")
    verdict = found["verdict"]
    if verdict is not None and "verdict" in verdict:
        click.secho(f"  {verdict['word']}", fg=_COLOURS.get(verdict["verdict"]), bold=True)
        click.echo(f"  {verdict['sentence']} ({verdict['cause']})\n  {verdict['advice']}")
    elif verdict is not None:
        click.secho(f"  {verdict.get('detail', '')} {verdict.get('remedy', '')}", fg="red")


def _visible(text: str) -> str:
    """Decoded text as a terminal may show it: what is printed on a label must not steer the terminal."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)


@click.command("verify-bundle")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--log-key", metavar="VKEY|FILE", help="The log's published key, or a file that holds it.")
@click.option("--item", metavar="CODE", help="Refuse a bundle about any other item; the identifier in any spelling.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify_bundle(file: Path, *, log_key: str | None, item: str | None, as_json: bool) -> int:
    """Check an item's evidence offline: hash, signature, log, checkpoint.

    Needs no server, no database and no network. Exit 0 only when everything is proven.
    """
    from app.cli.output import line
    from app.cli.refused import language, tell
    from app.errors import Refusal
    from app.identify.read import identify
    from app.verify import offline
    from app.words.translate import translator

    t = translator(language())
    try:
        wanted = None if item is None else identify(item).canonical
        proven = offline.verify_bundle(_content(file), log_vkey=_key(log_key), expect_item=wanted)
    except Refusal as refusal:
        if as_json:
            line({"file": str(file), "proven": False, "error": _told(refusal)})
        else:
            click.secho(t("verify.bundle_broken"), fg="red", bold=True)
            tell(refusal, as_json=False)
        return 1
    if as_json:
        line({"file": str(file), "proven": True} | _proven_json(proven))
    else:
        _print_proven(proven, t)
    return 0


def _content(file: Path) -> bytes:
    """The bytes of a bundle, one more than the largest at most: a file of gigabytes is refused and not read."""
    from app.verify.bundle_format import MAX_BUNDLE

    with file.open("rb") as opened:
        return opened.read(MAX_BUNDLE + 1)


def _key(given: str | None) -> str | None:
    """The key that was given, or that stands in the file that was given."""
    if given is None or "+" in given:
        return given
    path = Path(given)
    if not path.is_file():
        message = f"neither a key (name+id+key) nor a file: {given}"
        raise click.BadParameter(message, param_hint="--log-key")
    return path.read_text(encoding="utf-8").strip()


def _proven_json(proven: Proven) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "item": proven.item,
        "origin": proven.origin,
        "size": proven.size,
        "root": proven.root,
        "trustedLog": proven.trusted_log,
        "notes": list(proven.notes),
        "events": [asdict(event) for event in proven.events],
    }


def _print_proven(proven: Proven, t: Translator) -> None:
    click.secho(t("verify.bundle_proven", count=len(proven.events), item=proven.item, origin=proven.origin), fg="green", bold=True)
    for event in proven.events:
        step = event.step or event.kind
        click.echo("  " + t("verify.bundle_event", time=event.time, step=step, about=t(f"verify.bundle_{event.about}"), index=event.index))
    if "item-not-named" in proven.notes:
        click.echo(t("verify.bundle_not_named"))
    if "hosted-keys" in proven.notes:
        click.echo(t("verify.bundle_hosted"))
    if proven.trusted_log:
        click.echo(t("verify.bundle_trusted"))
    else:
        click.secho(t("verify.bundle_self"), fg="yellow")
