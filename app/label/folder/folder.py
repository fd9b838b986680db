"""A job at the command line and the folder its files go to: what was asked and given out is kept beside them, so that it can go on.

A file has its name only when it is whole; what exists is therefore finished, and a job that was broken off draws what is missing, with
the same numbers.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Conflict
from app.label.folder import record as records
from app.label.folder.asked import Asked, Numbers
from app.label.folder.drawers import Drawers
from app.label.folder.parts import Line, parts
from app.label.folder.record import Record
from app.label.folder.whole_file import clear, unfinished, whole_file

_OURS = re.compile(rf"{re.escape(records.NAME)}|labels(-\d{{3,4}})?\.(pdf|zpl|csv)|label-\d{{5,7}}\.(png|svg)", re.ASCII)
"""Names of files that a job makes; what has another name is somebody else's."""


class FolderInUse(Conflict):
    """The folder holds files already, and nobody said that they are to be continued or replaced."""

    code = "label.folder-in-use"  # params: folder


class FolderBusy(Conflict):
    """Another process draws into the folder."""

    code = "label.folder-busy"  # params: folder


class JobDiffers(Conflict):
    """The folder holds the files of another request than the one that is to go on."""

    code = "label.job-differs"  # params: folder, fields


class Folder:
    """A folder that one process draws into; made by `opened`."""

    def __init__(self, path: Path, asked: Asked, before: Record | None, *, made: bool) -> None:
        self.path = path
        self._asked = asked
        self._record = before or Record(asked, secrets.token_hex(16), None)
        self._fresh = before is None
        self._made = made
        self._missing = {part.name for part in parts(asked) if not (path / part.name).exists()}

    @property
    def token(self) -> str:
        """A name of this job that no other has, kept before anything is given out in its name."""
        return self._record.token

    @property
    def numbers(self) -> Numbers | None:
        """The numbers that were given out for it, None while they were not."""
        return self._record.numbers

    def keep(self, numbers: Numbers | None) -> None:
        """Write down the request with the numbers it was given."""
        self._record = Record(self._asked, self.token, numbers)
        with whole_file(self.path / records.NAME) as file:
            file.write(self._record.to_json())

    def draw(self, numbers: Numbers, *, tell: bool, told: Callable[[int], None], drawers: Drawers) -> Iterator[Line]:
        """Draw the files that are missing, in order, and tell of every label, of those in finished files too.

        told: hears how many more labels are done. A refusal takes away what this call made.
        """
        wanted = parts(self._asked)
        tasks = [part for part in wanted if tell or part.name in self._missing]
        told(self._asked.count - sum(part.stop - part.start for part in tasks))
        for worked in drawers.work(self._asked, numbers, tasks, self._missing, self.path, tell=tell):
            told(worked.labels)
            yield from worked.lines

    def give_up(self) -> None:
        """Remove what was made since it was opened: of a refused job nothing stays behind."""
        for name in self._missing:
            (self.path / name).unlink(missing_ok=True)
        clear(self.path, _OURS)
        if self._fresh:
            (self.path / records.NAME).unlink(missing_ok=True)
        if self._made and not any(self.path.iterdir()):
            self.path.rmdir()


@contextmanager
def opened(path: Path, asked: Asked, *, resume: bool = False, force: bool = False) -> Iterator[Folder]:
    """The folder, held for this process.

    resume: go on with what lies there, or begin; force: take away the files of the job that lies there; else it must be empty. Raises
    FolderInUse, FolderBusy, JobDiffers, RecordUnreadable, OSError.
    """
    path = path.absolute()
    made = not path.exists()
    path.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FolderBusy(folder=str(path)) from error
        folder = _claimed(path, asked, made=made, resume=resume, force=force)
        clear(path, _OURS)  # only now: of a folder that is refused nothing is touched
        yield folder
    finally:
        os.close(handle)


def _claimed(path: Path, asked: Asked, *, made: bool, resume: bool, force: bool) -> Folder:
    record = path / records.NAME
    if resume and record.exists():
        before = records.read(record)
        differing = _differences(before.asked, asked)
        if differing:
            raise JobDiffers(folder=str(path), fields=", ".join(differing))
        return Folder(path, asked, before, made=made)
    if force:
        _remove_job(path)
    elif any(not _OURS.fullmatch(unfinished(each.name)) for each in path.iterdir()):
        raise FolderInUse(folder=str(path))
    return Folder(path, asked, None, made=made)


def _differences(before: Asked, asked: Asked) -> list[str]:
    was, now = before.to_json(), asked.to_json()
    return sorted(name for name in now if was[name] != now[name])


def _remove_job(path: Path) -> None:
    """Take away the files of the job that lies here; whatever else lies here stays."""
    record = path / records.NAME
    if record.exists():
        for part in parts(records.read(record).asked):
            (path / part.name).unlink(missing_ok=True)
        record.unlink()
