"""Files that are there whole or not at all, whenever a job is broken off."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_UNFINISHED = ".unfinished"


_AT_ONCE = 16
"""Files that are put on the disk at the same time: the disk takes them in one go, which is four times as fast as one after another."""


class WholeFiles:
    """Files of a folder that get their names together, when all of them are on the disk."""

    def __init__(self) -> None:
        self._begun: list[tuple[BinaryIO, Path, Path]] = []

    def begin(self, path: Path) -> BinaryIO:
        """A file to write; it is closed by `finish`."""
        unfinished = path.with_name(f".{path.name}{_UNFINISHED}")
        file = unfinished.open("wb")
        self._begun.append((file, unfinished, path))
        return file

    @property
    def latest(self) -> str | None:
        """The file that was begun last."""
        return str(self._begun[-1][2]) if self._begun else None

    def finish(self) -> None:
        """Put everything on the disk and give it its names."""
        with ThreadPoolExecutor(min(_AT_ONCE, len(self._begun) or 1)) as pool:
            for done in [pool.submit(_settled, file) for file, _, _ in self._begun]:
                done.result()
        for _, unfinished, path in self._begun:
            unfinished.replace(path)
        for folder in {path.parent for _, _, path in self._begun}:
            settle(folder)
        self._begun.clear()

    def give_up(self) -> None:
        """Remove what has no name yet."""
        for file, unfinished, _ in self._begun:
            file.close()
            unfinished.unlink(missing_ok=True)


def _settled(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()


@contextmanager
def whole_files() -> Iterator[WholeFiles]:
    """Files that get their names at the end, all of them, or none when something fails before."""
    files = WholeFiles()
    try:
        yield files
        files.finish()
    except OSError as error:
        if error.filename is None:  # a full disk is told by a write, which knows no name
            error.filename = files.latest
        raise
    finally:
        files.give_up()


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes its name when everything is on the disk."""
    with whole_files() as files:
        yield files.begin(path)


def settle(folder: Path) -> None:
    """Make the names in a folder survive a power cut too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unfinished(name: str) -> str:
    """The name that an unfinished file would have had, "" for any other file."""
    whole = name.startswith(".") and name.endswith(_UNFINISHED)
    return name[1 : -len(_UNFINISHED)] if whole else ""


def clear(folder: Path, ours: re.Pattern[str]) -> None:
    """Remove what a killed process left unfinished; ours: the names of its files. Files of other programs stay."""
    for left in folder.glob(f".*{_UNFINISHED}"):
        if ours.fullmatch(unfinished(left.name)):
            left.unlink(missing_ok=True)
