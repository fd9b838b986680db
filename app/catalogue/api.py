"""JSON doors of the slice `catalogue`."""

from __future__ import annotations

from app.api.door import Door

door = Door("catalogue_api", __name__)
