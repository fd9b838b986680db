"""Pytest plug-in of `deploy/dev.py test`: which tests belong to the PostgreSQL part, and which share a worker.

Every test that asks for a database belongs to that part, without having to say so, and so does one that needs PostgreSQL itself.
Pure tests ran a moment ago in the SQLite part; running them again would double the time for nothing.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # xdist tells its types to nobody

TOGETHER = ("tests/architecture/test_wheel.py", "tests/architecture/", "tests/label/drawing/test_compose.py", "tests/serving/")
"""What begins alike shares one worker: the wheel is built, the source is parsed, the matrix is composed and the servers start once."""


def shared(nodeid: str) -> str:
    """What the tests of this name are handed out with."""
    return next((each for each in TOGETHER if nodeid.startswith(each)), nodeid.partition("[")[0])


class Together(LoadScopeScheduling):  # type: ignore[misc]  # as above
    """One function of tests with all its parameters is handed out at a time; what begins as in TOGETHER as a whole.

    Groups by the mark `xdist_group` do nothing with pytest 9.2: xdist 3.8 writes them into an attribute that is no longer read.
    """

    def _split_scope(self, nodeid: str) -> str:
        return shared(nodeid)

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Note that a test is done, and forget what is done as a whole: it would be counted again after each test."""
        scope = self._split_scope(self.registered_collections[node][item_index])
        super().mark_test_complete(node, item_index, duration)
        if all(self.assigned_work[node][scope].values()):
            del self.assigned_work[node][scope]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Hand out tests this way, whatever `--dist` says."""
    config.option.loadscopereorder = False
    return Together(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark, before pytest looks at `-m`, what has to run on PostgreSQL."""
    on_postgresql = os.environ.get("TRUYXUAT_TEST_DATABASE") == "postgresql"
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if "postgresql" in asked or (on_postgresql and "database_url" in asked):
            item.add_marker("postgresql")
