from __future__ import annotations

import contextlib
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import scanner
from app.errors import Refusal
from scanner import frames
from scanner.refusals import FileTooLarge, ImageDamaged, ImageTooLarge, NoSuchFile, NotAnImage
from tests.scanner import pictures


def _png_header(width: int, height: int) -> bytes:
    """A PNG of one grey row: all there is of it before the pixels is honest."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * (width + 1))) + chunk(b"IEND", b"")


def test_a_png_of_20000_by_20000_is_refused_by_its_header() -> None:
    small_file = _png_header(20_000, 20_000)
    with pytest.raises(ImageTooLarge) as refused:
        scanner.read(small_file)
    assert refused.value.params == {"width": 20_000, "height": 20_000, "limit": 40.0}


def test_a_picture_at_the_limit_of_pixels_passes_and_one_row_more_does_not() -> None:
    frames.check_size(8000, 5000)
    with pytest.raises(ImageTooLarge):
        frames.check_size(8000, 5001)
    frames.check_size(4000, 3000, max_megapixels=frames.UPLOAD_MEGAPIXELS)
    with pytest.raises(ImageTooLarge):
        scanner.read(_png_header(4000, 3001), max_megapixels=frames.UPLOAD_MEGAPIXELS)


def test_a_side_at_the_limit_passes_and_one_pixel_more_does_not() -> None:
    frames.check_size(30_000, 1)
    with pytest.raises(ImageTooLarge):
        frames.check_size(1, 30_001)
    with pytest.raises(ImageTooLarge):
        scanner.read(np.zeros((2, 30_001), np.uint8))


def test_a_text_file_named_jpg_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_text("this is not a photograph")
    with pytest.raises(NotAnImage) as refused:
        scanner.read(path)
    assert refused.value.params == {"name": "photo.jpg"}


@pytest.mark.parametrize("kind", ["BMP", "GIF", "TIFF", "PPM"])
def test_pictures_of_other_kinds_are_refused(kind: str) -> None:
    with pytest.raises(NotAnImage):
        scanner.read(pictures.encoded(pictures.symbol("QR Code"), kind))


def test_an_empty_file_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    with pytest.raises(NotAnImage):
        scanner.read(tmp_path / "empty.png")
    with pytest.raises(NoSuchFile):
        scanner.read(tmp_path / "absent.png")
    with pytest.raises(NoSuchFile):
        scanner.read(tmp_path)


def test_a_file_at_the_limit_of_bytes_passes_and_one_byte_more_does_not(tmp_path: Path) -> None:
    picture = pictures.encoded(pictures.symbol("QR Code"))
    path = tmp_path / "padded.png"
    path.write_bytes(picture.ljust(frames.MAX_BYTES, b"\0"))
    assert frames.load(path).shape == pictures.symbol("QR Code").shape
    path.write_bytes(picture.ljust(frames.MAX_BYTES + 1, b"\0"))
    with pytest.raises(FileTooLarge):
        frames.load(path)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_is_refused(kind: str) -> None:
    whole = pictures.encoded(pictures.symbol("QR Code"), kind)
    for length in (20, len(whole) // 2, len(whole) - len(whole) // 10):
        with pytest.raises(ImageDamaged):
            frames.decode(whole[:length])


_WRITABLE = {"PNG": ("L", "RGB", "RGBA", "P", "LA", "1", "I;16"), "JPEG": ("L", "RGB", "CMYK"), "WEBP": ("RGB", "RGBA")}


@pytest.mark.parametrize(("kind", "mode"), [(kind, mode) for kind, modes in _WRITABLE.items() for mode in modes])
def test_every_kind_and_mode_of_picture_is_read(kind: str, mode: str) -> None:
    grey = pictures.symbol("QR Code")
    picture = Image.fromarray(grey.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(grey).convert(mode)
    file = io.BytesIO()
    picture.save(file, kind)
    assert [reading.text for reading in scanner.read(file.getvalue())] == [pictures.LINK]


def test_a_black_symbol_on_transparent_ground_lies_on_white_paper() -> None:
    grey = pictures.symbol("QR Code")
    rgba = np.zeros((*grey.shape, 4), np.uint8)
    rgba[..., 3] = 255 - grey  # black everywhere; only the alpha channel shows the symbol
    assert [reading.text for reading in scanner.read(pictures.encoded(rgba))] == [pictures.LINK]


def test_corners_are_those_of_the_upright_picture_when_the_camera_was_turned() -> None:
    grey = np.pad(pictures.symbol("QR Code"), ((0, 0), (0, 200)), constant_values=255)
    sideways = Image.fromarray(np.ascontiguousarray(np.rot90(grey)))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn 90 degrees clockwise to see it upright
    file = io.BytesIO()
    sideways.save(file, "JPEG", exif=exif)
    upright, turned = scanner.read(grey), scanner.read(file.getvalue())
    assert np.abs(np.array(upright[0].corners) - np.array(turned[0].corners)).max() <= 2


def test_colour_arrays_are_read_as_grey_ones() -> None:
    grey = pictures.symbol("QR Code")
    for array in (grey, np.dstack([grey] * 3), np.dstack([grey] * 4), np.asfortranarray(grey)):
        assert [reading.text for reading in scanner.read(array)] == [pictures.LINK]


def test_green_weighs_more_than_red_and_red_more_than_blue() -> None:
    shades = [int(frames.grey(np.array([[pixel]], np.uint8))[0, 0]) for pixel in ([0, 255, 0], [0, 0, 255], [255, 0, 0], [255, 255, 255])]
    assert shades == [149, 77, 29, 255]


@pytest.mark.parametrize(
    "array", [np.zeros((4, 4), np.float64), np.zeros((0, 4), np.uint8), np.zeros((4, 4, 2), np.uint8), np.zeros(4, np.uint8)]
)
def test_arrays_of_other_shapes_are_refused(array: np.ndarray) -> None:
    with pytest.raises(ImageDamaged):
        scanner.read(array)


@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP"]),
    places=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_no_change_of_bytes_gives_anything_but_a_picture_or_a_refusal(kind: str, places: list[tuple[int, int]]) -> None:
    spoiled = bytearray(pictures.encoded(pictures.symbol("Data Matrix", 3, margin=5), kind))
    for place, value in places:
        spoiled[place % len(spoiled)] = value
    with contextlib.suppress(Refusal):  # any other exception fails the test
        assert frames.decode(bytes(spoiled)).ndim == 2


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 3000), (3000, 1), (15, 15), (16, 16), (7, 30_000)])
def test_pictures_of_any_shape_are_searched_without_failing(shape: tuple[int, int]) -> None:
    for value in (0, 255):
        assert scanner.read(np.full(shape, value, np.uint8), seconds=5) == []
