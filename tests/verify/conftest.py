"""The world that the tests of verdicts stand in."""

from __future__ import annotations

import pytest

from app.runtime import Runtime
from tests.verify.world import World, make_world


@pytest.fixture
def world(on: Runtime) -> World:
    """One enterprise, one product, one batch, one printed serial; nothing recorded yet."""
    return make_world(on)
