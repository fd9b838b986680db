"""Large documents from the command line: handed in as jobs, worked on here or by the server, with a bar while a person watches."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.capture.jobs.read import Job
    from app.capture.remote import Server
    from app.party.permissions import Actor
    from app.runtime import Runtime

_LOOK = 0.3
"""Seconds between two looks at a job."""


def hand_in(path: Path, content_type: str, *, by: Actor, on: Runtime, behaviour: str, lenient: bool, wait: bool) -> Job:
    """Hand a document in at this installation; with `wait` it is done when this returns. Raises what `submit` raises."""
    from app.capture.jobs import read, submit

    with path.open("rb") as file:
        number = submit.submit(file, by=by, on=on, content_type=content_type, behaviour=behaviour, lenient=lenient)
    if wait:
        _done_here(number, by=by, on=on)
    return read.job(str(number), by=by, on=on)


def _done_here(number: int, *, by: Actor, on: Runtime) -> None:
    from app.capture.jobs import read, work

    failed: list[BaseException] = []

    def run() -> None:
        try:
            work.step(on, job_id=number)
        except BaseException as error:  # noqa: BLE001  # raised where the command waits
            failed.append(error)

    with _bar(f"capture {number}") as show:
        while (job := read.job(str(number), by=by, on=on)).running and not failed:
            thread = threading.Thread(target=run, daemon=True)
            thread.start()
            while thread.is_alive():
                thread.join(_LOOK)
                job = read.job(str(number), by=by, on=on)
                show(job.seen, job.total)
            if job.running and not failed:
                threading.Event().wait(_LOOK)  # a server beside us has it
    if failed:
        raise failed[0]


def waited(there: Server, body: dict[str, Any]) -> dict[str, Any]:
    """The job of a document handed in at another installation, once it is done. Raises ServerUnreachable."""
    turn = threading.Event()
    with _bar(f"capture {body['captureID']}") as show:
        while body.get("running"):
            turn.wait(_LOOK)
            body = there.job(str(body["captureID"]))
            show(body.get("progress", {}).get("seen", 0), body.get("progress", {}).get("total"))
    return body


@contextmanager
def _bar(about: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on stderr while a person watches."""
    if not sys.stderr.isatty():
        yield lambda _seen, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(about, total=None)
        yield lambda seen, total: shown.update(task, completed=seen, total=total)
