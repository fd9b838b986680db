"""Output of commands: one JSON object a line for programs, sentences and progress bars for people.

What a file or an argument says may stand in any of them, and must not steer the terminal it is read on.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import click

from app.identify.caret import safe

T = TypeVar("T")

_STEERING = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""What JSON leaves as it is and a terminal obeys: DEL, the controls of ISO 6429, changes of direction, characters without a shape."""


def line(value: Any) -> None:
    """One JSON object on one line of stdout, written at once."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    # Half a surrogate pair in a hostile file can be told in ASCII only.
    text = text if text.isascii() or _encodable(text) else json.dumps(value, default=str)
    click.echo(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
    sys.stdout.flush()


def say(*parts: str, err: bool = False, color: str | None = None) -> None:
    """One line for people, to stdout or stderr; whatever in it would steer a terminal is shown as a sign. parts: columns, tabs between."""
    click.secho("\t".join(map(safe, parts)), fg=color, err=err)


def said(text: str) -> None:
    """Lines for people that a library wrote, to stderr, made harmless one by one."""
    for each in text.splitlines():
        say(each, err=True)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def progress(items: Iterable[T], total: int, about: str) -> Iterator[T]:
    """The items, with a bar on stderr while a person watches; silent in pipes and for a single item."""
    if total < 2 or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(safe(about), total=total)
        for item in items:
            yield item
            bar.advance(task)
