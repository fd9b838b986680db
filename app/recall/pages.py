"""Pages of the slice `recall`."""

from __future__ import annotations

from app.api.door import Door

door = Door("recall_pages", __name__, templates=True)
