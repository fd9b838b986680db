"""Nothing is released that a reader does not read: every symbol is decoded again and compared.

The reader (zxing-cpp) shares no code with the libraries that made the bars, and only the writer's repository with those that
made Data Matrix and GS1 QR. It may look for the expected kind only: a wrong symbol must not be overlooked in favour of another,
and a good one must not fail because some of its bars could be part of another kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.label.refusals import DrawnWrong, NotReadable
from app.label.symbols.symbol import Carrier, Modules, Symbol, raster

_DOTS = 3
"""Picture elements for each module of a symbol that is checked before it is drawn: 90 us for a QR of 37 modules."""

_HEIGHT = 6
"""Modules of the bars of a linear symbol that is checked."""

_FORMATS = {
    Carrier.QR_DL: "QRCode",
    Carrier.GS1_QR: "QRCode",
    Carrier.GS1_DATAMATRIX: "DataMatrix",
    Carrier.DM_DL: "DataMatrix",
    Carrier.GS1_128: "Code128",
    Carrier.SSCC: "Code128",
    Carrier.EAN_13: "EAN13",
    Carrier.EAN_8: "EAN8",
    Carrier.ITF_14: "ITF",
}
_INK = 128
"""Grey below which a dot is printed."""


Picture = NDArray[np.uint8] | NDArray[np.bool_]
"""(height, width): grey where 0 is dark and 255 light, or dots that are ink where they are true."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a symbol stands in a picture, in dots: x, y of its dark upper left corner, dots of a module.

    height: dots of the bars of a linear symbol, without bearer bars and without guard bars that hang lower; 0 for a matrix.
    """

    symbol: Symbol
    x: int
    y: int
    dots: int
    height: int = 0


def check_symbol(symbol: Symbol) -> None:
    """Read the modules of a symbol; raises NotReadable unless the answer is its text with its identifier."""
    _compare(symbol, _decoded(symbol.modules, symbol))


def check_drawn(picture: Picture, placed: Iterable[Stand]) -> None:
    """Read every symbol of a finished picture from the dots that stand there, about as fast at 600 dpi as at 203.

    Raises DrawnWrong where the dots of a module differ, where bearer bars are thin, or where something stands in a quiet zone,
    which may end at the edge of the picture up to a dot too early; NotReadable.
    """
    for stand in placed:
        _compare(stand.symbol, _decoded(_modules(picture, stand), stand.symbol))


def _modules(picture: Picture, stand: Stand) -> Modules:
    """One dot of each module, after all of its dots were seen to be the same."""
    symbol, dots = stand.symbol, stand.dots
    rows, columns = symbol.modules.shape
    high, wide = stand.height if symbol.linear else rows * dots, columns * dots
    if min(stand.x, stand.y) < 0 or high <= 0 or stand.y + high > picture.shape[0] or stand.x + wide > picture.shape[1]:
        raise DrawnWrong(symbol=symbol.kind, expected=symbol.text, part="modules")
    bands = picture[stand.y : stand.y + high, stand.x : stand.x + wide].reshape(rows, high // rows, wide)
    lines = bands[:, 0]
    cells = lines.reshape(rows, columns, dots)
    if (bands != lines[:, None]).any() or (cells != cells[:, :, :1]).any():
        raise DrawnWrong(symbol=symbol.kind, expected=symbol.text, part="modules")
    _check_bearer(picture, stand, wide)
    _check_quiet(picture, stand, high, wide)
    return _ink(cells[:, :, 0]).astype(np.uint8)


def _check_bearer(picture: Picture, stand: Stand, wide: int) -> None:
    """The bars along the top and the bottom touch the others and are as thick as they must be."""
    thick = stand.symbol.bearer * stand.dots
    if not thick:
        return
    for top in (stand.y - thick, stand.y + stand.height):
        bar = picture[max(0, top) : top + thick, stand.x : stand.x + wide]
        if len(bar) < thick or not _ink(bar).all():
            raise DrawnWrong(symbol=stand.symbol.kind, expected=stand.symbol.text, part="bearer-bars")


def _check_quiet(picture: Picture, stand: Stand, high: int, wide: int) -> None:
    left, right = (zone * stand.dots for zone in stand.symbol.quiet)
    above = 0 if stand.symbol.linear else left
    beyond = (left - stand.x, above - stand.y, stand.x + wide + right - picture.shape[1], stand.y + high + above - picture.shape[0])
    top, bottom = max(0, stand.y - above), stand.y + high + above
    zones = [
        picture[top:bottom, max(0, stand.x - left) : stand.x],
        picture[top:bottom, stand.x + wide : stand.x + wide + right],
        picture[top : stand.y, stand.x : stand.x + wide],
        picture[stand.y + high : bottom, stand.x : stand.x + wide],
    ]
    if max(beyond) > 1 or any(_ink(zone).any() for zone in zones):
        raise DrawnWrong(symbol=stand.symbol.kind, expected=stand.symbol.text, part="quiet-zone")


def _ink(dots: Picture) -> NDArray[np.bool_]:
    return np.asarray(dots, dtype=np.bool_) if dots.dtype == np.bool_ else np.less(dots, _INK)


def _compare(symbol: Symbol, found: Sequence[tuple[str, str]]) -> None:
    if list(found) != [(symbol.text, symbol.identifier)]:
        raise NotReadable(symbol=symbol.kind, expected=symbol.text, found=", ".join(text for text, _ in found))


def _decoded(modules: Modules, symbol: Symbol) -> tuple[tuple[str, str], ...]:
    rows, columns = modules.shape
    return _decode(modules.tobytes(), rows, columns, symbol.quiet, _FORMATS[symbol.carrier])


@lru_cache(maxsize=256)
def _decode(modules: bytes, rows: int, columns: int, quiet: tuple[int, int], formats: str) -> tuple[tuple[str, str], ...]:
    """What the reader answers to these modules; remembered, because the labels of a job share their EAN-13."""
    cells = np.frombuffer(modules, dtype=np.uint8).reshape(rows, columns)
    symbol = Symbol("", "", "", cells, quiet, Carrier.QR_DL)
    return tuple(read(raster(symbol, _DOTS, _HEIGHT), straight=True, formats=formats))


def check_picture(picture: NDArray[np.uint8], expected: Iterable[Symbol], *, straight: bool = False) -> None:
    """Read a finished picture, (height, width) grey; it must hold exactly the expected symbols, once each.

    straight: the picture is one upright symbol at its own size, so the reader need not turn or shrink it.
    """
    listed = list(expected)
    wanted = {(symbol.text, symbol.identifier): symbol for symbol in listed}
    formats = "|".join(sorted({_FORMATS[symbol.carrier] for symbol in listed}))
    for answer in read(picture, straight=straight, formats=formats):
        if wanted.pop(answer, None) is None:
            kinds = ", ".join(sorted({symbol.kind for symbol in listed}))
            raise NotReadable(symbol=kinds, expected=", ".join(text for text, _ in wanted), found=answer[0])
    for (text, _), symbol in wanted.items():
        raise NotReadable(symbol=symbol.kind, expected=text, found="")


def read(picture: NDArray[np.uint8], *, straight: bool = False, formats: str = "QRCode|EAN13") -> list[tuple[str, str]]:
    """Text and symbology identifier of every symbol of these formats in a grey picture."""
    zxing, known = _reader(formats)
    found = zxing.read_barcodes(
        picture,
        formats=known,
        try_rotate=not straight,
        try_downscale=not straight,
        try_invert=False,
        text_mode=zxing.TextMode.Plain,
    )
    return [(barcode.text, barcode.symbology_identifier) for barcode in found]


@lru_cache(maxsize=64)
def _reader(formats: str) -> tuple[Any, Any]:
    """The native reader, loaded at first use, and the formats it may look for."""
    import zxingcpp

    return zxingcpp, zxingcpp.barcode_formats_from_str(formats)
