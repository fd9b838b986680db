"""Pages of the slice `verify`."""

from __future__ import annotations

from app.api.door import Door

door = Door("verify_pages", __name__, templates=True)
