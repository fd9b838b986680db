"""Nothing is released that a reader does not read: every symbol is decoded again and compared.

The reader (zxing-cpp) shares no code with the libraries that made the modules. It may look for the expected kinds only,
because a label is a quiet picture and a wrong symbol must not be overlooked in favour of another.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.label.refusals import NotReadable
from app.label.symbols.symbol import Symbol, raster

_DOTS = 3
"""Picture elements for each module of a symbol that is checked before it is drawn: 90 us for a QR of 37 modules."""


def check_symbol(symbol: Symbol) -> None:
    """Read the modules of a symbol; raises NotReadable unless the answer is its text with its identifier."""
    check_picture(raster(symbol, _DOTS, height=20), (symbol,), straight=True)


def check_picture(picture: NDArray[np.uint8], expected: Iterable[Symbol], *, straight: bool = False) -> None:
    """Read a finished picture, (height, width) grey; it must hold exactly the expected symbols, once each.

    straight: the picture is one upright symbol at its own size, so the reader need not turn or shrink it.
    """
    wanted = {(symbol.text, symbol.identifier): symbol for symbol in expected}
    for answer in read(picture, straight=straight):
        if wanted.pop(answer, None) is None:
            kinds = ", ".join(sorted({symbol.kind for symbol in expected}))
            raise NotReadable(symbol=kinds, expected=", ".join(text for text, _ in wanted), found=answer[0])
    for (text, _), symbol in wanted.items():
        raise NotReadable(symbol=symbol.kind, expected=text, found="")


def read(picture: NDArray[np.uint8], *, straight: bool = False) -> list[tuple[str, str]]:
    """Text and symbology identifier of every QR code and EAN-13 in a grey picture."""
    zxing, formats = _reader()
    found = zxing.read_barcodes(
        picture,
        formats=formats,
        try_rotate=not straight,
        try_downscale=not straight,
        try_invert=False,
        text_mode=zxing.TextMode.Plain,
    )
    return [(barcode.text, barcode.symbology_identifier) for barcode in found]


@lru_cache(maxsize=1)
def _reader() -> tuple[Any, Any]:
    """The native reader, loaded at first use."""
    import zxingcpp

    return zxingcpp, zxingcpp.barcode_formats_from_str("QRCode|EAN13")
