"""Files that are there whole or not at all, whenever a job is broken off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_UNFINISHED = ".unfinished"


@contextmanager
def whole_file(path: Path, *, keep: bool = True) -> Iterator[BinaryIO]:
    """A file to write, which takes its name when everything is on the disk; without `keep` it never does."""
    unfinished = path.with_name(f".{path.name}{_UNFINISHED}") if keep else Path(os.devnull)
    try:
        with unfinished.open("wb") as file:
            yield file
            if keep:
                file.flush()
                os.fsync(file.fileno())
        if keep:
            unfinished.replace(path)
    except BaseException:
        if keep:
            unfinished.unlink(missing_ok=True)
        raise


def settle(folder: Path) -> None:
    """Make the names in a folder survive a power cut too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear(folder: Path) -> None:
    """Remove what a killed process left unfinished."""
    for left in folder.glob(f".*{_UNFINISHED}"):
        left.unlink(missing_ok=True)
