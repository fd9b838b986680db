"""A finished drawing and where each label and symbol stands on it, so that a program can measure and decode what was promised."""

from __future__ import annotations

from dataclasses import dataclass

from app.label.symbols.symbol import Carrier


@dataclass(frozen=True, slots=True)
class PlacedOnPage:
    """A symbol on a page: its dark part in millimetres from the upper left corner, guard bars and bearers included.

    content and identifier: what a reader must answer; module: X, the width of a narrow bar or a cell; quiet: left, right in X.
    """

    carrier: Carrier
    content: str
    identifier: str
    x: float
    y: float
    width: float
    height: float
    module: float
    quiet: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A label on a page: index from 0, page from 1, its box in millimetres from the upper left corner, calibration included."""

    index: int
    page: int
    x: float
    y: float
    width: float
    height: float
    symbols: tuple[PlacedOnPage, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file and the places of the labels in it."""

    content: bytes
    places: tuple[Place, ...]
