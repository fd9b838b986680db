"""Pytest plug-in of `deploy/dev.py test`: which tests belong to the PostgreSQL part.

Every test that asks for a database belongs to it, without having to say so, and so does one that needs PostgreSQL itself.
Pure tests ran a moment ago in the SQLite part; running them again would double the time for nothing.
"""

from __future__ import annotations

import os

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark, before pytest looks at `-m`, what has to run on PostgreSQL."""
    on_postgresql = os.environ.get("TRUYXUAT_TEST_DATABASE") == "postgresql"
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if "postgresql" in asked or (on_postgresql and "database_url" in asked):
            item.add_marker("postgresql")
