"""The logo of an enterprise: a PNG or JPEG made small once, then drawn in colour on sheets and in black dots on rolls."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from app.label.drawing.refusals import LogoTooLarge, LogoUnreadable

MOST_BYTES = 2_000_000
MOST_PIXELS = 16_000_000
"""What is opened at all: a picture of a telephone, but no bomb."""

LONGEST_SIDE = 480
"""Picture elements that are kept: 20 mm at 600 dots per inch."""

KNOWN = ("PNG", "JPEG")


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo ready to be drawn on white: width and height in picture elements, rgb: three bytes for each, line by line."""

    width: int
    height: int
    rgb: bytes


def logo(raw: bytes) -> Logo:
    """A PNG or JPEG as a logo, transparent parts white; the same bytes give the same logo.

    Raises LogoUnreadable for what is neither, LogoTooLarge for more than 2 MB or 16 million picture elements.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if len(raw) > MOST_BYTES:
        raise LogoTooLarge(pointer="/logo", limit=MOST_BYTES, pixels=MOST_PIXELS)
    try:
        with Image.open(BytesIO(raw), formats=KNOWN) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise LogoTooLarge(pointer="/logo", limit=MOST_BYTES, pixels=MOST_PIXELS)
            picture.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
            whole = ImageOps.exif_transpose(picture).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise LogoTooLarge(pointer="/logo", limit=MOST_BYTES, pixels=MOST_PIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise LogoUnreadable(pointer="/logo", known=", ".join(KNOWN)) from error
    whole.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    paper = Image.new("RGBA", whole.size, "white")
    paper.alpha_composite(whole)
    return Logo(whole.width, whole.height, paper.convert("RGB").tobytes())
