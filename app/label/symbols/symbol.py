"""A symbol as modules, before it has a size or a place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Modules = NDArray[np.uint8]
"""(rows, columns), 1 is dark."""

Pairs = tuple[tuple[str, str], ...]
"""Application identifiers and their values."""


class Carrier(StrEnum):
    """What holds the data: a kind of symbol together with the way the data are written in it."""

    QR_DL = "qr-dl"
    GS1_DATAMATRIX = "gs1-datamatrix"
    GS1_128 = "gs1-128"
    GS1_QR = "gs1-qr"
    EAN_13 = "ean-13"
    EAN_8 = "ean-8"
    ITF_14 = "itf-14"
    DM_DL = "dm-dl"
    SSCC = "sscc"


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """One symbol before it has a size.

    text and identifier: what a reader must answer; quiet: free modules left and right (a matrix needs them on all sides);
    pairs: what it holds, in its order; human: lines of the human readable interpretation; units: modules of `modules` in one X
    (2 for ITF-14, whose wide bars are 2.5 X, else 1), in which `quiet` and `bearer` are counted too; bearer: thickness of the
    bars that run along the top and the bottom of the others, over the dark width, outside their height.
    """

    kind: str
    text: str
    identifier: str
    modules: Modules
    quiet: tuple[int, int]
    carrier: Carrier
    pairs: Pairs = ()
    human: tuple[str, ...] = ()
    units: int = 1
    bearer: int = 0

    @property
    def linear(self) -> bool:
        """Whether it is made of bars, as high as one likes."""
        return len(self.modules) == 1

    @property
    def columns(self) -> int:
        """Modules from the first dark edge to the last."""
        return int(self.modules.shape[1])

    @property
    def wide(self) -> int:
        """Modules with both quiet zones."""
        return self.columns + sum(self.quiet)


def raster(symbol: Symbol, dots: int, height: int = 1) -> NDArray[np.uint8]:
    """The symbol with its quiet zones as a grey picture, 0 dark and 255 light.

    dots: picture elements for each module, whole; height: for a linear symbol, the height of its bars in modules.
    """
    left, right = symbol.quiet
    rows = symbol.modules
    if symbol.linear:
        bearer = np.ones((symbol.bearer, symbol.columns), dtype=np.uint8)
        rows = np.vstack([bearer, np.repeat(rows, height, axis=0), bearer])
    margin = 1 if symbol.linear else left
    framed = np.pad(rows, ((margin, margin), (left, right)))
    return np.where(framed, np.uint8(0), np.uint8(255)).repeat(dots, axis=0).repeat(dots, axis=1)


def runs(symbol: Symbol) -> list[tuple[int, int, int]]:
    """Dark runs of every row as (column, row, width) in modules, for drawing as rectangles; without bearer bars."""
    framed = np.pad(symbol.modules, ((0, 0), (1, 1))).astype(np.int8)
    edges = np.diff(framed, axis=1)
    rows, begins = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    return list(zip(begins.tolist(), rows.tolist(), (ends - begins).tolist(), strict=True))
