"""A symbol as modules, before it has a size or a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Modules = NDArray[np.uint8]
"""(rows, columns), 1 is dark."""


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """One symbol before it has a size.

    text and identifier: what a reader must answer; quiet: free modules left and right (a matrix needs them on all sides).
    """

    kind: str
    text: str
    identifier: str
    modules: Modules
    quiet: tuple[int, int]

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

    dots: picture elements for each module, whole; height: for a linear symbol, its height in modules.
    """
    left, right = symbol.quiet
    rows = symbol.modules if len(symbol.modules) > 1 else np.repeat(symbol.modules, height, axis=0)
    margin = left if len(symbol.modules) > 1 else 1
    framed = np.pad(rows, ((margin, margin), (left, right)))
    return np.where(framed, np.uint8(0), np.uint8(255)).repeat(dots, axis=0).repeat(dots, axis=1)


def runs(symbol: Symbol) -> list[tuple[int, int, int]]:
    """Dark runs of every row as (column, row, width) in modules, for drawing as rectangles."""
    framed = np.pad(symbol.modules, ((0, 0), (1, 1))).astype(np.int8)
    edges = np.diff(framed, axis=1)
    rows, begins = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    return list(zip(begins.tolist(), rows.tolist(), (ends - begins).tolist(), strict=True))
