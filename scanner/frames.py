"""Where pictures come from: bytes, files, folders, recordings and cameras, all within hard limits.

Everything here gives arrays of shape (height, width), uint8 grey, 0 black, upright as a viewer shows it. Pictures are decoded with
Pillow, so that a file can be read where OpenCV cannot be loaded; cameras and compressed videos need OpenCV.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner import opencv
from scanner.refusals import (
    DecoderMissing,
    FileTooLarge,
    ImageDamaged,
    ImageTooLarge,
    NoCamera,
    NoSuchFile,
    NotAnImage,
    VideoDamaged,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.uint8]

MAX_BYTES = 20 * 1024 * 1024
MAX_MEGAPIXELS = 40.0
"""For files a person names on their own machine: a 2026 telephone's full-resolution photograph is 12 to 50 megapixels."""
UPLOAD_MEGAPIXELS = 12.0
"""For pictures strangers send: the pixel buffers of one decode stay under 150 MB."""
MAX_SIDE = 30_000
"""Pixels a side: zxing-cpp ends at 65,535, and some attempts look at a copy twice as large."""
VIDEO_SIDE = 8192
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")

_PILLOW = "pillow"
_PIXELS_IN_A_MEGAPIXEL = 1_000_000


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a sequence; at: seconds on the clock of its source (a recording begins at 0)."""

    image: Array
    at: float
    name: str


def kind_of(data: bytes) -> str | None:
    """The Pillow format named by the first bytes (JPEG, PNG or WEBP), or None for anything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return None


def load(source: bytes | Path, *, max_megapixels: float = MAX_MEGAPIXELS) -> Array:
    """The grey picture in some bytes or a file: (height, width) uint8.

    Raises NoSuchFile, FileTooLarge, NotAnImage, ImageTooLarge (from the header, before any pixel is decoded) or ImageDamaged.
    """
    if isinstance(source, Path):
        return decode(_read(source), name=source.name, max_megapixels=max_megapixels)
    return decode(source, max_megapixels=max_megapixels)


