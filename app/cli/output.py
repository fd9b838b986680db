"""Output of commands: one JSON object a line for programs, sentences and progress bars for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import click

T = TypeVar("T")


def line(value: Any) -> None:
    """One JSON object on one line of stdout, written at once."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    # Half a surrogate pair in a hostile file can be told in ASCII only.
    click.echo(text if text.isascii() or _encodable(text) else json.dumps(value, default=str))
    sys.stdout.flush()


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
        task = bar.add_task(about, total=total)
        for item in items:
            yield item
            bar.advance(task)
