"""Pages of the slice `ledger`."""

from __future__ import annotations

from app.api.door import Door

door = Door("ledger_pages", __name__, templates=True)
