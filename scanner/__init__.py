"""Reading barcodes from pictures and camera frames.

`read` gives the symbols in one picture; importing this package loads no image library. What the words in `app` mean is not known here,
except GS1 syntax (`app.identify`) and refusals (`app.errors`), both pure.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scanner.reading import Availability, Reading
from scanner.refusals import DecoderMissing

if TYPE_CHECKING:
    from scanner.frames import Array

__all__ = ["Availability", "DecoderMissing", "Reading", "read"]


def read(
    image: bytes | Path | Array,
    *,
    engine: str = "cascade",
    short: bool = False,
    max_megapixels: float = 40.0,
    seconds: float = 1.0,
) -> list[Reading]:
    """The symbols in one picture, the surest first; an empty list when there is nothing to be believed.

    image: bytes or file of a JPEG, PNG or WebP, or a uint8 array (height, width) grey or (height, width, 3) BGR.
    engine: "cascade" believes EAN, UPC and ITF only when two engines agree and retries on prepared copies within `seconds`;
    "zxing", "zbar" or "opencv" is the bare answer of that engine, unconfirmed. short: EAN-8 and UPC-E too.
    Raises the refusals of `scanner.frames.load`, DecoderMissing and UnknownEngine.
    """
    from scanner import frames
    from scanner.choose import look_at

    if isinstance(image, bytes | Path):
        grey = frames.load(image, max_megapixels=max_megapixels)
    else:
        grey = frames.grey(image, max_megapixels=max_megapixels)
    return look_at(grey, engine=engine, short=short, seconds=seconds)
