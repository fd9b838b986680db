"""The command `truyxuat flags`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@click.command()
@click.option("--rebuild", is_flag=True, help="Judge every event of the log again, from the first on.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def flags(*, rebuild: bool, as_json: bool) -> int:
    """Judge what was recorded and not yet compared, and tell how many flags there are.

    The server does this by itself within seconds; beside a running server it is harmless. --rebuild is for after an update of the rules:
    flags stay as they are until their item is judged again.
    """
    from app.api.opening import local_installation
    from app.cli.output import line, say
    from app.cli.refused import language
    from app.journey.flags import find, follow
    from app.ledger import sequencer
    from app.words.translate import translator

    t = translator(language())
    on = local_installation()
    try:
        while sequencer.integrate(on=on):
            pass
        if rebuild:
            follow.begin_anew(on)
        with on.store.reading() as connection:
            total = follow.waiting(connection)
        judged = 0
        with _bar(total, t("flags.command_about")) as advance:
            while handled := follow.follow(on):
                judged += handled
                advance(judged)
        with on.store.reading() as connection:
            tally = find.tally_of_all(connection)
    finally:
        on.close()
    if as_json:
        line({"judged": judged, "flags": tally})
        return 0
    say(t("flags.command_done", count=str(judged)))
    for code, count in sorted(tally.items()):
        say(t("flags.command_flags", code=code, count=str(count)))
    if not tally:
        say(t("flags.command_none"))
    return 0


@contextmanager
def _bar(total: int, about: str) -> Iterator[Callable[[int], None]]:
    """A bar on stderr while a person watches."""
    if total < 2 or not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(about, total=total)
        yield lambda done: bar.update(task, completed=min(done, total))
