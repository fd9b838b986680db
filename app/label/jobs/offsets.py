"""Calibration offsets that a browser remembers, one for each layout: a printer stands beside a desk, not in an organisation."""

from __future__ import annotations

import re

COOKIE = "label_offsets"
DAYS = 365
_MOST = 12
_ONE = re.compile(r"([a-z0-9-]{1,20}):(-?\d{1,2}(?:\.\d{1,2})?):(-?\d{1,2}(?:\.\d{1,2})?)")


def remembered(cookie: str) -> dict[str, tuple[str, str]]:
    """Millimetres to the right and down by layout; what was tampered with counts for nothing."""
    found = (_ONE.fullmatch(item) for item in cookie[:1000].split("_"))
    return {match[1]: (match[2], match[3]) for match in found if match}


def with_offset(cookie: str, layout: str, dx: float, dy: float) -> str:
    """The cookie with the offset of a layout, the newest last; an offset of nothing is forgotten."""
    kept = remembered(cookie)
    kept.pop(layout, None)
    if dx or dy:
        kept[layout] = (f"{dx:.2f}", f"{dy:.2f}")
    return "_".join(f"{name}:{right}:{down}" for name, (right, down) in list(kept.items())[-_MOST:])
