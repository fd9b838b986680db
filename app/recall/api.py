"""JSON doors of the slice `recall`."""

from __future__ import annotations

from app.api.door import Door

door = Door("recall_api", __name__)
