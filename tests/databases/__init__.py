"""What must hold on both databases, with processes that meet on them."""

from __future__ import annotations
