"""The command `truyxuat doctor`."""

from __future__ import annotations

import click

_MARKS = {"ok": ("ok     ", "green"), "warning": ("look   ", "yellow"), "bad": ("bad    ", "red")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--settings", "show_settings", is_flag=True, help="Also list every setting with its value and meaning.")
def doctor(*, as_json: bool, show_settings: bool) -> int:
    """Check this installation and say what to do where something is wrong; exit 1 when something will not work."""
    from dataclasses import asdict, fields

    from app.cli.output import line
    from app.settings import load
    from app.watch.doctor import examine

    settings = load()
    findings = examine(settings)
    well = all(item.state != "bad" for item in findings)
    known = {
        item.name: str(getattr(settings, item.name)) for item in fields(settings) if "url" not in item.name or not settings.database_url
    }
    if as_json:
        line({"well": well, "findings": [asdict(item) for item in findings]} | ({"settings": known} if show_settings else {}))
        return 0 if well else 1
    for item in findings:
        mark, colour = _MARKS[item.state]
        click.secho(mark, fg=colour, nl=False)
        click.echo(f"{item.name:<20} {item.found}" + (f"\n       -> {item.remedy}" if item.remedy else ""))
    if show_settings:
        click.echo()
        for item_ in fields(settings):
            click.echo(f"TRUYXUAT_{item_.name.upper():<24} {known.get(item_.name, '(set)'):<30} {item_.metadata['about']}")
    return 0 if well else 1
