"""What survives a kill."""

from __future__ import annotations
