"""Photographs of products: whatever is uploaded is decoded within limits and written anew, so nothing but pixels is kept."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

from app.errors import Invalid, TooLarge

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SIDE = 800
"""Longest side of a kept photograph in pixels: sharp on a telephone, about 100 kB."""

MOST_PIXELS = 40_000_000
"""Pixels of an upload; telephones take up to 200 megapixels but save 12 unless told otherwise."""

MEDIA_TYPE = "image/jpeg"
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 82


class NotAPhotograph(Invalid):
    """The file is no JPEG, PNG or WebP picture, or it is damaged."""

    code = "catalogue.not-a-photograph"


class PhotographTooLarge(TooLarge):
    """The file has more bytes or the picture more pixels than is decoded here."""

    code = "catalogue.photograph-too-large"


def reencode(raw: bytes, most_bytes: int) -> bytes:
    """A JPEG of at most 800 x 800 pixels, upright, without metadata; raw: JPEG, PNG or WebP. Raises NotAPhotograph, PhotographTooLarge."""
    from PIL import Image  # native: only when somebody uploads a photograph

    if len(raw) > most_bytes:
        raise PhotographTooLarge(pointer="/image", found=len(raw), limit=most_bytes, unit="byte")
    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as found:
            pixels = found.width * found.height
            if pixels > MOST_PIXELS:
                raise PhotographTooLarge(pointer="/image", found=pixels, limit=MOST_PIXELS, unit="pixel")
            return _written(found)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # Pillow's own limits of 179 and 89 megapixels; the warning is an error where warnings are.
        raise PhotographTooLarge(pointer="/image", found=2 * MOST_PIXELS, limit=MOST_PIXELS, unit="pixel") from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, IndexError) as error:
        raise NotAPhotograph(pointer="/image") from error


def _written(found: Picture) -> bytes:
    from PIL import Image, ImageOps

    found.draft("RGB", (SIDE * 2, SIDE * 2))  # a JPEG is decoded at a fraction of its size
    upright = ImageOps.exif_transpose(found).convert("RGBA")
    upright.thumbnail((SIDE, SIDE))
    on_white = Image.new("RGB", upright.size, "white")
    on_white.paste(upright, mask=upright.getchannel("A"))
    out = io.BytesIO()
    on_white.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return out.getvalue()
