"""Pages of the slice `catalogue`."""

from __future__ import annotations

from app.api.door import Door

door = Door("catalogue_pages", __name__, templates=True)
