"""Pages of the slice `label`."""

from __future__ import annotations

from app.api.door import Door

door = Door("label_pages", __name__, templates=True)
