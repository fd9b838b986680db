"""A record that somebody changed by hand is refused whole; files of others are never touched."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from app.cli.refused import run as run_command
from app.label.folder import record
from app.label.folder.asked import Numbers
from app.label.folder.folder import FolderInUse, opened
from app.label.folder.record import RecordUnreadable
from app.label.folder.whole_file import whole_file
from tests.label.folder.test_folder import drawn, numbers, request

CHANGES: list[Callable[[dict[str, Any]], object]] = [
    lambda said: said["numbers"]["serials"].pop(),
    lambda said: said["numbers"]["serials"].__setitem__(0, said["numbers"]["serials"][1]),
    lambda said: said["numbers"]["serials"].__setitem__(0, "Số 1"),
    lambda said: said["numbers"]["serials"].__setitem__(0, ".."),
    lambda said: said["numbers"]["serials"].__setitem__(0, 7),
    lambda said: said["numbers"]["serials"].__setitem__(0, "A" * 21),
    lambda said: said["numbers"].__setitem__("serials", "ABCD"),
    lambda said: said["numbers"].__setitem__("ssccs", ["095210010000000001"]),
    lambda said: said["asked"].__setitem__("count", "3"),
    lambda said: said["asked"].__setitem__("count", True),  # noqa: FBT003  # a value of JSON
    lambda said: said["asked"].__setitem__("count", 10**9),
    lambda said: said["asked"].__setitem__("count", 0),
    lambda said: said["asked"].__setitem__("form", "../x"),
    lambda said: said["asked"].__setitem__("sheet", "no-such-sheet"),
    lambda said: said["asked"].__setitem__("first_place", -3),
    lambda said: said["asked"].__setitem__("lines", [1]),
    lambda said: said["asked"].__setitem__("more", [["240"]]),
    lambda said: said["asked"].__setitem__("foreign", 1),
    lambda said: said["asked"].pop("lot"),
    lambda said: said.__setitem__("asked", []),
    lambda said: said.__setitem__("token", 7),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("way", ["resume", "force"])
def test_a_record_that_was_changed_by_hand_is_refused_and_nothing_is_removed(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], way: str
) -> None:
    asked = request()
    with opened(tmp_path, asked) as folder:
        folder.keep(numbers())
        drawn(folder, numbers())
    said = json.loads((tmp_path / record.NAME).read_bytes())
    change(said)
    (tmp_path / record.NAME).write_text(json.dumps(said), encoding="utf-8")
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(RecordUnreadable) as told, opened(tmp_path, asked, **{way: True}):
        pass
    assert told.value.params == {"file": str(tmp_path / record.NAME)}
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("given", [None, numbers()])
def test_a_record_is_read_back_as_it_was_written(tmp_path: Path, given: Numbers | None) -> None:
    with opened(tmp_path, request()) as folder:
        folder.keep(given)
        found = record.read(folder.path / record.NAME)
        assert (found.asked, found.token, found.numbers) == (request(), folder.token, given)


def test_files_of_others_are_never_cleared_away(tmp_path: Path) -> None:
    notes, ours = tmp_path / ".notes.unfinished", tmp_path / ".labels.zpl.unfinished"
    notes.write_text("somebody is writing", encoding="utf-8")
    ours.write_text("half", encoding="utf-8")
    with pytest.raises(FolderInUse), opened(tmp_path, request()):
        pass
    assert (notes.exists(), ours.exists()) == (True, True)
    with opened(tmp_path, request(), force=True):
        assert (notes.exists(), ours.exists()) == (True, False)


def test_what_a_killed_process_left_does_not_make_a_folder_used(tmp_path: Path) -> None:
    (tmp_path / ".job.json.unfinished").write_text("half", encoding="utf-8")
    with opened(tmp_path, request()) as folder:
        assert folder.numbers is None
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_with_the_file_and_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    def writing() -> None:
        with whole_file(tmp_path / "labels-007.pdf"), Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")

    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as raised:
        writing.main(args=[], standalone_mode=False)
    assert raised.value.filename == str(tmp_path / "labels-007.pdf")
    assert run_command(writing, []) == 1
    told = capsys.readouterr().err
    assert "labels-007.pdf" in told
    assert "--resume" in told
