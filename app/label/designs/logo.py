"""Logos on labels: whatever is uploaded is decoded within limits and written anew, so nothing but pixels is kept.

Vector files are refused: an SVG is a program, and a label printer knows no colours between black and white anyway.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

from app.label.designs.refusals import LogoTooLarge, NotALogo

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MOST_BYTES = 2_000_000
MOST_PIXELS = 16_000_000
"""Of an upload: a drawing of 4,000 x 4,000 pixels."""

SIDE = 400
"""Longest side of a kept logo in pixels: 17 mm at 600 dots per inch, more than any label gives it."""

MEDIA_TYPE = "image/png"
_FORMATS = ("PNG", "JPEG")


def reencode(raw: bytes) -> bytes:
    """A PNG of at most 400 x 400 pixels on white, upright, without metadata; raw: PNG or JPEG. Raises NotALogo, LogoTooLarge."""
    from PIL import Image  # native: only when somebody uploads a logo

    if len(raw) > MOST_BYTES:
        raise LogoTooLarge(pointer="/logo", found=len(raw), limit=MOST_BYTES, unit="byte")
    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as found:
            pixels = found.width * found.height
            if pixels > MOST_PIXELS:
                raise LogoTooLarge(pointer="/logo", found=pixels, limit=MOST_PIXELS, unit="pixel")
            return _written(found)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise LogoTooLarge(pointer="/logo", found=2 * MOST_PIXELS, limit=MOST_PIXELS, unit="pixel") from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, IndexError) as error:
        raise NotALogo(pointer="/logo") from error


def _written(found: Picture) -> bytes:
    from PIL import Image, ImageOps

    found.draft("RGB", (SIDE * 2, SIDE * 2))  # a JPEG is decoded at a fraction of its size
    upright = ImageOps.exif_transpose(found).convert("RGBA")
    upright.thumbnail((SIDE, SIDE))
    on_white = Image.new("RGB", upright.size, "white")
    on_white.paste(upright, mask=upright.getchannel("A"))
    out = io.BytesIO()
    on_white.save(out, "PNG", optimize=True)
    return out.getvalue()
