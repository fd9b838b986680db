"""How much one file may hold, and how far a calibration may move labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.label.drawing.design import Label
from app.label.refusals import NothingToPrint, OffsetTooFar, TooManyLabels

MOST_LABELS = 20_000
"""In one file: about 30 s of work and 40 MB."""

FURTHEST = 10.0
"""Largest calibration offset in millimetres."""

Progress = Callable[[int, int], None]
"""Told how many labels of how many are done."""


def check_count(labels: Sequence[Label]) -> None:
    """Refuse a file without labels or with more than one file holds; raises NothingToPrint, TooManyLabels."""
    if not labels:
        raise NothingToPrint
    if len(labels) > MOST_LABELS:
        raise TooManyLabels(count=len(labels), limit=MOST_LABELS)


def check_offset(dx_mm: float, dy_mm: float) -> None:
    """Refuse a calibration that would push labels off their paper; raises OffsetTooFar."""
    if not (abs(dx_mm) <= FURTHEST and abs(dy_mm) <= FURTHEST):
        raise OffsetTooFar(dx=dx_mm, dy=dy_mm, limit=FURTHEST)
