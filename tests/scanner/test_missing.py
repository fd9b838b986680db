"""A machine without a library: a fresh interpreter in which importing it fails as it does there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import ROOT
from tests.scanner import pictures

_BLOCKER = """
import sys, json
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ImportError("Unable to find the library of " + name)
sys.meta_path.insert(0, Absent())
from pathlib import Path
import scanner
from scanner import DecoderMissing
"""


def _without(absent: set[str], program: str, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _BLOCKER.format(absent=absent) + program, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "label.png"
    path.write_bytes(pictures.encoded(pictures.symbol("QR Code")))
    return str(path)


@pytest.mark.parametrize(("engine", "package"), [("zxing", "zxingcpp"), ("zbar", "pyzbar"), ("opencv", "cv2")])
def test_a_missing_library_is_named_with_the_line_that_repairs_it(engine: str, package: str, photo: str) -> None:
    answer = _without(
        {package},
        """
try:
    scanner.read(Path(sys.argv[1]), engine=sys.argv[2])
except DecoderMissing as missing:
    from importlib import import_module
    row = import_module("scanner." + sys.argv[2]).available()
    print(json.dumps([missing.name, missing.remedy, missing.code, row.ok, row.remedy]))
""",
        photo,
        engine,
    )
    name, remedy, code, ok, shown = answer
    assert (name, code, ok) == (engine, "scanner.decoder-missing", False)
    assert "pip install" in remedy
    assert remedy == shown


def test_a_picture_file_is_read_with_zxing_alone(photo: str, needs: Callable[..., None]) -> None:
    needs("zxing")
    texts = _without({"cv2", "pyzbar"}, "print(json.dumps([r.text for r in scanner.read(Path(sys.argv[1]))]))", photo)
    assert texts == [pictures.LINK]


def test_without_a_second_engine_an_ean_is_missed_rather_than_guessed(tmp_path: Path, needs: Callable[..., None]) -> None:
    needs("zxing")
    path = tmp_path / "ean.png"
    path.write_bytes(pictures.encoded(pictures.symbol("EAN-13")))
    assert _without({"cv2", "pyzbar"}, "print(json.dumps([r.text for r in scanner.read(Path(sys.argv[1]))]))", str(path)) == []


def test_a_qr_code_is_read_without_zxing(photo: str, needs: Callable[..., None]) -> None:
    needs("zbar")
    answer = _without({"zxingcpp"}, "print(json.dumps([[r.text, r.decoder] for r in scanner.read(Path(sys.argv[1]))]))", photo)
    assert answer == [[pictures.LINK, "zbar"]]


def test_with_no_decoder_at_all_the_first_is_asked_for(photo: str) -> None:
    answer = _without(
        {"cv2", "pyzbar", "zxingcpp"},
        """
try:
    scanner.read(Path(sys.argv[1]))
except DecoderMissing as missing:
    print(json.dumps(missing.name))
""",
        photo,
    )
    assert answer == "zxing"


def test_without_pillow_a_file_is_refused_and_an_array_is_read(photo: str, needs: Callable[..., None]) -> None:
    needs("zxing")
    answer = _without(
        {"PIL"},
        """
import numpy, zxingcpp
try:
    scanner.read(Path(sys.argv[1]))
except DecoderMissing as missing:
    drawn = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode("A", zxingcpp.BarcodeFormat.QRCode), scale=5)
    print(json.dumps([missing.name, [r.text for r in scanner.read(numpy.array(drawn), engine="zxing")]]))
""",
        photo,
    )
    assert answer == ["pillow", ["A"]]


def test_a_frame_is_followed_without_opencv(needs: Callable[..., None]) -> None:
    needs("zxing")
    program = """
from scanner import live
from tests.scanner import pictures
follower = live.Follower()
print(json.dumps([[r.text for r in follower.read(pictures.symbol("QR Code"))] for _ in range(2)]))
"""
    assert _without({"cv2", "pyzbar"}, program) == [[pictures.LINK]] * 2


def test_importing_the_scanner_loads_no_image_library() -> None:
    loaded = _without(
        set(), "print(json.dumps(sorted(set(sys.modules) & {'numpy', 'cv2', 'PIL', 'zxingcpp', 'pyzbar', 'flask', 'sqlalchemy'})))"
    )
    assert loaded == []
