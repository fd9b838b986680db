"""`truyxuat label` as acceptance calls it: every label is read from the files on the disk by a reader that drew none of them."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zplkit
from PIL import Image

from app.cli import refused
from app.label.commands import label
from app.label.stamps.serials import ALPHABET
from app.settings import Settings
from tests.label import measured
from tests.label.symbols.samples import CARTON, GTIN, GTIN_8, SSCC

Run = Callable[..., tuple[int, list[dict[str, Any]], str]]

RESOLUTIONS = (203, 300, 600)
IDENTIFIERS = {
    "qr-dl": "]Q1",
    "gs1-datamatrix": "]d2",
    "gs1-128": "]C1",
    "gs1-qr": "]Q3",
    "ean-13": "]E0",
    "ean-8": "]E4",
    "itf-14": "]I1",
    "dm-dl": "]d1",
    "sscc": "]C1",
}
RASTERISER = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs pdftoppm: apt-get install poppler-utils")


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Calls the command on the test's installation; (exit code, JSON lines of stdout, stderr)."""
    monkeypatch.setenv("TRUYXUAT_HOME", str(settings.home))
    monkeypatch.setenv("TRUYXUAT_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("TRUYXUAT_LANGUAGE", "en")

    def call(*arguments: object) -> tuple[int, list[dict[str, Any]], str]:
        capfd.readouterr()
        code = refused.run(label, [str(each) for each in arguments])
        told = capfd.readouterr()
        return code, [json.loads(line) for line in told.out.splitlines()], told.err

    return call


def usual(carrier: str) -> list[str]:
    """The product and data that a carrier is usually made for."""
    gtin = {"ean-8": GTIN_8, "itf-14": CARTON}.get(carrier, GTIN)
    if carrier in {"ean-8", "ean-13", "itf-14"}:
        return ["--gtin", gtin, "--carrier", carrier]
    if carrier == "sscc":
        return ["--gtin", gtin, "--carrier", carrier, "--lot", "L2026A", "--expiry", "2026-07-31", "--quantity", "48"]
    if carrier == "gs1-128":
        return ["--gtin", gtin, "--carrier", carrier, "--lot", "L2026A", "--expiry", "2026-07-31"]
    return ["--gtin", gtin, "--carrier", carrier, "--lot", "L2026A", "--expiry", "2026-07-31", "--serials", "random"]


def pages(told: dict[str, Any], dpi: int) -> tuple[measured.Picture, float]:
    """The page of a file that a line tells of as a picture, and its dots in a millimetre."""
    path = Path(told["file"])
    if path.suffix == ".png":
        with Image.open(path) as opened:
            assert opened.info["dpi"] == pytest.approx((dpi, dpi), abs=0.5)
            return np.asarray(opened.convert("L")), dpi / 25.4
    box = told["position"]
    if path.suffix == ".svg":
        return measured.of_svg(path.read_text(encoding="utf-8"), box["width"], box["height"], 40), 40
    if path.suffix == ".zpl":
        part = path.read_bytes().split(b"^XZ\n")[told["page"] - 1] + b"^XZ"
        raster = zplkit.render(part, zplkit.Options(dpi=dpi)).labels[0].rasterize()
        return np.frombuffer(raster.pixels, dtype=np.uint8).reshape(raster.height, raster.width), dpi / 25.4
    number = str(told["page"])
    ran = subprocess.run(["pdftoppm", "-gray", "-r", "600", "-f", number, "-l", number, path], check=True, capture_output=True)  # noqa: S607
    with Image.open(BytesIO(ran.stdout)) as opened:
        return np.asarray(opened), 600 / 25.4


def check(lines: list[dict[str, Any]], dpi: int, carrier: str) -> None:
    """Each label reads as told, with its symbols where they were told to be."""
    for told in lines:
        picture, dots = pages(told, dpi)
        assert measured.answers(measured.cut(picture, told["position"], dots), turned=True) == measured.held(told["symbols"])
        assert (told["content"], told["symbology_identifier"]) in measured.held(told["symbols"])
        assert told["symbology_identifier"] == IDENTIFIERS[carrier]
        assert max(measured.error(*measured.upright(picture, symbol, dots), dots) for symbol in told["symbols"]) <= measured.TOLERANCE


@RASTERISER
@pytest.mark.parametrize(
    ("form", "dpi"),
    [("png", 203), ("png", 300), ("png", 600), ("zpl", 203), ("zpl", 300), ("zpl", 600), ("svg", 0), ("pdf", 0), ("pdf", 203)],
)
@pytest.mark.parametrize("carrier", IDENTIFIERS)
def test_every_label_reads_back_from_its_file(run: Run, tmp_path: Path, carrier: str, form: str, dpi: int) -> None:
    resolution = ["--dpi", dpi] if dpi else []
    code, lines, _ = run(*usual(carrier), "--count", 2, "--format", form, *resolution, "--out", tmp_path / "out", "--json")
    assert code == 0
    assert [told["index"] for told in lines] == [1, 2]
    assert {Path(told["file"]).parent for told in lines} == {tmp_path / "out"}
    check(lines, dpi or 300, carrier)


def test_a_table_has_a_row_for_each_label_and_the_data_exactly(run: Run, tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("=1+1\n-5\nA1\n", encoding="utf-8")
    code, lines, _ = run("--gtin", GTIN, "--lot", "L1", "--expiry", "261231", "--serials", numbers, "--carrier", "gs1-datamatrix",
                         "--format", "csv", "--per-roll", 2, "--out", tmp_path / "out", "--json")  # fmt: skip
    assert (code, [told["serial"] for told in lines]) == (0, ["=1+1", "-5", "A1"])
    raw = (tmp_path / "out" / "labels.csv").read_bytes()
    assert raw.startswith(b'\xef\xbb\xbf"position","roll",')
    rows = list(csv.DictReader(StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [row["serial"] for row in rows] == ["=1+1", "-5", "A1"]
    assert [(row["position"], row["roll"], row["place_on_roll"]) for row in rows] == [("1", "1", "1"), ("2", "1", "2"), ("3", "2", "1")]
    assert rows[2]["content"] == lines[2]["content"] == f"01{GTIN}1726123110L1\x1d21A1"
    assert rows[2]["content_shown"] == f"01{GTIN}1726123110L1<GS>21A1"
    assert (rows[2]["gtin"], rows[2]["lot"], rows[2]["expiry"]) == (GTIN, "L1", "2026-12-31")
    assert (rows[2]["symbology_identifier"], rows[2]["carrier"]) == ("]d2", "gs1-datamatrix")
    assert rows[2]["human_readable"] == lines[2]["hri"] == f"(01){GTIN} (10)L1 (17)261231 (21)A1"


def test_random_serials_differ_and_are_written_down(run: Run, tmp_path: Path) -> None:
    code, lines, said = run(*usual("qr-dl"), "--count", 5, "--format", "zpl", "--out", tmp_path / "out", "--json")
    serials = [told["serial"] for told in lines]
    assert (code, len(set(serials))) == (0, 5)
    assert set("".join(serials)) <= set(ALPHABET)
    assert json.loads((tmp_path / "out" / "job.json").read_text(encoding="utf-8"))["numbers"]["serials"] == serials
    assert "job.json" in said


def test_paper_is_chosen_for_the_widest_serial_that_may_come(run: Run, tmp_path: Path) -> None:
    for number in range(5):
        code, [told], _ = run("--gtin", GTIN, "--lot", "L2026A", "--expiry", "261231", "--serials", "random", "--carrier", "gs1-128",
                              "--dpi", 600, "--format", "zpl", "--out", tmp_path / str(number), "--json")  # fmt: skip
        assert (code, told["symbology_identifier"]) == (0, "]C1")


def test_labels_are_alike_without_serials(run: Run, tmp_path: Path) -> None:
    code, lines, _ = run("--gtin", GTIN, "--lot", "L1", "--count", 3, "--format", "svg", "--out", tmp_path / "out", "--json")
    assert (code, {told["content"] for told in lines}) == (0, {f"https://id.gs1.org/01/{GTIN}/10/L1"})
    assert sorted(path.name for path in (tmp_path / "out").glob("*.svg")) == ["label-00001.svg", "label-00002.svg", "label-00003.svg"]


def test_links_lead_where_they_were_told_to(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, [told], said = run("--gtin", GTIN, "--out", tmp_path / "a", "--json")
    assert told["content"] == f"https://id.gs1.org/01/{GTIN}"
    assert "https://id.gs1.org" in said
    _, [told], said = run("--gtin", GTIN, "--stem", "https://nhan.example/t/", "--out", tmp_path / "b", "--json")
    assert (told["content"], said) == (f"https://nhan.example/t/01/{GTIN}", "")
    monkeypatch.setenv("TRUYXUAT_BASE_URL", "https://truy.example")
    _, [told], said = run("--gtin", GTIN, "--out", tmp_path / "c", "--json")
    assert (told["content"], said) == (f"https://truy.example/01/{GTIN}", "")


def test_further_identifiers_stand_in_the_symbol(run: Run, tmp_path: Path) -> None:
    code, [told], _ = run("--gtin", GTIN, "--lot", "L1", "--carrier", "gs1-128", "--more", "(3103)000500(15)270101", "--format", "png",
                          "--out", tmp_path / "out", "--json")  # fmt: skip
    assert code == 0
    assert told["hri"] == f"(01){GTIN} (10)L1 (3103)000500 (15)270101"
    check([told], 300, "gs1-128")


def test_bars_of_a_product_say_what_they_do_not_hold(run: Run, tmp_path: Path) -> None:
    code, [told], said = run("--gtin", GTIN, "--lot", "L1", "--carrier", "ean-13", "--format", "png", "--out", tmp_path / "out", "--json")
    assert (code, told["content"]) == (0, GTIN[1:])
    assert "(10)" in said


@pytest.mark.parametrize(("more", "carriers"), [((), ["qr-dl"]), (("--ean-13",), ["qr-dl", "ean-13"])])
def test_the_symbol_of_the_till_stands_beside_only_when_it_is_asked_for(
    run: Run, tmp_path: Path, more: tuple[str, ...], carriers: list[str]
) -> None:
    paper = ("--sheet", "roll-100x150", "--format", "png")
    code, [told], _ = run("--gtin", GTIN, "--carrier", "qr-dl", *paper, *more, "--out", tmp_path / "out", "--json")
    assert (code, [each["carrier"] for each in told["symbols"]]) == (0, carriers)


def test_what_is_left_out_for_lack_of_room_is_said(run: Run, tmp_path: Path) -> None:
    text = ("--gtin", GTIN, "--brand", "Hương Giang", "--sheet", "a4-5x13", "--format", "pdf")
    code, _, said = run(*text, "--out", tmp_path / "out", "--json")
    assert code == 0
    assert "Hương Giang" in said


def test_a_logistic_unit_has_no_serial_number_but_its_sscc(run: Run, tmp_path: Path) -> None:
    arguments = ("--serials", "random", "--count", 2, "--carrier", "sscc", "--format", "zpl", "--out", tmp_path / "out", "--json")
    code, lines, said = run("--gtin", GTIN, *arguments)
    assert (code, [told["serial"] for told in lines], len({told["sscc"] for told in lines})) == (0, ["", ""], 2)
    assert "(21)" in said


def test_a_chosen_sscc_stands_on_every_label(run: Run, tmp_path: Path) -> None:
    arguments = ("--gtin", GTIN, "--carrier", "sscc", "--sscc", SSCC, "--count", 2, "--format", "zpl", "--out", tmp_path / "out", "--json")
    code, lines, _ = run(*arguments)
    assert (code, [told["sscc"] for told in lines]) == (0, [SSCC, SSCC])
    assert {told["content"] for told in lines} == {f"00{SSCC}"}


def test_fresh_ssccs_begin_with_digits_that_belong_to_the_owner(run: Run, tmp_path: Path) -> None:
    _, first, said = run("--gtin", GTIN, "--carrier", "sscc", "--count", 2, "--format", "zpl", "--out", tmp_path / "a", "--json")
    _, second, _ = run("--gtin", GTIN, "--carrier", "sscc", "--count", 2, "--format", "zpl", "--out", tmp_path / "b", "--json")
    numbers = [told["sscc"] for told in [*first, *second]]
    assert [number[1:17] for number in numbers] == [GTIN[1:13] + f"{reference:04}" for reference in range(4)]
    assert GTIN[1:13] in said


def test_ssccs_are_counted_under_the_prefix_and_extension_that_were_named(run: Run, tmp_path: Path) -> None:
    named = ("--company-prefix", "9521234", "--extension", 3)
    _, [told], said = run("--gtin", GTIN, "--carrier", "sscc", *named, "--format", "zpl", "--out", tmp_path / "a", "--json")
    assert (told["sscc"][:17], said) == ("39521234000000000", "")


@pytest.mark.usefixtures("run")
def test_people_are_told_in_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert refused.run(label, ["--gtin", GTIN, "--count", "2", "--format", "zpl", "--out", str(tmp_path / "out")]) == 0
    assert capfd.readouterr().out == f"Labels: 2 · files: 1 · paper: roll-70x40 · folder: {tmp_path / 'out'}\n"


def test_a_page_with_rulers_is_made_without_a_product(run: Run, tmp_path: Path) -> None:
    code, [told], _ = run("--test-page", "--sheet", "a4-2x5", "--out", tmp_path / "out", "--json")
    assert (code, told["sheet"], Path(told["file"]).read_bytes()[:5]) == (0, "a4-2x5", b"%PDF-")


def test_sheets_begin_at_the_place_that_was_named(run: Run, tmp_path: Path) -> None:
    _, lines, _ = run("--gtin", GTIN, "--count", 3, "--sheet", "a4-3x8", "--first-place", 24, "--out", tmp_path / "out", "--json")
    assert [told["page"] for told in lines] == [1, 2, 2]
    assert lines[0]["position"]["y"] > 200 > lines[1]["position"]["y"]


WRONG = {
    "check digit": (("--gtin", "9521234543214"), "identify.wrong-check-digit"),
    "month 13": (("--expiry", "2026-13-01"), "label.expiry-wrong"),
    "month 13 in a symbol": (("--expiry", "261301"), "label.expiry-wrong"),
    "long lot": (("--lot", "L" * 21), "identify.wrong-length"),
    "accents in a lot": (("--lot", "Lô1"), "identify.wrong-character"),
    "carrier": (("--carrier", "aztec"), "label.carrier-unknown"),
    "sheet": (("--sheet", "a3"), "label.layout-unknown"),
    "resolution": (("--dpi", 150, "--format", "png"), "label.resolution-unknown"),
    "resolution of a sheet": (("--dpi", 150), "label.resolution-unknown"),
    "symbol too wide": (
        ("--lot", "L" * 20, "--more", "(240)" + "M" * 30 + "(241)" + "N" * 30, "--carrier", "gs1-128"),
        "label.gs1-128-too-long",
    ),
    "no labels": (("--count", 0), "label.count"),
    "too many labels": (("--count", 1_000_001), "label.count"),
    "letters of no typeface": (("--product", "牛乳"), "label.letter-missing"),
    "option twice": (("--more", "(10)L"), "label.said-twice"),
    "no carton": (("--carrier", "ean-8"), "label.no-ean8"),
    "wrong sscc": (("--carrier", "sscc", "--sscc", "095212340000000014"), "identify.wrong-check-digit"),
    "place of no sheet": (("--first-place", 25, "--sheet", "a4-3x8"), "label.place-unknown"),
    "no file": (("--serials", "/nowhere/numbers.txt"), "cli.file-unusable"),
}


@pytest.mark.parametrize(("arguments", "error"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_refused_before_anything_is_drawn(run: Run, tmp_path: Path, arguments: tuple[Any, ...], error: str) -> None:
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    wanted = {"--gtin": GTIN, "--out": tmp_path / "out"} | given
    code, [told], _ = run(*(each for pair in wanted.items() for each in pair), "--json")
    assert (code, told["error"]["code"]) == (1, error)
    assert told["error"]["remedy"]
    assert told["error"]["pointer"].startswith("/") or error == "cli.file-unusable"  # which tells the file
    assert not (tmp_path / "out").exists()


def test_a_wrong_file_of_serial_numbers_is_refused_line_by_line(run: Run, tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("A1\nA1\nÂ2\n", encoding="utf-8")
    code, [told], _ = run("--gtin", GTIN, "--serials", numbers, "--out", tmp_path / "out", "--json")
    assert (code, [found["pointer"] for found in told["error"]["findings"]]) == (1, ["line 2", "line 3"])
    code, [told], _ = run("--gtin", GTIN, "--serials", numbers, "--count", 2, "--out", tmp_path / "out", "--json")
    assert (code, told["error"]["code"]) == (1, "label.serial-file")
    numbers.write_text("A1\nA2\n", encoding="utf-8")
    code, [told], _ = run("--gtin", GTIN, "--serials", numbers, "--count", 3, "--out", tmp_path / "out", "--json")
    assert (code, told["error"]["code"]) == (1, "label.count-differs")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments", [(), ("--gtin", GTIN, "--format", "gif"), ("--gtin", GTIN, "--resume", "--force"), ("--gtin", GTIN, "--dx", 11)]
)
def test_a_wrong_call_is_told_apart_from_a_refusal(run: Run, tmp_path: Path, arguments: tuple[Any, ...]) -> None:
    code, lines, said = run(*arguments, "--out", tmp_path / "out", "--json")
    assert (code, lines) == (2, [])
    assert said


def test_a_job_that_a_counter_cannot_serve_takes_none_of_its_numbers(run: Run, tmp_path: Path) -> None:
    few = ("--gtin", GTIN, "--carrier", "sscc", "--company-prefix", GTIN[1:13], "--format", "csv", "--json")  # 10,000 in all
    code, [refused_as], _ = run(*few, "--count", 10_001, "--out", tmp_path / "a")
    assert code == 1
    assert "label.sscc-exhausted" in str(refused_as)
    assert "10001" in str(refused_as)
    code, [told], _ = run(*few, "--count", 1, "--out", tmp_path / "b")
    assert (code, told["sscc"][13:17]) == (0, "0000")


@pytest.mark.parametrize("sheet", ["roll-70x40", "a4-3x8", "a4-4x10"])
def test_a_small_gs1_qr_keeps_its_quiet_zone_on_a_coarse_print_head(run: Run, tmp_path: Path, sheet: str) -> None:
    arguments = ("--carrier", "gs1-qr", "--format", "png", "--dpi", 203, "--sheet", sheet, "--out", tmp_path / "out", "--json")
    code, [told], _ = run("--gtin", GTIN, *arguments)
    assert (code, told["symbology_identifier"]) == (0, "]Q3")
