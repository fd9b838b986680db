"""JSON doors of the slice `verify`."""

from __future__ import annotations

from app.api.door import Door

door = Door("verify_api", __name__)
