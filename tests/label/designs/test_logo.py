from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.errors import Refusal
from app.label.designs import logo
from app.label.drawing.logo import MOST_BYTES


def _file(size: tuple[int, int] = (40, 30), kind: str = "PNG", mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind, **more)
    return out.getvalue()


def _open(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(raw))


def test_a_kept_logo_is_a_png_without_what_was_written_into_the_file() -> None:
    said = PngInfo()
    said.add_text("Author", "Nguyễn Bí Mật")
    kept = logo.reencode(_file(pnginfo=said))
    assert b"Author" not in kept
    assert (_open(kept).format, _open(kept).size, _open(kept).info) == ("PNG", (40, 30), {})


@pytest.mark.parametrize(("size", "expected"), [((480, 480), (480, 480)), ((960, 100), (480, 50)), ((200, 1600), (60, 480))])
def test_a_large_logo_is_made_as_small_as_a_label_needs(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert _open(logo.reencode(_file(size, "JPEG"))).size == expected


def test_what_is_transparent_becomes_paper() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert _open(logo.reencode(out.getvalue())).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "raw",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", _file(kind="GIF"), _file(kind="WEBP"), _file()[:60], b"\x89PNG\r\n\x1a\n" * 9],
)
def test_anything_but_png_and_jpeg_is_no_logo(raw: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        logo.reencode(raw)
    assert (refused.value.code, refused.value.pointer) == ("label.logo-unreadable", "/logo")


def test_more_pixels_than_a_logo_needs_are_never_decoded() -> None:
    assert logo.reencode(_file((4000, 4000), mode="1"))
    with pytest.raises(Refusal) as refused:
        logo.reencode(_file((4001, 4000), mode="1"))
    assert refused.value.code == "label.logo-too-large"


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_size_alone() -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    promised = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    with pytest.raises(Refusal) as refused:
        logo.reencode(promised + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT")))
    assert refused.value.code == "label.logo-too-large"


def test_a_file_of_too_many_bytes_is_refused_before_it_is_opened() -> None:
    with pytest.raises(Refusal) as refused:
        logo.reencode(b"\x89PNG" + bytes(MOST_BYTES))
    assert refused.value.code == "label.logo-too-large"
