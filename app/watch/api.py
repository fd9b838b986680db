"""JSON doors of the slice `watch`."""

from __future__ import annotations

from app.api.door import Door

door = Door("watch_api", __name__)
