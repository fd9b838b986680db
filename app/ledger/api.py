"""JSON doors of the slice `ledger`."""

from __future__ import annotations

from app.api.door import Door

door = Door("ledger_api", __name__)
