"""What a camera would see: a label lying on a table, a little turned and out of focus, as a film that chromium plays as its camera."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

WIDTH, HEIGHT, FRAMES = 1280, 720, 4
_TABLE = (176, 158, 132)
_SEED = 952


def scene(label: bytes, *, degrees: float = 4.0, blur: float = 0.8, fill: float = 0.8) -> Image.Image:
    """A frame with the label in its middle.

    label: PNG; degrees: how far it is turned; blur: radius in dots; fill: share of the frame's height or width that the label takes.
    """
    picture = Image.open(BytesIO(label)).convert("RGB")
    scale = fill * min(WIDTH / picture.width, HEIGHT / picture.height)
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    turned = picture.convert("RGBA").rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    frame = Image.new("RGB", (WIDTH, HEIGHT), _TABLE)
    frame.paste(turned, ((WIDTH - turned.width) // 2, (HEIGHT - turned.height) // 2), turned)
    return frame.filter(ImageFilter.GaussianBlur(blur))


def film(path: Path, label: bytes, *, blur: float = 0.8) -> Path:
    """Write a YUV4MPEG2 film (C420jpeg, 5 frames a second) of a label held in a hand that is not quite still; returns its path."""
    noise = np.random.default_rng(_SEED)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F5:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            frame = np.asarray(scene(label, degrees=3 + number, blur=blur), dtype=np.int16)
            grainy = np.clip(frame + noise.integers(-6, 7, frame.shape), 0, 255).astype(np.uint8)
            file.write(b"FRAME\n" + _planes(grainy))
    return path


def _planes(frame: NDArray[np.uint8]) -> bytes:
    """The frame's luma plane and its two chroma planes at half size, full range. frame: (height, width, 3) RGB."""
    y, cb, cr = Image.fromarray(frame).convert("YCbCr").split()
    half = (frame.shape[1] // 2, frame.shape[0] // 2)
    return b"".join(plane.tobytes() for plane in (y, cb.reduce(2).resize(half), cr.reduce(2).resize(half)))
