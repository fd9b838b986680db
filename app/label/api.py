"""JSON doors of the slice `label`."""

from __future__ import annotations

from app.api.door import Door

door = Door("label_api", __name__)
