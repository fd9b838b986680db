"""The product behind the servers that carry it: what was sent is what arrives."""

from __future__ import annotations

import pytest

ONCE = [pytest.mark.slow, pytest.mark.processes, pytest.mark.sqlite, pytest.mark.xdist_group("serving")]
"""Marks of every file here: the servers start once, in one worker, and for one database; what they hand on does not depend on it."""
