"""Pages of the slice `capture`."""

from __future__ import annotations

from app.api.door import Door

door = Door("capture_pages", __name__, templates=True)
