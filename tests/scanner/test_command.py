from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.__main__ import main
from tests import ROOT
from tests.scanner import pictures


@pytest.fixture(autouse=True)
def _needs_all(needs: Callable[..., None]) -> None:
    needs("zxing", "zbar", "opencv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for symbology in pictures.SYMBOLS:
        (tmp_path / f"{symbology}.png").write_bytes(pictures.encoded(pictures.symbol(symbology)))
    return tmp_path


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    code = main(["--json", *arguments])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_image_is_one_object_in_the_order_given(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = [str(folder / f"{symbology}.png") for symbology in reversed(pictures.SYMBOLS)]
    code, answers = _json(capsys, *named)
    assert code == 0
    assert [answer["file"] for answer in answers] == named
    assert [answer["readings"][0]["symbology"] for answer in answers] == list(reversed(pictures.SYMBOLS))
    assert set(answers[0]) == {"file", "readings", "ms"}
    assert set(answers[0]["readings"][0]) == {"text", "symbology", "identifier", "corners", "decoder", "ms", "gs1"}


def test_a_folder_is_the_pictures_in_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "notes.txt").write_text("no picture")
    code, answers = _json(capsys, str(folder))
    assert (code, len(answers)) == (0, len(pictures.SYMBOLS))


def test_every_gs1_symbol_is_given_its_meaning(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, answers = _json(capsys, str(folder))
    meaning = {answer["readings"][0]["symbology"]: answer["readings"][0]["gs1"] for answer in answers}
    assert meaning["QR Code"]["path"] == [["01", "09521234567899"], ["10", "L7"], ["21", "A1B2C3D4E5"]]
    assert ["17", "271231"] in meaning["QR Code"]["attributes"]
    assert meaning["Data Matrix"]["canonical"] == meaning["Code 128"]["canonical"]
    assert ["21", "A1B2C3"] in meaning["Data Matrix"]["path"]
    assert meaning["EAN-13"]["path"] == [["01", "0" + pictures.EAN]]
    assert meaning["ITF-14"]["path"] == [["01", pictures.CASE]]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("HELLO", "Code128"), ("0109521234567899", "Code128"), ("9521234567899", "QRCode"), ("https://example.com/about", "QRCode")],
)
def test_a_symbol_that_does_not_claim_to_be_gs1_has_no_meaning(
    text: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import numpy as np

    path = tmp_path / "plain.png"
    path.write_bytes(pictures.encoded(np.pad(pictures.drawn(text, kind, 4), 40, constant_values=255)))
    _, (answer,) = _json(capsys, str(path))
    assert [(reading["text"], reading["gs1"]) for reading in answer["readings"]] == [(text, None)]


def test_a_picture_without_a_symbol_is_an_empty_list_and_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import numpy as np

    path = tmp_path / "empty.png"
    path.write_bytes(pictures.encoded(np.full((50, 50), 255, np.uint8)))
    code, (answer,) = _json(capsys, "--seconds", "0.1", str(path))
    assert (code, answer["readings"]) == (0, [])


def test_an_unreadable_file_is_an_error_in_its_place_and_the_rest_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "text.jpg").write_text("this is not a photograph")
    good = str(folder / "QR Code.png")
    code, answers = _json(capsys, str(folder / "text.jpg"), good, str(folder / "absent.png"))
    assert code == 1
    assert [answer.get("error", {}).get("code") for answer in answers] == ["scanner.not-an-image", None, "scanner.no-such-file"]
    assert "text.jpg" in answers[0]["error"]["message"]
    assert answers[1]["readings"][0]["text"] == pictures.LINK


def test_people_see_the_codes_with_separators_made_visible(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder / "Data Matrix.png"), str(folder / "EAN-13.png")]) == 0
    shown = capsys.readouterr().out
    assert "Data Matrix.png: 1 code" in shown
    assert "010952123456789910L7<GS>21A1B2C3" in shown
    assert "https://id.gs1.org/01/09521234567899" in shown
    assert "\x1d" not in shown


def test_control_characters_of_a_hostile_code_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import numpy as np

    path = tmp_path / "hostile.png"
    path.write_bytes(pictures.encoded(np.pad(pictures.drawn("\x1b[2Jgone\u202e", "QRCode", 4), 40, constant_values=255)))
    main([str(path)])
    shown = capsys.readouterr().out
    assert "\\x1b[2Jgone\\u202e" in shown


def test_a_recording_gives_each_code_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "label.y4m"
    path.write_bytes(pictures.y4m([pictures.frame_of_a_label(800, 600, shift=(3 * number - 100, -60)) for number in range(6)]))
    code, answers = _json(capsys, "--frames", str(path))
    assert code == 0
    assert sorted(answer["text"] for answer in answers) == sorted([pictures.LINK, pictures.EAN])
    assert all(answer["frame"].startswith("label.y4m#") for answer in answers)


def test_a_camera_or_recording_that_is_not_there_is_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, (answer,) = _json(capsys, "--camera", "93")
    assert (code, answer["error"]["code"]) == (1, "scanner.no-camera")
    code, (answer,) = _json(capsys, "--frames", str(tmp_path / "absent.y4m"))
    assert (code, answer["error"]["code"]) == (1, "scanner.no-such-file")


def test_the_decoders_of_this_machine_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, rows = _json(capsys, "--decoders")
    assert code == 0
    assert [(row["name"], row["ok"]) for row in rows] == [("zxing", True), ("zbar", True), ("opencv", True)]
    assert all(row["version"] for row in rows)


def test_nothing_to_read_is_a_usage_error() -> None:
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 2


def test_the_module_runs_without_a_display_or_a_unicode_terminal(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scanner", str(folder / "QR Code.png"), "--engine", "zxing"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "ascii", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert pictures.LINK in done.stdout