def _read(path: Path) -> bytes:
    """At most one byte more than the limit of a file, so that a device file cannot fill the memory."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NoSuchFile(name=str(path)) from error


def decode(data: bytes, *, name: str = "", max_megapixels: float = MAX_MEGAPIXELS) -> Array:
    """The grey picture in the bytes of a JPEG, PNG or WebP file; `name` is only for the refusal."""
    if len(data) > MAX_BYTES:
        raise FileTooLarge(size=len(data), limit=MAX_BYTES)
    kind = kind_of(data)
    if kind is None:
        raise NotAnImage(name=name)
    try:
        with _opened(kind, data) as picture:
            check_size(*picture.size, max_megapixels=max_megapixels)
            return _grey(picture)
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, OverflowError, TypeError) as error:  # what Pillow raises on bad bytes
        raise ImageDamaged(name=name) from error


def _opened(kind: str, data: bytes) -> Any:  # a PIL.ImageFile.ImageFile
    """The header of a picture read by the one reader of its kind: Image.open would try others and only warn of great sizes."""
    try:
        from PIL import JpegImagePlugin, PngImagePlugin, WebPImagePlugin
    except ImportError as error:
        raise DecoderMissing(_PILLOW, "pip install pillow") from error
    stream = io.BytesIO(data)
    if kind == "JPEG":
        return JpegImagePlugin.JpegImageFile(stream)
    if kind == "PNG":
        return PngImagePlugin.PngImageFile(stream)
    return WebPImagePlugin.WebPImageFile(stream)


def check_size(width: int, height: int, *, max_megapixels: float = MAX_MEGAPIXELS) -> None:
    """Refuse a picture by the size in its header; at the limit it passes."""
    if width < 1 or height < 1:
        raise ImageDamaged(name="")
    if width * height > max_megapixels * _PIXELS_IN_A_MEGAPIXEL or max(width, height) > MAX_SIDE:
        raise ImageTooLarge(width=width, height=height, limit=max_megapixels)


def _grey(picture: Any) -> Array:  # a PIL.Image.Image; Pillow is imported by the caller only
    """Decode all pixels, turn as the EXIF orientation asks, lay transparency on white paper."""
    import numpy as np
    from PIL import Image, ImageOps

    picture.draft("L", None)  # a JPEG is decoded straight to grey: 13 ms instead of 21 at 1080p
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in {"RGBA", "LA", "PA", "La"} or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen)
    if upright.mode.startswith("I"):  # 16 bits a pixel: convert("L") would clip everything above 255 to white
        return (np.asarray(upright).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.asarray(upright.convert("L"), dtype=np.uint8))


def grey(image: Array, *, max_megapixels: float = MAX_MEGAPIXELS) -> Array:
    """A (height, width), (height, width, 3) BGR or (height, width, 4) BGRA uint8 array as contiguous grey.

    Raises ImageDamaged for any other shape or type, ImageTooLarge beyond the limit.
    """
    import numpy as np

    if image.dtype != np.uint8 or image.ndim not in (2, 3) or 0 in image.shape:
        raise ImageDamaged(name="")
    check_size(image.shape[1], image.shape[0], max_megapixels=max_megapixels)
    if image.ndim == 2:  # two dimensions: grey already
        return np.ascontiguousarray(image)
    if image.shape[2] not in (3, 4):
        raise ImageDamaged(name="")
    # Integer weights of ITU-R BT.601 over 256; cv2 does the same faster, but must not be needed for reading a file.
    blue, green, red = (image[:, :, channel].astype(np.uint16) for channel in range(3))
    return ((29 * blue + 150 * green + 77 * red + 128) >> 8).astype(np.uint8)


def folder(path: Path) -> list[Path]:
    """The pictures directly inside a folder, by name; files of other kinds are left out."""
    try:
        return sorted(entry for entry in path.iterdir() if entry.suffix.lower() in SUFFIXES and entry.is_file())
    except OSError as error:
        raise NoSuchFile(name=str(path)) from error


def video(path: Path) -> Iterator[Frame]:
    """The frames of a recording: `.y4m` with nothing but this module, any other kind through OpenCV."""
    try:
        with path.open("rb") as file:
            uncompressed = file.read(10) == b"YUV4MPEG2 "
    except OSError as error:
        raise NoSuchFile(name=str(path)) from error
    return y4m(path) if uncompressed else _compressed(path)


def y4m(path: Path) -> Iterator[Frame]:
    """The luma planes of an uncompressed YUV4MPEG2 recording with eight bits a sample.

    Raises VideoDamaged for a header that is not understood and for a recording without a whole frame; a cut-off last frame is left out.
    Source: YUV4MPEG2 as written by mjpegtools and ffmpeg (`W` width, `H` height, `F` rate, `C` chroma).
    """
    import numpy as np

    with path.open("rb") as file:
        width, height, rate, chroma = _y4m_header(file.readline(256), path)
        number = 0
        while file.readline(256).startswith(b"FRAME"):
            plane = file.read(width * height)
            if len(plane) < width * height or len(file.read(chroma)) < chroma:
                break
            yield Frame(np.frombuffer(plane, np.uint8).reshape(height, width), number / rate, f"{path.name}#{number}")
            number += 1
    if number == 0:
        raise VideoDamaged(name=path.name)


def _y4m_header(line: bytes, path: Path) -> tuple[int, int, float, int]:
    """Width, height, frames per second and the bytes of colour after each luma plane."""
    tags = {word[:1]: word[1:] for word in line.decode("ascii", "replace").split()[1:]}
    try:
        width, height = int(tags["W"]), int(tags["H"])
        over, _, under = tags.get("F", "25:1").partition(":")
        rate = int(over) / int(under or "1")
    except (KeyError, ValueError, ZeroDivisionError) as error:
        raise VideoDamaged(name=path.name) from error
    if not (0 < width <= VIDEO_SIDE and 0 < height <= VIDEO_SIDE and rate > 0):
        raise VideoDamaged(name=path.name)
    check_size(width, height)
    layout = tags.get("C", "420")
    half_width, half_height = (width + 1) // 2, (height + 1) // 2
    sizes = {"mono": 0, "420": 2 * half_width * half_height, "422": 2 * half_width * height, "444": 2 * width * height}
    for name, size in sizes.items():
        if layout == name or (name == "420" and layout in {"420jpeg", "420mpeg2", "420paldv"}):
            return width, height, rate, size
    raise VideoDamaged(name=path.name)


def _compressed(path: Path) -> Iterator[Frame]:
    """The frames of an MP4, WebM, AVI… through the codecs that OpenCV brings."""
    cv2 = opencv.library()
    film = cv2.VideoCapture(str(path))
    try:
        rate = film.get(cv2.CAP_PROP_FPS) if film.isOpened() else 0.0
        number = 0
        while film.isOpened():
            good, picture = film.read()
            if not good:
                break
            check_size(picture.shape[1], picture.shape[0])
            yield Frame(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), number / (rate or 25.0), f"{path.name}#{number}")
            number += 1
        if number == 0:
            raise VideoDamaged(name=path.name)
    finally:
        film.release()


def camera(number: int = 0) -> Iterator[Frame]:
    """Frames of a camera of this machine for as long as it gives any; `at` is the monotonic clock.

    Raises NoCamera when it does not exist, is in use, or gives no first frame.
    """
    cv2 = opencv.library()
    device = cv2.VideoCapture(number)
    try:
        device.set(cv2.CAP_PROP_FRAME_WIDTH, 1920)
        device.set(cv2.CAP_PROP_FRAME_HEIGHT, 1080)
        device.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest frame, not the oldest: a queue of four is 130 ms of delay
        good, picture = device.read() if device.isOpened() else (False, None)
        if not good:
            raise NoCamera(camera=number)
        seen = 0
        while good:
            yield Frame(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), time.monotonic(), f"camera {number}#{seen}")
            good, picture = device.read()
            seen += 1
    finally:
        device.release()
