"""A job that is broken off goes on with the same numbers, and a folder is never mixed up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from app.label.drawing import printer
from app.label.folder.asked import Asked, Numbers
from app.label.folder.drawers import DrawerLost, Drawers
from app.label.folder.folder import Folder, FolderBusy, opened
from app.label.folder.parts import Line, parts
from app.label.folder.whole_file import whole_file
from app.label.refusals import SymbolTooWide
from app.label.symbols.carrier import Carrier
from tests.label.symbols.samples import GTIN
from tests.label.test_commands import Run
from tests.label.test_commands import run as run  # noqa: PLC0414  # a fixture is found under its name
from tests.travellers import whole


def request(count: int = 4, form: str = "zpl", **more: Any) -> Asked:
    return Asked(GTIN, Carrier.QR_DL, form, count, "roll-70x40", "L1", dpi=203, serialised=True, **more)


def numbers(count: int = 4) -> Numbers:
    return Numbers(tuple(f"7K3M9P2X{number:04}" for number in range(count)))


def drawn(folder: Folder, given: Numbers, drawers: Drawers | None = None) -> list[Line]:
    return list(folder.draw(given, tell=True, told=lambda more: None, drawers=drawers or Drawers(1)))  # noqa: ARG005  # nobody watches


def test_what_is_finished_stays_and_what_is_missing_is_drawn(tmp_path: Path) -> None:
    asked, given = request(form="png"), numbers()
    with opened(tmp_path, asked) as folder:
        folder.keep(given)
        first = drawn(folder, given)
    made = {path.name: path.read_bytes() for path in tmp_path.glob("*.png")}
    (tmp_path / "label-00002.png").unlink()
    (tmp_path / "label-00003.png").write_bytes(b"kept as it is")
    (tmp_path / ".label-00004.png.unfinished").write_bytes(b"half")
    with opened(tmp_path, asked, resume=True) as folder:
        assert folder.numbers == given
        again = drawn(folder, given)
    assert again == first
    assert (tmp_path / "label-00002.png").read_bytes() == made["label-00002.png"]
    assert (tmp_path / "label-00003.png").read_bytes() == b"kept as it is"
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("form", ["png", "svg", "pdf", "zpl", "csv"])
def test_a_resumed_job_has_the_bytes_of_one_that_was_never_broken_off(tmp_path: Path, form: str) -> None:
    asked, given = request(form=form), numbers()
    for name in ("one", "two"):
        with opened(tmp_path / name, asked) as folder:
            folder.keep(given)
            drawn(folder, given)
    gone = parts(asked)[0].name
    (tmp_path / "two" / gone).unlink()
    with opened(tmp_path / "two", asked, resume=True) as folder:
        drawn(folder, given)
    assert (tmp_path / "two" / gone).read_bytes() == (tmp_path / "one" / gone).read_bytes()


def test_a_folder_that_is_not_empty_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    for more in ((), ("--resume",)):
        code, [told], _ = run("--gtin", GTIN, "--out", tmp_path, "--json", *more)
        assert (code, told["error"]["code"]) == (1, "label.folder-in-use")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_replaced_job_leaves_nothing_behind_but_what_is_not_its_own(run: Run, tmp_path: Path) -> None:
    assert run("--gtin", GTIN, "--count", 3, "--format", "svg", "--out", tmp_path, "--json")[0] == 0
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert run("--gtin", GTIN, "--count", 1, "--format", "zpl", "--out", tmp_path, "--json", "--force")[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job.json", "labels.zpl", "notes.txt"]


def test_another_request_does_not_go_on_with_a_job(run: Run, tmp_path: Path) -> None:
    run("--gtin", GTIN, "--lot", "L1", "--count", 2, "--format", "zpl", "--out", tmp_path, "--json")
    code, [told], _ = run("--gtin", GTIN, "--lot", "L2", "--count", 3, "--format", "zpl", "--out", tmp_path, "--json", "--resume")
    assert (code, told["error"]["code"]) == (1, "label.job-differs")
    assert "count, lot" in told["error"]["detail"]


def test_other_serial_numbers_do_not_go_on_with_a_job(run: Run, tmp_path: Path) -> None:
    listed = tmp_path / "numbers.txt"
    arguments = ("--gtin", GTIN, "--serials", listed, "--format", "zpl", "--out", tmp_path / "out", "--json")
    listed.write_text("A1\nA2\n", encoding="utf-8")
    assert run(*arguments)[0] == 0
    assert run(*arguments, "--resume")[0] == 0
    listed.write_text("A1\nA3\n", encoding="utf-8")
    code, [told], _ = run(*arguments, "--resume")
    assert (code, told["error"]["code"]) == (1, "label.job-differs")


def test_a_resumed_job_has_the_serials_it_began_with(run: Run, tmp_path: Path) -> None:
    arguments = ("--gtin", GTIN, "--serials", "random", "--count", 3, "--format", "png", "--out", tmp_path / "out", "--json", "--resume")
    _, first, _ = run(*arguments)
    (tmp_path / "out" / "label-00002.png").unlink()
    code, again, _ = run(*arguments)
    assert (code, again) == (0, first)
    assert (tmp_path / "out" / "label-00002.png").exists()


def test_a_broken_record_is_refused(run: Run, tmp_path: Path) -> None:
    run("--gtin", GTIN, "--format", "zpl", "--out", tmp_path, "--json")
    record = tmp_path / "job.json"
    for content in (b"", b"[]", b'{"version": 1}', record.read_bytes().replace(b'"version": 1', b'"version": 2')):
        record.write_bytes(content)
        code, [told], _ = run("--gtin", GTIN, "--format", "zpl", "--out", tmp_path, "--json", "--resume")
        assert (code, told["error"]["code"]) == (1, "label.record-unreadable")


def test_two_processes_do_not_draw_into_one_folder(tmp_path: Path) -> None:
    with opened(tmp_path, request()), pytest.raises(FolderBusy), opened(tmp_path, request(), resume=True):
        pass


def test_a_file_that_fails_halfway_never_has_its_name(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"before")
    with pytest.raises(TypeError), whole_file(tmp_path / "a") as file:
        file.writelines([b"half", 1])  # type: ignore[list-item]  # what fails while it is written
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"before")]


@pytest.mark.slow
@pytest.mark.processes
def test_several_processes_draw_the_same_files_in_the_same_order(tmp_path: Path) -> None:
    asked, given = request(700, "png"), numbers(700)
    told = []
    for name, drawers in (("one", Drawers(1)), ("two", Drawers(2))):
        with opened(tmp_path / name, asked) as folder:
            told.append([line | {"file": Path(line["file"]).name} for line in drawn(folder, given, drawers)])
    assert told[0] == told[1]
    names = sorted(path.name for path in (tmp_path / "one").glob("*.png"))
    assert len(names) == 700
    assert [name for name in names if (tmp_path / "one" / name).read_bytes() != (tmp_path / "two" / name).read_bytes()] == []


@pytest.mark.processes
def test_a_refusal_in_another_process_arrives_as_itself_and_leaves_nothing(tmp_path: Path) -> None:
    serials = (*numbers(699).serials, "&" * 20)
    asked, given = request(700, "png", stem="https://" + "m" * 150 + ".example"), Numbers(serials)
    with opened(tmp_path / "out", asked) as folder:
        folder.keep(given)
        with pytest.raises(SymbolTooWide) as refused:
            drawn(folder, given, Drawers(2))
        folder.give_up()
    with pytest.raises(SymbolTooWide) as here:
        printer.draw("png", asked.labels(given, 0, 1), asked.layout(), asked.printer())
    assert whole(refused.value) == whole(here.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.processes
def test_a_drawing_process_that_is_killed_is_told_and_leaves_what_is_whole(tmp_path: Path) -> None:
    asked, given = request(700, "png"), numbers(700)
    killed: list[int] = []

    def murder(labels: int) -> None:
        for child in active_children() if labels and not killed else ():
            killed.append(child.pid or 0)
            child.kill()

    with opened(tmp_path, asked) as folder:
        folder.keep(given)
        with pytest.raises(DrawerLost) as lost:
            list(folder.draw(given, tell=True, told=murder, drawers=Drawers(2)))
        assert (lost.value.code, len(killed)) == ("label.drawer-lost", 2)
    with opened(tmp_path, asked, resume=True) as folder:
        assert len(drawn(folder, given)) == 700


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_a_job_that_is_killed_goes_on_with_the_same_numbers(tmp_path: Path, blow: signal.Signals) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "app", "label", "--gtin", GTIN, "--serials", "random", "--count", "1500", "--format", "png",
               "--dpi", "203", "--sheet", "roll-50x25", "--out", str(out)]  # fmt: skip
    environment = os.environ | {"TRUYXUAT_HOME": str(tmp_path / "home"), "TRUYXUAT_LANGUAGE": "en"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as running:
        while running.poll() is None and not (out / "label-00100.png").exists():
            continue
        running.send_signal(blow)
        said = running.communicate(timeout=60)[1]
    before = {path.name: path.read_bytes() for path in out.glob("*.png")}
    serials = json.loads((out / "job.json").read_bytes())["numbers"]["serials"]
    assert 0 < len(before) < 1500
    assert running.returncode == (130 if blow is signal.SIGINT else -9)
    assert ("--resume" in said) is (blow is signal.SIGINT)
    done = subprocess.run([*command, "--resume", "--json"], env=environment, check=True, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["serial"] for line in lines] == serials
    assert len(list(out.glob("label-*.png"))) == 1500
    assert {name: (out / name).read_bytes() for name in before} == before
