"""The page about printing: its tables are the program's own figures, its commands make what is said, its refusals are refused."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.cli import refused
from app.label.commands import label
from app.label.drawing.compose import compose
from app.label.drawing.design import LabelText, make_label
from app.label.drawing.layouts import LAYOUTS
from app.label.excel import columns as sheet_columns
from app.label.jobs import print_house
from app.label.jobs.pages import AT_ONCE
from app.label.runs import runs
from app.label.symbols.carrier import symbols
from app.label.symbols.specification import Specification, Use, specification, widths
from app.label.symbols.symbol import Carrier
from app.settings import Settings
from app.web.pictures.drawing import number
from tests.handbook import pages
from tests.label.symbols.samples import USUAL

PAGE = "printing"
DOTS = {203: 1 / 8, 300: 25.4 / 300, 600: 25.4 / 600}
SIZES = (
    ("qr-dl", Use.RETAIL),
    ("dm-dl, gs1-datamatrix", Use.RETAIL),
    ("gs1-qr", Use.DISTRIBUTION),
    ("ean-13", Use.RETAIL),
    ("ean-8", Use.RETAIL),
    ("gs1-128, itf-14", Use.DISTRIBUTION),
    ("gs1-128", Use.OTHER),
    ("itf-14", Use.OTHER),
    ("sscc", Use.LOGISTIC),
)
"""Rows of the table of sizes, in order."""

Run = Callable[[str], tuple[int, str]]


def _table(language: str, section: int, width: int) -> list[list[str]]:
    """Rows of the tables with so many columns in a section, counted from 0."""
    return [row for row in pages.rows(pages.sections(PAGE, language)[section][1]) if len(row) == width]


def _carriers(cell: str) -> list[Carrier]:
    return [Carrier(name) for name in re.findall(r"`([^`]+)`", cell)]


def _heights(row: Specification, language: str) -> str:
    if not row.height:
        return ""
    if not row.scaled:
        return f"{number(row.height, language)} mm"
    return " / ".join(number(row.height_at(x), language) for x in (row.least, row.target, row.most)) + " mm"


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_size_of_the_table_stands_in_the_specification(language: str) -> None:
    told = _table(language, 3, 3)
    assert len(told) == len(SIZES)
    for (names, use), cells in zip(SIZES, told, strict=True):
        by = _carriers(cells[0])
        assert ", ".join(by) == names
        for row in (specification(each, use) for each in by):
            assert cells[1] == " / ".join(number(x, language, 3) for x in (row.least, row.target, row.most))
            bars, _, quiet = cells[2].rpartition(";")
            assert bars.strip() == _heights(row, language)
            assert set(map(int, re.findall(r"\d+", quiet))) == set(row.quiet)


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_width_of_whole_dots_is_one_that_the_program_prints(language: str) -> None:
    shown = _table(language, 4, 4)
    assert {by for row in shown for by in _carriers(row[0])} == set(Carrier)
    for cells in shown:
        for by in _carriers(cells[0]):
            for cell, dot in zip(cells[1:], DOTS.values(), strict=True):
                found = widths(specification(by), dot)
                ends = [number(x, language, 3) for x in (found[-1], found[0])]
                counts = [str(round(x / dot)) for x in (found[-1], found[0])]
                assert cell == f"{ends[0]}–{ends[1]} ({counts[0]}–{counts[1]})"


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_paper_is_told_with_its_size(language: str) -> None:
    told = _table(language, 2, 3)
    assert [row[0].strip("`") for row in told] == list(LAYOUTS)
    for row, layout in zip(told, LAYOUTS.values(), strict=True):
        measured = [float(size.replace(",", ".")) for size in re.findall(r"[\d.,]+", row[2])]
        assert measured == [layout.width, layout.height]
        assert str(layout.on_a_page) in row[1] or layout.on_a_page == 1


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_carrier_is_told_with_what_its_reader_announces(language: str) -> None:
    told = {row[0].split("`")[1]: row[2].strip("`") for row in _table(language, 1, 3)}
    assert told == {by.value: symbols(by, USUAL[by])[-1].identifier for by in Carrier}


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_column_for_print_houses_and_of_the_sheet_is_told(language: str) -> None:
    inline = pages.inline(PAGE, language)
    start = inline.index("position")
    assert tuple(inline[start : start + len(print_house.COLUMNS)]) == print_house.COLUMNS
    explained = [row[0].strip("`") for row in _table(language, 11, 2)]
    assert explained == [column.key for column in sheet_columns.COLUMNS]


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_both_symbols_stand_side_by_side_on_the_papers_that_are_told(language: str) -> None:
    text = LabelText("Vải sấy Thanh Hà, túi 500 g", "Hương Giang", "HTX Vải Hương Giang", "500 g")
    goods = {"lot": "H2606121", "serial": "K7M2Q9XD4RTB", "expiry": date(2028, 6, 12), "stem": "https://trace.example.vn"}
    made = make_label(text, "09521001000024", **goods)  # type: ignore[arg-type]
    both = {name for name, layout in LAYOUTS.items() if not layout.logistic and len(compose(made, layout).symbols) == 2}
    _, example = pages.sections(PAGE, language)[0]
    assert {name for name in re.findall(r"`([a-z0-9-]+)`", example) if name in LAYOUTS} == both


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_what_comes_at_once_and_how_long_files_are_kept_is_told_as_it_is(language: str) -> None:
    own = re.sub(r"(?<=\d)[.,\u00a0\u202f ](?=\d{3})", "", pages.sections(PAGE, language)[8][1]).rsplit("\n6. ", 1)[1]
    assert [int(told) for told in re.findall(r"\d+", own)] == [AT_ONCE, runs.KEPT_DAYS]


# ------------------------------------------------------------------------------------------------ the commands of the page


@pytest.fixture
def run(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a line of the page on the installation of the test, in a folder of its own; (exit code, what it printed)."""
    monkeypatch.setenv("TRUYXUAT_HOME", str(settings.home))
    monkeypatch.setenv("TRUYXUAT_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("TRUYXUAT_LANGUAGE", "en")
    folder = tmp_path / "made"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def call(line: str) -> tuple[int, str]:
        before, _, command = line.rpartition(" | ")
        if before:
            echoed = subprocess.run(shlex.split(before), capture_output=True, text=True, check=True).stdout
            (folder / "serials.txt").write_text(echoed.replace("\\n", "\n"), encoding="utf-8")
            command = command.replace("--serials -", "--serials serials.txt")
        capfd.readouterr()
        code = refused.run(label, shlex.split(command)[2:])
        told = capfd.readouterr()
        return code, told.out + told.err

    return call


def _lines() -> list[str]:
    shell = "\n".join(pages.blocks(PAGE, kind="sh"))
    return [line for line in shell.splitlines() if "truyxuat label" in line]


def test_the_commands_of_the_page_make_the_files_that_are_told(run: Run) -> None:
    lines = [line for line in _lines() if "--json" not in line]
    assert len(lines) == 6
    for line in lines:
        code, told = run(line)
        assert code == 0, told
    made = {path.as_posix() for path in Path().rglob("*.*") if path.suffix != ".json"}
    assert made == {
        "sheet/labels.pdf", "small/label-00001.png", "carton/label-00001.svg", "rolls/labels.csv", "pallet/labels.zpl", "ruler/ruler.pdf",
    }  # fmt: skip
    assert len((Path("rolls") / "labels.csv").read_text(encoding="utf-8").splitlines()) == 501


def test_the_label_that_is_told_in_json_is_told_so(run: Run) -> None:
    ((line, kind, shown),) = [pair for pair in pages.pairs(PAGE) if "truyxuat label" in pair[0]]
    code, told = run(line.strip())
    assert (code, kind) == (0, "json")
    found, wanted = json.loads(told.splitlines()[0]), json.loads(shown)
    assert Path(found.pop("file")).parts[-2:] == tuple(Path(wanted.pop("file")).parts)
    assert found == wanted


REFUSED: dict[str, str] = {
    "identify.wrong-check-digit": "--gtin 09521001000025",
    "label.expiry-wrong": "--gtin 09521001000024 --lot H2606121 --expiry 2028-13-12",
    "identify.wrong-length": "--gtin 09521001000024 --lot H26061212606121260612126",
    "identify.wrong-character": "--gtin 09521001000024 --lot LÔ1",
    "label.gs1-128-too-long": "--gtin 09521001000024 --lot H2606121 --carrier gs1-128 --more (240)ABCDEFGHIJKLMNOPQRSTUVWXYZ012",
    "label.no-ean13": "--gtin 19521001000021 --carrier ean-13",
    "label.symbol-too-wide": "--gtin 09521001000024 --lot H2606121 --carrier gs1-128 --sheet roll-50x25",
    "label.text-too-long": "--gtin 09521001000024 --lot H2606121 --sheet roll-50x25 --product " + "Nhãn" * 60,
    "label.sscc-exhausted": "--gtin 09521001000024 --carrier sscc --company-prefix 952100100002 --count 10001",
}
"""Codes of the table by a command that is refused with it. Ranges and print heads are refused elsewhere: see `ELSEWHERE`."""

ELSEWHERE: dict[str, Any] = {
    "label.range-exhausted": "tests/label/stamps/test_ranges.py",
    "label.resolution-too-coarse": "tests/label/drawing",
}


@pytest.mark.parametrize("code", sorted(REFUSED))
def test_what_the_page_says_is_refused_is_refused_and_leaves_nothing(run: Run, code: str) -> None:
    exit_code, told = run(f"truyxuat label {REFUSED[code]} --out refused --json")
    assert exit_code == 1, told
    (said,) = [json.loads(line)["error"] for line in told.splitlines() if line.startswith('{"error"')]
    assert code in {said["code"], *(finding["code"] for finding in said["findings"])}
    assert not Path("refused").exists()


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_refusal_of_the_table_is_tried(language: str) -> None:
    told = {code for row in _table(language, 13, 2) for code in re.findall(r"`([a-z]+\.[a-z0-9-]+)`", row[1])}
    assert told == REFUSED.keys() | ELSEWHERE.keys()
