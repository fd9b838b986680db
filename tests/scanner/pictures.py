"""Pictures made for the scanner's tests: symbols by zxing-cpp's writer, spoiled with Pillow and numpy, not with the scanner's code."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Array = NDArray[np.uint8]

LINK = "https://id.gs1.org/01/09521234567899/10/L7/21/A1B2C3D4E5?17=271231"
EAN = "9521234567899"
ELEMENTS = "(01)09521234567899(10)L7(21)A1B2C3"
ELEMENTS_TEXT = "010952123456789910L7\x1d21A1B2C3"
CASE = "19521234567896"

SYMBOLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "QR Code": (LINK, "QRCode", {}),
    "Data Matrix": (ELEMENTS, "DataMatrix", {"gs1": True, "force_square": True}),
    "Code 128": (ELEMENTS, "Code128", {"gs1": True}),
    "EAN-13": (EAN, "EAN13", {}),
    "ITF-14": (CASE, "ITF14", {}),
}
TEXTS = {"QR Code": LINK, "Data Matrix": ELEMENTS_TEXT, "Code 128": ELEMENTS_TEXT, "EAN-13": EAN, "ITF-14": CASE}
IDENTIFIERS = {"QR Code": "]Q1", "Data Matrix": "]d2", "Code 128": "]C1", "EAN-13": "]E0", "ITF-14": "]I1"}
MODULE = {"QR Code": 5, "Data Matrix": 6, "Code 128": 3, "EAN-13": 3, "ITF-14": 3}


def drawn(text: str, kind: str, module: int, **options: Any) -> Array:
    """A symbol, `module` pixels a module, black on white with its own quiet zone."""
    import zxingcpp

    barcode = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind), **options)
    return np.array(zxingcpp.write_barcode_to_image(barcode, scale=module), dtype=np.uint8)


def symbol(symbology: str, module: int | None = None, *, margin: int = 40) -> Array:
    """One of SYMBOLS on white paper."""
    text, kind, options = SYMBOLS[symbology]
    return np.pad(drawn(text, kind, module or MODULE[symbology], **options), margin, constant_values=255)


def rotated(image: Array, degrees: float) -> Array:
    return np.asarray(Image.fromarray(image).rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255))


def blurred(image: Array, sigma: float) -> Array:
    return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(sigma)))


def noisy(image: Array, sigma: float, seed: int = 1) -> Array:
    spread = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + spread, 0, 255).astype(np.uint8)


def faint(image: Array, dark: int = 90, light: int = 150) -> Array:
    return (dark + image.astype(np.uint16) * (light - dark) // 255).astype(np.uint8)


def shaded(image: Array) -> Array:
    """Lit from the left: the right edge has a quarter of the light."""
    return (image * np.linspace(1.0, 0.25, image.shape[1])).astype(np.uint8)


def encoded(image: Array, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind, **options)
    return file.getvalue()


def compressed(image: Array, quality: int) -> Array:
    return np.asarray(Image.open(io.BytesIO(encoded(image, "JPEG", quality=quality))))


def over_exposed(digits: str, thinner: int = 5, module: float = 1.3, sigma: float = 0.3) -> Array:
    """A small EAN-13 with every bar `thinner` sixteenths of a module too narrow, as an over-exposed print has it."""
    image = np.pad(drawn(digits, "EAN13", 16), 160, constant_values=255)
    for step in range(thinner):
        image = np.maximum(image, np.roll(image, 1 if step % 2 else -1, axis=1))
    size = (int(image.shape[1] * module / 16), int(image.shape[0] * module / 16))
    return blurred(np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX)), sigma)


def frame_of_a_label(width: int = 1920, height: int = 1080, seed: int = 7, shift: tuple[int, int] = (0, 0)) -> Array:
    """A camera frame: a white label with QR and EAN-13, a little turned and soft, on a patterned ground."""
    rng = np.random.default_rng(seed)
    ground = rng.integers(40, 200, (height // 60 + 1, width // 60 + 1), dtype=np.uint8)
    frame = Image.fromarray(ground).resize((width, height), Image.Resampling.BICUBIC)
    code, bars = symbol("QR Code", 6, margin=20), symbol("EAN-13", 3, margin=20)
    label = np.full((max(code.shape[0], bars.shape[0]), code.shape[1] + bars.shape[1]), 255, np.uint8)
    label[: code.shape[0], : code.shape[1]] = code
    label[: bars.shape[0], code.shape[1] :] = bars
    paper = Image.fromarray(label).convert("LA").rotate(7, Image.Resampling.BICUBIC, expand=True)
    frame.paste(paper, (width // 4 + shift[0], height // 4 + shift[1]), paper.getchannel("A"))
    return np.asarray(frame.filter(ImageFilter.GaussianBlur(0.8)))


def y4m(frames: list[Array], rate: int = 10, chroma: str = "420jpeg") -> bytes:
    """An uncompressed recording of grey frames, as ffmpeg would write it."""
    height, width = frames[0].shape
    colour = b"" if chroma == "mono" else b"\x80" * (2 * ((width + 1) // 2) * ((height + 1) // 2))
    head = f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip A1:1 C{chroma}\n".encode()
    return head + b"".join(b"FRAME\n" + frame.tobytes() + colour for frame in frames)
