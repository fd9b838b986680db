"""JSON doors of the slice `party`."""

from __future__ import annotations

from app.api.door import Door

door = Door("party_api", __name__)
