"""A finished drawing and where each label and symbol stands on it, so that a program can measure and decode what was promised."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import Finding
from app.label.symbols.symbol import Carrier


@dataclass(frozen=True, slots=True)
class PlacedOnPage:
    """A symbol on a page: its dark part in millimetres from the upper left corner, guard bars and bearers included.

    content and identifier: what a reader must answer; module: X, the width of a narrow bar or a cell; quiet: left, right in X;
    turned: by a quarter to the left, so that its left quiet zone is below it; x, y, width and height are as it stands on the page.
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
    turned: bool = False


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
    """A file and the places of the labels in it; remarks: what was left out or made smaller than wished, each once."""

    content: bytes
    places: tuple[Place, ...]
    remarks: tuple[Finding, ...] = ()


def remarked(known: tuple[Finding, ...], more: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Remarks with those of a further label, each once, in the order in which they were met."""
    return (*known, *(each for each in more if each not in known)) if more else known
