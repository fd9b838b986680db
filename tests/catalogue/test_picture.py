"""Photographs: only pixels are kept, within limits, and nothing a stranger uploads causes a fault."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.catalogue import picture

MOST = 12_000_000


def _file(kind: str = "JPEG", size: tuple[int, int] = (1200, 600), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind, **more)
    return out.getvalue()


def _kept(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture.reencode(raw, MOST)))


def _png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims a size, with next to nothing behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 64)), (b"IEND", b"")]
    told = [struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(told)


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("WEBP", "RGB")]
)
def test_every_photograph_becomes_a_jpeg_of_at_most_800_pixels(kind: str, mode: str) -> None:
    kept = _kept(_file(kind, mode=mode))
    assert (kept.format, kept.size, kept.mode) == ("JPEG", (800, 400), "RGB")


def test_a_small_photograph_is_not_blown_up() -> None:
    assert _kept(_file(size=(40, 30))).size == (40, 30)


def test_what_is_transparent_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(out, "PNG")
    pixel = _kept(out.getvalue()).getpixel((5, 5))
    assert pixel == (255, 255, 255)


def test_a_photograph_is_turned_upright_and_its_place_is_forgotten() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x8825] = {1: "N", 2: (20.0, 51.0, 0.0)}
    raw = _file(size=(100, 50), exif=exif)
    kept = _kept(raw)
    assert kept.size == (50, 100)
    assert dict(kept.getexif()) == {}
    assert b"Exif" not in picture.reencode(raw, MOST)


@pytest.mark.parametrize(
    "raw", [b"", b"hello, world", b"%PDF-1.7", b"GIF89a" + b"\0" * 40, _file()[:300], b"\xff\xd8\xff", _file("PNG")[:60]]
)
def test_what_is_no_photograph_is_refused(raw: bytes) -> None:
    with pytest.raises(picture.NotAPhotograph):
        picture.reencode(raw, MOST)


@pytest.mark.parametrize(("width", "height"), [(20_000, 20_000), (10_000, 10_000), (8_001, 5_000), (1, 40_000_001)])
def test_a_picture_that_unfolds_beyond_the_limit_is_refused_before_it_does(width: int, height: int) -> None:
    with pytest.raises(picture.PhotographTooLarge) as refusal:
        picture.reencode(_png_header(width, height), MOST)
    assert refusal.value.params["limit"] == picture.MOST_PIXELS


def test_a_file_may_have_its_limit_in_bytes_and_not_one_more() -> None:
    raw = _file(size=(8, 8))
    assert picture.reencode(raw, len(raw))
    with pytest.raises(picture.PhotographTooLarge):
        picture.reencode(raw, len(raw) - 1)


@given(st.data())
def test_no_damaged_photograph_causes_a_fault(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([_file("JPEG", (64, 64)), _file("PNG", (64, 64)), _file("WEBP", (64, 64))])))
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=12)):
        raw[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(picture.NotAPhotograph, picture.PhotographTooLarge):
        assert picture.reencode(bytes(raw), MOST)[:2] == b"\xff\xd8"
