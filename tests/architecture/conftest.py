"""The tests that read the source share one worker: its 400 syntax trees are parsed once, not once in each process."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group what lies in this folder and does not ask for a group of its own."""
    for item in items:
        if item.path.parent == HERE and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group("source"))
