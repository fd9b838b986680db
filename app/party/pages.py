"""Pages of the slice `party`."""

from __future__ import annotations

from app.api.door import Door

door = Door("party_pages", __name__, templates=True)
