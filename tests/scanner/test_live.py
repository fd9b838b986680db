from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from scanner import frames, live, prepare
from scanner.frames import Frame
from scanner.reading import Reading
from scanner.refusals import ImageTooLarge, NoCamera, NoSuchFile, VideoDamaged
from tests.scanner import pictures
from tests.scanner.pictures import Array


def _film(images: list[Array]) -> Iterator[Frame]:
    for number, image in enumerate(images):
        yield Frame(image, number / 10, f"film#{number}")


def test_a_label_moved_before_a_camera_is_announced_once_for_each_code(needs: Callable[..., None]) -> None:
    needs("zxing", "zbar", "opencv")
    moved = [pictures.frame_of_a_label(960, 720, shift=(4 * number, 2 * number)) for number in range(8)]
    announced: list[str] = []
    count = live.watch(_film(moved), lambda reading, _: announced.append(reading.text))
    assert count == 8
    assert sorted(announced) == sorted([pictures.LINK, pictures.EAN])


def test_watching_stops_when_the_callback_says_so(needs: Callable[..., None]) -> None:
    needs("zxing")
    film = _film([pictures.symbol("QR Code")] * 5)
    assert live.watch(film, lambda *_: False) == 1
    assert next(film).name == "film#1"


def test_a_followed_symbol_is_found_near_its_last_place_with_true_corners(needs: Callable[..., None]) -> None:
    needs("zxing")
    follower = live.Follower()
    image = pictures.frame_of_a_label(960, 720)
    first = next(reading for reading in follower.read(image) if reading.text == pictures.LINK)
    again = next(reading for reading in follower.read(image) if reading.text == pictures.LINK)
    assert np.abs(np.array(first.corners) - np.array(again.corners)).max() <= 2


def test_a_symbol_that_left_its_place_is_searched_everywhere_after_three_frames(needs: Callable[..., None]) -> None:
    needs("zxing")
    follower = live.Follower()
    ground = np.full((600, 800), 255, np.uint8)
    code = pictures.symbol("QR Code", 4, margin=10)
    here, there = ground.copy(), ground.copy()
    here[: code.shape[0], : code.shape[1]] = code
    there[-code.shape[0] :, -code.shape[1] :] = code
    assert len(follower.read(here)) == 1
    assert [len(follower.read(there)) for _ in range(live.MISSES + 1)] == [0, 0, 0, 1]


def test_a_noisy_frame_is_smoothed_and_read(needs: Callable[..., None]) -> None:
    needs("zxing", "opencv")
    image = pictures.noisy(pictures.frame_of_a_label(960, 720), 14)
    assert pictures.LINK in {reading.text for reading in live.Follower().read(image)}


def test_noise_is_measured_in_grey_levels() -> None:
    flat = np.full((300, 300), 128, np.uint8)
    assert prepare.noise(flat) == 0
    assert prepare.noise(pictures.noisy(flat, 6)) == pytest.approx(6, rel=0.1)
    assert prepare.noise(pictures.symbol("EAN-13")) == 0
    assert prepare.noise(flat[:2]) == 0


@pytest.mark.parametrize(("chroma", "name"), [("420jpeg", "colour"), ("mono", "grey")])
def test_a_y4m_recording_gives_its_frames_with_their_times(tmp_path: Path, chroma: str, name: str) -> None:
    path = tmp_path / f"{name}.y4m"
    images = [pictures.frame_of_a_label(321, 203, seed=seed) for seed in range(3)]
    path.write_bytes(pictures.y4m(images, rate=10, chroma=chroma))
    seen = list(frames.video(path))
    assert [frame.at for frame in seen] == [0.0, 0.1, 0.2]
    assert all(np.array_equal(frame.image, image) for frame, image in zip(seen, images, strict=True))


def test_a_cut_off_last_frame_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "cut.y4m"
    path.write_bytes(pictures.y4m([pictures.frame_of_a_label(320, 200)] * 2)[:-5])
    assert len(list(frames.video(path))) == 1


@pytest.mark.parametrize(
    "head",
    [b"YUV4MPEG2 W320 H200 F10:1 C420p10\nFRAME\n", b"YUV4MPEG2 W0 H200 F10:1\n", b"YUV4MPEG2 H2\n", b"YUV4MPEG2 W9 H9 F1:0\n", b"nothing"],
)
def test_recordings_that_are_not_understood_are_refused(tmp_path: Path, head: bytes, needs: Callable[..., None]) -> None:
    needs("opencv")
    path = tmp_path / "film.y4m"
    path.write_bytes(head)
    with pytest.raises(VideoDamaged):
        list(frames.video(path))


def test_a_recording_with_huge_frames_is_refused_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "film.y4m"
    path.write_bytes(b"YUV4MPEG2 W8192 H8192 F10:1 C420\nFRAME\n")
    with pytest.raises(ImageTooLarge):
        list(frames.video(path))


def test_a_recording_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        frames.video(tmp_path / "absent.mp4")


def test_a_compressed_film_is_read_through_opencv(tmp_path: Path, needs: Callable[..., None]) -> None:
    needs("zxing", "opencv")
    import cv2

    path = tmp_path / "film.avi"
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (640, 480))
    image = pictures.frame_of_a_label(640, 480, shift=(-150, -110))
    for _ in range(3):
        film.write(np.dstack([image] * 3))
    film.release()
    found: list[Reading] = []
    assert live.watch(frames.video(path), lambda reading, _: found.append(reading)) == 3
    assert pictures.LINK in {reading.text for reading in found}


def test_a_camera_that_is_not_there_is_refused(needs: Callable[..., None]) -> None:
    needs("opencv")
    with pytest.raises(NoCamera):
        next(frames.camera(93))
