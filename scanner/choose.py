"""Which decoder looks first, who must agree, and when to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner import opencv, zbar, zxing
from scanner.refusals import UnknownEngine

if TYPE_CHECKING:
    from scanner.frames import Array
    from scanner.reading import Reading

ENGINES = ("cascade", "zxing", "zbar", "opencv")


def read(image: Array, *, engine: str, short: bool, seconds: float) -> list[Reading]:
    """What one engine or the cascade of all says about a grey picture of shape (height, width)."""
    if engine == "zxing" or engine == "cascade":
        return zxing.decode(image, short=short)
    if engine == "zbar":
        return zbar.decode(image, short=short)
    if engine == "opencv":
        return opencv.decode(image, short=short)
    raise UnknownEngine(engine=engine, known=", ".join(ENGINES))
