"""Who may do what, and what strangers try."""

from __future__ import annotations
