"""The made-up camera really shows a label: our own decoder reads it from the film's frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import scanner
from tests.web import camera, labels

LINK = "https://example.test/01/09521002000016/10/2606121/21/K7M2Q9XJ41TB"


def test_the_decoder_reads_the_link_of_the_label_in_a_frame() -> None:
    frame = np.asarray(camera.scene(labels.png_of(LINK)).convert("L"))
    assert LINK in {reading.text for reading in scanner.read(frame)}


def test_a_film_holds_whole_frames_of_luma_and_chroma(tmp_path: Path) -> None:
    written = camera.film(tmp_path / "label.y4m", labels.png_of(LINK)).read_bytes()
    header, _, rest = written.partition(b"\n")
    assert header.startswith(b"YUV4MPEG2 W1280 H720 ")
    assert header.endswith(b"C420jpeg")
    frame = len(b"FRAME\n") + camera.WIDTH * camera.HEIGHT * 3 // 2
    assert len(rest) == camera.FRAMES * frame
    grey = np.frombuffer(rest, np.uint8, camera.WIDTH * camera.HEIGHT, len(b"FRAME\n")).reshape(camera.HEIGHT, camera.WIDTH)
    assert LINK in {reading.text for reading in scanner.read(grey)}
