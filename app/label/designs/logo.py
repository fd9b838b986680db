"""Logos as they are kept: what was uploaded is decoded within limits and written anew, so nothing but pixels is kept.

Vector files are refused: an SVG is a program, and a label printer knows no more than dots anyway.
"""

from __future__ import annotations

import io

from app.label.drawing.logo import logo

MEDIA_TYPE = "image/png"


def reencode(raw: bytes) -> bytes:
    """A PNG on white as large as a label needs, upright, without metadata; raw: PNG or JPEG. Raises LogoUnreadable, LogoTooLarge."""
    from PIL import Image  # native: only when somebody uploads a logo

    found = logo(raw)
    out = io.BytesIO()
    Image.frombytes("RGB", (found.width, found.height), found.rgb).save(out, "PNG", optimize=True)
    return out.getvalue()
