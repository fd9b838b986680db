"""JSON doors of the slice `resolve`."""

from __future__ import annotations

from app.api.door import Door

door = Door("resolve_api", __name__)
