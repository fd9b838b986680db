"""The product behind the servers that carry it: what was sent is what arrives."""

from __future__ import annotations

import pytest

ONCE = [pytest.mark.slow, pytest.mark.processes, pytest.mark.sqlite]
"""Marks of every file here: the servers start once, in one worker (tests/selection.py), and for one database.

What they hand on does not depend on the database.
"""
